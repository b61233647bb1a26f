"""The search over states with one thing out of the ordinary finds what the solver finds over every state."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from revision.mutants import cyber, difference, document, edit, mutated
from scalegate.decision.abstract import Answer, answer, concrete
from scalegate.policy.document import Conditional, Limit, Permission, PolicyDocument, Standing, ThreatModel
from scalegate.quantity import Identifier
from scalegate.revision.gate_change import gate_changes
from world import limit, policy

relaxed = pytest.importorskip("scalegate.proof.relaxation", reason="needs the extra prove").relaxed

RUNGS = [Identifier(name) for name in ("low", "high", "last")]
PROTECTIONS = st.lists(st.sampled_from([Identifier(n) for n in ("locks", "filter", "drill")]), unique=True).map(tuple)


def tied(kind: type, **fixed: Any) -> st.SearchStrategy[Any]:
    reasons = st.sampled_from(["", "because"])
    return st.builds(lambda p, why: kind(protections=p, none_because="" if p else why, **fixed), PROTECTIONS, reasons)


@st.composite
def gates(draw: st.DrawFn) -> PolicyDocument:
    """Policies that differ in all that the gate reads: ladders, stops, observations, ties, acceptances."""
    base = policy()
    ladder = tuple(draw(st.lists(st.sampled_from(RUNGS), unique=True)))
    spot = next(t.accepted_blind_spot for t in base.threat_models.values() if t.accepted_blind_spot)
    models = {
        "harm": ThreatModel(title="t", actor="a", harm="h", ladder=ladder),
        "other": ThreatModel(
            title="t", actor="a", harm="h", accepted_blind_spot=draw(st.sampled_from([spot, None])),
            ladder=draw(st.sampled_from([(), (Identifier("extra"),)])),
        ),
    }  # fmt: skip
    if draw(st.booleans()):
        del models["other"]
    pairs = [(name, p) for name in [*RUNGS, Identifier("extra")] for p in (Permission.DEPLOY, Permission.TRAIN)]
    ties = [
        draw(tied(Conditional, limit=n, permission=p)) for n, p in draw(st.lists(st.sampled_from(pairs), unique=True))
    ]
    standing = {p.value: draw(tied(Standing)) for p in draw(st.lists(st.sampled_from(list(Permission)), unique=True))}
    return replace(
        base,
        threat_models=models,
        limits={name: draw(rungs()) for name in [*RUNGS, "extra"]},
        protections=replace(base.protections, standing=standing, conditional=tuple(ties)),
    )


def rungs() -> st.SearchStrategy[Limit]:
    bare: dict[str, Any] = {}
    observed = limit().observations
    return st.builds(
        lambda o, stop: limit(observations=o, hard_stop=stop), st.sampled_from([observed, bare]), st.booleans()
    )


@given(gates(), gates(), st.sampled_from(list(Permission)))
@settings(max_examples=60, deadline=None)
def test_the_search_misses_no_relaxation_that_the_solver_finds(
    old: PolicyDocument, new: PolicyDocument, permission: Permission
) -> None:
    found = {change.permission for change in gate_changes(old, new) if change.relaxes}
    assert relaxed(old, new, permission) is (permission in found)


def test_a_relaxation_that_shows_out_of_scope_alone_is_found() -> None:
    """A threat model with neither ladder nor acceptance holds, but for a subject that is out of scope."""
    base = policy()
    unended = {"harm": ThreatModel(title="t", actor="a", harm="h")}
    asks = [("locks", "filter"), ("locks",)]
    old, new = (
        replace(
            base,
            threat_models=unended,
            protections=replace(
                base.protections,
                standing={"STORE": Standing(protections=tuple(map(Identifier, names)))},
            ),
        )
        for names in asks
    )
    (change,) = [c for c in gate_changes(old, new) if c.relaxes]
    assert change.words == "filter not in force, and a finding that the subject is out of scope"
    assert relaxed(old, new, Permission.STORE)


@given(gates(), gates())
@settings(max_examples=25, deadline=None)
def test_what_is_found_is_what_both_gates_say_of_that_state(old: PolicyDocument, new: PolicyDocument) -> None:
    for change in gate_changes(old, new):
        assert answer(old, concrete(old, change.state)) is change.old
        assert answer(new, concrete(new, change.state)) is change.new
        assert change.old is not change.new


@given(gates(), gates())
@settings(max_examples=25, deadline=None)
def test_what_is_let_go_one_way_is_held_the_other_way(old: PolicyDocument, new: PolicyDocument) -> None:
    there = {(c.permission, c.relaxes) for c in gate_changes(old, new)}
    back = {(c.permission, not c.relaxes) for c in gate_changes(new, old)}
    assert there == back


def test_the_state_is_said_in_words_with_what_held_it() -> None:
    made = mutated(cyber, {"protections.conditional.3.protections": ["misuse_filter"]})
    (change,) = made.gate or ()
    assert (change.permission, change.old, change.new) == (Permission.DEPLOY, Answer.HELD, Answer.GRANTED)
    assert change.words == "expert_hour counting as crossed and account_checks not in force"
    assert change.held_by == ("D3",)
    assert made.proved


def test_a_tie_that_is_removed_holds_more_and_one_that_is_added_where_none_was_holds_less() -> None:
    less = edit(cyber(), {})
    less["protections"]["conditional"].pop(3)
    gone, back = difference(cyber(), less), difference(less, cyber())
    assert not gone.gate_relaxes
    assert gone.gate
    assert back.gate_relaxes


def test_a_hard_stop_that_ends_can_be_waived() -> None:
    made = mutated(cyber, {"limits.expert_week.hard_stop": "false"})
    assert {(c.old, c.new) for c in made.gate or ()} == {(Answer.HELD, Answer.WAIVED)}


@pytest.mark.parametrize("ladder", [["expert_hour", "nowhere"], ["expert_hour", "expert_hour"]])
def test_the_gate_is_not_asked_where_a_ladder_names_nothing_or_a_limit_twice(ladder: list[str]) -> None:
    data = edit(cyber(), {"threat_models.autonomous_cyber.ladder": ladder})
    made = difference(cyber(), data)
    assert made.gate is None
    assert not made.proved


def test_what_the_search_found_agrees_with_itself_on_one_document() -> None:
    assert gate_changes(document(cyber()), document(cyber())) == ()
