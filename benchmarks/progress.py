"""Prints how often the bounds on a rate of progress cover, and how wide they are, on simulated series of models.

    python benchmarks/progress.py [NUMBER]    NUMBER series for each line (200), seeded

True task lengths are given; tasks of eight families have lengths from 1 to 1,024 minutes, slope 0.8, deviation between
families 0.5; the envelope is 0.6 to 1.2 and 0.5. What must be covered is the greatest slope of the true lengths over
the trailing windows. Bounds are one-sided at 0.05, without shift and reserve; shown is the median bound, as a factor a
year.
"""

from __future__ import annotations

import sys

import numpy as np

from scalegate.estimate.growth_rate import boxed_growth
from scalegate.estimate.horizon import bound_horizon

ALPHA, GENERATIONS, YEAR = 0.05, 3, 365.25
SERIES = [
    (40, (0, 365, 730), (4, 12, 40)),
    (100, (0, 365, 730), (4, 12, 40)),
    (200, (0, 365, 730), (4, 12, 40)),
    (100, (0, 250, 500, 730), (2, 6, 12, 40)),
]


def box(length: float, tasks: int, models: int, rng: np.random.Generator) -> tuple[float, float]:
    """Both ends of one model's task length from simulated outcomes."""
    minutes, family = np.exp2(np.linspace(0, 10, tasks)), np.arange(tasks) % 8
    odds = 0.8 * (np.log2(length) - np.log2(minutes)) + rng.normal(0, 0.5, 8)[family]
    won = (rng.random(tasks) < 1 / (1 + np.exp(-odds))).astype(np.int64)
    found = bound_horizon(
        minutes, family, won, won, np.ones_like(won), success=0.5, slopes=(0.6, 1.2), family_sd=0.5,
        alpha_lower=ALPHA / models, alpha_upper=ALPHA / models,
    )  # fmt: skip
    return found.lower, found.upper


def main(number: int) -> None:
    rng = np.random.default_rng(1)
    print("tasks models true | upper covers, median | lower covers, median")
    for tasks, at, lengths in SERIES:
        days, true = np.array(at, dtype=np.float64), np.array(lengths, dtype=np.float64)
        truth = boxed_growth(days, true, true, generations=GENERATIONS).upper
        ends = []
        for _ in range(number):
            low, high = zip(*(box(x, tasks, len(lengths), rng) for x in lengths), strict=True)
            found = boxed_growth(days, np.array(low), np.array(high), generations=GENERATIONS)
            ends.append((found.lower, found.upper))
        lower, upper = np.array(ends).T
        middle = [2 ** (float(np.median(end)) * YEAR) for end in (upper, lower)]
        shares = [float(np.mean(upper >= truth)), float(np.mean(lower <= truth))]
        print(
            f"{tasks:5d} {len(lengths):6d} {2 ** (truth * YEAR):4.1f} | {shares[0]:12.3f}, {middle[0]:6.1f} "
            f"| {shares[1]:12.3f}, {middle[1]:6.2f}"
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
