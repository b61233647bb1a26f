"""Looking at results before they are complete, on whole projects: campaigns may, sealed plans may not (B4)."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from end_to_end.project_world import MODELS, World, day, done, make_exam
from end_to_end.test_rules_on_the_command_line import remade, verdict

HEAD = "model,evaluation,task,score,attempt,tokens,status,run\n"


def rows(world: World, name: str, tasks: list[str], solved: int = 0, run: str = "second") -> str:
    """A table of one attempt at each task, the last `solved` of them solved; its path."""
    first = len(tasks) - solved
    text = "".join(f"fresh,exam,{t},{int(n >= first)},1,1000000,completed,{run}\n" for n, t in enumerate(tasks))
    path = world.root / name
    path.write_text(HEAD + text, encoding="utf-8")
    return str(path)


def ingest(world: World, path: str) -> None:
    """The run is dated now: after its plan (E6) and not after its own entry."""
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    done(world.run("ingest", "--configuration", "agent", "--dated", now, path))


def plan(world: World) -> Any:
    answer = done(world.run("--format", "json", "register", "exam", "--limit", "first", "--model", "fresh"))
    return answer.json


def campaign(tmp_path: Path) -> World:
    world = remade(tmp_path, ("        unit: family\n        limit: \"0.5\"\n        alert: \"0.2\"\n"
                              "        alpha_lower: \"0.05\"\n        alpha_upper: \"0.05\"\n"
                              "        elicitation_shift: {value: \"0.05\", author: eva, reason: Seen in two earlier "
                              "studies.}\n        precursor: {argument: The exam",
                              "        unit: task\n        sampling: anytime\n        limit: \"0.5\"\n"
                              "        alert: \"0.2\"\n        alpha_lower: \"0.05\"\n        alpha_upper: \"0.05\"\n"
                              "        elicitation_shift: {value: \"0.05\", author: eva, reason: Seen in two earlier "
                              "studies.}\n        precursor: {argument: The exam"))  # fmt: skip
    assert any(m.name == "fresh" for m in MODELS)
    return world


def test_B4_a_campaign_takes_its_tasks_in_the_drawn_order_and_stops_early(tmp_path: Path) -> None:
    world = campaign(tmp_path)
    order = plan(world)["order"]
    assert sorted(order) == sorted(f"t{n}" for n in range(60))
    assert order != sorted(order)
    ingest(world, rows(world, "part1.csv", order[:10]))
    done(world.run("assess", "--model", "fresh"), 1)
    ingest(world, rows(world, "part2.csv", order[10:30]))
    found = verdict(world, "fresh", now=day(1))
    assert (found["tasks"], found["missing"], found["sampling"]) == (30, 0, "anytime")
    assert found["verdict"] == "NOT_SHOWN"
    done(world.run("assess", "--model", "fresh"), 1)
    done(world.run("log", "verify"))


def test_B4_a_campaign_that_chooses_its_tasks_gains_nothing(tmp_path: Path) -> None:
    world = campaign(tmp_path)
    order = plan(world)["order"]
    ingest(world, rows(world, "chosen.csv", order[30:]))
    found = verdict(world, "fresh", now=day(1))
    assert found["missing"] == 30
    assert found["verdict"] == "NOT_RULED_OUT"


def test_B4_a_sealed_plan_that_was_looked_at_cannot_clear_and_a_new_one_can(tmp_path: Path) -> None:
    world = make_exam(tmp_path)
    tasks = [f"t{n}" for n in range(60)]
    assert plan(world)["order"] == []
    ingest(world, rows(world, "part1.csv", tasks[:30]))
    done(world.run("assess", "--model", "fresh"), 1)
    ingest(world, rows(world, "part2.csv", tasks[30:]))
    found = verdict(world, "fresh", now=day(1))
    assert found["verdict"] == "NOT_RULED_OUT"
    assert "looked at before they were complete" in " ".join(found["reasons"])
    done(world.run("assess", "--model", "fresh"), 1)
    done(world.run("log", "verify"))
    plan(world)
    ingest(world, rows(world, "again.csv", tasks, run="third"))
    assert verdict(world, "fresh", now=day(1))["verdict"] in ("NOT_SHOWN", "ALERT")


def test_B4_parts_that_come_in_without_a_look_between_them_are_one_run(tmp_path: Path) -> None:
    world = make_exam(tmp_path)
    tasks = [f"t{n}" for n in range(60)]
    plan(world)
    ingest(world, rows(world, "part1.csv", tasks[:30]))
    ingest(world, rows(world, "part2.csv", tasks[30:]))
    assert verdict(world, "fresh", now=day(1))["verdict"] == "NOT_SHOWN"


def test_E4_nobody_waits_for_a_lucky_order_by_recording_something_else(tmp_path: Path) -> None:
    """The order is no function of what is known before the plan: the same record draws another one a second later."""
    import time

    world = campaign(tmp_path)
    other = world.copy(tmp_path / "copy")
    first = plan(world)["order"]
    time.sleep(1.1)
    assert plan(other)["order"] != first
