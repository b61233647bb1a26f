"""How fast a series of models gets better: both ends of a least-squares growth whose points are only bounded.

For: assessment. Does not know: how a task length is bounded, which models belong to the series, calendars. Nothing is
fitted to a scatter: what is bounded is the slope of these models themselves, not of models that might have been.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain, combinations
from math import comb, fsum, inf

import numpy as np

from scalegate.errors import Finding, InputError
from scalegate.estimate.bound import FloatArray

ESTIMATOR = "boxed_growth/1"
MAX_SETS = 100_000  # of more, the steepest pair of models stands in, which no set of them is steeper than


@dataclass(frozen=True, kw_only=True)
class Growth:
    """Doublings a day, greatest over the trailing windows of a series; `upper` also over any few of its models.

    Attributes:
        lower, upper: minus infinity and infinity where an end that counts is unbounded, or where nothing has a slope.
        weight: the most that one doubling of the last model adds to any slope that was looked at, doublings a day for
            each; 0 where nothing has a slope.
        windows: how many windows have two different days.
    """

    lower: float
    upper: float
    weight: float
    windows: int


def boxed_growth(days: FloatArray, low: FloatArray, high: FloatArray, *, generations: int) -> Growth:
    """The greatest slope of log2 lengths on days, when each length is only known in a box.

    It is taken over all trailing windows and, at the upper end, over every `generations` of the models with the last
    among them: a window can be made flat by one more older model that can do little, these sets cannot.

    Args:
        days: shape (model,), days from any fixed day, none after the last.
        low, high: shape (model,), lengths above 0 that the true ones lie between; `low` may be 0, `high` infinite.
        generations: models of the shortest window, at least 3.

    A least-squares slope is a weighted sum of the log-lengths, with weights that are negative before the window's
    middle day and positive after it. Its extremes over the boxes are exact, and monotone: a longer last model lowers
    neither end, and a wider box narrows nothing. Where the boxes hold together with probability `1 - alpha`, so do both
    ends, for all windows at once. A window begins with a day, never between models of one day (law 4); one whose models
    share one day has no slope.

    Raises:
        InputError: columns that do not fit together.

    Source: own derivation, ADR 0023. Test: `tests/estimate/test_growth_rate.py`.
    """
    _check(days, low, high, generations)
    with np.errstate(divide="ignore"):  # no length at all is minus infinity
        columns = days, np.log2(low), np.log2(high)
    order = np.lexsort((high, low, days))
    when, least, most = (column[order] for column in columns)
    lower, upper, weight, windows = -inf, -inf, 0.0, 0
    for size in range(generations, when.size + 1):
        away = when[-size:] - when[-size:].mean()
        spread = float(away @ away)
        cut_in_a_day = size < when.size and when[-size] == when[-size - 1]
        if when[-1] == when[-size] or cut_in_a_day:
            continue
        weights = away / spread
        upper = max(upper, _sum(weights, np.where(weights > 0, most[-size:], least[-size:])))
        lower = max(lower, _sum(weights, np.where(weights > 0, least[-size:], most[-size:])))
        weight, windows = max(weight, float(weights[-1])), windows + 1
    if windows:
        steepest, heaviest = _any_few(*columns, generations)
        upper, weight = max(upper, steepest), max(weight, heaviest)
    return Growth(lower=lower, upper=upper if windows else inf, weight=weight, windows=windows)


def _any_few(when: FloatArray, least: FloatArray, most: FloatArray, few: int) -> tuple[float, float]:
    """The greatest slope over all sets of `few` models with the last in them, and the greatest weight of the last."""
    rest = when.size - 1
    if comb(rest, few - 1) > MAX_SETS:
        return _steepest_pair(when, least, most)
    sets = np.fromiter(chain.from_iterable(combinations(range(rest), few - 1)), dtype=np.intp).reshape(-1, few - 1)
    sets = np.column_stack([sets, np.full(len(sets), rest)])
    away = when[sets] - when[sets].mean(axis=1, keepdims=True)
    spread = (away * away).sum(axis=1, keepdims=True)
    sets, away, spread = (part[spread[:, 0] > 0] for part in (sets, away, spread))
    weights = away / spread
    ends = np.where(weights > 0, most[sets], least[sets])
    parts = weights * np.where(weights != 0, ends, 0.0)
    if (parts == inf).any():
        return inf, float(weights[:, -1].max())
    return max(map(fsum, parts.tolist()), default=-inf), float(weights[:, -1].max(initial=0.0))


def _steepest_pair(when: FloatArray, least: FloatArray, most: FloatArray) -> tuple[float, float]:
    """A least-squares slope is a weighted mean of the slopes of its pairs, so no set is steeper than the steepest."""
    apart = when[None, :] - when[:, None]
    later = apart > 0
    slopes = (most[None, :] - least[:, None])[later] / apart[later]
    return float(slopes.max(initial=-inf)), float((1 / apart[:, -1][later[:, -1]]).max(initial=0.0))


def _sum(weights: FloatArray, ends: FloatArray) -> float:
    """The slope; a model on the middle day has no weight, however little is known of it."""
    parts = weights[weights != 0] * ends[weights != 0]
    if (parts == inf).any() or (parts == -inf).any():
        return inf if (parts == inf).any() else -inf
    return fsum(parts.tolist())


def _check(days: FloatArray, low: FloatArray, high: FloatArray, generations: int) -> None:
    if not days.shape == low.shape == high.shape or days.ndim != 1:
        raise InputError(Finding(where="days", what="columns of different lengths", mend="give one of each per model"))
    if generations < 3:
        what = f"{generations} points bound no slope"
        raise InputError(Finding(where="generations", what=what, mend="give 3 or more"))
    boxed = (low >= 0).all() and np.isfinite(low).all() and (low <= high).all() and (high > 0).all()
    if not (np.isfinite(days).all() and boxed):
        raise InputError(Finding(where="low", what="a box that is none", mend="give 0 <= low <= high for each model"))
