"""Spurious failures: the adjusted count, and a bound that covers with what was read and what was not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalegate.errors import InputError
from scalegate.estimate.binomial import bound_binomial
from scalegate.estimate.elicitation import (
    adjusted_successes,
    bound_spurious_share,
    bound_with_spurious,
    split_alpha,
)


def test_half_of_the_failures_spurious_count_as_successes() -> None:
    assert adjusted_successes(50, 200, 0.51) == pytest.approx(50 + 0.51 * 150)
    assert adjusted_successes(0, 0, 0.5) == 0


def test_the_share_has_the_exact_bound() -> None:
    assert bound_spurious_share(30, 0, 0.05) == pytest.approx(0.095034, abs=5e-7)
    assert bound_spurious_share(20, 20, 0.05) == 1
    assert bound_spurious_share(0, 0, 0.05) == 1  # nobody looked: every failure may be spurious


def test_B2_an_unknown_share_gives_nothing_to_compare() -> None:
    assert bound_with_spurious(0.1, None) is None


@given(p=st.tuples(st.floats(0, 1), st.floats(0, 1)), s=st.tuples(st.floats(0, 1), st.floats(0, 1)))
def test_law_2_grows_with_the_rate_and_with_the_share(p: tuple[float, float], s: tuple[float, float]) -> None:
    low = bound_with_spurious(min(p), min(s))
    assert low is not None
    assert low >= min(p)
    assert (bound_with_spurious(max(p), min(s)) or 0.0) >= low
    assert (bound_with_spurious(min(p), max(s)) or 0.0) >= low


def test_covers_when_alpha_is_split_between_counting_and_reading() -> None:
    generator = np.random.Generator(np.random.Philox(7))
    for_counts, for_share = split_alpha(0.05)
    rate, share, tasks, read, wrong, draws = 0.2, 0.3, 80, 15, 0, 800
    for _ in range(draws):
        successes = int(generator.binomial(tasks, rate))
        spurious = int(generator.binomial(tasks - successes, share))
        found = int(generator.hypergeometric(spurious, tasks - successes - spurious, read))
        upper = bound_binomial(successes, successes, tasks, for_counts, for_counts).upper
        reached = bound_with_spurious(upper, bound_spurious_share(read, found, for_share))
        assert reached is not None
        wrong += reached < rate + share * (1 - rate)
    assert wrong / draws <= 0.05


@pytest.mark.parametrize(("successes", "attempts"), [(-1, 10), (11, 10), (1, -1)])
def test_refuses_counts_that_do_not_fit(successes: int, attempts: int) -> None:
    with pytest.raises(InputError):
        adjusted_successes(successes, attempts, 0.1)
    with pytest.raises(InputError):
        bound_spurious_share(attempts, successes, 0.05)


def test_refuses_a_level_of_one() -> None:
    with pytest.raises(InputError):
        bound_spurious_share(10, 1, 1.0)
