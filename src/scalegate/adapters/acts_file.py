"""Files of what people did and saw, as they write them: attestations, duties, findings, the ledger, progress, events.

For: the composition root. Does not know: who may do what, the record.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from scalegate.adapters.plain_file import read_plain
from scalegate.adapters.yaml_scan import MAX_BYTES, locate, read_yaml
from scalegate.decision.dossier import Attestation, DutyDone, RiskStatement, ScopeFinding
from scalegate.errors import Finding, InputError
from scalegate.procedure.acts import Acts
from scalegate.record.happening import Event, TrainingProgress
from scalegate.shape import ShapeError, decode
from scalegate.verdict.ledger import Control, Effort, Exposure, Miss, Proposal, ProposalAnswer


@dataclass(frozen=True, kw_only=True)
class AttestationsFile:
    """Efficacy tests of protections (D3)."""

    schema: Literal["scalegate.attestations/1"]
    attestations: tuple[Attestation, ...]


@dataclass(frozen=True, kw_only=True)
class RiskStatementsFile:
    """Risk statements (D14)."""

    schema: Literal["scalegate.risk-statements/1"]
    risk_statements: tuple[RiskStatement, ...]


@dataclass(frozen=True, kw_only=True)
class DutiesFile:
    """Duties of alert cases that were done (V6)."""

    schema: Literal["scalegate.duties/1"]
    duties_done: tuple[DutyDone, ...]


@dataclass(frozen=True, kw_only=True)
class ScopeFindingsFile:
    """Findings that subjects are out of scope (S4)."""

    schema: Literal["scalegate.scope-findings/1"]
    scope_findings: tuple[ScopeFinding, ...]


@dataclass(frozen=True, kw_only=True)
class LedgerFile:
    """The elicitation ledger: effort, controls and exposures (V4), misses (B2), threat models of outsiders."""

    schema: Literal["scalegate.ledger/1"]
    efforts: tuple[Effort, ...] = ()
    controls: tuple[Control, ...] = ()
    exposures: tuple[Exposure, ...] = ()
    misses: tuple[Miss, ...] = ()
    proposals: tuple[Proposal, ...] = ()
    answers: tuple[ProposalAnswer, ...] = ()


@dataclass(frozen=True, kw_only=True)
class TrainingProgressFile:
    """How far training runs had come (D5)."""

    schema: Literal["scalegate.training-progress/1"]
    training_progress: tuple[TrainingProgress, ...]


@dataclass(frozen=True, kw_only=True)
class EventsFile:
    """Events that end what earlier evidence could clear (V7)."""

    schema: Literal["scalegate.events/1"]
    events: tuple[Event, ...]


ActsFile = (
    AttestationsFile
    | RiskStatementsFile
    | DutiesFile
    | ScopeFindingsFile
    | LedgerFile
    | TrainingProgressFile
    | EventsFile
)


def read_acts(path: Path) -> Acts:
    """Read one file of any of the kinds. Raises InputError with every finding."""
    try:
        text = read_plain(path, MAX_BYTES)
    except OSError as error:
        raise InputError(Finding(where=path.name, what=f"cannot be read: {error.strerror}")) from None
    document = read_yaml(text, path.name)
    try:
        file: ActsFile = decode(ActsFile, document.data)  # type: ignore[arg-type]
    except ShapeError as error:
        raise InputError(*locate(error.faults, document.spans, path.name)) from None
    match file:
        case AttestationsFile():
            return Acts(attestations=file.attestations)
        case RiskStatementsFile():
            return Acts(risk_statements=file.risk_statements)
        case DutiesFile():
            return Acts(duties_done=file.duties_done)
        case ScopeFindingsFile():
            return Acts(scope_findings=file.scope_findings)
        case LedgerFile():
            parts = (file.efforts, file.controls, file.exposures, file.misses, file.proposals, file.answers)
            return Acts(ledger=tuple(item for part in parts for item in part))
        case TrainingProgressFile():
            return Acts(training_progress=file.training_progress)
        case EventsFile():
            return Acts(events=file.events)
