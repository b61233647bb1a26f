"""By when protections may be needed: each reason by itself, ranges from recorded paces, forecasts kept apart (V7)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any, cast

from obligation.book import Book
from scalegate.procedure.needing import Need, Reason, dates_of, frontier, needs
from scalegate.procedure.readiness import Readiness, readiness
from scalegate.procedure.workspace import Workspace
from scalegate.quantity import Compute
from scalegate.record.entry import EntryKind
from scalegate.record.view import RecordView
from scalegate.verdict.verdict import VerdictKind
from world import DAY, NOW, POLICY_DIGEST, attestation, ident


class Opened:
    """Of an open project, what readiness reads: the policy in force and the record."""

    def __init__(self, view: RecordView) -> None:
        self.view = view

    def each(self) -> tuple[Opened]:
        return (self,)

    def policy_in_force(self) -> Any:
        assert self.view.policy is not None
        return self.view.policy.document, POLICY_DIGEST


def ranked(book: Book, at: datetime) -> list[Readiness]:
    return list(readiness(cast(Workspace, Opened(book.view())), at))


def of(book: Book, name: str, at: datetime, *reasons: Reason) -> list[Need]:
    found = needs(book.document, POLICY_DIGEST, book.view(), at)[name]
    return [n for n in found if not reasons or n.reason in reasons]


def attested(book: Book, name: str, at: datetime) -> None:
    book.put(attestation(name, tested_at=at), at=at, kind=EntryKind.PROTECTION_ATTESTED)


def test_D2_what_is_asked_always_is_needed_now() -> None:
    book = Book()
    assert {n.reason for n in of(book, "vault", NOW)} == {Reason.ALWAYS}
    assert all(n.by == NOW for n in of(book, "vault", NOW))


def test_a_limit_that_counts_as_crossed_needs_its_protections_now() -> None:
    book = Book()
    book.evaluated(NOW, kind=VerdictKind.NOT_RULED_OUT)
    (need, *_) = of(book, "filter", NOW + DAY, Reason.CROSSED)
    assert (need.by, need.limit, need.model) == (NOW + DAY, "low", "m")


def test_V6_under_an_alert_they_are_needed_when_the_first_duty_is_late() -> None:
    book = Book()
    book.evaluated(NOW, kind=VerdictKind.ALERT)
    (need, *_) = of(book, "filter", NOW + DAY, Reason.ALERT)
    assert need.by == NOW + 30 * DAY
    assert "once a duty is late: alert duty tell" in need.why
    book.done(NOW + 2 * DAY, "tell", subject=of_subject(book), limit="low")
    (after, *_) = of(book, "filter", NOW + 3 * DAY, Reason.ALERT)
    assert after.by == NOW + 3 * DAY, "no duty is left to wait for: ready now, says the alert itself"


def of_subject(book: Book) -> str:
    return next(iter(book.view().alerts))[0]


def test_V7_an_open_claim_ends_and_outside_gains_reach_the_limit_later() -> None:
    book = Book()
    book.evaluated(NOW)
    found = {n.reason: n for n in of(book, "filter", NOW + DAY) if n.permission == "DEPLOY"}
    ends, gains = found[Reason.CLAIM_ENDS], found[Reason.ELICITATION_GROWTH]
    assert ends.by == book.document.evaluation.triggers.calendar.after(NOW)
    assert gains.by is not None
    assert ends.by is not None
    assert gains.by > ends.by


def test_V7_training_is_needed_at_a_compute_and_by_dates_only_where_progress_gives_a_pace() -> None:
    book = Book()
    book.evaluated(NOW)
    book.progressed(NOW, "1e22", step=1)
    (none,) = of(book, "filter", NOW + DAY, Reason.TRAINING_GROWTH)
    assert (none.at_compute, none.by, none.permission) == (Compute("9e22"), None, "TRAIN")
    book.progressed(NOW + 10 * DAY, "2e22", step=2)  # 1e21 a day
    book.progressed(NOW + 15 * DAY, "4e22", step=3)  # 4e21 a day
    (need,) = of(book, "filter", NOW + 20 * DAY, Reason.TRAINING_GROWTH)
    assert need.by == NOW + 15 * DAY + 12.5 * DAY, "5e22 left at the fastest pace seen"
    assert need.likely == NOW + 15 * DAY + 25 * DAY, "at 2e21 a day over all of it"
    assert need.latest == NOW + 15 * DAY + 50 * DAY, "at the slowest pace seen"
    assert not of(book, "filter", NOW + 20 * DAY, Reason.ELICITATION_GROWTH)[0].at_compute


def test_paces_are_ranges_and_unknown_compute_gives_none() -> None:
    book = Book()
    book.progressed(NOW, "1e22", step=1)
    book.progressed(NOW + DAY, "1e22", step=2)
    book.progressed(NOW + 2 * DAY, "2e22", step=3)
    known = book.view().progress
    span = dates_of(Compute("3e22"), known)
    assert span is not None
    assert span[2] is None, "a day without growth: it may never get there"
    assert dates_of(Compute("15e21"), known) == (NOW + 2 * DAY,) * 3
    assert dates_of(Compute("3e22"), known[:1]) is None
    book.progressed(NOW + 3 * DAY, None, step=4)
    assert dates_of(Compute("3e22"), book.view().progress) is None


def test_V7_the_frontiers_forecast_is_for_planning_and_makes_nothing_late() -> None:
    book = Book()
    view = book.view()
    made = book.verdict(book.evaluated(NOW, assessed=False), NOW, VerdictKind.NOT_SHOWN, "bare", (), "s")
    result = replace(
        made.observations[0], measure="time_horizon", upper=Decimal(60), point=Decimal(30), limit_value=Decimal(480)
    )
    forecast = frontier(book.document.evaluation.growth, view, [replace(made, observations=(result,))])
    assert forecast is not None
    by, likely, why = forecast
    assert by == NOW + 3 * 6 * 28 * DAY, "three doublings of six short months from the upper bound"
    assert likely == NOW + 4 * 6 * 31 * DAY, "four of six long months from the plain estimate"
    assert "for planning" in why
    need = Need(reason=Reason.FRONTIER_FORECAST, permission=of(book, "vault", NOW)[0].permission, by=by, why=why)
    ready = replace(ranked(book, NOW)[-1], asked=(), needs=(need,), why_not="no efficacy test is recorded")
    assert need.reason.planning
    assert (ready.needed_by, ready.late_from, ready.late) == (None, None, False)


# ------------------------------------------------------------------------------------------ ranking


def test_protections_are_ranked_by_when_they_would_be_late() -> None:
    book = Book()
    book.evaluated(NOW)
    attested(book, "vault", NOW + DAY / 2)
    first, *rest = ranked(book, NOW + DAY)
    assert (first.protection, first.late) == ("filter", False), "never tested, needed when the claim ends"
    assert first.late_from == first.needed_by == book.document.evaluation.triggers.calendar.after(NOW)
    assert [r.protection for r in rest] == ["vault", "watch"], "asked always until it lapses; then what nothing needs"
    attested(book, "filter", NOW)
    assert [r.protection for r in ranked(book, NOW + DAY)] == ["filter", "vault", "watch"]
    assert [r.protection for r in ranked(book, NOW + 300 * DAY)][:2] == ["filter", "vault"], "both are late by then"


def test_a_test_that_lapses_before_it_is_needed_is_said() -> None:
    book = Book()
    book.evaluated(NOW)
    attested(book, "filter", NOW - 100 * DAY)
    found = next(r for r in ranked(book, NOW + DAY) if r.protection == "filter")
    assert found.lapses_first
    assert found.late_from == found.needed_by
    assert found.until is not None
    assert found.needed_by is not None
    assert found.until < found.needed_by
    assert not next(r for r in ranked(book, NOW + DAY) if r.protection == "vault").lapses_first
    assert ident("filter") == found.protection
