"""Verdicts that somebody with the operator's key made up, in a whole project: each is found, field by field."""

from __future__ import annotations

import gc
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from end_to_end.project_world import World, done, make_exam, make_example, subject
from record.samples import digest, ident
from scalegate.decision.gate import decide
from scalegate.policy.document import Permission
from scalegate.procedure.workspace import OPERATOR, Draft
from scalegate.project import Project, open_project
from scalegate.quantity import Compute, Digest, Probability
from scalegate.record.entry import About, Body, EntryKind
from scalegate.record.view import add, dossier_for, question_for
from scalegate.verdict.verdict import Verdict, VerdictKind

FAR = datetime(2100, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> World:
    world = make_exam(tmp_path_factory.mktemp("fakes"))
    done(world.run("assess"), 1)
    gc.collect()
    return world


@contextmanager
def forging(world: World) -> Iterator[Project]:
    """The project, opened with its key, by somebody who writes what they like."""
    before = os.environ.get("XDG_DATA_HOME")
    os.environ["XDG_DATA_HOME"] = str(world.home)
    try:
        yield open_project(world.root, writing=True)
    finally:
        os.environ.pop("XDG_DATA_HOME")
        if before is not None:
            os.environ["XDG_DATA_HOME"] = before
        gc.collect()


def put(project: Project, kind: EntryKind, body: Body, about: About, now: datetime) -> None:
    view = project.workspace.view
    assert view.policy is not None
    written = project.scribe.write(
        [Draft(kind=kind, about=about, body=body)], by=OPERATOR, policy=view.policy.digest, at=view, now=now
    )
    for logged in written:
        add(view, logged)


def verdict(project: Project, model: str, limit: str) -> Verdict:
    view = project.workspace.view
    assert view.policy is not None
    return view.verdicts[(subject(model), "agent", limit, view.policy.digest)][1]


def forge(project: Project, model: str, change: Callable[[Verdict], Verdict]) -> None:
    """Verdicts on both limits, changed, in entries that fit them in every other way."""
    now = project.now()
    for limit in ("first", "last"):
        made = replace(change(verdict(project, model, limit)), as_of=now)
        put(project, EntryKind.VERDICT, made, About(name=made.model, digest=made.subject_digest), now)


def grant(project: Project, model: str) -> bool:
    view, now = project.workspace.view, project.now()
    assert view.policy is not None
    asked = question_for(
        view,
        model=ident(model),
        subject=subject(model),
        opaque=False,
        configuration=ident("agent"),
        permission=Permission.DEPLOY,
        mode="api",
        effective_compute=Compute("1e23"),
        as_of=now,
        policy=view.policy.digest,
    )
    dossier = dossier_for(view, subject=asked.subject, policy=asked.policy)
    made = decide(view.policy.document, asked, dossier)
    put(
        project,
        EntryKind.DECISION,
        made,
        About(name=model, digest=verdict(project, model, "first").subject_digest),
        now,
    )
    return made.granted


def first(verdict: Verdict, **changes: Any) -> Verdict:
    """The verdict with its first observation changed."""
    return replace(verdict, observations=(replace(verdict.observations[0], **changes), *verdict.observations[1:]))


def lowered(verdict: Verdict) -> Verdict:
    upper = verdict.observations[0].upper
    assert upper is not None
    return first(verdict, upper=upper - Decimal("0.001"))


FAKES: dict[str, Callable[[Verdict], Verdict]] = {
    "kind": lambda v: replace(v, kind=VerdictKind.ALERT),
    "subject": lambda v: replace(v, subject=subject("wild")),
    "threat_model": lambda v: replace(v, threat_model=ident("none")),
    "expires": lambda v: replace(v, expires=FAR),
    "held_from": lambda v: replace(v, held_from=FAR),
    "train_expires": lambda v: replace(v, train_expires=FAR),
    "train_cap": lambda v: replace(v, train_cap=Compute("9e40")),
    "suites": lambda v: replace(v, suites=()),
    "governing": lambda v: replace(v, governing="another"),
    "upper": lowered,
    "limit_value": lambda v: first(v, limit_value=Decimal("0.99")),
    "alert_value": lambda v: first(v, alert_value=Decimal("0.98")),
    "alpha_upper": lambda v: first(v, alpha_upper=Probability("0.4")),
    "tasks": lambda v: first(v, tasks=6000),
    "missing": lambda v: first(v, missing=7),
    "abandoned_runs": lambda v: first(v, abandoned_runs=3),
    "rests_on": lambda v: first(v, rests_on=()),
    "assumptions": lambda v: first(v, assumptions=()),
    "not_tested": lambda v: first(v, not_tested=("nothing at all",)),
    "observations": lambda v: replace(v, observations=()),
}


@pytest.mark.parametrize("field", FAKES)
def test_law_6_a_verdict_that_its_evidence_does_not_give_is_found(prepared: World, tmp_path: Path, field: str) -> None:
    world = prepared.copy(tmp_path)
    with forging(world) as project:
        forge(project, "calm", FAKES[field])
    told = done(world.run("--format", "json", "log", "verify"), 1).json["findings"]
    words = "recorded as" if field == "kind" else field
    assert any(words in finding for finding in told), told


def test_V8_a_milder_verdict_after_danger_was_shown_is_found_without_evidence(prepared: World, tmp_path: Path) -> None:
    world = prepared.copy(tmp_path)
    with forging(world) as project:
        forge(project, "wild", lambda v: replace(v, kind=VerdictKind.NOT_SHOWN, observations=()))
    shutil.rmtree(world.root / "evidence")
    told = done(world.run("--format", "json", "log", "verify"), 1).json["findings"]
    milder = [f for f in told if "danger was shown before and not rebutted (V8)" in f]
    assert len(milder) == 1
    assert "limit first: NOT_SHOWN" in milder[0]


def test_law_6_a_verdict_that_is_made_again_as_it_was_is_no_finding(prepared: World, tmp_path: Path) -> None:
    world = prepared.copy(tmp_path)
    with forging(world) as project:
        forge(project, "calm", lambda v: v)
    done(world.run("log", "verify"), 0)


def test_a_grant_on_a_verdict_that_cannot_be_derived_again_is_named(prepared: World, tmp_path: Path) -> None:
    """From here nobody can tell a file that has changed since from a digest that was made up: it is said."""
    world, unknown = prepared.copy(tmp_path), digest("an entry of models.yaml that nobody has")
    with forging(world) as project:
        forge(project, "calm", lambda v: replace(v, subject_digest=Digest(unknown)))
        assert grant(project, "calm")
    answer = done(world.run("--format", "json", "log", "verify"), 0).json
    assert any("grants that rest on verdicts not derived again" in s for s in answer["verdicts_skipped"])


def test_the_honest_example_has_no_findings(tmp_path: Path) -> None:
    world = make_example(tmp_path)
    done(world.run("assess"), 1)
    answer = done(world.run("--format", "json", "log", "verify"), 0).json
    assert (answer["findings"], answer["verdicts_skipped"]) == ([], [])
    assert answer["decisions"]
    assert answer["verdicts"]


def test_files_that_merely_changed_since_are_said_and_are_no_finding(prepared: World, tmp_path: Path) -> None:
    world = prepared.copy(tmp_path)
    place = world.root / "configurations.yaml"
    place.write_text(
        place.read_text("utf-8") + "  later: {title: Another, tools: [bash, web, mail]}\n", encoding="utf-8"
    )
    answer = done(world.run("--format", "json", "log", "verify"), 0).json
    assert any("have changed since" in s for s in answer["verdicts_skipped"])
