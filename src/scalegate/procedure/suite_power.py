"""What a suite of the project could not have shown: for each rate limit of the policy that reads it.

For: `power`. Does not know: evidence; the answer is the same before and after a run, and touches no verdict (V4).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from scalegate.errors import UsageError
from scalegate.evidence.run import Suite
from scalegate.policy.document import Direction, PolicyDocument, RateObservation, Unit
from scalegate.procedure.power_target import GateBound, Target, shown
from scalegate.procedure.workspace import Workspace
from scalegate.publication.power_page import Number, PowerAnswer
from scalegate.quantity import round_up


@dataclass(frozen=True, kw_only=True)
class SuiteQuestion:
    """A suite by name, and how it is looked at.

    Attributes:
        truth: the assumed true rate; None takes half of each alert line, as at registration.
        icc: correlation of attempts at a task.
        icc_stated: False when it is the worst case for want of a number.
    """

    name: str
    power: float
    truth: float | None
    icc: float
    icc_stated: bool


@dataclass(frozen=True, kw_only=True)
class _Shape:
    """What a unit of the suite is, and the gate's bound on it.

    With families as units each counts as one value: tasks of a family are taken as all alike.
    """

    units: int
    attempts: int
    icc: float
    plural: str
    bound: GateBound

    def full_successes(self, below: float) -> int:
        """Most units that may succeed in every attempt with the bound still `below`; the bound grows with them."""
        import numpy as np

        low, high = 0, self.units + 1
        while high - low > 1:
            middle = (low + high) // 2
            outcome = np.zeros(self.units, dtype=np.int64)
            outcome[:middle] = self.attempts
            low, high = (middle, high) if self.bound(outcome) < below else (low, middle)
        return low

    @property
    def whole(self) -> bool:
        """A unit succeeds in every attempt or in none: then the power is exact, else it is simulated."""
        return self.attempts == 1 or self.icc == 1

    def power(self, below: float, most: int, rate: float) -> float:
        from scalegate.estimate.planning import simulate_power
        from scalegate.estimate.power import chance_of_at_most

        if self.whole:
            return chance_of_at_most(most, self.units, rate)
        return simulate_power(
            below, rate, tasks=self.units, attempts=self.attempts, icc=self.icc, upper=self.bound, draws=100
        ).statistical_power


def suite_answers(asked: SuiteQuestion, workspace: Workspace) -> Iterator[PowerAnswer]:
    """One answer for each rule-out proxy on a rate that reads the suite, under the policy in force, else the draft.

    Raises:
        UsageError: no such suite, or nothing to rule out with it.
    """
    known = workspace.suites.get(asked.name)
    if known is None:
        names = ", ".join(workspace.suites) or "none"
        raise UsageError(f"there is no readable suite {asked.name[:80]!r}: there is {names}")
    policy, _ = workspace.policy_in_force() if workspace.view.policy else workspace.drafted_policy()
    found = list(_proxies(policy, asked.name))
    if not found:
        raise UsageError(
            f"no limit of the policy relies on a success rate of the suite {asked.name!r} to rule it out: "
            "time horizons, differences and demonstrations are not planned here"
        )
    for name, observation in found:
        yield _answer(asked, policy, known.suite, name, observation)


def _proxies(policy: PolicyDocument, suite: str) -> Iterator[tuple[str, RateObservation]]:
    reading = {name for name, e in policy.evaluation.evaluations.items() if e.suite == suite}
    for limit, value in policy.limits.items():
        for name, o in value.observations.items():
            if isinstance(o, RateObservation) and o.evaluation in reading and o.direction is Direction.RULE_OUT_PROXY:
                yield f"{limit}.{name}", o


def _shape(asked: SuiteQuestion, suite: Suite, observation: RateObservation) -> _Shape:
    by_family = observation.unit is Unit.FAMILY
    attempts = 1 if by_family else suite.attempts_per_task
    return _Shape(
        units=len({t.family for t in suite.tasks.values()}) if by_family else len(suite.tasks),
        attempts=attempts,
        icc=asked.icc,
        plural="families" if by_family else "tasks",
        bound=GateBound(
            attempts=attempts,
            alpha=float(observation.alpha_upper),
            unit="family" if by_family else "task",
            mean_score=observation.measure == "mean_score",
        ),
    )


def _answer(
    asked: SuiteQuestion, policy: PolicyDocument, suite: Suite, name: str, observation: RateObservation
) -> PowerAnswer:
    shape, alert = _shape(asked, suite, observation), float(observation.alert)
    target = Target(
        limit=float(observation.limit),
        truth=alert / 2 if asked.truth is None else asked.truth,
        alpha=float(observation.alpha_upper),
        power=asked.power,
    )
    heading = f"Suite {asked.name}, limit {name}: to rule out a rate of {target.limit:g}"
    said = _described(asked, shape, suite)
    numbers: list[tuple[str, Number]] = [
        ("limit_id", name),
        ("limit", target.limit),
        ("alert", alert),
        ("alpha", target.alpha),
        ("truth", target.truth),
        ("power", target.power),
        ("unit", observation.unit.value),
        ("units", shape.units),
        ("attempts", suite.attempts_per_task),
    ]
    shift = observation.elicitation_shift.value
    if shift is None:
        said.append("The elicitation shift is unknown, so no result of this suite rules anything out (B2).")
        return _made(heading, said, numbers)
    added = float(shift + policy.evaluation.blind_spot_reserve.rate)
    return _with_shift(heading, said, numbers, shape, target, alert, added)


def _with_shift(
    heading: str,
    said: list[str],
    numbers: list[tuple[str, Number]],
    shape: _Shape,
    target: Target,
    alert: float,
    added: float,
) -> PowerAnswer:
    import numpy as np

    least = min(1.0, shape.bound(np.zeros(shape.units, dtype=np.int64)) + added)
    said.append(
        f"Shift and reserve add {added:g}. Without a single success the upper bound is {float(round_up(least)):.4g}: "
        "no limit at or below that could have been ruled out."
    )
    numbers += [("shift_and_reserve", added), ("least_upper", least)]
    if least >= target.limit:
        said.append(f"So this suite cannot rule out {target.limit:g}, whatever its results.")
        return _made(heading, said, numbers)
    if least >= alert:
        said.append(f"So its best result is ALERT: it cannot come below the alert line {alert:g}.")
    below = target.limit - added
    most = shape.full_successes(below)
    reached = shape.power(below, most, target.truth)
    points = _points(shape, below, most, target.rates(80 if shape.whole else 12))
    enough = max((r for r, p in points if p >= target.power), default=None)
    one_each = "" if shape.attempts == 1 else " in every attempt, if all others fail in all"
    said += [
        f"At most {most:,} of {shape.units:,} {shape.plural} may succeed{one_each}.",
        f"If the true rate is {target.truth:g} the limit is ruled out with probability {shown(reached)}; a power of "
        f"{target.power:g} is "
        + ("reached at no true rate." if enough is None else f"kept up to a true rate of about {enough:.3g}."),
    ]
    numbers += [("most_successes", most), ("statistical_power", reached), ("greatest_truth_at_power", enough)]
    curve = target.curve(f"Limit {numbers[0][1]}: {shape.units:,} {shape.plural}", points, reached)
    return PowerAnswer(
        kind="suite",
        heading=heading,
        reachable=reached >= target.power,
        sentences=tuple(said),
        numbers=tuple(numbers),
        curve=curve,
    )


def _points(shape: _Shape, below: float, most: int, rates: list[float]) -> list[tuple[float, float]]:
    """The curve; where no simulated suite was ruled out at a rate, none at a higher one would be (law 2)."""
    points: list[tuple[float, float]] = []
    for rate in rates:
        ended = bool(points) and points[-1][1] == 0
        points.append((rate, 0.0 if ended else shape.power(below, most, rate)))
    return points


def _described(asked: SuiteQuestion, shape: _Shape, suite: Suite) -> list[str]:
    each = f"{suite.attempts_per_task:,} {'attempt' if suite.attempts_per_task == 1 else 'attempts'} each"
    if shape.plural == "families":
        what = f"{len(suite.tasks):,} tasks in {shape.units:,} families, {each}; the unit is the family."
        return [what, "Tasks of a family are taken as all alike, the worst case."]
    said = [f"{shape.units:,} tasks, {each}; the unit is the task."]
    if shape.attempts > 1:
        why = "" if asked.icc_stated else ", the worst case, as no --icc was stated"
        said.append(f"Attempts at a task are taken as correlated by {shape.icc:g}{why}.")
    return said


def _made(heading: str, said: list[str], numbers: list[tuple[str, Number]]) -> PowerAnswer:
    """An answer without a curve: the suite cannot do it at all."""
    return PowerAnswer(kind="suite", heading=heading, reachable=False, sentences=tuple(said), numbers=tuple(numbers))
