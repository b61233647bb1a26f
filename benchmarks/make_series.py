"""Derives the two series that `scalegate policy simulate --replay` ships from the published files.

    python benchmarks/make_series.py PATH/TO/cyber_horizons/runs.csv PATH/TO/pythia

For: whoever wants to check or renew them. Sources: Lyptus Research 2026, cyber-task-horizons-data (CC-BY-4.0), and
EleutherAI, Pythia results (Apache-2.0). Only figures are taken: no task texts, no names of tasks, no transcripts.
"""

from __future__ import annotations

import csv
import json
import re
import sys
from decimal import Context
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1] / "src" / "scalegate" / "adapters" / "series"
IMPUTED_MODELS, IMPUTED_FAMILIES = {"GPT-2", "GPT-3"}, {"cybench", "nyuctf", "intercode_ctf"}
PARAMETERS = {"70m": 70_000_000, "410m": 410_000_000, "1.4b": 1_400_000_000, "6.9b": 6_900_000_000}
BENCHMARK, ITEMS = "lambada_openai", 5153


def cyber(source: Path) -> None:
    """Tasks as family and minutes; models as one sign per task: 1, 0, and - for what was not run."""
    with source.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    tasks = sorted({(r["task_family"], r["task_id"], minutes(r["best_available_minutes"])) for r in rows})
    families = sorted({family for family, _, _ in tasks})
    with (FOLDER / "cyber_tasks.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("family", "human_minutes"))
        writer.writerows((families.index(family), length) for family, _, length in tasks)
    models = sorted({(r["release_date"][:10], r["alias"]) for r in rows})
    with (FOLDER / "cyber_models.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("model", "released", "effort_known", "outcomes"))
        for released, model in models:
            of = [r for r in rows if r["alias"] == model]
            known = any(float(r["total_tokens"] or 0) > 0 for r in of)
            found = {r["task_id"]: r["score_binarized"] for r in of if not imputed(r)}
            signs = "".join(found.get(task, "-") for _, task, _ in tasks)
            writer.writerow((model, released, str(known).lower(), signs))


def imputed(row: dict[str, str]) -> bool:
    """A zero that never happened is no evidence."""
    return row["alias"] in IMPUTED_MODELS and row["task_family"] in IMPUTED_FAMILIES


def minutes(text: str) -> str:
    return f"{Context(prec=4).create_decimal(text).normalize():f}" if text else ""


def pythia(folder: Path) -> None:
    """Successes on one benchmark by size and training step."""
    rows = []
    for size, parameters in PARAMETERS.items():
        for path in (folder / f"pythia-{size}").glob("*.json"):
            step = int(re.sub(r".*_step(\d+)\.json", r"\1", path.name))
            share = json.loads(path.read_text(encoding="utf-8"))["results"][BENCHMARK]["acc"]
            successes = round(share * ITEMS)
            assert abs(successes - share * ITEMS) < 1e-6, "not a share of that many items"
            rows.append((parameters, size, step, successes, ITEMS))
    with (FOLDER / "pythia.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("size", "parameters", "step", "successes", "items"))
        writer.writerows((size, parameters, *rest) for parameters, size, *rest in sorted(rows))


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: make_series.py PATH/TO/runs.csv PATH/TO/pythia")
    cyber(Path(sys.argv[1]))
    pythia(Path(sys.argv[2]))
