"""How many tasks it takes to rule a success rate out, how often a plan would manage to, and what a suite could not.

For: `register`, `power`. Does not know: evaluations, policies; only one attempt on each of independent tasks, exact.
Several attempts per task and looking early are in `planning`.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, expm1, log, log1p

from scalegate.estimate.stated import require, require_count, require_open_unit, require_unit


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A number of tasks, and the greatest number of successes that still rules the limit out."""

    tasks: int
    most_successes: int
    statistical_power: float


def zero_success_tasks(limit: float, alpha: float) -> int:
    """Fewest tasks that rule out a rate of `limit` when none of them succeeds: `(1 - limit)**n < alpha`.

    Raises:
        InputError: a number that is not between 0 and 1.

    Source: exact binomial, k = 0. Test: test_power_plan.py, published values.
    """
    _check(limit, alpha)
    tasks = max(1, ceil(log(alpha) / log1p(-limit)) - 1)
    while (1 - limit) ** tasks >= alpha:  # the logarithms may be off by one unit in the last place
        tasks += 1
    return tasks


def most_successes(tasks: int, limit: float, alpha: float) -> int | None:
    """Most successes out of `tasks` with an exact upper bound below `limit`; None when even 0 is not.

    Raises:
        InputError: a number outside its range.

    Source: C. J. Clopper, E. S. Pearson (1934), Biometrika 26(4), 404-413. Test: test_power_plan.py.
    """
    from scipy.special import bdtr

    _check(limit, alpha)
    require_count("tasks", tasks)
    low, high = -1, tasks  # bdtr(-1) = 0 < alpha <= 1 = bdtr(tasks)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if bdtr(middle, tasks, limit) < alpha else (low, middle)
    return None if low < 0 else low


def statistical_power(tasks: int, limit: float, alpha: float, truth: float) -> float:
    """Probability that the exact upper bound falls below `limit` when the true rate is `truth`.

    With `truth` at the limit or above this is the probability of a wrong clearance, below `alpha`.

    Raises:
        InputError: a number outside its range.

    Source: exact binomial. Test: test_power_plan.py.
    """
    from scipy.special import bdtr

    require_unit("truth", truth)
    most = most_successes(tasks, limit, alpha)
    return 0.0 if most is None else float(bdtr(most, tasks, truth))


def chance_of_at_most(successes: int, tasks: int, rate: float) -> float:
    """Probability of so few successes on independent tasks.

    Raises:
        InputError: a number outside its range.

    Source: binomial. Test: test_power_suite.py.
    """
    from scipy.special import bdtr

    require_count("tasks", tasks)
    require_count("successes", successes)
    require_unit("rate", rate)
    return 1.0 if successes >= tasks else float(bdtr(successes, tasks, rate))


def plan_tasks(limit: float, alpha: float, truth: float, power: float, *, at_most: int = 20_000) -> Plan | None:
    """The first number of tasks whose power reaches `power`; None when `at_most` tasks do not.

    Power is saw-toothed in the number of tasks: a few tasks more may have less of it.

    Raises:
        InputError: a number outside its range, or a truth at the limit or above.

    Source: exact binomial. Test: test_power_plan.py, published values.
    """
    from scipy.special import bdtr

    _check(limit, alpha)
    require(0 <= truth < limit, "truth", truth, f"a rate below the limit {limit!r}")
    require_open_unit("power", power)
    most = -1
    for tasks in range(zero_success_tasks(limit, alpha), at_most + 1):
        while bdtr(most + 1, tasks, limit) < alpha:  # never falls as tasks are added
            most += 1
        reached = float(bdtr(most, tasks, truth))
        if reached >= power:
            return Plan(tasks=tasks, most_successes=most, statistical_power=reached)
    return None


# ------------------------------------------------------------------------------- what a suite could not show


def smallest_limit_ruled_out(tasks: int, successes: int, alpha: float) -> float:
    """The exact upper bound: limits above it are ruled out by this outcome, no other is. 1 without a failure.

    Raises:
        InputError: a number outside its range.

    Source: C. J. Clopper, E. S. Pearson (1934), Biometrika 26(4), 404-413. Test: test_power_suite.py.
    """
    from scipy.special import betaincinv

    require_open_unit("alpha", alpha)
    require_count("tasks", tasks)
    require_count("successes", successes)
    require(successes <= tasks, "successes", successes, f"at most {tasks}")
    if successes == tasks:
        return 1.0
    if successes == 0:
        return -expm1(log(alpha) / tasks)
    return float(betaincinv(successes + 1, tasks - successes, 1 - alpha))


def smallest_limit_at_power(tasks: int, truth: float, alpha: float, power: float) -> float:
    """The least limit such that any greater one is ruled out with probability `power` or more at a true rate `truth`.

    1 when so many successes are likely that no limit is.

    Raises:
        InputError: a number outside its range.

    Source: exact binomial, inverted. Test: test_power_suite.py.
    """
    from scipy.special import bdtr

    require_unit("truth", truth)
    require_open_unit("power", power)
    require_count("tasks", tasks)
    low, high = -1, tasks  # the fewest successes that are not exceeded with probability `power`
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if bdtr(middle, tasks, truth) >= power else (middle, high)
    return smallest_limit_ruled_out(tasks, high, alpha)


def greatest_truth_at_power(tasks: int, limit: float, alpha: float, power: float) -> float | None:
    """The greatest true rate at which the limit is still ruled out with probability `power`; None when at none.

    Raises:
        InputError: a number outside its range.

    Source: exact binomial, inverted. Test: test_power_suite.py.
    """
    from scipy.special import betaincinv

    require_open_unit("power", power)
    most = most_successes(tasks, limit, alpha)
    return None if most is None else float(betaincinv(most + 1, tasks - most, 1 - power))


# ----------------------------------------------------------------------------------- costs, many limits


def alpha_of_costs(ratio: float) -> float:
    """Level at which a miss that is `ratio` times as bad as a false alarm is weighed fairly: 1 / (1 + ratio).

    The loss-minimising rule acts when the chance that the limit is crossed is this or more; the same number as alpha
    bounds the rate of misses at the limit.

    Raises:
        InputError: a ratio that is not above 0.

    Source: A. Wald (1950), Statistical decision functions (Bayes rule for two actions). Test: test_power_joint.py.
    """
    require(0 < ratio < float("inf"), "ratio", ratio, "a number above 0")
    return 1 / (1 + ratio)


def costs_of_alpha(alpha: float) -> float:
    """How many false alarms a miss is worth to somebody who chooses this alpha: the inverse of `alpha_of_costs`.

    Raises:
        InputError: an alpha that is not between 0 and 1.

    Source: as `alpha_of_costs`. Test: test_power_joint.py.
    """
    require_open_unit("alpha", alpha)
    return (1 - alpha) / alpha


@dataclass(frozen=True, kw_only=True)
class JointPower:
    """How often all of several limits are ruled out together, each with a stated power.

    Attributes:
        independent: if the evaluations are independent of each other: power^m.
        at_least: whatever their dependence: 1 - m (1 - power), not below 0.
        each_independent: power that each needs for the joint one, if independent.
        each_whatever: power that each needs whatever their dependence.
    """

    independent: float
    at_least: float
    each_independent: float
    each_whatever: float


def joint_power(limits: int, power: float, joint: float) -> JointPower:
    """Many limits must each be ruled out; alpha needs no correction for that, power does.

    Clearing all wrongly clears one wrongly, so the miss rate stays at alpha for each limit (intersection-union test).

    Raises:
        InputError: a number outside its range.

    Source: R. L. Berger (1982), Technometrics 24(4), 295-300; Bonferroni's inequality. Test: test_power_joint.py.
    """
    require_count("limits", limits, 1)
    require_open_unit("power", power)
    require_open_unit("joint", joint)
    return JointPower(
        independent=power**limits,
        at_least=max(0.0, 1 - limits * (1 - power)),
        each_independent=joint ** (1 / limits),
        each_whatever=1 - (1 - joint) / limits,
    )


def _check(limit: float, alpha: float) -> None:
    require_open_unit("limit", limit)
    require_open_unit("alpha", alpha)
