"""From an outcome table to the gate's bounds for one observation (B1-B5).

For: assessment. Does not know: which runs were pooled, what a verdict is.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

import numpy as np
import numpy.typing as npt

from scalegate.assessment.shift import Raised, level_of_counts, raise_horizon, raise_rate
from scalegate.estimate.bound import Bounds
from scalegate.evidence.outcomes import OutcomeTable
from scalegate.policy.document import BlindSpotReserve, HorizonObservation, RateObservation, Sampling, Spread, Unit
from scalegate.quantity import Digest, round_down, round_up
from scalegate.verdict.verdict import FreeFit


@dataclass(frozen=True, kw_only=True)
class GateBounds:
    """Bounds as the gate uses them, cut to six digits outwards, and what went into them.

    `upper` None means that the elicitation shift is unknown: nothing is ruled out (B2).

    Attributes:
        observed_upper: before shift and reserve; None for a growth, whose ends are no claim on one model (B2).
        unbounded: why nothing bounds it from above, where the numbers alone do not say (B3).
        series: addresses of other models' runs that the bounds rest on.
        weight: for a growth in a year, doublings of it for each doubling of the subject's task length.
    """

    lower: Decimal
    upper: Decimal | None
    observed_upper: Decimal | None
    point: Decimal | None
    standard_error: Decimal | None
    estimator: str
    units: int
    shift: Decimal | None
    shift_words: str
    envelope: str
    notes: tuple[str, ...]
    free_fit: FreeFit | None = None
    unbounded: str = ""
    series: tuple[Digest, ...] = ()
    weight: Decimal = Decimal(1)


IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class _Columns:
    """The table as arrays of shape (task,); families as numbers, unknown minutes as NaN for the estimators."""

    minutes: npt.NDArray[np.float64]
    family: IntArray
    successes_lower: IntArray
    successes_upper: IntArray
    registered: IntArray


def _columns(table: OutcomeTable) -> _Columns:
    numbers = {family: number for number, family in enumerate(sorted(set(table.family)))}
    return _Columns(
        minutes=np.array([np.nan if m is None else m for m in table.minutes], dtype=np.float64),
        family=np.array([numbers[family] for family in table.family], dtype=np.int64),
        successes_lower=np.array(table.successes_lower, dtype=np.int64),
        successes_upper=np.array(table.successes_upper, dtype=np.int64),
        registered=np.array(table.registered, dtype=np.int64),
    )


def rate_bounds(
    observation: RateObservation,
    table: OutcomeTable,
    reserve: BlindSpotReserve,
    *,
    planned: int,
    surprise: Decimal = Decimal(0),
) -> GateBounds:
    """A success rate or mean score; `g`, surprises and the reserve are points of probability, and the sum ends at 1.

    Args:
        table: for `sampling: anytime` cut to the tasks reached, in the drawn order.
        planned: registered tasks, reached or not.
    """
    columns = _columns(table)
    shift = observation.elicitation_shift
    levels = float(observation.alpha_lower), level_of_counts(shift, observation.alpha_upper)
    if observation.sampling is Sampling.ANYTIME:
        found = _campaign(observation, table, columns, planned, levels)
    else:
        found = _sealed(observation, table, columns, levels)
    upper = round_up(found.upper)
    raised = raise_rate(upper, shift, alpha=observation.alpha_upper, surprise=surprise, reserve=reserve.rate)
    return _gate_bounds(found, upper, raised, "")


def _sealed(
    observation: RateObservation, table: OutcomeTable, columns: _Columns, levels: tuple[float, float]
) -> Bounds:
    from scalegate.estimate.overdispersed import ICC_MAX
    from scalegate.estimate.rate import bound_mean, bound_rate

    unit: Literal["task", "family"] = "family" if observation.unit is Unit.FAMILY else "task"
    low, high = levels
    if observation.measure == "success_rate":
        counts = (columns.successes_lower, columns.successes_upper, columns.registered)
        icc_max = ICC_MAX if observation.spread is Spread.BETA else None
        return bound_rate(*counts, columns.family, unit=unit, alpha_lower=low, alpha_upper=high, icc_max=icc_max)
    means = (np.array(table.mean_lower, dtype=np.float64), np.array(table.mean_upper, dtype=np.float64))
    return bound_mean(*means, columns.family, unit=unit, alpha_lower=low, alpha_upper=high)


def _campaign(
    observation: RateObservation,
    table: OutcomeTable,
    columns: _Columns,
    planned: int,
    levels: tuple[float, float],
) -> Bounds:
    """Bounds that hold at every look (B4); `policy check` refuses families as units of a campaign."""
    from scalegate.estimate.campaign import bound_campaign

    counted = observation.measure == "success_rate"
    if counted:
        tries = np.maximum(columns.registered, 1)
        lower, upper = columns.successes_lower / tries, columns.successes_upper / tries
    else:
        lower = np.array(table.mean_lower, dtype=np.float64)
        upper = np.array(table.mean_upper, dtype=np.float64)
    found = bound_campaign(
        lower,
        upper,
        planned=planned,
        single=counted and bool(np.all(columns.registered == 1)),
        alpha_lower=levels[0],
        alpha_upper=levels[1],
    )
    left = planned - lower.size
    stopped = f"{left} of {planned} registered tasks were not reached: the campaign stopped early"
    return replace(found, notes=(*found.notes, stopped)) if left else found


def horizon_bounds(
    observation: HorizonObservation, table: OutcomeTable, reserve: BlindSpotReserve, *, surprise: Decimal = Decimal(1)
) -> GateBounds:
    """A time horizon in minutes; `g`, surprises and the reserve are factors. The free fit is shown beside it (B5)."""
    from scalegate.estimate.horizon import bound_horizon

    envelope, shift = observation.envelope, observation.elicitation_shift
    columns = _columns(table)
    found = bound_horizon(
        columns.minutes,
        columns.family,
        columns.successes_lower,
        columns.successes_upper,
        columns.registered,
        success=float(observation.success),
        slopes=(float(envelope.slope_from), float(envelope.slope_to)),
        family_sd=float(envelope.family_sd),
        alpha_lower=float(observation.alpha_lower),
        alpha_upper=level_of_counts(shift, observation.alpha_upper),
    )
    upper = round_up(found.upper)
    raised = raise_horizon(upper, shift, alpha=observation.alpha_upper, surprise=surprise, reserve=reserve.horizon)
    stated = (
        f"slopes {envelope.slope_from} to {envelope.slope_to} per doubling, "
        f"family deviation up to {envelope.family_sd}: {envelope.reason}"
    )
    return _gate_bounds(found, upper, raised, stated)


def _gate_bounds(found: Bounds, upper: Decimal, raised: Raised, envelope: str) -> GateBounds:
    return GateBounds(
        lower=round_down(found.lower),
        upper=raised.upper,
        observed_upper=upper,
        point=None if found.point is None else round_down(found.point),
        standard_error=None if found.standard_error is None else round_up(found.standard_error),
        estimator=found.estimator,
        units=found.units,
        shift=None if raised.shift is None else Decimal(raised.shift),
        shift_words=raised.words,
        envelope=envelope,
        notes=found.notes,
    )


def seed_of(policy: Digest, limit: str) -> bytes:
    """The seed of a limit's draws: of the policy and the limit, never of outcomes or names of models."""
    return hashlib.sha256("\0".join(("scalegate/1", policy, limit)).encode()).digest()


def free_fit(table: OutcomeTable, *, seed: bytes, draws: int) -> FreeFit:
    """The free two-parameter fit with its bootstrap intervals, for display."""
    from scalegate.estimate.bootstrap import fit_free

    columns = _columns(table)
    valid = np.array(table.valid, dtype=np.int64)
    fit = fit_free(columns.minutes, columns.family, columns.successes_lower, valid, seed=seed, draws=draws)
    return FreeFit(
        label=fit.label,
        p50=_shown(fit.p50),
        p50_lower=_shown(fit.p50_lower),
        p50_upper=_shown(fit.p50_upper, up=True),
        p80=_shown(fit.p80),
        p80_lower=_shown(fit.p80_lower),
        p80_upper=_shown(fit.p80_upper, up=True),
        slope=_shown(fit.slope),
        draws=fit.draws,
        unconverged_draws=fit.unconverged_draws,
        seed=Digest(f"sha256:{seed.hex()}"),
    )


def _shown(value: float | None, *, up: bool = False) -> Decimal | None:
    if value is None:
        return None
    return round_up(value) if up else round_down(value)
