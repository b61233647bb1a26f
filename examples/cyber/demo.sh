#!/bin/sh
# The main job on real evaluations: policy, evidence, verdicts, decisions, record, report.
# Usage: sh examples/cyber/demo.sh [FOLDER]; `scalegate` must be on the PATH. Everything is made anew in FOLDER.
set -u
here=$(cd "$(dirname "$0")" && pwd)
folder=${1:-"$here/../../build/demo"}
then=2026-03-31T00:00:00Z

say() { printf '\n== %s\n' "$*"; }
stop() { echo "demo: $*" >&2; exit 1; }
# Status 1 of `assess` means that something is held, as it should be; anything else is a failure here.
held() { "$@"; status=$?; [ "$status" -eq 1 ] || stop "expected something to be held, got exit status $status: $*"; }

rm -rf "$folder" && mkdir -p "$folder" || stop "cannot make $folder"
cp -R "$here/." "$folder/" || stop "cannot copy the example"
folder=$(cd "$folder" && pwd)
XDG_DATA_HOME="$folder/keys"
export XDG_DATA_HOME
unset SCALEGATE_KEY_FILE
cd "$folder" || stop "cannot enter $folder"

say "A project with demo keys"
scalegate init . || stop "init failed"
say "The policy comes into force; real results of 15 models become evidence"
scalegate --as r.okafor policy adopt || stop "the policy was not adopted"
scalegate ingest --configuration agent-2m --dated 2026-02-17 evidence/cyber.csv || stop "ingest failed"
scalegate attest attestations.yaml risk_statements.yaml || stop "attest failed"

say "What the evidence supported on 2026-03-31 (a replay: nothing is recorded or issued)"
held scalegate --now "$then" assess
scalegate --now "$then" report --out out/replay.html || stop "no report of the replay"

say "The same today: everything has expired, so everything is held; this one is recorded"
held scalegate assess > out/today.txt
grep -A 5 '^IN SHORT' out/today.txt
scalegate report --out out/today.html || stop "no report of today"

say "The record, derived again"
scalegate log verify || stop "the record does not verify"

cat <<END

Report of the replay:  $folder/out/replay.html
Report of today:       $folder/out/today.html
Check the record:      XDG_DATA_HOME='$XDG_DATA_HOME' '$(command -v scalegate)' --project '$folder' log verify
Exit status 1 of \`scalegate assess\` means that something is held, as it should be.
END
