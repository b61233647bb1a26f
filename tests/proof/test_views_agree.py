"""One gate, several views: the executable gate and the solver's translation answer every random state alike.

A view that is added to `VIEWS` is held to the executable gate over the same states.
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from random import Random

import pytest
import z3
from hypothesis import given, settings

from gate_worlds import World, Worlds
from proof.evaluation import Table, answers
from proof.random_gate import ASKED, random_policy, random_state
from scalegate.decision.abstract import AbstractState, Answer, abstraction, answer, concrete
from scalegate.decision.gate import blockers, decide
from scalegate.decision.state import survey
from scalegate.policy.document import Permission, PolicyDocument
from scalegate.proof.translation import View, translate

AnswerAll = Callable[[PolicyDocument, Permission, Sequence[AbstractState]], list[Answer]]


def executable(document: PolicyDocument, permission: Permission, states: Sequence[AbstractState]) -> list[Answer]:
    return [answer(document, concrete(document, state)) for state in states]


def solver(document: PolicyDocument, permission: Permission, states: Sequence[AbstractState]) -> list[Answer]:
    return answers(translate(document, permission), states)


# The simulation's decision table joins here: a function from policy, permission and states to its answers.
VIEWS: dict[str, AnswerAll] = {"solver": solver}

STATES_OF_A_POLICY = 40


def worlds(name: str, states: int) -> Iterator[tuple[PolicyDocument, Permission, list[AbstractState]]]:
    """Policies, each with some random states for one permission after the other, `states` in all."""
    draw, left = Random(zlib.crc32(name.encode())), states
    while left > 0:
        document = random_policy(draw)
        for permission in ASKED:
            number = min(left, STATES_OF_A_POLICY)
            if number:
                yield document, permission, [random_state(draw, document, permission) for _ in range(number)]
            left -= number


def check(view: AnswerAll, name: str, states: int) -> Counter[Answer]:
    seen: Counter[Answer] = Counter()
    for document, permission, asked in worlds(name, states):
        expected = executable(document, permission, asked)
        for state, one, other in zip(asked, expected, view(document, permission, asked), strict=True):
            assert one is other, f"the gate says {one}, this view {other}: {state}"
        seen.update(expected)
    return seen


@pytest.mark.parametrize("view", VIEWS)
def test_a_view_answers_random_states_as_the_gate_does(view: str) -> None:
    seen = check(VIEWS[view], "a seeded sample", 3000)
    assert min(seen[a] for a in Answer) > 50  # each answer is among them, or little was compared


@pytest.mark.slow
@pytest.mark.parametrize("view", VIEWS)
def test_a_view_answers_100000_random_states_as_the_gate_does(view: str) -> None:
    seen = check(VIEWS[view], "all of them", 100_000)
    assert sum(seen.values()) == 100_000
    assert min(seen[a] for a in Answer) > 1000


# ---------------------------------------------------------------- the solver's view, more closely


def reasons_of_the_gate(document: PolicyDocument, state: AbstractState) -> set[tuple[object, ...]]:
    found = blockers(document, concrete(document, state))
    return {(b.rule, b.limit, b.protection, b.waivable, tuple(b.cleared_by)) for b in found}


def reasons_of_the_solver(view: View, states: Sequence[AbstractState]) -> list[set[tuple[object, ...]]]:
    table = Table(view, states)
    found: list[set[tuple[object, ...]]] = [set() for _ in states]
    for reason in view.reasons:
        waivable = table.of(reason.waivable)
        for at in table.of(reason.when).nonzero()[0]:
            found[at].add((reason.rule, reason.limit, reason.protection, bool(waivable[at]), reason.cleared_by))
    return found


def check_reasons(name: str, states: int) -> None:
    for document, permission, asked in worlds(name, states):
        found = reasons_of_the_solver(translate(document, permission), asked)
        for state, reasons in zip(asked, found, strict=True):
            assert reasons == reasons_of_the_gate(document, state)


def test_the_solver_gives_the_same_reasons_and_the_same_roles_that_clear_them() -> None:
    check_reasons("reasons", 2000)


@pytest.mark.slow
def test_the_solver_gives_the_same_reasons_in_100000_states() -> None:
    check_reasons("all reasons", 100_000)


@given(Worlds)
@settings(max_examples=300, deadline=None)
def test_the_solver_answers_recorded_worlds_as_decide_does_and_calls_them_possible(world: World) -> None:
    document, asked, recorded = world
    made = decide(document, asked, recorded)
    expected = Answer.GRANTED if made.granted else Answer.WAIVED if made.waived_until else Answer.HELD
    view, state = translate(document, asked.permission), abstraction(survey(document, asked, recorded))
    state = _with_all_named(view, state)
    assert answers(view, [state]) == [expected]
    possible = z3.And(*view.symbols.possible())
    assert Table(view, [state]).of(possible).all(), state


def _with_all_named(view: View, state: AbstractState) -> AbstractState:
    """The survey speaks of no limit that stands on no ladder, and of no other."""
    assert set(state.limits) == set(view.symbols.limits)
    return state


def test_the_walk_over_formulas_says_what_the_solver_itself_says() -> None:
    for document, permission, asked in worlds("solved", 240):
        view = translate(document, permission)
        walked = answers(view, asked[:3])
        for state, said in zip(asked[:3], walked, strict=True):
            solving = z3.Solver()
            solving.add(*(term == value for term, value in view.symbols.values(state)))
            term = {Answer.GRANTED: view.granted, Answer.WAIVED: view.waived}.get(
                said, z3.Not(z3.Or(view.granted, view.waived))
            )
            assert solving.check() == z3.sat
            assert solving.check(z3.Not(term)) == z3.unsat
