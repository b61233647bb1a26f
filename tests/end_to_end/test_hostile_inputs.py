"""Hostile inputs: one clear finding for each bad file, the good ones read, nothing half-written, never a traceback."""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from end_to_end.project_world import ExamModel, World, day, done, table

GOOD = table([ExamModel("fresh", 3, 60)], run="good")
HEAD = "model,evaluation,task,score,attempt,tokens,status,run\n"


def row(**changed: str) -> str:
    known = {
        "model": "fresh", "evaluation": "exam", "task": "t1", "score": "1", "attempt": "1", "tokens": "5",
        "status": "completed", "run": "bad",
    }  # fmt: skip
    return HEAD + ",".join((known | changed).values()) + "\n"


def eval_archive(path: Path, cut: int) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("header.json", json.dumps({"version": 2, "status": "success"}) * 50)
    path.write_bytes(path.read_bytes()[:cut])


def text(content: str) -> Callable[[Path], None]:
    return lambda path: path.write_text(content, encoding="utf-8") and None


def raw(content: bytes) -> Callable[[Path], None]:
    return lambda path: path.write_bytes(content) and None


def unreadable(path: Path) -> None:
    path.write_text(GOOD, encoding="utf-8")
    path.chmod(0)


BAD: dict[str, Callable[[Path], None]] = {
    "truncated.eval": lambda path: eval_archive(path, 40),
    "truncated_later.eval": lambda path: eval_archive(path, 100),
    "no_zip.eval": raw(b"this is no archive"),
    "nothing.eval": raw(b""),
    "bad.json": text('{"version": 2, "samples": ['),
    "other.json": text("[1, 2, 3]"),
    "deep.json": text("[" * 100_000),
    "huge_number.json": text('{"version": 1e999999}'),
    "bad.jsonl": text('{"model": "fresh"\n'),
    "deep.jsonl": text('{"a":' * 50_000 + "\n"),
    "columns.csv": text("a,b,c\n1,2,3\n"),
    "rows.csv": text(HEAD),
    "nothing.csv": text(""),
    "nan.csv": text(row(score="NaN")),
    "infinite.csv": text(row(score="1e999999999")),
    "ids.csv": text(row(task="t" * 10_000)),
    "upwards.csv": text(row(task="../../etc/passwd")),
    "upwards_run.csv": text(row(run="../../../x")),
    "unknown_model.csv": text(row(model="nobody")),
    "unknown_evaluation.csv": text(row(evaluation="other")),
    "long_field.csv": text(row(score="1" * 200_000)),
    "nul.csv": raw(row(task="t\x00").encode()),
    "latin.csv": raw(row(task="t").encode() + b"\xff\xfe\xfd"),
    "wide.csv": text(HEAD + "," * 5000 + "\n"),
    "unknown.xyz": text(GOOD),
    "no_ending": text(GOOD),
    "folder.csv": lambda path: path.mkdir(),
    "pipe.csv": lambda path: os.mkfifo(path),
    "device.csv": lambda path: path.symlink_to("/dev/zero"),
    "pipe.eval": lambda path: os.mkfifo(path),
    "nowhere.csv": lambda path: path.symlink_to("nothing-there"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_log_among_good_ones(exam: World, tmp_path: Path, name: str) -> None:
    logs = tmp_path / "logs"
    logs.mkdir()
    BAD[name](logs / name)
    first, last = logs / "a_good.csv", logs / "z_good.csv"
    first.write_text(GOOD, encoding="utf-8")
    last.write_text(table([ExamModel("calm", 1, 60)], run="good"), encoding="utf-8")
    paths = (str(first), str(logs / name), str(last))
    answer = done(exam.run("--format", "json", "ingest", "--configuration", "agent", "--dated", day(-1), *paths), 2)
    assert [len(file["runs"]) for file in answer.json["files"]] == [1, 1]
    assert answer.json["findings"]
    assert all(name in finding for finding in answer.json["findings"]), answer.json["findings"]
    assert len(answer.json["findings"]) <= 20
    assert max(len(finding) for finding in answer.json["findings"]) < 1000
    done(exam.run("doctor"), 0)
    done(exam.run("log", "verify"), 0)
    assert not list(tmp_path.rglob("passwd"))


@pytest.mark.skipif(os.geteuid() == 0, reason="for root every file is readable")
def test_a_log_that_may_not_be_read(exam: World, tmp_path: Path) -> None:
    unreadable(tmp_path / "secret.csv")
    answer = done(exam.run("ingest", "--configuration", "agent", str(tmp_path / "secret.csv")), 2)
    assert "secret.csv" in answer.err


DEEP = "a: " + "[" * 500 + "]" * 500 + "\n"
BAD_TEXTS: dict[str, bytes] = {
    "cut": b"models: [",
    "another shape": b"- 1\n- 2\n",
    "nothing": b"",
    "no UTF-8": b"schema: \xff\xfe\n",
    "NUL": b"schema: \x00\n",
    "deep": DEEP.encode(),
    "two documents": b"a: 1\n---\nb: 2\n",
    "anchors": b"a: &x [1]\nb: *x\n",
    "tags": b"a: !!python/object/apply:os.system [ls]\n",
    "over 2 MiB": b"# " + b"x" * (2 * 1024 * 1024) + b"\na: 1\n",
    "many keys": b"".join(b"k%d: 1\n" % n for n in range(150_000)),
    "the same key twice": b"schema: a\nschema: b\n",
    "huge number": b"schema: scalegate.models/1\nmodels: {m: {title: a, subject: 1e999999999}}\n",
}
FILES = ("models.yaml", "configurations.yaml", "suites/exam.yaml", "policy.yaml")


HEAVY = ("many keys", "over 2 MiB")


@pytest.mark.parametrize(
    ("name", "kind"), [(n, k) for n in FILES for k in BAD_TEXTS if k not in HEAVY or n == "models.yaml"]
)
def test_a_bad_file_of_the_project_gives_a_finding_and_never_a_grant(exam: World, name: str, kind: str) -> None:
    (exam.root / name).write_bytes(BAD_TEXTS[kind])
    status = 1 if name == "policy.yaml" else 2  # the policy in force is that of the record
    gated = done(exam.run("gate", "DEPLOY", "--model", "wild"), status)
    assert gated.err or name == "policy.yaml"
    done(exam.run("doctor"), 1)
    assert name in exam.run("doctor").err
    if name == "policy.yaml":
        checked = done(exam.run("--format", "json", "policy", "check"), 2)
        assert checked.json["readable"] is False
        assert all("policy.yaml" in f["where"] for f in checked.json["findings"])
        done(exam.run("--as", "dan", "policy", "adopt"), 2)


def swapped_for_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def swapped_for_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def swapped_for_device(path: Path) -> None:
    path.unlink()
    path.symlink_to("/dev/zero")


def swapped_for_nothing(path: Path) -> None:
    path.unlink()


SWAPS = [swapped_for_folder, swapped_for_pipe, swapped_for_device, swapped_for_nothing]


@pytest.mark.parametrize("swap", SWAPS)
@pytest.mark.parametrize("name", [*FILES, "trust.json", "scalegate.toml", "attestations.yaml"])
def test_something_else_in_place_of_a_file(exam: World, name: str, swap: Callable[[Path], None]) -> None:
    swap(exam.root / name)
    command = ("attest", str(exam.root / name)) if name == "attestations.yaml" else ("gate", "STORE", "--model", "wild")
    answer = exam.spawn("--project", str(exam.root), *command, code="import signal; signal.alarm(20)\n" + RUN)
    absent_suite = name.startswith("suites") and swap is swapped_for_nothing  # no file is no wrong file: INVALID
    done(answer, 1 if name == "policy.yaml" or absent_suite else 2)
    if name != "policy.yaml" and not absent_suite:
        assert Path(name).name in answer.err


RUN = "from scalegate.cli.main import run; run()"


@pytest.mark.parametrize(
    "content",
    [
        b"", b"format = 2\norigin = 'exam.demo'\n", b"format = 1\n", b"format = 1\norigin = ''\n", b"format = [",
        b"format = 1\norigin = 'exam.demo'\nalpha = 0.5\n", b"format = 1\norigin = '../../x'\n", b"\xff",
        b"format = 1\norigin = 'exam.demo'\n[places]\nrecord = '/etc'\n",
        b"format = 1\norigin = 'exam.demo'\n[places]\nrecord = '../other'\n",
        b"format = 1\norigin = 'exam.demo'\n[places]\nrecord = 3\n", b"format = 1\norigin = 'other.demo'\n",
        b"a = " + b"[" * 10_000, b"x" * 200_000,
    ],
    ids=range(14),
)  # fmt: skip
def test_bad_settings(exam: World, content: bytes) -> None:
    (exam.root / "scalegate.toml").write_bytes(content)
    answer = done(exam.run("assess"), 2)
    assert "scalegate.toml" in answer.err or "trust.json" in answer.err


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b'{"schema": "scalegate.trust/9"}', b'{"schema": "scalegate.trust/1", "origin": "exam.demo"}',
     b'{"a": 1, "a": 2}', b"\xff", b"[" * 50_000, b"x" * 100_000],
    ids=range(9),
)  # fmt: skip
def test_a_bad_trust_root(exam: World, content: bytes) -> None:
    (exam.root / "trust.json").write_bytes(content)
    for command in (("assess",), ("log", "verify"), ("gate", "DEPLOY", "--model", "calm")):
        assert "trust.json" in done(exam.run(*command), 2).err


def test_symlinked_evidence_is_read_by_its_digest(exam: World, tmp_path: Path) -> None:
    (exam.root / "evidence").rename(tmp_path / "elsewhere")
    (exam.root / "evidence").symlink_to(tmp_path / "elsewhere")
    done(exam.run("gate", "DEPLOY", "--model", "calm"), 0)


@pytest.mark.parametrize("name", ["attempts.jsonl", "run.yaml"])
def test_a_pipe_in_place_of_evidence_does_not_hang(exam: World, name: str) -> None:
    for path in (exam.root / "evidence" / "runs").glob(f"*/{name}"):
        path.unlink()
        os.mkfifo(path)
    answer = exam.spawn(
        "--project", str(exam.root), "gate", "DEPLOY", "--model", "calm", code="import signal; signal.alarm(20)\n" + RUN
    )
    done(answer, 1)


def test_nothing_to_assess_is_no_good_answer(exam: World) -> None:
    (exam.root / "models.yaml").write_text("schema: scalegate.models/1\nmodels: {}\n", encoding="utf-8")
    assert "no model" in done(exam.run("assess"), 2).err


def test_no_configuration_is_no_good_answer(exam: World) -> None:
    text = "schema: scalegate.configurations/1\nconfigurations: {}\n"
    (exam.root / "configurations.yaml").write_text(text, encoding="utf-8")
    assert "no configuration" in done(exam.run("assess"), 2).err
    done(exam.run("gate", "DEPLOY", "--model", "calm"), 2)
