"""Every rule of an example policy, weakened, strengthened and moved in turn: each is called what it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from revision.changes import RELOCATING, STRENGTHENING, WEAKENING
from revision.mutants import Data, Edit, mutated
from scalegate.revision.change import Outcome
from scalegate.revision.compare import Comparison
from scalegate.shape import dotted

Change = dict[str, Any] | Edit
Base = Callable[[], Data]


_MADE: dict[tuple[int, int], Comparison] = {}


def made_of(base: Base, change: Change) -> Comparison:
    """Each mutant is compared once: the lists keep bases and changes alive, so that their ids tell them apart."""
    key = (id(base), id(change))
    if key not in _MADE:
        _MADE[key] = mutated(base, change)
    return _MADE[key]


def numbered(mutants: list[tuple[Base, str, Change]]) -> list[Any]:
    """Ids with a count, so that the list of tests says how many there are."""
    total = len(mutants)
    return [pytest.param(b, c, id=f"{n:03}-of-{total}: {name}") for n, (b, name, c) in enumerate(mutants, 1)]


def near(place: str, path: str) -> bool:
    """Whether one of the two leads to the other."""
    one, other = place.replace("[", ".").replace("]", "") + ".", path + "."
    return one.startswith(other) or other.startswith(one)


def test_there_are_enough_mutants() -> None:
    assert len(WEAKENING) >= 60
    assert len(STRENGTHENING) >= 40
    assert len(RELOCATING) >= 10


@pytest.mark.parametrize(("base", "change"), numbered(WEAKENING))
def test_a_weakened_rule_is_called_weakened(base: Base, change: Change) -> None:
    made = made_of(base, change)
    assert made.relaxing, [f"{r.outcome} {r.place}" for r in made.revisions]
    assert not made.clear_of_findings
    if isinstance(change, dict):
        places = [dotted(p) for r in made.relaxing for p in (r.before, r.after) if p is not None]
        assert any(near(place, path) for place in places for path in change), places


@pytest.mark.parametrize(("base", "change"), numbered(STRENGTHENING))
def test_a_strengthened_rule_is_not_called_weakened(base: Base, change: Change) -> None:
    made = made_of(base, change)
    assert not made.relaxing, [f"{r.outcome} {r.place}: {r.weighed.why}" for r in made.relaxing]
    assert not made.gate_relaxes, [g.words for g in made.gate or ()]
    assert made.revisions


@pytest.mark.parametrize(("base", "change"), numbered(RELOCATING))
def test_what_only_moved_is_neither_removed_nor_weakened(base: Base, change: Change) -> None:
    made = made_of(base, change)
    assert {r.outcome for r in made.revisions} <= {Outcome.RELOCATED}, [
        f"{r.outcome} {r.place}: {r.weighed.why}" for r in made.revisions
    ]
    assert not made.gate_relaxes


@pytest.mark.slow
@pytest.mark.parametrize(("base", "change"), numbered([*WEAKENING, *STRENGTHENING, *RELOCATING]))
def test_a_gate_that_grants_more_never_comes_without_a_rule_that_is_called_weaker(base: Base, change: Change) -> None:
    made = made_of(base, change)
    assert made.proved
    if made.gate_relaxes:
        assert made.relaxing
