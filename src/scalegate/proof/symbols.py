"""The unknowns of one policy and one permission, and which combinations of them can be.

For: `translation.py` and every question. Does not know: the rules that turn a state into an answer.

A claim is written as a ladder of Booleans ("at least as grave as …"), so that graver is an implication. `possible`
keeps out states that no record can be in; `reachable` also those that the policy's own observations cannot lead to.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import z3

from scalegate.decision.abstract import AbstractLimit, AbstractState, Claim
from scalegate.decision.state import Training
from scalegate.policy.document import Permission, PolicyDocument
from scalegate.proof.claims import claims_of
from scalegate.proof.quorums import can_meet, holders

Term = Any  # a Boolean formula; the solver's package has no types

RUNS: tuple[Training, ...] = tuple(t for t in Training if t is not Training.NOT_ASKED)
STOPPED = tuple(t for t in RUNS if t not in (Training.FIRST_RUN, Training.WITHIN_INTERVAL))
NO, YES = z3.BoolVal(False), z3.BoolVal(True)


@dataclass(frozen=True, kw_only=True)
class LimitSymbols:
    """The unknowns of one limit; `at_least[c]` says that its claim is as grave as `c` or graver."""

    at_least: dict[Claim, Term]
    duty_late: Term
    stale: Term
    risk_stated: Term
    waived: Term

    def is_(self, claim: Claim) -> Term:
        """The claim is this one."""
        graver = [c for c in Claim if c.gravity == claim.gravity + 1]
        return z3.And(self.at_least[claim], *(z3.Not(self.at_least[c]) for c in graver))

    @property
    def counts_as_crossed(self) -> Term:
        return self.at_least[Claim.NEVER_RUN]


class Symbols:
    """The unknowns that the answer for one permission hangs on.

    Attributes:
        name: tells the unknowns of several documents apart.
        subject: tells several subjects apart; documents in force over one subject share what is about it alone.
        ladders: limits by threat model, in their order; a name that the policy does not define is left out.
    """

    def __init__(self, document: PolicyDocument, permission: Permission, name: str = "", subject: str = "") -> None:
        self.document, self.permission, self.name = document, permission, name
        self.ladders: dict[str, tuple[str, ...]] = {
            n: tuple(limit for limit in t.ladder if limit in document.limits) for n, t in document.threat_models.items()
        }
        on_ladders = [limit for ladder in self.ladders.values() for limit in ladder]
        self.limits = {limit: self._limit(limit) for limit in on_ladders}
        self.in_force = {p: self._symbol(f"in force {p}") for p in _named_protections(document)}
        spots = [n for n, t in document.threat_models.items() if t.accepted_blind_spot]
        self.lapsed = {n: self._symbol(f"lapsed {n}") for n in spots}
        self.training = {t: self._symbol(f"training {t}") for t in RUNS} if permission is Permission.TRAIN else {}
        self.opaque, self.widening = z3.Bool(f"{subject}opaque"), z3.Bool(f"{subject}widening")
        self.paused, self.out_of_scope = self._symbol("paused"), self._symbol("out of scope")

    def _symbol(self, words: str) -> Term:
        return z3.Bool(f"{self.name}{words}")

    def _limit(self, limit: str) -> LimitSymbols:
        graded: dict[Claim, Term] = {c: self._symbol(f"{limit} at least {c}") for c in Claim}
        kinds = {kind: self._symbol(f"{limit} {kind}") for kind in ("duty_late", "stale", "risk_stated", "waived")}
        return LimitSymbols(at_least=graded | {Claim.NOT_SHOWN: YES}, **kinds)

    def run_is(self, training: Training) -> Term:
        """Where a run stands; for any permission but TRAIN nothing is asked."""
        return self.training.get(training, YES if training is Training.NOT_ASKED and not self.training else NO)

    # ------------------------------------------------------------------------------ constraints

    def shape(self) -> Iterator[Term]:
        """What makes the Booleans a state at all: one claim for each limit, one place of a run."""
        for limit in self.limits.values():
            for claim in Claim:
                graver = [c for c in Claim if c.gravity == claim.gravity + 1]
                yield from (z3.Implies(limit.at_least[c], limit.at_least[claim]) for c in graver)
        if self.training:
            yield z3.Or(*self.training.values())
            yield z3.AtMost(*self.training.values(), 1)

    def possible(self) -> Iterator[Term]:
        """What any record under this policy keeps to."""
        yield from self.shape()
        for name, symbol in self.in_force.items():
            measure = self.document.protections.measures.get(name)
            if measure is None or not holders(self.document, measure.approved_by):
                yield z3.Not(symbol)  # D3: nobody could approve its test
        for limit in self.limits.values():
            yield from self._possible_limit(limit)
        yield from self._possible_scope()
        yield from self._possible_run()

    def _possible_limit(self, limit: LimitSymbols) -> Iterator[Term]:
        # V6: only an alert has duties. For TRAIN a claim ends by a calendar of its own, so it may read otherwise there.
        grounds = [Claim.ALERT]
        if self.permission is Permission.TRAIN:
            grounds += [Claim.NOT_SHOWN, Claim.EXPIRED]
        yield z3.Implies(limit.duty_late, z3.Or(*(limit.is_(c) for c in grounds)))
        if not self.document.response.alert_duties:
            yield z3.Not(limit.duty_late)
        waivers = self.document.response.waivers
        if waivers is None or not can_meet(self.document, waivers.quorum).now:
            yield z3.Not(limit.waived)  # D12

    def _possible_scope(self) -> Iterator[Term]:
        scope = self.document.scope
        if scope.out_of_scope_below is None or scope.screen is None:
            yield z3.Not(self.out_of_scope)  # S4
        against = [limit.at_least[Claim.INVALID] for limit in self.limits.values()]
        yield from (z3.Implies(self.out_of_scope, z3.Not(term)) for term in against)  # S4: never against evidence

    def _possible_run(self) -> Iterator[Term]:
        first = self.document.evaluation.first_assessment
        if first.at is None and first.factor is None:  # D4: with neither stated it is held
            yield z3.Not(self.run_is(Training.FIRST_RUN))
            yield z3.Not(self.run_is(Training.FIRST_RUN_AT_POINT))
        if first.factor is None and first.at is not None:
            yield z3.Not(self.run_is(Training.FIRST_RUN_NO_POINT))

    def reachable(self) -> Iterator[Term]:
        """As `possible`, and each claim is one that the limit's observations can lead to (V1)."""
        yield from self.possible()
        for name, limit in self.limits.items():
            known = claims_of(self.document, name)
            if not self.document.limits[name].observations:
                yield z3.Not(z3.Or(limit.duty_late, limit.stale))  # there is nothing to be late with or older than
            yield from (z3.Not(limit.is_(claim)) for claim in Claim if claim not in known)

    # ----------------------------------------------------------------------------------- states

    def ordinary(self) -> Iterator[Term]:
        """Each unknown at the value that calls for no remark, most telling first; for witnesses that say little."""
        for limit in self.limits.values():
            yield from (z3.Not(limit.at_least[c]) for c in Claim if c is not Claim.NOT_SHOWN)
            yield from (z3.Not(limit.duty_late), z3.Not(limit.stale), z3.Not(limit.waived))
        yield from self.in_force.values()
        yield from (z3.Not(x) for x in (self.out_of_scope, self.paused, self.opaque, self.widening))
        yield from map(z3.Not, self.lapsed.values())
        yield self.run_is(Training.WITHIN_INTERVAL)
        yield from (limit.risk_stated for limit in self.limits.values())

    def state(self, model: z3.ModelRef) -> AbstractState:
        """The state that a model of the solver describes."""

        def true(term: Term) -> bool:
            return bool(z3.is_true(model.eval(term, model_completion=True)))

        return AbstractState(
            permission=self.permission,
            limits={
                name: AbstractLimit(
                    claim=next(c for c in Claim if true(limit.at_least[c])),  # gravest first
                    duty_late=true(limit.duty_late),
                    stale=true(limit.stale),
                    risk_stated=true(limit.risk_stated),
                    waived=true(limit.waived),
                )
                for name, limit in self.limits.items()
            },
            in_force=frozenset(name for name, term in self.in_force.items() if true(term)),
            lapsed=frozenset(name for name, term in self.lapsed.items() if true(term)),
            training=next((t for t, term in self.training.items() if true(term)), Training.NOT_ASKED),
            opaque=true(self.opaque),
            widening=true(self.widening),
            paused=true(self.paused),
            out_of_scope=true(self.out_of_scope),
        )

    def values(self, state: AbstractState) -> Iterator[tuple[Term, bool]]:
        """Each unknown with its value in a state."""
        for name, limit in self.limits.items():
            known = state.limits[name]
            graded = [c for c in Claim if c is not Claim.NOT_SHOWN]
            yield from ((limit.at_least[c], known.claim.gravity >= c.gravity) for c in graded)
            yield limit.duty_late, known.duty_late
            yield limit.stale, known.stale
            yield limit.risk_stated, known.risk_stated
            yield limit.waived, known.waived
        yield from ((term, name in state.in_force) for name, term in self.in_force.items())
        yield from ((term, name in state.lapsed) for name, term in self.lapsed.items())
        yield from ((term, t is state.training) for t, term in self.training.items())
        yield from ((self.opaque, state.opaque), (self.widening, state.widening))
        yield from ((self.paused, state.paused), (self.out_of_scope, state.out_of_scope))


def _named_protections(document: PolicyDocument) -> list[str]:
    section = document.protections
    asked = [p for standing in section.standing.values() for p in standing.protections]
    asked += [p for tie in section.conditional for p in tie.protections]
    return list(dict.fromkeys([*section.measures, *asked]))
