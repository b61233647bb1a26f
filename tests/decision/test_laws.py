"""The laws of semantics.md over random policies, recorded acts and clocks."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from gate_worlds import COMPUTES, KINDS, World, Worlds, as_alert
from scalegate.decision.decision import Question
from scalegate.decision.dossier import Dossier
from scalegate.decision.gate import decide
from scalegate.policy.document import Conditional, Permission, PolicyDocument
from scalegate.quantity import Compute
from scalegate.verdict.verdict import Verdict, VerdictKind
from world import (
    DAY,
    LIMITS,
)


def granted(document: PolicyDocument, asked: Question, recorded: Dossier) -> bool:
    return decide(document, asked, recorded).granted


# What grants rest on; taking one away is law 1. A failing test, a pause and an alert case are dangers, not grounds.
GROUNDS = ("verdicts", "attestations", "waivers", "risk_statements", "duties_done")


@given(Worlds, st.data())
@settings(max_examples=400, deadline=None)
def test_law_1_removing_what_a_grant_rests_on_never_turns_a_hold_into_a_grant(
    world: World, data: st.DataObject
) -> None:
    document, asked, recorded = world
    ground = data.draw(st.sampled_from(GROUNDS))
    items = getattr(recorded, ground)
    if not items:
        return
    gone = data.draw(st.integers(0, len(items) - 1))
    less = replace(recorded, **{ground: items[:gone] + items[gone + 1 :]})
    if ground == "verdicts" and asked.assessed_at is None and asked.assessed_compute is None:
        return  # a recorded verdict other than NOT_RUN comes with a recorded run, so the run is no first run
    if not granted(document, asked, recorded):
        assert not granted(document, asked, less)


@given(Worlds, st.integers(0, 800))
@settings(max_examples=400, deadline=None)
def test_law_2_a_later_time_never_turns_a_hold_into_a_grant(world: World, days: int) -> None:
    document, asked, recorded = world
    # Tests and statements dated after the question are later acts; the clock alone must not relax anything.
    recorded = replace(
        recorded,
        attestations=tuple(a for a in recorded.attestations if a.tested_at <= asked.as_of),
        risk_statements=tuple(r for r in recorded.risk_statements if r.made_at <= asked.as_of),
    )
    if not granted(document, asked, recorded):
        assert not granted(document, replace(asked, as_of=asked.as_of + days * DAY), recorded)


@given(Worlds, st.sampled_from(LIMITS), KINDS)
@settings(max_examples=400, deadline=None)
def test_law_2_a_graver_verdict_never_turns_a_hold_into_a_grant(world: World, name: str, kind: VerdictKind) -> None:
    document, asked, recorded = world
    first_run = asked.assessed_at is None and asked.assessed_compute is None

    def worse(v: Verdict) -> Verdict:
        if v.limit != name or kind.gravity <= v.kind.gravity or (first_run and kind is VerdictKind.NOT_RUN):
            return v
        return as_alert(v) if kind is VerdictKind.ALERT else replace(v, kind=kind)

    graver = replace(recorded, verdicts=tuple(worse(v) for v in recorded.verdicts))
    if not granted(document, asked, recorded):
        assert not granted(document, asked, graver)


@given(Worlds, COMPUTES.filter(bool))
@settings(max_examples=300, deadline=None)
def test_law_2_more_compute_never_turns_a_hold_into_a_grant(world: World, more: Compute) -> None:
    document, asked, recorded = world
    if asked.effective_compute is None or more < asked.effective_compute:
        return
    if not granted(document, asked, recorded):
        assert not granted(document, replace(asked, effective_compute=more), recorded)


@given(Worlds, st.integers(0, 800), st.sampled_from(LIMITS))
@settings(max_examples=400, deadline=None)
def test_law_3_an_alert_is_granted_nothing_that_a_lower_bound_is_not(world: World, days: int, name: str) -> None:
    """The alert's bound is higher, so growth takes it to the limit no later than it takes the lower one there."""
    document, asked, recorded = world
    asked = replace(asked, as_of=asked.as_of + days * DAY)
    pairs = [(v, as_alert(v)) for v in recorded.verdicts
             if v.limit == name and v.kind is VerdictKind.NOT_SHOWN]  # fmt: skip
    for lower, alert in pairs:
        raised = replace(recorded, verdicts=tuple(alert if v is lower else v for v in recorded.verdicts))
        if granted(document, asked, raised):
            assert granted(document, asked, recorded)


@given(Worlds)
@settings(max_examples=400, deadline=None)
def test_law_3_no_grant_with_a_crossed_limit_and_a_missing_tied_protection(world: World) -> None:
    document, asked, recorded = world
    decision = decide(document, asked, recorded)
    if not decision.granted or asked.permission is Permission.ASSESS:
        return
    training = asked.permission is Permission.TRAIN
    first_run = training and asked.assessed_at is None and asked.assessed_compute is None
    in_force = {r.id for r in decision.rests_on if r.ground.value == "protection"}
    for v in recorded.verdicts:
        kind = v.at(asked.as_of, training=training)
        if not kind.counts_as_crossed or (first_run and kind is VerdictKind.NOT_RUN):
            continue
        tie = [c for c in document.protections.conditional if (c.limit, c.permission) == (v.limit, asked.permission)]
        assert tie, v.limit
        assert _tied(tie[0]) <= in_force
        assert not document.limits[v.limit].hard_stop


def _tied(tie: Conditional) -> set[str]:
    return set(tie.protections)


@given(Worlds, st.randoms(use_true_random=False))
@settings(max_examples=200, deadline=None)
def test_law_4_the_order_of_the_record_changes_nothing(world: World, random: object) -> None:
    document, asked, recorded = world
    shuffled = {}
    for name in ("verdicts", "attestations", "risk_statements", "alert_cases", "duties_done"):
        items = list(getattr(recorded, name))
        random.shuffle(items)  # type: ignore[attr-defined]
        shuffled[name] = tuple(items)
    assert decide(document, asked, replace(recorded, **shuffled)) == decide(document, asked, recorded)


@given(Worlds)
@settings(max_examples=200, deadline=None)
def test_law_6_the_same_inputs_give_the_same_decision(world: World) -> None:
    assert decide(*world) == decide(*world)


@given(Worlds)
@settings(max_examples=200, deadline=None)
def test_D12_a_waiver_never_reads_as_a_grant(world: World) -> None:
    document, asked, recorded = world
    with_waivers = decide(document, asked, recorded)
    without = decide(document, asked, replace(recorded, waivers=()))
    assert with_waivers.granted == without.granted
    assert with_waivers.blockers == without.blockers


@given(Worlds)
@settings(max_examples=200, deadline=None)
def test_D9_a_grant_ends_after_it_begins_and_within_the_longest_lease(world: World) -> None:
    document, asked, recorded = world
    decision = decide(document, asked, recorded)
    if decision.granted:
        assert decision.lapses_at is not None
        assert asked.as_of < decision.lapses_at <= document.response.max_lease.after(asked.as_of)
