"""Does a model find the published order of a benchmark likelier than other orders of the same items?

For: recorded flags (V5). Does not know: models, tokens. Log-probabilities are its input.

Items of a benchmark can stand in any order. A model that was trained on the file prefers the order of the file. Where
the file's own order means something (sorted by difficulty, by topic), the test finds that too.
"""

from __future__ import annotations

import numpy as np

from scalegate.errors import Finding, InputError
from scalegate.estimate.bound import FloatArray
from scalegate.estimate.suspicion import Suspicion


def order_preference(canonical: FloatArray, shuffled: FloatArray) -> Suspicion:
    """Exact permutation test over shuffles, summed over shards.

    Args:
        canonical: log-probability of each shard in its published order; shape (shard,).
        shuffled: the same for independent random orders of the shard's items; shape (shard, shuffle).

    Returns:
        The statistic is the mean of `canonical - mean of shuffled` over shards. The p-value is
        `(1 + shuffles whose sum over shards is at least the canonical one) / (shuffles + 1)`: exact when all orders
        are equally likely to have been published.

    Raises:
        InputError: no shard, no shuffle, other shards, or a value that is no number.

    Source: Y. Oren et al. (2024), ICLR, arXiv 2310.17623, sections 3 and 4; the exact form sums over shards first.
    Test: `tests/estimate/test_exchangeability.py`.
    """
    _check(canonical, shuffled)
    totals, found = shuffled.sum(axis=0), float(canonical.sum())
    at_least = int((totals >= found - 1e-9 * max(1.0, abs(found))).sum())
    return Suspicion(
        test="shard_exchangeability/1",
        statistic=float((canonical - shuffled.mean(axis=1)).mean()),
        p_value=(1 + at_least) / (totals.size + 1),
        units=int(canonical.size),
        notes=(f"{totals.size} independent random orders of each shard", "the published order means nothing"),
    )


def order_preference_by_shards(canonical: FloatArray, shuffled: FloatArray) -> float:
    """One-sided p-value of Student's t over shards: are they, on average, likelier in their published order?

    Needs no least number of shuffles, and takes shards to be independent and not far from normal; the exact test
    above assumes neither. With equal differences in every shard, 0 above and 1 at or below none.

    Raises:
        InputError: as above, or fewer than two shards.

    Source: Oren et al. (2024), equation 2. Test: `test_the_t_of_shards_matches_scipy`.
    """
    from scipy.special import stdtr

    _check(canonical, shuffled)
    if canonical.size < 2:
        raise InputError(Finding(path="shards", what="fewer than two shards", mend="split the items into more shards"))
    gaps = canonical - shuffled.mean(axis=1)
    error = float(gaps.std(ddof=1)) / gaps.size**0.5
    if error == 0:
        return 0.0 if gaps.mean() > 0 else 1.0
    return float(stdtr(gaps.size - 1, -float(gaps.mean()) / error))


def _check(canonical: FloatArray, shuffled: FloatArray) -> None:
    if canonical.ndim != 1 or shuffled.ndim != 2 or not shuffled.size or shuffled.shape[0] != canonical.size:
        what, mend = "no shard, no shuffle, or other shards", "give each shard its published order and its shuffles"
        raise InputError(Finding(path="shards", what=what, mend=mend))
    if not (np.isfinite(canonical).all() and np.isfinite(shuffled).all()):
        raise InputError(Finding(path="shards", what="a value that is no finite number", mend="give log-probabilities"))
