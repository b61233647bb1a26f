"""The one error family, and the findings that errors carry.

For: every room. Does not know: anything of the field, files, or how a message is shown.

Two kinds of wrong exist. Bad input raises a member of the `ScalegateError` family that says where and
what to mend. A bug of our own fails an `assert` and ends as exit status 3.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing wrong with an input, and how to mend it.

    Attributes:
        where: file, or `file:line:column`; empty when the input has no name.
        path: dotted path inside the input (`limits.week.observations.horizon.alert`); may be empty.
        what: what is wrong, a short clause without a full stop.
        mend: what to write or do instead; empty when nothing helps.
        rule: the rule of the semantics that this breaks (`L1`, `D2`), or empty.
        blocks_reading: True when the input cannot even be read; False when it can be read but not adopted.
    """

    where: str = ""
    path: str = ""
    what: str
    mend: str = ""
    rule: str = ""
    blocks_reading: bool = True

    def __str__(self) -> str:
        head = ": ".join(part for part in (self.where, self.path) if part)
        rule = f" [{self.rule}]" if self.rule else ""
        mend = f" -> {self.mend}" if self.mend else ""
        return f"{head + ': ' if head else ''}{self.what}{rule}{mend}"


class ScalegateError(Exception):
    """Base of every error that bad input or a bad state of the world can cause."""

    exit_status = 2

    def __init__(self, *findings: Finding | str) -> None:
        self.findings = tuple(f if isinstance(f, Finding) else Finding(what=f) for f in findings)
        super().__init__("\n".join(str(f) for f in self.findings))


class InputError(ScalegateError):
    """An input is wrong; the findings name file, line, path and what to mend."""


class UsageError(ScalegateError):
    """The call itself is wrong: an unknown model, a missing argument, a missing extra."""


class RecordError(ScalegateError):
    """The record cannot be trusted: damaged, tampered with, or unreachable."""

    exit_status = 3


class RefusedError(ScalegateError):
    """An act that the rules forbid: it is answered as a hold."""

    exit_status = 1
