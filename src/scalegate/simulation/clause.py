"""Which clauses of the policy were ever asked about, and which never fired.

For: outcomes. Does not know: how a clause is shown.

A clause that no run reached is either dead weight or waits for something rarer than what was simulated: never in so
many runs bounds its share from above (the rule of three), and says no more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from scalegate.policy.document import Permission, PolicyDocument
from scalegate.simulation.scenario import Scenario
from scalegate.simulation.table import BoolArray, DecisionTable, Key
from scalegate.simulation.tally import QuestionTally, Tally

_TRIGGERS = {
    "first": (
        "evaluation.first_assessment",
        "the first due point of a first run begins a campaign (held: it is reached before the report, D4)",
    ),
    "compute": (
        "evaluation.triggers.effective_compute",
        "a step of effective compute begins a campaign (held: it is reached before the report, D5)",
    ),
    "calendar": (
        "evaluation.triggers.calendar",
        "the calendar begins a campaign (held: evidence has expired before the report, D5, V7)",
    ),
    "growth": (
        "evaluation.growth.training",
        "growth ends a claim before the next due point (held: compute at which a bound is at its limit, V7)",
    ),
}


@dataclass(frozen=True, kw_only=True)
class ClauseOutcome:
    """One clause of the policy: in how many runs it was asked about, and in how many it held.

    Attributes:
        at_most: what the share of such runs is below, with 95 % confidence, when it was never asked: 3 / runs.
        simulated: False for clauses that nothing in this scenario can reach.
    """

    path: str
    what: str
    simulated: bool
    asked_runs: int
    held_runs: int | None
    at_most: float | None


def clauses_of(
    policy: PolicyDocument, scenario: Scenario, table: DecisionTable, tally: Tally
) -> Iterator[ClauseOutcome]:
    """Every clause, in the order of the policy's sections."""
    made = _Clauses(policy, scenario, table, tally)
    yield from made.hard_stops()
    yield from made.ties()
    yield from made.standing()
    yield from made.triggers()
    yield from made.response()


class _Clauses:
    def __init__(self, policy: PolicyDocument, scenario: Scenario, table: DecisionTable, tally: Tally) -> None:
        self._policy, self._scenario, self._table, self._tally = policy, scenario, table, tally
        self._limits = [limit.id for limit in tally.instrument.limits]
        self._none = np.zeros(tally.runs, dtype=bool)

    def _of(self, permission: Permission) -> list[QuestionTally]:
        return [q for question, q in self._tally.questions.items() if question.permission is permission]

    def _held(self, chosen: Callable[[Key], bool], *permissions: Permission) -> BoolArray:
        """Runs in which a blocker of this kind ever held; over all permissions when none is named."""
        found = self._none.copy()
        for permission in permissions or tuple(Permission):
            for key, at in self._table.of(permission).keys.items():
                for counted in self._of(permission) if chosen(key) else ():
                    if at // 64 < counted.held_clauses.shape[0]:
                        found |= counted.held_clauses[at // 64] >> np.uint64(at % 64) & np.uint64(1) > 0
        return found

    def _crossed(self, limit: str, *permissions: Permission) -> BoolArray:
        at, found = self._limits.index(limit), self._none.copy()
        for permission in permissions:
            for counted in self._of(permission):
                found |= counted.crossed[at]
        return found

    def _made(
        self, path: str, what: str, asked: BoolArray, held: BoolArray | None = None, *, simulated: bool = True
    ) -> ClauseOutcome:
        number = int(asked.sum())
        never = simulated and not number
        return ClauseOutcome(
            path=path,
            what=what,
            simulated=simulated,
            asked_runs=number,
            held_runs=None if held is None else int(held.sum()),
            at_most=min(1.0, 3 / self._tally.runs) if never else None,
        )

    def hard_stops(self) -> Iterator[ClauseOutcome]:
        for limit in self._limits:
            if self._policy.limits[limit].hard_stop:
                asked = tuple(p for p in Permission if p is not Permission.ASSESS)
                held = self._held(lambda key, limit=limit: key[:2] == ("L2", limit))  # type: ignore[misc]
                yield self._made(f"limits.{limit}.hard_stop", "the hard stop", self._crossed(limit, *asked), held)

    def ties(self) -> Iterator[ClauseOutcome]:
        for at, tie in enumerate(self._policy.protections.conditional):
            if tie.limit not in self._limits:
                continue
            names = ", ".join(tie.protections) or "nothing more"
            held = self._held(lambda key, tie=tie: key[1] == tie.limit and bool(key[2]), tie.permission)  # type: ignore[misc]
            what = f"{tie.limit} crossed: {tie.permission} asks for {names}"
            yield self._made(f"protections.conditional[{at}]", what, self._crossed(tie.limit, tie.permission), held)

    def standing(self) -> Iterator[ClauseOutcome]:
        for permission in Permission:
            standing = self._policy.protections.standing.get(permission)
            for name in standing.protections if standing else ():
                held = self._held(lambda key, name=name: key[1:] == ("", name), permission)  # type: ignore[misc]
                what = f"{permission} held while {name} is not in force (D2)"
                yield self._made(f"protections.standing.{permission}", what, held, held)

    def triggers(self) -> Iterator[ClauseOutcome]:
        for name, (path, what) in _TRIGGERS.items():
            due = self._tally.due.get(name, self._none)
            yield self._made(path, what, due | self._tally.begun.get(name, self._none), due)
        happens = self._scenario.people.events_per_year > 0
        for at, event in enumerate(self._policy.evaluation.triggers.events):
            what = f"{event} makes an assessment due"
            yield self._made("evaluation.triggers.events", what, self._tally.events[at], simulated=bool(happens))

    def response(self) -> Iterator[ClauseOutcome]:
        people, tally, response = self._scenario.people, self._tally, self._policy.response
        for at, duty in enumerate(response.alert_duties):
            what = f"an alert asks for {duty.id} (held: it is late, V6)"
            yield self._made(f"response.alert_duties.{duty.id}", what, tally.duties_asked, tally.duties[at])
        widened = self._held(lambda key: key[0] == "V6")
        yield self._made("response.alert_duties", "an alert allows no wider use (V6)", widened, widened)
        paused = self._held(lambda key: key[0] == "D10")
        yield self._made(
            "response.pause", "somebody pauses (D10)", paused, paused, simulated=people.pauses_per_year > 0
        )
        if response.waivers:
            yield self._made("response.waivers", "a waiver (D12)", tally.waivers, simulated=people.waiver_share > 0)
        for name, model in self._policy.threat_models.items():
            if model.accepted_blind_spot:
                lapsed = self._held(lambda key: key[0] == "L3")
                what = "the accepted blind spot has ended (L3; any of them)"
                yield self._made(f"threat_models.{name}.accepted_blind_spot", what, lapsed, lapsed)
        yield self._made("response.rebuttal", "a rebuttal of danger shown (V8)", self._none, simulated=False)
        if response.competitor_clause:
            what = "the competitor clause (D13)"
            yield self._made("response.competitor_clause", what, self._none, simulated=False)
        if self._policy.scope.out_of_scope_below is not None:
            yield self._made("scope.out_of_scope_below", "a finding out of scope (S4)", self._none, simulated=False)
