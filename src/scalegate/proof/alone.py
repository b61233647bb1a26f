"""Who alone can unlock what, and who should not: over people, not over roles (f).

For: `prove.py`. Does not know: keys; a person is the id that the policy names.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from scalegate.policy.document import JudgementObservation, PolicyDocument
from scalegate.policy.observations import observations
from scalegate.policy.people import quorums
from scalegate.proof.finding import Code, ProofFinding
from scalegate.proof.quorums import delivers, eligible, holders, people, roles_of
from scalegate.shape import Path


@dataclass(frozen=True, kw_only=True)
class Unlock:
    """An act that turns one kind of hold into a grant where nothing else holds, and who can do it.

    Attributes:
        rule: of the holds that it clears.
        what: the act.
        who: the people who can do it, each of them alone; for a quorum, those who count for it.
        number: how many of them it takes.
    """

    rule: str
    what: str
    who: tuple[str, ...]
    number: int = 1


def unlocks(document: PolicyDocument) -> Iterator[Unlock]:
    """Every act that clears a hold, in the order of the rules."""
    account = document.accountability
    for name, measure in document.protections.measures.items():
        yield Unlock(rule="D3", what=f"approve a test of {name}", who=holders(document, measure.approved_by))
    yield Unlock(rule="D14", what="state the risk", who=holders(document, account.officer))
    evaluators = holders(document, account.evaluators)
    yield Unlock(rule="E1, D4, D5, V6", what="assess again, with new evidence", who=evaluators)
    yield Unlock(
        rule="E4",
        what="dispose of an invalid run",
        who=tuple(p for p in people(document) if p not in evaluators),
    )
    if document.scope.out_of_scope_below is not None and document.scope.screen is not None:
        outside = tuple(p for p in people(document) if any(_outside(document, r) for r in roles_of(document, p)))
        yield Unlock(rule="S4", what="find a subject out of scope", who=outside)
    for path, quorum, rule in quorums(document):
        what = _ACTS.get(".".join(map(str, path)), "decide")
        yield Unlock(rule=rule, what=what, who=eligible(document, quorum), number=quorum.number)


_ACTS = {
    "response.pause.resume": "end a pause",
    "response.rebuttal": "find that a danger shown was false",
    "response.deletion": "delete weights",
    "response.waivers.quorum": "waive",
    "response.competitor_clause.quorum": "invoke the competitor clause",
    "accountability.relaxing.quorum": "relax the policy",
}


def _outside(document: PolicyDocument, role: str) -> bool:
    return document.roles[role].line.value != "delivery"


def alone_findings(document: PolicyDocument) -> Iterator[ProofFinding]:
    """One person, or one line, that decides over its own work."""
    yield from _own_work(document)
    yield from _authors(document)
    yield from _evaluators(document)
    yield from _quorums(document)


# ------------------------------------------------------------------------------ the delivery line


def _own_work(document: PolicyDocument) -> Iterator[ProofFinding]:
    """Roles that check the delivery line, held by somebody who stands in it."""
    account = document.accountability
    checks: list[tuple[Path, str, str, str]] = [
        (("accountability", "officer"), account.officer, "answers for the policy and states the risk", "D14"),
        (("accountability", "evaluators"), account.evaluators, "evaluates", "E4"),
    ]
    for name, measure in document.protections.measures.items():
        path: Path = ("protections", "measures", name, "approved_by")
        checks.append((path, measure.approved_by, f"approves the protection {name}", "D3"))
    for name, threat_model in document.threat_models.items():
        if spot := threat_model.accepted_blind_spot:
            path = ("threat_models", name, "accepted_blind_spot", "accepted_by")
            checks.append((path, spot.accepted_by, f"accepts the blind spot of {name}", "L3"))
    for path, limit, observation in observations(document):
        if isinstance(observation, JudgementObservation):
            checks.append(((*path, "role"), observation.role, f"judges {limit}", "V9"))
    for path, role, does, rule in checks:
        for person in _delivering(document, holders(document, role)):
            yield _self(path, f"{person} {does} as {role} and stands in the delivery line", rule)


def _authors(document: PolicyDocument) -> Iterator[ProofFinding]:
    """Arguments and shifts that the delivery line wrote itself."""
    for path, limit, observation in observations(document):
        for field, does in (
            ("precursor", "argues why a small result clears"),
            ("elicitation_shift", "set the shift of"),
        ):
            part = getattr(observation, field, None)
            for person in _delivering(document, _named(document, part.author) if part else ()):
                yield _self((*path, field, "author"), f"{person} {does} {limit} and stands in the delivery line", "B2")
    for index, relaxation in enumerate(document.evaluation.relaxations):
        path = ("evaluation", "relaxations", index, "author")
        named = _named(document, relaxation.author)
        for person in _delivering(document, named):
            yield _self(path, f"{person} relaxes {relaxation.requirement} and stands in the delivery line", "D11")
        for person in named:
            if person in holders(document, document.accountability.evaluators):
                what = f"{person} relaxes {relaxation.requirement} for the evaluations that they run themselves"
                yield _circle(path, what, "E6")


def _named(document: PolicyDocument, author: str) -> tuple[str, ...]:
    """An author is a person, or everybody who holds a role."""
    return holders(document, author) if author in document.roles else (author,)


def _delivering(document: PolicyDocument, named: Iterable[str]) -> list[str]:
    return [person for person in named if delivers(document, person)]


def _self(path: Path, what: str, rule: str) -> ProofFinding:
    mend = "give it to somebody who holds no role of the delivery line"
    return ProofFinding(code=Code.SELF_APPROVAL, path=path, what=what, mend=mend, rule=rule)


# --------------------------------------------------------------------------------- circles, one person


def _evaluators(document: PolicyDocument) -> Iterator[ProofFinding]:
    """Whoever makes the evidence and also decides what follows from it, or that none is needed."""
    account = document.accountability
    approvers = {m.approved_by: n for n, m in document.protections.measures.items()}
    for person in holders(document, account.evaluators):
        also = [role for role in roles_of(document, person) if role in {account.officer, account.board, *approvers}]
        if also and account.evaluators not in also:
            what = (
                f"{person} runs the evaluations and is {' and '.join(also)} too: alone, they clear a limit or its holds"
            )
            yield ProofFinding(
                code=Code.ONE_PERSON,
                path=("accountability", "evaluators"),
                what=what,
                mend="give evidence and what follows from it to different people",
                rule="E4",
            )
        for role in also if account.evaluators in also else ():
            what = f"{person} runs the evaluations, and the role {role} of the evaluators approves protections"
            yield _circle(("accountability", "evaluators"), what, "D3")
    for name, threat_model in document.threat_models.items():
        spot = threat_model.accepted_blind_spot
        if spot and spot.accepted_by == account.evaluators:
            what = f"the evaluators accept that they do not test {name}"
            yield _circle(("threat_models", name, "accepted_blind_spot", "accepted_by"), what, "L3")


def _circle(path: Path, what: str, rule: str) -> ProofFinding:
    mend = "let somebody else decide"
    return ProofFinding(code=Code.CIRCULAR_APPROVAL, path=path, what=what, mend=mend, rule=rule)


def _quorums(document: PolicyDocument) -> Iterator[ProofFinding]:
    for path, quorum, rule in quorums(document):
        able, act = eligible(document, quorum), _ACTS.get(".".join(map(str, path)), "decide")
        if quorum.number == 1 and able:
            who = " or ".join(able)
            what = f"{who} alone can {act}"
            mend = "ask for two people or more"
            yield ProofFinding(code=Code.QUORUM_OF_ONE, path=(*path, "number"), what=what, mend=mend, rule=rule)
        delivering = _delivering(document, able)
        if not quorum.outside_line and 0 < quorum.number <= len(delivering):
            what = f"the delivery line alone ({', '.join(delivering)}) can {act}"
            mend = "add outside_line: true"
            yield ProofFinding(code=Code.DELIVERY_QUORUM, path=path, what=what, mend=mend, rule=rule)
