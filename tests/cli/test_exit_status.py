"""Each exit status of the contract, shown by a real case; the highest applicable of 3, 2, 4, 1."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from end_to_end.project_world import World, day, done, suite_file

TRAIN = ("gate", "TRAIN", "--model", "middling", "--effective-compute", "1e23")


def waive(world: World, name: str, model: str = "middling", permission: str = "TRAIN") -> None:
    approvers = ("--approver", "ann:board", "--approver", "dan:officer")
    what = ("--model", model, "--permission", permission, "--limit", "first")
    done(world.run("waive", name, *what, "--until", day(20), "--reason", "a reason", *approvers))


def damage(world: World) -> None:
    world.log.write_bytes(b"not a database " * 1000)


def test_granted_and_done_and_nothing_found_end_with_0(exam: World) -> None:
    done(exam.run("gate", "DEPLOY", "--model", "calm"), 0)
    done(exam.run("due"), 0)
    done(exam.run("doctor"), 0)
    done(exam.run("log", "verify"), 0)
    done(exam.run("policy", "check"), 0)


def test_held_ends_with_1_and_the_answer_is_complete(exam: World) -> None:
    answer = done(exam.run("--format", "json", "gate", "DEPLOY", "--model", "wild"), 1)
    assert answer.json["blockers"]
    answer = done(exam.run("--format", "json", "assess"), 1)
    assert len(answer.json["models"]) == 6


def test_a_model_with_grants_alone_would_end_with_0_but_releasing_weights_is_always_held(exam: World) -> None:
    done(exam.run("assess", "--model", "calm"), 1)


def test_what_is_late_ends_with_1(exam: World) -> None:
    late = exam.run("--now", day(150), "--format", "json", "due")
    assert done(late, 1).json["replay"] is True
    assert any(d["late"] for d in late.json["due"])


def test_orphans_end_doctor_with_1(exam: World) -> None:
    (exam.root / "evidence" / "runs" / ("0" * 64)).mkdir()
    answer = done(exam.run("--format", "json", "doctor"), 1)
    assert answer.json["orphans"] == ["0" * 64]


@pytest.mark.parametrize(
    "arguments",
    [
        ("gate", "DEPLOY"),
        ("gate", "DEPLOY", "--model", "nobody"),
        ("gate", "FLY", "--model", "calm"),
        ("gate", "TRAIN", "--model", "calm"),
        ("gate", "TRAIN", "--model", "calm", "--effective-compute", "0"),
        ("gate", "TRAIN", "--model", "calm", "--effective-compute", "nan"),
        ("gate", "TRAIN", "--model", "calm", "--effective-compute", "-1e23"),
        ("gate", "DEPLOY", "--model", "calm", "--configuration", "nowhere"),
        ("gate", "DEPLOY", "--model", "calm", "--mode", "a\nb"),
        ("assess", "--model", "x" * 10_000),
        ("assess", "--nonsense"),
        ("nonsense",),
        ("log",),
        ("--format", "xml", "assess"),
        ("--now", "yesterday", "assess"),
        ("--now", "2026-03-31T00:00:00", "assess"),
        ("--now", "2026-03-31", "ingest", "x.csv"),
        ("--now", "2026-03-31", "--as", "dan", "pause", "--reason", "x"),
        ("pause", "--reason", "x"),
        ("--as", "nobody", "pause", "--reason", "x"),
        ("--as", "dan", "pause", "--reason", " "),
        ("--as", "dan", "pause", "--reason", "\udcff"),
        ("--as", "dan", "pause", "--reason", "x", "--scope", "clam"),
        ("resume", "nothing", "--answer", "x", "--approver", "ann:board"),
        ("attest", "nothing.yaml"),
        ("attest", "/"),
        ("ingest", "nothing.csv"),
        ("policy", "check", "nothing.yaml"),
        ("policy", "check", "/"),
        ("register", "exam", "--limit", "nowhere", "--model", "calm"),
        ("--as", "dan", "policy", "adopt"),
        ("report", "--out", "/"),
        ("--project", "/nowhere", "assess"),
    ],
    ids=lambda a: " ".join(a)[:60],
)
def test_a_wrong_call_ends_with_2_and_records_nothing(exam: World, arguments: tuple[str, ...]) -> None:
    before = exam.log.read_bytes()
    answer = done(exam.run(*arguments), 2)
    assert answer.err
    assert exam.log.read_bytes() == before
    assert not list((exam.root / "record").glob("pause/*"))


def test_a_lease_that_cannot_be_written_ends_with_2(exam: World) -> None:
    answer = done(exam.run("gate", "DEPLOY", "--model", "calm", "--lease", str(exam.root)), 2)
    assert "the lease cannot be written" in answer.err


@pytest.mark.parametrize("command", [("assess",), ("gate", "DEPLOY", "--model", "calm"), ("due",), ("doctor",)])
def test_a_damaged_record_ends_with_3(exam: World, command: tuple[str, ...]) -> None:
    damage(exam)
    answer = done(exam.run("--format", "json", *command), 3)
    assert answer.out == ""
    assert "log.db" in answer.err


def test_a_record_that_is_not_there_ends_with_3(exam: World) -> None:
    exam.log.unlink()
    for command in (("assess",), ("log", "verify"), ("gate", "DEPLOY", "--model", "calm")):
        done(exam.run(*command), 3)


def test_an_entry_that_was_altered_ends_with_3(exam: World) -> None:
    with sqlite3.connect(exam.log) as database:
        database.execute("DROP TRIGGER entry_update")
        database.execute("UPDATE entry SET envelope = CAST(replace(envelope, 'a', 'b') AS BLOB) WHERE idx = 1")
    done(exam.run("gate", "DEPLOY", "--model", "calm"), 3)


def test_our_own_bug_ends_with_3_a_report_id_and_no_traceback(exam: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ValueError("a bug")

    monkeypatch.setattr("scalegate.procedure.gating.decisions", broken)
    answer = exam.run("gate", "DEPLOY", "--model", "calm")
    assert answer.status == 3
    assert "internal error" in answer.err
    assert "Traceback" not in answer.err + answer.out
    assert "Traceback" in exam.run("--debug", "gate", "DEPLOY", "--model", "calm").err


def test_held_and_waived_ends_with_4_only_for_the_waiver_that_was_accepted(exam: World) -> None:
    waive(exam, "w1")
    done(exam.run(*TRAIN), 1)
    done(exam.run(*TRAIN, "--accept-waiver", "w2"), 1)
    answer = done(exam.run("--format", "json", *TRAIN, "--accept-waiver", "w1"), 4)
    assert answer.json["granted"] is False
    assert answer.json["outcome"].startswith("HELD, WAIVED UNTIL")
    assert answer.json["blockers"]
    assert "lease" not in answer.json


def test_D12_a_waiver_reaches_neither_a_hard_stop_nor_danger_shown(exam: World) -> None:
    waive(exam, "w1", "wild")
    waive(exam, "w2", "heir")
    for model, name in (("wild", "w1"), ("heir", "w2")):
        what = ("gate", "TRAIN", "--model", model, "--effective-compute", "1e23")
        answer = done(exam.run("--format", "json", *what, "--accept-waiver", name), 1)
        assert answer.json["waived_until"] is None


def test_an_unreadable_input_outranks_a_hold_and_a_waiver_and_a_grant(exam: World) -> None:
    waive(exam, "w1")
    (exam.root / "suites" / "broken.yaml").write_text("tasks: [", encoding="utf-8")
    done(exam.run("assess"), 2)
    done(exam.run(*TRAIN, "--accept-waiver", "w1"), 2)
    answer = done(exam.run("--format", "json", "gate", "DEPLOY", "--model", "calm"), 2)
    assert "broken.yaml" in answer.err
    assert "lease" not in answer.json  # callers read every status but 0 as a hold


def test_a_damaged_record_outranks_an_unreadable_input(exam: World) -> None:
    (exam.root / "suites" / "exam.yaml").write_text("tasks: [", encoding="utf-8")
    damage(exam)
    done(exam.run("assess"), 3)


def test_without_a_key_nothing_is_recorded_and_everything_can_be_read(exam: World, tmp_path: Path) -> None:
    keyless = World(exam.root, tmp_path / "nobody")
    for command in (("assess",), ("gate", "DEPLOY", "--model", "calm")):
        answer = done(keyless.run(*command), 2)
        assert "key" in answer.err
    done(keyless.run("assess", "--no-record"), 1)
    done(keyless.run("gate", "DEPLOY", "--model", "calm", "--dry-run"), 0)
    done(keyless.run("log", "verify"), 0)


def test_a_suite_that_changed_is_never_a_grant(exam: World) -> None:
    (exam.root / "suites" / "exam.yaml").write_text(suite_file(61), encoding="utf-8")
    done(exam.run("gate", "DEPLOY", "--model", "calm"), 1)
