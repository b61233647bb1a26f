"""Campaigns that may stop early, and sealed plans that were looked at (B4)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence_world import TASKS, attempts, recorded, request, run
from scalegate.assessment.assess import assess
from scalegate.assessment.campaign import draw_order
from scalegate.assessment.request import RecordedRun
from scalegate.evidence.run import Attempt
from scalegate.policy.document import Sampling, Unit
from scalegate.quantity import Digest, Probability
from scalegate.verdict.verdict import ObservationResult
from scalegate.verdict.verdict import VerdictKind as K
from world import SOME_DIGEST, limit, policy, rate_observation

ORDER = draw_order((f"t{i:03}" for i in range(TASKS)), Digest(SOME_DIGEST))
ALL = {a.task: a for a in attempts(0)}


def documents(**changes: Any) -> Any:
    document = policy()
    observation = rate_observation(sampling=Sampling.ANYTIME, **changes)
    return replace(document, limits={**document.limits, "low": limit(observations={"rate": observation})})


def tried(scores: list[int]) -> tuple[Attempt, ...]:
    """The first tasks of the drawn order, with these scores."""
    return tuple(replace(ALL[task], score=Decimal(s)) for task, s in zip(ORDER, scores, strict=False))  # type: ignore[index]


def campaign(scores: list[int], **changes: Any) -> RecordedRun:
    return recorded(run(tried(scores)), order=ORDER, **changes)


def judged(*runs: RecordedRun) -> tuple[K, ObservationResult]:
    verdict = next(v for v in assess(request(*runs, policy=documents())) if v.limit == "low")
    return verdict.kind, verdict.observations[0]


def test_B4_a_campaign_may_stop_as_soon_as_the_bound_is_low_enough() -> None:
    kind, result = judged(campaign([0] * 20))
    assert kind is K.NOT_SHOWN
    assert (result.tasks, result.missing, result.sampling) == (20, 0, "anytime")
    assert any("40 of 60 registered tasks were not reached" in words for words in result.not_tested)
    assert judged(campaign([0] * 4))[0] is K.NOT_RULED_OUT


def test_B4_a_sealed_plan_that_stops_early_counts_what_it_left_out_as_successes() -> None:
    verdict = next(v for v in assess(request(campaign([0] * 20))) if v.limit == "low")
    assert verdict.kind is K.NOT_RULED_OUT
    assert verdict.observations[0].sampling == "sealed"


def test_B4_without_a_drawn_order_every_registered_task_counts() -> None:
    kind, result = judged(recorded(run(tried([0] * 20)), order=None))
    assert kind is K.NOT_RULED_OUT
    assert result.missing == 40


def test_E2_a_task_that_was_passed_over_counts_as_solved() -> None:
    whole = campaign([0] * 20)
    skipped = recorded(run(tuple(a for i, a in enumerate(tried([0] * 20)) if i >= 10)), order=ORDER)
    assert judged(whole)[0] is K.NOT_SHOWN
    assert judged(skipped)[0] is K.NOT_RULED_OUT
    assert judged(skipped)[1].missing == 10


def test_E1_where_bytes_are_gone_nothing_is_cleared() -> None:
    assert judged(recorded(run(None), order=ORDER))[0].counts_as_crossed


def test_B4_a_sealed_plan_that_was_looked_at_cannot_clear() -> None:
    found = assess(request(recorded(run(attempts(0)), peeked=True)))
    verdict = next(v for v in found if v.limit == "low")
    assert verdict.kind is K.NOT_RULED_OUT
    assert verdict.rules == ("B4",)
    assert judged(campaign([0] * 20, peeked=True))[0] is K.NOT_SHOWN


def test_the_order_is_drawn_from_what_nobody_knew_beforehand() -> None:
    other = draw_order(ORDER, Digest("sha256:" + "d" * 64))
    assert sorted(other) == sorted(ORDER)
    assert other != ORDER
    assert draw_order(reversed(ORDER), Digest(SOME_DIGEST)) == ORDER


@pytest.mark.parametrize("unit", [Unit.FAMILY])
def test_a_campaign_over_families_is_refused_when_the_policy_is_read(unit: Unit) -> None:
    from scalegate.policy.adoptable import refusals

    found = [o for o in refusals(documents(unit=unit), {"exam": (Decimal(0), Decimal(1))}) if o.rule == "B4"]
    assert len(found) == 1


scores = st.lists(st.integers(0, 1), min_size=1, max_size=40)


@given(scores=scores, cut=st.integers(1, 40), place=st.integers(0, 39))
@settings(max_examples=40, deadline=None)
def test_laws_1_and_2_hold_for_campaigns(scores: list[int], cut: int, place: int) -> None:
    here = judged(campaign(scores))[0]
    assert judged(campaign(scores[:cut]))[0].gravity >= here.gravity
    more = [1 if i == place else s for i, s in enumerate(scores)]
    assert judged(campaign(more))[0].gravity >= here.gravity
    row = tuple(a for i, a in enumerate(tried(scores)) if i != place % len(scores))
    assert judged(recorded(run(row), order=ORDER))[0].gravity >= here.gravity


@given(scores=scores)
@settings(max_examples=15, deadline=None)
def test_law_4_other_names_and_rows_in_another_order_change_nothing(scores: list[int]) -> None:
    kind, result = judged(campaign(scores))
    shuffled = recorded(run(tuple(reversed(tried(scores)))), order=ORDER)
    assert judged(shuffled) == (kind, result)


def test_V2_V3_how_several_results_were_taken_together_is_said_in_a_sentence_each() -> None:
    one, other = recorded(run(attempts(0))), recorded(run(attempts(0), label="r2", configuration="tools"))
    alone = next(v for v in assess(request(one)) if v.limit == "low")
    assert not any("full alpha" in words or "best scaffold" in words for words in alone.observations[0].assumptions)
    both = next(v for v in assess(request(one, other)) if v.limit == "low")
    assert any("best scaffold" in words for words in both.observations[0].assumptions)
    document = policy()
    two = limit(observations={"rate": rate_observation(), "again": rate_observation(alert=Probability("0.31"))})
    asked = request(one, policy=replace(document, limits={**document.limits, "low": two}))
    relied = next(v for v in assess(asked) if v.limit == "low")
    assert all(any("full alpha" in words for words in o.assumptions) for o in relied.observations)
