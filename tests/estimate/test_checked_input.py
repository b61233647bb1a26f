"""What no evaluation can have produced is refused by name, or bounded honestly wide."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from scalegate.errors import InputError
from scalegate.estimate.binomial import bound_binomial
from scalegate.estimate.bootstrap import fit_free
from scalegate.estimate.bound import Bounds
from scalegate.estimate.horizon import bound_horizon
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


# --------------------------------------------------------------------------------------------------- horizons


def horizon(**changed: Any) -> Bounds:
    """Eight tasks of two families, half of them solved."""
    won = np.array([1, 1, 1, 0, 1, 0, 0, 0])
    stated: dict[str, Any] = {
        "minutes": 2.0 ** np.arange(8), "family": np.arange(8) % 2, "successes_lower": won, "successes_upper": won,
        "attempts": np.ones(8, dtype=np.int64), "success": 0.5, "slopes": (0.5, 1.0), "family_sd": 1.0,
        "alpha_lower": 0.05, "alpha_upper": 0.05, **changed,
    }  # fmt: skip
    return bound_horizon(**stated)


@pytest.mark.parametrize(
    ("changed", "path"),
    [
        ({"minutes": np.array([1.0, 0, 4, 8, 16, 32, 64, 128])}, "minutes[1]"),
        ({"minutes": np.array([1.0, 2, float("inf"), 8, 16, 32, 64, 128])}, "minutes[2]"),
        ({"minutes": np.ones(7)}, "minutes"),
        ({"family": np.zeros(7, dtype=np.int64)}, "family"),
        ({"successes_lower": np.full(8, -1)}, "tasks[0]"),
        ({"successes_upper": np.full(8, 2)}, "tasks[0]"),
        ({"attempts": np.array([1, 1, 1, 0, 1, 1, 1, 1])}, "tasks[3]"),
        ({"success": 1.0}, "success"),
        ({"success": NAN}, "success"),
        ({"slopes": (0.0, 1.0)}, "slopes"),
        ({"slopes": (1.0, 0.5)}, "slopes"),
        ({"slopes": (0.5, NAN)}, "slopes"),
        ({"family_sd": -1.0}, "family_sd"),
        ({"family_sd": NAN}, "family_sd"),
        ({"alpha_upper": 0.0}, "alpha_upper"),
        ({"alpha_lower": 1.0}, "alpha_lower"),
    ],
)
def test_a_horizon_that_cannot_be_asked_for(changed: dict[str, Any], path: str) -> None:
    with pytest.raises(InputError) as caught:
        horizon(**changed)
    assert caught.value.findings[0].path == path
    assert caught.value.findings[0].mend


def test_tasks_of_one_length_and_families_of_one_task_give_the_honest_wide_bound() -> None:
    usual, one_length = horizon(), horizon(minutes=np.full(8, 16.0))
    assert 0 < one_length.lower < 16 < one_length.upper < float("inf")
    assert one_length.upper / one_length.lower > 4
    singles = horizon(family=np.arange(8))
    assert singles.upper < usual.upper  # more families say more
    one = horizon(family=np.zeros(8, dtype=np.int64))
    assert one.upper > usual.upper
    assert one.lower < usual.lower
    shown = fit_free(np.full(8, 16.0), np.arange(8), np.arange(8) % 2, np.ones(8, int), seed=bytes(32), draws=200)
    assert (shown.label, shown.p50, shown.p50_lower, shown.p50_upper) == ("no slope", None, 0.0, float("inf"))
