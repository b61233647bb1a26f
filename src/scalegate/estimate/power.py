"""How many tasks it takes to rule a success rate out, and how often a plan would manage to.

For: `register`, `power`. Does not know: evaluations, policies; only one attempt on each of independent tasks.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, log, log1p


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A number of tasks, and the greatest number of successes that still rules the limit out."""

    tasks: int
    most_successes: int
    statistical_power: float


def zero_success_tasks(limit: float, alpha: float) -> int:
    """Fewest tasks that rule out a rate of `limit` when none of them succeeds: `(1 - limit)**n < alpha`."""
    _check(limit, alpha)
    tasks = max(1, ceil(log(alpha) / log1p(-limit)) - 1)
    while (1 - limit) ** tasks >= alpha:  # the logarithms may be off by one unit in the last place
        tasks += 1
    return tasks


def most_successes(tasks: int, limit: float, alpha: float) -> int | None:
    """Most successes out of `tasks` with an exact upper bound below `limit`; None when even 0 is not."""
    from scipy.special import bdtr

    _check(limit, alpha)
    low, high = -1, tasks  # bdtr(-1) = 0 < alpha <= 1 = bdtr(tasks)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if bdtr(middle, tasks, limit) < alpha else (low, middle)
    return None if low < 0 else low


def statistical_power(tasks: int, limit: float, alpha: float, truth: float) -> float:
    """Probability that the exact upper bound falls below `limit` when the true rate is `truth`.

    With `truth` at the limit or above this is the probability of a wrong clearance, below `alpha`.
    """
    from scipy.special import bdtr

    assert 0 <= truth <= 1, truth
    most = most_successes(tasks, limit, alpha)
    return 0.0 if most is None else float(bdtr(most, tasks, truth))


def plan_tasks(limit: float, alpha: float, truth: float, power: float, *, at_most: int = 20_000) -> Plan | None:
    """The first number of tasks whose power reaches `power`; None when `at_most` tasks do not.

    Power is saw-toothed in the number of tasks: a few tasks more may have less of it.
    """
    from scipy.special import bdtr

    _check(limit, alpha)
    assert 0 <= truth < limit, (truth, limit)
    assert 0 < power < 1, power
    most = -1
    for tasks in range(zero_success_tasks(limit, alpha), at_most + 1):
        while bdtr(most + 1, tasks, limit) < alpha:  # never falls as tasks are added
            most += 1
        reached = float(bdtr(most, tasks, truth))
        if reached >= power:
            return Plan(tasks=tasks, most_successes=most, statistical_power=reached)
    return None


def _check(limit: float, alpha: float) -> None:
    assert 0 < limit < 1, limit
    assert 0 < alpha < 1, alpha
