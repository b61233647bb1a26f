"""Ingesting again: nothing twice, nothing read again; other bytes or labels are another version, and hide nothing."""

from __future__ import annotations

import json
import os
import shutil
import signal
import time
from pathlib import Path
from typing import Any

import pytest

from end_to_end.project_world import ExamModel, World, day, done, granted, loosened, table
from scalegate import project as project_module
from scalegate.errors import InputError
from scalegate.procedure import ingesting
from scalegate.project import open_project
from scalegate.record.entry import RunIngested

CALM = ExamModel("calm", 0, 60)


def ingest(world: World, *paths: Path, status: int = 0, configuration: str = "agent") -> Any:
    names = [str(path) for path in paths]
    command = ("--format", "json", "ingest", "--configuration", configuration, "--dated", day(-1), *names)
    return done(world.run(*command), status).json


def again(world: World, name: str, text: str) -> Path:
    path = world.root / name
    path.write_text(text, encoding="utf-8")
    return path


def never(*_: object) -> Any:
    raise AssertionError("it was read again")


def recorded(world: World) -> list[RunIngested]:
    return open_project(world.root, writing=False).workspace.view.runs


# ------------------------------------------------------------------------------------ nothing twice


def test_what_was_read_is_not_read_again(exam: World, monkeypatch: pytest.MonkeyPatch) -> None:
    size = exam.size()
    monkeypatch.setattr(project_module, "_read_log", never)
    (answer,) = ingest(exam, exam.root / "exam.csv")["files"]
    assert (answer["known"], answer["runs"]) == (5, [])
    moved = again(exam, "renamed.csv", (exam.root / "exam.csv").read_text(encoding="utf-8"))
    assert ingest(exam, moved)["files"][0]["known"] == 5
    assert exam.size() == size


def test_E1_bytes_that_were_lost_are_put_back_by_reading_again(exam: World) -> None:
    done(exam.run("gate", "DEPLOY", "--model", "calm"), 0)
    places = list((exam.root / "evidence" / "runs").glob("*/attempts.jsonl"))
    kept = [path.read_bytes() for path in places]
    for path in places:
        path.write_bytes(b"")
    done(exam.run("gate", "DEPLOY", "--model", "calm"), 1)
    assert ingest(exam, exam.root / "exam.csv")["files"][0]["runs"] == []
    assert [path.read_bytes() for path in places] == kept


def test_E1_a_run_whose_folder_was_lost_is_put_back_by_reading_again(exam: World) -> None:
    runs = exam.root / "evidence" / "runs"
    addresses = sorted(place.name for place in runs.iterdir())
    shutil.rmtree(runs)
    done(exam.run("gate", "DEPLOY", "--model", "calm"), 1)
    size = exam.size()
    assert ingest(exam, exam.root / "exam.csv")["files"][0]["known"] == 5
    assert (sorted(place.name for place in runs.iterdir()), exam.size()) == (addresses, size)
    done(exam.run("assess"), 1)
    done(exam.run("gate", "DEPLOY", "--model", "calm"), 0)


def test_a_source_of_an_earlier_program_is_not_recorded_again(exam: World) -> None:
    """It did not note how a source was read, and kept less of a log: the run that it recorded stands."""
    for path in (exam.root / "evidence" / "runs").glob("*/source.json"):
        source = json.loads(path.read_text(encoding="utf-8"))
        del source["read_as"]
        path.write_text(json.dumps(source), encoding="utf-8")
    size = exam.size()
    assert ingest(exam, exam.root / "exam.csv")["files"][0]["known"] == 5
    assert exam.size() == size


def test_the_same_rows_from_other_bytes_are_the_same_run(exam: World) -> None:
    text = (exam.root / "exam.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    shuffled = again(exam, "shuffled.csv", "".join([text[0], *reversed(text[1:])]))
    assert (ingest(exam, shuffled)["files"][0]["known"], len(recorded(exam))) == (5, 5)
    done(exam.run("doctor"), 0)


def test_the_same_source_twice_in_one_call_is_recorded_once(exam: World) -> None:
    one, two = (again(exam, name, table([ExamModel("fresh", 0, 60)], run="once")) for name in ("a.csv", "b.csv"))
    first, second = ingest(exam, one, two)["files"]
    assert (len(first["runs"]), first["known"], len(second["runs"]), second["known"]) == (1, 0, 0, 1)
    done(exam.run("doctor"), 0)


# ------------------------------------------------------------------------------ many, and interrupted


def logs(world: World, number: int) -> list[Path]:
    return [again(world, f"log{n:03}.csv", table([ExamModel("fresh", n % 9, 60)], run=f"r{n}")) for n in range(number)]


def addresses(world: World) -> list[str]:
    return [body.address for body in recorded(world)]


@pytest.mark.slow
def test_law_4_over_processes_the_record_is_the_same(exam: World, tmp_path: Path) -> None:
    other = exam.copy(tmp_path / "other")
    paths = logs(exam, 80)
    bad = again(exam, "log010.csv", "no,table\n")
    answer = ingest(exam, *paths, status=2)
    assert [file["path"] for file in answer["files"]] == [str(path) for path in paths if path != bad]
    assert {finding.split(":")[0] for finding in answer["findings"]} == {"log010.csv"}
    for path in paths:
        ingest(other, path, status=2 if path == bad else 0)
    assert addresses(exam) == addresses(other)


def test_a_source_that_ends_its_process_costs_that_source_alone(exam: World, monkeypatch: pytest.MonkeyPatch) -> None:
    paths, whole = logs(exam, 70), project_module._read_log

    def deadly(path: str, labels: Any) -> Any:
        if path.endswith("log020.csv"):
            os.kill(os.getpid(), signal.SIGKILL)
        return whole(path, labels)

    monkeypatch.setattr(project_module, "_read_log", deadly)
    monkeypatch.setattr("scalegate.adapters.process_pool.processes_for", lambda _: 2)
    answer = ingest(exam, *paths, status=2)
    assert len(answer["files"]) == 69
    assert answer["findings"] == [
        "log020.csv: reading it took more memory than there is -> split it, or read it on a larger machine"
    ]
    done(exam.run("doctor"), 0)


def test_what_an_interrupted_call_recorded_stays_and_the_rest_is_taken_up(
    exam: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths, whole, before = logs(exam, 20), project_module._read_log, len(recorded(exam))

    def interrupted(path: str, labels: Any) -> Any:
        if path.endswith("log013.csv"):
            raise KeyboardInterrupt
        return whole(path, labels)

    with monkeypatch.context() as patch:
        patch.setattr(project_module, "_read_log", interrupted)
        patch.setattr(ingesting, "BATCH", 5)
        exam.run("ingest", "--configuration", "agent", "--dated", day(-1), *map(str, paths))
    assert len(recorded(exam)) == before + 13
    answer = ingest(exam, *paths)
    assert sum(file["known"] for file in answer["files"]) == 13
    assert sum(len(file["runs"]) for file in answer["files"]) == 7
    done(exam.run("doctor"), 0)
    done(exam.run("log", "verify"), 0)


@pytest.mark.slow
@pytest.mark.parametrize("seconds", [0.5, 0.8, 1.2, 1.6])
def test_a_killed_call_leaves_whole_runs_alone_and_the_same_call_ends_the_work(exam: World, seconds: float) -> None:
    paths = logs(exam, 150)
    process = exam.start("ingest", "--configuration", "agent", "--dated", day(-1), *map(str, paths))
    time.sleep(seconds)
    process.kill()
    process.wait()
    time.sleep(0.5)  # the processes that read end when nobody asks them any more
    done(exam.run("log", "verify"), 0)
    ingest(exam, *paths)
    assert len(recorded(exam)) == 5 + 150
    done(exam.run("log", "verify"), 0)


# ---------------------------------------------------------------------------------- another version


def test_an_amended_source_is_another_version_with_a_link(exam: World) -> None:
    old = next(run for run in recorded(exam) if run.manifest.model == "calm")
    amended = again(exam, "amended.csv", table([CALM]).replace(",1000000,", ",1000001,"))
    answer = ingest(exam, amended)
    assert answer["files"][0]["runs"][0]["amends"] == old.address
    new = recorded(exam)[-1]
    assert (new.amends, new.address != old.address) == (old.address, True)
    assert (exam.root / "evidence" / "runs" / old.address.hex / "attempts.jsonl").exists()
    assert exam.entries("run_ingested")[-1]["amends"] == old.address
    assert f"another version of run {old.address}" in exam.run("log", "show").out
    done(exam.run("log", "verify"), 0)


def test_parts_of_one_run_are_no_versions_of_each_other(exam: World) -> None:
    rows = table([ExamModel("fresh", 0, 60)], run="parts").splitlines(keepends=True)
    for name, part in (("one.csv", rows[1:31]), ("two.csv", rows[31:])):
        ingest(exam, again(exam, name, rows[0] + "".join(part)))
    assert [run.amends for run in recorded(exam)[-2:]] == [None, None]


@pytest.mark.parametrize("rejected", ["old", "new"])
def test_E4_neither_version_clears_until_another_role_disposes_of_one(exam: World, rejected: str) -> None:
    done(exam.run("gate", "DEPLOY", "--model", "calm"), 0)
    amended = again(exam, "amended.csv", table([CALM]).replace(",1000000,", ",1000001,"))
    ingest(exam, amended)
    held = done(exam.run("assess", "--model", "calm"), 1)
    assert "2 invalid runs are not disposed of by another role" in " ".join(held.out.split())
    done(exam.run("gate", "DEPLOY", "--model", "calm"), 1)
    new = recorded(exam)[-1]
    address = new.amends if rejected == "old" else new.address
    assert address is not None
    done(exam.run("--as", "eva", "dispose", address, "--reason", "a slip"), 1)
    done(exam.run("--as", "ann", "dispose", address, "--reason", "a slip"))
    done(exam.run("assess", "--model", "calm"), 0, 1)
    done(exam.run("gate", "DEPLOY", "--model", "calm"), 0)


@pytest.mark.parametrize("solved", [0, 10, 59])
def test_E3_an_amended_source_never_hides_what_the_older_one_showed(exam: World, solved: int) -> None:
    """Law 1: neither the amendment nor disposing of the older version turns a hold into a grant."""
    before = granted(exam.assess(now=day(0)))
    ingest(exam, again(exam, "amended.csv", table([ExamModel("wild", solved, 60)])))
    assert loosened(before, granted(exam.assess(now=day(0)))) == []
    new = recorded(exam)[-1]
    assert new.amends is not None
    done(exam.run("--as", "ann", "dispose", new.amends, "--reason", "a slip"))
    after = granted(exam.assess(now=day(1)))
    assert not any(yes for key, yes in after.items() if key[2] == "DEPLOY" and key[0] == new.subject)


def test_law_1_no_amendment_of_any_model_turns_a_hold_into_a_grant(exam: World) -> None:
    before = granted(exam.assess(now=day(0)))
    everybody = [ExamModel(name, 0, 60) for name in ("calm", "middling", "wild", "partial", "heir")]
    ingest(exam, again(exam, "amended.csv", table(everybody)))
    assert loosened(before, granted(exam.assess(now=day(0)))) == []


def test_a_relabelled_source_is_another_version_of_each_of_its_runs(exam: World) -> None:
    old = {run.manifest.model: run.address for run in recorded(exam)}
    answer = ingest(exam, exam.root / "exam.csv", configuration="chat")
    assert {r["model"]: r["amends"] for r in answer["files"][0]["runs"]} == old
    for configuration in ("agent", "chat"):
        done(exam.run("gate", "DEPLOY", "--model", "calm", "--configuration", configuration), 1)


def test_a_failure_to_write_is_said_and_what_was_recorded_stays(exam: World, monkeypatch: pytest.MonkeyPatch) -> None:
    before = len(recorded(exam))

    def full(*_: object) -> None:
        raise InputError("cannot be written: No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("scalegate.adapters.evidence_store.EvidenceStore.settle", full)
        answer = exam.run("ingest", "--configuration", "agent", "--dated", day(-1), *map(str, logs(exam, 3)))
    assert (done(answer, 2).status, len(recorded(exam))) == (2, before)
    assert "No space left" in answer.err
