"""Two arms on the same tasks (two elicitations, two configurations): is one better, and by how much at most?

For: assessment of elicitation gaps, flags. Does not know: which arm is which configuration, what a gap is used for.

Pairing takes the tasks' own difficulty out: what is left to chance is the tasks on which the arms differ.
"""

from __future__ import annotations

from math import fsum, sqrt
from typing import Literal

from scalegate.errors import Finding, InputError
from scalegate.estimate.bound import Bounds, FloatArray, IntArray
from scalegate.estimate.checked import checked_families, checked_scores
from scalegate.estimate.rate import bound_mean, unit_means

ESTIMATOR = "betting_difference/1"


def mcnemar(worse: int, better: int) -> float:
    """One-sided p-value of "the second arm is no better", for one attempt per task and arm.

    Args:
        worse: tasks that only the first arm solved.
        better: tasks that only the second arm solved.

    Returns:
        `P(Bin(worse + better, 1/2) <= worse)`, exact; 1 without a task on which they differ.

    Raises:
        InputError: a negative count.

    Source: Q. McNemar (1947), Psychometrika 12(2), 153-157, in its exact form.
    Test: `test_mcnemar_matches_the_published_value`.
    """
    from scipy.special import bdtr

    if worse < 0 or better < 0:
        raise InputError(
            Finding(path="tasks", what="a negative count", mend="count the tasks on which the arms differ")
        )
    return float(bdtr(worse, worse + better, 0.5)) if worse + better else 1.0


def bound_difference(
    first: tuple[FloatArray, FloatArray],
    second: tuple[FloatArray, FloatArray],
    family: IntArray,
    *,
    unit: Literal["task", "family"],
    alpha_lower: float,
    alpha_upper: float,
) -> Bounds:
    """One-sided bounds on the mean of `second - first` over tasks, whatever the distribution of scores.

    Args:
        first, second: for each arm the mean score of each task over its attempts, what is missing counted as 0 and
            as 1 (E2); shape (task,) each, in [0, 1], the same tasks in the same places.
        family, unit: as in `rate.bound_rate`.
        alpha_lower, alpha_upper: greatest probability that the bound is wrong.

    Returns:
        Bounds in [-1, 1]: the betting bound on `(1 + difference) / 2`. More success in the second arm, or less in the
        first, lowers neither end.

    Raises:
        InputError: scores, families or levels that cannot be.

    Source: I. Waudby-Smith, A. Ramdas (2024), JRSS B 86(1), 1-27. Test: `tests/estimate/test_paired.py`.
    """
    checked_scores(*first)
    checked_scores(*second)
    checked_families(family, first[0].size)
    if first[0].shape != second[0].shape:
        raise InputError(Finding(path="scores", what="the arms differ in tasks", mend="pair the arms task by task"))
    lower, upper = second[0] - first[1], second[1] - first[0]
    found = bound_mean(
        (1 + lower) / 2, (1 + upper) / 2, family, unit=unit, alpha_lower=alpha_lower, alpha_upper=alpha_upper
    )
    whole = lower == upper  # tasks of which nothing is missing in either arm
    seen = unit_means(lower[whole], family[whole], unit).tolist()
    return Bounds(
        lower=2 * found.lower - 1,
        upper=2 * found.upper - 1,
        point=fsum(seen) / len(seen) if seen else None,
        estimator=ESTIMATOR,
        units=found.units,
        notes=found.notes,
    )


def standard_error(differences: FloatArray) -> float:
    """Standard error of a mean of paired differences, for display only: `sqrt(var / n)`, `var` with `n - 1`.

    Raises:
        InputError: fewer than two differences, or one outside [-1, 1]: there is no standard error of one value.

    Source: E. Miller (2024), arXiv 2411.00640, section 4. Test: `test_paired_error_matches_the_published_value`.
    """
    checked_scores(differences, differences, -1.0, 1.0)
    if differences.size < 2:
        raise InputError(Finding(path="scores", what="fewer than two differences", mend="pair at least two tasks"))
    values = sorted(differences.tolist())
    mean = fsum(values) / len(values)
    return sqrt(fsum((value - mean) ** 2 for value in values) / (len(values) - 1) / len(values))
