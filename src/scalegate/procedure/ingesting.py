"""Ingest: evaluation logs become runs in the store and entries in the record (E1, E6).

For: command line, service. Does not know: formats, storage.

A file that cannot be read gives findings and nothing else: the others are read, and nothing of it is kept.
A run counts only when its entry exists, and the entry comes after the run's bytes are durable.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from scalegate.errors import Finding, InputError
from scalegate.evidence.parsed_run import Labels, ParsedRun, ParsedSource
from scalegate.evidence.run import Dating, RunManifest, SourceFile
from scalegate.policy.document import PolicyDocument
from scalegate.procedure.workspace import Draft, Workspace, write
from scalegate.quantity import Digest
from scalegate.record.entry import About, EntryKind, PlanRegistered, RunIngested


class Reader(Protocol):
    """Reads one file of evaluation results. Raises InputError when it cannot be used."""

    def __call__(self, path: str, labels: Labels) -> ParsedSource: ...


class RunKeeper(Protocol):
    """Keeps a run durably and answers with its address."""

    def write_run(self, parsed: ParsedRun, source: SourceFile) -> tuple[Digest, RunManifest]: ...


@dataclass(frozen=True, kw_only=True)
class IngestedFile:
    """What came of one file: runs recorded now, runs that the record had already."""

    path: str
    recorded: tuple[RunManifest, ...]
    known: int


@dataclass(frozen=True, kw_only=True)
class Ingestion:
    """What came of all files; `findings` has one or more for every file that was refused."""

    files: tuple[IngestedFile, ...]
    findings: tuple[Finding, ...]


def ingest(
    workspace: Workspace,
    paths: Sequence[str],
    labels: Labels,
    *,
    reader: Reader,
    keeper: RunKeeper,
    now: datetime,
) -> Ingestion:
    """Read files and record their runs; a run that is recorded already is not added twice."""
    files, findings = [], list[Finding]()
    for path in paths:
        try:
            source = reader(path, labels)
            _check_labels(workspace, source)
            _check_age(workspace, source)
        except InputError as error:
            findings += error.findings
            continue
        files.append(_keep(workspace, path, source, keeper, now))
    return Ingestion(files=tuple(files), findings=tuple(findings))


def _check_labels(workspace: Workspace, source: ParsedSource) -> None:
    """Raises InputError when a run names a model or a configuration that the project does not have."""
    name = source.source.name
    kinds = (
        ("model", {r.model for r in source.runs}, workspace.models, "models.yaml"),
        ("configuration", {r.configuration for r in source.runs}, workspace.configurations, "configurations.yaml"),
    )
    findings = [
        Finding(where=name, what=f"{file} has no {kind} {label!r}", mend=f"add it to {file}, or give --{kind}")
        for kind, labels, known, file in kinds
        for label in sorted(labels - set(known))
    ]
    findings += _unknown_evaluations(workspace, name, {r.evaluation for r in source.runs})
    if findings:
        raise InputError(*findings[:20])


def _check_age(workspace: Workspace, source: ParsedSource) -> None:
    """Old evidence does not become young by being ingested again under another stated date or label.

    Raises:
        InputError: for a source that is recorded already, with another date than the one now stated.
    """
    dates = {r.manifest.dated for r in workspace.view.runs if r.manifest.source == source.source.digest}
    stated = {r.dated for r in source.runs if r.dating is Dating.STATED}
    if dates and stated - dates:
        raise InputError(
            Finding(
                where=source.source.name,
                rule="V7",
                what="this file is recorded already, under another date",
                mend="give the date it was recorded with; new runs come in a new file",
            )
        )


def _document(workspace: Workspace) -> PolicyDocument | None:
    return workspace.view.policy.document if workspace.view.policy else workspace.policy_file.document


def _unknown_evaluations(workspace: Workspace, name: str, evaluations: Iterable[str]) -> list[Finding]:
    document = _document(workspace)
    if document is None:
        return []
    known = document.evaluation.evaluations
    mend = f"name it as in the policy ({', '.join(known)}), or give --evaluation"
    return [
        Finding(where=name, what=f"the policy names no evaluation {e!r}", mend=mend)
        for e in sorted(evaluations)
        if e not in known
    ]


def _keep(workspace: Workspace, path: str, source: ParsedSource, keeper: RunKeeper, now: datetime) -> IngestedFile:
    kept = [keeper.write_run(run, source.source) for run in source.runs]
    fresh: list[RunIngested] = []

    def drafts() -> list[Draft]:
        known = {r.address for r in workspace.view.runs}
        fresh[:] = [_entry(workspace, address, manifest) for address, manifest in kept if address not in known]
        return [
            Draft(kind=EntryKind.RUN_INGESTED, about=About(name=b.manifest.run, digest=b.address), body=b)
            for b in fresh
        ]

    if drafts():
        policy = workspace.view.policy.digest if workspace.view.policy else None
        write(workspace, drafts, policy=policy, now=now)
    return IngestedFile(path=path, recorded=tuple(b.manifest for b in fresh), known=len(kept) - len(fresh))


def _entry(workspace: Workspace, address: Digest, manifest: RunManifest) -> RunIngested:
    model = workspace.models[manifest.model].model
    return RunIngested(
        address=address,
        manifest=manifest,
        subject=model.subject,
        plan=_plan(workspace, manifest, model.subject),
        effective_compute=model.effective_compute,
        suite=_suite(workspace, manifest.evaluation),
        configuration=workspace.configurations[manifest.configuration].tested,
    )


def _suite(workspace: Workspace, evaluation: str) -> Digest | None:
    """The suite that the policy in force (or the policy file, before the first adoption) names."""
    named = _document(workspace)
    known = named.evaluation.evaluations.get(evaluation) if named else None
    suite = workspace.suites.get(known.suite) if known else None
    return suite.digest if suite else None


def _plan(workspace: Workspace, manifest: RunManifest, subject: str) -> Digest | None:
    """The latest plan for this subject, evaluation and configuration that was recorded before the run (E6)."""
    fitting = [
        digest
        for digest, plan in workspace.view.plans.items()
        if _fits(plan, manifest, subject) and _before(workspace, digest, manifest)
    ]
    return fitting[-1] if fitting else None


def _fits(plan: PlanRegistered, manifest: RunManifest, subject: str) -> bool:
    asked = (plan.subject, plan.evaluation, plan.configuration)
    return asked == (subject, manifest.evaluation, manifest.configuration)


def _before(workspace: Workspace, plan: Digest, manifest: RunManifest) -> bool:
    """A run without a date cannot be shown to come after its plan."""
    return manifest.dated is not None and workspace.view.plan_times[plan] <= manifest.dated
