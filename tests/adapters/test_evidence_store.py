"""The store: a run under its address is whole, and whatever becomes of it is said (E1)."""

from __future__ import annotations

import json
import os
import threading
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalegate.adapters import evidence_store
from scalegate.adapters.attempt_lines import format_attempts, parse_attempts
from scalegate.adapters.evidence_store import (
    EvidenceStore,
    digest_of,
    format_manifest,
    manifest_of,
    parse_manifest,
)
from scalegate.errors import InputError
from scalegate.evidence.parsed_run import ParsedRun, in_order
from scalegate.evidence.run import Attempt, Dating, Reported, SourceFile, Status
from scalegate.quantity import Digest, Identifier, Minutes, parse_instant

WHEN = parse_instant("2026-03-01T12:00:00Z")
SOURCE = SourceFile(schema="scalegate.source/1", name="ä.csv", format="csv", digest=digest_of(b"s"), bytes=1)
ROWS = (
    Attempt(task=Identifier("t/1"), attempt=1, score=Decimal("0.25"), tokens=7, started_at=WHEN),
    Attempt(task=Identifier("t/2"), attempt=1, score=None, status=Status.ERROR, family=Identifier("f")),
    Attempt(task=Identifier("t/2"), attempt=2, score=Decimal(1), human_minutes=Minutes("1.5")),
)
RUN = ParsedRun(
    model=Identifier("m"), configuration=Identifier("c"), evaluation=Identifier("e"), run=Identifier("r"),
    status=Status.COMPLETED, dating=Dating.LOG, dated=WHEN, attempts=ROWS,
    reported=Reported(attempts=3, mean=Decimal("0.625")), defects=("invalidated",),
)  # fmt: skip


@pytest.fixture
def store(tmp_path: Path) -> EvidenceStore:
    return EvidenceStore(tmp_path / "evidence")


def files(store: EvidenceStore, address: Digest) -> Path:
    return store.runs / address.hex


def test_what_is_written_is_read_back(store: EvidenceStore) -> None:
    address, manifest = store.write_run(RUN, SOURCE)
    run = store.read_run(address, plan=digest_of(b"plan"))
    assert (run.manifest, run.attempts, run.problem, run.plan) == (manifest, ROWS, "", digest_of(b"plan"))
    assert digest_of((files(store, address) / "run.yaml").read_bytes()) == address
    assert manifest.rows == 3
    assert store.read_source(address) == SOURCE
    assert sorted(item.name for item in files(store, address).iterdir()) == [
        "attempts.jsonl",
        "run.yaml",
        "source.json",
    ]


def test_a_run_that_is_there_is_not_rewritten(store: EvidenceStore) -> None:
    address, _ = store.write_run(RUN, SOURCE)
    before = {item.name: item.stat().st_mtime_ns for item in files(store, address).iterdir()}
    assert store.write_run(RUN, replace(SOURCE, name="renamed.csv"))[0] == address
    assert {item.name: item.stat().st_mtime_ns for item in files(store, address).iterdir()} == before


def test_another_content_is_another_address(store: EvidenceStore) -> None:
    others = [
        replace(RUN, model=Identifier("n")),
        replace(RUN, attempts=ROWS[1:]),
        replace(RUN, reported=None),
        replace(RUN, defects=()),
    ]
    addresses = {store.write_run(run, SOURCE)[0] for run in (RUN, *others)}
    addresses.add(store.write_run(RUN, replace(SOURCE, digest=digest_of(b"other")))[0])
    assert len(addresses) == 6


@pytest.mark.parametrize("name", ["run.yaml", "attempts.jsonl"])
@pytest.mark.parametrize("act", ["delete", "alter", "truncate", "folder"])
def test_E1_absent_or_altered_bytes_leave_a_run_without_attempts(store: EvidenceStore, name: str, act: str) -> None:
    address, manifest = store.write_run(RUN, SOURCE)
    path = files(store, address) / name
    data = path.read_bytes()
    path.unlink()
    if act == "folder":
        path.mkdir()
    elif act != "delete":
        path.write_bytes(data.replace(b"1", b"2", 1) if act == "alter" else data[:-10])
    run = store.read_run(address, manifest)
    assert run.attempts is None
    assert name in run.problem
    assert run.manifest == manifest


def test_E1_a_deleted_folder_leaves_a_run_without_attempts(store: EvidenceStore) -> None:
    address, manifest = store.write_run(RUN, SOURCE)
    for item in files(store, address).iterdir():
        item.unlink()
    files(store, address).rmdir()
    assert store.read_run(address, manifest).attempts is None
    with pytest.raises(InputError, match="absent"):
        store.read_run(address)


def test_a_source_file_that_is_gone_changes_nothing(store: EvidenceStore) -> None:
    address, manifest = store.write_run(RUN, SOURCE)
    (files(store, address) / "source.json").write_text("{")
    assert store.read_run(address, manifest).attempts == ROWS
    assert store.read_source(address) is None


def test_a_manifest_other_than_the_recorded_one_is_a_problem(store: EvidenceStore) -> None:
    address, manifest = store.write_run(RUN, SOURCE)
    run = store.read_run(address, replace(manifest, model=Identifier("n")))
    assert (run.attempts, run.manifest.model) == (None, "n")


def test_ingesting_again_mends_a_damaged_run(store: EvidenceStore) -> None:
    address, manifest = store.write_run(RUN, SOURCE)
    (files(store, address) / "attempts.jsonl").write_text("")
    (files(store, address) / "run.yaml").unlink()
    assert store.write_run(RUN, SOURCE) == (address, manifest)
    assert store.read_run(address, manifest).attempts == ROWS


def test_a_failed_write_leaves_nothing_under_an_address(store: EvidenceStore, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(InputError, match="No space left"):
            store.write_run(RUN, SOURCE)
    assert list(store.runs.iterdir()) == []


def test_a_process_killed_while_writing_leaves_only_an_orphan(store: EvidenceStore) -> None:
    class KilledError(BaseException):
        pass

    def killed(path: Path, data: bytes) -> None:
        path.write_bytes(data[:10])
        raise KilledError

    kept = evidence_store._write, evidence_store.shutil.rmtree
    evidence_store._write = killed
    evidence_store.shutil.rmtree = lambda *_, **__: None  # type: ignore[assignment]
    try:
        with pytest.raises(KilledError):
            store.write_run(RUN, SOURCE)
    finally:
        evidence_store._write, evidence_store.shutil.rmtree = kept  # type: ignore[assignment]
    (orphan,) = store.orphans([])
    assert orphan.startswith(".aside-")
    address, manifest = store.write_run(RUN, SOURCE)
    assert store.read_run(address, manifest).attempts == ROWS
    assert store.orphans([address]) == (orphan,)


def test_runs_that_no_entry_names_are_orphans(store: EvidenceStore) -> None:
    assert store.orphans([]) == ()
    one, _ = store.write_run(RUN, SOURCE)
    two, _ = store.write_run(replace(RUN, run=Identifier("s")), SOURCE)
    assert store.orphans([one]) == (two.hex,)


def test_several_writers_of_one_run_agree(store: EvidenceStore) -> None:
    found: list[Digest] = []
    threads = [threading.Thread(target=lambda: found.append(store.write_run(RUN, SOURCE)[0])) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 6
    assert len(set(found)) == 1
    assert [item.name for item in store.runs.iterdir()] == [found[0].hex]


def test_the_bytes_of_manifest_and_attempts_are_fixed() -> None:
    assert format_attempts(ROWS).decode().splitlines() == [
        '{"attempt":1,"score":"0.25","started_at":"2026-03-01T12:00:00Z","status":"completed","task":"t/1","tokens":7}',
        '{"attempt":1,"family":"f","status":"error","task":"t/2"}',
        '{"attempt":2,"human_minutes":"1.5","score":"1","status":"completed","task":"t/2"}',
    ]
    text = format_manifest(manifest_of(RUN, SOURCE, digest_of(b"a"))).decode()
    assert text.startswith('schema: "scalegate.run/1"\nmodel: "m"\n')
    assert 'reported:\n  attempts: 3\n  mean: "0.625"\ndefects:\n  - "invalidated"\n' in text


@given(st.text(max_size=20), st.sampled_from(list(Status)), st.none() | st.just(WHEN))
def test_any_manifest_is_read_back_by_the_one_yaml_reader(name: str, status: Status, dated: object) -> None:
    run = replace(RUN, defects=(name,), status=status, dated=dated, attempts=())  # type: ignore[arg-type]
    manifest = manifest_of(run, SOURCE, digest_of(b""))
    try:
        name.encode()
    except UnicodeEncodeError:
        return
    assert parse_manifest(format_manifest(manifest), "run.yaml") == manifest


IDS = st.text(alphabet="abz019._:/@+-", min_size=1, max_size=12).filter(lambda t: ".." not in t).map(Identifier)
ATTEMPTS = st.builds(
    Attempt,
    task=IDS,
    attempt=st.integers(1, 10**6),
    score=st.none() | st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-1000, max_value=1000),
    status=st.sampled_from(list(Status)),
    tokens=st.none() | st.integers(0, 2**53 - 1),
    family=st.none() | IDS,
    human_minutes=st.none() | st.integers(1, 10**6).map(Minutes),
    started_at=st.none() | st.just(WHEN),
)


@given(st.lists(ATTEMPTS, max_size=6))
def test_any_attempts_are_read_back(rows: list[Attempt]) -> None:
    attempts = in_order(rows)
    text = format_attempts(attempts)
    assert parse_attempts(text) == attempts
    for line in text.splitlines():
        data = json.loads(line)
        assert line == json.dumps(data, sort_keys=True, separators=(",", ":")).encode()


def test_a_place_that_cannot_be_written_is_a_finding(tmp_path: Path) -> None:
    (tmp_path / "evidence").write_text("a file where the folder should be")
    with pytest.raises(InputError, match="cannot be written"):
        EvidenceStore(tmp_path / "evidence").write_run(RUN, SOURCE)
