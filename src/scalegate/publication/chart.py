"""Chart sources: for each observation with lines, every model's bounds against alert and limit.

For: plots and the tables behind them. Does not know: pixels, colour, markup.

A model without evidence is in the chart, marked as such: what is left out of a picture looks harmless.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from scalegate.policy.document import (
    ComputeObservation,
    Direction,
    ExistenceObservation,
    HorizonObservation,
    JudgementObservation,
    Observation,
    PolicyDocument,
    ProgressObservation,
    RateObservation,
    StatedObservation,
)
from scalegate.publication.roster import Row
from scalegate.publication.words import VERDICTS, Status, format_interval, format_measure, format_minutes, format_share
from scalegate.quantity import format_decimal
from scalegate.verdict.verdict import FreeFit, ObservationResult, VerdictKind

Drawn = HorizonObservation | RateObservation


@dataclass(frozen=True, kw_only=True)
class ChartMark:
    """One model in one chart.

    Attributes:
        lower, upper: the gate's bounds; None when there is no evidence; `upper` infinite or None with a
            `lower` means that nothing bounds it from above.
        point: the plain estimate or the free fit, only where it lies within the bounds.
        gating_lower: the lower bound is the one that counts (a demonstration), not the upper.
    """

    number: int
    anchor: str
    title: str
    released: datetime | None
    lower: Decimal | None
    upper: Decimal | None
    point: Decimal | None
    status: Status
    interval: str
    exact: str
    free_fit: str
    evidence: str
    gating_lower: bool = False

    @property
    def unseen(self) -> bool:
        """True when there is no evidence to draw."""
        return self.lower is None and (self.upper is None or self.upper.is_infinite())

    @property
    def open_above(self) -> bool:
        return self.upper is None or self.upper.is_infinite()


@dataclass(frozen=True, kw_only=True)
class ChartSource:
    """One chart: the two lines, and a mark for every model, newest first."""

    anchor: str
    title: str
    measure: str
    logarithmic: bool
    quantity: str
    limit_value: Decimal
    alert_value: Decimal
    limit_text: str
    alert_text: str
    demonstration: bool
    marks: tuple[ChartMark, ...]
    summary: str


def chart_source(
    policy: PolicyDocument, limit: str, observation: str, rows: tuple[Row, ...], *, anchor: str
) -> ChartSource | None:
    """The chart of one observation; None where its measure has no lines (existence, judgement)."""
    drawn = policy.limits[limit].observations[observation]
    if not isinstance(drawn, HorizonObservation | RateObservation):
        return None
    marks = tuple(_mark(row, _result(row, limit, observation), drawn) for row in rows)
    lines = (Decimal(drawn.limit), Decimal(drawn.alert))
    return ChartSource(
        anchor=anchor,
        title=policy.limits[limit].title,
        measure=drawn.measure,
        logarithmic=isinstance(drawn, HorizonObservation),
        quantity=quantity(drawn),
        limit_value=lines[0],
        alert_value=lines[1],
        limit_text=format_measure(drawn.measure, lines[0]),
        alert_text=format_measure(drawn.measure, lines[1]),
        demonstration=drawn.direction is Direction.DEMONSTRATION,
        marks=marks,
        summary=_summary(drawn, marks, *lines),
    )


def quantity(observation: Observation) -> str:
    """What is measured, in words."""
    match observation:
        case HorizonObservation():
            return f"human task length at which the model succeeds {format_share(observation.success)} of the time"
        case RateObservation(measure="success_rate"):
            return "share of tasks that the model solves"
        case RateObservation():
            return "mean score, from 0 to 100 %"
        case ExistenceObservation(min_human_minutes=minutes):
            length = f" at a task of at least {format_minutes(minutes)}" if minutes else ""
            return f"one verified success{length} is enough to show danger; failures clear nothing"
        case JudgementObservation(question=question):
            return f"a signed judgement on: {question}"
        case ComputeObservation():
            return "effective compute with that of parents and teachers, as stated; nothing is measured"
        case ProgressObservation(success=success):
            share = format_share(success)
            return f"growth in a year of the task length at which the developer's models succeed {share} of the time"
        case StatedObservation(test=test):
            return f"a test that nothing would decide: {test}"
    return "difference between two arms; read, not yet assessed"


def _result(row: Row, limit: str, observation: str) -> ObservationResult | None:
    verdict = row.verdicts.get(limit)
    found = verdict.observations if verdict else ()
    return next((r for r in found if r.observation == observation), None)


def _mark(row: Row, result: ObservationResult | None, observation: Drawn) -> ChartMark:
    lower, upper = (result.lower, result.upper) if result else (None, None)
    kind = result.kind if result else VerdictKind.NOT_RUN
    return ChartMark(
        number=row.number,
        anchor=f"model-{row.number}",
        title=row.title,
        released=row.released,
        lower=lower,
        upper=upper,
        point=_point(result, observation),
        status=VERDICTS[kind],
        interval=format_interval(observation.measure, lower, upper) if result else "no evidence",
        exact=_exact(observation, lower, upper),
        free_fit=free_fit_text(observation, result.free_fit if result else None),
        evidence=f"{result.attempts:,} attempts at {result.tasks:,} tasks" if result and result.attempts else "none",
        gating_lower=observation.direction is Direction.DEMONSTRATION,
    )


def _point(result: ObservationResult | None, observation: Drawn) -> Decimal | None:
    """The point estimate, where it lies within the bounds: a point is never shown without them."""
    if result is None or result.lower is None:
        return None
    fitted, _, _ = fitted_values(observation, result.free_fit)
    top = result.upper if result.upper is not None else Decimal("Infinity")
    return next((p for p in (result.point, fitted) if p is not None and result.lower <= p <= top), None)


def fitted_values(
    observation: Observation, fit: FreeFit | None
) -> tuple[Decimal | None, Decimal | None, Decimal | None]:
    """Estimate and interval of the free fit at the observation's own success probability."""
    if fit is None or not isinstance(observation, HorizonObservation):
        return None, None, None
    if observation.success == Decimal("0.8"):
        return fit.p80, fit.p80_lower, fit.p80_upper
    if observation.success == Decimal("0.5"):
        return fit.p50, fit.p50_lower, fit.p50_upper
    return None, None, None


def free_fit_text(observation: Observation, fit: FreeFit | None) -> str:
    """The free fit in words, always with its interval; empty when the measure has none."""
    if fit is None:
        return ""
    point, low, high = fitted_values(observation, fit)
    if point is None or low is None or high is None:
        return fit.label
    span = format_interval("time_horizon", low, high)
    return f"{format_measure('time_horizon', point)} {span}, {fit.label}"


def _exact(observation: Drawn, lower: Decimal | None, upper: Decimal | None) -> str:
    """The numbers of the record themselves, in its unit."""
    unit = " min" if isinstance(observation, HorizonObservation) else ""
    shown = ["none" if v is None else f"{format_decimal(v)}{'' if v.is_infinite() else unit}" for v in (lower, upper)]
    return " to ".join(shown) if lower is not None or upper is not None else "none"


def _summary(observation: Drawn, marks: tuple[ChartMark, ...], limit: Decimal, alert: Decimal) -> str:
    lower = observation.direction is Direction.DEMONSTRATION
    counting = [_counting(mark, lower=lower) for mark in marks if not mark.unseen]
    reach = sum(value >= limit for value in counting)
    between = sum(alert <= value < limit for value in counting)
    text = f"{'Lower' if lower else 'Upper'} bounds of {len(marks)} models: {reach} reach the limit, "
    text += f"{between} the alert line only, {len(counting) - reach - between} neither; "
    text += f"without evidence here: {len(marks) - len(counting)}."
    return f"{text} A demonstration that fails clears nothing." if lower else text


def _counting(mark: ChartMark, *, lower: bool) -> Decimal:
    """The bound that is held against the lines; what is missing is taken at its end of the scale."""
    if lower:
        return mark.lower if mark.lower is not None else Decimal(0)
    return mark.upper if mark.upper is not None else Decimal("Infinity")
