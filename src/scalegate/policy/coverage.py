"""What a policy answers to criteria of others: met, partly, stated but not evidenced, absent, not assessable.

For: `procedure/covering.py`. Does not know: files, lines, the record (what it shows comes as an argument), clocks.

There is no score: answers are given one by one and counted, never summed over each other. Two laws hold
(`tests/policy/test_coverage_laws.py`). Less evidence never makes an answer better. Taking something out of a policy
never makes an answer better, but for one thing: taking out what the answer itself names as falling short. A
universal promise reads better of fewer things; that a thing is gone is for the comparison of two versions to say.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import datetime
from decimal import Decimal, InvalidOperation
from enum import Enum, StrEnum
from typing import Any

from scalegate.errors import InputError
from scalegate.policy.criteria import (
    AllOf,
    AnyOf,
    AtBestPartly,
    Bound,
    Check,
    Criterion,
    Every,
    Evidence,
    Mentions,
    OneOf,
    Pack,
    Present,
    Some,
    Test,
    parts_of,
    require_current,
)
from scalegate.policy.document import PolicyDocument
from scalegate.policy.named_checks import CHECKS
from scalegate.policy.reading import NOWHERE, Level, Reading, is_under
from scalegate.quantity import Digest, Period
from scalegate.shape import Path, dotted

TO_READ = "words that speak of it are there; what they promise, a person must read"


class Answer(StrEnum):
    """What a policy answers to a criterion. They are not steps of a score."""

    MET = "met"
    PARTLY = "partly"
    STATED_BUT_NOT_EVIDENCED = "stated_but_not_evidenced"
    ABSENT = "absent"
    NOT_ASSESSABLE = "not_assessable"


@dataclass(frozen=True, kw_only=True)
class Shown:
    """Something that the record shows.

    Attributes:
        what: in words.
        entries: digests of the entries that show it.
    """

    what: str
    entries: tuple[Digest, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Answered:
    """The answer to one criterion.

    Attributes:
        places: what in the policy answers it; empty when nothing does.
        short: what in the policy falls short of it.
        why: how the answer came about, one sentence each.
        shown: what of the record it rests on.
    """

    criterion: Criterion
    answer: Answer
    places: tuple[Path, ...] = ()
    short: tuple[Path, ...] = ()
    why: tuple[str, ...] = ()
    shown: tuple[Shown, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """Every answer to one pack, in its order."""

    pack: Pack
    answers: tuple[Answered, ...]

    @property
    def counts(self) -> dict[Answer, int]:
        """How many answers of each kind; nothing is summed over kinds."""
        return {kind: sum(a.answer is kind for a in self.answers) for kind in Answer}


def coverage(
    pack: Pack,
    document: PolicyDocument,
    now: datetime,
    *,
    evidence: Mapping[Evidence, Shown] | None = None,
    holes: Sequence[Path] = (),
) -> Coverage:
    """The answers of a policy to a pack.

    Args:
        pack: the criteria.
        document: the policy.
        now: the time; a pack that has ended answers nothing.
        evidence: what the record shows; None or empty where no record of this policy is at hand.
        holes: paths that the text does not state, though the document has something there: nothing rests on them.

    Raises:
        StalePackError: the pack has ended.
    """
    require_current(pack, now)
    shown = evidence or {}
    return Coverage(pack=pack, answers=tuple(_answered(c, document, shown, tuple(holes)) for c in pack.criteria))


def _answered(
    criterion: Criterion, document: PolicyDocument, evidence: Mapping[Evidence, Shown], holes: tuple[Path, ...]
) -> Answered:
    if criterion.test is None:
        return Answered(criterion=criterion, answer=Answer.NOT_ASSESSABLE, why=(criterion.not_assessable,))
    found = _Reader(document, holes).read(criterion.test, document, ())
    if found.level is Level.NONE:
        said = "the text does not state it" if found.unstated else "nothing in the file answers it"
        return Answered(criterion=criterion, answer=Answer.ABSENT, short=found.short, why=_once((said, *found.why)))
    missing = [kind for kind in criterion.evidence if kind not in evidence]
    shown = tuple(evidence[kind] for kind in criterion.evidence if kind in evidence)
    why = found.why
    if found.level is Level.PART and criterion.short:
        why = (*why, criterion.short)
    if missing:
        answer = Answer.STATED_BUT_NOT_EVIDENCED
        why = (*why, f"no record at hand shows {', or '.join(kind.words for kind in missing)}")
    else:
        answer = Answer.MET if found.level is Level.WHOLE else Answer.PARTLY
    return Answered(
        criterion=criterion, answer=answer, places=found.places, short=found.short, why=_once(why), shown=shown
    )


def _once(items: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(items))


# ----------------------------------------------------------------------------------- the evaluator


class _Reader:
    """Looks at a document by tests; what stands under a hole is not there."""

    def __init__(self, document: PolicyDocument, holes: tuple[Path, ...]) -> None:
        self._document, self._holes = document, holes

    def read(self, test: Test, value: Any, at: Path) -> Reading:
        match test:
            case Present():
                return self._leaf(test.at, value, at, _has_content)
            case OneOf():
                return self._leaf(test.at, value, at, lambda v: _text(v) in test.values)
            case Bound():
                return self._leaf(test.at, value, at, lambda v: _within(v, test))
            case Mentions():
                return self._mentions(test, value, at)
            case Some():
                return self._some(test, value, at)
            case Every():
                return self._every(test, value, at)
            case AnyOf():
                return _best([self.read(part, value, at) for part in test.of])
            case AllOf():
                return _together([(part, self.read(part, value, at)) for part in test.of])
            case AtBestPartly():
                inner = self.read(test.of, value, at)
                return inner.at_most(Level.PART)
            case Check():
                return CHECKS[test.name](self._document).without(self._holes)

    def _leaf(self, pattern: str, value: Any, at: Path, fits: Callable[[Any], bool]) -> Reading:
        found = [(path, item) for path, item in _matches(value, at, pattern) if fits(item)]
        stated = tuple(path for path, _ in found if not self._hole(path))
        if stated:
            return Reading(level=Level.WHOLE, places=stated)
        return Reading(level=Level.NONE, unstated=bool(found))

    def _mentions(self, test: Mentions, value: Any, at: Path) -> Reading:
        begins = re.compile(rf"\b(?:{'|'.join(re.escape(word) for word in test.words)})", re.IGNORECASE)
        found_at = [
            (path, item)
            for pattern in test.at
            for path, item in _matches(value, at, pattern)
            if isinstance(item, str) and begins.search(item)
        ]
        found = [path for path, _ in found_at]
        stated = tuple(path for path in found if not self._hole(path))
        if not stated:
            return Reading(level=Level.NONE, unstated=bool(found))
        if test.enough and any(path in stated and not _denies(path, item, begins) for path, item in found_at):
            return Reading(level=Level.WHOLE, places=stated)
        return Reading(level=Level.PART, places=stated, why=(TO_READ,))

    def _items(self, test: Some | Every, value: Any, at: Path) -> Iterator[tuple[Path, Reading]]:
        """Each thing looked at, and how far it has all that is asked."""
        for path, item in _matches(value, at, test.at):
            if all(self.read(part, item, path).level is Level.WHOLE for part in test.where):
                if self._hole(path):
                    yield path, Reading(level=Level.NONE, unstated=True)
                else:
                    yield path, _together([(part, self.read(part, item, path)) for part in test.has])

    def _some(self, test: Some, value: Any, at: Path) -> Reading:
        found = list(self._items(test, value, at))
        whole = tuple(path for path, reading in found if reading.level is Level.WHOLE)
        part = tuple(path for path, reading in found if reading.level is Level.PART)
        if len(whole) >= test.number:
            return Reading(level=Level.WHOLE, places=whole)
        if whole or part:
            why = tuple(w for _, reading in found for w in reading.why)
            said = (f"{len(whole)} of the {test.number} that are asked for",) if test.number > 1 else ()
            short = tuple(path for _, reading in found for path in reading.short)
            return Reading(level=Level.PART, places=whole or part, short=short, why=(*said, *why))
        return Reading(level=Level.NONE, unstated=any(reading.unstated for _, reading in found))

    def _every(self, test: Every, value: Any, at: Path) -> Reading:
        found = list(self._items(test, value, at))
        whole = tuple(path for path, reading in found if reading.level is Level.WHOLE)
        part = tuple(path for path, reading in found if reading.level is Level.PART)
        short = tuple(path for path, reading in found if reading.level is not Level.WHOLE)
        unstated = any(reading.unstated for _, reading in found)
        if whole and not short:
            return Reading(level=Level.WHOLE, places=whole)
        if not (whole or part):
            return Reading(level=Level.NONE, short=short, unstated=unstated)
        why = tuple(w for _, reading in found for w in reading.why)
        said = f"{len(whole)} of {len(found)} have all of it; short: {', '.join(dotted(path) for path in short)}"
        return Reading(level=Level.PART, places=whole or part, short=short, why=(said, *why), unstated=unstated)

    def _hole(self, path: Path) -> bool:
        return is_under(path, self._holes)


def _best(found: Sequence[Reading]) -> Reading:
    """The best of them; while it is not whole, what falls short of any of them stays named."""
    best = max(found, key=lambda reading: reading.level, default=NOWHERE)
    if best.level is Level.WHOLE:
        return best
    return replace(
        best,
        short=tuple(dict.fromkeys(path for reading in found for path in reading.short)),
        unstated=any(reading.unstated for reading in found),
    )


def _together(asked: Sequence[tuple[Test, Reading]]) -> Reading:
    """All of them: whole when each is, partly when any is something; then what is not there is named."""
    found = [reading for _, reading in asked]
    if not found:
        return NOWHERE
    level = found[0].level if len({r.level for r in found}) == 1 else Level.PART
    missing = [_said(part) for part, reading in asked if reading.level is Level.NONE]
    said = (f"nothing for {', '.join(missing)}",) if missing and level is Level.PART else ()
    return Reading(
        level=level,
        places=tuple(dict.fromkeys(p for r in found for p in r.places)),
        short=tuple(dict.fromkeys(p for r in found for p in r.short)),
        why=tuple(dict.fromkeys((*said, *(w for r in found for w in r.why)))),
        unstated=any(r.unstated for r in found),
    )


def _said(test: Test) -> str:
    """What a test asks for, in a few words."""
    match test:
        case OneOf():
            return f"{test.at}: {' or '.join(test.values)}"
        case Bound():
            return f"{test.at}: {test.test.replace('_', ' ')} {test.value}"
        case Mentions():
            return f"words like {test.words[0]!r}"
        case AnyOf() | AllOf():
            return " or ".join(_said(part) for part in test.of)
        case AtBestPartly():
            return _said(test.of)
        case Check():
            return test.name.replace("_", " ")
        case Present() | Some() | Every():
            return test.at


# ---------------------------------------------------------------------------------- looking at values

_DENIED = re.compile(r"\b(?:not|never|no longer|nor|neither|refuse\w*|cannot)\b|n't\b", re.IGNORECASE)
_BETTER_DENIED = ("retaliat", "reprisal")
"""What a policy promises by saying that it will not be."""


_PROMISES = ("commitments", "accountability", "response")


def _denies(path: Path, text: str, begins: re.Pattern[str]) -> bool:
    """Whether a promise names the matter only in sentences that deny something: *never anonymous* has the word, too."""
    if path[0] not in _PROMISES:
        return False
    for sentence in re.split(r"(?<=[.!?;])\s+", text):
        match = begins.search(sentence)
        if match and (match[0].lower() in _BETTER_DENIED or not _DENIED.search(begins.sub(" ", sentence))):
            return False
    return True


def _matches(value: Any, at: Path, pattern: str) -> list[tuple[Path, Any]]:
    """Everything that a path leads to from a value."""
    found = [(at, value)]
    for part in parts_of(pattern):
        found = [step for path, item in found for step in _steps(path, item, part)]
    return found


def _steps(path: Path, value: Any, part: str) -> Iterator[tuple[Path, Any]]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            if part in ("*", key):
                yield (*path, key), item
    elif isinstance(value, tuple):
        if part == "*":
            for index, item in enumerate(value):
                yield (*path, index), item
    elif is_dataclass(value) and part in {f.name for f in fields(value)}:
        yield (*path, part), getattr(value, part)


def _has_content(value: Any) -> bool:
    """Nothing, an empty text or list, `false` and `unknown` are no content; a number is, zero too."""
    if value is None or value is False:
        return False
    if isinstance(value, str):
        return bool(value.strip()) and value != "unknown"
    if isinstance(value, (tuple, Mapping)):
        return bool(value)
    return True


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value.value) if isinstance(value, Enum) else str(value)


def _within(value: Any, test: Bound) -> bool:
    """A period counts with its longest length where a maximum is asked, with its shortest where a minimum is."""
    try:
        if isinstance(value, Period):
            bound = Period.parse(test.value)
            if test.test == "at_most":
                return value.longest_seconds <= bound.longest_seconds
            return _compare(Decimal(value.shortest_seconds), Decimal(bound.shortest_seconds), test.test)
        if isinstance(value, (Decimal, int)) and not isinstance(value, bool):
            return _compare(Decimal(value), Decimal(test.value), test.test)
    except (InputError, InvalidOperation):
        return False
    return False


def _compare(value: Decimal, bound: Decimal, sense: str) -> bool:
    if sense == "at_most":
        return value <= bound
    return value > bound if sense == "above" else value >= bound
