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


def slope(*places: int) -> float:
    return float(fit_trend(np.array(DAYS)[list(places)], np.array(LENGTHS)[list(places)]).growth)


def test_known_lengths_give_the_least_squares_slope_of_the_steepest_window_or_set() -> None:
    found = growth(DAYS, LENGTHS, LENGTHS)
    windows = [slope(0, 1, 2, 3), slope(1, 2, 3)]
    assert found.lower == pytest.approx(max(windows))
    assert found.upper == pytest.approx(max(*windows, slope(0, 1, 3), slope(0, 2, 3)))
    assert found.upper > found.lower
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


@given(BOXES, st.integers(0, 900), st.integers(1, 400), st.integers(0, 400))
@settings(max_examples=200, deadline=None)
def test_one_more_older_model_makes_no_few_models_with_the_last_slower(
    boxes: list[tuple[int, int, int]], when: int, length: int, width: int
) -> None:
    *_, early, middle, last = sorted(boxes)
    series = sorted([early, middle, (min(when, last[0]), length, width)])
    known = growth(*columns([early, middle, last]))
    more = growth(*columns([*series, last]))
    if known.windows:
        assert more.upper >= known.upper - 1e-12
        assert more.weight >= known.weight - 1e-12


def columns(boxes: list[tuple[int, int, int]]) -> tuple[list[float], list[float], list[float]]:
    return [float(d) for d, _, _ in boxes], [float(a) for _, a, _ in boxes], [float(a + b) for _, a, b in boxes]


def test_a_weak_model_shortly_before_the_last_one_hides_no_growth() -> None:
    """Two strong years, and a model that can do next to nothing a month before the last."""
    plain = growth([0.0, 365.0, 730.0], [8.0, 16.0, 64.0], [8.0, 16.0, 64.0])
    hidden = growth([0.0, 365.0, 700.0, 730.0], [8.0, 16.0, 0.002, 64.0], [8.0, 16.0, 0.002, 64.0])
    assert hidden.upper >= plain.upper > 0


def test_of_very_many_models_the_steepest_pair_stands_in_for_every_few(monkeypatch: pytest.MonkeyPatch) -> None:
    known = growth(DAYS, LENGTHS, LENGTHS)
    monkeypatch.setattr("scalegate.estimate.growth_rate.MAX_SETS", 1)
    paired = growth(DAYS, LENGTHS, LENGTHS)
    assert paired.upper == pytest.approx(log2(4) / 200)
    assert paired.upper >= known.upper
    assert paired.weight >= known.weight
    assert paired.lower == known.lower


@pytest.mark.parametrize(
    ("low", "high", "generations"),
    [([1.0, 1.0], [1.0, 1.0], 2), ([2.0, 2.0, 2.0], [1.0, 3.0, 3.0], 3), ([-1.0, 1.0, 1.0], [1.0, 1.0, 1.0], 3)],
)
def test_columns_that_cannot_be_are_refused(low: list[float], high: list[float], generations: int) -> None:
    with pytest.raises(InputError):
        growth([float(i) for i in range(len(low))], low, high, generations)
