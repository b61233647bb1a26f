"""The bound on a time horizon that a gate uses: monotone in every outcome, exact, without random numbers (B5).

For: assessment. Does not know: the displayed two-parameter fit (`free_horizon`), elicitation shifts, limits.

A free fit cannot gate: one more success on an easy task steepens the curve and can lower the horizon. Here
the curve's slope and the spread between task families are not fitted. For each pair on a stated grid the
number of successes is tested against every horizon, and the gravest answer over the grid is the bound.

The model behind one pair, for a horizon `h` at success `q`, on a task of `m` human minutes:

    log-odds of success = log-odds(q) + slope * (log2(h) - log2(m)) + u,   u ~ Normal(0, family_sd)

with one `u` for all tasks of a family, tasks independent given it.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp2, fsum, inf, log, sqrt
from statistics import NormalDist

import numpy as np

from scalegate.estimate.bound import BoolArray, Bounds, FloatArray, IntArray
from scalegate.estimate.checked import checked_counts, checked_families, checked_level, checked_minutes
from scalegate.estimate.stated import require, require_open_unit
from scalegate.estimate.success_count import (
    Envelope,
    Tasks,
    chance_of_at_most,
    distribution,
    envelope_of,
    logistic,
    tasks_of,
)

ESTIMATOR = "fixed_slope_horizon/1"
STEPS_PER_DOUBLING = 1 << 20
"""Horizons are searched on this grid of log2 minutes, so that equal counts give equal bounds to the last bit."""
_FARTHEST = 1000 * STEPS_PER_DOUBLING


def bound_horizon(
    minutes: FloatArray,
    family: IntArray,
    successes_lower: IntArray,
    successes_upper: IntArray,
    attempts: IntArray,
    *,
    success: float,
    slopes: tuple[float, float],
    family_sd: float,
    alpha_lower: float,
    alpha_upper: float,
) -> Bounds:
    """Bounds on the length of tasks, in human minutes, at which the subject succeeds with probability `success`.

    Args:
        minutes: shape (task,), human minutes, above 0; NaN where unknown: such a task does not enter.
        family: any number per task, equal within a family; what the numbers are changes nothing.
        successes_lower: verified successes; what is missing counts as a failure (E2).
        successes_upper: the same with what is missing counted as a success (E2).
        attempts: registered attempts, at least 1.
        success: between 0 and 1.
        slopes: the stated interval for the drop of the log-odds per doubling of minutes, above 0.
        family_sd: the greatest spread of a family's log-odds, 0 or more; 0 and this value are tried.
        alpha_lower, alpha_upper: greatest probability that the bound is wrong, if the truth is on the grid.

    Returns:
        Minutes. `upper` is infinite when every task succeeded or none has minutes; `lower` is 0 when every
        task failed or none has minutes. With a spread between families "the horizon" may mean that of a
        typical family (u = 0) or the length at which success averages `success` over families: the bounds
        hold for both. One more success lowers neither of them. Tasks of one length, or one family, bound as little as
        they say: nothing is fitted, so nothing can fail to be.

    Raises:
        InputError: counts, minutes, levels or an envelope that cannot be.

    The count is the sum over tasks of the share of attempts that succeeded: the task is the unit (B4). For
    one attempt per task the test is exact. For several, see `success_count.chance_of_at_most`.
    """
    checked_counts(successes_lower, successes_upper, attempts)
    checked_families(family, attempts.size)
    checked_level(alpha_lower, "alpha_lower")
    checked_level(alpha_upper, "alpha_upper")
    require_open_unit("success", success)
    require(0 < slopes[0] <= slopes[1] < inf, "slopes", slopes, "two finite numbers above 0, the flatter slope first")
    require(0 <= family_sd < inf, "family_sd", family_sd, "a finite number from 0 on")
    known = checked_minutes(minutes, attempts.size)
    number, tries = int(known.sum()), attempts[known]
    notes = _notes(known, family, slopes, family_sd)
    if not number:
        return Bounds(lower=0.0, upper=inf, point=None, estimator=ESTIMATOR, units=0, notes=notes)
    groups = _groups(np.log2(minutes[known]), family[known])
    single = bool(np.all(tries == 1))
    upper_count = _count(successes_upper[known], tries)
    lower_count = _count(successes_lower[known], tries)
    envelope = envelope_of(slopes, family_sd, success)
    above = _Search(tasks=tasks_of(groups), envelope=envelope, single=single, level=alpha_upper, count=upper_count)
    # From below: the same question about failures, with the sign of every log-odds and log-length turned round.
    below = _Search(
        tasks=tasks_of([-group[::-1] for group in groups]),
        envelope=envelope_of(slopes, family_sd, 1 - success),
        single=single,
        level=alpha_lower,
        count=_count((tries - successes_lower[known]), tries),
    )
    return Bounds(
        lower=exp2(-below.highest()),
        upper=exp2(above.highest()),
        point=_point(above.tasks, (lower_count + upper_count) / 2, sqrt(slopes[0] * slopes[1]), success),
        estimator=ESTIMATOR,
        units=number,
        notes=notes,
    )


def _notes(known: BoolArray, family: IntArray, slopes: tuple[float, float], family_sd: float) -> tuple[str, ...]:
    without, families = int((~known).sum()), len(set(family[known].tolist()))
    return (
        f"{without} of {known.size} tasks have no human minutes and do not enter",
        f"the bounds hold for curves that fall by {slopes[0]:g} to {slopes[1]:g} log-odds per doubling of length, "
        f"and for task families that differ by up to {family_sd:g}; nothing outside that was tried",
        f"tasks of only {families} {'family' if families == 1 else 'families'}: other kinds of tasks may differ more",
    )


def _groups(lengths: FloatArray, family: IntArray) -> list[FloatArray]:
    """Log2 minutes per family, sorted in and between families, so that names and order change nothing (law 4)."""
    groups = [np.sort(lengths[family == each]) for each in np.unique(family)]
    return sorted(groups, key=lambda group: (group.size, group.tolist()))


def _count(successes: IntArray, attempts: IntArray) -> float:
    """Sum over tasks of the share of attempts that succeeded, exactly rounded: whatever the order of tasks."""
    return fsum((successes / attempts).tolist())


@dataclass(frozen=True, kw_only=True)
class _Search:
    """Finds the highest horizon that so few successes do not refute at `level`, over the whole envelope."""

    tasks: Tasks
    envelope: Envelope
    single: bool
    level: float
    count: float

    def highest(self) -> float:
        """Log2 of the horizon, rounded up to the grid; infinite when every task succeeded."""
        if self.count >= self.tasks.number:
            return inf
        low, high, envelope = -_FARTHEST, _FARTHEST, self.envelope
        at_low, at_high, step, side = inf, -inf, STEPS_PER_DOUBLING // 8, 0
        guess = self._guess()
        while high - low > 1:
            here = min(max(guess, low + 1), high - 1)
            tails = self._tails(here, envelope)
            excess = _logit(float(tails.max())) - _logit(self.level)
            if excess > 0:  # not refuted; pairs that are refuted here end below the answer and can be left out
                low, at_low, envelope = here, excess, envelope.only(tails > self.level)
                at_high = at_high / 2 if side > 0 else at_high
                side = 1
            else:
                high, at_high = here, excess
                at_low = at_low / 2 if side < 0 else at_low
                side = -1
            if np.isfinite(at_low) and np.isfinite(at_high):  # regula falsi, Illinois rule
                guess = low + round((high - low) * at_low / (at_low - at_high))
            else:
                guess, step = here + side * step, step * 2
        return high / STEPS_PER_DOUBLING if high < _FARTHEST else inf

    def _guess(self) -> int:
        """Where a normal approximation puts the answer: it saves steps and changes nothing."""
        widest = self.envelope.only(np.arange(self.envelope.starts.size) == 0)
        slope, odds = float(widest.slope[0]), float(widest.weights @ widest.log_odds)
        spread = sqrt(float(widest.weights @ (widest.log_odds - odds) ** 2))
        center = _expected_equal(self.tasks, max(self.count, 0.5), slope, odds)
        offset = 0.0
        for _ in range(3):
            chances = logistic(odds + slope * (center + offset / 2 - self.tasks.lengths))
            steepness = np.add.reduceat((chances * (1 - chances)).sum(axis=0), self.tasks.starts)
            variance = float(steepness.sum() + ((spread * steepness) ** 2).sum())
            offset = -NormalDist().inv_cdf(self.level) * sqrt(variance) / (slope * float(steepness.sum()) + 1e-9)
        return round((center + min(offset, 20.0)) * STEPS_PER_DOUBLING)

    def _tails(self, horizon: int, envelope: Envelope) -> FloatArray:
        """Per pair: the chance of so few successes at this horizon."""
        log_odds = envelope.log_odds + envelope.slope * (horizon / STEPS_PER_DOUBLING)
        return chance_of_at_most(self.count, distribution(self.tasks, log_odds, envelope), exact=self.single)


def _logit(chance: float) -> float:
    """Log-odds, finite at 0 and 1."""
    inside = min(max(chance, 1e-300), 1 - 1e-16)
    return log(inside / (1 - inside))


def _expected_equal(tasks: Tasks, count: float, slope: float, log_odds: float) -> float:
    """Log2 of the horizon at which that many successes are expected without family effects."""
    lengths = tasks.lengths[np.isfinite(tasks.lengths)]
    low, high = float(lengths.min()) - 60 / slope, float(lengths.max()) + 60 / slope
    for _ in range(50):
        middle = (low + high) / 2
        expected = float(logistic(log_odds + slope * (middle - lengths)).sum())
        low, high = (middle, high) if expected < count else (low, middle)
    return high


def _point(tasks: Tasks, count: float, slope: float, success: float) -> float:
    """Minutes at which the count is the expected one, at the middle of the slopes: for display."""
    if count <= 0:
        return 0.0
    if count >= tasks.number:
        return inf
    return exp2(_expected_equal(tasks, count, slope, log(success / (1 - success))))
