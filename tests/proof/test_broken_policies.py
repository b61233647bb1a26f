"""Policies with one fault each: every fault is found and explained, and nothing is found in the sound ones."""

from __future__ import annotations

from decimal import Decimal

import pytest

from proof.policies import DROP, SOUND, Changes, broken, findings, proofs_of
from scalegate.proof.finding import Code

RATE, HORIZON = "limits.first.observations.rate", "limits.last.observations.horizon"
DAY_OUT = "limits.expert_day.observations.ruled_out"
TIES = "protections.conditional"
SPARE = {
    "title": "A spare measure", "family": "security", "approved_by": "officer", "lapses_after": "6 months",
    "efficacy": {"metric": "attempts stopped", "sense": "at_least", "target": "0.95"},
}  # fmt: skip
WAIVERS = {
    "quorum": {"number": "2", "of": ["board", "officer"], "outside_line": "true"}, "longest": "30 days",
    "renewals": "0",
}  # fmt: skip
JUDGED = {
    "judged": {
        "measure": "judgement", "role": "evaluators", "question": "Could it?", "must_cite": ["exam"],
        "relied_on": "true", "may_clear": "true", "expires_after": "3 months",
    }
}  # fmt: skip
REGISTRATION = {"requirement": "registration", "value": "not_required", "why": "A reason.", "author": "dan"}

BROKEN: list[tuple[str, str, Changes, Code, str]] = [
    # (a) hold points and grants
    ("a hard stop with an unknown shift", "minimal", {f"{HORIZON}.elicitation_shift.value": "unknown"},
     Code.NEVER_GRANTED, "last is a hard stop that no evidence clears: the elicitation shift of horizon is unknown"),
    ("no attacker budget", "minimal", {"threat_models.harm.attacker_budget": DROP},
     Code.NEVER_GRANTED, "harm states no attacker budget"),
    ("a hard stop that relies on nothing", "minimal", {f"{HORIZON}.relied_on": "false"},
     Code.NEVER_GRANTED, "it relies on no observation"),
    ("a hard stop on a demonstration alone", "minimal", {f"{HORIZON}.direction": "demonstration"},
     Code.NEVER_GRANTED, "a demonstration that fails rules nothing out"),
    ("a permission without standing", "minimal", {"protections.standing.STORE": DROP},
     Code.NEVER_GRANTED, "STORE is granted in no state: held in every state: D2"),
    ("a threat model that ends in nothing", "minimal", {"threat_models.other.accepted_blind_spot": DROP},
     Code.NEVER_GRANTED, "L3 other"),
    ("a first rung without observations", "cyber", {"limits.expert_hour.observations": {}},
     Code.UNREACHABLE_HOLD, "expert_hour never counts as crossed"),
    ("a rung above a hard stop", "cyber", {"limits.expert_day.hard_stop": "true"},
     Code.UNREACHABLE_HOLD, "expert_day is a hard stop, so the rung expert_week above it"),
    ("a rate that cannot be exceeded", "minimal", {f"{RATE}.limit": "1.0"},
     Code.LIMIT_AT_CEILING, "first is crossed at a rate of 1"),
    ("a shift as large as the alert line", "minimal", {f"{RATE}.elicitation_shift.value": "0.25"},
     Code.ALERT_ALWAYS, "first is never NOT_SHOWN"),
    ("a shift as large as the limit", "minimal", {f"{RATE}.elicitation_shift.value": "0.6"},
     Code.ALERT_ALWAYS, "first counts as crossed in every state"),
    ("rungs out of order", "cyber", {f"{DAY_OUT}.limit": "50 min", f"{DAY_OUT}.alert": "20 min"},
     Code.RUNGS_OUT_OF_ORDER, "expert_day stands above expert_hour"),
    ("two rungs with one line", "cyber", {f"{DAY_OUT}.limit": "60 min", f"{DAY_OUT}.alert": "30 min"},
     Code.RUNGS_OUT_OF_ORDER, "expert_day stands above expert_hour"),
    ("an alert above its limit", "minimal", {f"{RATE}.alert": "0.6"},
     Code.POLICY_CHECK, "the alert line 0.6 is not below the limit 0.5 [L4]"),
    ("a buffer smaller than a year's growth", "minimal", {"evaluation.triggers.calendar": "24 months"},
     Code.POLICY_CHECK, "the buffer is too small"),
    ("a buffer smaller than a step's growth", "minimal", {f"{HORIZON}.alert": "80 h"},
     Code.POLICY_CHECK, "the buffer is too small: buffer 2x, growth 2.57561x (training"),
    ("no hard stop", "minimal", {"limits.last.hard_stop": "false"},
     Code.POLICY_CHECK, "the last rung 'last' is no hard stop [L1]"),
    ("an evaluation longer than its evidence lasts", "cyber", {"evaluation.evaluations.cyber.duration": "6 months"},
     Code.EVALUATION_TOO_LONG, "cyber takes 6 months"),
    # (b) grants that should not be
    ("a second tie that nobody reads", "cyber",
     {f"{TIES}.8": {"limit": "expert_day", "permission": "DEPLOY", "protections": ["misuse_filter"]}},
     Code.GRANTED_UNPROTECTED, "DEPLOY is granted while expert_day counts as crossed and misuse_filter is missing"),
    ("a permission governed by nothing", "minimal",
     {f"{TIES}.0": {"limit": "first", "permission": "DEPLOY", "none_because": "Trust us."}},
     Code.CROSSING_ASKS_NOTHING, "crossing first asks for nothing: DEPLOY is governed by no protection"),
    ("internal use governed by nothing", "cyber",
     {f"{TIES}.6": {"limit": "expert_day", "permission": "USE_INTERNALLY", "none_because": "Only us."},
      "protections.standing.USE_INTERNALLY": {"none_because": "Only us."}},
     Code.CROSSING_ASKS_NOTHING, "USE_INTERNALLY is governed by no protection"),
    # (c) ways out
    ("a role without holder approves", "cyber", {"roles.security.holders": []},
     Code.HOLD_WITHOUT_EXIT, "D3 sealed_weights, and nobody holds the role security that clears it"),
    ("an approver who is no role", "cyber", {"protections.measures.containment.approved_by": "nobody"},
     Code.HOLD_WITHOUT_EXIT, "ASSESS can be held for D3 containment"),
    ("no officer", "cyber", {"roles.officer.holders": []},
     Code.HOLD_WITHOUT_EXIT, "D14 expert_hour, and nobody holds the role officer"),
    ("no evaluators", "cyber", {"roles.evaluators.holders": []},
     Code.HOLD_WITHOUT_EXIT, "E1 expert_hour, and nobody holds the role evaluators"),
    ("a pause that too few can end", "minimal", {"response.pause.resume.number": "4"},
     Code.HOLD_WITHOUT_EXIT, "nobody can end a pause: the quorum asks for 4 people and 3 could sign"),
    ("a pause that only an outside key ends", "minimal", {"response.pause.resume.outside_key": "true"},
     Code.HOLD_WITHOUT_EXIT, "nobody can end a pause: the quorum needs an outside key"),
    ("a pause that the delivery line alone may end", "minimal",
     {"response.pause.resume": {"number": "1", "of": ["builders"], "outside_line": "true"}},
     Code.HOLD_WITHOUT_EXIT, "one person outside the delivery line, and all who could sign stand in it"),
    ("no first due point", "minimal", {"evaluation.first_assessment": {}},
     Code.HOLD_WITHOUT_EXIT, "a first run never begins"),
    ("a duty of nobody", "minimal", {"response.alert_duties.0.role": "nobody"},
     Code.HOLD_WITHOUT_EXIT, "the duty tell-board is always late"),
    ("everybody evaluates", "minimal",
     {"roles.evaluators.holders": ["ann", "bea", "cid", "dan", "gus", "eva"]},
     Code.HOLD_WITHOUT_EXIT, "nobody can dispose of an invalid run"),
    ("a rebuttal that too few could sign", "minimal", {"roles.board.holders": ["ann"]},
     Code.HOLD_WITHOUT_EXIT, "no quorum can meet: it asks for 2 people and 1 could sign [V8]"),
    ("a blind spot that nobody can accept again", "minimal", {"accountability.relaxing.quorum.number": "5"},
     Code.HOLD_WITHOUT_EXIT, "L3 other, and only a change of the policy leads out: its quorum asks for 5 people"),
    ("a waiver that never ends", "minimal", {"response.waivers.longest": "24 months"},
     Code.WAIVER_WITHOUT_END, "a waiver of 24 months, 1 time renewed, outlasts the review every 12 months"),
    ("a waiver that ends by being renewed", "minimal", {"response.waivers.longest": "7 months"},
     Code.WAIVER_WITHOUT_END, "a waiver of 7 months"),
    # (e) clauses without effect
    ("a tie on a hard stop", "cyber",
     {f"{TIES}.8": {"limit": "expert_week", "permission": "DEPLOY", "protections": ["strict_filter"]}},
     Code.DEAD_TIE, "expert_week is a hard stop, and no protection reaches it [L2]"),
    ("a tie for ASSESS", "cyber",
     {f"{TIES}.8": {"limit": "expert_day", "permission": "ASSESS", "protections": ["two_person_access"]}},
     Code.DEAD_TIE, "ASSESS asks for its standing protections alone [D6]"),
    ("a tie written twice", "cyber",
     {f"{TIES}.8": {"limit": "expert_hour", "permission": "STORE", "protections": ["sealed_weights"]}},
     Code.DEAD_TIE, "the tie of expert_hour and STORE changes no answer: an earlier entry is read instead"),
    ("a tie to a limit on no ladder", "cyber",
     {"threat_models.autonomous_cyber.ladder": ["expert_hour", "expert_week"]},
     Code.DEAD_TIE, "the tie of expert_day and DEPLOY changes no answer: expert_day stands on no ladder"),
    ("a protection that nothing asks for", "cyber", {"protections.measures.spare": SPARE},
     Code.UNUSED_PROTECTION, "nothing asks for the protection spare"),
    ("an evaluation that nothing reads", "cyber",
     {"evaluation.evaluations.spare": SOUND["cyber"]["evaluation"]["evaluations"]["cyber"]},
     Code.UNREAD_EVALUATION, "no limit reads the evaluation spare"),
    ("a waiver that needs an outside key", "minimal", {"response.waivers.quorum.outside_key": "true"},
     Code.DEAD_WAIVER_RULE, "the waiver rule reaches nothing: its quorum needs an outside key"),
    ("a waiver that too few can sign", "minimal", {"response.waivers.quorum.number": "9"},
     Code.DEAD_WAIVER_RULE, "the waiver rule reaches nothing: its quorum asks for 9 people"),
    ("a waiver of hard stops alone", "tiny", {"response.waivers": WAIVERS},
     Code.DEAD_WAIVER_RULE, "only hard stops could be crossed"),
    ("a scope line without its screen", "minimal", {"scope.out_of_scope_below": "1e20 FLOP"},
     Code.DEAD_SCOPE, "out_of_scope_below has no effect without screen"),
    ("a screen without its scope line", "minimal", {"scope.screen": "exam"},
     Code.DEAD_SCOPE, "screen has no effect without out_of_scope_below"),
    ("a relaxation for nobody", "minimal",
     {"limits.first.observations": JUDGED, "limits.last.observations": JUDGED,
      "evaluation.relaxations": [REGISTRATION]},
     Code.DEAD_RELAXATION, "registration is relaxed for nobody"),
    ("duties of an alert that cannot be", "minimal", {f"{RATE}.relied_on": "false", f"{HORIZON}.relied_on": "false"},
     Code.DEAD_DUTY, "the duty tell-board never begins"),
    # (f) who alone
    ("delivery approves its own protection", "cyber", {"protections.measures.misuse_filter.approved_by": "product"},
     Code.SELF_APPROVAL, "c.abara approves the protection misuse_filter as product"),
    ("the officer delivers", "cyber", {"roles.officer.holders": ["c.abara"]},
     Code.SELF_APPROVAL, "c.abara answers for the policy and states the risk as officer"),
    ("an evaluator delivers", "cyber", {"roles.evaluators.holders": ["m.sato", "k.ivers"]},
     Code.SELF_APPROVAL, "k.ivers evaluates as evaluators"),
    ("the precursor's author delivers", "cyber", {f"{DAY_OUT}.precursor.author": "l.fischer"},
     Code.SELF_APPROVAL, "l.fischer argues why a small result clears expert_day"),
    ("the shift's author is the delivery role", "cyber", {f"{DAY_OUT}.elicitation_shift.author": "training"},
     Code.SELF_APPROVAL, "k.ivers set the shift of expert_day"),
    ("delivery accepts a blind spot", "cyber",
     {"threat_models.loss_of_control.accepted_blind_spot.accepted_by": "product"},
     Code.SELF_APPROVAL, "accepts the blind spot of loss_of_control"),
    ("delivery relaxes", "cyber", {"evaluation.relaxations.0.author": "k.ivers"},
     Code.SELF_APPROVAL, "k.ivers relaxes registration"),
    ("evaluators relax what binds them", "cyber", {"evaluation.relaxations.0.author": "m.sato"},
     Code.CIRCULAR_APPROVAL, "m.sato relaxes registration for the evaluations that they run themselves"),
    ("evaluators accept that they do not test", "cyber",
     {"threat_models.loss_of_control.accepted_blind_spot.accepted_by": "evaluators"},
     Code.CIRCULAR_APPROVAL, "the evaluators accept that they do not test loss_of_control"),
    ("one person tests and answers", "cyber", {"roles.officer.holders": ["m.sato"]},
     Code.ONE_PERSON, "m.sato runs the evaluations and is officer too"),
    ("one person waives", "minimal", {"response.waivers.quorum.number": "1"},
     Code.QUORUM_OF_ONE, "ann or bea or cid or dan alone can waive"),
    ("one person ends pauses", "minimal", {"response.pause.resume.number": "1"},
     Code.QUORUM_OF_ONE, "alone can end a pause"),
    ("delivery relaxes the policy", "cyber", {"accountability.relaxing.quorum": {"number": "2", "of": ["product"]}},
     Code.DELIVERY_QUORUM, "the delivery line alone (c.abara, l.fischer) can relax the policy"),
    ("a board that delivers ends pauses", "minimal", {"roles.builders.holders": ["ann", "bea"]},
     Code.DELIVERY_QUORUM, "the delivery line alone (ann, bea) can end a pause"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("base", "changes", "code", "words"), [b[1:] for b in BROKEN], ids=[b[0].replace(" ", "-") for b in BROKEN]
)
def test_a_fault_is_found_and_explained(base: str, changes: Changes, code: Code, words: str) -> None:
    found = findings(broken(base, changes))
    assert any(c is code and words in what for c, what, _ in found), "\n".join(f"{c}: {w}" for c, w, _ in found)


def test_there_are_at_least_forty_faults_and_none_is_there_twice() -> None:
    assert len({b[0] for b in BROKEN}) == len(BROKEN) >= 40


@pytest.mark.parametrize("name", SOUND)
def test_nothing_is_found_in_a_sound_policy(name: str) -> None:
    assert findings(broken(name, {})) == []


@pytest.mark.parametrize("name", SOUND)
def test_every_law_holds_of_a_sound_policy(name: str) -> None:
    (proof,) = proofs_of(broken(name, {}))
    assert [law.what for law in proof.laws if not law.holds and not law.what.startswith("nor a hold")] == []


def test_a_limit_beyond_the_longest_task_is_found_where_the_suite_is_at_hand() -> None:
    short = {"cyber": Decimal(60)}
    found = findings(broken("cyber", {}), longest=short)
    assert {c for c, _, _ in found} == {Code.LIMIT_AT_CEILING}
    assert "expert_day lies at 480 min and the longest task takes 60 min" in found[0][1]
    assert findings(broken("cyber", {}), longest={"cyber": Decimal(2160)}) == []


# ------------------------------------------------------------------------------ several documents

FIRST = {"title": "First promise"}
SECOND = {"title": "Second promise"}
LEFT = {"limit": "first", "permission": "DEPLOY", "none_because": "The Second promise governs deployment."}
NOTHING = {"limit": "first", "permission": "DEPLOY", "none_because": "Nothing is needed."}
BACK = {"limit": "first", "permission": "DEPLOY", "none_because": "As the first promise says."}


def test_a_bypass_through_a_second_document_is_found_with_a_state_that_shows_it() -> None:
    one = broken("minimal", FIRST | {f"{TIES}.0": LEFT})
    two = broken("minimal", SECOND | {f"{TIES}.0": NOTHING})
    found = [f for c, _, f in findings(one, two) if c is Code.BYPASS]
    assert len(found) == 1
    assert found[0]
    assert "DEPLOY while first counts as crossed is left to 'Second promise', which asks for nothing" in found[0].what
    assert "first at NOT_RULED_OUT" in found[0].witness
    assert found[0].witness.endswith("DEPLOY is granted.")


def test_standing_protections_left_to_a_document_without_them_are_a_bypass() -> None:
    one = broken("minimal", FIRST | {"protections.standing.TRAIN": {"none_because": "See the Second promise."}})
    two = broken("minimal", SECOND | {"protections.standing.TRAIN": {"none_because": "None."}})
    assert any(c is Code.BYPASS and w.startswith("TRAIN is left to") for c, w, _ in findings(one, two))


def test_two_documents_that_leave_a_permission_to_each_other_are_a_circle() -> None:
    one = broken("minimal", FIRST | {f"{TIES}.0": LEFT})
    two = broken("minimal", SECOND | {f"{TIES}.0": BACK})
    found = [w for c, w, _ in findings(one, two) if c is Code.CIRCULAR_APPROVAL]
    assert len(found) == 2
    assert "which leaves it back to 'First promise'" in found[0]


def test_leaving_a_permission_to_a_document_that_asks_always_is_no_fault() -> None:
    one = broken("minimal", FIRST | {f"{TIES}.0": LEFT})
    two = broken("minimal", SECOND | {"protections.standing.DEPLOY": {"protections": ["locks"]}})
    assert findings(one, two) == []


def test_leaving_it_to_one_that_asks_at_limits_of_its_own_is_noted() -> None:
    one, two = broken("minimal", FIRST | {f"{TIES}.0": LEFT}), broken("minimal", SECOND)
    assert findings(one, two) == []
    notes = [f for proof in proofs_of(one, two) for f in proof.findings if f.code is Code.BYPASS]
    assert [n.note for n in notes] == [True]
    assert "only while limits of its own count as crossed" in notes[0].what
