"""What a prefix of the record says of danger and of the time of runs."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from record.samples import BODIES, NOON, SUBJECT, digest, entry, ident
from scalegate.decision.decision import Decision, Ground, RestsOn
from scalegate.record.entry import Body, EntryKind, PlanRegistered, RunIngested
from scalegate.record.view import Logged, RecordView, question_for, view_of
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


DECISION = BODIES[EntryKind.DECISION]
assert isinstance(DECISION, Decision)


def asks_for_something_new(view: RecordView) -> bool:
    asked = DECISION.question
    names = (
        "model",
        "subject",
        "opaque",
        "configuration",
        "permission",
        "mode",
        "effective_compute",
        "as_of",
        "policy",
    )
    return question_for(view, **{name: getattr(asked, name) for name in names}).widening


def test_V6_a_grant_that_stood_on_protections_makes_nothing_old() -> None:
    granted = replace(DECISION, granted=True, blockers=(), rests_on=())
    guarded = replace(granted, rests_on=(RestsOn(ground=Ground.RISK_STATEMENT, id="low", what="stated"),))
    assert not asks_for_something_new(viewed((EntryKind.DECISION, granted)))
    assert asks_for_something_new(viewed((EntryKind.DECISION, guarded)))
    assert asks_for_something_new(viewed((EntryKind.DECISION, replace(granted, granted=False))))


PLAN = BODIES[EntryKind.PLAN_REGISTERED]
assert isinstance(PLAN, PlanRegistered)


def drawn(*limits: str) -> list[int]:
    """For each plan, which entry draws its order."""
    view = viewed(*((EntryKind.PLAN_REGISTERED, replace(PLAN, limit=ident(limit))) for limit in limits))
    names = [digest(f"entry {at}") for at in range(len(limits))]
    return [names.index(view.draws[name]) for name in names]


def test_B4_plans_for_other_limits_draw_no_second_order() -> None:
    assert drawn("a", "b", "c") == [0, 0, 0]


def test_E4_another_order_takes_another_plan_for_a_limit_that_has_one() -> None:
    assert drawn("a", "a", "b", "a") == [0, 1, 1, 3]
    assert drawn("a", "b", "b", "a") == [0, 0, 2, 2]


def test_B4_a_plan_after_a_run_draws_for_itself() -> None:
    plan = digest("entry 0")
    run = replace(RUN, plan=plan)
    second = replace(PLAN, limit=ident("b"))
    view = viewed((EntryKind.PLAN_REGISTERED, PLAN), (EntryKind.RUN_INGESTED, run), (EntryKind.PLAN_REGISTERED, second))
    assert view.draws[digest("entry 2")] == digest("entry 2")
