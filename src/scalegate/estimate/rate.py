"""The front door for success rates and mean scores: picks the bound that the data allow.

For: assessment. Does not know: orientation, missing attempts (E2, E5 are the caller's), limits, policies.
"""

from __future__ import annotations

from dataclasses import replace
from math import fsum
from typing import Literal

import numpy as np

from scalegate.estimate.betting import lower_mean, upper_mean
from scalegate.estimate.binomial import bound_binomial
from scalegate.estimate.bound import Bounds, FloatArray, IntArray
from scalegate.estimate.checked import checked_counts, checked_families, checked_level, checked_scores
from scalegate.estimate.overdispersed import bound_overdispersed
from scalegate.estimate.standard_error import clustered_error

BETTING = "betting_mean/1"


def bound_rate(
    successes_lower: IntArray,
    successes_upper: IntArray,
    attempts: IntArray,
    family: IntArray,
    *,
    unit: Literal["task", "family"],
    alpha_lower: float,
    alpha_upper: float,
    icc_max: float | None = None,
) -> Bounds:
    """One-sided bounds on a success rate; the unit is the task or its family, never the attempt (B4).

    Args:
        successes_lower: shape (task,), verified successes; what is missing counts as a failure (E2).
        successes_upper: the same with what is missing counted as a success (E2).
        attempts: registered attempts per task, at least 1.
        family: any number per task, equal within a family; what the numbers are changes nothing.
        unit: "task": the mean over tasks, tasks independent. "family": the mean over families of their mean
            over tasks, families independent and weighing equally.
        alpha_lower, alpha_upper: greatest probability that the bound is wrong.
        icc_max: None assumes nothing about how tasks differ. A number from 0 to 1 assumes, for unit "task",
            success rates of tasks that are beta distributed, and attempts at a task correlated by at most this.

    Returns:
        The exact binomial bounds for one attempt per task and unit "task"; with `icc_max` and unit "task" those of
        `bound_overdispersed`; else the betting bounds on the means of the units. Without tasks: lower 0, upper 1.

    Raises:
        InputError: counts, families or levels that cannot be.

    Test: `tests/estimate/test_betting_mean.py`, `tests/estimate/test_overdispersed.py`.
    """
    checked_counts(successes_lower, successes_upper, attempts)
    checked_families(family, attempts.size)
    valid = attempts - (successes_upper - successes_lower)
    observed = np.where(valid > 0, successes_lower / np.maximum(valid, 1), np.nan)
    if unit == "task" and np.all(attempts == 1):
        found = bound_binomial(
            int(successes_lower.sum()), int(successes_upper.sum()), int(attempts.size), alpha_lower, alpha_upper
        )
    elif unit == "task" and icc_max is not None:
        found = bound_overdispersed(
            successes_lower,
            successes_upper,
            attempts,
            alpha_lower=alpha_lower,
            alpha_upper=alpha_upper,
            icc_max=icc_max,
        )
    else:
        return bound_mean(
            successes_lower / attempts,
            successes_upper / attempts,
            family,
            unit=unit,
            alpha_lower=alpha_lower,
            alpha_upper=alpha_upper,
            observed=observed,
        )
    return replace(found, standard_error=_error(observed, family, unit))


def bound_mean(
    scores_lower: FloatArray,
    scores_upper: FloatArray,
    family: IntArray,
    *,
    unit: Literal["task", "family"],
    alpha_lower: float,
    alpha_upper: float,
    observed: FloatArray | None = None,
) -> Bounds:
    """One-sided bounds on a mean score, from the mean score of each task over its attempts.

    Args:
        scores_lower: shape (task,), in [0, 1], what is missing counted as 0 (E2).
        scores_upper: the same with what is missing counted as 1 (E2).
        family, unit, alpha_lower, alpha_upper: as in `bound_rate`.
        observed: mean score over the valid attempts, NaN where there are none; only for the displayed point and its
            standard error.

    Raises:
        InputError: scores outside [0, 1] or NaN, levels that cannot be.

    Source: see `betting.upper_mean`. Test: `tests/estimate/test_betting_mean.py`.
    """
    checked_scores(scores_lower, scores_upper)
    checked_families(family, scores_lower.size)
    checked_level(alpha_lower, "alpha_lower")
    checked_level(alpha_upper, "alpha_upper")
    lower_units, upper_units = unit_means(scores_lower, family, unit), unit_means(scores_upper, family, unit)
    units = int(lower_units.size)
    seen = scores_lower if observed is None else observed
    return Bounds(
        lower=lower_mean(lower_units, alpha_lower),
        upper=upper_mean(upper_units, alpha_upper),
        point=_point(seen, family, unit),
        estimator=BETTING,
        units=units,
        notes=(_NOTES[unit],) if units else ("no tasks: nothing is bounded",),
        standard_error=_error(seen, family, unit),
    )


_NOTES = {
    "task": "tasks are taken as independent of each other",
    "family": "families are taken as independent of each other and weigh equally, whatever their number of tasks",
}


def unit_means(scores: FloatArray, family: IntArray, unit: Literal["task", "family"]) -> FloatArray:
    """The values that count as independent: of the tasks, or the mean over each family's tasks."""
    if unit == "task":
        return scores.astype(np.float64)
    # fsum rounds once: the mean does not depend on the order of the tasks (law 4)
    groups = [scores[family == each] for each in np.unique(family)]
    return np.array([fsum(group.tolist()) / group.size for group in groups], dtype=np.float64)


def _point(scores: FloatArray, family: IntArray, unit: Literal["task", "family"]) -> float | None:
    known = np.isfinite(scores)
    means = unit_means(scores[known], family[known], unit)
    return fsum(means.tolist()) / means.size if means.size else None


def _error(scores: FloatArray, family: IntArray, unit: Literal["task", "family"]) -> float | None:
    """Standard error of the point: families are clusters of tasks, or the units themselves; None for one family."""
    known = np.isfinite(scores)
    if unit == "task":
        return clustered_error(scores[known], family[known])
    means = unit_means(scores[known], family[known], unit)
    return clustered_error(means, np.arange(means.size))
