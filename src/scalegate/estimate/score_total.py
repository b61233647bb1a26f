"""The total of task scores, as a random variable: its exact distribution for each correlation of attempts.

For: `overdispersed`. Does not know: what was observed, levels, how a bound is searched.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import lgamma

import numpy as np
import numpy.typing as npt

from scalegate.estimate.bound import FloatArray, IntArray

CELLS = (0.0, 0.05, 0.1, 0.2, 0.35, 0.5, 0.7, 0.85, 1.0)
"""Ends of the cells of correlations. One statistic serves a cell and must refute at its ends and in its middle; in
between the chance of a wrong bound exceeds a level of 0.01 or more by at most 1 % of it (ADR 0006)."""
SOLVED = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 1.0)
"""Parts of the mean rate that may be due to tasks that always succeed; with the widest envelope only. In between the
chance of a wrong bound exceeds a level of 0.01 or more by at most 7 % of it (ADR 0006)."""

ComplexArray = npt.NDArray[np.complex128]
_LATTICE = 1 << 17
_NOISE = 1e-12
"""Added to every probability: more than the Fourier transforms can be off."""
STEPS = 256
"""Coarse rates `step / STEPS` whose distributions are kept, so that all bounds for one suite share them."""
_KEPT = 2048
"""Longest distribution that is kept."""


@dataclass(frozen=True, kw_only=True)
class Group:
    """Tasks with one number of attempts.

    Attributes:
        tasks: how many.
        scores: shape (row, successes), whole numbers from 0 to the scale.
        fixed: shape (row, successes), the part of the log-probability that does not depend on the rate.
    """

    tasks: int
    attempts: int
    scores: IntArray
    fixed: FloatArray


@dataclass(frozen=True, kw_only=True, eq=False)
class ScoreTotal:
    """One statistic, and one law of task rates, per row.

    Three rows per cell of correlations: `rho` at its ends and in its middle, with the statistic of the cell. Then rows
    in which some tasks always succeed and all others succeed at one rate.

    Attributes:
        rho, solved: shape (row,), 0 to 1: the correlation, and the part of the mean rate that is due to tasks that
            always succeed; one of them is 0.
    """

    rho: FloatArray
    solved: FloatArray
    groups: tuple[Group, ...]
    scale: int
    length: int

    def totals(self, successes: IntArray, attempts: IntArray) -> IntArray:
        """The statistic of each row."""
        parts = [g.scores[:, successes[attempts == g.attempts]].sum(axis=1) for g in self.groups]
        return np.asarray(np.sum(parts, axis=0), dtype=np.int64)

    def distance(self, rate: float, seen: IntArray) -> FloatArray:
        """How many standard deviations the statistic lies below its mean; only says which row to look at first."""
        mean, variance = np.zeros(self.rho.size), np.zeros(self.rho.size)
        for group in self.groups:
            chances = self.task_chances(np.full(self.rho.size, rate), np.arange(self.rho.size), group)
            each = (chances * group.scores).sum(axis=1)
            mean += group.tasks * each
            variance += group.tasks * ((chances * group.scores**2).sum(axis=1) - each**2)
        return np.asarray((mean - seen) / np.sqrt(variance))

    def chances(self, rates: FloatArray, *, row: int, seen: IntArray) -> FloatArray:
        """Per rate: `chance` in one row."""
        return np.asarray(self.laws(rates, np.full(rates.size, row))[:, seen[row]])

    def chance(self, rate: float, rows: IntArray, seen: IntArray) -> FloatArray:
        """Per row: the probability of a statistic no greater than the one seen, when the mean rate is `rate`."""
        return np.asarray(self.laws(np.full(rows.size, rate), rows)[np.arange(rows.size), seen[rows]])

    @property
    def kept(self) -> bool:
        """Whether `coarse_chance` costs little."""
        return self.length <= _KEPT

    def coarse_chance(self, step: int, seen: IntArray) -> FloatArray:
        """Per row, `chance` at the rate `step / STEPS`, of a total that is not the highest."""
        if not 0 < step < STEPS:
            return np.full(self.rho.size, 1.0 if step <= 0 else 0.0)
        return np.asarray(_coarse_laws(self, step)[np.arange(self.rho.size), seen])

    def task_chances(self, rates: FloatArray, rows: IntArray, group: Group) -> FloatArray:
        """Probabilities of 0 to all successes at one task of the group, shape (row, successes)."""
        solved = self.solved[rows] * rates
        others = np.maximum((rates - solved) / (1 - solved), 1e-300)  # nothing, where all is due to solved tasks
        chances = beta_binomial(others, self.rho[rows], group.attempts, group.fixed[rows])
        chances *= (1 - solved)[:, None]
        chances[:, -1] += solved
        return chances

    def laws(self, rates: FloatArray, rows: IntArray) -> FloatArray:
        """Probability that the statistic is at most 0, 1, ..., shape (row, total), each row at its own mean rate."""
        spectrum: ComplexArray | None = None
        for group in self.groups:
            scores = np.zeros((rows.size, self.scale + 1))
            chances = self.task_chances(rates, rows, group)
            np.add.at(scores, (np.arange(rows.size)[:, None], group.scores[rows]), chances)
            factor = _power(np.fft.rfft(scores, self.length, axis=1), group.tasks)
            spectrum = factor if spectrum is None else spectrum * factor
        assert spectrum is not None, "no tasks"
        law = np.fft.irfft(spectrum, self.length, axis=1)
        np.maximum(law, 0, out=law)
        # running sums of numbers that are not negative: never falls as the statistic grows, to the last bit
        np.cumsum(law, axis=1, out=law)
        law += _NOISE
        return np.asarray(law)


@lru_cache(maxsize=128)
def _coarse_laws(total: ScoreTotal, step: int) -> FloatArray:
    return total.laws(np.full(total.rho.size, step / STEPS), np.arange(total.rho.size))


def cells_to(icc_max: float) -> int:
    """How many cells reach `icc_max`."""
    return max(1, next(i for i, end in enumerate(CELLS) if end >= icc_max))


def total_of(attempts: IntArray, icc_max: float) -> ScoreTotal:
    levels, tasks = np.unique(attempts, return_counts=True)
    return total_for(tuple(levels.tolist()), tuple(tasks.tolist()), cells_to(icc_max))


@lru_cache(maxsize=16)  # both ends, and all models that ran one suite
def total_for(levels: tuple[int, ...], tasks: tuple[int, ...], cells: int) -> ScoreTotal:
    number = sum(tasks)
    ends, solved = np.array(CELLS[: cells + 1]), np.array(SOLVED if cells == len(CELLS) - 1 else ())
    middle = (ends[:-1] + ends[1:]) / 2
    rho = np.append(np.stack([ends[:-1], middle, ends[1:]], axis=1).ravel(), np.zeros(solved.size))
    power = np.append(1 + np.repeat(middle, 3), np.full(solved.size, 2.0))
    half = min(levels[-1], max(4, _LATTICE // (2 * number)))
    return ScoreTotal(
        rho=rho,
        solved=np.append(np.zeros(rho.size - solved.size), solved),
        groups=tuple(group_of(e, n, rho, power, half) for e, n in zip(levels, tasks, strict=True)),
        scale=2 * half,
        length=_fast(number * 2 * half + 1),
    )


def group_of(attempts: int, tasks: int, rho: FloatArray, power: FloatArray, half: int) -> Group:
    """Scores `x + x**power` in units of `1 / half`, rounded down so that only full success scores in full (B3)."""
    won = np.arange(attempts + 1)
    convex = np.floor(half * (won / attempts) ** power[:, None] + 1e-9).astype(np.int64)
    ways = np.array([lgamma(attempts + 1) - lgamma(k + 1) - lgamma(attempts - k + 1) for k in won])
    steps = np.arange(1, attempts)
    divisor = np.log(1 - rho[:, None] + steps * rho[:, None]).sum(axis=1, keepdims=True)
    return Group(tasks=tasks, attempts=attempts, scores=half * won // attempts + convex, fixed=ways - divisor)


def beta_binomial(rates: FloatArray, rho: FloatArray, attempts: int, fixed: FloatArray) -> FloatArray:
    """Probabilities of 0 to `attempts` successes, shape (row, successes); good at both ends of `rho`.

    The usual products over `rate * (1 - rho) + i * rho` have, for `i = 0`, factors `1 - rho` above and below;
    they are cancelled here, so that `rho = 1` (always or never) is no special case.
    """
    either = np.stack([rates, 1 - rates])[..., None]
    apart = 1 - rho[:, None]
    logs = np.zeros((2, rho.size, attempts))
    np.log(either * apart + np.arange(1, attempts) * rho[:, None], out=logs[..., 1:])
    won, lost = np.cumsum(logs, axis=2, out=logs)
    lost = lost[:, ::-1]
    chances = np.empty((rho.size, attempts + 1))
    chances[:, 0] = either[1, :, 0] * np.exp(lost[:, 0] + fixed[:, 0])
    chances[:, -1] = either[0, :, 0] * np.exp(won[:, -1] + fixed[:, -1])
    chances[:, 1:-1] = either[0] * either[1] * apart * np.exp(won[:, :-1] + lost[:, 1:] + fixed[:, 1:-1])
    return chances


def _power(base: ComplexArray, exponent: int) -> ComplexArray:
    """By repeated squaring: a complex power through logarithms takes ten times as long."""
    result: ComplexArray | None = None
    while exponent:
        if exponent & 1:
            result = base if result is None else result * base
        exponent >>= 1
        if exponent:
            base = base * base
    assert result is not None, "no tasks"
    return result


def _fast(least: int) -> int:
    """A length of at least `least` that Fourier transforms like: a power of two, or three or five quarters of one."""
    power = 1 << (least - 1).bit_length()
    return next(size for size in (5 * power // 8, 3 * power // 4, power) if size >= least)
