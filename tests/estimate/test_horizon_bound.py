"""The horizon bound that gates: laws 2 and 4 and B5, the count's distribution by enumeration, coverage."""

from __future__ import annotations

from itertools import product
from math import inf, log

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalegate.estimate.bound import Bounds
from scalegate.estimate.horizon import bound_horizon
from scalegate.estimate.success_count import chance_of_at_most, distribution, envelope_of, tasks_of

Task = tuple[float, int, int, int, int]  # minutes, family, successes (lower, upper), attempts
lengths = st.one_of(st.floats(0.05, 5000), st.sampled_from([1.0, 15.0, 60.0]))


def horizon(suite: list[Task], success: float = 0.5, sd: float = 1.0, alpha: float = 0.05) -> Bounds:
    minutes, family, lower, upper, attempts = (np.array(column) for column in zip(*suite, strict=True))
    return bound_horizon(
        minutes, family, lower, upper, attempts,
        success=success, slopes=(0.5, 1.0), family_sd=sd, alpha_lower=alpha, alpha_upper=alpha,
    )  # fmt: skip


@st.composite
def task(draw: st.DrawFn, most: int = 1) -> Task:
    attempts = draw(st.integers(1, most))
    upper = draw(st.integers(0, attempts))
    return draw(lengths), draw(st.integers(0, 3)), draw(st.integers(0, upper)), upper, attempts


suites = st.one_of(st.lists(task(), min_size=1, max_size=14), st.lists(task(3), min_size=1, max_size=14))
levels = st.sampled_from([0.5, 0.8, 0.2])


@settings(max_examples=60)
@given(suite=suites, success=levels, data=st.data())
def test_B5_a_failure_turned_success_lowers_neither_bound(
    suite: list[Task], success: float, data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(suite) - 1))
    minutes, family, lower, upper, attempts = suite[at]
    before = horizon(suite, success)
    if upper < attempts:
        after = horizon([*suite[:at], (minutes, family, lower + 1, upper + 1, attempts), *suite[at + 1 :]], success)
        assert after.upper >= before.upper
        assert after.lower >= before.lower
    if lower < upper:
        after = horizon([*suite[:at], (minutes, family, lower + 1, upper, attempts), *suite[at + 1 :]], success)
        assert after.upper == before.upper
        assert after.lower >= before.lower


@settings(max_examples=40)
@given(suite=suites, success=levels, data=st.data())
def test_law_4_order_and_names_of_tasks_and_families_change_no_bit(
    suite: list[Task], success: float, data: st.DataObject
) -> None:
    names = data.draw(st.permutations(range(4)))
    shuffled = [(m, names[family], *rest) for m, family, *rest in data.draw(st.permutations(suite))]
    assert horizon(shuffled, success) == horizon(suite, success)  # type: ignore[arg-type]


@settings(max_examples=40)
@given(suite=suites, success=levels)
def test_B3_bounds_are_ordered_and_end_only_where_the_outcomes_do(suite: list[Task], success: float) -> None:
    bounds = horizon(suite, success)
    assert bounds.lower < bounds.upper
    assert (bounds.upper == inf) == all(upper == n for _, _, _, upper, n in suite)
    assert (bounds.lower == 0) == all(lower == 0 for _, _, lower, _, _ in suite)


@settings(max_examples=30)
@given(suite=suites)
def test_a_wider_envelope_or_a_smaller_alpha_never_tightens(suite: list[Task]) -> None:
    tight = horizon(suite, sd=0.0)
    for wide in (horizon(suite, sd=1.0), horizon(suite, sd=0.0, alpha=0.01)):
        assert wide.upper >= tight.upper
        assert wide.lower <= tight.lower


def test_E2_missing_outcomes_widen_both_ways() -> None:
    known = [(2.0**i, i % 3, int(i < 5), int(i < 5), 1) for i in range(10)]
    holed = [(m, f, 0, 1, n) if i in (2, 7) else (m, f, low, up, n) for i, (m, f, low, up, n) in enumerate(known)]
    assert horizon(holed).upper > horizon(known).upper
    assert horizon(holed).lower < horizon(known).lower


def test_tasks_without_minutes_do_not_enter_and_are_counted() -> None:
    known = [(2.0**i, 0, int(i < 5), int(i < 5), 1) for i in range(10)]
    more = horizon([*known, (float("nan"), 1, 1, 1, 1)])
    assert (more.lower, more.upper) == (horizon(known).lower, horizon(known).upper)
    assert more.notes[0].startswith("1 of 11 tasks have no human minutes")
    none = horizon([(float("nan"), 0, 1, 1, 1)])
    assert (none.lower, none.upper, none.units) == (0, inf, 0)


def test_an_easy_success_more_can_lower_the_free_fit_but_not_this_bound() -> None:
    """The failure that B5 names: more capability, a lower p80."""
    base = [
        (m, i % 4, y, y, 1) for i, (m, y) in enumerate([(1, 0), (2, 1), (4, 1), (8, 0), (16, 1), (64, 0), (256, 1)])
    ]
    better = [(1, 0, 1, 1, 1), *base[1:]]
    for success in (0.5, 0.8):
        assert horizon(better, success).upper > horizon(base, success).upper


@pytest.mark.parametrize("sizes", [(3,), (1, 4, 2), (17, 1)])
def test_the_count_has_the_distribution_that_enumeration_gives(sizes: tuple[int, ...]) -> None:
    generator = np.random.default_rng(3)
    groups = [np.sort(generator.normal(4, 3, size)) for size in sizes]
    envelope = envelope_of((0.5, 1.0), 0.0, 0.5)
    log_odds = envelope.log_odds + envelope.slope * 3.7
    total = distribution(tasks_of(groups), log_odds, envelope)
    for pair in (0, 4):
        expected = np.ones(1)
        for length in np.concatenate(groups):
            chance = 1 / (1 + np.exp(-(log_odds[pair] - envelope.slope[pair] * length)))
            expected = np.convolve(expected, [1 - chance, chance])
        assert total[:, pair] == pytest.approx(expected, abs=1e-13)


def test_family_effects_are_shared_within_a_family_and_average_to_the_stated_success() -> None:
    """One family of two tasks as long as the horizon: against a fine numerical integral."""
    envelope = envelope_of((0.7, 0.7), 1.0, 0.8)
    total = distribution(tasks_of([np.zeros(2)]), envelope.log_odds, envelope)
    effects = np.linspace(-9, 9, 20_001)
    weights = np.exp(-(effects**2) / 2) / np.exp(-(effects**2) / 2).sum()
    chance = 1 / (1 + np.exp(-(log(4) + effects)))  # the typical family has the longer horizon for 0.8
    assert total[:, 0] == pytest.approx(
        [weights @ (1 - chance) ** 2, weights @ (2 * chance * (1 - chance)), weights @ chance**2], abs=1e-5
    )
    low = envelope_of((0.7, 0.7), 1.0, 0.2)
    averaged = distribution(tasks_of([np.zeros(1)]), low.log_odds, low)
    assert averaged[1, 0] == pytest.approx(0.2, abs=1e-9)


@pytest.mark.parametrize("sd", [0.0, 1.0])
def test_the_bound_is_the_first_grid_point_that_every_curve_refutes(sd: float) -> None:
    generator = np.random.default_rng(4)
    minutes, family = 2 ** generator.uniform(0, 9, 40), np.repeat(np.arange(4), 10)
    won = (generator.random(40) < 1 / (1 + minutes / 30)).astype(np.int64)
    upper = horizon(list(zip(minutes, family, won, won, np.ones(40, dtype=int), strict=True)), sd=sd).upper
    groups, envelope = tasks_of([np.log2(minutes[family == i]) for i in range(4)]), envelope_of((0.5, 1.0), sd, 0.5)
    below, at = (
        distribution(groups, envelope.log_odds + envelope.slope * (np.log2(upper) - step), envelope)[: won.sum() + 1]
        for step in (2**-20, 0.0)
    )
    assert at.sum(axis=0).max() <= 0.05 < below.sum(axis=0).max()


def test_shares_of_several_attempts_are_tested_conservatively() -> None:
    """The bound on the chance of a sum of shares holds for every way the attempts may depend on each other."""
    chances = np.array([0.2, 0.5, 0.7, 0.4])
    single = np.ones(1)
    for chance in chances:
        single = np.convolve(single, [1 - chance, chance])
    for shares in ((0.0, 0.5, 1.0), (0.0, 0.25, 0.5, 0.75, 1.0)):
        tries = len(shares) - 1
        for alike in (True, False):
            outcomes: dict[float, float] = {}
            for picks in product(range(len(shares)), repeat=4):
                weight = 1.0
                for pick, chance in zip(picks, chances, strict=True):
                    if alike:
                        weight *= {0: 1 - chance, tries: chance}.get(pick, 0.0)
                    else:
                        ways = np.polynomial.polynomial.polypow([1 - chance, chance], tries)
                        weight *= ways[pick]
                total = sum(shares[pick] for pick in picks)
                outcomes[total] = outcomes.get(total, 0.0) + weight
            for count in sorted(outcomes)[:-1]:
                chance_below = sum(weight for total, weight in outcomes.items() if total <= count)
                assert chance_of_at_most(count, single[:, None], exact=False)[0] >= chance_below - 1e-12


def test_B4_attempts_at_one_task_do_not_stand_for_more_tasks() -> None:
    once = horizon([(2.0**i, i % 3, int(i < 5), int(i < 5), 1) for i in range(12)])
    often = horizon([(2.0**i, i % 3, 9 * int(i < 5), 9 * int(i < 5), 9) for i in range(12)])
    assert often.units == once.units == 12
    assert often.upper > once.upper  # shares of attempts are tested by an inequality, single attempts exactly
    assert often.lower < once.lower


def simulated(sd: float, slope: float, attempts: int, number: int, seed: int, *, success: float = 0.5) -> float:
    """Share of simulated suites (7 families of 12 tasks) whose upper bound covers the horizon of 30 minutes."""
    generator, held = np.random.default_rng(seed), 0
    family = np.repeat(np.arange(7), 12)
    for _ in range(number):
        minutes = 2 ** generator.uniform(-1, 10, family.size)
        effect = sd * generator.standard_normal(7)[family]
        log_odds = log(success / (1 - success)) + slope * (log(30) / log(2) - np.log2(minutes)) + effect
        won = generator.binomial(attempts, 1 / (1 + np.exp(-log_odds)))
        bounds = bound_horizon(
            minutes, family, won, won, np.full(family.size, attempts),
            success=success, slopes=(0.5, 1.0), family_sd=1.0, alpha_lower=0.05, alpha_upper=0.05,
        )  # fmt: skip
        held += bounds.upper >= 30
    return held / number


@pytest.mark.parametrize(
    ("sd", "slope", "attempts", "success"),
    [(0.0, 0.5, 1, 0.5), (1.0, 0.5, 1, 0.5), (1.0, 0.7, 1, 0.8), (1.0, 1.0, 1, 0.5), (1.0, 0.5, 4, 0.5)],
)
def test_covers_inside_the_envelope(sd: float, slope: float, attempts: int, success: float) -> None:
    assert simulated(sd, slope, attempts, 80, 11, success=success) >= 0.95 - 3 * (0.95 * 0.05 / 80) ** 0.5
