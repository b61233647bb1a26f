"""What the new document's changelog says of the changes, held against the changes that were found (D11).

For: `compare.py` and `table.py`. Does not know: how a change was found, which way it goes.

A change is named by a path in `at` that is its own path or leads to it. So an entry that says `limits` names every
change of every limit: how much one word accounts for is counted, and shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scalegate.policy.document import ChangelogEntry, PolicyDocument
from scalegate.revision.change import Category, Dimension, Outcome, Revision, Weighed, undecided
from scalegate.revision.meaning import Elsewhere, Entry
from scalegate.shape import Path, dotted

if TYPE_CHECKING:
    from scalegate.revision.walk import Places, Walk

_ENTRY = Entry(
    meaning=Elsewhere(where="here"), category=Category.DISCLOSURE, touches=(Dimension.DISCLOSURE,), rule="D11"
)


def history(walk: Walk, old: PolicyDocument, new: PolicyDocument, at: Places, category: Category) -> Iterator[Revision]:
    """What earlier versions were said to have changed is not rewritten."""
    known = {entry.version: (index, entry) for index, entry in enumerate(new.changelog)}
    for index, entry in enumerate(old.changelog):
        before: Path = (*at[0], "changelog", index)
        if entry.version not in known:
            weighed = Weighed(outcome=Outcome.REMOVED, why="what an earlier version was said to change is gone")
            yield walk.gone(_ENTRY, entry.version, before, Category.DISCLOSURE, weighed)
        elif known[entry.version][1] != entry:
            after: Path = (*at[1], "changelog", known[entry.version][0])
            weighed = undecided("what an earlier version was said to change was rewritten")
            yield walk.revise(_ENTRY, _said(entry), _said(known[entry.version][1]), (before, after), category, weighed)


def _said(entry: ChangelogEntry) -> str:
    return "; ".join(change.what for change in entry.changes)


@dataclass(frozen=True, kw_only=True)
class Claim:
    """One path that the changelog names, and how many of the changes found it accounts for.

    Attributes:
        at: the path as written.
        place: where it is written.
        accounts_for: how many changes it names; 0 for a change that did not happen.
    """

    at: str
    place: Path
    accounts_for: int


def new_entries(old: PolicyDocument, new: PolicyDocument) -> Iterator[tuple[int, ChangelogEntry]]:
    """Entries of the new document that speak of what happened since the old one."""
    told = {entry.version for entry in old.changelog}
    for index, entry in enumerate(new.changelog):
        # The old document's own version is over, whether or not it had an entry for itself; unless it is the new one's.
        if entry.version == new.version or (entry.version not in told and entry.version != old.version):
            yield index, entry


def named(revision: Revision, paths: Iterable[str]) -> bool:
    """Whether one of the paths leads to the change, by its old place or its new one."""
    places = [dotted(p) for p in (revision.before, revision.after) if p is not None]
    return any(leads(at, place) for at in paths for place in places)


def leads(at: str, place: str) -> bool:
    return bool(at) and (place == at or place.startswith((f"{at}.", f"{at}[")))


def claims(old: PolicyDocument, new: PolicyDocument, revisions: Iterable[Revision]) -> tuple[Claim, ...]:
    """Every path that the changelog names for this change of version."""
    found, kept = [], list(revisions)
    for index, entry in new_entries(old, new):
        for place, change in enumerate(entry.changes):
            for nth, at in enumerate(change.at):
                where: Path = ("changelog", index, "changes", place, "at", nth)
                count = (at == "version") + sum(named(r, [at]) or _inside(at, r) for r in kept)
                found.append(Claim(at=at, place=where, accounts_for=count))
    return tuple(found)


def _inside(at: str, revision: Revision) -> bool:
    """A claim about a part of something that came or went as a whole did happen, and names only that part."""
    whole = revision.before is None or revision.after is None
    return whole and leads(revision.place, at)


# ----------------------------------------------------------------------------------- version numbers


def version_order(old: str, new: str) -> int | None:
    """1 where the new version is higher, -1 lower, 0 the same; None where the two cannot be put in order."""
    before, after = _numbers(old), _numbers(new)
    if before is None or after is None:
        return 0 if old == new else None
    length = max(len(before), len(after))
    one, other = (n + [0] * (length - len(n)) for n in (before, after))
    return (other > one) - (other < one)


def _numbers(version: str) -> list[int] | None:
    """`v2.1` as [2, 1]; None for anything that is not numbers with dots."""
    match = re.fullmatch(r"v?(\d{1,9}(?:\.\d{1,9})*)", version.strip(), re.ASCII | re.IGNORECASE)
    return [int(part) for part in match[1].split(".")] if match else None
