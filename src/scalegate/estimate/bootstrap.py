"""The time horizon by a free two-parameter fit, with a hierarchical bootstrap: shown, never gating (B5).

For: assessment, publication, `trend`. Does not know: limits, policies, and the bound that gates (`horizon`).

Resampling: families with replacement, tasks within each drawn family, attempts within each task. As all
attempts of one model at one task have one weight, a draw is fully described by how often each task came up and
how many of each model's attempts at it succeeded, so that no draw is ever written out attempt by attempt.
Several models share the draws of families and tasks, so that they can be compared draw by draw.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp2, inf, log

import numpy as np

from scalegate.errors import Finding, InputError
from scalegate.estimate.bound import FloatArray, IntArray
from scalegate.estimate.interval import Ends, interval
from scalegate.estimate.logistic import End, Fits, fit_groups
from scalegate.estimate.resampling import (
    Drawn,
    Tables,
    Weighting,
    came_up,
    every_task,
    stream,
    successes_of,
    tables_of,
    times_drawn,
)

ESTIMATOR = "free_logistic_horizon/2"
NO_DATA = "no data"
PUBLISHED_PENALTY = 0.1
"""The penalty of Kwa et al. (2025): `C = 10` with weights that sum to 1. It shifts p80 down."""
_TOGETHER = 200_000
"""Cells (draw, model, task) that are worked on together: they fit in a processor's cache, and bound the memory."""


@dataclass(frozen=True, kw_only=True)
class FreeHorizon:
    """Horizons in minutes of human time, with two-sided bootstrap intervals.

    Attributes:
        label: how the fit ended: `converged`, `separated`, `no slope`, `not converged` or `no data`.
        p50, p80: length at which success has probability 0.5 or 0.8; None without a curve. Where separated,
            the geometric middle of the gap; infinite without a failure, 0 without a success.
        slope: drop of the log-odds per doubling of minutes; None unless converged.
        draws: bootstrap draws; `separated_draws`, `unconverged_draws` count those without a curve, the
            latter being `no slope` or `not converged`: 0 in the lower end and infinite in the upper.
        units: tasks in the fit; `families`: their families.
    """

    label: str
    p50: float | None = None
    p50_lower: float = 0.0
    p50_upper: float = inf
    p80: float | None = None
    p80_lower: float = 0.0
    p80_upper: float = inf
    slope: float | None = None
    draws: int = 0
    separated_draws: int = 0
    unconverged_draws: int = 0
    units: int = 0
    families: int = 0


@dataclass(frozen=True, kw_only=True)
class Horizon:
    """Length in minutes at which success has probability `success`: as in `FreeHorizon`, at any level."""

    success: float
    minutes: float | None = None
    lower: float = 0.0
    upper: float = inf


@dataclass(frozen=True, kw_only=True)
class ModelFit:
    """One model's curve `log-odds = intercept - slope * log2(minutes)`, its horizons, and how the fits ended.

    The fields are those of `FreeHorizon`; `horizons` stand in the order of the levels asked for.
    """

    label: str
    horizons: tuple[Horizon, ...]
    intercept: float | None = None
    slope: float | None = None
    draws: int = 0
    separated_draws: int = 0
    unconverged_draws: int = 0
    units: int = 0
    families: int = 0


@dataclass(frozen=True, kw_only=True)
class ModelFits:
    """Several models, fitted in one pass.

    Attributes:
        models: in the order of the input.
        drawn_from, drawn_to: shape (level, draw, model): log2 minutes of each draw's horizon, from below and above.
            They differ where a draw is separated (the ends of the gap), and are minus infinite and infinite
            where it has no curve. Without a failure both are infinite, without a success minus infinite.
    """

    models: tuple[ModelFit, ...]
    drawn_from: FloatArray
    drawn_to: FloatArray


def fit_free(
    minutes: FloatArray,
    family: IntArray,
    successes: IntArray,
    attempts: IntArray,
    *,
    seed: bytes,
    draws: int = 1000,
    alpha: float = 0.05,
) -> FreeHorizon:
    """Fit `log-odds = b0 + b1 * log2(minutes)`, each task weighing the same, and resample.

    Args:
        minutes: shape (task,), above 0; NaN where unknown: such a task does not enter.
        family: any number per task, equal within a family; what the numbers are changes nothing.
        successes, attempts: per task, of the valid attempts; a task without one does not enter.
        seed: 32 bytes; the only source of chance.
        draws: bootstrap draws.
        alpha: the intervals have two-sided level `1 - alpha`.

    Source: the horizon and its bootstrap as in T. Kwa et al. (2025), "Measuring AI Ability to Complete Long
    Tasks", without the penalty on the slope, and keeping draws with one outcome only.
    Test: `test_free_horizon.py`.
    """
    fits = fit_models(minutes, family, successes[None], attempts[None], seed=seed, draws=draws, alpha=alpha)
    (fit,) = fits.models
    p50, p80 = fit.horizons
    return FreeHorizon(
        label=fit.label,
        p50=p50.minutes,
        p50_lower=p50.lower,
        p50_upper=p50.upper,
        p80=p80.minutes,
        p80_lower=p80.lower,
        p80_upper=p80.upper,
        slope=fit.slope,
        draws=fit.draws,
        separated_draws=fit.separated_draws,
        unconverged_draws=fit.unconverged_draws,
        units=fit.units,
        families=fit.families,
    )


def fit_models(
    minutes: FloatArray,
    family: IntArray,
    successes: IntArray,
    attempts: IntArray,
    *,
    seed: bytes,
    draws: int = 1000,
    alpha: float = 0.05,
    levels: Sequence[float] = (0.5, 0.8),
    weighting: Weighting = Weighting.EQUAL,
    penalty: float = 0.0,
    ends: Ends = Ends.WIDENED,
) -> ModelFits:
    """Fit several models on one set of tasks, and resample them together.

    Args:
        minutes, family: per task, as in `fit_free`.
        successes, attempts: shape (model, task), of the valid attempts; 0 of 0 where a model has none.
        seed, draws, alpha: as in `fit_free`.
        levels: success rates asked for, each between 0 and 1.
        weighting: of tasks within a model. As published, a task's weight in a draw is that in the data times how
            often it came up, not brought back to a sum of 1: with a penalty, that matters.
        penalty: as in `logistic.fit_groups`, for weights that sum to 1; `PUBLISHED_PENALTY` matches METR.
        ends: of the intervals; `PERCENTILE` matches METR.

    The tasks of all models together are what families and tasks are drawn from, as published. The order of
    tasks, families and models changes no draw of any model.

    Raises:
        InputError: with negative counts, more successes than attempts, minutes of 0 or infinity, shapes that do not
            fit, or a level, penalty or number of draws out of range.

    Source: as `fit_free`; the penalised form and the weighting are theirs.
    Tests: `test_metr_parity.py`, `test_bootstrap_of_models.py`.
    """
    assert len(seed) == 32, len(seed)
    _check(minutes, family, successes, attempts)
    if draws < 0 or not 0 < alpha < 1 or penalty < 0:
        raise _error(
            "draws, alpha, penalty", f"{draws}, {alpha!r}, {penalty!r}", "give 0 or more, a level in (0, 1), 0 or more"
        )
    if not levels or not all(0 < level < 1 for level in levels):
        raise _error("levels", f"{tuple(levels)}", "ask for success rates above 0 and below 1")
    known = ~np.isnan(minutes)
    enters = known & (attempts > 0).any(axis=0)
    tables = tables_of(minutes[enters], family[enters], successes[:, enters], attempts[:, enters], weighting)
    point = _fit(tables, every_task(tables), tables.successes[None], penalty, None)
    how, drawn_from, drawn_to = _drawn(tables, point, seed, draws, [_log_odds(level) for level in levels], penalty)
    models = []
    for model in range(len(successes)):
        own = Fits(**{name: values[0, model : model + 1] for name, values in vars(point).items()})
        spread = drawn_from[:, :, model], drawn_to[:, :, model]
        models.append(_model_fit(tables, model, own, how[:, model], spread, levels, alpha, ends))
    return ModelFits(models=tuple(models), drawn_from=drawn_from, drawn_to=drawn_to)


def _check(minutes: FloatArray, family: IntArray, successes: IntArray, attempts: IntArray) -> None:
    shape = (len(successes), minutes.size)
    if minutes.ndim != 1 or family.shape != minutes.shape or not successes.shape == attempts.shape == shape:
        raise _error("tasks", "arrays of different lengths", "give minutes, family and counts for the same tasks")
    if not ((successes >= 0) & (successes <= attempts)).all():
        raise _error("successes", "negative, or more than the attempts", "count each attempt once")
    known = minutes[~np.isnan(minutes)]
    if not ((known > 0) & np.isfinite(known)).all():
        raise _error("minutes", "human minutes that are not above 0 and finite", "leave minutes out where unknown")


def _error(where: str, what: str, mend: str) -> InputError:
    return InputError(Finding(where=where, what=what, mend=mend))


def _log_odds(success: float) -> float:
    return log(success / (1 - success))


# ---------------------------------------------------------------------------- fits and their quantiles


def _drawn(
    tables: Tables, point: Fits, seed: bytes, draws: int, log_odds: list[float], penalty: float
) -> tuple[IntArray, FloatArray, FloatArray]:
    """Ends, shape (draw, model), and horizons from below and above, shape (level, draw, model)."""
    models, tasks = tables.attempts.shape
    ends = np.full((draws, models), int(End.NO_SLOPE), dtype=np.int64)
    lower = np.full((len(log_odds), draws, models), -np.inf)
    upper = np.full_like(lower, np.inf)
    if not tasks:
        return ends, lower, upper
    units = np.random.SeedSequence(int.from_bytes(seed, "big"), spawn_key=(0,))
    times = times_drawn(tables.sizes, np.random.Generator(np.random.PCG64(units)), draws)
    # Streams of their own, so that outcomes do not move the draws of families and tasks, nor models each other's.
    tries = [stream(seed, key if models > 1 else ()) for key in tables.keys]
    begin = np.where(point.end == End.CONVERGED, (point.intercept, point.slope), 0.0)[:, 0]
    together = max(1, _TOGETHER // (models * tasks))
    for first in range(0, draws, together):
        some = slice(first, first + together)
        drawn = came_up(times[some])
        found = _fit(tables, drawn, successes_of(tables, drawn, tries), penalty, (begin[0], begin[1]))
        ends[some] = found.end
        for level, odds in enumerate(log_odds):
            lower[level, some], upper[level, some] = found.lengths(odds)
    return ends, lower, upper


def _fit(
    tables: Tables, drawn: Drawn, won: IntArray, penalty: float, start: tuple[FloatArray, FloatArray] | None
) -> Fits:
    """Curves of shape (draw, model)."""
    tried = np.take(tables.attempts, drawn.task, axis=1).swapaxes(0, 1) * drawn.times[:, None]
    worth = np.take(tables.worth, drawn.task, axis=1).swapaxes(0, 1)
    return fit_groups(tables.lengths[drawn.task], won * worth, (tried - won) * worth, penalty=penalty, start=start)


def _model_fit(
    tables: Tables,
    model: int,
    point: Fits,
    how: IntArray,
    spread: tuple[FloatArray, FloatArray],
    levels: Sequence[float],
    alpha: float,
    ends: Ends,
) -> ModelFit:
    tried = tables.attempts[model] > 0
    if not tried.any():
        return ModelFit(label=NO_DATA, horizons=tuple(Horizon(success=level) for level in levels))
    end = End(int(point.end[0]))
    converged = end is End.CONVERGED
    families = len(set(np.repeat(np.arange(len(tables.sizes)), tables.sizes)[tried].tolist()))
    return ModelFit(
        label=end.label,
        horizons=tuple(
            _horizon(point, drawn, families, level, alpha, ends)
            if end in (End.CONVERGED, End.SEPARATED)
            else Horizon(success=level)  # B5: without a curve nothing is bounded
            for level, drawn in zip(levels, zip(*spread, strict=True), strict=True)
        ),
        intercept=float(point.intercept[0]) if converged else None,
        slope=-float(point.slope[0]) if converged else None,
        draws=how.size,
        separated_draws=int((how == End.SEPARATED).sum()),
        unconverged_draws=int((how >= End.NO_SLOPE).sum()),
        units=int(tried.sum()),
        families=families,
    )


def _horizon(
    point: Fits, drawn: tuple[FloatArray, FloatArray], families: int, level: float, alpha: float, ends: Ends
) -> Horizon:
    """The horizon and the ends of its interval, in minutes."""
    gap_from, gap_to = point.lengths(_log_odds(level))  # equal unless separated
    middle = float(((gap_from + gap_to) / 2)[0])
    lower, upper = interval(middle, *drawn, units=families, alpha=alpha, ends=ends)
    return Horizon(success=level, minutes=_minutes(middle), lower=_minutes(lower), upper=_minutes(upper))


def _minutes(length: float) -> float:
    return exp2(length) if length < 1024 else inf
