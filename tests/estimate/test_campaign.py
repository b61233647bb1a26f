"""Campaigns that look after every task and stop where they like: validity, laws, and the price."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalegate.errors import InputError
from scalegate.estimate.binomial import bound_binomial
from scalegate.estimate.bound import Bounds
from scalegate.estimate.campaign import bound_campaign
from scalegate.estimate.sequential import bound_anytime_rate

rows = st.lists(st.tuples(st.integers(0, 1), st.booleans()), min_size=1, max_size=40)
shares = st.lists(st.sampled_from([0.0, 0.25, 0.5, 1.0]), min_size=1, max_size=12)


def bound(lower: list[float], upper: list[float] | None = None, *, planned: int = 50, single: bool = True) -> Bounds:
    above = lower if upper is None else upper
    return bound_campaign(
        np.array(lower, dtype=float),
        np.array(above, dtype=float),
        planned=planned,
        single=single,
        alpha_lower=0.05,
        alpha_upper=0.05,
    )


def test_B4_a_campaign_without_a_success_is_bounded_as_its_counts_are() -> None:
    assert bound([0.0] * 30).upper == bound_anytime_rate(0, 0, 30, 0.05, 0.05).upper


def test_nothing_reached_bounds_nothing() -> None:
    assert (bound([]).lower, bound([]).upper, bound([]).units) == (0.0, 1.0, 0)


def test_what_was_bounded_once_stays_bounded() -> None:
    early = bound([0.0] * 30).upper
    assert bound([0.0] * 30 + [1.0] * 5).upper == early
    assert bound([1.0] * 30).lower == bound([1.0] * 30 + [0.0] * 5).lower


@given(rows=rows, cut=st.integers(0, 40))
@settings(max_examples=60, deadline=None)
def test_law_1_leaving_out_the_last_tasks_never_lowers_the_upper_bound(rows: list[tuple[int, bool]], cut: int) -> None:
    lower = [float(success and whole) for success, whole in rows]
    upper = [float(success or not whole) for success, whole in rows]
    assert bound(lower[:cut], upper[:cut]).upper >= bound(lower, upper).upper
    assert bound(lower[:cut], upper[:cut]).lower <= bound(lower, upper).lower


@given(values=shares, place=st.integers(0, 11), single=st.booleans())
@settings(max_examples=60, deadline=None)
def test_law_2_one_more_success_or_a_gap_never_lowers_the_upper_bound(
    values: list[float], place: int, single: bool
) -> None:
    if single:
        values = [float(v > 0.5) for v in values]
    here = bound(values, single=single)
    more = [1.0 if i == place else v for i, v in enumerate(values)]
    assert bound(more, single=single).upper >= here.upper
    assert bound(more, single=single).lower >= here.lower
    assert bound([0.0 if i == place else v for i, v in enumerate(values)], more, single=single).upper >= here.upper


@pytest.mark.parametrize("rate", [0.1, 0.3])
def test_B4_stopping_at_the_first_bound_below_the_truth_is_wrong_at_most_alpha(rate: float) -> None:
    wrong = 0
    for seed in range(150):
        drawn = (np.random.default_rng(seed).random(120) < rate).astype(float)
        wrong += bound(drawn.tolist(), planned=120).upper < rate
    assert wrong / 150 <= 0.05 + 3 * (0.05 * 0.95 / 150) ** 0.5


@pytest.mark.slow
@pytest.mark.parametrize("single", [True, False])
@pytest.mark.parametrize("rate", [0.05, 0.1, 0.3, 0.5])
def test_B4_stopping_early_is_wrong_at_most_alpha_in_full(rate: float, single: bool) -> None:
    runs, wrong = 1000 if single else 400, 0
    for seed in range(runs):
        chance = np.random.default_rng(seed)
        drawn = (
            (chance.random(150) < rate).astype(float)
            if single
            else chance.binomial(4, chance.beta(rate, 1 - rate, 60)) / 4
        )
        wrong += bound(drawn.tolist(), planned=drawn.size, single=single).upper < rate
    assert wrong / runs <= 0.05 + 2 * (0.05 * 0.95 / runs) ** 0.5


def test_looking_has_its_price_and_the_price_is_small() -> None:
    sealed = bound_binomial(0, 0, 60, 0.05, 0.05).upper
    assert sealed < bound([0.0] * 60, planned=60).upper < 1.35 * sealed


def test_more_tasks_than_planned_are_refused() -> None:
    with pytest.raises(InputError, match="51 tasks reached of 50 planned"):
        bound([0.0] * 51)
