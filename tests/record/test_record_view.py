"""What a prefix of the record says of danger and of the time of runs."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from record.samples import BODIES, NOON, SUBJECT, digest, entry, ident
from scalegate.record.entry import Body, EntryKind, RunIngested
from scalegate.record.view import Logged, RecordView, view_of
from scalegate.verdict.verdict import ObservationResult, Verdict, VerdictKind

RUN = BODIES[EntryKind.RUN_INGESTED]
VERDICT = BODIES[EntryKind.VERDICT]
assert isinstance(RUN, RunIngested)
assert isinstance(VERDICT, Verdict)


def viewed(*bodies: tuple[EntryKind, Body]) -> RecordView:
    return view_of(
        Logged(index=at, digest=digest(f"entry {at}"), entry=replace(entry(kind), body=body))
        for at, (kind, body) in enumerate(bodies)
    )


def of_kind(kind: VerdictKind, *rests_on: RunIngested) -> Verdict:
    assert isinstance(VERDICT, Verdict)
    result: ObservationResult = replace(
        VERDICT.observations[0], kind=kind, rests_on=tuple(run.address for run in rests_on)
    )
    return replace(VERDICT, kind=kind, observations=(result,))


def test_V8_danger_stays_when_a_later_verdict_is_milder() -> None:
    shown, milder = of_kind(VerdictKind.DANGER_SHOWN), of_kind(VerdictKind.NOT_SHOWN)
    view = viewed((EntryKind.VERDICT, shown), (EntryKind.VERDICT, replace(milder, as_of=NOON + timedelta(days=9))))
    (key,) = view.dangers
    assert key[:4] == (shown.subject, shown.configuration, shown.limit, shown.policy)
    assert view.dangers[key] == shown.as_of
    assert not viewed((EntryKind.VERDICT, milder)).dangers


def test_S2_danger_is_kept_for_what_was_assessed_and_for_what_was_run() -> None:
    run = replace(RUN, subject=digest("parent"), manifest=replace(RUN.manifest, configuration=ident("poorer")))
    view = viewed((EntryKind.RUN_INGESTED, run), (EntryKind.VERDICT, of_kind(VerdictKind.DANGER_SHOWN, run)))
    assert {key[:2] for key in view.dangers} == {(SUBJECT, VERDICT.configuration), (digest("parent"), "poorer")}
    assert {key[5] for key in view.dangers} == {(run.address,)}


def test_a_danger_that_no_observation_carries_is_kept_without_one() -> None:
    bare = replace(of_kind(VerdictKind.DANGER_SHOWN), observations=())
    assert [key[4:] for key in viewed((EntryKind.VERDICT, bare)).dangers] == [("", ())]


def test_the_time_of_a_runs_entry_is_known() -> None:
    view = viewed((EntryKind.RUN_INGESTED, RUN))
    assert view.run_times == {RUN.address: entry(EntryKind.RUN_INGESTED).head.issued_at}
