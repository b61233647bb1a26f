"""Single rules on whole projects, each with the smallest change that brings it about."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from end_to_end.project_world import MODELS, ExamModel, World, day, done, make_exam, subject, suite_file, table


def verdict(world: World, model: str, limit: str = "first", now: str = "") -> Any:
    form = world.run("--now", now or day(0), "--format", "json", "assess", "--model", model).json
    return next(item for item in form["models"][0]["limits"] if item["limit"] == limit)


def rules(world: World, permission: str, model: str, *more: str, now: str = "") -> set[str]:
    """Rules of what blocks; none for a grant."""
    form = world.run("--now", now or day(0), "--format", "json", "gate", permission, "--model", model, *more).json
    assert form["granted"] is not bool(form["blockers"])
    return {b["rule"] for b in form["blockers"]}


def remade(tmp_path: Path, change: tuple[str, str]) -> World:
    """The small project with another policy."""
    world = make_exam(tmp_path / "first")
    other = World(tmp_path / "other", world.home)
    shutil.copytree(world.root, other.root, ignore=shutil.ignore_patterns("record", "runs", "trust.json"))
    text = (other.root / "policy.yaml").read_text("utf-8")
    assert change[0] in text
    (other.root / "policy.yaml").write_text(text.replace(*change), encoding="utf-8")
    done(other.run("init", str(other.root)))
    done(other.run("--as", "dan", "policy", "adopt"))
    done(other.run("ingest", "--configuration", "agent", "--dated", day(-1), str(other.root / "exam.csv")))
    done(other.run("attest", str(other.root / "attestations.yaml"), str(other.root / "risk.yaml")))
    return other


def test_E1_a_run_whose_bytes_are_gone_holds_also_when_its_verdict_is_recorded(exam: World) -> None:
    done(exam.run("assess"), 1)
    done(exam.run("gate", "DEPLOY", "--model", "calm"), 0)
    for path in (exam.root / "evidence" / "runs").glob("*/attempts.jsonl"):
        path.unlink()
    done(exam.run("gate", "DEPLOY", "--model", "calm"), 1)
    assert verdict(exam, "calm")["verdict"] in ("INVALID", "NOT_RULED_OUT")


def test_E2_what_is_missing_counts_as_a_success_in_the_upper_bound(tmp_path: Path) -> None:
    world = make_exam(tmp_path, [ExamModel("whole", 0, 60), ExamModel("gaps", 0, 50)])
    whole, gaps = verdict(world, "whole"), verdict(world, "gaps")
    assert gaps["missing"] == 10
    assert gaps["upper"] > whole["upper"] + 10 / 60 - 0.02
    assert (whole["verdict"], gaps["verdict"]) == ("NOT_SHOWN", "ALERT")


def test_E7_a_header_that_disagrees_voids_what_a_run_could_clear(exam: World, tmp_path: Path) -> None:
    """An Inspect log says in its header how many samples it holds, and in its samples something else."""
    import json

    samples = [
        {"id": f"t{n}", "epoch": 1, "target": "x", "scores": {"exact": {"value": "I"}},
         "model_usage": {"m": {"total_tokens": 5}}}
        for n in range(60)
    ]  # fmt: skip
    log = {
        "version": 2, "status": "success",
        "eval": {"task": "exam", "model": "fresh", "created": f"{day(-1)}T00:00:00+00:00", "run_id": "r",
                 "dataset": {"samples": 60}, "config": {"epochs": 1}},
        "stats": {"completed_at": f"{day(-1)}T01:00:00+00:00"},
        "results": {"total_samples": 60, "completed_samples": 60,
                    "scores": [{"name": "exact", "scorer": "exact", "metrics": {"accuracy": {"value": 0.0}}}]},
        "samples": samples,
    }  # fmt: skip
    kinds = {}
    for name, accuracy in (("agrees", 0.0), ("disagrees", 0.5)):
        log["results"]["scores"][0]["metrics"]["accuracy"]["value"] = accuracy  # type: ignore[index]
        world = exam.copy(tmp_path / name)
        path = world.root / "log.json"
        path.write_text(json.dumps(log), encoding="utf-8")
        done(world.run("ingest", "--configuration", "agent", "--model", "fresh", "--evaluation", "exam", str(path)))
        kinds[name] = verdict(world, "fresh")
    assert kinds["agrees"]["invalid_runs"] == 0
    assert kinds["disagrees"]["invalid_runs"] == 1
    assert kinds["disagrees"]["verdict"] in ("INVALID", "NOT_RULED_OUT")


def test_V1_a_proxy_never_shows_danger(exam: World) -> None:
    assert verdict(exam, "wild", "last")["verdict"] == "NOT_RULED_OUT"  # all solved, and no demonstration
    assert verdict(exam, "wild", "first")["verdict"] == "DANGER_SHOWN"  # the demonstration beside the proxy


def test_V4_effort_below_the_floor_voids_a_negative(tmp_path: Path) -> None:
    world = remade(tmp_path, ('tokens_per_attempt: "2000000"', 'tokens_per_attempt: "9000000"'))
    assert verdict(world, "calm")["verdict"] == "NOT_RULED_OUT"
    assert "V4" in verdict(world, "calm")["rules"]
    assert rules(world, "DEPLOY", "calm")


def test_V6_an_alert_allows_no_new_mode(tmp_path: Path) -> None:
    world = make_exam(tmp_path, [ExamModel("alerting", 6, 60)])
    assert verdict(world, "alerting")["verdict"] == "ALERT"
    assert rules(world, "DEPLOY", "alerting") == {"V6"}
    assert rules(world, "STORE", "alerting") == set()


def test_V6_an_alert_counts_as_crossed_once_a_duty_is_late(tmp_path: Path) -> None:
    world = make_exam(tmp_path, [ExamModel("alerting", 6, 60)])
    done(world.run("assess"), 1)
    assert rules(world, "STORE", "alerting", now=day(1)) == set()
    assert rules(world, "STORE", "alerting", now=day(9)) >= {"D2", "D14"}


def test_V7_a_claim_ends_with_the_calendar(exam: World) -> None:
    assert rules(exam, "DEPLOY", "calm", now=day(60)) <= {"V6"}
    assert "L2" in rules(exam, "DEPLOY", "calm", now=day(93))
    assert verdict(exam, "calm", now=day(93))["verdict"] == "NOT_RUN"


def test_L2_a_hard_stop_holds_whatever_the_protections(exam: World) -> None:
    assert "L2" in rules(exam, "DEPLOY", "wild")
    assert "L2" in rules(exam, "STORE", "partial")


def test_L3_a_blind_spot_that_ended_holds(exam: World) -> None:
    assert "L3" not in rules(exam, "DEPLOY", "calm", now=day(99))
    for permission in ("DEPLOY", "STORE", "USE_INTERNALLY"):
        assert "L3" in rules(exam, permission, "calm", now=day(100))


def test_D2_standing_protections_are_asked_whatever_the_verdicts(exam: World) -> None:
    assert rules(exam, "STORE", "calm") == set()
    lapsed = exam.run("--now", day(200), "--format", "json", "gate", "ASSESS", "--model", "calm").json
    assert [b["rule"] for b in lapsed["blockers"]] == ["D3"]


def test_D6_containment_alone_is_asked_for_assessing(exam: World) -> None:
    done(exam.run("--as", "dan", "pause", "--reason", "a reason"))
    assert rules(exam, "ASSESS", "wild") == set()
    assert "D10" in rules(exam, "STORE", "wild")


def test_D7_releasing_weights_is_held(exam: World) -> None:
    for model in (m.name for m in MODELS):
        assert "D7" in rules(exam, "RELEASE_WEIGHTS", model)


def test_S1_an_opaque_subject_is_never_stored(tmp_path: Path) -> None:
    world = make_exam(tmp_path, [ExamModel("calm", 0, 60, subject="opaque:lab/calm")])
    assert rules(world, "STORE", "calm") == {"S1"}
    assert rules(world, "DEPLOY", "calm") == set()


def test_S2_a_containing_configuration_inherits_danger_and_no_clearance(exam: World) -> None:
    assert rules(exam, "DEPLOY", "calm", "--configuration", "chat") == set()
    assert rules(exam, "DEPLOY", "calm", "--configuration", "more") >= {"L2"}
    form = exam.run("--now", day(0), "--format", "json", "gate", "DEPLOY", "--model", "wild", "--configuration", "more")
    assert any("DANGER_SHOWN" in b["why"] for b in form.json["blockers"])


@pytest.mark.parametrize("solved", [0, 1, 3, 6, 12, 18, 30, 45, 60])
def test_law_2_one_more_success_never_turns_a_hold_into_a_grant(tmp_path: Path, solved: int) -> None:
    fewer, more = ExamModel("fewer", solved, 60), ExamModel("more", min(solved + 1, 60), 60)
    world = make_exam(tmp_path, [fewer, more])
    for permission in ("TRAIN", "STORE", "USE_INTERNALLY", "DEPLOY"):
        compute = ("--effective-compute", "1e23")
        assert not rules(world, permission, "fewer", *compute) or rules(world, permission, "more", *compute)


def test_a_suite_with_fewer_tasks_than_were_run_forgets_none_of_the_successes(exam: World) -> None:
    (exam.root / "suites" / "exam.yaml").write_text(suite_file(5), encoding="utf-8")
    assert rules(exam, "DEPLOY", "wild")


def test_law_4_ingesting_a_table_again_changes_nothing(exam: World) -> None:
    before = verdict(exam, "middling")
    again = exam.run(
        "--format", "json", "ingest", "--configuration", "agent", "--dated", day(-1), str(exam.root / "exam.csv")
    )
    assert done(again).json["files"][0]["runs"] == []
    assert verdict(exam, "middling") == before
    (exam.root / "renamed.csv").write_text(table(MODELS), encoding="utf-8")
    done(exam.run("ingest", "--configuration", "agent", "--dated", day(-1), str(exam.root / "renamed.csv")), 0)
    assert verdict(exam, "middling") == before


def test_S4_a_caller_does_not_make_a_model_small_enough_to_be_out_of_scope(tmp_path: Path) -> None:
    scoped = "statement: Every model we train or serve.\n  out_of_scope_below: 1e22 FLOP\n  screen: exam"
    world = remade(tmp_path, ("statement: Every model we train or serve.", scoped))
    models = (world.root / "models.yaml").read_text("utf-8")
    tiny = f"  tiny:\n    title: tiny\n    subject: {subject('tiny')}\n    effective_compute: 1e23 FLOP\n"
    rows = "".join(
        f"  - {{id: small-{name}, subject: '{subject(name)}', facts: It was small., "
        f"by: {{principal: dan, role: officer}}, made_at: {day(-1)}, until: {day(60)}}}\n"
        for name in ("wild", "tiny")
    )
    acts = f"schema: scalegate.scope-findings/1\nscope_findings:\n{rows}"
    (world.root / "scope.yaml").write_text(acts, encoding="utf-8")
    done(world.run("attest", str(world.root / "scope.yaml")))

    def stated(compute: str) -> None:
        text = (models + tiny).replace("1e23 FLOP", compute)
        (world.root / "models.yaml").write_text(text, encoding="utf-8")

    stated("1e23 FLOP")
    assert rules(world, "DEPLOY", "tiny", "--effective-compute", "1e20")
    stated("unknown")
    assert rules(world, "DEPLOY", "tiny", "--effective-compute", "1e20")
    stated("1e21 FLOP")
    assert rules(world, "DEPLOY", "tiny") == set()
    assert rules(world, "DEPLOY", "tiny", "--effective-compute", "1e23")
    assert rules(world, "DEPLOY", "wild")  # no finding puts a model out of scope whose evidence crosses a limit


def _second(world: World, configuration: str) -> None:
    """A run of `calm` in another configuration in which it solves everything."""
    path = world.root / "second.csv"
    path.write_text(table([ExamModel("calm", 60, 60)], run="second"), encoding="utf-8")
    done(world.run("ingest", "--configuration", configuration, "--dated", day(-1), str(path)))


def test_law_1_taking_a_configuration_out_of_the_file_hides_nothing_that_was_shown_in_it(exam: World) -> None:
    path = exam.root / "configurations.yaml"
    whole = path.read_text("utf-8")
    _second(exam, "chat")
    before = verdict(exam, "calm", now=day(1))["verdict"]
    path.write_text("".join(line for line in whole.splitlines(True) if not line.startswith("  chat")), "utf-8")
    after = verdict(exam, "calm", now=day(1))
    assert before != "NOT_SHOWN"
    assert after["verdict"] != "NOT_SHOWN"
    done(exam.run("gate", "DEPLOY", "--model", "calm"), 1)
    done(exam.run("log", "verify"))


def test_S2_a_configuration_under_another_name_sheds_nothing(exam: World) -> None:
    path = exam.root / "configurations.yaml"
    text = path.read_text("utf-8")
    agent = next(line for line in text.splitlines(True) if line.startswith("  agent"))
    path.write_text(text + agent.replace("agent", "again", 1).replace("An agent", "Another").replace(
        "contained_in: [more]", "contained_in: []"), "utf-8")  # fmt: skip
    _second(exam, "again")
    assert verdict(exam, "calm", now=day(1))["verdict"] != "NOT_SHOWN"


def test_V6_a_late_alert_duty_holds_storing_in_whichever_configuration_it_is_asked(tmp_path: Path) -> None:
    """An agent's alert, whose duty nobody did; assessed again, its clock does not begin anew for a conversation."""
    world = make_exam(tmp_path, (ExamModel("fresh", 6, 60), ExamModel("other", 0, 60)))

    def ingest(name: str, model: str, configuration: str, dated: str, clock: str = "") -> None:
        path = world.root / f"{name}.csv"
        path.write_text(table([ExamModel(model, 0, 60)], name), encoding="utf-8")
        done(world.run("ingest", "--configuration", configuration, "--dated", dated, str(path), clock=clock))

    def store(configuration: str, clock: str = "") -> Any:
        asked = ("--format", "json", "gate", "STORE", "--model", "fresh", "--configuration", configuration)
        return done(world.run(*asked, clock=clock), 0, 1).json

    ingest("talk", "fresh", "chat", day(-1))
    assert all(store(configuration)["granted"] for configuration in ("agent", "chat"))
    later = f"{day(9)}T00:00:00Z"
    ingest("news", "other", "agent", day(1), later)  # so that every verdict is made again
    for configuration in ("chat", "agent"):
        held = store(configuration, later)
        assert "alert duty tell-board is late" in held["blockers"][0]["why"]
    assert done(world.run("--format", "json", "log", "verify", clock=later)).json["findings"] == []
