"""The hook inside the real Inspect: it records what ends, disturbs nobody, and loses nothing that it cannot record."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest

from end_to_end.inspect_project import TASKS, limit, make_inspect_exam
from end_to_end.project_world import World, done
from shared import ROOT

pytest.importorskip("inspect_ai", reason="the extra `inspect` is not installed")

HEAD = """
import importlib.util, sys
from inspect_ai import eval

spec = importlib.util.spec_from_file_location("rules", sys.argv[1] + "/rules.py")
rules = importlib.util.module_from_spec(spec)
spec.loader.exec_module(rules)


def run(solves, labels, **arguments):
    metadata = {"scalegate": labels} if labels else None
    ids = [f"t{n}" for n in range(20)]
    eval(sys.argv[1] + "/exam.py@exam", model=f"rules/{solves}", model_args=arguments, metadata=metadata,
         sample_id=ids, display="none", log_dir=sys.argv[2])


"""
FOUR = """
run(0, {"model": "calm"})
run(3, {"model": "calm"}, breaks_at=10)
run(0, None)
run(0, {"model": "nobody"})
"""


@dataclass(frozen=True)
class Hooked:
    world: World
    logs: Path
    err: str


def entry_points() -> dict[str, dict[str, str]]:
    return dict(tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["entry-points"])


def inspect(script: str, site: Path, *arguments: Path, cwd: Path, **environment: str) -> str:
    """Run Inspect in a process of its own, with the project's entry points installed; what it writes."""
    info = site / "hooked-1.dist-info"
    info.mkdir(parents=True, exist_ok=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: hooked\nVersion: 1\n", "utf-8")
    rows = "".join(f"{name} = {value}\n" for name, value in entry_points()["inspect_ai"].items())
    (info / "entry_points.txt").write_text(f"[inspect_ai]\n{rows}", "utf-8")
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("SCALEGATE_", "XDG_"))}
    ran = subprocess.run(
        [sys.executable, "-c", HEAD + script, *map(str, arguments)],
        env=kept | {"PYTHONPATH": str(site)} | environment,
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert ran.returncode == 0, ran.stderr[-3000:]
    return ran.stdout + ran.stderr


@pytest.fixture(scope="module")
def hooked(tmp_path_factory: pytest.TempPathFactory) -> Hooked:
    """Four evaluations by somebody who works in a project: whole, broken, without a label, of nobody's model."""
    folder = tmp_path_factory.mktemp("hook")
    world = make_inspect_exam(folder)
    done(world.run("register", "exam", "--limit", "last", "--model", "calm"))
    home = {"XDG_DATA_HOME": str(world.home)}
    said = inspect(FOUR, folder / "site", world.root / "evals", folder / "logs", cwd=world.root, **home)
    return Hooked(world, folder / "logs", said)


def test_an_evaluation_that_ends_is_recorded_by_itself(hooked: Hooked) -> None:
    assert hooked.err.count(f"recorded, {TASKS} attempts") == 2
    found = limit(hooked.world, "calm")
    assert found["attempts"] == 2 * TASKS


def test_E3_one_that_ends_with_an_error_is_recorded_too(hooked: Hooked) -> None:
    found = limit(hooked.world, "calm")
    assert found["invalid_runs"] == 1
    assert found["lower"] > 0


def test_one_without_a_label_is_said_and_not_recorded(hooked: Hooked) -> None:
    assert "is not recorded: give its task metadata={'scalegate': {'model': …}}, or set SCALEGATE_MODEL" in hooked.err


def test_what_cannot_be_recorded_is_on_the_list_until_it_is(hooked: Hooked, tmp_path: Path) -> None:
    world = hooked.world.copy(tmp_path)
    assert "models.yaml has no model 'nobody'" in hooked.err
    (item,) = (world.root / "evidence" / "spool").glob("*.json")
    assert json.loads(item.read_text("utf-8"))["model"] == "nobody"
    assert "not recorded: " in done(world.run("doctor"), 1).err
    assert "models.yaml has no model 'nobody'" in done(world.run("ingest", "--spooled"), 2).err
    assert item.exists()
    models = world.root / "models.yaml"
    models.write_text(models.read_text("utf-8") + "  nobody: {title: Somebody, subject: 'opaque:a/b'}\n", "utf-8")
    assert f"1 runs recorded, {TASKS} attempts" in done(world.run("ingest", "--spooled")).err
    assert not item.exists()
    done(world.run("doctor"))


def test_an_item_that_was_altered_is_said_and_stops_nothing_else(hooked: Hooked, tmp_path: Path) -> None:
    world = hooked.world.copy(tmp_path)
    (good,) = (world.root / "evidence" / "spool").glob("*.json")
    good.write_text(good.read_text("utf-8").replace("nobody", "wild"), "utf-8")
    item = good.with_name("0.json")
    item.write_text("{}", "utf-8")
    assert f"evidence/spool/{item.name}: no item of the list" in done(world.run("doctor"), 1).err
    said = done(world.run("ingest", "--spooled"), 2).err
    assert "no item of the list" in said
    assert f"1 runs recorded, {TASKS} attempts" in said


@pytest.mark.slow
def test_a_project_that_cannot_be_opened_loses_no_log(hooked: Hooked, tmp_path: Path) -> None:
    """The operator's key is elsewhere: the evaluation goes on, and its log is on the list."""
    world = hooked.world.copy(tmp_path)
    for item in (world.root / "evidence" / "spool").glob("*.json"):
        item.unlink()
    home = {"XDG_DATA_HOME": str(tmp_path / "nowhere"), "SCALEGATE_MODEL": "calm"}
    script = "run(0, None)\n"
    project = {"SCALEGATE_PROJECT": str(world.root)}
    said = inspect(script, tmp_path / "site", world.root / "evals", tmp_path / "logs", cwd=tmp_path, **home, **project)
    assert "it is on the list in evidence/spool" in said
    assert "Traceback" not in said
    assert f"1 runs recorded, {TASKS} attempts" in done(world.run("ingest", "--spooled")).err


def test_who_uses_inspect_without_a_project_notices_nothing(hooked: Hooked, tmp_path: Path) -> None:
    script = "run(0, {'model': 'calm'})\nprint(sorted(n for n in sys.modules if n.startswith('scalegate')))\n"
    said = inspect(script, tmp_path / "site", hooked.world.root / "evals", tmp_path / "logs", cwd=tmp_path)
    assert "['scalegate', 'scalegate.integrations', 'scalegate.integrations.inspect_hook']" in said
    assert "scalegate:" not in said
    assert "hooks enabled" not in said
    assert {p.name for p in tmp_path.iterdir()} == {"site", "logs"}


def test_the_environment_labels_what_a_task_does_not() -> None:
    from scalegate.integrations.inspect_hook import labels_of

    environment = {"SCALEGATE_MODEL": "one", "SCALEGATE_CONFIGURATION": "agent"}
    assert labels_of({"model": "two"}, environment) == {
        "model": "two",
        "evaluation": "",
        "configuration": "agent",
        "scorer": "",
    }
