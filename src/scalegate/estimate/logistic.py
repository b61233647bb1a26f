"""Weighted logistic curves with two free parameters, many at once, each one's end checked.

For: `free_horizon`. Does not know: resampling, families, horizons, levels. Nothing here may clear at a gate (B5).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from scalegate.estimate.bound import BoolArray, FloatArray, IntArray

TOLERANCE = 1e-10
"""Greatest gradient of the mean log-likelihood, in standardised lengths, of a fit that counts as converged."""
_ROUNDS = 80
_LONGEST = 30.0


class End(IntEnum):
    """How a fit ended (B5)."""

    CONVERGED = 0
    SEPARATED = 1
    """Every success is on tasks no longer than any failure: the curve is a cliff, somewhere in a gap."""
    NO_SLOPE = 2
    """Success does not become rarer as tasks grow longer: there is no horizon."""
    NOT_CONVERGED = 3

    @property
    def label(self) -> str:
        return self.name.lower().replace("_", " ")


@dataclass(frozen=True, kw_only=True)
class Fits:
    """Curves `log-odds = intercept + slope * length`, one per row of the input.

    Attributes:
        end: an `End` per fit; intercept and slope mean something only where it is CONVERGED.
        gap_from, gap_to: where SEPARATED, the longest success and the shortest failure; both are infinite
            without a failure, and minus infinite without a success.
    """

    end: IntArray
    intercept: FloatArray
    slope: FloatArray
    gap_from: FloatArray
    gap_to: FloatArray

    def lengths(self, log_odds: float) -> tuple[FloatArray, FloatArray]:
        """The length at which success has these log-odds: from below and from above; equal where it is known."""
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            exact = (log_odds - self.intercept) / self.slope
        known, gap = self.end == End.CONVERGED, self.end == End.SEPARATED
        lower = np.where(known, exact, np.where(gap, self.gap_from, -np.inf))
        upper = np.where(known, exact, np.where(gap, self.gap_to, np.inf))
        return lower, upper


def fit_logistic(lengths: FloatArray, successes: FloatArray, failures: FloatArray) -> Fits:
    """Unpenalised maximum likelihood by Newton's method, damped, for every row at once.

    Args:
        lengths: shape (cell,), ascending: log2 of human minutes.
        successes, failures: shape (fit, cell): weights of the two outcomes, 0 or more. A cell with a
            fractional outcome has both. Each row needs some weight.

    A maximum exists if and only if neither outcome lies entirely on one side of the other (Albert and
    Anderson 1984, Biometrika 71(1), 1-10); this is looked up before the first step. The rest is concave, so
    a step is accepted when the likelihood's derivative along it has not turned past half its size, else
    halved. What has not reached `TOLERANCE` after 80 rounds is NOT_CONVERGED.
    """
    count = successes.shape[0]
    gap_from, gap_to, end = _separation(lengths, successes, failures)
    intercept, slope = np.full(count, np.nan), np.full(count, np.nan)
    open_rows = np.flatnonzero(end == End.NOT_CONVERGED)
    if open_rows.size:
        center, scale = float(lengths.mean()), float(lengths.std()) or 1.0
        found, converged = _newton((lengths - center) / scale, successes[open_rows], failures[open_rows])
        slope[open_rows] = found[1] / scale
        intercept[open_rows] = found[0] - found[1] * center / scale
        end[open_rows] = np.where(
            converged, np.where(found[1] < 0, End.CONVERGED, End.NO_SLOPE), np.int64(End.NOT_CONVERGED)
        )
    return Fits(end=end, intercept=intercept, slope=slope, gap_from=gap_from, gap_to=gap_to)


def _separation(
    lengths: FloatArray, successes: FloatArray, failures: FloatArray
) -> tuple[FloatArray, FloatArray, IntArray]:
    """Where the outcomes overlap the end stays open (NOT_CONVERGED until shown otherwise)."""
    won, lost = successes > 0, failures > 0
    longest_won, shortest_won = _last(lengths, won, -np.inf), _first(lengths, won, np.inf)
    shortest_lost, longest_lost = _first(lengths, lost, np.inf), _last(lengths, lost, -np.inf)
    end = np.full(successes.shape[0], int(End.NOT_CONVERGED), dtype=np.int64)
    end[longest_lost <= shortest_won] = End.NO_SLOPE  # the cliff stands the wrong way round, or there is one length
    cliff = (longest_won < shortest_lost) | ((longest_won == shortest_lost) & (shortest_won < longest_lost))
    end[cliff] = End.SEPARATED
    # One outcome alone puts the cliff beyond every task: at infinity, or at minus infinity.
    return (
        np.where(lost.any(axis=1), longest_won, np.inf),
        np.where(won.any(axis=1), shortest_lost, -np.inf),
        end,
    )


def _first(lengths: FloatArray, present: BoolArray, none: float) -> FloatArray:
    return np.where(present.any(axis=1), lengths[present.argmax(axis=1)], none)


def _last(lengths: FloatArray, present: BoolArray, none: float) -> FloatArray:
    return np.where(present.any(axis=1), lengths[::-1][present[:, ::-1].argmax(axis=1)], none)


def _newton(lengths: FloatArray, successes: FloatArray, failures: FloatArray) -> tuple[FloatArray, BoolArray]:
    """Parameters, shape (2, fit), and whether each fit converged."""
    total = (successes + failures).sum(axis=1, keepdims=True)
    successes, weights = successes / total, (successes + failures) / total
    squares = lengths * lengths
    at = np.zeros((2, successes.shape[0]))
    gradient, hessian = _slopes(at, lengths, squares, successes, weights)
    step = _solve(gradient, hessian)
    rise = (gradient * step).sum(axis=0)
    size = np.ones(at.shape[1])
    result, converged = np.zeros_like(at), np.zeros(at.shape[1], dtype=np.bool_)
    rows = np.arange(at.shape[1])
    for _ in range(_ROUNDS):
        trial = at + size * step
        gradient, hessian = _slopes(trial, lengths, squares, successes, weights)
        accepted = (gradient * step).sum(axis=0) >= -0.5 * rise  # else it went past the top: halve
        fresh = _solve(gradient, hessian)
        at = np.where(accepted, trial, at)
        step = np.where(accepted, fresh, step)
        rise = np.where(accepted, (gradient * fresh).sum(axis=0), rise)
        size = np.where(accepted, 1.0, size / 2)
        done = accepted & (np.abs(gradient).max(axis=0) <= TOLERANCE)
        result[:, rows] = at
        converged[rows[done]] = True
        if done.all():
            break
        if done.any():
            left = ~done
            rows, at, step, rise, size = rows[left], at[:, left], step[:, left], rise[left], size[left]
            successes, weights = successes[left], weights[left]
    return result, converged


def _slopes(
    at: FloatArray, lengths: FloatArray, squares: FloatArray, successes: FloatArray, weights: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Gradient (2, fit) and the three entries of the negated Hessian (3, fit) of the mean log-likelihood."""
    chances = np.multiply.outer(at[1], lengths)
    chances += at[0][:, None]
    np.negative(chances, out=chances)
    with np.errstate(over="ignore"):
        np.exp(chances, out=chances)
    chances += 1
    np.reciprocal(chances, out=chances)
    expected = weights * chances
    residual = successes - expected
    expected -= expected * chances  # now the weight times the variance
    gradient = np.stack([residual.sum(axis=1), residual @ lengths])
    return gradient, np.stack([expected.sum(axis=1), expected @ lengths, expected @ squares])


def _solve(gradient: FloatArray, hessian: FloatArray) -> FloatArray:
    """Newton's step, at most `_LONGEST` in each parameter: near a cliff the Hessian is all but flat."""
    determinant = np.maximum(hessian[0] * hessian[2] - hessian[1] ** 2, 1e-300)
    step = np.stack(
        [
            (hessian[2] * gradient[0] - hessian[1] * gradient[1]) / determinant,
            (hessian[0] * gradient[1] - hessian[1] * gradient[0]) / determinant,
        ]
    )
    shorten = np.minimum(1, _LONGEST / np.maximum(np.abs(step).max(axis=0), 1e-300))
    return np.asarray(step * shorten)
