"""Bounds that stay valid whenever a campaign looks at its results and whenever it stops (B4).

For: assessment, planning. Does not know: limits' names, policies, how long a campaign will be.

An *e-value* against "the rate is `p0` or more" is a stake that grows on average by no factor while that is true. At
no time, under any rule for stopping, does it exceed `1 / alpha` with probability more than `alpha` (Ville 1939).
The bound from above is the highest rate whose e-value stays below `1 / alpha`. It is computed from the counts at
hand alone, never from the path: the order of trials cannot matter (law 4), and one more success never lowers it.

The price, successes being none: `zero_success_trials` beside `power.zero_success_tasks`.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from math import exp, inf, log, log1p

import numpy as np

from scalegate.errors import Finding, InputError
from scalegate.estimate.betting import lower_mean, upper_mean
from scalegate.estimate.bound import Bounds, FloatArray
from scalegate.estimate.checked import checked_level, checked_scores

BERNOULLI = "anytime_rate/1"
SCORES = "anytime_mean/1"
ANYTIME = "anytime-valid: holds whenever one looks and whenever one stops"
ORDERED = "each trial is taken to succeed with the rate bounded or more, given the trials before it"
FEW = 0.1
"""The half of the stake that bets on a rate well below the limit bets on this share of it."""
_GRID = 1 << 30


def log_e_truncated(successes: int, trials: int, limit: float, prior: tuple[float, float] = (1.0, 1.0)) -> float:
    """Log of the e-value against "rate >= limit" of a beta distribution of alternatives, cut off at `limit`.

        ln B(a + s, b + n - s) + ln I_limit(a + s, b + n - s) - ln B(a, b) - ln I_limit(a, b)
            - s ln limit - (n - s) ln(1 - limit)

    with `I` the regularised incomplete beta function. Without the cut it would bet on rates above the limit, too, and
    would not be valid for rates between.

    Args:
        successes, trials: counts so far; 0 trials give 0, the stake not yet touched.
        limit: between 0 and 1.
        prior: `(a, b)`, above 0.

    Raises:
        InputError: counts, limit or prior that cannot be.

    Source: H. Robbins (1970), Ann. Math. Statist. 41(5) (mixtures); S. R. Howard et al. (2021), Ann. Statist. 49(2).
    Test: `test_matches_the_published_e_values`.
    """
    from scipy.special import betaln  # scipy takes long to load: only where a number is needed

    _checked(successes, trials)
    checked_level(limit, "limit")
    a, b = prior
    if not (0 < a < inf and 0 < b < inf):
        raise InputError(Finding(path="prior", what=f"{prior!r} is no prior", mend="give two numbers above 0"))
    failures = trials - successes
    gained = float(betaln(a + successes, b + failures) - betaln(a, b))
    cut_off = _log_betainc(a + successes, b + failures, limit) - _log_betainc(a, b, limit)
    return gained + cut_off - (successes * log(limit) + failures * log1p(-limit))


def _log_betainc(a: float, b: float, x: float) -> float:
    """Log of the regularised incomplete beta function, also where that is too small for a number.

    There `I_x(a, b) = x**a * (1 - x)**b / (a * B(a, b)) * sum over i of prod((a + b + j) / (a + 1 + j) * x, j < i)`
    converges fast, `x` being far below `a / (a + b)`. Source: NIST DLMF 8.17.8.
    """
    from scipy.special import betainc, betaln

    found = float(betainc(a, b, x))
    if found > 1e-280:
        return log(found)
    term = total = 1.0
    for step in count():
        term *= (a + b + step) / (a + 1 + step) * x
        total += term
        if term < 1e-17 * total:
            break
    return a * log(x) + b * log1p(-x) - log(a) - float(betaln(a, b)) + log(total)


def log_e_value(successes: int, trials: int, limit: float) -> float:
    """Log of the e-value that `bound_anytime_rate` inverts: half on every rate below the limit alike, half on a tenth.

    Both halves bet on fixed *shares* of the limit. For each share `u` the stake is
    `u**s * ((1 - u * limit) / (1 - limit))**(n - s)`: it grows with the limit and falls with each success, so that
    the limits left form an interval whose end no success lowers. The mean of two e-values is one.
    """
    spread = log_e_truncated(successes, trials, limit)
    few = successes * log(FEW) + (trials - successes) * (log1p(-FEW * limit) - log1p(-limit))
    top = max(spread, few)
    return top + log((exp(spread - top) + exp(few - top)) / 2)


def bound_anytime_rate(
    successes_lower: int, successes_upper: int, trials: int, alpha_lower: float, alpha_upper: float
) -> Bounds:
    """Bounds on a success rate that hold at all times together, for trials that come one after the other.

    Args:
        successes_lower, successes_upper: what is missing counted as failure and as success (E2).
        trials: independent tasks tried so far, one attempt each; 0 bounds nothing.
        alpha_lower, alpha_upper: greatest probability that the bound is ever wrong, at any look.

    Raises:
        InputError: counts or levels that cannot be.

    Source: as `log_e_truncated`; J. Ville (1939). Test: `test_peeking_at_every_trial_is_wrong_at_most_alpha`.
    """
    _checked(successes_lower, trials)
    _checked(successes_upper, trials)
    if successes_lower > successes_upper:
        raise InputError(Finding(path="successes", what="more verified successes than possible ones", mend="see E2"))
    missing = successes_upper - successes_lower
    return Bounds(
        lower=1 - upper_anytime(trials - successes_lower, trials, checked_level(alpha_lower, "alpha_lower")),
        upper=upper_anytime(successes_upper, trials, checked_level(alpha_upper, "alpha_upper")),
        point=successes_lower / (trials - missing) if trials > missing else None,
        estimator=BERNOULLI,
        units=trials,
        notes=(ANYTIME, ORDERED) if trials else ("no trials: nothing is bounded",),
    )


def upper_anytime(successes: int, trials: int, alpha: float) -> float:
    """First multiple of 2**-30 that the e-value refutes; 1 without a failure (B3)."""
    low, high = 0, _GRID
    while successes < trials and high - low > 1:
        middle = (low + high) // 2
        refuted = log_e_value(successes, trials, middle / _GRID) >= -log(alpha)
        low, high = (low, middle) if refuted else (middle, high)
    return high / _GRID


def bound_anytime_mean(
    scores_lower: FloatArray, scores_upper: FloatArray, *, planned: int, alpha_lower: float, alpha_upper: float
) -> Bounds:
    """Bounds on a mean score in [0, 1] that hold at all times together, as finished tasks come one after the other.

    Args:
        scores_lower, scores_upper: shape (task,), mean scores of the tasks finished so far, what is missing counted
            as 0 and as 1 (E2); a task enters when all its attempts are in.
        planned: tasks planned beforehand, at least 1; makes the bets, never the bound's validity.
        alpha_lower, alpha_upper: greatest probability that the bound is ever wrong, at any look.

    The quantity bounded: what every task is expected to score at least (from above; at most, from below), given the
    tasks before it. Tasks drawn in random order from one population have it in common.

    Raises:
        InputError: scores outside [0, 1] or NaN, a plan of no tasks, levels that cannot be.

    Source: I. Waudby-Smith, A. Ramdas (2024), JRSS B 86(1), 1-27. Test: `test_sequential.py`.
    """
    checked_scores(scores_lower, scores_upper)
    if planned < 1:
        raise InputError(Finding(path="planned", what="a plan of no tasks", mend="state how many tasks are planned"))
    return Bounds(
        lower=lower_mean(scores_lower, checked_level(alpha_lower, "alpha_lower"), planned),
        upper=upper_mean(scores_upper, checked_level(alpha_upper, "alpha_upper"), planned),
        point=float(np.sort(scores_lower).mean()) if scores_lower.size else None,
        estimator=SCORES,
        units=int(scores_lower.size),
        notes=(ANYTIME, "tasks come in random order") if scores_lower.size else ("no tasks: nothing is bounded",),
    )


def combine_runs(log_e_values: Sequence[float]) -> float:
    """Log of the product: the evidence of runs on *disjoint* tasks, each independent of what the others showed.

    No runs give 0. Runs on the same tasks are not independent: use `average_runs`.

    Source: V. Vovk, R. Wang (2021), Ann. Statist. 49(3), 1736-1754. Test: `test_independent_runs_multiply`.
    """
    return sum(sorted(_checked_logs(log_e_values)))


def average_runs(log_e_values: Sequence[float]) -> float:
    """Log of the mean of e-values, valid however the runs depend on each other; no runs give 0. Source: as above."""
    logs = sorted(_checked_logs(log_e_values))
    top = max(logs, default=0.0)
    if top in (inf, -inf) or not logs:
        return top
    return top + log(sum(exp(each - top) for each in logs) / len(logs))


def zero_success_trials(limit: float, alpha: float) -> int:
    """Fewest trials that rule `limit` out at any time when none succeeds; what peeking costs.

    Test: `test_the_price_of_peeking`.
    """
    checked_level(limit, "limit")
    checked_level(alpha)
    low, high = 0, 1
    while log_e_value(0, high, limit) < -log(alpha):
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if log_e_value(0, middle, limit) >= -log(alpha) else (middle, high)
    return high


def _checked(successes: int, trials: int) -> None:
    if not 0 <= successes <= trials:
        what = f"{successes} successes of {trials} trials"
        raise InputError(Finding(path="successes", what=what, mend="count from 0 to the number of trials"))


def _checked_logs(logs: Sequence[float]) -> Sequence[float]:
    if any(each != each for each in logs):
        raise InputError(Finding(path="log_e_values", what="not a number", mend="leave out what was not run"))
    return logs
