"""Prints how often the bounds on the next record hold, and how far above it they lie (ADR 0007).

python benchmarks/trend.py published          the next published record, from 2019 and from 2023
python benchmarks/trend.py simulated [NUMBER] one step of each of NUMBER (1000) simulated growth paths
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from scipy.stats import binomtest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
from growth_world import METHODS, TIME_HORIZON_1_1, Growth, Judged, backtest, points, simulate
from scalegate.estimate.trend import fit_trend, pessimistic_growth, predict_next

VARIANTS = {
    "as stated": Growth(),
    "break factor 0.8": Growth(break_deviation=0.8),
    "error 0.6": Growth(error=0.6),
}


def line(name: str, judged: Judged) -> str:
    number = judged.excess.size
    exact = binomtest(judged.held, number).proportion_ci(0.95, "exact")
    return (
        f"{name} | {judged.held} of {number} = {judged.held / number:.3f} | [{exact.low:.3f}, {exact.high:.3f}]"
        f" | {judged.median_excess:.2f} | {judged.pinball:.3f}"
    )


HEAD = "method | held | exact 95 % interval | median excess, doublings | pinball loss"


def published() -> None:
    """Both windows; then what the method says now."""
    for since in ("2019-01-01", "2023-01-01"):
        days, minutes = points(TIME_HORIZON_1_1, since)
        print(f"\nfrom {since[:4]}: {days.size} frontier points, {days.size - 5} predicted one step ahead\n{HEAD}")
        for method in METHODS:
            print(line(method, backtest(days, minutes, method)))
    days, minutes = points(TIME_HORIZON_1_1)
    print(f"\ndoubling time from 2023: {fit_trend(*points(TIME_HORIZON_1_1, '2023-01-01')).doubling_days:.2f} days")
    print(f"shortest doubling time to plan with: {1 / pessimistic_growth(days, minutes):.1f} days")
    for ahead in (30, 90, 180):
        bound = predict_next(days, minutes, day=float(days.max()) + ahead)
        print(
            f"next record {ahead} days after the last: at most {bound.minutes / 60:.1f} h, from the last {bound.window}"
        )


def simulated(number: int) -> None:
    for name, growth in VARIANTS.items():
        started = time.process_time()
        print(f"\n{number} paths, {name}\n{HEAD}")
        for method in METHODS:
            judged, since = simulate(number, growth, method)
            print(line(method, judged))
            if (since < 1).any():
                print(line("  less than a year after a break", Judged(judged.excess[since < 1])))
        print(f"({time.process_time() - started:.0f} s of processor time)")


if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1] not in ("published", "simulated"):
        sys.exit(__doc__)
    if sys.argv[1] == "published":
        published()
    else:
        simulated(int(sys.argv[2]) if len(sys.argv) > 2 else 1000)
