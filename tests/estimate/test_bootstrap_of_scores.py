"""The bootstrap standard error of a mean: the law of resampling, whichever way it is drawn."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from scalegate.errors import InputError
from scalegate.estimate.bound import FloatArray
from scalegate.estimate.standard_error import _sums, bootstrap_standard_error

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
    drawn = _sums(scores, np.random.Generator(np.random.SFC64(3)), 4000)
    plain = sums_by_place(scores, 4000)
    for moment in (1, 2, 3):
        ours, other = ((each - plain.mean()) ** moment for each in (drawn, plain))
        error = np.sqrt((ours.var() + other.var()) / 4000)
        assert abs(ours.mean() - other.mean()) < 4 * error


@pytest.mark.parametrize("number", [1, 2, 7, 255, 256, 257, 1000])
def test_every_score_is_equally_likely_in_every_place(number: int) -> None:
    """One score marked at a time: the sum says how often it came up, which is binomial, and draws are independent."""
    generator, draws = np.random.Generator(np.random.SFC64(8)), 4000
    for marked in {0, number // 2, number - 1}:
        often = _sums(np.eye(1, number, marked)[0], generator, draws).round().astype(np.int64)
        counts = np.bincount(often, minlength=8)
        expected = draws * stats.binom.pmf(np.arange(counts.size), number, 1 / number)
        rare = expected < 5
        observed, law = (np.append(each[~rare], each[rare].sum()) for each in (counts, expected))
        law[-1] += draws - law.sum()
        keep = law > 1e-9
        if keep.sum() > 1:
            assert stats.chisquare(observed[keep], law[keep]).pvalue > 1e-4
        else:
            assert (often == 1).all()  # one score: every draw is it


def test_a_draw_has_as_many_places_as_there_are_scores() -> None:
    for number in (1, 2, 12, 300, 1000):
        assert _sums(np.ones(number), np.random.Generator(np.random.SFC64(1)), 500).tolist() == [number] * 500


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
