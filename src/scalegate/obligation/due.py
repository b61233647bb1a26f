"""What is owed and by when, soonest first: assessments, duties, reviews, and ends of what grants rest on.

For: `due`. Does not know: clocks (time is an argument), storage.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from scalegate.policy.document import PolicyDocument
from scalegate.quantity import Digest
from scalegate.record.view import RecordView
from scalegate.verdict.verdict import VerdictKind


@dataclass(frozen=True, kw_only=True, order=True)
class Due:
    """One thing owed: when, what, by which role, about what; and whether it is late."""

    at: datetime
    what: str
    role: str
    about: str
    late: bool


def dues(policy: PolicyDocument, digest: Digest, view: RecordView, now: datetime) -> tuple[Due, ...]:
    """Everything owed under the policy in force, soonest first; what is met is left out."""
    found = [
        *_assessments(policy, digest, view),
        *_protections(policy, view),
        *_blind_spots(policy),
        *_alert_duties(policy, view),
        *_pauses(policy, view),
    ]
    return tuple(
        sorted(Due(at=at, what=what, role=role, about=about, late=now >= at) for at, what, role, about in found)
    )


Owed = tuple[datetime, str, str, str]


def _assessments(policy: PolicyDocument, digest: Digest, view: RecordView) -> Iterator[Owed]:
    """Every open claim that ends, and every subject whose evidence has reached the calendar interval (D5, V7)."""
    role = policy.accountability.evaluators
    for (_, configuration, limit, under), (_, verdict) in view.verdicts.items():
        if under != digest:
            continue
        about = f"{verdict.model} in {configuration}, limit {limit}"
        if verdict.expires is not None and not verdict.kind.counts_as_crossed:
            yield verdict.expires, f"{verdict.kind} ends ({verdict.expires_because}): evaluate again", role, about
        elif verdict.kind in (VerdictKind.NOT_RUN, VerdictKind.INVALID):
            yield verdict.as_of, f"{verdict.kind}: evaluate", role, about


def _protections(policy: PolicyDocument, view: RecordView) -> Iterator[Owed]:
    for name, protection in policy.protections.measures.items():
        tested = [a.tested_at for _, a in view.attestations if a.protection == name]
        if tested:
            yield protection.lapses_after.after(max(tested)), "efficacy test lapses", protection.approved_by, name


def _blind_spots(policy: PolicyDocument) -> Iterator[Owed]:
    for name, threat_model in policy.threat_models.items():
        spot = threat_model.accepted_blind_spot
        if spot:
            yield spot.until, "accepted blind spot ends", spot.accepted_by, name


def _alert_duties(policy: PolicyDocument, view: RecordView) -> Iterator[Owed]:
    done = {(d.duty, d.subject, d.limit) for d in view.duties_done}
    for (subject, _, limit), since in view.alerts.items():
        for duty in policy.response.alert_duties:
            if (duty.id, subject, limit) not in done:
                yield duty.within.after(since), f"alert duty {duty.id}: {duty.what}", duty.role, f"{subject}, {limit}"


def _pauses(policy: PolicyDocument, view: RecordView) -> Iterator[Owed]:
    rule = policy.response.pause
    for pause in view.pauses.values():
        if not pause.resumed:
            roles = ", ".join(rule.resume.of)
            yield rule.review_within.after(pause.at), f"review of the pause {pause.id}", roles, pause.scope
