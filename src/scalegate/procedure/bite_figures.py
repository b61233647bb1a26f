"""Figures of a simulation in words: no bare zero, no exponent, and an error beside every mean.

For: bite_text, bite_chart. Does not know: what a figure is about.
"""

from __future__ import annotations

from math import sqrt

from scalegate.simulation.outcome import Estimate, Outcome, Spread


def wilson(share: float, runs: int) -> tuple[float, float, float]:
    """A share with its 95 % interval: (low, share, high).

    Source: E. B. Wilson (1927), JASA 22, 209-212.
    """
    z2 = 1.959964**2 / runs
    middle, half = (share + z2 / 2) / (1 + z2), sqrt(z2 * share * (1 - share) + z2 * z2 / 4) / (1 + z2)
    return max(0.0, middle - half), share, min(1.0, middle + half)


def mean_words(each: Estimate) -> str:
    if each.error is None:
        return number_words(each.value, 3)
    return f"{number_words(each.value, 3)} ± {number_words(each.error, 1)}"


def number_words(value: float, digits: int) -> str:
    """So many digits, and no exponent where a reader needs none."""
    return f"{float(f'{value:.{digits}g}'):,.10g}"


def weeks_words(each: Estimate, outcome: Outcome) -> str:
    """Never a bare zero: what did not happen in so many runs may still happen."""
    return mean_words(each) if each.value else f"none in {outcome.runs:,} runs"


def share_words(each: Estimate) -> str:
    if not each.error:  # 3 / runs bounds from above what was in no run
        return {0.0: "none of them", 1.0: "all of them"}.get(each.value, f"{each.value:.0%}")
    return f"{each.value:.1%} ± {each.error:.1%}"


def spread_words(each: Spread | None, unit: str = "") -> str:
    if each is None:
        return "-"
    return " · ".join(f"{number_words(value, 3)}{unit}" for value in (each.low, each.middle, each.high))
