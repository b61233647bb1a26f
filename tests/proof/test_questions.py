"""What the questions rest on: quorums, claims that can be reached, order, ways out, and the words of a state."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations
from random import Random

import pytest
import z3

from proof.policies import SOUND, broken, proofs_of
from proof.random_gate import ASKED, random_policy
from scalegate.decision.abstract import AbstractLimit, AbstractState, Answer, Claim, answer, concrete
from scalegate.decision.dossier import Approver
from scalegate.decision.quorum import count_quorum
from scalegate.policy.document import Line, Permission, PolicyDocument, Quorum, Role
from scalegate.proof.claims import claims_of
from scalegate.proof.documents import Named
from scalegate.proof.finding import Code
from scalegate.proof.laws import order_laws
from scalegate.proof.prove import prove
from scalegate.proof.quorums import can_meet
from scalegate.proof.solving import Theory
from scalegate.proof.witness import in_words, sentence
from shared import ROOT
from world import ident, policy

# --------------------------------------------------------------------------------------- quorums


def signed(document: PolicyDocument, quorum: Quorum) -> bool:
    """Whether any set of signatures meets the quorum, by the count that decisions use."""
    approvers = [Approver(principal=p, role=ident(name)) for name, r in document.roles.items() for p in r.holders]
    some = (s for number in range(len(approvers) + 1) for s in combinations(approvers, number))
    return any(count_quorum(document, quorum, s).met for s in some)


def staffed(draw: Random) -> tuple[PolicyDocument, Quorum]:
    people = [ident(p) for p in ("ann", "bob", "cid")]
    roles = {
        name: Role(title=name, line=draw.choice(list(Line)), holders=tuple(draw.sample(people, draw.randint(0, 2))))
        for name in ("one", "two", "three")
    }
    of = tuple(ident(r) for r in draw.sample(list(roles), draw.randint(1, 3)))
    flags = {"outside_line": draw.random() < 0.5, "outside_key": draw.random() < 0.1}
    return replace(policy(), roles=roles), Quorum(number=draw.randint(0, 3), of=of, **flags)


def test_a_quorum_can_meet_exactly_where_some_signatures_would_count() -> None:
    draw, seen = Random(18), set()
    for _ in range(300):
        document, quorum = staffed(draw)
        expected = quorum.number > 0 and signed(document, quorum)
        assert can_meet(document, quorum).now == expected
        seen.add(expected)
    assert seen == {True, False}


# ---------------------------------------------------------------------------------------- claims


def test_V1_only_what_can_show_the_danger_leads_to_danger_shown() -> None:
    cyber = broken("cyber", {})
    assert claims_of(cyber, "expert_day") == set(Claim)
    proxy = broken("minimal", {})
    assert claims_of(proxy, "first") == set(Claim) - {Claim.DANGER_SHOWN}


def test_L1_a_rung_without_observations_has_no_claim_of_its_own() -> None:
    document = broken("cyber", {"limits.expert_day.observations": {}})
    assert claims_of(document, "expert_day") == {Claim.NEVER_RUN}


# ----------------------------------------------------------------------------------------- order


def some_policies(name: str, number: int) -> Iterator[PolicyDocument]:
    draw = Random(name)
    yield from (random_policy(draw) for _ in range(number))


@pytest.mark.parametrize("permission", ASKED)
def test_law_2_worse_is_never_granted_more(permission: Permission) -> None:
    for document in some_policies("order", 25):
        for law, found in order_laws(document, permission):
            assert law.holds or law.what.startswith("nor a hold that no waiver reaches"), law.witness
            assert all(f.note for f in found)


def test_V6_an_alert_grants_something_new_where_a_protected_crossing_does() -> None:
    """ADR 0026: else one more success would turn a hold into a grant."""
    document = policy()
    ordinary = {name: AbstractLimit(claim=Claim.NOT_SHOWN) for name in document.limits}

    def asked(claim: Claim) -> Answer:
        low = AbstractLimit(claim=claim, risk_stated=True)
        state = AbstractState(
            permission=Permission.DEPLOY,
            limits=ordinary | {"low": low},
            in_force=frozenset(document.protections.measures),
            widening=True,
        )
        return answer(document, concrete(document, state))

    assert (asked(Claim.ALERT), asked(Claim.NOT_RULED_OUT)) == (Answer.GRANTED, Answer.GRANTED)
    (proof,) = proofs_of(document)
    assert not any(f.code is Code.WORSE_RELAXES for f in proof.findings)


# -------------------------------------------------------------------------------- any policy at all


def test_every_policy_that_can_be_read_is_proved_and_every_witness_stands_before_the_gate() -> None:
    for document in some_policies("any", 3):
        (proof,) = prove([Named(document=document, file="")])
        assert [p.permission for p in proof.permissions] == list(Permission)
        assert not next(p for p in proof.permissions if p.permission is Permission.RELEASE_WEIGHTS).grantable


@pytest.mark.slow
def test_40_policies_that_can_be_read_are_proved() -> None:
    for document in some_policies("many", 40):
        prove([Named(document=document, file="")])


def test_a_hold_point_is_called_unreachable_exactly_where_no_sampled_state_reaches_it() -> None:
    """A state that is held for a reason is a proof that the solver must agree with."""
    document = broken("cyber", {"limits.expert_hour.observations": {}})
    for permission in (Permission.DEPLOY, Permission.TRAIN):
        theory = Theory([document], permission)
        for reason in theory.view.reasons:
            state = theory.find(reason.when)
            hour = reason.limit == "expert_hour" and reason.rule in ("D3", "D14", "E1", "V6")
            assert (state is None) == hour, reason


# ------------------------------------------------------------------------------------- ways out


def notes(name: str, code: Code) -> list[str]:
    (proof,) = proofs_of(broken(name, {}))
    return [f.what for f in proof.findings if f.code is code]


def test_law_5_hard_stops_are_named_as_deliberate_ends_and_missing_features_as_missing() -> None:
    (end,) = notes("cyber", Code.DELIBERATE_END)
    assert end.startswith("expert_week is a hard stop: once its danger is shown, it holds TRAIN, STORE")
    assert any("an outside key, which is not supported yet" in what for what in notes("cyber", Code.WAITS_FOR_FEATURE))
    assert any("releasing weights is not supported yet" in what for what in notes("cyber", Code.WAITS_FOR_FEATURE))
    assert notes("minimal", Code.DELIBERATE_END) == []  # no observation of its hard stop can show the danger


def test_law_5_is_broken_for_the_permissions_that_nobody_can_free() -> None:
    (proof,) = proofs_of(broken("cyber", {"protections.measures.gateway.approved_by": "nobody"}))
    stuck = {law.permission for law in proof.laws if law.rule == "law 5" and not law.holds}
    assert stuck == {Permission.USE_INTERNALLY, Permission.DEPLOY}


# -------------------------------------------------------------------------------------- who alone


def test_who_alone_can_clear_what_is_told_by_name() -> None:
    (proof,) = proofs_of(broken("frontier", {}))
    said = {unlock.what: (unlock.who, unlock.number) for unlock in proof.unlocks}
    assert said["approve a test of misuse_filter"] == (("bob",), 1)
    assert said["assess again, with new evidence"] == (("carol",), 1)
    assert said["dispose of an invalid run"] == (("alice", "bob", "dave"), 1)
    assert said["state the risk, recorded in the officer's name,"] == (("alice", "bob", "carol", "dave"), 1)
    assert said["end a pause"] == (("alice", "bob"), 2)
    assert said["alone take DEPLOY from held to granted once skilled_helper counts as crossed"] == (("bob",), 1)


# ----------------------------------------------------------------------------------------- words


def test_a_state_is_told_by_what_is_out_of_the_ordinary() -> None:
    document = broken("cyber", {})
    claims = {name: AbstractLimit(claim=Claim.NOT_SHOWN, risk_stated=True) for name in document.limits}
    best = AbstractState(permission=Permission.DEPLOY, limits=claims, in_force=frozenset(document.protections.measures))
    assert in_words(document, best) == "everything as good as it can be"
    crossed = replace(
        best,
        limits=claims | {"expert_day": AbstractLimit(claim=Claim.NOT_RULED_OUT, risk_stated=True)},
        in_force=best.in_force - {"strict_filter", "two_person_access"},
    )
    words = "With expert_day at NOT_RULED_OUT, a risk statement on expert_day and strict_filter not in force"
    assert sentence(document, crossed, Answer.HELD) == f"{words}, DEPLOY is held."


def test_witnesses_say_no_more_than_they_have_to() -> None:
    document = broken("cyber", {})
    theory = Theory([document], Permission.DEPLOY)
    state = theory.find(z3.Not(theory.granted), z3.Not(theory.view.symbols.in_force["gateway"]))
    assert state
    assert in_words(document, state) == "gateway not in force"


def test_every_code_has_a_line_on_the_page_and_no_other() -> None:
    page = (ROOT / "docs" / "proof.md").read_text(encoding="utf-8")
    rows = [line.split("`")[1] for line in page.splitlines() if line.startswith("| `")]
    assert sorted(rows) == sorted(code.value for code in Code)


def test_the_sound_policies_are_the_ones_that_ship() -> None:
    assert set(SOUND) == {"cyber", "tiny", "frontier", "minimal"}
