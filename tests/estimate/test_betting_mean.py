"""The betting bound and its front door: laws 2 and 4, the unit (B4), ends (B3), and coverage where peers fall short."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalegate.estimate.betting import Wealth, lower_mean, shares, upper_mean
from scalegate.estimate.binomial import bound_binomial
from scalegate.estimate.bound import Bounds
from scalegate.estimate.rate import bound_mean, bound_rate

Task = tuple[int, int, int, int]  # successes with what is missing as failures, as successes; attempts; family


@st.composite
def tasks(draw: st.DrawFn) -> Task:
    attempts = draw(st.integers(1, 6))
    upper = draw(st.integers(0, attempts))
    return draw(st.integers(0, upper)), upper, attempts, draw(st.integers(0, 4))


suites = st.lists(tasks(), min_size=1, max_size=25)
units = st.sampled_from(["task", "family"])


def rate(suite: list[Task], unit: str, alpha: float = 0.05) -> Bounds:
    lower, upper, attempts, family = (np.array(column, dtype=np.int64) for column in zip(*suite, strict=True))
    return bound_rate(lower, upper, attempts, family, unit=unit, alpha_lower=alpha, alpha_upper=alpha)  # type: ignore[arg-type]


@settings(max_examples=60)
@given(suite=suites, unit=units, data=st.data())
def test_B5_a_failure_turned_success_lowers_neither_bound(suite: list[Task], unit: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(suite) - 1))
    lower, upper, attempts, family = suite[at]
    before = rate(suite, unit)
    if upper < attempts:
        after = rate([*suite[:at], (lower + 1, upper + 1, attempts, family), *suite[at + 1 :]], unit)
        assert after.upper >= before.upper
        assert after.lower >= before.lower
    if lower < upper:  # a missing outcome turns out a success
        after = rate([*suite[:at], (lower + 1, upper, attempts, family), *suite[at + 1 :]], unit)
        assert after.upper == before.upper
        assert after.lower >= before.lower


@settings(max_examples=60)
@given(suite=suites, unit=units, data=st.data())
def test_law_4_order_and_names_of_tasks_and_families_change_no_bit(
    suite: list[Task], unit: str, data: st.DataObject
) -> None:
    names = data.draw(st.permutations(range(5)))
    shuffled = [(lower, upper, n, names[family]) for lower, upper, n, family in data.draw(st.permutations(suite))]
    assert rate(shuffled, unit) == rate(suite, unit)


@settings(max_examples=60)
@given(suite=suites, unit=units)
def test_B3_bounds_are_ordered_and_keep_off_the_ends(suite: list[Task], unit: str) -> None:
    bounds = rate(suite, unit)
    assert 0 <= bounds.lower < bounds.upper <= 1
    assert (bounds.upper == 1) == all(upper == attempts for _, upper, attempts, _ in suite)
    assert (bounds.lower == 0) == all(lower == 0 for lower, _, _, _ in suite)
    assert bounds.point is None or bounds.lower <= bounds.point + 1e-12
    assert bounds.point is None or bounds.point <= bounds.upper + 1e-12


@settings(max_examples=40)
@given(suite=suites, unit=units)
def test_law_2_a_smaller_alpha_never_tightens(suite: list[Task], unit: str) -> None:
    wide, tight = rate(suite, unit, 0.01), rate(suite, unit, 0.1)
    assert wide.upper >= tight.upper
    assert wide.lower <= tight.lower


def test_one_attempt_per_task_and_unit_task_is_the_exact_binomial() -> None:
    suite = [(int(i < 4), int(i < 6), 1, i % 3) for i in range(30)]
    found = rate(suite, "task")
    assert replace(found, standard_error=None) == bound_binomial(4, 6, 30, 0.05, 0.05)
    assert rate(suite, "family").estimator.startswith("betting")
    assert rate(suite, "family").units == 3


def test_B4_more_attempts_at_the_same_tasks_do_not_stand_for_more_tasks() -> None:
    one = rate([(i % 2, i % 2, 1, 0) for i in range(20)], "task")
    many = rate([(50 * (i % 2), 50 * (i % 2), 50, 0) for i in range(20)], "task")
    assert many.units == one.units == 20
    assert many.upper >= one.upper  # fifty equal attempts at a task say no more than one


def test_families_weigh_equally_and_the_notes_say_so() -> None:
    suite = [(0, 0, 1, 0)] * 90 + [(1, 1, 1, 1)] * 10
    bounds = rate(suite, "family")
    assert bounds.point == 0.5
    assert bounds.units == 2
    assert "weigh equally" in bounds.notes[0]


def test_no_tasks_bound_nothing() -> None:
    none, empty = np.array([]), np.array([], dtype=np.int64)
    bounds = bound_mean(none, none, empty, unit="task", alpha_lower=0.05, alpha_upper=0.05)
    assert (bounds.lower, bounds.upper, bounds.point) == (0, 1, None)


@given(values=st.lists(st.floats(0, 1), min_size=1, max_size=30), alpha=st.sampled_from([0.01, 0.05, 0.2]))
def test_the_stake_grows_with_the_mean_so_that_the_answer_is_an_interval(values: list[float], alpha: float) -> None:
    wealth = Wealth(
        shares=shares(len(values))[:, None],
        failures=1 - np.array(values),
        counts=np.ones(len(values), dtype=np.float64),
    )
    stakes = [wealth.against(mean) for mean in np.linspace(0, 0.999, 60)]
    assert all(later >= earlier - 1e-9 for earlier, later in pairwise(stakes))
    end = upper_mean(np.array(values), alpha)
    assert end == 1 or wealth.against(end) >= -np.log(alpha) - 1e-9
    assert wealth.against(end - 2**-40) < -np.log(alpha) + 1e-9


@given(values=st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_the_bound_from_below_mirrors_the_one_from_above(values: list[float]) -> None:
    array = np.array(values)
    assert lower_mean(array, 0.05) == 1 - upper_mean(1 - array, 0.05)


@pytest.mark.parametrize(("number", "mean", "icc"), [(20, 0.1, 0.33), (50, 0.05, 0.5), (20, 0.5, 0.33), (7, 0.3, 0.5)])
def test_covers_where_runs_taken_as_the_unit_do_not(number: int, mean: float, icc: float) -> None:
    """Eight attempts at each task; counting them as independent covers 0.77 to 0.84 here."""
    generator, sizes, held = np.random.default_rng(7), 1 / icc - 1, []
    for _ in range(150):
        chances = generator.beta(mean * sizes, (1 - mean) * sizes, number)
        held.append(upper_mean(generator.binomial(8, chances) / 8, 0.05) >= mean)
    assert np.mean(held) >= 0.95 - 3 * (0.95 * 0.05 / 150) ** 0.5


def test_covers_when_the_tasks_have_different_rates() -> None:
    generator = np.random.default_rng(8)
    chances = np.repeat([0.0, 0.9], [45, 5])  # the rate over these very tasks is 0.09
    held = [upper_mean((generator.random(50) < chances).astype(float), 0.05) >= 0.09 for _ in range(200)]
    assert np.mean(held) >= 0.95
