"""The ends of displayed intervals: percentiles as published, widened by default, and what either covers."""

from __future__ import annotations

from itertools import pairwise
from math import inf, log2

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from scalegate.estimate.bootstrap import fit_models
from scalegate.estimate.bound import FloatArray
from scalegate.estimate.interval import Ends, covering_rank, interval, widening

PERCENTILE, WIDENED = Ends.PERCENTILE, Ends.WIDENED
numbers = st.floats(-50, 50).map(lambda value: round(value, 3))


def both(point: float, draws: FloatArray, units: int = 5) -> list[tuple[float, float]]:
    return [interval(point, draws, draws, units=units, alpha=0.05, ends=ends) for ends in Ends]


def skewed(number: int = 1000) -> FloatArray:
    return np.random.default_rng(3).permutation(np.expm1(np.linspace(-2, 2, number)))


def test_percentiles_are_the_covering_order_statistics() -> None:
    draws = skewed()
    rank = covering_rank(1000, 0.975)
    assert rank is not None
    ordered = np.sort(draws)
    assert both(0.0, draws)[0] == (ordered[-rank], ordered[rank - 1])


def test_the_near_end_goes_to_its_mirror_image_or_as_far_as_few_families_ask() -> None:
    draws = skewed()
    (low, high), few = both(0.0, draws, units=5)
    assert -low < high  # the long tail is above
    assert few == (pytest.approx(low * widening(5, 0.05)), high)
    assert both(0.0, draws, units=1)[1] == (-high, high)
    assert both(0.0, draws, units=10**6)[1] == pytest.approx((low, high), rel=1e-5)


@given(point=numbers, draws=st.lists(numbers, min_size=300, max_size=400), units=st.integers(1, 30))
def test_it_contains_its_percentiles_and_its_point_and_mirrors(point: float, draws: list[float], units: int) -> None:
    percentile, widened = both(point, np.array(draws), units)
    assert widened[0] <= min(percentile[0], point)
    assert widened[1] >= max(percentile[1], point)
    mirrored = both(-point, -np.array(draws), units)[1]
    assert (-mirrored[1], -mirrored[0]) == pytest.approx(widened)
    assert both(point, np.array(draws), units + 1)[1][0] >= widened[0]


def test_draws_at_infinity_stay_there_and_draw_the_other_end_only_as_far_as_few_families_ask() -> None:
    draws = np.append(np.linspace(-1, 1, 900), np.full(100, inf))
    (low, high), widened = both(0.0, draws)
    assert high == inf
    assert widened == (pytest.approx(low * widening(5, 0.05)), inf)
    assert both(inf, np.full(400, inf))[1] == (inf, inf)


def test_too_few_draws_bound_nothing() -> None:
    assert both(0.0, np.zeros(50)) == [(-inf, inf)] * 2


def test_few_families_widen_and_many_do_not() -> None:
    assert widening(5, 0.05) == pytest.approx(stats.t.ppf(0.975, 4) / stats.norm.ppf(0.975) * (5 / 4) ** 0.5)
    assert widening(1, 0.05) == inf
    factors = [widening(units, 0.05) for units in range(2, 200)]
    assert all(later < earlier for earlier, later in pairwise(factors))
    assert 1 < factors[-1] < 1.02


def test_the_published_form_is_there_to_be_chosen() -> None:
    """It moves the ends of intervals alone: points and draws are the same."""
    generator = np.random.default_rng(1)
    minutes, family = 2 ** generator.uniform(-1, 9, 60), np.arange(60) % 5
    won = generator.binomial(1, 1 / (1 + np.exp(-0.7 * (4 - np.log2(minutes)))))
    published, shown = (
        fit_models(minutes, family, won[None], np.ones((1, 60), int), seed=bytes(32), draws=400, ends=ends)
        for ends in Ends
    )
    np.testing.assert_array_equal(published.drawn_to, shown.drawn_to)
    rank = covering_rank(400, 0.975)
    assert rank is not None
    for level, (old, new) in enumerate(zip(published.models[0].horizons, shown.models[0].horizons, strict=True)):
        assert old.minutes == new.minutes
        assert old.upper == pytest.approx(2 ** np.sort(published.drawn_to[level, :, 0])[rank - 1])
        assert (new.lower, new.upper) != (old.lower, old.upper)
        assert new.lower <= old.lower < old.upper <= new.upper


# ---------------------------------------------------------------------------------------------- does it cover

TYPICAL_P80 = {0.0: 2.92647, 1.0: 2.59686}
"""Log2 minutes, for endlessly many families: of the curve fitted to the average over families."""


def share_covered(families: int, sd: float, suites: int, draws: int = 400) -> FloatArray:
    """Shape (level, end): p50 and p80, below and above. Twelve tasks a family, one attempt, slope 0.7, 30 minutes."""
    truth, held = (log2(30), TYPICAL_P80[sd]), np.zeros((2, 2))
    for suite in range(suites):
        generator = np.random.default_rng([3, suite])
        family = np.repeat(np.arange(families), 12)
        minutes = 2 ** generator.uniform(-1, 10, family.size)
        odds = 0.7 * (log2(30) - np.log2(minutes)) + sd * generator.standard_normal(families)[family]
        won = generator.binomial(1, 1 / (1 + np.exp(-odds)))
        fits = fit_models(minutes, family, won[None], np.ones_like(won)[None], seed=generator.bytes(32), draws=draws)
        for level, horizon in enumerate(fits.models[0].horizons):
            held[level] += (horizon.lower <= 2 ** truth[level], horizon.upper >= 2 ** truth[level])
    return held / suites


def test_each_end_covers_on_a_seeded_sample() -> None:
    assert (share_covered(5, 1.0, 60) >= 0.975 - 2 * (0.975 * 0.025 / 60) ** 0.5).all()


@pytest.mark.slow
@pytest.mark.parametrize("families", [5, 7, 10])
@pytest.mark.parametrize("sd", [0.0, 1.0])
def test_each_end_covers_with_few_families(families: int, sd: float) -> None:
    assert (share_covered(families, sd, 400, draws=1000) >= 0.975 - 2 * (0.975 * 0.025 / 400) ** 0.5).all()
