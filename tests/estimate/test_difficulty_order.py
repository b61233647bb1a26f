"""Harder items right, easier ones wrong: against scipy, exactness, laws, and false alarms."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from scalegate.errors import InputError
from scalegate.estimate.difficulty_order import difficulty_order, tilt

SEED = bytes(range(32))
Item = tuple[int, bool, int]  # difficulty, solved, stratum
ITEMS = st.lists(st.tuples(st.integers(1, 6), st.booleans(), st.integers(0, 2)), min_size=2, max_size=25)


def columns(items: list[Item]):  # type: ignore[no-untyped-def]
    difficulty, solved, stratum = zip(*items, strict=True)
    return np.array(difficulty, dtype=float), np.array(solved, dtype=np.bool_), np.array(stratum)


def test_the_statistic_of_one_stratum_is_that_of_the_rank_sum_test() -> None:
    generator = np.random.default_rng(2)
    difficulty, solved = np.round(generator.lognormal(size=60), 1), generator.random(60) < 0.3
    _, p_value = stats.mannwhitneyu(
        difficulty[solved], difficulty[~solved], alternative="greater", use_continuity=False, method="asymptotic"
    )
    assert tilt(difficulty, solved, np.zeros(60, dtype=int)) == pytest.approx(stats.norm.isf(p_value))


def test_the_draws_come_close_to_the_exact_p_value() -> None:
    difficulty = np.array([1.0, 2, 2, 3, 5, 8, 8, 9, 12, 20])
    solved = np.isin(np.arange(10), [2, 4, 8, 9])
    ranks = stats.rankdata(difficulty)
    sums = [ranks[list(chosen)].sum() for chosen in combinations(range(10), 4)]
    truth = np.mean(np.array(sums) >= ranks[solved].sum() - 1e-9)
    found = difficulty_order(difficulty, solved, np.zeros(10, dtype=int), seed=SEED).p_value
    assert found == pytest.approx(truth, abs=4 * (truth * (1 - truth) / 4999) ** 0.5 + 4e-4)


@settings(max_examples=50)
@given(items=ITEMS, data=st.data())
def test_law_4_order_and_names_of_items_and_strata_change_nothing(items: list[Item], data: st.DataObject) -> None:
    before = difficulty_order(*columns(items), seed=SEED, draws=49)
    renamed = [(d, s, {0: 7, 1: 3, 2: 5}[t]) for d, s, t in data.draw(st.permutations(items))]
    after = difficulty_order(*columns(renamed), seed=SEED, draws=49)
    assert after.p_value == before.p_value
    assert after.statistic == pytest.approx(before.statistic, abs=1e-9)
    assert 1 / 50 <= before.p_value <= 1
    assert tilt(*columns(items)) == before.statistic


def test_the_order_turned_round_is_found_and_the_usual_order_is_not() -> None:
    difficulty, none = np.arange(40.0), np.zeros(40, dtype=int)
    assert difficulty_order(difficulty, difficulty >= 25, none, seed=SEED).p_value == pytest.approx(1 / 5000)
    assert difficulty_order(difficulty, difficulty < 25, none, seed=SEED).p_value == 1


def test_a_family_that_is_hard_and_easy_for_this_model_raises_no_suspicion_by_itself() -> None:
    """All of the hard family solved, none of the easy one: within each there is no contrast."""
    difficulty = np.concatenate([np.arange(1.0, 21), np.arange(101.0, 121)])
    solved, family = difficulty > 100, (difficulty > 100).astype(int)
    assert difficulty_order(difficulty, solved, family, seed=SEED).p_value == 1
    assert difficulty_order(difficulty, solved, np.zeros(40, dtype=int), seed=SEED).p_value < 0.001


@pytest.mark.slow
def test_alarms_falsely_no_more_often_than_its_level() -> None:
    """Success that does not depend on difficulty within a stratum, and does between strata; the p-value is uniform."""
    generator, found = np.random.default_rng(12), []
    stratum = np.repeat([0, 1, 2], [30, 20, 10])
    for _ in range(2000):
        difficulty = np.round(generator.lognormal(stratum, 1.0), 1)
        solved = generator.random(60) < np.array([0.2, 0.5, 0.8])[stratum]
        found.append(difficulty_order(difficulty, solved, stratum, seed=SEED, draws=499).p_value)
    for level in (0.01, 0.05, 0.2, 0.5):
        share, error = float((np.array(found) <= level).mean()), (level * (1 - level) / 2000) ** 0.5
        assert abs(share - level) <= 4 * error, (level, share)


def test_bad_input_is_refused_by_name() -> None:
    difficulty, solved, stratum = np.array([1.0, 2.0]), np.array([True, False]), np.array([0, 0])
    for wrong in (
        lambda: difficulty_order(difficulty[:1], solved, stratum, seed=SEED),
        lambda: difficulty_order(np.array([1.0, np.inf]), solved, stratum, seed=SEED),
        lambda: difficulty_order(difficulty, solved, stratum, seed=SEED, draws=0),
    ):
        with pytest.raises(InputError):
            wrong()
