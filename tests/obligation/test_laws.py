"""Laws over small random records: time takes no obligation away, and without what met it, it is not met."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from obligation.book import Book, promising
from scalegate.decision.dossier import DutyDone, Pause
from scalegate.evidence.run import Status
from scalegate.obligation.due import obligations
from scalegate.obligation.obligation import Obligation
from scalegate.record.entry import EntryKind, Resumed, RunIngested
from scalegate.verdict.verdict import VerdictKind
from world import DAY, NOW, OFFICER, SUBJECT, attestation, ident

COMPUTES = st.sampled_from([None, "1e22", "3e22", "4e22", "5e22", "2e23"])
ACTS = ("evaluated", "progressed", "happened", "planned", "carried out", "tested", "paused", "resumed", "told")
ACTS += ("readopted", "incident", "acted", "reported", "watched", "reviewed")
Act = tuple[int, str, Any, Any, Any]

acts = st.lists(
    st.tuples(
        st.integers(0, 400),
        st.sampled_from(ACTS),
        COMPUTES,
        st.sampled_from([k for k in VerdictKind if k is not VerdictKind.INVALID]),
        st.sampled_from(["bare", "milder", "stronger"]),
    ),
    min_size=1,
    max_size=8,
)


def written(found: list[Act]) -> Book:
    """Acts in the order of their dates, as a record has them."""
    book, plans = Book(document=promising()), []
    for days, what, compute, kind, configuration in sorted(found, key=lambda act: act[0]):
        at = NOW + days * DAY
        if what == "evaluated":
            within = ("bare", "milder") if configuration == "stronger" else ()
            book.evaluated(at, compute, kind=kind, configuration=configuration, within=within)
        elif what == "progressed":
            book.progressed(at, compute, step=days)
        elif what == "happened":
            book.happened(at, subject="*" if kind is VerdictKind.ALERT else SUBJECT)
        elif what == "planned":
            plans.append(book.planned(at))
        elif what == "carried out" and plans:
            status = Status.CANCELLED if kind is VerdictKind.NOT_RUN else Status.COMPLETED
            book.evaluated(at, compute, plan=plans[-1], kind=kind, status=status)
        else:
            _act(book, at, what, days)
    return book


def _act(book: Book, at: datetime, what: str, days: int) -> None:
    if what == "tested":
        made = attestation("vault", tested_at=at)
        book.put(made, at=at, kind=EntryKind.PROTECTION_ATTESTED)
    elif what == "paused":
        book.put(Pause(id=ident(f"p{days % 3}"), scope="*", reason="r", by=OFFICER, at=at), at=at, kind=EntryKind.PAUSE)
    elif what == "resumed":
        body = Resumed(pause=ident(f"p{days % 3}"), answer="a", approvers=(ident("olga"),))
        book.put(body, at=at, kind=EntryKind.RESUME)
    elif what == "readopted":
        book.adopted(at, version=f"2.{days}")
    elif what == "incident":
        book.happened(at, "incident")
    elif what == "acted":
        book.done(at, ("contain", "convene", "retest", "answer")[days % 4], subject=SUBJECT, limit="low")
    elif what in ("reported", "watched", "reviewed"):
        book.done(at, {"reported": "commitment:report", "watched": "watch:reach", "reviewed": "policy:review"}[what])
    elif what == "told":
        done = DutyDone(duty=ident("tell"), subject=SUBJECT, limit=ident("low"), by=OFFICER, at=at)
        book.put(done, at=at, kind=EntryKind.DUTY_DONE)


def by_id(found: tuple[Obligation, ...]) -> dict[str, Obligation]:
    assert len({o.id for o in found}) == len(found), "one id, one obligation"
    return {o.id: o for o in found}


@given(acts, st.integers(0, 900), st.integers(0, 900))
@settings(max_examples=150, deadline=None)
def test_later_time_never_turns_what_is_owed_into_nothing(found: list[Act], wait: int, more: int) -> None:
    view = written(found).view()
    now = NOW + (max(act[0] for act in found) + wait) * DAY
    then = by_id(obligations(view, now + more * DAY))
    for owed in obligations(view, now):
        if not owed.state.met:
            assert owed.id in then
            assert not then[owed.id].state.met
            if owed.late:
                assert then[owed.id].late


@given(acts, st.integers(0, 400), st.data())
@settings(max_examples=150, deadline=None)
def test_law_1_leaving_an_entry_out_never_meets_anything_nor_meets_it_earlier(
    found: list[Act], wait: int, data: st.DataObject
) -> None:
    book = written(found)
    now = NOW + (max(act[0] for act in found) + wait) * DAY
    gone = data.draw(st.integers(1, len(book.entries) - 1)) if len(book.entries) > 1 else 0
    whole, less = by_id(obligations(book.view(), now)), by_id(obligations(book.view(without=[gone]), now))
    for name, owed in less.items():
        if name in whole:
            met = whole[name].met_at
            assert owed.met_at is None or (met is not None and met <= owed.met_at)


@given(acts, st.integers(0, 400))
@settings(max_examples=150, deadline=None)
def test_without_the_run_that_met_it_an_obligation_is_owed_again(found: list[Act], wait: int) -> None:
    book = written(found)
    now = NOW + (max(act[0] for act in found) + wait) * DAY
    whole = by_id(obligations(book.view(), now))
    for entry in book.entries:
        body = entry.entry.body
        if not isinstance(body, RunIngested):
            continue
        same_day = [
            e.index
            for e in book.entries
            if isinstance(e.entry.body, RunIngested) and e.entry.body.manifest.dated == body.manifest.dated
        ]
        less = by_id(obligations(book.view(without=same_day), now))
        for name, owed in whole.items():
            by_run = owed.kind.value in ("evaluation", "plan") and owed.met_at == body.manifest.dated
            if by_run and name in less:
                assert less[name].met_at is None or less[name].met_at > owed.met_at  # type: ignore[operator]
