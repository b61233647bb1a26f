"""Evaluations owed by effective compute, by the calendar and by events, whichever comes first (D5, V7).

For: `due.py`. Does not know: clocks, verdicts' reasons.

A *point* is an evaluation of one subject in one configuration that counted: some verdict rests on its runs. Each
point owes the next one. The chain of points is read from the record alone, so that an evaluation that came late
stays one that came late.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from scalegate.obligation.obligation import Kind, Obligation, State, state_at
from scalegate.policy.document import FirstAssessment, PolicyDocument, evaluation_of
from scalegate.quantity import Compute, format_decimal, round_up
from scalegate.record.entry import RunIngested
from scalegate.record.happening import TrainingProgress
from scalegate.record.view import RecordView, concerning
from scalegate.verdict.verdict import Escalation


@dataclass(frozen=True, kw_only=True)
class Point:
    """Runs of one subject, evaluation and configuration of one date, that counted.

    `compute` is the least of theirs; None as soon as one is unknown.
    """

    model: str
    configuration: str
    at: datetime
    compute: Compute | None
    address: str


@dataclass(frozen=True, kw_only=True)
class Cause:
    """One thing that makes the next evaluation due."""

    at: datetime
    why: str


def evaluations(policy: PolicyDocument, view: RecordView, now: datetime) -> Iterator[Obligation]:
    """The next evaluation after every one that counted, and the first one of every run in training."""
    chains = _chains(policy, view, now)
    for (subject, evaluation, configuration), points in chains.items():
        covering = _covering(view, chains, subject, evaluation, configuration)
        for point in points:
            next_one = min((p for p in covering if p.at > point.at), key=lambda p: p.at, default=None)
            yield _next(policy, view, now, subject, evaluation, point, next_one)
    yield from _first_ones(policy, view, now, {(subject, evaluation) for subject, evaluation, _ in chains})


# ---------------------------------------------------------------------------------- the chain

Chains = dict[tuple[str, str, str], list[Point]]


def _chains(policy: PolicyDocument, view: RecordView, now: datetime) -> Chains:
    """Points by subject, evaluation and configuration, oldest first."""
    dated: dict[tuple[str, str, str], dict[datetime, list[RunIngested]]] = {}
    for run in view.runs:
        manifest = run.manifest
        counts = run.address in view.counted and manifest.dated is not None and manifest.dated <= now
        if counts and manifest.dated is not None and manifest.evaluation in policy.evaluation.evaluations:
            key = (run.subject, manifest.evaluation, manifest.configuration)
            dated.setdefault(key, {}).setdefault(manifest.dated, []).append(run)
    return {key: [_point(at, runs) for at, runs in sorted(days.items())] for key, days in sorted(dated.items())}


def _point(at: datetime, runs: list[RunIngested]) -> Point:
    computes = [run.effective_compute for run in runs]
    first = min(runs, key=lambda run: run.address)
    return Point(
        model=first.manifest.model,
        configuration=first.manifest.configuration,
        at=at,
        compute=None if None in computes else min(c for c in computes if c is not None),
        address=first.address,
    )


def _covering(view: RecordView, chains: Chains, subject: str, evaluation: str, configuration: str) -> list[Point]:
    """Points in this configuration, and in those that the record says contain it (S2)."""
    return [
        point
        for (of, named, tested), points in chains.items()
        if (of, named) == (subject, evaluation)
        and (tested == configuration or configuration in view.within.get(tested, ()))
        for point in points
    ]


# ------------------------------------------------------------------------------- the next one


def _next(
    policy: PolicyDocument,
    view: RecordView,
    now: datetime,
    subject: str,
    evaluation: str,
    point: Point,
    met: Point | None,
) -> Obligation:
    triggers = policy.evaluation.triggers
    step = Compute(point.compute * triggers.effective_compute) if point.compute is not None else None
    progress = [p for p in view.progress if p.subject == subject and p.measured_at <= now]
    causes = [
        Cause(at=triggers.calendar.after(point.at), why=f"{triggers.calendar} after the last"),
        *_events(policy, view, now, subject, evaluation, point, met),
        *_screens(policy, view, now, subject, evaluation, point.at, met),
        *_passed(progress, step, point.at, triggers.effective_compute),
    ]
    due = min(causes, key=lambda cause: (cause.at, cause.why))
    beyond = _passed(progress, Compute(step * triggers.effective_compute) if step else None, point.at, Decimal(0))
    lost = min([triggers.calendar.after(due.at), *(cause.at for cause in beyond)])
    state, why = state_at(due.at, now, met.at if met else None, lost), due.why
    if state is State.MET and met is not None:
        state, why = _by_compute(point, met, step, bool(progress), triggers.effective_compute)
    elif state is State.OWED and progress and _untold(point, progress):
        state, why = State.UNVERIFIABLE, "the run is in training and its effective compute is unknown"
    return Obligation(
        kind=Kind.EVALUATION,
        key=(subject, evaluation, point.configuration, point.address),
        at=due.at,
        what=f"evaluate again on {evaluation}",
        role=policy.accountability.evaluators,
        about=f"{point.model} in {point.configuration}",
        state=state,
        why=why,
        at_compute=step,
        met_at=met.at if met else None,
        subject=subject,
    )


def _by_compute(point: Point, met: Point, step: Compute | None, training: bool, factor: Decimal) -> tuple[State, str]:
    """Whether an evaluation that came in time by date also came in time by effective compute."""
    if step is None or point.compute is None or met.compute is None:
        if training:
            return State.UNVERIFIABLE, "the effective compute of one of two evaluations is unknown"
        return State.MET, ""
    if met.compute <= step:
        return State.MET, ""
    ratio = format_decimal(round_up(Decimal(met.compute) / Decimal(point.compute)))
    return State.MET_LATE, f"{ratio}x the effective compute of the last, where {format_decimal(factor)}x was the most"


def _untold(point: Point, progress: list[TrainingProgress]) -> bool:
    latest = max(progress, key=lambda p: p.measured_at)
    return point.compute is None or latest.effective_compute is None


def _passed(progress: list[TrainingProgress], step: Compute | None, since: datetime, factor: Decimal) -> list[Cause]:
    """When the record first says that the run has reached its due point; no earlier than the evaluation before it."""
    reached = [
        p for p in progress if step is not None and p.effective_compute is not None and p.effective_compute >= step
    ]
    if not reached:
        return []
    first = min(reached, key=lambda p: p.measured_at)
    why = f"{format_decimal(factor)}x the last effective compute, passed at step {first.step}"
    return [Cause(at=max(first.measured_at, since), why=why)]


def _events(
    policy: PolicyDocument,
    view: RecordView,
    now: datetime,
    subject: str,
    evaluation: str,
    point: Point,
    met: Point | None,
) -> list[Cause]:
    """Events that ended the point's evidence before the next one began: due after the time an evaluation takes."""
    duration = policy.evaluation.evaluations[evaluation].duration
    return [
        Cause(at=duration.after(event.at), why=f"event {event.event} of {event.at:%Y-%m-%d}: {event.what}")
        for _, event in concerning(view, subject)
        if event.evaluation in (None, evaluation) and point.at <= event.at <= now and (met is None or event.at < met.at)
    ]


def _screens(
    policy: PolicyDocument,
    view: RecordView,
    now: datetime,
    subject: str,
    evaluation: str,
    since: datetime | None,
    met: Point | None,
) -> list[Cause]:
    """Screens that reached their line and that no evaluation has answered: due like after an event (V2, D5)."""
    duration = policy.evaluation.evaluations[evaluation].duration
    return [
        Cause(at=duration.after(e.at), why=str(e))
        for e in _escalated(view, subject, now)
        if e.evaluation == evaluation and (since is None or since < e.at) and (met is None or e.at <= met.at)
    ]


def _escalated(view: RecordView, subject: str, now: datetime) -> list[Escalation]:
    """Of one subject, under the policy in force."""
    known = view.escalations.get((subject, view.policy.digest), {}) if view.policy else {}
    return [e for e in known if e.at <= now]


# ------------------------------------------------------------------------------- the first one


def _first_ones(
    policy: PolicyDocument, view: RecordView, now: datetime, evaluated: set[tuple[str, str]]
) -> Iterator[Obligation]:
    """Runs in training without any evaluation that counts, for each evaluation that a limit relies on (D4, D5)."""
    by_subject: dict[str, list[TrainingProgress]] = {}
    told = set(evaluated)
    for progress in view.progress:
        if progress.measured_at <= now:
            by_subject.setdefault(progress.subject, []).append(progress)
    for subject, found in sorted(by_subject.items()):
        for evaluation in _relied_on(policy):
            if (subject, evaluation) not in evaluated:
                told.add((subject, evaluation))
                screens = _screens(policy, view, now, subject, evaluation, None, None)
                yield _first(policy, now, subject, evaluation, found, screens)
    for subject in sorted({s for s, _ in view.escalations}):
        for evaluation in dict.fromkeys(str(e.evaluation) for e in _escalated(view, subject, now)):
            if (subject, evaluation) not in told:
                yield _screened(policy, view, now, subject, evaluation)


def _screened(policy: PolicyDocument, view: RecordView, now: datetime, subject: str, evaluation: str) -> Obligation:
    """The first evaluation of a model that only a screen asks for: nothing relies on it, or no training is recorded."""
    due = min(_screens(policy, view, now, subject, evaluation, None, None), key=lambda cause: (cause.at, cause.why))
    model = next((v.model for key, (_, v) in view.verdicts.items() if key[0] == subject), subject)
    lost = policy.evaluation.triggers.calendar.after(due.at)
    return Obligation(
        kind=Kind.FIRST_EVALUATION,
        key=(subject, evaluation),
        at=due.at,
        what=f"evaluate for the first time on {evaluation}",
        role=policy.accountability.evaluators,
        about=model,
        state=state_at(due.at, now, None, lost),
        why=due.why,
        subject=subject,
    )


def _first(
    policy: PolicyDocument,
    now: datetime,
    subject: str,
    evaluation: str,
    progress: list[TrainingProgress],
    screens: list[Cause],
) -> Obligation:
    first, calendar = policy.evaluation.first_assessment, policy.evaluation.triggers.calendar
    begun = min(progress, key=lambda p: (p.measured_at, p.step))
    calendar_due = Cause(at=calendar.after(begun.measured_at), why=f"{calendar} after training was first recorded")
    reached = _passed(progress, first.at, begun.measured_at, Decimal(1))
    point = [Cause(at=c.at, why=f"the first due point, {first.at}, is passed") for c in reached]
    due = min([calendar_due, *point, *screens], key=lambda cause: (cause.at, cause.why))
    state, why = state_at(due.at, now, None, calendar.after(due.at)), due.why
    unknown = _unknown_point(first, progress)
    if state is State.OWED and unknown:
        state, why = State.UNVERIFIABLE, unknown
    return Obligation(
        kind=Kind.FIRST_EVALUATION,
        key=(subject, evaluation),
        at=due.at,
        what=f"evaluate for the first time on {evaluation}",
        role=policy.accountability.evaluators,
        about=begun.model,
        state=state,
        why=why,
        at_compute=first.at,
        subject=subject,
    )


def _unknown_point(first: FirstAssessment, progress: list[TrainingProgress]) -> str:
    """Why nobody can tell from the record alone whether the first due point is passed; empty when one can (D4)."""
    if first.factor is not None:
        return "the first due point also depends on what was assessed of other models: ask the gate"
    if first.at is None:
        return "the policy states no first due point"
    latest = max(progress, key=lambda p: p.measured_at)
    return "its effective compute is unknown" if latest.effective_compute is None else ""


def _relied_on(policy: PolicyDocument) -> Iterable[str]:
    """Evaluations that a limit on a ladder relies on, each once."""
    named = dict.fromkeys(
        read
        for threat_model in policy.threat_models.values()
        for limit in threat_model.ladder
        for observation in policy.limits[limit].observations.values()
        if (read := evaluation_of(observation)) is not None and getattr(observation, "relied_on", False)
    )
    return [name for name in named if name in policy.evaluation.evaluations]
