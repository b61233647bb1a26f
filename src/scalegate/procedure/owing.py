"""What is owed, and how much of the buffer is left: dates and effective compute until a bound reaches its lines.

For: command line, service. Does not know: storage, how it is shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from scalegate.assessment.growth import reached_at, reached_on
from scalegate.obligation.due import obligations
from scalegate.obligation.obligation import Obligation, State
from scalegate.policy.document import Growth
from scalegate.procedure.workspace import Workspace
from scalegate.quantity import Compute, Digest, Identifier
from scalegate.record.entry import RunIngested
from scalegate.record.view import RecordView, reached_compute
from scalegate.verdict.verdict import ObservationResult, Verdict


@dataclass(frozen=True, kw_only=True)
class BufferLeft:
    """Of one open claim: when the policy's growths take its upper bound to the alert line and to the limit (V7, L4).

    Two growths, never mixed: outside gains reach the lines by date, training by effective compute. A line that is
    reached already has its date behind it. The calendar and what the claim rests on may end it earlier: see `due`.

    Attributes:
        alert_on, limit_on: by outside gains on fixed weights, from the oldest run that it rests on.
        alert_at, limit_at: by training, from the least effective compute of those runs; None when unknown.
        compute_now: what the record says that the run has reached, and no less than those runs; None when unknown.
        document: under which it is claimed, where several are in force.
    """

    model: Identifier
    configuration: Identifier
    limit: Identifier
    observation: Identifier
    upper: Decimal
    alert_value: Decimal
    limit_value: Decimal
    alert_on: datetime
    limit_on: datetime
    alert_at: Compute | None
    limit_at: Compute | None
    compute_now: Compute | None
    document: str = ""


@dataclass(frozen=True, kw_only=True)
class Owing:
    """What `due` answers with."""

    as_of: datetime
    obligations: tuple[Obligation, ...]
    buffers: tuple[BufferLeft, ...]

    @property
    def late(self) -> bool:
        return any(o.late for o in self.obligations)

    @property
    def met(self) -> int:
        """How many were met in time."""
        return len(self.obligations) - len(self.standing)

    @property
    def standing(self) -> tuple[Obligation, ...]:
        """All but those that were met in time."""
        return tuple(o for o in self.obligations if o.state is not State.MET)


def owing(workspace: Workspace, now: datetime) -> Owing:
    """What is owed under every document in force. Raises UsageError before the first adoption."""
    parts = workspace.each()
    left = [(part.view.document, b) for part in parts for b in _buffers_under(part, now)]
    named = [replace(b, document=document) if len(parts) > 1 else b for document, b in left]
    return Owing(
        as_of=now,
        obligations=obligations(workspace.view, now),
        buffers=tuple(sorted(named, key=_order)),
    )


def _buffers_under(part: Workspace, now: datetime) -> Iterator[BufferLeft]:
    policy, digest = part.policy_in_force()
    return buffers(part.view, policy.evaluation.growth, digest, now)


def buffers(view: RecordView, growth: Growth, policy: Digest, now: datetime) -> Iterator[BufferLeft]:
    """What is left for each open claim, by the observation that leaves least."""
    runs = {run.address: run for run in view.runs}
    for key, (_, verdict) in view.verdicts.items():
        if key[3] != policy or verdict.as_of > now or verdict.at(now).counts_as_crossed:
            continue
        found = [b for r in verdict.observations if r.relied_on and (b := _buffer(view, growth, runs, verdict, r))]
        if found:
            yield min(found, key=_order)


def _order(left: BufferLeft) -> tuple[datetime, datetime, str, str, str, str, str]:
    about = (left.model, left.configuration, left.limit, left.observation, left.document)
    return left.limit_on, left.alert_on, *about


def _buffer(
    view: RecordView, growth: Growth, runs: Mapping[Digest, RunIngested], verdict: Verdict, result: ObservationResult
) -> BufferLeft | None:
    """None where the observation has no bound or no line, or rests on a run that has no date."""
    upper, alert, limit = result.upper, result.alert_value, result.limit_value
    rested = [runs[address] for address in result.rests_on if address in runs]
    dates = [run.manifest.dated for run in rested]
    if upper is None or alert is None or limit is None or not dates or None in dates:
        return None
    if result.measure == "rate_of_progress":  # it moves with the next model, not with this one's date or compute
        return None
    start = min(d for d in dates if d is not None)
    computes = [run.effective_compute for run in rested]
    least = None if None in computes else min(c for c in computes if c is not None)
    reached = reached_compute(view, verdict.subject)
    return BufferLeft(
        model=verdict.model,
        configuration=verdict.configuration,
        limit=verdict.limit,
        observation=result.observation,
        upper=upper,
        alert_value=alert,
        limit_value=limit,
        alert_on=reached_on(growth, result.measure, upper, alert, start),
        limit_on=reached_on(growth, result.measure, upper, limit, start),
        alert_at=reached_at(growth, result.measure, upper, alert, least),
        limit_at=reached_at(growth, result.measure, upper, limit, least),
        compute_now=max((c for c in (least, reached) if c is not None), default=None),
    )
