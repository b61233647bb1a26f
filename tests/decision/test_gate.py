"""The gate's rules, one named case each."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scalegate.decision.decision import Decision, Ground, Question
from scalegate.decision.dossier import AlertCase, Approver, Dossier, DutyDone, Pause, ScopeFinding
from scalegate.decision.gate import decide
from scalegate.policy.document import FirstAssessment, Permission, PolicyDocument, Standing
from scalegate.quantity import Compute, Factor
from scalegate.verdict.verdict import VerdictKind as K
from world import (
    BOARD,
    DAY,
    NOW,
    OFFICER,
    SUBJECT,
    attestation,
    dossier,
    ident,
    policy,
    question,
    risk_statement,
    verdict,
    waiver,
)

P = Permission


def ask(
    permission: Permission = P.DEPLOY,
    kinds: dict[str, K] | None = None,
    *,
    document: PolicyDocument | None = None,
    asked: Question | None = None,
    **recorded: object,
) -> Decision:
    made: Dossier = dossier(kinds, **recorded)
    return decide(document or policy(), asked or question(permission), made)


def rules(decision: Decision) -> list[str]:
    return [b.rule for b in decision.blockers]


def test_D1_nothing_recorded_holds_every_permission_but_a_first_run() -> None:
    for permission in P:
        decision = decide(policy(), question(permission), Dossier())
        assert not decision.granted, permission


def test_D8_a_grant_names_what_it_rests_on_and_when_it_lapses() -> None:
    decision = ask()
    assert decision.granted
    assert decision.outcome == "GRANTED"
    assert {r.ground.value for r in decision.rests_on} >= {"verdict", "protection", "blind_spot"}
    assert decision.lapses_at == NOW + 7 * DAY  # D9: the longest lease
    assert decision.lapses_because == "the policy's longest lease"
    assert any(n.threat_model == "bio" for n in decision.not_tested)


def test_D9_a_lease_ends_with_the_first_thing_it_rests_on() -> None:
    short = verdict("low", K.NOT_SHOWN, expires=NOW + 2 * DAY)
    others = tuple(verdict(n, K.NOT_SHOWN) for n in ("high", "last"))
    decision = ask(verdicts=(short, *others))
    assert decision.lapses_at == NOW + 2 * DAY
    assert decision.lapses_because == "verdict low"


@pytest.mark.parametrize("permission", [P.STORE, P.RELEASE_WEIGHTS])
def test_S1_an_opaque_identity_is_never_granted_storage_or_release(permission: Permission) -> None:
    decision = ask(asked=question(permission, opaque=True))
    assert "S1" in rules(decision)


def test_D2_a_standing_protection_is_asked_whatever_the_verdicts() -> None:
    decision = ask(attestations=tuple(attestation(n) for n in ("filter", "watch")))
    assert rules(decision) == ["D3"]
    assert decision.blockers[0].protection == "vault"
    assert not decision.blockers[0].waivable


def test_D2_no_stated_standing_protection_holds() -> None:
    document = policy()
    bare = replace(document.protections, standing={"DEPLOY": Standing()})
    assert "D2" in rules(ask(document=replace(document, protections=bare)))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"measured": attestation("vault", "0.89").measured}, "target"),
        ({"tested_at": NOW - 400 * DAY}, "lapsed"),
        ({"approved": Approver(principal=ident("dan"), role=ident("officer"))}, "not by the role"),
        ({"approved": BOARD}, "not by the role"),
        ({"rests_on_capability_evaluation": True}, "no evidence for a safeguard"),
        ({"tested_at": NOW + DAY}, "no efficacy test"),
    ],
)
def test_D3_an_attestation_counts_only_when_current_met_and_approved(changes: dict[str, object], words: str) -> None:
    decision = ask(attestations=(attestation("vault", **changes), attestation("filter"), attestation("watch")))
    assert not decision.granted
    assert words in decision.blockers[0].why


def test_D3_a_later_failing_test_ends_an_earlier_one() -> None:
    later = attestation("vault", "0.5", tested_at=NOW - DAY)
    assert not ask(attestations=(attestation("vault"), later)).granted


@pytest.mark.parametrize("kind", [k for k in K if k.counts_as_crossed and k is not K.DANGER_SHOWN])
def test_L1_a_crossed_rung_asks_for_its_protections_and_a_risk_statement(kind: K) -> None:
    assert rules(ask(kinds={"low": kind})) == ["D14"]
    stated = (risk_statement("low"),)
    assert ask(kinds={"low": kind}, risk_statements=stated).granted
    missing = tuple(attestation(n) for n in ("vault", "watch"))
    assert rules(ask(kinds={"low": kind}, risk_statements=stated, attestations=missing)) == ["D3"]


def test_L1_the_protections_of_a_rung_do_not_permit_once_the_next_is_crossed() -> None:
    kinds = {"low": K.NOT_RULED_OUT, "high": K.NOT_RULED_OUT}
    stated = (risk_statement("low"), risk_statement("high"))
    only_low = tuple(attestation(n) for n in ("vault", "filter"))
    assert not ask(kinds=kinds, risk_statements=stated, attestations=only_low).granted
    assert ask(kinds=kinds, risk_statements=stated).granted


def test_L2_a_hard_stop_holds_whatever_protections_and_waivers() -> None:
    decision = ask(
        kinds={"last": K.NOT_RULED_OUT},
        risk_statements=(risk_statement("last"),),
        waivers=(waiver("last", P.DEPLOY),),
    )
    assert rules(decision) == ["L2"]
    assert decision.waived_until is None


def test_L3_a_blind_spot_that_has_ended_blocks() -> None:
    decision = ask(asked=question(as_of=NOW + 200 * DAY))
    assert "L3" in rules(decision)


def test_L3_a_threat_model_with_neither_ladder_nor_acceptance_blocks() -> None:
    document = policy()
    bare = replace(document.threat_models["bio"], accepted_blind_spot=None)
    changed = replace(document, threat_models={**document.threat_models, "bio": bare})
    assert rules(ask(document=changed)) == ["L3"]


def test_D2_a_crossing_with_nothing_tied_to_the_permission_holds() -> None:
    document = policy()
    loose = replace(document.protections, conditional=())
    changed = replace(document, protections=loose)
    decision = ask(kinds={"low": K.NOT_RULED_OUT}, document=changed, risk_statements=(risk_statement("low"),))
    assert rules(decision) == ["D2"]


def test_V6_an_alert_allows_no_widening_and_what_was_granted_may_go_on() -> None:
    assert rules(ask(kinds={"low": K.ALERT}, asked=question(widening=True))) == ["V6"]
    assert ask(kinds={"low": K.ALERT}).granted


def test_V6_an_alert_allows_something_new_where_a_crossing_would() -> None:
    new, stated = question(widening=True), (risk_statement("low"),)
    assert ask(kinds={"low": K.NOT_RULED_OUT}, asked=new, risk_statements=stated).granted
    granted = ask(kinds={"low": K.ALERT}, asked=new, risk_statements=stated)
    assert granted.granted
    assert {r.ground for r in granted.rests_on} >= {Ground.PROTECTION, Ground.RISK_STATEMENT}
    assert granted.lapses_at is not None
    bare = tuple(a for a in dossier().attestations if a.protection not in ("filter", "watch"))
    assert rules(ask(kinds={"low": K.ALERT}, asked=new, risk_statements=stated, attestations=bare)) == ["V6"]
    assert rules(ask(kinds={"last": K.ALERT}, asked=new, risk_statements=(risk_statement("last"),))) == ["V6"]


def test_V6_an_alert_counts_as_crossed_when_a_duty_is_late() -> None:
    case = AlertCase(subject=SUBJECT, limit=ident("low"), since=NOW - 31 * DAY)
    late = ask(kinds={"low": K.ALERT}, alert_cases=(case,))
    assert "the alert duty tell is late" in late.blockers[0].why
    done = DutyDone(duty=ident("tell"), subject=SUBJECT, limit=ident("low"), by=OFFICER, at=NOW)
    assert ask(kinds={"low": K.ALERT}, alert_cases=(case,), duties_done=(done,)).granted


def test_V6_a_late_duty_is_shed_by_no_question_about_a_milder_configuration() -> None:
    """Storing is asked about every configuration; deploying a conversation is not asked about agents (S2)."""
    case = AlertCase(subject=SUBJECT, limit=ident("low"), since=NOW - 31 * DAY, configuration="agent")
    alert = replace(verdict("low", K.ALERT), configuration=ident("agent"))
    found = (alert, *dossier().verdicts)
    held = ask(asked=question(P.STORE), verdicts=found, alert_cases=(case,))
    assert "the alert duty tell is late" in held.blockers[0].why
    assert ask(asked=question(P.STORE), verdicts=found).granted
    assert ask(asked=question(P.DEPLOY), verdicts=found, alert_cases=(case,)).granted
    own = replace(case, configuration="bare")
    assert not ask(kinds={"low": K.ALERT}, alert_cases=(own,), risk_statements=()).granted


def test_V6_training_ends_at_the_least_cap_of_all_tested_configurations() -> None:
    """An agent's claim ends with less compute than that on a conversation, which is older and so ends first (S2)."""
    caps = {"train_cap": Compute("2.1e22"), "train_held_cap": Compute("2.5e22")}
    agent = verdict("low", K.NOT_SHOWN, **caps, train_expires=NOW + 60 * DAY)
    agent = replace(agent, configuration=ident("agent"))
    asked = question(P.TRAIN)
    wide = ask(asked=asked)
    assert wide.granted
    assert wide.compute_cap is not None
    assert wide.compute_cap > Compute("2.5e22")
    found = (agent, *(replace(v, train_expires=NOW + 50 * DAY) for v in dossier().verdicts))
    assert ask(asked=asked, verdicts=found).compute_cap == Compute("2.1e22")
    assert not ask(asked=replace(asked, effective_compute=Compute("2.5e22")), verdicts=found).granted


def test_V6_a_grant_under_an_alert_ends_with_the_duty_of_its_case_however_new_the_verdict() -> None:
    fresh = ask(kinds={"low": K.ALERT})
    case = AlertCase(subject=SUBJECT, limit=ident("low"), since=NOW - 29 * DAY)
    known = ask(kinds={"low": K.ALERT}, alert_cases=(case,))
    assert known.granted
    assert known.lapses_because == "alert duty tell"
    assert fresh.lapses_at is not None
    assert known.lapses_at is not None
    assert known.lapses_at < fresh.lapses_at


def test_D9_what_is_done_with_weights_lapses_with_the_first_claim_on_any_configuration() -> None:
    """An alert on a conversation is graver and lasts; the milder claim on an agent ends first, and it rests on both."""
    alert = verdict("low", K.ALERT, expires=NOW + 60 * DAY)
    agent = replace(verdict("low", K.NOT_SHOWN, expires=NOW + DAY), configuration=ident("agent"))
    found = (alert, agent, *(v for v in dossier().verdicts if v.limit != "low"))
    stored, deployed = ask(asked=question(P.STORE), verdicts=found), ask(verdicts=found)
    assert stored.granted
    assert stored.lapses_at == NOW + DAY
    assert deployed.granted
    assert deployed.lapses_at is not None
    assert deployed.lapses_at > NOW + DAY


@pytest.mark.parametrize("permission", [P.DEPLOY, P.TRAIN])
def test_V7_a_claim_that_has_ended_counts_as_not_run(permission: Permission) -> None:
    ended = {"expires": NOW - DAY, "held_from": NOW - DAY, "train_expires": NOW - DAY}
    old = tuple(verdict(n, K.NOT_SHOWN, **ended) for n in ("low", "high", "last"))
    assert "L2" in rules(ask(asked=question(permission), verdicts=old))


def test_V7_growth_to_the_alert_line_makes_an_alert_of_a_claim() -> None:
    worn = tuple(verdict(n, K.NOT_SHOWN, expires=NOW - DAY) for n in ("low", "high", "last"))
    assert rules(ask(asked=question(widening=True), verdicts=worn)) == ["V6", "V6", "V6"]


def test_D4_a_first_run_is_leased_up_to_the_first_due_point_without_evidence() -> None:
    first = question(P.TRAIN, assessed_compute=None, assessed_at=None, effective_compute=Compute("1e21"))
    nothing = Dossier(attestations=dossier().attestations)
    decision = decide(policy(), first, nothing)
    assert decision.granted
    assert decision.compute_cap == Compute("1e22")
    at = decide(policy(), replace(first, effective_compute=Compute("1e22")), nothing)
    assert "D4" in rules(at)


def test_D4_a_first_run_with_inherited_danger_holds() -> None:
    first = question(P.TRAIN, assessed_compute=None, assessed_at=None, effective_compute=Compute("1e21"))
    kinds = {"low": K.DANGER_SHOWN, "high": K.NOT_RUN, "last": K.NOT_RUN}
    assert "D14" in rules(decide(policy(), first, dossier(kinds)))


def test_D5_an_overdue_evaluation_holds_training() -> None:
    assert "D5" in rules(ask(asked=question(P.TRAIN, effective_compute=Compute("4e22"))))
    assert "D5" in rules(ask(asked=question(P.TRAIN, assessed_at=NOW - 300 * DAY)))
    assert "D5" in rules(ask(asked=question(P.TRAIN, assessed_compute=None)))
    granted = ask(asked=question(P.TRAIN))
    assert granted.granted
    assert granted.compute_cap == Compute("4e22")


def test_V6_a_training_lease_ends_where_the_bound_reaches_its_line() -> None:
    caps = {"train_cap": Compute("2.5e22"), "train_held_cap": Compute("3e22")}
    near = tuple(verdict(n, K.NOT_SHOWN, **caps) for n in ("low", "high", "last"))
    assert ask(asked=question(P.TRAIN), verdicts=near).compute_cap == Compute("2.5e22")
    worn = question(P.TRAIN, effective_compute=Compute("2.5e22"))
    assert ask(asked=worn, verdicts=near).compute_cap == Compute("3e22")
    assert "D5" in rules(ask(asked=question(P.TRAIN, effective_compute=Compute("3e22")), verdicts=near))
    unknown = (verdict("low", K.NOT_SHOWN, train_cap=None), *near[1:])
    assert "D5" in rules(ask(asked=question(P.TRAIN), verdicts=unknown))


def test_E1_a_verdict_older_than_the_evidence_holds() -> None:
    assert rules(ask(stale=("bare/low",))) == ["E1"]


def test_S2_a_question_about_weights_meets_the_gravest_tested_configuration() -> None:
    mild = tuple(verdict(n, K.NOT_SHOWN) for n in ("low", "high", "last"))
    grave = verdict("low", K.DANGER_SHOWN, configuration=ident("tools"))
    assert not ask(P.STORE, verdicts=(*mild, grave)).granted
    assert ask(P.DEPLOY, verdicts=(*mild, grave)).granted


def test_D4_a_factor_without_an_assessed_model_gives_no_first_due_point() -> None:
    document = policy()
    both = FirstAssessment(at=Compute("1e22"), factor=Factor(4))
    document = replace(document, evaluation=replace(document.evaluation, first_assessment=both))
    first = question(P.TRAIN, assessed_compute=None, assessed_at=None, effective_compute=Compute("1e21"))
    nothing = Dossier(attestations=dossier().attestations)
    assert "D4" in rules(decide(document, first, nothing))
    known = replace(first, best_assessed_compute=Compute("1e21"))
    assert decide(document, known, nothing).compute_cap == Compute("4e21")


@pytest.mark.parametrize("changes", [{"at": NOW - 900 * DAY}, {"by": BOARD}, {"at": NOW + DAY}])
def test_V6_a_duty_is_done_in_its_case_and_by_its_role(changes: dict[str, object]) -> None:
    case = AlertCase(subject=SUBJECT, limit=ident("low"), since=NOW - 31 * DAY)
    done = DutyDone(duty=ident("tell"), subject=SUBJECT, limit=ident("low"), by=OFFICER, at=NOW)
    found = ask(kinds={"low": K.ALERT}, alert_cases=(case,), duties_done=(replace(done, **changes),))
    assert not found.granted


def test_D6_assessing_is_held_only_by_its_containment_protections() -> None:
    grim = dict.fromkeys(("low", "high", "last"), K.DANGER_SHOWN)
    assert ask(P.ASSESS, kinds=grim).granted
    assert rules(ask(P.ASSESS, kinds=grim, attestations=())) == ["D3"]


def test_D7_releasing_weights_is_held() -> None:
    decision = ask(P.RELEASE_WEIGHTS, kinds={"low": K.NOT_RULED_OUT})
    assert "D7" in rules(decision)
    assert not any(b.waivable for b in decision.blockers)


@pytest.mark.parametrize("scope", ["*", "DEPLOY", SUBJECT, "m"])
def test_D10_a_pause_holds_what_it_reaches(scope: str) -> None:
    pause = Pause(id=ident("p"), scope=scope, reason="an incident", by=OFFICER, at=NOW - DAY)
    assert "D10" in rules(ask(pauses=(pause,)))
    assert ask(pauses=(replace(pause, resumed=True),)).granted


class TestD12Waivers:
    kinds = {"low": K.NOT_RULED_OUT}  # noqa: RUF012
    recorded = {  # noqa: RUF012
        "attestations": (attestation("vault"),),
        "risk_statements": (risk_statement("low"),),
    }

    def waived(self, *waivers: object, **changes: object) -> Decision:
        return ask(**{"kinds": self.kinds, **self.recorded, "waivers": waivers, **changes})  # type: ignore[arg-type]

    def test_a_waiver_leaves_the_decision_held_with_its_blockers(self) -> None:
        decision = self.waived(waiver("low", P.DEPLOY))
        assert not decision.granted
        assert decision.blockers
        assert decision.outcome == "HELD, WAIVED UNTIL 2026-04-20"

    @pytest.mark.parametrize(
        "changes",
        [
            {"approvers": (OFFICER,)},
            {"approvers": (OFFICER, OFFICER)},
            {"approvers": (OFFICER, Approver(principal=ident("dan"), role=ident("board")))},
            {"reason": " "},
            {"until": NOW + 40 * DAY},
            {"since": NOW + DAY},
            {"until": NOW},
            {"permission": P.STORE},
            {"subject": "sha256:" + "d" * 64},
            {"limit": ident("high")},
            {"renews": ident("w-none")},
        ],
    )
    def test_a_waiver_that_breaks_its_rule_counts_for_nothing(self, changes: dict[str, object]) -> None:
        assert self.waived(replace(waiver("low", P.DEPLOY), **changes)).waived_until is None

    def test_a_waiver_never_reaches_danger_shown(self) -> None:
        grave = self.waived(waiver("low", P.DEPLOY), kinds={"low": K.DANGER_SHOWN})
        assert grave.waived_until is None

    def test_a_waiver_never_reaches_a_standing_protection(self) -> None:
        assert self.waived(waiver("low", P.DEPLOY), attestations=()).waived_until is None

    def test_one_renewal_by_the_board_and_no_more(self) -> None:
        first = waiver("low", P.DEPLOY, id=ident("one"), since=NOW - 29 * DAY, until=NOW - DAY)
        second = waiver("low", P.DEPLOY, id=ident("two"), renews=ident("one"))
        assert self.waived(first, second).waived_until is not None
        unlinked = replace(second, renews=None)
        assert self.waived(first, unlinked).waived_until is None
        zeroth = waiver("low", P.DEPLOY, id=ident("nil"), since=NOW - 60 * DAY, until=NOW - 31 * DAY)
        assert self.waived(zeroth, replace(first, renews=ident("nil")), second).waived_until is None


def test_S4_out_of_scope_only_by_a_recorded_finding_on_measured_compute() -> None:
    finding = ScopeFinding(
        id=ident("f"), subject=SUBJECT, facts="1e19 FLOP", by=OFFICER, until=NOW + 9 * DAY, made_at=NOW - DAY
    )
    grim = dict.fromkeys(("low", "high", "last"), K.NOT_RUN)
    small = question(effective_compute=Compute("1e19"))
    assert ask(kinds=grim, asked=small, scope_findings=(finding,)).out_of_scope == "f"
    assert not ask(kinds=grim, asked=small).granted
    assert not ask(kinds=grim, asked=question(effective_compute=None), scope_findings=(finding,)).granted
    assert not ask(kinds=grim, scope_findings=(finding,)).granted  # too much compute
    delivery = Approver(principal=ident("dan"), role=ident("delivery"))
    for weak in ({"made_at": None}, {"until": NOW + 900 * DAY}, {"by": delivery}):
        assert not ask(kinds=grim, asked=small, scope_findings=(replace(finding, **weak),)).granted
    shown = {**grim, "low": K.DANGER_SHOWN}
    assert not ask(kinds=shown, asked=small, scope_findings=(finding,)).granted
    late = replace(small, as_of=NOW + 9 * DAY)
    assert not ask(kinds=grim, asked=late, scope_findings=(finding,)).granted


def test_S2_a_verdict_of_another_configuration_or_policy_does_not_answer() -> None:
    others = tuple(verdict(n, K.NOT_SHOWN, configuration=ident("tools")) for n in ("low", "high", "last"))
    assert not ask(verdicts=others).granted


def test_D5_an_event_since_the_assessment_holds_training_whatever_protections_are_in_force() -> None:
    asked = question(Permission.TRAIN)
    assert decide(policy(), asked, dossier()).granted
    held = decide(policy(), replace(asked, event_since="new-tool of 2026-03-20"), dossier())
    assert [b.rule for b in held.blockers] == ["D5"]
    assert "new-tool of 2026-03-20" in held.blockers[0].why
