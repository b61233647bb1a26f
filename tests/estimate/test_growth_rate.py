"""The growth of a series whose points are only known in boxes: exact, monotone, and never narrower than it may be."""

from __future__ import annotations

from itertools import product
from math import inf, log2

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalegate.errors import InputError
from scalegate.estimate.growth_rate import Growth, boxed_growth
from scalegate.estimate.trend import fit_trend


def growth(days: list[float], low: list[float], high: list[float], generations: int = 3) -> Growth:
    return boxed_growth(np.array(days), np.array(low), np.array(high), generations=generations)


DAYS = [0.0, 200.0, 300.0, 700.0]
LENGTHS = [2.0, 8.0, 5.0, 40.0]


def test_known_lengths_give_the_least_squares_slope_of_the_steepest_window() -> None:
    found = growth(DAYS, LENGTHS, LENGTHS)
    whole = fit_trend(np.array(DAYS), np.array(LENGTHS)).growth
    last = fit_trend(np.array(DAYS[1:]), np.array(LENGTHS[1:])).growth
    assert found.upper == pytest.approx(max(whole, last))
    assert found.lower == found.upper
    assert found.windows == 2


def test_the_ends_are_those_of_the_worst_corner_of_the_boxes() -> None:
    low, high = [1.0, 3.0, 4.0, 20.0], [3.0, 9.0, 12.0, 90.0]
    corners = [fit_trend(np.array(DAYS), np.array(c)).growth for c in product(*zip(low, high, strict=True))]
    found = growth(DAYS, low, high, generations=4)
    assert found.upper == pytest.approx(max(corners))
    assert found.lower == pytest.approx(min(corners))


def test_what_is_known_of_a_model_on_the_middle_day_does_not_matter() -> None:
    found = growth([0.0, 100.0, 200.0], [1.0, 0.0, 4.0], [1.0, inf, 4.0])
    assert found.upper == found.lower == pytest.approx(log2(4) / 200)


def test_an_older_model_that_solved_nothing_leaves_growth_unbounded() -> None:
    assert growth(DAYS, [0.0, 2.0, 2.0, 9.0], [1.0, 4.0, 4.0, 20.0]).upper == inf
    assert growth(DAYS, [1.0, 2.0, 2.0, 9.0], [1.0, 4.0, 4.0, inf]).upper == inf
    assert growth(DAYS, [1.0, 2.0, 2.0, 0.0], [1.0, 4.0, 4.0, 20.0]).lower == -inf


def test_models_of_one_day_have_no_growth_and_no_window_is_cut_between_them() -> None:
    assert growth([5.0, 5.0, 5.0], [1.0] * 3, [2.0] * 3).upper == inf
    assert growth([0.0, 0.0, 5.0, 9.0], [1.0] * 4, [2.0] * 4).windows == 1


def test_the_weight_says_what_one_doubling_of_the_last_model_adds() -> None:
    known, doubled = growth(DAYS, LENGTHS, LENGTHS), growth(DAYS, LENGTHS, [*LENGTHS[:3], 80.0])
    assert doubled.upper - known.upper <= known.weight + 1e-12
    assert known.weight > 0


BOXES = st.lists(st.tuples(st.integers(0, 900), st.integers(1, 400), st.integers(0, 400)), min_size=4, max_size=7)


@given(BOXES, st.integers(0, 6), st.integers(1, 300))
@settings(max_examples=200, deadline=None)
def test_B5_a_longer_last_model_lowers_neither_end_and_a_wider_box_narrows_nothing(
    boxes: list[tuple[int, int, int]], which: int, more: int
) -> None:
    boxes = sorted(boxes)
    days = [float(d) for d, _, _ in boxes]
    low, high = [float(a) for _, a, _ in boxes], [float(a + b) for _, a, b in boxes]
    before = growth(days, low, high)
    raised = growth(days, [*low[:-1], low[-1] + more], [*high[:-1], high[-1] + more])
    assert raised.upper >= before.upper - 1e-15
    assert raised.lower >= before.lower - 1e-15
    place = which % len(boxes)
    wide = growth(
        days,
        [a if i != place else a / 2 for i, a in enumerate(low)],
        [b if i != place else b + more for i, b in enumerate(high)],
    )
    assert wide.upper >= before.upper - 1e-15
    assert wide.lower <= before.lower + 1e-15


@pytest.mark.parametrize(
    ("low", "high", "generations"),
    [([1.0, 1.0], [1.0, 1.0], 2), ([2.0, 2.0, 2.0], [1.0, 3.0, 3.0], 3), ([-1.0, 1.0, 1.0], [1.0, 1.0, 1.0], 3)],
)
def test_columns_that_cannot_be_are_refused(low: list[float], high: list[float], generations: int) -> None:
    with pytest.raises(InputError):
        growth([float(i) for i in range(len(low))], low, high, generations)
