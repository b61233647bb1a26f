"""From an outcome table to the gate's bounds for one observation (B1-B5).

For: assessment. Does not know: which runs were pooled, what a verdict is.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

import numpy as np
import numpy.typing as npt

from scalegate.estimate.bound import Bounds
from scalegate.evidence.outcomes import OutcomeTable
from scalegate.policy.document import BlindSpotReserve, HorizonObservation, RateObservation, Spread, Unit
from scalegate.quantity import Digest, round_down, round_up
from scalegate.verdict.verdict import FreeFit


@dataclass(frozen=True, kw_only=True)
class GateBounds:
    """Bounds as the gate uses them, cut to six digits outwards, and what went into them.

    `upper` None means that the elicitation shift is unknown: nothing is ruled out (B2).
    """

    lower: Decimal
    upper: Decimal | None
    observed_upper: Decimal
    point: Decimal | None
    estimator: str
    units: int
    shift: Decimal | None
    shift_words: str
    envelope: str
    notes: tuple[str, ...]
    free_fit: FreeFit | None = None


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


def rate_bounds(observation: RateObservation, table: OutcomeTable, reserve: BlindSpotReserve) -> GateBounds:
    """A success rate or mean score; `g` and the reserve are points of probability, and the sum ends at 1."""
    from scalegate.estimate.overdispersed import ICC_MAX
    from scalegate.estimate.rate import bound_mean, bound_rate

    columns = _columns(table)
    unit: Literal["task", "family"] = "family" if observation.unit is Unit.FAMILY else "task"
    low, high = float(observation.alpha_lower), float(observation.alpha_upper)
    if observation.measure == "success_rate":
        counts = (columns.successes_lower, columns.successes_upper, columns.registered)
        icc_max = ICC_MAX if observation.spread is Spread.BETA else None
        found = bound_rate(*counts, columns.family, unit=unit, alpha_lower=low, alpha_upper=high, icc_max=icc_max)
    else:
        means = (np.array(table.mean_lower, dtype=np.float64), np.array(table.mean_upper, dtype=np.float64))
        found = bound_mean(*means, columns.family, unit=unit, alpha_lower=low, alpha_upper=high)
    upper = round_up(found.upper)
    shift = observation.elicitation_shift
    raised = None if shift.value is None else min(upper + shift.value + reserve.rate, Decimal(1))
    words = "unknown" if shift.value is None else f"+{shift.value} ({shift.author}: {shift.reason})"
    return _gate_bounds(found, upper, raised, (shift.value, words), "")


def horizon_bounds(observation: HorizonObservation, table: OutcomeTable, reserve: BlindSpotReserve) -> GateBounds:
    """A time horizon in minutes; `g` and the reserve are factors. The free fit is shown beside it (B5)."""
    from scalegate.estimate.horizon import bound_horizon

    envelope = observation.envelope
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
        alpha_upper=float(observation.alpha_upper),
    )
    upper = round_up(found.upper)
    shift = observation.elicitation_shift
    raised = None if shift.value is None else upper * shift.value * reserve.horizon
    words = "unknown" if shift.value is None else f"{shift.value} ({shift.author}: {shift.reason})"
    stated = (
        f"slopes {envelope.slope_from} to {envelope.slope_to} per doubling, "
        f"family deviation up to {envelope.family_sd}: {envelope.reason}"
    )
    return _gate_bounds(found, upper, raised, (shift.value, words), stated)


def _gate_bounds(
    found: Bounds,
    upper: Decimal,
    raised: Decimal | None,
    shift: tuple[Decimal | None, str],
    envelope: str,
) -> GateBounds:
    return GateBounds(
        lower=round_down(found.lower),
        upper=None if raised is None else round_up(raised),
        observed_upper=upper,
        point=None if found.point is None else round_down(found.point),
        estimator=found.estimator,
        units=found.units,
        shift=None if shift[0] is None else Decimal(shift[0]),
        shift_words=shift[1],
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
