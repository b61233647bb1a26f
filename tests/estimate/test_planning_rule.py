"""A policy's own rule on tasks and tries: how often it triggers, and from which rate on."""

from __future__ import annotations

import json
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalegate.errors import InputError
from scalegate.estimate.planning import TriggerRule, rate_at_trigger, trigger_probability
from shared import shared


def rule(tasks: int = 5, share: Fraction = Fraction(1, 2)) -> TriggerRule:
    return TriggerRule(least=1, tries=10, share=share, tasks=tasks)


def test_matches_the_published_characteristic() -> None:
    for row in json.loads(shared("reference/oracles.json").read_text())["rsp_v1_rule_oc"]:
        assert trigger_probability(rule(), row["p"]) == pytest.approx(row["trigger_3_of_5"], rel=1e-9)


@pytest.mark.parametrize(
    ("rate", "probability"),
    [(0.01, 0.0075), (0.02, 0.0456), (0.05, 0.3196), (0.067, 0.5003), (0.1, 0.7669), (0.15, 0.9445), (0.2, 0.9895)],
)
def test_the_rule_of_five_tasks_misses_a_quarter_at_a_tenth(rate: float, probability: float) -> None:
    assert trigger_probability(rule(), rate) == pytest.approx(probability, abs=5e-5)


def test_more_tasks_sharpen_it() -> None:
    assert trigger_probability(rule(20), 0.1) == pytest.approx(0.9482, abs=5e-5)


def test_a_share_is_exact() -> None:
    assert rule(10, Fraction("0.7")).tasks_needed == 7  # 0.7 * 10 is above 7 in some ways of computing it
    assert rule(5).tasks_needed == 3
    assert rule(1, Fraction("0.01")).tasks_needed == 1


@given(rates=st.tuples(st.floats(0, 1), st.floats(0, 1)), icc=st.floats(0, 1), tasks=st.integers(1, 30))
def test_law_2_a_higher_rate_never_triggers_less(rates: tuple[float, float], icc: float, tasks: int) -> None:
    low, high = (trigger_probability(rule(tasks), rate, icc) for rate in (min(rates), max(rates)))
    assert 0 <= low <= high + 1e-9 <= 1 + 1e-9


@given(probability=st.floats(0.01, 0.99), icc=st.sampled_from([0.0, 0.3, 1.0]))
def test_the_rate_of_a_trigger_probability_reaches_it(probability: float, icc: float) -> None:
    rate = rate_at_trigger(rule(), probability, icc)
    assert trigger_probability(rule(), rate, icc) == pytest.approx(probability, abs=1e-6)


def test_tasks_that_differ_change_what_the_rule_sees() -> None:
    assert trigger_probability(rule(), 0.1, 0.5) < trigger_probability(rule(), 0.1, 0.0)


@pytest.mark.parametrize(
    "wrong",
    [
        {"least": 0, "tries": 10, "share": Fraction(1, 2), "tasks": 5},
        {"least": 11, "tries": 10, "share": Fraction(1, 2), "tasks": 5},
        {"least": 1, "tries": 10, "share": Fraction(0), "tasks": 5},
        {"least": 1, "tries": 10, "share": Fraction(3, 2), "tasks": 5},
        {"least": 1, "tries": 10, "share": Fraction(1, 2), "tasks": 0},
    ],
)
def test_refuses_a_rule_that_cannot_be_met_or_says_nothing(wrong: dict[str, object]) -> None:
    with pytest.raises(InputError):
        TriggerRule(**wrong)  # type: ignore[arg-type]
