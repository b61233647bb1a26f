"""Bounds under optional stopping: published e-values and prices, laws 2 and 4, and the error of peeking."""

from __future__ import annotations

import json
from itertools import pairwise, product
from math import exp, inf, log

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from scalegate.errors import InputError
from scalegate.estimate.betting import Wealth, shares, upper_mean
from scalegate.estimate.binomial import bound_binomial
from scalegate.estimate.bound import FloatArray
from scalegate.estimate.power import zero_success_tasks
from scalegate.estimate.sequential import (
    average_runs,
    bound_anytime_mean,
    bound_anytime_rate,
    combine_runs,
    log_e_truncated,
    log_e_value,
    upper_anytime,
    zero_success_trials,
)
from shared import shared

LIMITS = (0.5, 0.2, 0.1, 0.05, 0.01)


def test_matches_the_published_e_values() -> None:
    rows = json.loads(shared("reference/oracles.json").read_text())["one_sided_e_value_H0_p_ge_p0_truncBeta11"]
    for row in rows:
        assert exp(log_e_truncated(row["s"], row["t"], row["p0"])) == pytest.approx(row["e"], rel=1e-9)


@pytest.mark.parametrize(
    ("successes", "trials", "limit", "value"),
    [
        (0, 29, 0.1, 6.7769),
        (0, 43, 0.1, 20.8875),
        (1, 60, 0.1, 13.5118),
        (2, 100, 0.1, 60.8881),
        (10, 100, 0.1, 0.3229),
    ],
)
def test_matches_the_printed_e_values(successes: int, trials: int, limit: float, value: float) -> None:
    assert exp(log_e_truncated(successes, trials, limit)) == pytest.approx(value, abs=6e-5)


def price(limit: float, prior: tuple[float, float]) -> int:
    return next(n for n in range(1000) if log_e_truncated(0, n, limit, prior) >= log(20))


def test_the_price_of_peeking() -> None:
    """Trials without a success that rule a limit out: the published prices, and the mixture used at a gate."""
    assert [zero_success_tasks(limit, 0.05) for limit in LIMITS] == [5, 14, 29, 59, 299]
    assert [price(limit, (1, 1)) for limit in LIMITS] == [7, 20, 43, 88, 449]
    assert [price(limit, (0.5, 20)) for limit in LIMITS] == [5, 15, 33, 70, 373]
    assert [zero_success_trials(limit, 0.05) for limit in LIMITS] == [6, 17, 36, 73, 373]


@given(trials=st.integers(1, 300), data=st.data(), limit=st.floats(0.005, 0.99))
def test_the_stake_is_the_average_likelihood_ratio(trials: int, data: st.DataObject, limit: float) -> None:
    won = data.draw(st.integers(0, trials))
    shares = (np.arange(40_000) + 0.5) / 40_000
    ratio = won * np.log(shares) + (trials - won) * np.log((1 - shares * limit) / (1 - limit))
    few = won * log(0.1) + (trials - won) * log((1 - 0.1 * limit) / (1 - limit))
    top = max(float(ratio.max()), few)
    expected = top + log((float(np.exp(ratio - top).mean()) + exp(few - top)) / 2)
    assert log_e_value(won, trials, limit) == pytest.approx(expected, abs=2e-2)


@pytest.mark.parametrize("limit", [0.05, 0.3, 0.7])
def test_the_stake_is_fair_at_the_limit_and_shrinks_above_it(limit: float) -> None:
    """Its expectation after `n` trials is 1 at the limit, and at most 1 for every higher rate."""
    for trials in (1, 7, 40):
        stakes = np.exp([log_e_value(won, trials, limit) for won in range(trials + 1)])
        for rate in (limit, (1 + limit) / 2, 0.99):
            mean = float(stats.binom.pmf(range(trials + 1), trials, rate) @ stakes)
            assert mean == pytest.approx(1, abs=1e-9) if rate == limit else mean < 1


@settings(max_examples=60)
@given(trials=st.integers(1, 200), data=st.data(), alpha=st.sampled_from([0.01, 0.05, 0.2]))
def test_law_2_one_more_success_lowers_neither_bound(trials: int, data: st.DataObject, alpha: float) -> None:
    upper = data.draw(st.integers(0, trials))
    lower = data.draw(st.integers(0, upper))
    before = bound_anytime_rate(lower, upper, trials, alpha, alpha)
    assert 0 <= before.lower < before.upper <= 1
    assert before.upper > upper / trials or upper == trials
    assert (before.upper == 1) == (upper == trials)
    assert (before.lower == 0) == (lower == 0)
    if upper < trials:
        after = bound_anytime_rate(lower + 1, upper + 1, trials, alpha, alpha)
        assert after.upper > before.upper
        assert after.lower > before.lower
    if lower < upper:
        assert bound_anytime_rate(lower + 1, upper, trials, alpha, alpha).lower > before.lower
    assert bound_anytime_rate(lower, upper, trials, alpha / 2, alpha / 2).upper >= before.upper


@given(trials=st.integers(1, 100), data=st.data())
def test_the_limits_left_form_an_interval(trials: int, data: st.DataObject) -> None:
    won = data.draw(st.integers(0, trials))
    stakes = [log_e_value(won, trials, limit) for limit in np.linspace(0.01, 0.99, 40)]
    assert all(later >= earlier - 1e-9 for earlier, later in pairwise(stakes))


def test_freedom_to_look_costs_width_and_says_so() -> None:
    for won, trials in [(0, 30), (5, 100), (50, 100)]:
        free, sealed = bound_anytime_rate(won, won, trials, 0.05, 0.05), bound_binomial(won, won, trials, 0.05, 0.05)
        assert sealed.upper < free.upper < 1.5 * sealed.upper
        assert free.notes[0].startswith("anytime-valid")
    assert bound_anytime_rate(0, 0, 0, 0.05, 0.05).upper == 1


# --------------------------------------------------------------------------------------- peeking at every trial


def peeking(limit: float, campaigns: int, looks: int, seed: int) -> tuple[float, float]:
    """Share of campaigns, the rate being at the limit, that some look wrongly rules it out; anytime and sealed."""
    won = np.random.default_rng(seed).random((campaigns, looks)) < limit
    counts = won.cumsum(axis=1)
    free, sealed = np.full(looks, -1), np.full(looks, -1)  # most successes that rule the limit out at each look
    for look in range(looks):
        start = max(free[look - 1], 0) if look else 0
        while log_e_value(int(start), look + 1, limit) >= log(20):
            start += 1
        free[look] = start - 1
        sealed[look] = stats.binom.ppf(0.05, look + 1, limit) - 1
    return float((counts <= free).any(axis=1).mean()), float((counts <= sealed).any(axis=1).mean())


@pytest.mark.parametrize("limit", [0.1, 0.2, 0.5])
def test_peeking_at_every_trial_is_wrong_at_most_alpha(limit: float) -> None:
    free, sealed = peeking(limit, 4000, 500, 3)
    assert free <= 0.05 + 3 * (0.05 * 0.95 / 4000) ** 0.5
    assert sealed > 0.15  # what the fixed-n bound does when peeked at


@pytest.mark.parametrize("icc", [0.1, 0.5])
def test_peeking_at_task_means_is_wrong_at_most_alpha(icc: float) -> None:
    """Task means of eight attempts, a look after every task; the bets fixed for the number of tasks planned."""
    campaigns, planned, mean = 1000, 60, 0.2
    generator, size = np.random.default_rng(4), 1 / icc - 1
    scores = generator.binomial(8, generator.beta(mean * size, (1 - mean) * size, (campaigns, planned))) / 8
    wrong = [any(stake(row[:n], mean, planned) >= 20 for n in range(1, planned + 1)) for row in scores]
    assert np.mean(wrong) <= 0.05 + 3 * (0.05 * 0.95 / campaigns) ** 0.5


def test_the_bets_are_those_of_the_plan_however_many_tasks_are_in() -> None:
    """Bets that followed the number of tasks so far would depend on when one looks."""
    values = np.random.default_rng(5).binomial(8, 0.2, 40) / 8
    for planned in (10, 40, 400):
        end = upper_mean(values, 0.05, planned)
        assert stake(values, end, planned) >= 20 - 1e-6
        assert stake(values, end - 1e-6, planned) < 20


def stake(values: FloatArray, mean: float, planned: int) -> float:
    counts = np.ones(values.size, dtype=np.float64)
    return exp(Wealth(shares=shares(planned)[:, None], failures=1 - values, counts=counts).against(mean))


def test_the_stake_on_task_means_is_a_fair_game_at_every_step() -> None:
    """Whatever came before, one more value with mean `m` leaves the expected stake where it was."""

    def after(*values: float) -> float:
        return stake(np.array(values), 0.3, 9)

    for past in ([0.5], [0.0, 1.0], [0.25, 0.125, 0.9]):
        assert 0.7 * after(*past, 0.0) + 0.3 * after(*past, 1.0) == pytest.approx(after(*past))
        assert 0.5 * after(*past, 0.1) + 0.5 * after(*past, 0.5) == pytest.approx(after(*past))


@given(scores=st.lists(st.sampled_from([0.0, 0.25, 0.5, 1.0]), min_size=1, max_size=20), data=st.data())
def test_scores_raise_the_bound_and_their_order_does_not(scores: list[float], data: st.DataObject) -> None:
    def bounds(values: list[float]) -> tuple[float, float]:
        array = np.array(values)
        found = bound_anytime_mean(array, array, planned=20, alpha_lower=0.05, alpha_upper=0.05)
        assert found.notes[0].startswith("anytime-valid")
        return found.lower, found.upper

    assert bounds(data.draw(st.permutations(scores))) == bounds(scores)
    at = data.draw(st.integers(0, len(scores) - 1))
    higher = bounds([*scores[:at], 1.0, *scores[at + 1 :]])
    assert higher[0] >= bounds(scores)[0]
    assert higher[1] >= bounds(scores)[1]


# ------------------------------------------------------------------------------------------------- several runs


def test_independent_runs_multiply() -> None:
    """Two runs of 20 zeros each rule out what neither does alone; the product stays fair."""
    one = log_e_value(0, 20, 0.1)
    assert one < log(20) < combine_runs([one, one]) == pytest.approx(2 * one)
    assert combine_runs([]) == 0
    chances = stats.binom.pmf(range(8), 7, 0.3)
    logs = [log_e_value(won, 7, 0.3) for won in range(8)]
    outcomes = product(zip(chances, logs, strict=True), repeat=2)
    mean = sum(p * q * exp(combine_runs([a, b])) for (p, a), (q, b) in outcomes)
    assert mean == pytest.approx(1)


def test_dependent_runs_are_averaged() -> None:
    assert average_runs([log(30), log(2)]) == pytest.approx(log(16))
    assert average_runs([-inf, log(2)]) == pytest.approx(0)
    assert average_runs([-inf, -inf]) == -inf
    assert average_runs([]) == 0


def test_bad_input_is_refused_by_name() -> None:
    for wrong in (
        lambda: log_e_truncated(3, 2, 0.1),
        lambda: log_e_truncated(0, 2, 1.0),
        lambda: log_e_truncated(0, 2, 0.1, (0.0, 1.0)),
        lambda: bound_anytime_rate(-1, 0, 2, 0.05, 0.05),
        lambda: bound_anytime_rate(2, 1, 2, 0.05, 0.05),
        lambda: bound_anytime_rate(0, 0, 2, 0.05, 0.0),
        lambda: bound_anytime_mean(np.array([0.5]), np.array([0.5]), planned=0, alpha_lower=0.05, alpha_upper=0.05),
        lambda: combine_runs([float("nan")]),
    ):
        with pytest.raises(InputError):
            wrong()


def test_the_bound_is_the_first_grid_rate_refuted() -> None:
    found = upper_anytime(3, 50, 0.05)
    assert log_e_value(3, 50, found) >= log(20) > log_e_value(3, 50, found - 2**-29)
