"""The time horizon by a free two-parameter fit, with a hierarchical bootstrap: shown, never gating (B5).

For: assessment, publication. Does not know: limits, policies, and the bound that gates (`horizon`).

Resampling: families with replacement, tasks within each drawn family, attempts within each task. As all
attempts of one task have one weight, a draw is fully described by how often each task came up and how many
of its attempts succeeded, so that no draw is ever written out attempt by attempt.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, log

import numpy as np

from scalegate.estimate.bound import FloatArray, IntArray
from scalegate.estimate.logistic import End, Fits, fit_logistic

ESTIMATOR = "free_logistic_horizon/1"
NO_DATA = "no data"
CERTAINTY = 0.99
"""How sure an interval's end is to lie beyond the quantile that endlessly many draws would give."""


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
    """
    assert len(seed) == 32, len(seed)
    assert np.all((successes >= 0) & (successes <= attempts))
    enters = ~np.isnan(minutes) & (attempts > 0)
    if not enters.any():
        return FreeHorizon(label=NO_DATA)
    cells = _cells(minutes[enters], family[enters], successes[enters], attempts[enters])
    point = _fit(cells, np.ones((1, cells.lengths.size)), cells.successes[None, :] / cells.attempts)
    spread = _fit(cells, *_resample(cells, seed, draws))
    end = End(int(point.end[0]))
    has_curve = end in (End.CONVERGED, End.SEPARATED)
    p50, p50_lower, p50_upper = _horizon(point, spread, 0.5, alpha) if has_curve else _UNBOUNDED
    p80, p80_lower, p80_upper = _horizon(point, spread, 0.8, alpha) if has_curve else _UNBOUNDED
    return FreeHorizon(
        label=end.label,
        p50=p50,
        p50_lower=p50_lower,
        p50_upper=p50_upper,
        p80=p80,
        p80_lower=p80_lower,
        p80_upper=p80_upper,
        slope=-float(point.slope[0]) if end is End.CONVERGED else None,
        draws=draws,
        separated_draws=int((spread.end == End.SEPARATED).sum()),
        unconverged_draws=int((spread.end >= End.NO_SLOPE).sum()),
        units=int(cells.lengths.size),
        families=len(cells.sizes),
    )


# ---------------------------------------------------------------------------- resampling


@dataclass(frozen=True, kw_only=True)
class _Cells:
    """The tasks in an order that no name can move: families by what is in them, tasks by length and outcome."""

    lengths: FloatArray
    successes: FloatArray
    attempts: FloatArray
    sizes: tuple[int, ...]


def _cells(minutes: FloatArray, family: IntArray, successes: IntArray, attempts: IntArray) -> _Cells:
    rows = list(zip(np.log2(minutes).tolist(), successes.tolist(), attempts.tolist(), strict=True))
    members: dict[int, list[tuple[float, int, int]]] = {}
    for each, row in zip(family.tolist(), rows, strict=True):
        members.setdefault(each, []).append(row)
    groups = sorted((sorted(group) for group in members.values()), key=lambda group: (len(group), group))
    columns = np.array([row for group in groups for row in group], dtype=np.float64).T
    return _Cells(
        lengths=columns[0], successes=columns[1], attempts=columns[2], sizes=tuple(len(group) for group in groups)
    )


def _resample(cells: _Cells, seed: bytes, draws: int) -> tuple[FloatArray, FloatArray]:
    """Shape (draw, task): how often each task was drawn, and the sum of its shares of successes.

    A task that came up `m` times with `n` attempts has `m * n` of them drawn from its own `n`.
    """
    units, tries = np.random.SeedSequence(int.from_bytes(seed, "big")).spawn(2)
    times = _times_drawn(cells.sizes, np.random.Generator(np.random.PCG64(units)), draws)
    share = cells.successes / cells.attempts
    won = times * share
    mixed = np.flatnonzero((share > 0) & (share < 1))
    if mixed.size:  # a separate stream, so that outcomes do not move the draws of families and tasks
        generator = np.random.Generator(np.random.PCG64(tries))
        trials = (times[:, mixed] * cells.attempts[mixed]).astype(np.int64)
        won[:, mixed] = generator.binomial(trials, share[mixed]) / cells.attempts[mixed]
    return times, won


def _times_drawn(sizes: tuple[int, ...], generator: np.random.Generator, draws: int) -> FloatArray:
    families = len(sizes)
    picked = _tally(generator, np.full(draws, families), families)
    return np.concatenate(
        [_tally(generator, picked[:, i] * size, size) for i, size in enumerate(sizes)], axis=1
    ).astype(np.float64)


def _tally(generator: np.random.Generator, numbers: IntArray, kinds: int) -> IntArray:
    """Shape (draw, kind): how often each kind comes up when each draw takes its number of them, evenly."""
    draw = np.repeat(np.arange(numbers.size), numbers)
    kind = generator.integers(0, kinds, size=draw.size)
    return np.bincount(draw * kinds + kind, minlength=numbers.size * kinds).reshape(numbers.size, kinds)


# ---------------------------------------------------------------------------- fits and their quantiles


def _fit(cells: _Cells, weights: FloatArray, won: FloatArray) -> Fits:
    """One curve per row; tasks of one length are one cell, since only their sums enter."""
    lengths, where = np.unique(cells.lengths, return_inverse=True)
    order = np.argsort(where, kind="stable")
    starts = np.searchsorted(where[order], np.arange(lengths.size))
    won_at = np.add.reduceat(won[:, order], starts, axis=1)
    lost_at = np.add.reduceat((weights - won)[:, order], starts, axis=1)
    return fit_logistic(lengths, won_at, np.maximum(lost_at, 0))


_UNBOUNDED = (None, 0.0, inf)  # B5: without a curve nothing is bounded


def _horizon(point: Fits, spread: Fits, success: float, alpha: float) -> tuple[float, float, float]:
    """The horizon and the ends of its interval, in minutes.

    The ends are order statistics that lie beyond the quantiles of endlessly many draws, but for a Monte Carlo
    error of probability `1 - CERTAINTY` each.
    """
    log_odds = log(success / (1 - success))
    lower, upper = spread.lengths(log_odds)
    gap_from, gap_to = point.lengths(log_odds)  # equal unless separated
    middle = float(_minutes((gap_from + gap_to) / 2)[0])
    rank = covering_rank(lower.size, 1 - alpha / 2)
    if rank is None:
        return middle, 0.0, inf
    return middle, float(_minutes(np.sort(lower))[-rank]), float(_minutes(np.sort(upper))[rank - 1])


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
