"""Two arms on the same tasks: published values, exactness, laws, and coverage."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from scalegate.errors import InputError
from scalegate.estimate.bound import Bounds
from scalegate.estimate.paired import bound_difference, mcnemar, standard_error
from shared import shared

Pair = tuple[
    int, int, int, int, int
]  # per arm: successes of 4 attempts, what is missing as failure, as success; family


def test_mcnemar_matches_the_published_value() -> None:
    row = json.loads(shared("reference/oracles.json").read_text())["mcnemar_b2_c12"]
    assert mcnemar(2, 12) == pytest.approx(row["one_sided"], abs=1e-15)


@given(worse=st.integers(0, 60), better=st.integers(0, 60))
def test_mcnemar_matches_scipy(worse: int, better: int) -> None:
    if worse + better:
        expected = stats.binomtest(better, worse + better, alternative="greater").pvalue
        assert mcnemar(worse, better) == pytest.approx(expected, abs=1e-12)
    assert mcnemar(0, 0) == 1


def test_mcnemar_matches_statsmodels() -> None:
    """Its exact test is two-sided: twice ours towards the side that leads, at most 1."""
    tables = pytest.importorskip("statsmodels.stats.contingency_tables", reason="statsmodels is not installed")
    for worse, better in ((2, 12), (12, 2), (0, 1), (5, 5), (40, 61), (0, 30)):
        both = tables.mcnemar([[10, worse], [better, 20]], exact=True).pvalue
        assert min(1.0, 2 * mcnemar(min(worse, better), max(worse, better))) == pytest.approx(both, abs=1e-12)


def test_paired_error_matches_the_published_value() -> None:
    """Ten tasks, 4 and 7 solved, the four among the seven: 0.15275, where unpaired arms would give 0.22361."""
    first, second = np.repeat([1.0, 0.0], [4, 6]), np.repeat([1.0, 0.0], [7, 3])
    assert standard_error(second - first) == pytest.approx(0.15275, abs=5e-6)
    assert np.sqrt(first.var(ddof=1) / 10 + second.var(ddof=1) / 10) == pytest.approx(0.22361, abs=5e-6)
    assert standard_error(second - first) == pytest.approx(stats.sem(second - first), abs=1e-15)


@st.composite
def pairs(draw: st.DrawFn) -> Pair:
    first, second = draw(st.integers(0, 4)), draw(st.integers(0, 4))
    return draw(st.integers(0, first)), first, draw(st.integers(0, second)), second, draw(st.integers(0, 3))


def difference(suite: list[Pair], unit: str = "task", alpha: float = 0.05) -> Bounds:
    a, b, c, d, family = (np.array(column) for column in zip(*suite, strict=True))
    arms = (a / 4, b / 4), (c / 4, d / 4)
    return bound_difference(*arms, family, unit=unit, alpha_lower=alpha, alpha_upper=alpha)  # type: ignore[arg-type]


@settings(max_examples=60)
@given(suite=st.lists(pairs(), min_size=1, max_size=15), unit=st.sampled_from(["task", "family"]), data=st.data())
def test_law_2_more_success_in_the_second_arm_lowers_neither_end(
    suite: list[Pair], unit: str, data: st.DataObject
) -> None:
    before = difference(suite, unit)
    assert -1 <= before.lower < before.upper <= 1
    assert difference(data.draw(st.permutations(suite)), unit) == before  # law 4
    at = data.draw(st.integers(0, len(suite) - 1))
    a, b, c, d, family = suite[at]
    changes = [(a, b, c + 1, d + 1, family)] * (d < 4) + [(a - 1, b - 1, c, d, family)] * (a > 0)
    for change in changes:
        after = difference([*suite[:at], change, *suite[at + 1 :]], unit)
        assert after.upper >= before.upper
        assert after.lower >= before.lower
    if a > 0:  # E2: an outcome that goes missing widens
        holed = difference([*suite[:at], (a - 1, b, c, d, family), *suite[at + 1 :]], unit)
        assert holed.upper >= before.upper
        assert holed.lower <= before.lower


def test_swapping_the_arms_swaps_the_ends() -> None:
    suite: list[Pair] = [(1, 1, 3, 4, 0), (0, 2, 2, 2, 1), (4, 4, 1, 1, 0)]
    swapped = [(c, d, a, b, family) for a, b, c, d, family in suite]
    there, back = difference(suite), difference(swapped)
    assert there.upper == pytest.approx(-back.lower)
    assert there.lower == pytest.approx(-back.upper)


def test_covers_the_difference_of_arms_that_share_the_tasks_difficulty() -> None:
    generator, held = np.random.default_rng(6), []
    for _ in range(150):
        ease = generator.beta(0.5, 1.5, 40)
        gained = ease + 0.2 * (1 - ease)  # mean difference 0.15
        first, second = generator.binomial(4, ease) / 4, generator.binomial(4, gained) / 4
        bounds = bound_difference(
            (first, first), (second, second), np.zeros(40), unit="task", alpha_lower=0.05, alpha_upper=0.05
        )
        held.append((bounds.upper >= 0.15, bounds.lower <= 0.15))
    assert min(np.mean(held, axis=0)) >= 0.95 - 3 * (0.95 * 0.05 / 150) ** 0.5


def test_bad_input_is_refused_by_name() -> None:
    good, other = np.array([0.0, 1.0]), np.array([0.0])
    for wrong in (
        lambda: mcnemar(-1, 2),
        lambda: standard_error(np.array([0.5])),
        lambda: standard_error(np.array([0.5, np.nan])),
        lambda: bound_difference(
            (good, good), (other, other), np.zeros(2), unit="task", alpha_lower=0.05, alpha_upper=0.05
        ),
    ):
        with pytest.raises(InputError):
            wrong()
