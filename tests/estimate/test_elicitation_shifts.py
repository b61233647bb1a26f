"""Shifts by a compute-equivalent gain: published values, inverse, and never downwards."""

from __future__ import annotations

from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit, logit

from scalegate.errors import InputError
from scalegate.estimate.elicitation import rate_before_gain, shift_horizon, shift_rate_by_gain

rates = st.floats(0, 1)
gains = st.floats(1, 1e6)
slopes = st.floats(0, 5)


@pytest.mark.parametrize(("gain", "shifted"), [(4, 0.2520), (5, 0.2871), (6, 0.3178), (10, 0.4121), (20, 0.5497)])
def test_matches_the_published_shifts_of_a_rate_of_a_tenth(gain: float, shifted: float) -> None:
    assert shift_rate_by_gain(0.1, gain, 0.8) == pytest.approx(shifted, abs=5e-5)


@given(rate=st.floats(1e-9, 1 - 1e-9), gain=gains, slope=slopes)
def test_is_a_shift_of_the_log_odds(rate: float, gain: float, slope: float) -> None:
    from math import log

    assert shift_rate_by_gain(rate, gain, slope) == pytest.approx(float(expit(logit(rate) + slope * log(gain))))


@given(rate=st.tuples(rates, rates), gain=st.tuples(gains, gains), slope=st.tuples(slopes, slopes))
def test_law_2_grows_with_rate_gain_and_slope(
    rate: tuple[float, float], gain: tuple[float, float], slope: tuple[float, float]
) -> None:
    low = shift_rate_by_gain(min(rate), min(gain), min(slope))
    assert low is not None
    assert low >= min(rate)
    for raised in ((max(rate), min(gain), min(slope)), (min(rate), max(gain), min(slope))):
        assert (shift_rate_by_gain(*raised) or 0.0) >= low
    assert (shift_rate_by_gain(min(rate), min(gain), max(slope)) or 0.0) >= low


def test_the_ends_stay_and_huge_gains_end_at_one() -> None:
    assert shift_rate_by_gain(0.0, 20, 0.8) == 0
    assert shift_rate_by_gain(1.0, 20, 0.8) == 1
    assert shift_rate_by_gain(1e-300, 1e300, 5) == 1
    assert rate_before_gain(0.5, 1e300, 5) == 0
    assert shift_rate_by_gain(5e-324, 2, 1) >= 5e-324  # type: ignore[operator]


def test_B2_an_unknown_gain_gives_nothing_to_compare() -> None:
    assert shift_rate_by_gain(0.1, None, 0.8) is None
    assert shift_horizon(30, None) is None


@given(limit=st.floats(0.01, 0.99), gain=st.floats(1, 100), slope=st.floats(0, 2))
def test_an_alert_line_of_a_buffer_factor_reaches_the_limit_after_that_factor(
    limit: float, gain: float, slope: float
) -> None:
    alert = rate_before_gain(limit, gain, slope)
    assert alert <= limit
    assert shift_rate_by_gain(alert, gain, slope) == pytest.approx(limit)


def test_a_horizon_is_multiplied_and_infinity_stays() -> None:
    assert shift_horizon(30, 1.5) == 45
    assert shift_horizon(inf, 2) == inf


@pytest.mark.parametrize(
    ("rate", "gain", "slope", "name"),
    [
        (-0.1, 2, 0.8, "rate"),
        (float("nan"), 2, 0.8, "rate"),
        (0.1, 0.9, 0.8, "gain"),
        (0.1, float("nan"), 0.8, "gain"),
        (0.1, inf, 0.8, "gain"),
        (0.1, 2, -1, "slope"),
    ],
)
def test_refuses_numbers_outside_their_range_by_name(rate: float, gain: float, slope: float, name: str) -> None:
    with pytest.raises(InputError) as caught:
        shift_rate_by_gain(rate, gain, slope)
    assert caught.value.findings[0].path == name


def test_a_gain_below_one_cannot_shorten_a_horizon() -> None:
    with pytest.raises(InputError):
        shift_horizon(30, 0.5)
