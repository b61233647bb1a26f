"""Planning a suite before it is run: published numbers of tasks, and agreement with the bound that will be used."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from scalegate.estimate.binomial import bound_binomial
from scalegate.estimate.power import most_successes, plan_tasks, statistical_power, zero_success_tasks
from shared import shared


def test_matches_the_published_plans() -> None:
    oracles = json.loads(shared("reference/oracles.json").read_text())
    for row in oracles["zero_success_n"]:
        assert zero_success_tasks(row["p0"], row["alpha"]) == row["n"]
    for row in oracles["exact_ruleout_plan"]:
        plan = plan_tasks(row["p0"], row["alpha"], row["p1"], row["power"])
        assert plan is not None
        assert (plan.tasks, plan.most_successes) == (row["n"], row["c"])
        assert plan.statistical_power >= row["power"]


@given(tasks=st.integers(1, 400), limit=st.floats(0.01, 0.99), alpha=st.sampled_from([0.001, 0.01, 0.05, 0.1]))
def test_most_successes_is_where_the_bound_reaches_the_limit(tasks: int, limit: float, alpha: float) -> None:
    most = most_successes(tasks, limit, alpha)
    if most is not None:
        assert bound_binomial(most, most, tasks, alpha, alpha).upper < limit + 1e-12
    beyond = 0 if most is None else most + 1
    if beyond <= tasks:
        assert bound_binomial(beyond, beyond, tasks, alpha, alpha).upper >= limit - 1e-12


def test_a_rate_at_the_limit_is_cleared_less_often_than_alpha() -> None:
    for tasks in (10, 29, 59, 200):
        assert statistical_power(tasks, 0.1, 0.05, 0.1) < 0.05
        assert statistical_power(tasks, 0.1, 0.05, 0.3) < 0.05


def test_too_few_tasks_have_no_power_at_all() -> None:
    assert most_successes(28, 0.1, 0.05) is None
    assert statistical_power(28, 0.1, 0.05, 0.0) == 0
    assert statistical_power(29, 0.1, 0.05, 0.0) == 1
    assert plan_tasks(0.1, 0.05, 0.0999, 0.99, at_most=500) is None


@pytest.mark.parametrize(("limit", "truth"), [(0.5, 0.3), (0.2, 0.05), (0.1, 0.02), (0.05, 0.01)])
@pytest.mark.parametrize(("alpha", "power"), [(0.05, 0.8), (0.05, 0.9), (0.01, 0.9)])
def test_the_bound_holds_without_need_as_rarely_as_planned(
    limit: float, truth: float, alpha: float, power: float
) -> None:
    """Over all outcomes of the planned suite, with the bound that gates: exact."""
    plan = plan_tasks(limit, alpha, truth, power)
    assert plan is not None
    uppers = np.array([bound_binomial(k, k, plan.tasks, alpha, alpha).upper for k in range(plan.tasks + 1)])
    chances = {rate: stats.binom.pmf(range(plan.tasks + 1), plan.tasks, rate) for rate in (truth, limit)}
    held = float(chances[truth][uppers >= limit].sum())
    assert held == pytest.approx(1 - plan.statistical_power, abs=1e-12)
    assert held <= 1 - power
    assert chances[limit][uppers < limit].sum() <= alpha
