"""The simulation's view of the gate: looked up in a table, and never anything but the gate's own answer."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from random import Random

import pytest

from scalegate.decision.abstract import AbstractLimit, AbstractState, Answer, Claim, answer, concrete
from scalegate.policy.document import Permission, PolicyDocument
from scalegate.project import read_policy_file
from scalegate.simulation.table import DecisionTable, columns_of, layout_of, pack, unpack
from shared import ROOT
from simulation.states import random_state
from world import LIMITS, ident, limit, policy


def example() -> PolicyDocument:
    found = read_policy_file(ROOT / "examples/cyber/policy.yaml").document
    assert found
    return found


def wide() -> PolicyDocument:
    """More limits than one word of 64 bits holds."""
    document = policy()
    names = [f"rung-{at}" for at in range(21)]
    cyber = replace(document.threat_models["cyber"], ladder=tuple(map(ident, names)))
    return replace(
        document,
        threat_models={**document.threat_models, "cyber": cyber},
        limits={name: limit(hard_stop=name == names[-1]) for name in names},
    )


POLICIES = {"test": policy, "example": example, "wide": wide}


def agree(document: PolicyDocument, number: int, seed: int) -> Counter[Answer]:
    """Every one of so many random states: the table says what the gate says."""
    random = Random(seed)
    states = tuple(random_state(document, random) for _ in range(number))
    found = DecisionTable(document).answers(states)
    wrong = [s for s, a in zip(states, found, strict=True) if answer(document, concrete(document, s)) is not a]
    assert not wrong, wrong[0]
    return Counter(found)


@pytest.mark.parametrize("name", POLICIES)
def test_the_table_answers_as_the_gate_does(name: str) -> None:
    said = agree(POLICIES[name](), 2000, seed=19)
    assert set(said) == set(Answer), f"a sample in which some answer never comes up tells little: {said}"


@pytest.mark.slow
@pytest.mark.parametrize("name", POLICIES)
def test_the_table_answers_as_the_gate_does_in_a_hundred_thousand_states(name: str) -> None:
    agree(POLICIES[name](), 100_000, seed=20)


@pytest.mark.parametrize("name", POLICIES)
def test_packing_loses_nothing_that_the_gate_looks_at(name: str) -> None:
    document, random = POLICIES[name](), Random(3)
    for _ in range(200):
        state = random_state(document, random)
        layout = layout_of(document, state.permission)
        words = pack(layout, columns_of(layout, (state,)))
        kept = replace(state, in_force=state.in_force & set(layout.asked))
        assert unpack(layout, [int(w) for w in words[:, 0]]) == kept


def test_a_wide_policy_takes_more_than_one_word() -> None:
    document = wide()
    layout = layout_of(document, Permission.TRAIN)
    assert pack(layout, columns_of(layout, ())).shape[0] > 1


def test_the_gate_is_asked_once_for_each_distinct_state() -> None:
    document, random = policy(), Random(4)
    states = tuple(random_state(document, random) for _ in range(300))
    table = DecisionTable(document)
    first = table.answers(states)
    asked = table.gate_calls
    assert asked == table.distinct <= 300
    assert table.answers(tuple(reversed(states))) == tuple(reversed(first))
    assert table.gate_calls == asked


def calm(**changes: object) -> AbstractState:
    document = policy()
    state = AbstractState(
        permission=Permission.DEPLOY,
        limits={name: AbstractLimit(claim=Claim.NOT_SHOWN) for name in LIMITS},
        in_force=frozenset(document.protections.measures),
    )
    return replace(state, **changes)  # type: ignore[arg-type]


def test_the_table_tells_which_limit_and_which_clause_held() -> None:
    document = policy()
    crossed = {**calm().limits, "low": AbstractLimit(claim=Claim.NOT_RULED_OUT, risk_stated=True)}
    table = DecisionTable(document).of(Permission.DEPLOY)
    state = calm(limits=crossed, in_force=frozenset({"vault"}))
    places = table.places(columns_of(table.layout, (calm(), state)))
    assert table.blocked_by(places).T.tolist() == [[False] * 3, [True, False, False]]
    assert table.crossed(places).T.tolist() == [[False] * 3, [True, False, False]]
    assert list(table.keys) == [("D3", "low", "filter")]
    assert table.clause_table()[:, places].tolist() == [[False, True]]


def test_one_state_alone_goes_through_packing_and_look_up_too() -> None:
    assert DecisionTable(policy()).answer(calm()) is Answer.GRANTED
    assert DecisionTable(policy()).answer(calm(paused=True)) is Answer.HELD
