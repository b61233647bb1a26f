"""Cheap screens: they bring an evaluation forward and do nothing else (V2)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from evidence_world import TASKS, attempts, recorded, relaxed, request, run, suite
from scalegate.assessment.assess import assess
from scalegate.assessment.request import RecordedRun, RegisteredSuite, Request
from scalegate.evidence.run import Dating, Status
from scalegate.policy.document import Evaluation, PolicyDocument, Relaxable
from scalegate.quantity import Period, Probability
from scalegate.verdict.verdict import Escalation, Verdict, VerdictKind
from world import DAY, NOW, SOME_DIGEST, ident, policy


def screening(line: str = "0.2") -> PolicyDocument:
    """The test policy with a quick screen for its exam."""
    document = policy()
    quick = Evaluation(
        title="Quick",
        suite=ident("exam"),
        success_score=Decimal(1),
        coverage_floor=Probability("0.8"),
        duration=Period(seconds=3600),
        screens=ident("exam"),
        escalates_at=Probability(line),
    )
    evaluations = {**document.evaluation.evaluations, "quick": quick}
    return replace(document, evaluation=replace(document.evaluation, evaluations=evaluations))


def quick(successes: int, label: str = "q1", **changes: Any) -> RecordedRun:
    made = run(attempts(successes), label=label, dated=changes.pop("dated", NOW), **changes)
    return recorded(replace(made, manifest=replace(made.manifest, evaluation=ident("quick"))))


def verdict_of(asked: Request) -> Verdict:
    return next(v for v in assess(asked) if v.limit == "low")


def found(*runs: RecordedRun, line: str = "0.2", **changes: Any) -> tuple[Escalation, ...]:
    return verdict_of(request(*runs, policy=screening(line), **changes)).escalations


def test_V2_a_screen_escalates_while_its_upper_bound_is_not_below_its_line() -> None:
    """5 of 60 leave an upper bound of 0.17, 7 of 60 one of 0.21."""
    assert found(quick(5)) == ()
    (escalation,) = found(quick(7))
    assert (escalation.screen, escalation.evaluation, escalation.at) == ("quick", "exam", NOW)
    assert Decimal("0.2") <= escalation.upper <= Decimal("0.23")
    assert "screen quick of 2026-03-31" in str(escalation)


@pytest.mark.parametrize(
    "spoilt",
    [
        quick(0, status=Status.ERROR),
        replace(quick(0), run=replace(quick(0).run, attempts=None)),
        replace(quick(0), changed="the suite is another"),
    ],
)
def test_E1_E3_an_invalid_screen_counts_as_reached(spoilt: RecordedRun) -> None:
    (escalation,) = found(spoilt)
    assert escalation.upper == 1


def test_E4_a_broken_part_of_the_same_run_counts_as_reached_beside_a_whole_one() -> None:
    whole, broken = quick(0), quick(0, "q2", status=Status.ERROR)
    part = replace(broken.run, manifest=replace(broken.run.manifest, run=ident("q1")))
    assert found(whole) == ()
    (escalation,) = found(whole, replace(broken, run=part))
    assert escalation.upper == 1


def test_E1_a_screen_without_its_suite_counts_as_reached() -> None:
    assert found(quick(0), suites={})
    other = RegisteredSuite(suite=suite(tasks=TASKS), digest=SOME_DIGEST)
    assert not found(quick(0), suites={"exam": other})


def test_V2_a_good_screen_never_answers_a_bad_one() -> None:
    assert len(found(quick(40), quick(0, "q2"))) == 1
    assert len(found(quick(40), quick(41, "q2"))) == 2


def test_V2_a_screen_changes_no_kind_however_it_ends() -> None:
    exam = recorded(run(attempts(0), label="exam"))
    for successes in (0, 60):
        plain = verdict_of(request(exam, policy=screening()))
        screened = verdict_of(request(exam, quick(successes), policy=screening()))
        assert screened.kind is plain.kind is VerdictKind.NOT_SHOWN
    assert verdict_of(request(quick(0), policy=screening())).kind is VerdictKind.NOT_RUN


def test_a_screen_without_a_date_counts_from_when_the_record_held_it() -> None:
    undated = quick(40, dated=None, dating=Dating.UNKNOWN)
    (escalation,) = found(replace(undated, run=replace(undated.run, recorded_at=NOW - DAY)))
    assert escalation.at == NOW - DAY


def test_a_screen_whose_date_is_only_stated_counts_from_when_the_record_held_it() -> None:
    """Else it would be dated before the last evaluation, which would so have answered it."""
    early = quick(40, dated=NOW - 90 * DAY, dating=Dating.STATED)
    early = replace(early, run=replace(early.run, recorded_at=NOW - DAY))
    (escalation,) = found(early)
    assert escalation.at == NOW - DAY
    free = relaxed(screening(), Relaxable.EVIDENCE_DATES)
    (trusted,) = verdict_of(request(early, policy=free)).escalations
    assert trusted.at == NOW - 90 * DAY


def test_a_bad_part_under_the_label_of_an_old_screen_is_as_new_as_it_is() -> None:
    old, new = quick(0, dated=NOW - 90 * DAY), quick(40, "q2", dated=NOW)
    part = replace(new.run, manifest=replace(new.run.manifest, run=ident("q1")))
    (escalation,) = found(old, replace(new, run=part))
    assert escalation.at == NOW


def test_only_the_subjects_own_screens_count() -> None:
    assert found(replace(quick(40), subject="sha256:other"), ancestors=frozenset({"sha256:other"})) == ()
