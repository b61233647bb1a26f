"""Quorums that leave people out, targets set after the test, capabilities that are only followed (D3, D12, L3)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scalegate.decision.dossier import Approver
from scalegate.decision.gate import decide
from scalegate.decision.quorum import count_quorum
from scalegate.policy.document import Line, Permission, PolicyDocument, Quorum, Role, WaiverRule, Watched
from scalegate.quantity import Period
from scalegate.verdict.verdict import VerdictKind
from world import BOARD, DAY, NOW, OFFICER, attestation, dossier, ident, policy, question, risk_statement, waiver

BOB = Approver(principal=ident("bob"), role=ident("board"))


def seated(quorum: Quorum, **roles: Role) -> PolicyDocument:
    document = policy()
    rule = WaiverRule(quorum=quorum, longest=Period(seconds=30 * 86400), renewals=1)
    return replace(document, roles={**document.roles, **roles}, response=replace(document.response, waivers=rule))


TWO = Quorum(number=2, of=(ident("officer"), ident("board")))


@pytest.mark.parametrize(("without", "met"), [((), True), (("delivery",), True), (("trainers",), False)])
def test_people_who_hold_a_barred_role_do_not_count(without: tuple[str, ...], met: bool) -> None:
    """Bob sits on the board and in the training team: he counts until the quorum leaves that team out."""
    trainers = Role(title="Trainers", holders=(ident("bob"),), line=Line.DELIVERY)
    quorum = replace(TWO, without=tuple(ident(r) for r in without))
    document = seated(quorum, trainers=trainers)
    assert count_quorum(document, quorum, (OFFICER, BOB)).met is met
    assert count_quorum(document, quorum, (OFFICER, BOARD)).met


def test_D12_a_waiver_whose_quorum_counts_a_barred_person_is_none() -> None:
    trainers = Role(title="Trainers", holders=(ident("bob"),), line=Line.DELIVERY)
    signed = waiver("low", Permission.DEPLOY, approvers=(OFFICER, BOB))
    recorded = dossier(
        {"low": VerdictKind.NOT_RULED_OUT},
        attestations=(attestation("vault"),),
        waivers=(signed,),
        risk_statements=(risk_statement("low"),),
    )
    for without, waived in (((), True), ((ident("trainers"),), False)):
        document = seated(replace(TWO, without=without), trainers=trainers)
        assert (decide(document, question(Permission.DEPLOY), recorded).waived_until is not None) is waived


def targeted(days_ago: int | None) -> PolicyDocument:
    """The vault's target was set so many days before NOW; its test was made ten days before."""
    document = policy()
    vault = document.protections.measures["vault"]
    set_on = None if days_ago is None else NOW - days_ago * DAY
    measures = {
        **document.protections.measures,
        "vault": replace(vault, efficacy=replace(vault.efficacy, set_on=set_on)),
    }
    return replace(document, protections=replace(document.protections, measures=measures))


@pytest.mark.parametrize(("days_ago", "granted"), [(None, True), (11, True), (10, True), (9, False)])
def test_D3_a_test_made_before_its_target_was_set_is_no_evidence(days_ago: int | None, granted: bool) -> None:
    found = decide(targeted(days_ago), question(Permission.STORE), dossier())
    assert found.granted is granted
    assert granted or any("before its target was set" in b.why for b in found.blockers)


def test_what_is_only_followed_is_told_with_what_was_not_tested_and_holds_nothing() -> None:
    watched = Watched(
        title="Persuasion",
        why="it grows",
        no_limit_because="nobody can measure it",
        becomes_a_limit_when="somebody can",
        role=ident("officer"),
        review_every=Period(months=6),
    )
    plain = decide(policy(), question(Permission.STORE), dossier())
    found = decide(policy(watch_list={"persuasion": watched}), question(Permission.STORE), dossier())
    assert found.granted is plain.granted is True
    (told,) = [n for n in found.not_tested if n.threat_model == "persuasion"]
    assert told.why == "followed without a limit: Persuasion; nobody can measure it"
