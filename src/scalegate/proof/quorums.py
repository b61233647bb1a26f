"""Who holds what, and whether a quorum can be met by distinct people.

For: the states that can be, the ways out of a hold, and who alone can do what. Does not know: keys, signatures.
"""

from __future__ import annotations

from dataclasses import dataclass

from scalegate.policy.document import Line, PolicyDocument, Quorum


@dataclass(frozen=True, kw_only=True)
class Meeting:
    """Whether a quorum can come together: `why_not` says what people are wanting, `waits_for` which feature."""

    why_not: str = ""
    waits_for: str = ""

    @property
    def now(self) -> bool:
        return not self.why_not and not self.waits_for


def holders(document: PolicyDocument, role: str) -> tuple[str, ...]:
    """The people who hold a role; none for a role that the policy does not define."""
    known = document.roles.get(role)
    return tuple(dict.fromkeys(known.holders)) if known else ()


def people(document: PolicyDocument) -> tuple[str, ...]:
    """Everybody who holds a role, in the order of the file."""
    return tuple(dict.fromkeys(person for role in document.roles.values() for person in role.holders))


def roles_of(document: PolicyDocument, person: str) -> tuple[str, ...]:
    """The roles that a person holds."""
    return tuple(name for name, role in document.roles.items() if person in role.holders)


def delivers(document: PolicyDocument, person: str) -> bool:
    """Whether somebody holds any role of the line that wants to proceed, whatever else they hold."""
    return any(document.roles[role].line is Line.DELIVERY for role in roles_of(document, person))


def eligible(document: PolicyDocument, quorum: Quorum) -> tuple[str, ...]:
    """The people who count for a quorum, each once."""
    barred = {p for role in getattr(quorum, "without", ()) or () for p in holders(document, role)}
    counted = dict.fromkeys(p for role in quorum.of for p in holders(document, role))
    return tuple(p for p in counted if p not in barred)


def can_meet(document: PolicyDocument, quorum: Quorum) -> Meeting:
    """Whether enough distinct people can sign, one of them outside the delivery line where that is asked."""
    able = eligible(document, quorum)
    if quorum.number < 1 or len(able) < quorum.number:
        return Meeting(why_not=f"asks for {quorum.number} people and {len(able)} could sign")
    if quorum.outside_line and all(delivers(document, person) for person in able):
        return Meeting(why_not="asks for one person outside the delivery line, and all who could sign stand in it")
    if quorum.outside_key:
        return Meeting(waits_for="an outside key, which is not supported yet")
    return Meeting()
