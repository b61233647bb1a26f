"""One walk through two documents side by side, part by part as `table.py` names them.

For: `compare.py`, and `special.py`, which comes back here for the parts inside. Does not know: changelogs, renamings
(the old document comes here under the new document's ids, see `renames.py`), the gate.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any

from scalegate.policy.document import PolicyDocument
from scalegate.revision.change import Category, Dimension, Outcome, Revision, Weighed, undecided
from scalegate.revision.meaning import By, Elsewhere, Entry, Inside, Label, Members, Open, Text
from scalegate.revision.table import TABLE
from scalegate.revision.weigh import Documents, in_words, stricter, weaker, weigh
from scalegate.shape import Path

Places = tuple[Path, Path]  # before, after
Maybe = tuple[Path | None, Path | None]
_EVERYTHING = (Dimension.OBLIGATION, Dimension.TRIGGER)


@dataclass(frozen=True, kw_only=True)
class Part:
    """A whole part that came or went, kept with its difference: it may have gone somewhere else."""

    revision: Revision
    value: Any


class Walk:
    """Two documents, and every difference between them.

    Attributes:
        documents: the old one and the new one.
        came: parts that only the new one has, as they were met.
        went: parts that only the old one has.
    """

    def __init__(self, old: PolicyDocument, new: PolicyDocument) -> None:
        self.documents: Documents = (old, new)
        self.came: list[Part] = []
        self.went: list[Part] = []

    def revisions(self) -> list[Revision]:
        return list(self.inside(*self.documents, ((), ()), Category.GOVERNANCE))

    def inside(self, old: Any, new: Any, at: Places, category: Category) -> Iterator[Revision]:
        """Differences between two values of one dataclass; of another kind, one difference for the whole."""
        if type(old) is not type(new):
            entry = Entry(meaning=Elsewhere(where="the kind itself"), touches=_EVERYTHING)
            yield self.revise(entry, old, new, at, category, undecided("another kind of part"))
            return
        for field in fields(old):
            before, after = getattr(old, field.name), getattr(new, field.name)
            entry = TABLE[type(old)][field.name]
            if isinstance(entry.meaning, By):
                yield from entry.meaning.function(self, old, new, at, entry.category or category)
            elif before != after:
                inner = ((*at[0], field.name), (*at[1], field.name))
                yield from self._field(entry, before, after, inner, entry.category or category)

    def _field(self, entry: Entry, old: Any, new: Any, at: Places, category: Category) -> Iterator[Revision]:
        match entry.meaning:
            case Elsewhere():
                return
            case Label():
                why = "a name that nothing hangs on"
                yield self.revise(entry, old, new, at, category, Weighed(outcome=Outcome.RETAINED, why=why))
            case Inside() if old is None or new is None:
                yield self._whole(entry, old, new, at, category)
            case Inside():
                yield from self.inside(old, new, at, category)
            case Members():
                yield from self.members(entry, old, new, at, category)
            case _:
                yield self.revise(entry, old, new, at, category, weigh(entry, old, new, self.documents))

    def _whole(self, entry: Entry, old: Any, new: Any, at: Places, category: Category) -> Revision:
        """A part without an id that came or went: what leaving it out means is in its row."""
        assert isinstance(entry.meaning, Inside)
        row = replace(entry, meaning=Open(absent=entry.meaning.absent))
        weighed = weigh(row, old, new, self.documents)
        if not weighed.undecidable and weighed.outcome is Outcome.STRENGTHENED and old is None:
            weighed = replace(weighed, outcome=Outcome.ADDED)
        if not weighed.undecidable and weighed.outcome is Outcome.WEAKENED and new is None:
            weighed = replace(weighed, outcome=Outcome.REMOVED)
        return self.revise(row, old, new, at, category, weighed)

    def members(self, entry: Entry, old: Any, new: Any, at: Places, category: Category) -> Iterator[Revision]:
        """Parts with ids: the same id is the same part."""
        meaning = entry.meaning
        assert isinstance(meaning, Members)
        before, after = _by_key(meaning, old), _by_key(meaning, new)
        of = meaning.category_of or (lambda _: category)
        for key, (place, value) in before.items():
            if key not in after:
                yield self.gone(entry, value, (*at[0], place), of(value))
            elif value != after[key][1]:
                both = ((*at[0], place), (*at[1], after[key][0]))
                yield from self._part(entry, value, after[key][1], both, of(after[key][1]))
        for key, (place, value) in after.items():
            if key not in before:
                yield self.come(entry, value, (*at[1], place), of(value))

    def _part(self, entry: Entry, old: Any, new: Any, at: Places, category: Category) -> Iterator[Revision]:
        if is_dataclass(old):
            yield from self.inside(old, new, at, category)
        else:
            row = replace(entry, meaning=Text())
            yield self.revise(row, old, new, at, category, weigh(row, old, new, self.documents))

    def gone(
        self, entry: Entry, value: Any, place: Path, category: Category, weighed: Weighed | None = None
    ) -> Revision:
        """A part that the new document does not have."""
        if weighed is None:
            fewer = isinstance(entry.meaning, Members) and entry.meaning.fewer_is_stricter
            why = f"it is gone: {entry.because}"
            weighed = stricter(why) if fewer else Weighed(outcome=Outcome.REMOVED, why=why)
        made = self.revise(entry, value, None, (place, None), category, weighed)
        self.went.append(Part(revision=made, value=value))
        return made

    def come(
        self, entry: Entry, value: Any, place: Path, category: Category, weighed: Weighed | None = None
    ) -> Revision:
        """A part that the old document did not have."""
        if weighed is None:
            fewer = isinstance(entry.meaning, Members) and entry.meaning.fewer_is_stricter
            why = f"it came: {entry.because}"
            weighed = weaker(why) if fewer else Weighed(outcome=Outcome.ADDED, why=why)
        made = self.revise(entry, None, value, (None, place), category, weighed)
        self.came.append(Part(revision=made, value=value))
        return made

    def revise(self, entry: Entry, old: Any, new: Any, at: Maybe, category: Category, weighed: Weighed) -> Revision:
        """A difference, with the words of both sides."""
        return Revision(
            before=at[0],
            after=at[1],
            category=category,
            touches=entry.touches,
            old=in_words(old),
            new=in_words(new),
            weighed=weighed,
            rule=entry.rule,
        )


def _by_key(meaning: Members, parts: Any) -> dict[Any, tuple[str | int, Any]]:
    """Each part by what tells it apart, with its place; of several with one key the first counts, as in the gate."""
    if isinstance(parts, Mapping):
        return {key: (key, value) for key, value in parts.items()}
    found: dict[Any, tuple[str | int, Any]] = {}
    for index, value in enumerate(parts):
        key: Any = tuple(getattr(value, name) for name in meaning.keys)
        found.setdefault(frozenset(key) if meaning.unordered else key, (index, value))
    return found
