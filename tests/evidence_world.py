"""Runs, suites and requests as values, to vary in tests of assessment."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from scalegate.assessment.request import RecordedRun, RegisteredSuite, Request
from scalegate.evidence.run import Attempt, Configuration, Dating, EvalRun, Model, RunManifest, Status, Suite, Task
from scalegate.policy.document import EvaluationSection, PolicyDocument, Relaxable, Relaxation
from scalegate.quantity import Compute, Digest
from world import NOW, POLICY_DIGEST, SOME_DIGEST, SUBJECT, ident, policy

TASKS = 60


def suite(tasks: int = TASKS, attempts: int = 1, families: int = 6) -> Suite:
    return Suite(
        schema="scalegate.suite/1",
        title="Exam",
        tasks={f"t{i:03}": Task(family=ident(f"f{i % families}")) for i in range(tasks)},
        attempts_per_task=attempts,
    )


def attempts(successes: int, tasks: int = TASKS, **changes: Any) -> tuple[Attempt, ...]:
    """One attempt at each task; the first `successes` of them succeed."""
    return tuple(
        replace(Attempt(task=ident(f"t{i:03}"), attempt=1, score=Decimal(int(i < successes)), tokens=900), **changes)
        for i in range(tasks)
    )


def run(
    found: tuple[Attempt, ...] | None,
    *,
    label: str = "r1",
    configuration: str = "bare",
    dated: datetime | None = NOW,
    dating: Dating = Dating.LOG,
    status: Status = Status.COMPLETED,
) -> EvalRun:
    address = Digest(f"sha256:{hashlib.sha256(f'{label}/{configuration}'.encode()).hexdigest()}")
    manifest = RunManifest(
        schema="scalegate.run/1",
        model=ident("m"),
        configuration=ident(configuration),
        evaluation=ident("exam"),
        run=ident(label),
        status=status,
        dating=dating,
        dated=dated,
        rows=len(found or ()),
        attempts=SOME_DIGEST,
        source=SOME_DIGEST,
    )
    return EvalRun(address=address, manifest=manifest, attempts=found)


def recorded(found: EvalRun, **changes: Any) -> RecordedRun:
    made = RecordedRun(run=found, subject=SUBJECT, effective_compute=Compute("1e22"), planned=True, disposed=False)
    return replace(made, **changes)


CONFIGURATIONS = {
    "bare": Configuration(title="bare", tokens_per_attempt=1000, contained_in=(ident("tools"),)),
    "tools": Configuration(title="tools", tools=(ident("bash"),), tokens_per_attempt=1000),
}


def request(*runs: RecordedRun, **changes: Any) -> Request:
    made = Request(
        policy=policy(),
        policy_digest=POLICY_DIGEST,
        model_id=ident("m"),
        model=Model(title="M", subject=SUBJECT),
        model_digest=SOME_DIGEST,
        configuration=ident("bare"),
        configuration_digest=SOME_DIGEST,
        configurations=CONFIGURATIONS,
        ancestors=frozenset(),
        runs=runs,
        suites={"exam": RegisteredSuite(suite=suite(), digest=Digest(SOME_DIGEST))},
        now=NOW,
        draws=20,
    )
    return replace(made, **changes)


def relaxed(document: PolicyDocument, *requirements: Relaxable) -> PolicyDocument:
    section: EvaluationSection = document.evaluation
    words = {Relaxable.REGISTRATION: "not_required", Relaxable.EVIDENCE_DATES: "stated"}
    found = tuple(
        Relaxation(requirement=r, value=words[r], why="a replay", author=ident("eve"))  # type: ignore[arg-type]
        for r in requirements
    )
    return replace(document, evaluation=replace(section, relaxations=found))
