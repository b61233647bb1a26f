"""What happens to subjects between assessments, as bodies of entries: progress of training, and events (D5, V7).

For: entries, obligations, procedure. Does not know: what follows from them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from scalegate.decision.dossier import Approver
from scalegate.quantity import Compute, Identifier

EVERYTHING = "*"

# V7 names these whatever a policy lists; a policy may write them with underscores.
ALWAYS_EVENTS = ("new-tool", "fine-tuning-access", "better-elicitation", "incident", "miss")


def is_event_of(name: str, listed: tuple[Identifier, ...]) -> bool:
    """Whether a policy that lists these events, or V7 itself, knows the event."""
    return name in listed or name.replace("_", "-") in ALWAYS_EVENTS


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that ends what earlier evidence could clear (V7).

    Attributes:
        event: an id of the policy's `evaluation.triggers.events`, or one that V7 names itself.
        subject: whose evidence it ends, or `*`; descendants of the subject are concerned too.
        model: the subject's label, for the reader; empty for `*`.
        evaluation: the only one concerned; None for all of them.
        at: when it happened.
        what: in words that will be published.
        by: who says so.
    """

    event: Identifier
    subject: str = ""
    model: str = ""
    evaluation: Identifier | None = None
    at: datetime
    what: str
    by: Approver


class Method(StrEnum):
    """How an effective compute was found (docs/estimates.md)."""

    SIX_N_D = "six_n_d"
    MEASURED_LOSS = "measured_loss"
    STATED = "stated"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class Phase:
    """One phase of training: so many parameters on so many tokens, each at least 1.

    Attributes:
        after_loss: it came after the measured loss, as post-training does; counted on top of it.
    """

    name: Identifier
    parameters: int
    tokens: int
    after_loss: bool = False


@dataclass(frozen=True, kw_only=True)
class Inherited:
    """A parent or a teacher, and its effective compute; None is unknown, and makes the run's unknown (S4)."""

    model: Identifier
    effective_compute: Compute | None = None


@dataclass(frozen=True, kw_only=True)
class LossRung:
    """One rung of the loss curve of the recipe without improvements."""

    compute: Compute
    loss: Decimal


@dataclass(frozen=True, kw_only=True)
class MeasuredLoss:
    """The run's loss, and the curve that it is read against."""

    loss: Decimal
    ladder: tuple[LossRung, ...]


@dataclass(frozen=True, kw_only=True)
class TrainingProgress:
    """How far a training run had come (D5).

    Attributes:
        model, subject: the run by its label and its subject.
        step: the optimiser step, from 0.
        phases, inherited, loss: what the effective compute was found from.
        effective_compute: parents and teachers included; None is unknown, and stays in scope.
        method: how it was found.
        measured_at: when the run stood there.
        by: who says so.
    """

    model: Identifier
    subject: str = ""
    step: int
    phases: tuple[Phase, ...] = ()
    inherited: tuple[Inherited, ...] = ()
    loss: MeasuredLoss | None = None
    effective_compute: Compute | None = None
    method: Method = Method.UNKNOWN
    measured_at: datetime
    by: Approver
