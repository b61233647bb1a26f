"""Do the open and the sealed half of an evaluation differ, in either direction?

For: recorded flags (V5). Does not know: which items lie where, models.

Better on the open half: its items were memorised, and a high score there is a false alarm. Worse on the open half:
the capability was suppressed on the items that could be seen, and a low score there is the danger.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scalegate.errors import Finding, InputError
from scalegate.estimate.bound import FloatArray, IntArray
from scalegate.estimate.stated import require_count
from scalegate.estimate.suspicion import Suspicion

_TABLES = 4_000_000
_GRID = 400  # nuisance rates looked at before the greatest is refined
Counts = tuple[int, int]  # right answers, items


@dataclass(frozen=True, kw_only=True)
class SplitGap:
    """One-sided p-values of both directions, by Boschloo's test."""

    memorised: float
    suppressed: float


def split_gap(opened: Counts, sealed: Counts) -> Suspicion:
    """Two-sided: twice the smaller of the one-sided p-values of Boschloo's exact unconditional test, at most 1.

    Args:
        opened, sealed: right answers and items of each half; one answer for each item.

    Returns:
        The statistic is the share of right answers, open less sealed: above 0 memorised, below 0 suppressed.

    Raises:
        InputError: counts that cannot be, or a half without items.

    Source: R. D. Boschloo (1970), Statistica Neerlandica 24(1), 1-9. Test: `tests/estimate/test_split_gap.py`.
    """
    ends = gap_p_values(opened, sealed)
    return Suspicion(
        test="split_gap/1",
        statistic=opened[0] / opened[1] - sealed[0] / sealed[1],
        p_value=min(1.0, 2 * min(ends.memorised, ends.suppressed)),
        units=opened[1] + sealed[1],
        notes=(
            "items are independent, and were split at random",
            f"open {opened[0]}/{opened[1]}, sealed {sealed[0]}/{sealed[1]}",
        ),
    )


def gap_p_values(opened: Counts, sealed: Counts) -> SplitGap:
    """Boschloo's one-sided p-value of each direction. Raises InputError as `split_gap` does."""
    for name, (right, items) in (("opened", opened), ("sealed", sealed)):
        require_count(f"{name} items", items, 1)
        require_count(f"{name} right", right)
        if right > items:
            raise InputError(Finding(path=name, what=f"{right} right of {items}", mend="count each item once"))
    return SplitGap(memorised=_boschloo(opened, sealed), suppressed=_boschloo(sealed, opened))


def fisher(first: Counts, second: Counts) -> float:
    """One-sided p-value of Fisher's exact test: the first arm's rate is no greater.

    Source: R. A. Fisher (1935), JRSS 98(1), 39-82. Test: `test_fisher_matches_the_published_value_and_scipy`.
    """
    (a, n), (b, m) = first, second
    above = np.arange(a, min(n, a + b) + 1)
    return float(np.exp(_log_chance(above, n, m, a + b)).sum().clip(0, 1))


def _log_chance(k: IntArray, n: int, m: int, total: int) -> FloatArray:
    """Logarithm of the chance of `k` right in the first arm, given that `total` of `n + m` are: hypergeometric."""
    from scipy.special import gammaln

    def choose(of: int, some: IntArray) -> FloatArray:
        return np.asarray(gammaln(of + 1) - gammaln(some + 1) - gammaln(of - some + 1))

    return choose(n, k) + choose(m, total - k) - choose(n + m, np.array([total]))


def _boschloo(first: Counts, second: Counts) -> float:
    """The greatest chance, over a common rate, of a table that Fisher's test finds no likelier than this one.

    Beyond some millions of tables Fisher's p-value itself, which is never smaller.
    """
    if (first[1] + 1) * (second[1] + 1) > _TABLES:
        return fisher(first, second)
    extreme = _extreme(first, second)
    rates = (np.arange(_GRID) + 0.5) / _GRID
    chances = _chances(rates, first[1], second[1], extreme)
    best, width = float(rates[chances.argmax()]), 1 / _GRID
    close = np.clip(best + np.linspace(-width, width, _GRID + 1), 0, 1)
    greatest = max(float(chances.max()), float(_chances(close, first[1], second[1], extreme).max()))
    return min(fisher(first, second), greatest)


def _extreme(first: Counts, second: Counts) -> FloatArray:
    """1 for tables (right in the first arm, right in the second) whose Fisher p-value is at most the observed one."""
    n, m, seen = first[1], second[1], fisher(first, second)
    found = np.zeros((n + 1, m + 1))
    for total in range(n + m + 1):
        k = np.arange(max(0, total - m), min(n, total) + 1)
        tails = np.exp(_log_chance(k, n, m, total))[::-1].cumsum()[::-1]
        inside = k[tails <= seen * (1 + 1e-9)]
        found[inside, total - inside] = 1.0
    return found


def _chances(rates: FloatArray, n: int, m: int, extreme: FloatArray) -> FloatArray:
    from scipy.special import gammaln, xlog1py, xlogy

    def binomial(size: int) -> FloatArray:
        k = np.arange(size + 1)
        choose = gammaln(size + 1) - gammaln(k + 1) - gammaln(size - k + 1)
        return np.asarray(np.exp(choose + xlogy(k, rates[:, None]) + xlog1py(size - k, -rates[:, None])))

    return np.asarray(((binomial(n) @ extreme) * binomial(m)).sum(axis=1))
