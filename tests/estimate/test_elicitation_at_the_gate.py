"""From an observed bound to what a gate compares: shift, floor, reserve, in this order; and the buffer's room."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalegate.errors import InputError
from scalegate.estimate.elicitation import check_horizon_buffer, check_rate_buffer, gate_horizon, gate_rate

sizes = st.lists(st.floats(0, 1), max_size=4)


def test_B2_an_unknown_shift_rules_nothing_out() -> None:
    assert gate_rate(0.01, None, surprises=(), reserve=0.01) is None
    assert gate_horizon(1.0, None, surprises=(), reserve=1.1) is None


def test_B2_a_shift_below_the_largest_surprise_is_raised_to_it_before_the_reserve() -> None:
    assert gate_rate(0.10, 0.12, surprises=(0.05, 0.08), reserve=0.01) == pytest.approx(0.19)
    assert gate_rate(0.10, 0.25, surprises=(0.05, 0.08), reserve=0.01) == pytest.approx(0.26)
    assert gate_horizon(60, 66, surprises=(1.5, 1.2), reserve=1.1) == pytest.approx(99)
    assert gate_horizon(60, 120, surprises=(1.5, 1.2), reserve=1.1) == pytest.approx(132)


@given(upper=st.floats(0, 1), more=st.floats(0, 1), surprises=sizes, extra=st.floats(0, 1), reserve=st.floats(0.001, 1))
def test_law_2_nothing_lowers_a_rate(
    upper: float, more: float, surprises: list[float], extra: float, reserve: float
) -> None:
    shifted = min(1.0, upper + more)
    here = gate_rate(upper, shifted, surprises=surprises, reserve=reserve)
    assert here is not None
    assert here >= min(1.0, shifted)
    assert (gate_rate(upper, 1.0, surprises=surprises, reserve=reserve) or 0) >= here
    assert (gate_rate(upper, shifted, surprises=[*surprises, extra], reserve=reserve) or 0) >= here
    assert (gate_rate(upper, shifted, surprises=surprises, reserve=1.0) or 0) >= here


@pytest.mark.parametrize("reserve", [0.0, -0.1, 1.1, float("nan")])
def test_B2_a_reserve_is_above_zero(reserve: float) -> None:
    with pytest.raises(InputError):
        gate_rate(0.1, 0.2, surprises=(), reserve=reserve)


def test_a_shift_that_lowers_is_refused() -> None:
    with pytest.raises(InputError):
        gate_rate(0.2, 0.1, surprises=(), reserve=0.01)
    with pytest.raises(InputError):
        gate_horizon(20, 10, surprises=(), reserve=1.1)
    with pytest.raises(InputError):
        gate_horizon(20, 30, surprises=(0.5,), reserve=1.1)
    with pytest.raises(InputError):
        gate_horizon(20, 30, surprises=(), reserve=1.0)


def test_L4_a_buffer_holds_growth_gap_and_the_time_an_evaluation_takes() -> None:
    check = check_rate_buffer(0.1, 0.5, interval=4, gap=2, evaluating=1.1, slope=0.8)
    assert check is not None
    assert check.needed == pytest.approx(8.8)
    assert check.reached == pytest.approx(0.3876, abs=5e-4)
    assert check.holds
    wider = check_rate_buffer(0.1, 0.5, interval=4, gap=5, evaluating=1.1, slope=0.8)
    assert wider is not None
    assert not wider.holds
    horizon = check_horizon_buffer(30, 60, interval=1.5, gap=1.25, evaluating=1.1)
    assert horizon is not None
    assert not horizon.holds


def test_L4_an_unknown_gap_gives_no_answer() -> None:
    assert check_rate_buffer(0.1, 0.5, interval=4, gap=None, evaluating=1.1, slope=0.8) is None
    assert check_horizon_buffer(30, 60, interval=1.5, gap=None, evaluating=1.1) is None


def test_L4_a_buffer_that_is_just_used_up_does_not_hold() -> None:
    check = check_horizon_buffer(30, 60, interval=2, gap=1, evaluating=1)
    assert check is not None
    assert not check.holds


def test_an_alert_at_the_limit_is_refused() -> None:
    with pytest.raises(InputError):
        check_rate_buffer(0.5, 0.5, interval=4, gap=2, evaluating=1, slope=0.8)
    with pytest.raises(InputError):
        check_horizon_buffer(60, 30, interval=4, gap=2, evaluating=1)
