"""The faults of one file, as they are met: the first ones in full, the others counted.

For: readers. Does not know: formats.
"""

from __future__ import annotations

from scalegate.errors import Finding, InputError

MAX_FINDINGS = 20


class FaultList:
    """Collects findings about one file, so that its reader can go on to the next fault."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._findings: list[Finding] = []
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def add(self, finding: Finding, *, line: int | None = None, path: str = "") -> None:
        """A finding of this file, at a line or at a path inside it."""
        self._count += 1
        if len(self._findings) < MAX_FINDINGS:
            where = self.name if line is None else f"{self.name}:{line}"
            self._findings.append(Finding(where=where, path=path, what=finding.what, mend=finding.mend))

    def raise_any(self) -> None:
        """Raises InputError when there was a fault."""
        if self._count:
            more = self._count - len(self._findings)
            others = [Finding(where=self.name, what=f"and {more} more findings")] if more else []
            raise InputError(*self._findings, *others)
