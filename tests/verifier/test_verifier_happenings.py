"""Events and progress that somebody with the operator's key made up, or left out of account, are found (D5, S4, V7)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from record.samples import BODIES
from scalegate.decision.dossier import Approver
from scalegate.procedure.happening import happening_findings
from scalegate.quantity import Compute
from scalegate.record.entry import EntryKind
from scalegate.record.happening import Event, Method, TrainingProgress
from verifier.test_verifier_acts import Book, found
from world import DAY, NOW, OFFICER, SUBJECT, ident

STRANGER = Approver(principal=ident("mallory"), role=ident("officer"))


def event(**changes: Any) -> Event:
    made = Event(event=ident("incident"), subject=SUBJECT, model="m", at=NOW, what="odd traffic", by=OFFICER)
    return replace(made, **changes)


def progress(**changes: Any) -> TrainingProgress:
    made = TrainingProgress(
        model=ident("m"),
        subject=SUBJECT,
        step=5,
        effective_compute=Compute("3e22"),
        method=Method.STATED,
        measured_at=NOW,
        by=OFFICER,
    )
    return replace(made, **changes)


def test_honest_ones_have_no_findings() -> None:
    book = Book().ready()
    book.put(EntryKind.EVENT, event(event=ident("new_tool")))
    book.put(EntryKind.TRAINING_PROGRESS, progress())
    book.put(EntryKind.VERDICT, *book.verdicts())
    book.put(EntryKind.DECISION, book.decision(effective_compute=Compute("3e22")))
    assert book.findings() == ""


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"event": ident("full-moon")}, "neither the policy nor the rules know"),
        ({"evaluation": ident("nothing")}, "an evaluation nothing that the policy does not have"),
        ({"subject": ""}, "to whose evidence"),
        ({"what": " "}, "does not say what happened"),
        ({"at": NOW + DAY}, "after the entry's own"),
        ({"by": STRANGER}, "mallory does not hold the role officer"),
    ],
)
def test_V7_an_event_that_the_program_would_have_refused_is_found(changes: dict[str, Any], words: str) -> None:
    book = Book()
    book.put(EntryKind.EVENT, event(**changes))
    found(book, words)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"subject": ""}, "progress of no subject"),
        ({"step": -1}, "at no step"),
        ({"measured_at": NOW + DAY}, "after the entry's own"),
        ({"by": STRANGER}, "mallory does not hold the role officer"),
    ],
)
def test_D5_progress_that_the_program_would_have_refused_is_found(changes: dict[str, Any], words: str) -> None:
    book = Book()
    book.put(EntryKind.TRAINING_PROGRESS, progress(**changes))
    found(book, words)


def test_E1_a_grant_on_verdicts_older_than_the_last_event_is_found() -> None:
    book = Book().ready()
    before = book.decision()
    assert before.granted
    book.put(EntryKind.EVENT, event())
    book.put(EntryKind.DECISION, before)
    found(book, "older than the last evidence", "(E1)")


def test_D5_a_question_at_less_compute_than_the_record_says_is_found() -> None:
    book = Book().ready()
    book.put(EntryKind.TRAINING_PROGRESS, progress())
    book.put(EntryKind.DECISION, book.decision())
    found(book, "asked at 1e22 FLOP, where the record says that the run had reached 3e22 FLOP (D5)")


def test_S4_a_question_that_states_what_the_record_leaves_unknown_is_found() -> None:
    book = Book().ready()
    book.put(EntryKind.TRAINING_PROGRESS, progress(effective_compute=None, method=Method.UNKNOWN))
    book.put(EntryKind.DECISION, book.decision())
    found(book, "where the record says that the run's is unknown (S4)")


SAMPLE = BODIES[EntryKind.TRAINING_PROGRESS]


@pytest.mark.parametrize(
    "changes",
    [
        {"effective_compute": Compute("1e18")},
        {"effective_compute": None},
        {"method": Method.SIX_N_D},
        {"method": Method.STATED, "effective_compute": None},
        {"phases": ()},
    ],
)
def test_S4_an_effective_compute_that_its_parts_do_not_come_to_is_found(changes: dict[str, Any]) -> None:
    assert isinstance(SAMPLE, TrainingProgress)
    honest, book = Book(), Book()
    honest.put(EntryKind.TRAINING_PROGRESS, SAMPLE)
    assert not happening_findings(honest.entries)
    book.put(EntryKind.TRAINING_PROGRESS, replace(SAMPLE, **changes))
    told = happening_findings(book.entries)
    assert "do not come to the effective compute" in str(told[0])
