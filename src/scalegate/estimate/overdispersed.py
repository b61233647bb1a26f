"""Bounds on a success rate from several attempts at each task, where attempts at one task resemble each other.

For: `rate`. Does not know: which attempts count (E2, E3 are the caller's), limits, policies.

The model: every task has a success rate of its own, drawn from a beta distribution with mean `p`; two attempts
at one task then have correlation `rho`. Nothing is fitted. For each `rho` in the stated envelope one statistic,
increasing in every outcome, has a known distribution, and the rates that it refutes are left out. The bound is
the highest rate that some `rho` leaves in: monotone because each statistic is, and blind to the tasks' order.

The statistic is a sum of task scores `x + x**(1 + rho)`, `x` being the share of successes. Where attempts are
much alike, some tasks succeed on nearly every attempt; data without such tasks refute a high `rho` through the
second term. So a wide envelope costs little: the bound adapts to the data without ever estimating `rho`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial
from math import ceil, lgamma, log, sqrt

import numpy as np
import numpy.typing as npt

from scalegate.estimate.bound import Bounds, FloatArray, IntArray
from scalegate.estimate.checked import checked_counts, checked_level, checked_share

ESTIMATOR = "overdispersed_total/1"
ICC_MAX = 1.0
"""The default envelope: every correlation, from independent attempts to tasks that always or never succeed."""
CELLS = (0.0, 0.05, 0.1, 0.2, 0.35, 0.5, 0.7, 0.85, 1.0)
"""Ends of the cells of correlations. One statistic serves a cell and must refute at its ends and in its middle; in
between the chance of a wrong bound exceeds a level of 0.01 or more by at most 1 % of it (ADR 0006)."""
_GRID = 1 << 20
_LATTICE = 1 << 17
_NOISE = 1e-12
"""Added to every probability: more than the Fourier transforms can be off."""


def bound_overdispersed(
    successes_lower: IntArray,
    successes_upper: IntArray,
    attempts: IntArray,
    *,
    alpha_lower: float,
    alpha_upper: float,
    icc_max: float = ICC_MAX,
) -> Bounds:
    """One-sided bounds on the mean success rate of the tasks that these were drawn from.

    Args:
        successes_lower: shape (task,), verified successes; what is missing counts as a failure (E2).
        successes_upper: the same with what is missing counted as a success (E2).
        attempts: registered attempts per task, at least 1; tasks weigh equally.
        alpha_lower, alpha_upper: greatest probability that the bound is wrong, inside the envelope.
        icc_max: the greatest correlation of two attempts at one task, 0 to 1; widened to the end of its cell.

    Returns:
        Bounds in [0, 1], rounded outwards to 2**-20; `upper` is 1 only without a failure, `lower` 0 only without
        a success (B3). With one attempt per task they are the exact binomial ones.

    Raises:
        InputError: counts or levels that cannot be.

    Source: the beta-binomial law of J. G. Skellam (1948), JRSS B 10(2), 257-261; bounds by inverting a test as in
    C. J. Clopper, E. S. Pearson (1934). Test: `tests/estimate/test_overdispersed.py`.
    """
    checked_counts(successes_lower, successes_upper, attempts)
    checked_level(alpha_lower, "alpha_lower")
    checked_level(alpha_upper, "alpha_upper")
    checked_share(icc_max, "icc_max")
    valid = attempts - (successes_upper - successes_lower)
    shares = successes_lower[valid > 0] / valid[valid > 0]
    return Bounds(
        lower=1 - upper_rate(attempts - successes_lower, attempts, alpha_lower, icc_max),
        upper=upper_rate(successes_upper, attempts, alpha_upper, icc_max),
        point=float(np.sort(shares).mean()) if shares.size else None,
        estimator=ESTIMATOR,
        units=int(attempts.size),
        notes=_notes(successes_lower[valid > 0], valid[valid > 0], icc_max),
    )


def _notes(successes: IntArray, attempts: IntArray, icc_max: float) -> tuple[str, ...]:
    if not attempts.size:
        return ("no tasks: nothing is bounded",)
    top, seen = CELLS[_cells(icc_max)], estimate_icc(successes, attempts)
    notes = [
        "tasks are taken as independent of each other",
        f"the success rates of tasks are taken as beta distributed, attempts at a task correlated by at most {top:g}",
        "sealed n: valid only if the numbers of tasks and attempts were fixed beforehand",
    ]
    if seen is not None and seen > top:
        notes.append(f"attempts at a task correlate by {seen:.2f}, outside the stated envelope of {top:g}")
    return tuple(notes)


def upper_rate(successes: IntArray, attempts: IntArray, alpha: float, icc_max: float = ICC_MAX) -> float:
    """The bound from above alone; the one from below is `1 - upper_rate(attempts - successes, ...)`.

    Args:
        successes, attempts: shape (task,); no tasks give 1.
    """
    if not attempts.size:
        return 1.0
    test = _test_of(attempts, icc_max)
    totals = test.totals(successes, attempts)
    if int(totals[0]) == attempts.size * test.scale:  # every attempt succeeded, whatever the row
        return 1.0
    guess = _first_guess(float(np.sort(successes / attempts).mean()), attempts.size, alpha)
    low, rows = 0, np.arange(test.rho.size)
    lead = int(np.argmin(test.distance(guess, totals)))
    while rows.size:
        # A row that refutes where the leading one begins to refutes from there on.
        low = _end(partial(test.one_chance, row=lead, totals=totals), low, _GRID, guess, alpha)
        guess = low / _GRID
        chances = test.chance(guess, rows, totals) if low < _GRID else np.zeros(rows.size)
        lead = int(rows[np.argmax(chances)])
        rows = rows[chances > alpha]
    return low / _GRID


def _first_guess(share: float, tasks: int, alpha: float) -> float:
    """Where the search begins: E. B. Wilson's (1927) end for some correlation; only the time taken depends on it."""
    z = -0.45 * log(alpha) / tasks
    return min((share + z / 2 + sqrt(z * share * (1 - share) + z * z / 4)) / (1 + z), 0.999)


def _end(chance: Callable[[float], float], low: int, high: int, guess: float, alpha: float) -> int:
    """First grid point above `low` with a chance of at most `alpha`; at rate 1 (`high`) that chance is 0.

    Secants on `sqrt(-log chance)`, nearly linear in the rate; after a dozen steps, halving.
    """
    target, past = sqrt(-log(alpha)), (low / _GRID, 0.0)
    steps = 0
    while high - low > 1:
        at = min(max(ceil(guess * _GRID), low + 1), high - 1) if steps < 12 else (low + high) // 2
        found = chance(at / _GRID)
        low, high = (low, at) if found <= alpha else (at, high)
        level = sqrt(-log(min(found, 1.0)))
        slope = (level - past[1]) / (at / _GRID - past[0]) if at / _GRID != past[0] else 0.0
        guess = at / _GRID + (target - level) / slope if slope > 0 else (low + high) / 2 / _GRID
        past, steps = (at / _GRID, level), steps + 1
    return high


@dataclass(frozen=True, kw_only=True)
class _Group:
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


@dataclass(frozen=True, kw_only=True)
class _Test:
    """Three rows per cell: the correlation `rho` at its ends and in its middle, and the statistic of the cell."""

    rho: FloatArray
    groups: tuple[_Group, ...]
    scale: int
    length: int

    def totals(self, successes: IntArray, attempts: IntArray) -> IntArray:
        """The statistic of each row."""
        parts = [g.scores[:, successes[attempts == g.attempts]].sum(axis=1) for g in self.groups]
        return np.asarray(np.sum(parts, axis=0), dtype=np.int64)

    def distance(self, rate: float, totals: IntArray) -> FloatArray:
        """How many standard deviations the statistic lies below its mean; only says which row to look at first."""
        mean, variance = np.zeros(self.rho.size), np.zeros(self.rho.size)
        for group in self.groups:
            chances = _beta_binomial(rate, self.rho, group.attempts, group.fixed)
            each = (chances * group.scores).sum(axis=1)
            mean += group.tasks * each
            variance += group.tasks * ((chances * group.scores**2).sum(axis=1) - each**2)
        return np.asarray((mean - totals) / np.sqrt(variance))

    def one_chance(self, rate: float, *, row: int, totals: IntArray) -> float:
        return float(self.chance(rate, np.array([row]), totals)[0])

    def chance(self, rate: float, rows: IntArray, totals: IntArray) -> FloatArray:
        """Per row: the probability of a statistic no greater than the one seen, when the mean rate is `rate`."""
        return np.asarray(self.laws(rate, rows)[np.arange(rows.size), totals[rows]])

    def laws(self, rate: float, rows: IntArray) -> FloatArray:
        """Probability that the statistic is at most 0, 1, ..., shape (row, total)."""
        spectrum = np.ones((rows.size, self.length // 2 + 1), dtype=np.complex128)
        for group in self.groups:
            scores = np.zeros((rows.size, self.scale + 1))
            chances = _beta_binomial(rate, self.rho[rows], group.attempts, group.fixed[rows])
            np.add.at(scores, (np.arange(rows.size)[:, None], group.scores[rows]), chances)
            spectrum *= _power(np.fft.rfft(scores, self.length, axis=1), group.tasks)
        law = np.maximum(np.fft.irfft(spectrum, self.length, axis=1), 0)
        # running sums of numbers that are not negative: never falls as the statistic grows, to the last bit
        return np.asarray(np.cumsum(law, axis=1) + _NOISE)


def _cells(icc_max: float) -> int:
    """How many cells reach `icc_max`."""
    return max(1, next(i for i, end in enumerate(CELLS) if end >= icc_max))


def _test_of(attempts: IntArray, icc_max: float) -> _Test:
    levels, tasks = np.unique(attempts, return_counts=True)
    return _test_for(tuple(levels.tolist()), tuple(tasks.tolist()), _cells(icc_max))


@lru_cache(maxsize=16)  # both ends, and all models that ran one suite
def _test_for(levels: tuple[int, ...], tasks: tuple[int, ...], cells: int) -> _Test:
    ends = np.array(CELLS[: cells + 1])
    middle = (ends[:-1] + ends[1:]) / 2
    rho, power = np.stack([ends[:-1], middle, ends[1:]], axis=1).ravel(), 1 + np.repeat(middle, 3)
    number = sum(tasks)
    half = min(levels[-1], max(4, _LATTICE // (2 * number)))
    groups = tuple(_group(e, n, rho, power, half) for e, n in zip(levels, tasks, strict=True))
    return _Test(rho=rho, groups=groups, scale=2 * half, length=_fast(number * 2 * half + 1))


def _group(attempts: int, tasks: int, rho: FloatArray, power: FloatArray, half: int) -> _Group:
    """Scores `x + x**power` in units of `1 / half`, rounded down so that only full success scores in full (B3)."""
    won = np.arange(attempts + 1)
    convex = np.floor(half * (won / attempts) ** power[:, None] + 1e-9).astype(np.int64)
    ways = np.array([lgamma(attempts + 1) - lgamma(k + 1) - lgamma(attempts - k + 1) for k in won])
    steps = np.arange(1, attempts)
    divisor = np.log(1 - rho[:, None] + steps * rho[:, None]).sum(axis=1, keepdims=True)
    return _Group(tasks=tasks, attempts=attempts, scores=half * won // attempts + convex, fixed=ways - divisor)


def _beta_binomial(rate: float, rho: FloatArray, attempts: int, fixed: FloatArray) -> FloatArray:
    """Probabilities of 0 to `attempts` successes, shape (row, successes); good at both ends of `rho`.

    The usual products over `rate * (1 - rho) + i * rho` have, for `i = 0`, factors `1 - rho` above and below;
    they are cancelled here, so that `rho = 1` (always or never) is no special case.
    """
    steps = np.arange(1, attempts) * rho[:, None]
    zero = np.zeros((rho.size, 1))
    won = np.hstack([zero, np.log(rate * (1 - rho[:, None]) + steps).cumsum(axis=1)])
    lost = np.hstack([zero, np.log((1 - rate) * (1 - rho[:, None]) + steps).cumsum(axis=1)])[:, ::-1]
    chances = np.empty((rho.size, attempts + 1))
    chances[:, 0] = (1 - rate) * np.exp(lost[:, 0] + fixed[:, 0])
    chances[:, -1] = rate * np.exp(won[:, -1] + fixed[:, -1])
    mixed = np.exp(won[:, :-1] + lost[:, 1:] + fixed[:, 1:-1])
    chances[:, 1:-1] = rate * (1 - rate) * (1 - rho[:, None]) * mixed
    return chances


def _power(base: npt.NDArray[np.complex128], exponent: int) -> npt.NDArray[np.complex128]:
    """By repeated squaring: a complex power through logarithms takes ten times as long."""
    result: npt.NDArray[np.complex128] | None = None
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


def estimate_icc(successes: IntArray, attempts: IntArray) -> float | None:
    """Correlation of two attempts at one task by the analysis of variance, for display only; may be negative.

    Returns:
        None where it cannot be told: one attempt per task, fewer than two tasks, or outcomes all the same.

    Source: M. S. Ridout, C. G. B. Demetrio, D. Firth (1999), Biometrics 55(1), 137-148.
    """
    total, tasks = int(attempts.sum()), int(attempts.size)
    if tasks < 2 or total == tasks or not 0 < int(successes.sum()) < total:
        return None
    mean = float(successes.sum()) / total
    within = float(np.sort(successes * (attempts - successes) / attempts).sum()) / (total - tasks)
    between = float(np.sort((successes - attempts * mean) ** 2 / attempts).sum()) / (tasks - 1)
    typical = (total - float((attempts**2).sum()) / total) / (tasks - 1)
    return (between - within) / (between + (typical - 1) * within)
