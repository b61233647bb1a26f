"""Flags and their dispositions that the program would not have written, each beside the honest record (V5)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from record.samples import BODIES, digest
from scalegate.decision.dossier import Approver
from scalegate.evidence.flag import FlagCheck, FlagKind
from scalegate.record.entry import EntryKind, FlagDisposed
from verifier.test_verifier_acts import BOARD, EVALUATOR, OFFICER, OPERATOR, Book, run
from world import SUBJECT, ident

STRANGER = Approver(principal=ident("mallory"), role=ident("officer"))


def check(**changes: Any) -> FlagCheck:
    sample = BODIES[EntryKind.FLAG_CHECK]
    assert isinstance(sample, FlagCheck)
    ours = {"id": ident("f1"), "subject": SUBJECT, "evaluation": ident("exam"), "runs": (run().address,)}
    return replace(sample, **{**ours, **changes})


def disposed(**changes: Any) -> FlagDisposed:
    made = FlagDisposed(flag=ident("f1"), reason="r", by=BOARD.principal, role=BOARD.role)
    return replace(made, **changes)


def book() -> Book:
    made = Book().ready()
    made.put(EntryKind.RUN_INGESTED, run())
    return made


def test_V5_the_honest_record_has_no_finding() -> None:
    honest = book()
    honest.put(EntryKind.FLAG_CHECK, check())
    honest.put(EntryKind.FLAG_CHECK, check(id=ident("f2"), runs=()), by=EVALUATOR)
    honest.put(EntryKind.FLAG_CHECK, check(id=ident("f3"), raised=False, p_value=Decimal("0.4")), by=OFFICER)
    honest.put(EntryKind.FLAG_DISPOSED, disposed(), by=BOARD)
    assert honest.findings() == ""


CHECKS = {
    "on an evaluation that is not there": ({"evaluation": ident("other")}, OPERATOR, "no evaluation other"),
    "that hides what its numbers say": ({"raised": False}, OPERATOR, "its own numbers"),
    "at a level of its own": ({"level": Decimal("0.000001"), "raised": False}, OPERATOR, "its own numbers"),
    "of no recorded run": ({"runs": (digest("no run"),)}, OPERATOR, "not recorded before it"),
    "by nobody on nothing": ({"runs": ()}, OPERATOR, "without a person or a run"),
    "by a stranger": ({}, STRANGER, "does not hold"),
    "under a name of the record's own": (
        {"id": ident("below_chance/0"), "raised": False, "p_value": Decimal("0.4")}, EVALUATOR, "of the record's own"
    ),
    "that says nothing": (
        {"kind": FlagKind.STATED, "words": " ", "p_value": None, "level": None, "test": ""}, OFFICER, "its own numbers"
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CHECKS)
def test_V5_a_flag(name: str) -> None:
    changes, by, words = CHECKS[name]
    fake = book()
    fake.put(EntryKind.FLAG_CHECK, check(**changes), by=by)
    assert words in fake.findings()


def test_V5_a_second_check_under_the_name_of_a_flag_neither_counts_nor_goes_unseen() -> None:
    from scalegate.record.view import view_of

    fake = book()
    fake.put(EntryKind.FLAG_CHECK, check())
    fake.put(EntryKind.FLAG_CHECK, check(raised=False, p_value=Decimal("0.4")))
    assert "recorded already" in fake.findings()
    assert view_of(fake.entries).checks["f1"].raised


DISPOSED = {
    "by an evaluator": ({"by": EVALUATOR.principal, "role": EVALUATOR.role}, "an evaluator disposes"),
    "by a stranger": ({"by": ident("mallory")}, "does not hold"),
    "without a reason": ({"reason": " "}, "without a reason"),
    "of no flag": ({"flag": ident("f9")}, "did not stand before it"),
    "of a check that raised none": ({"flag": ident("quiet")}, "did not stand before it"),
    "twice": ({"flag": ident("gone")}, "disposed of already"),
}


@pytest.mark.parametrize("name", DISPOSED)
def test_V5_a_flag_is_disposed_of(name: str) -> None:
    changes, words = DISPOSED[name]
    fake = book()
    fake.put(EntryKind.FLAG_CHECK, check())
    fake.put(EntryKind.FLAG_CHECK, check(id=ident("quiet"), raised=False, p_value=Decimal("0.4")))
    fake.put(EntryKind.FLAG_CHECK, check(id=ident("gone")))
    fake.put(EntryKind.FLAG_DISPOSED, disposed(flag=ident("gone")))
    assert fake.findings() == ""
    fake.put(EntryKind.FLAG_DISPOSED, disposed(**changes))
    assert words in fake.findings()


def test_E1_a_grant_on_verdicts_from_before_a_flag_is_found() -> None:
    honest = book()
    honest.put(EntryKind.VERDICT, *honest.verdicts())
    honest.put(EntryKind.DECISION, honest.decision())
    assert honest.decision().granted
    assert honest.findings() == ""
    fake = book()
    fake.put(EntryKind.VERDICT, *fake.verdicts())
    granted = fake.decision()
    fake.put(EntryKind.FLAG_CHECK, check())
    fake.put(EntryKind.DECISION, granted)
    assert "recorded as GRANTED" in fake.findings() or "older than the last evidence" in fake.findings()
