"""A cap on effective compute: what the subject is stated to have taken to make, against the lines of a limit (V1, S4).

For: assess. Does not know: how effective compute comes about, runs, bounds. Nothing is measured here, and no level is
stated: the number is what the developer says and the record remembers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from scalegate.assessment.argument import argument_fault, argument_words, rests_elsewhere
from scalegate.assessment.observe import Observed
from scalegate.assessment.request import Request
from scalegate.policy.document import ComputeObservation, Direction, Precursor
from scalegate.quantity import Compute, Identifier
from scalegate.verdict.rules import Condition, gravest_of
from scalegate.verdict.verdict import ObservationResult, VerdictKind

NAME = Identifier("effective_compute")
STATED = "effective compute is stated, not measured: it has no bound and no level"


def cap_on_compute(request: Request, name: str, observation: ComputeObservation) -> Observed:
    """Judge the stated effective compute; never NOT_RUN, because it needs no run, and never danger shown (V1).

    Unknown compute is not ruled out (S4), also where the observation is not relied on: or taking the number out of
    models.yaml would clear what the number had raised (law 1).
    """
    compute = request.effective_compute
    lined = list(_against_lines(observation, compute))
    judgement = gravest_of([*lined, *_unproven(request, observation)])
    alone = gravest_of(lined).kind
    ends = _ends(request, observation.precursor)
    open_claim = not judgement.kind.counts_as_crossed
    alert = judgement.kind is VerdictKind.ALERT
    result = ObservationResult(
        observation=Identifier(name),
        evaluation=NAME,
        kind=judgement.kind,
        measure=observation.measure,
        direction=Direction.RULE_OUT_PROXY,
        relied_on=observation.relied_on,
        lower=_number(compute),
        upper=_number(compute),
        limit_value=Decimal(observation.limit),
        alert_value=Decimal(observation.alert),
        expires=ends.at if open_claim else None,
        expires_because=ends.because if open_claim else "",
        held_from=ends.at if open_claim else None,
        train_expires=ends.at if open_claim else None,
        train_cap=(observation.limit if alert else observation.alert) if open_claim else None,
        train_held_cap=observation.limit if open_claim else None,
        rules=judgement.rules,
        reasons=judgement.reasons,
        assumptions=tuple(_assumptions(observation.precursor)),
        not_tested=(
            "no capability was measured: effective compute stands for it",
            *rests_elsewhere(observation.precursor),
        ),
    )
    return Observed(result=result, raises_to=None if alone is VerdictKind.NOT_SHOWN else alone)


def _number(compute: Compute | None) -> Decimal | None:
    return None if compute is None else Decimal(compute)


def _against_lines(observation: ComputeObservation, compute: Compute | None) -> Iterator[Condition]:
    """Unknown, at the limit, between the lines, or below both: the more compute, the graver."""
    if compute is None:
        why = "the effective compute of the subject, or of what it descends from, is unknown"
        yield VerdictKind.NOT_RULED_OUT, "S4", why
    elif compute >= observation.limit:
        yield VerdictKind.NOT_RULED_OUT, "V1", f"effective compute {compute} reaches the limit {observation.limit}"
    elif compute >= observation.alert:
        yield VerdictKind.ALERT, "V6", f"effective compute {compute} lies between alert and limit"
    else:
        why = f"effective compute {compute} lies below the alert line {observation.alert}"
        yield VerdictKind.NOT_SHOWN, "V2", why


def _unproven(request: Request, observation: ComputeObservation) -> Iterator[Condition]:
    """Why little compute rules nothing out (V1)."""
    fault = argument_fault(observation.precursor, request.now)
    if fault:
        yield VerdictKind.NOT_RULED_OUT, "V1", fault


@dataclass(frozen=True, kw_only=True)
class _End:
    at: datetime
    because: str


def _ends(request: Request, precursor: Precursor | None) -> _End:
    """The calendar from the day of the assessment, on which models.yaml is read anew, or the argument's end (V7).

    The compute of fixed weights does not grow; that of a run in training is capped, not dated.
    """
    calendar = (request.policy.evaluation.triggers.calendar.after(request.now), "the calendar interval")
    ends = [calendar, (precursor.ends, "its precursor argument")] if precursor else [calendar]
    at, because = min(ends)
    return _End(at=at, because=because)


def _assumptions(precursor: Precursor | None) -> Iterator[str]:
    yield STATED
    if precursor:
        yield from argument_words(precursor)
