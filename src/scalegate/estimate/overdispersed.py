"""Bounds on a success rate from several attempts at each task, where attempts at one task resemble each other.

For: `rate`. Does not know: which attempts count (E2, E3 are the caller's), limits, policies.

The model: every task has a success rate of its own, drawn from a beta distribution with mean `p`; two attempts
at one task then have correlation `rho`. Nothing is fitted. For each `rho` in the stated envelope one statistic,
increasing in every outcome, has a known distribution, and the rates that it refutes are left out. The bound is
the highest rate that some `rho` leaves in: monotone because each statistic is, and blind to the tasks' order.

The statistic is a sum of task scores `x + x**(1 + rho)`, `x` being the share of successes. Where attempts are
much alike, some tasks succeed on nearly every attempt; data without such tasks refute a high `rho` through the
second term. So a wide envelope costs little: the bound adapts to the data without ever estimating `rho`. With the
widest envelope rates of two kinds are let in as well: tasks that always succeed, and all others alike.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from math import ceil, log, sqrt

import numpy as np

from scalegate.estimate.bound import Bounds, FloatArray, IntArray
from scalegate.estimate.checked import checked_counts, checked_level, checked_share
from scalegate.estimate.score_total import CELLS, STEPS, ScoreTotal, cells_to, total_of

ESTIMATOR = "overdispersed_total/2"
ICC_MAX = 1.0
"""The default envelope: every correlation, from independent attempts to tasks that always or never succeed."""
_GRID = 1 << 20
_COARSE = _GRID // STEPS


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
    top, seen = CELLS[cells_to(icc_max)], estimate_icc(successes, attempts)
    notes = [
        "tasks are taken as independent of each other",
        f"the success rates of tasks are taken as beta distributed, attempts at a task correlated by at most {top:g}"
        + (", or as 1 on some tasks and alike on all others" if top == 1 else ""),
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
    total = total_of(attempts, icc_max)
    seen = total.totals(successes, attempts)
    if int(seen[0]) == attempts.size * total.scale:  # every attempt succeeded, whatever the row
        return 1.0
    guess = _first_guess(float(np.sort(successes / attempts).mean()), attempts.size, alpha)
    start = _narrow(total, seen, alpha, guess) if total.kept else _wide(total, seen, guess)
    low, lead, rows, level, guess = start.low, start.lead, start.rows, start.level, start.guess
    while rows.size:
        # A row that refutes where the leading one begins to refutes from there on.
        low = _end(partial(total.chances, row=lead, seen=seen), (low, level), start.high, guess, alpha)
        guess = low / _GRID
        chances = total.chance(guess, rows, seen) if low < _GRID else np.zeros(rows.size)
        lead, level = int(rows[np.argmax(chances)]), float(_levels(chances.max(keepdims=True))[0])
        rows = rows[chances > alpha]
    return low / _GRID


@dataclass(frozen=True, kw_only=True)
class _Start:
    """Where a search begins: only the time taken depends on it, not what is found.

    Attributes:
        low, high: grid points between which the bound lies, `low` excluded.
        rows: those that do not refute `low`; the others do not refute less from there on.
        lead: the row looked at first; `level`: of its chance at `low`.
        guess: the rate looked at first.
    """

    low: int
    high: int
    rows: IntArray
    lead: int
    level: float
    guess: float


def _wide(total: ScoreTotal, seen: IntArray, guess: float) -> _Start:
    lead = int(np.argmin(total.distance(guess, seen)))
    return _Start(low=0, high=_GRID, rows=np.arange(total.rho.size), lead=lead, level=0.0, guess=guess)


def _narrow(total: ScoreTotal, seen: IntArray, alpha: float, guess: float) -> _Start:
    """Between two neighbouring coarse rates, whose distributions all bounds for one suite share."""
    step = ceil(guess * STEPS)
    while step < STEPS and (total.coarse_chance(step, seen) > alpha).any():
        step += 1
    while not ((before := total.coarse_chance(step - 1, seen)) > alpha).any():
        step -= 1
    rows = np.flatnonzero(before > alpha)
    steps = np.arange(max(step - 2, 0), min(step + 2, STEPS))
    levels = np.array([_levels(total.coarse_chance(int(each), seen)[rows]) for each in steps])
    lead = int(np.argmax(crossings := _crossings(steps / STEPS, levels, sqrt(-log(alpha)))))
    return _Start(
        low=(step - 1) * _COARSE,
        high=step * _COARSE,
        rows=rows,
        lead=int(rows[lead]),
        level=float(levels[steps == step - 1, lead][0]),
        guess=float(crossings[lead]),
    )


def _levels(chances: FloatArray) -> FloatArray:
    """`sqrt(-log chance)`, nearly linear in the rate."""
    return np.sqrt(-np.log(np.clip(chances, 1e-300, 1.0)))


def _crossings(rates: FloatArray, levels: FloatArray, target: float) -> FloatArray:
    """Per column of levels: the rate at which they reach the target, by Lagrange's polynomial through all of them."""
    same = np.eye(rates.size, dtype=np.bool_)[:, :, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        factors = (target - levels) / (levels[:, None] - levels)
        ends = rates @ np.where(same, 1.0, factors).prod(axis=1)
    return np.where(np.isfinite(ends), ends, 0.0)


def _first_guess(share: float, tasks: int, alpha: float) -> float:
    """Where the search begins: E. B. Wilson's (1927) end for some correlation; only the time taken depends on it."""
    z = -0.45 * log(alpha) / tasks
    return min((share + z / 2 + sqrt(z * share * (1 - share) + z * z / 4)) / (1 + z), 0.999)


def _end(
    chances: Callable[[FloatArray], FloatArray], known: tuple[int, float], high: int, guess: float, alpha: float
) -> int:
    """First grid point above the `known` one with a chance of at most `alpha`; `high` is known to be one, or rate 1.

    Secants on `_levels`, two neighbouring grid points at a time; after a dozen steps, halving.
    """
    target, low, past = sqrt(-log(alpha)), known[0], (known[0] / _GRID, known[1])
    steps = 0
    while high - low > 1:
        at = min(max(ceil(guess * _GRID), low + 1), high - 1) if steps < 12 else (low + high) // 2
        pair = np.arange(at - 1, at + 1)[int(at == 1) :]  # at rate 0 the chance is 1
        found = chances(pair / _GRID)
        low = max([low, *pair[found > alpha].tolist()])
        high = min([high, *pair[found <= alpha].tolist()])
        level = float(_levels(found[-1:])[0])
        slope = (level - past[1]) / (at / _GRID - past[0]) if at / _GRID != past[0] else 0.0
        guess = at / _GRID + (target - level) / slope if slope > 0 else (low + high) / 2 / _GRID
        past, steps = (at / _GRID, level), steps + 1
    return high


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
