"""The buffer between alert and limit against the growth it has to absorb (L4).

For: `adoptable.py` and `remarks.py`. Does not know: evidence, clocks.

Two growths are looked at apart and never mixed (V7). *Elicitation* acts for the calendar interval plus the
time an evaluation takes. *Training* acts for the compute step that makes an evaluation due, plus what the
run adds while it is evaluated: assumed here to be the same share of a step as the evaluation's share of the
calendar interval. The elicitation gap `g` is part of the bound that is held against the alert line (B1), so it is
not asked of the room a second time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Context, Decimal, localcontext

from scalegate.policy.document import Direction, HorizonObservation, PolicyDocument, RateObservation
from scalegate.policy.objection import Objection
from scalegate.policy.observations import observations
from scalegate.quantity import Period, format_decimal, round_down, round_up
from scalegate.shape import Path

_MONTH_SECONDS = 28 * 86400  # the shortest month: a period never counts as fewer months than it may have
_PRECISION = Context(prec=34, traps=[])  # absurd growth becomes an infinity, not a traceback


@dataclass(frozen=True, kw_only=True)
class Buffer:
    """What lies between alert and limit, and the growth it must exceed, in words a reader can redo.

    Attributes:
        room: limit over alert for a task length, limit minus alert for a rate; rounded down.
        growth: over one interval and one evaluation, in the same unit; rounded up.
        assumed: which growth, from what, over what.
    """

    room: Decimal
    growth: Decimal
    unit: str
    assumed: str

    @property
    def holds(self) -> bool:
        return self.room > self.growth

    def __str__(self) -> str:
        room, growth = (f"{format_decimal(value)}{self.unit}" for value in (self.room, self.growth))
        return f"buffer {room}, growth {growth} ({self.assumed})"


def buffer_refusals(document: PolicyDocument) -> Iterator[Objection]:
    """Buffers that growth can cross before the next evaluation is done."""
    for path, buffer in buffers(document):
        if not buffer.holds:
            mend = "lower the alert line, evaluate more often, or say why growth is slower"
            yield Objection(path=(*path, "alert"), what=f"the buffer is too small: {buffer}", mend=mend, rule="L4")


def buffers(document: PolicyDocument) -> Iterator[tuple[Path, Buffer]]:
    """Both buffers, elicitation and training, of every proxy whose evaluation is known."""
    for path, _, observation in observations(document):
        if not isinstance(observation, (RateObservation, HorizonObservation)):
            continue  # a judgement or an existence has no lines; a difference is not assessed yet
        usable = 0 < observation.alert < observation.limit and observation.direction is Direction.RULE_OUT_PROXY
        if usable and observation.evaluation in document.evaluation.evaluations:
            yield path, _elicitation(document, observation)
            if document.evaluation.triggers.calendar.shortest_seconds:
                yield path, _training(document, observation)


def _elicitation(document: PolicyDocument, observation: RateObservation | HorizonObservation) -> Buffer:
    calendar = document.evaluation.triggers.calendar
    duration = document.evaluation.evaluations[observation.evaluation].duration
    growth = document.evaluation.growth.elicitation
    with localcontext(_PRECISION):
        months = _months(calendar) + _months(duration)
        over = f"{format_decimal(round_up(months))} months: {calendar} between evaluations and {duration} for one"
        if isinstance(observation, HorizonObservation):
            assumed = f"elicitation {growth.horizon_per_month} a month over {over}"
            return _factor(observation, Decimal(growth.horizon_per_month) ** months, assumed)
        assumed = f"elicitation {growth.rate_per_month} a month over {over}"
        return _difference(observation, growth.rate_per_month * months, assumed)


def _training(document: PolicyDocument, observation: RateObservation | HorizonObservation) -> Buffer:
    triggers, growth = document.evaluation.triggers, document.evaluation.growth.training
    duration = document.evaluation.evaluations[observation.evaluation].duration
    with localcontext(_PRECISION):
        doublings = triggers.effective_compute.ln() / Decimal(2).ln()
        share = Decimal(duration.longest_seconds) / Decimal(triggers.calendar.shortest_seconds)
        doublings *= 1 + share
        number = format_decimal(round_up(doublings))
        over = f"{number} doublings: {triggers.effective_compute} between evaluations and {duration} for one"
        if isinstance(observation, HorizonObservation):
            assumed = f"training {growth.horizon} a doubling over {over}"
            return _factor(observation, Decimal(growth.horizon) ** doublings, assumed)
        return _difference(observation, growth.rate * doublings, f"training {growth.rate} a doubling over {over}")


def _factor(observation: HorizonObservation, growth: Decimal, assumed: str) -> Buffer:
    room = Decimal(observation.limit) / Decimal(observation.alert)
    return Buffer(room=round_down(room), growth=round_up(growth), unit="x", assumed=assumed)


def _difference(observation: RateObservation, growth: Decimal, assumed: str) -> Buffer:
    room = Decimal(observation.limit) - Decimal(observation.alert)
    return Buffer(room=round_down(room), growth=round_up(growth), unit="", assumed=assumed)


def _months(period: Period) -> Decimal:
    return period.months + Decimal(period.seconds) / _MONTH_SECONDS
