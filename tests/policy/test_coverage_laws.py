"""Laws of coverage: taking out of a policy, of its record or of what the text states makes no answer better."""

from __future__ import annotations

import random
from typing import Any

import pytest

from policy.coverage_world import (
    EVERYTHING,
    PACKS,
    answers,
    better,
    places,
    plain,
    policy,
    put,
    readable,
    removals,
    within,
)
from scalegate.policy.coverage import Answer
from scalegate.policy.document import PolicyDocument
from scalegate.shape import decode


def full() -> Any:
    """The example with what it lacks: a clause, a screen, limits that were reached, a test that decides nothing."""
    data = plain()
    for at, value in {
        "response.competitor_clause": {
            "text": "t",
            "quorum": {"number": "2", "of": ["board", "outside"], "outside_key": "true"},
            "preconditions": [{"showing": "avenues_exhausted", "how": "h", "role": "board"}],
        },
        "evaluation.evaluations.quick": {
            "title": "Quick", "suite": "quick", "success_score": "1", "coverage_floor": "80 %", "duration": "1 days",
            "screens": "cyber", "escalates_at": "0.5", "secrecy": "open", "positive_control": "planted",
        },
        "limits.expert_hour.reached": {"model": "m", "on": "2026-01-01", "statement": "s"},
        "limits.expert_day.observations.named": {
            "measure": "stated", "test": "t", "criterion": "c", "missing": "m", "relied_on": "true",
        },
        "limits.expert_hour.observations.quick": {"measure": "judgement", "role": "board", "question": "q",
            "must_cite": ["x"], "relied_on": "true", "may_clear": "false", "expires_after": "6 months"},
        "roles.double": {"title": "Both", "line": "delivery", "holders": ["m.sato"]},
        "threat_models.autonomous_cyber.attacker_budget.rung": "tools",
        "threat_models.autonomous_cyber.attacker_budget.scaffolds": "3",
        "protections.measures.gateway.efficacy.set_on": "2026-01-01",
        "commitments.audit": {"text": "An independent audit, no reprisal, kept ten years.",
                              "component": "accountability", "owner": "board", "every": "12 months"},
        "commitments.incident": {"text": "We report an incident with imminent death to the authority.",
                                 "component": "response", "owner": "board", "trigger": "incident", "within": "24 h"},
    }.items():  # fmt: skip
        put(data, at.split("."), value)
    return data


POLICIES = {"example": plain(), "full": full(), "minimal": plain("tests/policy/minimal_policy.yaml")}


@pytest.mark.parametrize("data", POLICIES.values(), ids=POLICIES)
@pytest.mark.parametrize("evidence", [None, EVERYTHING], ids=["bare", "evidenced"])
def test_taking_anything_out_of_a_policy_makes_no_answer_better(data: Any, evidence: Any) -> None:
    """But for what the answer itself names as falling short: a universal promise reads better of fewer things."""
    before = answers(decode(PolicyDocument, data), evidence=evidence)
    tried = list(removals(data))
    chosen = random.Random(22).sample(tried, min(len(tried), 150))
    readable_ones = 0
    for at, left in chosen:
        document = readable(left)
        if document is None:
            continue
        readable_ones += 1
        for name, after in answers(document, evidence=evidence).items():
            if better(before[name], after):
                assert any(within(at, short) for short in before[name].short), (name, at, before[name], after)
    assert readable_ones > 20


def test_less_evidence_makes_no_answer_better() -> None:
    document = decode(PolicyDocument, full())
    whole = answers(document, evidence=EVERYTHING)
    for gone in EVERYTHING:
        less = answers(document, evidence={k: v for k, v in EVERYTHING.items() if k is not gone})
        assert not [name for name, after in less.items() if better(whole[name], after)]


def test_a_hole_makes_no_answer_better_and_nothing_rests_on_it() -> None:
    data = full()
    document = decode(PolicyDocument, data)
    before = answers(document, evidence=EVERYTHING)
    for at in random.Random(7).sample(list(places(data)), 150):
        for name, after in answers(document, evidence=EVERYTHING, holes=(at,)).items():
            assert not better(before[name], after), (name, at)
            assert not [place for place in after.places if place[: len(at)] == at], (name, at)


def test_a_policy_that_states_nothing_of_its_text_answers_nothing() -> None:
    """Every section is a hole: what the format needs to be read is there, and none of it was said."""
    document = policy()
    holes = tuple((name,) for name in plain())
    found = answers(document, evidence=EVERYTHING, holes=holes)
    assert {a.answer for a in found.values()} == {Answer.ABSENT, Answer.NOT_ASSESSABLE}
    assert any("the text does not state it" in a.why for a in found.values())


def test_every_pack_is_looked_at() -> None:
    assert set(PACKS) == {"five-components", "eu-cop-safety", "sb-53", "seoul"}
