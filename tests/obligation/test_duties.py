"""What people owe: tests of protections, alert duties, pauses, blind spots, findings, roles."""

from __future__ import annotations

from dataclasses import replace

import pytest

from obligation.book import Book
from scalegate.decision.dossier import Approver, DutyDone, Pause, ScopeFinding, Waiver
from scalegate.obligation.due import obligations
from scalegate.obligation.obligation import Kind, Obligation, State, state_at
from scalegate.policy.document import Permission
from scalegate.quantity import Identifier
from scalegate.record.entry import EntryKind, Resumed
from scalegate.record.view import RecordView
from scalegate.verdict.ledger import Answer, Proposal, ProposalAnswer
from scalegate.verdict.verdict import VerdictKind
from world import BOARD, DAY, NOW, OFFICER, SUBJECT, attestation, ident, policy, waiver


def states(book: Book, days: int, kind: Kind) -> list[tuple[str, State]]:
    return [(o.about, o.state) for o in book.owed(NOW + days * DAY, kind)]


def test_nothing_is_owed_before_a_policy_is_in_force() -> None:
    assert obligations(RecordView(), NOW) == ()


def test_at_its_due_point_it_is_late_unless_it_is_met() -> None:
    due = NOW + DAY
    assert state_at(due, due, None) is State.LATE
    assert state_at(due, due, due) is State.MET
    assert state_at(due, due + DAY, due + DAY) is State.MET_LATE
    assert state_at(due, NOW, due) is State.OWED  # what is to come meets nothing yet


def test_D3_a_protection_that_is_asked_always_and_was_never_tested_is_late() -> None:
    book = Book()
    assert ("vault", State.LATE) in states(book, 1, Kind.PROTECTION)
    assert not [about for about, _ in states(book, 1, Kind.PROTECTION) if about == "filter"]


def test_D3_a_test_that_came_after_the_last_one_lapsed_stays_visible() -> None:
    book = Book()
    for days in (0, 300):
        book.put(attestation("vault", tested_at=NOW + days * DAY), at=NOW, kind=EntryKind.PROTECTION_ATTESTED)
    assert states(book, 100, Kind.PROTECTION) == [("vault", State.OWED)]
    assert states(book, 301, Kind.PROTECTION) == [("vault", State.MET_LATE), ("vault", State.OWED)]


def told(book: Book, days: int, by: Approver = OFFICER) -> None:
    done = DutyDone(duty=ident("tell"), subject=SUBJECT, limit=ident("low"), by=by, at=NOW + days * DAY)
    book.put(done, at=NOW + days * DAY, kind=EntryKind.DUTY_DONE)


def alerted() -> Book:
    book = Book()
    book.evaluated(NOW, kind=VerdictKind.ALERT)
    return book


def test_V6_an_alert_duty_is_met_by_its_role_and_late_after_its_time() -> None:
    book = alerted()
    told(book, 3, BOARD)
    told(book, 3, Approver(principal=ident("mallory"), role=ident("officer")))
    (_, owed), *_ = states(book, 29, Kind.ALERT_DUTY)
    assert owed is State.OWED
    assert states(book, 30, Kind.ALERT_DUTY) == [("m in bare, limit low", State.LATE)]
    told(book, 29)
    assert states(book, 30, Kind.ALERT_DUTY) == [("m in bare, limit low", State.MET)]


@pytest.mark.parametrize(("told_on", "state"), [(None, State.MISSED), (35, State.MET_LATE), (5, State.MET)])
def test_V6_a_duty_that_an_ended_case_left_undone_or_late_stays_visible(told_on: int | None, state: State) -> None:
    book = alerted()
    if told_on is not None:
        told(book, told_on)
    book.evaluated(NOW + 40 * DAY)
    assert states(book, 41, Kind.ALERT_DUTY) == [("m in bare, limit low", state)]


def test_V6_a_case_that_ended_before_its_duty_was_due_leaves_nothing() -> None:
    book = alerted()
    book.evaluated(NOW + 10 * DAY)
    assert states(book, 41, Kind.ALERT_DUTY) == []


def test_D10_a_pause_that_was_answered_late_stays_visible() -> None:
    book = Book()
    book.put(Pause(id=ident("p"), scope="*", reason="r", by=OFFICER, at=NOW), at=NOW, kind=EntryKind.PAUSE)
    assert states(book, 0, Kind.PAUSE_REVIEW) == [("*", State.OWED)]
    assert states(book, 2, Kind.PAUSE_REVIEW) == [("*", State.LATE)]
    book.put(Resumed(pause=ident("p"), answer="a", approvers=()), at=NOW + 3 * DAY, kind=EntryKind.RESUME)
    assert states(book, 4, Kind.PAUSE_REVIEW) == [("*", State.MET_LATE)]


def test_L3_an_accepted_blind_spot_ends() -> None:
    spot = policy().threat_models["bio"].accepted_blind_spot
    assert spot is not None
    days = (spot.until - NOW).days
    assert states(Book(), days - 1, Kind.BLIND_SPOT) == [("bio", State.OWED)]
    assert states(Book(), days, Kind.BLIND_SPOT) == [("bio", State.LATE)]


def test_S4_an_out_of_scope_finding_ends_unless_the_subject_has_been_evaluated() -> None:
    book = Book()
    finding = ScopeFinding(
        id=ident("s"), subject=SUBJECT, facts="f", by=OFFICER, until=NOW + 50 * DAY, made_at=NOW + DAY
    )
    book.put(finding, at=NOW + DAY, kind=EntryKind.SCOPE_FINDING)
    assert states(book, 50, Kind.SCOPE_FINDING) == [(SUBJECT, State.LATE)]
    book.evaluated(NOW + 20 * DAY)
    assert states(book, 50, Kind.SCOPE_FINDING) == [(SUBJECT, State.MET)]


def test_D15_a_role_without_a_holder_is_owed_a_name() -> None:
    document = policy()
    vacant = {**document.roles, "critic": replace(document.roles["officer"], holders=())}
    assert states(Book(replace(document, roles=vacant)), 0, Kind.ROLE) == [("critic", State.LATE)]


# ---------------------------------------------------------------------------------------- claims


def claim(book: Book, days: int) -> Obligation:
    return book.owed(NOW + days * DAY, Kind.CLAIM)[0]


def test_V7_an_open_claim_ends_and_is_late_then() -> None:
    book = Book()
    book.evaluated(NOW)
    assert claim(book, 10).state is State.OWED
    assert claim(book, 300).state is State.LATE
    assert claim(book, 10).what == "NOT_SHOWN ends (the calendar interval): evaluate again"


def test_V7_an_event_after_the_verdict_asks_for_another_assessment() -> None:
    book = Book()
    book.evaluated(NOW)
    book.happened(NOW + 3 * DAY, evaluation="exam")
    assert (claim(book, 4).state, claim(book, 4).at) == (State.LATE, NOW + 3 * DAY)
    book.evaluated(NOW + 5 * DAY)
    assert claim(book, 6).state is State.OWED


def test_what_was_not_run_is_late_since_it_first_was_not_and_assessing_again_resets_nothing() -> None:
    book = Book()
    book.evaluated(NOW, kind=VerdictKind.NOT_RUN)
    book.evaluated(NOW + 50 * DAY, kind=VerdictKind.INVALID)
    assert claim(book, 60).at == NOW


def test_D12_under_a_waiver_it_reads_waived_and_is_still_late() -> None:
    book = Book()
    book.evaluated(NOW, kind=VerdictKind.NOT_RUN)
    made: Waiver = waiver("low", Permission.DEPLOY)
    book.put(made, at=NOW, kind=EntryKind.WAIVER)
    assert claim(book, 10).state is State.WAIVED
    assert claim(book, 10).late
    assert claim(book, 25).state is State.LATE
    assert isinstance(made.id, Identifier)


def test_L3_a_threat_model_of_outsiders_is_answered_as_fast_as_critics_are() -> None:
    book = Book()
    signed = {"made_at": NOW, "by": ident("olga"), "role": ident("officer")}
    proposal = Proposal(id=ident("tm-1"), title="Water", proposer="A utility", text="Not covered.", **signed)  # type: ignore[arg-type]
    book.put(proposal, at=NOW, kind=EntryKind.PROPOSAL)
    late = (book.document.accountability.critique.answered_within.after(NOW) - NOW).days
    assert states(book, 1, Kind.PROPOSAL) == [("tm-1: Water", State.OWED)]
    assert states(book, late, Kind.PROPOSAL) == [("tm-1: Water", State.LATE)]
    later = {**signed, "made_at": NOW + (late + 1) * DAY}
    answer = ProposalAnswer(proposal=ident("tm-1"), answer=Answer.DECLINED, reason="covered", **later)  # type: ignore[arg-type]
    book.put(answer, at=NOW + (late + 1) * DAY, kind=EntryKind.PROPOSAL_ANSWER)
    assert states(book, late + 2, Kind.PROPOSAL) == [("tm-1: Water", State.MET_LATE)]
