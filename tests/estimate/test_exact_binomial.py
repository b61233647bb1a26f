"""The exact binomial bound: scipy and published values, exact coverage by enumeration, ends of the unit interval."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from scalegate.estimate.binomial import bound_binomial
from shared import shared


@pytest.fixture(scope="module")
def oracles() -> dict[str, Any]:
    return json.loads(shared("reference/oracles.json").read_text())


def test_matches_the_published_table(oracles: dict[str, Any]) -> None:
    for row in oracles["clopper_pearson"]:
        bounds = bound_binomial(row["k"], row["k"], row["n"], 0.05, 0.05)
        assert bounds.upper == pytest.approx(row["upper95_one_sided"], abs=1e-12)
        assert bounds.lower == pytest.approx(row["lower95_one_sided"], abs=1e-12)


@given(tasks=st.integers(1, 600), data=st.data(), alpha=st.sampled_from([0.001, 0.01, 0.05, 0.1, 0.3]))
def test_matches_scipy(tasks: int, data: st.DataObject, alpha: float) -> None:
    won = data.draw(st.integers(0, tasks))
    bounds = bound_binomial(won, won, tasks, alpha, alpha)
    expected = stats.binomtest(won, tasks).proportion_ci(confidence_level=1 - 2 * alpha, method="exact")
    assert bounds.lower == pytest.approx(expected.low, abs=1e-12)
    assert bounds.upper == pytest.approx(expected.high, abs=1e-12)


def test_matches_statsmodels() -> None:
    proportion = pytest.importorskip("statsmodels.stats.proportion", reason="the oracle, statsmodels, is not installed")
    for tasks in (1, 7, 30, 631):
        for won in {0, 1, tasks // 3, tasks - 1, tasks}:
            for alpha in (0.001, 0.05, 0.2):
                low, high = proportion.proportion_confint(won, tasks, 2 * alpha, method="beta")
                bounds = bound_binomial(won, won, tasks, alpha, alpha)
                assert (bounds.lower, bounds.upper) == pytest.approx((float(low), float(high)), abs=1e-9)


def test_B3_no_bound_from_finite_data_is_at_an_end_or_of_zero_width() -> None:
    for tasks in (1, 2, 30, 631):
        for won in range(tasks + 1):
            bounds = bound_binomial(won, won, tasks, 0.05, 0.05)
            assert bounds.lower < bounds.upper
            assert (bounds.lower == 0) == (won == 0)
            assert (bounds.upper == 1) == (won == tasks)
    assert bound_binomial(0, 0, 30, 0.05, 0.05).upper == pytest.approx(0.0950338528553)


def test_B3_no_tasks_bound_nothing() -> None:
    bounds = bound_binomial(0, 0, 0, 0.05, 0.05)
    assert (bounds.lower, bounds.upper, bounds.point, bounds.units) == (0, 1, None, 0)


@pytest.mark.parametrize(("tasks", "truth"), [(10, 0.01), (30, 0.05), (100, 0.01), (50, 0.5), (20, 0.9)])
def test_covers_at_its_level_by_enumeration(tasks: int, truth: float) -> None:
    chance = stats.binom.pmf(range(tasks + 1), tasks, truth)
    bounds = [bound_binomial(won, won, tasks, 0.05, 0.05) for won in range(tasks + 1)]
    assert sum(p for p, b in zip(chance, bounds, strict=True) if b.upper >= truth) >= 0.95
    assert sum(p for p, b in zip(chance, bounds, strict=True) if b.lower <= truth) >= 0.95


@given(tasks=st.integers(1, 300), data=st.data())
def test_B5_one_more_success_lowers_neither_bound(tasks: int, data: st.DataObject) -> None:
    upper = data.draw(st.integers(0, tasks))
    lower = data.draw(st.integers(0, upper))
    before = bound_binomial(lower, upper, tasks, 0.05, 0.05)
    if upper < tasks:
        after = bound_binomial(lower + 1, upper + 1, tasks, 0.05, 0.05)
        assert after.upper > before.upper
        assert after.lower > before.lower
    if lower < upper:
        assert bound_binomial(lower + 1, upper, tasks, 0.05, 0.05).lower > before.lower


def test_E2_a_missing_outcome_widens_both_ways() -> None:
    whole, holed = bound_binomial(5, 5, 40, 0.05, 0.05), bound_binomial(5, 8, 40, 0.05, 0.05)
    assert holed.upper > whole.upper
    assert holed.lower == whole.lower
    assert holed.point == pytest.approx(5 / 37)
