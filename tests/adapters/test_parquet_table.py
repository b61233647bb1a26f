"""The evidence table as Parquet: the same as its other forms, and files made to harm."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.harness_files import TABLE, read, refusal, run_of, write_parquet, write_table
from scalegate.adapters import evidence_table, parquet_rows
from scalegate.errors import InputError
from scalegate.evidence.run import Dating

ROW: dict[str, Any] = {"model": "m", "evaluation": "e", "task": "t", "score": 1}


def table(folder: Path, **columns: Sequence[Any] | pa.Array) -> Path:
    count = max(len(column) for column in columns.values())
    data = {name: [value] * count for name, value in ROW.items()} | columns
    folder.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table(data), folder / "t.parquet")
    return folder / "t.parquet"


def test_parquet_and_json_lines_give_the_same_run(tmp_path: Path) -> None:
    parquet, lines = run_of(write_parquet(tmp_path)), run_of(write_table(tmp_path))
    assert parquet.attempts == lines.attempts
    assert (parquet.dated, parquet.dating) == (lines.dated, Dating.LOG)
    assert read(tmp_path / "table.parquet").source.format == "scalegate.evidence/1 parquet"


def test_parquet_is_known_by_its_first_bytes(tmp_path: Path) -> None:
    place = table(tmp_path, task=["a", "b"]).rename(tmp_path / "named.anything")
    assert [a.task for a in run_of(place).attempts] == ["a", "b"]
    (tmp_path / "no.parquet").write_text("model,evaluation,task,score\n")
    assert "no Parquet file" in refusal(tmp_path / "no.parquet")


@pytest.mark.parametrize(
    ("column", "scores"),
    [
        (pa.array([0, 1], pa.int8()), [Decimal(0), Decimal(1)]),
        (pa.array([2**40, None], pa.int64()), [Decimal(2**40), None]),
        (pa.array([0.1, 0.30000000000000004]), [Decimal("0.1"), Decimal("0.30000000000000004")]),
        (pa.array([Decimal("0.10"), Decimal("1.25")], pa.decimal128(5, 2)), [Decimal("0.10"), Decimal("1.25")]),
        (pa.array(["0.5", " 1 "]), [Decimal("0.5"), Decimal(1)]),
        (pa.array(["0.5", "0.5"]).dictionary_encode(), [Decimal("0.5"), Decimal("0.5")]),
        (pa.array(["0.5", None], pa.large_string()), [Decimal("0.5"), None]),
        (pa.array([None, None], pa.null()), [None, None]),
    ],
)
def test_scores_of_every_kind_of_number_are_exact(
    column: pa.Array, scores: list[Decimal | None], tmp_path: Path
) -> None:
    assert [a.score for a in run_of(table(tmp_path, task=["a", "b"], score=column)).attempts] == scores


@pytest.mark.parametrize(
    "started",
    [
        pa.array([datetime(2026, 3, 1, 10, 0, 0, 999_999, UTC)], pa.timestamp("us", "UTC")),
        pa.array(["2026-03-01T10:00:00Z"]),
    ],
)
def test_times_with_a_zone_are_cut_to_whole_seconds(started: pa.Array, tmp_path: Path) -> None:
    assert run_of(table(tmp_path, started_at=started)).dated == datetime(2026, 3, 1, 10, tzinfo=UTC)


def test_dates_are_their_first_second(tmp_path: Path) -> None:
    assert run_of(table(tmp_path, started_at=pa.array([date(2026, 3, 1)]))).dated == datetime(2026, 3, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("columns", "what"),
    [
        ({"started_at": pa.array([datetime(2026, 3, 1, 10)])}, "started_at: neither text nor a number"),
        ({"score": pa.array([True])}, "score: neither text nor a number"),
        ({"score": pa.array([[1.0]])}, "score: neither text nor a number"),
        ({"score": pa.array([{"a": 1}])}, "score: neither text nor a number"),
        ({"task": pa.array([b"t"])}, "task: neither text nor a number"),
        ({"score": pa.array([float("nan")])}, "t.parquet:1: score: 'nan'"),
        ({"score": pa.array([float("inf")])}, "t.parquet:1: score: 'inf'"),
        ({"task": ["a", None]}, "t.parquet:2: task: an empty cell"),
        ({"scores": [1]}, "unknown column 'scores' -> did you mean 'score'?"),
        ({"task": ["../../x"]}, "is no id"),
        ({"task": ["x" * 70_000]}, "task: a text of more than 64 KiB"),
    ],
)
def test_what_is_no_evidence_is_refused_with_row_and_column(columns: dict[str, Any], what: str, tmp_path: Path) -> None:
    assert what in refusal(table(tmp_path, **columns))


def test_columns_that_are_missing_or_stand_twice_are_refused(tmp_path: Path) -> None:
    pq.write_table(pa.table({"model": ["m"], "task": ["t"]}), tmp_path / "few.parquet")
    assert "evaluation: this column is missing" in refusal(tmp_path / "few.parquet")
    twice = pa.table([pa.array(["x"])] * 5, names=[*ROW, "model"])
    pq.write_table(twice, tmp_path / "twice.parquet")
    assert "model: this column stands there more than once" in refusal(tmp_path / "twice.parquet")


def test_a_table_without_rows_is_refused(tmp_path: Path) -> None:
    pq.write_table(pa.table({name: pa.array([], pa.string()) for name in ROW}), tmp_path / "none.parquet")
    assert "no row of evidence" in refusal(tmp_path / "none.parquet")


def test_a_text_that_is_repeated_a_million_times_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    column = pa.DictionaryArray.from_arrays(pa.array([0] * 300_000, pa.int32()), pa.array(["x" * 1_000_000]))
    place = table(tmp_path, task=column)
    assert place.stat().st_size < 200_000
    before = pa.total_allocated_bytes()
    assert "a text of more than 64 KiB" in refusal(place)
    assert pa.total_allocated_bytes() - before < 64 * 1024 * 1024


def test_too_many_rows_and_bytes_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = table(tmp_path, task=["a", "b", "c"])
    monkeypatch.setattr(parquet_rows, "_MAX_UNPACKED", 10)
    assert "2 GiB unpacked" in refusal(place)
    monkeypatch.undo()
    monkeypatch.setattr(evidence_table, "MAX_ROWS", 2)
    assert "more than 2 rows" in refusal(place)
    monkeypatch.undo()
    monkeypatch.setattr(evidence_table, "MAX_BYTES", 100)
    assert "more than 512 MiB" in refusal(place)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.floats(0, 1), byte=st.integers(0, 255), cut=st.booleans())
def test_a_damaged_file_is_read_or_refused_with_a_finding(at: float, byte: int, cut: bool, tmp_path: Path) -> None:
    data = bytearray(write_parquet(tmp_path).read_bytes())
    place = int(at * (len(data) - 5)) + 4
    data[place] = byte
    (tmp_path / "bad.parquet").write_bytes(data[:place] if cut else data)
    try:
        said = read(tmp_path / "bad.parquet").source.name
    except InputError as error:
        said = str(error)
    assert "bad.parquet" in said


def test_a_missing_extra_says_what_to_type(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = write_parquet(tmp_path, TABLE)
    for name in [name for name in sys.modules if name.partition(".")[0] == "pyarrow"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    assert "pip install 'scalegate[parquet]'" in refusal(place)
    assert run_of(write_table(tmp_path)).attempts
