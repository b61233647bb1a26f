"""Forecasts of rare successes: exact where the data were made by the law, and never a reason to lower a bound."""

from __future__ import annotations

import json
from math import exp, log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalegate.errors import InputError
from scalegate.estimate.elicitation import beta_pass_at_k, fit_gumbel_tail, fit_power_law, raise_to_forecasts
from shared import shared


def test_matches_the_published_means_over_beta_tasks() -> None:
    for row in json.loads(shared("reference/oracles.json").read_text())["beta_pass_at_k"]:
        assert beta_pass_at_k(row["a"], row["b"], row["k"]) == pytest.approx(row["value"], rel=1e-12)
    assert beta_pass_at_k(0.5, 5, 10) == pytest.approx(0.432170, abs=5e-7)
    assert beta_pass_at_k(0.2, 20, 1000) == pytest.approx(0.546294, abs=5e-7)


@given(a=st.floats(0.05, 20), b=st.floats(0.05, 20), k=st.integers(0, 1000))
def test_law_2_more_tries_never_lower_the_mean_over_tasks(a: float, b: float, k: int) -> None:
    assert 0 <= beta_pass_at_k(a, b, k) <= beta_pass_at_k(a, b, k + 1) + 1e-12 <= 1 + 1e-12


@given(scale=st.floats(0.1, 20), exponent=st.floats(0.05, 2))
def test_a_power_law_is_found_again(scale: float, exponent: float) -> None:
    tries = (1, 2, 5, 10, 20)
    law = fit_power_law(tries, [exp(-scale * n**-exponent) for n in tries])
    assert law is not None
    assert (law.scale, law.exponent) == (pytest.approx(scale), pytest.approx(exponent))
    assert law.at(10_000) == pytest.approx(exp(-scale * 10_000**-exponent))


@given(mu=st.floats(-3, 1), beta=st.floats(0.05, 0.9))
def test_a_gumbel_tail_is_found_again(mu: float, beta: float) -> None:
    queries = 900
    psi = [mu + beta * log(queries / rank) for rank in range(1, queries + 1)]
    law = fit_gumbel_tail([exp(-exp(-x)) for x in psi], top=100)
    assert law is not None
    assert -log(law.at(90_000)) == pytest.approx(exp(-mu) * 90_000**-beta)


def test_nothing_to_extrapolate_gives_no_forecast() -> None:
    assert fit_power_law((1, 2), (0.5, 0.4)) is None
    assert fit_power_law((1, 2), (0.0, 0.0)) is None
    assert fit_power_law((), ()) is None
    assert fit_gumbel_tail([0.0] * 50, top=10) is None
    assert fit_gumbel_tail([0.1] * 50, top=10) is None


@given(upper=st.floats(0, 1), forecasts=st.lists(st.none() | st.floats(0, 1)))
def test_V5_a_forecast_only_raises(upper: float, forecasts: list[float | None]) -> None:
    raised = raise_to_forecasts(upper, forecasts)
    assert raised is not None
    assert raised >= upper
    assert raised == max([upper, *(f for f in forecasts if f is not None)])
    assert raise_to_forecasts(None, forecasts) is None


def test_refuses_chances_that_are_none() -> None:
    with pytest.raises(InputError):
        fit_power_law((1, 2), (0.5, 1.5))
    with pytest.raises(InputError):
        fit_power_law((1, 2), (0.5,))
    with pytest.raises(InputError):
        fit_gumbel_tail([0.1, -0.1], top=2)
    with pytest.raises(InputError):
        fit_gumbel_tail([0.1, 0.2], top=1)
    with pytest.raises(InputError):
        beta_pass_at_k(0, 1, 1)
