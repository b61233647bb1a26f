"""What the latest verdicts owe: open claims end, and limits that nothing was run for wait (V7).

For: `due.py`. Does not know: clocks, evidence.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from scalegate.obligation.obligation import Kind, Obligation, State, state_at
from scalegate.policy.document import PolicyDocument
from scalegate.quantity import Digest
from scalegate.record.happening import Event
from scalegate.record.view import RecordView, VerdictKey, concerning
from scalegate.verdict.verdict import Verdict, VerdictKind


def claims(policy: PolicyDocument, digest: Digest, view: RecordView, now: datetime) -> Iterator[Obligation]:
    """Each verdict under the policy in force that is open, or for which nothing counts."""
    for key, (_, verdict) in view.verdicts.items():
        if key[3] != digest or verdict.as_of > now:
            continue
        ends = _ends(view, key, verdict, now)
        if ends is None:
            continue
        at, what, why = ends
        state = state_at(at, now, None)
        waived = _waived_until(view, verdict, now) if state is State.LATE else None
        yield Obligation(
            kind=Kind.CLAIM,
            key=(verdict.subject, verdict.configuration, verdict.limit),
            at=at,
            what=what,
            role=policy.accountability.evaluators,
            about=f"{verdict.model} in {verdict.configuration}, limit {verdict.limit}",
            state=State.WAIVED if waived else state,
            why=f"waived until {waived:%Y-%m-%d}; still held" if waived else why,
            subject=verdict.subject,
            limit=verdict.limit,
        )


def _ends(view: RecordView, key: VerdictKey, verdict: Verdict, now: datetime) -> tuple[datetime, str, str] | None:
    """When and why the claim ends, or since when nothing counts; None for a crossing that stands by itself."""
    if verdict.kind in (VerdictKind.NOT_RUN, VerdictKind.INVALID):
        return view.unmet.get(key, verdict.as_of), f"{verdict.kind}: evaluate", ""
    if verdict.kind.counts_as_crossed:
        return None
    event = _event_since(view, key, verdict, now)
    if event is not None:
        why = f"event {event.event} of {event.at:%Y-%m-%d}: {event.what}"
        return event.at, f"{verdict.kind} may have ended at an event: assess again", why
    if verdict.expires is None:
        return None
    return verdict.expires, f"{verdict.kind} ends ({verdict.expires_because}): evaluate again", ""


def _event_since(view: RecordView, key: VerdictKey, verdict: Verdict, now: datetime) -> Event | None:
    """The first event recorded after the verdict that concerns an evaluation which it reads."""
    read = {result.evaluation for result in verdict.observations}
    since = [
        event
        for index, event in concerning(view, verdict.subject, verdict.ancestors)
        if index > view.verdict_index[key]
        and event.at <= now
        and (event.evaluation is None or event.evaluation in read)
    ]
    return min(since, key=lambda event: (event.at, event.event, event.what), default=None)


def _waived_until(view: RecordView, verdict: Verdict, now: datetime) -> datetime | None:
    asked = (verdict.subject, verdict.limit)
    ends = [w.until for w in view.waivers if (w.subject, w.limit) == asked and w.since <= now < w.until]
    return max(ends, default=None)
