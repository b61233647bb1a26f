"""What a screen that reached its line owes, and how it holds training (V2, D4, D5)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from evidence_world import attempts, run
from obligation.book import Book, digest
from scalegate.obligation.obligation import Kind, Obligation, State
from scalegate.policy.document import Evaluation, Permission, PolicyDocument
from scalegate.quantity import Compute, Period, Probability
from scalegate.record.entry import EntryKind, RunIngested
from scalegate.record.view import question_for
from scalegate.verdict.verdict import Escalation, VerdictKind
from world import DAY, NOW, POLICY_DIGEST, SUBJECT, ident, policy, verdict


def screening() -> PolicyDocument:
    document = policy()
    quick = Evaluation(
        title="Quick",
        suite=ident("exam"),
        success_score=Decimal(1),
        coverage_floor=Probability("0.8"),
        duration=Period(seconds=3600),
        screens=ident("exam"),
        escalates_at=Probability("0.2"),
    )
    return replace(
        document,
        evaluation=replace(document.evaluation, evaluations={**document.evaluation.evaluations, "quick": quick}),
    )


def screened(book: Book, at: datetime, *, reached: bool = True, configuration: str = "bare") -> None:
    """A run of the screen, and the verdict that was made with it in sight."""
    made = run(attempts(0), label=f"q{len(book.entries)}", dated=at)
    manifest = replace(made.manifest, evaluation=ident("quick"), configuration=ident(configuration))
    book.put(RunIngested(address=made.address, manifest=manifest, subject=SUBJECT), at=at)
    escalation = Escalation(
        evaluation=ident("exam"),
        screen=ident("quick"),
        at=at,
        upper=Decimal("0.4"),
        escalates_at=Probability("0.2"),
        runs=(made.address,),
    )
    found = verdict("low", VerdictKind.NOT_RUN, as_of=at, escalations=(escalation,) if reached else ())
    book.put(found, at=at, kind=EntryKind.VERDICT)


def owed(book: Book, days: int, kind: Kind) -> list[Obligation]:
    return book.owed(NOW + days * DAY, kind)


def event_since(book: Book, days: int) -> str:
    return question_for(
        book.view(),
        model=ident("m"),
        subject=SUBJECT,
        opaque=False,
        configuration=ident("bare"),
        permission=Permission.TRAIN,
        mode="",
        effective_compute=Compute("1e21"),
        as_of=NOW + days * DAY,
        policy=POLICY_DIGEST,
    ).event_since


def test_V2_a_screen_makes_the_next_evaluation_due_after_the_time_it_takes() -> None:
    book = Book(document=screening())
    book.evaluated(NOW)
    calendar = owed(book, 4, Kind.EVALUATION)[0]
    screened(book, NOW + 3 * DAY)
    (due,) = owed(book, 4, Kind.EVALUATION)
    assert (due.state, due.at) == (State.OWED, NOW + 17 * DAY)
    assert due.at < calendar.at
    assert "screen quick of 2026-04-03" in due.why
    assert owed(book, 17, Kind.EVALUATION)[0].state is State.LATE


def test_V2_a_screen_below_its_line_postpones_nothing() -> None:
    book, plain = Book(document=screening()), Book(document=screening())
    for each in (book, plain):
        each.evaluated(NOW)
    screened(book, NOW + 3 * DAY, reached=False)
    assert [o.at for o in owed(book, 9, Kind.EVALUATION)] == [o.at for o in owed(plain, 9, Kind.EVALUATION)]


def test_V2_the_evaluation_answers_the_screen_and_a_later_verdict_does_not() -> None:
    book = Book(document=screening())
    book.evaluated(NOW)
    screened(book, NOW + 3 * DAY)
    screened(book, NOW + 4 * DAY, reached=False)
    assert event_since(book, 5).startswith("screen quick of 2026-04-03")
    book.evaluated(NOW + 6 * DAY)
    assert event_since(book, 7) == ""
    assert [o.state for o in owed(book, 30, Kind.EVALUATION)] == [State.MET, State.OWED]


def test_S2_an_evaluation_in_a_poorer_configuration_answers_no_screen() -> None:
    """An agent reached the line: what the same weights do in conversation says nothing about agents."""
    book = Book(document=screening())
    book.evaluated(NOW)
    screened(book, NOW + 3 * DAY, configuration="agent")
    book.evaluated(NOW + 6 * DAY)
    assert event_since(book, 7).startswith("screen quick of 2026-04-03")
    richer = verdict("high", VerdictKind.NOT_RUN, as_of=NOW + 7 * DAY, within=(ident("agent"), ident("bare")))
    book.put(richer, at=NOW + 7 * DAY, kind=EntryKind.VERDICT)
    assert event_since(book, 8) == ""


def test_D4_a_first_run_is_due_at_once_and_a_screen_alone_makes_it_no_later_one() -> None:
    book = Book(document=screening())
    screened(book, NOW, reached=False)
    assert event_since(book, 1) == ""
    (first,) = [
        question_for(
            book.view(),
            model=ident("m"),
            subject=SUBJECT,
            opaque=False,
            configuration=ident("bare"),
            permission=Permission.TRAIN,
            mode="",
            effective_compute=Compute("1e21"),
            as_of=NOW + DAY,
            policy=POLICY_DIGEST,
        )
    ]
    assert (first.assessed_compute, first.assessed_at) == (None, None)
    screened(book, NOW + DAY)
    assert event_since(book, 2).startswith("screen quick of 2026-04-01")


def test_a_model_that_nobody_trains_owes_its_first_evaluation_to_the_screen() -> None:
    book = Book(document=screening())
    screened(book, NOW)
    (first,) = owed(book, 1, Kind.FIRST_EVALUATION)
    assert (first.at, first.state, first.about) == (NOW + 14 * DAY, State.OWED, "m")
    book.progressed(NOW, "1e21")
    (first,) = owed(book, 1, Kind.FIRST_EVALUATION)
    assert (first.at, first.state) == (NOW + 14 * DAY, State.OWED)
    assert "screen quick" in first.why


def test_a_screen_under_another_policy_is_asked_again_under_this_one() -> None:
    book = Book(document=screening())
    screened(book, NOW)
    view = book.view()
    assert (SUBJECT, POLICY_DIGEST) in view.escalations
    assert not view.escalations.get((SUBJECT, digest("another policy")))
