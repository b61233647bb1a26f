"""A policy to look at, from wherever it came: a policy file, or a published text that is never adopted.

For: the commands that read policies and put none in force. Does not know: files, the catalogue, the record.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from scalegate.errors import Finding, InputError
from scalegate.policy.adoptable import refusals
from scalegate.policy.document import PolicyDocument
from scalegate.policy.published import PublishedPolicy
from scalegate.policy.stand_ins import NOBODY
from scalegate.procedure.workspace import PolicyFile
from scalegate.shape import dotted


@dataclass(frozen=True, kw_only=True)
class PolicySource:
    """One policy, as it was asked for.

    Attributes:
        id: what it was asked for by.
        file: what came of reading it; a published text is readable and not adoptable.
        published: the published text; None for a policy file.
    """

    id: str
    file: PolicyFile
    published: PublishedPolicy | None = None

    @property
    def document(self) -> PolicyDocument:
        """How it reads as a policy. Raises InputError, with every finding, when it cannot be read."""
        if self.file.document is None:
            raise InputError(*self.file.findings)
        return self.file.document

    @property
    def holes(self) -> tuple[str, ...]:
        """Places of stand-ins: what stands there is no fact of the text. None for a policy file."""
        return tuple(hole.at for hole in self.published.holes) if self.published else ()


def published_source(asked: str, name: str, published: PublishedPolicy) -> PolicySource:
    """A published text as something to look at, with what keeps it from ever being a policy in force.

    Args:
        asked: what it was asked for by.
        name: what findings call the file.
        published: the text.
    """
    what = f"a published policy of {published.source.developer}: it can be compared, and is never adopted"
    never = Finding(where=name, path="schema", what=what, mend="write a policy of your own", blocks_reading=False)
    file = PolicyFile(
        document=published.document,
        digest=None,
        findings=(never, *_as_a_policy(name, published)),
        remarks=tuple(_left_open(name, published)),
    )
    return PolicySource(id=asked, file=file, published=published)


def _as_a_policy(name: str, published: PublishedPolicy) -> Iterator[Finding]:
    """What the text itself would be refused for; what only its stand-ins would be refused for says nothing of it."""
    for objection in refusals(published.document):
        if published.states(objection.path) and NOBODY not in objection.what:
            yield Finding(
                where=name,
                path=dotted(("policy", *objection.path)),
                what=objection.what,
                mend=objection.mend,
                rule=objection.rule,
                blocks_reading=False,
            )


def _left_open(name: str, published: PublishedPolicy) -> Iterator[Finding]:
    for item in published.undetermined:
        yield Finding(where=name, path="undetermined", what=f"{item.about}: {item.why}", blocks_reading=False)
    for hole in published.holes:
        what = "not stated: a stand-in that holds is read here, and it is no fact of the text"
        yield Finding(where=name, path=f"policy.{hole.at}", what=what, blocks_reading=False)
