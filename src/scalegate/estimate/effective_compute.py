"""How much effective compute a training run has had: from parameters and tokens, or from a measured loss.

For: procedure. Does not know: runs, records, policies. Numbers are decimals and the arithmetic is exact or correctly
rounded, because what comes out is signed and derived again on other machines.

What cannot be told is None: unknown compute is never a small amount of compute (S4).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal
from itertools import pairwise

from scalegate.errors import Finding, InputError
from scalegate.quantity import round_up

FLOP_PER_PARAMETER_AND_TOKEN = 6  # two for the forward pass, four for the backward pass
_EXACT = Context(prec=60, rounding=ROUND_HALF_EVEN)


@dataclass(frozen=True, kw_only=True)
class Rung:
    """One point of a loss curve: the reference recipe, given this much compute in FLOP, ends at this loss."""

    compute: Decimal
    loss: Decimal


def training_compute(parameters: int, tokens: int) -> Decimal:
    """6·N·D: FLOP of training `parameters` on `tokens`, both at least 1; exact.

    Source: Kaplan et al. 2020, "Scaling Laws for Neural Language Models", section 2.1. Attention is left out.

    Raises:
        InputError: for a number below 1.

    Test: `tests/estimate/test_effective_compute.py`.
    """
    if parameters < 1 or tokens < 1:
        raise InputError(Finding(what=f"{parameters} parameters on {tokens} tokens is no training", mend="count both"))
    return Decimal(FLOP_PER_PARAMETER_AND_TOKEN * parameters * tokens)


def added(parts: Iterable[Decimal | None]) -> Decimal | None:
    """The sum, exact; None as soon as one part is unknown, and for no part at all.

    Phases of training are added, post-training among them; so are parents and teachers, each in full (S4). An
    ancestor that is reached twice counts twice: the sum is never smaller than what was spent.
    """
    total: Decimal | None = None
    for part in parts:
        if part is None:
            return None
        total = part if total is None else _EXACT.add(total, part)
    return total


def compute_at_loss(loss: Decimal, ladder: Sequence[Rung]) -> Decimal | None:
    """The compute at which the reference recipe reaches a loss, rounded up to six digits; None off the ladder.

    Between two rungs the logarithm of the compute is interpolated over the logarithm of the loss, so that a lower
    loss never reads as less compute. Below the last loss or above the first nothing is extrapolated: a loss curve
    flattens, so that no line through its last rungs is an upper bound.

    Args:
        loss: above 0, in the units of the ladder.
        ladder: at least two rungs, compute rising and loss falling from each to the next; all above 0.

    Raises:
        InputError: for a loss or a ladder that is none.
    """
    _check_ladder(loss, ladder)
    if not ladder[-1].loss <= loss <= ladder[0].loss:
        return None
    above, below = next((a, b) for a, b in pairwise(ladder) if b.loss <= loss)
    if loss in (above.loss, below.loss):
        return round_up(above.compute if loss == above.loss else below.compute)
    share = _EXACT.divide(_difference(above.loss, loss), _difference(above.loss, below.loss))
    step = _EXACT.multiply(share, _difference(below.compute, above.compute))
    return min(round_up(_EXACT.multiply(above.compute, _EXACT.exp(step))), round_up(below.compute))


def _difference(one: Decimal, other: Decimal) -> Decimal:
    return _EXACT.subtract(_EXACT.ln(one), _EXACT.ln(other))


def _check_ladder(loss: Decimal, ladder: Sequence[Rung]) -> None:
    if not (loss.is_finite() and loss > 0):
        raise InputError(Finding(what=f"{loss} is no loss", mend="give a number above zero"))
    if len(ladder) < 2:
        raise InputError(Finding(what="a loss curve has at least two rungs", mend="train the recipe at more sizes"))
    if any(not (n.is_finite() and n > 0) for rung in ladder for n in (rung.compute, rung.loss)):
        raise InputError(Finding(what="a rung has a compute and a loss above zero"))
    for before, after in pairwise(ladder):
        if not (before.compute < after.compute and before.loss > after.loss):
            what = f"from {before.compute} to {after.compute} FLOP the ladder does not rise in compute and fall in loss"
            raise InputError(Finding(what=what, mend="leave out rungs that are not on the curve's lower edge"))


def effective_compute(
    phases: Iterable[Decimal],
    later: Iterable[Decimal],
    inherited: Sequence[Decimal | None],
    *,
    loss: Decimal | None = None,
    ladder: Sequence[Rung] = (),
) -> Decimal | None:
    """Effective compute of a run, parents and teachers included; None when it cannot be told.

    Without a loss it is what was spent. With one it is the larger of what was spent and what the reference recipe
    would have needed: a better recipe counts as more compute, a failing run never as less than it cost. Off the
    ladder it is unknown, but for one case: a loss above the first rung's stands for less than that rung, so that
    spending at least that much settles it.

    Args:
        phases: FLOP of the phases up to the measured loss.
        later: FLOP of those after it, post-training among them.
        inherited: effective compute of each parent and teacher; None is unknown.
    """
    before, after = list(phases), list(later)
    spent = added([*before, *after, *inherited])
    if loss is None or spent is None:
        return spent
    reached = compute_at_loss(loss, ladder)
    if reached is not None:
        equal = added([reached, *after])
        assert equal is not None
        return max(spent, equal)
    own = added(before)
    settled = loss > ladder[0].loss and own is not None and own >= ladder[0].compute
    return spent if settled else None
