"""Files of other tools that are cut, made to harm, or no such files: one finding each, in bounded memory and time."""

from __future__ import annotations

import json
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.harness_files import (
    EEE_NAME,
    EVALUATION,
    STAMP,
    TABLE,
    read,
    refusal,
    write_every_eval_ever,
    write_helm,
    write_lm_eval,
    write_metr,
)
from scalegate.adapters import json_source
from scalegate.errors import InputError
from scalegate.quantity import Identifier

MINE = Identifier(EVALUATION)
SOURCES: dict[str, tuple[Callable[[Path], Path], str]] = {
    "lm-eval samples": (write_lm_eval, f"samples_{EVALUATION}_{STAMP}.jsonl"),
    "lm-eval results": (write_lm_eval, f"results_{STAMP}.json"),
    "HELM instances": (write_helm, "per_instance_stats.json"),
    "HELM states": (write_helm, "scenario_state.json"),
    "HELM aggregates": (write_helm, "stats.json"),
    "Every Eval Ever instances": (write_every_eval_ever, f"{EEE_NAME}_samples.jsonl"),
    "Every Eval Ever record": (write_every_eval_ever, f"{EEE_NAME}.json"),
    "METR runs": (write_metr, "runs.jsonl"),
}
BAD: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda whole: b"",
    "cut": lambda whole: whole[: len(whole) * 2 // 3],
    "not UTF-8": lambda whole: whole[:-3] + b'"\xff\xfe"' + whole[-3:],
    "deeply nested": lambda whole: whole[:-1] + b"[" * 200_000,
    "a list that ends nowhere": lambda whole: b"[" * 1_000_000,
    "nested objects": lambda whole: b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "a bare number": lambda whole: b"1",
    "a huge number": lambda whole: b"9" * 1_000_000,
    "NUL": lambda whole: bytes(1000),
}


def written(name: str, folder: Path, change: Callable[[bytes], bytes]) -> Path:
    write, file = SOURCES[name]
    source = write(folder)
    place = folder / file
    place.write_bytes(change(place.read_bytes()))
    return source if source.is_dir() else place


def read_or_refused(source: Path) -> object:
    """The runs, or what the reader said; any other error fails the test."""
    try:
        return read(source, evaluation=MINE).runs
    except InputError as error:
        return str(error)


@pytest.mark.parametrize("bad", BAD)
@pytest.mark.parametrize("name", SOURCES)
def test_a_bad_file_is_refused_with_a_finding_that_names_it(name: str, bad: str, tmp_path: Path) -> None:
    source = written(name, tmp_path, BAD[bad])
    started = time.process_time()
    said = refusal(source, evaluation=MINE)
    assert time.process_time() - started < 10
    assert SOURCES[name][1] in said or tmp_path.name in said


@pytest.mark.parametrize("name", SOURCES)
def test_a_key_that_stands_twice_is_refused(name: str, tmp_path: Path) -> None:
    def twice(whole: bytes) -> bytes:
        at = whole.index(b"{")
        return whole[: at + 1] + b'"zz": 1, "zz": 2, ' + whole[at + 1 :]

    assert "'zz' stands twice in one object" in refusal(written(name, tmp_path, twice), evaluation=MINE)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.sampled_from(sorted(SOURCES)),
    at=st.floats(0, 1),
    put=st.binary(min_size=1, max_size=4),
    cut=st.booleans(),
)
def test_a_source_with_any_bytes_changed_is_read_or_refused_with_a_finding(
    name: str, at: float, put: bytes, cut: bool, tmp_path: Path
) -> None:
    def change(whole: bytes) -> bytes:
        place = int(at * len(whole))
        return whole[:place] + put + (b"" if cut else whole[place + len(put) :])

    source = written(name, tmp_path, change)
    assert read_or_refused(source)


WRONG = st.sampled_from([None, True, "x", "1e9999", -1, 10**400, [], [[]], {}, {"a": []}, "\ud800", "\x00"])


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.sampled_from(sorted(SOURCES)), pick=st.randoms(use_true_random=False), value=WRONG)
def test_a_source_with_any_value_of_the_wrong_type_is_read_or_refused_with_a_finding(  # type: ignore[no-untyped-def]
    name: str, pick, value, tmp_path: Path
) -> None:
    def change(whole: bytes) -> bytes:
        lines = SOURCES[name][1].endswith(".jsonl")
        found = [json.loads(line) for line in whole.splitlines()] if lines else json.loads(whole)
        node = found
        while True:
            keys = list(node) if isinstance(node, dict) else range(len(node))
            key = pick.choice(list(keys))
            if isinstance(node[key], (dict, list)) and node[key] and pick.random() < 0.8:
                node = node[key]
                continue
            node[key] = value
            break
        return ("".join(json.dumps(row) + "\n" for row in found) if lines else json.dumps(found)).encode()

    source = written(name, tmp_path, change)
    assert read_or_refused(source)


@pytest.mark.parametrize("name", ["lm-eval samples", "Every Eval Ever instances", "METR runs"])
def test_a_line_that_never_ends_is_given_up_in_bounded_memory(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(json_source, "MAX_LINE", 1024 * 1024)
    source = written(name, tmp_path, lambda whole: whole + b'{"a": "' + b"x" * 64 * 1024 * 1024)
    tracemalloc.start()
    said = refusal(source, evaluation=MINE)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert f":{len(TABLE) + 1}: a line of more than 1 MiB" in said
    assert most < 24 * 1024 * 1024


@pytest.mark.parametrize("name", ["lm-eval results", "HELM instances", "Every Eval Ever record"])
def test_a_document_that_is_too_large_is_refused_unread(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(json_source, "MAX_DOCUMENT", 1024)
    source = written(name, tmp_path, lambda whole: whole + b" " * 2048)
    assert "larger than 0 MiB" in refusal(source, evaluation=MINE)


@pytest.mark.parametrize("limit", ["MAX_FILE", "MAX_ROWS"])
def test_a_file_of_lines_that_is_too_long_is_refused(
    limit: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(json_source, limit, 3)
    assert "split the file" in refusal(write_metr(tmp_path), evaluation=MINE)


def test_the_first_twenty_bad_rows_are_shown_and_the_others_counted(tmp_path: Path) -> None:
    place = write_metr(tmp_path)
    row = place.read_text("utf-8").splitlines()[0].replace('"t0"', '"a b"', 1)
    place.write_text(f"{row}\n" * 30, "utf-8")
    said = refusal(place, evaluation=MINE)
    assert said.count("is no id") == 20
    assert "and 10 more findings" in said
