"""What the estimators refuse: counts, scores and levels that no evaluation can have produced.

For: the estimators' front doors. Does not know: what is estimated, or which file the numbers came from.
"""

from __future__ import annotations

import numpy as np

from scalegate.errors import Finding, InputError
from scalegate.estimate.bound import BoolArray, FloatArray, IntArray


def checked_level(alpha: float, name: str = "alpha") -> float:
    """The level itself; a confidence of 1 (`alpha` 0) would bound nothing, and NaN is no level.

    Raises:
        InputError: unless strictly between 0 and 1.

    Test: `tests/estimate/test_checked_input.py`.
    """
    if not 0 < alpha < 1:
        raise _error(name, f"{alpha!r} is no level", "write a number above 0 and below 1; a confidence of 1 has none")
    return alpha


def checked_share(value: float, name: str) -> float:
    """A number in [0, 1], ends included.

    Raises:
        InputError: outside, or NaN.
    """
    if not 0 <= value <= 1:
        raise _error(name, f"{value!r} lies outside [0, 1]", "write a number from 0 to 1")
    return value


def checked_counts(successes_lower: IntArray, successes_upper: IntArray, attempts: IntArray) -> None:
    """Counts per task: `0 <= lower <= upper <= attempts`, at least one attempt, whole numbers, equal lengths.

    Raises:
        InputError: naming the first task (from 0) that breaks this.
    """
    columns = [np.asarray(each) for each in (successes_lower, successes_upper, attempts)]
    if len({each.shape for each in columns}) > 1 or columns[0].ndim != 1:
        raise _error("successes", "not one number per task", "give successes and attempts for the same tasks")
    lower, upper, tries = columns
    for column in columns:
        if not np.issubdtype(column.dtype, np.integer) and column.size:
            _at(~(np.mod(column, 1) == 0), "not a whole number", "give counts")
    _at(tries < 1, "no registered attempt", "leave tasks out that were never registered")
    _at(lower < 0, "a negative count", "count successes from 0")
    _at(upper > tries, "more successes than attempts", "count each attempt once")
    _at(lower > upper, "more verified successes than possible ones", "count what is missing as a success above (E2)")


def checked_scores(scores_lower: FloatArray, scores_upper: FloatArray, low: float = 0.0, high: float = 1.0) -> None:
    """Scores in `[low, high]`, the one with missing attempts counted at the bottom no higher than the other.

    Raises:
        InputError: naming the first task (from 0) that breaks this; NaN breaks it.
    """
    lower, upper = np.asarray(scores_lower), np.asarray(scores_upper)
    if lower.shape != upper.shape or lower.ndim != 1:
        raise _error("scores", "not one number per task", "give both scores for the same tasks")
    mend = f"give scores from {low:g} to {high:g}; what is missing counts twice (E2), never as NaN"
    _at(~((lower >= low) & (upper <= high)), f"a score outside [{low:g}, {high:g}]", mend, "scores")
    _at(~(lower <= upper), "the score from below exceeds the one from above", mend, "scores")


def checked_families(family: IntArray, tasks: int) -> None:
    """One family per task; a family of one task is a unit like any other."""
    if np.asarray(family).shape != (tasks,):
        raise _error("family", "not one family per task", "give every task its family")


def checked_minutes(minutes: FloatArray, tasks: int) -> BoolArray:
    """Which tasks have human minutes: NaN where unknown, else above 0 and finite.

    Raises:
        InputError: naming the first task (from 0) that breaks this.
    """
    values = np.asarray(minutes, dtype=np.float64)
    if values.shape != (tasks,):
        raise _error("minutes", "not one number per task", "give every task its minutes, NaN where unknown")
    known = ~np.isnan(values)
    wrong = known & ~((values > 0) & np.isfinite(values))
    _at(wrong, "human minutes that are not above 0 and finite", "leave minutes out where unknown", "minutes")
    return known


def _at(wrong: np.ndarray[tuple[int, ...], np.dtype[np.bool_]], what: str, mend: str, name: str = "tasks") -> None:
    if np.any(wrong):
        raise _error(f"{name}[{int(np.argmax(wrong))}]", what, mend)


def _error(path: str, what: str, mend: str) -> InputError:
    return InputError(Finding(path=path, what=what, mend=mend))
