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
            place.append(value)
        else:
            place[last] = value
    return decode(PolicyDocument, data)


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
