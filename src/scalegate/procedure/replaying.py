"""What a policy's rules say about each point of a measured series: bounds as the gate computes them, then claims.

For: simulating. Does not know: files, decisions. Every observation of the policy reads the series as though it were its
own evaluation; a kind of observation that the series does not measure stays without evidence.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np

from scalegate.assessment.shift import level_of_counts
from scalegate.decision.abstract import Claim
from scalegate.policy.document import HorizonObservation, Limit, PolicyDocument, RateObservation, Unit
from scalegate.procedure.instrumenting import raised, unproven
from scalegate.quantity import round_down, round_up
from scalegate.simulation.instrument import NEUTRAL, says
from scalegate.simulation.replay import MeasuredPoint
from scalegate.simulation.series import Series, SeriesPoint, StatedBound
from scalegate.simulation.table import CLAIMS

Measured = RateObservation | HorizonObservation
_NEVER_RUN, _NOT_RULED_OUT = CLAIMS.index(Claim.NEVER_RUN), CLAIMS.index(Claim.NOT_RULED_OUT)


@dataclass(frozen=True, kw_only=True)
class Observed:
    """Bounds on what was observed, before shift and reserve."""

    lower: Decimal
    upper: Decimal


def measured_points(policy: PolicyDocument, series: Series) -> tuple[MeasuredPoint, ...]:
    """Every point with what the rules say about every limit on a ladder."""
    return _Reader(policy, series).read()


def reads_anything(points: tuple[MeasuredPoint, ...]) -> bool:
    """Whether any limit of the policy has evidence from the series."""
    return any(claim is not Claim.NEVER_RUN for point in points for claim in point.claims.values())


class _Reader:
    def __init__(self, policy: PolicyDocument, series: Series) -> None:
        self.policy, self.series = policy, series
        self.families = sorted({task.family for task in series.tasks})
        self.memo: dict[tuple[Any, ...], Observed | None] = {}

    def read(self) -> tuple[MeasuredPoint, ...]:
        ladder = [limit for model in self.policy.threat_models.values() for limit in model.ladder]
        return tuple(
            MeasuredPoint(
                id=point.id,
                run=point.run,
                released=point.released,
                effective_compute=point.effective_compute,
                void=not point.effort_known,
                claims={name: CLAIMS[self._claim(self.policy.limits[name], at, point)] for name in ladder},
            )
            for at, point in enumerate(self.series.points)
        )

    def _claim(self, limit: Limit, at: int, point: SeriesPoint) -> int:
        """The gravest over the observations (V2); without one that is relied on nothing is cleared (V1)."""
        relied = [o for o in limit.observations.values() if getattr(o, "relied_on", False)]
        said = NEUTRAL if relied else _NOT_RULED_OUT if limit.observations else _NEVER_RUN
        for observation in limit.observations.values():
            said = min(said, self._says(observation, at, point))
        return said

    def _says(self, observation: object, at: int, point: SeriesPoint) -> int:
        if not isinstance(observation, (RateObservation, HorizonObservation)):
            return _NEVER_RUN if getattr(observation, "relied_on", False) else NEUTRAL
        found = self._observed(observation, at, point)
        if found is None:
            return _NEVER_RUN if observation.relied_on else NEUTRAL
        return says(
            raised(self.policy, observation, found.lower, found.upper),
            direction=observation.direction,
            limit=Decimal(observation.limit),
            alert=Decimal(observation.alert),
            relied_on=observation.relied_on,
            unproven=unproven(observation),
            void=not point.effort_known,
        )

    def _observed(self, observation: Measured, at: int, point: SeriesPoint) -> Observed | None:
        levels = (
            float(observation.alpha_lower),
            level_of_counts(observation.elicitation_shift, observation.alpha_upper),
        )
        envelope = observation.envelope if isinstance(observation, HorizonObservation) else None
        success = observation.success if isinstance(observation, HorizonObservation) else None
        unit = observation.unit if isinstance(observation, RateObservation) else None
        key = (at, observation.measure, success, unit, envelope, levels)
        if key not in self.memo:
            self.memo[key] = self._bounds(observation, point, levels)
        return self.memo[key]

    def _bounds(self, observation: Measured, point: SeriesPoint, levels: tuple[float, float]) -> Observed | None:
        stated = next((bound for bound in point.bounds if _fits(bound, observation)), None)
        if stated is not None:
            return Observed(lower=stated.lower, upper=stated.upper)
        if point.outcomes is not None:
            return self._of_tasks(observation, point.outcomes.signs, levels)
        if point.count is not None and isinstance(observation, RateObservation):
            from scalegate.estimate.binomial import bound_binomial

            count = point.count
            made = bound_binomial(count.successes, count.successes, count.items, *levels)
            return Observed(lower=round_down(made.lower), upper=round_up(made.upper))
        return None

    def _of_tasks(self, observation: Measured, signs: str, levels: tuple[float, float]) -> Observed:
        """What was not run counts as a failure from below and as a success from above (E2)."""
        shown = np.array([sign == "1" for sign in signs], dtype=np.int64)
        possible = np.array([sign != "0" for sign in signs], dtype=np.int64)
        family = np.array([self.families.index(task.family) for task in self.series.tasks], dtype=np.int64)
        attempts = np.ones(len(signs), dtype=np.int64)
        if isinstance(observation, HorizonObservation):
            from scalegate.estimate.horizon import bound_horizon

            known = np.array([task.human_minutes is not None for task in self.series.tasks], dtype=bool)
            lengths = np.array([float(t.human_minutes) for t in self.series.tasks if t.human_minutes is not None])
            made = bound_horizon(
                lengths,
                family[known],
                shown[known],
                possible[known],
                attempts[known],
                success=float(observation.success),
                slopes=(float(observation.envelope.slope_from), float(observation.envelope.slope_to)),
                family_sd=float(observation.envelope.family_sd),
                alpha_lower=levels[0],
                alpha_upper=levels[1],
            )
        else:
            from scalegate.estimate.rate import bound_rate

            made = bound_rate(
                shown,
                possible,
                attempts,
                family,
                unit="family" if observation.unit is Unit.FAMILY else "task",
                alpha_lower=levels[0],
                alpha_upper=levels[1],
            )
        return Observed(lower=round_down(made.lower), upper=round_up(made.upper))


def _fits(bound: StatedBound, observation: Measured) -> bool:
    if isinstance(observation, HorizonObservation):
        return bound.measure == "time_horizon" and (bound.success is None or bound.success == observation.success)
    return bound.measure == "success_rate"
