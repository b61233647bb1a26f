"""A rise of accuracy with noise: levels, the correction for several of them, and false alarms."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalegate.errors import InputError
from scalegate.estimate.noise_curve import noise_rise
from scalegate.estimate.paired import mcnemar

ROWS = st.integers(1, 20).flatmap(
    lambda items: st.lists(st.lists(st.booleans(), min_size=items, max_size=items), min_size=2, max_size=5)
)


@given(ROWS)
def test_it_is_the_least_mcnemar_times_the_number_of_levels(rows: list[list[bool]]) -> None:
    without, noised = np.array(rows[0]), np.array(rows[1:])
    found = noise_rise(without, noised)
    each = [mcnemar(int((without & ~level).sum()), int((level & ~without).sum())) for level in noised]
    assert found.p_value == min(1.0, len(each) * min(each))
    assert found.statistic == pytest.approx(max(level.mean() - without.mean() for level in noised))


@settings(max_examples=30)
@given(ROWS, st.data())
def test_law_4_the_order_of_items_and_levels_changes_nothing(rows: list[list[bool]], data: st.DataObject) -> None:
    table = np.array(rows)
    order = np.array(data.draw(st.permutations(range(table.shape[1]))))
    levels = np.array(data.draw(st.permutations(range(1, len(rows)))))
    assert noise_rise(table[0][order], table[levels][:, order]) == noise_rise(table[0], table[1:])


def test_what_noise_sets_free_is_found_and_a_falling_curve_is_not() -> None:
    without = np.arange(60) < 12
    freed = np.arange(60) < 30
    gone = np.zeros(60, dtype=np.bool_)
    assert noise_rise(without, np.array([without, freed, gone])).p_value < 1e-4
    falling = noise_rise(without, np.array([np.arange(60) < 9, gone]))
    assert falling.p_value == 1
    assert falling.statistic == pytest.approx(-3 / 60)


@pytest.mark.slow
def test_alarms_falsely_no_more_often_than_its_level() -> None:
    """Noise that changes answers as often for the better as for the worse, at four levels of one model."""
    generator, found = np.random.default_rng(13), []
    for _ in range(4000):
        without = generator.random(100) < 0.3
        noised = np.array([np.where(generator.random(100) < s, generator.random(100) < 0.3, without) for s in
                           (0.1, 0.3, 0.6, 0.9)])  # fmt: skip
        found.append(noise_rise(without, noised).p_value)
    for level in (0.01, 0.05, 0.1):
        assert (np.array(found) <= level).mean() <= level + 3 * (level * (1 - level) / 4000) ** 0.5


def test_bad_input_is_refused_by_name() -> None:
    without = np.array([True, False])
    for noised in (np.zeros((0, 2), dtype=np.bool_), np.array([[True]]), without):
        with pytest.raises(InputError):
            noise_rise(without, noised)
