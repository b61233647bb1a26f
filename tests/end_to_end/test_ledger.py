"""The elicitation ledger on whole projects: what people record, what it does, what the verifier finds (V4, B2, L3)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from end_to_end.project_world import ExamModel, World, day, done, make_exam, subject, table
from end_to_end.test_rules_on_the_command_line import remade, verdict

SIGNED = f"made_at: {day(-1)}, by: eva, role: evaluators"


def attest(world: World, text: str, *statuses: int) -> Any:
    path = world.root / "ledger.yaml"
    path.write_text("schema: scalegate.ledger/1\n" + text, encoding="utf-8")
    return done(world.run("attest", str(path)), *statuses)


def exposure(kind: str, model: str = "calm") -> str:
    return f"exposures: [{{evaluation: exam, kind: {kind}, subject: '{subject(model)}', what: as told, {SIGNED}}}]\n"


def test_V4_a_metric_used_in_training_holds_what_was_granted(exam: World) -> None:
    done(exam.run("assess", "--model", "calm"), 1)
    done(exam.run("gate", "DEPLOY", "--model", "calm"), 0)
    attest(exam, exposure("training"))
    done(exam.run("gate", "DEPLOY", "--model", "calm"), 1)
    assert "used in training" in " ".join(verdict(exam, "calm", now=day(1))["reasons"])
    done(exam.run("log", "verify"))


def test_S1_an_exposure_may_name_a_label_and_must_name_somebody(exam: World) -> None:
    attest(exam, exposure("training").replace(subject("calm"), "calm"))
    assert "used in training" in " ".join(verdict(exam, "calm", now=day(1))["reasons"])
    attest(exam, exposure("training").replace(subject("calm"), "clam"), 2)
    done(exam.run("log", "verify"))


def test_V4_a_budget_with_a_rung_asks_for_a_stated_effort(tmp_path: Path) -> None:
    world = remade(tmp_path, ("floor: 50 %}", "floor: 50 %, rung: fine_tuning}"))
    assert verdict(world, "calm")["verdict"] == "NOT_RULED_OUT"
    effort = (
        f"efforts: [{{subject: '{subject('calm')}', evaluation: exam, configuration: agent, rung: fine_tuning, "
        f'scaffolds: "2", refusal_free: "true", what: two scaffolds and a day of fine-tuning, {SIGNED}}}]\n'
    )
    attest(world, effort)
    found = verdict(world, "calm", now=day(1))
    assert (found["verdict"], found["elicitation_rung"]) == ("NOT_SHOWN", "fine_tuning")
    done(world.run("assess", "--model", "calm"), 1)
    done(world.run("log", "verify"))


def test_V4_a_positive_control_is_made_of_recorded_runs(tmp_path: Path) -> None:
    world = remade(tmp_path, ("duration: 14 days}", "duration: 14 days, positive_control: a locked model}"))
    assert "is missing" in " ".join(verdict(world, "calm")["reasons"])
    addresses = {
        part: ingested(world, part, ExamModel(model, solved, 60))
        for part, model, solved in (("planted", "wild", 60), ("hidden", "heir", 0), ("recovered", "heir", 60))
    }
    made = controlled(addresses)
    attest(world, f"controls: [{{{made}}}]\n")
    assert verdict(world, "calm", now=day(1))["verdict"] == "NOT_SHOWN"
    done(world.run("assess", "--model", "calm"), 1)
    done(world.run("log", "verify"))
    attest(world, f"controls: [{{{made.replace(addresses['planted'], addresses['hidden'])}}}]\n", 2)


def ingested(world: World, part: str, model: ExamModel, dated: str = "") -> str:
    """The address of a new run of a model, under a label of its own."""
    path = world.root / f"{part}.csv"
    path.write_text(table([model], run=part), encoding="utf-8")
    before = {e["subject"] for e in world.entries("run_ingested")}
    done(world.run("ingest", "--configuration", "agent", "--dated", dated or day(-1), str(path)))
    (address,) = {e["subject"] for e in world.entries("run_ingested")} - before
    return str(address)


def controlled(addresses: dict[str, str]) -> str:
    parts = ", ".join(f"{part}: '{address}'" for part, address in addresses.items())
    return f"evaluation: exam, configuration: agent, {parts}, rung: fine_tuning, what: unlocked, {SIGNED}"


Part = tuple[str, int]  # model, tasks solved


@pytest.mark.parametrize(
    ("planted", "hidden", "recovered", "words"),
    [
        (("wild", 60), ("calm", 0), ("wild", 60), "does not come from the weights"),
        (("middling", 24), ("heir", 0), ("heir", 60), "was not planted in the weights"),
    ],
)
def test_V4_a_control_made_of_strangers_weights_vouches_for_nothing(
    tmp_path: Path, planted: Part, hidden: Part, recovered: Part, words: str
) -> None:
    world = remade(tmp_path, ("duration: 14 days}", "duration: 14 days, positive_control: a locked model}"))
    parts = {"planted": planted, "hidden": hidden, "recovered": recovered}
    addresses = {part: ingested(world, part, ExamModel(*model, 60)) for part, model in parts.items()}
    attest(world, f"controls: [{{{controlled(addresses)}}}]\n")
    found = verdict(world, "calm", now=day(1))
    assert found["verdict"] == "NOT_RULED_OUT"
    assert words in " ".join(found["reasons"])


def test_V7_a_control_that_is_dated_after_its_recording_does_not_stay_young(tmp_path: Path) -> None:
    world = remade(tmp_path, ("duration: 14 days}", "duration: 14 days, positive_control: a locked model}"))
    parts = {"planted": ("wild", 60), "hidden": ("heir", 0), "recovered": ("heir", 60)}
    addresses = {part: ingested(world, part, ExamModel(*model, 60), day(2)) for part, model in parts.items()}
    attest(world, f"controls: [{{{controlled(addresses)}}}]\n")
    assert "is invalid" in " ".join(verdict(world, "calm", now=day(3))["reasons"])


def _models() -> Any:
    from end_to_end.project_world import MODELS

    return MODELS


def test_B2_a_miss_raises_the_shift_of_every_model_on_its_threat_model(exam: World) -> None:
    before = verdict(exam, "calm")
    attest(
        exam, f'misses: [{{limit: first, subject: x, scale: rate, size: "0.3", what: a customer did it, {SIGNED}}}]\n'
    )
    after = verdict(exam, "calm", now=day(1))
    assert after["elicitation_shift"] == 0.3
    assert after["upper"] > before["upper"] + 0.2
    assert "largest recorded surprise" in " ".join(after["assumptions"])


def test_B2_the_record_finds_its_own_misses(tmp_path: Path) -> None:
    world = make_exam(tmp_path)
    done(world.run("assess"), 1)
    path = world.root / "later.csv"
    calm = [m for m in _models() if m.name == "calm"]
    path.write_text(table(calm, run="later").replace(",0,1,", ",1,1,"), encoding="utf-8")
    done(world.run("ingest", "--configuration", "agent", "--dated", day(0), str(path)))
    done(world.run("assess"), 1)
    fresh = verdict(world, "middling", now=day(1))
    assert fresh["elicitation_shift"] > 0.4
    done(world.run("log", "verify"))
    size = world.size()
    done(world.run("gate", "STORE", "--model", "middling"), 0, 1)
    assert world.size() == size + 1 or world.size() == size + 2  # a decision, perhaps a lease; nothing assessed again


def test_L3_a_threat_model_of_outsiders_stands_among_what_was_not_tested_until_it_is_answered(exam: World) -> None:
    proposal = (
        "proposals: [{id: tm-1, title: Water supply, proposer: A utility, text: Water works are not covered., "
        f"{SIGNED}}}]\n"
    )
    attest(exam, proposal)
    form = exam.run("--format", "json", "gate", "DEPLOY", "--model", "calm").json
    assert any(n["threat_model"] == "tm-1" and "A utility" in n["why"] for n in form["not_tested"])
    attest(exam, proposal, 2)
    answer = f"answers: [{{proposal: tm-1, answer: declined, reason: why, made_at: {day(-1)}, by: %s, role: %s}}]\n"
    assert "delivery" not in attest(exam, answer % ("gus", "builders"), 2).out
    attest(exam, answer % ("dan", "officer"))
    form = exam.run("--format", "json", "gate", "DEPLOY", "--model", "calm").json
    assert not any(n["threat_model"] == "tm-1" for n in form["not_tested"])
    done(exam.run("log", "verify"))


def test_V7_a_miss_ends_what_earlier_evidence_of_that_subject_could_clear(exam: World) -> None:
    miss = (
        f'misses: [{{limit: first, subject: "{subject("calm")}", scale: rate, size: "0.01", what: seen outside, %s}}]\n'
    )
    attest(exam, miss % SIGNED.replace(day(-1), day(0)))
    assert verdict(exam, "calm", now=day(1))["verdict"] == "NOT_RUN"
    assert verdict(exam, "middling", now=day(1))["verdict"] == verdict(exam, "middling")["verdict"]


def test_V4_an_effort_does_not_outlive_the_configuration_that_it_was_stated_for(tmp_path: Path) -> None:
    world = remade(tmp_path, ("floor: 50 %}", "floor: 50 %, rung: fine_tuning}"))
    effort = (
        "efforts: [{subject: calm, evaluation: exam, configuration: %s, rung: fine_tuning, scaffolds: '2', "
        f"refusal_free: 'true', what: two scaffolds, {SIGNED}}}]\n"
    )
    attest(world, effort % "nowhere", 2)
    attest(world, effort % "agent")
    assert verdict(world, "calm", now=day(1))["elicitation_rung"] == "fine_tuning"
    path = world.root / "configurations.yaml"
    path.write_text(path.read_text("utf-8").replace("An agent, tools", "An agent, access: slow, tools"), "utf-8")
    rows = world.root / "more.csv"
    rows.write_text(table([m for m in _models() if m.name == "calm"], run="later"), encoding="utf-8")
    done(world.run("ingest", "--configuration", "agent", "--dated", day(-1), str(rows)))
    assert verdict(world, "calm", now=day(1))["elicitation_rung"] == ""
