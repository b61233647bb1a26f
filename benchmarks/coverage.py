"""Prints how often one-sided 95 % upper bounds on a success rate cover, and how wide they are, where tasks differ.

    python benchmarks/coverage.py rows [NUMBER]     five designs, eight attempts a task, six ways of bounding
    python benchmarks/coverage.py shapes [NUMBER]   task rates that are not beta distributed
    python benchmarks/coverage.py peeking [NUMBER]  a look after every trial, the rate being at the limit
    python benchmarks/coverage.py search            where a posterior bound falls although a success is added
    python benchmarks/coverage.py speed             processor time of 1,000 bounds (50 tasks, eight attempts each)

NUMBER is the number of simulated suites or campaigns in each row.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from itertools import combinations_with_replacement
from math import log
from statistics import median

import numpy as np
from scipy import special, stats

from scalegate.estimate.betting import upper_mean
from scalegate.estimate.bound import FloatArray, IntArray
from scalegate.estimate.overdispersed import bound_overdispersed, upper_rate
from scalegate.estimate.sequential import log_e_value

ROWS = [(20, 0.1, 0.33), (50, 0.1, 0.33), (50, 0.05, 0.5), (20, 0.5, 0.33), (50, 0.1, 0.05)]
ATTEMPTS, ALPHA = 8, 0.05
Uppers = Callable[[IntArray], FloatArray]


def suites(tasks: int, mean: float, icc: float, number: int, seed: int = 1) -> IntArray:
    """Successes, shape (suite, task)."""
    generator, size = np.random.default_rng(seed), 1 / icc - 1
    return generator.binomial(ATTEMPTS, generator.beta(mean * size, (1 - mean) * size, (number, tasks)))


# ------------------------------------------------------------------------------------------- ways of bounding


def ours(won: IntArray) -> FloatArray:
    attempts = np.full(won.shape[1], ATTEMPTS)
    return np.array([upper_rate(row, attempts, ALPHA) for row in won])


def betting(won: IntArray) -> FloatArray:
    return np.array([upper_mean(row / ATTEMPTS, ALPHA) for row in won])


def runs_as_units(won: IntArray) -> FloatArray:
    total, size = won.sum(axis=1), won.shape[1] * ATTEMPTS
    return np.where(total < size, special.betaincinv(total + 1, np.maximum(size - total, 1e-9), 1 - ALPHA), 1.0)


def clustered_t(won: IntArray) -> FloatArray:
    means, tasks = won / ATTEMPTS, won.shape[1]
    return means.mean(axis=1) + stats.t.ppf(1 - ALPHA, tasks - 1) * means.std(axis=1, ddof=1) / tasks**0.5


def design_effect(won: IntArray) -> FloatArray:
    """The exact binomial bound at the number of independent attempts that the estimated correlation leaves."""
    tasks, share = won.shape[1], won.mean(axis=1) / ATTEMPTS
    between = ATTEMPTS * (won / ATTEMPTS).var(axis=1, ddof=1)
    within = (won * (ATTEMPTS - won)).sum(axis=1) / ATTEMPTS / (tasks * (ATTEMPTS - 1))
    icc = np.clip((between - within) / np.maximum(between + (ATTEMPTS - 1) * within, 1e-12), 0, 1)
    size = tasks * ATTEMPTS / (1 + (ATTEMPTS - 1) * icc)
    return np.where(share < 1, special.betaincinv(share * size + 1, np.maximum(size * (1 - share), 1e-9), 1 - ALPHA), 1)


RATES = (np.arange(400) + 0.5) / 400
SIZES = np.geomspace(0.05, 500, 60)


def posterior(won: IntArray, priors: int = 2) -> FloatArray:
    """Beta-binomial posterior on a grid, rate uniform; the higher of two priors on the concentration, or the first."""
    if len(won) > 200:  # 200 suites at a time stay below half a gigabyte
        return np.concatenate([posterior(won[i : i + 200], priors) for i in range(0, len(won), 200)])
    counts = np.stack([(won == k).sum(axis=1) for k in range(ATTEMPTS + 1)], axis=1)
    likely = counts @ _log_chances()
    likely = likely.reshape(len(won), RATES.size, SIZES.size)
    likely -= likely.max(axis=(1, 2), keepdims=True)
    uppers = []
    for prior in (np.ones(SIZES.size), SIZES * np.exp(-SIZES))[:priors]:  # log-uniform; Gamma(1, 1) on the log grid
        below = (np.exp(likely) @ prior).cumsum(axis=1)
        below /= below[:, -1:]
        uppers.append([float(np.interp(1 - ALPHA, row, RATES + 0.5 / 400)) for row in below])
    return np.max(np.array(uppers), axis=0)


def _log_chances() -> FloatArray:
    a, b = RATES[:, None] * SIZES, (1 - RATES[:, None]) * SIZES
    chances = [special.betaln(k + a, ATTEMPTS - k + b) - special.betaln(a, b) for k in range(ATTEMPTS + 1)]
    return np.stack([chance.ravel() for chance in chances])


WAYS: dict[str, Uppers] = {
    "runs as units": runs_as_units,
    "clustered t": clustered_t,
    "design effect": design_effect,
    "posterior": posterior,
    "betting": betting,
    "overdispersed": ours,
}


# ------------------------------------------------------------------------------------------------------ tables


def rows(number: int) -> None:
    """A way covers a row when it reaches 0.94 less two standard errors."""
    least = 0.94 - 2 * (0.94 * 0.06 / number) ** 0.5
    print(f"{number} suites each, eight attempts a task, one-sided 95 %; covers: at least {least:.4f}")
    print("tasks, rate, correlation | " + " | ".join(WAYS) + " | ours / narrowest that covers")
    for tasks, mean, icc in ROWS:
        won = suites(tasks, mean, icc, number)
        found = {name: way(won) for name, way in WAYS.items()}
        covers = {name: float((uppers >= mean).mean()) for name, uppers in found.items()}
        widths = {name: float(uppers.mean()) for name, uppers in found.items()}
        best = min(widths[name] for name in WAYS if covers[name] >= least)
        cells = " | ".join(f"{covers[name]:.3f} ({widths[name]:.3f})" for name in WAYS)
        print(f"{tasks}, {mean}, {icc} | {cells} | {widths['overdispersed'] / best:.2f}", flush=True)


def shapes(number: int) -> None:
    """The same mean and correlation, three other shapes, and correlations beyond those above."""
    print(f"{number} suites each, eight attempts a task; standard error {(0.95 * 0.05 / number) ** 0.5:.4f}")
    print("tasks, rate, correlation | " + " | ".join(SHAPES))
    for tasks, mean, icc in [*ROWS, (50, 0.1, 0.8), (20, 0.3, 0.6), (100, 0.05, 0.2), (50, 0.2, 0.02)]:
        cells = []
        for draw in SHAPES.values():
            generator = np.random.default_rng(2)
            chances = np.clip(draw(generator, mean, icc, (number, tasks)), 0, 1)
            uppers = ours(generator.binomial(ATTEMPTS, chances))
            cells.append(f"{float((uppers >= mean).mean()):.3f} ({float(uppers.mean()):.3f})")
        print(f"{tasks}, {mean}, {icc} | " + " | ".join(cells), flush=True)


def _beta(generator: np.random.Generator, mean: float, icc: float, shape: tuple[int, int]) -> FloatArray:
    return generator.beta(mean * (1 / icc - 1), (1 - mean) * (1 / icc - 1), shape)


def _hopeless(generator: np.random.Generator, mean: float, icc: float, shape: tuple[int, int]) -> FloatArray:
    """Some tasks never succeed, all others at one rate."""
    rate = mean + (1 - mean) * icc
    return rate * (generator.random(shape) < mean / rate)


def _solved(generator: np.random.Generator, mean: float, icc: float, shape: tuple[int, int]) -> FloatArray:
    """Some tasks always succeed, all others at one rate."""
    return 1 - _hopeless(generator, 1 - mean, icc, shape)


def _normal(generator: np.random.Generator, mean: float, icc: float, shape: tuple[int, int]) -> FloatArray:
    """Log-odds normal."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(81)
    weights = weights / weights.sum()

    def moments(centre: float, spread: float) -> tuple[float, float]:
        rates = special.expit(centre + spread * nodes)
        middle = float(weights @ rates)
        return middle, float(weights @ (rates - middle) ** 2) / (middle * (1 - middle))

    def centred(spread: float) -> float:
        low, high = -40.0, 40.0
        for _ in range(60):
            middle = (low + high) / 2
            low, high = (middle, high) if moments(middle, spread)[0] < mean else (low, middle)
        return (low + high) / 2

    low, high = 0.0, 30.0
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if moments(centred(middle), middle)[1] < icc else (low, middle)
    return np.asarray(special.expit(centred(high) + high * generator.standard_normal(shape)))


SHAPES = {"beta": _beta, "hopeless and equal": _hopeless, "solved and equal": _solved, "normal log-odds": _normal}


def peeking(number: int) -> None:
    """How often some look of 500 wrongly rules the limit out."""
    print(f"{number} campaigns each; standard error at 0.05 {(0.05 * 0.95 / number) ** 0.5:.4f}")
    print("limit | exact bound, peeked at | e-value")
    for limit in (0.1, 0.2, 0.5):
        counts = (np.random.default_rng(3).random((number, 500)) < limit).cumsum(axis=1)
        most = np.array([stats.binom.ppf(ALPHA, n, limit) - 1 for n in range(1, 501)])
        free, k = np.full(500, -1), 0
        for look in range(500):
            while log_e_value(k, look + 1, limit) >= -log(ALPHA):
                k += 1
            free[look] = k - 1
        print(f"{limit} | {(counts <= most).any(axis=1).mean():.3f} | {(counts <= free).any(axis=1).mean():.4f}")


def search() -> None:
    """All suites of three and four tasks: how often one more success lowers a bound, and the greatest fall."""
    ways = {"posterior, log-uniform": lambda won: posterior(won, 1), "posterior, higher of two": posterior}
    for name, way in {**ways, "clustered t": clustered_t, "overdispersed": ours, "betting": betting}.items():
        for tasks in (3, 4):
            pairs = [
                (before, sorted([*before[:at], before[at] + 1, *before[at + 1 :]]))
                for before in map(list, combinations_with_replacement(range(ATTEMPTS + 1), tasks))
                for at in range(tasks)
                if before[at] < ATTEMPTS
            ]
            change = way(np.array([after for _, after in pairs])) - way(np.array([before for before, _ in pairs]))
            worst = pairs[int(change.argmin())]
            falls = f"{int((change < -1e-6).sum())} of {len(pairs)} fall"
            most = f", most {worst[0]} -> {worst[1]} by {-change.min():.4f}" if change.min() < -1e-6 else ""
            print(f"{name}, {tasks} tasks: {falls}{most}", flush=True)


def speed() -> None:
    """Both ends; a suite of its own in every row. The first bound of a suite makes the distributions that are kept."""
    won, attempts = suites(50, 0.1, 0.33, 1000), np.full(50, ATTEMPTS)
    first = spent(lambda: bound(won[0], attempts))
    times = [spent(lambda: [bound(row, attempts) for row in won]) for _ in range(5)]
    print(
        f"1,000 two-ended bounds, 50 tasks, eight attempts each: {median(times):.2f} s of processor time"
        f" (median of 5, {min(times):.2f} to {max(times):.2f}); the first of a suite {first * 1e3:.0f} ms"
    )
    won, attempts = np.random.default_rng(1).binomial(16, 0.1, (5, 2000)), np.full(2000, 16)
    times = [spent(lambda row=row: bound(row, attempts)) for row in won]
    print(f"both ends, 2,000 tasks, sixteen attempts each: {median(times):.2f} s (median of 5)")


def bound(won: IntArray, attempts: IntArray) -> object:
    return bound_overdispersed(won, won, attempts, alpha_lower=ALPHA, alpha_upper=ALPHA)


def spent(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


COMMANDS: dict[str, Callable[[int], None]] = {
    "rows": rows,
    "shapes": shapes,
    "peeking": peeking,
    "search": lambda _: search(),
    "speed": lambda _: speed(),
}

if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1] not in COMMANDS:
        sys.exit(__doc__)
    COMMANDS[sys.argv[1]](int(sys.argv[2]) if len(sys.argv) > 2 else 400)
