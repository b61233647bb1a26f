"""Planning two arms on the same tasks: published numbers of tasks, and power by simulation."""

from __future__ import annotations

from math import ceil, nan
from typing import Any

import numpy as np
import pytest
from scipy import stats

from scalegate.errors import InputError
from scalegate.estimate.difference_plan import tasks_for_difference


def tasks(gap: float = 0.03, **changed: Any) -> float:
    stated: dict[str, Any] = {"between": 1 / 9, "alpha": 0.025, "power": 0.8, **changed}
    return tasks_for_difference(gap, **stated)


def test_matches_the_published_numbers_of_tasks() -> None:
    assert ceil(tasks()) == 969
    assert tasks(within=(1 / 6, 1 / 6)) == pytest.approx(3875.98999, abs=1e-4)
    assert tasks(within=(1 / 6, 1 / 6), attempts=(10, 10)) == pytest.approx(1259.69675, abs=1e-4)


def test_attempts_take_out_only_what_chance_adds_at_a_task() -> None:
    assert tasks(within=(0.2, 0.2), attempts=(10**6, 10**6)) == pytest.approx(tasks(), rel=1e-5)
    assert tasks(within=(0.2, 0.0), attempts=(2, 1)) == pytest.approx(tasks(within=(0.1, 0.0)))


def test_the_planned_power_is_reached() -> None:
    """Arms whose rates differ by 0.1 on average: the one-sided test on the difference of shares, 3,000 suites."""
    generator, attempts = np.random.default_rng(5), 4
    first = generator.uniform(0.2, 0.6, (3000, 1000))
    second = first + generator.uniform(-0.1, 0.3, first.shape)
    within = tuple(float((each * (1 - each)).mean()) for each in (first, second))
    number = ceil(tasks(0.1, between=0.4**2 / 12, within=within, attempts=(attempts, attempts), alpha=0.05, power=0.9))
    shares = [generator.binomial(attempts, each[:, :number]) / attempts for each in (first, second)]
    gaps = shares[1] - shares[0]
    found = gaps.mean(axis=1) > stats.norm.ppf(0.95) * gaps.std(axis=1, ddof=1) / number**0.5
    assert found.mean() == pytest.approx(0.9, abs=0.02)


@pytest.mark.parametrize(
    ("changed", "path"),
    [
        ({"gap": 0.0}, "gap"),
        ({"gap": nan}, "gap"),
        ({"between": -0.1}, "between"),
        ({"within": (0.1, nan)}, "within[1]"),
        ({"attempts": (1, 0)}, "attempts[1]"),
        ({"alpha": 0.5}, "alpha"),
        ({"power": 1.0}, "power"),
    ],
)
def test_bad_input_is_named(changed: dict[str, Any], path: str) -> None:
    with pytest.raises(InputError) as caught:
        tasks(**changed)
    assert caught.value.findings[0].path == path
