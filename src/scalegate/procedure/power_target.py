"""What a plan is asked to do, how it is read from what was typed, and how its curve is drawn up.

For: `power`, `suite_power`. Does not know: how a probability is computed, except that the gate's bound is asked for.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from math import isfinite
from typing import TYPE_CHECKING, Literal

from scalegate.errors import Finding, InputError, ScalegateError
from scalegate.publication.power_page import Mark, OperatingCurve, RateLine
from scalegate.quantity import Probability

if TYPE_CHECKING:
    from scalegate.estimate.bound import IntArray


@dataclass(frozen=True, kw_only=True)
class Target:
    """Rule `limit` out at level `alpha`, with probability `power` if the true rate is `truth`."""

    limit: float
    truth: float
    alpha: float
    power: float

    def curve(self, title: str, points: Iterable[tuple[float, float]], reached: float) -> OperatingCurve:
        """How often the limit is ruled out, with `reached` marked at the assumed truth."""
        drawn = tuple(points)
        inside = self.truth <= drawn[-1][0]
        stated = (RateLine(rate=self.truth, label=f"assumed true rate {self.truth:g}"),) if inside else ()
        mark = (Mark(rate=self.truth, probability=reached, label=shown(reached)),) if inside else ()
        return OperatingCurve(
            title=title,
            event="the limit is ruled out",
            points=drawn,
            lines=(RateLine(rate=self.limit, label=f"limit {self.limit:g}", is_limit=True), *stated),
            marks=mark,
            levels=((self.power, f"power asked {self.power:g}"), (self.alpha, f"alpha {self.alpha:.3g}")),
            missing_from=self.limit,
        )

    def rates(self, points: int = 80) -> list[float]:
        """Rates from 0 to beyond the limit, for a curve."""
        end = min(1.0, 1.6 * self.limit)
        return [end * at / points for at in range(points + 1)]


@dataclass(frozen=True, kw_only=True)
class GateBound:
    """The upper bound that a gate would use on an outcome, from successes per unit out of `attempts`.

    With unit `family` each value stands for a whole family.
    """

    attempts: int
    alpha: float
    unit: Literal["task", "family"]
    mean_score: bool = False

    def __call__(self, successes: IntArray) -> float:
        import numpy as np

        return _upper(self, tuple(np.bincount(successes, minlength=self.attempts + 1).tolist()))


@lru_cache(maxsize=50_000)  # simulated suites are often alike, and the order of units moves no bound (law 4)
def _upper(bound: GateBound, units: tuple[int, ...]) -> float:
    """The bound when `units[k]` units had `k` successes."""
    import numpy as np

    from scalegate.estimate.rate import bound_mean, bound_rate

    successes = np.repeat(np.arange(len(units)), units)
    places, alpha = np.arange(successes.size), bound.alpha
    if bound.mean_score:
        shares = successes / bound.attempts
        return bound_mean(shares, shares, places, unit=bound.unit, alpha_lower=alpha, alpha_upper=alpha).upper
    tries = np.full(successes.size, bound.attempts)
    return bound_rate(successes, successes, tries, places, unit=bound.unit, alpha_lower=alpha, alpha_upper=alpha).upper


def shown(probability: float) -> str:
    """Three decimals, and never a certainty that is none."""
    if 0.9995 <= probability < 1:
        return "more than 0.999"
    return "less than 0.001" if 0 < probability < 0.0005 else f"{probability:.3f}"


def parse_rate(text: str, name: str) -> float:
    """`0.1` or `10 %`. Raises InputError that names the option."""
    try:
        return float(Probability.parse(text))
    except ScalegateError:
        mend = "write a rate from 0.0 to 1.0, as 0.1 or 10 %"
        raise InputError(Finding(path=name, what=f"{text[:80]!r} is no rate", mend=mend)) from None


def parse_inner_rate(text: str, name: str) -> float:
    """A rate that is neither 0 nor 1. Raises InputError that names the option."""
    rate = parse_rate(text, name)
    if not 0 < rate < 1:
        raise InputError(
            Finding(path=name, what=f"{rate:g} leaves nothing to plan", mend="write a rate between 0 and 1")
        )
    return rate


def parse_ratio(text: str, name: str) -> float:
    """A number above 0. Raises InputError that names the option."""
    try:
        ratio = float(text)
    except ValueError:
        ratio = 0.0
    if not (isfinite(ratio) and ratio > 0):
        raise InputError(Finding(path=name, what=f"{text[:80]!r} is no ratio", mend="write a number above 0"))
    return ratio
