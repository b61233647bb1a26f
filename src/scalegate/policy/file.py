"""From the plain data of a policy file to a document, with every finding at once.

For: `procedure`, which scans the file first. Does not know: YAML, bytes, where the file lies.

A file loads in two grades. *Readable*: it decodes, and `document` is there. *Adoptable*: no finding at all.
Remarks say what follows from the policy and change neither grade.

The scanned file comes as two arguments, plain data and a way to point into the text, so that this module
needs no parser and reads no file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from scalegate.errors import Finding
from scalegate.policy.adoptable import refusals
from scalegate.policy.document import PolicyDocument
from scalegate.policy.objection import Objection
from scalegate.policy.remarks import remarks
from scalegate.shape import Fault, Path, ShapeError, decode

SCHEMA = "scalegate.policy/1"
_PUBLISHED = "scalegate.published-policy/"

Locate = Callable[[tuple[Fault, ...]], tuple[Finding, ...]]
"""Gives each fault its place in the text: one finding for each fault."""


@dataclass(frozen=True, kw_only=True)
class PolicyReading:
    """What came of reading a policy file.

    Attributes:
        document: the policy; None when the file cannot be read.
        findings: everything that is wrong; those with `blocks_reading` keep the file from being read, the
            others from being adopted.
        remarks: what a reader should know about a policy that can be read; nothing here is wrong.
    """

    document: PolicyDocument | None
    findings: tuple[Finding, ...] = ()
    remarks: tuple[Finding, ...] = ()

    @property
    def adoptable(self) -> bool:
        return self.document is not None and not self.findings


def parse_policy(
    data: object, locate: Locate, score_ranges: Mapping[str, tuple[Decimal, Decimal]] | None = None
) -> PolicyReading:
    """Read a policy from plain data; never raises for bad input.

    Args:
        data: dicts, lists and text as a scanner gives them; None for an empty file.
        locate: see `Locate`.
        score_ranges: as for `adoptable.refusals`.
    """
    newer = _other_version(data)
    if newer:
        return PolicyReading(document=None, findings=locate((newer,)))
    try:
        document = decode(PolicyDocument, data)
    except ShapeError as error:
        return PolicyReading(document=None, findings=_unreadable(data, error.faults, locate, score_ranges))
    return PolicyReading(
        document=document,
        findings=_located(refusals(document, score_ranges), locate),
        remarks=_located(remarks(document), locate),
    )


def _other_version(data: object) -> Fault | None:
    """A file of another version is refused by name, not picked apart with the wrong rules."""
    schema = data.get("schema") if isinstance(data, dict) else None
    if not isinstance(schema, str) or schema == SCHEMA or not schema.startswith("scalegate."):
        return None
    if schema.startswith(_PUBLISHED):
        what = f"{schema[:80]} is a published policy: it can be compared, and is never adopted"
        return Fault(
            path=("schema",), what=what, mend="scalegate policy compare; a policy of your own has another schema"
        )
    what = f"this program reads {SCHEMA}, not {schema[:80]}"
    return Fault(path=("schema",), what=what, mend=f"write {SCHEMA}, or use a program that reads {schema[:80]}")


def _unreadable(
    data: object,
    faults: tuple[Fault, ...],
    locate: Locate,
    score_ranges: Mapping[str, tuple[Decimal, Decimal]] | None,
) -> tuple[Finding, ...]:
    """The faults of shape; and, where only unknown keys stand in the way, the refusals behind them too."""
    found = locate(faults)
    try:
        document = decode(
            PolicyDocument,
            _without(data, tuple(f.path for f in faults if f.at_key and f.what.startswith("unknown key"))),
        )
    except ShapeError:
        return found
    return _in_file_order(found + _located(refusals(document, score_ranges), locate))


def _without(data: Any, paths: tuple[Path, ...], here: Path = ()) -> Any:
    """A copy of plain data without the entries at the given paths."""
    if isinstance(data, dict):
        return {k: _without(v, paths, (*here, k)) for k, v in data.items() if (*here, k) not in paths}
    if isinstance(data, list):
        return [_without(v, paths, (*here, i)) for i, v in enumerate(data)]
    return data


def _located(objections: tuple[Objection, ...], locate: Locate) -> tuple[Finding, ...]:
    return _in_file_order(tuple(_place(objection, locate) for objection in objections))


def _place(objection: Objection, locate: Locate) -> Finding:
    (found,) = locate((Fault(path=objection.path, what=objection.what, mend=objection.mend),))
    return replace(found, rule=objection.rule, blocks_reading=False)


def _in_file_order(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    return tuple(sorted(findings, key=lambda finding: _line_and_column(finding.where)))


def _line_and_column(where: str) -> tuple[int, ...]:
    return tuple(int(part) for part in where.split(":")[-2:] if part.isdecimal())
