"""A published policy as data: where its text is, what it says, what it leaves open, and how it reads as a policy.

For: the catalogue, comparing, and whatever runs on texts that were never written to run. Does not know: files, YAML.

Three things are kept apart. `unknown` (None): the text does not determine it. `none`: the text was read and
determinately has none. Anything else: what the text says, in the catalogue's own words. A text never fills a
policy document whole; what it leaves out is filled with stand-ins that hold (`stand_ins.py`), each of them listed
in `holes`. A stand-in is never a fact: whoever prints a document asks `states` first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from enum import StrEnum
from typing import Any, Self

from scalegate.errors import Finding, InputError
from scalegate.policy.document import PolicyDocument, StopClause, StopKind
from scalegate.quantity import Digest, Factor, Period
from scalegate.shape import Path

SCHEMA = "scalegate.published-policy/1"
LONGEST = 240
"""Characters of a statement: facts carry over, sentences do not."""

NONE = "none"
_DAY = re.compile(r"\d{4}-\d\d(-\d\d)?\Z", re.ASCII)
_ADDRESS = re.compile(r"https://[^\s]+\Z")


def _refused(text: str, what: str, mend: str) -> InputError:
    return InputError(Finding(what=f"{text[:60]!r} {what}", mend=mend))


class Statement(str):
    """What a text says, in few words of the catalogue; `none` where it determinately says nothing of the kind."""

    __slots__ = ()

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises InputError for an empty statement, and for one long enough to be a quotation."""
        if not text.strip():
            raise _refused(text, "says nothing", "write what the text says, none or unknown")
        if len(text) > LONGEST:
            raise _refused(text, f"has {len(text)} characters", f"write at most {LONGEST}, in your own words")
        return cls(text)

    @property
    def absent(self) -> bool:
        """True where the text determinately has none; a reason may follow after a colon."""
        return self == NONE or self.startswith(f"{NONE}:")


class StatedFactor(Statement):
    """A factor such as `4x`, or `none`."""

    __slots__ = ()

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises InputError for what is neither a factor nor `none`."""
        return cls(text if text == NONE else str(Factor.parse(text)))


class StatedPeriod(Statement):
    """A period such as `6 months`, or `none`."""

    __slots__ = ()

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises InputError for what is neither a period nor `none`."""
        return cls(text if text == NONE else str(Period.parse(text)))


class Day(str):
    """A date as exact as the text gives it: `2026-02` or `2026-02-01`."""

    __slots__ = ()

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises InputError for what is no date."""
        if not _DAY.match(text):
            raise _refused(text, "is no date", "write 2026-02-01, or 2026-02 where the day is not stated")
        return cls(text)


class Address(str):
    """An https address."""

    __slots__ = ()

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises InputError for what is no https address."""
        if not _ADDRESS.match(text):
            raise _refused(text, "is no https address", "write https://…")
        return cls(text)


class Extent(StrEnum):
    """How much of a text was read."""

    FULL = "full"
    PARTIAL = "partial"


@dataclass(frozen=True, kw_only=True)
class Source:
    """Where a published policy can be read, and what exactly was read.

    Attributes:
        developer: who published it.
        title: its title as printed.
        version: its version as printed or called.
        date: since when it is in effect, or when it was published.
        url: where the provider's file was fetched from, or an archive's capture of it.
        digest: of the provider's file, as the corpus lists it.
        read_from: the text that was read, at a pinned commit of the corpus.
        how_much_read: all of that text, or a part.
        remark: what a reader should know about this file; empty for nothing.
    """

    developer: Statement
    title: Statement
    version: Statement
    date: Day
    url: Address
    digest: Digest
    read_from: Address
    how_much_read: Extent
    remark: str = ""


@dataclass(frozen=True, kw_only=True)
class Stop:
    """One stop clause: of development or of deployment.

    Attributes:
        kind: what kind of stop.
        covers: which limits or findings set it off.
        hangs_on: what it hangs on besides those and the protections.
        ends_when: what ends it.
    """

    kind: StopKind
    covers: Statement | None
    hangs_on: Statement | None
    ends_when: Statement | None


@dataclass(frozen=True, kw_only=True)
class Cadence:
    """When a model is assessed again.

    Attributes:
        effective_compute: growth of effective compute that makes an assessment due.
        calendar: longest time between assessments, or between the reports that stand for them.
        events: what else makes one due.
        said: the same in words.
    """

    effective_compute: StatedFactor | None
    calendar: StatedPeriod | None
    events: tuple[Statement, ...] | None
    said: Statement | None


@dataclass(frozen=True, kw_only=True)
class Buffer:
    """How far below a limit its test stands.

    Attributes:
        factor: in effective compute.
        said: the same in words.
    """

    factor: StatedFactor | None
    said: Statement | None


@dataclass(frozen=True, kw_only=True)
class Governance:
    """Who decides, who can object, how the text changes, and what is made public.

    Attributes:
        decides: who decides on training and deployment.
        recommends: who prepares that decision.
        board: what the board or a comparable body may do.
        changes: who changes the text, and how.
        notice: how long a change is public before it takes effect, or how long after.
        review_every: longest time between reviews of the text.
        external_review: what outsiders check.
        noncompliance: where staff report that the text was not kept.
        transparency: what is promised to be published or shared.
    """

    decides: Statement | None
    recommends: Statement | None
    board: Statement | None
    changes: Statement | None
    notice: Statement | None
    review_every: StatedPeriod | None
    external_review: Statement | None
    noncompliance: Statement | None
    transparency: tuple[Statement, ...] | None


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What a policy says, in values that stand side by side with another's.

    Attributes:
        development: the stop of training and scaling.
        deployment: the stop of deployment.
        loosened_when: the clause by which the requirements may be lowered.
        cadence: when a model is assessed again.
        buffer: how far below a limit its test stands.
        security: the highest security that the text asks for, and against whom.
        numbers: numbers in limits, tests and definitions of harm.
        domains: threat domains.
        governance: who decides, and how the text changes.
    """

    development: Stop
    deployment: Stop
    loosened_when: Statement | None
    cadence: Cadence
    buffer: Buffer
    security: Statement | None
    numbers: tuple[Statement, ...] | None
    domains: tuple[Statement, ...] | None
    governance: Governance


@dataclass(frozen=True, kw_only=True)
class Undetermined:
    """Something that the text leaves open.

    Attributes:
        about: a path into the facts, like `governance.notice`, or a topic in words.
        why: what the text says instead.
    """

    about: Statement
    why: Statement


@dataclass(frozen=True, kw_only=True)
class PublishedHead:
    """A catalogue file without its `policy:`.

    Attributes:
        source: where the text is.
        facts: what it says.
        undetermined: what it leaves open; every fact that is `unknown` is named here.
    """

    source: Source
    facts: Facts
    undetermined: tuple[Undetermined, ...]


@dataclass(frozen=True, kw_only=True)
class Hole:
    """A place that the text does not fill.

    Attributes:
        at: dotted path into the policy document; everything below it is a stand-in too.
        path: the same as parts.
    """

    at: str
    path: Path


@dataclass(frozen=True, kw_only=True)
class PublishedPolicy:
    """A published policy that reads as a policy document, and can never be adopted.

    Attributes:
        source: where the text is.
        facts: what it says.
        document: how it reads as a policy; stand-ins and all.
        holes: where `document` holds stand-ins.
        undetermined: what the text leaves open.
    """

    source: Source
    facts: Facts
    document: PolicyDocument
    holes: tuple[Hole, ...]
    undetermined: tuple[Undetermined, ...]

    def states(self, path: Path) -> bool:
        """Whether the text itself says what stands at a path of the document."""
        return not inside_holes(path, self.holes)


def inside_holes(path: Path, holes: tuple[Hole, ...]) -> bool:
    """Whether a path of a document leads into a stand-in."""
    return any(path[: len(hole.path)] == hole.path for hole in holes)


def unknowns(value: Any, path: str = "") -> Iterator[str]:
    """Dotted paths of the facts that the text does not determine."""
    if value is None or value is StopKind.UNKNOWN:
        yield path
    elif is_dataclass(value):
        for field in fields(value):
            yield from unknowns(getattr(value, field.name), f"{path}.{field.name}" if path else field.name)


def unexplained(head: PublishedHead) -> tuple[str, ...]:
    """Facts that are `unknown` and stand nowhere among what is undetermined."""
    named = {item.about for item in head.undetermined}
    return tuple(path for path in unknowns(head.facts) if path not in named)


def stop_clause(facts: Facts) -> StopClause:
    """The stop of both kinds as a policy document has it."""
    parts = [
        f"{name} {stop.kind.value}" + (f" ({stop.covers})" if stop.covers and not stop.covers.absent else "")
        for name, stop in (("development", facts.development), ("deployment", facts.deployment))
    ]
    hangs_on = [s.hangs_on for s in (facts.development, facts.deployment) if s.hangs_on and not s.hangs_on.absent]
    return StopClause(
        development=facts.development.kind,
        deployment=facts.deployment.kind,
        text="; ".join(parts),
        contingent_on="; ".join(dict.fromkeys(hangs_on)),
    )
