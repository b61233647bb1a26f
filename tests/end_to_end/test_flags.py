"""Flags on a whole project: raised by the record itself or by people, held, shown, disposed of, verified (V5)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from end_to_end.project_world import MODELS, TASKS, ExamModel, World, day, done, make_exam, table, write_exam


def guessable(folder: Path) -> World:
    """The small project with a suite that can be guessed at: `calm` solves nothing of it."""
    world = World(folder / "project", folder / "home")
    world.root.mkdir(parents=True)
    write_exam(world.root, MODELS)
    suite = world.root / "suites" / "exam.yaml"
    suite.write_text(suite.read_text("utf-8") + "chance: 0.25\n", encoding="utf-8")
    done(world.run("init", str(world.root)))
    done(world.run("--as", "dan", "policy", "adopt"))
    done(world.run("ingest", "--configuration", "agent", "--dated", day(-1), str(world.root / "exam.csv")))
    done(world.run("attest", str(world.root / "attestations.yaml")))
    return world


def deploy(world: World, status: int, model: str = "calm") -> Any:
    return done(world.run("--format", "json", "gate", "DEPLOY", "--model", model), status).json


def verified(world: World) -> None:
    answer = done(world.run("--format", "json", "log", "verify"), 0)
    assert answer.json["findings"] == []
    assert answer.json["verdicts"] > 0


def why(form: Any) -> str:
    return " ".join(b["why"] for b in form["blockers"])


def measured(world: World, *measurements: dict[str, Any], name: str = "flags.json") -> str:
    plain = {"schema": "scalegate.flag-measurements/1", "measurements": list(measurements)}
    (world.root / name).write_text(json.dumps(plain), encoding="utf-8")
    return str(world.root / name)


ABOUT = {"model": "calm", "configuration": "agent", "evaluation": "exam"}


def gap(name: str, opened: int, **more: Any) -> dict[str, Any]:
    halves = {"opened": {"right": opened, "items": 100}, "sealed": {"right": 30, "items": 100}}
    return {"kind": "split_gap", "id": name, **ABOUT, **halves, **more}


def test_V5_a_run_below_chance_holds_until_another_role_disposes_of_its_flag(tmp_path: Path) -> None:
    world = guessable(tmp_path)
    deploy(world, 1)
    flags = world.entries("flag_check")
    assert len(flags) == 1
    name = flags[0]["about"] if isinstance(flags[0]["about"], str) else flags[0]["about"]["name"]
    verified(world)

    form = done(world.run("--format", "json", "assess", "--model", "calm"), 1).json
    first = next(item for item in form["models"][0]["limits"] if item["limit"] == "first")
    assert (first["verdict"], "V5" in first["rules"]) == ("NOT_RULED_OUT", True)
    assert any(name in reason for reason in first["reasons"])
    assert len(world.entries("flag_check")) == 1  # once recorded, it is not recorded again

    done(world.run("--as", "eva", "dispose", name, "--reason", "x"), 1)
    done(world.run("--as", "dan", "dispose", name, "--reason", " "), 2)
    done(world.run("--as", "dan", "dispose", "nothing", "--reason", "x"), 2)
    deploy(world, 1)
    done(world.run("--as", "dan", "dispose", name, "--reason", "the answer key was shifted by one"))
    deploy(world, 0)
    done(world.run("--as", "dan", "dispose", name, "--reason", "again"), 2)
    verified(world)
    shown = world.run("--now", day(0), "--format", "json", "assess", "--model", "calm").json
    assert any("disposed of" in item["why"] for item in shown["not_tested"])


def test_V5_a_better_run_beside_it_does_not_lift_a_flag(tmp_path: Path) -> None:
    """Also when nothing was assessed in between."""
    world = guessable(tmp_path)
    (world.root / "again.csv").write_text(table([ExamModel("calm", 2, TASKS)], run="again"), encoding="utf-8")
    done(world.run("ingest", "--configuration", "agent", "--dated", day(-1), str(world.root / "again.csv")))
    assert "V5" in done(world.run("--format", "json", "assess", "--model", "calm"), 1).out
    assert len(world.entries("flag_check")) == 2  # solved 0 and 2 of 60
    verified(world)


def test_D16_a_replay_sees_the_flag_and_records_nothing(tmp_path: Path) -> None:
    world = guessable(tmp_path)
    size = world.size()
    form = world.run("--now", day(0), "--format", "json", "gate", "DEPLOY", "--model", "calm").json
    assert form["granted"] is False
    form = world.run("--now", day(0), "--format", "json", "assess", "--model", "calm").json
    assert "V5" in next(item for item in form["models"][0]["limits"] if item["limit"] == "first")["rules"]
    assert world.size() == size


def test_law_6_a_record_whose_operator_left_the_flag_out_is_found(tmp_path: Path, monkeypatch: Any) -> None:
    from scalegate.procedure import assessing

    world = guessable(tmp_path)
    with monkeypatch.context() as patched:
        patched.setattr(assessing, "screened", lambda request: request)
        deploy(world, 0)
    found = done(world.run("--format", "json", "log", "verify"), 1).json["findings"]
    assert any("the evidence gives NOT_RULED_OUT" in line for line in found)


def test_V5_what_people_measure_is_computed_recorded_and_holds(exam: World) -> None:
    deploy(exam, 0)
    quiet = done(exam.run("--as", "eva", "flag", measured(exam, gap("gap-1", 28))), 0)
    assert "no flag, which adds no confidence" in quiet.out
    deploy(exam, 0)
    loud = done(exam.run("--format", "json", "--as", "eva", "flag", measured(exam, gap("gap-2", 10))), 1)
    assert [(f["id"], f["raised"], f["test"]) for f in loud.json["flags"]] == [("gap-2", True, "split_gap/1")]
    deploy(exam, 1)
    verified(exam)
    lines = exam.run("--now", day(0), "--format", "json", "assess", "--model", "calm").json["not_tested"]
    assert any("made: split gap; not made: below chance" in item["why"] for item in lines)
    done(exam.run("--as", "ann", "dispose", "gap-2", "--role", "board", "--reason", "the halves had other items"))
    deploy(exam, 0)
    verified(exam)


def test_V5_a_flag_concerns_one_subject(exam: World) -> None:
    stated = {"kind": "stated", "id": "seen", **ABOUT, "words": "it asked whether this was a test"}
    done(exam.run("--as", "gus", "flag", measured(exam, stated)), 1)
    form = exam.run("--now", day(0), "--format", "json", "assess").json
    rules = {m["model"]: next(x for x in m["limits"] if x["limit"] == "first")["rules"] for m in form["models"]}
    assert [model for model, found in rules.items() if "V5" in found] == ["calm"]


BAD = {
    "a model that is not there": (gap("g", 10) | {"model": "nobody"}, "no model 'nobody'"),
    "an evaluation that is not there": (gap("g", 10) | {"evaluation": "none"}, "no evaluation 'none'"),
    "a run that is not recorded": (gap("g", 10, runs=["sha256:" + "0" * 64]), "no run"),
    "counts that cannot be": (gap("g", 101), "count each item once"),
    "an unknown kind": (gap("g", 10) | {"kind": "hunch"}, "not a known kind"),
    "arms with other items": (
        {"kind": "below_honest", "id": "g", **ABOUT, "honest": {"a": True}, "suspect": {"b": True}},
        "the same items",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_what_cannot_be_used_is_refused_with_what_to_write_and_records_nothing(exam: World, name: str) -> None:
    wrong, words = BAD[name]
    size = exam.size()
    answer = done(exam.run("--as", "eva", "flag", measured(exam, gap("fine", 10), wrong)), 2)
    assert words in answer.err
    assert exam.size() == size


def test_an_id_is_used_once_and_a_stranger_raises_nothing(exam: World) -> None:
    file = measured(exam, gap("gap-1", 10))
    assert "mallory" in done(exam.run("--as", "mallory", "flag", file), 2).err
    done(exam.run("--as", "eva", "flag", measured(exam, gap("a", 10), gap("a", 20), name="twice.json")), 2)
    dry = done(exam.run("--format", "json", "--as", "eva", "flag", "--dry-run", file), 0).json
    assert dry["would_sign"]["id"] == "gap-1"
    done(exam.run("--as", "eva", "flag", file), 1)
    assert "recorded already" in done(exam.run("--as", "eva", "flag", file), 2).err


def test_a_suite_with_an_impossible_chance_is_refused(tmp_path: Path) -> None:
    world = make_exam(tmp_path)
    suite = world.root / "suites" / "exam.yaml"
    suite.write_text(suite.read_text("utf-8") + "chance: 1.0\n", encoding="utf-8")
    assert "suites/exam.yaml" in done(world.run("doctor"), 1).out + world.run("doctor").err


def test_V5_a_check_that_found_nothing_cannot_take_the_name_of_a_flag_that_is_to_come(tmp_path: Path) -> None:
    """The name of a flag of the record's own can be worked out before it is recorded."""
    world = guessable(tmp_path)
    form = world.run("--now", day(0), "--format", "json", "assess", "--model", "calm").json
    first = next(item for item in form["models"][0]["limits"] if item["limit"] == "first")
    name = next(reason.split(":")[0].removeprefix("flag ") for reason in first["reasons"] if "below_chance" in reason)
    refused = done(world.run("--as", "eva", "flag", measured(world, gap(name, 28))), 2)
    assert "the record's own" in refused.err
    deploy(world, 1)
    verified(world)
