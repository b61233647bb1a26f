"""The published penalised fit: coefficients to horizons, the same optimum as other optimisers, the same weights."""

from __future__ import annotations

from math import inf, log, log2, sqrt

import numpy as np
import pytest
from scipy.optimize import root

from growth_world import JUNE_2025
from scalegate.estimate.bootstrap import PUBLISHED_PENALTY, ModelFit, fit_models
from scalegate.estimate.bound import FloatArray, IntArray
from scalegate.estimate.logistic import End, Fits, fit_logistic
from scalegate.estimate.resampling import Weighting

SEED = bytes(32)
Outcomes = tuple[FloatArray, IntArray, IntArray, IntArray]


def outcomes(seed: int, models: int = 3, tasks: int = 60, families: int = 9) -> Outcomes:
    generator = np.random.default_rng(seed)
    family, minutes = generator.integers(0, families, tasks), 2 ** generator.uniform(-2, 9, tasks)
    attempts = generator.integers(0, 7, (models, tasks))
    horizon = generator.uniform(1, 6, models)[:, None]
    chance = 1 / (1 + np.exp(-0.7 * (horizon - np.log2(minutes) + generator.normal(size=families)[family])))
    return minutes, family, generator.binomial(attempts, chance), attempts


def rows(
    minutes: FloatArray, family: IntArray, successes: IntArray, attempts: IntArray, *, by_family: bool
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """One row per attempt of one model, weighted attempt by attempt as published: length, outcome, weight."""
    lengths, won, weights = [], [], []
    for task in np.flatnonzero(attempts):
        in_family = sum(1 for other in np.flatnonzero(attempts) if family[other] == family[task])
        for i in range(attempts[task]):
            lengths.append(log2(minutes[task]))
            won.append(float(i < successes[task]))
            weights.append(1 / (attempts[task] * (sqrt(in_family) if by_family else 1)))
    total = sum(weights)
    return np.array(lengths), np.array(won), np.array(weights) / total


@pytest.mark.parametrize("name", JUNE_2025)
def test_published_coefficients_give_published_horizons(name: str) -> None:
    _, slope, intercept, p50, p80 = JUNE_2025[name]
    one = np.array([0.0])
    curve = Fits(
        end=np.array([int(End.CONVERGED)]), intercept=one + intercept, slope=one + slope, gap_from=one, gap_to=one
    )
    for success, published in ((0.5, p50), (0.8, p80)):
        (found,), _ = curve.lengths(log(success / (1 - success)))
        assert 2**found == pytest.approx(published, rel=1e-4)


@pytest.mark.parametrize("weighting", Weighting)
@pytest.mark.parametrize("penalty", [0.0, PUBLISHED_PENALTY])
def test_the_optimum_is_where_a_general_solver_finds_no_slope(weighting: Weighting, penalty: float) -> None:
    for seed in range(6):
        minutes, family, successes, attempts = outcomes(seed)
        fits = fit_models(
            minutes, family, successes, attempts, seed=SEED, draws=0, weighting=weighting, penalty=penalty
        )
        for model, fit in enumerate(fits.models):
            x, won, weights = rows(
                minutes, family, successes[model], attempts[model], by_family=weighting is not Weighting.EQUAL
            )

            def slopes(b: FloatArray, x: FloatArray = x, won: FloatArray = won, w: FloatArray = weights) -> FloatArray:
                rest = w * (1 / (1 + np.exp(-(b[0] + b[1] * x))) - won)
                return np.array([rest.sum(), rest @ x + penalty * b[1]])

            other = root(slopes, [1.0, -0.5], method="hybr", tol=1e-14).x
            assert fit.label == "converged"
            assert fit.intercept == pytest.approx(other[0], rel=1e-8, abs=1e-8)
            assert fit.slope == pytest.approx(-other[1], rel=1e-8)
            for horizon in fit.horizons:
                odds = log(horizon.success / (1 - horizon.success))
                assert horizon.minutes == pytest.approx(2 ** ((odds - other[0]) / other[1]), rel=1e-7)


def test_the_penalised_optimum_is_that_of_scikit_learn() -> None:
    linear = pytest.importorskip("sklearn.linear_model", reason="scikit-learn is not installed")
    for seed in range(4):
        minutes, family, successes, attempts = outcomes(seed)
        fits = fit_models(
            minutes, family, successes, attempts,
            seed=SEED, draws=0, weighting=Weighting.INVERSE_ROOT, penalty=PUBLISHED_PENALTY,
        )  # fmt: skip
        for model, fit in enumerate(fits.models):
            x, won, weights = rows(minutes, family, successes[model], attempts[model], by_family=True)
            other = linear.LogisticRegression(C=1 / PUBLISHED_PENALTY, tol=1e-12, max_iter=10_000)
            other.fit(x[:, None], won, sample_weight=weights)
            assert fit.slope == pytest.approx(-other.coef_[0][0], rel=1e-6)
            assert fit.intercept == pytest.approx(other.intercept_[0], rel=1e-6, abs=1e-6)


def test_the_penalty_flattens_the_curve_and_lowers_p80() -> None:
    minutes, family, successes, attempts = outcomes(2)
    free, published = (
        fit_models(minutes, family, successes, attempts, seed=SEED, draws=0, penalty=penalty).models
        for penalty in (0.0, PUBLISHED_PENALTY)
    )
    for plain, penalised in zip(free, published, strict=True):
        assert plain.slope is not None
        assert penalised.slope is not None
        assert penalised.slope < plain.slope
        assert p80(penalised) < p80(plain)


def p80(fit: ModelFit) -> float:
    minutes = fit.horizons[1].minutes
    assert minutes is not None
    return minutes


def test_a_penalised_fit_exists_wherever_both_outcomes_do() -> None:
    lengths = np.array([0.0, 1, 3, 5])
    won = np.array([[1.0, 1, 0, 0], [1, 1, 1, 1], [0, 0, 0, 0], [0, 0, 1, 1]])
    fits = fit_logistic(lengths, won / 4, (1 - won) / 4, penalty=0.1)
    assert fits.end.tolist() == [End.CONVERGED, End.SEPARATED, End.SEPARATED, End.NO_SLOPE]
    lower, upper = fits.lengths(0.0)
    assert lower.tolist()[1:] == [inf, -inf, -inf]
    assert upper.tolist()[1:] == [inf, -inf, inf]
    one_length = fit_logistic(np.array([2.0, 2.0]), np.array([[1.0, 0]]), np.array([[0, 1.0]]), penalty=0.1)
    assert one_length.end[0] == End.NO_SLOPE


def test_weights_of_a_draw_are_not_brought_back_to_one() -> None:
    """A draw that holds twice the weight is penalised half as much, as published."""
    lengths, won, lost = np.array([0.0, 2, 4]), np.array([[0.3, 0.2, 0.05]]), np.array([[0.05, 0.1, 0.3]])
    single = fit_logistic(lengths, won, lost, penalty=0.1)
    double = fit_logistic(lengths, won * 2, lost * 2, penalty=0.2)
    heavier = fit_logistic(lengths, won * 2, lost * 2, penalty=0.1)
    assert double.slope[0] == pytest.approx(single.slope[0], rel=1e-9)
    assert heavier.slope[0] < single.slope[0]
