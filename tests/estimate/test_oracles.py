"""Every value in `reference/oracles.json`: a table from its names to checks, none left out and no value unread."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from math import exp, log
from typing import Any

import numpy as np
import pytest
from scipy import stats

from growth_world import TIME_HORIZON_1_1, june_2025, points
from scalegate.estimate import split_gap
from scalegate.estimate.betting import upper_mean
from scalegate.estimate.binomial import bound_binomial
from scalegate.estimate.difference_plan import tasks_for_difference
from scalegate.estimate.elicitation import beta_pass_at_k, bound_with_attempts, pass_at_k
from scalegate.estimate.logistic import End, Fits
from scalegate.estimate.paired import mcnemar
from scalegate.estimate.planning import TriggerRule, successes_per_task, trigger_probability
from scalegate.estimate.power import chance_of_at_most, plan_tasks, zero_success_tasks
from scalegate.estimate.sequential import log_e_truncated
from scalegate.estimate.standard_error import clustered_error
from scalegate.estimate.trend import fit_trend
from shared import shared

near = pytest.approx


def paths(value: Any, path: str = "") -> Iterator[str]:
    """Of all values in a part of the file."""
    if isinstance(value, dict | list):
        for key in value if isinstance(value, dict) else range(len(value)):
            yield from paths(value[key], f"{path}/{key}")
    else:
        yield path


class Node:
    """A part of the file; takes what has been read off the paths left."""

    def __init__(self, value: Any, left: set[str], path: str = "") -> None:
        self.value, self.left, self.path = value, left, path

    def __getitem__(self, key: str | int) -> Any:
        found, path = self.value[key], f"{self.path}/{key}"
        if isinstance(found, dict):
            return Node(found, self.left, path)
        self.left.difference_update(paths(found, path))
        return found

    def __iter__(self) -> Iterator[Node]:
        return (self[index] for index in range(len(self.value)))


def clopper_pearson(rows: Node) -> None:
    for row in rows:
        k, n = row["k"], row["n"]
        one, two = bound_binomial(k, k, n, 0.05, 0.05), bound_binomial(k, k, n, 0.025, 0.025)
        assert (one.lower, one.upper) == near((row["lower95_one_sided"], row["upper95_one_sided"]), abs=1e-12)
        assert (two.lower, two.upper) == near(tuple(row["two_sided95"]), abs=1e-12)
        # What is not used here: a posterior inside the exact bounds, and Wilson's, one-sided too low without a success.
        assert two.lower <= row["beta11_95"][0] <= row["beta11_95"][1] <= two.upper
        wilson = [stats.binomtest(k, n).proportion_ci(level, method="wilson") for level in (0.95, 0.9)]
        assert (wilson[0].low, wilson[0].high) == near(tuple(row["wilson95"]), abs=1e-12)
        assert wilson[1].high < one.upper or k == n


def zero_success_n(rows: Node) -> None:
    for row in rows:
        assert zero_success_tasks(row["p0"], row["alpha"]) == row["n"]


def exact_ruleout_plan(rows: Node) -> None:
    for row in rows:
        plan = plan_tasks(row["p0"], row["alpha"], row["p1"], row["power"])
        assert plan is not None
        assert (plan.tasks, plan.most_successes) == (row["n"], row["c"])


def unbiased_pass_at_k(rows: Node) -> None:
    for row in rows:
        found = pass_at_k(row["n"], row["c"], row["k"])
        assert found == near(row["value"], abs=1e-12)
        assert bound_with_attempts(bound_binomial(row["c"], row["c"], row["n"], 0.05, 0.05).upper, row["k"]) > found


def beta_pass(rows: Node) -> None:
    for row in rows:
        assert beta_pass_at_k(row["a"], row["b"], row["k"]) == near(row["value"], rel=1e-12)


def two_sided_sequence(rows: Node) -> None:
    """The published two-sided e-value is the mean of ours against either side, each with its share of the prior."""
    for row in rows:
        s, t = row["s"], row["t"]
        for end in row["ci"]:
            if 0 < end < 1:
                below, above = exp(log_e_truncated(s, t, end)), exp(log_e_truncated(t - s, t, 1 - end))
                assert log(end * below + (1 - end) * above) == near(log(20), abs=1e-6)
            else:
                assert (s, end) == (0, 0)


def one_sided_e_values(rows: Node) -> None:
    for row in rows:
        assert exp(log_e_truncated(row["s"], row["t"], row["p0"])) == near(row["e"], rel=1e-9)


def miller_power(row: Node) -> None:
    stated = {"between": 1 / 9, "alpha": 0.025, "power": 0.8}
    noisy = {**stated, "within": (1 / 6, 1 / 6)}
    assert tasks_for_difference(0.03, **stated) == near(row["n_omega2_1_9_delta_03"], rel=1e-12)
    assert tasks_for_difference(0.03, **noisy) == near(row["n_with_sigma2_1_6_K1"], rel=1e-12)
    assert tasks_for_difference(0.03, **noisy, attempts=(10, 10)) == near(row["n_with_sigma2_1_6_K10"], rel=1e-12)


def clustered_se(row: Node) -> None:
    values, clusters = np.array(row["values"], dtype=np.float64), np.array(row["clusters"])
    found = clustered_error(values, clusters)
    assert found == near(row["inspect_cluster"], rel=1e-12)
    assert found == near(row["statsmodels_cluster"], abs=5e-9)
    assert found * (3 / 4) ** 0.5 == near(row["paper_no_correction"], abs=5e-8)
    assert clustered_error(values, np.arange(12)) == near(row["naive"], rel=1e-12)
    # Inspect's interval from that error leaves the unit interval, as no bound here does.
    low, high = values.mean() + np.array([-1, 1]) * stats.t.ppf(0.975, 3) * found
    assert [low, high] == near(row["inspect_ci_t_cluster"], rel=1e-9)
    assert high > 1 >= upper_mean(np.array([values[clusters == each].mean() for each in range(4)]), 0.025)


def below_chance_4way(rows: Node) -> None:
    for row in rows:
        assert chance_of_at_most(row["k"], row["n"], 0.25) == near(row["p"], abs=1e-15)


def mcnemar_b2_c12(row: Node) -> None:
    assert mcnemar(2, 12) == near(row["one_sided"], abs=1e-15)
    assert 2 * mcnemar(2, 12) == near(row["two_sided"], abs=1e-15)


def heldout_gap(row: Node) -> None:
    assert split_gap.fisher((80, 100), (60, 100)) == near(row["fisher_greater"], rel=1e-10)
    # The published figure of Boschloo's test has its groups the other way round: 80 of 140 against 20 of 60.
    assert split_gap.gap_p_values((80, 140), (20, 60)).memorised == near(row["boschloo_greater"], rel=1e-6)


def metr_doubling(row: Node) -> None:
    """The intervals come of a thousand rows that are not part of this project: here, that the points lie in them."""
    window = fit_trend(*points(june_2025(), "2019-01-01", "2025-02-25"))
    whole = fit_trend(*points(june_2025()))
    assert window.doubling_days == near(row["paper_window"]["point"], abs=0.005)
    assert window.explained == near(row["paper_window"]["r2"], abs=5e-4)
    assert whole.doubling_days == near(row["all_to_o3"]["point"], abs=0.005)
    for trend, name in ((window, "paper_window"), (whole, "all_to_o3")):
        low, high = row[name]["ci95"]
        assert low < trend.doubling_days < high
    assert row["note"]
    assert fit_trend(*points(TIME_HORIZON_1_1, "2023-01-01")).doubling_days == near(128.744, abs=5e-4)


def metr_coefficients(rows: Node) -> None:
    for row in rows:
        assert row["agent"]
        gap = {"gap_from": np.array([0.0]), "gap_to": np.array([0.0])}
        at, slope = np.array([row["intercept"]]), np.array([row["coef"]])
        curve = Fits(end=np.array([End.CONVERGED]), intercept=at, slope=slope, **gap)
        for success, name in ((0.5, "p50"), (0.8, "p80")):
            assert 2 ** curve.lengths(log(success / (1 - success)))[0][0] == near(row[name], rel=1e-4)


def rsp_v1_rule(rows: Node) -> None:
    from fractions import Fraction

    rule = TriggerRule(least=1, tries=10, share=Fraction(1, 2), tasks=5)
    for row in rows:
        assert 1 - successes_per_task(10, row["p"], 0.0)[0] == near(row["pass10"], rel=1e-12)
        assert trigger_probability(rule, row["p"]) == near(row["trigger_3_of_5"], rel=1e-12)


CHECKS: dict[str, Callable[[Node], None]] = {
    "clopper_pearson": clopper_pearson,
    "zero_success_n": zero_success_n,
    "exact_ruleout_plan": exact_ruleout_plan,
    "pass_at_k": unbiased_pass_at_k,
    "beta_pass_at_k": beta_pass,
    "bernoulli_cs_beta11_no_intersection": two_sided_sequence,
    "one_sided_e_value_H0_p_ge_p0_truncBeta11": one_sided_e_values,
    "miller_power": miller_power,
    "clustered_se": clustered_se,
    "below_chance_4way": below_chance_4way,
    "mcnemar_b2_c12": mcnemar_b2_c12,
    "heldout_gap_80_100_vs_60_100": heldout_gap,
    "metr_doubling_june2025": metr_doubling,
    "metr_coef_to_p50_p80": metr_coefficients,
    "rsp_v1_rule_oc": rsp_v1_rule,
}


def oracles() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(shared("reference/oracles.json").read_text())
    return found


def test_every_oracle_has_a_check() -> None:
    assert set(oracles()) == set(CHECKS)


@pytest.mark.parametrize("name", CHECKS)
def test_oracle(name: str) -> None:
    found = oracles()[name]
    left = set(paths(found))
    CHECKS[name](Node(found, left))
    assert not left, "values that the check has not looked at"
