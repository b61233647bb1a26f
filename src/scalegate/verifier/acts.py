"""What people did, held against the policy in force at its place and against the entries before it.

For: `decisions.py`. Does not know: files, storage, keys. Whoever holds the operator's key can write any entry; the
acts that the program itself would have refused are found here, also those that the gate would ignore.
"""

from __future__ import annotations

from collections.abc import Iterator

from scalegate.decision.dossier import Approver, Attestation, DutyDone, Pause, RiskStatement, ScopeFinding, Waiver
from scalegate.decision.quorum import count_quorum, holds
from scalegate.obligation.signed import signers
from scalegate.policy.document import Permission, PolicyDocument, Quorum
from scalegate.record.canonical import digest_of_value
from scalegate.record.documents import document_faults
from scalegate.record.entry import (
    FIRST_DOCUMENT,
    Disposition,
    FlagCheck,
    FlagDisposed,
    PlanRegistered,
    PolicyAdopted,
    Resumed,
    RunIngested,
)
from scalegate.record.happening import Event, TrainingProgress, is_event_of
from scalegate.record.ledger import ledger_faults
from scalegate.record.view import Logged, RecordView, part_of
from scalegate.tlog.origin import is_demo
from scalegate.verdict.ledger import Control, Effort, Exposure, Miss, Proposal, ProposalAnswer


def act_faults(view: RecordView, logged: Logged) -> Iterator[str]:
    """Why an act could not have been recorded at its place; nothing for verdicts, decisions and leases.

    Args:
        view: the entries that the act says it has seen.
        logged: the act.
    """
    body, view = logged.entry.body, part_of(view, logged.entry)
    if isinstance(body, PolicyAdopted):
        yield from _adoption(view, logged, body)
    elif isinstance(body, RunIngested):
        yield from _run(view, body)
    elif view.policy is None:
        yield "recorded before any policy was in force"
    else:
        yield from _under(view.policy.document, view, logged)


def _under(policy: PolicyDocument, view: RecordView, logged: Logged) -> Iterator[str]:
    match logged.entry.body:
        case PlanRegistered() as body:
            yield from _plan(policy, body)
        case Attestation() as body:
            yield from _attestation(policy, logged, body)
        case Waiver() as body:
            yield from _waiver(policy, body)
        case RiskStatement() as body:
            yield from _statement(policy, logged, body)
        case DutyDone() as body:
            yield from _duty(policy, logged, body)
        case ScopeFinding() as body:
            yield from _scope(policy, logged, body)
        case Disposition() as body:
            yield from _disposition(policy, view, body)
        case FlagCheck() as body:
            yield from _flag(policy, view, logged, body)
        case FlagDisposed() as body:
            yield from _flag_disposed(policy, view, body)
        case Pause() as body:
            yield from _holder(policy, body.by, "D10")
            if (body.document or FIRST_DOCUMENT) != view.document:
                yield "a pause under another document than its own (D10)"
        case Resumed() as body:
            yield from _resume(policy, view, body)
        case Effort() | Control() | Exposure() | Miss() | Proposal() | ProposalAnswer() as body:
            for rule, what in ledger_faults(policy, view, body, logged.entry.head.issued_at):
                yield f"{what} ({rule})"
        case Event() as body:
            yield from _event(policy, logged, body)
        case TrainingProgress() as body:
            yield from _progress(policy, logged, body)
        case _:
            pass


def _holder(policy: PolicyDocument, by: Approver, rule: str) -> Iterator[str]:
    if not holds(policy, by):
        yield f"{by.principal} does not hold the role {by.role} ({rule})"


# ----------------------------------------------------------------------------- policies, plans, runs


def _adoption(view: RecordView, logged: Logged, adopted: PolicyAdopted) -> Iterator[str]:
    """D11: a change of a policy in force is not supported yet, except under demo keys, where it must say so."""
    head, before = logged.entry.head, view.policy
    if digest_of_value(adopted.document) != adopted.digest:
        yield "the policy document does not have the digest under which it was adopted"
    yield from _holder(adopted.document, Approver(principal=head.issuer, role=head.role), "D11")
    if adopted.replaces != (before.digest if before else None):
        yield "it says that it replaces another policy than the one in force before it (D11)"
    for rule, what in document_faults(view, adopted.name, adopted.document, adopted.digest):
        yield f"{what} ({rule})"
    if before and not is_demo(head.log):
        yield "a change of the policy in force outside a demonstration: no change process is supported yet (D11)"
    if before and is_demo(head.log) and not adopted.notice.startswith("demonstration:"):
        yield "a change of the policy in force that does not say that no change process was followed (D11)"


def _plan(policy: PolicyDocument, plan: PlanRegistered) -> Iterator[str]:
    if plan.limit not in policy.limits or plan.evaluation not in policy.evaluation.evaluations:
        yield "a plan for a limit or an evaluation that the policy does not have (E6)"
    if plan.tasks < 1 or plan.attempts_per_task < 1:
        yield "a plan without tasks or attempts (E6)"


def _run(view: RecordView, run: RunIngested) -> Iterator[str]:
    if any(known.address == run.address for known in view.runs):
        yield "the run is recorded already (E1)"
    if run.amends is not None and all(known.address != run.amends for known in view.runs):
        yield "the run that it is another version of was not recorded before it (E1)"
    if run.plan is None:
        return
    plan = view.plans.get(run.plan)
    if plan is None:
        yield "the plan that it names was not registered before it (E6)"
        return
    asked = (run.subject, run.manifest.evaluation, run.manifest.configuration)
    if (plan.subject, plan.evaluation, plan.configuration) != asked:
        yield "the plan that it names is for another subject, evaluation or configuration (E6)"
    if run.manifest.dated is None or view.plan_times[run.plan] > run.manifest.dated:
        yield "the plan that it names was registered after the run (E6)"


# ------------------------------------------------------------------------- attestations and statements


def _attestation(policy: PolicyDocument, logged: Logged, attestation: Attestation) -> Iterator[str]:
    protection = policy.protections.measures.get(attestation.protection)
    if protection is None:
        yield f"the policy has no protection {attestation.protection} (D3)"
        return
    if attestation.approved.role != protection.approved_by:
        yield f"approved in the role {attestation.approved.role}, not in the role {protection.approved_by} (D3)"
    yield from _holder(policy, attestation.approved, "D3")
    if attestation.tested_at > logged.entry.head.issued_at:
        yield "tested at a time after the entry's own (D3)"


def _statement(policy: PolicyDocument, logged: Logged, statement: RiskStatement) -> Iterator[str]:
    people = {person for role in policy.roles.values() for person in role.holders}
    if statement.limit not in policy.limits:
        yield f"the policy has no limit {statement.limit} (D14)"
    if not statement.credences or any(c.author not in people for c in statement.credences):
        yield "a risk statement without authors, or with one that the policy does not name (D14)"
    if statement.made_at > logged.entry.head.issued_at:
        yield "made at a time after the entry's own (D14)"


def _duty(policy: PolicyDocument, logged: Logged, done: DutyDone) -> Iterator[str]:
    role = signers(policy).get(done.duty)
    if role is None:
        yield f"the policy has no duty {done.duty} (V6)"
        return
    if done.by.role != role:
        yield f"done in the role {done.by.role}; it is a duty of the role {role} (V6)"
    yield from _holder(policy, done.by, "V6")
    if done.at > logged.entry.head.issued_at:
        yield "done at a time after the entry's own (V6)"


def _scope(policy: PolicyDocument, logged: Logged, finding: ScopeFinding) -> Iterator[str]:
    if policy.scope.out_of_scope_below is None or policy.scope.screen is None:
        yield "the policy states no compute line and no screen, so nothing is out of scope (S4)"
    yield from _holder(policy, finding.by, "S4")
    if finding.until <= logged.entry.head.issued_at:
        yield "a finding that had ended when it was recorded (S4)"
    if finding.made_at is not None and finding.made_at > logged.entry.head.issued_at:
        yield "made at a time after the entry's own (S4)"


# ------------------------------------------------------------------------------ events and progress


def _event(policy: PolicyDocument, logged: Logged, event: Event) -> Iterator[str]:
    if not is_event_of(event.event, policy.evaluation.triggers.events):
        yield f"an event {event.event} that neither the policy nor the rules know (V7)"
    if event.evaluation is not None and event.evaluation not in policy.evaluation.evaluations:
        yield f"an event about an evaluation {event.evaluation} that the policy does not have (V7)"
    if not event.subject or not event.what.strip():
        yield "an event that does not say what happened, or to whose evidence (V7)"
    if event.at > logged.entry.head.issued_at:
        yield "an event of a time after the entry's own (V7)"
    yield from _holder(policy, event.by, "V7")


def _progress(policy: PolicyDocument, logged: Logged, progress: TrainingProgress) -> Iterator[str]:
    if not progress.subject or progress.step < 0:
        yield "progress of no subject, or at no step (D5)"
    if progress.measured_at > logged.entry.head.issued_at:
        yield "measured at a time after the entry's own (D5)"
    yield from _holder(policy, progress.by, "D5")


# ---------------------------------------------------------------------- waivers, dispositions, resuming


def _waiver(policy: PolicyDocument, waiver: Waiver) -> Iterator[str]:
    rule, limit = policy.response.waivers, policy.limits.get(waiver.limit)
    if rule is None:
        yield "the policy allows no waivers (D12)"
        return
    count = count_quorum(policy, rule.quorum, waiver.approvers)
    if not count.met:
        yield f"the quorum is not met: it wants {'; '.join(count.wanting)} (D12)"
    if not waiver.reason.strip():
        yield "a waiver without a reason (D12)"
    if waiver.until > rule.longest.after(waiver.since):
        yield f"a waiver lasts {rule.longest} at most (D12)"
    if limit is None or limit.hard_stop:
        yield f"{waiver.limit} is no limit that a waiver can reach (D12)"
    if waiver.permission is Permission.RELEASE_WEIGHTS:
        yield "no waiver reaches RELEASE_WEIGHTS (D7)"


def _disposition(policy: PolicyDocument, view: RecordView, disposition: Disposition) -> Iterator[str]:
    yield from _holder(policy, Approver(principal=disposition.by, role=disposition.role), "E4")
    if _evaluates(policy, disposition):
        yield "an evaluator disposes of the evaluators' own run (E4)"
    if not any(run.address == disposition.run for run in view.runs):
        yield "a disposition of a run that was not recorded before it (E4)"
    if not disposition.reason.strip():
        yield "a disposition without a reason (E4)"


def _evaluates(policy: PolicyDocument, made: Disposition | FlagDisposed) -> bool:
    evaluators = policy.accountability.evaluators
    role = policy.roles.get(evaluators)
    return made.role == evaluators or (role is not None and made.by in role.holders)


def _flag(policy: PolicyDocument, view: RecordView, logged: Logged, check: FlagCheck) -> Iterator[str]:
    """V5: by the operator on recorded runs, or by a role holder; raised exactly when its own numbers say so."""
    head = logged.entry.head
    if check.id in view.checks:
        yield "a check under a name that is recorded already (V5)"
    if check.evaluation not in policy.evaluation.evaluations:
        yield f"the policy has no evaluation {check.evaluation} (V5)"
    if not check.consistent:
        yield "a check whose outcome is not what its own numbers say at the one level there is (V5)"
    addresses = {run.address for run in view.runs}
    if not addresses.issuperset(check.runs):
        yield "a check of a run that was not recorded before it (V5)"
    if head.issuer != "operator":
        yield from _holder(policy, Approver(principal=head.issuer, role=head.role), "V5")
        if check.of_the_record:
            yield "a check of a person's under a name of the record's own (V5)"
    elif not check.runs:
        yield "a check without a person or a run behind it (V5)"


def _flag_disposed(policy: PolicyDocument, view: RecordView, disposed: FlagDisposed) -> Iterator[str]:
    yield from _holder(policy, Approver(principal=disposed.by, role=disposed.role), "V5")
    if _evaluates(policy, disposed):
        yield "an evaluator disposes of a flag on the evaluators' own work (V5)"
    check = view.checks.get(disposed.flag)
    if check is None or not check.raised:
        yield "a disposition of a flag that did not stand before it (V5)"
    if disposed.flag in view.flags_disposed:
        yield "a flag that was disposed of already (V5)"
    if not disposed.reason.strip():
        yield "a disposition without a reason (V5)"


def _resume(policy: PolicyDocument, view: RecordView, resumed: Resumed) -> Iterator[str]:
    pause = view.pauses.get(resumed.pause)
    if pause is None or pause.resumed:
        yield f"no pause {resumed.pause} stood (D10)"
    if not resumed.answer.strip():
        yield "the reason of the pause was not answered (D10)"
    quorum = policy.response.pause.resume
    count = count_quorum(policy, quorum, _in_every_role(policy, quorum, resumed))
    if not count.met:
        yield f"the quorum is not met: it wants {'; '.join(count.wanting)} (D10)"


def _in_every_role(policy: PolicyDocument, quorum: Quorum, resumed: Resumed) -> list[Approver]:
    """The entry names people without their roles: each counts in any role of the quorum that they hold."""
    return [
        Approver(principal=person, role=role)
        for person in resumed.approvers
        for role in quorum.of
        if role in policy.roles and person in policy.roles[role].holders
    ]
