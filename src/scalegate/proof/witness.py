"""A state in words that a board member can read, said by what is out of the ordinary in it.

For: every question of this room. Does not know: solvers.
"""

from __future__ import annotations

from collections.abc import Iterator

from scalegate.decision.abstract import AbstractLimit, AbstractState, Answer, Claim
from scalegate.decision.state import Training
from scalegate.policy.document import PolicyDocument
from scalegate.proof.translation import first_tie

_RUN = {
    Training.COMPUTE_UNKNOWN: "the run's effective compute not stated",
    Training.FIRST_RUN: "a first run before its first due point",
    Training.FIRST_RUN_NO_POINT: "a first run whose first due point is not known",
    Training.FIRST_RUN_AT_POINT: "a first run at its first due point",
    Training.OVERDUE: "an assessment of the run overdue",
}
_CLAIM = {Claim.EXPIRED: "NOT_RUN (expired)", Claim.NEVER_RUN: "NOT_RUN (never)"}


def sentence(document: PolicyDocument, state: AbstractState, said: Answer) -> str:
    """One sentence: the state, and what the gate says of the permission in it."""
    verb = {Answer.GRANTED: "is granted", Answer.WAIVED: "is held and waived", Answer.HELD: "is held"}[said]
    return f"With {in_words(document, state)}, {state.permission} {verb}."


def in_words(document: PolicyDocument, state: AbstractState) -> str:
    """What is out of the ordinary in a state; everything else is as good as it can be."""
    said = [*_said(document, state)]
    if not said:
        return "everything as good as it can be"
    return f"{', '.join(said[:-1])} and {said[-1]}" if len(said) > 1 else said[0]


def _said(document: PolicyDocument, state: AbstractState) -> Iterator[str]:
    crossed = _crossed(document, state)
    for name, limit in state.limits.items():
        yield from _limit(document, name, limit, crossed=name in crossed)
    asked = _asked(document, state, crossed)
    missing = [p for p in asked if p not in state.in_force]
    if missing and not any(p in state.in_force for p in asked) and len(missing) > 2:
        yield "no protection in force"
    else:
        yield from (f"{name} not in force" for name in missing)
    yield from (f"the accepted blind spot of {name} at its end" for name in sorted(state.lapsed))
    if state.training in _RUN:
        yield _RUN[state.training]
    if state.paused:
        yield "a pause standing"
    if state.opaque:
        yield "a subject whose identity cannot be verified"
    if state.widening:
        yield "a mode or configuration asked for that was not granted before"
    if state.out_of_scope:
        yield "a finding in force that the subject is out of scope"


def _limit(document: PolicyDocument, name: str, limit: AbstractLimit, *, crossed: bool) -> Iterator[str]:
    if not document.limits[name].observations:
        if crossed:
            yield f"{name} (without observations) crossed because the rung below is"
    elif limit.claim is not Claim.NOT_SHOWN:
        yield f"{name} at {_CLAIM.get(limit.claim, limit.claim.value)}"
    if limit.duty_late:
        yield f"a duty of the alert on {name} late"
    if limit.stale:
        yield f"evidence on {name} newer than its verdict"
    if crossed and not document.limits[name].hard_stop:
        yield f"{'a' if limit.risk_stated else 'no'} risk statement on {name}"
        if limit.waived:
            yield f"a waiver on {name}"


def _crossed(document: PolicyDocument, state: AbstractState) -> set[str]:
    found: set[str] = set()
    for threat_model in document.threat_models.values():
        below = False
        for name in threat_model.ladder:
            limit = state.limits[name]
            own = limit.claim.counts_as_crossed or limit.duty_late
            below = own if document.limits[name].observations else below
            found |= {name} if below else set()
    return found


def _asked(document: PolicyDocument, state: AbstractState, crossed: set[str]) -> list[str]:
    standing = document.protections.standing.get(state.permission.value)
    asked = [*(standing.protections if standing else ())]
    for name in state.limits:
        tie = first_tie(document, name, state.permission)
        if tie and name in crossed:
            asked += tie.protections
    return list(dict.fromkeys(asked))
