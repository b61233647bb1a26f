"""The gate: one pure function from policy, question and dossier to a decision with every blocker.

For: procedure, verifier, proof, simulation. Does not know: scores, estimates, clocks, files.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from scalegate.decision.decision import Blocker, Decision, Ground, NotTested, Question, RestsOn
from scalegate.decision.dossier import Dossier
from scalegate.decision.state import GateState, LimitState, ProtectionState, Training, survey
from scalegate.policy.document import Permission, PolicyDocument
from scalegate.verdict.verdict import Verdict, VerdictKind


def decide(policy: PolicyDocument, question: Question, dossier: Dossier) -> Decision:
    """Answer one question; the same inputs always give the same decision (law 6).

    Rules, in the order in which they are applied; each that fails adds a blocker, none ends the search:

    - S1  an identity that cannot be verified is never granted STORE or RELEASE_WEIGHTS.
    - S4  out of scope only by a recorded finding in force; standing protections are asked all the same.
    - D6  ASSESS asks for its containment protections and for nothing else.
    - D10 a pause that reaches the subject or the permission holds.
    - E1  a verdict older than the last change of evidence holds until it is made again.
    - D2  standing protections are asked whatever the verdicts; D3 says when one is in force.
    - L3  a threat model without ladder needs an accepted blind spot in force.
    - L1, L2 every rung that counts as crossed asks for its own protections; a hard stop holds whatever they are.
    - D2  a crossed limit with nothing tied to the permission holds.
    - D14 a crossed limit needs a risk statement in force before a grant.
    - V6  an alert allows no widening unless a crossing would be granted, and counts as crossed when a duty is late.
    - D4, D5 TRAIN is granted up to the next due point and not past it.
    - D7  RELEASE_WEIGHTS: not supported yet, so it is held.
    - D12 a waiver never removes a blocker: where every blocker is under one, the decision is held and waived.
    - D8, D9 a grant lapses with the first thing it rests on, and after the policy's longest lease.
    """
    state = survey(policy, question, dossier)
    found = blockers(policy, state)
    granted = not found
    rests_on = tuple(_rests_on(state, dossier))
    lapses_at, because = _lapse(policy, question, state, rests_on) if granted else (None, "")
    return Decision(
        question=question,
        granted=granted,
        waived_until=None if granted else waived_until(state, found),
        blockers=found,
        rests_on=rests_on,
        not_tested=(*not_tested(state), *_watched(policy), *_proposed(dossier)),
        lapses_at=lapses_at,
        lapses_because=because,
        compute_cap=state.compute_cap if granted else None,
        out_of_scope=state.out_of_scope.id if state.out_of_scope else "",
    )


# ------------------------------------------------------------------------------------- blockers


def blockers(policy: PolicyDocument, state: GateState) -> tuple[Blocker, ...]:
    """Every reason to hold, in the order of the rules; the state is granted when there is none."""
    return tuple(_blockers(policy, state))


def _blockers(policy: PolicyDocument, state: GateState) -> Iterator[Blocker]:
    yield from _standing(policy, state)
    if state.permission is Permission.ASSESS:
        return
    yield from _identity(state)
    for pause in state.pauses:
        resume = policy.response.pause.resume.of
        yield Blocker(rule="D10", why=f"paused by {pause.by.principal}: {pause.reason}", cleared_by=resume)
    if state.permission is Permission.RELEASE_WEIGHTS:
        yield Blocker(rule="D7", why="releasing weights is not supported yet; it cannot be taken back")
    yield from _training(policy, state)
    if state.out_of_scope:
        return
    yield from _unended(policy, state)
    for limit in state.limits:
        yield from _limit(policy, state, limit)


def _identity(state: GateState) -> Iterator[Blocker]:
    if state.opaque and state.permission in (Permission.STORE, Permission.RELEASE_WEIGHTS):
        yield Blocker(rule="S1", why="identity not verifiable: the subject is only a provider's name")


def _standing(policy: PolicyDocument, state: GateState) -> Iterator[Blocker]:
    if not state.standing_stated:
        why = "the policy states no standing protections for this permission, nor why there are none"
        yield Blocker(rule="D2", why=why, cleared_by=(policy.accountability.officer,))
    for protection in state.standing:
        if not protection.in_force:
            yield _missing(policy, protection, limit="", waivable=False, prefix="standing protection not in force")


def _missing(
    policy: PolicyDocument, protection: ProtectionState, *, limit: str, waivable: bool, prefix: str
) -> Blocker:
    known = policy.protections.measures.get(protection.id)
    return Blocker(
        rule="D3",
        why=f"{prefix}: {protection.why_not}",
        limit=limit,
        protection=protection.id,
        cleared_by=(known.approved_by,) if known else (),
        waivable=waivable,
    )


def _unended(policy: PolicyDocument, state: GateState) -> Iterator[Blocker]:
    for threat_model in state.unended:
        why = f"threat model {threat_model} has neither limits nor an accepted blind spot"
        yield Blocker(rule="L3", why=why, cleared_by=(policy.accountability.board,))
    for spot in state.blind_spots:
        if spot.lapsed:
            why = f"the accepted blind spot of {spot.threat_model} ended on {spot.until:%Y-%m-%d}"
            yield Blocker(rule="L3", why=why, cleared_by=(spot.accepted_by,))


def _training(policy: PolicyDocument, state: GateState) -> Iterator[Blocker]:
    evaluators = (policy.accountability.evaluators,)
    match state.training:
        case Training.COMPUTE_UNKNOWN | Training.FIRST_RUN_NO_POINT | Training.FIRST_RUN_AT_POINT:
            yield Blocker(rule="D4", why=state.training_why, cleared_by=evaluators)
        case Training.OVERDUE:
            yield Blocker(rule="D5", why=state.training_why, cleared_by=evaluators)
        case _:
            return


_WIDENED = (Permission.USE_INTERNALLY, Permission.DEPLOY)  # TRAIN is bounded by its compute cap instead (V6)


def _limit(policy: PolicyDocument, state: GateState, limit: LimitState) -> Iterator[Blocker]:
    if limit.stale:
        why = "evidence was recorded after this verdict: assess again"
        yield Blocker(rule="E1", why=why, limit=limit.limit, cleared_by=(policy.accountability.evaluators,))
    if state.training is Training.FIRST_RUN and limit.never_run and limit.has_observations:
        return  # D4: leased up to the first due point without evidence; no waiver is needed for it
    if limit.crossed:
        yield from _crossed(policy, state, limit)
    elif _widens_under_alert(state, limit) and any(_crossed(policy, state, limit)):
        why = "an alert stands, and a crossing would hold: no mode or configuration that was not granted before"
        yield Blocker(rule="V6", why=why, limit=limit.limit, cleared_by=(policy.accountability.evaluators,))


def _widens_under_alert(state: GateState, limit: LimitState) -> bool:
    """Something new is asked under an alert: granted only where a crossing would be (V6, law 2; ADR 0026)."""
    alert = limit.kind is VerdictKind.ALERT and limit.has_observations  # without any nothing can be read (L1)
    return alert and state.widening and state.permission in _WIDENED


def _crossed(policy: PolicyDocument, state: GateState, limit: LimitState) -> Iterator[Blocker]:
    evaluators = (policy.accountability.evaluators,)
    words = (limit.duty_late and f"the alert duty {limit.duty_late} is late") or f"the verdict is {limit.kind}"
    if limit.hard_stop:
        why = f"hard stop: {words}; no protection, waiver or clause reaches it"
        yield Blocker(rule="L2", why=why, limit=limit.limit, cleared_by=evaluators)
        return
    waivable = limit.kind is not VerdictKind.DANGER_SHOWN and state.permission is not Permission.RELEASE_WEIGHTS
    if not limit.tied:
        why = f"counts as crossed ({words}), and the policy ties no protection to it for {state.permission}"
        yield Blocker(rule="D2", why=why, limit=limit.limit, cleared_by=evaluators, waivable=waivable)
    for protection in limit.protections:
        if not protection.in_force:
            prefix = f"counts as crossed ({words}), and its protection is not in force"
            yield _missing(policy, protection, limit=limit.limit, waivable=waivable, prefix=prefix)
    if limit.risk_stated_until is None:
        why = f"counts as crossed ({words}), and no risk statement is in force"
        officer = (policy.accountability.officer,)
        yield Blocker(rule="D14", why=why, limit=limit.limit, cleared_by=officer)


# ------------------------------------------------------------------------- waivers, rests, lapse


def waived_until(state: GateState, found: tuple[Blocker, ...]) -> datetime | None:
    """The first end of the waivers that together cover every blocker, or None (D12)."""
    waivers = {limit.limit: limit.waiver for limit in state.limits if limit.waiver}
    if any(not b.waivable or b.limit not in waivers for b in found):
        return None
    ends = [waiver.until for b in found if (waiver := waivers[b.limit])]
    return min(ends) if ends else None


def _rests_on(state: GateState, dossier: Dossier) -> Iterator[RestsOn]:
    """What a grant would rest on; with a hold, what was looked at (D8)."""
    for protection in state.standing:
        yield from _rests_on_protection(protection, dossier)
    if state.permission is Permission.ASSESS:
        return
    if state.out_of_scope:
        finding = state.out_of_scope
        yield RestsOn(ground=Ground.FINDING, id=finding.id, what=finding.facts, until=finding.until)
        return
    for limit in state.limits:
        yield from _rests_on_limit(state, limit, dossier)
    for spot in state.blind_spots:
        what = f"not tested, accepted by {spot.accepted_by}: {spot.why}"
        yield RestsOn(ground=Ground.BLIND_SPOT, id=spot.threat_model, what=what, until=spot.until)


def _rests_on_protection(protection: ProtectionState, dossier: Dossier) -> Iterator[RestsOn]:
    if protection.in_force and protection.attestation:
        yield RestsOn(
            ground=Ground.PROTECTION,
            id=protection.id,
            what=f"measured {protection.attestation.measured}",
            digest=dossier.digests.get(f"protection:{protection.id}", protection.attestation.evidence),
            until=protection.until,
        )


def _rests_on_limit(state: GateState, limit: LimitState, dossier: Dossier) -> Iterator[RestsOn]:
    verdict = limit.verdict
    if verdict is not None:
        until = verdict.train_expires if state.permission is Permission.TRAIN else verdict.expires
        until = min((end for end in (until, limit.ends) if end is not None), default=None)
        digest = dossier.digests.get(f"verdict:{verdict.configuration}/{limit.limit}")
        yield RestsOn(ground=Ground.VERDICT, id=limit.limit, what=limit.kind.value, digest=digest, until=until)
        if not limit.crossed:
            yield from _assumptions(limit, verdict)
    if limit.crossed or _widens_under_alert(state, limit):
        for protection in limit.protections:
            yield from _rests_on_protection(protection, dossier)
        if limit.risk_stated_until:
            what = "what named authors believe may happen"
            yield RestsOn(ground=Ground.RISK_STATEMENT, id=limit.limit, what=what, until=limit.risk_stated_until)
    if limit.waiver:
        yield RestsOn(ground=Ground.WAIVER, id=limit.waiver.id, what=limit.waiver.reason, until=limit.waiver.until)


def _assumptions(limit: LimitState, verdict: Verdict) -> Iterator[RestsOn]:
    for result in verdict.observations:
        if result.relied_on:
            for assumption in result.assumptions:
                yield RestsOn(ground=Ground.ASSUMPTION, id=f"{limit.limit}/{result.observation}", what=assumption)


def _lapse(
    policy: PolicyDocument, question: Question, state: GateState, rests_on: tuple[RestsOn, ...]
) -> tuple[datetime, str]:
    """The earliest end of anything the grant rests on, and of the longest lease (D9)."""
    ends = [(policy.response.max_lease.after(question.as_of), "the policy's longest lease")]
    ends += [(r.until, f"{r.ground.value} {r.id}") for r in rests_on if r.until and r.ground is not Ground.WAIVER]
    if state.due_at:
        ends.append((state.due_at, "the next assessment is due"))
    for limit in state.limits:
        ends += _duty_ends(policy, question, limit)
    return min(ends)


def _duty_ends(policy: PolicyDocument, question: Question, limit: LimitState) -> list[tuple[datetime, str]]:
    """A grant under an alert ends when the next duty of its case would be late (V6)."""
    if limit.kind is not VerdictKind.ALERT or limit.verdict is None:
        return []
    since = limit.alert_since or limit.verdict.as_of  # assessing again begins no clock anew
    ends = [(d.within.after(since), f"alert duty {d.id}") for d in policy.response.alert_duties]
    return [end for end in ends if end[0] > question.as_of]


# ----------------------------------------------------------------------------------- not tested


def not_tested(state: GateState) -> Iterator[NotTested]:
    """What was not tested for this subject (invariant 1)."""
    for spot in state.blind_spots:
        ended = "ended" if spot.lapsed else "until"
        yield NotTested(
            threat_model=spot.threat_model,
            why=f"no evaluation; accepted blind spot {ended} {spot.until:%Y-%m-%d}: {spot.why}",
        )
    for threat_model in state.unended:
        yield NotTested(threat_model=threat_model, why="no evaluation, and nobody has accepted that")
    for limit in state.limits:
        if limit.kind in (VerdictKind.NOT_RUN, VerdictKind.INVALID):
            yield NotTested(threat_model=limit.threat_model, why=f"limit {limit.limit}: {limit.kind}")
        if limit.verdict:
            if limit.verdict.combinations:
                yield NotTested(threat_model=limit.threat_model, why=f"not tested: {limit.verdict.combinations}")
            for result in limit.verdict.observations:
                for words in result.not_tested:
                    yield NotTested(threat_model=limit.threat_model, why=f"limit {limit.limit}: {words}")


def _watched(policy: PolicyDocument) -> Iterator[NotTested]:
    """Capabilities that the policy follows without a limit: nothing holds because of them."""
    for name, watched in policy.watch_list.items():
        why = f"followed without a limit: {watched.title}; {watched.no_limit_because}"
        yield NotTested(threat_model=name, why=why)


def _proposed(dossier: Dossier) -> Iterator[NotTested]:
    """Threat models that outsiders asked to be looked at, while nobody has answered them."""
    for proposal in dossier.proposals:
        why = f"proposed by {proposal.proposer} on {proposal.made_at:%Y-%m-%d}, not answered yet: {proposal.title}"
        yield NotTested(threat_model=proposal.id, why=why)
