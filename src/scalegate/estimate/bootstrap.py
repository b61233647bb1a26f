"""The time horizon by a free two-parameter fit, with a hierarchical bootstrap: shown, never gating (B5).

For: assessment, publication, `trend`. Does not know: limits, policies, and the bound that gates (`horizon`).

Resampling: families with replacement, tasks within each drawn family, attempts within each task. As all
attempts of one model at one task have one weight, a draw is fully described by how often each task came up and
how many of each model's attempts at it succeeded, so that no draw is ever written out attempt by attempt.
Several models share the draws of families and tasks, so that they can be compared draw by draw.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import inf, log

import numpy as np

from scalegate.errors import Finding, InputError
from scalegate.estimate.bound import FloatArray, IntArray
from scalegate.estimate.logistic import End, Fits, fit_groups

ESTIMATOR = "free_logistic_horizon/1"
NO_DATA = "no data"
CERTAINTY = 0.99
"""How sure an interval's end is to lie beyond the quantile that endlessly many draws would give."""
PUBLISHED_PENALTY = 0.1
"""The penalty of Kwa et al. (2025): `C = 10` with weights that sum to 1. It shifts p80 down."""
_TOGETHER = 200_000
"""Cells (draw, model, task) that are worked on together: they fit in a processor's cache, and bound the memory."""


class Weighting(StrEnum):
    """What a task weighs in a fit, whatever its number of attempts."""

    EQUAL = "equal"
    INVERSE_ROOT = "inverse_root"
    """One over the square root of the number of tasks of its family that the model attempted."""


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
    tables = _tables(minutes[enters], family[enters], successes[:, enters], attempts[:, enters], weighting)
    point = _fit(tables, _every_task(tables), tables.successes[None], penalty, None)
    ends, drawn_from, drawn_to = _drawn(tables, point, seed, draws, [_log_odds(level) for level in levels], penalty)
    models = []
    for model in range(len(successes)):
        own = Fits(**{name: values[0, model : model + 1] for name, values in vars(point).items()})
        spread = drawn_from[:, :, model], drawn_to[:, :, model]
        models.append(_model_fit(tables, model, own, ends[:, model], spread, levels, alpha))
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


# ---------------------------------------------------------------------------- what is resampled


@dataclass(frozen=True, kw_only=True)
class _Tables:
    """The tasks in an order that no name can move: families by what is in them, tasks by length and outcomes.

    Attributes:
        lengths: shape (task,), log2 minutes.
        sizes: tasks of each family; the tasks stand family by family.
        successes, attempts: shape (model, task).
        worth: shape (model, task): weight of one attempt; a model's weights sum to 1 over its attempts.
        keys: one per model, of its outcomes alone.
    """

    lengths: FloatArray
    sizes: tuple[int, ...]
    successes: IntArray
    attempts: IntArray
    worth: FloatArray
    keys: tuple[tuple[int, ...], ...]


def _tables(
    minutes: FloatArray, family: IntArray, successes: IntArray, attempts: IntArray, weighting: Weighting
) -> _Tables:
    lengths = np.log2(minutes)
    keys = tuple(_key(lengths, family, *outcomes) for outcomes in zip(successes, attempts, strict=True))
    rows: dict[int, list[tuple[float, list[tuple[object, ...]], int]]] = {}
    for task, (length, each) in enumerate(zip(lengths.tolist(), family.tolist(), strict=True)):
        outcomes = zip(keys, successes[:, task].tolist(), attempts[:, task].tolist(), strict=True)
        rows.setdefault(each, []).append((length, sorted(outcomes), task))
    groups = sorted(
        (sorted(group) for group in rows.values()), key=lambda group: (len(group), [row[:2] for row in group])
    )
    order = np.array([row[-1] for group in groups for row in group], dtype=np.int64)
    sizes = tuple(len(group) for group in groups)
    tried = attempts[:, order]
    return _Tables(
        lengths=lengths[order],
        sizes=sizes,
        successes=successes[:, order],
        attempts=tried,
        worth=_worth(tried, sizes, weighting),
        keys=keys,
    )


def _key(lengths: FloatArray, family: IntArray, successes: IntArray, attempts: IntArray) -> tuple[int, ...]:
    """Names a model by what it did, so that neither its name nor its place moves its draws."""
    members: dict[int, list[tuple[float, int, int]]] = {}
    for each, *row in zip(family.tolist(), lengths.tolist(), successes.tolist(), attempts.tolist(), strict=True):
        if row[2]:
            members.setdefault(each, []).append((row[0], row[1], row[2]))
    content = repr(sorted(sorted(group) for group in members.values()))
    return tuple(np.frombuffer(hashlib.sha256(content.encode()).digest(), dtype="<u4").tolist())


def _worth(attempts: IntArray, sizes: tuple[int, ...], weighting: Weighting) -> FloatArray:
    tried = attempts > 0
    weights = tried.astype(np.float64)
    if weighting is Weighting.INVERSE_ROOT and sizes:
        starts = np.cumsum((0, *sizes[:-1]))
        in_family = np.repeat(np.add.reduceat(weights, starts, axis=1), sizes, axis=1)
        weights = weights / np.sqrt(np.maximum(in_family, 1))
    total = weights.sum(axis=1, keepdims=True)
    return np.asarray(weights / np.where(total > 0, total, 1) / np.maximum(attempts, 1))


# ---------------------------------------------------------------------------- resampling


@dataclass(frozen=True, kw_only=True)
class _Drawn:
    """Some draws, without the tasks that did not come up.

    Attributes:
        task: shape (draw, place), the task at each place.
        times: how often it came up; 0 at the places that are left over.
    """

    task: IntArray
    times: IntArray


def _every_task(tables: _Tables) -> _Drawn:
    number = tables.lengths.size
    return _Drawn(task=np.arange(number)[None], times=np.ones((1, number), dtype=np.int64))


def _drawn(
    tables: _Tables, point: Fits, seed: bytes, draws: int, log_odds: list[float], penalty: float
) -> tuple[IntArray, FloatArray, FloatArray]:
    """Ends, shape (draw, model), and horizons from below and above, shape (level, draw, model)."""
    models, tasks = tables.attempts.shape
    ends = np.full((draws, models), int(End.NO_SLOPE), dtype=np.int64)
    lower = np.full((len(log_odds), draws, models), -np.inf)
    upper = np.full_like(lower, np.inf)
    if not tasks:
        return ends, lower, upper
    units = np.random.SeedSequence(int.from_bytes(seed, "big"), spawn_key=(0,))
    times = _times_drawn(tables.sizes, np.random.Generator(np.random.PCG64(units)), draws)
    # Streams of their own, so that outcomes do not move the draws of families and tasks, nor models each other's.
    tries = [_stream(seed, key if models > 1 else ()) for key in tables.keys]
    begin = np.where(point.end == End.CONVERGED, (point.intercept, point.slope), 0.0)[:, 0]
    together = max(1, _TOGETHER // (models * tasks))
    for first in range(0, draws, together):
        some = slice(first, first + together)
        drawn = _came_up(times[some])
        found = _fit(tables, drawn, _successes(tables, drawn, tries), penalty, (begin[0], begin[1]))
        ends[some] = found.end
        for level, odds in enumerate(log_odds):
            lower[level, some], upper[level, some] = found.lengths(odds)
    return ends, lower, upper


def _stream(seed: bytes, key: tuple[int, ...]) -> np.random.Generator:
    sequence = np.random.SeedSequence(int.from_bytes(seed, "big"), spawn_key=(1, *key))
    return np.random.Generator(np.random.PCG64(sequence))


def _times_drawn(sizes: tuple[int, ...], generator: np.random.Generator, draws: int) -> IntArray:
    """Shape (draw, task): how often each task came up."""
    families = len(sizes)
    picked = _tally(generator, np.full(draws, families), families)
    return np.concatenate([_tally(generator, picked[:, i] * size, size) for i, size in enumerate(sizes)], axis=1)


def _tally(generator: np.random.Generator, numbers: IntArray, kinds: int) -> IntArray:
    """Shape (draw, kind): how often each kind comes up when each draw takes its number of them, evenly."""
    draw = np.repeat(np.arange(numbers.size), numbers)
    kind = generator.integers(0, kinds, size=draw.size)
    return np.bincount(draw * kinds + kind, minlength=numbers.size * kinds).reshape(numbers.size, kinds)


def _came_up(times: IntArray) -> _Drawn:
    width = int((times > 0).sum(axis=1).max())
    task = np.argsort(times == 0, axis=1, kind="stable")[:, :width]
    return _Drawn(task=task, times=np.take_along_axis(times, task, axis=1))


def _successes(tables: _Tables, drawn: _Drawn, streams: list[np.random.Generator]) -> IntArray:
    """Shape (draw, model, place): successes among the attempts drawn.

    A task that came up `m` times with `n` attempts has `m * n` of them drawn from its own `n`.
    """
    won = np.empty((drawn.task.shape[0], len(streams), drawn.task.shape[1]), dtype=np.int64)
    for model, generator in enumerate(streams):
        number, tries = tables.successes[model], tables.attempts[model]
        mixed = ((number > 0) & (number < tries))[drawn.task] & (drawn.times > 0)
        mine = drawn.times * number[drawn.task]
        task = drawn.task[mixed]
        mine[mixed] = generator.binomial(drawn.times[mixed] * tries[task], (number / np.maximum(tries, 1))[task])
        won[:, model] = mine
    return won


# ---------------------------------------------------------------------------- fits and their quantiles


def _fit(
    tables: _Tables, drawn: _Drawn, won: IntArray, penalty: float, start: tuple[FloatArray, FloatArray] | None
) -> Fits:
    """Curves of shape (draw, model)."""
    tried = np.take(tables.attempts, drawn.task, axis=1).swapaxes(0, 1) * drawn.times[:, None]
    worth = np.take(tables.worth, drawn.task, axis=1).swapaxes(0, 1)
    return fit_groups(tables.lengths[drawn.task], won * worth, (tried - won) * worth, penalty=penalty, start=start)


def _model_fit(
    tables: _Tables,
    model: int,
    point: Fits,
    ends: IntArray,
    spread: tuple[FloatArray, FloatArray],
    levels: Sequence[float],
    alpha: float,
) -> ModelFit:
    tried = tables.attempts[model] > 0
    if not tried.any():
        return ModelFit(label=NO_DATA, horizons=tuple(Horizon(success=level) for level in levels))
    end = End(int(point.end[0]))
    converged = end is End.CONVERGED
    return ModelFit(
        label=end.label,
        horizons=tuple(
            _horizon(point, lower, upper, level, alpha)
            if end in (End.CONVERGED, End.SEPARATED)
            else Horizon(success=level)  # B5: without a curve nothing is bounded
            for level, lower, upper in zip(levels, *spread, strict=True)
        ),
        intercept=float(point.intercept[0]) if converged else None,
        slope=-float(point.slope[0]) if converged else None,
        draws=ends.size,
        separated_draws=int((ends == End.SEPARATED).sum()),
        unconverged_draws=int((ends >= End.NO_SLOPE).sum()),
        units=int(tried.sum()),
        families=len(set(np.repeat(np.arange(len(tables.sizes)), tables.sizes)[tried].tolist())),
    )


def _horizon(point: Fits, lower: FloatArray, upper: FloatArray, level: float, alpha: float) -> Horizon:
    """The horizon and the ends of its interval, in minutes.

    The ends are order statistics that lie beyond the quantiles of endlessly many draws, but for a Monte Carlo
    error of probability `1 - CERTAINTY` each.
    """
    gap_from, gap_to = point.lengths(_log_odds(level))  # equal unless separated
    middle = float(_minutes((gap_from + gap_to) / 2)[0])
    rank = covering_rank(lower.size, 1 - alpha / 2)
    if rank is None:
        return Horizon(success=level, minutes=middle)
    return Horizon(
        success=level,
        minutes=middle,
        lower=float(_minutes(np.sort(lower)[-rank : lower.size - rank + 1])[0]),
        upper=float(_minutes(np.sort(upper)[rank - 1 : rank])[0]),
    )


# ---------------------------------------------------------------------------- ends of intervals


def covering_rank(draws: int, level: float, certainty: float = CERTAINTY) -> int | None:
    """The least rank whose order statistic is at or above the quantile `level` with probability `certainty`.

    None when not even the greatest draw is. The number of draws below the quantile is binomial.
    """
    from scipy.special import bdtr

    ranks = np.arange(1, draws + 1)
    enough = np.flatnonzero(bdtr(ranks - 1, draws, level) >= certainty)
    return int(ranks[enough[0]]) if enough.size else None


def _minutes(lengths: FloatArray) -> FloatArray:
    with np.errstate(over="ignore"):
        return np.asarray(np.exp2(lengths))
