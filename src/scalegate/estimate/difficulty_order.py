"""Are the harder items right while the easier ones are wrong?

For: screening of runs and recorded flags (V5). Does not know: where difficulties come from, models.

Whoever can do a hard task can mostly do an easy one. The test asks for more than that order being absent: it must be
turned round. A model that fails at random, or fails what it would have failed anyway, is not seen.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scalegate.errors import Finding, InputError
from scalegate.estimate.bound import BoolArray, FloatArray, IntArray
from scalegate.estimate.stated import require, require_count
from scalegate.estimate.suspicion import Suspicion

DRAWS = 4999
_CHUNK = 2_000_000  # random numbers at a time


@dataclass(frozen=True, kw_only=True)
class _Stratum:
    """Scores of one stratum's items, ascending: midrank / (items + 1); how many are solved, and their sum."""

    scores: FloatArray
    solved: int
    sum: float


def difficulty_order(
    difficulty: FloatArray, solved: BoolArray, stratum: IntArray, *, seed: bytes, draws: int = DRAWS
) -> Suspicion:
    """Rank test that solved items are harder than unsolved ones, within strata, one-sided, by permutation.

    Args:
        difficulty: of each item, shape (item,); any increasing scale, ties allowed: human minutes, or the share of
            other models that fail.
        solved: whether the item was solved.
        stratum: items are compared within a stratum alone (a family of tasks); equal numbers for all compare all.
        seed: 32 bytes; the only source of chance. Names and order of items or strata change nothing.
        draws: permutations drawn.

    Returns:
        The statistic is the sum of within-stratum ranks of solved items (van Elteren's weights), standardised by its
        permutation mean and deviation: above 0 when harder items are solved more. A p-value
        `(1 + draws at least as large) / (draws + 1)`, where solved or not does not depend on difficulty within a
        stratum; in an honest model easy items are solved more, so that it is cautious. 1 without a contrast.

    Raises:
        InputError: columns of different length, a difficulty that is no number, or no draws.

    Source: P. van Elteren (1960), Bull. Inst. Int. Stat. 37, 351-361; permutation p-values, Phipson and Smyth (2010).
    Test: `tests/estimate/test_difficulty_order.py`.
    """
    require_count("draws", draws, 1)
    strata = _strata(difficulty, solved, stratum)
    mean, deviation = _moments(strata)
    found = sum(s.sum for s in strata)
    if deviation == 0:
        return _answer(0.0, 1.0, difficulty.size)
    generator = np.random.default_rng(int.from_bytes(seed, "big"))
    totals = np.zeros(draws)
    for each in strata:
        totals += _drawn(each, generator, draws)
    p_value = (1 + int((totals >= found - 1e-9).sum())) / (draws + 1)
    return _answer((found - mean) / deviation, p_value, difficulty.size)


def tilt(difficulty: FloatArray, solved: BoolArray, stratum: IntArray) -> float:
    """The statistic of `difficulty_order` alone: above 0 when harder items are solved more, 0 without a contrast."""
    strata = _strata(difficulty, solved, stratum)
    mean, deviation = _moments(strata)
    return (sum(s.sum for s in strata) - mean) / deviation if deviation else 0.0


def _answer(statistic: float, p_value: float, items: int) -> Suspicion:
    notes = ("within a stratum, items are exchangeable where success does not depend on difficulty",)
    return Suspicion(test="difficulty_order/1", statistic=statistic, p_value=p_value, units=int(items), notes=notes)


def _strata(difficulty: FloatArray, solved: BoolArray, stratum: IntArray) -> list[_Stratum]:
    """Strata with a contrast, in an order of their contents: renaming them does not move the draws (law 4)."""
    if not difficulty.shape == solved.shape == stratum.shape or difficulty.ndim != 1:
        raise InputError(
            Finding(path="items", what="not one difficulty, outcome and stratum per item", mend="add them")
        )
    require(bool(np.isfinite(difficulty).all()), "difficulty", "infinite or not a number", "a number for each item")
    found = []
    for name in np.unique(stratum):
        inside = stratum == name
        order = np.argsort(difficulty[inside], kind="stable")
        won, scores = solved[inside][order], _midranks(difficulty[inside][order]) / (inside.sum() + 1)
        if 0 < won.sum() < won.size and scores[0] < scores[-1]:
            found.append(_Stratum(scores=scores, solved=int(won.sum()), sum=float(scores[won].sum())))
    return sorted(found, key=lambda s: (s.scores.size, s.solved, s.scores.tolist(), s.sum))


def _midranks(values: FloatArray) -> FloatArray:
    """Ranks from 1, equal values sharing the mean of theirs."""
    _, at, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = counts.cumsum()
    return np.asarray((last - (counts - 1) / 2)[at], dtype=np.float64)


def _moments(strata: list[_Stratum]) -> tuple[float, float]:
    """Mean and standard deviation of the sum of solved scores over permutations within strata."""
    mean = sum(s.solved * float(s.scores.mean()) for s in strata)
    variance = 0.0
    for s in strata:
        size = s.scores.size
        variance += s.solved * (size - s.solved) / size * float(s.scores.var(ddof=1))
    return mean, variance**0.5


def _drawn(stratum: _Stratum, generator: np.random.Generator, draws: int) -> FloatArray:
    size, totals = stratum.scores.size, []
    step = max(1, _CHUNK // size)
    for start in range(0, draws, step):
        order = generator.random((min(step, draws - start), size)).argsort(axis=1)[:, : stratum.solved]
        totals.append(stratum.scores[order].sum(axis=1))
    return np.concatenate(totals)
