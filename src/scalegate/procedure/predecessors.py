"""The developer's other models with results that a rate of progress reads, from the record and models.yaml.

For: assessing. Does not know: how a rate is bounded, which of the models came before the subject.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from scalegate.assessment.request import Predecessor, RecordedRun
from scalegate.policy.document import PolicyDocument, ProgressObservation
from scalegate.procedure.workspace import Workspace
from scalegate.record.entry import RunIngested


def predecessors_of(
    workspace: Workspace, policy: PolicyDocument, subject: str, read: Callable[[RunIngested], RecordedRun]
) -> tuple[Predecessor, ...]:
    """Every other subject of the same developer that the record holds such results of; in the order of subjects.

    Weights with a digest are the developer's own; weights that only a provider can name belong to that provider. What
    the record holds counts whether models.yaml still names it or not (law 1).
    """
    named = set(_read_by_rates(policy))
    runs: dict[str, list[RunIngested]] = {}
    for run in workspace.view.runs:
        same = run.subject != subject and developer_of(run.subject) == developer_of(subject)
        if run.manifest.evaluation in named and same:
            runs.setdefault(run.subject, []).append(run)
    return tuple(_predecessor(workspace, other, found, read) for other, found in sorted(runs.items()))


def developer_of(subject: str) -> str:
    """What subjects of one developer have in common: a digest, or the provider's part of an opaque name."""
    kind, _, name = subject.partition(":")
    return kind if kind != "opaque" else f"opaque:{name.partition('/')[0]}"


def released_by_subject(workspace: Workspace) -> dict[str, datetime]:
    """The earliest release date that any label states for a subject: a second label sheds nothing (S1)."""
    found: dict[str, datetime] = {}
    for entry in workspace.models.values():
        if entry.model.released is not None:
            known = found.get(entry.model.subject, entry.model.released)
            found[entry.model.subject] = min(known, entry.model.released)
    return found


def _read_by_rates(policy: PolicyDocument) -> Iterator[str]:
    for limit in policy.limits.values():
        for observation in limit.observations.values():
            if isinstance(observation, ProgressObservation):
                yield observation.evaluation


def _predecessor(
    workspace: Workspace, subject: str, runs: list[RunIngested], read: Callable[[RunIngested], RecordedRun]
) -> Predecessor:
    labels = sorted(name for name, entry in workspace.models.items() if entry.model.subject == subject)
    disposed = workspace.view.flags_disposed
    standing = [c for c in workspace.view.checks.values() if c.subject == subject and c.raised and c.id not in disposed]
    return Predecessor(
        subject=subject,
        title=", ".join(labels) or subject,
        released=released_by_subject(workspace).get(subject),
        runs=tuple(read(run) for run in runs),
        flagged=frozenset(check.evaluation for check in standing),
    )
