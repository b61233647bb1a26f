"""Every JSON of the command line follows its schema and its golden file, alone on standard output."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from cli.contract import check_golden, check_golden_within, schema, valid
from end_to_end.project_world import THEN, ExamModel, World, day, done, make_exam, subject, table

LIMIT_KEYS = [
    "limit",
    "verdict",
    "rules",
    "lower",
    "upper",
    "limit_value",
    "alert_value",
    "measure",
    "direction",
    "alpha_lower",
    "alpha_upper",
    "tasks",
    "attempts",
    "missing",
    "invalid_runs",
    "elicitation_shift",
    "effort_ratio",
    "statistical_power",
    "envelope",
    "assumptions",
    "expires",
    "reasons",
]
DECISION_KEYS = ["permission", "mode", "granted", "waived_until", "blockers", "rests_on", "lapses_at", "lapses_because"]
BLOCKER_KEYS = ["rule", "limit", "protection", "why", "cleared_by"]


def test_assess_has_every_key_of_the_contract(exam: World) -> None:
    form = exam.run("--format", "json", "assess").json
    assert {"schema", "policy", "as_of", "replay", "models", "not_tested"} <= set(form)
    assert set(form["policy"]) == {"title", "version", "digest"}
    for model in form["models"]:
        assert {"model", "subject", "configuration", "limits", "decisions"} <= set(model)
        for limit in model["limits"]:
            assert set(LIMIT_KEYS) <= set(limit)
        for decision in model["decisions"]:
            assert set(DECISION_KEYS) <= set(decision)
            assert all(set(BLOCKER_KEYS) <= set(b) for b in decision["blockers"])
    assert all(set(item) == {"threat_model", "why"} for item in form["not_tested"])


def test_gate_has_every_key_of_the_contract_and_a_lease_only_when_granted(exam: World) -> None:
    grant = exam.run("--format", "json", "gate", "DEPLOY", "--model", "calm").json
    hold = exam.run("--format", "json", "gate", "DEPLOY", "--model", "wild").json
    for form in (grant, hold):
        assert {*DECISION_KEYS, "not_tested", "entry"} <= set(form)
    assert grant["granted"] is True
    assert Path(grant["lease"]).is_file()
    assert hold["granted"] is False
    assert "lease" not in hold
    assert isinstance(hold["entry"], int)


def test_assess_of_the_example_has_every_key_and_follows_its_schema(prepared_example: World) -> None:
    form = valid(prepared_example.run("--now", THEN, "--format", "json", "assess", "--model", "o3").json)
    assert all(set(LIMIT_KEYS) <= set(limit) for m in form["models"] for limit in m["limits"])
    check_golden("assessment_example", form)


def calls(world: World) -> dict[str, list[str]]:
    """A command for each noun, in an order in which each can be called."""
    (world.root / "more.csv").write_text(table([ExamModel("fresh", 1, 60)]), encoding="utf-8")
    return {
        "policy-check": ["policy", "check"],
        "assessment": ["assess", "--model", "middling"],
        "decision": ["gate", "DEPLOY", "--model", "middling"],
        "decision_held": ["gate", "TRAIN", "--model", "wild", "--effective-compute", "1e23"],
        "plan": ["register", "exam", "--limit", "first", "--model", "calm"],
        "ingestion": ["ingest", "--configuration", "agent", "--dated", day(-1), str(world.root / "more.csv")],
        "doctor": ["doctor"],
        "due": ["due"],
        "dry-run": ["attest", "--dry-run", str(world.root / "attestations.yaml")],
        "attestation": ["attest", str(world.root / "attestations.yaml")],
        "act": ["--as", "dan", "pause", "--scope", "calm", "--reason", "a reason"],
        "entries": ["log", "show"],
        "checkpoint": ["log", "checkpoint"],
        "log-verification": ["log", "verify"],
        "report": ["report"],
    }


@pytest.fixture(scope="module")
def answered(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    world = make_exam(tmp_path_factory.mktemp("contract"))
    answers = {}
    for name, arguments in calls(world).items():
        answer = done(world.run("--format", "json", *arguments), 0, 1)
        answers[name] = answer.json  # JSON and nothing else, or this raises
    assert list(answers) == NAMES
    return answers


NAMES = [
    "policy-check",
    "assessment",
    "decision",
    "decision_held",
    "plan",
    "ingestion",
    "doctor",
    "due",
    "dry-run",
    "attestation",
    "act",
    "entries",
    "checkpoint",
    "log-verification",
    "report",
]


@pytest.mark.parametrize("name", NAMES)
def test_json_follows_its_schema_and_its_golden_file(answered: dict[str, Any], name: str) -> None:
    form = valid(answered[name])
    assert form["schema"] == f"scalegate.{name.split('_')[0]}/1"
    if name == "due":  # has more keys and more kinds of obligations than when its file was written
        check_golden_within(name, form)
    else:
        check_golden(name, form)


def test_init_and_adopt_print_their_json(tmp_path: Path) -> None:
    world = World(tmp_path / "new", tmp_path / "home")
    world.root.mkdir()
    (world.root / "scalegate.toml").write_text('format = 1\norigin = "new.demo"\n', encoding="utf-8")
    answer = done(world.run("--format", "json", "init", str(world.root)))
    check_golden("init", valid(answer.json))
    assert "DEMO KEYS" in answer.err
    from end_to_end.project_world import MODELS, write_exam

    write_exam(world.root, MODELS)
    (world.root / "scalegate.toml").write_text('format = 1\norigin = "new.demo"\n', encoding="utf-8")
    check_golden("adoption", valid(done(world.run("--format", "json", "--as", "dan", "policy", "adopt")).json))


FLAGS = """\
schema: scalegate.flag-measurements/1
measurements:
  - {kind: split_gap, id: gap-1, model: calm, configuration: agent, evaluation: exam,
     opened: {right: 10, items: 100}, sealed: {right: 30, items: 100}}
  - {kind: stated, id: seen-1, model: calm, configuration: agent, evaluation: exam, words: it asked if it was tested}
"""


def test_flag_prints_its_json(exam: World) -> None:
    (exam.root / "flags.yaml").write_text(FLAGS, encoding="utf-8")
    answer = done(exam.run("--format", "json", "--as", "eva", "flag", str(exam.root / "flags.yaml")), 1)
    check_golden("flags", valid(answer.json))


def test_every_schema_names_itself_and_every_printed_noun_has_one() -> None:
    import re

    from shared import ROOT

    folder = files("scalegate") / "schemas"
    for path in folder.iterdir():
        noun = path.name.removesuffix(".schema.json")
        assert schema(noun)["$id"] == f"scalegate.{noun}/1"
    sources = [*(ROOT / "src/scalegate/cli").glob("*.py"), ROOT / "src/scalegate/procedure/verifying.py"]
    printed = {n for s in sources for n in re.findall(r'"schema": "scalegate\.([a-z-]+)/1"', s.read_text("utf-8"))}
    assert printed
    assert all((folder / f"{noun}.schema.json").is_file() for noun in printed)


def test_messages_go_to_standard_error_and_json_alone_to_standard_output(exam: World) -> None:
    (exam.root / "suites" / "broken.yaml").write_text("tasks: [", encoding="utf-8")
    answer = exam.spawn("--format", "json", "assess", "--model", "calm")
    assert answer.status == 2
    assert answer.json["schema"] == "scalegate.assessment/1"
    assert "suites/broken.yaml" in answer.err


def test_json_is_utf8_on_a_terminal_that_is_not(exam: World) -> None:
    plain = exam.spawn("--format", "json", "--now", day(0), "assess", "--model", "calm")
    other = exam.spawn(
        "--format", "json", "--now", day(0), "assess", "--model", "calm", environment={"PYTHONIOENCODING": "ascii"}
    )
    assert (plain.status, plain.out) == (other.status, other.out)


def test_an_opaque_subject_is_said_to_be_unverifiable(prepared_example: World) -> None:
    form = prepared_example.run("--now", THEN, "--format", "json", "assess", "--model", "gpt-2").json
    assert form["models"][0]["identity_verifiable"] is False
    held = {d["permission"]: d["granted"] for d in form["models"][0]["decisions"]}
    assert held["STORE"] is False
    assert held["RELEASE_WEIGHTS"] is False
    assert subject("x").startswith("sha256:")
