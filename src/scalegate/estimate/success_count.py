"""The number of tasks that succeed, as a random variable: its exact distribution along stated success curves.

For: `horizon`. Does not know: what was observed, levels, how a bound is searched.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log

import numpy as np
import numpy.typing as npt

from scalegate.estimate.bound import FloatArray, IntArray

SLOPES = 5
"""Slopes on the grid: geometric, both ends of the stated interval included."""
NODES = 25
"""Points at which the family effect is evaluated: equal steps out to +-5 standard deviations."""


@dataclass(frozen=True, kw_only=True)
class Envelope:
    """One row per (slope, spread) and node; `starts` marks the first row of each pair.

    Attributes:
        log_odds: of success on a task as long as the horizon, with the node's family effect in it.
        slope: drop of the log-odds per doubling.
        weights: of the node; they sum to 1 within a pair.
    """

    log_odds: FloatArray
    slope: FloatArray
    weights: FloatArray
    starts: IntArray

    def only(self, pairs: npt.NDArray[np.bool_]) -> Envelope:
        sizes = np.diff(np.append(self.starts, self.slope.size))
        rows = np.repeat(pairs, sizes)
        starts = np.append(0, np.cumsum(sizes[pairs]))[:-1]
        return Envelope(log_odds=self.log_odds[rows], slope=self.slope[rows], weights=self.weights[rows], starts=starts)


def envelope_of(slopes: tuple[float, float], family_sd: float, success: float) -> Envelope:
    """The grid: geometric slopes times the greatest spread and none; the flattest curve, spread widest, comes first."""
    nodes = np.linspace(-5, 5, NODES)
    normal = np.exp(-(nodes**2) / 2)
    normal /= normal.sum()
    ratio = slopes[1] / slopes[0]
    grid = [slopes[0] * ratio ** (step / (SLOPES - 1)) for step in range(SLOPES)] if ratio > 1 else [slopes[0]]
    odds = log(success / (1 - success))
    # Of the two meanings of "the horizon", the longer one: the smaller log-odds at its own length.
    spread_odds = min(odds, _average_log_odds(success, family_sd * nodes, normal))
    curves = [(spread_odds + family_sd * nodes, normal)] if family_sd else []
    curves.append((np.array([odds]), np.ones(1)))
    rows = [(log_odds, np.full(weights.size, slope), weights) for log_odds, weights in curves for slope in grid]
    sizes = [weights.size for _, _, weights in rows]
    log_odds, slope, weights = (np.concatenate(column) for column in zip(*rows, strict=True))
    return Envelope(log_odds=log_odds, slope=slope, weights=weights, starts=np.cumsum([0, *sizes[:-1]], dtype=np.int64))


def _average_log_odds(success: float, effects: FloatArray, weights: FloatArray) -> float:
    """Log-odds at which success averages `success` over the family effects."""
    low, high = -60.0, 60.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if float(weights @ logistic(middle + effects)) < success else (low, middle)
    return (low + high) / 2


def logistic(log_odds: FloatArray) -> FloatArray:
    with np.errstate(over="ignore"):  # exp(710) is inf and 1 / inf is 0, as it should be
        return 1 / (1 + np.exp(-log_odds))


def distribution(groups: list[FloatArray], log_odds: FloatArray, envelope: Envelope) -> FloatArray:
    """Distribution of the number of successes, shape (count, pair): families mixed over nodes, then convolved."""
    size = sum(group.size for group in groups) + 1
    length = 1 << size.bit_length()
    product = np.ones((length // 2 + 1, envelope.starts.size), dtype=np.complex128)
    for group in groups:
        rows = _family_distribution(group, log_odds, envelope.slope)
        mixed = np.add.reduceat(rows * envelope.weights, envelope.starts, axis=1)
        product *= np.fft.rfft(mixed, length, axis=0)
    return np.maximum(np.fft.irfft(product, length, axis=0)[:size], 0)


def _family_distribution(lengths: FloatArray, log_odds: FloatArray, slope: FloatArray) -> FloatArray:
    """Distribution of the successes in one family, shape (count, row), given its effect: Poisson-binomial."""
    chances = logistic(log_odds - slope * lengths[:, None])
    counts = np.zeros((lengths.size + 1, log_odds.size))
    counts[0] = 1
    for done, chance in enumerate(chances, start=1):
        gained = counts[:done] * chance
        counts[:done] -= gained
        counts[1 : done + 1] += gained
    return counts


def chance_of_at_most(count: float, total: FloatArray, *, exact: bool) -> FloatArray:
    """Per pair: a bound on the chance of at most `count` successes; exact for one attempt per task.

    With several attempts a task brings its share of successes, a number between 0 and 1 with the expectation
    of one attempt. Its sum over tasks is then smaller in convex order than the sum `B` of single attempts, so
    for every `t > count`

        P(sum <= count) <= E[max(t - sum, 0)] / (t - count) <= E[max(t - B, 0)] / (t - count)

    and the best `t` is a whole number, as the last term is monotone between two of them. Nothing is assumed
    about how alike the attempts at one task are. Growing with `count`, it keeps the bound monotone.

    Source: V. Bentkus (2004), Annals of Probability 32(2), 1650-1673, the comparison of section 1.
    """
    at_most = np.cumsum(total, axis=0)
    if exact:
        return np.asarray(at_most[round(count)])
    shortfall = np.cumsum(at_most, axis=0)[:-1]  # row i: E[max(i + 1 - B, 0)]
    ends = np.arange(1, total.shape[0])
    beyond = ends > count
    return np.asarray((shortfall[beyond] / (ends[beyond] - count)[:, None]).min(axis=0))
