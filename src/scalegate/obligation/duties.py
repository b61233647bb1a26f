"""What people owe: plans to be carried out, protections to be tested, alerts, pauses and blind spots to be answered.

For: `due.py`. Does not know: clocks, whether a protection is in force (that is the gate's question, D3).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import zip_longest

from scalegate.decision.dossier import DutyDone, ScopeFinding
from scalegate.evidence.run import Status
from scalegate.obligation.obligation import Kind, Obligation, State, state_at
from scalegate.policy.document import Duty, PolicyDocument
from scalegate.quantity import Digest
from scalegate.record.entry import PlanRegistered
from scalegate.record.view import RecordView

_NEVER_RAN = (Status.ERROR, Status.CANCELLED, Status.STARTED)


def plans(policy: PolicyDocument, view: RecordView, now: datetime) -> Iterator[Obligation]:
    """Every registered plan owes a run within the time its evaluation takes (E6): else nobody notices that it is gone.

    A run that broke off does not carry out a plan. A plan is missed when a later one for the same was carried out.
    """
    done = {digest: _carried_out(view, digest, now) for digest in view.plans}
    for digest, plan in view.plans.items():
        evaluation = policy.evaluation.evaluations.get(plan.evaluation)
        registered = view.plan_times[digest]
        if evaluation is None or registered > now or view.plan_documents[digest] != view.document:
            continue
        due = evaluation.duration.after(registered)
        later = [at for other, at in done.items() if at is not None and _replaces(view, other, digest)]
        yield Obligation(
            kind=Kind.PLAN,
            key=(digest,),
            at=due,
            what=f"carry out the registered plan: {plan.evaluation}",
            role=policy.accountability.evaluators,
            about=f"{plan.model} in {plan.configuration}, limit {plan.limit}",
            state=state_at(due, now, done[digest], max(due, min(later)) if later else None),
            why=f"registered on {registered:%Y-%m-%d}; an evaluation takes {evaluation.duration}",
            met_at=done[digest],
            subject=plan.subject,
            limit=plan.limit,
        )


def _carried_out(view: RecordView, plan: str, now: datetime) -> datetime | None:
    dates = [
        run.manifest.dated
        for run in view.runs
        if run.plan == plan and run.manifest.status not in _NEVER_RAN and run.manifest.dated is not None
    ]
    return min((d for d in dates if d <= now), default=None)


def _replaces(view: RecordView, other: Digest, plan: Digest) -> bool:
    later = view.plan_times[other] > view.plan_times[plan]
    return later and _matter(view.plans[other]) == _matter(view.plans[plan])


def _matter(plan: PlanRegistered) -> tuple[str, str, str, str]:
    return plan.subject, plan.evaluation, plan.configuration, plan.limit


# --------------------------------------------------------------------------------- protections


def protections(policy: PolicyDocument, view: RecordView, now: datetime) -> Iterator[Obligation]:
    """The next test after every test of a protection, and the first one of those that are asked for always (D2, D3)."""
    standing = {name for asked in policy.protections.standing.values() for name in asked.protections}
    for name, protection in policy.protections.measures.items():
        tests = sorted({a.tested_at for _, a in view.attestations if a.protection == name and a.tested_at <= now})
        if not tests and name in standing and view.adopted_at is not None and view.adopted_at <= now:
            begun = view.adopted_at
            yield _test(name, protection.approved_by, begun, "first efficacy test, asked always", "first", now, None)
        for at, following in zip_longest(tests, tests[1:]):
            ends = protection.lapses_after.after(at)
            made = f"{at:%Y-%m-%dT%H:%M:%SZ}"
            yield _test(name, protection.approved_by, ends, "efficacy test lapses", made, now, following)


def _test(
    name: str, role: str, due: datetime, what: str, after: str, now: datetime, met: datetime | None
) -> Obligation:
    return Obligation(
        kind=Kind.PROTECTION,
        key=(name, after),
        at=due,
        what=what,
        role=role,
        about=name,
        state=state_at(due, now, met),
        met_at=met,
    )


# ------------------------------------------------------------------------- alerts, pauses, spots


def alert_duties(policy: PolicyDocument, view: RecordView, now: datetime) -> Iterator[Obligation]:
    """Duties of open alert cases, and those that a case which has ended left undone or done late (V6)."""
    open_cases = [(case, since, None) for case, since in view.alerts.items()]
    for case, since, ended in [*open_cases, *view.ended_alerts]:
        for duty in policy.response.alert_duties:
            made = _alert_duty(policy, view, now, duty, case, since, ended)
            if made is not None:
                yield made


def _alert_duty(
    policy: PolicyDocument,
    view: RecordView,
    now: datetime,
    duty: Duty,
    case: tuple[str, str, str],
    since: datetime,
    ended: datetime | None,
) -> Obligation | None:
    """None for a duty of a case that ended before the duty was due: nothing was late, and nothing is owed."""
    subject, configuration, limit = case
    due, met = duty.within.after(since), _done_at(policy, view, duty, subject, limit, since)
    if since > now or (ended is not None and met is None and ended <= due):
        return None
    return Obligation(
        kind=Kind.ALERT_DUTY,
        key=(duty.id, subject, configuration, limit, f"{since:%Y-%m-%dT%H:%M:%SZ}"),
        at=due,
        what=f"alert duty {duty.id}: {duty.what}",
        role=duty.role,
        about=f"{_label(view, case)} in {configuration}, limit {limit}",
        state=state_at(due, now, met, ended),
        why=f"{duty.within} after the alert of {since:%Y-%m-%d}",
        met_at=met,
        subject=subject,
        limit=limit,
    )


def _done_at(
    policy: PolicyDocument, view: RecordView, duty: Duty, subject: str, limit: str, since: datetime
) -> datetime | None:
    """By somebody who holds the duty's role, and not before the case began."""

    def counts(done: DutyDone) -> bool:
        asked = (done.duty, done.subject, done.limit, done.by.role) == (duty.id, subject, limit, duty.role)
        return asked and done.at >= since and done.by.principal in policy.roles[duty.role].holders

    return min((done.at for done in view.duties_done if counts(done)), default=None)


def _label(view: RecordView, case: tuple[str, str, str]) -> str:
    return next((v.model for key, (_, v) in view.verdicts.items() if key[:3] == case), case[0])


def pause_reviews(policy: PolicyDocument, view: RecordView, now: datetime) -> Iterator[Obligation]:
    """Every pause is answered within the policy's time; until the quorum answers it stands (D10)."""
    rule = policy.response.pause
    for pause in view.pauses.values():
        due, answered = rule.review_within.after(pause.at), view.resumed_at.get(pause.id)
        yield Obligation(
            kind=Kind.PAUSE_REVIEW,
            key=(pause.id,),
            at=due,
            what=f"review of the pause {pause.id}",
            role=", ".join(rule.resume.of),
            about=pause.scope,
            state=state_at(due, now, answered),
            why=pause.reason,
            met_at=answered,
        )


def blind_spots(policy: PolicyDocument, now: datetime) -> Iterator[Obligation]:
    """Accepted blind spots end; then their threat model has neither a ladder nor anybody's name (L3)."""
    for name, threat_model in policy.threat_models.items():
        spot = threat_model.accepted_blind_spot
        if spot:
            yield Obligation(
                kind=Kind.BLIND_SPOT,
                key=(name, f"{spot.until:%Y-%m-%d}"),
                at=spot.until,
                what="accepted blind spot ends",
                role=spot.accepted_by,
                about=name,
                state=state_at(spot.until, now, None),
            )


def scope_findings(policy: PolicyDocument, view: RecordView, now: datetime) -> Iterator[Obligation]:
    """The last finding about a subject ends (S4): measure again, unless the subject has been evaluated since."""
    last: dict[str, ScopeFinding] = {}
    for finding in view.scope_findings:
        if finding.subject not in last or finding.until >= last[finding.subject].until:
            last[finding.subject] = finding
    for subject, finding in sorted(last.items()):
        met = _evaluated_since(view, subject, finding.made_at, now)
        yield Obligation(
            kind=Kind.SCOPE_FINDING,
            key=(finding.id, subject),
            at=finding.until,
            what=f"out-of-scope finding {finding.id} ends: measure again, or evaluate",
            role=finding.by.role if finding.by.role in policy.roles else policy.accountability.officer,
            about=subject,
            state=state_at(finding.until, now, met),
            met_at=met,
            subject=subject,
        )


def _evaluated_since(view: RecordView, subject: str, since: datetime | None, now: datetime) -> datetime | None:
    dates = [run.manifest.dated for run in view.runs if run.subject == subject and run.address in view.counted]
    return min((d for d in dates if d is not None and since is not None and since <= d <= now), default=None)


def vacancies(policy: PolicyDocument, view: RecordView, now: datetime) -> Iterator[Obligation]:
    """Roles without a holder (D15): pausing falls to the board, and nothing is relaxed until they are filled."""
    begun = view.adopted_at
    for name, role in policy.roles.items():
        if not role.holders and begun is not None and begun <= now:
            yield Obligation(
                kind=Kind.ROLE,
                key=(name,),
                at=begun,
                what="the role is vacant: name a holder",
                role=policy.accountability.board,
                about=name,
                state=State.LATE,
            )


def proposals(policy: PolicyDocument, view: RecordView, now: datetime) -> Iterator[Obligation]:
    """Threat models that outsiders brought in, each to be answered in writing as fast as critics are (L3)."""
    within = policy.accountability.critique.answered_within
    for name, proposal in view.proposals.items():
        if proposal.made_at > now:
            continue
        answer = view.answers.get(name)
        due = within.after(proposal.made_at)
        yield Obligation(
            kind=Kind.PROPOSAL,
            key=(name,),
            at=due,
            what=f"answer the threat model that {proposal.proposer} brought in",
            role=policy.accountability.officer,
            about=f"{name}: {proposal.title}",
            state=state_at(due, now, answer.made_at if answer else None),
            why=f"brought in on {proposal.made_at:%Y-%m-%d}; answers are promised within {within}",
            met_at=answer.made_at if answer else None,
        )
