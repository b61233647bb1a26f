"""Entries as values: the common head, and the body of each type.

For: procedure, verifier, publication. Does not know: bytes (codec.py), storage, keys.

A body is a frozen dataclass of the room that owns its meaning. A type that is not listed in `BODIES` is
refused by name, so that a newer record is never half understood.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from scalegate.decision.decision import Decision
from scalegate.decision.dossier import (
    Attestation,
    DutyDone,
    Pause,
    RiskStatement,
    ScopeFinding,
    Waiver,
)
from scalegate.evidence.flag import FlagCheck as FlagCheck
from scalegate.evidence.run import RunManifest
from scalegate.policy.document import PolicyDocument
from scalegate.quantity import Compute, Digest, Identifier
from scalegate.record.happening import Event, TrainingProgress
from scalegate.verdict.ledger import Control, Effort, Exposure, Miss, Proposal, ProposalAnswer
from scalegate.verdict.verdict import Verdict

FIRST_DOCUMENT = Identifier("policy")  # what policy.yaml is called; other documents have the names of their files


class EntryKind(StrEnum):
    """The types of entry that this version writes and reads."""

    POLICY_ADOPTED = "policy_adopted"
    PLAN_REGISTERED = "plan_registered"
    RUN_INGESTED = "run_ingested"
    VERDICT = "verdict"
    DECISION = "decision"
    LEASE = "lease"
    PROTECTION_ATTESTED = "protection_attested"
    WAIVER = "waiver"
    RISK_STATEMENT = "risk_statement"
    DUTY_DONE = "duty_done"
    PAUSE = "pause"
    RESUME = "resume"
    DISPOSITION = "disposition"
    SCOPE_FINDING = "scope_finding"
    EFFORT = "effort"
    CONTROL = "control"
    EXPOSURE = "exposure"
    MISS = "miss"
    PROPOSAL = "proposal"
    PROPOSAL_ANSWER = "proposal_answer"
    TRAINING_PROGRESS = "training_progress"
    EVENT = "event"
    FLAG_CHECK = "flag_check"
    FLAG_DISPOSED = "flag_disposed"


@dataclass(frozen=True, kw_only=True)
class PolicyAdopted:
    """A document came into force; `notice` says in words what of the change process was followed (D11).

    `name` is which document of the project it is a version of: several stand in force side by side.
    """

    digest: Digest
    document: PolicyDocument
    replaces: Digest | None
    notice: str
    name: Identifier = FIRST_DOCUMENT


@dataclass(frozen=True, kw_only=True)
class PlanRegistered:
    """A plan, before the run (E6): which suite, for which model and limit, how many attempts."""

    limit: Identifier
    evaluation: Identifier
    model: Identifier
    subject: str
    configuration: Identifier
    suite: Digest
    tasks: int
    attempts_per_task: int
    statistical_power: str = ""


@dataclass(frozen=True, kw_only=True)
class RunIngested:
    """A run became evidence (E1): its address and manifest, and the plan that it was registered under.

    `effective_compute` is the subject's at the time of the run, as models.yaml stated it; None is unknown.
    `suite` and `configuration` are digests of what the files said when the run was ingested (titles and
    containment left out): a suite or a budget that is edited afterwards cannot change what a run clears.
    `amends` is the address of the recorded run that this is another version of; None for new evidence.
    """

    address: Digest
    manifest: RunManifest
    subject: str
    plan: Digest | None = None
    effective_compute: Compute | None = None
    suite: Digest | None = None
    configuration: Digest | None = None
    amends: Digest | None = None


@dataclass(frozen=True, kw_only=True)
class Disposition:
    """A role other than the evaluator disposes of an invalid run (E4)."""

    run: Digest
    reason: str
    by: Identifier
    role: Identifier


@dataclass(frozen=True, kw_only=True)
class FlagDisposed:
    """A role other than the evaluator disposes of a flag, in writing (V5). It lifts that flag and nothing else."""

    flag: Identifier
    reason: str
    by: Identifier
    role: Identifier


@dataclass(frozen=True, kw_only=True)
class Resumed:
    """A pause ended by its quorum (D10)."""

    pause: Identifier
    answer: str
    approvers: tuple[Identifier, ...]


@dataclass(frozen=True, kw_only=True)
class LeaseIssued:
    """A lease was issued on a granted decision (D9)."""

    decision: Digest
    lease: Digest
    ends: datetime


Body = (
    PolicyAdopted | PlanRegistered | RunIngested | Verdict | Decision | LeaseIssued | Attestation | Waiver
    | RiskStatement | DutyDone | Pause | Resumed | Disposition | ScopeFinding
    | Effort | Control | Exposure | Miss | Proposal | ProposalAnswer
    | TrainingProgress | Event
    | FlagCheck | FlagDisposed
)  # fmt: skip

BODIES: dict[EntryKind, type[Body]] = {
    EntryKind.POLICY_ADOPTED: PolicyAdopted,
    EntryKind.PLAN_REGISTERED: PlanRegistered,
    EntryKind.RUN_INGESTED: RunIngested,
    EntryKind.VERDICT: Verdict,
    EntryKind.DECISION: Decision,
    EntryKind.LEASE: LeaseIssued,
    EntryKind.PROTECTION_ATTESTED: Attestation,
    EntryKind.WAIVER: Waiver,
    EntryKind.RISK_STATEMENT: RiskStatement,
    EntryKind.DUTY_DONE: DutyDone,
    EntryKind.PAUSE: Pause,
    EntryKind.RESUME: Resumed,
    EntryKind.DISPOSITION: Disposition,
    EntryKind.SCOPE_FINDING: ScopeFinding,
    EntryKind.EFFORT: Effort,
    EntryKind.CONTROL: Control,
    EntryKind.EXPOSURE: Exposure,
    EntryKind.MISS: Miss,
    EntryKind.PROPOSAL: Proposal,
    EntryKind.PROPOSAL_ANSWER: ProposalAnswer,
    EntryKind.TRAINING_PROGRESS: TrainingProgress,
    EntryKind.EVENT: Event,
    EntryKind.FLAG_CHECK: FlagCheck,
    EntryKind.FLAG_DISPOSED: FlagDisposed,
}


@dataclass(frozen=True, kw_only=True)
class Seen:
    """The log head that the issuer had seen: the entry was not made earlier than that head."""

    size: int
    root: Digest


@dataclass(frozen=True, kw_only=True)
class Head:
    """What every entry says about itself.

    `stream`, `sequence` and `previous` are dense, so that a missing entry shows even to somebody who holds
    only that stream; `log` and `policy` stop an entry from being replayed elsewhere. `issued_at` is a claim.
    """

    log: str
    stream: str
    sequence: int
    previous: Digest | None
    policy: Digest | None
    issuer: Identifier
    role: Identifier
    issued_at: datetime
    seen: Seen


@dataclass(frozen=True, kw_only=True)
class About:
    """What an entry is about, by name and digest: the in-toto subject."""

    name: str
    digest: Digest


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One entry of the record."""

    kind: EntryKind
    head: Head
    about: About
    body: Body
