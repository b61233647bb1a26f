"""Weighted logistic curves with two free parameters, many at once, each one's end checked.

For: `bootstrap`. Does not know: resampling, families, horizons, levels. Nothing here may clear at a gate (B5).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from scalegate.estimate.bound import BoolArray, FloatArray, IntArray

TOLERANCE = 1e-10
"""Greatest gradient of the mean log-likelihood, in standardised lengths, of a fit that counts as converged."""
_ROUNDS = 80
_FEW = 0.25
"""Below this share of fits that are not done, the others are left out of further rounds."""
_LONGEST = 30.0
_NEAR = 1e-4


class End(IntEnum):
    """How a fit ended (B5)."""

    CONVERGED = 0
    SEPARATED = 1
    """Every success is on tasks no longer than any failure: the curve is a cliff, somewhere in a gap."""
    NO_SLOPE = 2
    """Success does not become rarer as tasks grow longer, or there is nothing to fit: there is no horizon."""
    NOT_CONVERGED = 3

    @property
    def label(self) -> str:
        return self.name.lower().replace("_", " ")


@dataclass(frozen=True, kw_only=True)
class Fits:
    """Curves `log-odds = intercept + slope * length`; every array has the shape of the fits.

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


def fit_logistic(lengths: FloatArray, successes: FloatArray, failures: FloatArray, *, penalty: float = 0.0) -> Fits:
    """One curve per row: `fit_groups` for fits that share their lengths.

    Args:
        lengths: shape (cell,): log2 of human minutes.
        successes, failures: shape (fit, cell).
        penalty: as in `fit_groups`.
    """
    found = fit_groups(lengths[None], successes[None], failures[None], penalty=penalty)
    return Fits(**{name: values[0] for name, values in vars(found).items()})


def fit_groups(
    lengths: FloatArray,
    successes: FloatArray,
    failures: FloatArray,
    *,
    penalty: float = 0.0,
    start: tuple[FloatArray, FloatArray] | None = None,
) -> Fits:
    """Maximum likelihood, or penalised likelihood, by Newton's method, damped, for all fits at once.

    Args:
        lengths: shape (group, cell): log2 of human minutes, in any order.
        successes, failures: shape (group, fit, cell): weights of the two outcomes, 0 or more. A cell with a
            fractional outcome has both; one that is not there has neither.
        penalty: `c` of the term `c / 2 * slope^2` that is added to the weighted sum of log losses; 0 or more.
            The horizon of Kwa et al. (2025) is fitted with weights that sum to 1 and `c = 0.1`.
        start: intercept and slope, shape (fit,), where the search begins; where it begins changes nothing but time.

    Without a penalty a maximum exists if and only if neither outcome lies entirely on one side of the other
    (Albert and Anderson 1984, Biometrika 71(1), 1-10); with one, if and only if both outcomes occur. This is
    looked up, not inferred from the search. The rest is concave, so a step is accepted when the derivative
    along it has not turned past half its size, else halved. What has not reached `TOLERANCE` after 80
    rounds is NOT_CONVERGED.
    """
    assert penalty >= 0, penalty
    gap_from, gap_to, end = _separation(lengths, successes, failures, penalised=penalty > 0)
    center, scale = (float(lengths.mean()), float(lengths.std()) or 1.0) if lengths.size else (0.0, 1.0)
    weights = successes + failures
    total = weights.sum(axis=-1)
    total[total == 0] = 1.0  # such a fit has ended already
    begin = np.zeros((*end.shape, 2))
    if start is not None:
        begin[..., 0], begin[..., 1] = start[0] + start[1] * center, start[1] * scale
    basis = _powers((lengths - center) / scale)
    weights /= total[..., None]
    problem = _Problem(
        basis=basis,
        weights=weights,
        whole=weights @ basis,
        won=(successes @ basis[..., :2]) / total[..., None],
        ridge=penalty / (total * scale * scale),
    )
    found, converged = _newton(problem, begin, end == End.NOT_CONVERGED)
    looked_for = end == End.NOT_CONVERGED
    falls = np.where(found[..., 1] < 0, int(End.CONVERGED), int(End.NO_SLOPE))
    end = np.where(looked_for & converged, falls, end)
    slope = np.where(looked_for, found[..., 1] / scale, np.nan)
    intercept = np.where(looked_for, found[..., 0] - slope * center, np.nan)
    return Fits(end=end, intercept=intercept, slope=slope, gap_from=gap_from, gap_to=gap_to)


def _separation(
    lengths: FloatArray, successes: FloatArray, failures: FloatArray, *, penalised: bool
) -> tuple[FloatArray, FloatArray, IntArray]:
    """Where a maximum exists the end stays open (NOT_CONVERGED until shown otherwise)."""
    along, won, lost = lengths[:, None, :], successes > 0, failures > 0
    longest_won, shortest_won = _extremes(along, won)
    longest_lost, shortest_lost = _extremes(along, lost)
    no_loss, no_win = np.isinf(longest_lost), np.isinf(longest_won)
    end = np.full(no_win.shape, int(End.NOT_CONVERGED), dtype=np.int64)
    end[longest_lost <= shortest_won] = End.NO_SLOPE  # the cliff stands the wrong way round, or there is one length
    cliff = (longest_won < shortest_lost) | ((longest_won == shortest_lost) & (shortest_won < longest_lost))
    end[(cliff & (no_loss | no_win)) if penalised else cliff] = End.SEPARATED
    end[no_loss & no_win] = End.NO_SLOPE
    # One outcome alone puts the cliff beyond every task: at infinity, or at minus infinity.
    return np.where(no_loss, np.inf, longest_won), np.where(no_win, -np.inf, shortest_lost), end


def _extremes(lengths: FloatArray, present: BoolArray) -> tuple[FloatArray, FloatArray]:
    """The greatest and the least length present, minus infinite and infinite where there is none."""
    return (
        np.where(present, lengths, -np.inf).max(axis=-1, initial=-np.inf),
        np.where(present, lengths, np.inf).min(axis=-1, initial=np.inf),
    )


# ---------------------------------------------------------------------------- the search


def _powers(lengths: FloatArray) -> FloatArray:
    """Shape (group, cell, 3): 1, length, length squared."""
    return np.stack([np.ones_like(lengths), lengths, lengths * lengths], axis=-1)


@dataclass(frozen=True, kw_only=True)
class _Problem:
    """Mean log-likelihoods in standardised lengths.

    Attributes:
        basis: shape (group, cell, 3).
        weights: shape (group, fit, cell); they sum to 1 over the cells of a fit, or are all 0.
        whole: shape (group, fit, 3): their sums over the basis.
        won: shape (group, fit, 2): sums of the successes and of the successes times the length.
        ridge: shape (group, fit): penalty of half the squared slope.
    """

    basis: FloatArray
    weights: FloatArray
    whole: FloatArray
    won: FloatArray
    ridge: FloatArray

    def rows(self, kept: BoolArray) -> _Problem:
        """The fits that are kept, each a group of its own."""
        group, _ = np.nonzero(kept)
        return _Problem(
            basis=self.basis[group],
            weights=self.weights[kept][:, None],
            whole=self.whole[kept][:, None],
            won=self.won[kept][:, None],
            ridge=self.ridge[kept][:, None],
        )

    def slopes(self, at: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Gradient (group, fit, 2) and the entries of the negated Hessian (group, fit, 3).

        With `t = tanh(log-odds / 2)` the chance is `(1 + t) / 2` and its variance `(1 - t^2) / 4`.
        """
        tangents = (at / 2) @ self.basis[..., :2].swapaxes(-1, -2)
        np.tanh(tangents, out=tangents)
        products = self.weights * tangents
        gradient = self.won - (self.whole[..., :2] + products @ self.basis[..., :2]) / 2
        gradient[..., 1] -= self.ridge * at[..., 1]
        products *= tangents
        hessian = (self.whole - products @ self.basis) / 4
        hessian[..., 2] += self.ridge
        return gradient, hessian


def _newton(problem: _Problem, start: FloatArray, wanted: BoolArray) -> tuple[FloatArray, BoolArray]:
    """Parameters, shape (group, fit, 2), and whether each fit converged."""
    result, converged = start.copy(), np.zeros(wanted.shape, dtype=np.bool_)
    rows, open_rows = np.indices(wanted.shape), wanted.copy()
    at, step, size = start, np.zeros_like(start), np.ones(wanted.shape)
    rise = np.zeros(wanted.shape)
    for _ in range(_ROUNDS):
        if not open_rows.any():
            break
        if open_rows.mean() < _FEW:
            problem, kept = problem.rows(open_rows), open_rows
            rows, open_rows = rows[:, kept][..., None], np.ones((int(kept.sum()), 1), dtype=np.bool_)
            at, step, size, rise = (each[kept][:, None] for each in (at, step, size, rise))
        trial = at + size[..., None] * step
        gradient, hessian = problem.slopes(trial)
        accepted = (gradient * step).sum(axis=-1) >= -0.5 * rise  # else it went past the top: halve
        fresh = _solve(gradient, hessian)
        at = np.where(accepted[..., None], trial, at)
        step = np.where(accepted[..., None], fresh, step)
        rise = np.where(accepted, (gradient * fresh).sum(axis=-1), rise)
        size = np.where(accepted, 1.0, size / 2)
        done = open_rows & accepted & (np.abs(gradient).max(axis=-1) <= TOLERANCE)
        last = np.where(np.abs(step) <= _NEAR, at + step, at)  # one more step, already known, doubles the digits
        result[rows[0][done], rows[1][done]] = last[done]
        converged[rows[0][done], rows[1][done]] = True
        open_rows &= ~done
    result[rows[0][open_rows], rows[1][open_rows]] = at[open_rows]
    return result, converged


def _solve(gradient: FloatArray, hessian: FloatArray) -> FloatArray:
    """Newton's step, at most `_LONGEST` in each parameter: near a cliff the Hessian is all but flat."""
    one, mixed, two = (hessian[..., i] for i in range(3))
    determinant = np.maximum(one * two - mixed * mixed, 1e-300)
    step = np.stack(
        [two * gradient[..., 0] - mixed * gradient[..., 1], one * gradient[..., 1] - mixed * gradient[..., 0]]
    )
    step /= determinant
    step *= np.minimum(1, _LONGEST / np.maximum(np.abs(step).max(axis=0), 1e-300))
    return np.asarray(np.moveaxis(step, 0, -1))
