"""Gate: one decision, recorded, on the latest recorded assessment where that is current, else on a fresh one.

For: command line, trainers, service. Does not know: storage, keys.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from scalegate.assessment.request import Request, suite_digests
from scalegate.decision.decision import Decision
from scalegate.decision.state import WEIGHTS_WIDE
from scalegate.errors import UsageError
from scalegate.policy.document import Permission, PolicyDocument
from scalegate.procedure.assessing import MODES, decisions, judged, requests, require_in_force, write_verdicts
from scalegate.procedure.workspace import Draft, Workspace, write
from scalegate.quantity import Compute
from scalegate.record.entry import About, EntryKind
from scalegate.record.view import Logged
from scalegate.verdict.verdict import ESTIMATES_VERSION, Verdict


@dataclass(frozen=True, kw_only=True)
class Gated:
    """A decision and where it is recorded; `logged` is None for a replay or a dry run."""

    policy: PolicyDocument
    decision: Decision
    logged: Logged | None


def gate(
    workspace: Workspace,
    permission: Permission,
    *,
    model: str,
    now: datetime,
    configuration: str | None = None,
    mode: str | None = None,
    effective_compute: Compute | None = None,
    record: bool = True,
) -> Gated:
    """Decide on one permission and record the decision.

    Raises:
        UsageError: no policy in force, an unknown model or configuration, TRAIN without effective compute, or
            several configurations to choose from.
    """
    policy, digest = workspace.policy_in_force()
    if permission is Permission.TRAIN and effective_compute is None:
        raise UsageError("TRAIN needs --effective-compute: say how far the run is, for example 2.1e24")
    if configuration:
        workspace.configuration(configuration)

    def bearing() -> list[Request]:
        """The request first, then those on other configurations that it has to look at."""
        asked = requests(workspace, policy, digest, model, now, configuration)
        if len(asked) > 1:
            raise UsageError(f"{model} was tested in several configurations: give --configuration")
        return [asked[0], *_siblings(workspace, asked[0], permission)]

    asked = bearing()
    request, chosen = asked[0], MODES.get(permission, "") if mode is None else mode
    stale = not all(current(workspace, r) for r in asked)
    if not record:
        verdicts = tuple(v for r in asked for v in _assess(r)) if stale else None
        answer = _decide(workspace, request, verdicts, permission, chosen, effective_compute)
        return Gated(policy=policy, decision=answer, logged=None)
    if stale:
        write_verdicts(workspace, digest, lambda: [r for r in bearing() if not current(workspace, r)], now)
    decided: list[Decision] = []

    def drafts() -> list[Draft]:
        require_in_force(workspace, digest)
        decided[:] = [_decide(workspace, request, None, permission, chosen, effective_compute)]
        about = About(name=request.model_id, digest=request.model_digest)
        return [Draft(kind=EntryKind.DECISION, about=about, body=decided[0])]

    logged = write(workspace, drafts, policy=digest, now=now)[0]
    return Gated(policy=policy, decision=decided[0], logged=logged)


def _siblings(workspace: Workspace, request: Request, permission: Permission) -> list[Request]:
    """The other configurations that the subject was tested in, where the permission is about its weights."""
    if permission not in WEIGHTS_WIDE:
        return []
    asked = requests(workspace, request.policy, request.policy_digest, request.model_id, request.now)
    return [r for r in asked if r.configuration != request.configuration]


def _assess(request: Request) -> tuple[Verdict, ...]:
    return judged(request)


def _decide(
    workspace: Workspace,
    request: Request,
    verdicts: tuple[Verdict, ...] | None,
    permission: Permission,
    mode: str,
    effective_compute: Compute | None,
) -> Decision:
    found = decisions(workspace.view, request, verdicts, (permission,), mode=mode, effective_compute=effective_compute)
    return found[0]


def current(workspace: Workspace, request: Request) -> bool:
    """Whether the recorded verdicts are those that an assessment would give now.

    They are when every limit has one under this policy, made after the last change of evidence, by these
    estimators, on this subject, configuration and suites as they stand in the files, none has ended, none is of
    a later time than the one asked about (a replay), and all bytes are still those that were recorded (E1).
    """
    others = [recorded for predecessor in request.predecessors for recorded in predecessor.runs]
    if any(recorded.run.attempts is None for recorded in (*request.runs, *others)):
        return False
    ladder = [limit for t in request.policy.threat_models.values() for limit in t.ladder]
    keys = [(request.model.subject, request.configuration, limit, request.policy_digest) for limit in ladder]
    found = [workspace.view.verdicts.get(key) for key in keys]
    return all(
        entry is not None
        and workspace.view.verdict_index[key] >= workspace.view.evidence_index
        and _unchanged(request, entry[1])
        for key, entry in zip(keys, found, strict=True)
    )


def _unchanged(request: Request, verdict: Verdict) -> bool:
    same_files = (verdict.subject_digest, verdict.configuration_digest, verdict.context, verdict.suites) == (
        request.model_digest,
        request.configuration_digest,
        request.context,
        suite_digests(request, verdict.limit),
    )
    ends = [e for e in (verdict.expires, verdict.held_from, verdict.train_expires) if e is not None]
    standing = verdict.as_of <= request.now and all(request.now < end for end in ends)
    return same_files and standing and verdict.estimates == ESTIMATES_VERSION
