"""What no evaluation can have produced is refused by name, or bounded honestly wide."""

from __future__ import annotations

import numpy as np
import pytest

from scalegate.errors import InputError
from scalegate.estimate.binomial import bound_binomial
from scalegate.estimate.bound import Bounds
from scalegate.estimate.rate import bound_mean, bound_rate

NAN = float("nan")


def rate(
    lower: list[float], upper: list[float], attempts: list[float], *, unit: str = "task", alpha: float = 0.05,
    icc_max: float | None = None,
) -> Bounds:  # fmt: skip
    columns = (np.array(each) for each in (lower, upper, attempts))
    family = np.zeros(len(lower), dtype=np.int64)
    return bound_rate(*columns, family, unit=unit, alpha_lower=0.05, alpha_upper=alpha, icc_max=icc_max)  # type: ignore[arg-type]


@pytest.mark.parametrize("icc_max", [None, 1.0])
@pytest.mark.parametrize(
    ("lower", "upper", "attempts", "path"),
    [
        ([0, -1], [0, 0], [4, 4], "tasks[1]"),
        ([0, 5], [0, 5], [4, 4], "tasks[1]"),
        ([2, 0], [1, 0], [4, 4], "tasks[0]"),
        ([0, 0], [0, 0], [4, 0], "tasks[1]"),
        ([0.5, 0], [0.5, 0], [4, 4], "tasks[0]"),
        ([NAN, 0], [NAN, 0], [4, 4], "tasks[0]"),
        ([0, 0], [0, 0], [4], "successes"),
    ],
)
def test_counts_that_cannot_be(
    icc_max: float | None, lower: list[float], upper: list[float], attempts: list[float], path: str
) -> None:
    with pytest.raises(InputError) as caught:
        rate(lower, upper, attempts, icc_max=icc_max)
    assert caught.value.findings[0].path == path
    assert caught.value.findings[0].mend


@pytest.mark.parametrize("alpha", [0.0, 1.0, -0.1, NAN])
@pytest.mark.parametrize(("attempts", "icc_max"), [(1, None), (4, None), (4, 1.0)])
def test_a_confidence_of_one_is_no_level(alpha: float, attempts: int, icc_max: float | None) -> None:
    with pytest.raises(InputError, match="no level"):
        rate([0, 1], [0, 1], [attempts] * 2, alpha=alpha, icc_max=icc_max)


@pytest.mark.parametrize("icc_max", [-0.1, 1.1, NAN])
def test_an_envelope_is_a_share(icc_max: float) -> None:
    with pytest.raises(InputError, match="icc_max"):
        rate([0, 1], [0, 1], [4, 4], icc_max=icc_max)


@pytest.mark.parametrize("score", [-0.1, 1.1, NAN, float("inf")])
def test_scores_outside_their_range(score: float) -> None:
    scores = np.array([0.5, score])
    with pytest.raises(InputError, match=r"scores\[1\]"):
        bound_mean(scores, scores, np.zeros(2, dtype=np.int64), unit="task", alpha_lower=0.05, alpha_upper=0.05)


def test_more_successes_than_tasks() -> None:
    for won, tasks in ((3, 2), (-1, 2), (0, -1)):
        with pytest.raises(InputError):
            bound_binomial(won, won, tasks, 0.05, 0.05)


def test_one_family_gives_the_honest_wide_bound() -> None:
    """One unit says little however many tasks it has: near the whole interval, not an error and not a narrow bound."""
    bounds = rate([0] * 50, [0] * 50, [8] * 50, unit="family")
    assert bounds.units == 1
    assert bounds.lower == 0
    assert bounds.upper >= 0.9
