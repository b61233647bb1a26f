"""The finite state that a gate decides on, and the survey that finds it.

For: the gate, and later the solver and the simulation, which share `GateState`. Does not know: scores, clocks.

`survey` reads policy, question and dossier once and answers with a state in which every field that a rule
branches on has finitely many values; words and digests ride along for the reader.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from scalegate.decision.decision import Question
from scalegate.decision.dossier import Attestation, Dossier, Pause, ScopeFinding, Waiver
from scalegate.decision.quorum import count_quorum, holds
from scalegate.policy.document import (
    ComputeObservation,
    Conditional,
    Limit,
    Line,
    Permission,
    PolicyDocument,
    Protection,
    Sense,
)
from scalegate.quantity import Compute, Identifier
from scalegate.verdict.verdict import Verdict, VerdictKind

# --------------------------------------------------------------------------------- state values


@dataclass(frozen=True, kw_only=True)
class ProtectionState:
    """One protection asked for: in force, or why not (D3)."""

    id: str
    why_not: str
    until: datetime | None = None
    attestation: Attestation | None = None

    @property
    def in_force(self) -> bool:
        return not self.why_not


@dataclass(frozen=True, kw_only=True)
class LimitState:
    """One rung: what is claimed about it now, and what stands between a crossing and a grant.

    Attributes:
        kind: the verdict's kind at the time asked, expiry applied (V7).
        never_run: no evidence was ever recorded; evidence that has expired is not that (D4).
        duty_late: a duty of an open alert case is late (V6).
        below_crossed: the rung below counts as crossed (L1); false for the first rung.
        tied: the policy says what a crossing asks for this permission (D2).
        waiver: a waiver in force for this subject, permission and limit (D12).
        alert_since: when the alert case that is decided on began; None where there is none (V6).
        ends: when the first of the open claims that answer ends; they may be on several configurations (D9, S2).
    """

    limit: str
    threat_model: str
    kind: VerdictKind
    never_run: bool
    hard_stop: bool
    has_observations: bool
    duty_late: str
    below_crossed: bool
    tied: bool
    protections: tuple[ProtectionState, ...]
    risk_stated_until: datetime | None
    waiver: Waiver | None
    verdict: Verdict | None
    stale: bool = False
    alert_since: datetime | None = None
    ends: datetime | None = None

    @property
    def crossed(self) -> bool:
        if not self.has_observations:
            return self.below_crossed
        return self.kind.counts_as_crossed or bool(self.duty_late)


class Training(StrEnum):
    """Where a run stands against its next due point (D4, D5); `NOT_ASKED` for other permissions."""

    NOT_ASKED = "not_asked"
    COMPUTE_UNKNOWN = "compute_unknown"
    FIRST_RUN = "first_run"
    FIRST_RUN_NO_POINT = "first_run_no_point"
    FIRST_RUN_AT_POINT = "first_run_at_point"
    WITHIN_INTERVAL = "within_interval"
    OVERDUE = "overdue"


@dataclass(frozen=True, kw_only=True)
class BlindSpotState:
    """An accepted blind spot: until when, and whether it has lapsed (L3)."""

    threat_model: str
    until: datetime
    lapsed: bool
    accepted_by: Identifier
    why: str


@dataclass(frozen=True, kw_only=True)
class GateState:
    """Everything that the rules branch on for one permission."""

    permission: Permission
    opaque: bool
    widening: bool
    limits: tuple[LimitState, ...]
    standing: tuple[ProtectionState, ...]
    standing_stated: bool
    blind_spots: tuple[BlindSpotState, ...]
    unended: tuple[str, ...]
    pauses: tuple[Pause, ...]
    out_of_scope: ScopeFinding | None
    training: Training
    training_why: str
    compute_cap: Compute | None
    due_at: datetime | None


# --------------------------------------------------------------------------------------- survey


def survey(policy: PolicyDocument, question: Question, dossier: Dossier) -> GateState:
    """The state for one question. Pure; the time is `question.as_of`."""
    training, why, cap, due = _training(policy, question, _verdict_caps(policy, question, dossier))
    standing = policy.protections.standing.get(question.permission)
    return GateState(
        permission=question.permission,
        opaque=question.opaque,
        widening=question.widening,
        limits=tuple(_limits(policy, question, dossier)),
        standing=tuple(protection_state(policy, p, dossier, question.as_of) for p in (standing or _NONE).protections),
        standing_stated=standing is not None and bool(standing.protections or standing.none_because),
        blind_spots=tuple(_blind_spots(policy, question.as_of)),
        unended=tuple(n for n, t in policy.threat_models.items() if not t.ladder and not t.accepted_blind_spot),
        pauses=tuple(p for p in dossier.pauses if not p.resumed and _reaches(p, question)),
        out_of_scope=_out_of_scope(policy, question, dossier),
        training=training,
        training_why=why,
        compute_cap=cap,
        due_at=due,
    )


@dataclass(frozen=True)
class _NoStanding:
    protections: tuple[str, ...] = ()


_NONE = _NoStanding()


def _limits(policy: PolicyDocument, question: Question, dossier: Dossier) -> list[LimitState]:
    verdicts = _answering(question, dossier)
    states: list[LimitState] = []
    for name, threat_model in policy.threat_models.items():
        below_crossed = False
        for limit in threat_model.ladder:
            state = _limit(policy, question, dossier, name, limit, verdicts.get(limit), below_crossed)
            states.append(state)
            below_crossed = state.crossed
    return states


def tie_of(policy: PolicyDocument, limit: str, permission: Permission) -> Conditional | None:
    """What the policy asks for a permission once the limit counts as crossed (D2); None when it says nothing."""
    ties = policy.protections.conditional
    return next((c for c in ties if c.limit == limit and c.permission is permission), None)


WEIGHTS_WIDE = (Permission.TRAIN, Permission.STORE, Permission.RELEASE_WEIGHTS)


def _answers(verdict: Verdict, question: Question) -> bool:
    """A verdict answers only for the subject and policy that it was made for (S1), and for its configuration (S2).

    What is done with weights is done with all that can be built around them: there the verdict on any tested
    configuration answers too, or a question could be put about the mildest one.
    """
    if (verdict.subject, verdict.policy) != (question.subject, question.policy):
        return False
    if verdict.configuration == question.configuration:
        return True
    return question.permission in WEIGHTS_WIDE and verdict.kind is not VerdictKind.NOT_RUN


def _answering(question: Question, dossier: Dossier) -> dict[str, Verdict]:
    """By limit, the gravest verdict that answers now; of equals the one that ends first."""
    training = question.permission is Permission.TRAIN
    found: dict[str, Verdict] = {}

    def order(verdict: Verdict) -> tuple[int, float, str]:
        ends = verdict.train_expires if training else verdict.expires
        kind = verdict.at(question.as_of, training=training)
        return kind.gravity, -(ends.timestamp() if ends else 0.0), verdict.configuration

    for verdict in dossier.verdicts:
        if _answers(verdict, question):
            known = found.get(verdict.limit)
            if known is None or order(verdict) > order(known):
                found[verdict.limit] = verdict
    return found


def _limit(
    policy: PolicyDocument,
    question: Question,
    dossier: Dossier,
    threat_model: str,
    limit: str,
    verdict: Verdict | None,
    below_crossed: bool,
) -> LimitState:
    now, training = question.as_of, question.permission is Permission.TRAIN
    known = policy.limits[limit]
    tie = tie_of(policy, limit, question.permission)
    tied = tie.protections if tie else ()
    return LimitState(
        limit=limit,
        threat_model=threat_model,
        kind=verdict.at(now, training=training) if verdict else VerdictKind.NOT_RUN,
        never_run=_never_run(known, verdict, now),
        hard_stop=known.hard_stop,
        has_observations=bool(known.observations),
        duty_late=_late_duty(policy, question, dossier, limit, verdict),
        below_crossed=below_crossed,
        tied=tie is not None and bool(tie.protections or tie.none_because),
        protections=tuple(protection_state(policy, p, dossier, now) for p in tied),
        risk_stated_until=max(
            (
                r.horizon
                for r in dossier.risk_statements
                if r.subject == question.subject and r.limit == limit and r.credences and r.made_at <= now < r.horizon
            ),
            default=None,
        ),
        waiver=_waiver(policy, question, dossier, limit),
        verdict=verdict,
        stale=verdict is not None and f"{verdict.configuration}/{limit}" in dossier.stale,
        alert_since=_alert_since(question, dossier, limit, verdict),
        ends=_ends(question, dossier, limit),
    )


def _never_run(limit: Limit, verdict: Verdict | None, now: datetime) -> bool:
    """Nothing but a run is wanting: a cap that has been looked at, and has ended since, is no lack of one (D4)."""
    if verdict is None:
        return not _capped(limit)
    ended = verdict.train_expires is not None and now >= verdict.train_expires
    return verdict.kind is VerdictKind.NOT_RUN and not ended


def _capped(limit: Limit) -> bool:
    """A cap on effective compute needs no run: without a verdict nobody has looked at it, and it holds (D4)."""
    return any(isinstance(o, ComputeObservation) for o in limit.observations.values())


def _late_duty(
    policy: PolicyDocument, question: Question, dossier: Dossier, limit: str, verdict: Verdict | None
) -> str:
    """The first duty of an open alert case that is late (V6); empty when none is."""
    since = _alert_since(question, dossier, limit, verdict)
    if since is None:
        return ""
    done = [
        d
        for d in dossier.duties_done
        if d.subject == question.subject and d.limit == limit and holds(policy, d.by) and since <= d.at
    ]
    late = [
        duty.id
        for duty in policy.response.alert_duties
        if question.as_of >= duty.within.after(since)
        and not any(d.duty == duty.id and d.by.role == duty.role and d.at <= question.as_of for d in done)
    ]
    return late[0] if late else ""


def _alert_since(question: Question, dossier: Dossier, limit: str, verdict: Verdict | None) -> datetime | None:
    """When the case of the alert that is being decided on began; None without one (V6).

    A case opens with the first recorded alert, and never later than the alert that is being decided on. What is done
    with weights is asked about every configuration, so a case of any of them counts: else asking about a milder one
    would begin its clock anew.
    """
    if verdict is None or verdict.at(question.as_of) is not VerdictKind.ALERT:
        return None
    worn = verdict.expires if verdict.kind is not VerdictKind.ALERT else verdict.alert_since
    begins = worn or verdict.as_of
    cases = [c for c in dossier.alert_cases if (c.subject, c.limit) == (question.subject, limit)]
    if question.permission not in WEIGHTS_WIDE:
        cases = [c for c in cases if c.configuration in ("", question.configuration)]
    return min([*(c.since for c in cases), begins])


def _ends(question: Question, dossier: Dossier, limit: str) -> datetime | None:
    training = question.permission is Permission.TRAIN
    open_claims = [
        v
        for v in dossier.verdicts
        if v.limit == limit and _answers(v, question) and not v.at(question.as_of, training=training).counts_as_crossed
    ]
    ends = [v.train_expires if training else v.expires for v in open_claims]
    return min((end for end in ends if end is not None and end > question.as_of), default=None)


# ---------------------------------------------------------------------------------- protections


def protection_state(policy: PolicyDocument, name: str, dossier: Dossier, now: datetime) -> ProtectionState:
    """Whether a protection is in force (D3).

    Of several attestations the latest test governs: a later test below its target ends an earlier one.
    """
    protection = policy.protections.measures.get(name)
    if protection is None:
        return ProtectionState(id=name, why_not="the policy does not define it")
    tests = [a for a in dossier.attestations if a.protection == name and a.tested_at <= now]
    if not tests:
        return ProtectionState(id=name, why_not="no efficacy test is recorded")
    latest = max(a.tested_at for a in tests)
    last = [a for a in tests if a.tested_at == latest]
    faults = [fault for a in last if (fault := _fault(policy, protection, a, now))]
    ends = protection.lapses_after.after(latest)
    return ProtectionState(id=name, why_not=faults[0] if faults else "", until=ends, attestation=last[0])


def _fault(policy: PolicyDocument, protection: Protection, attestation: Attestation, now: datetime) -> str:
    if attestation.approved.role != protection.approved_by or not holds(policy, attestation.approved):
        return f"approved by {attestation.approved.principal}, not by the role {protection.approved_by}"
    if attestation.rests_on_capability_evaluation:
        return "a capability evaluation on the safeguarded model is no evidence for a safeguard"
    set_on = protection.efficacy.set_on
    if set_on is not None and attestation.tested_at < set_on:
        return f"it was tested before its target was set on {set_on:%Y-%m-%d}"
    ends = protection.lapses_after.after(attestation.tested_at)
    if now >= ends:
        return f"its test lapsed on {ends:%Y-%m-%d}"
    if not _meets(protection, attestation.measured):
        target = f"{protection.efficacy.sense.value.replace('_', ' ')} {protection.efficacy.target}"
        return f"measured {attestation.measured}, target {target} ({protection.efficacy.metric})"
    return ""


def _meets(protection: Protection, measured: Decimal) -> bool:
    target = protection.efficacy.target
    return measured >= target if protection.efficacy.sense is Sense.AT_LEAST else measured <= target


def _waiver(policy: PolicyDocument, question: Question, dossier: Dossier, limit: str) -> Waiver | None:
    """A waiver in force that its quorum signed, within the policy's longest span (D12)."""
    asked = (question.subject, question.permission, limit)
    fit = [w for w in dossier.waivers if (w.subject, w.permission, w.limit) == asked and _in_force(policy, w, dossier)]
    now = [w for w in fit if w.since <= question.as_of < w.until]
    return max(now, key=lambda w: (w.until, w.id), default=None)


def _in_force(policy: PolicyDocument, waiver: Waiver, dossier: Dossier) -> bool:
    rule = policy.response.waivers
    if rule is None or not waiver.reason.strip() or waiver.until > rule.longest.after(waiver.since):
        return False
    quorum = rule.quorum
    if not count_quorum(policy, quorum, waiver.approvers).met:
        return False
    others = [w for w in dossier.waivers if w is not waiver and _same_matter(w, waiver) and w.since <= waiver.since]
    if not others:
        return waiver.renews is None
    # At most one renewal, by the board: a second waiver for the same matter must name the first.
    board = policy.accountability.board
    by_board = any(a.role == board and holds(policy, a) for a in waiver.approvers)
    return rule.renewals >= 1 and len(others) == 1 and waiver.renews == others[0].id and by_board


def _same_matter(one: Waiver, other: Waiver) -> bool:
    return (one.subject, one.permission, one.limit) == (other.subject, other.permission, other.limit)


# ----------------------------------------------------------------------------- scope and pauses


def _blind_spots(policy: PolicyDocument, now: datetime) -> list[BlindSpotState]:
    return [
        BlindSpotState(
            threat_model=name,
            until=spot.until,
            lapsed=now >= spot.until,
            accepted_by=spot.accepted_by,
            why=spot.why,
        )
        for name, threat_model in policy.threat_models.items()
        if (spot := threat_model.accepted_blind_spot)
    ]


def _reaches(pause: Pause, question: Question) -> bool:
    return pause.scope in ("*", question.subject, question.model, question.permission.value)


def _out_of_scope(policy: PolicyDocument, question: Question, dossier: Dossier) -> ScopeFinding | None:
    """A finding counts only on measured compute below the policy's line, and never against evidence (S4).

    It is made by a role outside the delivery line, lasts one calendar interval at most, and gives way to any
    verdict that rests on evidence and counts as crossed.
    """
    line, compute = policy.scope.out_of_scope_below, question.effective_compute
    if line is None or policy.scope.screen is None or compute is None or compute >= line:
        return None
    against = [v for v in dossier.verdicts if (v.subject, v.policy) == (question.subject, question.policy)]
    if any(v.kind.counts_as_crossed and v.kind is not VerdictKind.NOT_RUN for v in against):
        return None
    found = [f for f in dossier.scope_findings if f.subject == question.subject and _stands(policy, f, question.as_of)]
    return max(found, key=lambda f: (f.until, f.id), default=None)


def _stands(policy: PolicyDocument, finding: ScopeFinding, now: datetime) -> bool:
    if finding.made_at is None or not holds(policy, finding.by):
        return False
    longest = policy.evaluation.triggers.calendar.after(finding.made_at)
    outside = policy.roles[finding.by.role].line is not Line.DELIVERY
    return outside and finding.made_at <= now < finding.until <= longest


# ------------------------------------------------------------------------------------- training


Standing = tuple[Training, str, Compute | None, datetime | None]


def _training(policy: PolicyDocument, question: Question, caps: _Caps) -> Standing:
    """Where a run stands: the state, why, the compute cap of a lease, and the calendar due date (D4, D5)."""
    if question.permission is not Permission.TRAIN:
        return Training.NOT_ASKED, "", None, None
    now = question.effective_compute
    if now is None:
        return Training.COMPUTE_UNKNOWN, "the run's effective compute is not stated", None, None
    if question.assessed_compute is None and question.assessed_at is None:
        return _first_run(policy, question, now, caps)
    triggers = policy.evaluation.triggers
    if question.assessed_compute is None or question.assessed_at is None:
        return Training.OVERDUE, "the effective compute or date of the latest assessment is unknown", None, None
    step = Compute(question.assessed_compute * triggers.effective_compute)
    due = triggers.calendar.after(question.assessed_at)
    if now >= step:
        return Training.OVERDUE, f"an assessment was due at {step}; the run is at {now}", step, due
    if question.as_of >= due:
        return Training.OVERDUE, f"an assessment was due on {due:%Y-%m-%d}", step, due
    if question.event_since:
        return Training.OVERDUE, f"an assessment was due at an event: {question.event_since}", step, due
    if caps.unknown:
        return Training.OVERDUE, "the effective compute of the evidence is unknown", None, due
    if caps.held is not None and now >= caps.held:
        why = f"under the policy's training growth a bound reached its limit at {caps.held}; the run is at {now}"
        return Training.OVERDUE, why, caps.held, due
    return Training.WITHIN_INTERVAL, "", _least(step, caps.lease), due


def _first_run(policy: PolicyDocument, question: Question, now: Compute, caps: _Caps) -> Standing:
    """Up to the first due point, or to a cap on effective compute below it: such a claim needs no evidence (D4)."""
    first = policy.evaluation.first_assessment
    relative = None
    if first.factor is not None:
        # "The smaller of" is not known while one of the two is not: else losing a verdict would move the point out.
        if question.best_assessed_compute is None:
            why = "the first due point depends on the most capable model assessed without a crossing: there is none"
            return Training.FIRST_RUN_NO_POINT, why, None, None
        relative = Compute(question.best_assessed_compute * first.factor)
    point = _least(first.at, relative)
    if point is None:
        return Training.FIRST_RUN_NO_POINT, "the policy states no first due point for this run", None, None
    if question.event_since:
        return Training.FIRST_RUN_AT_POINT, f"an assessment was due at an event: {question.event_since}", point, None
    if now >= point:
        return Training.FIRST_RUN_AT_POINT, f"the first assessment was due at {point}; the run is at {now}", point, None
    if caps.held is not None and now >= caps.held:
        why = f"the policy caps effective compute at {caps.held}; the run is at {now}"
        return Training.FIRST_RUN_AT_POINT, why, caps.held, None
    why = f"no evidence yet; the first assessment is due at {point}"
    return Training.FIRST_RUN, why, _least(point, caps.lease), None


@dataclass(frozen=True, kw_only=True)
class _Caps:
    """Compute at which open claims end (`lease`) and at which they count as crossed (`held`) (V6, V7)."""

    lease: Compute | None = None
    held: Compute | None = None
    unknown: bool = False


def _verdict_caps(policy: PolicyDocument, question: Question, dossier: Dossier) -> _Caps:
    """The least caps over the claims that answer and are open, on every tested configuration (S2).

    Past the alert line a claim lasts as an alert, so an alert is never granted more compute than a claim that was
    better to begin with (law 3). A first run ends at the caps of limits for which a run is wanting beside: it is leased
    without one, not past them (D4).
    """
    if question.permission is not Permission.TRAIN:
        return _Caps()
    on_ladders = {limit for t in policy.threat_models.values() for limit in t.ladder}
    now, answering = question.effective_compute, _answering(question, dossier)
    first = question.assessed_compute is None and question.assessed_at is None

    def is_open(verdict: Verdict) -> bool:
        wanting = first and verdict.kind is VerdictKind.NOT_RUN and verdict.train_cap is not None
        return verdict.limit in on_ladders and (wanting or not verdict.kind.counts_as_crossed)

    limits = {v.limit for v in answering.values() if is_open(v)}
    open_claims = [v for v in dossier.verdicts if v.limit in limits and is_open(v) and _answers(v, question)]
    if any(v.train_cap is None or v.train_held_cap is None for v in open_claims):
        return _Caps(unknown=True)
    lease: list[Compute] = []
    for verdict in open_claims:
        assert verdict.train_cap is not None
        assert verdict.train_held_cap is not None
        ended = now is not None and now >= verdict.train_cap
        lease.append(verdict.train_held_cap if ended else verdict.train_cap)
    held = [v.train_held_cap for v in open_claims if v.train_held_cap is not None]
    return _Caps(lease=min(lease, default=None), held=min(held, default=None))


def _least(*amounts: Compute | None) -> Compute | None:
    known = [a for a in amounts if a is not None]
    return min(known) if known else None
