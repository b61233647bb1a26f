"""The number of tasks that succeed, as a random variable: its exact distribution along stated success curves.

For: `horizon`. Does not know: what was observed, levels, how a bound is searched.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, inf, log

import numpy as np

from scalegate.estimate.bound import BoolArray, FloatArray, IntArray

SLOPES = 5
"""Slopes on the grid: geometric, both ends of the stated interval included."""
STEP = 0.45
"""Greatest distance, in log-odds, of the points at which a family effect is evaluated, out to +-4.5 spreads."""
BLOCK = 16


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

    def only(self, pairs: BoolArray) -> Envelope:
        sizes = np.diff(np.append(self.starts, self.slope.size))
        rows = np.repeat(pairs, sizes)
        starts = np.append(0, np.cumsum(sizes[pairs]))[:-1]
        return Envelope(log_odds=self.log_odds[rows], slope=self.slope[rows], weights=self.weights[rows], starts=starts)


def envelope_of(slopes: tuple[float, float], family_sd: float, success: float) -> Envelope:
    """The grid: geometric slopes times the greatest spread and none; the flattest curve, spread widest, comes first."""
    nodes = np.linspace(-4.5, 4.5, 2 * max(7, ceil(4.5 * family_sd / STEP)) + 1)
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


@dataclass(frozen=True, kw_only=True)
class Tasks:
    """Log2 minutes of the tasks, cut into blocks of one family each, so that blocks are worked on together.

    Attributes:
        lengths: shape (place, block); a place without a task is infinitely long: it never succeeds.
        starts: the first block of each family.
        widest: tasks of the largest family.
        number: tasks in all.
    """

    lengths: FloatArray
    starts: IntArray
    widest: int
    number: int


def tasks_of(groups: list[FloatArray]) -> Tasks:
    """Blocks of the families' log2 minutes."""
    blocks = [max(1, ceil(group.size / BLOCK)) for group in groups]
    padded = [
        np.pad(group, (0, n * BLOCK - group.size), constant_values=inf) for group, n in zip(groups, blocks, strict=True)
    ]
    return Tasks(
        lengths=np.concatenate(padded).reshape(-1, BLOCK).T.copy(),
        starts=np.cumsum([0, *blocks[:-1]], dtype=np.int64),
        widest=max(group.size for group in groups),
        number=sum(group.size for group in groups),
    )


def distribution(tasks: Tasks, log_odds: FloatArray, envelope: Envelope) -> FloatArray:
    """Distribution of the number of successes, shape (count, pair).

    Poisson-binomial within a block given the family effect; blocks multiplied (as generating functions on the
    unit circle) to families, those mixed over the effect, and multiplied to the whole.
    """
    blocks = _block_distribution(tasks, log_odds, envelope.slope)
    length = 1 << tasks.widest.bit_length()
    families = np.multiply.reduceat(np.fft.rfft(blocks, length, axis=0), tasks.starts, axis=1)
    mixed = np.fft.irfft(np.add.reduceat(families * envelope.weights, envelope.starts, axis=2), length, axis=0)
    length = 1 << tasks.number.bit_length()
    total = np.fft.irfft(np.fft.rfft(mixed, length, axis=0).prod(axis=1), length, axis=0)
    return np.asarray(np.maximum(total[: tasks.number + 1], 0))


def _block_distribution(tasks: Tasks, log_odds: FloatArray, slope: FloatArray) -> FloatArray:
    """Distribution of the successes in each block, shape (count, block, row), given the family effect."""
    chances = logistic(log_odds - slope * tasks.lengths[:, :, None])
    counts = np.zeros((chances.shape[0] + 1, *chances.shape[1:]))
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

    Source: V. Bentkus (2004), "On Hoeffding's inequalities", Annals of Probability 32(2), 1650-1673.
    """
    at_most = np.cumsum(total, axis=0)
    if exact:
        return np.asarray(at_most[round(count)])
    shortfall = np.cumsum(at_most, axis=0)[:-1]  # row i: E[max(i + 1 - B, 0)]
    ends = np.arange(1, total.shape[0])
    beyond = ends > count
    return np.asarray((shortfall[beyond] / (ends[beyond] - count)[:, None]).min(axis=0))
