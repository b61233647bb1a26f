"""The bound for several attempts per task: its laws (2, 4, B3), its law of the statistic, and that it covers."""

from __future__ import annotations

from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from scalegate.estimate import score_total
from scalegate.estimate.binomial import bound_binomial
from scalegate.estimate.bound import Bounds, FloatArray, IntArray
from scalegate.estimate.overdispersed import bound_overdispersed, upper_rate
from scalegate.estimate.rate import bound_rate
from scalegate.estimate.score_total import CELLS, ScoreTotal, beta_binomial, group_of, total_of

Task = tuple[int, int, int]  # successes with what is missing as failures, as successes; attempts
ROWS = [(20, 0.1, 0.33), (50, 0.1, 0.33), (50, 0.05, 0.5), (20, 0.5, 0.33), (50, 0.1, 0.05)]


@st.composite
def tasks(draw: st.DrawFn) -> Task:
    attempts = draw(st.sampled_from([1, 2, 3, 5, 8]))
    upper = draw(st.integers(0, attempts))
    return draw(st.integers(0, upper)), upper, attempts


suites = st.lists(tasks(), min_size=1, max_size=20)
envelopes = st.sampled_from([0.05, 0.35, 1.0])


def bound(suite: list[Task], icc_max: float = 1.0, alpha: float = 0.05) -> Bounds:
    lower, upper, attempts = (np.array(column, dtype=np.int64) for column in zip(*suite, strict=True))
    return bound_overdispersed(lower, upper, attempts, alpha_lower=alpha, alpha_upper=alpha, icc_max=icc_max)


@settings(max_examples=60)
@given(suite=suites, icc_max=envelopes, data=st.data())
def test_law_2_a_failure_turned_success_lowers_neither_bound(
    suite: list[Task], icc_max: float, data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(suite) - 1))
    lower, upper, attempts = suite[at]
    before = bound(suite, icc_max)
    if upper < attempts:
        after = bound([*suite[:at], (lower + 1, upper + 1, attempts), *suite[at + 1 :]], icc_max)
        assert after.upper >= before.upper
        assert after.lower >= before.lower
    if lower < upper:  # E2: a missing outcome turns out a success; the other way round it only widens
        after = bound([*suite[:at], (lower + 1, upper, attempts), *suite[at + 1 :]], icc_max)
        assert after.upper == before.upper
        assert after.lower >= before.lower


@settings(max_examples=40)
@given(suite=suites, icc_max=envelopes, data=st.data())
def test_law_4_the_order_of_tasks_changes_no_bit(suite: list[Task], icc_max: float, data: st.DataObject) -> None:
    assert bound(data.draw(st.permutations(suite)), icc_max) == bound(suite, icc_max)


@settings(max_examples=60)
@given(suite=suites, icc_max=envelopes, alpha=st.sampled_from([0.01, 0.05, 0.2]))
def test_B3_bounds_enclose_the_rate_and_keep_off_the_ends(suite: list[Task], icc_max: float, alpha: float) -> None:
    bounds = bound(suite, icc_max, alpha)
    assert 0 <= bounds.lower < bounds.upper <= 1
    assert (bounds.upper == 1) == all(upper == attempts for _, upper, attempts in suite)
    assert (bounds.lower == 0) == all(lower == 0 for lower, _, _ in suite)
    highest = sum(upper / attempts for _, upper, attempts in suite) / len(suite)
    assert bounds.upper > highest or highest == 1
    assert bounds.lower <= sum(lower / attempts for lower, _, attempts in suite) / len(suite)


@settings(max_examples=25)
@given(suite=suites)
def test_a_smaller_alpha_or_a_wider_envelope_never_tightens(suite: list[Task]) -> None:
    for narrow, wide in pairwise([bound(suite, 0.0), bound(suite, 0.2), bound(suite, 0.21), bound(suite, 1.0)]):
        assert wide.upper >= narrow.upper
        assert wide.lower <= narrow.lower
    assert bound(suite, alpha=0.01).upper >= bound(suite, alpha=0.1).upper


@given(won=st.integers(0, 30), number=st.integers(30, 60), alpha=st.sampled_from([0.001, 0.05, 0.2]))
def test_one_attempt_per_task_is_the_exact_binomial(won: int, number: int, alpha: float) -> None:
    exact = bound_binomial(won, won, number, alpha, alpha)
    bounds = bound([(int(i < won), int(i < won), 1) for i in range(number)], alpha=alpha)
    assert exact.upper <= bounds.upper <= exact.upper + 2**-19
    assert exact.lower >= bounds.lower >= exact.lower - 2**-19


def test_B4_without_a_success_more_attempts_do_not_stand_for_more_tasks() -> None:
    for attempts in (1, 2, 8, 64):
        found = upper_rate(np.zeros(20, dtype=np.int64), np.full(20, attempts), 0.05)
        assert found == pytest.approx(1 - 0.05 ** (1 / 20), abs=2**-19)


def test_no_tasks_bound_nothing() -> None:
    none = np.array([], dtype=np.int64)
    bounds = bound_overdispersed(none, none, none, alpha_lower=0.05, alpha_upper=0.05)
    assert (bounds.lower, bounds.upper, bounds.point, bounds.units) == (0, 1, None, 0)


def test_the_front_door_takes_it_only_where_the_envelope_is_stated() -> None:
    won, attempts, family = np.array([0, 3, 1, 0]), np.array([4, 4, 2, 4]), np.array([0, 0, 1, 1])
    doors = {
        (unit, icc): bound_rate(won, won, attempts, family, unit=unit, alpha_lower=0.05, alpha_upper=0.05, icc_max=icc)
        for unit, icc in product(("task", "family"), (None, 1.0))
    }  # fmt: skip
    assert {key: bounds.estimator.split("/")[0] for key, bounds in doors.items()} == {
        ("task", None): "betting_mean",
        ("task", 1.0): "overdispersed_total",
        ("family", None): "betting_mean",
        ("family", 1.0): "betting_mean",
    }


def test_a_correlation_outside_the_envelope_is_said() -> None:
    torn = [(8, 8, 8)] * 5 + [(0, 0, 8)] * 20
    assert any("outside the stated envelope" in note for note in bound(torn, 0.2).notes)
    assert not any("outside" in note for note in bound(torn, 1.0).notes)


# ------------------------------------------------------------------------------------ the law of the statistic


@pytest.mark.parametrize("attempts", [1, 2, 8])
def test_task_chances_are_the_beta_binomial_ones(attempts: int) -> None:
    rho, rate = np.array([1e-9, 0.2, 0.7, 1.0]), 0.3
    group = group_of(attempts, 1, rho, np.ones(4), attempts)
    found = beta_binomial(np.full(4, rate), rho, attempts, group.fixed)
    assert found[0] == pytest.approx(stats.binom.pmf(range(attempts + 1), attempts, rate), abs=1e-7)
    for row in (1, 2):
        size = 1 / rho[row] - 1
        expected = stats.betabinom(attempts, rate * size, (1 - rate) * size).pmf(range(attempts + 1))
        assert found[row] == pytest.approx(expected, abs=1e-12)
    assert found[3, [0, -1]] == pytest.approx([1 - rate, rate])


def test_the_chance_of_the_statistic_is_the_enumerated_one() -> None:
    attempts = np.array([2, 3, 3])
    test, rate = total_of(attempts, 1.0), 0.4
    groups = {group.attempts: group for group in test.groups}
    solved = (test.solved * rate)[:, None]
    others = np.maximum((rate - solved[:, 0]) / (1 - solved[:, 0]), 1e-300)
    laws = {e: (1 - solved) * beta_binomial(others, test.rho, e, group.fixed) for e, group in groups.items()}
    for law in laws.values():
        law[:, -1] += solved[:, 0]
    for seen in product(range(3), range(4), range(4)):
        totals = test.totals(np.array(seen), attempts)
        expected = np.zeros(test.rho.size)
        for other in product(range(3), range(4), range(4)):
            below = test.totals(np.array(other), attempts) <= totals
            expected += below * np.prod([laws[e][:, k] for e, k in zip((2, 3, 3), other, strict=True)], axis=0)
        assert test.chance(rate, np.arange(test.rho.size), totals) == pytest.approx(expected, abs=1e-10)


@settings(max_examples=40)
@given(suite=suites, icc_max=envelopes)
def test_the_bound_is_the_first_grid_rate_that_every_correlation_refutes(suite: list[Task], icc_max: float) -> None:
    _, upper, attempts = (np.array(column, dtype=np.int64) for column in zip(*suite, strict=True))
    found = upper_rate(upper, attempts, 0.05, icc_max)
    test = total_of(attempts, icc_max)
    rows, totals = np.arange(test.rho.size), test.totals(upper, attempts)
    if found < 1:
        assert test.chance(found, rows, totals).max() <= 0.05
    assert test.chance(found - 2**-20, rows, totals).max() > 0.05
    chances = [test.chance(rate, rows, totals) for rate in np.linspace(0.01, 0.99, 25)]
    assert all(np.all(later <= earlier + 1e-11) for earlier, later in pairwise(chances))


@settings(max_examples=40)
@given(suite=suites, icc_max=envelopes, alpha=st.sampled_from([0.001, 0.05, 0.4]))
def test_what_is_kept_between_bounds_changes_no_bit_of_them(suite: list[Task], icc_max: float, alpha: float) -> None:
    _, upper, attempts = (np.array(column, dtype=np.int64) for column in zip(*suite, strict=True))
    found = upper_rate(upper, attempts, alpha, icc_max)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(score_total, "_KEPT", 0)  # as for a suite too large for anything to be kept
        assert upper_rate(upper, attempts, alpha, icc_max) == found


def between_ends(attempts: IntArray, alpha: float, rates: FloatArray, steps: int) -> float:
    """The greatest chance, over correlations inside the cells, that the cell's own test refutes the true rate."""
    test, worst = total_of(attempts, 1.0), 0.0
    for cell, (low, high) in enumerate(pairwise(CELLS)):
        rho = np.append(test.rho[3 * cell : 3 * cell + 3], np.linspace(low, high, steps + 2)[1:-1])
        power = 1 + np.full(rho.size, (low + high) / 2)
        levels, counts = np.unique(attempts, return_counts=True)
        groups = tuple(
            group_of(int(e), int(n), rho, power, test.scale // 2) for e, n in zip(levels, counts, strict=True)
        )
        inner = ScoreTotal(rho=rho, solved=np.zeros(rho.size), groups=groups, scale=test.scale, length=test.length)
        for rate in rates:
            laws = inner.laws(np.full(rho.size, rate), np.arange(rho.size))
            refuted = int((laws[:3].max(axis=0) <= alpha).sum())
            worst = max(worst, float(laws[3:, refuted - 1].max()) if refuted else 0.0)
    return worst


@pytest.mark.parametrize("alpha", [0.05, 0.01])
def test_the_finite_grid_of_correlations_is_enough(alpha: float) -> None:
    for attempts in (np.full(20, 8), np.full(50, 8), np.repeat([3, 8], [20, 10])):
        assert between_ends(attempts, alpha, np.linspace(0.02, 0.98, 13), 3) <= 1.01 * alpha


def between_parts(attempts: IntArray, alpha: float, rates: FloatArray) -> float:
    """The same for parts of the rate that are due to tasks that always succeed, between those on the grid."""
    test, worst = total_of(attempts, 1.0), 0.0
    levels, counts = np.unique(attempts, return_counts=True)
    for low, high in pairwise(test.solved[test.solved > 0]):
        solved = np.append([low, high], np.linspace(low, high, 4)[1:-1])
        rho, power = np.zeros(solved.size), np.full(solved.size, 2.0)
        groups = tuple(
            group_of(int(e), int(n), rho, power, test.scale // 2) for e, n in zip(levels, counts, strict=True)
        )
        inner = ScoreTotal(rho=rho, solved=solved, groups=groups, scale=test.scale, length=test.length)
        for rate in rates:
            laws = inner.laws(np.full(solved.size, rate), np.arange(solved.size))
            refuted = int((laws[:2].max(axis=0) <= alpha).sum())
            worst = max(worst, float(laws[2:, refuted - 1].max()) if refuted else 0.0)
    return worst


@pytest.mark.parametrize("alpha", [0.05, 0.01])
def test_the_finite_grid_of_solved_parts_is_enough(alpha: float) -> None:
    for attempts in (np.full(20, 8), np.full(50, 8)):
        assert between_parts(attempts, alpha, np.linspace(0.02, 0.9, 9)) <= 1.08 * alpha


# ---------------------------------------------------------------------------------------------- does it cover


def share_covered(number: int, mean: float, icc: float, suites: int, seed: int) -> tuple[float, float]:
    generator, size = np.random.default_rng(seed), 1 / icc - 1
    won = generator.binomial(8, generator.beta(mean * size, (1 - mean) * size, (suites, number)))
    uppers = np.array([upper_rate(row, np.full(number, 8), 0.05) for row in won])
    return float((uppers >= mean).mean()), float(uppers.mean())


@pytest.mark.parametrize(("number", "mean", "icc"), ROWS)
def test_covers_on_a_seeded_sample(number: int, mean: float, icc: float) -> None:
    covered, _ = share_covered(number, mean, icc, 200, 5)
    assert covered >= 0.94 - 2 * (0.94 * 0.06 / 200) ** 0.5


PRINTED = {ROWS[0]: 0.204, ROWS[1]: 0.157, ROWS[2]: 0.103, ROWS[3]: 0.611, ROWS[4]: 0.129}
"""Mean bound of the narrowest way to cover these rows among clustered t, design effect and beta-binomial posterior."""


@pytest.mark.slow
@pytest.mark.parametrize(("number", "mean", "icc"), ROWS)
def test_covers_and_is_not_vacuous(number: int, mean: float, icc: float) -> None:
    parts = [share_covered(number, mean, icc, 1000, 100 + part) for part in range(4)]
    covered, width = np.mean(parts, axis=0)
    assert covered >= 0.94 - 2 * (0.94 * 0.06 / 4000) ** 0.5
    assert width <= 1.25 * PRINTED[number, mean, icc]


def two_point(number: int, mean: float, icc: float, suites: int) -> IntArray:
    """Some tasks always succeed, all others at one rate: with few tasks, often none of the former is drawn."""
    generator, others = np.random.default_rng(2), mean * (1 - icc)
    return generator.binomial(
        8, np.where(generator.random((suites, number)) < 1 - (1 - mean) / (1 - others), 1.0, others)
    )


TORN = [(20, 0.1, 0.33), (50, 0.1, 0.33), (50, 0.1, 0.8), (20, 0.3, 0.6), (100, 0.05, 0.2)]


@pytest.mark.parametrize(("number", "mean", "icc"), TORN)
def test_covers_where_some_tasks_always_succeed_on_a_seeded_sample(number: int, mean: float, icc: float) -> None:
    won = two_point(number, mean, icc, 200)
    assert won.mean() / 8 == pytest.approx(mean, abs=0.02)
    covered = np.mean([upper_rate(row, np.full(number, 8), 0.05) >= mean for row in won])
    assert covered >= 0.95 - 2 * (0.95 * 0.05 / 200) ** 0.5


@pytest.mark.slow
@pytest.mark.parametrize(("number", "mean", "icc"), TORN)
def test_covers_where_some_tasks_always_succeed(number: int, mean: float, icc: float) -> None:
    won = two_point(number, mean, icc, 4000)
    covered = np.mean([upper_rate(row, np.full(number, 8), 0.05) >= mean for row in won])
    assert covered >= 0.95 - 2 * (0.95 * 0.05 / 4000) ** 0.5
