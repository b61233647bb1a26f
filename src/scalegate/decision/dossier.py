"""Everything recorded that a decision may rest on, as values.

For: the decision function, record, procedure. Does not know: where the values were recorded.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from scalegate.policy.document import Permission
from scalegate.quantity import Digest, Identifier, Probability
from scalegate.verdict.ledger import Proposal
from scalegate.verdict.verdict import Verdict


@dataclass(frozen=True, kw_only=True)
class Approver:
    """A person acting in a role."""

    principal: Identifier
    role: Identifier


@dataclass(frozen=True, kw_only=True)
class Attestation:
    """A protection's efficacy was measured and approved (D3).

    `rests_on_capability_evaluation` marks evidence that D3 does not accept.
    """

    protection: Identifier
    measured: Decimal
    tested_at: datetime
    evidence: Digest
    approved: Approver
    note: str = ""
    rests_on_capability_evaluation: bool = False


@dataclass(frozen=True, kw_only=True)
class Waiver:
    """A recorded departure for one subject, permission and limit (D12)."""

    id: Identifier
    subject: str
    permission: Permission
    limit: Identifier
    approvers: tuple[Approver, ...]
    reason: str
    since: datetime
    until: datetime
    renews: Identifier | None = None


@dataclass(frozen=True, kw_only=True)
class Credence:
    """One author's belief that the event happens; None means `unknown` (D14)."""

    author: Identifier
    credence: Probability | None


@dataclass(frozen=True, kw_only=True)
class RiskStatement:
    """What named authors believe before a grant on a limit that counts as crossed (D14)."""

    subject: str
    limit: Identifier
    event: str
    horizon: datetime
    credences: tuple[Credence, ...]
    made_at: datetime


@dataclass(frozen=True, kw_only=True)
class Pause:
    """A pause by one person (D10); `scope` is a subject, a permission, or `*`.

    `document` is the one under which the person paused, and whose quorum resumes; empty for the first.
    """

    id: Identifier
    scope: str
    reason: str
    by: Approver
    at: datetime
    resumed: bool = False
    document: str = ""


@dataclass(frozen=True, kw_only=True)
class DutyDone:
    """Whoever owed it says that it was done: a duty of an alert case (V6), or another promise of the policy.

    Attributes:
        duty: id of an alert duty or of a response action; `commitment:ID`, `watch:ID` or `policy:review`.
        subject, limit: those of the alert case, or of what called for the action; absent where there is none.
        about: what else called for it: a pause or a protection, by its id; empty for nothing.
    """

    duty: Identifier
    subject: str = ""
    limit: Identifier | None = None
    by: Approver
    at: datetime
    about: str = ""


@dataclass(frozen=True, kw_only=True)
class AlertCase:
    """An open alert: since when, for which subject and limit, and in which configuration; empty for any (V6)."""

    subject: str
    limit: Identifier
    since: datetime
    configuration: str = ""


@dataclass(frozen=True, kw_only=True)
class ScopeFinding:
    """A recorded, expiring finding on measured facts that a subject is out of scope (S4).

    Without `made_at` it counts for nothing: it lasts one calendar interval of the policy at most.
    """

    id: Identifier
    subject: str
    facts: str
    by: Approver
    until: datetime
    made_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Dossier:
    """What is recorded about the subject when a decision is asked for.

    `verdicts` are those of every configuration of the subject; `stale` names the (configuration, limit) pairs,
    written with a slash, whose verdict was made before the last change of evidence (E1). `proposals` are threat models
    of outsiders that nobody has answered yet.
    """

    verdicts: tuple[Verdict, ...] = ()
    attestations: tuple[Attestation, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    risk_statements: tuple[RiskStatement, ...] = ()
    pauses: tuple[Pause, ...] = ()
    duties_done: tuple[DutyDone, ...] = ()
    alert_cases: tuple[AlertCase, ...] = ()
    scope_findings: tuple[ScopeFinding, ...] = ()
    proposals: tuple[Proposal, ...] = ()
    stale: tuple[str, ...] = ()
    digests: dict[str, Digest] = field(default_factory=dict)
