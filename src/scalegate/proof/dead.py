"""Clauses without effect: what could be struck out and no answer would change (e).

For: `prove.py`. Does not know: why a clause was written.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import z3

from scalegate.decision.abstract import Claim
from scalegate.policy.document import (
    Conditional,
    HorizonObservation,
    Permission,
    PolicyDocument,
    RateObservation,
    Relaxable,
)
from scalegate.policy.observations import observations
from scalegate.proof.claims import claims_of
from scalegate.proof.finding import Code, ProofFinding
from scalegate.proof.quorums import can_meet
from scalegate.proof.solving import Theory
from scalegate.proof.translation import View, translate
from scalegate.shape import Path


def dead_ties(theory: Theory) -> Iterator[ProofFinding]:
    """Ties of the only document without which every state is answered alike."""
    document = theory.view.symbols.document
    for index, tie in enumerate(document.protections.conditional):
        if tie.permission is not theory.permission:
            continue
        if not _differ(theory, translate(_without(document, index), tie.permission)):
            what = f"the tie of {tie.limit} and {tie.permission.value} changes no answer: {_why(document, index, tie)}"
            path: Path = ("protections", "conditional", index)
            found = ProofFinding(code=Code.DEAD_TIE, path=path, what=what, rule=_rule(document, tie))
            later = tie.permission is Permission.RELEASE_WEIGHTS  # D7: it will be read once weights can be released
            yield replace(found, note=True) if later else replace(found, mend="strike it out")


def _differ(theory: Theory, other: View) -> bool:
    one = theory.view
    return theory.holds(z3.Or(z3.Xor(one.granted, other.granted), z3.Xor(one.waived, other.waived)))


def _without(document: PolicyDocument, index: int) -> PolicyDocument:
    ties = document.protections.conditional
    left = (*ties[:index], *ties[index + 1 :])
    return replace(document, protections=replace(document.protections, conditional=left))


def _why(document: PolicyDocument, index: int, tie: Conditional) -> str:
    known = document.limits.get(tie.limit)
    before = document.protections.conditional[:index]
    if (tie.limit, tie.permission) in [(t.limit, t.permission) for t in before]:
        return "an earlier entry is read instead"
    if tie.permission is Permission.ASSESS:
        return "ASSESS asks for its standing protections alone"
    if tie.permission is Permission.RELEASE_WEIGHTS:
        return "weights are released in no state"
    if known is None or document.threat_model_of(tie.limit) is None:
        return f"{tie.limit} stands on no ladder"
    if known.hard_stop:
        return f"{tie.limit} is a hard stop, and no protection reaches it"
    return "no state in which it is read is granted with it and held without it, or the other way round"


def _rule(document: PolicyDocument, tie: Conditional) -> str:
    if tie.permission is Permission.ASSESS:
        return "D6"
    known = document.limits.get(tie.limit)
    return "L2" if known and known.hard_stop else "D2"


def dead_clauses(document: PolicyDocument, waivable: bool) -> Iterator[ProofFinding]:
    """Clauses that nothing reads, and rules that reach nothing.

    Args:
        document: the policy.
        waivable: whether some state of some permission is held and waived.
    """
    yield from _protections(document)
    yield from _evaluations(document)
    yield from _scope(document)
    yield from _relaxations(document)
    waivers = document.response.waivers
    if waivers and not waivable:
        meeting = can_meet(document, waivers.quorum)
        why = meeting.why_not or (meeting.waits_for and f"needs {meeting.waits_for}")
        what = f"the waiver rule reaches nothing: {'its quorum ' + why if why else 'only hard stops could be crossed'}"
        yield _dead(Code.DEAD_WAIVER_RULE, ("response", "waivers"), what, "D12")
    if not any(Claim.ALERT in claims_of(document, limit) for limit in document.limits):
        for index, duty in enumerate(document.response.alert_duties):
            what = f"the duty {duty.id} never begins: no limit can stand at an alert"
            yield _dead(Code.DEAD_DUTY, ("response", "alert_duties", index), what, "V6")


def _protections(document: PolicyDocument) -> Iterator[ProofFinding]:
    section = document.protections
    asked = {p for standing in section.standing.values() for p in standing.protections}
    asked |= {p for tie in section.conditional for p in tie.protections}
    for name in section.measures:
        if name not in asked:
            path: Path = ("protections", "measures", name)
            yield _dead(Code.UNUSED_PROTECTION, path, f"nothing asks for the protection {name}", "D2")


def _evaluations(document: PolicyDocument) -> Iterator[ProofFinding]:
    fields = ("evaluation", "control")
    read = {getattr(o, field, None) for _, _, o in observations(document) for field in fields}
    read |= {cited for _, _, o in observations(document) for cited in getattr(o, "must_cite", ())}
    for name, evaluation in document.evaluation.evaluations.items():
        if name not in read and evaluation.screens is None and document.scope.screen != name:
            path: Path = ("evaluation", "evaluations", name)
            yield _dead(Code.UNREAD_EVALUATION, path, f"no limit reads the evaluation {name}", "V2")


def _scope(document: PolicyDocument) -> Iterator[ProofFinding]:
    scope = document.scope
    if (scope.out_of_scope_below is None) != (scope.screen is None):
        stated, lacks = ("screen", "out_of_scope_below") if scope.screen else ("out_of_scope_below", "screen")
        what = f"{stated} has no effect without {lacks}: nothing can be found out of scope"
        yield _dead(Code.DEAD_SCOPE, ("scope", stated), what, "S4")


def _relaxations(document: PolicyDocument) -> Iterator[ProofFinding]:
    lined = [o for _, _, o in observations(document) if isinstance(o, (RateObservation, HorizonObservation))]
    for index, relaxation in enumerate(document.evaluation.relaxations):
        if relaxation.requirement is Relaxable.REGISTRATION and not any(o.relied_on for o in lined):
            what = "registration is relaxed for nobody: no limit relies on a measured observation"
            yield _dead(Code.DEAD_RELAXATION, ("evaluation", "relaxations", index), what, "E6")


def _dead(code: Code, path: Path, what: str, rule: str) -> ProofFinding:
    return ProofFinding(code=code, path=path, what=what, mend="strike it out, or make something read it", rule=rule)
