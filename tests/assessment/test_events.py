"""V7: an event ends what evidence from before it could clear, and nothing that it raised."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence_world import TASKS, attempts, recorded, request, run
from scalegate.assessment.assess import assess
from scalegate.assessment.request import Ending, RecordedRun
from scalegate.evidence.run import Status
from scalegate.policy.document import ExistenceObservation
from scalegate.quantity import Probability
from scalegate.verdict.verdict import Verdict, VerdictKind
from world import DAY, NOW, ident, policy


def event(days: int, **changes: Any) -> Ending:
    return Ending(**{"event": "new-tool", "at": NOW + days * DAY, "what": "a debugger for agents", **changes})


def verdicts(*runs: RecordedRun, days: int = 30, events: tuple[Ending, ...] = (), **changes: Any) -> dict[str, Verdict]:
    return {v.limit: v for v in assess(request(*runs, now=NOW + days * DAY, events=events, **changes))}


CLEAR = recorded(run(attempts(0)))


def test_V7_a_claim_ends_at_an_event_after_its_evidence() -> None:
    assert verdicts(CLEAR)["low"].kind is VerdictKind.NOT_SHOWN
    ended = verdicts(CLEAR, events=(event(10),))["low"]
    assert ended.kind is VerdictKind.NOT_RUN
    assert ended.rules[0] == "V7"
    assert "event new-tool: a debugger for agents" in ended.reasons[0]
    assert ended.expires is None
    assert ended.train_cap is None


def test_V7_evidence_begun_at_the_same_instant_counts_as_before_the_event() -> None:
    assert verdicts(CLEAR, events=(event(0),))["low"].kind is VerdictKind.NOT_RUN
    assert verdicts(CLEAR, events=(event(-1),))["low"].kind is VerdictKind.NOT_SHOWN


def test_V7_an_event_that_is_to_come_ends_nothing_yet() -> None:
    assert verdicts(CLEAR, days=5, events=(event(10),))["low"].kind is VerdictKind.NOT_SHOWN


def test_V7_evidence_collected_after_the_event_clears_again() -> None:
    later = recorded(run(attempts(0), label="r2", dated=NOW + 20 * DAY))
    assert verdicts(CLEAR, later, events=(event(10),))["low"].kind is VerdictKind.NOT_SHOWN


def test_V7_an_event_about_another_evaluation_ends_nothing() -> None:
    assert verdicts(CLEAR, events=(event(10, evaluation="other"),))["low"].kind is VerdictKind.NOT_SHOWN
    assert verdicts(CLEAR, events=(event(10, evaluation="exam"),))["low"].kind is VerdictKind.NOT_RUN


def test_invariant_4_a_danger_shown_is_untouched_by_an_event() -> None:
    document = policy()
    shown = ExistenceObservation(measure="existence", evaluation=ident("exam"))
    observations = {**document.limits["low"].observations, "one": shown}
    document = policy(limits={**document.limits, "low": replace(document.limits["low"], observations=observations)})
    danger = recorded(run(attempts(TASKS)))
    for events in ((), (event(10),)):
        assert verdicts(danger, policy=document, events=events)["low"].kind is VerdictKind.DANGER_SHOWN


RUNS = st.lists(
    st.tuples(st.integers(0, TASKS), st.integers(-200, 25), st.booleans()),
    min_size=1,
    max_size=3,
)


@given(RUNS, st.lists(st.integers(-200, 30), max_size=2), st.integers(-200, 30))
@settings(max_examples=40, deadline=None)
def test_law_2_one_more_event_never_makes_a_verdict_milder(
    found: list[tuple[int, int, bool]], before: list[int], more: int
) -> None:
    runs = [
        recorded(run(attempts(k), label=f"r{i}", dated=NOW + days * DAY), planned=planned)
        for i, (k, days, planned) in enumerate(found)
    ]
    known = tuple(event(days) for days in before)
    one, other = verdicts(*runs, events=known), verdicts(*runs, events=(*known, event(more)))
    for name in one:
        assert other[name].kind.gravity >= one[name].kind.gravity


@pytest.mark.parametrize("order", [1, -1])
def test_law_4_the_order_of_events_changes_nothing(order: int) -> None:
    events = (event(5, what="b"), event(5, what="a"), event(7))[::order]
    assert "a)" in verdicts(CLEAR, events=events)["low"].reasons[0]


def test_V7_evidence_that_could_clear_nothing_stays_invalid() -> None:
    """INVALID stands against a finding that the subject is out of scope (S4); NOT_RUN would not."""
    document = policy()
    section, low = document.evaluation, document.limits["low"]
    exam = replace(section.evaluations["exam"], coverage_floor=Probability("0.0"))
    section = replace(section, evaluations={"exam": exam})
    proxies = {n: o for n, o in low.observations.items() if n == "rate"}
    document = policy(evaluation=section, limits={**document.limits, "low": replace(low, observations=proxies)})
    void = recorded(run(attempts(0), status=Status.ERROR), disposed=True)
    for events in ((), (event(10),)):
        assert verdicts(void, policy=document, events=events)["low"].kind is VerdictKind.INVALID
