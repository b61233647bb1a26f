"""The gate as formulas: when each rule holds a permission, read from the policy and not from the gate's code.

For: every question of this room. Does not know: `decide`, `survey`, dates, words of a decision.

This is a second reading of rules S, E, L, V and D for one policy and one permission. It stands beside the executable
gate on purpose and calls none of it; tests/proof/test_views_agree.py holds the two equal, reason by reason.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import z3

from scalegate.decision.abstract import Claim
from scalegate.decision.state import Training
from scalegate.policy.document import Conditional, Permission, PolicyDocument
from scalegate.proof.symbols import NO, YES, LimitSymbols, Symbols, Term


@dataclass(frozen=True, kw_only=True)
class Reason:
    """One reason to hold: its rule, what it is about, the states in which it stands.

    Attributes:
        when: the states in which it holds.
        waivable: the states in which a waiver could reach it (D12).
        cleared_by: the roles that can clear it (D8).
    """

    rule: str
    when: Term
    limit: str = ""
    protection: str = ""
    threat_model: str = ""
    waivable: Term = NO
    cleared_by: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class View:
    """The solver's view of the gate for one policy and one permission."""

    symbols: Symbols
    crossed: dict[str, Term]
    reasons: tuple[Reason, ...]

    @property
    def granted(self) -> Term:
        return z3.Not(z3.Or(*(r.when for r in self.reasons))) if self.reasons else YES

    @property
    def waived(self) -> Term:
        """Held, and every reason is one that a waiver in force reaches (D12)."""
        limits = self.symbols.limits
        under = [
            z3.Implies(r.when, z3.And(r.waivable, limits[r.limit].waived) if r.limit in limits else NO)
            for r in self.reasons
        ]
        return z3.And(z3.Not(self.granted), *under)


def translate(document: PolicyDocument, permission: Permission, name: str = "", subject: str = "") -> View:
    """The gate of one policy for one permission; names as for `Symbols`."""
    symbols = Symbols(document, permission, name, subject)
    return View(symbols=symbols, crossed=_crossings(symbols), reasons=tuple(_reasons(symbols)))


def _crossings(s: Symbols) -> dict[str, Term]:
    """By limit, where it counts as crossed."""
    found: dict[str, Term] = {}
    for ladder in s.ladders.values():
        below: Term = NO
        for limit in ladder:
            own = z3.Or(s.limits[limit].counts_as_crossed, s.limits[limit].duty_late)  # the table of verdicts; V6
            found[limit] = own if s.document.limits[limit].observations else below  # L1: without observations
            below = found[limit]
    return found


def _reasons(s: Symbols) -> Iterator[Reason]:
    yield from _standing(s)  # D2: asked always, also of ASSESS and out of scope (S4)
    if s.permission is Permission.ASSESS:
        return  # D6: held only when its containment protections are missing
    if s.permission in (Permission.STORE, Permission.RELEASE_WEIGHTS):
        yield Reason(rule="S1", when=s.opaque)
    yield Reason(rule="D10", when=s.paused, cleared_by=tuple(s.document.response.pause.resume.of))
    if s.permission is Permission.RELEASE_WEIGHTS:
        yield Reason(rule="D7", when=YES)
    if s.permission is Permission.TRAIN:
        yield from _run(s)
    for reason in (*_ends(s), *_ladders(s)):
        # S4: out of scope nothing about limits is asked
        yield replace(reason, when=z3.And(z3.Not(s.out_of_scope), reason.when))


def _run(s: Symbols) -> Iterator[Reason]:
    """D4: no further than the first due point, and not where that is unknown; D5: not past a due point."""
    evaluators = (s.document.accountability.evaluators,)
    no_point = (Training.COMPUTE_UNKNOWN, Training.FIRST_RUN_NO_POINT, Training.FIRST_RUN_AT_POINT)
    yield Reason(rule="D4", when=z3.Or(*(s.run_is(t) for t in no_point)), cleared_by=evaluators)
    yield Reason(rule="D5", when=s.run_is(Training.OVERDUE), cleared_by=evaluators)


def _standing(s: Symbols) -> Iterator[Reason]:
    standing = s.document.protections.standing.get(s.permission.value)
    if standing is None or not (standing.protections or standing.none_because):  # D2: says `none, because …`
        yield Reason(rule="D2", when=YES, cleared_by=(s.document.accountability.officer,))
    for name in standing.protections if standing else ():
        yield _missing(s, name, when=YES)


def _missing(s: Symbols, protection: str, *, when: Term, limit: str = "", waivable: Term = NO) -> Reason:
    """D3: a protection that is asked for and not in force; its approver clears it."""
    measure = s.document.protections.measures.get(protection)
    return Reason(
        rule="D3",
        when=z3.And(when, z3.Not(s.in_force[protection])),
        limit=limit,
        protection=protection,
        waivable=waivable,
        cleared_by=(measure.approved_by,) if measure else (),
    )


def _ends(s: Symbols) -> Iterator[Reason]:
    """L3: every threat model ends in a ladder or in an accepted blind spot that has not ended."""
    board = (s.document.accountability.board,)
    for name, threat_model in s.document.threat_models.items():
        spot = threat_model.accepted_blind_spot
        if spot:
            yield Reason(rule="L3", when=s.lapsed[name], threat_model=name, cleared_by=(spot.accepted_by,))
        elif not threat_model.ladder:
            yield Reason(rule="L3", when=YES, threat_model=name, cleared_by=board)


def _ladders(s: Symbols) -> Iterator[Reason]:
    crossings = _crossings(s)
    for ladder in s.ladders.values():
        for limit in ladder:
            yield from _rung(s, limit, crossings[limit])


def _rung(s: Symbols, limit: str, crossed: Term) -> Iterator[Reason]:
    known, symbols = s.document.limits[limit], s.limits[limit]
    evaluators = (s.document.accountability.evaluators,)
    yield Reason(rule="E1", when=symbols.stale, limit=limit, cleared_by=evaluators)
    # D4: with no evaluated checkpoint the run is leased up to the first due point, whatever was never run
    leased = z3.And(s.run_is(Training.FIRST_RUN), symbols.is_(Claim.NEVER_RUN)) if known.observations else NO
    asked = z3.Not(leased)
    if s.permission in (Permission.USE_INTERNALLY, Permission.DEPLOY):
        alert = z3.And(asked, symbols.is_(Claim.ALERT), z3.Not(crossed), s.widening)
        yield Reason(rule="V6", when=alert, limit=limit, cleared_by=evaluators)
    yield from _crossed(s, limit, symbols, z3.And(asked, crossed))


def _crossed(s: Symbols, limit: str, symbols: LimitSymbols, when: Term) -> Iterator[Reason]:
    account = s.document.accountability
    if s.document.limits[limit].hard_stop:  # L2: whatever the protections, waivers and clauses
        yield Reason(rule="L2", when=when, limit=limit, cleared_by=(account.evaluators,))
        return
    waivable = z3.Not(symbols.is_(Claim.DANGER_SHOWN))  # D12: never a danger shown
    if s.permission is Permission.RELEASE_WEIGHTS:
        waivable = NO  # D7: no waiver
    tie = first_tie(s.document, limit, s.permission)
    if tie is None or not (tie.protections or tie.none_because):  # D2: nothing says what would permit it
        yield Reason(rule="D2", when=when, limit=limit, waivable=waivable, cleared_by=(account.evaluators,))
    for protection in tie.protections if tie else ():  # D2, D3
        yield _missing(s, protection, when=when, limit=limit, waivable=waivable)
    unstated = z3.And(when, z3.Not(symbols.risk_stated))
    yield Reason(rule="D14", when=unstated, limit=limit, cleared_by=(account.officer,))


def first_tie(document: PolicyDocument, limit: str, permission: Permission) -> Conditional | None:
    """What the policy says first about a crossed limit and a permission."""
    for tie in document.protections.conditional:
        if (tie.limit, tie.permission) == (limit, permission):
            return tie
    return None
