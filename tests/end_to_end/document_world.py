"""A second document beside the small project's policy: a framework with its own people, words and lines."""

from __future__ import annotations

import gc
from pathlib import Path

from end_to_end.project_world import ExamModel, World, attestations, day, done, make_exam, subject

NAME = "framework"
SAME = ("0.5", "0.2")  # the limit and the alert line of policy.yaml
STRICT = ("0.105", "0.02")  # what a model without one success in sixty tasks does not stay below
CALM = (ExamModel("calm", 0, 60), ExamModel("middling", 24, 60), ExamModel("wild", 60, 60))


def framework(policy: str, lines: tuple[str, str] = SAME, version: str = "7") -> str:
    """The text of a second document out of the first: other people in its roles, another line for the limit `first`."""
    limit, alert = lines
    for old, new in (
        ("title: A minimal policy\nversion: 1.0.0", f"title: A framework\nversion: '{version}'\nkind: compliance"),
        ("scope:\n", "definitions:\n  harm: Ten people are hurt.\nscope:\n"),
        ("holders: [ann, bea, cid]", "holders: [kim, lea, max]"),
        ("holders: [dan]", "holders: [nia]"),
        ("author: dan", "author: nia"),
        ('training: {rate: "0.05"', 'training: {rate: "0.01"'),
        ('        limit: "0.5"\n        alert: "0.2"', f'        limit: "{limit}"\n        alert: "{alert}"'),
    ):
        assert old in policy, old
        policy = policy.replace(old, new)
    return policy


def write_framework(world: World, lines: tuple[str, str] = SAME, version: str = "7") -> Path:
    place = world.root / "policies" / f"{NAME}.yaml"
    place.parent.mkdir(exist_ok=True)
    text = (world.root / "policy.yaml").read_text(encoding="utf-8")
    place.write_text(framework(text, lines, version), encoding="utf-8")
    return place


def adopt_framework(world: World, lines: tuple[str, str] = SAME, version: str = "7") -> None:
    write_framework(world, lines, version)
    done(world.run("--as", "nia", "policy", "adopt", "--document", NAME))


def attest_framework(world: World) -> None:
    """Tests of its own protections, approved by its own officer."""
    place = world.root / "framework_attestations.yaml"
    text = attestations(("locks", "0.98"), ("guards", "0.96")).replace("dan", "nia")
    place.write_text(text, encoding="utf-8")
    done(world.run("attest", "--document", NAME, str(place)))


def risk_file(world: World, model: str, author: str) -> str:
    place = world.root / f"risk_{model}_{author}.yaml"
    place.write_text(
        "schema: scalegate.risk-statements/1\nrisk_statements:\n"
        f"  - {{subject: '{subject(model)}', limit: first, event: somebody is hurt, made_at: {day(-1)}, "
        f"horizon: {day(90)}, credences: [{{author: {author}, credence: 0.01}}]}}\n",
        encoding="utf-8",
    )
    return str(place)


def make_both(folder: Path, lines: tuple[str, str] = SAME) -> World:
    """The small project with its policy and the framework in force, the protections of both tested."""
    world = make_exam(folder, CALM)
    adopt_framework(world, lines)
    attest_framework(world)
    gc.collect()
    return world
