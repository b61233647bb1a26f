"""Reading a policy file: two grades, every finding with its place, and never a traceback."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from scalegate.errors import Finding
from scalegate.policy.file import PolicyReading, parse_policy
from scalegate.shape import Fault, dotted, encode

MINIMAL = yaml.load(Path(__file__).with_name("minimal_policy.yaml").read_bytes(), Loader=yaml.BaseLoader)


def locate(faults: tuple[Fault, ...]) -> tuple[Finding, ...]:
    """Stands in for the scanner: every fault keeps its path, the place is the same for all."""
    return tuple(Finding(where="policy.yaml:1:1", path=dotted(f.path), what=f.what, mend=f.mend) for f in faults)


def read(change: Any = None) -> PolicyReading:
    data = copy.deepcopy(MINIMAL)
    if change:
        change(data)
    return parse_policy(data, locate)


def test_a_good_file_is_readable_and_adoptable() -> None:
    reading = read()
    assert reading.document is not None
    assert reading.adoptable
    assert reading.remarks
    assert parse_policy(encode(reading.document), locate).document == reading.document


def test_a_file_that_can_be_read_but_not_adopted_has_its_document_and_its_refusals() -> None:
    reading = read(lambda d: d["limits"]["last"].update(hard_stop="false"))
    assert reading.document is not None
    assert not reading.adoptable
    (finding,) = reading.findings
    assert (finding.where, finding.path, finding.rule) == ("policy.yaml:1:1", "threat_models.harm.ladder[1]", "L1")
    assert not finding.blocks_reading


def test_faults_of_shape_keep_a_file_from_being_read_and_come_all_at_once() -> None:
    def spoil(data: Any) -> None:
        data["limits"]["last"]["observations"]["horizon"]["limit"] = "160"
        data["evaluation"]["triggers"]["calender"] = data["evaluation"]["triggers"].pop("calendar")
        del data["accountability"]

    reading = read(spoil)
    assert reading.document is None
    said = {f.path: f for f in reading.findings}
    assert "write 480 min or 8 h" in said["limits.last.observations.horizon.limit"].mend
    assert "did you mean 'calendar'?" in said["evaluation.triggers.calender"].mend
    assert any("'accountability' is missing" in f.what for f in reading.findings)
    assert all(f.blocks_reading for f in reading.findings)


def test_an_unknown_key_does_not_hide_the_refusals_behind_it() -> None:
    def spoil(data: Any) -> None:
        data["tilte"] = "A slip"
        data["limits"]["last"]["hard_stop"] = "false"

    reading = read(spoil)
    assert reading.document is None
    assert [(f.path, f.blocks_reading) for f in reading.findings] == [
        ("tilte", True),
        ("threat_models.harm.ladder[1]", False),
    ]


def test_another_version_is_refused_by_name() -> None:
    reading = read(lambda d: d.update(schema="scalegate.policy/2", new_thing={"a": "b"}))
    (finding,) = reading.findings
    assert finding.path == "schema"
    assert "reads scalegate.policy/1, not scalegate.policy/2" in finding.what


def test_an_empty_file_or_a_list_is_a_finding() -> None:
    for data in (None, [], "text", ["a"]):
        reading = parse_policy(data, locate)
        assert reading.document is None
        assert reading.findings


def _paths(data: Any, here: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    return [here, *(path for key, value in inner for path in _paths(value, (*here, key)))]


VALUES = st.sampled_from(
    [None, "", "0", "-1", "unknown", "unbounded", "1e9999", "9" * 30, "0 days", "999999 months", "x" * 9999, "../a",
     [], {}, ["a"], {"a": "b"}, [[]], "true", "sha256:", "1e-9999", "1e9999x", "1e9999 h", "1e9999 FLOP"]
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(_paths(MINIMAL)[1:]), VALUES), min_size=1, max_size=3))
def test_whatever_stands_anywhere_gives_findings_and_never_a_traceback(changes: list[tuple[Any, Any]]) -> None:
    data = copy.deepcopy(MINIMAL)
    for path, value in changes:
        place = data
        try:
            for part in path[:-1]:
                place = place[part]
            place[path[-1]] = copy.deepcopy(value)  # a list put into itself is no file
        except (TypeError, KeyError, IndexError):
            continue  # an earlier change took the place away
    reading = parse_policy(data, locate)
    assert reading.document is not None or any(f.blocks_reading for f in reading.findings)
    assert all(f.what for f in (*reading.findings, *reading.remarks))


@settings(max_examples=60, deadline=None)
@given(st.sampled_from([p for p in _paths(MINIMAL) if p]))
def test_removing_anything_is_a_finding_or_leaves_a_document(path: tuple[Any, ...]) -> None:
    data = copy.deepcopy(MINIMAL)
    place = data
    for part in path[:-1]:
        place = place[part]
    del place[path[-1]]
    reading = parse_policy(data, locate)
    assert reading.document is not None or reading.findings
