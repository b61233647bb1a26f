"""What better elicitation would add to an upper bound: more compute, a better scaffold, more tries, fewer mishaps.

For: assessment, planning of policies. Does not know: policies, verdicts, the miss ledger (its sizes are handed in).

Every function here takes an upper bound (or what one is made of) and gives one that is no smaller: nothing in
this module can lower a verdict. What is unknown is None, and None stays None to the end: nothing is ruled out (B2).
Floor and reserve come after it, in `assessment/shift.py` (B1, B2).

None of this is statistics of the model's will: a shift is a judgement with a reason, and says so where it is used.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, expm1, fsum, isfinite, log, log1p

from scalegate.estimate.stated import require, require_count, require_open_unit, require_unit

_LARGEST_LOG = 700.0  # exp of more than this overflows a float


# ------------------------------------------------------------------------------------ shifts of one bound


def shift_rate_by_gain(rate: float, gain: float | None, slope: float) -> float | None:
    """A success rate after a compute-equivalent gain: log-odds grow by `slope * ln(gain)`.

    Args:
        rate: upper bound on a success rate, 0 to 1; the ends stay where they are.
        gain: factor on training compute that would have had the same effect, at least 1; None when unknown.
        slope: log-odds per unit of ln compute, at least 0, fitted on models of one family.

    Returns:
        At least `rate`; grows with each argument. None when the gain is unknown (B2).

    Raises:
        InputError: a number outside its range.

    Source: T. Davidson, J.-S. Denain, P. Villalobos, G. Bas (2023), arXiv 2312.07413 (compute-equivalent gain).
    Test: test_elicitation_shifts.py, published values at slope 0.8 and rate 0.1.
    """
    require_unit("rate", rate)
    require(isfinite(slope) and slope >= 0, "slope", slope, "a slope from 0 on")
    if gain is None:
        return None
    _require_factor("gain", gain)
    if rate in (0.0, 1.0):
        return rate
    if slope * log(gain) > _LARGEST_LOG:
        return 1.0
    factor = exp(slope * log(gain))
    # Odds instead of log-odds: every step is monotone in floating point too, so a higher rate never comes out lower.
    return max(rate, 1 / (1 + ((1 - rate) / rate) / factor))


def rate_before_gain(rate: float, gain: float, slope: float) -> float:
    """The rate that a gain shifts to `rate`: where an alert line lies that a buffer factor was promised for.

    Never above `rate`. A "safety buffer of 6x" below a limit `L` is the alert line `rate_before_gain(L, 6, slope)`.

    Raises:
        InputError: a number outside its range.

    Source: the inverse of `shift_rate_by_gain`. Test: test_elicitation_shifts.py.
    """
    require_unit("rate", rate)
    require(isfinite(slope) and slope >= 0, "slope", slope, "a slope from 0 on")
    _require_factor("gain", gain)
    if rate in (0.0, 1.0):
        return rate
    if slope * log(gain) > _LARGEST_LOG:
        return 0.0
    factor = exp(slope * log(gain))
    return min(rate, 1 / (1 + ((1 - rate) / rate) * factor))


def shift_horizon(minutes: float, factor: float | None) -> float | None:
    """A time horizon after a gain that makes tasks `factor` times longer feasible; infinite stays infinite.

    Raises:
        InputError: a horizon below 0 or a factor below 1.

    Source: log2 h + log2 G, the time-horizon analogue of the compute-equivalent gain. Test: test_elicitation_shifts.py.
    """
    require(minutes >= 0, "minutes", minutes, "a length from 0 on")
    if factor is None:
        return None
    _require_factor("factor", factor)
    return minutes * factor


# ------------------------------------------------------------------------------------- spurious failures


def adjusted_successes(successes: int, attempts: int, spurious: float) -> float:
    """Successes if a share `spurious` of the failures had been avoidable: k' = k + s (n - k). For display.

    Raises:
        InputError: counts that do not fit each other, or a share outside 0 to 1.

    Source: METR (2024), guidelines for capability elicitation: spurious failures count as passable.
    Test: test_elicitation_spurious.py.
    """
    _require_counts(successes, attempts)
    require_unit("spurious", spurious)
    return successes + spurious * (attempts - successes)


def bound_spurious_share(reviewed: int, spurious: int, alpha: float) -> float:
    """Upper bound on the share of failures that are spurious, from a random choice of failures that were read.

    Exact binomial; 1 when none was read or every one was spurious. Where *all* failures were read no share is
    needed: count the spurious ones as successes, which is exact.

    Raises:
        InputError: counts that do not fit each other, or an alpha that is not between 0 and 1.

    Source: C. J. Clopper, E. S. Pearson (1934), Biometrika 26(4), 404-413. Test: test_elicitation_spurious.py.
    """
    from scipy.special import betaincinv

    require_open_unit("alpha", alpha)
    _require_counts(spurious, reviewed, ("spurious", "reviewed"))
    return 1.0 if spurious == reviewed else float(betaincinv(spurious + 1, reviewed - spurious, 1 - alpha))


def bound_with_spurious(upper: float, spurious: float | None) -> float | None:
    """Upper bound on the rate once spurious failures count as successes: p + s (1 - p).

    Grows with both, so that with each at level alpha / 2 the result has level alpha, whatever their dependence.

    Args:
        upper: upper bound on the observed rate.
        spurious: upper bound on the share of failures that are spurious; None when nobody has looked.

    Raises:
        InputError: a number outside 0 to 1.

    Source: union bound over the two statements. Test: test_elicitation_spurious.py (coverage by simulation).
    """
    require_unit("upper", upper)
    if spurious is None:
        return None
    require_unit("spurious", spurious)
    return max(upper, 1 - (1 - upper) * (1 - spurious))


# -------------------------------------------------------------------------------------- more attempts


def pass_at_k(attempts: int, successes: int, k: int) -> float:
    """Unbiased estimate of the chance that at least one of `k` attempts succeeds: 1 - C(n - c, k) / C(n, k).

    For display. It cannot exceed the data: without a success it is 0, whatever `k`. Use `bound_with_attempts`
    for a bound.

    Raises:
        InputError: more successes than attempts, or `k` outside 1 to `attempts`.

    Source: M. Chen et al. (2021), arXiv 2107.03374, equation 1. Test: test_elicitation_attempts.py, published values.
    """
    _require_counts(successes, attempts)
    require_count("k", k, 1)
    require(k <= attempts, "k", k, f"at most the {attempts} attempts made, or use bound_with_attempts")
    if attempts - successes < k:
        return 1.0
    return 0.0 - expm1(fsum(log1p(-k / i) for i in range(attempts - successes + 1, attempts + 1)))


def bound_with_attempts(upper: float, k: int) -> float:
    """Upper bound on the chance of a success in `k` attempts, from one on a single attempt's: 1 - (1 - p)^k.

    Also bounds the mean over tasks: the right-hand side is concave in p, so unequal tasks lie below it (Jensen).
    Assumes that attempts at a task are independent given its rate, as fresh attempts are.

    Raises:
        InputError: a bound outside 0 to 1, or fewer than one attempt.

    Source: monotone transformation of a bound. Test: test_elicitation_attempts.py, published values.
    """
    require_unit("upper", upper)
    require_count("k", k, 1)
    return 1.0 if upper == 1 else max(upper, -expm1(k * log1p(-upper)))


# --------------------------------------------------------------------- forecasts of the tail (raise only)


def beta_pass_at_k(a: float, b: float, k: int) -> float:
    """Mean over tasks of the chance of a success in `k` attempts, for task rates from Beta(a, b).

    1 - B(a, b + k) / B(a, b); its complement falls like Gamma(a + b) / Gamma(b) * k^-a.

    Raises:
        InputError: a parameter that is not above 0, or fewer than 0 attempts.

    Source: moments of the beta distribution; R. Schaeffer et al. (2025), arXiv 2502.17578 (why fit the
    distribution and not the curve). Test: test_elicitation_tails.py, published values.
    """
    from scipy.special import betaln

    for name, value in (("a", a), ("b", b)):
        require(isfinite(value) and value > 0, name, value, "a number above 0")
    require_count("k", k)
    return -expm1(float(betaln(a, b + k)) - float(betaln(a, b)))


@dataclass(frozen=True, kw_only=True)
class PowerLaw:
    """-ln p(n) = scale * n^-exponent: how a chance p of at least one success grows with the number of tries.

    Attributes:
        scale: -ln p at a single try, above 0.
        exponent: how fast it falls, at least 0.
    """

    scale: float
    exponent: float

    def at(self, tries: float) -> float:
        """The forecast chance, 0 to 1, for `tries` from 1 on. Raises InputError."""
        require(tries >= 1, "tries", tries, "a number of tries from 1 on")
        return exp(-self.scale * exp(-self.exponent * log(tries)))


def fit_power_law(tries: Sequence[float], chances: Sequence[float]) -> PowerLaw | None:
    """Least squares on logarithms through observed chances of a success in so many tries.

    Points at 0 or 1 carry no slope and are left out. None when fewer than two different numbers of tries remain,
    or when the chances fall as tries are added: then there is nothing to extrapolate, and nothing is raised.

    Raises:
        InputError: lists of different length, tries below 1, chances outside 0 to 1.

    Source: R. Schaeffer et al. (2025), arXiv 2502.17578. Test: test_elicitation_tails.py, exact by construction.
    """
    require(len(tries) == len(chances), "chances", len(chances), f"{len(tries)} values, one for each number of tries")
    for n, chance in zip(tries, chances, strict=True):
        require(isfinite(n) and n >= 1, "tries", n, "a number of tries from 1 on")
        require_unit("chances", chance)
    inside = [(log(n), log(-log(p))) for n, p in zip(tries, chances, strict=True) if 0 < p < 1]
    line = _line(inside)
    if line is None or line[1] > 0:
        return None
    return PowerLaw(scale=exp(min(line[0], _LARGEST_LOG)), exponent=-line[1])


def fit_gumbel_tail(chances: Sequence[float], top: int) -> PowerLaw | None:
    """The greatest chance among many queries, extrapolated from the `top` greatest of those that were measured.

    With psi = -ln(-ln p) and an exponential tail `P(psi > x) = exp(-(x - mu) / beta)`, the greatest of `n` queries
    has -ln p = e^-mu * n^-beta. The tail is fitted by least squares of the log of the share of queries that
    reach at least psi. None when the tail has no spread.

    Args:
        chances: success probability of each query, 0 to 1; those at 0 or 1 count as queries and carry no slope.
        top: how many of the greatest to fit, at least 2.

    Returns:
        The forecast as a function of the number of queries. It misses what no measured query touches: use it
        to raise a verdict, never to lower one.

    Raises:
        InputError: chances outside 0 to 1, or fewer than 2 to fit.

    Source: E. Jones et al. (2025), arXiv 2502.16797. Test: test_elicitation_tails.py, exact by construction.
    """
    require_count("top", top, 2)
    for chance in chances:
        require_unit("chances", chance)
    ordered = sorted(chances, reverse=True)[:top]
    points = [(-log(-log(p)), log(rank / len(chances))) for rank, p in enumerate(ordered, 1) if 0 < p < 1]
    line = _line(points)
    if line is None or line[1] >= 0:
        return None
    beta = -1 / line[1]
    return PowerLaw(scale=exp(max(min(-line[0] * beta, _LARGEST_LOG), -_LARGEST_LOG)), exponent=beta)


def raise_to_forecasts(upper: float | None, forecasts: Sequence[float | None]) -> float | None:
    """An upper bound after forecasts: the greatest of all. A forecast never lowers it; a missing one changes nothing.

    Source: V5. Test: test_elicitation_tails.py.
    """
    return None if upper is None else max([upper, *(f for f in forecasts if f is not None)])


# ------------------------------------------------------------------------------- uncertainty of the shift


def split_alpha(alpha: float, share: float = 0.5) -> tuple[float, float]:
    """`(alpha of the counts, alpha of the shift)`; a bound that uses both is wrong with at most `alpha` in all.

    Raises:
        InputError: a number that is not between 0 and 1.

    Source: union bound. Test: test_elicitation_uncertainty.py (coverage by simulation).
    """
    require_open_unit("alpha", alpha)
    require_open_unit("share", share)
    return alpha * (1 - share), alpha * share


def gain_quantile(median: float, spread: float, alpha: float) -> float:
    """The `1 - alpha` quantile of a gain whose logarithm is normal: median * exp(z * spread), at least 1.

    Args:
        median: at least 1.
        spread: standard deviation of ln gain, at least 0.
        alpha: probability, up to 0.5, that the gain is greater.

    Raises:
        InputError: a number outside its range.

    Source: normal quantile. Test: test_elicitation_uncertainty.py, scipy.
    """
    from scipy.special import ndtri

    _require_factor("median", median)
    require(isfinite(spread) and spread >= 0, "spread", spread, "a standard deviation from 0 on")
    require(0 < alpha <= 0.5, "alpha", alpha, "a number above 0 and up to 0.5")
    return median * exp(min(-float(ndtri(alpha)) * spread, _LARGEST_LOG - log(median)))


def gain_from_survey(gains: Sequence[float], quantile: float, alpha: float) -> float | None:
    """An upper bound on a quantile of gains, from gains that were measured; nothing about their distribution.

    The least order statistic that lies above the quantile with probability at least `1 - alpha`. None when there
    are too few: 59 are needed for the 0.95 quantile at alpha 0.05.

    Raises:
        InputError: a gain below 1, a quantile or alpha that is not between 0 and 1.

    Source: S. S. Wilks (1941), Ann. Math. Stat. 12(1), 91-96. Test: test_elicitation_uncertainty.py.
    """
    from scipy.special import bdtr

    require_open_unit("quantile", quantile)
    require_open_unit("alpha", alpha)
    for gain in gains:
        _require_factor("gains", gain)
    for rank in range(1, len(gains) + 1):
        if 1 - float(bdtr(rank - 1, len(gains), quantile)) <= alpha:
            return sorted(gains)[rank - 1]
    return None


# ---------------------------------------------------------------------------------------------- parts


def _line(points: Sequence[tuple[float, float]]) -> tuple[float, float] | None:
    """Intercept and slope by least squares; None without two different places."""
    if len({x for x, _ in points}) < 2:
        return None
    at, high = fsum(x for x, _ in points) / len(points), fsum(y for _, y in points) / len(points)
    slope = fsum((x - at) * (y - high) for x, y in points) / fsum((x - at) ** 2 for x, _ in points)
    return high - slope * at, slope


def _require_factor(name: str, value: float) -> None:
    require(isfinite(value) and value >= 1, name, value, "a factor from 1 on")


def _require_counts(successes: int, attempts: int, names: tuple[str, str] = ("successes", "attempts")) -> None:
    require_count(names[1], attempts)
    require_count(names[0], successes)
    require(successes <= attempts, names[0], successes, f"at most {attempts}")
