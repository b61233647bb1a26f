"""Whatever is wrong in a policy file, the finding says what, and on which line and column."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from scalegate.adapters.yaml_scan import locate, read_yaml
from scalegate.errors import Finding, InputError
from scalegate.policy.file import parse_policy

GOOD = Path(__file__).with_name("minimal_policy.yaml").read_text(encoding="utf-8")


def findings(text: str) -> list[Finding]:
    try:
        scanned = read_yaml(text.encode(), "policy.yaml")
    except InputError as error:
        return list(error.findings)
    return list(parse_policy(scanned.data, partial(locate, spans=scanned.spans, name="policy.yaml")).findings)


def line_of(text: str, part: str) -> tuple[int, int]:
    """Line and column, from 1, of the one place where a part stands."""
    assert text.count(part) == 1, part
    before = text[: text.index(part)]
    return before.count("\n") + 1, len(before.rpartition("\n")[2]) + 1


BOMB = "a: &a [x, x, x, x]\nb: &b [*a, *a, *a, *a]\nc: &c [*b, *b, *b, *b]\n"

# What is put into the good file in place of what, where in it the finding points, and in which words.
FAULTS = [
    ("title: A minimal policy", "title: &x A minimal policy", "&x A minimal", "an anchor (&x)"),
    ("    ladder: [first, last]", "    ladder: &l [first, *l]", "&l [first", "an anchor (&l)"),
    ("    ladder: [first, last]", "    ladder: &l [first, *l]", "*l]", "an alias (*l)"),
    ("version: 1.0.0\n", "version: 1.0.0\nversion: 1.0.1\n", "version: 1.0.1", "'version' again, first on line 3"),
    ("    title: A harm\n", "\ttitle: A harm\n", "\ttitle: A harm", "a tab where spaces indent"),
    ("limit: 160 h", "limit: 160", "160\n", "'160' is no task length"),
    ("limit: 160 h", "limit: 160 days", "160 days", "'160 days' is no task length"),
    ("{at: 1e24 FLOP}", "{at: 1e24}", "1e24}", "'1e24' is no amount of compute"),
    ("value: 2x,", "value: two,", "two,", "'two' is no factor"),
    ("coverage_floor: 80 %", "coverage_floor: 80", "80, duration", "'80' is ambiguous"),
    ("calendar: 3 months", "calendar: 3 moons", "3 moons", "'3 moons' is no period"),
    ("until: 2026-06-30", "until: 30.6.2026", "30.6.2026", "'30.6.2026' is no instant"),
    ("measure: time_horizon", "measure: time_horison", "time_horison", "'time_horison' is not a known measure"),
    ("schema: scalegate.policy/1", "schema: scalegate.policy/9", "scalegate.policy/9", "not scalegate.policy/9"),
    ("    hard_stop: \"true\"\n", "    hard_stopp: \"true\"\n", "hard_stopp", "unknown key"),
    ("role: officer, within", "role: oficer, within", "oficer, within", "'oficer' is no role"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "points_at", "words"), FAULTS, ids=[f"{w}" for *_, w in FAULTS])
def test_a_fault_is_named_with_line_and_column(old: str, new: str, points_at: str, words: str) -> None:
    assert GOOD.count(old) == 1
    text = GOOD.replace(old, new)
    line, column = line_of(text, points_at)
    found = findings(text)
    told = [f"{f.where} {f.what}" for f in found]
    assert any(f.where == f"policy.yaml:{line}:{column}" and words in f.what for f in found), told


def test_a_bomb_of_aliases_is_refused_before_anything_is_expanded() -> None:
    found = findings(BOMB + GOOD)
    assert found[0].where == "policy.yaml:1:4"
    assert any("an alias" in f.what for f in found)


def test_every_finding_of_any_fault_carries_line_and_column() -> None:
    for old, new, *_ in FAULTS:
        for finding in findings(GOOD.replace(old, new)):
            assert finding.where.count(":") == 2, finding
