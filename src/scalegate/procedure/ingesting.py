"""Ingest: evaluation logs become runs in the store and entries in the record (E1, E6).

For: command line, service. Does not know: formats, storage, how sources are spread over processes.

A source that cannot be read gives findings and nothing else: the others are read, and nothing of it is kept.
A run counts only when its entry exists, and the entry comes after the run's bytes are durable. Runs are recorded
in batches: what an interruption leaves unrecorded is taken up by the same call again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from scalegate.errors import Finding
from scalegate.evidence.parsed_run import Labels, StagedRun
from scalegate.evidence.run import Attempt, RunManifest
from scalegate.policy.document import PolicyDocument
from scalegate.procedure.intake import Admission, Intake, Reader, RunKeeper, Taken, too_large
from scalegate.procedure.versions import earlier_version, same_content
from scalegate.procedure.workspace import Draft, Workspace, write
from scalegate.quantity import Digest
from scalegate.record.entry import About, EntryKind, PlanRegistered, RunIngested

BATCH = 64  # sources whose runs are made durable and recorded together


class Spread(Protocol):
    """Takes in many sources, in their order; None for one whose reading ended the process it was read in."""

    def __call__(self, intake: Callable[[str], Taken], paths: Sequence[str], /) -> Iterator[Taken | None]: ...


def in_turn(intake: Callable[[str], Taken], paths: Sequence[str]) -> Iterator[Taken | None]:
    """One source after the other, in this process."""
    return map(intake, paths)


@dataclass(frozen=True, kw_only=True)
class IngestedFile:
    """What came of one file: runs recorded now, with the run that each amends, and runs that the record had already."""

    path: str
    recorded: tuple[RunManifest, ...]
    known: int
    amends: tuple[Digest | None, ...] = ()


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
    digest_of: Callable[[str], Digest] | None = None,
    spread: Spread = in_turn,
    tell: Callable[[int], None] = lambda _: None,
) -> Ingestion:
    """Read sources and record their runs; a run that is recorded already is not added twice.

    Args:
        digest_of: the digest that reading a source would give it, so that what was read before is not read again.
        spread: over processes, for example.
        tell: is told after every source how many have been taken in.
    """
    paths = list(paths)
    intake = Intake(
        labels=labels,
        reader=reader,
        keeper=keeper,
        admission=_admission(workspace),
        digest_of=digest_of,
        recorded=_by_source(workspace),
    )
    files, findings, waiting = list[IngestedFile](), list[Finding](), list[Taken]()
    try:
        for count, (path, taken) in enumerate(zip(paths, spread(intake, paths), strict=True), 1):
            answer = taken or Taken(path=path, findings=(too_large(path),))
            findings += answer.findings
            if not answer.findings:
                waiting.append(answer)
            if len(waiting) == BATCH:
                batch, waiting = waiting, []
                files += _record(workspace, batch, keeper, now)
            tell(count)
    finally:
        try:
            files += _record(workspace, waiting, keeper, now)
        finally:
            keeper.sweep()
    return Ingestion(files=tuple(files), findings=tuple(findings))


def _admission(workspace: Workspace) -> Admission:
    documents = _documents(workspace)
    known = dict.fromkeys(name for document in documents for name in document.evaluation.evaluations)
    return Admission(
        models=frozenset(workspace.models),
        configurations=frozenset(workspace.configurations),
        evaluations=tuple(known) if documents else None,
    )


def _by_source(workspace: Workspace) -> dict[Digest, tuple[tuple[Digest, RunManifest], ...]]:
    found: dict[Digest, list[tuple[Digest, RunManifest]]] = {}
    for run in workspace.view.runs:
        found.setdefault(run.manifest.source, []).append((run.address, run.manifest))
    return {source: tuple(runs) for source, runs in found.items()}


def _documents(workspace: Workspace) -> list[PolicyDocument]:
    """Every document in force; before the first adoption the policy file, if it can be read."""
    adopted = [part.policy.document for part in workspace.view.in_force if part.policy]
    drafted = workspace.policy_file.document
    return adopted or ([drafted] if drafted else [])


# ------------------------------------------------------------------------------------------ recording


def _record(workspace: Workspace, batch: Sequence[Taken], keeper: RunKeeper, now: datetime) -> list[IngestedFile]:
    """Make the runs of several sources durable, then record those that are new, in one transaction."""
    fresh, others = _sorted(workspace, batch)
    recorded = {run.address for run in workspace.view.runs}
    lost = [run for run in others if run.address in recorded]  # those that are in their place are not staged
    keeper.drop(run for run in others if run.address not in recorded)
    keeper.settle([*fresh.values(), *lost])
    entries: dict[Digest, RunIngested] = {}

    def drafts() -> list[Draft]:
        entries.clear()
        seen = list(workspace.view.runs)
        known = {run.address for run in seen}
        for taken in batch:
            together = {run.address for run in taken.staged}
            for address in (run.address for run in taken.staged if run.address in fresh):
                if address in known or address in entries:
                    continue
                entries[address] = _entry(
                    workspace, fresh[address], _earlier(workspace, fresh[address], seen, together)
                )
                seen.append(entries[address])
        return [
            Draft(kind=EntryKind.RUN_INGESTED, about=About(name=b.manifest.run, digest=b.address), body=b)
            for b in entries.values()
        ]

    if fresh and drafts():
        policy = workspace.view.policy.digest if workspace.view.policy else None
        write(workspace, drafts, policy=policy, now=now)
    return [_answer(taken, entries) for taken in batch]


def _sorted(workspace: Workspace, batch: Sequence[Taken]) -> tuple[dict[Digest, StagedRun], list[StagedRun]]:
    """Runs that the record does not have and whose content no recorded run has, each once; and the others."""
    addresses = {run.address for run in workspace.view.runs}
    by_rows: dict[Digest, list[RunManifest]] = {}
    for recorded in workspace.view.runs:
        by_rows.setdefault(recorded.manifest.attempts, []).append(recorded.manifest)
    fresh: dict[Digest, StagedRun] = {}
    others: list[StagedRun] = []
    for run in (run for taken in batch for run in taken.staged):
        alike = by_rows.setdefault(run.manifest.attempts, [])
        if run.address in addresses or same_content(run.manifest, alike):
            others.append(run)
            continue
        addresses.add(run.address)
        alike.append(run.manifest)
        fresh[run.address] = run
    return fresh, others


def _answer(taken: Taken, entries: dict[Digest, RunIngested]) -> IngestedFile:
    recorded = [entries.pop(run.address) for run in taken.staged if run.address in entries]
    return IngestedFile(
        path=taken.path,
        recorded=tuple(body.manifest for body in recorded),
        known=taken.known + len(taken.staged) - len(recorded),
        amends=tuple(body.amends for body in recorded),
    )


def _earlier(workspace: Workspace, run: StagedRun, seen: Sequence[RunIngested], together: set[Digest]) -> Digest | None:
    def attempts(address: Digest, manifest: RunManifest) -> tuple[Attempt, ...] | None:
        return workspace.runs.read_run(address, manifest).attempts

    return earlier_version(run.address, run.manifest, seen, together, attempts)


def _entry(workspace: Workspace, run: StagedRun, amends: Digest | None) -> RunIngested:
    manifest, model = run.manifest, workspace.models[run.manifest.model].model
    return RunIngested(
        address=run.address,
        manifest=manifest,
        subject=model.subject,
        plan=_plan(workspace, manifest, model.subject),
        effective_compute=model.effective_compute,
        suite=_suite(workspace, manifest.evaluation),
        configuration=workspace.configurations[manifest.configuration].tested,
        amends=amends,
    )


def _suite(workspace: Workspace, evaluation: str) -> Digest | None:
    """The suite that the documents in force (or the policy file, before the first adoption) name: the same in all."""
    named = (d.evaluation.evaluations.get(evaluation) for d in _documents(workspace))
    known = next((found for found in named if found), None)
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
