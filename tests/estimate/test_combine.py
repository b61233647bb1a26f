"""Several scaffolds or limits together: what needs no correction, what does, and the reasons as plain sentences."""

from __future__ import annotations

import numpy as np
import pytest

from scalegate.errors import InputError
from scalegate.estimate import combine
from scalegate.estimate.binomial import bound_binomial
from scalegate.estimate.combine import all_below, alpha_of_each, highest


@pytest.mark.parametrize("rates", [(0.2, 0.2, 0.2, 0.2), (0.05, 0.1, 0.3, 0.3)])
def test_the_highest_upper_bound_needs_no_correction(rates: tuple[float, ...]) -> None:
    generator, wrong = np.random.default_rng(1), 0
    for _ in range(1000):
        found = [bound_binomial(int(k), int(k), 60, 0.05, 0.05) for k in generator.binomial(60, rates)]
        wrong += highest(found).upper < max(rates)
    assert wrong / 1000 <= 0.05 + 3 * (0.05 * 0.95 / 1000) ** 0.5


def test_the_highest_lower_bound_needs_a_shared_alpha() -> None:
    generator, wrong = np.random.default_rng(2), {alpha_of_each(0.05, 4): 0, 0.05: 0}
    for _ in range(1000):
        won = generator.binomial(200, 0.3, 4)
        for alpha in wrong:
            wrong[alpha] += highest([bound_binomial(int(k), int(k), 200, alpha, 0.05) for k in won]).lower > 0.3
    assert wrong[0.05 / 4] / 1000 <= 0.05 + 3 * (0.05 * 0.95 / 1000) ** 0.5
    assert wrong[0.05] / 1000 > 0.08  # without sharing


def test_all_below_is_wrong_at_most_alpha() -> None:
    """Two limits, one of them truly reached, the evaluations sharing their tasks' difficulty."""
    generator, wrong = np.random.default_rng(3), 0
    for _ in range(1000):
        draws = generator.random(80)
        uppers = [
            bound_binomial(k, k, 80, 0.05, 0.05).upper for k in map(int, ((draws < 0.2).sum(), (draws < 0.1).sum()))
        ]
        wrong += all_below(uppers, [0.2, 0.5]).all_below
    assert wrong / 1000 <= 0.05 + 3 * (0.05 * 0.95 / 1000) ** 0.5


def test_a_missing_bound_is_not_below() -> None:
    assert all_below([0.1, float("nan"), float("inf"), 0.5], [0.5] * 4).at_or_above == (1, 2, 3)
    assert all_below([0.1, 0.2], [0.5, 0.5]).all_below


def test_each_reason_is_one_plain_sentence() -> None:
    for reason in (combine.HIGHEST_UPPER, combine.SHARED_ALPHA, combine.INTERSECTION_UNION):
        assert reason.endswith(".")
        assert reason.count(".") == 1
    assert highest([bound_binomial(1, 1, 9, 0.05, 0.05)]).reasons == ()
    assert all_below([0.1], [0.2]).reason


def test_bad_input_is_refused_by_name() -> None:
    for wrong in (
        lambda: highest([]),
        lambda: all_below([], []),
        lambda: all_below([0.1], [0.1, 0.2]),
        lambda: alpha_of_each(0.05, 0),
        lambda: alpha_of_each(1.0, 2),
    ):
        with pytest.raises(InputError):
            wrong()
