"""Standard errors shown beside point estimates: statsmodels and inspect_ai to 1e-9, and what they do not say."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from scalegate.errors import InputError
from scalegate.estimate.bound import FloatArray, IntArray
from scalegate.estimate.rate import bound_mean, bound_rate
from scalegate.estimate.standard_error import clustered_error


def twelve() -> tuple[FloatArray, IntArray]:
    return np.array([1.0, 0, 1, 1, 0, 0, 1, 1, 1, 0, 0, 1]), np.repeat(np.arange(4), 3)


def random_scores(seed: int) -> tuple[FloatArray, IntArray]:
    generator = np.random.default_rng(seed)
    clusters = generator.integers(0, int(generator.integers(2, 15)), 60)
    clusters[:2] = [0, 1]
    scores = generator.random(60) if seed % 2 else (generator.random(60) < 0.2).astype(np.float64)
    return scores + (seed % 3) * 0.3 * generator.random(15)[clusters], clusters


def test_matches_the_published_value() -> None:
    assert clustered_error(*twelve()) == pytest.approx(0.15957118462605635, rel=1e-14)


@pytest.mark.parametrize("seed", range(12))
def test_matches_statsmodels(seed: int) -> None:
    """Its clustered covariance of the mean has a second factor, (n - 1) / (n - parameters), which is 1 for a mean."""
    models = pytest.importorskip("statsmodels.api", reason="the oracle, statsmodels, is not installed")
    for scores, clusters in (twelve(), random_scores(seed)):
        fit = models.OLS(scores, np.ones(scores.size)).fit(cov_type="cluster", cov_kwds={"groups": clusters})
        assert clustered_error(scores, clusters) == pytest.approx(float(fit.bse[0]), rel=1e-9)


def test_matches_inspect() -> None:
    scorer = pytest.importorskip("inspect_ai.scorer", reason="the oracle, inspect-ai, is not installed")
    for seed in range(4):
        scores, clusters = random_scores(seed)
        wrapped = [
            scorer.SampleScore(score=scorer.Score(value=float(score)), sample_metadata={"family": f"f{cluster}"})
            for score, cluster in zip(scores, clusters, strict=True)
        ]
        assert clustered_error(scores, clusters) == pytest.approx(scorer.stderr(cluster="family")(wrapped), rel=1e-9)


def test_clusters_of_one_give_the_ordinary_error() -> None:
    scores, _ = random_scores(1)
    assert clustered_error(scores, np.arange(60)) == pytest.approx(stats.sem(scores), rel=1e-12)


@settings(max_examples=30)
@given(data=st.data(), seed=st.integers(0, 20))
def test_law_4_order_and_names_change_no_bit(data: st.DataObject, seed: int) -> None:
    scores, clusters = random_scores(seed)
    order, names = (np.array(data.draw(st.permutations(range(number)))) for number in (60, 15))
    assert clustered_error(scores[order], names[clusters][order]) == clustered_error(scores, clusters)


def test_one_cluster_says_nothing() -> None:
    assert clustered_error(np.array([0.0, 1, 1]), np.zeros(3, dtype=np.int64)) is None
    assert clustered_error(np.array([]), np.array([], dtype=np.int64)) is None


def test_bad_input_is_named() -> None:
    with pytest.raises(InputError, match="scores"):
        clustered_error(np.array([0.0, np.nan]), np.arange(2))
    with pytest.raises(InputError, match="family"):
        clustered_error(np.array([0.0, 1.0]), np.arange(3))


# ------------------------------------------------------------------------------------- beside a point estimate


def test_it_stands_beside_the_point_with_families_as_clusters() -> None:
    won, attempts, family = np.array([0, 3, 1, 4, 2, 0]), np.full(6, 4), np.array([0, 0, 1, 1, 2, 2])
    for icc_max in (None, 1.0):
        found = bound_rate(won, won, attempts, family, unit="task", alpha_lower=0.05, alpha_upper=0.05, icc_max=icc_max)
        assert found.standard_error == clustered_error(won / 4, family)
    families = bound_rate(won, won, attempts, family, unit="family", alpha_lower=0.05, alpha_upper=0.05)
    assert families.standard_error == pytest.approx(stats.sem([3 / 8, 5 / 8, 2 / 8]))
    single = (won > 1).astype(np.int64)
    found = bound_rate(single, single, np.ones(6, int), family, unit="task", alpha_lower=0.05, alpha_upper=0.05)
    assert found.standard_error == clustered_error(single.astype(np.float64), family)


def test_what_is_missing_enters_neither_the_point_nor_its_error() -> None:
    family = np.arange(4)
    lower, upper, attempts = np.array([0, 1, 2, 0]), np.array([2, 1, 2, 2]), np.array([2, 2, 2, 2])
    found = bound_rate(lower, upper, attempts, family, unit="task", alpha_lower=0.05, alpha_upper=0.05)
    assert found.point == pytest.approx(0.75)
    assert found.standard_error == pytest.approx(stats.sem([0.5, 1.0]))
    scores = np.array([0.2, 0.4, 0.9])
    whole = bound_mean(scores, scores, np.arange(3), unit="task", alpha_lower=0.05, alpha_upper=0.05)
    assert whole.standard_error == pytest.approx(stats.sem(scores))


def test_no_bound_rests_on_it() -> None:
    """Without a success, or with one family, it is 0 or absent, and the bounds are what they are."""
    none, family = np.zeros(30, dtype=np.int64), np.arange(30)
    found = bound_rate(none, none, np.ones(30, int), family, unit="task", alpha_lower=0.05, alpha_upper=0.05)
    assert found.standard_error == 0
    assert found.upper == pytest.approx(0.0950338528553)
    one = bound_rate(none, none, np.ones(30, int), none, unit="task", alpha_lower=0.05, alpha_upper=0.05)
    assert one.standard_error is None
    assert one.upper == found.upper
