"""What a suite could not have shown: inverses of the exact bound and of its power."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalegate.errors import InputError
from scalegate.estimate.binomial import bound_binomial
from scalegate.estimate.power import (
    chance_of_at_most,
    greatest_truth_at_power,
    plan_tasks,
    smallest_limit_at_power,
    smallest_limit_ruled_out,
    statistical_power,
    zero_success_tasks,
)


@given(tasks=st.integers(0, 400), data=st.data())
def test_the_smallest_limit_is_the_exact_bound(tasks: int, data: st.DataObject) -> None:
    successes = data.draw(st.integers(0, tasks))
    found = smallest_limit_ruled_out(tasks, successes, 0.05)
    assert found == pytest.approx(bound_binomial(successes, successes, tasks, 0.05, 0.05).upper, rel=1e-12)


@given(tasks=st.integers(1, 300), truth=st.floats(0, 0.9), power=st.sampled_from([0.5, 0.8, 0.9]))
def test_any_greater_limit_is_ruled_out_with_the_stated_power(tasks: int, truth: float, power: float) -> None:
    limit = smallest_limit_at_power(tasks, truth, 0.05, power)
    assert limit > truth or limit == 1
    if limit < 0.999:
        assert statistical_power(tasks, limit + 1e-9, 0.05, truth) >= power
        assert statistical_power(tasks, limit - 1e-9, 0.05, truth) < power


@given(tasks=st.integers(1, 300), limit=st.floats(0.02, 0.95), power=st.sampled_from([0.5, 0.8, 0.9]))
def test_the_greatest_truth_has_just_the_stated_power(tasks: int, limit: float, power: float) -> None:
    truth = greatest_truth_at_power(tasks, limit, 0.05, power)
    if truth is None:
        assert tasks < zero_success_tasks(limit, 0.05)
    else:
        assert truth < limit
        assert statistical_power(tasks, limit, 0.05, truth) == pytest.approx(power, abs=1e-9)


def test_twenty_eight_tasks_cannot_rule_out_a_tenth_whatever_they_show() -> None:
    assert smallest_limit_ruled_out(28, 0, 0.05) > 0.1 > smallest_limit_ruled_out(29, 0, 0.05)
    assert greatest_truth_at_power(28, 0.1, 0.05, 0.5) is None


def test_the_chance_of_few_successes_is_binomial() -> None:
    assert chance_of_at_most(0, 29, 0.1) == pytest.approx(0.9**29)
    assert chance_of_at_most(30, 29, 0.1) == 1
    with pytest.raises(InputError):
        chance_of_at_most(-1, 29, 0.1)


def test_no_tasks_rule_nothing_out() -> None:
    assert smallest_limit_ruled_out(0, 0, 0.05) == 1
    assert smallest_limit_at_power(0, 0.0, 0.05, 0.9) == 1


@pytest.mark.parametrize("number", [0.0, 1.0, -1.0, float("nan")])
def test_refuses_limits_and_levels_at_the_ends(number: float) -> None:
    for call in (
        lambda: zero_success_tasks(number, 0.05),
        lambda: zero_success_tasks(0.1, number),
        lambda: plan_tasks(0.1, 0.05, 0.01, number),
        lambda: greatest_truth_at_power(30, 0.1, 0.05, number),
        lambda: smallest_limit_ruled_out(30, 0, number),
    ):
        with pytest.raises(InputError):
            call()


def test_refuses_a_truth_at_the_limit_and_more_successes_than_tasks() -> None:
    with pytest.raises(InputError):
        plan_tasks(0.1, 0.05, 0.1, 0.9)
    with pytest.raises(InputError):
        smallest_limit_ruled_out(10, 11, 0.05)
    with pytest.raises(InputError):
        smallest_limit_ruled_out(-1, 0, 0.05)
