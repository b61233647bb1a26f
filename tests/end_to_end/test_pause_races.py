"""D9, D10: whatever runs at the same time, after the entry of a pause nothing is granted or leased."""

from __future__ import annotations

import random
import sqlite3
import time
from pathlib import Path

import pytest

from end_to_end.project_world import World, done

LOG = """
import json, sys
from scalegate.project import open_project
for e in open_project(sys.argv[1], writing=False).entries():
    body = e.entry.body
    print(json.dumps([e.index, e.entry.kind.value, getattr(body, "granted", None)]))
"""


def told(world: World) -> list[tuple[int, str, bool | None]]:
    import json

    answer = world.spawn(str(world.root), code=LOG)
    assert answer.status == 0, answer.err
    return [tuple(json.loads(line)) for line in answer.out.splitlines()]


def check_round(world: World, seed: int) -> None:
    """Two gates, again and again, and a pause in between."""
    chance = random.Random(seed)
    gates = [world.start("gate", p, "--model", "calm") for p in ("DEPLOY", "STORE")]
    time.sleep(chance.uniform(0, 0.9))
    pause = world.start("--as", "dan", "pause", "--reason", "a reason")
    late = [world.start("gate", "USE_INTERNALLY", "--model", "calm")]
    for process in (pause, *gates, *late):
        _, errors = process.communicate(timeout=120)
        assert b"internal error" not in errors, errors
        assert process.returncode in (0, 1), errors
    assert pause.returncode == 0
    entries = told(world)
    paused = next(index for index, kind, _ in entries if kind == "pause")
    assert not [e for e in entries if e[0] > paused and (e[1] == "lease" or e[2] is True)]
    done(world.run("gate", "DEPLOY", "--model", "calm"), 1)
    done(world.run("log", "verify"), 0)


@pytest.mark.parametrize("seed", range(2))
def test_D10_nothing_is_granted_after_a_pause(exam: World, seed: int) -> None:
    check_round(exam, seed)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2, 40))
def test_D10_nothing_is_granted_after_a_pause_in_many_rounds(exam: World, seed: int) -> None:
    check_round(exam, seed)


def test_D9_a_pause_between_a_grant_and_its_lease_wins(exam: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The moment between the two entries, made by hand."""
    from scalegate.procedure import leasing

    issue = leasing.issue

    def paused_before(*arguments: object, **named: object) -> bytes:
        done(exam.run("--as", "dan", "pause", "--reason", "a reason"))
        return issue(*arguments, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(leasing, "issue", paused_before)
    answer = done(exam.run("gate", "DEPLOY", "--model", "calm"), 1)
    assert "paused by dan" in answer.err
    assert not exam.entries("lease")


def test_many_writers_at_once_leave_one_order_that_verifies(exam: World, tmp_path: Path) -> None:
    models = ("calm", "middling", "wild", "fresh")
    processes = [exam.start("gate", "STORE", "--model", model) for model in models]
    for process in processes:
        assert process.wait(120) in (0, 1)
        process.communicate()
    assert len(exam.entries("decision")) == len(models)
    done(exam.run("log", "verify"), 0)


def test_D10_a_pause_holds_before_it_gets_the_lock(exam: World) -> None:
    """Somebody else writes, and goes on writing: the flag stands all the same."""
    with sqlite3.connect(exam.log, isolation_level=None) as database:
        database.execute("BEGIN IMMEDIATE")
        pause = exam.start("--as", "dan", "pause", "--reason", "a reason")
        until = time.monotonic() + 8  # the lock is waited for 10 s
        while not list((exam.root / "record").glob("pause/*")):
            assert time.monotonic() < until, "no flag while the lock is held"
            time.sleep(0.05)
        assert not exam.entries("pause")
        database.execute("ROLLBACK")
    assert pause.wait(60) == 0
    pause.communicate()
    done(exam.run("gate", "DEPLOY", "--model", "calm"), 1)


def test_D10_a_pause_needs_no_readable_model_or_suite(exam: World) -> None:
    for name in ("models.yaml", "configurations.yaml", "suites/exam.yaml", "policy.yaml"):
        (exam.root / name).write_text("[", encoding="utf-8")
    done(exam.run("--as", "dan", "pause", "--reason", "a reason"))
    assert len(exam.entries("pause")) == 1
