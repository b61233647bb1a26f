"""Attempts kept in columns: the same run under the same address, and whatever becomes of the bytes is said (E1)."""

from __future__ import annotations

import io
import sys
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.test_evidence_store import ATTEMPTS, ROWS, RUN, SOURCE, files
from scalegate.adapters.attempt_columns import format_columns, lines_of
from scalegate.adapters.attempt_lines import format_attempts
from scalegate.adapters.evidence_store import EvidenceStore
from scalegate.errors import InputError
from scalegate.evidence.parsed_run import in_order
from scalegate.evidence.run import Attempt
from scalegate.quantity import Digest

MORE = (
    *ROWS,
    replace(ROWS[2], attempt=3, seconds=Decimal("0.25"), transcript=False, rescored=True, tokens=2**53 - 1),
    replace(ROWS[2], attempt=4, score=Decimal("1E+40"), transcript=True, rescored=False),
)
KEPT = replace(RUN, attempts=MORE)


@pytest.fixture
def store(tmp_path: Path) -> EvidenceStore:
    return EvidenceStore(tmp_path / "evidence", columnar=True)


@pytest.fixture
def without_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "pyarrow"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "pyarrow", None)


def columns(store: EvidenceStore, address: Digest) -> Path:
    return files(store, address) / "attempts.parquet"


def changed(data: bytes, name: str, value: object) -> bytes:
    """The same file with another value in the last row of a column."""
    table = pq.read_table(io.BytesIO(data))
    values = [*table.column(name).to_pylist()[:-1], value]
    at = table.column_names.index(name)
    file = io.BytesIO()
    pq.write_table(table.set_column(at, name, pa.array(values, table.schema.field(name).type)), file)
    return file.getvalue()


def test_what_is_written_is_read_back_under_the_address_of_lines(store: EvidenceStore, tmp_path: Path) -> None:
    address, manifest = store.write_run(KEPT, SOURCE)
    assert (address, manifest) == EvidenceStore(tmp_path / "other").write_run(KEPT, SOURCE)
    kept = sorted(item.name for item in files(store, address).iterdir())
    assert kept == ["attempts.parquet", "run.yaml", "source.json"]
    for reader in (store, EvidenceStore(tmp_path / "evidence")):  # what is asked for now changes nothing
        run = reader.read_run(address, manifest)
        assert (run.attempts, run.problem) == (MORE, "")
        assert reader.holds(address, manifest) == ""


def test_a_run_of_no_attempts_is_read_back(store: EvidenceStore) -> None:
    address, manifest = store.write_run(replace(RUN, attempts=()), SOURCE)
    assert store.read_run(address, manifest).attempts == ()


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(ATTEMPTS, max_size=6))
def test_any_attempts_come_back_as_their_canonical_lines(rows: list[Attempt]) -> None:
    attempts = in_order(rows)
    assert lines_of(format_columns(attempts), len(attempts), "x") == format_attempts(attempts)


def test_many_attempts_come_back_in_their_order() -> None:
    attempts = in_order(replace(ROWS[0], attempt=n, tokens=n % 7) for n in range(1, 40_000))
    assert lines_of(format_columns(attempts), len(attempts), "x") == format_attempts(attempts)


@pytest.mark.parametrize(
    ("name", "value"),
    [("score", "0"), ("score", None), ("task", "t/3"), ("status", None), ("attempt", None), ("attempt", 9),
     ("tokens", 0), ("rescored", None), ("transcript", False), ("family", "g" * 300)],
)  # fmt: skip
def test_E1_a_changed_value_leaves_a_run_without_attempts(store: EvidenceStore, name: str, value: object) -> None:
    address, manifest = store.write_run(KEPT, SOURCE)
    place = columns(store, address)
    place.write_bytes(changed(place.read_bytes(), name, value))
    run = store.read_run(address, manifest)
    assert (run.attempts, run.problem) == (None, "attempts.parquet was altered")
    assert store.holds(address, manifest) is None


@pytest.mark.parametrize("act", ["delete", "cut", "empty", "other rows", "other columns", "no parquet", "folder"])
def test_E1_damaged_columns_leave_a_run_without_attempts_and_come_back(store: EvidenceStore, act: str) -> None:
    address, manifest = store.write_run(KEPT, SOURCE)
    place = columns(store, address)
    data, file = place.read_bytes(), io.BytesIO()
    table = pq.read_table(io.BytesIO(data))
    other = {
        "cut": data[:-9], "empty": b"", "no parquet": b"PAR1" * 9, "other rows": format_columns(MORE[1:]),
    }  # fmt: skip
    if act == "other columns":
        pq.write_table(table.append_column("more", pa.array([1] * len(MORE))), file)
        other[act] = file.getvalue()
    place.unlink()
    if act == "folder":
        place.mkdir()
    elif act != "delete":
        place.write_bytes(other[act])
    run = store.read_run(address, manifest)
    assert run.attempts is None
    assert "attempts." in run.problem
    if act != "folder":
        assert store.write_run(KEPT, SOURCE) == (address, manifest)
        assert store.read_run(address, manifest).attempts == MORE
        assert not place.exists()  # what was damaged comes back in lines


def test_E1_any_byte_that_changes_what_is_read_is_seen(store: EvidenceStore) -> None:
    address, manifest = store.write_run(KEPT, SOURCE)
    data = columns(store, address).read_bytes()
    for at in range(0, len(data), 7):
        columns(store, address).write_bytes(data[:at] + bytes([data[at] ^ 0x41]) + data[at + 1 :])
        assert store.read_run(address, manifest).attempts in (None, MORE)


def test_E1_a_file_that_unpacks_to_more_than_its_rows_can_be_is_not_unpacked() -> None:
    table = pa.table({"task": pa.array(["x" * 1_000_000] * 20)})
    file = io.BytesIO()
    pq.write_table(table, file, use_dictionary=False)
    assert lines_of(file.getvalue(), 20, "x") is None


@pytest.mark.parametrize("damaged", ["attempts.jsonl", "attempts.parquet"])
def test_E1_of_two_forms_both_must_hold_the_attempts(store: EvidenceStore, damaged: str) -> None:
    address, manifest = store.write_run(KEPT, SOURCE)
    (files(store, address) / "attempts.jsonl").write_bytes(format_attempts(MORE))
    assert store.read_run(address, manifest).attempts == MORE
    (files(store, address) / damaged).write_bytes(b"")
    assert store.read_run(address, manifest).problem == f"{damaged} was altered"


def test_lines_that_are_there_are_not_rewritten_as_columns(store: EvidenceStore, tmp_path: Path) -> None:
    address, _ = EvidenceStore(tmp_path / "evidence").write_run(KEPT, SOURCE)
    store.write_run(KEPT, SOURCE)
    assert not columns(store, address).exists()


@pytest.mark.usefixtures("without_extra")
def test_writing_without_the_extra_says_what_to_type(store: EvidenceStore) -> None:
    with pytest.raises(InputError, match=r"pip install 'scalegate\[parquet\]'"):
        store.write_run(KEPT, SOURCE)
    assert list(store.runs.glob("*")) == []


def test_columns_without_the_extra_are_refused_and_lines_are_read(
    store: EvidenceStore, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """A refusal, and no run without attempts: a verdict must not hang on what is installed."""
    address, manifest = store.write_run(KEPT, SOURCE)
    lines = EvidenceStore(tmp_path / "lines")
    lines.write_run(KEPT, SOURCE)
    request.getfixturevalue("without_extra")
    for act in (store.read_run, store.holds):
        with pytest.raises(InputError, match=r"pip install 'scalegate\[parquet\]'"):
            act(address, manifest)
    assert lines.read_run(address, manifest).attempts == MORE
