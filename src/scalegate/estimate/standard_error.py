"""Standard errors of mean scores, for display beside a point estimate: nothing here bounds anything (B3).

For: `rate`, reports, benchmarks. Does not know: units, levels, which scores count.
"""

from __future__ import annotations

from itertools import pairwise
from math import fsum, sqrt

import numpy as np

from scalegate.errors import Finding, InputError
from scalegate.estimate.bound import FloatArray, IntArray
from scalegate.estimate.checked import checked_families

_DEAR = 40
"""What drawing one count costs, in draws of one place."""
_WIDEST = 256
"""Greatest number of scores in a block: what eight random bits tell apart."""
_PAIRS = 15_000
"""Pairs of places drawn together, if no draw alone has more."""


def clustered_error(scores: FloatArray, cluster: IntArray) -> float | None:
    """Standard error of the plain mean of scores that resemble each other within clusters.

        sqrt(C / (C - 1) * sum over clusters of (sum over members of (score - mean))^2) / n

    With every score a cluster of its own it is the ordinary one, `sqrt(var / n)`.

    Args:
        scores: shape (item,), finite.
        cluster: any number per item, equal within a cluster; what the numbers are changes nothing.

    Returns:
        None with fewer than two clusters `C`: one cluster says nothing of how clusters differ. It may be 0, and it
        covers too little where clusters are few or rates near an end: it is shown, and no bound rests on it.

    Raises:
        InputError: a score that is not finite, or not one cluster per score.

    Source: E. Miller (2024), arXiv 2411.00640, section 2.2, with the finite-cluster factor of statsmodels' default
    correction. Test: `tests/estimate/test_standard_error.py` (statsmodels and inspect_ai to 1e-9).
    """
    if scores.ndim != 1 or not np.isfinite(scores).all():
        raise _error("scores", "a score that is no number", "give finite scores")
    checked_families(cluster, scores.size)
    names = np.unique(cluster)
    if names.size < 2:
        return None
    mean = fsum(scores.tolist()) / scores.size  # fsum rounds once: the order of items moves no bit (law 4)
    sums = [fsum((scores[cluster == name] - mean).tolist()) for name in names]
    return sqrt(names.size / (names.size - 1) * fsum(each * each for each in sums)) / scores.size


def bootstrap_standard_error(scores: FloatArray, *, seed: bytes, draws: int = 1000) -> float:
    """Standard deviation of the mean over resamples of the scores, with replacement: for display beside other tools.

    Args:
        scores: at least one, finite.
        seed: 32 bytes; the only source of chance.
        draws: resamples, at least 1.

    Few different scores come up multinomially often, so that only their counts are drawn; else every place is. Both
    are the law of drawing each score of each resample. It is 0 for equal scores and bounds nothing: bounds come from
    `rate` (B3), whose units are tasks and not attempts (B4).

    Raises:
        InputError: without scores, with one that is not finite, or without draws.

    Source: B. Efron (1979), "Bootstrap methods", Annals of Statistics 7(1). Test: `test_bootstrap_of_scores.py`.
    """
    assert len(seed) == 32, len(seed)
    if scores.ndim != 1 or not scores.size or not np.isfinite(scores).all():
        raise _error("scores", "no scores, or one that is no number", "give at least one finite score")
    if draws < 1:
        raise _error("draws", f"{draws} draws", "ask for at least one")
    generator = np.random.Generator(np.random.PCG64(np.random.SeedSequence(int.from_bytes(seed, "big"))))
    center = float(scores.mean())
    distinct, counts = np.unique(scores - center, return_counts=True)
    if distinct.size == 1:
        return 0.0
    if distinct.size == 2:
        often = generator.binomial(scores.size, counts[1] / scores.size, draws)
        sums = often * (distinct[1] - distinct[0])
    elif distinct.size * _DEAR < scores.size:
        sums = generator.multinomial(scores.size, counts / scores.size, draws) @ distinct
    else:
        sums = _sums(scores - center, generator, draws)
    return float(sums.std() / scores.size)


def _sums(scores: FloatArray, generator: np.random.Generator, draws: int) -> FloatArray:
    """Sums of as many scores drawn with replacement as there are, for each draw.

    The scores are cut into blocks whose sizes are powers of two, at most 256. How many places of a draw fall into each
    block is multinomial, and within a block every one is equally likely: eight random bits say which, none is ever
    rejected, and sixteen find the sum of two of them in a table.
    """
    sizes = np.array([_WIDEST] * (scores.size // _WIDEST) + [1 << bit for bit in range(8) if scores.size >> bit & 1])
    numbers = generator.multinomial(scores.size, sizes / scores.size, draws)
    blocks = np.split(scores, np.cumsum(sizes)[:-1])
    sums = np.zeros(draws)
    for block, number in zip(blocks, np.ascontiguousarray(numbers.T), strict=True):
        one = np.tile(block, _WIDEST // block.size)
        _add_pairs(sums, number >> 1, (one[:, None] + one).ravel(), generator)
        odd = np.flatnonzero(number & 1)
        sums[odd] += one[generator.integers(0, _WIDEST, odd.size)]
    return sums


def _add_pairs(sums: FloatArray, pairs: IntArray, table: FloatArray, generator: np.random.Generator) -> None:
    """Add to each sum that many entries of the table, drawn evenly; as many at a time as a processor's cache holds."""
    cuts = np.searchsorted(ends := np.cumsum(pairs), np.arange(_PAIRS, ends[-1] + _PAIRS, _PAIRS), side="right")
    starts = ends - pairs
    for first, last in pairwise(np.unique([0, *cuts.tolist(), sums.size])):
        number = int(ends[last - 1] - starts[first])
        words = np.asarray(generator.bit_generator.random_raw(-(-number // 4))).view(np.uint16)[:number]
        drawn = np.zeros(number + 1)
        table.take(words, mode="clip", out=drawn[:-1])  # "clip" skips a check per entry
        found = np.add.reduceat(drawn, starts[first:last] - starts[first])
        sums[first:last] += np.where(pairs[first:last] > 0, found, 0.0)  # without pairs it gives the next entry


def _error(where: str, what: str, mend: str) -> InputError:
    return InputError(Finding(where=where, what=what, mend=mend))
