"""Protections and what they are tied to (D2, D3, invariant 5).

For: `adoptable.py`. Does not know: whether a protection is in force.
"""

from __future__ import annotations

from collections.abc import Iterator

from scalegate.policy.document import Conditional, Family, Permission, PolicyDocument, Protection, Standing
from scalegate.policy.objection import Objection, nearest
from scalegate.shape import Path


def protection_refusals(document: PolicyDocument) -> Iterator[Objection]:
    """Targets without a number, permissions without a requirement, ties to what does not exist."""
    section = document.protections
    for name, measure in section.measures.items():
        if not measure.efficacy.target.is_finite():
            path: Path = ("protections", "measures", name, "efficacy", "target")
            yield Objection(path=path, what="a target without end", mend="write a finite number", rule="D3")
        yield from _actors(("protections", "measures", name), measure)
    yield from _permissions(document)
    for name, standing in section.standing.items():
        yield from _asked(document, ("protections", "standing", name), standing)
    seen: set[tuple[str, Permission]] = set()
    for index, tie in enumerate(section.conditional):
        yield from _tie(document, index, tie, seen)
        yield from _asked(document, ("protections", "conditional", index), tie)


def _actors(path: Path, measure: Protection) -> Iterator[Objection]:
    """Security is said against somebody; one actor is on one side of the line."""
    if measure.actors is None:
        return
    inside: Path = (*path, "actors")
    if measure.family is not Family.SECURITY:
        what = f"threat actors are said of security; this protection's family is {measure.family}"
        yield Objection(path=inside, what=what, mend="take actors out, or write family: security")
    if not measure.actors.in_scope:
        what, mend = "security against nobody", "name at least one threat actor that it has to stop"
        yield Objection(path=(*inside, "in_scope"), what=what, mend=mend, rule="invariant 5")
    both = sorted(set(measure.actors.in_scope) & set(measure.actors.out_of_scope))
    if both:
        what = f"{', '.join(both)} is in scope and out of scope"
        yield Objection(path=inside, what=what, mend="write it on one side")


def _permissions(document: PolicyDocument) -> Iterator[Objection]:
    path: Path = ("protections", "standing")
    known = [p.value for p in Permission]
    for name in document.protections.standing:
        if name not in known:
            mend = nearest(name, known)
            yield Objection(path=(*path, name), what=f"{name!r} is no permission", mend=mend, rule="D1")
    for name in known:
        if name not in document.protections.standing:
            what = f"{name} has no standing protections, and nothing says why"
            mend = f"add '{name}: {{protections: [...]}}' or '{name}: {{none_because: ...}}'"
            yield Objection(path=path, what=what, mend=mend, rule="D2")


def _asked(document: PolicyDocument, path: Path, asked: Standing | Conditional) -> Iterator[Objection]:
    if bool(asked.protections) == bool(asked.none_because.strip()):
        both = "asks for protections and says why there are none" if asked.protections else "asks for nothing"
        mend = "write either protections: [...] or none_because: the reason"
        yield Objection(path=path, what=both, mend=mend, rule="D2" if asked.protections else "invariant 5")
    measures = document.protections.measures
    for index, name in enumerate(asked.protections):
        inside: Path = (*path, "protections", index)
        if name not in measures:
            yield Objection(path=inside, what=f"{name!r} is no protection", mend=nearest(name, measures))
        if name in asked.protections[:index]:
            yield Objection(path=inside, what=f"{name!r} is asked for twice", mend="name it once")


def _tie(
    document: PolicyDocument, index: int, tie: Conditional, seen: set[tuple[str, Permission]]
) -> Iterator[Objection]:
    path: Path = ("protections", "conditional", index)
    if tie.limit not in document.limits:
        what = f"{tie.limit!r} is no limit of this policy"
        yield Objection(path=(*path, "limit"), what=what, mend=nearest(tie.limit, document.limits))
    if (tie.limit, tie.permission) in seen:
        what = f"{tie.limit} and {tie.permission} are tied twice"
        yield Objection(path=path, what=what, mend="write one entry with all its protections", rule="D2")
    seen.add((tie.limit, tie.permission))
