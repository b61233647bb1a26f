"""The value `Decision`: one answer for one permission, with every reason.

For: record, publication, verifier, procedure. Does not know: how verdicts come about.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from scalegate.policy.document import Permission
from scalegate.quantity import Compute, Digest, Identifier


@dataclass(frozen=True, kw_only=True)
class Blocker:
    """One reason why a permission is held, and who can clear it (D8).

    `waivable` says whether a waiver may reach this blocker at all (D12). `document` names one of several documents in
    force: the one that it is a reason of, in an answer of all; another one that holds, in a decision under one.
    """

    rule: str
    why: str
    limit: str = ""
    protection: str = ""
    cleared_by: tuple[Identifier, ...] = ()
    waivable: bool = False
    document: str = ""


class Ground(StrEnum):
    """What kind of thing a decision rests on (D8)."""

    VERDICT = "verdict"
    PROTECTION = "protection"
    ASSUMPTION = "assumption"
    BLIND_SPOT = "blind_spot"
    WAIVER = "waiver"
    FINDING = "finding"
    RISK_STATEMENT = "risk_statement"


@dataclass(frozen=True, kw_only=True)
class RestsOn:
    """One thing a decision rests on; the decision lapses when it does. `document` as with a blocker."""

    ground: Ground
    id: str
    what: str
    digest: Digest | None = None
    until: datetime | None = None
    document: str = ""


@dataclass(frozen=True, kw_only=True)
class NotTested:
    """One thing that was not tested, and why that matters (invariant 1). `document` as with a blocker."""

    threat_model: str
    why: str
    document: str = ""


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is asked: may this subject, in this configuration and mode, have this permission now?

    Attributes:
        opaque: the identity is only a provider's name (no STORE, no RELEASE_WEIGHTS).
        effective_compute: now; needed for TRAIN.
        assessed_compute: effective compute at which this run's latest assessment was made; None for none.
        best_assessed_compute: effective compute of the most capable model that the developer has itself
            assessed without a crossing (D4); None for none.
        assessed_at: when the evidence of the latest assessment was collected; None for none.
        widening: the mode or configuration was not granted before (V6).
        event_since: for TRAIN, the first event since that evidence was collected, in words (D5); empty for none.
    """

    model: Identifier
    subject: str
    configuration: Identifier
    permission: Permission
    mode: str
    as_of: datetime
    policy: Digest
    opaque: bool
    effective_compute: Compute | None = None
    assessed_compute: Compute | None = None
    best_assessed_compute: Compute | None = None
    assessed_at: datetime | None = None
    widening: bool = True
    event_since: str = ""


@dataclass(frozen=True, kw_only=True)
class Decision:
    """The answer (D8). `granted` means that the policy does not forbid it now, nothing more.

    With several documents in force each has a decision of its own, which says what all come to (D1, `together.py`).

    Attributes:
        waived_until: set when every blocker is under a waiver in force: still held (D12).
        lapses_at, lapses_because: when a grant ends at the latest, and what ends it (D9).
        compute_cap: for TRAIN, the effective compute at which the lease ends.
        rules: the rules that were applied, for the reader.
    """

    question: Question
    granted: bool
    waived_until: datetime | None = None
    blockers: tuple[Blocker, ...] = ()
    rests_on: tuple[RestsOn, ...] = ()
    not_tested: tuple[NotTested, ...] = ()
    lapses_at: datetime | None = None
    lapses_because: str = ""
    compute_cap: Compute | None = None
    out_of_scope: str = ""

    @property
    def outcome(self) -> str:
        """`GRANTED`, `HELD`, or `HELD, WAIVED UNTIL …`; there is no other word (V10, D12)."""
        if self.granted:
            return "GRANTED"
        return f"HELD, WAIVED UNTIL {self.waived_until:%Y-%m-%d}" if self.waived_until else "HELD"
