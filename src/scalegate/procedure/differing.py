"""What changed between two versions of a policy, with the places of both files.

For: `policy diff`, and whoever decides whether a change may be put in force. Does not know: how files are read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from scalegate.errors import Finding, InputError
from scalegate.policy.document import PolicyDocument
from scalegate.policy.file import Locate
from scalegate.procedure.workspace import PolicyFile
from scalegate.quantity import Digest
from scalegate.revision.change import Category, Outcome, Revision
from scalegate.revision.compare import Comparison, Version, compare
from scalegate.shape import Fault, Path, dotted


@dataclass(frozen=True, kw_only=True)
class PlacedPolicy:
    """A policy, and where each part of it stands.

    Attributes:
        name: the file as it was named, or `record` for the policy in force.
        file: what came of reading it.
        locate: as for `policy.file.parse_policy`.
    """

    name: str
    file: PolicyFile
    locate: Locate

    def where(self, path: Path | None) -> str:
        """`file:line:column` of a part; empty for None."""
        if path is None:
            return ""
        (found,) = self.locate((Fault(path=path, what="here"),))
        return found.where

    def version(self) -> Version:
        """Raises InputError when the file cannot be read."""
        if self.file.document is None or self.file.digest is None:
            raise InputError(*self.file.findings)
        return Version(document=self.file.document, digest=self.file.digest)


@dataclass(frozen=True, kw_only=True)
class Difference:
    """A comparison, and the two files that it compares."""

    old: PlacedPolicy
    new: PlacedPolicy
    comparison: Comparison

    def findings(self) -> tuple[Finding, ...]:
        """What relaxes the policy, what the changelog does not name, and what is wrong with the account."""
        return tuple(self._findings())

    def _findings(self) -> Iterator[Finding]:
        for revision in self.comparison.revisions:
            if revision.outcome.relaxes or revision.silent:
                yield self._finding(revision)
        for change in self.comparison.gate or ():
            if change.relaxes:
                what = f"{change.permission}: {change.new} where it was {change.old}: {change.words}"
                yield Finding(where=self.new.name, what=what, rule=", ".join(change.held_by), blocks_reading=False)
        for fault in self.comparison.faults:
            where, path = self.new.where(fault.place), dotted(fault.place)
            yield Finding(where=where, path=path, what=fault.what, mend=fault.mend, rule="D11", blocks_reading=False)

    def _finding(self, revision: Revision) -> Finding:
        untold = ", and the changelog does not name it" if revision.silent else ""
        return Finding(
            where=self.where(revision),
            path=revision.place,
            what=f"{revision.outcome}: {said(revision)}: {revision.weighed.why}{untold}",
            mend=f"name {revision.place} in the changelog" if revision.silent else "",
            rule=revision.rule,
            blocks_reading=False,
        )

    def by_outcome(self) -> dict[str, tuple[Revision, ...]]:
        """The differences under what became of each, gravest first; empty where there are none."""
        return {o.value: tuple(r for r in self.comparison.revisions if r.outcome is o) for o in Outcome}

    def by_category(self) -> dict[str, dict[str, int]]:
        """How many differences of each category had each outcome; without those that are not there."""
        counted = Counter((r.category, r.outcome) for r in self.comparison.revisions)
        found = {c.value: {o.value: counted[c, o] for o in Outcome if counted[c, o]} for c in Category}
        return {category: outcomes for category, outcomes in found.items() if outcomes}

    def where(self, revision: Revision) -> str:
        """In the new file, or in the old one for what is gone."""
        return self.new.where(revision.after) or self.old.where(revision.before)


def said(revision: Revision, most: int = 160) -> str:
    """Both sides of a difference in one line."""
    old, new = (text if len(text) <= most else f"{text[: most - 1]}…" for text in (revision.old, revision.new))
    if revision.outcome is Outcome.RELOCATED and old == new:
        return old
    return f"{old or 'nothing'} -> {new or 'nothing'}"


def differ(old: PlacedPolicy, new: PlacedPolicy) -> Difference:
    """Compare two policies.

    Raises:
        InputError: with the findings of a file that cannot be read.
    """
    return Difference(old=old, new=new, comparison=compare(old.version(), new.version()))


def in_force(document: PolicyDocument, digest: Digest) -> PlacedPolicy:
    """The policy in force: in the record it has no lines."""

    def locate(faults: tuple[Fault, ...]) -> tuple[Finding, ...]:
        return tuple(Finding(where="record", path=dotted(f.path), what=f.what, mend=f.mend) for f in faults)

    file = PolicyFile(document=document, digest=digest, findings=())
    return PlacedPolicy(name="record", file=file, locate=locate)
