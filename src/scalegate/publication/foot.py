"""What a page says about the record that it was made from.

For: whoever publishes, who fills it from the log. Does not know: storage, keys, how a log is checked.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from scalegate.decision.dossier import Waiver
from scalegate.policy.document import PolicyDocument
from scalegate.publication.words import PERMISSIONS, count, format_date
from scalegate.quantity import Digest
from scalegate.verdict.ledger import Proposal


@dataclass(frozen=True, kw_only=True)
class RecordFoot:
    """The state of the record at the moment of publication.

    Attributes:
        origin: the log's name; size, root: of the signed head that the page was made at.
        checkpoint: the signed note, as text of several lines; empty when there is none.
        key_parties: how many distinct parties hold a key that has signed something in the record.
        outside_witnesses: how many of them are independent witnesses of the log.
        times_held, times_granted, times_waived: answers of the gate over the whole record.
        invalid_runs: recorded runs that can clear nothing, over the whole record.
        waivers: every recorded waiver, ended ones too.
        proposals: every threat model that outsiders have brought in; `answered`: ids of those with an answer.
        misses: claims that were contradicted later (B2).
    """

    origin: str
    size: int
    root: Digest | str
    policy_digest: Digest
    checkpoint: str = ""
    key_parties: int = 0
    outside_witnesses: int = 0
    demo_keys: bool = False
    times_held: int = 0
    times_granted: int = 0
    times_waived: int = 0
    invalid_runs: int = 0
    waivers: tuple[Waiver, ...] = ()
    proposals: tuple[Proposal, ...] = ()
    answered: frozenset[str] = frozenset()
    misses: int = 0


@dataclass(frozen=True, kw_only=True)
class WaiverLine:
    """A recorded departure from the policy."""

    id: str
    subject: str
    permission: str
    limit: str
    reason: str
    approvers: str
    since: str
    until: str
    state: str


@dataclass(frozen=True, kw_only=True)
class FootPage:
    """The foot: policy, record, keys, and how to check them."""

    policy_title: str
    policy_version: str
    policy_digest: str
    origin: str
    size: int
    root: str
    checkpoint: str
    keys: str
    witnesses: str
    max_lease: str
    verify: str


def gate_words(foot: RecordFoot) -> str:
    """How often the gate has answered what, in a sentence."""
    asked = foot.times_held + foot.times_granted + foot.times_waived
    if not asked:
        return "The record holds no answer of the gate."
    return (
        f"In this record the gate has answered {count(asked, 'time')}: it said no {count(foot.times_held, 'time')}, "
        f"granted {count(foot.times_granted, 'time')}, and held under a waiver {count(foot.times_waived, 'time')}."
    )


def waiver_line(policy: PolicyDocument, waiver: Waiver, as_of: datetime) -> WaiverLine:
    """A waiver, and whether it is in force at `as_of`."""
    limit = policy.limits.get(waiver.limit)
    return WaiverLine(
        id=waiver.id,
        subject=waiver.subject,
        permission=PERMISSIONS[waiver.permission][0],
        limit=limit.title if limit else str(waiver.limit),
        reason=waiver.reason,
        approvers=", ".join(f"{a.principal} ({a.role})" for a in waiver.approvers),
        since=format_date(waiver.since),
        until=format_date(waiver.until),
        state="not begun" if as_of < waiver.since else "in force" if as_of < waiver.until else "ended",
    )


def foot_page(policy: PolicyDocument, foot: RecordFoot) -> FootPage:
    """The foot in words."""
    outside = foot.outside_witnesses
    lone = "outside witnesses: 0 → shows order and integrity, not independence"
    return FootPage(
        policy_title=policy.title,
        policy_version=policy.version,
        policy_digest=str(foot.policy_digest),
        origin=foot.origin,
        size=foot.size,
        root=str(foot.root),
        checkpoint=foot.checkpoint,
        keys=f"parties holding keys: {foot.key_parties}",
        witnesses=lone if outside == 0 else f"outside witnesses: {outside}",
        max_lease=f"{policy.response.max_lease}: the longest that a grant outlives a pause which its holder cannot see",
        verify="scalegate log verify",
    )
