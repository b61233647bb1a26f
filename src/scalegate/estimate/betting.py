"""Bounds on the mean of independent values in [0, 1], whatever their distribution.

For: `rate`. Does not know: what the values are (task means, family means, scores).

The idea: somebody who doubts that the mean is as high as `m` bets against it. Each value `x` multiplies the
stake by `1 + bet * (m - x)`. If the mean is `m` or higher, the stake grows on average by no factor, so it
exceeds `1 / alpha` with probability at most `alpha` (Markov). The bound is the highest mean that the bets
do not refute. The bets are fixed beforehand, so that the order of the values cannot matter (law 4).

Looking early: the stake after each value is a supermartingale if, given the values before it, no value is expected
below `m`. It then exceeds `1 / alpha` at *any* time with probability at most `alpha` (Ville), provided that the bets
do not depend on how many values have come so far. They depend on the number planned.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log, sqrt

import numpy as np

from scalegate.estimate.bound import FloatArray
from scalegate.estimate.checked import checked_level, checked_scores

_GRID = 1 << 40


def shares(number: int) -> FloatArray:
    """Shares of the greatest bet that cannot go bankrupt; they depend on the number of values alone.

    The whole stake serves values that are all near 0. The last two, near the best one for values that spread
    widely or lie near 1, shrink with the standard error.
    """
    error = 1 / sqrt(max(number, 1))
    return np.array([1.0, 0.8, 0.5, min(0.9, 3 * error), min(0.9, error)])


@dataclass(frozen=True, kw_only=True)
class Wealth:
    """Logarithm of the mean stake of the bettors against a mean of at least `m`; one column per distinct value."""

    shares: FloatArray
    failures: FloatArray
    counts: FloatArray

    def against(self, mean: float) -> float:
        """Log of the mean over the shares `c` of `prod(1 - c + c * (1 - x) / (1 - mean))`.

        This is `1 + bet * (mean - x)` with `bet = c / (1 - mean)`: increasing in `mean`, decreasing in every
        `x`. So the means that are not refuted form an interval, and a higher value never lowers its end.
        """
        factors = 1 - self.shares + self.shares * (self.failures / (1 - mean))
        with np.errstate(divide="ignore"):  # a stake of zero: that bettor is out
            logs = np.log(factors) @ self.counts
        top = float(logs.max())
        return top + log(float(np.exp(logs - top).mean())) if np.isfinite(top) else top


def upper_mean(values: FloatArray, alpha: float, planned: int | None = None) -> float:
    """A bound from above on the mean expectation of independent values, wrong with probability at most `alpha`.

    Args:
        values: shape (unit,), each in [0, 1]; none gives 1.
        alpha: between 0 and 1.
        planned: the number of values that the bets are made for, when fixed beforehand; None: as many as there are,
            and then the bound holds for a number of values fixed beforehand only (B4).

    Returns:
        The end of the interval of means that are not refuted, rounded up to a multiple of 2**-40.
        Below 1 unless every value is 1 (B3).

    The values need not have one common expectation: with expectations `mu_i` whose mean is at least `m`, the
    expected stake is `prod(1 + bet * (m - mu_i))`, at most `(1 + bet * (m - mean mu))**n <= 1` as the
    geometric mean is no more than the arithmetic one. This part is for a sealed number of values: a look at an early
    stretch of them bounds the mean of that stretch.

    Raises:
        InputError: a value outside [0, 1] or NaN; a level that cannot be.

    Source: I. Waudby-Smith, A. Ramdas (2024), JRSS B 86(1), 1-27 (betting); H. Robbins (1970) (mixtures).
    Test: `tests/estimate/test_betting_mean.py`; looking early, `tests/estimate/test_sequential.py`.
    """
    checked_level(alpha)
    checked_scores(values, values)
    levels, counts = np.unique(values, return_counts=True)  # sorted: the same sums whatever the order of the units
    wealth = Wealth(
        shares=shares(planned or values.size)[:, None], failures=1 - levels, counts=counts.astype(np.float64)
    )
    refuted, low, high = -log(alpha), 0, _GRID
    while values.size and high - low > 1:
        middle = (low + high) // 2
        if wealth.against(middle / _GRID) >= refuted:
            high = middle
        else:
            low = middle
    return high / _GRID


def lower_mean(values: FloatArray, alpha: float, planned: int | None = None) -> float:
    """The bound from below: the mirror image of `upper_mean`; above 0 unless every value is 0 (B3)."""
    return 1 - upper_mean(1 - values, alpha, planned)
