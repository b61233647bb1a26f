"""Reading and checking a policy takes work in proportion to its length, scan included."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from types import FrameType, ModuleType
from typing import Any

import pytest

from scalegate.policy.objection import MANY, nearest
from shared import ROOT


@pytest.fixture(scope="module")
def bench() -> ModuleType:
    spec = importlib.util.spec_from_file_location("policy_check", ROOT / "benchmarks" / "policy_check.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def work(bench: ModuleType, text: str) -> int:
    """Instructions that reading and checking take: the same on every machine, and no clock is asked."""
    made = 0

    def count(frame: FrameType, event: str, argument: object) -> Any:
        nonlocal made
        made += event == "opcode"
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        return count

    before = sys.gettrace()
    sys.settrace(count)
    try:
        bench.read(text.encode())
    finally:
        sys.settrace(before)
    return made


def growth(bench: ModuleType, text: Callable[[int], str], number: int) -> float:
    """What twice as many parts take over what that many take, each beyond what none take; 2 is in proportion."""
    bench.read(text(number).encode())  # what is looked up once is looked up before
    none, some, twice = (work(bench, text(n)) for n in (0, number, 2 * number))
    return (twice - none) / (some - none)


LINEAR = 2.15
"""What looks at every pair takes four times as much for twice as many."""


def test_twice_as_many_lines_take_twice_the_work(bench: ModuleType) -> None:
    """Seconds are printed by `benchmarks/policy_check.py`: 5,000 lines in about 0.1."""
    assert bench.long_policy(1600).count("\n") >= 1600
    assert bench.read(bench.long_policy(1600).encode())[0] == 0
    assert growth(bench, lambda number: str(bench.long_policy(200 + number)), 600) < LINEAR


DENSE = {
    "ties": (
        "  conditional:\n",
        "    - {limit: helper-%d, permission: TRAIN, protections: [guard-%d]}\n",
    ),
    "evaluations": (
        "  evaluations:\n",
        "    e%d: {title: t, suite: s, success_score: 1, coverage_floor: 80 %%, duration: 1 days, screens: exam-0, "
        "escalates_at: 0.%d5}\n",
    ),
    "actions": ("  actions:\n", "    - {id: a%d, when: crossed, what: w, role: officer, within: %d1 days}\n"),
    "roles that nobody defined": (
        "  actions:\n",
        "    - {id: a%d, when: crossed, what: w, role: officr%d, within: 2 days}\n",
    ),
    "duties": ("  alert_duties:\n", "    - {id: d%d, what: w, role: officer, within: %d1 days}\n"),
}


@pytest.mark.parametrize(
    "place", [p if p == "evaluations" else pytest.param(p, marks=pytest.mark.slow) for p in sorted(DENSE)]
)
def test_twice_as_many_one_line_parts_take_twice_the_work(bench: ModuleType, place: str) -> None:
    after, part = DENSE[place]
    head, _, tail = bench.long_policy(200).partition(after)

    def of(number: int) -> str:
        return str(head + after + "".join(part % (i, i % 10) for i in range(number)) + tail)

    assert growth(bench, of, 300) < LINEAR


def test_twice_as_many_wrong_names_take_twice_the_work(bench: ModuleType) -> None:
    roles = "".join(f"  role-{i}: {{title: t, line: assurance, holders: [p{i}]}}\n" for i in range(600))

    def text(number: int) -> str:
        wrong = "".join(
            f"    - {{id: a{i}, when: crossed, what: w, role: rule-{i}, within: 2 days}}\n" for i in range(number)
        )
        known = bench.long_policy(200).replace("roles:\n", f"roles:\n{roles}", 1)
        return str(known.replace("  actions:\n", f"  actions:\n{wrong}", 1))

    assert bench.read(text(200).encode())[0] == 200
    assert growth(bench, text, 100) < LINEAR


def test_the_nearest_of_very_many_names_is_found_among_those_that_begin_alike() -> None:
    names = [f"n{i}" for i in range(MANY * 3)]
    assert nearest("offcer", [*names, "officer"]) == "did you mean 'officer'?"
    assert nearest("zzz", names).endswith(f"or one of {MANY * 3 - 12} others")
    assert nearest("zzz", ["a", "b"]) == "write one of a, b"
