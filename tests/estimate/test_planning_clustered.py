"""Plans for several attempts per task: exact with a known correlation, simulated with the gate's own bound."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import betabinom, binom

from scalegate.errors import InputError
from scalegate.estimate.bound import IntArray
from scalegate.estimate.planning import (
    clustered_power,
    design_effect,
    plan_by_simulation,
    plan_clustered,
    simulate_power,
    successes_per_task,
)
from scalegate.estimate.power import smallest_limit_ruled_out, statistical_power
from shared import shared


def test_the_design_effect() -> None:
    assert design_effect(8, 0.0) == 1
    assert design_effect(8, 1.0) == 8
    assert design_effect(8, 0.33) == pytest.approx(3.31)


@given(attempts=st.integers(1, 30), rate=st.floats(0.01, 0.99), icc=st.floats(0.01, 0.99))
def test_successes_per_task_follow_the_beta_binomial(attempts: int, rate: float, icc: float) -> None:
    size = (1 - icc) / icc
    known = betabinom.pmf(np.arange(attempts + 1), attempts, rate * size, (1 - rate) * size)
    assert successes_per_task(attempts, rate, icc) == pytest.approx(known, abs=1e-10)


@given(rate=st.floats(0, 1), icc=st.floats(0, 1))
def test_chances_add_up_wherever_the_correlation_lies(rate: float, icc: float) -> None:
    chances = successes_per_task(7, rate, icc)
    assert chances.sum() == pytest.approx(1)
    assert chances @ np.arange(8) == pytest.approx(7 * rate, abs=1e-9)


@pytest.mark.parametrize("icc", [0.0, 1e-12])
def test_without_correlation_they_are_binomial(icc: float) -> None:
    assert successes_per_task(8, 0.3, icc) == pytest.approx(binom.pmf(np.arange(9), 8, 0.3), abs=1e-10)


def test_with_full_correlation_a_task_succeeds_always_or_never() -> None:
    assert successes_per_task(4, 0.3, 1.0).tolist() == pytest.approx([0.7, 0, 0, 0, 0.3])
    assert successes_per_task(4, 0.0, 0.5).tolist() == [1, 0, 0, 0, 0]


def test_one_attempt_per_task_gives_the_published_plans() -> None:
    for row in json.loads(shared("reference/oracles.json").read_text())["exact_ruleout_plan"]:
        plan = plan_clustered(row["p0"], row["p1"], attempts=1, icc=0.4, alpha=row["alpha"], power=row["power"])
        assert plan is not None
        assert (plan.tasks, plan.most_successes) == (row["n"], row["c"])


def test_attempts_that_are_all_alike_buy_nothing() -> None:
    one = plan_clustered(0.2, 0.05, attempts=1, icc=0, alpha=0.05, power=0.9)
    eight = plan_clustered(0.2, 0.05, attempts=8, icc=1, alpha=0.05, power=0.9)
    independent = plan_clustered(0.2, 0.05, attempts=8, icc=0, alpha=0.05, power=0.9)
    assert one is not None
    assert eight is not None
    assert independent is not None
    assert eight.tasks == one.tasks
    assert independent.tasks * 8 == pytest.approx(one.tasks, abs=8)


def test_more_correlation_asks_for_more_tasks() -> None:
    plans = [plan_clustered(0.3, 0.1, attempts=5, icc=icc, alpha=0.05, power=0.8) for icc in (0, 0.1, 0.3, 0.6, 0.9, 1)]
    tasks = [plan.tasks for plan in plans if plan is not None]
    assert len(tasks) == len(plans)
    assert tasks == sorted(set(tasks))


def test_is_near_the_design_effect() -> None:
    plan = plan_clustered(0.1, 0.05, attempts=8, icc=0.3, alpha=0.05, power=0.9)
    assert plan is not None
    assert plan.tasks == pytest.approx(239 * design_effect(8, 0.3) / 8, rel=0.05)


def test_the_power_of_a_plan_falls_with_the_truth_and_is_below_alpha_at_the_limit() -> None:
    plan = plan_clustered(0.2, 0.05, attempts=4, icc=0.3, alpha=0.05, power=0.9)
    assert plan is not None
    powers = [clustered_power(plan, rate, 0.3) for rate in (0.0, 0.05, 0.1, 0.2, 0.4)]
    assert powers == sorted(powers, reverse=True)
    assert powers[0] == pytest.approx(1)
    assert powers[1] == pytest.approx(plan.statistical_power)
    assert powers[3] < 0.05


def test_a_plan_out_of_reach_is_none() -> None:
    assert plan_clustered(0.1, 0.0999, attempts=2, icc=0.5, alpha=0.05, power=0.9, at_most=60) is None


def exact(successes: IntArray) -> float:
    return smallest_limit_ruled_out(successes.size, int(successes.sum()), 0.05)


def test_simulation_agrees_with_the_exact_power_of_the_exact_bound() -> None:
    found = simulate_power(0.2, 0.05, tasks=44, attempts=1, icc=0, upper=exact, draws=4000)
    assert abs(found.statistical_power - statistical_power(44, 0.2, 0.05, 0.05)) < 4 * found.standard_error
    assert found == simulate_power(0.2, 0.05, tasks=44, attempts=1, icc=0, upper=exact, draws=4000)


def test_the_search_by_simulation_comes_near_the_exact_plan() -> None:
    found = plan_by_simulation(0.2, 0.05, attempts=1, icc=0, power=0.9, upper=exact, start=20, draws=1000)
    assert found is not None
    assert 38 <= found.tasks <= 52
    assert plan_by_simulation(0.2, 0.19, attempts=1, icc=0, power=0.9, upper=exact, start=20, at_most=50) is None


def test_refuses_numbers_outside_their_range() -> None:
    with pytest.raises(InputError):
        plan_clustered(0.1, 0.1, attempts=2, icc=0.1, alpha=0.05, power=0.9)
    with pytest.raises(InputError):
        plan_clustered(0.1, 0.05, attempts=0, icc=0.1, alpha=0.05, power=0.9)
    with pytest.raises(InputError):
        plan_clustered(0.1, 0.05, attempts=2, icc=1.1, alpha=0.05, power=0.9)
    with pytest.raises(InputError):
        design_effect(2, float("nan"))
    with pytest.raises(InputError):
        simulate_power(0.2, 0.05, tasks=0, attempts=1, icc=0, upper=exact)
