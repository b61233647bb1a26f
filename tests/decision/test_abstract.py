"""The abstract state answers as the whole one does: nothing that decides was forgotten."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings

from gate_worlds import Worlds
from scalegate.decision.abstract import AbstractLimit, AbstractState, Answer, Claim, abstraction, answer, concrete
from scalegate.decision.decision import Question
from scalegate.decision.dossier import Dossier
from scalegate.decision.gate import decide
from scalegate.decision.state import survey
from scalegate.policy.document import Permission, PolicyDocument
from world import LIMITS, policy


@given(Worlds)
@settings(max_examples=400, deadline=None)
def test_the_gate_answers_the_abstract_state_as_it_answers_the_whole_one(
    world: tuple[PolicyDocument, Question, Dossier],
) -> None:
    document, asked, recorded = world
    made = decide(document, asked, recorded)
    expected = Answer.GRANTED if made.granted else Answer.WAIVED if made.waived_until else Answer.HELD
    forgotten = abstraction(survey(document, asked, recorded))
    assert answer(document, concrete(document, forgotten)) is expected


@given(Worlds)
@settings(max_examples=100, deadline=None)
def test_forgetting_twice_is_forgetting_once(world: tuple[PolicyDocument, Question, Dossier]) -> None:
    document, asked, recorded = world
    forgotten = abstraction(survey(document, asked, recorded))
    assert abstraction(concrete(document, forgotten)) == forgotten


def test_claims_are_graver_in_the_order_of_the_kinds() -> None:
    by_gravity = sorted(Claim, key=lambda c: c.gravity, reverse=True)
    assert by_gravity == list(Claim)
    assert [c.counts_as_crossed for c in by_gravity] == [True] * 5 + [False] * 2


def test_a_missing_protection_turns_a_grant_of_the_abstract_state_into_a_hold() -> None:
    document = policy()
    state = AbstractState(
        permission=Permission.STORE,
        limits={name: AbstractLimit(claim=Claim.NOT_SHOWN) for name in LIMITS},
        in_force=frozenset(document.protections.measures),
    )
    assert answer(document, concrete(document, state)) is Answer.GRANTED
    assert answer(document, concrete(document, replace(state, in_force=frozenset()))) is Answer.HELD
