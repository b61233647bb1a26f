"""Where each line, bar and label of a chart goes: two layouts of the same source, as plain coordinates.

For: renderers that draw. Does not know: markup, colour, fonts (it assumes about 0.55 em per character).

`over_time` puts models on their release dates, for wide screens and paper. `in_rows` gives each model a row,
for narrow screens, where dates would crush the labels. Both read without colour: kinds differ by the shape
of the mark, the limit is a solid line and the alert a broken one, what is unbounded ends in an arrow, and
a model without evidence is a broken bar across the whole scale.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from scalegate.publication.chart import ChartMark, ChartSource
from scalegate.publication.words import format_date

Scale = Callable[[Decimal], float]

WIDE = 860.0
NARROW = 340.0


@dataclass(frozen=True, kw_only=True)
class Tick:
    """A place on an axis and its text."""

    at: float
    text: str


@dataclass(frozen=True, kw_only=True)
class Level:
    """The limit or the alert line: where it is drawn, and where its label stands."""

    at: float
    label_at: float
    text: str
    is_limit: bool


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One model: `across` is its place on the model axis, the others on the value axis.

    Attributes:
        low, high: ends of the bar; open ends carry an arrow.
        marker: where the shape of its kind stands (the bound that gave the verdict).
        label_across: where its label stands, spread so that labels do not touch.
    """

    mark: ChartMark
    across: float
    label_across: float
    low: float
    high: float
    open_low: bool
    open_high: bool
    marker: float
    point: float | None
    label: str


@dataclass(frozen=True, kw_only=True)
class Plot:
    """A chart laid out: a drawing area inside `width` x `height`, ticks, lines and bars."""

    anchor: str
    width: float
    height: float
    left: float
    right: float
    top: float
    bottom: float
    value_ticks: tuple[Tick, ...]
    model_ticks: tuple[Tick, ...]
    levels: tuple[Level, ...]
    bars: tuple[Bar, ...]
    undated_from: float | None = None


# ------------------------------------------------------------------------------------ the scales


def value_range(source: ChartSource) -> tuple[Decimal, Decimal]:
    """Least and greatest value of the axis: all bounds and both lines, with room; a rate runs from 0 to 1."""
    if not source.logarithmic:
        return Decimal(0), Decimal(1)
    values = [v for m in source.marks for v in (m.lower, m.upper, m.point) if v is not None and v.is_finite() and v > 0]
    values += [source.limit_value, source.alert_value]
    # Weak models must not crush the decades around the lines; what lies lower is drawn as an open end.
    return max(min(values) / 2, source.alert_value / 600), max(values) * 3


def value_scale(source: ChartSource, start: float, end: float) -> Scale:
    """From a value to a coordinate; beyond the ends it is cut to them."""
    low, high = value_range(source)

    def place(value: Decimal) -> float:
        if value.is_infinite() or value >= high:
            return end
        if value <= low:
            return start
        if source.logarithmic:
            share = math.log(value / low) / math.log(high / low)
        else:
            share = float((value - low) / (high - low))
        return start + share * (end - start)

    return place


_KNOWN = (("1 s", 1), ("10 s", 10), ("1 min", 60), ("10 min", 600), ("1 h", 3600), ("10 h", 36_000))
_KNOWN_LONG = (("100 h", 360_000), ("1,000 h", 3_600_000), ("10,000 h", 36_000_000), ("100,000 h", 360_000_000))


def value_ticks(source: ChartSource, place: Scale) -> tuple[Tick, ...]:
    """Round values that a reader knows: seconds, minutes and hours, or per cent."""
    low, high = value_range(source)
    if source.logarithmic:
        known = [(text, Decimal(seconds) / 60) for text, seconds in _KNOWN + _KNOWN_LONG]
        return tuple(Tick(at=place(value), text=text) for text, value in known if low < value < high)
    return tuple(Tick(at=place(Decimal(n) / 100), text=f"{n} %") for n in range(0, 101, 20))


def spread(wanted: Sequence[float], gap: float, start: float, end: float) -> list[float]:
    """Places near the wanted ones (ascending), at least `gap` apart, inside [start, end].

    Each stands at its wanted place or after it, and before it only where the room ends. With too many for the
    room the gap shrinks to what there is. Order is kept.
    """
    gap = min(gap, (end - start) / max(len(wanted) - 1, 1))
    placed: list[float] = []
    for at in wanted:
        placed.append(max(at, placed[-1] + gap if placed else start))
    limit = end
    for index in reversed(range(len(placed))):
        placed[index] = min(placed[index], limit)
        limit = placed[index] - gap
    return placed


def _levels(source: ChartSource, place: Scale, gap: float) -> tuple[Level, ...]:
    limit, alert = place(source.limit_value), place(source.alert_value)
    down = limit < alert  # coordinates that grow downwards
    ordered = sorted((limit, alert))
    apart = max(gap - (ordered[1] - ordered[0]), 0) / 2
    sign = -1 if down else 1
    return (
        Level(at=limit, label_at=limit + sign * apart, text=f"limit {source.limit_text}", is_limit=True),
        Level(at=alert, label_at=alert - sign * apart, text=f"alert {source.alert_text}", is_limit=False),
    )


def _bar(source: ChartSource, mark: ChartMark, place: Scale, across: float, label_across: float, label: str) -> Bar:
    low, high = value_range(source)
    bottom = mark.lower if mark.lower is not None else Decimal(0)
    top = Decimal("Infinity") if mark.open_above or mark.upper is None else mark.upper
    inside = mark.point is not None and low <= mark.point <= high
    return Bar(
        mark=mark,
        across=across,
        label_across=label_across,
        low=place(bottom),
        high=place(top),
        open_low=source.logarithmic and bottom <= low,
        open_high=top >= high and source.logarithmic,
        marker=place(bottom) if mark.gating_lower else place(top),
        point=place(mark.point) if inside and mark.point is not None else None,
        label=label,
    )


def short(title: str, longest: int) -> str:
    """A title that fits, and shows where it was cut."""
    return title if len(title) <= longest else f"{title[: longest - 1]}…"


# ----------------------------------------------------------------------------- models over time


def over_time(source: ChartSource) -> Plot:
    """Bounds over release date: bars stand at least 10 units apart, labels 18, joined by leaders."""
    left, right, top, bottom = 66.0, WIDE - 118.0, 26.0, 336.0
    dated = sorted((m for m in source.marks if m.released), key=lambda m: (m.released, -m.number))
    undated = [m for m in source.marks if not m.released]
    end = right - (24.0 + 16.0 * len(undated) if undated else 10.0)
    place = value_scale(source, bottom, top + 14)
    dates, stood = _dated(dated, left + 14, end)
    stood += [end + 24 + 16.0 * i for i in range(len(undated))]
    labels = spread(stood, 18, left + 14, right + 16)
    bars = [
        _bar(source, mark, place, at, label_at, short(mark.title, 22))
        for mark, at, label_at in zip([*dated, *undated], stood, labels, strict=True)
    ]
    return Plot(
        anchor=source.anchor,
        width=WIDE,
        height=bottom + 154,
        left=left,
        right=right,
        top=top,
        bottom=bottom,
        value_ticks=value_ticks(source, place),
        model_ticks=_years(dated, dates, left),
        levels=_levels(source, place, 15),
        bars=tuple(bars),
        undated_from=end + 12 if undated else None,
    )


_BESIDE = 10.0


def _dated(marks: list[ChartMark], start: float, end: float) -> tuple[Callable[[datetime], float], list[float]]:
    """The scale of dates, and where each bar stands: never before its own date unless the room is full.

    Bars of the same weeks need room after the last date, so the scale ends that much earlier.
    """
    room = 0.0
    for _ in range(3):
        scale = _date_scale(marks, start, max(end - room, (start + end) / 2))
        free = spread([scale(m.released) for m in marks if m.released], _BESIDE, start, end + _BESIDE * len(marks))
        over = (free[-1] if free else end) - end
        if over <= 0:
            break
        room += over
    return scale, spread([scale(m.released) for m in marks if m.released], _BESIDE, start, end)


def _date_scale(marks: list[ChartMark], start: float, end: float) -> Callable[[datetime], float]:
    times = [m.released.timestamp() for m in marks if m.released] or [0.0]
    first, last = min(times), max(times)

    def place(at: datetime) -> float:
        return start if last == first else start + (at.timestamp() - first) / (last - first) * (end - start)

    return place


def _years(marks: list[ChartMark], place: Callable[[datetime], float], left: float) -> tuple[Tick, ...]:
    if not marks or not marks[0].released or not marks[-1].released:
        return ()
    first, last = marks[0].released, marks[-1].released
    starts = [first.replace(year=y, month=1, day=1) for y in range(first.year + 1, last.year + 1)]
    step = max(1, math.ceil(len(starts) / 12))
    ticks = [Tick(at=place(s), text=str(s.year)) for s in starts[::step]]
    if not ticks or ticks[0].at - left > 60:
        ticks.insert(0, Tick(at=place(first), text=f"{first:%Y-%m}"))
    return tuple(ticks)


# -------------------------------------------------------------------------------- models in rows


def in_rows(source: ChartSource) -> Plot:
    """One row per model, newest first, the name and date above the bar."""
    left, right, top, row = 10.0, NARROW - 10.0, 58.0, 38.0
    place = value_scale(source, left + 6, right - 16)
    bars = tuple(_row_bar(source, mark, place, top + row * i) for i, mark in enumerate(source.marks))
    bottom = top + row * len(bars) + 4
    ticks = value_ticks(source, place)
    return Plot(
        anchor=f"{source.anchor}-rows",
        width=NARROW,
        height=bottom + 26,
        left=left,
        right=right,
        top=top - 8,
        bottom=bottom,
        value_ticks=ticks[:: max(1, math.ceil(len(ticks) / 6))],
        model_ticks=(),
        levels=_levels(source, place, 0),
        bars=bars,
    )


def _row_bar(source: ChartSource, mark: ChartMark, place: Scale, at: float) -> Bar:
    date = format_date(mark.released) or "no date"
    return _bar(source, mark, place, at + 26, at + 12, f"{short(mark.title, 24)} · {date}")
