"""When the next evaluation is due: by effective compute, calendar and event, whichever first (D5, V7)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from obligation.book import Book
from scalegate.evidence.run import Status
from scalegate.obligation.obligation import Kind, Obligation, State
from scalegate.policy.document import FirstAssessment
from scalegate.quantity import Compute
from scalegate.verdict.verdict import VerdictKind
from world import DAY, NOW, policy

OTHER = "sha256:" + "d" * 64


def only(found: list[Obligation]) -> Obligation:
    assert len(found) == 1, found
    return found[0]


def after(book: Book, days: int) -> list[Obligation]:
    return book.owed(NOW + days * DAY, Kind.EVALUATION)


def test_D5_the_calendar_makes_the_next_evaluation_due() -> None:
    book = Book()
    book.evaluated(NOW)
    owed = only(after(book, 10))
    assert owed.state is State.OWED
    assert owed.at == policy().evaluation.triggers.calendar.after(NOW)
    assert owed.at_compute == Compute("4e22")
    days = (owed.at - NOW).days
    assert [only(after(book, d)).state for d in (days - 1, days, 2 * days - 5, 2 * days + 5)] == [
        State.OWED,
        State.LATE,
        State.LATE,
        State.MISSED,
    ]


def test_D5_recorded_compute_makes_it_due_before_the_calendar_does() -> None:
    book = Book()
    book.evaluated(NOW)
    book.progressed(NOW + 5 * DAY, "3.9e22")
    assert only(after(book, 20)).state is State.OWED
    book.progressed(NOW + 10 * DAY, "4e22", step=700)
    owed = only(after(book, 20))
    assert (owed.state, owed.at) == (State.LATE, NOW + 10 * DAY)
    assert "4x the last effective compute, passed at step 700" in owed.why
    book.progressed(NOW + 12 * DAY, "1.6e23")
    assert only(after(book, 20)).state is State.MISSED


def test_D5_an_event_makes_it_due_after_the_time_an_evaluation_takes() -> None:
    book = Book()
    book.evaluated(NOW)
    book.happened(NOW + 3 * DAY)
    owed = only(after(book, 4))
    assert (owed.state, owed.at) == (State.OWED, NOW + 17 * DAY)
    assert owed.why == "event new-tool of 2026-04-03: a debugger"
    assert only(after(book, 17)).state is State.LATE


@pytest.mark.parametrize(("subject", "evaluation"), [(OTHER, ""), ("*", "other")])
def test_an_event_about_something_else_makes_nothing_due(subject: str, evaluation: str) -> None:
    book = Book()
    book.evaluated(NOW)
    book.happened(NOW + 3 * DAY, subject=subject, evaluation=evaluation)
    assert only(after(book, 20)).state is State.OWED


def test_an_evaluation_that_came_in_time_owes_the_next_one() -> None:
    book = Book()
    book.evaluated(NOW)
    book.evaluated(NOW + 20 * DAY, "3e22")
    first, second = after(book, 30)
    assert (first.state, first.met_at) == (State.MET, NOW + 20 * DAY)
    assert (second.state, second.at_compute) == (State.OWED, Compute("12e22"))


@pytest.mark.parametrize(("days", "compute"), [(200, "1e22"), (20, "4.1e22")])
def test_an_evaluation_that_came_late_by_date_or_by_compute_stays_visible(days: int, compute: str) -> None:
    book = Book()
    book.evaluated(NOW)
    book.evaluated(NOW + days * DAY, compute)
    first = after(book, days + 1)[0]
    assert first.state is State.MET_LATE
    assert not first.late


def test_an_evaluation_of_an_older_checkpoint_is_late_when_the_run_had_passed_the_point() -> None:
    book = Book()
    book.evaluated(NOW)
    book.progressed(NOW + 10 * DAY, "5e22")
    book.evaluated(NOW + 12 * DAY, "3e22")
    assert after(book, 13)[0].state is State.MET_LATE


@pytest.mark.parametrize("kind", [VerdictKind.INVALID, VerdictKind.NOT_RUN])
def test_a_run_on_which_no_verdict_rests_meets_nothing(kind: VerdictKind) -> None:
    book = Book()
    book.evaluated(NOW)
    book.evaluated(NOW + 20 * DAY, kind=kind)
    book.evaluated(NOW + 21 * DAY, assessed=False)
    assert only(after(book, 30)).state is State.OWED


def test_S2_a_run_in_a_milder_configuration_does_not_meet_it_and_one_in_a_containing_one_does() -> None:
    book = Book()
    book.evaluated(NOW)
    book.evaluated(NOW + 20 * DAY, configuration="milder")
    assert {o.about: o.state for o in after(book, 30)} == {"m in bare": State.OWED, "m in milder": State.OWED}
    book.evaluated(NOW + 25 * DAY, configuration="stronger", within=("bare", "milder"))
    states = {o.about: o.state for o in after(book, 30)}
    assert states == {"m in bare": State.MET, "m in milder": State.MET, "m in stronger": State.OWED}


def test_S4_a_run_in_training_whose_compute_is_unknown_cannot_be_verified() -> None:
    book = Book()
    book.evaluated(NOW, None)
    assert only(after(book, 10)).state is State.OWED
    book.progressed(NOW + 5 * DAY, "2e22")
    assert only(after(book, 10)).state is State.UNVERIFIABLE
    book.evaluated(NOW + 20 * DAY, "2e22")
    assert after(book, 30)[0].state is State.UNVERIFIABLE
    assert after(book, 300)[-1].late


def test_D4_a_run_in_training_without_any_evaluation_owes_its_first_one() -> None:
    book = Book()
    book.progressed(NOW + DAY, "1e21")
    first = only(book.owed(NOW + 2 * DAY, Kind.FIRST_EVALUATION))
    assert (first.state, first.at_compute) == (State.OWED, Compute("1e22"))
    book.progressed(NOW + 3 * DAY, "1e22")
    first = only(book.owed(NOW + 4 * DAY, Kind.FIRST_EVALUATION))
    assert (first.state, first.at) == (State.LATE, NOW + 3 * DAY)
    book.evaluated(NOW + 5 * DAY)
    assert not book.owed(NOW + 6 * DAY, Kind.FIRST_EVALUATION)
    assert only(after(book, 6)).state is State.OWED


def test_D4_without_a_stated_first_due_point_nobody_can_tell_when_it_is_due() -> None:
    section = replace(policy().evaluation, first_assessment=FirstAssessment())
    book = Book(policy(evaluation=section))
    book.progressed(NOW + DAY, "1e21")
    assert only(book.owed(NOW + 2 * DAY, Kind.FIRST_EVALUATION)).state is State.UNVERIFIABLE


def test_E6_a_plan_without_a_run_is_owed_then_late_and_a_cancelled_run_does_not_carry_it_out() -> None:
    book = Book()
    plan = book.planned(NOW)
    assert only(book.owed(NOW + 13 * DAY, Kind.PLAN)).state is State.OWED
    assert only(book.owed(NOW + 14 * DAY, Kind.PLAN)).state is State.LATE
    book.evaluated(NOW + 5 * DAY, plan=plan, status=Status.CANCELLED, assessed=False)
    assert only(book.owed(NOW + 14 * DAY, Kind.PLAN)).state is State.LATE
    book.evaluated(NOW + 20 * DAY, plan=plan)
    assert only(book.owed(NOW + 21 * DAY, Kind.PLAN)).state is State.MET_LATE


def test_E6_a_plan_in_whose_place_a_later_one_was_carried_out_is_missed() -> None:
    book = Book()
    book.planned(NOW)
    second = book.planned(NOW + 10 * DAY)
    book.evaluated(NOW + 12 * DAY, plan=second)
    assert [o.state for o in book.owed(NOW + 13 * DAY, Kind.PLAN)] == [State.OWED, State.MET]
    assert [o.state for o in book.owed(NOW + 15 * DAY, Kind.PLAN)] == [State.MISSED, State.MET]
