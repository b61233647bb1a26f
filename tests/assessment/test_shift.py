"""Elicitation shifts on their way into a verdict: parts, floor of recorded surprises, reserve (B1, B2)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalegate.assessment.shift import Raised, level_of_counts, raise_horizon, raise_rate
from scalegate.policy.document import FactorShift, RateShift
from scalegate.quantity import Factor, Probability
from world import ident

NONE = RateShift(value=Probability("0"), author=ident("eve"), reason="none is known")
FACTOR = FactorShift(value=Factor("2"), author=ident("eve"), reason="two scaffolds")


def rate(shift: RateShift, upper: str = "0.1", surprise: str = "0", reserve: str = "0.01") -> Raised:
    return raise_rate(
        Decimal(upper), shift, alpha=Decimal("0.05"), surprise=Decimal(surprise), reserve=Decimal(reserve)
    )


def changed(**changes: Any) -> RateShift:
    return replace(NONE, **changes)


@pytest.mark.parametrize(
    ("shift", "expected"),
    [
        (changed(value=Probability("0.02")), 0.13),
        (changed(gain=Factor("6"), slope=Decimal("0.8")), 0.3178 + 0.01),
        (changed(attempts=10), 1 - 0.9**10 + 0.01),
        (changed(spurious=Probability("0.5")), 0.56),
        (changed(attempts=2, value=Probability("0.1")), 0.19 + 0.1 + 0.01),
    ],
)
def test_B1_each_part_raises_the_bound_by_its_published_amount(shift: RateShift, expected: float) -> None:
    found = rate(shift)
    assert found.upper is not None
    assert float(found.upper) == pytest.approx(expected, abs=2e-4)
    assert "eve" in found.words


def test_B2_an_unknown_shift_rules_nothing_out() -> None:
    assert rate(changed(value=None)) == Raised(upper=None, shift=None, words="unknown")
    unknown = replace(FACTOR, value=None)
    assert raise_horizon(Decimal(60), unknown, alpha=Decimal("0.05"), surprise=Decimal(1), reserve=Decimal("1.1")) == (
        Raised(upper=None, shift=None, words="unknown")
    )


def test_B2_no_shift_is_printed() -> None:
    assert rate(NONE).words == "+0 (eve: none is known)"


def test_B2_the_shift_is_never_smaller_than_the_largest_recorded_surprise() -> None:
    found = rate(changed(value=Probability("0.02")), surprise="0.08")
    assert found.upper == Decimal("0.19")
    assert found.shift == Decimal("0.08")
    assert "largest recorded surprise" in found.words
    larger = rate(changed(value=Probability("0.1")), surprise="0.08")
    assert (larger.upper, larger.shift) == (Decimal("0.21"), Decimal("0.1"))


def test_B2_a_horizon_is_raised_by_the_larger_factor_and_then_the_reserve() -> None:
    def raised(surprise: str) -> Raised:
        return raise_horizon(
            Decimal(60), FACTOR, alpha=Decimal("0.05"), surprise=Decimal(surprise), reserve=Decimal("1.1")
        )

    assert raised("1.5").upper == Decimal(132)
    assert raised("3").upper == Decimal(198)
    assert "raised to 3x" in raised("3").words


def test_an_uncertain_gain_shares_the_level_with_the_counts() -> None:
    shift = changed(gain=Factor("4"), slope=Decimal("0.8"), gain_spread=Decimal("0.5"))
    assert level_of_counts(shift, Decimal("0.05")) == 0.025
    assert level_of_counts(NONE, Decimal("0.05")) == 0.05
    certain = rate(replace(shift, gain_spread=Decimal(0)))
    assert rate(shift).upper > certain.upper  # type: ignore[operator]
    wide = replace(FACTOR, spread=Decimal("0.3"))
    assert level_of_counts(wide, Decimal("0.05")) == 0.025
    raised = raise_horizon(Decimal(60), wide, alpha=Decimal("0.05"), surprise=Decimal(1), reserve=Decimal("1.1"))
    assert raised.upper is not None
    assert float(raised.upper) == pytest.approx(60 * 2 * 2.71828 ** (0.3 * 1.959964) * 1.1, rel=1e-4)


units = st.integers(0, 100).map(lambda n: Decimal(n) / 100)


@given(
    upper=units,
    more=units,
    gain=st.integers(1, 20),
    slope=units,
    tries=st.integers(1, 30),
    avoidable=units,
    floor=units,
)
def test_law_2_every_part_only_raises(
    upper: Decimal, more: Decimal, gain: int, slope: Decimal, tries: int, avoidable: Decimal, floor: Decimal
) -> None:
    shift = changed(
        value=Probability(more),
        gain=Factor(gain),
        slope=slope,
        attempts=tries,
        spurious=Probability(avoidable),
    )

    def at(shift: RateShift, upper: Decimal = upper, surprise: Decimal = floor) -> Decimal:
        found = rate(shift, str(upper), str(surprise)).upper
        assert found is not None
        return found

    assert at(shift) >= min(Decimal(1), upper + Decimal("0.01"))
    assert at(replace(shift, attempts=tries + 1)) >= at(shift)
    assert at(replace(shift, gain=Factor(gain + 1))) >= at(shift)
    assert at(shift, surprise=min(Decimal(1), floor + Decimal("0.1"))) >= at(shift)
    assert at(shift, upper=min(Decimal(1), upper + Decimal("0.01"))) >= at(shift)
