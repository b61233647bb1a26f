"""Criteria of others, as data: what a policy should say, with source and date, and what of it a program can test.

For: `coverage.py`, and the reader of packs. Does not know: files, the record, clocks (time is an argument).

The classes below are the format `scalegate.criteria/1`. A test looks at the document by a path with `*` for every key
of a mapping and every item of a list. It never looks at what is not written: a test is true of something that is there.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Iterator
from dataclasses import dataclass, is_dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal, get_args, get_origin

from scalegate.errors import Finding, UsageError
from scalegate.policy.document import PolicyDocument
from scalegate.quantity import Identifier
from scalegate.shape import Fault, Path, hints


class Evidence(StrEnum):
    """What the record may show of a promise; without it the promise is stated and not evidenced."""

    ADOPTED = "adopted"
    PROTECTIONS_IN_FORCE = "protections_in_force"
    PLANS_REGISTERED = "plans_registered"
    EVALUATIONS_COUNTED = "evaluations_counted"
    EFFORT_RECORDED = "effort_recorded"
    CONTROL_RECORDED = "control_recorded"
    PROGRESS_RECORDED = "progress_recorded"
    DECISIONS_RECORDED = "decisions_recorded"
    HELD_ONCE = "held_once"
    PAUSE_ANSWERED = "pause_answered"
    CRITIC_ANSWERED = "critic_answered"
    RISK_STATED = "risk_stated"
    REVIEW_HELD = "review_held"
    COMMITMENT_SIGNED = "commitment_signed"

    @property
    def words(self) -> str:
        """What the record would have to show."""
        return _WORDS[self]


_WORDS = {
    Evidence.ADOPTED: "that the policy is in force",
    Evidence.PROTECTIONS_IN_FORCE: "that every protection asked for always is in force",
    Evidence.PLANS_REGISTERED: "a plan registered before its run",
    Evidence.EVALUATIONS_COUNTED: "an evaluation that counts now",
    Evidence.EFFORT_RECORDED: "the effort that went into an evaluation",
    Evidence.CONTROL_RECORDED: "a positive control",
    Evidence.PROGRESS_RECORDED: "the progress of a run in training",
    Evidence.DECISIONS_RECORDED: "a decision",
    Evidence.HELD_ONCE: "a decision that held",
    Evidence.PAUSE_ANSWERED: "a pause that was answered",
    Evidence.CRITIC_ANSWERED: "a critic who was answered",
    Evidence.RISK_STATED: "a risk statement with credences",
    Evidence.REVIEW_HELD: "a review of the policy held in time",
    Evidence.COMMITMENT_SIGNED: "a commitment signed as kept in time",
}


# ------------------------------------------------------------------------------------------ tests


@dataclass(frozen=True, kw_only=True)
class Present:
    """Something with content stands there."""

    test: Literal["present"]
    at: str


@dataclass(frozen=True, kw_only=True)
class OneOf:
    """One of these words stands there."""

    test: Literal["one_of"]
    at: str
    values: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Bound:
    """A quantity stands there that is at most, at least, or above this one, in its own unit."""

    test: Literal["at_most", "at_least", "above"]
    at: str
    value: str


@dataclass(frozen=True, kw_only=True)
class Mentions:
    """A text there has one of these beginnings of words. It speaks of the matter; what it promises, a person must read.

    Attributes:
        enough: naming the matter is what is asked, as in a list of what is published; else, and where a
            promise names it only in sentences that deny something, it counts as partly.
    """

    test: Literal["mentions"]
    at: tuple[str, ...]
    words: tuple[str, ...]
    enough: bool = False


@dataclass(frozen=True, kw_only=True)
class Some:
    """So many of the things there have all of this; `where` says which things are looked at."""

    test: Literal["some"]
    at: str
    has: tuple[Test, ...]
    where: tuple[Test, ...] = ()
    number: int = 1


@dataclass(frozen=True, kw_only=True)
class Every:
    """There is at least one such thing, and each has all of this; where some have, it is partly so."""

    test: Literal["every"]
    at: str
    has: tuple[Test, ...]
    where: tuple[Test, ...] = ()


@dataclass(frozen=True, kw_only=True)
class AnyOf:
    """The best of these."""

    test: Literal["any_of"]
    of: tuple[Test, ...]


@dataclass(frozen=True, kw_only=True)
class AllOf:
    """All of these; where some are so, it is partly so."""

    test: Literal["all_of"]
    of: tuple[Test, ...]


@dataclass(frozen=True, kw_only=True)
class AtBestPartly:
    """What is there answers a part of what is asked, whatever else is written."""

    test: Literal["at_best_partly"]
    of: Test


@dataclass(frozen=True, kw_only=True)
class Check:
    """A check with a name (`named_checks.py`), for what a path cannot say."""

    test: Literal["check"]
    name: Identifier


Test = Present | OneOf | Bound | Mentions | Some | Every | AnyOf | AllOf | AtBestPartly | Check


# ------------------------------------------------------------------------------------------- packs


@dataclass(frozen=True, kw_only=True)
class Criterion:
    """One thing asked of a policy.

    Attributes:
        id: its name in the pack.
        part: the id of the part that it belongs to.
        asks: what is asked, in our own words.
        source: the clause.
        test: what of it a program can look at; exactly one of this and `not_assessable` is written.
        not_assessable: why no program can judge it.
        short: what is missing when it is met in part, beyond what the places say.
        evidence: what the record has to show on top.
    """

    id: Identifier
    part: Identifier
    asks: str
    source: str
    test: Test | None = None
    not_assessable: str = ""
    short: str = ""
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Source:
    """Where the criteria come from, and when that was read."""

    title: str
    url: str
    version: str
    read_on: datetime


@dataclass(frozen=True, kw_only=True)
class Pack:
    """Criteria of one source, dated; from `valid_until` on they answer nothing.

    Attributes:
        id: what `--against` calls it.
        source: what was read, and when.
        valid_until: from then on somebody has to read the source again before anything is answered.
        not_read: parts of the source that nobody read for this pack; empty when all of it was.
        parts: titles of the parts, by id, in order.
        criteria: in order.
    """

    schema: Literal["scalegate.criteria/1"]
    id: Identifier
    title: str
    source: Source
    valid_until: datetime
    not_read: str = ""
    parts: dict[str, str]
    criteria: tuple[Criterion, ...]


class StalePackError(UsageError):
    """Criteria whose source nobody has read since they ran out: they answer nothing."""


def require_current(pack: Pack, now: datetime) -> None:
    """Raises StalePackError from the end of the pack's validity on, and before its source was read."""
    if now >= pack.valid_until:
        what = f"the criteria {pack.id}, read on {pack.source.read_on:%Y-%m-%d}, ended on {pack.valid_until:%Y-%m-%d}"
        mend = (
            f"read {pack.source.url} again, write what changed into a copy of the pack with a new read_on and "
            "valid_until, and give that file to --against; or use a later scalegate"
        )
        raise StalePackError(Finding(what=f"{what}: they answer nothing any more", mend=mend))


# ------------------------------------------------------------------------------- checking a pack


def pack_faults(pack: Pack, checks: typing.Collection[str]) -> Iterator[Fault]:
    """What is wrong with a pack: a path that no policy has would read `absent` for ever.

    Args:
        pack: what was read.
        checks: names of the checks that exist.
    """
    seen: set[str] = set()
    for index, criterion in enumerate(pack.criteria):
        path: Path = ("criteria", index)
        if criterion.id in seen:
            yield Fault(path=(*path, "id"), what=f"{criterion.id!r} is there twice", mend="give each its own id")
        seen.add(criterion.id)
        if criterion.part not in pack.parts:
            yield Fault(
                path=(*path, "part"), what=f"{criterion.part!r} is no part of this pack", mend="add it to parts"
            )
        if (criterion.test is None) == (not criterion.not_assessable):
            mend = "write test, or not_assessable with the reason"
            yield Fault(path=path, what="exactly one of test and not_assessable is written", mend=mend)
        if criterion.test is not None:
            yield from _test_faults(criterion.test, (*path, "test"), (PolicyDocument,), checks)


def _test_faults(test: Test, path: Path, kinds: tuple[Any, ...], checks: typing.Collection[str]) -> Iterator[Fault]:
    match test:
        case Present() | OneOf() | Bound():
            yield from _path_faults(test.at, (*path, "at"), kinds)
        case Mentions():
            for index, at in enumerate(test.at):
                yield from _path_faults(at, (*path, "at", index), kinds)
        case Some() | Every():
            yield from _path_faults(test.at, (*path, "at"), kinds)
            inner = _reached(kinds, test.at)
            for name in ("has", "where"):
                for index, part in enumerate(getattr(test, name)):
                    yield from _test_faults(part, (*path, name, index), inner, checks)
        case AnyOf() | AllOf():
            for index, part in enumerate(test.of):
                yield from _test_faults(part, (*path, "of", index), kinds, checks)
        case AtBestPartly():
            yield from _test_faults(test.of, (*path, "of"), kinds, checks)
        case Check() if test.name not in checks:
            yield Fault(
                path=(*path, "name"), what=f"{test.name!r} is no check", mend=f"it has {', '.join(sorted(checks))}"
            )


def _path_faults(at: str, path: Path, kinds: tuple[Any, ...]) -> Iterator[Fault]:
    if not _reached(kinds, at):
        yield Fault(
            path=path, what=f"no policy has {at!r}", mend="write a path of scalegate.policy/1, with * for every"
        )


def _reached(kinds: tuple[Any, ...], at: str) -> tuple[Any, ...]:
    """The types that a path can lead to; none where it leads nowhere."""
    found = tuple(option for kind in kinds for option in _options(kind))
    for part in parts_of(at):
        found = tuple(option for kind in found for step in _step(kind, part) for option in _options(step))
    return found


def _step(kind: Any, part: str) -> Iterator[Any]:
    if get_origin(kind) is tuple and part == "*":
        yield get_args(kind)[0]
    elif get_origin(kind) is dict and part != "":
        yield get_args(kind)[1]
    elif isinstance(kind, type) and is_dataclass(kind) and part in hints(kind):
        yield hints(kind)[part]


def _options(kind: Any) -> tuple[Any, ...]:
    if get_origin(kind) in (typing.Union, types.UnionType):
        return tuple(o for k in get_args(kind) if k is not type(None) for o in _options(k))
    return (kind,)


def parts_of(at: str) -> tuple[str, ...]:
    """The steps of a dotted path; none for the thing itself, written `.`."""
    return () if at == "." else tuple(at.split("."))
