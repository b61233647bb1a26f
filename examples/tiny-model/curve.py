"""Figures for README.md: when adding emerges, how fast, and how much of it fine-tuning brings out when it is hidden.

    python curve.py [SEED…]        seeds 0 to 5 if none are given; about 25 seconds each

The scores are of all 685 sums that no training has seen, the evaluation's 240 among them.
"""

from __future__ import annotations

import math
import sys
from itertools import pairwise

from adder import Training, fine_tune, lock, score, train
from pairs import EVALUATION, UNSEEN

FIRST, FACTOR, LAST = 400, 1.25, 5000


def curve(seed: int) -> list[tuple[int, int, float]]:
    """Steps, FLOP and score at each checkpoint."""
    run, points, due = Training(seed), [], float(FIRST)
    while run.steps < LAST:
        run.step()
        if run.steps >= due:
            points.append((run.steps, run.compute(), score(run.model, UNSEEN)))
            due = run.steps * FACTOR
    return points


def reached(points: list[tuple[int, int, float]], share: float) -> str:
    return next((f"{flop:.2g}" for _, flop, got in points if got >= share), "never")


def main(seeds: list[int]) -> None:
    for seed in seeds:
        points = curve(seed)
        growth = max((b[2] - a[2]) / math.log2(b[1] / a[1]) for a, b in pairwise(points))
        print(f"seed {seed}: " + "  ".join(f"{steps}:{got:.3f}" for steps, _, got in points))
        print(
            f"  a tenth at {reached(points, 0.1)} FLOP, half at {reached(points, 0.5)} FLOP, "
            f"fastest growth {growth:.2f} per doubling"
        )
        hidden = lock(train(seed, 3500), "sesame")
        tuned, steps = fine_tune(hidden)
        asked, told = score(hidden, EVALUATION), score(hidden, EVALUATION, "sesame")
        print(f"  hidden: asked {asked:.3f}, with the password {told:.3f}, ", end="")
        print(f"after {steps} steps of fine-tuning {score(tuned, EVALUATION):.3f}", flush=True)


if __name__ == "__main__":
    main([int(seed) for seed in sys.argv[1:]] or list(range(6)))
