"""A series of models that was really measured: what a replay runs a policy against.

For: replays and the readers of series. Does not know: files, policies, bounds.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

from scalegate.quantity import Compute, Identifier, Probability


@dataclass(frozen=True, kw_only=True)
class TaskOutcomes:
    """One attempt at each task of the series: `1`, `0`, and `-` for what was not run."""

    signs: str


@dataclass(frozen=True, kw_only=True)
class SuccessCount:
    """Successes among independent items."""

    successes: int
    items: int


@dataclass(frozen=True, kw_only=True)
class StatedBound:
    """Bounds that somebody computed, before any elicitation shift.

    Attributes:
        measure: `time_horizon` (minutes) or `success_rate`.
        success: of a horizon; every horizon of the policy with this success probability reads it.
        lower, upper: one-sided bounds on what was observed.
    """

    measure: Literal["time_horizon", "success_rate"]
    lower: Decimal
    upper: Decimal
    success: Probability | None = None


@dataclass(frozen=True, kw_only=True)
class SeriesPoint:
    """One model, or one checkpoint of a run.

    Attributes:
        id: its name.
        run: points of one run follow each other by compute; without it a point stands alone.
        released: a date; points without one are ordered as they stand.
        effective_compute: of the checkpoint; unknown where it is not published.
        effort_known: without it, failures rule nothing out (V4).
        bounds: as somebody stated them.
        count: instead, successes among items.
        outcomes: instead, one attempt at each task of the series.
    """

    id: str
    run: str = ""
    released: datetime | None = None
    effective_compute: Compute | None = None
    effort_known: bool = True
    bounds: tuple[StatedBound, ...] = ()
    count: SuccessCount | None = None
    outcomes: TaskOutcomes | None = None


@dataclass(frozen=True, kw_only=True)
class SeriesTask:
    """A task: its family, and human minutes where they are known."""

    family: Identifier
    human_minutes: Decimal | None = None


@dataclass(frozen=True, kw_only=True)
class Series:
    """Points in the order in which they are replayed.

    Attributes:
        title: what was measured.
        source: where the figures come from.
        licence: under which they stand.
        told: what a reader has to know about them.
    """

    schema: Literal["scalegate.series/1"] = "scalegate.series/1"
    title: str
    source: str
    licence: str
    points: tuple[SeriesPoint, ...]
    tasks: tuple[SeriesTask, ...] = ()
    told: tuple[str, ...] = ()
