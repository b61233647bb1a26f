"""Can every hold be resolved by somebody: what all permitted acts together leave standing (c, law 5).

For: `prove.py`. Does not know: in which order people act, or whether evidence will turn out well.

Acts only improve a state, so it is enough to do all of them at once and to look at what still holds. An act counts
where the people for it are there; new evidence may clear whatever evidence can, and a danger shown stays shown.
"""

from __future__ import annotations

from collections.abc import Iterator

import z3

from scalegate.decision.abstract import Claim
from scalegate.decision.state import Training
from scalegate.policy.document import Permission, PolicyDocument
from scalegate.policy.people import quorums
from scalegate.proof.claims import claims_of
from scalegate.proof.finding import Code, ProofFinding
from scalegate.proof.holds import about
from scalegate.proof.quorums import can_meet, holders, people
from scalegate.proof.solving import Theory
from scalegate.proof.symbols import NO, YES, LimitSymbols, Symbols, Term
from scalegate.proof.translation import Reason
from scalegate.shape import Path

Swap = tuple[Term, Term]


def stuck(theory: Theory) -> Iterator[Reason]:
    """The reasons of the only document that some state keeps after every permitted act."""
    swaps = tuple(acts(theory.view.symbols))
    for reason in theory.view.reasons:
        if theory.holds(z3.substitute(reason.when, *swaps)):
            yield reason


def acts(s: Symbols) -> Iterator[Swap]:
    """Each unknown that an act can change, with its value after the act."""
    document, account = s.document, s.document.accountability
    evaluating = bool(holders(document, account.evaluators))
    for name, limit in s.limits.items():
        if evaluating:
            yield from _evidence(document, name, limit)
        if holders(document, account.officer):
            yield limit.risk_stated, YES
    for name, symbol in s.in_force.items():
        measure = document.protections.measures.get(name)
        if measure and holders(document, measure.approved_by):
            yield symbol, YES
    if can_meet(document, document.response.pause.resume).now:
        yield s.paused, NO
    if not can_meet(document, account.relaxing.quorum).why_not:
        yield from ((symbol, NO) for symbol in s.lapsed.values())
    if evaluating and s.training:
        yield from _run(s)


def _evidence(document: PolicyDocument, name: str, limit: LimitSymbols) -> Iterator[Swap]:
    shown, known = limit.at_least[Claim.DANGER_SHOWN], claims_of(document, name)
    best = Claim.NOT_SHOWN if Claim.NOT_SHOWN in known else Claim.ALERT
    yield limit.stale, NO
    if best in known:
        graded = [c for c in Claim if c not in (Claim.DANGER_SHOWN, Claim.NOT_SHOWN)]
        yield from ((limit.at_least[c], YES if c.gravity <= best.gravity else shown) for c in graded)
        yield limit.duty_late, NO


def _run(s: Symbols) -> Iterator[Swap]:
    first = s.document.evaluation.first_assessment
    stays = s.training[Training.FIRST_RUN_NO_POINT] if first.at is None and first.factor is None else NO
    for training, symbol in s.training.items():
        after = {Training.FIRST_RUN_NO_POINT: stays, Training.WITHIN_INTERVAL: z3.Not(stays)}
        yield symbol, after.get(training, NO)


# ------------------------------------------------------------------------------------- findings


def exit_findings(theory: Theory) -> Iterator[ProofFinding]:
    """What nothing resolves, for one permission."""
    document = theory.view.symbols.document
    if theory.permission is Permission.RELEASE_WEIGHTS:
        return  # D7: held in every state, which is said once, with the grants
    for reason in stuck(theory):
        yield from _stuck(document, theory.permission, reason)


def _stuck(document: PolicyDocument, permission: Permission, reason: Reason) -> Iterator[ProofFinding]:
    path, limit = place(document, permission, reason), reason.limit
    if reason.rule == "S1":
        return  # the question names no weights: it is asked again with them
    if reason.rule == "L2":
        if Claim.DANGER_SHOWN in claims_of(document, limit):
            what = f"{limit} is a hard stop: once its danger is shown, {permission.value} is held for good"
            yield _note(Code.DELIBERATE_END, path, f"{what} unless a rebuttal ends it (V8)", "L2")
        return
    if reason.rule == "D2" and limit and Claim.NOT_SHOWN in claims_of(document, limit):
        meeting = can_meet(document, document.response.rebuttal)
        what = (
            f"once the danger of {limit} is shown, {permission.value} is held: nothing is tied to it that would permit"
        )
        if not meeting.why_not:
            yield _note(Code.WAITS_FOR_FEATURE, path, f"{what}; a rebuttal waits for {meeting.waits_for}", "V8")
            return
        yield _without_exit(path, f"{what}, and the quorum for a rebuttal {meeting.why_not}", "law 5")
        return
    what = f"{permission.value} can be held for {about(reason)}, and {_why(document, reason)}"
    yield _without_exit(path, what, "law 5")


def _why(document: PolicyDocument, reason: Reason) -> str:
    if reason.rule == "D10":
        meeting = can_meet(document, document.response.pause.resume)
        return f"nobody can end a pause: the quorum {meeting.why_not or 'needs ' + meeting.waits_for}"
    if reason.rule == "D4":
        return "nothing leads out: no first due point is stated, so a first run never begins"
    if reason.rule == "L3":
        meeting = can_meet(document, document.accountability.relaxing.quorum)
        return f"only a change of the policy leads out: its quorum {meeting.why_not or 'cannot help here'}"
    empty = [role for role in reason.cleared_by if not holders(document, role)]
    if empty:
        return f"nobody holds the role {', '.join(empty)} that clears it"
    return "no act that the policy permits leads out"


def place(document: PolicyDocument, permission: Permission, reason: Reason) -> Path:
    """Where in the policy a reason to hold comes from."""
    if reason.protection and not reason.limit:
        asked = document.protections.standing[permission.value].protections
        return ("protections", "standing", permission.value, "protections", asked.index(reason.protection))
    if reason.protection:
        for index, tie in enumerate(document.protections.conditional):
            if (tie.limit, tie.permission) == (reason.limit, permission) and reason.protection in tie.protections:
                return ("protections", "conditional", index, "protections", tie.protections.index(reason.protection))
    if reason.limit:
        return ("limits", reason.limit)
    if reason.threat_model:
        return ("threat_models", reason.threat_model)
    sections: dict[str, Path] = {
        "D10": ("response", "pause", "resume"),
        "D4": ("evaluation", "first_assessment"),
        "D5": ("evaluation", "triggers"),
    }
    return sections.get(reason.rule, ("protections", "standing", permission.value))


def standing_exits(document: PolicyDocument) -> Iterator[ProofFinding]:
    """Ways out that hang on people alone: dispositions, duties, rebuttals, changes of the policy."""
    evaluators = set(holders(document, document.accountability.evaluators))
    if evaluators and not set(people(document)) - evaluators:
        what = "everybody is an evaluator: nobody can dispose of an invalid run"
        yield _without_exit(("accountability", "evaluators"), what, "E4")
    for index, duty in enumerate(document.response.alert_duties):
        if not holders(document, duty.role):
            what = f"nobody holds the role {duty.role}: the duty {duty.id} is always late, and alerts count as crossed"
            yield _without_exit(("response", "alert_duties", index, "role"), what, "V6")
    for path, quorum, rule in quorums(document):
        meeting = can_meet(document, quorum)
        if meeting.why_not:
            yield _without_exit(path, f"no quorum can meet: it {meeting.why_not}", rule)
        elif meeting.waits_for and path == ("response", "rebuttal"):
            yield _note(
                Code.WAITS_FOR_FEATURE, path, f"a danger shown stays shown until there is {meeting.waits_for}", rule
            )
        elif meeting.waits_for and rule != "D13":
            yield _without_exit(path, f"no quorum can meet: it needs {meeting.waits_for}", rule)
    if any(t.accepted_blind_spot for t in document.threat_models.values()):
        what = "a blind spot that has ended is accepted again by a change of the policy alone"
        yield _note(Code.WAITS_FOR_FEATURE, ("accountability", "relaxing"), what, "D11")


def _without_exit(path: Path, what: str, rule: str) -> ProofFinding:
    mend = "name the people and roles that can resolve it"
    return ProofFinding(code=Code.HOLD_WITHOUT_EXIT, path=path, what=what, mend=mend, rule=rule)


def _note(code: Code, path: Path, what: str, rule: str) -> ProofFinding:
    return ProofFinding(code=code, path=path, what=what, rule=rule, note=True)
