"""Flags of sandbagging and contamination: record what a check found, and dispose of what it raised (V5).

For: command line, assessing. Does not know: files, tests, storage.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import partial

from scalegate.assessment.measured_flag import check_of
from scalegate.assessment.request import Request
from scalegate.decision.dossier import Approver
from scalegate.decision.quorum import holds
from scalegate.errors import Finding, InputError, RefusedError, UsageError
from scalegate.evidence.flag import FlagCheck, of_the_record
from scalegate.evidence.flag_measurement import Measurement
from scalegate.policy.document import PolicyDocument
from scalegate.procedure.workspace import OPERATOR, Draft, Workspace, write
from scalegate.quantity import Digest
from scalegate.record.canonical import digest_of_value
from scalegate.record.entry import About, EntryKind, FlagDisposed
from scalegate.record.view import Logged


def write_flags(workspace: Workspace, policy: Digest, asked: Iterable[Request], now: datetime) -> list[Logged]:
    """Record every flag that the runs of screened requests raise and that the record does not have yet."""
    raised = {r.check.id: r.check for request in asked for r in request.checks if r.check.raised}
    fresh = [check for name, check in raised.items() if name not in workspace.view.checks]
    return [e for check in fresh for e in _write(workspace, policy, check, OPERATOR, now)]


def _write(workspace: Workspace, policy: Digest, check: FlagCheck, by: Approver, now: datetime) -> list[Logged]:
    return write(workspace, partial(_unless_known, workspace, check), policy=policy, now=now, by=by)


def _unless_known(workspace: Workspace, check: FlagCheck) -> list[Draft]:
    """Nothing when the record has it by now: another process has written it in between."""
    about = About(name=check.id, digest=digest_of_value(check))
    known = check.id in workspace.view.checks
    return [] if known else [Draft(kind=EntryKind.FLAG_CHECK, about=about, body=check)]


def flag(
    workspace: Workspace, measurements: Sequence[Measurement], *, by: Approver, now: datetime
) -> list[tuple[FlagCheck, Logged]]:
    """Compute a check of each measurement and record it, raised or not; anybody in a role of the policy may.

    Raises:
        UsageError: the person does not hold the role.
        InputError: one finding for each measurement that cannot be used; then nothing is recorded.
    """
    policy, digest = workspace.policy_in_force()
    if not holds(policy, by):
        raise UsageError(f"{by.principal} does not hold the role {by.role}")
    checks = _computed(workspace, policy, measurements)
    recorded = []
    for check in checks:
        recorded += [(check, entry) for entry in _write(workspace, digest, check, by, now)]
    return recorded


def _computed(workspace: Workspace, policy: PolicyDocument, measurements: Sequence[Measurement]) -> list[FlagCheck]:
    checks, findings = list[FlagCheck](), list[Finding]()
    for at, measured in enumerate(measurements):
        path = f"measurements[{at}]"
        repeated = any(measured.id == other.id for other in measurements[:at])
        faults = [Finding(path=path, what=what, mend=mend) for what, mend in _faults(workspace, policy, measured)]
        faults += [Finding(path=path, what=f"a second {measured.id!r}", mend="give each its own id")] * repeated
        findings += faults
        if faults:
            continue
        try:
            subject = workspace.models[measured.model].model.subject
            checks.append(check_of(measured, subject=subject, evidence=digest_of_value(measured)))
        except InputError as error:
            findings += [Finding(path=f"{path}.{f.path}", what=f.what, mend=f.mend) for f in error.findings]
    if findings:
        raise InputError(*findings)
    return checks


def _faults(workspace: Workspace, policy: PolicyDocument, measured: Measurement) -> Iterable[tuple[str, str]]:
    """What does not fit the project, with what to write instead."""
    for kind, label, known in (
        ("model", measured.model, list(workspace.models)),
        ("configuration", measured.configuration, list(workspace.configurations)),
        ("evaluation", measured.evaluation, list(policy.evaluation.evaluations)),
    ):
        if label not in known:
            yield f"no {kind} {label!r}", f"write one of {', '.join(known) or 'none'}"
    if measured.id in workspace.view.checks:
        yield f"a check {measured.id!r} is recorded already", "give it another id: what is recorded stays"
    if of_the_record(measured.id):
        yield f"{measured.id!r} is a name of the record's own checks", "give it a name that begins otherwise"
    recorded = {run.address for run in workspace.view.runs}
    for run in measured.runs:
        if run not in recorded:
            yield f"the record has no run {run}", "name runs as `log show --kind run_ingested` does, or leave them out"


def dispose_flag(workspace: Workspace, name: str, reason: str, *, by: Approver, now: datetime) -> Logged:
    """Dispose of a flag in writing (V5); it lifts that flag and nothing else.

    Raises:
        UsageError: no such flag stands, no reason is given, or the person does not hold the role.
        RefusedError: for the evaluators, whose work the flag is about.
    """
    policy, digest = workspace.policy_in_force()
    if not holds(policy, by):
        raise UsageError(f"{by.principal} does not hold the role {by.role}")
    evaluators = policy.roles[policy.accountability.evaluators]
    if by.role == policy.accountability.evaluators or by.principal in evaluators.holders:
        raise RefusedError(Finding(rule="V5", what="a role other than the evaluator disposes of a flag"))
    check = workspace.view.checks.get(name)
    if check is None or not check.raised:
        raise UsageError(f"the record has no flag {name!r}: name it as the verdict does, after `scalegate assess`")
    if name in workspace.view.flags_disposed:
        raise UsageError(f"the flag {name!r} is disposed of already")
    if not reason.strip():
        raise UsageError("say why: --reason")
    body = FlagDisposed(flag=check.id, reason=reason, by=by.principal, role=by.role)
    draft = Draft(kind=EntryKind.FLAG_DISPOSED, about=About(name=name, digest=digest_of_value(body)), body=body)
    return write(workspace, lambda: [draft], policy=digest, now=now, by=by)[0]
