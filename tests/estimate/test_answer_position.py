"""A fall-back on one position: against sums written out, laws, margin, and false alarms."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalegate.errors import InputError
from scalegate.estimate.answer_position import answer_position

PAIRS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=25)


@given(PAIRS, st.sampled_from([0.0, 0.05, 0.2]))
def test_the_p_value_is_the_inverse_of_the_stake_written_out(pairs: list[tuple[int, int]], margin: float) -> None:
    honest, suspect = np.array(pairs).T
    least = 1.0
    for position in set(honest) | set(suspect):
        stakes = []
        for bet in (0.05, 0.1, 0.2, 0.4, 0.8):
            stake = 1.0
            for one, other in pairs:
                stake *= 1 + bet * (int(other == position) - int(one == position) - margin) / (1 + margin)
            stakes.append(stake)
        least = min(least, 1 / np.mean(stakes))
    found = answer_position(honest, suspect, options=4, margin=margin)
    assert found.p_value == pytest.approx(min(1.0, 4 * least))


@given(pairs=PAIRS, data=st.data())
def test_law_4_the_order_of_items_and_names_of_positions_change_nothing(
    pairs: list[tuple[int, int]], data: st.DataObject
) -> None:
    honest, suspect = np.array(pairs).T
    before = answer_position(honest, suspect, options=4, margin=0.05)
    names = np.array([7, 3, 11, 5])
    other = np.array(data.draw(st.permutations(pairs))).T
    after = answer_position(names[other[0]], names[other[1]], options=4, margin=0.05)
    assert after.p_value == pytest.approx(before.p_value)
    assert after.statistic == pytest.approx(before.statistic)


@given(PAIRS)
def test_a_wider_margin_or_more_options_raise_less(pairs: list[tuple[int, int]]) -> None:
    honest, suspect = np.array(pairs).T
    plain = answer_position(honest, suspect, options=4, margin=0.05).p_value
    assert answer_position(honest, suspect, options=4, margin=0.1).p_value >= plain
    assert answer_position(honest, suspect, options=5, margin=0.05).p_value >= plain


def test_one_letter_throughout_is_found_and_the_same_answers_are_not() -> None:
    honest = np.arange(100) % 4
    assert answer_position(honest, np.zeros(100, dtype=np.int64), options=4, margin=0.05).p_value < 1e-6
    assert answer_position(honest, honest, options=4, margin=0.05).p_value == 1
    assert answer_position(honest[:0], honest[:0], options=4, margin=0.05).p_value == 1


@pytest.mark.slow
@pytest.mark.parametrize("items", [50, 2000])
def test_alarms_falsely_no_more_often_than_its_level(items: int) -> None:
    """At the border: one position's share rises by exactly the margin; arms share what they know."""
    generator, found = np.random.default_rng(11), []
    for _ in range(2000):
        keys = generator.integers(0, 5, items)
        known = generator.random(items) < 0.4
        honest = np.where(known, keys, generator.integers(0, 5, items))
        tried = np.where(known, keys, generator.integers(0, 5, items))
        suspect = np.where(generator.random(items) < 0.05 / 0.8, 0, tried)
        found.append(answer_position(honest, suspect, options=5, margin=0.05).p_value)
    for level in (0.01, 0.05, 0.2):
        assert (np.array(found) <= level).mean() <= level + 3 * (level * (1 - level) / 2000) ** 0.5


def test_bad_input_is_refused_by_name() -> None:
    good = np.array([0, 1])
    for wrong in (
        lambda: answer_position(good, np.array([0]), options=2, margin=0.05),
        lambda: answer_position(good, good, options=1, margin=0.05),
        lambda: answer_position(good, good, options=0, margin=0.05),
        lambda: answer_position(good, good, options=2, margin=1.0),
    ):
        with pytest.raises(InputError):
            wrong()
