"""A policy to look at, from wherever it came: a policy file, or a published text that is never adopted.

For: the commands that read policies and put none in force. Does not know: files, the catalogue, the record.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from scalegate.errors import Finding, InputError
from scalegate.policy.adoptable import refusals
from scalegate.policy.document import PolicyDocument
from scalegate.policy.file import Locate
from scalegate.policy.operational import Aim, Grade, how_operational
from scalegate.policy.published import Hole, PublishedPolicy
from scalegate.policy.stand_ins import NOBODY
from scalegate.procedure.workspace import PolicyFile
from scalegate.quantity import Digest
from scalegate.record.canonical import digest_of_value
from scalegate.shape import Fault


@dataclass(frozen=True, kw_only=True)
class PolicySource:
    """One policy, as it was asked for.

    Attributes:
        id: what it was asked for by.
        file: what came of reading it; a published text is readable and not adoptable.
        locate: points into the file, from paths of the policy document.
        published: the published text; None for a policy file.
    """

    id: str
    file: PolicyFile
    locate: Locate
    published: PublishedPolicy | None = None

    @property
    def document(self) -> PolicyDocument:
        """How it reads as a policy. Raises InputError, with every finding, when it cannot be read."""
        if self.file.document is None:
            raise InputError(*self.file.findings)
        return self.file.document

    @property
    def digest(self) -> Digest:
        """Of the document, stand-ins and all. Raises InputError when it cannot be read."""
        return self.file.digest or digest_of_value(self.document)

    @property
    def holes(self) -> tuple[Hole, ...]:
        """Places of stand-ins: what stands there is no fact of the text. None for a policy file."""
        return self.published.holes if self.published else ()

    @property
    def said_of_the_text(self) -> tuple[str, ...]:
        """What whoever runs a published text has to read first: how little of it could run. Empty for a policy file."""
        return tuple(_said(self.published)) if self.published else ()


def _said(published: PublishedPolicy) -> Iterator[str]:
    source, how = published.source, how_operational(published.document, published.holes)
    yield (
        f"A published text, {source.title} of {source.developer}, version {source.version}, read as a policy: it was "
        "not written to run, and what follows is about this reading."
    )
    decided, stated, judged, undefined = (len(how.limits[grade]) for grade in Grade)
    yield (
        f"Of {decided + stated + judged + undefined} limits a gate could decide {decided}; {stated} rest on a test "
        f"that is named and no more, {judged} on judgement, {undefined} on nothing that is stated. What nothing "
        "decides counts as crossed."
    )
    targeted, named = (len(how.protections[aim]) for aim in (Aim.TARGETED, Aim.NAMED))
    yield (
        f"Of {targeted + named} protections {targeted} state a target. {len(published.holes)} places are stand-ins "
        "that hold, and no fact of the text."
    )


def published_source(asked: str, published: PublishedPolicy, locate: Locate) -> PolicySource:
    """A published text as something to look at, with what keeps it from ever being a policy in force.

    Args:
        asked: what it was asked for by.
        published: the text.
        locate: points into its file.
    """

    def inside(faults: tuple[Fault, ...]) -> tuple[Finding, ...]:
        return locate(tuple(replace(fault, path=("policy", *fault.path)) for fault in faults))

    what = f"a published policy of {published.source.developer}: it can be compared, and is never adopted"
    never = Fault(path=("schema",), what=what, mend="write a policy of your own")
    (first,) = locate((never,))
    file = PolicyFile(
        document=published.document,
        digest=None,
        findings=(replace(first, blocks_reading=False), *_as_a_policy(published, inside)),
        remarks=tuple(_left_open(published, locate)),
    )
    return PolicySource(id=asked, file=file, locate=inside, published=published)


def _as_a_policy(published: PublishedPolicy, inside: Locate) -> Iterator[Finding]:
    """What the text itself would be refused for; what only its stand-ins would be refused for says nothing of it."""
    for objection in refusals(published.document):
        if published.states(objection.path) and NOBODY not in objection.what:
            (found,) = inside((Fault(path=objection.path, what=objection.what, mend=objection.mend),))
            yield replace(found, rule=objection.rule, blocks_reading=False)


def _left_open(published: PublishedPolicy, locate: Locate) -> Iterator[Finding]:
    faults = [
        Fault(path=("undetermined", at), what=f"{item.about}: {item.why}")
        for at, item in enumerate(published.undetermined)
    ]
    what = "not stated: a stand-in that holds is read here, and it is no fact of the text"
    faults += [Fault(path=("policy", *hole.path), what=what) for hole in published.holes]
    yield from (replace(found, blocks_reading=False) for found in locate(tuple(faults)))
