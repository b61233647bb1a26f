"""Looking after every task: published e-values and prices, and an exact recursion that agrees with simulation."""

from __future__ import annotations

import json
from math import exp, log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalegate.errors import InputError
from scalegate.estimate.planning import fewest_tasks_sequential, log_e_value, plan_sequential
from scalegate.estimate.power import zero_success_tasks
from shared import shared


def test_matches_the_published_e_values() -> None:
    for row in json.loads(shared("reference/oracles.json").read_text())["one_sided_e_value_H0_p_ge_p0_truncBeta11"]:
        assert exp(log_e_value(row["s"], row["t"], row["p0"])) == pytest.approx(row["e"], rel=1e-9)
    assert exp(log_e_value(0, 43, 0.1)) == pytest.approx(20.8875, abs=5e-5)
    assert exp(log_e_value(2, 100, 0.1)) == pytest.approx(60.8881, abs=5e-5)


@pytest.mark.parametrize(("prior", "prices"), [((1.0, 1.0), [7, 20, 43, 88, 449]), ((0.5, 20.0), [5, 15, 33, 70, 373])])
def test_matches_the_published_prices_without_a_success(prior: tuple[float, float], prices: list[int]) -> None:
    limits = (0.5, 0.2, 0.1, 0.05, 0.01)
    assert [fewest_tasks_sequential(limit, 0.05, prior) for limit in limits] == prices
    assert all(n >= zero_success_tasks(p, 0.05) for p, n in zip(limits, prices, strict=True))


@given(tasks=st.integers(1, 500), limit=st.floats(0.01, 0.95), data=st.data())
def test_a_success_never_adds_evidence_for_a_rule_out(tasks: int, limit: float, data: st.DataObject) -> None:
    successes = data.draw(st.integers(0, tasks - 1))
    here = log_e_value(successes, tasks, limit)
    assert log_e_value(successes + 1, tasks, limit) <= here + 1e-9
    assert log_e_value(successes, tasks + 1, limit) >= here - 1e-9


def test_the_plan_agrees_with_simulation() -> None:
    plan = plan_sequential(0.2, 0.05, 0.05, 0.9)
    assert plan is not None
    generator = np.random.Generator(np.random.Philox(3))
    ends, ruled, draws = [], 0, 3000
    stop = {}
    for tasks in range(1, plan.most_tasks + 1):
        stop[tasks] = max((s for s in range(tasks + 1) if log_e_value(s, tasks, 0.2) >= log(20)), default=-1)
    for _ in range(draws):
        total = 0
        for tasks, outcome in enumerate(generator.random(plan.most_tasks) < 0.05, 1):
            total += int(outcome)
            if total <= stop[tasks]:
                ruled += 1
                break
        ends.append(tasks)
    assert ruled / draws == pytest.approx(plan.statistical_power, abs=0.02)
    assert np.mean(ends) == pytest.approx(plan.expected_tasks, abs=4 * np.std(ends) / draws**0.5)
    assert plan.fewest_tasks == 20


@pytest.mark.parametrize(("limit", "truth"), [(0.1, 0.02), (0.2, 0.1), (0.5, 0.3)])
def test_looking_early_misses_no_more_often_than_alpha(limit: float, truth: float) -> None:
    plan = plan_sequential(limit, 0.05, truth, 0.9)
    assert plan is not None
    assert plan.false_clearance <= 0.05
    assert plan.fewest_tasks < plan.expected_tasks < plan.expected_at_limit <= plan.most_tasks


def test_a_truth_of_zero_stops_at_the_earliest_look() -> None:
    plan = plan_sequential(0.1, 0.05, 0.0, 0.9)
    assert plan is not None
    assert (plan.most_tasks, plan.expected_tasks, plan.statistical_power) == (43, 43, 1)


def test_a_plan_out_of_reach_is_none() -> None:
    assert plan_sequential(0.1, 0.05, 0.099, 0.9, at_most=300) is None


def test_refuses_numbers_outside_their_range() -> None:
    with pytest.raises(InputError):
        log_e_value(3, 2, 0.1)
    with pytest.raises(InputError):
        log_e_value(0, 2, 0.1, (0.0, 1.0))
    with pytest.raises(InputError):
        plan_sequential(0.1, 0.05, 0.2, 0.9)
    with pytest.raises(InputError):
        fewest_tasks_sequential(0.1, 1.0)
