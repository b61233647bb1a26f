"""A preference for the published order: exactness, against scipy, and false alarms."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from scalegate.errors import InputError
from scalegate.estimate.exchangeability import order_preference, order_preference_by_shards


def test_the_p_value_is_the_rank_of_the_published_order_among_all() -> None:
    shuffled = np.array([[0.0, 1.0, 2.0, 3.0], [0.0, 0.0, 0.0, 0.0]])
    assert order_preference(np.array([4.0, 0.0]), shuffled).p_value == 1 / 5
    assert order_preference(np.array([1.5, 0.0]), shuffled).p_value == 3 / 5
    assert order_preference(np.array([-1.0, 0.0]), shuffled).p_value == 1
    assert order_preference(np.array([2.0, 0.0]), shuffled).p_value == 3 / 5  # a tie counts against
    assert order_preference(np.array([4.0, 0.0]), shuffled).statistic == pytest.approx((2.5 + 0) / 2)


@given(
    rows=st.lists(st.lists(st.floats(-500, 0), min_size=4, max_size=4), min_size=2, max_size=8).filter(
        lambda rows: np.ptp([row[0] - np.mean(row[1:]) for row in rows]) > 1e-3
    )
)
def test_the_t_of_shards_matches_scipy(rows: list[list[float]]) -> None:
    table = np.array(rows)
    expected = stats.ttest_1samp(table[:, 0] - table[:, 1:].mean(axis=1), 0, alternative="greater").pvalue
    assert order_preference_by_shards(table[:, 0], table[:, 1:]) == pytest.approx(expected, abs=1e-12)


@settings(max_examples=40)
@given(data=st.data())
def test_law_4_the_order_of_shards_changes_nothing(data: st.DataObject) -> None:
    table = np.random.default_rng(data.draw(st.integers(0, 999))).normal(size=(6, 20))
    order = np.array(data.draw(st.permutations(range(6))))
    one, other = (order_preference(t[:, 0], t[:, 1:]) for t in (table, table[order]))
    assert one.p_value == other.p_value
    assert one.statistic == pytest.approx(other.statistic)


def contaminated(generator: np.random.Generator, gain: float) -> tuple[float, float]:
    shuffled = generator.normal(-200, 3, (50, 250))
    canonical = generator.normal(-200 + gain, 3, 50)
    return order_preference(canonical, shuffled).p_value, order_preference_by_shards(canonical, shuffled)


def test_a_preference_is_found_in_fifty_shards_of_250_shuffles() -> None:
    generator = np.random.default_rng(4)
    found = np.array([contaminated(generator, 1.5) for _ in range(20)])
    assert (found <= 0.01).mean(axis=0).min() >= 0.75


@pytest.mark.slow
def test_alarms_falsely_no_more_often_than_its_level_with_heavy_tails_too() -> None:
    generator, found = np.random.default_rng(14), []
    for _ in range(3000):
        table = generator.standard_t(2, (8, 200))
        found.append(order_preference(table[:, 0], table[:, 1:]).p_value)
    for level in (0.01, 0.05, 0.2, 0.5):
        share, error = float((np.array(found) <= level).mean()), (level * (1 - level) / 3000) ** 0.5
        assert abs(share - level) <= 4 * error, (level, share)


def test_shards_without_spread_and_bad_input() -> None:
    assert order_preference_by_shards(np.array([1.0, 1.0]), np.zeros((2, 3))) == 0
    assert order_preference_by_shards(np.array([0.0, 0.0]), np.zeros((2, 3))) == 1
    for canonical, shuffled in (
        (np.array([1.0]), np.zeros((2, 3))),
        (np.array([1.0]), np.zeros((1, 0))),
        (np.array([np.inf]), np.zeros((1, 3))),
    ):
        with pytest.raises(InputError):
            order_preference(canonical, shuffled)
    with pytest.raises(InputError):
        order_preference_by_shards(np.array([1.0]), np.zeros((1, 3)))
