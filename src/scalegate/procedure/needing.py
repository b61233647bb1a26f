"""By when each protection may be needed, and why: what asks now, alerts, ends of claims, growth, a forecast (V6, V7).

For: `readiness.py`. Does not know: storage, whether a protection is in force.

Three growths, never mixed (V7). Outside gains take the bound of fixed weights to the limit by a date; training takes it
there at an effective compute, which recorded progress turns into dates at the paces seen so far; the frontier's trend
is a forecast for planning, and never the reason why something is late. A date from paces is a range, not a point.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise

from scalegate.obligation.due import obligations
from scalegate.obligation.obligation import Kind, Obligation
from scalegate.policy.document import Conditional, Growth, Permission, PolicyDocument
from scalegate.procedure.owing import buffers
from scalegate.quantity import LAST_INSTANT, Compute, Digest, later
from scalegate.record.happening import TrainingProgress
from scalegate.record.view import RecordView
from scalegate.verdict.verdict import ObservationResult, Verdict, VerdictKind


class Reason(StrEnum):
    """Why a protection may be needed, the most certain first."""

    ALWAYS = "always"
    CROSSED = "crossed"
    ALERT = "alert"
    CLAIM_ENDS = "claim_ends"
    ELICITATION_GROWTH = "elicitation_growth"
    TRAINING_GROWTH = "training_growth"
    FRONTIER_FORECAST = "frontier_forecast"

    @property
    def planning(self) -> bool:
        """For planning alone: it makes nothing late (V7)."""
        return self is Reason.FRONTIER_FORECAST


@dataclass(frozen=True, kw_only=True)
class Need:
    """One reason why a protection may be needed.

    Attributes:
        permission: for which it is asked.
        limit, model: the limit, and the model whose claim on it is meant; empty where there is none.
        by: the earliest time at which it may be needed; None where only a compute is known, or nothing.
        likely, latest: at the middle pace, and at the slowest pace seen; None where no pace is read.
        at_compute: the effective compute of the run at which it is needed.
        why: in words.
    """

    reason: Reason
    permission: Permission
    by: datetime | None
    why: str
    limit: str = ""
    model: str = ""
    likely: datetime | None = None
    latest: datetime | None = None
    at_compute: Compute | None = None


def needs(policy: PolicyDocument, digest: Digest, view: RecordView, now: datetime) -> dict[str, tuple[Need, ...]]:
    """Every need of every protection under the policy in force, soonest first."""
    seer = _Seer(policy, digest, view, now)
    found: dict[str, list[Need]] = {name: [] for name in policy.protections.measures}
    for permission, standing in policy.protections.standing.items():
        for name in standing.protections:
            always = Need(reason=Reason.ALWAYS, permission=Permission(permission), by=now, why="asked always")
            found.setdefault(name, []).append(always)
    for tie in policy.protections.conditional:
        made = tuple(seer.by_limit(tie))
        for name in tie.protections:
            found.setdefault(name, []).extend(made)
    return {name: tuple(sorted(items, key=_order)) for name, items in found.items()}


def _order(need: Need) -> tuple[bool, datetime, int, str, str, str]:
    place = list(Reason).index(need.reason)
    return need.reason.planning, need.by or LAST_INSTANT, place, need.permission, need.limit, need.model


class _Seer:
    """What the record says of limits, read once for all ties."""

    def __init__(self, policy: PolicyDocument, digest: Digest, view: RecordView, now: datetime) -> None:
        self._policy, self._view, self._now = policy, view, now
        self._verdicts = [v for key, (_, v) in view.verdicts.items() if key[3] == digest and v.as_of <= now]
        self._duties = [o for o in obligations(view, now) if o.kind is Kind.ALERT_DUTY and not o.state.met]
        left = buffers(view, policy.evaluation.growth, digest, now)
        self._buffers = {(b.model, b.configuration, b.limit): b for b in left}

    def by_limit(self, tie: Conditional) -> Iterator[Need]:
        verdicts = [v for v in self._verdicts if v.limit == tie.limit]
        training = tie.permission is Permission.TRAIN
        for verdict in verdicts:
            kind = verdict.at(self._now, training=training)
            if kind.counts_as_crossed:
                yield self._need(tie, verdict, Reason.CROSSED, self._now, f"the limit counts as crossed: {kind}")
                continue
            if kind is VerdictKind.ALERT:
                yield self._alert(tie, verdict)
            yield from self._claim(tie, verdict, training=training)
        forecast = frontier(self._policy.evaluation.growth, self._view, verdicts)
        if forecast is not None:
            by, likely, why = forecast
            yield Need(
                reason=Reason.FRONTIER_FORECAST,
                permission=tie.permission,
                limit=tie.limit,
                by=by,
                likely=likely,
                why=why,
            )

    def _alert(self, tie: Conditional, verdict: Verdict) -> Need:
        """From the first duty that is late on, the limit counts as crossed (V6)."""
        asked = (verdict.subject, str(verdict.limit))
        duty = min((o for o in self._duties if (o.subject, o.limit) == asked), key=_due, default=None)
        why = "the limit stands at an alert"
        if duty is not None:
            why = f"{why}; it counts as crossed once a duty is late: {duty.what}"
        return self._need(tie, verdict, Reason.ALERT, duty.at if duty else self._now, why)

    def _claim(self, tie: Conditional, verdict: Verdict, *, training: bool) -> Iterator[Need]:
        """When the open claim ends unless it is renewed, and when growth takes its bound to the limit."""
        ends = verdict.train_expires if training else verdict.held_from
        if ends is not None:
            because = f" ({verdict.expires_because})" if verdict.expires_because else ""
            why = f"the claim counts as crossed from then on unless it is renewed{because}"
            yield self._need(tie, verdict, Reason.CLAIM_ENDS, ends, why)
        if training:
            yield from self._training(tie, verdict)
            return
        left = self._buffers.get((verdict.model, verdict.configuration, verdict.limit))
        if left is not None and left.limit_on != LAST_INSTANT:
            why = "outside gains on fixed weights may take the bound to the limit, at the pace that the policy assumes"
            yield self._need(tie, verdict, Reason.ELICITATION_GROWTH, left.limit_on, why)

    def _training(self, tie: Conditional, verdict: Verdict) -> Iterator[Need]:
        cap = verdict.train_held_cap
        if cap is None:
            return
        own = [p for p in self._view.progress if p.subject == verdict.subject and p.measured_at <= self._now]
        span = dates_of(cap, own)
        why = "training may take the bound to the limit at that effective compute"
        why += "; dates at the paces recorded so far" if span else "; no date, since recorded progress gives no pace"
        by, likely, latest = span or (None, None, None)
        yield Need(
            reason=Reason.TRAINING_GROWTH,
            permission=tie.permission,
            limit=verdict.limit,
            model=verdict.model,
            by=by,
            likely=likely,
            latest=latest,
            at_compute=cap,
            why=why,
        )

    def _need(self, tie: Conditional, verdict: Verdict, reason: Reason, by: datetime, why: str) -> Need:
        return Need(reason=reason, permission=tie.permission, limit=verdict.limit, model=verdict.model, by=by, why=why)


def _due(owed: Obligation) -> datetime:
    return owed.at


# ------------------------------------------------------------------------- training, by recorded progress


def dates_of(cap: Compute, progress: Iterable[TrainingProgress]) -> tuple[datetime, datetime, datetime | None] | None:
    """When a run reaches an effective compute at the paces seen so far: earliest, likely, and latest.

    The earliest takes the fastest pace between two entries that follow each other, the latest the slowest, the likely
    one that over all of them. These are paces that were seen, not bounds on paces to come.

    Returns:
        None with fewer than two entries that show growth, and where the last leaves compute unknown. `latest` is None
        where the slowest pace was none at all. A compute that is reached already has the day on which it was recorded.
    """
    known = sorted(progress, key=lambda p: (p.measured_at, p.step))
    if not known or known[-1].effective_compute is None:
        return None
    points: dict[datetime, Decimal] = {}
    for entry in known:
        if entry.effective_compute is not None:
            points[entry.measured_at] = max(points.get(entry.measured_at, Decimal(0)), Decimal(entry.effective_compute))
    reached = min((at for at, compute in points.items() if compute >= cap), default=None)
    if reached is not None:
        return reached, reached, reached
    dated = sorted(points.items())
    paces = [_pace(one, other) for one, other in pairwise(dated)]
    if not paces or max(paces) <= 0:
        return None
    at, compute = dated[-1]
    left = Decimal(cap) - compute
    overall, slowest = _pace(dated[0], dated[-1]), min(paces)
    fastest = _after(at, left, max(paces))
    likely = _after(at, left, overall) if overall > 0 else fastest
    return fastest, likely, _after(at, left, slowest) if slowest > 0 else None


def _pace(one: tuple[datetime, Decimal], other: tuple[datetime, Decimal]) -> Decimal:
    """FLOP a second between two entries."""
    return (other[1] - one[1]) / Decimal((other[0] - one[0]).total_seconds())


def _after(start: datetime, left: Decimal, pace: Decimal) -> datetime:
    """Rounded down to whole seconds, so that the answer is never late."""
    return later(start, int(left / pace))


# ------------------------------------------------------------------------------ the frontier, for planning


def frontier(
    growth: Growth, view: RecordView, verdicts: Iterable[Verdict]
) -> tuple[datetime, datetime | None, str] | None:
    """When models like the developer's best may reach a limit on task length, at the frontier's pace in the policy.

    The earliest starts from the upper bound and takes months of 28 days, the likely one from the plain estimate and
    months of 31. None where no observation of a task length has a bound.
    """
    found = [
        made
        for verdict in verdicts
        for result in verdict.observations
        if (made := _forecast(growth, view, verdict, result)) is not None
    ]
    if not found:
        return None
    by, likely = min(f[0] for f in found), min((f[1] for f in found if f[1] is not None), default=None)
    pace = f"task lengths double every {growth.frontier_doubling} at the frontier, says the policy"
    why = f"a forecast for planning: {pace}"
    return by, likely, why


def _forecast(
    growth: Growth, view: RecordView, verdict: Verdict, result: ObservationResult
) -> tuple[datetime, datetime | None] | None:
    upper, limit = result.upper, result.limit_value
    if result.measure != "time_horizon" or upper is None or limit is None or not upper.is_finite() or upper <= 0:
        return None
    dates = [
        run.manifest.dated for run in view.runs if run.address in result.rests_on and run.manifest.dated is not None
    ]
    start = max(dates, default=verdict.as_of)
    doubling = growth.frontier_doubling
    likely = None
    if result.point is not None and result.point.is_finite() and result.point > 0:
        likely = _doubled(start, result.point, limit, doubling.longest_seconds)
    return _doubled(start, upper, limit, doubling.shortest_seconds), likely


def _doubled(start: datetime, value: Decimal, limit: Decimal, seconds: int) -> datetime:
    doublings = math.log2(limit / value) if value < limit else 0.0
    return later(start, math.floor(doublings * seconds))
