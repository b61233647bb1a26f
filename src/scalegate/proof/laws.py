"""What must hold in every state: no crossing without its protections (law 3), worse never relaxes (law 2) (b, d).

For: `prove.py`. Does not know: who acts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import z3

from scalegate.decision.abstract import Answer
from scalegate.decision.state import Training
from scalegate.policy.document import Conditional, Permission, PolicyDocument
from scalegate.proof.finding import Code, ProofFinding
from scalegate.proof.holds import in_earnest
from scalegate.proof.solving import Theory
from scalegate.proof.symbols import STOPPED, Symbols, Term
from scalegate.proof.translation import translate
from scalegate.proof.witness import in_words, sentence
from scalegate.shape import Path

WIDENED = (Permission.USE_INTERNALLY, Permission.DEPLOY)
_UNGOVERNED = (Permission.ASSESS, Permission.RELEASE_WEIGHTS)  # D6: contained, whatever the limits; D7: never granted


@dataclass(frozen=True, kw_only=True)
class Law:
    """One statement over every state: whether it holds, and a state that breaks it."""

    rule: str
    permission: Permission
    what: str
    holds: bool
    witness: str = ""


# ------------------------------------------------------------------ crossings and protections (b)


def crossing_laws(theory: Theory) -> Iterator[tuple[Law, tuple[ProofFinding, ...]]]:
    """Law 3 for every tie as it is written, also for one that the gate would never read."""
    if theory.permission in _UNGOVERNED:
        return
    document = theory.view.symbols.document
    broken = [f for index, tie in enumerate(document.protections.conditional) for f in _unprotected(theory, index, tie)]
    what = "never granted while a limit counts as crossed and a protection tied to it is missing"
    witness = broken[0].witness if broken else ""
    law = Law(rule="law 3", permission=theory.permission, what=what, holds=not broken, witness=witness)
    yield law, tuple(broken)


def _unprotected(theory: Theory, index: int, tie: Conditional) -> Iterator[ProofFinding]:
    view = theory.view
    crossed = view.crossed.get(tie.limit)
    if crossed is None or tie.permission is not theory.permission:
        return
    for name in tie.protections:
        missing = z3.Not(view.symbols.in_force[name])
        state = theory.find(crossed, missing, *in_earnest(theory))
        if state:
            document = view.symbols.document
            what = f"{tie.permission.value} is granted while {tie.limit} counts as crossed and {name} is missing"
            yield ProofFinding(
                code=Code.GRANTED_UNPROTECTED,
                path=("protections", "conditional", index),
                what=what,
                mend="write one entry for each limit and permission, with all its protections",
                rule="law 3",
                witness=sentence(document, state, Answer.GRANTED),
            )


def unasked_crossings(theory: Theory) -> Iterator[tuple[ProofFinding, Conditional]]:
    """Limits that can be crossed, and the permission granted with no protection in force at all."""
    view, document = theory.view, theory.view.symbols.document
    if theory.permission in _UNGOVERNED:
        return
    bare = [z3.Not(term) for term in view.symbols.in_force.values()]
    for index, tie in enumerate(document.protections.conditional):
        crossed = view.crossed.get(tie.limit)
        if crossed is None or tie.permission is not theory.permission:
            continue
        state = theory.find(crossed, *bare, *in_earnest(theory))
        if state:
            what = f"crossing {tie.limit} asks for nothing: {tie.permission.value} is governed by no protection at all"
            mend = "tie protections to it, or ask for some always"
            witness = sentence(document, state, Answer.GRANTED)
            path = ("protections", "conditional", index)
            code = Code.CROSSING_ASKS_NOTHING
            yield ProofFinding(code=code, path=path, what=what, mend=mend, rule="D2", witness=witness), tie


# ------------------------------------------------------------------------------------ worse (d)


def order_laws(document: PolicyDocument, permission: Permission) -> Iterator[tuple[Law, tuple[ProofFinding, ...]]]:
    """Whether a state that is worse in every part is ever answered better.

    Twice: of what was granted before, and of a mode or configuration that is new. V6 holds what is new under an alert
    whatever the protections, and D2 grants it once the limit counts as crossed and they are in force.
    """
    order = _Order(document, permission)
    what = "a graver claim, less protection, a later time never turns a hold into a grant"
    yield order.law(what, Code.WORSE_RELAXES, z3.Not(order.bad.symbols.widening))
    if permission in WIDENED:
        yield order.law(f"{what}, also of something new", Code.WORSE_RELAXES, order.good.symbols.widening)
    if document.response.waivers:
        what = "nor a hold that no waiver reaches into one that a waiver does"
        yield order.law(what, Code.WORSE_IS_WAIVED, z3.Not(order.bad.symbols.widening))


class _Order:
    """Two states of one policy for one permission, the second worse than the first."""

    def __init__(self, document: PolicyDocument, permission: Permission) -> None:
        self.good, self.bad = translate(document, permission), translate(document, permission, "worse: ", "worse: ")
        self._solver = z3.Solver()
        for view in (self.good, self.bad):
            self._solver.add(*view.symbols.possible())
        self._solver.add(*worse(self.good.symbols, self.bad.symbols))

    def law(self, what: str, code: Code, where: Term) -> tuple[Law, tuple[ProofFinding, ...]]:
        """One statement about all such pairs; `where` narrows them down."""
        if code is Code.WORSE_RELAXES:
            broken = [z3.Not(self.good.granted), self.bad.granted, where]
        else:
            broken = [z3.Not(z3.Or(self.good.granted, self.good.waived)), self.bad.waived, where]
        permission, witness = self.good.symbols.permission, self._witness(broken, code)
        law = Law(rule="law 2", permission=permission, what=what, holds=not witness, witness=witness)
        return law, (_relaxing(permission, code, witness, new="new" in what),) if witness else ()

    def _witness(self, broken: list[Term], code: Code) -> str:
        kept = broken
        if self._solver.check(*kept) != z3.sat:
            return ""
        for wish in (*self.good.symbols.ordinary(), *self.bad.symbols.ordinary()):
            if self._solver.check(*kept, wish) == z3.sat:
                kept = [*kept, wish]
        self._solver.check(*kept)
        model = self._solver.model()
        states = [in_words(v.symbols.document, v.symbols.state(model)) for v in (self.good, self.bad)]
        end = "granted" if code is Code.WORSE_RELAXES else "held and waived"
        return f"With {states[0]}, {self.good.symbols.permission} is held; with {states[1]}, it is {end}."


def _relaxing(permission: Permission, code: Code, witness: str, *, new: bool) -> ProofFinding:
    what = f"worse evidence turns a hold of {permission} into a grant"
    path: Path = ("protections",)
    if new:
        what = f"under an alert nothing new is granted for {permission}; once crossed and protected it is"
    if code is Code.WORSE_IS_WAIVED:
        what = f"a waiver of {permission} reaches a crossed limit and not the hold before it"
        path = ("response", "waivers")
    note = new or code is Code.WORSE_IS_WAIVED  # of the rules, not of this policy
    rule = "V6" if new else "D12" if note else "law 2"
    return ProofFinding(code=code, path=path, what=what, rule=rule, witness=witness, note=note)


def worse(good: Symbols, bad: Symbols) -> Iterator[Term]:
    """That the second state is worse than the first, or equal, in every part.

    Runs are ordered by "stopped at a due point"; between a first run and an assessed one there is no order, since the
    record forgets no evaluation.
    """
    for name, one in good.limits.items():
        other = bad.limits[name]
        yield from (z3.Implies(one.at_least[c], other.at_least[c]) for c in one.at_least)
        yield from (z3.Implies(one.duty_late, other.duty_late), z3.Implies(one.stale, other.stale))
        yield from (z3.Implies(other.risk_stated, one.risk_stated), z3.Implies(other.waived, one.waived))
    yield from (z3.Implies(bad.in_force[name], term) for name, term in good.in_force.items())
    yield from (z3.Implies(term, bad.lapsed[name]) for name, term in good.lapsed.items())
    yield from (z3.Implies(good.opaque, bad.opaque), z3.Implies(good.widening, bad.widening))
    yield from (z3.Implies(good.paused, bad.paused), z3.Implies(bad.out_of_scope, good.out_of_scope))
    if good.training:
        running = [t for t in good.training if t not in STOPPED and t is not Training.NOT_ASKED]
        yield from (z3.Implies(bad.training[t], good.training[t]) for t in running)
