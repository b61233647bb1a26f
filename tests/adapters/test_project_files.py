"""Models, configurations and suites: read whole, or refused with every finding in its place."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from scalegate.adapters.project_files import read_configurations, read_models, read_suite, suite_names
from scalegate.errors import InputError
from scalegate.quantity import Compute, Minutes
from scalegate.shape import encode

DIGEST = "sha256:" + "0" * 64
MODELS = f"""\
schema: scalegate.models/1
models:
  base:
    title: Base
    subject: {DIGEST}
    effective_compute: 2.1e24 FLOP
    released: 2026-01-01
  tuned:
    title: Tuned
    subject: opaque:provider/name-1
    parents: [base]
    effective_compute: unknown
"""
CONFIGURATIONS = """\
schema: scalegate.configurations/1
configurations:
  plain: {title: no tools, tokens_per_attempt: 1000, contained_in: [agent], safeguards: [filter]}
  agent: {title: with tools, tools: [shell], tokens_per_attempt: 2000000}
"""
SUITE = """\
schema: scalegate.suite/1
title: A suite
tasks:
  a/1: {family: f, human_minutes: 12 min}
  a/2: {family: f}
"""


def refused(read: Callable[[Path], object], folder: Path, text: str, name: str = "file.yaml") -> list[str]:
    path = folder / name
    path.write_text(text)
    with pytest.raises(InputError) as caught:
        read(path)
    return [str(finding) for finding in caught.value.findings]


def suite_at(path: Path) -> object:
    return read_suite(path.parent, path.stem)


def test_models_are_read(tmp_path: Path) -> None:
    (tmp_path / "models.yaml").write_text(MODELS)
    models = read_models(tmp_path / "models.yaml").models
    assert models["base"].effective_compute == Compute("2.1e24")
    assert (models["tuned"].opaque, models["tuned"].parents, models["tuned"].effective_compute) == (
        True,
        ("base",),
        None,
    )


def test_configurations_are_read(tmp_path: Path) -> None:
    (tmp_path / "c.yaml").write_text(CONFIGURATIONS)
    found = read_configurations(tmp_path / "c.yaml").configurations
    assert (found["agent"].tokens_per_attempt, found["plain"].contained_in) == (2_000_000, ("agent",))


def test_suites_are_read_and_listed(tmp_path: Path) -> None:
    (tmp_path / "one.yaml").write_text(SUITE)
    (tmp_path / "..two.yaml").write_text(SUITE)
    suite = read_suite(tmp_path, "one")
    assert suite.tasks["a/1"].human_minutes == Minutes(12)
    assert (suite.tasks["a/2"].human_minutes, suite.attempts_per_task) == (None, 1)
    assert suite_names(tmp_path) == ("one",)
    assert suite_names(tmp_path / "absent") == ()


def test_all_findings_of_models_come_at_once_with_their_places(tmp_path: Path) -> None:
    text = f"""\
schema: scalegate.models/1
models:
  a: {{title: A, subject: "sha256:12", parents: [bas]}}
  base: {{title: B, subject: {DIGEST}, parents: [c]}}
  c: {{title: C, subject: gpt-4, parents: [base]}}
"""
    found = refused(read_models, tmp_path, text)
    assert [line.split(" -> ")[0] for line in found] == [
        "file.yaml:3:26: models.a.subject: 'sha256:12' is no digest",
        "file.yaml:3:49: models.a.parents[0]: unknown model 'bas'",
        "file.yaml:4:111: models.base.parents: a model cannot descend from itself",
        "file.yaml:5:26: models.c.subject: 'gpt-4' is no subject",
        "file.yaml:5:42: models.c.parents: a model cannot descend from itself",
    ]
    assert found[1].endswith("did you mean 'base'?")


def test_S2_a_claim_of_containment_that_the_entries_deny_is_refused(tmp_path: Path) -> None:
    text = """\
schema: scalegate.configurations/1
configurations:
  big: {title: b, tools: [shell], tokens_per_attempt: 10, safeguards: [filter]}
  small: {title: s, tools: [shell, web], tokens_per_attempt: 20, contained_in: [big]}
"""
    found = refused(read_configurations, tmp_path, text)
    assert [line.split("'small': ")[1].split(" ->")[0] for line in found] == [
        "it lacks the tools web",
        "it adds the safeguards filter",
        "its budget of 10 tokens is below 20",
    ]


def test_circles_and_strangers_among_configurations_are_refused(tmp_path: Path) -> None:
    text = """\
schema: scalegate.configurations/1
configurations:
  a: {title: a, contained_in: [b]}
  b: {title: b, contained_in: [a, zzz], tokens_per_attempt: 0}
"""
    found = refused(read_configurations, tmp_path, text)
    assert sum("cannot contain itself" in line for line in found) == 2
    assert any("unknown configuration 'zzz' -> known here: a, b" in line for line in found)
    assert any("a budget is above zero" in line for line in found)


@pytest.mark.parametrize(
    ("old", "new", "finding"),
    [
        ("tasks:\n  a/1: {family: f, human_minutes: 12 min}\n  a/2: {family: f}\n", "tasks: {}\n", "tests nothing"),
        ("title: A suite", "title: A suite\nattempts_per_task: 0", "suites/s.yaml:3:20: attempts_per_task: 0 attempts"),
        ("title: A suite", "title: A suite\nscore_range: {least: 1, greatest: 1}", "the least score must be below"),
        ("title: A suite", "title: A suite\nscore_range: {least: 0, greatest: unbounded}", "both be numbers"),
        ("a/2: {family: f}", "a/../2: {family: f}", "suites/s.yaml:5:3: tasks.a/../2: 'a/../2' is no id"),
        ("a/2: {family: f}", "a/2: {familiy: f}", "did you mean 'family'?"),
        ("12 min", "12", "'12' is no task length"),
        ("scalegate.suite/1", "scalegate.suite/2", "'scalegate.suite/2' is not expected here"),
    ],
)
def test_suites_that_cannot_be_right_are_refused(tmp_path: Path, old: str, new: str, finding: str) -> None:
    (tmp_path / "suites").mkdir()
    assert old in SUITE
    found = refused(suite_at, tmp_path / "suites", SUITE.replace(old, new), "s.yaml")
    assert finding in "\n".join(found)


@pytest.mark.parametrize("name", ["../models", "a/b", "/etc/passwd", "", ".hidden", "a..b", "a\0b", "x" * 300, "ü"])
def test_a_suite_name_never_leads_out_of_its_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="cannot be the name of a suite"):
        read_suite(tmp_path, name)


def test_files_that_are_absent_or_no_files_are_findings(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"models\.yaml: there is no such file -> write models\.yaml"):
        read_models(tmp_path / "models.yaml")
    (tmp_path / "s.yaml").mkdir()
    with pytest.raises(InputError, match="not a file"):
        read_suite(tmp_path, "s")
    with pytest.raises(InputError, match="not a file"):
        read_models(Path("/dev/null"))


def test_a_suite_of_631_tasks_loads_quickly(tmp_path: Path) -> None:
    rows = "".join(
        f"  family{i % 7}/task_{i}: {{family: family{i % 7}, human_minutes: {i + 1} min}}\n" for i in range(631)
    )
    (tmp_path / "big.yaml").write_text("schema: scalegate.suite/1\ntitle: big\ntasks:\n" + rows)
    started = time.perf_counter()
    assert len(read_suite(tmp_path, "big").tasks) == 631
    assert time.perf_counter() - started < 0.5, "about 0.05 s on an idle machine"


@pytest.mark.parametrize("task", ["evals/sample.py@addition", "sample.py@a", "inspect_evals/gpqa_diamond", "exam"])
def test_a_suite_may_name_its_inspect_task(tmp_path: Path, task: str) -> None:
    text = "schema: scalegate.suite/1\ntitle: A suite\ntasks: {t: {family: f}}\n"
    (tmp_path / "one.yaml").write_text(f"{text}inspect_task: {task}\n")
    assert read_suite(tmp_path, "one").inspect_task == task
    (tmp_path / "two.yaml").write_text(text)
    assert "inspect_task" not in encode(read_suite(tmp_path, "two"))  # digests of suites without one stay as they are


@pytest.mark.parametrize(
    "task", ["../x.py@a", "/etc/x.py@a", "x.py", "a b", "x.py@a@b", "x.py@1", "-x", "a/../b", "s3://x"]
)
def test_what_names_no_task_inside_the_project_is_refused(tmp_path: Path, task: str) -> None:
    text = f'schema: scalegate.suite/1\ntitle: A suite\ntasks: {{t: {{family: f}}}}\ninspect_task: "{task}"\n'
    (tmp_path / "one.yaml").write_text(text)
    with pytest.raises(InputError, match=r"one\.yaml:4:.*names no Inspect task"):
        read_suite(tmp_path, "one")
