"""`due` and `protections`: what is owed, in words, as JSON, and as a calendar that calendars read."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from rich.console import Console

from cli.contract import check_golden, check_golden_within, valid
from end_to_end.project_world import ExamModel, World, day, done, table
from obligation.book import Book
from publication import fixture_page as fixture
from scalegate.cli.due_screen import print_due
from scalegate.obligation.obligation import Kind, Obligation, State
from scalegate.procedure.owing import BufferLeft, Owing, buffers
from scalegate.quantity import LAST_INSTANT, Compute
from scalegate.verdict.verdict import VerdictKind
from world import DAY, NOW, POLICY_DIGEST, ident

DUE = ("--format", "json", "due")


def obligation(**changes: Any) -> Obligation:
    made = Obligation(
        kind=Kind.CLAIM,
        key=("k",),
        at=fixture.AS_OF,
        what="evaluate again",
        role="evaluators",
        about="alder-2",
        state=State.LATE,
    )
    return replace(made, **changes)


def shown(*owed: Obligation, left: tuple[BufferLeft, ...] = (), width: int = 80) -> list[str]:
    out = io.StringIO()
    print_due(Owing(as_of=fixture.AS_OF, obligations=owed, buffers=left), Console(file=out, width=width))
    return out.getvalue().splitlines()


def test_what_is_late_stands_first_and_says_so_in_a_word() -> None:
    spot = obligation(
        at=fixture.at("2026-09-30"), what="blind spot ends", role="board", about="biology\x1b[2J", state=State.OWED
    )
    late = obligation(at=fixture.at("2026-12-01"), about="beech")
    assert shown(spot, late) == [
        "",
        "LATE",
        "- 2026-12-01 late evaluate again: beech; role evaluators",
        "",
        "TO COME",
        "- 2026-09-30 blind spot ends: biology\ufffd[2J; role board",
    ]
    assert "Nothing is owed" in shown()[0]


def test_what_is_alike_is_said_once_and_what_is_many_is_counted() -> None:
    alike = [obligation(about=f"m{n}, limit {limit}") for n in range(6) for limit in ("day", "week")]
    text = " ".join(shown(*alike, width=200))
    assert "m0, limits day, week; m1, limits day, week" in text
    assert "; and 2 more; role evaluators" in text


def test_what_was_met_late_is_listed_and_what_was_met_in_time_is_counted() -> None:
    met = obligation(state=State.MET)
    lines = shown(met, obligation(state=State.MET_LATE, why="4.33x, where 4x was the most"))
    assert "- 2026-03-31 met late evaluate again: alder-2 (4.33x, where 4x was the most);" in lines
    assert "Met in time and not listed: 1 (--all lists them)." in lines


# -------------------------------------------------------------------------------- buffer left


def left(book: Book, days: int) -> list[BufferLeft]:
    growth = book.document.evaluation.growth
    return list(buffers(book.view(), growth, POLICY_DIGEST, NOW + days * DAY))


def test_V7_the_buffer_left_is_in_days_by_outside_gains_and_in_compute_by_training() -> None:
    """Upper bound 0.06, lines 0.2 and 0.5; 0.005 a month from outside, 0.05 a doubling from training."""
    book = Book()
    book.evaluated(NOW)
    book.progressed(NOW + DAY, "2e22")
    (found,) = left(book, 10)
    # 28 months of 28 days or more to the alert line, 88 to the limit; 2.8 doublings of 1e22, and 8.8.
    assert (found.alert_on.year, found.limit_on.year) == (2028, 2033)
    assert found.alert_at is not None
    assert found.limit_at is not None
    assert float(found.alert_at) == pytest.approx(1e22 * 2**2.8, rel=1e-5)
    assert float(found.limit_at) == pytest.approx(1e22 * 2**8.8, rel=1e-5)
    assert found.compute_now == Compute("2e22")


def test_a_claim_that_counts_as_crossed_or_has_ended_has_no_buffer_left() -> None:
    book = Book()
    book.evaluated(NOW)
    assert left(book, 10)
    assert not left(book, 300)
    book.evaluated(NOW + 10 * DAY, kind=VerdictKind.NOT_RULED_OUT)
    assert not left(book, 20)


def test_unknown_compute_is_said_and_a_line_that_is_reached_too() -> None:
    buffer = BufferLeft(
        model=ident("alder"),
        configuration=ident("agent"),
        limit=ident("day"),
        observation=ident("rate"),
        upper=Decimal("0.06"),
        alert_value=Decimal("0.2"),
        limit_value=Decimal("0.5"),
        alert_on=fixture.AS_OF - timedelta(days=1),
        limit_on=LAST_INSTANT,
        alert_at=None,
        limit_at=Compute("8e22"),
        compute_now=Compute("2e22"),
    )
    text = " ".join(shown(left=(buffer,), width=200))
    assert "to the alert line none, reached on 2026-03-30, compute unknown" in text
    assert "to the limit never by outside gains, 4x compute (8e22 FLOP)" in text


# ----------------------------------------------------------------------------- the whole command


def test_due_says_states_buffers_and_plans_and_follows_its_schema(exam: World) -> None:
    done(exam.run("assess"), 1)
    done(exam.run("register", "exam", "--limit", "first", "--model", "calm"))
    form = valid(done(exam.run(*DUE), 1, 0).json)
    kinds = {o["kind"] for o in form["due"]}
    assert {"evaluation", "claim", "plan", "protection", "blind_spot"} <= kinds
    calm = next(b for b in form["buffers"] if b["model"] == "calm" and b["limit"] == "first")
    assert calm["days_to_alert"] <= calm["days_to_limit"]
    assert calm["compute_now"] == "1e23 FLOP"
    text = done(exam.run("due"), 0, 1).out
    assert "BUFFER LEFT" in text
    later = valid(done(exam.run("--now", day(20), *DUE), 1).json)
    assert next(o for o in later["due"] if o["kind"] == "plan")["state"] == "late"
    assert later["replay"] is True
    check_golden_within("due_states", later)  # more kinds of obligations than when its file was written


def test_what_was_met_in_time_is_listed_on_request(exam: World) -> None:
    done(exam.run("assess"), 1)
    (exam.root / "again.csv").write_text(table([ExamModel("calm", 0, 60)], run="second"), encoding="utf-8")
    done(exam.run("ingest", "--configuration", "agent", "--dated", day(0), str(exam.root / "again.csv")))
    done(exam.run("assess", "--model", "calm"), 0, 1)
    form = done(exam.run(*DUE), 0, 1).json
    assert form["met_in_time"] == 1
    assert "met" not in {o["state"] for o in form["due"]}
    every = done(exam.run(*DUE, "--all"), 0, 1).json
    assert [o["about"] for o in every["due"] if o["state"] == "met"] == ["calm in agent"]


def test_protections_says_what_must_be_ready_and_ends_with_1_when_one_is_not(exam: World) -> None:
    done(exam.run("assess"), 1)
    form = valid(done(exam.run("--format", "json", "protections")).json)
    locks = next(p for p in form["protections"] if p["protection"] == "locks")
    assert locks["in_force"]
    assert {"permission": "TRAIN", "limit": None, "model": None} in locks["asked"]
    assert any(a["limit"] == "first" and a["model"] == "middling" for a in locks["asked"])
    late = done(exam.run("--now", day(200), "protections"), 1)
    assert "LATE locks: not in force, its test lapsed on" in late.out
    assert "REPLAY AS OF" in late.err
    check_golden("protections", form)
    assert locks["needed_by"] == form["as_of"]
    assert locks["late_from"] == locks["until"]
    assert locks["slack_days"] > 100
    assert locks["lead_days"] == 0
    training = [n for n in locks["needs"] if n["reason"] == "training_growth"]
    assert not training, "no limit asks locks of TRAIN"
    assert {n["reason"] for n in locks["needs"]} >= {"always", "crossed", "claim_ends"}
    assert not any(n["planning"] for n in locks["needs"]), "a rate has no task length to forecast"
    assert "late from" in " ".join(done(exam.run("protections")).out.split())


# ---------------------------------------------------------------------------------- the calendar


def read_feed(path: Any) -> Any:
    icalendar = pytest.importorskip("icalendar")
    return icalendar.Calendar.from_ical(path.read_bytes())


def test_the_feed_is_read_back_with_what_due_says(exam: World) -> None:
    done(exam.run("assess"), 1)
    place = exam.root / "out" / "due.ics"
    form = done(exam.run(*DUE, "--ics", str(place)), 0, 1).json
    calendar = read_feed(place)
    assert calendar["version"] == "2.0"
    assert "DEMO KEYS" in calendar["x-wr-calname"]
    events = calendar.walk("VEVENT")
    assert {str(e["uid"]) for e in events} == {f"{o['id'][7:]}@exam.demo" for o in form["due"]}
    assert {e.decoded("dtstart").strftime("%Y-%m-%dT%H:%M:%SZ") for e in events} == {o["at"] for o in form["due"]}
    assert all(len(e.walk("VALARM")) == 2 for e in events)


def test_the_feed_has_folded_lines_crlf_and_no_line_of_somebody_elses(exam: World) -> None:
    hostile = obligation(about="x\r\nEND:VEVENT\r\nSUMMARY:granted; a, b \\ é" + "ü" * 100, state=State.OWED)
    from scalegate.adapters.calendar_feed import write_feed

    pytest.importorskip("icalendar")
    place = exam.root / "due.ics"
    assert write_feed([hostile], place, origin="lab.example/rsp", as_of=NOW) == 1
    lines = place.read_bytes().split(b"\r\n")
    assert all(len(line) <= 75 and b"\n" not in line and b"\r" not in line for line in lines)
    (event,) = read_feed(place).walk("VEVENT")
    assert str(event["summary"]).endswith("ü" * 100)
    assert "granted; a, b \\ é" in str(event["summary"])


def test_the_same_obligation_has_the_same_uid_on_another_day_and_what_is_met_is_gone(exam: World) -> None:
    done(exam.run("assess"), 1)
    places = [exam.root / "one.ics", exam.root / "two.ics"]
    for place, now in zip(places, (day(1), day(150)), strict=True):
        done(exam.run("--now", now, "due", "--ics", str(place)), 0, 1)
    one, two = ({str(e["uid"]): e for e in read_feed(p).walk("VEVENT")} for p in places)
    assert set(one) == set(two)
    assert any("LATE" in str(e["summary"]) for e in two.values())
    assert all("REPLAY" in str(e["summary"]) for e in two.values())


def test_without_the_extra_due_says_the_line_to_type(exam: World) -> None:
    code = (
        "import sys; sys.modules['icalendar'] = None\n"
        "from scalegate.cli.main import _status; sys.exit(_status(sys.argv[1:]))"
    )
    answer = exam.spawn("--project", str(exam.root), "due", "--ics", "due.ics", code=code)
    assert answer.status == 2
    assert "pip install 'scalegate[calendar]'" in answer.err


def test_a_feed_that_cannot_be_written_is_said(exam: World) -> None:
    pytest.importorskip("icalendar")
    answer = done(exam.run("due", "--ics", str(exam.root / "policy.yaml" / "x.ics")), 2)
    assert "the calendar cannot be written" in answer.err
