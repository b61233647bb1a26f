"""The displayed fit: published values, an independent optimiser, ends labelled, chance from the seed alone."""

from __future__ import annotations

import csv
import json
import time
from math import inf, log

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from scipy.optimize import minimize

from scalegate.estimate.bootstrap import FreeHorizon, fit_free
from scalegate.estimate.bound import FloatArray, IntArray
from scalegate.estimate.interval import covering_rank
from scalegate.estimate.logistic import End, Fits, fit_logistic
from shared import shared

SEED = bytes(range(32))
NEEDS_TOOLS = {"cybench", "nyuctf", "intercode_ctf"}
Model = tuple[FloatArray, IntArray, IntArray]


@pytest.fixture(scope="module")
def models() -> dict[str, Model]:
    """Minutes, family, outcome per model; zeros that were never run are left out."""
    with shared("data/cyber_horizons/runs.csv").open() as file:
        rows = [row for row in csv.DictReader(file) if row["best_available_minutes"]]
    rows = [r for r in rows if not (r["alias"] in ("GPT-2", "GPT-3") and r["task_family"] in NEEDS_TOOLS)]
    families = sorted({row["task_family"] for row in rows})
    found = {}
    for model in {row["alias"] for row in rows}:
        mine = [row for row in rows if row["alias"] == model]
        found[model] = (
            np.array([float(row["best_available_minutes"]) for row in mine]),
            np.array([families.index(row["task_family"]) for row in mine]),
            np.array([int(row["score_binarized"]) for row in mine]),
        )
    return found


def fit(minutes: object, won: object, tries: object = None, family: object = None, draws: int = 100) -> FreeHorizon:
    lengths = np.array(minutes, dtype=np.float64)
    attempts = np.ones(lengths.size, dtype=np.int64) if tries is None else np.array(tries)
    families = np.zeros(lengths.size, dtype=np.int64) if family is None else np.array(family)
    return fit_free(lengths, families, np.array(won), attempts, seed=SEED, draws=draws)


def test_published_coefficients_give_the_published_horizons() -> None:
    rows = json.loads(shared("reference/oracles.json").read_text())["metr_coef_to_p50_p80"]
    rows += [  # more rows of the same publication
        {"coef": -0.49278, "intercept": -2.292107, "p50": 0.0398, "p80": 0.00566},
        {"coef": -0.541915, "intercept": 1.678409, "p50": 8.557, "p80": 1.453},
        {"coef": -0.385584, "intercept": 2.548212, "p50": 97.59, "p80": 8.075},
    ]
    for row in rows:
        curve = Fits(
            end=np.array([End.CONVERGED]),
            intercept=np.array([row["intercept"]]),
            slope=np.array([row["coef"]]),
            gap_from=np.array([-inf]),
            gap_to=np.array([inf]),
        )
        for success, published in ((0.5, row["p50"]), (0.8, row["p80"])):
            lower, upper = curve.lengths(log(success / (1 - success)))
            assert lower == upper
            assert 2 ** lower[0] == pytest.approx(published, rel=1e-4 if published > 10 else 1e-3)


def test_real_fits_agree_with_an_independent_optimiser(models: dict[str, Model]) -> None:
    for minutes, family, won in models.values():
        found = fit(minutes, won, family=family, draws=10)
        x = np.log2(minutes)

        def loss(b: FloatArray, x: FloatArray = x, won: IntArray = won) -> float:
            odds = b[0] + b[1] * (x - x.mean())
            return float(np.sum(np.logaddexp(0, odds) - won * odds))

        def gradient(b: FloatArray, x: FloatArray = x, won: IntArray = won) -> FloatArray:
            rest = 1 / (1 + np.exp(-(b[0] + b[1] * (x - x.mean())))) - won
            return np.array([rest.sum(), rest @ (x - x.mean())])

        other = minimize(loss, [0.0, -0.5], jac=gradient, method="BFGS", options={"gtol": 1e-9}).x
        expected = 2 ** (x.mean() - other[0] / other[1])
        assert found.label == "converged"
        assert found.p50 == pytest.approx(expected, rel=1e-8)
        assert found.slope == pytest.approx(-other[1], rel=1e-8)


def test_the_model_that_undamped_newton_puts_at_one_minute_is_at_190(models: dict[str, Model]) -> None:
    minutes, family, won = models["GPT-5.3 Codex"]
    found = fit(minutes, won, family=family, draws=1000)
    assert found.p50 == pytest.approx(190.4, abs=0.1)
    assert found.p50_lower > 50
    assert found.unconverged_draws <= 10


@settings(max_examples=150)
@given(
    cells=st.lists(st.tuples(st.floats(-3, 12), st.integers(0, 1)), min_size=1, max_size=12),
    weights=st.lists(st.integers(1, 50), min_size=12, max_size=12),
)
def test_B5_every_fit_ends_converged_or_labelled(cells: list[tuple[float, int]], weights: list[int]) -> None:
    """Converged means: the gradient vanishes where it is looked at again, by other code."""
    cells = sorted((round(length, 2), won) for length, won in cells)
    lengths = np.array(sorted({length for length, _ in cells}))
    won, lost = np.zeros((1, lengths.size)), np.zeros((1, lengths.size))
    for (length, outcome), weight in zip(cells, weights, strict=False):
        (won if outcome else lost)[0, np.searchsorted(lengths, length)] += weight
    fits = fit_logistic(lengths, won, lost)
    end = End(int(fits.end[0]))
    one, other = lengths[won[0] > 0], lengths[lost[0] > 0]
    apart = not one.size or not other.size or one.max() <= other.min() or other.max() <= one.min()
    assert end is not End.NOT_CONVERGED
    if apart:
        assert end in (End.SEPARATED, End.NO_SLOPE)
    else:
        assert end in (End.CONVERGED, End.NO_SLOPE)
        rest = won[0] - (won + lost)[0] / (1 + np.exp(-(fits.intercept[0] + fits.slope[0] * lengths)))
        assert np.abs([rest.sum(), rest @ lengths]).max() < 1e-6 * (won + lost).sum()
    assert (end is End.CONVERGED) <= (fits.slope[0] < 0)


def test_damping_reaches_the_maximum_where_plain_newton_runs_away() -> None:
    lengths, won, lost = np.array([1.4, 7.5, 8.2]), np.array([[1000.0, 10, 0.1]]), np.array([[0.01, 10, 1000]])
    fits = fit_logistic(lengths, won, lost)
    assert fits.end[0] == End.CONVERGED
    rest = won[0] - (won + lost)[0] / (1 + np.exp(-(fits.intercept[0] + fits.slope[0] * lengths)))
    assert np.abs([rest.sum(), rest @ lengths]).max() < 1e-6


def test_separated_no_slope_and_one_sided_data_are_labelled() -> None:
    cliff = fit([1, 2, 8, 32], [1, 1, 0, 0], draws=300)
    assert (cliff.label, cliff.p50, cliff.p80, cliff.slope) == ("separated", 4.0, 4.0, None)
    wrong = fit([1, 2, 8, 32], [0, 0, 1, 1])
    assert (wrong.label, wrong.p50, wrong.p50_lower, wrong.p50_upper) == ("no slope", None, 0, inf)
    rising = fit([1, 2, 8, 32, 33], [0, 1, 0, 1, 1])
    assert (rising.label, rising.p80_upper) == ("no slope", inf)
    assert fit([5, 5, 5], [1, 0, 1]).label == "no slope"
    whole = fit([1, 2, 8], [1, 1, 1], draws=300)
    assert (whole.label, whole.p50, whole.p50_lower, whole.p50_upper) == ("separated", inf, inf, inf)
    nothing = fit([1, 2, 8], [0, 0, 0], draws=300)
    assert (nothing.label, nothing.p50, nothing.p50_upper) == ("separated", 0, 0)
    assert fit([float("nan")], [1]).label == "no data"
    assert fit([3.0], [0], tries=[0]).label == "no data"


def test_draws_with_one_outcome_only_are_kept_in_the_interval() -> None:
    """Near saturation the draws without a failure are those with an infinite horizon; dropping them understates."""
    found = fit([1, 2, 4, 8, 16, 32, 64, 128], [1, 1, 1, 1, 1, 0, 1, 1], draws=1000)
    assert found.p50_upper == inf


def test_shares_of_attempts_are_two_weights() -> None:
    """Four attempts fit like four tasks of weight one quarter; a task weighs the same whatever its attempts."""
    minutes, won, tries = [1, 3, 9, 27, 81], [4, 3, 2, 2, 0], [4, 4, 4, 4, 4]
    expanded = [(m, int(i < k)) for m, k, n in zip(minutes, won, tries, strict=True) for i in range(n)]
    whole = fit([m for m, _ in expanded], [y for _, y in expanded])
    assert fit(minutes, won, tries).p50 == pytest.approx(whole.p50, rel=1e-9)
    assert fit(minutes, [8, 3, 2, 2, 0], [8, 4, 4, 4, 4]).p50 == pytest.approx(whole.p50, rel=1e-9)


@settings(max_examples=25)
@given(data=st.data())
def test_law_4_order_and_names_change_no_bit(data: st.DataObject) -> None:
    generator = np.random.default_rng(5)
    minutes, family = 2 ** generator.uniform(0, 9, 30), generator.integers(0, 4, 30)
    tries = generator.integers(1, 4, 30)
    won = generator.binomial(tries, 0.5)
    order, names = np.array(data.draw(st.permutations(range(30)))), np.array(data.draw(st.permutations(range(4))))
    assert fit(minutes[order], won[order], tries[order], names[family][order]) == fit(minutes, won, tries, family)


def test_the_seed_is_the_only_source_of_chance() -> None:
    generator = np.random.default_rng(6)
    minutes, family = 2 ** generator.uniform(0, 9, 60), np.repeat(np.arange(6), 10)
    won = (generator.random(60) < 1 / (1 + minutes / 30)).astype(np.int64)
    ones = np.ones(60, dtype=np.int64)
    first, again, other = (
        fit_free(minutes, family, won, ones, seed=seed, draws=300) for seed in (SEED, SEED, bytes(32))
    )
    assert first == again
    assert (first.p50, first.slope) == (other.p50, other.slope)
    assert first.p50_upper != other.p50_upper


def test_the_end_of_an_interval_covers_the_quantiles_own_error() -> None:
    rank = covering_rank(1000, 0.975)
    assert rank is not None
    assert stats.binom.cdf(rank - 1, 1000, 0.975) >= 0.99 > stats.binom.cdf(rank - 2, 1000, 0.975)
    assert covering_rank(100, 0.975) is None  # so few draws give no end: the interval is then 0 to infinity
    assert fit([1, 2, 4, 8], [1, 0, 1, 0], draws=100).p50_upper == inf


def test_the_bootstrap_varies_families_then_tasks_then_attempts() -> None:
    """One family of one task: nothing to redraw but attempts; many equal families: spread shrinks."""
    base_minutes, base_won = [1, 4, 16, 64, 256, 1024], [1, 1, 0, 1, 0, 0]
    one = fit(base_minutes * 8, base_won * 8, family=[0] * 48, draws=400)
    few = fit(base_minutes * 8, base_won * 8, family=([0] * 3 + [1] * 3) * 8, draws=400)
    assert few.p50_upper > one.p50_upper
    assert (one.families, few.families, one.units) == (1, 2, 48)


def test_a_thousand_draws_take_well_under_a_second(models: dict[str, Model]) -> None:
    minutes, family, won = models["Opus 4.6"]
    started = time.process_time()
    found = fit(minutes, won, family=family, draws=1000)
    assert time.process_time() - started < 1.0
    assert found.draws == 1000
