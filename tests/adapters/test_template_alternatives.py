"""The alternatives to the first template, walked from `init` to `gate`: each does what it is there for."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from adapters.test_template_walk import shell

BEGIN = ["scalegate policy check", "scalegate --as bob policy adopt", "scalegate attest attestations.yaml"]


def begun(place: Path, template: str) -> Path:
    """A project under its adopted policy, with tests of protections and no evidence."""
    (place / "home").mkdir()
    commands = [f"scalegate init --template {template} project", "cd project", *BEGIN]
    answers = shell(place, place / "home", commands)
    assert [status for status, _ in answers] == [0] * len(commands), answers
    return place / "project"


@pytest.fixture(scope="module")
def capped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return begun(tmp_path_factory.mktemp("capped"), "compute-capped")


@pytest.fixture(scope="module")
def follower(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = begun(tmp_path_factory.mktemp("follower"), "follower")
    ((status, text),) = shell(root, root.parent / "home", ["scalegate ingest evidence/sample.csv"])
    assert status == 0, text
    return root


def ask(root: Path, command: str) -> tuple[int, dict[str, Any]]:
    ((status, text),) = shell(root, root.parent / "home", [f"scalegate --format json {command} 2>/dev/null"])
    return status, json.loads(text)


def blockers(decision: dict[str, Any]) -> list[tuple[str, str]]:
    return [(b["rule"], b["why"]) for b in decision["blockers"]]


def test_a_small_model_is_cleared_by_its_compute_without_any_run(capped: Path) -> None:
    status, decision = ask(capped, "gate DEPLOY --model frontier-1")
    assert status == 0, decision
    said = json.dumps(decision)
    assert "stated, not measured" in said
    assert "no capability was measured" in said
    ((_, screen),) = shell(capped, capped.parent / "home", ["scalegate assess --no-record --model frontier-1"])
    assert "Asked about, never tested: agent-1m" in screen
    assert "Tested: only" not in screen


def test_unknown_compute_is_held_at_the_hard_stop(capped: Path) -> None:
    status, decision = ask(capped, "gate DEPLOY --model vendor-model")
    assert status == 1
    assert any(rule == "L2" and "NOT_RULED_OUT" in why for rule, why in blockers(decision))


def test_training_is_leased_up_to_the_alert_line_and_held_at_the_cap(capped: Path) -> None:
    status, decision = ask(capped, "gate TRAIN --model frontier-1 --effective-compute 3.5e24")
    assert (status, decision["compute_cap"]) == (0, 5e24), decision
    for compute in ("1e25", "1e26"):
        status, _ = ask(capped, f"gate TRAIN --model frontier-1 --effective-compute {compute}")
        assert status == 1


def test_a_larger_number_in_models_yaml_makes_the_recorded_verdict_anew(capped: Path) -> None:
    models = capped / "models.yaml"
    before = models.read_text(encoding="utf-8")
    try:
        models.write_text(before.replace("effective_compute: 3e24 FLOP", "effective_compute: 2e26 FLOP"), "utf-8")
        status, decision = ask(capped, "gate STORE --model frontier-1")
        assert status == 1
        assert any(rule == "L2" for rule, _ in blockers(decision))
    finally:
        models.write_text(before, "utf-8")
    assert ask(capped, "gate STORE --model frontier-1")[0] == 0


@pytest.mark.parametrize(("parent", "status"), [("unknown", 1), ("1e24 FLOP", 0), ("2e26 FLOP", 1)])
def test_S4_what_a_model_descends_from_counts_with_it(capped: Path, parent: str, status: int) -> None:
    models = capped / "models.yaml"
    before = models.read_text(encoding="utf-8")
    own, theirs = "    effective_compute: 3e24 FLOP", "effective_compute: unknown"
    child = before.replace(own, f"    parents: [vendor-model]\n{own}").replace(theirs, f"effective_compute: {parent}")
    try:
        models.write_text(child, "utf-8")
        assert ask(capped, "gate STORE --model frontier-1 --dry-run")[0] == status
    finally:
        models.write_text(before, "utf-8")


def test_recorded_progress_past_the_cap_holds_what_was_granted(capped: Path, tmp_path: Path) -> None:
    """The record remembers how far the run was: models.yaml cannot make it smaller again."""
    assert ask(capped, "gate USE_INTERNALLY --model frontier-1")[0] == 0
    day = re.findall(r"released: (\S+)", (capped / "models.yaml").read_text(encoding="utf-8"))[0]
    (tmp_path / "progress.yaml").write_text(
        "schema: scalegate.training-progress/1\ntraining_progress:\n"
        f"  - {{model: frontier-1, step: 7, effective_compute: 3e26 FLOP, method: stated, measured_at: {day},\n"
        "     by: {principal: bob, role: officer}}\n",
        encoding="utf-8",
    )
    ((status, text),) = shell(capped, capped.parent / "home", [f"scalegate attest {tmp_path / 'progress.yaml'}"])
    assert status == 0, text
    status, decision = ask(capped, "gate USE_INTERNALLY --model frontier-1")
    assert status == 1
    assert any(rule == "L2" for rule, _ in blockers(decision))


def test_the_sample_evidence_goes_in_and_the_record_holds(capped: Path) -> None:
    commands = ["scalegate ingest evidence/sample.csv", "scalegate assess", "scalegate log verify"]
    answers = shell(capped, capped.parent / "home", commands)
    assert [status for status, _ in answers] == [0, 1, 0], answers


def test_a_follower_is_cleared_by_reference_and_says_so(follower: Path) -> None:
    status, decision = ask(follower, "gate DEPLOY --model frontier-1")
    assert status == 0, decision
    said = json.dumps(decision)
    assert "rests on another model's assessment: Reference Model" in said
    assert "it rests on another model, Reference Model" in said


def test_when_the_reference_ends_the_limit_counts_as_crossed(follower: Path) -> None:
    until = re.findall(r"until: (\S+) +# choose: when the reference", (follower / "policy.yaml").read_text("utf-8"))[0]
    _, answer = ask(follower, f"--now {until} assess --model frontier-1")
    (limit,) = [v for v in answer["models"][0]["limits"] if v["limit"] == "reference_model"]
    assert limit["verdict"] == "NOT_RULED_OUT"
    assert any("with its reference to Reference Model" in reason for reason in limit["reasons"])
    sooner = ["scalegate assess --model frontier-1", "scalegate report", "scalegate log verify"]
    answers = shell(follower, follower.parent / "home", sooner)
    assert [status for status, _ in answers] == [1, 0, 0], answers
    assert "NOT SHOWN" in answers[0][1]
    page = (follower / "out" / "report.html").read_text(encoding="utf-8")
    assert "rests on another model" in page
    assert until in page
