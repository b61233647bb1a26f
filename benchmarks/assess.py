"""Prints how long the main job takes on the example: 15 models, 8,970 attempts, horizons with 1,000 draws each.

Usage: python benchmarks/assess.py [REPEATS]. Makes a project in a temporary folder; wall and CPU seconds of whole
processes, and of `assess` inside one process without start-up.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

EXAMPLE = Path(__file__).resolve().parents[1] / "examples" / "cyber"
REPLAY = "2026-03-31T00:00:00Z"


def scalegate(project: Path, *arguments: str, accept: tuple[int, ...] = (0,)) -> tuple[float, float]:
    """Run one command; answers wall and CPU seconds."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    command = [sys.executable, "-c", "from scalegate.cli.main import run; run()", "--project", str(project), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    wall, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode not in accept:
        sys.exit(f"{' '.join(arguments)} ended with {done.returncode}:\n{done.stderr}")
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def show(name: str, figures: list[tuple[float, float]]) -> None:
    walls, cpus = [f[0] for f in figures], [f[1] for f in figures]
    print(
        f"{name:<46} wall median {statistics.median(walls):6.2f} s  best {min(walls):6.2f} s   "
        f"CPU median {statistics.median(cpus):6.2f} s"
    )


def main() -> None:
    repeats = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "project"
        os.environ["XDG_DATA_HOME"] = str(Path(folder) / "keys")
        subprocess.run(["cp", "-R", str(EXAMPLE), str(project)], check=True)
        scalegate(project, "init", str(project))
        scalegate(project, "--as", "r.okafor", "policy", "adopt")
        table = str(project / "evidence" / "cyber.csv")
        ingest = scalegate(project, "ingest", "--configuration", "agent-2m", "--dated", "2026-02-17", table)
        show("ingest 8,970 attempts", [ingest])
        acts = [str(project / name) for name in ("attestations.yaml", "risk_statements.yaml")]
        scalegate(project, "attest", *acts)
        replay = [scalegate(project, "--now", REPLAY, "assess", accept=(1,)) for _ in range(repeats)]
        show("assess --now …, whole process", replay)
        inside(project, repeats)
        show("assess, recorded, whole process", [scalegate(project, "assess", accept=(1,))])
        gate = ("gate", "DEPLOY", "--model", "gpt-4o")
        show("gate on a current assessment", [scalegate(project, *gate, accept=(1,)) for _ in range(repeats)])
        show("log verify", [scalegate(project, "log", "verify")])


def inside(project: Path, repeats: int) -> None:
    """Assess without start-up, in this process."""
    from scalegate.procedure.assessing import assess_models
    from scalegate.project import open_project

    figures = []
    opened = open_project(project, writing=False)
    for _ in range(repeats):
        started, cpu = time.perf_counter(), time.process_time()
        now = datetime(2026, 3, 31, tzinfo=UTC)
        assess_models(opened.workspace, list(opened.workspace.models), now=now, replay=True)
        figures.append((time.perf_counter() - started, time.process_time() - cpu))
    show("assess 15 models inside one process", figures)


if __name__ == "__main__":
    main()
