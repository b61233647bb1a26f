"""Events and the progress of training: what an act about them must say, and what is worked out from it (D5, V7).

For: `acts.py`, `verifying.py`. Does not know: storage, what follows from an event.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from scalegate.decision.quorum import holds
from scalegate.errors import Finding, InputError
from scalegate.estimate.effective_compute import Rung, effective_compute, training_compute
from scalegate.policy.document import PolicyDocument
from scalegate.procedure.workspace import Workspace
from scalegate.quantity import Compute
from scalegate.record.happening import (
    ALWAYS_EVENTS,
    EVERYTHING,
    Event,
    Method,
    TrainingProgress,
    is_event_of,
)
from scalegate.record.view import Logged

# --------------------------------------------------------------------------------------- events


def completed_event(workspace: Workspace, event: Event) -> Event:
    """The event with its subject: a label becomes what it stands for, so that a new name sheds nothing (S1)."""
    if event.subject or not event.model:
        return replace(event, subject=event.subject or EVERYTHING)
    known = workspace.models.get(event.model)
    return replace(event, subject=known.model.subject) if known else event


def event_faults(workspace: Workspace, policy: PolicyDocument, event: Event, now: datetime) -> Iterator[Finding]:
    """Why an event cannot be recorded. Anybody in a role may record one: it ends claims and begins none."""
    path = f"events.{event.event}"
    if not is_event_of(event.event, policy.evaluation.triggers.events):
        known = ", ".join(dict.fromkeys((*policy.evaluation.triggers.events, *ALWAYS_EVENTS)))
        yield Finding(path=path, rule="V7", what="neither the policy nor V7 knows this event", mend=f"one of {known}")
    if event.evaluation is not None and event.evaluation not in policy.evaluation.evaluations:
        yield Finding(path=path, rule="V7", what=f"the policy names no evaluation {event.evaluation!r}")
    if not _known_subject(workspace, event):
        known = ", ".join(workspace.models)
        what = f"nothing here is called {event.model or event.subject!r}"
        yield Finding(path=path, rule="S1", what=what, mend=f"a model ({known}), its subject, or neither for all")
    if not event.what.strip():
        yield Finding(path=path, rule="V7", what="it does not say what happened")
    if event.at > now:
        yield Finding(path=path, rule="V7", what=f"it happens on {event.at:%Y-%m-%d}, which is to come")
    if not holds(policy, event.by):
        yield Finding(path=path, what=f"{event.by.principal} does not hold the role {event.by.role}")


def _known_subject(workspace: Workspace, event: Event) -> bool:
    subjects = {entry.model.subject for entry in workspace.models.values()}
    subjects |= {run.subject for run in workspace.view.runs}
    if event.model:
        known = workspace.models.get(event.model)
        return known is not None and event.subject == known.model.subject
    return event.subject == EVERYTHING or event.subject in subjects


# ------------------------------------------------------------------------------------- progress


def completed_progress(workspace: Workspace, stated: TrainingProgress) -> TrainingProgress:
    """The progress with its subject, and with the effective compute that its parts come to.

    Raises:
        InputError: parts from which nothing can be worked out.
    """
    known = workspace.models.get(stated.model)
    subject = stated.subject or (known.model.subject if known else "")
    method = stated.method if stated.method is Method.STATED else _method(stated)
    compute = stated.effective_compute if method is Method.STATED else derived_compute(stated)
    return replace(stated, subject=subject, method=method, effective_compute=compute)


def _method(stated: TrainingProgress) -> Method:
    if stated.loss is not None:
        return Method.MEASURED_LOSS
    return Method.SIX_N_D if stated.phases else Method.UNKNOWN


def derived_compute(progress: TrainingProgress) -> Compute | None:
    """What the parts of a progress come to; None when they leave it unknown.

    Raises:
        InputError: for numbers that no training has, or a ladder that is none.
    """
    if not progress.phases:
        return None
    parts = [(phase.after_loss, training_compute(phase.parameters, phase.tokens)) for phase in progress.phases]
    loss = progress.loss
    found = effective_compute(
        [flop for after, flop in parts if not after],
        [flop for after, flop in parts if after],
        [i.effective_compute for i in progress.inherited],
        loss=loss.loss if loss else None,
        ladder=[Rung(compute=r.compute, loss=r.loss) for r in loss.ladder] if loss else (),
    )
    return None if found is None else Compute(found)


def progress_faults(
    workspace: Workspace, policy: PolicyDocument, progress: TrainingProgress, stated: TrainingProgress, now: datetime
) -> Iterator[Finding]:
    """Why a progress cannot be recorded; `stated` is what its author wrote, `progress` what came of it."""
    path = f"training_progress.{stated.model}"
    known = workspace.models.get(stated.model)
    if known is None:
        mend = f"one of {', '.join(workspace.models)}"
        yield Finding(path=path, what="models.yaml has no such model", mend=mend)
    elif progress.subject != known.model.subject:
        yield Finding(path=path, rule="S1", what=f"its subject in models.yaml is {known.model.subject}")
    if stated.effective_compute not in (None, progress.effective_compute):
        what = f"its parts come to {progress.effective_compute or 'unknown'}, not to {stated.effective_compute}"
        mend = "leave effective_compute out, or write method: stated and say in phases what it rests on"
        yield Finding(path=path, rule="S4", what=what, mend=mend)
    if progress.method is Method.STATED and progress.effective_compute is None:
        yield Finding(path=path, what="a stated effective compute is stated", mend="add effective_compute: 2.1e24 FLOP")
    if progress.step < 0:
        yield Finding(path=path, what="steps are counted from 0")
    if progress.measured_at > now:
        yield Finding(path=path, what=f"measured on {progress.measured_at:%Y-%m-%d}, which is to come")
    if not holds(policy, progress.by):
        yield Finding(path=path, what=f"{progress.by.principal} does not hold the role {progress.by.role}")


def happening_findings(entries: Iterable[Logged]) -> list[Finding]:
    """Recorded progress whose effective compute is not what its parts come to; for `log verify`."""
    findings = []
    for logged in entries:
        body = logged.entry.body
        if isinstance(body, TrainingProgress) and not _holds_together(body):
            what = f"its parts do not come to the effective compute that it states ({body.effective_compute})"
            findings.append(Finding(where=f"entry {logged.index}", rule="S4", what=what))
    return findings


def _holds_together(progress: TrainingProgress) -> bool:
    if progress.method is Method.STATED:
        return progress.effective_compute is not None
    try:
        derived = derived_compute(progress)
    except InputError:
        return False
    return (progress.method, progress.effective_compute) == (_method(progress), derived)
