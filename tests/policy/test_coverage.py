"""Answers of a policy to criteria: for each pack some that are met, partly met and absent; places; no score."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from policy.coverage_world import (
    EVERYTHING,
    NOW,
    PACKS,
    answer,
    answers,
    plain,
    policy,
    small,
    small_pack,
)
from scalegate.policy.coverage import Answer, coverage
from scalegate.policy.criteria import Evidence, StalePackError
from scalegate.policy.named_checks import CHECKS

MET, PARTLY, STATED, ABSENT = Answer.MET, Answer.PARTLY, Answer.STATED_BUT_NOT_EVIDENCED, Answer.ABSENT
MINIMAL = plain("tests/policy/minimal_policy.yaml")


def example(**changes: Any) -> Any:
    return policy(None, **changes)


def minimal(**changes: Any) -> Any:
    return policy(MINIMAL, **changes)


DAYS_14 = {"text": "We report every incident to the authority.", "component": "response", "owner": "officer",
           "trigger": "incident", "within": "14 days"}  # fmt: skip
CLAUSE = {"text": "t", "quorum": {"number": "2", "of": ["board"], "outside_key": "true"}}


@pytest.mark.parametrize(
    ("criterion", "document", "found"),
    [
        # five components: met, partly, absent
        ("five-components/L2", example(), MET),
        (
            "five-components/L2",
            example(limits__expert_day__observations={"x": {"measure": "existence", "evaluation": "cyber"}}),
            PARTLY,
        ),
        ("five-components/L3", example(limits__expert_day__observations__shown__alert="480 min"), PARTLY),
        ("five-components/L4", example(), MET),
        ("five-components/L4", example(definitions=None), ABSENT),
        ("five-components/L5", minimal(), PARTLY),
        ("five-components/L6", example(), MET),
        ("five-components/L7", minimal(), ABSENT),
        ("five-components/L11", example(), ABSENT),
        ("five-components/P1", example(), MET),
        ("five-components/P1", minimal(), ABSENT),
        ("five-components/P2", minimal(), ABSENT),
        ("five-components/P3", example(protections__measures__sealed_weights__actors=None), PARTLY),
        ("five-components/P5", example(), Answer.NOT_ASSESSABLE),
        ("five-components/E3", example(evaluation__triggers__events=["incident"]), PARTLY),
        ("five-components/E4", example(evaluation__growth__elicitation__horizon_per_month="1.3x"), ABSENT),
        ("five-components/E6", example(), ABSENT),
        ("five-components/S1", example(), MET),
        ("five-components/S1", example(response__stop__development="discretionary"), PARTLY),
        ("five-components/S2", example(response__actions__1=None), PARTLY),
        ("five-components/S9", example(), ABSENT),
        ("five-components/S9", example(response__competitor_clause=CLAUSE), ABSENT),
        (
            "five-components/S9",
            example(
                response__competitor_clause=CLAUSE
                | {"preconditions": [{"showing": "authorities_told", "how": "h", "role": "board"}]}
            ),
            PARTLY,
        ),
        ("five-components/S13", example(), MET),
        ("five-components/A2", example(), MET),
        ("five-components/A2", example(roles__training__holders=["k.ivers", "m.sato"]), PARTLY),
        ("five-components/A6", example(), PARTLY),
        ("five-components/A10", example(changelog=None), PARTLY),
        ("five-components/A11", example(accountability__relaxing__notice="2 days"), ABSENT),
        # the code of practice
        ("eu-cop-safety/1.3-changelog", example(), MET),
        ("eu-cop-safety/1.3-changelog", example(version="2.0.0"), ABSENT),
        ("eu-cop-safety/2-cbrn", example(), MET),
        ("eu-cop-safety/2-cbrn", minimal(), ABSENT),
        ("eu-cop-safety/2-manipulation", example(), PARTLY),
        ("eu-cop-safety/4.1-tiers", example(), MET),
        ("eu-cop-safety/4.1-margin", example(evaluation__growth__elicitation__horizon_per_month="1.3x"), PARTLY),
        ("eu-cop-safety/8.1", example(), MET),
        ("eu-cop-safety/8.1", example(roles__board__line="outside"), PARTLY),
        ("eu-cop-safety/9-found", minimal(), ABSENT),
        ("eu-cop-safety/1.1", example(), Answer.NOT_ASSESSABLE),
        # SB 53
        ("sb-53/a-incidents", example(), MET),
        ("sb-53/a-incidents", minimal(), ABSENT),
        ("sb-53/a-updating", example(evaluation__triggers__events=[]), PARTLY),
        ("sb-53/inc-15-days", example(), ABSENT),
        ("sb-53/inc-15-days", example(commitments__report=DAYS_14), MET),
        ("sb-53/inc-15-days", example(commitments__report=DAYS_14 | {"within": "16 days"}), ABSENT),
        ("sb-53/l-channel", example(), PARTLY),
        ("sb-53/e-truth", example(), Answer.NOT_ASSESSABLE),
        # Seoul
        ("seoul/II", example(), MET),
        ("seoul/II", example(limits__expert_week__hard_stop=None), PARTLY),
        ("seoul/IV-stop", example(), MET),
        ("seoul/IV-stop", example(response__stop=None), PARTLY),
        ("seoul/VII", example(), MET),
        ("seoul/VII", minimal(), ABSENT),
        ("seoul/VI", example(), MET),
    ],
)
def test_an_answer_to_a_criterion(criterion: str, document: Any, found: Answer) -> None:
    assert answer(document, criterion) is found, answers(document)[criterion]


@pytest.mark.parametrize(
    "criterion", ["five-components/A12", "eu-cop-safety/1.3-assessment", "sb-53/b-review", "seoul/III"]
)
def test_what_needs_evidence_is_met_only_with_it(criterion: str) -> None:
    assert answer(example(), criterion) is STATED
    assert answer(example(), criterion, evidence=EVERYTHING) is MET
    without = {k: v for k, v in EVERYTHING.items() if k not in (Evidence.REVIEW_HELD, Evidence.PROTECTIONS_IN_FORCE)}
    assert answer(example(), criterion, evidence=without) is STATED


def test_a_pack_that_has_ended_refuses_to_answer_and_says_how_to_renew_it() -> None:
    for pack in PACKS.values():
        assert coverage(pack, example(), NOW).answers
        with pytest.raises(StalePackError) as refused:
            coverage(pack, example(), pack.valid_until)
        (finding,) = refused.value.findings
        assert "they answer nothing any more" in finding.what
        assert pack.source.url in finding.mend
        assert "valid_until" in finding.mend
        assert refused.value.exit_status == 2


def test_every_answer_but_an_absent_one_has_a_place_or_a_reason() -> None:
    for name, found in answers(example(), evidence=EVERYTHING).items():
        if found.answer in (MET, PARTLY, STATED):
            assert found.places, name
        if found.answer is not MET:
            assert found.why, name
        if found.answer is ABSENT:
            assert not found.places, name


def test_there_is_no_score() -> None:
    """Counts of answers, of one pack, by kind: nothing is weighed, summed or ranked."""
    found = coverage(PACKS["seoul"], example(), NOW)
    assert set(found.counts) == set(Answer)
    assert sum(found.counts.values()) == len(found.answers)
    numbers = [n for n in dir(found) if isinstance(getattr(found, n), (int, float)) and not n.startswith("__")]
    assert not numbers
    assert not [n for n in dir(Answer.MET) if n in ("value_of", "weight", "score", "rank")]
    from scalegate.policy import coverage as module
    from scalegate.policy import criteria

    for part in (module, criteria):
        names = {n.lower() for n in dir(part)}
        assert not {n for n in names if any(word in n for word in ("score", "grade", "percent", "rating", "total"))}


# ------------------------------------------------------------------------------------ single tests


@pytest.mark.parametrize(
    ("test", "found"),
    [
        ("{test: present, at: response.max_lease}", MET),
        ("{test: present, at: response.competitor_clause}", ABSENT),
        ("{test: present, at: limits.*.hard_stop}", MET),
        ("{test: one_of, at: response.stop.development, values: [unconditional]}", MET),
        ("{test: one_of, at: response.stop.development, values: [none]}", ABSENT),
        ("{test: at_most, at: accountability.review_every, value: 6 months}", MET),
        ("{test: at_most, at: accountability.review_every, value: 180 days}", ABSENT),
        ("{test: at_least, at: accountability.review_every, value: 168 days}", MET),
        ("{test: at_most, at: accountability.review_every, value: 3}", ABSENT),
        ("{test: above, at: evaluation.blind_spot_reserve.rate, value: 0.01}", ABSENT),
        ("{test: every, at: commitments.*, has: [{test: present, at: every}]}", PARTLY),
        (
            "{test: every, at: commitments.*, where: [{test: present, at: every}], has: [{test: present, at: owner}]}",
            MET,
        ),
        ("{test: every, at: limits.*.reached, has: [{test: present, at: model}]}", ABSENT),
        ("{test: some, number: 2, at: commitments.*, has: [{test: present, at: every}]}", MET),
        ("{test: some, number: 3, at: commitments.*, has: [{test: present, at: every}]}", PARTLY),
        ("{test: mentions, at: [commitments.*.text], words: [board]}", PARTLY),
        ("{test: mentions, at: [commitments.*.text], words: [board], enough: true}", MET),
        ("{test: mentions, at: [commitments.*.text], words: [oard]}", ABSENT),
        ("{test: at_best_partly, of: {test: present, at: title}}", PARTLY),
        ("{test: all_of, of: [{test: present, at: title}, {test: present, at: response.competitor_clause}]}", PARTLY),
        ("{test: any_of, of: [{test: present, at: response.competitor_clause}, {test: present, at: title}]}", MET),
        ("{test: check, name: quorums_of_several}", MET),
    ],
)
def test_what_a_test_reads(test: str, found: Answer) -> None:
    assert small(test, example()).answer is found


def test_a_universal_promise_of_nothing_is_absent_and_names_what_falls_short() -> None:
    found = small("{test: every, at: protections.measures.*, has: [{test: present, at: efficacy.set_on}]}", example())
    assert found.answer is ABSENT
    assert ("protections", "measures", "gateway") in found.short


def test_the_best_of_several_still_names_what_falls_short_of_the_others() -> None:
    """Else taking that out would make the answer better, and nothing would have said so."""
    mentions = "{test: mentions, at: [commitments.*.text], words: [board]}"
    each = "{test: every, at: commitments.*, has: [{test: present, at: every}]}"
    found = small(f"{{test: any_of, of: [{mentions}, {each}]}}", example())
    assert found.answer is PARTLY
    assert ("commitments", "no_silence") in found.short


def test_what_stands_under_a_hole_answers_nothing() -> None:
    hole = (("response",),)
    assert small("{test: present, at: response.max_lease}", example(), holes=hole).answer is ABSENT
    assert small("{test: check, name: quorums_of_several}", example(), holes=hole).answer is PARTLY
    other = small("{test: present, at: response.max_lease}", example(), holes=(("response", "stop"),))
    assert other.answer is MET


@pytest.mark.parametrize("name", CHECKS)
def test_every_named_check_is_asked_by_a_pack_and_can_answer_both_ways(name: str) -> None:
    asked = json.dumps([str(c.test) for pack in PACKS.values() for c in pack.criteria])
    assert name in asked
    test = f"{{test: check, name: {name}}}"
    assert small(test, RICH).answer in (MET, PARTLY)
    assert small(test, EMPTY).answer is ABSENT


ALONE = {"number": "1", "of": []}
EMPTY = minimal(
    limits={},
    threat_models={},
    roles={},
    protections={"measures": {}, "standing": {}, "conditional": []},
    evaluation__evaluations={},
    evaluation__triggers__events=[],
    response__pause__resume=ALONE,
    response__rebuttal=ALONE,
    response__deletion=ALONE,
    response__waivers=None,
    accountability__relaxing__quorum=ALONE,
)
RICH = policy(
    None,
    evaluation__evaluations__quick={
        "title": "Quick", "suite": "quick", "success_score": "1", "coverage_floor": "80 %", "duration": "1 days",
        "screens": "cyber", "escalates_at": "0.5",
    },
    response__competitor_clause=CLAUSE
    | {
        "expires_after": "30 days",
        "preconditions": [
            {"showing": s, "how": "h", "role": "board"}
            for s in ("others_are_the_risk", "avenues_exhausted", "public_statement", "authorities_told",
                      "absolute_risk_stated")
        ],
    },
)  # fmt: skip


def test_a_clause_with_everything_that_D13_asks_for_and_a_screen_that_escalates_are_met() -> None:
    assert answer(RICH, "five-components/S9") is MET
    assert answer(RICH, "five-components/S10") is MET
    assert answer(RICH, "five-components/E6") is MET


def test_a_pack_ends_at_the_instant_it_says() -> None:
    pack = small_pack("{test: present, at: title}")
    assert coverage(pack, example(), datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC)).answers
    with pytest.raises(StalePackError):
        coverage(pack, example(), datetime(2027, 1, 1, tzinfo=UTC))


def _staff(text: str) -> Any:
    return example(commitments__staff={"text": text, "component": "accountability", "owner": "officer"})


@pytest.mark.parametrize(
    ("criterion", "text", "found"),
    [
        ("sb-53/l-channel", "We never take anonymous reports.", PARTLY),
        ("sb-53/l-channel", "Reports are not accepted without a name.", PARTLY),
        ("sb-53/l-channel", "Reports can be anonymous.", MET),
        ("sb-53/l-channel", "Reports can be made without a name. We do not trace them.", MET),
        ("five-components/A5", "We never mention retaliation or anonymous reports.", PARTLY),
        ("five-components/A5", "Reports can be anonymous. Staff will never suffer retaliation.", MET),
    ],
)
def test_a_promise_that_has_the_words_and_denies_the_matter_does_not_meet_it(
    criterion: str, text: str, found: Answer
) -> None:
    assert answer(_staff(text), criterion) is found
