"""What is owed, from a prefix of the record and a time: one pure function, which later duties extend.

For: `due`, and later the public page and the verifier. Does not know: clocks (time is an argument), storage.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from scalegate.obligation.actions import actions
from scalegate.obligation.claims import claims
from scalegate.obligation.duties import (
    alert_duties,
    blind_spots,
    pause_reviews,
    plans,
    proposals,
    protections,
    scope_findings,
    vacancies,
)
from scalegate.obligation.evaluations import evaluations
from scalegate.obligation.obligation import Obligation
from scalegate.obligation.reviews import commitments, policy_reviews, watch_reviews
from scalegate.record.view import RecordView


def obligations(view: RecordView, now: datetime) -> tuple[Obligation, ...]:
    """Everything owed under every document in force, met or not, soonest first; nothing before the first adoption.

    Two laws hold of it (`tests/obligation/test_laws.py`). For one record, what is owed and not met at one time is there
    and not met at every later time. Without an entry that met an obligation, the obligation is not met.
    """
    parts = view.in_force
    owed = [(part, o) for part in parts for o in _under(part, now)]
    found = [_named(part, o) if len(parts) > 1 else o for part, o in owed]
    return tuple(sorted(found, key=lambda o: (o.at, o.kind, o.about, o.key)))


def _named(part: RecordView, owed: Obligation) -> Obligation:
    """Under a further document what is owed is another thing, whatever its ids; that of the first keeps its key."""
    key = owed.key if part.first is None else (*owed.key, f"document {part.document}")
    return replace(owed, document=part.document, key=key)


def _under(view: RecordView, now: datetime) -> tuple[Obligation, ...]:
    """What is owed under one document."""
    adopted = view.policy
    assert adopted is not None, "a document in force"
    policy = adopted.document
    return (
        *evaluations(policy, view, now),
        *claims(policy, adopted.digest, view, now),
        *plans(policy, view, now),
        *protections(policy, view, now),
        *blind_spots(policy, now),
        *scope_findings(policy, view, now),
        *alert_duties(policy, view, now),
        *pause_reviews(policy, view, now),
        *proposals(policy, view, now),
        *vacancies(policy, view, now),
        *actions(policy, view, now),
        *policy_reviews(view, now),
        *watch_reviews(policy, view, now),
        *commitments(policy, view, now),
    )
