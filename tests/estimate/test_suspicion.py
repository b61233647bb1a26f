"""Below chance and below honest: published values, exactness, order, and how often they raise a false alarm."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from scalegate.errors import InputError
from scalegate.estimate.bound import BoolArray
from scalegate.estimate.suspicion import below_chance, below_honest
from shared import shared

ANSWERS = st.lists(st.tuples(st.booleans(), st.booleans()), max_size=40)


def arms(pairs: list[tuple[bool, bool]]) -> tuple[BoolArray, BoolArray]:
    both = np.array(pairs, dtype=np.bool_).reshape(-1, 2)
    return both[:, 0], both[:, 1]


def test_below_chance_matches_the_published_values() -> None:
    for row in json.loads(shared("reference/oracles.json").read_text())["below_chance_4way"]:
        assert below_chance(row["k"], row["n"], 0.25).p_value == pytest.approx(row["p"], abs=1e-15)
    assert below_chance(5, 60, 0.25).p_value == pytest.approx(0.00096, abs=5e-6)
    assert below_chance(38, 200, 0.25).p_value == pytest.approx(0.02758, abs=5e-6)


@given(items=st.integers(1, 80), chance=st.floats(0.01, 0.99), data=st.data())
def test_below_chance_matches_scipy_and_grows_with_every_right_answer(
    items: int, chance: float, data: st.DataObject
) -> None:
    right = data.draw(st.integers(0, items))
    found = below_chance(right, items, chance)
    assert found.p_value == pytest.approx(stats.binomtest(right, items, chance, alternative="less").pvalue, abs=1e-12)
    if right:
        assert below_chance(right - 1, items, chance).p_value <= found.p_value


@pytest.mark.parametrize("chance", [0.1, 0.25, 0.5])
def test_below_chance_alarms_falsely_no_more_often_than_its_level(chance: float) -> None:
    """By enumeration, for every number of items: guessing is flagged at 0.01 with probability 0.01 at most."""
    for items in range(1, 120):
        right = np.arange(items + 1)
        flagged = np.array([below_chance(k, items, chance).p_value <= 0.01 for k in right.tolist()])
        assert stats.binom.pmf(right, items, chance)[flagged].sum() <= 0.01


def test_below_honest_matches_the_published_value() -> None:
    row = json.loads(shared("reference/oracles.json").read_text())["mcnemar_b2_c12"]
    honest, suspect = arms([(True, False)] * 12 + [(False, True)] * 2 + [(True, True)] * 6)
    found = below_honest(honest, suspect)
    assert found.p_value == pytest.approx(row["one_sided"], abs=1e-15)
    assert found.statistic == pytest.approx(0.5)


@given(ANSWERS)
def test_below_honest_is_half_of_the_two_sided_test_of_scipy_and_its_arms_mirror(
    pairs: list[tuple[bool, bool]],
) -> None:
    honest, suspect = arms(pairs)
    lost, gained = int((honest & ~suspect).sum()), int((suspect & ~honest).sum())
    found = below_honest(honest, suspect)
    if lost + gained:
        one_sided = stats.binomtest(lost, lost + gained, alternative="greater").pvalue
        assert found.p_value == pytest.approx(one_sided, abs=1e-12)
    assert below_honest(suspect, honest).statistic == pytest.approx(-found.statistic)


def test_an_arm_that_does_as_well_or_better_raises_no_suspicion() -> None:
    honest, suspect = arms([(False, True)] * 9 + [(True, False)] * 9)
    assert below_honest(honest, suspect).p_value > 0.5
    assert below_honest(*arms([])).p_value == 1
    assert below_chance(0, 0, 0.25).p_value == 1


def test_below_honest_alarms_falsely_no_more_often_than_its_level() -> None:
    """By enumeration over discordant items, where an item is as likely lost as gained."""
    for apart in range(1, 60):
        gained = np.arange(apart + 1)
        found = [below_honest(*arms([(True, False)] * (apart - g) + [(False, True)] * g)) for g in gained.tolist()]
        flagged = np.array([each.p_value <= 0.01 for each in found])
        assert stats.binom.pmf(gained, apart, 0.5)[flagged].sum() <= 0.01


def test_bad_input_is_refused_by_name() -> None:
    for wrong in (
        lambda: below_chance(3, 2, 0.25),
        lambda: below_chance(-1, 2, 0.25),
        lambda: below_chance(1, 2, 0.0),
        lambda: below_chance(1, 2, float("inf")),
        lambda: below_honest(np.array([True]), np.array([True, False])),
    ):
        with pytest.raises(InputError):
            wrong()
