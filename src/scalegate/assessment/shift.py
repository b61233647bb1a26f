"""What a better elicitation adds to an upper bound: the policy's shift, the floor of recorded surprises, the reserve.

For: bounds. Does not know: outcomes, where a miss was recorded. The order is fixed: shift, floor, reserve (B1, B2).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from scalegate.estimate.elicitation import (
    bound_with_attempts,
    bound_with_spurious,
    gain_quantile,
    shift_rate_by_gain,
    split_alpha,
)
from scalegate.policy.document import FactorShift, RateShift
from scalegate.quantity import round_down, round_up


@dataclass(frozen=True, kw_only=True)
class Raised:
    """An upper bound with everything in it.

    Attributes:
        upper: None when the shift is unknown: nothing is ruled out (B2).
        shift: what the shift came to, in points of probability or as a factor; None when it is unknown.
        words: what it is made of, with author and reason; printed with the verdict.
    """

    upper: Decimal | None
    shift: Decimal | None
    words: str


def level_of_counts(shift: RateShift | FactorShift, alpha: Decimal) -> float:
    """The level left for the outcomes: half where the shift takes the other half for its own uncertainty."""
    spread = shift.gain_spread if isinstance(shift, RateShift) else shift.spread
    return split_alpha(float(alpha))[0] if spread > 0 else float(alpha)


def raise_rate(upper: Decimal, shift: RateShift, *, alpha: Decimal, surprise: Decimal, reserve: Decimal) -> Raised:
    """A rate with shift, floor and reserve; at most 1.

    Args:
        upper: bound on what was observed, at `level_of_counts`.
        alpha: the observation's whole level; half of it is the gain's where the gain has a spread.
        surprise: points of probability by which recorded misses fell short, the largest of the threat model (B2).
        reserve: points of probability, above 0.

    Source: B1, B2; the parts as in `estimate.elicitation`. Test: `tests/assessment/test_shift.py`.
    """
    if shift.value is None:
        return Raised(upper=None, shift=None, words="unknown")
    shifted = min(_stretched(upper, shift, float(alpha)) + shift.value, Decimal(1))
    floor = min(upper + surprise, Decimal(1))
    raised = min(max(shifted, floor) + reserve, Decimal(1))
    amount = shift.value if shift.plain and shifted >= floor else round_up(max(shifted, floor) - upper)
    parts = [*_parts(shift), *_floor(floor > shifted, f"+{surprise}")]
    return Raised(upper=round_up(raised), shift=amount, words=f"{', '.join(parts)} ({shift.author}: {shift.reason})")


def _stretched(upper: Decimal, shift: RateShift, alpha: float) -> Decimal:
    if shift.plain:
        return upper
    gain = gain_quantile(float(shift.gain), float(shift.gain_spread), split_alpha(alpha)[1])
    gained = shift_rate_by_gain(float(upper), gain, float(shift.slope))
    assert gained is not None, "the gain is known"
    freed = bound_with_spurious(gained, float(shift.spurious))
    assert freed is not None, "the share is known"
    return max(upper, round_up(bound_with_attempts(freed, shift.attempts)))


def _parts(shift: RateShift) -> Iterator[str]:
    if shift.gain > 1:
        spread = f", standard deviation of its logarithm {shift.gain_spread}" if shift.gain_spread else ""
        yield f"a gain of {shift.gain} in compute at {shift.slope} of log-odds per unit of its logarithm{spread}"
    if shift.spurious > 0:
        yield f"{shift.spurious} of the failures avoidable"
    if shift.attempts > 1:
        yield f"{shift.attempts} tries at each task"
    if shift.value or shift.plain:
        yield f"+{shift.value}"


def raise_horizon(upper: Decimal, shift: FactorShift, *, alpha: Decimal, surprise: Decimal, reserve: Decimal) -> Raised:
    """The same for a task length: shift, `surprise` and `reserve` are factors of at least 1."""
    if shift.value is None:
        return Raised(upper=None, shift=None, words="unknown")
    factor = _factor(shift, float(alpha))
    parts = [f"{shift.value}" + (f", standard deviation of its logarithm {shift.spread}" if shift.spread else "")]
    parts += _floor(surprise > factor, f"{round_down(surprise)}x")
    amount = max(factor, surprise)
    words = f"{', '.join(parts)} ({shift.author}: {shift.reason})"
    return Raised(upper=round_up(upper * amount * reserve), shift=amount, words=words)


def _factor(shift: FactorShift, alpha: float) -> Decimal:
    assert shift.value is not None, "an unknown shift was answered before"
    if shift.spread == 0:
        return Decimal(shift.value)
    return round_up(gain_quantile(float(shift.value), float(shift.spread), split_alpha(alpha)[1]))


def _floor(higher: bool, amount: str) -> list[str]:
    return [f"raised to {amount}, the largest recorded surprise"] if higher else []
