"""What a file holds is told from its content: by first bytes and outermost keys, in time that grows with the prefix."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.harness_files import (
    TABLE,
    refusal,
    write_every_eval_ever,
    write_helm,
    write_inspect,
    write_json,
    write_lm_eval,
    write_metr,
    write_parquet,
    write_table,
)
from scalegate.adapters.source_kind import Kind, kind_of, outer_keys
from shared import shared

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def first_of(folder: Path, pattern: str) -> Path:
    return next(iter(sorted(folder.glob(pattern))))


FILES: dict[str, tuple[Callable[[Path], Path], Kind]] = {
    "an Inspect log": (write_inspect, Kind.INSPECT),
    "lm-eval results": (write_lm_eval, Kind.LM_EVAL),
    "lm-eval samples": (lambda f: first_of(write_lm_eval(f).parent, "samples_*"), Kind.LM_EVAL),
    "an Every Eval Ever record": (write_every_eval_ever, Kind.EVERY_EVAL_EVER),
    "its instances": (lambda f: first_of(write_every_eval_ever(f).parent, "*_samples.jsonl"), Kind.EVERY_EVAL_EVER),
    "METR runs": (write_metr, Kind.METR),
    "a table": (write_table, Kind.TABLE),
    "a Parquet table": (write_parquet, Kind.TABLE),
    "a HELM specification": (lambda f: write_helm(f) / "run_spec.json", Kind.HELM),
    "HELM states": (lambda f: write_helm(f) / "scenario_state.json", Kind.HELM),
}


@pytest.mark.parametrize("name", FILES)
def test_every_kind_is_known_whatever_its_file_is_called(name: str, tmp_path: Path) -> None:
    write, kind = FILES[name]
    place = write(tmp_path)
    assert kind_of(place)[0] is kind
    assert kind_of(place.rename(tmp_path / "renamed.txt"))[0] is kind


def test_every_real_log_of_the_shared_data_is_known() -> None:
    for place in sorted(shared("data/inspect_logs").iterdir()):
        if place.suffix in (".eval", ".json"):
            assert kind_of(place)[0] is Kind.INSPECT
    for place in sorted(shared("data/eval_formats/lm_eval").iterdir()):
        assert kind_of(place)[0] is Kind.LM_EVAL


def test_other_json_is_refused_with_its_keys_and_what_is_known(tmp_path: Path) -> None:
    said = refusal(write_json(tmp_path / "settings.json", {"results": {}, "colour": "red"}))
    assert "not a kind of evaluation results that is known: its keys are colour, results" in said
    assert "give an Inspect log, an evidence table, lm-eval results" in said
    assert "not a kind of evaluation results" in refusal(write_json(tmp_path / "list.json", [1]))


def test_a_zip_archive_under_another_name_says_how_it_is_to_be_named(tmp_path: Path) -> None:
    (tmp_path / "log.zip").write_bytes(b"PK\x03\x04" + bytes(100))
    assert "name it .eval" in refusal(tmp_path / "log.zip")


def test_rows_of_our_columns_with_a_wrong_one_are_still_a_table(tmp_path: Path) -> None:
    (tmp_path / "t.jsonl").write_text('{"model": "m", "evaluation": "e", "task": "t", "scores": 1}\n')
    assert "did you mean 'score'" in refusal(tmp_path / "t.jsonl")


def test_a_pipe_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.json")
    assert "not a file" in refusal(tmp_path / "pipe.json")


@given(data=st.dictionaries(st.text(), JSON, max_size=6), indent=st.sampled_from([None, 2]), plain=st.booleans())
def test_the_outermost_keys_are_those_of_the_parsed_object(
    data: dict[str, object], indent: int | None, plain: bool
) -> None:
    text = json.dumps(data, indent=indent, ensure_ascii=not plain).encode("utf-8", "surrogatepass")
    spelled = {json.dumps(key, ensure_ascii=not plain)[1:-1] for key in data}
    found = outer_keys(text)
    assert len(found) == len(spelled)
    assert {key for key in spelled if key.isascii()} <= found


@given(text=st.binary(max_size=300), lead=st.sampled_from([b"", b"{", b'{"', b'\xef\xbb\xbf {"a":']))
def test_no_text_is_too_strange(text: bytes, lead: bytes) -> None:
    assert isinstance(outer_keys(lead + text), frozenset)


@pytest.mark.parametrize("unit", [b'\\"', b'"\\', b"\\", b'"', b"{", b"[", b':"', b'"a":', b'"\\\\"'])
def test_a_mebibyte_that_never_ends_costs_no_more_than_any_other(unit: bytes) -> None:
    started = time.process_time()
    outer_keys(b'{"' + unit * (1024 * 1024 // len(unit)))
    assert time.process_time() - started < 5


def test_keys_behind_the_first_mebibyte_do_not_count(tmp_path: Path) -> None:
    place = write_json(tmp_path / "log.json", {"pad": "x" * 2 * 1024 * 1024, "eval": {}, "status": "success"})
    assert kind_of(place)[1] == frozenset({"pad"})
    assert len(TABLE) == 7
