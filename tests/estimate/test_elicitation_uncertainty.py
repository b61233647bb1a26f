"""An uncertain shift: its own level, a quantile of a judgement, a bound from a survey."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import lognorm

from scalegate.errors import InputError
from scalegate.estimate.binomial import bound_binomial
from scalegate.estimate.elicitation import gain_from_survey, gain_quantile, shift_rate_by_gain, split_alpha


@given(alpha=st.floats(0.001, 0.5), share=st.floats(0.01, 0.99))
def test_the_two_levels_add_up(alpha: float, share: float) -> None:
    assert sum(split_alpha(alpha, share)) == pytest.approx(alpha)


@given(median=st.floats(1, 100), spread=st.floats(0.01, 2), alpha=st.floats(0.001, 0.5))
def test_the_quantile_of_a_judged_gain(median: float, spread: float, alpha: float) -> None:
    assert gain_quantile(median, spread, alpha) == pytest.approx(lognorm.isf(alpha, spread, scale=median))


def test_law_2_a_smaller_alpha_gives_a_larger_gain() -> None:
    found = [gain_quantile(5, 0.7, alpha) for alpha in (0.5, 0.1, 0.05, 0.01)]
    assert found == sorted(found)
    assert found[0] == pytest.approx(5)
    assert gain_quantile(5, 0, 0.05) == 5


def test_a_survey_of_fifty_nine_bounds_the_95th_percentile_with_its_greatest() -> None:
    gains = [1 + i / 10 for i in range(59)]
    assert gain_from_survey(gains, 0.95, 0.05) == max(gains)
    assert gain_from_survey(gains[:58], 0.95, 0.05) is None
    assert gain_from_survey([], 0.5, 0.05) is None
    assert gain_from_survey(gains, 0.5, 0.05) == sorted(gains)[37 - 1]  # P(at least 37 of 59 below the median) = 0.034


def test_covers_when_alpha_is_split_between_counts_and_gain() -> None:
    generator = np.random.Generator(np.random.Philox(11))
    for_counts, for_gain = split_alpha(0.05)
    assumed = gain_quantile(5, 0.7, for_gain)
    wrong, draws = 0, 2000
    for _ in range(draws):
        successes = int(generator.binomial(60, 0.15))
        gain = max(1.0, float(generator.lognormal(np.log(5), 0.7)))
        reached = shift_rate_by_gain(
            bound_binomial(successes, successes, 60, for_counts, for_counts).upper, assumed, 0.8
        )
        truth = shift_rate_by_gain(0.15, gain, 0.8)
        assert reached is not None
        assert truth is not None
        wrong += reached < truth
    assert wrong / draws <= 0.05


def test_refuses_levels_that_are_none() -> None:
    with pytest.raises(InputError):
        split_alpha(1.0)
    with pytest.raises(InputError):
        split_alpha(0.05, 0.0)
    with pytest.raises(InputError):
        gain_quantile(5, 0.7, 0.6)
    with pytest.raises(InputError):
        gain_quantile(0.5, 0.7, 0.05)
    with pytest.raises(InputError):
        gain_from_survey([0.5], 0.95, 0.05)
