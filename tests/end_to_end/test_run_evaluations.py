"""`scalegate run` with the real Inspect and a model by rules: registered before, ingested after (E3, E4, E6)."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import sys
import time
from pathlib import Path

import pytest

from cli.contract import check_golden, valid
from end_to_end.inspect_project import FILES, TASKS, command, limit, make_inspect_exam
from end_to_end.project_world import World, done, lines, subject
from scalegate.adapters.weights import read_weights

pytest.importorskip("inspect_ai", reason="the extra `inspect` is not installed")


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> World:
    return make_inspect_exam(tmp_path_factory.mktemp("inspect"))


@pytest.fixture
def project(prepared: World, tmp_path: Path) -> World:
    return prepared.copy(tmp_path)


@pytest.fixture(scope="module")
def sat(prepared: World, tmp_path_factory: pytest.TempPathFactory) -> World:
    """A project in which `calm` has sat the exam and solved nothing."""
    world = prepared.copy(tmp_path_factory.mktemp("sat"))
    done(world.run(*command(world, "calm", 0)))
    return world


def kinds(world: World) -> list[str]:
    return [e["kind"] for e in world.entries()]


def logs(world: World) -> list[Path]:
    return sorted((world.root / "evidence" / "logs").rglob("*.eval"))


# ------------------------------------------------------------------------------------ a whole run


def test_E6_the_plan_of_every_limit_stands_in_the_record_before_the_run(sat: World) -> None:
    assert kinds(sat)[-3:] == ["plan_registered", "plan_registered", "run_ingested"]
    found = limit(sat, "calm")
    assert found["verdict"] == "NOT_SHOWN"
    assert (found["tasks"], found["attempts"], found["missing"], found["invalid_runs"]) == (TASKS, TASKS, 0, 0)


def test_E4_a_run_that_serves_two_limits_leaves_no_plan_abandoned(sat: World) -> None:
    assert [limit(sat, "calm", name)["abandoned_runs"] for name in ("first", "last")] == [0, 0]


def test_only_the_registered_tasks_are_run_each_with_the_budget_of_the_configuration(sat: World) -> None:
    from inspect_ai.log import read_eval_log

    (path,) = logs(sat)
    log = read_eval_log(str(path))
    assert log.samples is not None
    assert {s.id for s in log.samples} == {f"t{n}" for n in range(TASKS)}  # the task has two more
    assert log.eval.config.token_limit == 2_000_000
    assert log.eval.metadata is not None
    assert log.eval.metadata["asked_for"] == "agent"  # a task may ask for the configuration's label
    assert log.eval.metadata["scalegate"]["model"] == "calm"


def test_a_second_call_runs_nothing_and_records_nothing(sat: World, tmp_path: Path) -> None:
    world = sat.copy(tmp_path)
    before, kept = kinds(world), logs(world)
    answer = done(world.run(*command(world, "calm", 0)))
    assert "a whole run is recorded, nothing to run" in answer.err
    assert (kinds(world), logs(world)) == (before, kept)
    for log in kept:
        log.unlink()  # nor does it run again what lies in the record alone
    done(world.run(*command(world, "calm", 0)))
    assert (kinds(world), logs(world)) == (before, [])


def test_again_registers_a_new_plan_and_both_runs_count(sat: World, tmp_path: Path) -> None:
    world = sat.copy(tmp_path)
    done(world.run(*command(world, "calm", TASKS, "--again")))
    assert kinds(world)[-3:] == ["plan_registered", "plan_registered", "run_ingested"]
    assert limit(world, "calm")["verdict"] == "NOT_RULED_OUT"


def test_the_record_of_a_run_holds(sat: World) -> None:
    done(sat.run("log", "verify"))


def test_another_model_has_runs_of_its_own(sat: World, tmp_path: Path) -> None:
    world = sat.copy(tmp_path)
    done(world.run(*command(world, "wild", TASKS)))
    assert limit(world, "wild")["verdict"] == "NOT_RULED_OUT"
    assert limit(world, "calm")["verdict"] == "NOT_SHOWN"


def test_its_json_follows_its_schema_and_its_golden_file(project: World) -> None:
    call = ("--format", "json", *command(project, "calm", 3))
    answers = {name: done(project.run(*call, *more)) for name, more in (("dry", ["--dry-run"]), ("done", []))}
    for name, answer in answers.items():
        check_golden(f"running_{name}", valid(answer.json))


# --------------------------------------------------------------------------------- what goes wrong


def test_E3_a_run_with_an_error_cannot_clear_and_its_successes_count(project: World) -> None:
    answer = done(project.run(*command(project, "calm", 3, "--model-arg", "breaks_at=10")), 2)
    assert "attempts have errors: sample t10: RuntimeError('the provider broke')" in answer.err
    found = limit(project, "calm")
    assert found["verdict"] == "INVALID" or found["upper"] == 1
    assert found["invalid_runs"] == 1
    assert found["lower"] > 0  # the three that it solved


def test_E4_the_next_call_goes_on_and_the_failed_try_holds_until_another_role_disposes_of_it(project: World) -> None:
    sign = project.root / "sign"
    sign.touch()
    call = command(project, "calm", 3, "--model-arg", "breaks_at=10", "--model-arg", f"while_exists={sign}")
    done(project.run(*call), 2)
    plans = kinds(project).count("plan_registered")
    sign.unlink()
    done(project.run(*call))
    assert kinds(project).count("plan_registered") == plans == 2
    assert kinds(project).count("run_ingested") == 2
    assert limit(project, "calm")["verdict"] == "NOT_RULED_OUT"
    (bad,) = [e for e in _runs(project) if e["status"] == "error"]
    done(project.run("--as", "dan", "dispose", bad["address"], "--reason", "The provider broke at one sum."))
    found = limit(project, "calm")
    assert found["verdict"] == "NOT_SHOWN"
    assert found["lower"] > 0


def test_E6_once_a_run_has_begun_no_plan_is_registered_for_it(project: World) -> None:
    done(project.run(*command(project, "calm", 3, "--limit", "last", "--model-arg", "breaks_at=10")), 2)
    assert kinds(project).count("plan_registered") == 1
    dry = done(project.run(*command(project, "calm", 3, "--dry-run"))).out
    assert "first: no plan of its own: the run began before one (E6); --again makes one" in dry
    done(project.run(*command(project, "calm", 3)))
    assert kinds(project).count("plan_registered") == 1


def test_without_the_extra_it_says_the_line_to_type_and_registers_nothing(
    project: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "inspect_ai", None)
    before = kinds(project)
    answer = done(project.run(*command(project, "calm", 0)), 2)
    assert "pip install 'scalegate[inspect]'" in answer.err
    assert kinds(project) == before


def test_two_processes_do_not_run_one_plan(sat: World, tmp_path: Path) -> None:
    world = sat.copy(tmp_path)
    (place,) = (world.root / "evidence" / "logs").iterdir()
    with (place / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        answer = done(world.run(*command(world, "calm", 0)), 2)
    assert "another process is running this evaluation" in answer.err


def test_E4_a_try_that_is_made_again_within_one_call_leaves_its_log_too(project: World) -> None:
    sign = project.root / "sign"
    sign.touch()
    broken = ("--model-arg", "breaks_at=10", "--model-arg", f"while_exists={sign}", "--model-arg", "once=yes")
    done(project.run(*command(project, "calm", 3, "--retries", "1", *broken)))
    assert [e["status"] for e in _runs(project)] == ["error", "completed"]
    assert limit(project, "calm")["verdict"] == "NOT_RULED_OUT"


@pytest.mark.slow
def test_E3_a_log_that_lay_there_already_is_ingested_whatever_became_of_its_run(project: World) -> None:
    """Whoever kills a run that goes badly does not get rid of it."""
    spawned = project.start(*command(project, "calm", TASKS, "--model-arg", "kills_at=19"))
    assert spawned.wait(120) == -signal.SIGKILL
    assert kinds(project)[-1] == "plan_registered"
    (left,) = logs(project)
    done(project.run(*command(project, "calm", 0, "--again")))
    assert [e["status"] for e in _runs(project)] == ["started", "completed"]
    assert left.exists()
    assert limit(project, "calm")["verdict"] != "NOT_SHOWN"


WAITS = """

import anyio  # noqa: E402

_generate = Rules.generate


async def generate(self, input, **more):
    if input[-1].text.startswith("19 "):
        Path(__file__).with_name("began").touch()
        await anyio.sleep(60)
    return await _generate(self, input, **more)


Rules.generate = generate
"""


@pytest.mark.slow
def test_E3_an_interrupted_run_is_recorded_and_nothing_after_it_is_run(project: World) -> None:
    with (project.root / "evals" / "rules.py").open("a", encoding="utf-8") as file:
        file.write(WAITS)
    two = ("--configuration", "agent", "--configuration", "chat")
    spawned = project.start(*command(project, "calm", 3, *two))
    for _ in range(600):
        if (project.root / "evals" / "began").exists():
            break
        time.sleep(0.1)
    time.sleep(1)  # the others end meanwhile
    os.kill(spawned.pid, signal.SIGINT)
    _, said = spawned.communicate(timeout=120)
    assert spawned.returncode == 2
    assert b"exam as chat: not run: interrupted before it" in said
    assert [e["status"] for e in _runs(project)] in (["cancelled"], ["started"])
    assert limit(project, "calm")["lower"] > 0
    shutil.copy(FILES / "rules.py", project.root / "evals")
    assert "goes on with an earlier run" in done(project.run(*command(project, "calm", 3))).err
    assert [e["status"] for e in _runs(project)][-1] == "completed"
    assert limit(project, "calm")["verdict"] != "NOT_SHOWN"  # until the stopped one is disposed of (E4)


def test_an_evaluation_that_names_no_task_stops_no_other_and_is_listed(project: World) -> None:
    suite = project.root / "suites" / "exam.yaml"
    suite.write_text("".join(x for x in lines(suite) if not x.startswith("inspect_task")), "utf-8")
    answer = done(project.run(*command(project, "calm", 0)), 2)
    assert "suites/exam.yaml: exam cannot be run: its suite names no Inspect task" in answer.err


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("inspect_task: evals/exam.py@nothing", "nothing"),
        ("inspect_task: evals/gone.py@exam", "gone.py"),
        ("inspect_task: no_such_package/exam", "no_such_package/exam"),
    ],
)
def test_a_task_that_is_not_there_is_said_in_one_line(project: World, text: str, words: str) -> None:
    suite = project.root / "suites" / "exam.yaml"
    suite.write_text(suite.read_text("utf-8").replace("inspect_task: evals/exam.py@exam", text), "utf-8")
    answer = done(project.run(*command(project, "calm", 0)), 2)
    assert words in answer.err
    assert "run_ingested" not in kinds(project)


def test_sample_ids_that_are_not_those_of_the_suite_are_said(project: World) -> None:
    suite = project.root / "suites" / "exam.yaml"
    suite.write_text(suite.read_text("utf-8").replace("  t19:", "  other:"), "utf-8")
    answer = done(project.run(*command(project, "calm", 0)), 2)
    assert f"its logs hold {TASKS - 1} of {TASKS} registered attempts" in answer.err
    assert limit(project, "calm")["missing"] == 1


# ---------------------------------------------------------------------------------- before anything


def test_a_dry_run_says_what_it_would_do_and_does_nothing(project: World) -> None:
    before = kinds(project)
    answer = done(project.run(*command(project, "calm", 0, "--dry-run")))
    assert "exam as agent: 20 tasks × 1 of evals/exam.py@exam, 2000000 tokens each, to be run" in answer.out
    assert answer.out.count("a plan would be registered before the run") == 2
    assert (kinds(project), logs(project)) == (before, [])


def test_S1_an_opaque_subject_names_its_provider_and_cannot_be_verified(project: World) -> None:
    models = project.root / "models.yaml"
    models.write_text(models.read_text("utf-8").replace(subject("calm"), "opaque:rules/0"), "utf-8")
    answer = done(project.run("run", "--model", "calm", "--dry-run"))
    assert "calm is rules/0 for Inspect; identity not verifiable" in answer.err


def test_S1_weights_of_another_model_are_refused_before_anything_is_registered(project: World) -> None:
    (project.root / "weights").mkdir()
    (project.root / "weights" / "part-1").write_bytes(b"other weights")
    before = kinds(project)
    answer = done(project.run(*command(project, "calm", 0, "--weights", str(project.root / "weights"))), 2)
    assert "the weights have the digest sha256:" in answer.err
    assert kinds(project) == before


def test_S1_weights_that_change_during_the_run_void_its_failures_for_good(project: World) -> None:
    weights, models = project.root / "weights.bin", project.root / "models.yaml"
    weights.write_bytes(b"the weights of calm")
    models.write_text(models.read_text("utf-8").replace(subject("calm"), read_weights(weights)), "utf-8")
    call = command(project, "calm", 3, "--weights", str(weights))
    answer = done(project.run(*call, "--model-arg", f"changes={weights}"), 2)
    assert "the weights have the digest of calm" in answer.err
    assert "the weights are not those of calm any more: its failures do not count" in answer.err
    found = limit(project, "calm")
    assert (found["verdict"] != "NOT_SHOWN", found["invalid_runs"], found["lower"] > 0) == (True, 1, True)
    weights.write_bytes(b"the weights of calm")
    done(project.run(*call))
    assert len(_runs(project)) == 1  # reading the log again mends nothing


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["--model", "nobody"], "models.yaml has no model 'nobody'"),
        (["--limit", "none"], "the policy has no limit 'none'"),
        (["--evaluation", "none"], "the policy has no evaluation 'none'"),
        (["--configuration", "none"], "configurations.yaml has no configuration 'none'"),
        (["--model-arg", "alone"], "write --model-arg NAME=VALUE"),
        (["--inspect-model", "calm"], "--inspect-model provider/name"),
        (["--provider", "nowhere.py"], "nowhere.py is no Python file"),
    ],
)
def test_a_wrong_call_registers_nothing(project: World, more: list[str], words: str) -> None:
    before = kinds(project)
    assert words in done(project.run(*command(project, "calm", 0), *more), 2).err
    assert kinds(project) == before


def _runs(world: World) -> list[dict[str, str]]:
    """Address and ending of every recorded run."""
    from scalegate.project import open_project

    view = open_project(world.root, writing=False).workspace.view
    return [{"address": r.address, "status": r.manifest.status.value} for r in view.runs]
