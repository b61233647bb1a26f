"""The bootstrap standard error of a mean: the law of resampling, whichever way it is drawn."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from scalegate.errors import InputError
from scalegate.estimate import bootstrap
from scalegate.estimate.bootstrap import bootstrap_standard_error
from scalegate.estimate.bound import FloatArray

SEED = bytes(32)


@pytest.mark.parametrize("kind", ["two values", "five values", "all different"])
@pytest.mark.parametrize("number", [2, 30, 1000])
def test_it_is_the_plug_in_error_but_for_its_own_chance(kind: str, number: int) -> None:
    """Over endlessly many draws it is the deviation of the scores over the root of their number."""
    generator = np.random.default_rng(2)
    values = {"two values": [0.0, 1.0], "five values": [0, 0.25, 0.5, 0.75, 1]}.get(kind)
    scores = generator.choice(values, number) if values else generator.normal(5, 2, number)
    scores[:2] = [0, 1]
    expected = scores.std() / np.sqrt(number)
    assert bootstrap_standard_error(scores, seed=SEED, draws=20_000) == pytest.approx(expected, rel=0.03)


def sums_by_place(scores: FloatArray, draws: int) -> FloatArray:
    generator = np.random.default_rng(9)
    return np.array([generator.choice(scores, scores.size).sum() for _ in range(draws)])


def test_resampled_sums_have_the_law_of_drawing_places() -> None:
    scores = np.random.default_rng(4).exponential(size=12)
    drawn = bootstrap._sums(scores, np.random.Generator(np.random.SFC64(3)), 4000)
    plain = sums_by_place(scores, 4000)
    for moment in (1, 2, 3):
        ours, other = ((each - plain.mean()) ** moment for each in (drawn, plain))
        error = np.sqrt((ours.var() + other.var()) / 4000)
        assert abs(ours.mean() - other.mean()) < 4 * error


@pytest.mark.parametrize("kinds", [2, 3, 7, 1000, 40_000, 65_535, 65_536, 100_000])
def test_every_place_is_equally_likely(kinds: int) -> None:
    """Sixteen bits alone would favour some: equal parts of all places, and the single ones where they are few."""
    places = np.empty(400_000, dtype=np.intp)
    bootstrap._fill(places, kinds, np.random.Generator(np.random.SFC64(8)))
    assert 0 <= places.min() <= places.max() < kinds
    parts = np.minimum(kinds, 20)
    counts = np.bincount(places * parts // kinds, minlength=parts)
    sizes = np.bincount(np.arange(kinds) * parts // kinds, minlength=parts) / kinds
    assert stats.chisquare(counts, places.size * sizes).pvalue > 1e-3
    if kinds <= 1000:
        assert stats.chisquare(np.bincount(places, minlength=kinds)).pvalue > 1e-3


def test_the_seed_is_the_only_source_of_chance_and_order_changes_little() -> None:
    scores = np.random.default_rng(5).random(100)
    once, again = (bootstrap_standard_error(scores, seed=SEED) for _ in range(2))
    assert once == again
    assert bootstrap_standard_error(scores, seed=bytes([1] * 32)) != once
    binary = (scores > 0.3).astype(np.float64)
    assert bootstrap_standard_error(binary[::-1], seed=SEED) == bootstrap_standard_error(binary, seed=SEED)


def test_equal_scores_and_bad_scores() -> None:
    assert bootstrap_standard_error(np.ones(30), seed=SEED) == 0
    for scores in (np.array([]), np.array([1.0, np.nan]), np.ones((2, 2))):
        with pytest.raises(InputError):
            bootstrap_standard_error(scores, seed=SEED)
    with pytest.raises(InputError):
        bootstrap_standard_error(np.ones(3), seed=SEED, draws=0)
