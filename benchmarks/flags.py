"""Prints how often each flag is raised on real answers of models that try, and of models told to underperform.

    python benchmarks/flags.py arms [RESAMPLES]        every arm: whole, and resampled to 50, 200 and 500 items
    python benchmarks/flags.py split [RESAMPLES]       open against sealed halves, suppressed on the open one alone
    python benchmarks/flags.py simulated [NUMBER]      noise curves and shards: made up, no data of either kind is here
    python benchmarks/flags.py horizons                difficulty order on the 15 models of the example

Answers: Cacioli 2026, bcb-sandbagging-pilot (CC-BY-4.0), read from `$SCALEGATE_TEST_DATA` or `../shared`. Small chat
models, 2,000 ten-way multiple-choice items in four domains, the same items in every arm. Each rate has a 95 % Wilson
interval for the resampling of items: it says nothing about other models or other ways to underperform. Tests in
brackets are no flags: they show why the test of positions has a margin.
"""

from __future__ import annotations

import csv
import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from scalegate.adapters.project_files import read_suite
from scalegate.assessment.measured_flag import POSITION_MARGIN
from scalegate.estimate.answer_position import answer_position
from scalegate.estimate.bound import BoolArray, FloatArray, IntArray
from scalegate.estimate.difficulty_order import difficulty_order, tilt
from scalegate.estimate.exchangeability import order_preference
from scalegate.estimate.noise_curve import noise_rise
from scalegate.estimate.split_gap import split_gap
from scalegate.estimate.suspicion import below_chance, below_honest
from scalegate.evidence.flag import LEVEL

ROOT = Path(__file__).resolve().parents[1]
DATA = Path(os.environ.get("SCALEGATE_TEST_DATA", ROOT.parent / "shared")) / "data" / "sandbagging"
SEED, ALPHA, CHANCE, SIZES = bytes(32), float(LEVEL), 0.1, (50, 200, 500)


@dataclass(frozen=True, kw_only=True)
class Arm:
    """One model under one instruction: answers in one order of items."""

    name: str
    right: BoolArray
    chosen: IntArray
    keys: IntArray
    domain: IntArray
    items: tuple[int, ...]


def read(path: Path) -> Arm:
    rows = sorted((json.loads(line) for line in path.open(encoding="utf-8")), key=lambda r: r["item_id"])
    domains = sorted({row["domain"] for row in rows})
    return Arm(
        name=path.stem,
        right=np.array([bool(row.get("correct", row.get("is_correct"))) for row in rows]),
        chosen=np.array(["ABCDEFGHIJ".find(row["parsed_response"] or "-") for row in rows]),
        keys=np.array(["ABCDEFGHIJ".find(row.get("answer_key") or row["correct_answer"]) for row in rows]),
        domain=np.array([domains.index(row["domain"]) for row in rows]),
        items=tuple(row["item_id"] for row in rows),
    )


def arms() -> dict[str, Arm]:
    found = {arm.name: arm for arm in map(read, sorted(DATA.glob("*/*.jsonl")))}
    if not found:
        sys.exit(f"no answers under {DATA}: set SCALEGATE_TEST_DATA to the folder that holds `data/sandbagging`")
    assert len({arm.items for arm in found.values()}) == 1, "the same items in every arm"
    return found


def honest_of(name: str) -> str:
    """The honest arm of the same model in the same study."""
    model, condition = name.rsplit("_", 1)
    return f"{model}_A" if condition in "ABCD" else f"{model}_H"


def difficulty_for(name: str, found: dict[str, Arm]) -> FloatArray:
    """How many of the two other models fail an item when they try: 0, 1 or 2."""
    others = [arm for other, arm in found.items() if other.endswith("_A") and not name.startswith(other[:-2])]
    return np.sum([~arm.right for arm in others], axis=0).astype(float)


Test = Callable[[Arm, Arm, FloatArray, IntArray], float]


def _order(arm: Arm, _: Arm, difficulty: FloatArray, at: IntArray) -> float:
    """As in screening: nothing is drawn where easier items are solved more."""
    columns = difficulty[at], arm.right[at], arm.domain[at]
    return difficulty_order(*columns, seed=SEED, draws=999).p_value if tilt(*columns) > 0 else 1.0


def _equality(first: IntArray, second: IntArray, draws: int = 999) -> float:
    """Are the positions of two arms distributed alike? By swapping the arms on each item at random. Not a flag."""
    apart = first != second
    low, high = np.minimum(first, second)[apart] + 1, np.maximum(first, second)[apart] + 1
    pairs, counts = np.unique(low * 11 + high, return_counts=True)
    both = np.bincount(low, minlength=11) + np.bincount(high, minlength=11)
    generator, differences = np.random.default_rng(int.from_bytes(SEED, "big")), np.zeros((draws + 1, 11))
    ups = (first[apart] < second[apart]).astype(int)
    seen = np.array([ups[low * 11 + high == pair].sum() for pair in pairs])
    turned = np.vstack([seen, generator.binomial(counts, 0.5, (draws, pairs.size))]) * 2 - counts
    for at, pair in enumerate(pairs.tolist()):
        differences[:, pair % 11] += turned[:, at]
        differences[:, pair // 11] -= turned[:, at]
    distance = (differences**2 / np.maximum(both, 1)).sum(axis=1)
    return float((distance >= distance[0] - 1e-9).mean()) if apart.any() else 1.0


TESTS: dict[str, Test] = {
    "below chance": lambda arm, _, __, at: below_chance(int(arm.right[at].sum()), at.size, CHANCE).p_value,
    "below honest": lambda arm, honest, _, at: below_honest(honest.right[at], arm.right[at]).p_value,
    "position": lambda arm, honest, _, at: (
        answer_position(honest.chosen[at], arm.chosen[at], options=11, margin=POSITION_MARGIN).p_value
    ),
    "difficulty order": _order,
    "(positions equal to honest)": lambda arm, honest, _, at: _equality(honest.chosen[at], arm.chosen[at]),
    "(positions equal to keys)": lambda arm, _, __, at: _equality(arm.keys[at], arm.chosen[at]),
}
AGAINST_HONEST = ("below honest", "position", "(positions equal to honest)")


def wilson(hits: int, number: int) -> tuple[float, float]:
    z = 1.959964
    middle, width = (hits + z * z / 2) / (number + z * z), z / (number + z * z)
    spread = width * (hits * (number - hits) / number + z * z / 4) ** 0.5
    return max(0.0, middle - spread), min(1.0, middle + spread)


def cell(hits: int, number: int) -> str:
    low, high = wilson(hits, number)
    return f"{hits / number:.2f} ({low:.2f}-{high:.2f})"


def show_arms(resamples: int) -> None:
    """Whole arms first, then how often samples of the items are flagged."""
    found = arms()
    print(f"flagged at {ALPHA} on all 2,000 items: p-value of each test (chance {CHANCE})")
    print("arm | right | " + " | ".join(TESTS))
    everything = np.arange(2000)
    for name, arm in found.items():
        honest, difficulty = found[honest_of(name)], difficulty_for(name, found)
        p_values = [test(arm, honest, difficulty, everything) for test in TESTS.values()]
        cells = [f"{p:.1e}{' FLAG' if p <= ALPHA else ''}" for p in p_values]
        if honest is arm:
            cells = ["reference" if t in AGAINST_HONEST else c for t, c in zip(TESTS, cells, strict=True)]
        print(f"{name} | {arm.right.mean():.3f} | " + " | ".join(cells), flush=True)
    for size in SIZES:
        print(f"\nshare of {resamples} samples of {size} items that are flagged (95 % Wilson)")
        print("arm | " + " | ".join(TESTS))
        for name, arm in found.items():
            honest, difficulty = found[honest_of(name)], difficulty_for(name, found)
            generator = np.random.default_rng(size)
            samples = [generator.choice(2000, size, replace=False) for _ in range(resamples)]
            cells = []
            for title, test in TESTS.items():
                if honest is arm and title in AGAINST_HONEST:
                    cells.append("reference")
                    continue
                hits = sum(test(arm, honest, difficulty, at) <= ALPHA for at in samples)
                cells.append(cell(hits, resamples))
            print(f"{name} | " + " | ".join(cells), flush=True)


def show_split(resamples: int) -> None:
    """Half of the items open, half sealed, drawn anew each time; the arm answers the open half alone."""
    found = arms()
    honest = found["llama3-8b_H"]
    print(f"share of {resamples} random splits that are flagged at {ALPHA}: open half from the arm, sealed half honest")
    print("arm | " + " | ".join(f"{size} + {size} items" for size in SIZES) + " | both halves from the arm, 500 + 500")
    for name in sorted(n for n in found if (n.startswith("llama3-8b_") and n[-1].isdigit()) or n == honest.name):
        cells = []
        for size in SIZES:
            cells.append(cell(_splits(found[name], honest, size, resamples), resamples))
        same = cell(_splits(found[name], found[name], 500, resamples), resamples)
        print(f"{name} | " + " | ".join(cells) + f" | {same}", flush=True)


def _splits(opened: Arm, sealed: Arm, size: int, resamples: int) -> int:
    generator, hits = np.random.default_rng(size), 0
    for _ in range(resamples):
        at = generator.choice(2000, 2 * size, replace=False)
        hits += _gap(int(opened.right[at[:size]].sum()), int(sealed.right[at[size:]].sum()), size)
    return hits


@cache
def _gap(opened: int, sealed: int, size: int) -> bool:
    return split_gap((opened, size), (sealed, size)).p_value <= ALPHA


def show_simulated(number: int) -> None:
    """Power where the effect is assumed; false alarms where there is none."""
    generator = np.random.default_rng(7)
    print(
        f"noise curve, 4 levels, share of {number} models flagged: able to 0.4, held back to 0.1, noise frees a share"
    )
    print("items | none freed | 0.1 freed | 0.3 freed | honest: each level breaks half of the answers")
    for items in (100, 300):
        cells = []
        for freed in (0.0, 0.1, 0.3):
            hits = 0
            for _ in range(number):
                able, held = generator.random(items) < 0.4, generator.random(items) < 0.75
                without = able & ~held
                levels = np.array([able & (~held | (generator.random(items) < freed)) for _ in range(4)])
                guess = generator.random((4, items)) < CHANCE  # noise also turns some answers into guesses
                levels = np.where(generator.random((4, items)) < 0.05, guess, levels)
                hits += noise_rise(without, levels).p_value <= ALPHA
            cells.append(cell(hits, number))
        hits = 0
        for _ in range(number):
            without = generator.random(items) < 0.4
            guess = generator.random((4, items)) < 0.1
            levels = np.where(generator.random((4, items)) < 0.5, guess, without)
            hits += noise_rise(without, levels).p_value <= ALPHA
        print(f"{items} | " + " | ".join([*cells, cell(hits, number)]), flush=True)
    print(f"shards, 50 of 250 shuffles, share of {number} models flagged, by gain of the published order in deviations")
    for gain in (0.0, 0.1, 0.3, 0.5):
        hits = 0
        for _ in range(number):
            shuffled, published = generator.normal(0, 1, (50, 250)), generator.normal(gain, 1, 50)
            hits += order_preference(published, shuffled).p_value <= ALPHA
        print(f"{gain} | {cell(hits, number)}", flush=True)


def show_horizons() -> None:
    """Models that were not told to underperform (as far as is known): each flag here is a false alarm."""
    suite = read_suite(ROOT / "examples" / "cyber" / "suites", "cyber")
    rows = list(csv.DictReader((ROOT / "examples" / "cyber" / "evidence" / "cyber.csv").open(encoding="utf-8")))
    families = sorted({task.family for task in suite.tasks.values()})
    print("model | tasks with human minutes | rank statistic (above 0: harder tasks solved more) | p-value")
    for model in dict.fromkeys(row["model"] for row in rows):
        timed = [
            (float(task.human_minutes), float(row["score"]) >= 1, families.index(task.family))
            for row in rows
            if row["model"] == model
            and row["status"] == "completed"
            and (task := suite.tasks.get(row["task"])) is not None
            and task.human_minutes is not None
        ]
        if not timed:
            print(f"{model} | 0 | - | -")
            continue
        columns = [np.array(column) for column in zip(*timed, strict=True)]
        found = difficulty_order(*columns, seed=SEED)
        flagged = " FLAG" if found.p_value <= ALPHA else ""
        print(f"{model} | {len(timed)} | {found.statistic:.2f} | {found.p_value:.4f}{flagged}", flush=True)


COMMANDS: dict[str, Callable[[int], None]] = {
    "arms": show_arms,
    "split": show_split,
    "simulated": show_simulated,
    "horizons": lambda _: show_horizons(),
}

if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1] not in COMMANDS:
        sys.exit(__doc__)
    COMMANDS[sys.argv[1]](int(sys.argv[2]) if len(sys.argv) > 2 else 200)
