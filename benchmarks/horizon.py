"""Prints what the estimators cost, how wide their bounds are, and how often they cover.

    python benchmarks/horizon.py models OUTCOMES.csv   both horizons of every model, free fit and gate, with times
    python benchmarks/horizon.py coverage [NUMBER]     simulated suites inside and outside the stated envelope
    python benchmarks/horizon.py free [NUMBER]         how often the displayed intervals cover, on the same suites
    python benchmarks/horizon.py rates [NUMBER]        the betting bound where tasks differ, eight attempts each

OUTCOMES.csv has the columns model, task_family, human_minutes, won, known (won and known are 0 or 1).
"""

from __future__ import annotations

import csv
import sys
import time
from collections.abc import Callable
from math import log, log2
from pathlib import Path

import numpy as np

from scalegate.estimate.betting import lower_mean, upper_mean
from scalegate.estimate.bootstrap import fit_free
from scalegate.estimate.bound import Bounds, FloatArray, IntArray
from scalegate.estimate.horizon import bound_horizon

SETTINGS = [((0.5, 1.0), 1.0), ((0.5, 1.0), 0.5), ((0.5, 1.0), 0.0), ((0.6, 0.9), 1.0), ((0.4, 1.2), 1.5)]
ALPHA = 0.05


def models(path: str) -> None:
    """One table per success level: the free fit, and the gate's bounds under several envelopes."""
    with Path(path).open() as file:
        rows = list(csv.DictReader(file))
    families = sorted({row["task_family"] for row in rows})
    spent = {"gate": [0.0], "free": [0.0]}
    for success in (0.5, 0.8):
        heads = [f"slope {low:g}-{high:g} sd {sd:g}" for (low, high), sd in SETTINGS]
        print(f"\np{success * 100:g} in minutes | free fit [95 %] | " + " | ".join(heads))
        for model in sorted({row["model"] for row in rows}):
            mine = [row for row in rows if row["model"] == model]
            minutes = np.array([float(row["human_minutes"] or "nan") for row in mine])
            family = np.array([families.index(row["task_family"]) for row in mine])
            won, known = (np.array([int(row[name]) for row in mine]) for name in ("won", "known"))
            started = time.process_time()
            free = fit_free(minutes, family, won * known, known, seed=bytes(32))
            spent["free"].append(time.process_time() - started)
            cells = []
            for slopes, sd in SETTINGS:
                started = time.process_time()
                bounds = bound_horizon(
                    minutes, family, won * known, won * known + 1 - known, np.ones_like(won),
                    success=success, slopes=slopes, family_sd=sd, alpha_lower=ALPHA, alpha_upper=ALPHA,
                )  # fmt: skip
                if sd == 1.0:
                    spent["gate"].append(time.process_time() - started)
                cells.append(f"{bounds.lower:.4g} to {bounds.upper:.4g}")
            point, low, high = (
                (free.p50, free.p50_lower, free.p50_upper)
                if success == 0.5
                else (free.p80, free.p80_lower, free.p80_upper)
            )
            print(f"{model} | {point:.4g} [{low:.3g}, {high:.4g}] ({free.slope:.2f}) | " + " | ".join(cells))
    for name, times in spent.items():
        print(f"{name}: median {np.median(times[1:]) * 1e3:.0f} ms, worst {max(times) * 1e3:.0f} ms of processor time")


def coverage(number: int) -> None:
    """Seven families of twelve tasks, horizon 30 minutes; the stated envelope is slope 0.5 to 1, sd up to 1."""
    print(f"{number} suites each; one-sided level 0.95; standard error {(0.95 * 0.05 / number) ** 0.5:.3f}")
    print("success sd slope attempts | upper covers, median upper | lower covers, median lower")
    for success in (0.5, 0.8):
        for sd, slope, attempts in [
            (0, 0.5, 1), (0, 1, 1), (0.5, 0.7, 1), (1, 0.5, 1), (1, 0.7, 1), (1, 1, 1), (1, 0.7, 4),
            (1.5, 0.7, 1), (2, 0.7, 1), (1, 0.3, 1), (1, 1.5, 1),
        ]:  # fmt: skip
            bounds = [_suite(np.random.default_rng(i), success, sd, slope, attempts) for i in range(number)]
            upper, lower = (np.array([getattr(b, name) for b in bounds]) for name in ("upper", "lower"))
            inside = "inside" if sd <= 1 and 0.5 <= slope <= 1 else "OUTSIDE"
            print(
                f"{success} {sd} {slope} {attempts} | {np.mean(upper >= 30):.3f}, {np.median(upper):.0f}"
                f" | {np.mean(lower <= 30):.3f}, {np.median(lower):.2f} | {inside}"
            )


def _suite(generator: np.random.Generator, success: float, sd: float, slope: float, attempts: int) -> Bounds:
    minutes, family, won = _outcomes(generator, success, sd, slope, attempts)
    return bound_horizon(
        minutes, family, won, won, np.full(family.size, attempts),
        success=success, slopes=(0.5, 1.0), family_sd=1.0, alpha_lower=ALPHA, alpha_upper=ALPHA,
    )  # fmt: skip


def _outcomes(
    generator: np.random.Generator, success: float, sd: float, slope: float, attempts: int, families: int = 7
) -> tuple[FloatArray, IntArray, IntArray]:
    family = np.repeat(np.arange(families), 12)
    minutes = 2 ** generator.uniform(-1, 10, family.size)
    log_odds = log(success / (1 - success)) + slope * (log2(30) - np.log2(minutes))
    log_odds = log_odds + sd * generator.standard_normal(families)[family]
    return minutes, family, generator.binomial(attempts, 1 / (1 + np.exp(-log_odds)))


def free(number: int) -> None:
    """The two-sided 95 % bootstrap interval of p50: each end should hold in 0.975 of the suites."""
    print(f"{number} suites each; standard error {(0.975 * 0.025 / number) ** 0.5:.3f}")
    print("families sd slope | upper covers, median upper | lower covers, median lower")
    for families, sd in [(7, 0.0), (7, 0.5), (7, 1.0), (20, 1.0)]:
        fits = []
        for i in range(number):
            minutes, family, won = _outcomes(np.random.default_rng(i), 0.5, sd, 0.7, 1, families)
            fits.append(fit_free(minutes, family, won, np.ones_like(won), seed=i.to_bytes(32, "big")))
        upper, lower = (np.array([getattr(fit, name) for fit in fits]) for name in ("p50_upper", "p50_lower"))
        print(
            f"{families} {sd} 0.7 | {np.mean(upper >= 30):.3f}, {np.median(upper):.0f}"
            f" | {np.mean(lower <= 30):.3f}, {np.median(lower):.2f}"
        )


def rates(number: int) -> None:
    """Task rates drawn from beta distributions: mean `p`, correlation `icc` of two attempts at one task."""
    print(f"{number} suites each; standard error {(0.95 * 0.05 / number) ** 0.5:.3f}")
    print("tasks p icc | upper covers, mean upper | lower covers, mean lower")
    for tasks, mean, icc in [(20, 0.1, 0.33), (50, 0.1, 0.33), (50, 0.05, 0.5), (20, 0.5, 0.33), (50, 0.1, 0.05)]:
        generator, size = np.random.default_rng(1), 1 / icc - 1
        upper, lower = [], []
        for _ in range(number):
            chances = generator.beta(mean * size, (1 - mean) * size, tasks)
            means = generator.binomial(8, chances) / 8
            upper.append(upper_mean(means, ALPHA))
            lower.append(lower_mean(means, ALPHA))
        covered = np.mean(np.array(upper) >= mean), np.mean(np.array(lower) <= mean)
        print(f"{tasks} {mean} {icc} | {covered[0]:.3f}, {np.mean(upper):.3f} | {covered[1]:.3f}, {np.mean(lower):.3f}")


COMMANDS: dict[str, Callable[[str], None]] = {
    "models": models,
    "coverage": lambda number: coverage(int(number)),
    "free": lambda number: free(int(number)),
    "rates": lambda number: rates(int(number)),
}

if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1] not in COMMANDS or (sys.argv[1] == "models" and len(sys.argv) < 3):
        sys.exit(__doc__)
    COMMANDS[sys.argv[1]](sys.argv[2] if len(sys.argv) > 2 else "400")
