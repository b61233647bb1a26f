"""Which promises of a policy somebody can sign as done, who may, and which entries say so.

For: the other modules of this room; the act of recording and the verifier, which must allow the same. Does not know:
clocks, whether what was signed is true: a signature by whoever owes it is all that the record can show.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from scalegate.decision.dossier import DutyDone
from scalegate.policy.document import PolicyDocument
from scalegate.record.view import RecordView

POLICY_REVIEW = "policy:review"


def commitment_id(name: str) -> str:
    """What an entry calls a commitment in words."""
    return f"commitment:{name}"


def watch_id(name: str) -> str:
    """What an entry calls the review of a capability that is followed without a limit."""
    return f"watch:{name}"


def signers(policy: PolicyDocument) -> dict[str, str]:
    """The role that may sign each promise, by the id that an entry gives it; alert duties come first (V6)."""
    found: dict[str, str] = {duty.id: duty.role for duty in policy.response.alert_duties}
    for action in policy.response.actions:
        found.setdefault(action.id, action.role)
    for name, commitment in policy.commitments.items():
        if commitment.owner is not None:
            found[commitment_id(name)] = commitment.owner
    found |= {watch_id(name): watched.role for name, watched in policy.watch_list.items()}
    return found | {POLICY_REVIEW: policy.accountability.officer}


def signed(policy: PolicyDocument, view: RecordView, promise: str, now: datetime) -> Iterator[DutyDone]:
    """Entries up to now by which a holder of the right role says that it was done."""
    role = signers(policy).get(promise)
    for done in view.duties_done:
        if role is not None and (done.duty, done.by.role) == (promise, role) and done.at <= now:
            known = policy.roles.get(role)
            if known is not None and done.by.principal in known.holders:
                yield done
