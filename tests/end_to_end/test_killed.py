"""A command that is killed at any moment leaves a record that verifies, and the same command then completes."""

from __future__ import annotations

import random
import signal
import subprocess
import time
from pathlib import Path

import pytest

from end_to_end.project_world import MODELS, ExamModel, World, day, done, granted, loosened, table, write_exam

COMMANDS = ("assess", "ingest", "adopt", "gate")
RUNS = 8


def new_project(folder: Path) -> World:
    """A project with an empty record."""
    world = World(folder / "project", folder / "home")
    world.root.mkdir(parents=True)
    write_exam(world.root, MODELS)
    done(world.run("init", str(world.root)))
    return world


def arguments(world: World, command: str) -> tuple[str, ...]:
    match command:
        case "ingest":
            paths = []
            for n in range(RUNS):
                paths.append(world.root / f"run{n}.csv")
                paths[-1].write_text(table([ExamModel("wild", 60 - n, 60)], run=f"again-{n}"), encoding="utf-8")
            return ("ingest", "--configuration", "agent", "--dated", day(-1), *map(str, paths))
        case "adopt":
            return ("--as", "dan", "policy", "adopt")
        case "gate":
            return ("gate", "DEPLOY", "--model", "calm")
        case _:
            return ("assess",)


def killed(world: World, call: tuple[str, ...], after: float) -> bool:
    """Start a command and kill it; whether it was still running then."""
    process = world.start(*call)
    try:
        process.wait(after)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
    process.communicate()
    return process.returncode == -signal.SIGKILL


def usual_time(folder: Path, prepared: World, command: str) -> float:
    world = new_project(folder) if command == "adopt" else prepared.copy(folder)
    begun = time.monotonic()
    done(world.spawn("--project", str(world.root), *arguments(world, command), code=RUN), 0, 1)
    return time.monotonic() - begun


RUN = "from scalegate.cli.main import run; run()"


def check(folder: Path, prepared: World, command: str, seed: int, kills: int) -> None:
    """Kills fall into the second half of the usual time: before it, little but the start of Python is disturbed."""
    chance, usual = random.Random(seed), usual_time(folder / "usual", prepared, command)
    before, hit = granted(prepared.assess(now=day(0))), 0
    for number in range(kills):
        place = folder / str(number)
        world = new_project(place) if command == "adopt" else prepared.copy(place)
        call = arguments(world, command)
        if killed(world, call, chance.uniform(0.3, 1.0) * usual):
            hit += 1
        else:
            usual *= 0.6  # it was measured on a busier machine
        done(world.run("log", "verify"), 0)
        if command != "adopt":
            assert loosened(before, granted(world.assess(now=day(0)))) == []
        done(world.run(*call), 0, 1, *([2] if command == "adopt" else []))  # 2: it is in force already
        done(world.run("log", "verify"), 0)
        leftovers = world.run("--format", "json", "doctor").json["orphans"]
        assert all(name.startswith(".aside-") for name in leftovers)
    assert hit, "no kill came in time: nothing was shown"


QUICK = ("ingest", "gate")
"""The others go through the same store, and run in the slow tier."""


@pytest.mark.parametrize("command", [c if c in QUICK else pytest.param(c, marks=pytest.mark.slow) for c in COMMANDS])
def test_a_killed_command_leaves_a_record_that_verifies(tmp_path: Path, prepared_exam: World, command: str) -> None:
    check(tmp_path, prepared_exam, command, seed=20261123, kills=3)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("command", COMMANDS)
def test_many_kills(tmp_path: Path, prepared_exam: World, command: str, seed: int) -> None:
    check(tmp_path, prepared_exam, command, seed, kills=12)


def test_D10_a_pause_that_was_killed_between_flag_and_entry_holds_is_recorded_and_can_be_answered(
    exam: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed_here(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("scalegate.procedure.acts._record", killed_here)
        assert exam.run("--as", "dan", "pause", "--scope", "calm", "--reason", "a reason").status != 0
    name = next((exam.root / "record" / "pause").iterdir()).name
    assert exam.entries("pause") == []
    answer = done(exam.run("--format", "json", "gate", "DEPLOY", "--model", "calm"), 1)
    assert [b["rule"] for b in answer.json["blockers"]] == ["D10"]
    assert len(exam.entries("pause")) == 1
    done(exam.run("assess"), 1)
    quorum = ("--approver", "ann:board", "--approver", "bea:board")
    done(exam.run("resume", name, "--answer", "an answer", *quorum), 0)
    done(exam.run("gate", "DEPLOY", "--model", "calm"), 0)
    done(exam.run("log", "verify"), 0)


def test_D10_a_flag_that_cannot_be_read_holds_everything_but_containment(exam: World) -> None:
    (exam.root / "record" / "pause").mkdir()
    (exam.root / "record" / "pause" / "x").write_text("{", encoding="utf-8")
    answer = done(exam.run("gate", "DEPLOY", "--model", "calm"), 1)
    assert "record/pause/x" in answer.err
    assert not exam.entries("lease")
