"""Exact one-sided bounds on a success rate, for independent tasks with one attempt each.

For: `rate`, assessment. Does not know: which attempts count (E2, E3 are the caller's), limits, policies.
"""

from __future__ import annotations

from scalegate.errors import Finding, InputError
from scalegate.estimate.bound import Bounds
from scalegate.estimate.checked import checked_level

ESTIMATOR = "exact_binomial/1"


def bound_binomial(
    successes_lower: int, successes_upper: int, tasks: int, alpha_lower: float, alpha_upper: float
) -> Bounds:
    """Clopper-Pearson bounds from below and from above, each at its own level.

    Args:
        successes_lower: tasks with a verified success; what is missing counts as a failure (E2).
        successes_upper: the same with what is missing counted as a success (E2); at least `successes_lower`.
        tasks: independent tasks; 0 bounds nothing (lower 0, upper 1).
        alpha_lower, alpha_upper: greatest probability, between 0 and 1, that the bound is wrong.

    Returns:
        Bounds in [0, 1]; `lower` is 0 only without a success, `upper` is 1 only without a failure (B3).

    Raises:
        InputError: counts or levels that cannot be.

    Source: C. J. Clopper, E. S. Pearson (1934), Biometrika 26(4), 404-413. The bounds are quantiles of beta
    distributions: lower of Beta(k, n - k + 1), upper of Beta(k + 1, n - k).
    Test: `tests/estimate/test_exact_binomial.py`.
    """
    from scipy.special import betaincinv  # scipy takes long to load: only where a number is needed

    if not 0 <= successes_lower <= successes_upper <= tasks:
        what = f"{successes_lower} to {successes_upper} successes of {tasks} tasks"
        raise InputError(Finding(path="successes", what=what, mend="count from 0 to the number of tasks"))
    checked_level(alpha_lower, "alpha_lower")
    checked_level(alpha_upper, "alpha_upper")
    failures, missing = tasks - successes_upper, successes_upper - successes_lower
    lower = float(betaincinv(successes_lower, tasks - successes_lower + 1, alpha_lower)) if successes_lower else 0.0
    upper = float(betaincinv(successes_upper + 1, failures, 1 - alpha_upper)) if failures else 1.0
    return Bounds(
        lower=lower,
        upper=upper,
        point=successes_lower / (tasks - missing) if tasks > missing else None,
        estimator=ESTIMATOR,
        units=tasks,
        notes=("tasks are taken as independent of each other",) if tasks else ("no tasks: nothing is bounded",),
    )
