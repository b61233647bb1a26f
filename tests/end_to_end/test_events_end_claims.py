"""Events and training progress on a whole project: recorded, seen by the gate, derived again by the verifier."""

from __future__ import annotations

from end_to_end.project_world import ExamModel, World, day, done, subject, table

BY = "{principal: dan, role: officer}"
SAID = f"what: a new scaffold, by: {BY}"
GATE = ("--format", "json", "gate")


def held(world: World, model: str, permission: str = "DEPLOY", *more: str) -> set[str]:
    """Rules of what blocks; none for a grant."""
    form = done(world.run(*GATE, permission, "--model", model, *more), 0, 1).json
    return {b["rule"] for b in form["blockers"]}


def verified(world: World) -> None:
    form = done(world.run("--format", "json", "log", "verify")).json
    assert form["findings"] == []
    assert form["verdicts"] > 0


def events_file(world: World, text: str) -> str:
    path = world.root / "events.yaml"
    path.write_text(f"schema: scalegate.events/1\nevents:\n{text}", encoding="utf-8")
    return str(path)


def test_V7_an_incident_ends_the_recorded_verdict_and_the_gate_sees_it_at_once(exam: World) -> None:
    done(exam.run("assess"), 1)
    assert held(exam, "calm") == set()
    done(exam.run("--as", "dan", "incident", "--model", "calm", "--what", "it got out of its container"))
    assert held(exam, "calm")
    form = exam.run("--format", "json", "assess", "--no-record", "--model", "calm").json
    assert "NOT_SHOWN" not in {limit["verdict"] for limit in form["models"][0]["limits"]}
    assert any("event incident" in reason for limit in form["models"][0]["limits"] for reason in limit["reasons"])
    assert held(exam, "calm", "TRAIN", "--effective-compute", "1.1e23") >= {"D5"}
    verified(exam)


def test_V7_evidence_from_after_the_event_lifts_the_hold_again(exam: World) -> None:
    done(exam.run("--as", "dan", "incident", "--model", "calm", "--at", day(-1), "--what", "odd traffic"))
    assert held(exam, "calm")
    (exam.root / "again.csv").write_text(table([ExamModel("calm", 0, 60)], run="second"), encoding="utf-8")
    done(exam.run("ingest", "--configuration", "agent", "--dated", day(0), str(exam.root / "again.csv")))
    assert held(exam, "calm") == set()
    verified(exam)


def ended(world: World, model: str) -> set[str]:
    """Limits whose verdict says that an event ended its evidence."""
    form = world.run("--format", "json", "assess", "--no-record", "--model", model).json
    limits = form["models"][0]["limits"]
    return {limit["limit"] for limit in limits if any("(event " in reason for reason in limit["reasons"])}


def test_V7_an_event_about_a_parent_reaches_its_descendants_and_no_other(exam: World) -> None:
    done(exam.run("assess"), 1)
    done(
        exam.run("attest", events_file(exam, f"  - {{event: better-elicitation, model: wild, at: {day(0)}, {SAID}}}\n"))
    )
    assert "last" in ended(exam, "heir")
    assert ended(exam, "calm") == set()
    owed = done(exam.run("--format", "json", "due"), 1).json["due"]
    assert {o["about"] for o in owed if "event better-elicitation" in o["why"] and o["kind"] == "claim"} == {
        "heir in agent, limit last"
    }
    # Recorded once, a parent is not forgotten when models.yaml no longer names it (S2).
    text = (exam.root / "models.yaml").read_text("utf-8")
    (exam.root / "models.yaml").write_text(text.replace("parents: [wild]", "parents: []"), encoding="utf-8")
    assert "last" in ended(exam, "heir")


def test_V7_an_event_about_a_parent_reaches_a_descendant_that_was_never_assessed(exam: World) -> None:
    done(exam.run("--as", "dan", "incident", "--model", "wild", "--what", "odd traffic"))
    assert "last" in ended(exam, "heir")


def test_an_event_that_nobody_knows_is_refused_with_what_is_known(exam: World) -> None:
    text = f"  - {{event: full-moon, at: {day(0)}, what: it shone, by: {BY}}}\n"
    answer = done(exam.run("attest", events_file(exam, text)), 2)
    assert "one of new-tool, fine-tuning-access" in answer.err
    for arguments in (("--model", "nobody"), ("--at", day(3)), ("--evaluation", "nothing")):
        done(exam.run("--as", "dan", "incident", "--what", "x", *arguments), 2)
    done(exam.run("--as", "dan", "incident", "--what", "  "), 2)
    assert exam.entries("event") == []


PROGRESS = """\
schema: scalegate.training-progress/1
training_progress:
  - model: calm
    step: 1000
    phases: [{name: pretraining, parameters: 1000000000, tokens: 50000000000000}]
    measured_at: DAY
    by: {principal: dan, role: officer}
"""


def test_D5_recorded_progress_holds_training_whatever_the_caller_says(exam: World) -> None:
    """6·N·D comes to 3e23; the evidence is of 1e23, so that the next assessment is due at 4e23."""
    path = exam.root / "progress.yaml"
    path.write_text(PROGRESS.replace("DAY", day(0)), encoding="utf-8")
    done(exam.run("attest", str(path)))
    assert held(exam, "calm", "TRAIN", "--effective-compute", "1.1e23") == set()
    path.write_text(PROGRESS.replace("DAY", day(0)).replace("50000000000000", "70000000000000"), encoding="utf-8")
    done(exam.run("attest", str(path)))
    assert "D5" in held(exam, "calm", "TRAIN", "--effective-compute", "1.1e23")
    verified(exam)


def test_S4_what_the_latest_progress_leaves_unknown_nobody_states(exam: World) -> None:
    path = exam.root / "progress.yaml"
    unknown = PROGRESS.replace("DAY", day(0)).replace("    phases", "    inherited: [{model: teacher}]\n    phases")
    path.write_text(unknown, encoding="utf-8")
    done(exam.run("attest", str(path)))
    assert "D4" in held(exam, "calm", "TRAIN", "--effective-compute", "1.1e23")
    path.write_text(PROGRESS.replace("DAY", f"{day(0)}T00:00:01Z"), encoding="utf-8")
    done(exam.run("attest", str(path)))
    assert held(exam, "calm", "TRAIN", "--effective-compute", "1.1e23") == set()
    verified(exam)


def test_an_effective_compute_that_its_parts_do_not_come_to_is_refused(exam: World) -> None:
    path = exam.root / "progress.yaml"
    wrong = PROGRESS.replace("DAY", day(0)) + "    effective_compute: 1e20 FLOP\n"
    path.write_text(wrong, encoding="utf-8")
    assert "its parts come to 3e23 FLOP" in done(exam.run("attest", str(path)), 2).err
    would = done(exam.run("attest", "--dry-run", str(path.with_name("p2.yaml"))), 2)
    assert "cannot be read" in would.err
    path.write_text(PROGRESS.replace("DAY", day(0)), encoding="utf-8")
    form = done(exam.run("attest", "--dry-run", str(path))).json
    signed = form["would_sign"]["training_progress"][0]
    assert (signed["effective_compute"], signed["subject"]) == ("3e23 FLOP", subject("calm"))
