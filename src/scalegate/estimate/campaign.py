"""Bounds for a campaign that takes its tasks in an order drawn beforehand and may stop after any of them (B4).

For: assessment. Does not know: how the order was drawn, plans, limits' names, policies.

A bound that holds at all looks together may be taken at the best look: the bound from above is the lowest over all
first stretches of the order, the bound from below the highest. So a campaign gains nothing by stopping before its
last success, and loses nothing by going on: what was bounded once stays bounded. Leaving the last tasks out never
lowers the bound from above (law 1), nor does one more success anywhere (law 2).
"""

from __future__ import annotations

from math import log

import numpy as np

from scalegate.errors import Finding, InputError
from scalegate.estimate.betting import upper_mean
from scalegate.estimate.bound import Bounds, FloatArray
from scalegate.estimate.checked import checked_level, checked_scores
from scalegate.estimate.sequential import ANYTIME, BERNOULLI, SCORES, log_e_value, upper_anytime

DRAWN = "tasks were taken in an order drawn before the run, and count up to the last one that was tried"


def bound_campaign(
    lower: FloatArray, upper: FloatArray, *, planned: int, single: bool, alpha_lower: float, alpha_upper: float
) -> Bounds:
    """Bounds on a success rate or mean score that hold whenever the campaign looks and wherever it stops.

    Args:
        lower, upper: shape (task,), in the drawn order, from the first task to the last that was tried: share of
            successes, or mean score, of the registered attempts at a task, what is missing counted as 0 and as 1 (E2).
            A task that was passed over is missing. No tasks give lower 0 and upper 1.
        planned: registered tasks, at least as many as were reached; makes the bets, never the bound's validity.
        single: one attempt at each task, scored 0 or 1: then counts decide, at a smaller price.
        alpha_lower, alpha_upper: greatest probability that the bound is ever wrong, at any look.

    Tasks are taken as drawn at random from what they stand for, as fixed-size bounds take them too.

    Raises:
        InputError: scores outside [0, 1] or NaN, fewer planned than reached, levels that cannot be.

    Source: J. Ville (1939); S. R. Howard et al. (2021), Ann. Statist. 49(2) (intersection over time); see
    `sequential.log_e_truncated` and `betting.upper_mean`. Test: `tests/estimate/test_campaign.py`.
    """
    checked_scores(lower, upper)
    checked_level(alpha_lower, "alpha_lower")
    checked_level(alpha_upper, "alpha_upper")
    if planned < lower.size:
        what = f"{lower.size} tasks reached of {planned} planned"
        raise InputError(Finding(path="planned", what=what, mend="register every task before the run"))
    known = lower == upper
    return Bounds(
        lower=1 - _lowest(1 - lower, planned, single, alpha_lower),
        upper=_lowest(upper, planned, single, alpha_upper),
        point=float(np.sort(lower[known]).mean()) if known.any() else None,
        estimator=BERNOULLI if single else SCORES,
        units=int(lower.size),
        notes=(ANYTIME, DRAWN) if lower.size else ("no tasks: nothing is bounded",),
    )


def _lowest(values: FloatArray, planned: int, single: bool, alpha: float) -> float:
    """The lowest bound over the stretches that end just before a value above 0, and the whole.

    A value of 0 lowers the bound, so no other stretch can be the lowest.
    """
    ends = [*np.flatnonzero(values > 0).tolist(), values.size]
    if not single:
        return min(upper_mean(values[:end], alpha, planned) for end in ends)
    counts = np.append(0, np.cumsum(values)).astype(int).tolist()
    lowest = upper_anytime(counts[-1], values.size, alpha)
    for end in ends[:-1]:
        # only a stretch that refutes the lowest bound so far can lie below it: asking that is cheap
        if lowest == 1 or log_e_value(counts[end], end, lowest) >= -log(alpha):
            lowest = min(lowest, upper_anytime(counts[end], end, alpha))
    return lowest
