"""The small project with an evaluation that Inspect runs, and with a policy that relaxes nothing.

`inspect_files` holds the task and a model by rules; both are copied into the project, as a user's are.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

from end_to_end.project_world import ExamModel, World, attestations, prepare, suite_file, write_exam

FILES = Path(__file__).parent / "inspect_files"
TASKS = 20
MODELS = (ExamModel("calm", 0, 0), ExamModel("wild", 0, 0))


def make_inspect_exam(folder: Path) -> World:
    """Adopted and attested; nothing is registered, nothing ingested."""
    world = World(folder / "project", folder / "home")
    world.root.mkdir(parents=True)
    write_exam(world.root, MODELS)
    policy = world.root / "policy.yaml"
    policy.write_text(re.sub(r"  relaxations:\n(    - .*\n)+", "", policy.read_text("utf-8")), "utf-8")
    suite = suite_file(TASKS).replace("exact", "match")
    (world.root / "suites" / "exam.yaml").write_text(suite + "inspect_task: evals/exam.py@exam\n", "utf-8")
    (world.root / "attestations.yaml").write_text(attestations(("locks", "0.99"), ("guards", "0.97")), "utf-8")
    shutil.copytree(FILES, world.root / "evals")
    run = prepare(world)
    run("--as", "dan", "policy", "adopt")
    run("attest", str(world.root / "attestations.yaml"))
    return world


def command(world: World, model: str, solves: int, *more: str) -> list[str]:
    """`scalegate run` with the model by rules that gets the first so many sums right."""
    provider = str(world.root / "evals" / "rules.py")
    return ["run", "--model", model, "--inspect-model", f"rules/{solves}", "--provider", provider, *more]


def limit(world: World, model: str, name: str = "last") -> dict[str, Any]:
    """The verdict on a limit as of now, recorded nowhere."""
    form = world.run("--format", "json", "assess", "--no-record", "--model", model).json
    (found,) = [x for m in form["models"] for x in m["limits"] if x["limit"] == name]
    return dict(found)
