"""Plans beyond one attempt on each of independent tasks: several attempts, looking early, a policy's own rule.

For: `power`. Does not know: policies, suites, which bound the gate uses (it is handed in).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, log, sqrt

import numpy as np

from scalegate.estimate.bound import FloatArray, IntArray
from scalegate.estimate.sequential import log_e_value
from scalegate.estimate.stated import require, require_count, require_open_unit, require_unit

# ------------------------------------------------------------------------------- several attempts per task


def design_effect(attempts: int, icc: float) -> float:
    """Factor by which correlated attempts swell the variance of a rate: 1 + (attempts - 1) * icc.

    Raises:
        InputError: fewer than one attempt, or an icc outside 0 to 1.

    Source: L. Kish (1965), Survey sampling, section 5.4. Test: test_planning_clustered.py.
    """
    require_count("attempts", attempts, 1)
    require_unit("icc", icc)
    return 1 + (attempts - 1) * icc


def successes_per_task(attempts: int, rate: float, icc: float) -> FloatArray:
    """Probability of 0 … `attempts` successes on one task whose own rate is drawn from a beta distribution.

    Args:
        rate: mean over tasks.
        icc: correlation of two attempts at a task, 0 (all tasks alike) to 1 (each task always or never).

    Returns:
        Shape (attempts + 1,), summing to 1.

    Raises:
        InputError: a number outside its range.

    Source: beta-binomial with a + b = (1 - icc) / icc, as rising products, which hold at both ends of icc.
    Test: test_planning_clustered.py, scipy.
    """
    from scipy.special import gammaln

    require_count("attempts", attempts, 1)
    require_unit("rate", rate)
    require_unit("icc", icc)
    k, steps = np.arange(attempts + 1), np.arange(1, attempts) * icc
    with np.errstate(divide="ignore"):  # a chance of zero: its log is minus infinity, and stays it
        ways = gammaln(attempts + 1) - gammaln(k + 1) - gammaln(attempts - k + 1)
        up, down = (
            np.concatenate(([0.0], np.cumsum(np.log(np.concatenate(([share], share * (1 - icc) + steps))))))
            for share in (rate, 1 - rate)
        )
        mixed = np.where((k > 0) & (k < attempts), np.log(1 - icc), 0.0)
        logs = ways + up + down[::-1] + mixed - np.log(1 - icc + steps).sum()
    return np.asarray(np.exp(logs), dtype=np.float64)


@dataclass(frozen=True, kw_only=True)
class ClusteredPlan:
    """Tasks with several attempts each, and the most successes in all that still rule the limit out."""

    tasks: int
    attempts: int
    most_successes: int
    statistical_power: float


def plan_clustered(
    limit: float, truth: float, *, attempts: int, icc: float, alpha: float, power: float, at_most: int = 3000
) -> ClusteredPlan | None:
    """The first number of tasks that reaches `power`, exact if task rates are beta distributed with a known icc.

    What a gate that does not know the icc needs is more: see `plan_by_simulation`. None when `at_most` tasks, or
    200,000 attempts, do not reach it.

    Raises:
        InputError: a number outside its range, or a truth at the limit or above.

    Source: convolution of beta-binomial counts. Test: test_planning_clustered.py (published plans at one attempt).
    """
    _check(limit, truth, alpha, power)
    at_limit, at_truth = (successes_per_task(attempts, rate, icc) for rate in (limit, truth))
    for tasks in range(1, min(at_most, 200_000 // attempts) + 1):
        missed, reached = _cumulated(at_limit, tasks), _cumulated(at_truth, tasks)
        most = int(np.searchsorted(missed, alpha)) - 1  # the last count with a chance below alpha
        if most >= 0 and reached[most] >= power:
            found = float(min(reached[most], 1))
            return ClusteredPlan(tasks=tasks, attempts=attempts, most_successes=most, statistical_power=found)
    return None


def clustered_power(plan: ClusteredPlan, rate: float, icc: float) -> float:
    """How often a plan rules its limit out at this true rate.

    Raises:
        InputError: a number outside its range.

    Source: as `plan_clustered`. Test: test_planning_clustered.py.
    """
    return float(min(_cumulated(successes_per_task(plan.attempts, rate, icc), plan.tasks)[plan.most_successes], 1))


def _cumulated(each: FloatArray, tasks: int) -> FloatArray:
    """Distribution function of the sum over independent tasks; errors of the transform are below 1e-12."""
    length = tasks * (each.size - 1) + 1
    size = 1 << (length - 1).bit_length()
    summed = np.fft.irfft(np.fft.rfft(each, size) ** tasks, size)[:length]
    return np.maximum.accumulate(np.cumsum(summed))


Upper = Callable[[IntArray], float]


@dataclass(frozen=True, kw_only=True)
class SimulatedPower:
    """Share of simulated suites in which the limit was ruled out, and its standard error."""

    tasks: int
    statistical_power: float
    standard_error: float
    draws: int


def simulate_power(
    limit: float, truth: float, *, tasks: int, attempts: int, icc: float, upper: Upper, draws: int = 300, seed: int = 1
) -> SimulatedPower:
    """How often a given bound falls below the limit, on suites drawn from the beta-binomial with this truth.

    Args:
        upper: the gate's own bound, from successes per task of shape (task,), each out of `attempts`.
        seed: the same seed gives the same suites.

    Raises:
        InputError: a number outside its range.

    Source: plain simulation. Test: test_planning_clustered.py (agrees with the exact power of the exact bound).
    """
    require_open_unit("limit", limit)
    require_count("tasks", tasks, 1)
    require_count("draws", draws, 1)
    chances = successes_per_task(attempts, truth, icc)
    generator = np.random.Generator(np.random.Philox(seed))
    suites = generator.multinomial(tasks, chances / chances.sum(), size=draws)
    distinct, counts = np.unique(suites, axis=0, return_counts=True)  # many suites are alike where successes are rare
    outcomes = np.arange(attempts + 1)
    ruled = sum(int(n) for row, n in zip(distinct, counts, strict=True) if upper(np.repeat(outcomes, row)) < limit)
    share = ruled / draws
    return SimulatedPower(
        tasks=tasks, statistical_power=share, standard_error=sqrt(share * (1 - share) / draws), draws=draws
    )


def plan_by_simulation(
    limit: float,
    truth: float,
    *,
    attempts: int,
    icc: float,
    power: float,
    upper: Upper,
    start: int,
    draws: int = 300,
    at_most: int = 3000,
) -> SimulatedPower | None:
    """Tasks that the gate's own bound needs, to within a twentieth; None when `at_most` are not enough.

    Raises:
        InputError: a number outside its range.

    Source: bisection on `simulate_power`. Test: test_planning_clustered.py.
    """
    require(0 <= truth < limit, "truth", truth, f"a rate below the limit {limit!r}")
    require_open_unit("power", power)

    def reached(tasks: int) -> SimulatedPower:
        return simulate_power(
            limit, truth, tasks=tasks, attempts=attempts, icc=icc, upper=upper, draws=draws, seed=tasks
        )

    low, found = 0, reached(max(1, min(start, at_most)))
    while found.statistical_power < power:
        if found.tasks >= at_most:
            return None
        low, found = found.tasks, reached(min(at_most, ceil(found.tasks * 1.5)))
    while low and found.tasks - low > max(1, found.tasks // 20):
        middle = reached((low + found.tasks) // 2)
        low, found = (middle.tasks, found) if middle.statistical_power < power else (low, middle)
    return found


# -------------------------------------------------------------------------------------- looking early


@dataclass(frozen=True, kw_only=True)
class SequentialPlan:
    """A campaign that looks after every task, stops as soon as the limit is ruled out, and ends at `most_tasks`.

    Attributes:
        fewest_tasks: the earliest look that can rule the limit out, without a success.
        statistical_power: probability that it is ruled out by the end, if the truth is as stated.
        expected_tasks: mean number of tasks run, if the truth is as stated.
        expected_at_limit: the same with the truth at the limit, where most campaigns run to their end.
        false_clearance: probability of ruling the limit out although the truth is at it; at most alpha.
    """

    most_tasks: int
    fewest_tasks: int
    statistical_power: float
    expected_tasks: float
    expected_at_limit: float
    false_clearance: float


def plan_sequential(
    limit: float,
    alpha: float,
    truth: float,
    power: float,
    *,
    at_most: int = 5000,
) -> SequentialPlan | None:
    """The shortest campaign that reaches `power`, by exact recursion over all paths; None when `at_most` is too short.

    The evidence is that of `sequential.log_e_value`, which the anytime-valid bound inverts.

    Raises:
        InputError: a number outside its range, or a truth at the limit or above.

    Source: A. Wald (1947), Sequential analysis (expected sample number), computed and not approximated.
    Test: test_planning_sequential.py (agrees with simulation, and with the price of peeking).
    """
    _check(limit, truth, alpha, power)
    wanted, most, fewest = -log(alpha), -1, 0
    rates = np.array([truth, limit])[:, None]
    going, expected = np.ones((2, 1)), np.zeros(2)  # going[:, s]: still undecided with s successes, by truth
    for tasks in range(1, at_most + 1):
        expected += going.sum(axis=1)
        padded = np.pad(going, ((0, 0), (0, 1)))
        going = padded * (1 - rates)
        going[:, 1:] += padded[:, :-1] * rates
        while most + 1 <= tasks and log_e_value(most + 1, tasks, limit) >= wanted:
            most += 1
        if most >= 0:
            fewest = fewest or tasks
            going[:, : most + 1] = 0  # decided
        undecided = going.sum(axis=1)
        if 1 - undecided[0] >= power:
            return SequentialPlan(
                most_tasks=tasks,
                fewest_tasks=fewest,
                statistical_power=float(1 - undecided[0]),
                expected_tasks=float(expected[0]),
                expected_at_limit=float(expected[1]),
                false_clearance=float(1 - undecided[1]),
            )
    return None


# --------------------------------------------------------------------------------- a policy's own rule


@dataclass(frozen=True, kw_only=True)
class TriggerRule:
    """ "At least `least` of `tries` tries succeed on at least `share` of `tasks` tasks": then the limit is reached.

    Attributes:
        share: exact, above 0 and up to 1; 0.7 of 10 tasks is 7 tasks, whatever 0.7 is as a float.
    """

    least: int
    tries: int
    share: Fraction
    tasks: int

    def __post_init__(self) -> None:
        require_count("tries", self.tries, 1)
        require_count("least", self.least, 1)
        require(self.least <= self.tries, "least", self.least, f"at most the {self.tries} tries")
        require_count("tasks", self.tasks, 1)
        require(0 < self.share <= 1, "share", str(self.share), "a share above 0 and up to 1")

    @property
    def tasks_needed(self) -> int:
        return ceil(self.share * self.tasks)


def trigger_probability(rule: TriggerRule, rate: float, icc: float = 0.0) -> float:
    """How often the rule triggers when an attempt succeeds with probability `rate`: its operating characteristic.

    Args:
        icc: correlation of two tries at a task; with 0 every task has the same rate.

    Raises:
        InputError: a number outside its range.

    Source: binomial over tasks of a (beta-)binomial over tries. Test: test_planning_rule.py, published values.
    """
    from scipy.special import bdtrc

    reached = min(float(successes_per_task(rule.tries, rate, icc)[rule.least :].sum()), 1.0)
    return float(bdtrc(rule.tasks_needed - 1, rule.tasks, reached))


def rate_at_trigger(rule: TriggerRule, probability: float, icc: float = 0.0) -> float:
    """The rate from which on the rule triggers with this probability or more, rounded up to 2^-40.

    Raises:
        InputError: a number outside its range.

    Source: bisection; the probability grows with the rate. Test: test_planning_rule.py.
    """
    require_open_unit("probability", probability)
    low, high = 0, 1 << 40
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (
            (middle, high) if trigger_probability(rule, middle / (1 << 40), icc) < probability else (low, middle)
        )
    return high / (1 << 40)


def _check(limit: float, truth: float, alpha: float, power: float) -> None:
    require_open_unit("limit", limit)
    require_open_unit("alpha", alpha)
    require_open_unit("power", power)
    require(0 <= truth < limit, "truth", truth, f"a rate below the limit {limit!r}")
