"""The ends of an interval from bootstrap draws of a quantity, some of which may be infinite.

For: `bootstrap`, `trend`. Does not know: what was drawn, or how.
"""

from __future__ import annotations

from enum import StrEnum
from math import inf, isfinite, sqrt

import numpy as np

from scalegate.estimate.bound import FloatArray

CERTAINTY = 0.99
"""How sure an interval's end is to lie beyond the quantile that endlessly many draws would give."""


class Ends(StrEnum):
    """How far an interval reaches."""

    PERCENTILE = "percentile"
    """To the quantiles of the draws."""
    WIDENED = "widened"
    """At least to the quantiles, and where few families were seen, or the draws lie to one side, beyond them."""


def interval(
    point: float, lower: FloatArray, upper: FloatArray, *, units: int, alpha: float, ends: Ends
) -> tuple[float, float]:
    """The ends of a two-sided interval of level `1 - alpha`.

    Percentiles are order statistics that lie beyond the quantiles of endlessly many draws, but for a Monte Carlo error
    of probability `1 - CERTAINTY` each. They fall short in two ways. Where few units were seen, draws spread less than
    estimates do: `widening` says by how much. And where estimates err to one side, draws err to that side once more,
    so that the end on the other side comes too close: the mirror image of the far end, with the point as mirror, undoes
    that. Each remedy alone covers, and each reaches too far somewhere (the first where the draws' spread is that of
    tasks within families, the second where a long tail is one of ignorance): each end goes to the nearer of the two.
    It never lies inside its percentile, nor beyond the point.

    Args:
        point: the estimate; where it is infinite, percentiles are all there is.
        lower, upper: shape (draw,), the draws from below and from above; equal where a draw is known.
        units: families seen, 1 or more.

    Returns:
        Minus infinity and infinity where there are too few draws to know.

    Source: B. Efron, R. J. Tibshirani (1993), An introduction to the bootstrap, chapter 13 (percentiles, and their
    mirror images); T. C. Hesterberg (2015), The American Statistician 69(4), 371-386, section 4 (few units).
    Test: `tests/estimate/test_interval.py`; what it covers, `benchmarks/bootstrap.py coverage`.
    """
    rank = covering_rank(lower.size, 1 - alpha / 2)
    if rank is None:
        return -inf, inf
    low, high = float(np.sort(lower)[-rank]), float(np.sort(upper)[rank - 1])
    if ends is Ends.PERCENTILE or not isfinite(point):
        return low, high
    factor = widening(units, alpha)
    below, above = max(point - low, 0.0), max(high - point, 0.0)
    return (
        min(low, point - min(above, factor * below if below else 0.0)) if isfinite(low) else low,
        max(high, point + min(below, factor * above if above else 0.0)) if isfinite(high) else high,
    )


def widening(units: int, alpha: float) -> float:
    """How much further than a bootstrap's spread an interval must reach for few units, at least 1; infinite for one.

    Student's quantile in place of the normal one, and the factor `sqrt(n / (n - 1))` that drawing `n` of `n` loses.
    """
    from scipy.special import ndtri, stdtrit  # scipy takes long to load: only where a number is needed

    if units < 2:
        return inf
    return float(stdtrit(units - 1, 1 - alpha / 2) / ndtri(1 - alpha / 2)) * sqrt(units / (units - 1))


def covering_rank(draws: int, level: float, certainty: float = CERTAINTY) -> int | None:
    """The least rank whose order statistic is at or above the quantile `level` with probability `certainty`.

    None when not even the greatest draw is. The number of draws below the quantile is binomial.
    """
    from scipy.special import bdtr

    ranks = np.arange(1, draws + 1)
    enough = np.flatnonzero(bdtr(ranks - 1, draws, level) >= certainty)
    return int(ranks[enough[0]]) if enough.size else None
