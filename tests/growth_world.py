"""Published horizons as numbers, simulated growth, and the two ways in which trend bounds are judged (ADR 0007).

Numbers only, of METR (metr.org): release dates, p50 horizons in minutes, coefficients and intercepts, as published in
"logistic_fits/headline.csv" of METR/cross-domain-horizon (June 2025) and in the benchmark results of time horizon 1.1
(February 2026; the three oldest models with their values of 1.0).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from math import log2, sqrt

import numpy as np
import numpy.typing as npt
from scipy.special import stdtrit

from scalegate.estimate.trend import fit_trend, on_frontier, predict_next

Floats = npt.NDArray[np.float64]
LEVEL = 0.05
WARM_UP = 5
YEAR = 365.25

# Release, coefficient, intercept, p50 and its interval, p80 and its interval. The last has no release date: people.
JUNE_2025 = {
    "GPT-2": ("2019-02-14", -0.49278, -2.292107, 0.039792, 0.005662),
    "davinci-002": ("2020-05-28", -0.653157, -1.794859, 0.14886, 0.034187),
    "gpt-3.5-turbo-instruct": ("2022-03-15", -0.76923, -0.558577, 0.604514, 0.173339),
    "GPT-4 0314": ("2023-03-14", -0.560241, 1.357645, 5.364045, 0.965175),
    "GPT-4 1106": ("2023-11-06", -0.541915, 1.678409, 8.557433, 1.453006),
    "GPT-4 0125": ("2024-01-25", -0.640663, 1.55288, 5.366063, 1.197496),
    "Claude 3 Opus": ("2024-03-04", -0.551748, 1.480455, 6.422825, 1.125572),
    "GPT-4 Turbo": ("2024-04-09", -0.657572, 1.785511, 6.567339, 1.523202),
    "GPT-4o": ("2024-05-13", -0.568075, 1.816133, 9.17045, 1.689572),
    "Claude 3.5 Sonnet (Old)": ("2024-06-20", -0.552429, 2.31313, 18.21683, 3.19928),
    "o1-preview": ("2024-09-12", -0.611026, 2.733654, 22.221357, 4.610993),
    "Claude 3.5 Sonnet (New)": ("2024-10-22", -0.524556, 2.547853, 28.983512, 4.640773),
    "o1": ("2024-12-05", -0.510703, 2.703164, 39.206576, 5.973358),
    "Claude 3.7 Sonnet": ("2025-02-24", -0.753789, 4.342522, 54.226342, 15.156049),
    "o3": ("2025-04-16", -0.558145, 3.801144, 112.230447, 20.064398),
    "o4-mini": ("2025-04-16", -0.57219, 3.597596, 78.10896, 14.566971),
    "human": (None, -0.385584, 2.548212, 97.592792, 8.074619),
}

TIME_HORIZON_1_1 = {
    "GPT-2": ("2019-02-14", 0.039762),
    "davinci-002": ("2020-05-28", 0.148793),
    "gpt-3.5-turbo-instruct": ("2022-03-15", 0.604245),
    "GPT-4": ("2023-03-14", 3.987428),
    "GPT-4 1106": ("2023-11-06", 4.044959),
    "Claude 3 Opus": ("2024-03-04", 3.952262),
    "GPT-4 Turbo": ("2024-04-09", 3.732787),
    "GPT-4o": ("2024-05-13", 6.991195),
    "Claude 3.5 Sonnet (Old)": ("2024-06-20", 11.395377),
    "o1-preview": ("2024-09-12", 20.326586),
    "Claude 3.5 Sonnet (New)": ("2024-10-22", 20.522872),
    "o1": ("2024-12-05", 38.831588),
    "Claude 3.7 Sonnet": ("2025-02-24", 60.388937),
    "o3": ("2025-04-16", 119.732634),
    "Claude Opus 4": ("2025-05-22", 100.366123),
    "Claude Opus 4.1": ("2025-08-05", 100.472004),
    "GPT-5": ("2025-08-07", 203.012577),
    "Gemini 3 Pro": ("2025-11-18", 224.325884),
    "GPT-5.1 Codex Max": ("2025-11-19", 223.714694),
    "Claude Opus 4.5": ("2025-11-24", 292.994594),
    "GPT-5.2": ("2025-12-11", 352.249302),
    "Claude Opus 4.6": ("2026-02-05", 718.80683),
    "GPT-5.3 Codex": ("2026-02-05", 349.530732),
}


def day_of(text: str) -> float:
    return float(date.fromisoformat(text).toordinal())


def points(table: dict[str, tuple[str, float]], since: str = "", until: str = "9999-12-31") -> tuple[Floats, Floats]:
    """Days and minutes of the frontier, decided over all models, then cut to the dates."""
    days = np.array([day_of(day) for day, _ in table.values()])
    minutes = np.array([length for _, length in table.values()])
    kept = on_frontier(days, minutes) & (days <= day_of(until))
    if since:
        kept &= days >= day_of(since)
    order = np.argsort(days[kept], kind="stable")
    return days[kept][order], minutes[kept][order]


def june_2025() -> dict[str, tuple[str, float]]:
    return {name: (row[0], row[3]) for name, row in JUNE_2025.items() if row[0] is not None}


# ---------------------------------------------------------------------------- judging


@dataclass(frozen=True)
class Judged:
    """Steps predicted, how many records lay at or below the bound, and by how many doublings the bound lay higher."""

    excess: Floats

    @property
    def held(self) -> int:
        return int((self.excess >= 0).sum())

    @property
    def median_excess(self) -> float:
        return float(np.median(self.excess))

    @property
    def pinball(self) -> float:
        """Mean pinball loss at 1 - LEVEL, in doublings."""
        return float(np.mean(np.where(self.excess >= 0, LEVEL * self.excess, -(1 - LEVEL) * self.excess)))


def ours(days: Floats, minutes: Floats, day: float) -> float:
    """Log2 of the bound of ADR 0007."""
    return log2(predict_next(days, minutes, day=day, alpha=LEVEL).minutes)


def line_bound(days: Floats, minutes: Floats, day: float, *, prediction: bool) -> float:
    """Of one line through all points: the bound of the line itself, or of the next point."""
    line = fit_trend(days, minutes)
    variance = float(prediction) + 1 / line.points + (day - line.middle) ** 2 / line.spread
    return line.at(day) + float(stdtrit(line.points - 2, 1 - LEVEL)) * line.deviation * sqrt(variance)


METHODS = {
    "greatest over windows (ADR 0007)": ours,
    "prediction bound of one line": lambda *at: line_bound(*at, prediction=True),
    "bound of the line itself": lambda *at: line_bound(*at, prediction=False),
}


def backtest(days: Floats, minutes: Floats, method: str) -> Judged:
    """Every frontier point after the first five, predicted at its own date from those before it."""
    steps = range(WARM_UP, days.size)
    return Judged(np.array([METHODS[method](days[:n], minutes[:n], days[n]) - log2(minutes[n]) for n in steps]))


# ---------------------------------------------------------------------------- simulated growth


@dataclass(frozen=True)
class Growth:
    """How paths are drawn; the defaults are those of ADR 0007."""

    years: float = 7.0
    slope: float = 2.0
    slope_deviation: float = 0.4
    breaks_a_year: float = 0.25
    break_mean: float = 0.2
    break_deviation: float = 0.4
    release_gap: float = 0.15
    shortfall: float = 0.5
    error: float = 0.3


@dataclass(frozen=True)
class Path:
    """Frontier points of one path; `step` is the index of the one to predict, `since_break` its years after a break."""

    days: Floats
    minutes: Floats
    step: int
    since_break: float


def path(generator: np.random.Generator, growth: Growth) -> Path:
    while True:
        breaks = generator.uniform(0, growth.years, generator.poisson(growth.breaks_a_year * growth.years))
        ends = np.concatenate([[0.0], np.sort(breaks), [growth.years]])
        slopes = (
            growth.slope
            * np.exp(growth.slope_deviation * generator.standard_normal())
            * np.exp(
                np.cumsum(np.append(0.0, generator.normal(growth.break_mean, growth.break_deviation, breaks.size)))
            )
        )
        heights = np.concatenate([[0.0], np.cumsum(slopes * np.diff(ends))])
        number = int(growth.years / growth.release_gap * 3)
        released = np.cumsum(generator.exponential(growth.release_gap, number))
        released = released[released < growth.years]
        truth = np.interp(released, ends, heights) - generator.exponential(growth.shortfall, released.size)
        measured = np.exp2(truth + generator.normal(0, growth.error, released.size) - 5)
        kept = on_frontier(released * YEAR, measured)
        if kept.sum() > WARM_UP:
            days, minutes = released[kept], measured[kept]
            step = int(generator.integers(WARM_UP, days.size))
            past = ends[1:-1][ends[1:-1] < days[step]]
            return Path(days * YEAR, minutes, step, float(days[step] - past[-1]) if past.size else np.inf)


def simulate(number: int, growth: Growth, method: str, seed: int = 7) -> tuple[Judged, Floats]:
    """One step of each of `number` paths, and its years since a break."""
    excess, since = np.empty(number), np.empty(number)
    for i in range(number):
        drawn = path(np.random.default_rng([seed, i]), growth)
        before, at = slice(0, drawn.step), drawn.step
        bound = METHODS[method](drawn.days[before], drawn.minutes[before], float(drawn.days[at]))
        excess[i], since[i] = bound - log2(drawn.minutes[at]), drawn.since_break
    return Judged(excess), since
