"""One thing owed, as a value: when, what, by which role, about what, and where it stands.

For: the other modules of this room, procedure, faces. Does not know: the record, clocks.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from scalegate.quantity import Compute, Digest
from scalegate.record.canonical import digest_of


class Kind(StrEnum):
    """What is owed."""

    EVALUATION = "evaluation"
    FIRST_EVALUATION = "first_evaluation"
    CLAIM = "claim"
    PLAN = "plan"
    PROTECTION = "protection"
    BLIND_SPOT = "blind_spot"
    SCOPE_FINDING = "scope_finding"
    ALERT_DUTY = "alert_duty"
    PAUSE_REVIEW = "pause_review"
    PROPOSAL = "proposal"
    ROLE = "role"
    POLICY_REVIEW = "policy_review"
    WATCH_REVIEW = "watch_review"
    ACTION = "action"
    COMMITMENT = "commitment"


class State(StrEnum):
    """Where it stands. Nothing that is owed turns into nothing by the passing of time.

    - `owed`: not met, and not due yet;
    - `late`: past its due point and not met;
    - `missed`: so late that a whole further interval has passed, or that it can no longer be met;
    - `met`, `met_late`: met in time, or after its due point, which stays visible;
    - `waived`: late, under a waiver in force: still held, and still counted as late (D12);
    - `unverifiable`: the record does not hold what it takes to tell.
    """

    OWED = "owed"
    LATE = "late"
    MISSED = "missed"
    MET = "met"
    MET_LATE = "met_late"
    WAIVED = "waived"
    UNVERIFIABLE = "unverifiable"

    @property
    def met(self) -> bool:
        return self in (State.MET, State.MET_LATE)

    @property
    def late(self) -> bool:
        return self in (State.LATE, State.MISSED, State.WAIVED)


@dataclass(frozen=True, kw_only=True)
class Obligation:
    """One thing owed.

    Attributes:
        key: what makes it this obligation and no other, whatever the time; never its state or its due point.
        at: when it is due: by the calendar, an event, or the day on which recorded compute passed its due point.
        what, role, about: what has to be done, who has to do it, and about what.
        why: what made it due, by how much it was late, or what cannot be told; may be empty.
        at_compute: the effective compute at which it is due, whichever comes first; None where none is known.
        met_at: when it was met; None while it is not.
        subject, limit: what it concerns, where it concerns one.
        document: under which it is owed, where several are in force.
    """

    kind: Kind
    key: tuple[str, ...]
    at: datetime
    what: str
    role: str
    about: str
    state: State
    why: str = ""
    at_compute: Compute | None = None
    met_at: datetime | None = None
    subject: str = ""
    limit: str = ""
    document: str = ""

    @property
    def late(self) -> bool:
        return self.state.late

    @property
    def id(self) -> Digest:
        """The same for the same obligation on every day: what a calendar knows it by."""
        return digest_of([self.kind.value, *self.key])


def state_at(due: datetime, now: datetime, met: datetime | None, lost: datetime | None = None) -> State:
    """Where an obligation stands; at its due point it is late unless it is met.

    Args:
        met: when it was met; None if it was not, and what is to come meets nothing yet.
        lost: from when on it counts as missed; None for never.
    """
    if met is not None and met <= now:
        return State.MET if met <= due else State.MET_LATE
    if now < due:
        return State.OWED
    return State.MISSED if lost is not None and now >= lost else State.LATE
