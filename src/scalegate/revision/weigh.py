"""Which way a difference between two values goes, by the meaning of their field.

For: `walk.py` and `special.py`. Does not know: paths, which fields there are, more of the documents than roles.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Any

from scalegate.policy.document import Line, PolicyDocument
from scalegate.quantity import Period
from scalegate.revision.change import Outcome, Weighed, undecided
from scalegate.revision.meaning import Absent, Entry, Names, Open, Ordered, Ranked, RoleName, Text
from scalegate.revision.prose import weigh_text

Documents = tuple[PolicyDocument, PolicyDocument]


def stricter(why: str) -> Weighed:
    return Weighed(outcome=Outcome.STRENGTHENED, why=why)


def weaker(why: str) -> Weighed:
    return Weighed(outcome=Outcome.WEAKENED, why=why)


def weigh(entry: Entry, old: Any, new: Any, documents: Documents) -> Weighed:
    """Which way a scalar, a list of names or a text goes; the two differ."""
    meaning = entry.meaning
    if isinstance(meaning, (Ordered, Ranked, Text, RoleName, Open)) and (_none(old) or _none(new)):
        return _with_absence(meaning.absent, entry.because, came=_none(old))
    match meaning:
        case Ordered():
            return _ordered(meaning, entry.because, old, new)
        case Ranked():
            order = meaning.weakest_first
            because = entry.because
            return stricter(because) if order.index(new) > order.index(old) else weaker(f"given up: {because}")
        case Names():
            return _names(meaning, entry.because, old, new)
        case Text():
            return weigh_text(old, new)
        case RoleName():
            return _role(old, new, documents)
        case Open():
            return undecided(entry.because or "replaced")
        case _:
            raise AssertionError(f"{type(meaning).__name__} is weighed by the walk")


def _none(value: Any) -> bool:
    return value is None or value == ""


def _with_absence(absent: Absent, because: str, *, came: bool) -> Weighed:
    """One of the two values is not there."""
    what = "it is stated now" if came else "it is stated no more"
    if absent is Absent.UNKNOWN:
        return undecided(what)
    good = came is (absent is Absent.WEAKEST)
    means = "leaving it out is the weakest" if absent is Absent.WEAKEST else "leaving it out is the strictest"
    why = f"{what}; {means}" + (f": {because}" if because else "")
    return stricter(why) if good else weaker(why)


def _ordered(meaning: Ordered, because: str, old: Any, new: Any) -> Weighed:
    less = _less(old, new)
    if less is None:
        return undecided("the two periods cannot be put in order")
    how = ("later" if not less else "earlier") if isinstance(new, datetime) else "smaller" if less else "larger"
    how = ("shorter" if less else "longer") if isinstance(new, Period) else how
    why = f"{how}, and {because}"
    return stricter(why) if less is meaning.less_is_stricter else weaker(why)


def _less(old: Any, new: Any) -> bool | None:
    """Whether the new value is less; None when periods overlap, like a month and 30 days."""
    if isinstance(old, Period):
        if new.longest_seconds < old.shortest_seconds or (new.months < old.months and new.seconds <= old.seconds):
            return True
        if new.shortest_seconds > old.longest_seconds or (new.months > old.months and new.seconds >= old.seconds):
            return False
        if new.months == old.months:
            return bool(new.seconds < old.seconds)
        return None
    assert isinstance(old, (int, Decimal, datetime))
    return bool(new < old)


def _names(meaning: Names, because: str, old: Collection[str], new: Collection[str]) -> Weighed:
    came, gone = sorted(set(new) - set(old)), sorted(set(old) - set(new))
    said = "; ".join(
        f"{word} {', '.join(map(str, names))}" for word, names in (("with", came), ("without", gone)) if names
    )
    if came and gone:
        return undecided(said)
    if not came and not gone:
        return Weighed(outcome=Outcome.RETAINED, why="the same names in another order, or one of them twice")
    why = f"{said}: {because}"
    return stricter(why) if bool(came) is meaning.more_is_stricter else weaker(why)


def _role(old: str, new: str, documents: Documents) -> Weighed:
    before, after = documents[0].roles.get(old), documents[1].roles.get(new)
    if before and after and before.line is Line.DELIVERY and after.line is not Line.DELIVERY:
        return stricter(f"from {old} in the delivery line to {new} outside it")
    return undecided(f"{new} in place of {old}")


def in_words(value: Any) -> str:
    """A value as a reader meets it in the file, cut where it is long."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, str):
        return " ".join(value.split())
    if isinstance(value, datetime):
        return (
            f"{value:%Y-%m-%d}" if not (value.hour or value.minute or value.second) else f"{value:%Y-%m-%dT%H:%M:%SZ}"
        )
    if isinstance(value, (tuple, list)) and all(isinstance(v, str) for v in value):
        return ", ".join(value)
    said = getattr(value, "text", None) or getattr(value, "what", None) or getattr(value, "title", None)
    return " ".join(str(said if said is not None else value).split())
