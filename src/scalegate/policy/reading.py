"""How far a document answers a test: how much, where, and what falls short.

For: `coverage.py` and `named_checks.py`. Does not know: criteria, evidence.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum

from scalegate.shape import Path, dotted


class Level(IntEnum):
    """How much of what is asked is there."""

    NONE = 0
    PART = 1
    WHOLE = 2


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What was found.

    Attributes:
        places: what answers; empty at level NONE.
        short: things that fall short of what each of them was asked.
        why: in words.
        unstated: something was there that the text does not state.
    """

    level: Level
    places: tuple[Path, ...] = ()
    short: tuple[Path, ...] = ()
    why: tuple[str, ...] = ()
    unstated: bool = False

    def at_most(self, level: Level) -> Reading:
        return replace(self, level=min(self.level, level))

    def without(self, holes: Sequence[Path]) -> Reading:
        """The same, resting on nothing that the text does not state."""
        kept = tuple(path for path in self.places if not is_under(path, holes))
        if kept == self.places:
            return self
        gone = tuple(path for path in self.places if is_under(path, holes))
        if not kept:
            return replace(self, level=Level.NONE, places=(), short=(*self.short, *gone), unstated=True)
        return replace(self.at_most(Level.PART), places=kept, short=(*self.short, *gone), unstated=True)


NOWHERE = Reading(level=Level.NONE)


def is_under(path: Path, holes: Sequence[Path]) -> bool:
    """Whether a path leads into one of the holes."""
    return any(path[: len(hole)] == hole for hole in holes)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One of several things of which each is asked the same.

    Attributes:
        at: where it stands.
        why: why it falls short; empty when it does not.
        because_of: what else stands in its way.
    """

    at: Path
    why: str = ""
    because_of: tuple[Path, ...] = ()


def of_each(found: Iterable[Asked]) -> Reading:
    """Whole when none falls short, partly when some do, nothing when all do or there are none."""
    asked = tuple(found)
    whole = tuple(item.at for item in asked if not item.why)
    short = tuple(path for item in asked if item.why for path in (item.at, *item.because_of))
    why = tuple(dict.fromkeys(f"{dotted(item.at)}: {item.why}" for item in asked if item.why))
    if not whole:
        return Reading(level=Level.NONE, short=short, why=why)
    return Reading(level=Level.PART if short else Level.WHOLE, places=whole, short=short, why=why)
