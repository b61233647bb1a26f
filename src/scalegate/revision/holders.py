"""What a change of people does: whether a quorum is easier to meet, and who may sign for something now.

For: `table.py`. Does not know: keys, who the people are, whether two names are one person.

The old policy is asked with the new holders in the role's place, so that nothing else of the new one hides the effect.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from typing import TYPE_CHECKING, Any

from scalegate.policy.document import Line, PolicyDocument, Quorum, Role
from scalegate.quantity import Identifier
from scalegate.revision.change import Category, Dimension, Outcome, Revision, Weighed, undecided
from scalegate.revision.meaning import Elsewhere, Entry
from scalegate.revision.weigh import stricter, weaker
from scalegate.shape import Path, dotted

if TYPE_CHECKING:
    from scalegate.revision.walk import Places, Walk

_ENTRY = Entry(meaning=Elsewhere(where="here"), touches=(Dimension.ACTOR,), rule="D15")


def holders(walk: Walk, old: Role, new: Role, at: Places, _: Category) -> Iterator[Revision]:
    if old.holders == new.holders:
        return
    name = str(at[1][-1])
    weighed = _weighed(walk.documents[0], walk.documents[1], name, set(old.holders), set(new.holders))
    inner = ((*at[0], "holders"), (*at[1], "holders"))
    yield walk.revise(_ENTRY, old.holders, new.holders, inner, Category.ACTOR, weighed)


def _weighed(old: PolicyDocument, new: PolicyDocument, name: str, before: set[str], after: set[str]) -> Weighed:
    came, gone = after - before, before - after
    if not after:
        return weaker("nobody holds the role (D15)")
    if not came and not gone:
        return Weighed(outcome=Outcome.RETAINED, why="the same people in another order")
    easier, harder = _effect(old, name, after)
    if easier:
        return weaker(f"more people count for the quorum {easier}")
    second = sorted(p for p in came for n, r in new.roles.items() if n != name and p in r.holders)
    if second:
        return undecided(f"{', '.join(second)} holds another role as well")
    if came and gone and len(came) == len(gone):
        return Weighed(outcome=Outcome.RETAINED, why="other people, as many; no quorum is easier to meet")
    if len(came) > len(gone):
        return _more(old, name) if not gone or name in _signing(old) else undecided("other people, and more of them")
    if came:
        return undecided("other people, and fewer of them")
    if harder:
        return stricter(f"fewer people count for the quorum {harder}")
    if name in _signing(old):
        return stricter("fewer people can sign for what the role answers for")
    return weaker("fewer people can pause (D10), and no quorum is harder to meet")


def _more(old: PolicyDocument, name: str) -> Weighed:
    if name in _signing(old):
        return weaker("more people can sign for what the role answers for")
    if name == old.accountability.evaluators:
        return stricter("one more can pause (D10), and can dispose of no run and no flag (E4)")
    return undecided("one more can pause (D10), and can dispose of runs and flags (E4, V5)")


def _effect(old: PolicyDocument, name: str, after: set[str]) -> tuple[str, str]:
    """The first quorum that is easier to meet with these holders, and the first that is harder; empty for none."""
    changed = replace(
        old, roles={**old.roles, name: replace(old.roles[name], holders=tuple(map(Identifier, sorted(after))))}
    )
    easier = harder = ""
    for path, quorum in _quorums(old):
        for was, now in zip(_counting(old, quorum), _counting(changed, quorum), strict=True):
            easier = easier or (dotted(path) if now > was else "")
            harder = harder or (dotted(path) if now < was else "")
    return easier, harder


def _quorums(value: Any, path: Path = ()) -> Iterator[tuple[Path, Quorum]]:
    """Every quorum of a document, wherever it stands."""
    if isinstance(value, Quorum):
        yield path, value
    elif is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            yield from _quorums(getattr(value, field.name), (*path, field.name))


def _counting(document: PolicyDocument, quorum: Quorum) -> tuple[int, int]:
    """How many people count, and how many of them stand outside the delivery line where that is asked."""
    people = _people(document, quorum.of) - _people(document, quorum.without)
    inside = {p for role in document.roles.values() if role.line is Line.DELIVERY for p in role.holders}
    return len(people), len(people - inside) if quorum.outside_line else 0


def _people(document: PolicyDocument, roles: tuple[str, ...]) -> set[str]:
    return {person for role in roles if role in document.roles for person in document.roles[role].holders}


def _signing(document: PolicyDocument) -> set[str]:
    """Roles whose signature lets something go on."""
    spots = [t.accepted_blind_spot for t in document.threat_models.values()]
    judges = [o for limit in document.limits.values() for o in limit.observations.values()]
    found = {m.approved_by for m in document.protections.measures.values()}
    found |= {spot.accepted_by for spot in spots if spot} | {document.evaluation.blind_spot_reserve.set_by}
    found |= {o.role for o in judges if o.measure == "judgement"}
    return {str(role) for role in found}
