"""Rates of progress and screens on a whole project: read from the record, decided on, derived again by the verifier."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from end_to_end.project_world import TASKS, Answer, ExamModel, World, day, done, prepare, subject, write_exam

SERIES = (ExamModel("early", 14, TASKS), ExamModel("middle", 26, TASKS), ExamModel("late", 8, TASKS))
RELEASED = {"early": -900, "middle": -420, "late": -1}

OBSERVATIONS = """\
      length:
        measure: time_horizon
        evaluation: exam
        direction: rule_out_proxy
        relied_on: "false"
        success: "0.5"
        limit: 900 h
        alert: 100 h
        alpha_lower: "0.05"
        alpha_upper: "0.05"
        envelope: {slope_from: "0.6", slope_to: "1.2", family_sd: "0.5", reason: Every model so far lies inside.}
        elicitation_shift: {value: 1.2x, author: eva, reason: Seen in two earlier studies.}
      pace:
        measure: rate_of_progress
        evaluation: exam
        direction: rule_out_proxy
        relied_on: "true"
        success: "0.5"
        generations: "3"
        limit: 4000x
        alert: 900x
        alpha_lower: "0.05"
        alpha_upper: "0.05"
        precursor: {argument: Fast research shows in its models., author: eva, expires: DAY}
"""
QUICK = (
    "    quick: {title: Quick, suite: exam, success_score: 1, coverage_floor: 80 %, duration: 1 days, "
    "screens: exam, escalates_at: 0.25}\n"
)


def write(root: Path) -> None:
    write_exam(root, SERIES)
    policy = (root / "policy.yaml").read_text("utf-8")
    policy = policy.replace("      shown:\n", f"{OBSERVATIONS.replace('DAY', day(100))}      shown:\n", 1)
    (root / "policy.yaml").write_text(policy.replace("  evaluations:\n", f"  evaluations:\n{QUICK}", 1), "utf-8")
    rows = "".join(f"  t{n}: {{family: f{n}, human_minutes: {2 ** (n % 10)} min}}\n" for n in range(TASKS))
    suite = f"schema: scalegate.suite/1\ntitle: The exam\nscorer: exact\ntasks:\n{rows}"
    (root / "suites" / "exam.yaml").write_text(suite, "utf-8")
    models = "schema: scalegate.models/1\nmodels:\n"
    for m in SERIES:
        models += f"  {m.name}:\n    title: {m.name}\n    subject: {subject(m.name)}\n"
        models += f"    effective_compute: 1e23 FLOP\n    released: {day(RELEASED[m.name])}\n"
    (root / "models.yaml").write_text(models, "utf-8")


def table(model: str, solved: int, evaluation: str = "exam", run: str = "first") -> str:
    head = "model,evaluation,task,score,attempt,tokens,status,run\n"
    rows = (f"{model},{evaluation},t{n},{int(n < solved)},1,1000000,completed,{run}\n" for n in range(TASKS))
    return head + "".join(rows)


def ingest(world: World, name: str, text: str, days: int) -> Answer:
    (world.root / name).write_text(text, encoding="utf-8")
    return done(world.run("ingest", "--configuration", "agent", "--dated", day(days), str(world.root / name)))


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> World:
    folder = tmp_path_factory.mktemp("series")
    world = World(folder / "project", folder / "home")
    world.root.mkdir(parents=True)
    write(world.root)
    run = prepare(world)
    run("--as", "dan", "policy", "adopt")
    for m in SERIES:
        ingest(world, f"{m.name}.csv", table(m.name, m.solved), RELEASED[m.name])
    run("attest", str(world.root / "attestations.yaml"))
    return world


@pytest.fixture
def series(prepared: World, tmp_path: Path) -> World:
    return prepared.copy(tmp_path)


def verdict(world: World) -> dict[str, Any]:
    form = done(world.run("--format", "json", "assess", "--no-record", "--model", "late"), 0, 1).json
    return next(dict(v) for v in form["models"][0]["limits"] if v["limit"] == "first")


def pace(world: World) -> dict[str, Any]:
    return next(dict(o) for o in verdict(world)["observations"] if o["observation"] == "pace")


def gate(world: World, *arguments: str) -> Any:
    return done(world.run("--format", "json", "gate", *arguments, "--model", "late"), 0, 1).json


def verified(world: World) -> None:
    assert done(world.run("--format", "json", "log", "verify")).json["findings"] == []


def test_a_rate_of_progress_clears_and_is_derived_again(series: World) -> None:
    found = pace(series)
    assert found["verdict"] == "NOT_SHOWN", found
    assert verdict(series)["verdict"] == "ALERT"  # by the exam itself: eight tasks of sixty
    assert 0 < found["lower"] < found["upper"] < 900
    assert found["unit"] == "growth in a year, as a factor"
    assert gate(series, "STORE")["granted"]
    verified(series)


def test_law_1_nothing_taken_from_an_older_model_clears(series: World) -> None:
    assert gate(series, "STORE")["granted"]
    models = series.root / "models.yaml"
    text = models.read_text("utf-8")
    undated = text.replace(f"    released: {day(RELEASED['middle'])}\n", "")
    unnamed = text.replace(text[text.index("  middle:") : text.index("  late:")], "")
    for changed, words in ((undated, "no release date"), (unnamed, "no release date")):
        models.write_text(changed, "utf-8")
        assert pace(series)["verdict"] == "NOT_RULED_OUT"
        assert any(words in reason for reason in pace(series)["reasons"])
        assert not gate(series, "STORE", "--dry-run")["granted"]
    models.write_text(text, "utf-8")
    gone = [p for p in (series.root / "evidence" / "runs").iterdir() if "middle" in (p / "run.yaml").read_text("utf-8")]
    shutil.rmtree(gone[0])
    assert any("absent or altered" in reason for reason in pace(series)["reasons"])
    assert not gate(series, "STORE")["granted"]


def test_V2_a_screen_holds_training_until_the_evaluation_and_nothing_else(series: World) -> None:
    train = ("TRAIN", "--effective-compute", "1.1e23")
    assert gate(series, *train)["granted"]
    ingest(series, "quick.csv", table("late", 5, "quick", "q1"), 0)
    assert gate(series, *train)["granted"]
    ingest(series, "quick2.csv", table("late", 30, "quick", "q2"), 0)
    held = gate(series, *train)
    assert [b["rule"] for b in held["blockers"]] == ["D5"]
    assert "screen quick" in held["blockers"][0]["why"]
    assert gate(series, "STORE")["granted"]
    owed = done(series.run("--format", "json", "due"), 0, 1).json["due"]
    assert any("screen quick" in o["why"] for o in owed)
    verified(series)
    ingest(series, "again.csv", table("late", 8, "exam", "second"), 0)
    assert gate(series, *train)["granted"]
    verified(series)
