"""Roles, their holders, and quorums that can be met (invariant 5, B2, V6, V8, D10-D13).

For: `adoptable.py`. Does not know: keys, signatures, who really works there.
"""

from __future__ import annotations

from collections.abc import Iterator

from scalegate.policy.document import CompetitorClause, JudgementObservation, Line, PolicyDocument, Quorum, Showing
from scalegate.policy.objection import Objection, nearest
from scalegate.shape import Path


def people_refusals(document: PolicyDocument) -> Iterator[Objection]:
    """Roles nobody holds, roles nobody defined, quorums nobody can meet, and what single rules ask of them."""
    yield from _roles(document)
    for path, role in _uses_of_roles(document):
        if role not in document.roles:
            yield Objection(path=path, what=f"{role!r} is no role of this policy", mend=nearest(role, document.roles))
    for path, quorum, _ in quorums(document):
        yield from _quorum(document, path, quorum)
    yield from _board(document)
    yield from _quorums_by_rule(document)
    yield from _duties(document)
    yield from _separations(document)


def _roles(document: PolicyDocument) -> Iterator[Objection]:
    for name, role in document.roles.items():
        path: Path = ("roles", name, "holders")
        if not role.holders:
            what = f"the role {name!r} has no holder"
            yield Objection(path=path, what=what, mend="name at least one person", rule="invariant 5")
        if len(set(role.holders)) < len(role.holders):
            yield Objection(path=path, what="one person is named twice", mend="name each holder once")


def _uses_of_roles(document: PolicyDocument) -> Iterator[tuple[Path, str]]:
    account = document.accountability
    for name in ("officer", "board", "evaluators"):
        yield ("accountability", name), getattr(account, name)
    for name, model in document.threat_models.items():
        if model.accepted_blind_spot:
            yield ("threat_models", name, "accepted_blind_spot", "accepted_by"), model.accepted_blind_spot.accepted_by
    for name, limit in document.limits.items():
        for key, observation in limit.observations.items():
            if isinstance(observation, JudgementObservation):
                yield ("limits", name, "observations", key, "role"), observation.role
    for name, measure in document.protections.measures.items():
        yield ("protections", "measures", name, "approved_by"), measure.approved_by
    yield ("evaluation", "blind_spot_reserve", "set_by"), document.evaluation.blind_spot_reserve.set_by
    for index, duty in enumerate(document.response.alert_duties):
        yield ("response", "alert_duties", index, "role"), duty.role
    for index, action in enumerate(document.response.actions):
        yield ("response", "actions", index, "role"), action.role
    for name, watched in document.watch_list.items():
        yield ("watch_list", name, "role"), watched.role
    for name, commitment in document.commitments.items():
        if commitment.owner is not None:
            yield ("commitments", name, "owner"), commitment.owner
    for index, separation in enumerate(account.separations):
        yield ("accountability", "separations", index, "one"), separation.one
        yield ("accountability", "separations", index, "other"), separation.other
    clause = document.response.competitor_clause
    for index, precondition in enumerate(clause.preconditions if clause else ()):
        yield ("response", "competitor_clause", "preconditions", index, "role"), precondition.role
    for path, quorum, _ in quorums(document):
        for index, role in enumerate(quorum.of):
            yield (*path, "of", index), role
        for index, role in enumerate(quorum.without):
            yield (*path, "without", index), role


def quorums(document: PolicyDocument) -> Iterator[tuple[Path, Quorum, str]]:
    """Every quorum with its path and the rule that asks for it."""
    response = document.response
    yield ("response", "pause", "resume"), response.pause.resume, "D10"
    yield ("response", "rebuttal"), response.rebuttal, "V8"
    yield ("response", "deletion"), response.deletion, "D6"
    if response.waivers:
        yield ("response", "waivers", "quorum"), response.waivers.quorum, "D12"
    if response.competitor_clause:
        yield ("response", "competitor_clause", "quorum"), response.competitor_clause.quorum, "D13"
    yield ("accountability", "relaxing", "quorum"), document.accountability.relaxing.quorum, "D11"


def _quorum(document: PolicyDocument, path: Path, quorum: Quorum) -> Iterator[Objection]:
    if quorum.number < 1:
        yield Objection(path=(*path, "number"), what="a quorum of nobody", mend="write 1 or more", rule="invariant 5")
    barred = {h for role in quorum.without if role in document.roles for h in document.roles[role].holders}
    people = {h for role in quorum.of if role in document.roles for h in document.roles[role].holders} - barred
    if quorum.number > len(people):
        what = f"asks for {quorum.number} people, and its roles have {len(people)} distinct holders that count"
        yield Objection(path=(*path, "number"), what=what, mend="name more holders or more roles", rule="invariant 5")
    if quorum.outside_line and people and not any(_outside_delivery(document, person) for person in people):
        what = "asks for one person outside the delivery line, and every holder of its roles stands in it"
        mend = "add a role of the line assurance, board or outside, held by somebody else"
        yield Objection(path=(*path, "outside_line"), what=what, mend=mend, rule="invariant 5")


def _outside_delivery(document: PolicyDocument, person: str) -> bool:
    """Somebody who also holds a role of the delivery line does not stand outside it, whatever role they sign in."""
    return all(role.line is not Line.DELIVERY for role in document.roles.values() if person in role.holders)


def _board(document: PolicyDocument) -> Iterator[Objection]:
    board = document.roles.get(document.accountability.board)
    if board and board.line is not Line.BOARD:
        path: Path = ("roles", document.accountability.board, "line")
        yield Objection(path=path, what="the board's role does not stand in the line 'board'", mend="write board")
    reserve = document.evaluation.blind_spot_reserve
    if reserve.set_by in document.roles and reserve.set_by != document.accountability.board:
        path = ("evaluation", "blind_spot_reserve", "set_by")
        what = "only the board sets the reserve"
        yield Objection(path=path, what=what, mend=f"write {document.accountability.board}", rule="B2")


def _quorums_by_rule(document: PolicyDocument) -> Iterator[Objection]:
    response = document.response
    if not response.rebuttal.outside_key:
        what = "a danger shown is rebutted only with an outside key"
        yield Objection(path=("response", "rebuttal"), what=what, mend="add outside_key: true", rule="V8")
    if response.competitor_clause and not response.competitor_clause.quorum.outside_key:
        path: Path = ("response", "competitor_clause", "quorum")
        yield Objection(path=path, what="the clause needs an outside key", mend="add outside_key: true", rule="D13")
    if response.competitor_clause:
        yield from _competitor(document, response.competitor_clause)
    if response.waivers:
        path = ("response", "waivers")
        if not response.waivers.quorum.outside_line:
            what = "a waiver needs one person outside the line that wants to proceed"
            yield Objection(path=(*path, "quorum"), what=what, mend="add outside_line: true", rule="D12")
        if not 0 <= response.waivers.renewals <= 1:
            what = f"a waiver is renewed at most once, not {response.waivers.renewals} times"
            yield Objection(path=(*path, "renewals"), what=what, mend="write 0 or 1", rule="D12")


def _competitor(document: PolicyDocument, clause: CompetitorClause) -> Iterator[Objection]:
    """Everything that D13 asks to be shown, the board among those who decide, and an end."""
    path: Path = ("response", "competitor_clause")
    stated = [p.showing for p in clause.preconditions]
    missing = [s.value for s in Showing if s not in stated]
    if missing:
        what = f"the clause can be invoked without showing {', '.join(missing)}"
        mend = "add preconditions: one (showing, how, role) for each"
        yield Objection(path=(*path, "preconditions"), what=what, mend=mend, rule="D13")
    for index, showing in enumerate(stated):
        if showing in stated[:index]:
            where = (*path, "preconditions", index)
            yield Objection(path=where, what=f"{showing} is asked for twice", mend="write it once", rule="D13")
    if clause.expires_after is None:
        mend = "add expires_after: how long an invocation lasts"
        yield Objection(path=path, what="an invocation of the clause never ends", mend=mend, rule="D13")
    if document.accountability.board not in clause.quorum.of:
        what, mend = "the clause is invoked without the board", f"add {document.accountability.board} to of"
        yield Objection(path=(*path, "quorum", "of"), what=what, mend=mend, rule="D13")


def _separations(document: PolicyDocument) -> Iterator[Objection]:
    for index, separation in enumerate(document.accountability.separations):
        path: Path = ("accountability", "separations", index)
        if separation.one == separation.other:
            yield Objection(path=path, what="a role separated from itself", mend="name two roles")
            continue
        one, other = (document.roles.get(r) for r in (separation.one, separation.other))
        both = sorted(set(one.holders) & set(other.holders)) if one and other else []
        if both:
            what = f"{', '.join(both)} holds both {separation.one} and {separation.other}: {separation.why}"
            yield Objection(path=path, what=what, mend="give one of the two roles to somebody else", rule="invariant 5")


def _duties(document: PolicyDocument) -> Iterator[Objection]:
    duties = document.response.alert_duties
    if not duties:
        mend = "add at least one duty with role and time"
        path: Path = ("response", "alert_duties")
        yield Objection(path=path, what="an alert would open a case without duties", mend=mend, rule="V6")
    seen: set[str] = set()
    for index, duty in enumerate(duties):
        if duty.id in seen:
            path = ("response", "alert_duties", index, "id")
            yield Objection(path=path, what=f"the duty {duty.id!r} is there twice", mend="give each duty its own id")
        seen.add(duty.id)
