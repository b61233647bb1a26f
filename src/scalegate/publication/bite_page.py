"""What `scalegate policy simulate` shows: sections of sentences and tables, and bands over time.

For: the screen and the page that can be written. Does not know: how a figure was computed, markup, colour.

A simulation is about a policy, and never about a model: no evidence about any model goes into its trajectories.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp


@dataclass(frozen=True, kw_only=True)
class Table:
    """A heading for each column, and rows of texts of the same length; the first column names the row."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, kw_only=True)
class Band:
    """One line with its band: (low, middle, high) at each step; None where there is nothing."""

    title: str
    points: tuple[tuple[float, float, float] | None, ...]


@dataclass(frozen=True, kw_only=True)
class Level:
    """A line across the chart, with its name; a limit is drawn solid, an alert line broken."""

    title: str
    at: float
    is_limit: bool


@dataclass(frozen=True, kw_only=True)
class BandChart:
    """Bands by week.

    Attributes:
        about: what is drawn and what the band is, for those who see the picture and those who do not.
        unit: of the values, as the axis says it.
        scale: `time_horizon` for log2 of minutes, `success_rate` for log-odds, empty for shares.
        ticks: values that the axis names, with their texts; values of bands and levels are on the same scale.
    """

    anchor: str
    title: str
    about: str
    unit: str
    ticks: tuple[tuple[float, str], ...]
    bands: tuple[Band, ...]
    levels: tuple[Level, ...] = ()
    scale: str = ""

    def words(self, value: float) -> str:
        """A value of a band as a reader knows it: a share, minutes of log2, a rate of log-odds."""
        match self.scale:
            case "time_horizon":
                return _length(2.0**value)
            case "success_rate":
                return f"{1 / (1 + exp(-value)):.3g}"
            case _:
                return f"{value:.1%}"


def _length(minutes: float) -> str:
    if minutes < 1:
        return f"{minutes * 60:.3g} s"
    return f"{minutes:.3g} min" if minutes < 120 else f"{minutes / 60:.3g} h"


@dataclass(frozen=True, kw_only=True)
class Section:
    """One part of the answer."""

    anchor: str
    heading: str
    sentences: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    charts: tuple[BandChart, ...] = ()


@dataclass(frozen=True, kw_only=True)
class BitePage:
    """Everything of one simulation.

    Attributes:
        banners: stamps that stand above everything.
        opening: what the simulation is not, and what was not tested; before any figure.
        form: the JSON of the same, plain data.
    """

    title: str
    banners: tuple[str, ...]
    opening: tuple[str, ...]
    sections: tuple[Section, ...]
    form: dict[str, object]
