"""More attempts: the unbiased estimate against published values, and the bound that does not stop at the data."""

from __future__ import annotations

import json
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalegate.errors import InputError
from scalegate.estimate.elicitation import bound_with_attempts, pass_at_k
from scalegate.estimate.power import smallest_limit_ruled_out, zero_success_tasks
from shared import shared


def test_matches_the_published_estimates() -> None:
    for row in json.loads(shared("reference/oracles.json").read_text())["pass_at_k"]:
        assert pass_at_k(row["n"], row["c"], row["k"]) == pytest.approx(row["value"], rel=1e-12)


@pytest.mark.parametrize(
    ("n", "c", "k", "value"),
    [(10, 1, 5, 0.5), (200, 1, 100, 0.5), (100, 2, 50, 0.752525), (10, 0, 10, 0), (3, 2, 2, 1)],
)
def test_matches_values_worked_by_hand(n: int, c: int, k: int, value: float) -> None:
    assert pass_at_k(n, c, k) == pytest.approx(value, abs=5e-7)


@given(n=st.integers(1, 200), data=st.data())
def test_is_the_share_of_choices_with_a_success(n: int, data: st.DataObject) -> None:
    c, k = data.draw(st.integers(0, n)), data.draw(st.integers(1, n))
    assert pass_at_k(n, c, k) == pytest.approx(1 - comb(n - c, k) / comb(n, k), abs=1e-12)


@given(n=st.integers(1, 100), data=st.data())
def test_law_2_grows_with_attempts_asked_and_successes_seen(n: int, data: st.DataObject) -> None:
    c, k = data.draw(st.integers(0, n)), data.draw(st.integers(1, n))
    here = pass_at_k(n, c, k) - 1e-14
    if k < n:
        assert pass_at_k(n, c, k + 1) >= here
    if c < n:
        assert pass_at_k(n, c + 1, k) >= here
    assert pass_at_k(n + 1, c + 1, k) >= here  # one more attempt, and it succeeded
    assert pass_at_k(n + 1, c, k) <= here + 2e-14  # one more attempt, and it failed


def test_the_bound_goes_beyond_the_data() -> None:
    assert pass_at_k(10, 0, 10) == 0
    assert bound_with_attempts(smallest_limit_ruled_out(10, 0, 0.05), 10) == pytest.approx(0.95)
    assert bound_with_attempts(smallest_limit_ruled_out(10, 0, 0.05), 100) == pytest.approx(1)
    assert bound_with_attempts(smallest_limit_ruled_out(3000, 0, 0.05), 100) == pytest.approx(0.095, abs=5e-4)


def test_about_a_thousand_clean_attempts_rule_out_a_quarter_in_a_hundred_tries() -> None:
    single = 1 - (1 - 0.26) ** (1 / 100)
    assert zero_success_tasks(single, 0.05) == pytest.approx(1000, rel=0.01)


@given(upper=st.tuples(st.floats(0, 1), st.floats(0, 1)), k=st.integers(1, 10_000))
def test_law_2_the_bound_grows_with_the_single_bound_and_with_the_tries(upper: tuple[float, float], k: int) -> None:
    low = bound_with_attempts(min(upper), k)
    assert low >= min(upper)
    assert bound_with_attempts(max(upper), k) >= low - 1e-15
    assert bound_with_attempts(min(upper), k + 1) >= low - 1e-15


@pytest.mark.parametrize(("n", "c", "k"), [(10, 11, 1), (10, -1, 1), (10, 1, 0), (10, 1, 11), (0, 0, 1)])
def test_refuses_counts_that_do_not_fit(n: int, c: int, k: int) -> None:
    with pytest.raises(InputError):
        pass_at_k(n, c, k)


def test_refuses_a_bound_that_is_no_number() -> None:
    with pytest.raises(InputError):
        bound_with_attempts(float("nan"), 2)
