"""Every refusal of a policy: a minimal policy that is adoptable, one change, and the finding that follows."""

from __future__ import annotations

import copy
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from scalegate.policy.adoptable import refusals
from scalegate.policy.document import PolicyDocument
from scalegate.policy.objection import Objection
from scalegate.policy.remarks import remarks
from scalegate.shape import decode, dotted

MINIMAL = yaml.load(Path(__file__).with_name("minimal_policy.yaml").read_bytes(), Loader=yaml.BaseLoader)

DROP = object()
Changes = dict[str, Any]


def changed(changes: Changes) -> PolicyDocument:
    """The minimal policy with values replaced at dotted paths; numbers are places in a list."""
    data = copy.deepcopy(MINIMAL)
    for path, value in changes.items():
        *parents, last = (int(part) if part.isdigit() else part for part in path.split("."))
        place = data
        for part in parents:
            place = place[part]
        if value is DROP:
            del place[last]
        elif isinstance(place, list) and last == len(place):
            place.append(copy.deepcopy(value))
        else:
            place[last] = copy.deepcopy(value)
    return decode(PolicyDocument, _without_none(data))


def _without_none(data: Any) -> Any:
    if isinstance(data, dict):
        return {k: _without_none(v) for k, v in data.items() if v is not None}
    return [_without_none(v) for v in data] if isinstance(data, list) else data


def check(changes: Changes, path: str, words: str, rule: str = "") -> None:
    found = refusals(changed(changes))
    assert any(_is(objection, path, words, rule) for objection in found), "\n".join(map(str, found)) or "no refusal"


def check_remark(changes: Changes, path: str, words: str, rule: str = "") -> None:
    document = changed(changes)
    found = remarks(document)
    assert any(_is(objection, path, words, rule) for objection in found), "\n".join(map(str, found)) or "no remark"
    assert not any(_is(objection, path, words, rule) for objection in refusals(document))


def _is(objection: Objection, path: str, words: str, rule: str) -> bool:
    said = f"{objection.what} -> {objection.mend}"
    return dotted(objection.path) == path and words in said and objection.rule == rule


def test_the_minimal_policy_is_adoptable() -> None:
    assert refusals(changed({})) == ()


RATE, HORIZON = "limits.first.observations.rate", "limits.last.observations.horizon"
BLIND_SPOT = MINIMAL["threat_models"]["other"]["accepted_blind_spot"]
EXISTENCE = {"measure": "existence", "evaluation": "exam"}
JUDGEMENT = {
    "measure": "judgement", "role": "evaluators", "question": "Could it?", "must_cite": ["exam"],
    "relied_on": "true", "may_clear": "true", "expires_after": "3 months",
}  # fmt: skip
LIMIT = {"title": "Lone", "capability": "Stands alone.", "observations": {"one": EXISTENCE}}

DROPPED = None  # a key that is left out of a part written out whole
PRECURSOR = MINIMAL["limits"]["first"]["observations"]["rate"]["precursor"]
CAP = {
    "measure": "effective_compute", "relied_on": "true", "limit": "1e25 FLOP", "alert": "1e24 FLOP",
    "precursor": PRECURSOR,
}  # fmt: skip
PACE = {
    "measure": "rate_of_progress", "evaluation": "exam", "direction": "rule_out_proxy", "relied_on": "true",
    "success": "0.5", "generations": "3", "limit": "16x", "alert": "8x", "alpha_lower": "0.05", "alpha_upper": "0.05",
    "precursor": PRECURSOR,
}  # fmt: skip
STATED = {"measure": "stated", "test": "A test", "criterion": "half of it", "missing": "levels, shift"}
REFERENCE = {
    "model": "Rival 3", "assessed_by": "An institute", "finding": "No help.", "source": "Its report",
    "until": "2026-12-31",
}  # fmt: skip
REACHED = {"model": "ours", "on": "2026-01-01", "statement": "Its report says so."}
QUIZ = {**MINIMAL["evaluation"]["evaluations"]["exam"], "screens": "exam", "escalates_at": "0.2"}
SHOWINGS = (
    "others_are_the_risk", "avenues_exhausted", "public_statement", "authorities_told", "absolute_risk_stated"
)  # fmt: skip
CLAUSE: dict[str, Any] = {
    "text": "If others race.", "quorum": {"number": "2", "of": ["board"], "outside_key": "true"},
    "preconditions": [{"showing": s, "how": "In writing.", "role": "officer"} for s in SHOWINGS],
    "expires_after": "30 days",
}  # fmt: skip
ACTION = {"id": "stop-api", "when": "danger_shown", "what": "Stop serving it.", "role": "officer", "within": "1 days"}
PROMISE = {
    "text": "We publish it.", "component": "accountability", "owner": "officer", "every": "12 months",
    "evidence": "the page",
}  # fmt: skip
WATCHED = {
    "title": "Persuasion", "why": "It grows.", "no_limit_because": "Nobody can measure it.",
    "becomes_a_limit_when": "somebody can", "role": "officer", "review_every": "6 months",
}  # fmt: skip
ENTRY: dict[str, Any] = {
    "version": "1.0.0", "published": "2026-01-01",
    "changes": [{"at": ["limits.first"], "what": "First version.", "why": "There was none."}],
}  # fmt: skip

REFUSALS: list[tuple[Changes, str, str, str]] = [
    # L1, L3 and invariant 5: ladders
    ({"limits.last.hard_stop": "false"}, "threat_models.harm.ladder[1]", "no hard stop", "L1"),
    ({"limits.lone": LIMIT}, "limits.lone", "on no ladder", "L1"),
    ({"threat_models.other.ladder": ["last"], "threat_models.other.accepted_blind_spot": DROP},
     "limits.last", "on 2 ladders (harm, other)", "L1"),
    ({"threat_models.harm.ladder": ["first", "first", "last"]}, "threat_models.harm.ladder[1]", "twice", ""),
    ({"threat_models.harm.ladder.0": "frist"}, "threat_models.harm.ladder[0]", "did you mean 'first'?", ""),
    ({"threat_models.other.accepted_blind_spot": DROP}, "threat_models.other", "ends neither", "L3"),
    ({"threat_models.harm.accepted_blind_spot": BLIND_SPOT},
     "threat_models.harm.accepted_blind_spot", "without a test", "L3"),
    ({"threat_models": {}}, "threat_models", "no way to catastrophe", "L3"),
    ({"limits.first.observations": {}}, "limits.first.observations", "no observation", "invariant 5"),
    ({"threat_models.harm.attacker_budget.tokens_per_attempt": "0"},
     "threat_models.harm.attacker_budget.tokens_per_attempt", "without any effort", "V4"),
    # V1, V9, B1-B5: observations
    ({f"{RATE}.evaluation": "exom"}, f"{RATE}.evaluation", "did you mean 'exam'?", ""),
    ({f"{RATE}.alert": "0.5"}, f"{RATE}.alert", "not below the limit 0.5", "L4"),
    ({f"{HORIZON}.alert": "200 h"}, f"{HORIZON}.alert", "not below the limit 9600 min", "L4"),
    ({f"{RATE}.alert": "0"}, f"{RATE}.alert", "alert line of 0", "B3"),
    ({f"{RATE}.alpha_upper": "0.6"}, f"{RATE}.alpha_upper", "a level of 0.6", "B1"),
    ({f"{RATE}.alpha_lower": "0"}, f"{RATE}.alpha_lower", "a level of 0", "B1"),
    ({f"{RATE}.precursor": DROP}, RATE, "add precursor", "V1"),
    ({f"{HORIZON}.precursor": DROP}, HORIZON, "add precursor", "V1"),
    ({f"{HORIZON}.success": "1.0"}, f"{HORIZON}.success", "success probability", "B5"),
    ({f"{HORIZON}.envelope.slope_from": "2"}, f"{HORIZON}.envelope", "no interval", "B5"),
    ({f"{HORIZON}.envelope.slope_from": "0"}, f"{HORIZON}.envelope", "no interval", "B5"),
    ({f"{HORIZON}.envelope.family_sd": "-1"}, f"{HORIZON}.envelope.family_sd", "no standard deviation", "B4"),
    ({"limits.first.observations.judge": {**JUDGEMENT, "must_cite": []}},
     "limits.first.observations.judge.must_cite", "cites no evidence", "V9"),
    ({"limits.first.observations.judge": {**JUDGEMENT, "role": "judges"}},
     "limits.first.observations.judge.role", "no role", ""),
    # L4: the buffer, computed and said
    ({f"{RATE}.alert": "0.45"}, f"{RATE}.alert", "buffer 0.05, growth 0.07 (elicitation 0.02 a month over 3.5", "L4"),
    ({f"{RATE}.alert": "0.39"}, f"{RATE}.alert", "growth 0.116667", "L4"),
    ({f"{HORIZON}.alert": "90 h"}, f"{HORIZON}.alert", "buffer 1.77777x, growth 1.89293x (elicitation 1.2x", "L4"),
    ({f"{HORIZON}.alert": "80 h"}, f"{HORIZON}.alert", "buffer 2x, growth 2.57561x (training", "L4"),
    ({"evaluation.growth.elicitation.horizon_per_month": "1e9999x", "evaluation.triggers.calendar": "999999 months"},
     f"{HORIZON}.alert", "growth unbounded", "L4"),
    # people
    ({"roles.officer.holders": []}, "roles.officer.holders", "no holder", "invariant 5"),
    ({"roles.board.holders": ["ann", "ann"]}, "roles.board.holders", "named twice", ""),
    ({"accountability.officer": "oficer"}, "accountability.officer", "did you mean 'officer'?", ""),
    ({"protections.measures.locks.approved_by": "nobody"}, "protections.measures.locks.approved_by", "no role", ""),
    ({"threat_models.other.accepted_blind_spot.accepted_by": "bord"},
     "threat_models.other.accepted_blind_spot.accepted_by", "did you mean 'board'?", ""),
    ({"response.alert_duties.0.role": "offcer"}, "response.alert_duties[0].role", "did you mean 'officer'?", ""),
    ({"response.deletion.of": ["bored"]}, "response.deletion.of[0]", "did you mean 'board'?", ""),
    ({"response.deletion.number": "0"}, "response.deletion.number", "a quorum of nobody", "invariant 5"),
    ({"response.deletion.number": "4"}, "response.deletion.number", "3 distinct holders", "invariant 5"),
    ({"response.pause.resume": {"number": "1", "of": ["builders"], "outside_line": "true"}},
     "response.pause.resume.outside_line", "every holder of its roles stands in it", "invariant 5"),
    ({"roles.builders.holders": ["ann", "bea", "cid", "dan"]},
     "response.waivers.quorum.outside_line", "every holder of its roles stands in it", "invariant 5"),
    ({"roles.board.line": "assurance"}, "roles.board.line", "write board", ""),
    ({"evaluation.blind_spot_reserve.set_by": "officer"},
     "evaluation.blind_spot_reserve.set_by", "only the board", "B2"),
    ({"response.rebuttal.outside_key": DROP}, "response.rebuttal", "outside key", "V8"),
    ({"response.waivers.quorum.outside_line": DROP}, "response.waivers.quorum", "outside_line: true", "D12"),
    ({"response.waivers.renewals": "2"}, "response.waivers.renewals", "at most once", "D12"),
    ({"response.waivers.longest": "0 days"}, "response.waivers.longest", "a period of nothing", ""),
    ({"response.competitor_clause": {"text": "If others race.", "quorum": {"number": "2", "of": ["board"]}}},
     "response.competitor_clause.quorum", "outside key", "D13"),
    ({"response.alert_duties": []}, "response.alert_duties", "without duties", "V6"),
    ({"response.alert_duties.1": MINIMAL["response"]["alert_duties"][0]},
     "response.alert_duties[1].id", "there twice", ""),
    # D1-D3: protections
    ({"protections.standing.TRIAN": {"none_because": "A slip."}},
     "protections.standing.TRIAN", "did you mean 'TRAIN'?", "D1"),
    ({"protections.standing.STORE": DROP}, "protections.standing", "STORE has no standing protections", "D2"),
    ({"protections.standing.STORE": {}}, "protections.standing.STORE", "asks for nothing", "invariant 5"),
    ({"protections.standing.STORE.none_because": "Why not."},
     "protections.standing.STORE", "says why there are none", "D2"),
    ({"protections.standing.DEPLOY.none_because": "  "}, "protections.standing.DEPLOY", "asks for nothing",
     "invariant 5"),
    ({"protections.standing.STORE.protections.0": "lock"},
     "protections.standing.STORE.protections[0]", "did you mean 'locks'?", ""),
    ({"protections.standing.STORE.protections.1": "locks"},
     "protections.standing.STORE.protections[1]", "twice", ""),
    ({"protections.conditional.0.limit": "firts"}, "protections.conditional[0].limit", "did you mean 'first'?", ""),
    ({"protections.conditional.0.protections": []}, "protections.conditional[0]", "asks for nothing", "invariant 5"),
    ({"protections.conditional.1": MINIMAL["protections"]["conditional"][0]},
     "protections.conditional[1]", "tied twice", "D2"),
    ({"protections.measures.locks.efficacy.target": "unbounded"},
     "protections.measures.locks.efficacy.target", "without end", "D3"),
    # evaluation
    ({"evaluation.evaluations.exam.screens": "exam"},
     "evaluation.evaluations.exam.screens", "screens for itself", "V2"),
    ({"scope.screen": "exan"}, "scope.screen", "did you mean 'exam'?", "S4"),
    ({"evaluation.blind_spot_reserve.rate": "0"}, "evaluation.blind_spot_reserve.rate", "above zero", "B2"),
    ({"evaluation.blind_spot_reserve.horizon": "1x"}, "evaluation.blind_spot_reserve.horizon", "above zero", "B2"),
    ({"evaluation.triggers.effective_compute": "1x"},
     "evaluation.triggers.effective_compute", "always be overdue", "D5"),
    ({"evaluation.relaxations": [{"requirement": "registration", "value": "stated", "why": "A.", "author": "dan"}]},
     "evaluation.relaxations[0].value", "write not_required", ""),
    ({"evaluation.relaxations": [{"requirement": "evidence_dates", "value": "stated", "why": "A", "author": "d"}] * 2},
     "evaluation.relaxations[1]", "relaxed twice", ""),
    ({"evaluation.evaluations.exam.success_score": "unbounded"},
     "evaluation.evaluations.exam.success_score", "without end", ""),
    # caps on compute, rates of progress, tests that nothing decides, references
    ({"limits.first.observations.cap": {**CAP, "precursor": DROPPED}},
     "limits.first.observations.cap", "add precursor", "V1"),
    ({"limits.first.observations.cap": {**CAP, "alert": "1e25 FLOP"}},
     "limits.first.observations.cap.alert", "not below the limit 1e25 FLOP", "L4"),
    ({"limits.first.observations.pace": {**PACE, "generations": "2"}},
     "limits.first.observations.pace.generations", "write 3 or more", "B3"),
    ({"limits.first.observations.pace": {**PACE, "success": "1.0"}},
     "limits.first.observations.pace.success", "success probability", "B5"),
    ({"limits.first.observations.pace": {**PACE, "alpha_upper": "0.7"}},
     "limits.first.observations.pace.alpha_upper", "a level of 0.7", "B1"),
    ({"limits.first.observations.pace": {**PACE, "alert": "16x"}},
     "limits.first.observations.pace.alert", "not below the limit 16x", "L4"),
    ({"limits.first.observations.pace": {**PACE, "precursor": DROPPED}},
     "limits.first.observations.pace", "add precursor", "V1"),
    ({"limits.first.observations.pace": {**PACE, "evaluation": "exom"}},
     "limits.first.observations.pace.evaluation", "did you mean 'exam'?", ""),
    ({"limits.first.observations.pace": {**PACE, "evaluation": "quiz"},
      "evaluation.evaluations.quiz": MINIMAL["evaluation"]["evaluations"]["exam"]},
     "limits.first.observations.pace.evaluation", "no task-length limit reads this evaluation", "B5"),
    ({"limits.first.observations.named": STATED},
     "limits.first.observations.named", "nothing would decide this test: levels, shift", "invariant 5"),
    ({f"{RATE}.precursor.reference": {**REFERENCE, "finding": " "}},
     f"{RATE}.precursor.reference.finding", "says nothing", ""),
    # limits that were reached
    ({"limits.first.reached": REACHED, "limits.last.reached": REACHED},
     "threat_models.harm.ladder", "nothing ahead of the models is defined", "L1"),
    ({"limits.last.reached": REACHED}, "threat_models.harm.ladder[1]", "a limit below it has not", "L1"),
    # threat actors of security
    ({"protections.measures.locks.actors": {"in_scope": []}},
     "protections.measures.locks.actors.in_scope", "security against nobody", "invariant 5"),
    ({"protections.measures.locks.actors": {"in_scope": ["thieves", "states"], "out_of_scope": ["states"]}},
     "protections.measures.locks.actors", "states is in scope and out of scope", ""),
    ({"protections.measures.locks.family": "control", "protections.measures.locks.actors": {"in_scope": ["thieves"]}},
     "protections.measures.locks.actors", "family is control", ""),
    # screens
    ({"evaluation.evaluations.exam.screens": "quiz"}, "evaluation.evaluations.exam", "a screen needs both", "V2"),
    ({"evaluation.evaluations.exam.escalates_at": "0.2"}, "evaluation.evaluations.exam", "a screen needs both", "V2"),
    ({"evaluation.evaluations.quiz": {**QUIZ, "escalates_at": "1.0"}},
     "evaluation.evaluations.quiz.escalates_at", "no result but certainty", "V2"),
    ({"evaluation.evaluations.quiz": {**QUIZ, "screens": "exan"}},
     "evaluation.evaluations.quiz.screens", "did you mean 'exam'?", "V2"),
    # quorums and roles that are kept apart
    ({"response.deletion": {"number": "2", "of": ["board"], "without": ["bored"]}},
     "response.deletion.without[0]", "did you mean 'board'?", ""),
    ({"response.deletion": {"number": "3", "of": ["board"], "without": ["officer"]},
      "roles.officer.holders": ["ann"]}, "response.deletion.number", "2 distinct holders that count", "invariant 5"),
    ({"accountability.separations": [{"one": "board", "other": "board", "why": "A slip."}]},
     "accountability.separations[0]", "separated from itself", ""),
    ({"accountability.separations": [{"one": "board", "other": "evaluators", "why": "Who decides does not assess."}],
      "roles.evaluators.holders": ["ann", "eva"]},
     "accountability.separations[0]", "ann holds both board and evaluators: Who decides", "invariant 5"),
    ({"accountability.separations": [{"one": "board", "other": "evalators", "why": "A slip."}]},
     "accountability.separations[0].other", "did you mean 'evaluators'?", ""),
    # the competitor clause
    ({"response.competitor_clause": {**CLAUSE, "preconditions": CLAUSE["preconditions"][1:]}},
     "response.competitor_clause.preconditions", "without showing others_are_the_risk", "D13"),
    ({"response.competitor_clause": CLAUSE, "response.competitor_clause.preconditions.5": CLAUSE["preconditions"][0]},
     "response.competitor_clause.preconditions[5]", "asked for twice", "D13"),
    ({"response.competitor_clause": {**CLAUSE, "expires_after": DROPPED}},
     "response.competitor_clause", "never ends", "D13"),
    ({"response.competitor_clause": {**CLAUSE, "quorum": {"number": "1", "of": ["officer"], "outside_key": "true"}}},
     "response.competitor_clause.quorum.of", "without the board", "D13"),
    ({"response.competitor_clause":
      {**CLAUSE, "preconditions": [{**p, "role": "offcer"} for p in CLAUSE["preconditions"]]}},
     "response.competitor_clause.preconditions[0].role", "did you mean 'officer'?", ""),
    # actions, commitments, watch list, changelog
    ({"response.actions": [{**ACTION, "id": "tell-board"}]}, "response.actions[0].id", "there twice", ""),
    ({"response.actions": [ACTION, ACTION]}, "response.actions[1].id", "there twice", ""),
    ({"response.actions": [{**ACTION, "limit": "firts"}]}, "response.actions[0].limit", "did you mean 'first'?", ""),
    ({"response.actions": [{**ACTION, "role": "offcer"}]}, "response.actions[0].role", "did you mean 'officer'?", ""),
    ({"response.actions": [{**ACTION, "within": "0 days"}]}, "response.actions[0].within", "a period of nothing", ""),
    ({"commitments": {"page": {**PROMISE, "owner": DROPPED}}}, "commitments.page", "nobody answers", "invariant 5"),
    ({"commitments": {"page": {**PROMISE, "owner": "offcer"}}}, "commitments.page.owner", "did you mean", ""),
    ({"commitments": {"page": {**PROMISE, "every": DROPPED, "within": "3 days"}}},
     "commitments.page.within", "nothing that starts it", ""),
    ({"commitments": {"page": {**PROMISE, "by": "2026-09-01"}}}, "commitments.page", "more than one of within", ""),
    ({"watch_list": {"bio": {**WATCHED, "role": "offcer"}}}, "watch_list.bio.role", "did you mean 'officer'?", ""),
    ({"watch_list": {"bio": {**WATCHED, "why": ""}}}, "watch_list.bio.why", "says nothing", ""),
    ({"changelog": [{**ENTRY, "version": "0.9.0"}]},
     "changelog", "does not say what changed with version 1.0.0", "D11"),
    ({"changelog": [ENTRY, ENTRY]}, "changelog[1].version", "is there twice", "D11"),
    ({"changelog": [ENTRY, {**ENTRY, "version": "0.9.0", "published": "2026-02-01"}]},
     "changelog[1].published", "older entries come later", "D11"),
    ({"changelog": [{**ENTRY, "changes": [{"at": [], "what": "All.", "why": "No reason."}]}]},
     "changelog[0].changes[0].at", "names no place", "D11"),
    # wording
    ({f"{RATE}.elicitation_shift.reason": " "}, f"{RATE}.elicitation_shift.reason", "'reason' says nothing", ""),
    ({f"{RATE}.precursor.argument": ""}, f"{RATE}.precursor.argument", "says nothing", ""),
    ({"threat_models.other.accepted_blind_spot.why": ""},
     "threat_models.other.accepted_blind_spot.why", "says nothing", ""),
    ({"evaluation.evaluations.exam.positive_control": ""},
     "evaluation.evaluations.exam.positive_control", "says nothing", ""),
    ({"response.max_lease": "0 h"}, "response.max_lease", "a period of nothing", ""),
    ({"accountability.relaxing.notice": "0 days"}, "accountability.relaxing.notice", "a period of nothing", ""),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "path", "words", "rule"), REFUSALS, ids=lambda v: v if isinstance(v, str) else "")
def test_a_policy_is_refused_when(changes: Changes, path: str, words: str, rule: str) -> None:
    check(changes, path, words, rule)


DIFFERENCE = {
    "measure": "difference", "evaluation": "exam", "control": "exam", "direction": "rule_out_proxy",
    "relied_on": "true", "limit": "0.3", "alert": "0.1",
}  # fmt: skip

REMARKS: list[tuple[Changes, str, str, str]] = [
    ({"limits.first.observations.cap": CAP}, "limits.first.observations.cap", "nothing is measured", "V1"),
    ({f"{RATE}.precursor.reference": REFERENCE},
     f"{RATE}.precursor.reference", "clears by reference to Rival 3, which An institute assessed", "V1"),
    ({"limits.first.observations": {"cap": {**CAP, "relied_on": "false"}}}, "limits.first", "relies on no", "V1"),
    ({"limits.first.observations": {"pace": {**PACE, "direction": "demonstration"}}},
     "limits.first", "a demonstration that fails", "V1"),
    ({"limits.first.observations.cap": {**CAP, "precursor": {**PRECURSOR, "author": "zoe"}}},
     "limits.first.observations.cap.precursor.author", "zoe holds no role", ""),
    ({"evaluation.evaluations.quiz": QUIZ}, "evaluation.evaluations.quiz.screens",
     "brings exam forward and clears nothing", "V2"),
    ({}, "protections.measures.locks", "nothing says which threat actors locks has to stop", "D3"),
    ({"watch_list": {"bio": WATCHED}}, "watch_list.bio", "nothing holds because of it until somebody can", "L3"),
    ({"commitments": {"page": {**PROMISE, "evidence": ""}}}, "commitments.page", "would show that this promise", ""),
    ({"response.stop": {"development": "contingent", "deployment": "discretionary", "text": "We may stop."}},
     "response.stop", "promises no unconditional stop", "D1"),
    ({"limits.first.observations": {"one": EXISTENCE}}, "limits.first", "never be cleared", "V1"),
    ({f"{RATE}.relied_on": "false"}, "limits.first", "relies on no observation", "V1"),
    ({f"{RATE}.direction": "demonstration"}, "limits.first", "a demonstration that fails", "V1"),
    ({f"{RATE}.elicitation_shift.value": "unknown"}, "limits.first", "elicitation shift of rate is unknown", "V1"),
    ({f"{RATE}.elicitation_shift.value": "unknown"}, f"{RATE}.elicitation_shift", "rule nothing out", "B2"),
    ({f"{RATE}.elicitation_shift.value": "0"},
     f"{RATE}.elicitation_shift", "no elicitation shift at all, says eva", "B2"),
    ({f"{HORIZON}.elicitation_shift.value": "1x"}, f"{HORIZON}.elicitation_shift", "no elicitation shift", "B2"),
    ({f"{RATE}.elicitation_shift.author": "zoe"}, f"{RATE}.elicitation_shift.author", "zoe holds no role", ""),
    ({"limits.first.observations.judge": {**JUDGEMENT, "may_clear": "false"}}, "limits.first", "may not clear", "V1"),
    ({"limits.first.observations.judge": {**JUDGEMENT, "role": "builders"}},
     "limits.first.observations.judge.role", "delivery line", "V9"),
    ({"limits.first.observations.judge": {**JUDGEMENT, "must_cite": ["report"]}},
     "limits.first.observations.judge.must_cite[0]", "outside the policy", "V9"),
    ({"limits.first.observations.judge": JUDGEMENT}, "limits.first.observations.judge", "not supported yet", "V9"),
    ({"evaluation.evaluations.exam.positive_control": "A planted bug."},
     "evaluation.evaluations.exam.positive_control", "negatives are void until", "V4"),
    ({"limits.first.observations.gap": DIFFERENCE}, "limits.first.observations.gap", "not supported yet", "V9"),
    ({}, f"{RATE}.alert", "buffer 0.3, growth 0.07 (elicitation", "L4"),
    ({}, f"{HORIZON}.alert", "buffer 8x, growth 1.89293x (elicitation", "L4"),
    ({}, "response.max_lease", "a pause can take up to 14 days", "D9"),
    ({}, "response.rebuttal.outside_key", "not supported yet", "V8"),
    ({"evaluation.evaluations.exam.screens": "exam"}, "evaluation.evaluations.exam.screens", "clears nothing", "V2"),
    ({}, "limits.first", "once crossed it holds TRAIN, STORE, USE_INTERNALLY", "D2"),
    ({"response.deletion.number": "1"}, "response.deletion.number", "one person decides this alone", "D6"),
    ({"response.competitor_clause":
      {"text": "If others race.", "quorum": {"number": "2", "of": ["board"], "outside_key": "true"}}},
     "response.competitor_clause", "grants nothing", "D13"),
    ({"protections.conditional.0.limit": "last"}, "protections.conditional[0]", "no protection reaches it", "L2"),
    ({"protections.conditional.0.permission": "ASSESS"}, "protections.conditional[0]", "alone", "D6"),
    ({"protections.measures.locks.approved_by": "builders"},
     "protections.measures.locks.approved_by", "delivery line", "D3"),
    ({"protections.measures.spare": MINIMAL["protections"]["measures"]["locks"]},
     "protections.measures.spare", "nothing asks for", "D2"),
    ({"evaluation.first_assessment": {}}, "evaluation.first_assessment", "first runs are held", "D4"),
    ({"evaluation.triggers.events": []}, "evaluation.triggers.events", "no event", "V7"),
    ({"evaluation.evaluations.quiz": MINIMAL["evaluation"]["evaluations"]["exam"]},
     "evaluation.evaluations.quiz", "no limit reads", "V2"),
    ({"evaluation.evaluations.exam.coverage_floor": "0"},
     "evaluation.evaluations.exam.coverage_floor", "accepts a run with nothing", "E2"),
    ({"evaluation.growth.elicitation.rate_per_month": "0"}, "evaluation.growth.elicitation", "calendar alone", "V7"),
    ({"evaluation.relaxations":
      [{"requirement": "registration", "value": "not_required", "why": "Old runs.", "author": "dan"}]},
     "evaluation.relaxations[0]", "registration is relaxed to not_required, says dan: Old runs.", "E6"),
    ({"scope.out_of_scope_below": "1e22 FLOP"}, "scope", "takes both", "S4"),
    ({"threat_models.harm.attacker_budget": DROP}, "threat_models.harm", "no attacker budget", "V4"),
    ({"threat_models.harm.attacker_budget.floor": "0"},
     "threat_models.harm.attacker_budget.floor", "accepts any effort", "V4"),
    ({"accountability.officer": "builders"}, "accountability.officer", "delivery line", "D10"),
    ({"limits.first.hard_stop": "true"}, "threat_models.harm.ladder", "never reached", "L1"),
    ({"limits.last.observations.rate": {**MINIMAL["limits"]["first"]["observations"]["rate"], "limit": "0.4"}},
     "threat_models.harm.ladder", "has a lower limit", "L1"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "path", "words", "rule"), REMARKS, ids=lambda v: v if isinstance(v, str) else "")
def test_a_policy_is_remarked_on_when(changes: Changes, path: str, words: str, rule: str) -> None:
    check_remark(changes, path, words, rule)


@pytest.mark.parametrize(
    "changes",
    [
        {"limits.first.observations.cap": CAP},
        {"limits.first.observations.pace": PACE},
        {f"{RATE}.precursor.reference": REFERENCE},
        {"limits.first.reached": REACHED},
        {"protections.measures.locks.actors": {"in_scope": ["thieves"], "out_of_scope": ["states"], "level": "SL2"}},
        {"protections.measures.locks.efficacy.set_on": "2026-01-01"},
        {"evaluation.evaluations.quiz": QUIZ},
        {"response.deletion": {"number": "2", "of": ["board"], "without": ["builders"]}},
        {"accountability.separations": [{"one": "board", "other": "evaluators", "why": "Who decides."}]},
        {"response.competitor_clause": CLAUSE},
        {"response.actions": [ACTION]},
        {"response.stop": {"development": "unconditional", "deployment": "none", "text": "We stop."}},
        {"commitments": {"page": PROMISE}},
        {"watch_list": {"bio": WATCHED}},
        {"changelog": [ENTRY]},
        {"kind": "compliance", "definitions": {"harm": "What the law means by it."}},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_each_construct_of_the_language_can_be_adopted(changes: Changes) -> None:
    assert refusals(changed(changes)) == ()


def test_every_refusal_comes_at_once() -> None:
    found = refusals(changed({"limits.last.hard_stop": "false", "roles.officer.holders": [], f"{RATE}.alert": "0.5"}))
    assert {"L1", "invariant 5", "L4"} <= {o.rule for o in found}


def test_L4_a_buffer_just_as_large_as_growth_is_too_small() -> None:
    changes = {
        "evaluation.growth.training.rate": "0.01",
        "evaluation.growth.elicitation.rate_per_month": "0.02",
        "evaluation.evaluations.exam.duration": "28 days",
    }
    check({**changes, f"{RATE}.alert": "0.42"}, f"{RATE}.alert", "buffer 0.08, growth 0.08", "L4")
    assert refusals(changed({**changes, f"{RATE}.alert": "0.41"})) == ()


def test_suites_are_checked_when_they_are_at_hand() -> None:
    known = {"exams": (Decimal(0), Decimal(1))}
    (found,) = refusals(changed({}), known)
    assert "did you mean 'exams'?" in found.mend
    known = {"exam": (Decimal(0), Decimal(1))}
    assert refusals(changed({}), known) == ()
    (found,) = refusals(changed({"evaluation.evaluations.exam.success_score": "2"}), known)
    assert "none decides at 2" in found.what
