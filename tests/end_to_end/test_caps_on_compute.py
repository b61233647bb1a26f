"""Caps on effective compute on a whole project: what the record has said is not made smaller in a file (S4)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from end_to_end.project_world import ExamModel, World, day, done, models_file, prepare, write_exam

CAP = """\
      size:
        measure: effective_compute
        relied_on: "true"
        limit: 1e25 FLOP
        alert: 1e24 FLOP
        precursor: {argument: Little compute is little skill., author: eva, expires: DAY}
"""
FAMILY = (ExamModel("wild", 0, 60), ExamModel("heir", 0, 60, parent="wild"))


def capped(folder: Path, compute: str) -> World:
    """The small project with a cap beside its exam; every model is stated to have taken this compute, and was run."""
    world = World(folder / "project", folder / "home")
    world.root.mkdir(parents=True)
    write_exam(world.root, FAMILY)
    policy = (world.root / "policy.yaml").read_text("utf-8")
    policy = policy.replace("      shown:\n", f"{CAP.replace('DAY', day(100))}      shown:\n", 1)
    (world.root / "policy.yaml").write_text(policy, "utf-8")
    state(world, wild=compute, heir="1e23")
    run = prepare(world)
    run("--as", "dan", "policy", "adopt")
    run("ingest", "--configuration", "agent", "--dated", day(-1), str(world.root / "exam.csv"))
    return world


def state(world: World, **computes: str) -> None:
    """Write models.yaml with these computes."""
    head, *parts = models_file(FAMILY).split("effective_compute: 1e23 FLOP")
    text = head + "".join(
        f"effective_compute: {computes[m.name]} FLOP{part}" for m, part in zip(FAMILY, parts, strict=True)
    )
    (world.root / "models.yaml").write_text(text, "utf-8")


def size(world: World, model: str) -> dict[str, Any]:
    form = done(world.run("--format", "json", "assess", "--no-record", "--model", model), 0, 1).json
    (first,) = (v for v in form["models"][0]["limits"] if v["limit"] == "first")
    return next(dict(o) for o in first["observations"] if o["observation"] == "size")


def test_S4_what_a_parents_runs_said_of_its_compute_stays_said_for_its_heirs(tmp_path: Path) -> None:
    world = capped(tmp_path, "1e26")
    assert size(world, "heir")["verdict"] == "NOT_RULED_OUT"
    state(world, wild="1e23", heir="1e23")
    assert size(world, "wild")["verdict"] == "NOT_RULED_OUT"
    assert size(world, "heir")["verdict"] == "NOT_RULED_OUT"


def test_S4_a_small_family_is_below_the_cap(tmp_path: Path) -> None:
    world = capped(tmp_path, "1e23")
    assert size(world, "heir")["verdict"] == size(world, "wild")["verdict"] == "NOT_SHOWN"
