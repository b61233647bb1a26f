"""The frontier's trend: doubling time, and how far the next record may be by a date (V7, ADR 0007).

For: planning. Does not know: a single model's growth in training or by elicitation (never mixed, V7), calendars,
names. Nothing here clears: a bound says when an evaluation may be out of date.

Everywhere: `days` counts from any fixed day, `minutes` are horizons, one of each per model; growth is in
doublings a day.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp2, inf, log2, sqrt

import numpy as np

from scalegate.errors import Finding, InputError
from scalegate.estimate.bound import BoolArray, FloatArray
from scalegate.estimate.interval import covering_rank

LEAST_POINTS = 4
"""Points of the shortest window (ADR 0007, 3)."""
LEAST_ERROR = 0.1
"""Doublings: no horizon is known better (ADR 0007, 3)."""


@dataclass(frozen=True, kw_only=True)
class Trend:
    """Least squares of log2 minutes on days: `log2 minutes = level + growth * (day - middle)`.

    Attributes:
        growth: doublings a day; 0 or less where the line does not rise.
        level: log2 minutes at `middle`, the mean day.
        deviation: of the residuals, divisor `points - 2`; 0 for two points.
        spread: sum of squared distances of the days from `middle`, above 0.
        explained: share of the variance that the line explains (R squared); 1 where there is none.
    """

    growth: float
    level: float
    middle: float
    deviation: float
    spread: float
    explained: float
    points: int

    @property
    def doubling_days(self) -> float:
        """Days per doubling; infinite where the line does not rise."""
        return 1 / self.growth if self.growth > 0 else inf

    def at(self, day: float) -> float:
        """Log2 minutes of the line."""
        return self.level + self.growth * (day - self.middle)


@dataclass(frozen=True, kw_only=True)
class DoublingTime:
    """Days per doubling with a two-sided bootstrap interval.

    Attributes:
        days: of the points themselves.
        lower, upper: 0 and infinite are possible: growth without bound, and none.
        unidentified_draws: draws with a frontier point at 0 or at infinity; they count at both ends.
    """

    days: float
    lower: float
    upper: float
    unidentified_draws: int


@dataclass(frozen=True, kw_only=True)
class NextRecord:
    """What the next frontier point, released at a day, is predicted not to exceed.

    Attributes:
        minutes: the bound; infinite from fewer than `LEAST_POINTS` points.
        window: how many of the last points gave it; 0 where the last record itself or nothing did.
    """

    minutes: float
    window: int


def on_frontier(days: FloatArray, minutes: FloatArray) -> BoolArray:
    """Which models have at least the greatest horizon of all models released before them or on the same day.

    To be asked of all models, before a starting date is chosen: otherwise the first model after that date
    would count as a record (ADR 0007, 1). Test: `test_trend.py`.
    """
    _check(days, minutes)
    return np.array(
        [bool(own >= minutes[days <= day].max()) for day, own in zip(days, minutes, strict=True)], dtype=bool
    )


def fit_trend(days: FloatArray, minutes: FloatArray) -> Trend:
    """Ordinary least squares.

    Raises:
        InputError: without two different days, or with a horizon of 0 or infinity.

    Source: the doubling time of Kwa et al. (2025) is that of this line through the frontier's points.
    Test: `test_trend.py` (212.96 and 128.744 days from published points).
    """
    _check(days, minutes, positive=True)
    if np.unique(days).size < 2:
        raise _error("days", "all points have one date", "a line needs two different days")
    return _line(days, np.log2(minutes))


def _line(days: FloatArray, heights: FloatArray) -> Trend:
    middle, level = float(days.mean()), float(heights.mean())
    away = days - middle
    spread = float(away @ away)
    assert spread > 0, "a line needs two different days"
    growth = float(away @ heights) / spread
    rest = heights - level - growth * away
    left, whole = float(rest @ rest), float((heights - level) @ (heights - level))
    return Trend(
        growth=growth,
        level=level,
        middle=middle,
        deviation=sqrt(left / (days.size - 2)) if days.size > 2 else 0.0,
        spread=spread,
        explained=1 - left / whole if whole > 0 else 1.0,
        points=int(days.size),
    )


def doubling_time(days: FloatArray, minutes: FloatArray, drawn: FloatArray, *, alpha: float = 0.05) -> DoublingTime:
    """Doubling time of frontier points, and its interval from resampled horizons.

    Args:
        days, minutes: shape (point,): the frontier's points from the chosen starting date on.
        drawn: shape (draw, point): their horizons in minutes in each bootstrap draw, 0 and infinity included.
        alpha: the interval has two-sided level `1 - alpha`.

    Draws are ordered by growth, not by doubling time, so that those that do not rise keep their place (they have
    the longest doubling times); none is dropped. The ends are the order statistics of `covering_rank`.
    Too few draws for them give 0 and infinity.
    """
    point = fit_trend(days, minutes)
    known = np.all((drawn > 0) & np.isfinite(drawn), axis=1)
    growth = growth_of(days, drawn[known])
    lost = int((~known).sum())
    slow, fast = (np.sort(np.append(growth, np.full(lost, end))) for end in (-inf, inf))
    rank = covering_rank(len(drawn), 1 - alpha / 2)
    least, most = (float(slow[-rank]), float(fast[rank - 1])) if rank else (-inf, inf)
    return DoublingTime(
        days=point.doubling_days,
        lower=1 / most if most > 0 else inf,
        upper=1 / least if least > 0 else inf,
        unidentified_draws=lost,
    )


def growth_of(days: FloatArray, drawn: FloatArray) -> FloatArray:
    """Growth of each draw's least-squares line, shape (draw,); `drawn` as in `doubling_time`, above 0 and finite."""
    away = days - days.mean()
    return np.asarray(np.log2(drawn) @ away / (away @ away))


def pessimistic_growth(days: FloatArray, minutes: FloatArray, *, alpha: float = 0.05) -> float:
    """The fastest growth to plan with: the greatest upper `1 - alpha` bound of the slope over trailing windows.

    Args:
        days, minutes: the frontier's points, in any order.
        alpha: of each window.

    Infinite from fewer than `LEAST_POINTS` points (ADR 0007, 5).

    Raises:
        InputError: with a horizon of 0 or infinity, or a level outside (0, 0.5).

    Test: `test_trend.py`.
    """
    bounds = [
        line.growth + factor * max(line.deviation, LEAST_ERROR) / sqrt(line.spread)
        for line, factor in _windows(days, minutes, alpha)
    ]
    return max(bounds, default=inf)


def predict_next(days: FloatArray, minutes: FloatArray, *, day: float, alpha: float = 0.05) -> NextRecord:
    """The greatest upper `1 - alpha` prediction bound over trailing windows, at least the last record.

    Args:
        days, minutes: the frontier's points so far, in any order; 0 and infinity are no points.
        day: when the next record is released; not before the last one.
        alpha: of each window.

    Raises:
        InputError: with a horizon of 0 or infinity, a day before the last record, or a level outside (0, 0.5).

    Source: ADR 0007, 2 to 4; the bound of one window is the usual prediction bound of simple regression.
    Test: `test_trend.py`; coverage on simulated paths and published points: `benchmarks/trend.py`.
    """
    windows = _windows(days, minutes, alpha)
    if not day >= days.max(initial=-inf):
        raise _error("day", f"{day!r} is before the last record", "predict for a day that is not")
    found = [(_predicted(line, factor, day), line.points) for line, factor in windows]
    if not found:
        return NextRecord(minutes=inf, window=0)
    height, window = max(found)
    record = log2(float(minutes.max()))
    return NextRecord(minutes=_minutes(max(height, record)), window=window if height >= record else 0)


def _predicted(line: Trend, factor: float, day: float) -> float:
    error = max(line.deviation, LEAST_ERROR)
    return line.at(day) + factor * error * sqrt(1 + 1 / line.points + (day - line.middle) ** 2 / line.spread)


def _windows(days: FloatArray, minutes: FloatArray, alpha: float) -> list[tuple[Trend, float]]:
    """The lines of all trailing windows with two different days, each with its quantile of Student's t."""
    from scipy.special import stdtrit

    _check(days, minutes, positive=True)
    if not 0 < alpha < 0.5:
        raise _error("alpha", f"{alpha!r} is no level", "write a number above 0 and below 0.5")
    order = np.lexsort((minutes, days))
    when, heights = days[order], np.log2(minutes[order])
    return [
        (_line(when[-size:], heights[-size:]), float(stdtrit(size - 2, 1 - alpha)))
        for size in range(LEAST_POINTS, when.size + 1)
        if when[-1] > when[-size]
    ]


def _minutes(height: float) -> float:
    return exp2(height) if height < 1024 else inf


def _check(days: FloatArray, minutes: FloatArray, *, positive: bool = False) -> None:
    if days.shape != minutes.shape or days.ndim != 1:
        raise _error("days", f"{days.shape} days for {minutes.shape} horizons", "give one of each per model")
    if not np.isfinite(days).all():
        raise _error("days", "a day that is no number", "leave models out whose release date is unknown")
    if np.isnan(minutes).any() or (minutes < 0).any():
        raise _error("minutes", "a horizon that is negative or no number", "leave models out that have none")
    if positive and not ((minutes > 0) & np.isfinite(minutes)).all():
        raise _error(
            "minutes", "a horizon of 0 or infinity has no place on a line", "leave such models out, and say so"
        )


def _error(where: str, what: str, mend: str) -> InputError:
    return InputError(Finding(where=where, what=what, mend=mend))
