"""Looking after every task: an exact recursion that agrees with simulation and the price of peeking."""

from __future__ import annotations

from math import log

import numpy as np
import pytest

from scalegate.errors import InputError
from scalegate.estimate.planning import plan_sequential
from scalegate.estimate.power import zero_success_tasks
from scalegate.estimate.sequential import log_e_value, zero_success_trials


@pytest.mark.parametrize("limit", [0.5, 0.2, 0.1, 0.05, 0.01])
def test_the_earliest_stop_is_the_price_of_peeking(limit: float) -> None:
    plan = plan_sequential(limit, 0.05, 0.0, 0.9)
    assert plan is not None
    assert plan.fewest_tasks == plan.most_tasks == zero_success_trials(limit, 0.05)
    assert plan.fewest_tasks >= zero_success_tasks(limit, 0.05)


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
    assert plan.fewest_tasks == zero_success_trials(0.2, 0.05)


@pytest.mark.parametrize(("limit", "truth"), [(0.1, 0.02), (0.2, 0.1), (0.5, 0.3)])
def test_looking_early_misses_no_more_often_than_alpha(limit: float, truth: float) -> None:
    plan = plan_sequential(limit, 0.05, truth, 0.9)
    assert plan is not None
    assert plan.false_clearance <= 0.05
    assert plan.fewest_tasks < plan.expected_tasks < plan.expected_at_limit <= plan.most_tasks


def test_a_truth_of_zero_stops_at_the_earliest_look() -> None:
    plan = plan_sequential(0.1, 0.05, 0.0, 0.9)
    assert plan is not None
    assert plan.most_tasks == plan.expected_tasks == plan.fewest_tasks
    assert plan.statistical_power == 1


def test_a_plan_out_of_reach_is_none() -> None:
    assert plan_sequential(0.1, 0.05, 0.099, 0.9, at_most=300) is None


def test_refuses_numbers_outside_their_range() -> None:
    for wrong in ((0.1, 0.05, 0.2, 0.9), (1.0, 0.05, 0.2, 0.9), (0.1, 1.0, 0.05, 0.9), (0.1, 0.05, 0.05, 1.0)):
        with pytest.raises(InputError):
            plan_sequential(*wrong)
