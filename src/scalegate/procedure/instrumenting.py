"""From a policy and a scenario to the instrument of a simulation: what every result would say about every limit.

For: simulating. Does not know: trajectories, chance. Bounds, shifts and reserve are those of the gate (B1, B5).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from math import inf
from typing import Any, TypeVar

import numpy as np

from scalegate.assessment.shift import level_of_counts, raise_horizon, raise_rate
from scalegate.decision.abstract import Claim
from scalegate.policy.document import (
    Direction,
    FactorShift,
    HorizonObservation,
    PolicyDocument,
    RateObservation,
    RateShift,
    Sampling,
    Unit,
)
from scalegate.quantity import round_down, round_up
from scalegate.simulation.instrument import (
    NEUTRAL,
    CountBound,
    Counts,
    Dial,
    Instrument,
    LimitInstrument,
    Lines,
    Reading,
    Scale,
    Suite,
    horizon_counts,
    on_scale,
    rate_counts,
    says,
    steps_until,
)
from scalegate.simulation.scenario import Scenario
from scalegate.simulation.table import CLAIMS
from scalegate.simulation.terms import log2_of

T = TypeVar("T")
Measured = RateObservation | HorizonObservation
Observed = tuple[tuple[Decimal, Decimal], ...]
"""For each count the bounds on what was observed, before shift and reserve."""


def build_instrument(policy: PolicyDocument, scenario: Scenario) -> Instrument:
    """Every limit on a ladder with what can be read about it."""
    return _Builder(policy, scenario).build()


@dataclass(kw_only=True)
class _DialDraft:
    threat_model: str
    scale: Scale
    rung: int
    counts: Counts
    alerts: list[float] = field(default_factory=list)
    gaps: list[float] = field(default_factory=list)


class _Builder:
    def __init__(self, policy: PolicyDocument, scenario: Scenario) -> None:
        self.policy, self.scenario = policy, scenario
        e = scenario.evaluation
        self.suite = Suite(
            tasks=e.tasks,
            families=e.families,
            shortest=float(e.shortest),
            longest=float(e.longest),
            slope=float(e.slope),
            family_sd=float(e.family_sd),
        )
        self.drafts: dict[str, _DialDraft] = {}
        self.bounds: dict[tuple[Any, ...], Observed] = {}
        self.tables: dict[tuple[Any, ...], Counts] = {}
        self.told: list[str] = []

    def build(self) -> Instrument:
        limits = tuple(
            self._limit(name, model_id, rung)
            for model_id, model in self.policy.threat_models.items()
            for rung, name in enumerate(model.ladder)
        )
        dials = tuple(self._dial(name, draft) for name, draft in self.drafts.items())
        return Instrument(dials=dials, limits=limits, told=tuple(dict.fromkeys(self.told)))

    # ------------------------------------------------------------------------------------ limits

    def _limit(self, name: str, threat_model: str, rung: int) -> LimitInstrument:
        limit = self.policy.limits[name]
        readings, lines = [], []
        base = NEUTRAL if limit.observations else CLAIMS.index(Claim.NEVER_RUN)
        relied = False
        for key, observation in limit.observations.items():
            if isinstance(observation, (RateObservation, HorizonObservation)):
                dial = self._dial_of(threat_model, rung, observation)
                readings.append(self._reading(dial, observation))
                scale = _scale(observation)
                ends = (_place(scale, observation.limit), _place(scale, observation.alert))
                self._tell(f"{name}/{key}", observation)
                lines.append(Lines(dial=dial, limit=ends[0], alert=ends[1]))
                relied |= observation.relied_on
            else:
                cleared, wanted = self._other(f"{name}/{key}", observation)
                base = base if cleared or not wanted else min(base, CLAIMS.index(Claim.NEVER_RUN))
                relied |= wanted
        if limit.observations and not relied:
            base = min(base, CLAIMS.index(Claim.NOT_RULED_OUT))
            self.told.append(f"limit {name} relies on no observation, so nothing clears it (V1)")
        return LimitInstrument(
            id=name,
            threat_model=threat_model,
            hard_stop=limit.hard_stop,
            base=base,
            readings=tuple(readings),
            lines=tuple(_distinct(lines)),
        )

    def _other(self, path: str, observation: object) -> tuple[bool, bool]:
        """Kinds that are not simulated: cleared by the scenario alone; not relied on, they raise nothing."""
        measure = str(getattr(observation, "measure", type(observation).__name__))
        wanted = bool(getattr(observation, "relied_on", False))
        cleared = path in self.scenario.cleared
        fate = "taken as clearing throughout, as the scenario says" if cleared else "never clears" if wanted else ""
        self.told.append(f"observation {path} ({measure}) is not simulated: {fate or 'it raises nothing here'}")
        return cleared, wanted

    def _tell(self, path: str, observation: Measured) -> None:
        """What is simulated as something plainer than it is."""
        if isinstance(observation, RateObservation):
            plainer: list[str] = [observation.measure] if observation.measure != "success_rate" else []
            plainer += ["looked at as it goes"] if observation.sampling is Sampling.ANYTIME else []
            if plainer:
                self.told.append(
                    f"observation {path} ({', '.join(plainer)}) as such: a sealed success rate stands for it"
                )

    # ------------------------------------------------------------------------------------- dials

    def _dial_of(self, threat_model: str, rung: int, observation: Measured) -> int:
        success = f" at {observation.success}" if isinstance(observation, HorizonObservation) else ""
        unit = f" by {observation.unit.value}" if isinstance(observation, RateObservation) else ""
        name = f"{threat_model}: {observation.measure}{success}{unit} on {observation.evaluation}"
        if name not in self.drafts:
            self.drafts[name] = _DialDraft(
                threat_model=threat_model, scale=_scale(observation), rung=rung, counts=self._counts(observation)
            )
        draft = self.drafts[name]
        if draft.rung == rung:
            draft.alerts.append(_place(draft.scale, observation.alert))
        draft.gaps.append(_gap(observation))
        return list(self.drafts).index(name)

    def _counts(self, observation: Measured) -> Counts:
        if isinstance(observation, HorizonObservation):
            key: tuple[Any, ...] = ("horizon", observation.success)
            return self._once(self.tables, key, lambda: horizon_counts(self.suite, float(observation.success)))
        units = self._units(observation)
        return self._once(self.tables, ("rate", units), lambda: rate_counts(units))

    def _units(self, observation: RateObservation) -> int:
        return self.suite.families if observation.unit is Unit.FAMILY else self.suite.tasks

    def _dial(self, name: str, draft: _DialDraft) -> Dial:
        growth, stated = self.policy.evaluation.growth, self.scenario.capability
        alert = min(draft.alerts)
        if draft.scale == "time_horizon":
            training = _log2(stated.horizon_per_doubling or growth.training.horizon)
            monthly = _log2(stated.horizon_per_month or growth.elicitation.horizon_per_month)
        else:
            steepness = 1 / max(_variance(alert), 1e-3)  # of log-odds per point of probability, at the alert line
            training = steepness * float(_or(stated.rate_per_doubling, growth.training.rate))
            monthly = steepness * float(_or(stated.rate_per_month, growth.elicitation.rate_per_month))
        return Dial(
            id=name,
            scale=draft.scale,
            threat_model=draft.threat_model,
            begin=alert,
            rung=draft.rung,
            by_training=training,
            by_month=monthly,
            gap=max(draft.gaps),
            counts=draft.counts,
        )

    # ---------------------------------------------------------------------------------- readings

    def _reading(self, dial: int, observation: Measured) -> Reading:
        scale, growth = _scale(observation), self.policy.evaluation.growth
        horizon = scale == "time_horizon"
        monthly = growth.elicitation.horizon_per_month if horizon else growth.elicitation.rate_per_month
        training = growth.training.horizon if horizon else growth.training.rate
        bounds = [self._raised(observation, low, high) for low, high in self._observed(observation)]
        facts: dict[str, Any] = {
            "direction": observation.direction,
            "limit": Decimal(observation.limit),
            "alert": Decimal(observation.alert),
            "relied_on": observation.relied_on,
            "unproven": unproven(observation),
        }

        def until(line: Decimal, rate: Decimal) -> Any:
            if not observation.relied_on:
                return np.full(len(bounds), inf)
            return np.array([steps_until(scale, bound.upper, line, rate) for bound in bounds])

        return Reading(
            dial=dial,
            says=np.array([says(bound, **facts) for bound in bounds], dtype=np.int64),
            void=np.array([says(bound, **facts, void=True) for bound in bounds], dtype=np.int64),
            months_to_alert=until(Decimal(observation.alert), Decimal(monthly)),
            months_to_limit=until(Decimal(observation.limit), Decimal(monthly)),
            doublings_to_limit=until(Decimal(observation.limit), Decimal(training)),
        )

    def _raised(self, observation: Measured, lower: Decimal, upper: Decimal) -> CountBound:
        return raised(self.policy, observation, lower, upper)

    def _observed(self, observation: Measured) -> Observed:
        low, high = (
            float(observation.alpha_lower),
            level_of_counts(observation.elicitation_shift, observation.alpha_upper),
        )
        if isinstance(observation, HorizonObservation):
            e = observation.envelope
            slopes = (float(e.slope_from), float(e.slope_to))
            key: tuple[Any, ...] = (observation.success, slopes, e.family_sd, low, high)
            return self._once(
                self.bounds,
                key,
                lambda: _horizon_bounds(self.suite, float(observation.success), slopes, float(e.family_sd), low, high),
            )
        units = self._units(observation)
        return self._once(self.bounds, ("rate", units, low, high), lambda: _rate_bounds(units, low, high))

    @staticmethod
    def _once(memo: dict[tuple[Any, ...], T], key: tuple[Any, ...], make: Callable[[], T]) -> T:
        if key not in memo:
            memo[key] = make()
        return memo[key]


def raised(policy: PolicyDocument, observation: Measured, lower: Decimal, upper: Decimal) -> CountBound:
    """Bounds on what was observed, with the observation's shift and the policy's reserve (B1); no recorded miss."""
    reserve, alpha = policy.evaluation.blind_spot_reserve, observation.alpha_upper
    if isinstance(observation, HorizonObservation):
        made = raise_horizon(
            upper, observation.elicitation_shift, alpha=alpha, surprise=Decimal(1), reserve=reserve.horizon
        )
    else:
        made = raise_rate(upper, observation.elicitation_shift, alpha=alpha, surprise=Decimal(0), reserve=reserve.rate)
    return CountBound(lower=lower, upper=made.upper)


def unproven(observation: Measured) -> tuple[tuple[str, str], ...]:
    """Why a proxy's smallness rules nothing out (V1, B2); whether an argument has ended is a matter of dates."""
    found = []
    if observation.direction is Direction.RULE_OUT_PROXY and observation.precursor is None:
        found.append(("V1", "no precursor argument"))
    if observation.elicitation_shift.value is None:
        found.append(("B2", "the elicitation shift is unknown"))
    return tuple(found)


def _horizon_bounds(
    suite: Suite, success: float, slopes: tuple[float, float], family_sd: float, low: float, high: float
) -> Observed:
    """The bound is a function of the number of successes alone: for each number, whichever tasks succeed."""
    from scalegate.estimate.horizon import bound_horizon

    attempts, found = np.ones(suite.tasks, dtype=np.int64), []
    for count in range(suite.tasks + 1):
        successes = (np.arange(suite.tasks) < count).astype(np.int64)
        made = bound_horizon(
            suite.minutes,
            suite.family,
            successes,
            successes,
            attempts,
            success=success,
            slopes=slopes,
            family_sd=family_sd,
            alpha_lower=low,
            alpha_upper=high,
        )
        found.append((round_down(made.lower), round_up(made.upper)))
    return tuple(found)


def _rate_bounds(units: int, low: float, high: float) -> Observed:
    from scalegate.estimate.binomial import bound_binomial

    made = [bound_binomial(count, count, units, low, high) for count in range(units + 1)]
    return tuple((round_down(m.lower), round_up(m.upper)) for m in made)


def _scale(observation: Measured) -> Scale:
    return "time_horizon" if isinstance(observation, HorizonObservation) else "success_rate"


def _gap(observation: Measured) -> float:
    """The policy's own shift on the dial's scale, at the alert line; an unknown shift is taken as none."""
    shift: RateShift | FactorShift = observation.elicitation_shift
    if isinstance(observation, HorizonObservation):
        return _log2(shift.value or Decimal(1))
    alert = float(observation.alert)
    assert isinstance(shift, RateShift)
    made = raise_rate(
        Decimal(observation.alert), shift, alpha=observation.alpha_upper, surprise=Decimal(0), reserve=Decimal(0)
    )
    top = float(made.upper) if made.upper is not None else alert
    return max(0.0, min(on_scale("success_rate", top) - on_scale("success_rate", alert), 6.0))


def _log2(value: Decimal) -> float:
    """Cut where floats end: what a policy promises can be absurd, and is then simulated as very large."""
    return max(-1000.0, min(log2_of(Decimal(value)), 1000.0))


def _place(scale: Scale, line: Decimal) -> float:
    return _log2(line) if scale == "time_horizon" else on_scale(scale, float(line))


def _variance(log_odds: float) -> float:
    rate = 1 / (1 + np.exp(-log_odds))
    return float(rate * (1 - rate))


def _or(value: Decimal | None, other: Decimal) -> Decimal:
    return other if value is None else value


def _distinct(lines: list[Lines]) -> Iterator[Lines]:
    """Of several observations on one dial the lowest line: a limit is reached where the first of them is."""
    found: dict[int, Lines] = {}
    for line in lines:
        known = found.get(line.dial)
        found[line.dial] = line if known is None or line.limit < known.limit else known
    yield from found.values()
