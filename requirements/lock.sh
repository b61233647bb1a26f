#!/usr/bin/env bash
# Writes the hash-pinned lock files of this folder anew (`make lock`): one resolution for every Python from 3.11
# on and for every platform. They name no index host, so that each machine installs from the index it trusts;
# the hashes make all indexes equal.
set -euo pipefail
cd "$(dirname "$0")/.."
uv=${UV:-uv}
if ! command -v "$uv" >/dev/null; then
  echo "uv is missing: run  python3 -m pip install uv  and then  make lock" >&2
  exit 1
fi

lock() {
  local name=$1
  shift
  "$uv" pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
    --no-emit-index-url --no-emit-find-links --no-emit-package scalegate \
    -o "requirements/$name.txt" "$@"
}

# dev first: the other sets are cut from the versions it settled on, so that one environment serves all of them.
lock dev pyproject.toml --extra full --group dev --group build ${UPGRADE:+--upgrade}
pinned() { sed -n 's/^\([A-Za-z0-9_.-]*==[^ \\]*\) *\(;[^\\]*\)\{0,1\} *\\\{0,1\}$/\1\2/p' requirements/dev.txt; }
constraints=$(mktemp)
trap 'rm -f "$constraints"' EXIT
pinned >"$constraints"
lock core pyproject.toml --constraint "$constraints"
lock report pyproject.toml --extra report --constraint "$constraints"
lock full pyproject.toml --extra full --constraint "$constraints"
lock build --group build --constraint "$constraints"
