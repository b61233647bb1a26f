"""The acts of people: adopt, register, attest, state a risk, waive, dispose, pause.

For: command line, service. Does not know: storage, keys. Each act checks that the person holds a role that may do
it, and is one signed entry. Under this version the operator's key signs on a person's behalf; every screen that
shows an act says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Protocol

from scalegate.decision.dossier import Approver, Attestation, DutyDone, Pause, RiskStatement, ScopeFinding, Waiver
from scalegate.decision.quorum import count_quorum, holds
from scalegate.errors import Finding, InputError, RefusedError, UsageError
from scalegate.obligation.signed import signers
from scalegate.policy.document import Permission, PolicyDocument
from scalegate.procedure.happening import completed_event, completed_progress, event_faults, progress_faults
from scalegate.procedure.workspace import OPERATOR, Draft, Workspace, write
from scalegate.quantity import Digest, Identifier
from scalegate.record.canonical import digest_of, digest_of_value
from scalegate.record.documents import document_faults
from scalegate.record.entry import (
    FIRST_DOCUMENT,
    About,
    Body,
    Disposition,
    EntryKind,
    PlanRegistered,
    PolicyAdopted,
    Resumed,
)
from scalegate.record.happening import Event, TrainingProgress
from scalegate.record.ledger import LEDGER, ledger_faults, name_of
from scalegate.record.view import Logged
from scalegate.verdict.ledger import Effort, Exposure, LedgerItem, Miss


def _record(workspace: Workspace, kind: EntryKind, name: str, body: Body, *, by: Approver, now: datetime) -> Logged:
    policy = workspace.view.policy.digest if workspace.view.policy else None
    draft = Draft(kind=kind, about=About(name=name, digest=digest_of_value(body)), body=body)
    return write(workspace, lambda: [draft], policy=policy, now=now, by=by)[0]


# ---------------------------------------------------------------------------------------- adopt


def adopt(workspace: Workspace, *, by: Approver, now: datetime, name: str = FIRST_DOCUMENT) -> Logged:
    """Put a document of the project in force: policy.yaml, or a further one beside it.

    The first adoption needs somebody in a role of the document itself; that of a further document can only tighten,
    since a hold in any is a hold (D1). A later one would need to be shown to tighten, or a quorum, a public notice and
    a changelog (D11); none of these is supported yet, so it is refused, except under demo keys, where the entry says
    that no change process was followed.

    Raises:
        InputError: the file cannot be adopted, or not beside the other documents; all findings.
        RefusedError: a change of a document in force outside a demonstration.
    """
    file = workspace.file_of(name)
    if file.document is None or file.digest is None or file.findings:
        raise InputError(*(file.findings or (Finding(what=f"the document {name} cannot be read"),)))
    in_force = workspace.view.of(name).policy
    if in_force is not None and in_force.digest == file.digest:
        raise UsageError("this policy is in force already")
    if in_force is not None and not workspace.demo:
        raise RefusedError(
            Finding(
                rule="D11",
                what="changing a policy in force takes a quorum, public notice and a changelog: not supported yet",
                mend="keep the policy in force; `scalegate assess --draft` shows what the changed file would say",
            )
        )
    if not holds(file.document, by):
        raise UsageError(f"{by.principal} does not hold the role {by.role} of this policy")
    faults = tuple(document_faults(workspace.view, name, file.document, file.digest))
    if faults:
        raise InputError(*(Finding(path=name, rule=rule, what=what) for rule, what in faults))
    words = "first adoption" if in_force is None else "demonstration: no quorum, notice or changelog (D11)"
    body = PolicyAdopted(
        digest=file.digest,
        document=file.document,
        replaces=in_force.digest if in_force else None,
        notice=words,
        name=Identifier(name),
    )
    draft = Draft(kind=EntryKind.POLICY_ADOPTED, about=About(name=file.document.title, digest=file.digest), body=body)
    return write(workspace, lambda: [draft], policy=file.digest, now=now, by=by)[0]


# ------------------------------------------------------------------------------------- register


def register(
    workspace: Workspace, *, limit: str, evaluation: str, model: str, configuration: str, power: str, now: datetime
) -> Logged:
    """Record the plan of a run before the run (E6). Raises UsageError for anything that the project lacks."""
    policy, _ = workspace.policy_in_force()
    if limit not in policy.limits:
        raise UsageError(f"the policy has no limit {limit!r}: it has {', '.join(policy.limits)}")
    if evaluation not in policy.evaluation.evaluations:
        raise UsageError(f"the policy names no evaluation {evaluation!r}")
    name = policy.evaluation.evaluations[evaluation].suite
    if name not in workspace.suites:
        raise UsageError(f"the suite {name!r} is absent or unreadable: mend suites/{name}.yaml")
    suite = workspace.suites[name]
    workspace.configuration(configuration)
    body = PlanRegistered(
        limit=Identifier(limit),
        evaluation=Identifier(evaluation),
        model=Identifier(model),
        subject=workspace.model(model).model.subject,
        configuration=Identifier(configuration),
        suite=suite.digest,
        tasks=len(suite.suite.tasks),
        attempts_per_task=suite.suite.attempts_per_task,
        statistical_power=power,
    )
    return _record(workspace, EntryKind.PLAN_REGISTERED, evaluation, body, by=OPERATOR, now=now)


# ------------------------------------------------------------------------------- attest and state


@dataclass(frozen=True, kw_only=True)
class Acts:
    """What people ask to be recorded, from files."""

    attestations: tuple[Attestation, ...] = ()
    risk_statements: tuple[RiskStatement, ...] = ()
    duties_done: tuple[DutyDone, ...] = ()
    scope_findings: tuple[ScopeFinding, ...] = ()
    ledger: tuple[LedgerItem, ...] = ()
    training_progress: tuple[TrainingProgress, ...] = ()
    events: tuple[Event, ...] = ()

    def __add__(self, other: Acts) -> Acts:
        """What two files ask for together, in their order."""
        return Acts(**{f.name: getattr(self, f.name) + getattr(other, f.name) for f in fields(Acts)})


def completed(workspace: Workspace, acts: Acts) -> Acts:
    """The acts as they would be recorded: labels become subjects, an effort names what its configuration is now,
    effective compute is worked out.

    Raises:
        InputError: a progress whose parts give no effective compute.
    """
    return replace(
        acts,
        ledger=tuple(_completed_item(workspace, i) for i in acts.ledger),
        training_progress=tuple(completed_progress(workspace, p) for p in acts.training_progress),
        events=tuple(completed_event(workspace, e) for e in acts.events),
    )


def _completed_item(workspace: Workspace, item: LedgerItem) -> LedgerItem:
    if isinstance(item, (Effort, Exposure, Miss)) and item.subject in workspace.models:
        item = replace(item, subject=workspace.models[item.subject].model.subject)
    if isinstance(item, Effort):
        entry = workspace.configurations.get(item.configuration)
        item = replace(item, tested=entry.tested if entry else None)
    return item


def _stranger(workspace: Workspace, item: LedgerItem) -> list[Finding]:
    """An exposure that concerns nobody would be believed to hold, and hold nothing (S1)."""
    known = {e.model.subject for e in workspace.models.values()} | {r.subject for r in workspace.view.runs}
    if not isinstance(item, Exposure) or item.subject in {"", *known}:
        return []
    mend = f"a model ({', '.join(workspace.models)}), its subject, or no subject for all"
    return [Finding(path=f"exposure.{item.evaluation}", rule="S1", what=f"no model is {item.subject!r}", mend=mend)]


def attest(workspace: Workspace, stated: Acts, *, now: datetime) -> list[Logged]:
    """Record efficacy tests of protections (D3), risk statements (D14), duties done (V6), scope findings (S4),
    what the elicitation ledger holds (V4, B2), progress of training (D5) and events (V7).

    Raises:
        InputError: one finding for each item that the policy in force does not know or allow; nothing is recorded.
    """
    policy, _ = workspace.policy_in_force()
    acts = completed(workspace, stated)
    findings = [f for a in acts.attestations for f in _attestation_faults(policy, a, now)]
    findings += [f for s in acts.risk_statements for f in _statement_faults(workspace, policy, s, now)]
    findings += [f for d in acts.duties_done for f in _duty_faults(policy, d, now)]
    findings += [f for s in acts.scope_findings for f in _scope_faults(policy, s, now)]
    findings += [
        Finding(path=f"{LEDGER[type(item)].value}.{number}", what=what, rule=rule)
        for number, item in enumerate(acts.ledger)
        for rule, what in ledger_faults(policy, workspace.view, item, now)
    ]
    findings += [f for item in acts.ledger for f in _stranger(workspace, item)]
    pairs = zip(acts.training_progress, stated.training_progress, strict=True)
    findings += [f for made, said in pairs for f in progress_faults(workspace, policy, made, said, now)]
    findings += [f for e in acts.events for f in event_faults(workspace, policy, e, now)]
    if findings:
        raise InputError(*findings)
    officer = Approver(
        principal=policy.roles[policy.accountability.officer].holders[0], role=policy.accountability.officer
    )
    items: list[tuple[EntryKind, str, Body, Approver]] = [
        *((EntryKind.PROTECTION_ATTESTED, a.protection, a, a.approved) for a in acts.attestations),
        *((EntryKind.RISK_STATEMENT, s.limit, s, officer) for s in acts.risk_statements),
        *((EntryKind.DUTY_DONE, d.duty, d, d.by) for d in acts.duties_done),
        *((EntryKind.SCOPE_FINDING, s.id, s, s.by) for s in acts.scope_findings),
        *((LEDGER[type(i)], name_of(i), i, Approver(principal=i.by, role=i.role)) for i in acts.ledger),
        *((EntryKind.TRAINING_PROGRESS, p.model, p, p.by) for p in acts.training_progress),
        *((EntryKind.EVENT, e.event, e, e.by) for e in acts.events),
    ]
    return [_record(workspace, kind, name, body, by=by, now=now) for kind, name, body, by in items]


def _duty_faults(policy: PolicyDocument, done: DutyDone, now: datetime) -> list[Finding]:
    roles = signers(policy)
    path = f"duties_done.{done.duty}"
    if done.duty not in roles:
        known = ", ".join(roles)
        return [Finding(path=path, rule="V6", what="the policy has no such duty", mend=f"it has {known}")]
    faults = []
    if done.by.role != roles[done.duty] or not holds(policy, done.by):
        faults.append(Finding(path=path, rule="V6", what=f"it is a duty of the role {roles[done.duty]}"))
    if done.at > now:
        faults.append(Finding(path=path, rule="V6", what="done at a time that is to come"))
    return faults


def _scope_faults(policy: PolicyDocument, finding: ScopeFinding, now: datetime) -> list[Finding]:
    path = f"scope_findings.{finding.id}"
    faults = []
    if policy.scope.out_of_scope_below is None or policy.scope.screen is None:
        what = "the policy states no compute line and no screen, so nothing is out of scope"
        faults.append(Finding(path=path, rule="S4", what=what))
    if not holds(policy, finding.by):
        what = f"{finding.by.principal} does not hold the role {finding.by.role}"
        faults.append(Finding(path=path, rule="S4", what=what))
    if finding.until <= now:
        faults.append(Finding(path=path, rule="S4", what="it has ended already"))
    return faults


def _attestation_faults(policy: PolicyDocument, attestation: Attestation, now: datetime) -> list[Finding]:
    protection = policy.protections.measures.get(attestation.protection)
    path = f"attestations.{attestation.protection}"
    if protection is None:
        known = ", ".join(policy.protections.measures)
        return [Finding(path=path, what="the policy has no such protection", mend=f"it has {known}")]
    faults = []
    if attestation.approved.role != protection.approved_by or not holds(policy, attestation.approved):
        what = f"{attestation.approved.principal} as {attestation.approved.role} may not approve it"
        faults.append(Finding(path=path, rule="D3", what=what, mend=f"somebody in the role {protection.approved_by}"))
    if attestation.tested_at > now:
        faults.append(Finding(path=path, what=f"tested at {attestation.tested_at:%Y-%m-%d}, which is to come"))
    return faults


def _statement_faults(
    workspace: Workspace, policy: PolicyDocument, statement: RiskStatement, now: datetime
) -> list[Finding]:
    path = f"risk_statements.{statement.limit}"
    people = {p for role in policy.roles.values() for p in role.holders}
    faults = []
    if statement.limit not in policy.limits:
        faults.append(Finding(path=path, what="the policy has no such limit"))
    if not any(entry.model.subject == statement.subject for entry in workspace.models.values()):
        faults.append(Finding(path=path, what=f"no model has the subject {statement.subject!r}"))
    if not statement.credences or any(c.author not in people for c in statement.credences):
        faults.append(Finding(path=path, rule="D14", what="each author is a person that the policy names"))
    if statement.made_at > now:
        faults.append(Finding(path=path, what="made at a time that is to come"))
    return faults


def incident(
    workspace: Workspace,
    what: str,
    *,
    model: str,
    evaluation: Identifier | None,
    at: datetime,
    by: Approver,
    now: datetime,
) -> Logged:
    """Record an incident, about one model or about all (V7). Raises UsageError for one that cannot be recorded."""
    policy, _ = workspace.policy_in_force()
    stated = Event(event=Identifier("incident"), model=model, evaluation=evaluation, at=at, what=what, by=by)
    event = completed_event(workspace, stated)
    faults = tuple(event_faults(workspace, policy, event, now))
    if faults:
        raise UsageError(*faults)
    return _record(workspace, EntryKind.EVENT, event.event, event, by=by, now=now)


# ---------------------------------------------------------------------------- waive, dispose, pause


def waive(workspace: Workspace, waiver: Waiver, *, now: datetime) -> Logged:
    """Record a waiver (D12). Raises RefusedError when the policy's rule does not allow it."""
    policy, _ = workspace.policy_in_force()
    rule = policy.response.waivers
    if rule is None:
        raise RefusedError(Finding(rule="D12", what="the policy allows no waivers"))
    if not waiver.reason.strip():
        raise UsageError("say why: --reason")
    if any(known.id == waiver.id for known in workspace.view.waivers):
        raise UsageError(f"a waiver {waiver.id!r} is recorded already: give another name")
    count = count_quorum(policy, rule.quorum, waiver.approvers)
    if not count.met:
        raise RefusedError(Finding(rule="D12", what=f"the quorum is not met: it wants {'; '.join(count.wanting)}"))
    if waiver.until > rule.longest.after(waiver.since):
        raise RefusedError(Finding(rule="D12", what=f"a waiver lasts {rule.longest} at most"))
    if policy.limits.get(waiver.limit) is None or policy.limits[waiver.limit].hard_stop:
        raise RefusedError(Finding(rule="D12", what=f"{waiver.limit} is no limit that a waiver can reach"))
    if waiver.permission is Permission.RELEASE_WEIGHTS:
        raise RefusedError(Finding(rule="D7", what="no waiver reaches RELEASE_WEIGHTS"))
    return _record(workspace, EntryKind.WAIVER, waiver.id, waiver, by=waiver.approvers[0], now=now)


def dispose(workspace: Workspace, run: Digest, reason: str, *, by: Approver, now: datetime) -> Logged:
    """Sign the disposition of an invalid run (E4). Raises RefusedError for the evaluators' own role."""
    policy, _ = workspace.policy_in_force()
    if not holds(policy, by):
        raise UsageError(f"{by.principal} does not hold the role {by.role}")
    evaluators = policy.roles[policy.accountability.evaluators]
    if by.role == policy.accountability.evaluators or by.principal in evaluators.holders:
        raise RefusedError(Finding(rule="E4", what="a role other than the evaluator disposes of an invalid run"))
    if not any(r.address == run for r in workspace.view.runs):
        raise UsageError(f"the record has no run {run}")
    if not reason.strip():
        raise UsageError("say why: --reason")
    body = Disposition(run=run, reason=reason, by=by.principal, role=by.role)
    return _record(workspace, EntryKind.DISPOSITION, run, body, by=by, now=now)


class PauseFlags(Protocol):
    """The files under `record/pause`: they hold before, and without, the log's lock."""

    def raise_flag(self, pause: Pause) -> None:
        """Write and fsync the flag; from here on every grant is refused until its entry exists."""
        ...


def _pause_id(now: datetime, by: Approver, document: str) -> Identifier:
    """A name for a pause that is also fit for a file: the id of a person may hold anything an id may."""
    who = digest_of_value(by) if document == FIRST_DOCUMENT else digest_of([document, by.principal, by.role])
    return Identifier(f"{now:%Y%m%dT%H%M%SZ}-{who.hex[:8]}")


def _reach(workspace: Workspace, scope: str) -> str:
    """The scope that is recorded: a label becomes its subject, so that a new name does not slip out of it (S1).

    Raises:
        UsageError: for a scope that reaches nothing, so that nobody believes to have paused.
    """
    if scope == "*" or scope in set(Permission):
        return scope
    if scope in workspace.models:
        return workspace.models[scope].model.subject
    if any(scope == entry.model.subject for entry in workspace.models.values()):
        return scope
    known = ", ".join(("*", *Permission, *workspace.models))
    raise UsageError(f"nothing is paused: {scope!r} is no permission, subject or model here: write one of {known}")


def pause(workspace: Workspace, scope: str, reason: str, *, by: Approver, flags: PauseFlags, now: datetime) -> Logged:
    """Pause alone and at once (D10): first the flag, then the entry. It holds under this document, and so at all."""
    policy, _ = workspace.policy_in_force()
    if not holds(policy, by):
        raise UsageError(f"{by.principal} does not hold the role {by.role}")
    if not reason.strip():
        raise UsageError("say why: --reason")
    document = workspace.view.document
    made = Pause(
        id=_pause_id(now, by, document),
        scope=_reach(workspace, scope),
        reason=reason,
        by=by,
        at=now,
        document="" if document == FIRST_DOCUMENT else document,
    )
    digest_of_value(made)  # what has no canonical form is refused before its flag stands: it could never be recorded
    flags.raise_flag(made)
    return _record(workspace, EntryKind.PAUSE, made.id, made, by=by, now=now)


def resume(workspace: Workspace, pause_id: str, answer: str, approvers: Sequence[Approver], *, now: datetime) -> Logged:
    """End a pause: the quorum of the document that it was made under answers the reason in writing (D10).

    Raises:
        RefusedError: the quorum is not met.
    """
    under = (part.document for part in workspace.view.in_force if pause_id in part.pauses)
    workspace = workspace.under(next(under, workspace.view.document))
    policy, _ = workspace.policy_in_force()
    found = workspace.view.pauses.get(pause_id)
    if found is None or found.resumed:
        raise UsageError(f"no pause {pause_id!r} stands")
    if not answer.strip():
        raise UsageError("answer the reason of the pause: --answer")
    count = count_quorum(policy, policy.response.pause.resume, approvers)
    if not count.met:
        raise RefusedError(Finding(rule="D10", what=f"the quorum is not met: it wants {'; '.join(count.wanting)}"))
    body = Resumed(pause=Identifier(pause_id), answer=answer, approvers=tuple(Identifier(p) for p in count.counted))
    return _record(workspace, EntryKind.RESUME, pause_id, body, by=approvers[0], now=now)
