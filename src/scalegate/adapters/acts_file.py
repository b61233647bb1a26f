"""Files of attestations and risk statements, as people write them.

For: the composition root. Does not know: who may do what, the record.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from scalegate.adapters.yaml_scan import locate, read_yaml
from scalegate.decision.dossier import Attestation, RiskStatement
from scalegate.errors import Finding, InputError
from scalegate.shape import ShapeError, decode


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
class Acts:
    """What a file asks to be recorded."""

    attestations: tuple[Attestation, ...] = ()
    risk_statements: tuple[RiskStatement, ...] = ()


def read_acts(path: Path) -> Acts:
    """Read one file of either kind. Raises InputError with every finding."""
    try:
        text = path.read_bytes()
    except OSError as error:
        raise InputError(Finding(where=path.name, what=f"cannot be read: {error.strerror}")) from None
    document = read_yaml(text, path.name)
    try:
        file = decode(AttestationsFile | RiskStatementsFile, document.data)  # type: ignore[arg-type]
    except ShapeError as error:
        raise InputError(*locate(error.faults, document.spans, path.name)) from None
    if isinstance(file, AttestationsFile):
        return Acts(attestations=file.attestations)
    assert isinstance(file, RiskStatementsFile)
    return Acts(risk_statements=file.risk_statements)
