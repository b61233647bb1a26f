"""Several documents in force over one subject: what one leaves to another that asks for nothing (D1).

For: `prove.py`. Does not know: files. Each document has limits and protections of its own, which never mix: that one
counts a limit as crossed says nothing about the limits of another.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import z3

from scalegate.decision.abstract import Answer
from scalegate.policy.document import Permission, PolicyDocument
from scalegate.proof.finding import Code, ProofFinding
from scalegate.proof.solving import Theory
from scalegate.proof.symbols import Term
from scalegate.proof.witness import in_words
from scalegate.shape import Path

_ASKED = tuple(p for p in Permission if p is not Permission.RELEASE_WEIGHTS)


@dataclass(frozen=True, kw_only=True)
class Named:
    """A document and the names by which another may speak of it."""

    document: PolicyDocument
    file: str

    def is_named_in(self, text: str) -> bool:
        """Whether a text speaks of this document, by its title or its file."""
        said = text.casefold()
        names = [self.document.title, self.file] if self.file else [self.document.title]
        return any(name and name.casefold() in said for name in names)


@dataclass(frozen=True, kw_only=True)
class Left:
    """One place where a document leaves something to another."""

    path: Path
    permission: Permission
    limit: str
    to: int


def left_to_others(known: Sequence[Named], at: int) -> Iterator[Left]:
    """Every `none_because` of a document that names another one."""
    section = known[at].document.protections
    for other, named in enumerate(known):
        if other == at:
            continue
        for name, standing in section.standing.items():
            if name in [p.value for p in _ASKED] and named.is_named_in(standing.none_because):
                path: Path = ("protections", "standing", name)
                yield Left(path=path, permission=Permission(name), limit="", to=other)
        for index, tie in enumerate(section.conditional):
            if tie.permission in _ASKED and named.is_named_in(tie.none_because):
                path = ("protections", "conditional", index)
                yield Left(path=path, permission=tie.permission, limit=tie.limit, to=other)


def bypasses(known: Sequence[Named]) -> Iterator[tuple[int, ProofFinding]]:
    """What is left to a document that asks for nothing in its turn, with the index of the document that leaves it."""
    every = [list(left_to_others(known, at)) for at in range(len(known))]
    theories: dict[Permission, Theory] = {}
    for at, lefts in enumerate(every):
        for left in lefts:
            if left.permission not in theories:
                theories[left.permission] = Theory([n.document for n in known], left.permission)
            back = any((b.permission, b.to) == (left.permission, at) for b in every[left.to])
            yield from ((at, f) for f in _bypass(theories[left.permission], known, at, left, circular=back))


def _bypass(theory: Theory, known: Sequence[Named], at: int, left: Left, *, circular: bool) -> Iterator[ProofFinding]:
    view, other = theory.views[at], theory.views[left.to]
    crossed = [view.crossed[left.limit]] if left.limit in view.crossed else []
    if left.limit and not crossed:
        return
    bare = [z3.Not(term) for term in other.symbols.in_force.values()]
    in_scope = [z3.Not(v.symbols.out_of_scope) for v in theory.views]
    asking: list[Term] = []
    if left.limit:  # every limit of the other document that can be crossed at all is: does it ask for something then?
        stops = {n for n, limit in known[left.to].document.limits.items() if limit.hard_stop}
        asking = [term for name, term in other.crossed.items() if name not in stops]
    states = theory.find_all(theory.granted, *crossed, *bare, *in_scope, *asking)
    if states:
        yield _found(known, at, left, theory, states, circular=circular)
        return
    states = theory.find_all(theory.granted, *crossed, *bare, *in_scope) if left.limit else ()
    if states:
        said = f"{_title(known, left.to)} asks for protections only while limits of its own count as crossed"
        what = f"crossing {left.limit} is left to another document: {said}"
        witness = _witness(known, theory, states)
        yield ProofFinding(code=Code.BYPASS, path=left.path, what=what, rule="D1", witness=witness, note=True)


def _found(
    known: Sequence[Named],
    at: int,
    left: Left,
    theory: Theory,
    states: Sequence[object],
    *,
    circular: bool,
) -> ProofFinding:
    about = f"{left.permission.value} while {left.limit} counts as crossed" if left.limit else left.permission.value
    to = _title(known, left.to)
    end = f"leaves it back to {_title(known, at)}" if circular else "asks for nothing"
    return ProofFinding(
        code=Code.CIRCULAR_APPROVAL if circular else Code.BYPASS,
        path=left.path,
        what=f"{about} is left to {to}, which {end}",
        mend="ask for the protections here, or have the other document ask for them always",
        rule="D1",
        witness=_witness(known, theory, states),
    )


def _title(known: Sequence[Named], at: int) -> str:
    return f"{known[at].document.title!r}"


def _witness(known: Sequence[Named], theory: Theory, states: Sequence[object]) -> str:
    parts = [
        f"under {_title(known, at)} {in_words(named.document, state)}"  # type: ignore[arg-type]
        for at, (named, state) in enumerate(zip(known, states, strict=True))
    ]
    return f"With {'; '.join(parts)}: {theory.permission.value} is {Answer.GRANTED.value.lower()}."
