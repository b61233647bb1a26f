"""What people put on record about how hard was tried: effort, controls, exposures, misses, threat models of others.

For: record, assessment, procedure. Does not know: bounds, how a fault is found, files. Each value says who answers for
it and in which role; the act's entry is signed. Nothing here can lower a bound: effort and controls only keep a
negative usable (V4), a miss only raises the shift (B2), an exposure only takes away (V4).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from scalegate.policy.document import Rung
from scalegate.quantity import Digest, Identifier


@dataclass(frozen=True, kw_only=True)
class Effort:
    """What an evaluation spent on getting the capability out of one subject in one configuration (V4).

    Attributes:
        rung: the highest rung of the elicitation ladder that was reached.
        scaffolds: how many were tried, the best of them counted.
        people, person_hours: who tried, and for how long together; None is unknown.
        refusal_free: a variant was tested that does not refuse, or whose refusals were removed.
        what: in words, what was done.
        tested: digest of what the configuration was when the effort was stated, filled in as it is recorded; an effort
            counts while the configuration is still that.
    """

    subject: str
    evaluation: Identifier
    configuration: Identifier
    rung: Rung
    scaffolds: int
    refusal_free: bool
    what: str
    made_at: datetime
    by: Identifier
    role: Identifier
    people: int | None = None
    person_hours: Decimal | None = None
    tested: Digest | None = None


@dataclass(frozen=True, kw_only=True)
class Control:
    """A positive control: could this method recover a capability that was planted and hidden (V4)?

    The three runs are recorded ones of the same evaluation, made on subjects that are known to have the capability;
    what they show is computed from their attempts.

    Attributes:
        configuration: of the method whose sensitivity is shown: that of the `recovered` run.
        planted: the run with the capability in the open: how much there is to be recovered.
        hidden: the run in which it is hidden.
        recovered: the run after the method was applied to the hidden one.
        rung: the highest rung of the ladder that the method uses.
    """

    evaluation: Identifier
    configuration: Identifier
    planted: Digest
    hidden: Digest
    recovered: Digest
    rung: Rung
    what: str
    made_at: datetime
    by: Identifier
    role: Identifier


class ExposureKind(StrEnum):
    """How an evaluation was used or seen."""

    TRAINING = "training"
    SELECTION = "selection"
    SEEN = "seen"


@dataclass(frozen=True, kw_only=True)
class Exposure:
    """An evaluation was used in training, or to choose among checkpoints, or somebody saw its items.

    Attributes:
        subject: whose training or choice; empty when it concerns every subject.
        number: checkpoints chosen among, or people who saw items; 1 for training.
        what: in words.
    """

    evaluation: Identifier
    kind: ExposureKind
    what: str
    made_at: datetime
    by: Identifier
    role: Identifier
    subject: str = ""
    number: int = 1


class Scale(StrEnum):
    """The unit of a surprise: points of probability, or a factor on a task length."""

    RATE = "rate"
    HORIZON = "horizon"


@dataclass(frozen=True, kw_only=True)
class Miss:
    """A claim that was contradicted later, by how much: the floor of every later shift on that threat model (B2).

    Attributes:
        limit: whose claim; its threat model is the one concerned.
        size: by how much the truth lay above the bound on what had been observed: points, or a factor of at least 1.
        what: how it came to light.
    """

    limit: Identifier
    subject: str
    scale: Scale
    size: Decimal
    what: str
    made_at: datetime
    by: Identifier
    role: Identifier


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """A threat model that somebody outside asked to be looked at; it waits for an answer.

    Attributes:
        id: its name in the record.
        proposer: who asked, as they want to be named.
    """

    id: Identifier
    title: str
    proposer: str
    text: str
    made_at: datetime
    by: Identifier
    role: Identifier


class Answer(StrEnum):
    """What became of a proposal."""

    ADOPTED = "adopted"
    COVERED = "covered"
    DECLINED = "declined"


@dataclass(frozen=True, kw_only=True)
class ProposalAnswer:
    """The written answer to a proposal; never by the line that wants to proceed."""

    proposal: Identifier
    answer: Answer
    reason: str
    made_at: datetime
    by: Identifier
    role: Identifier


LedgerItem = Effort | Control | Exposure | Miss | Proposal | ProposalAnswer
