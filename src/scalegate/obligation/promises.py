"""Every promise of a policy with its place, its owner, what sets it off, when it is due, and what would show it.

For: `register.py`. Does not know: the record, clocks. A promise that obligations are computed for says which; one that
no entry of the record can show says why, and never reads as kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from scalegate.obligation.obligation import Kind
from scalegate.policy.document import Commitment, Condition, PolicyDocument
from scalegate.shape import Path

_UNTOLD = "no entry of the record says whether it was done"
_RECORD = "the record"


@dataclass(frozen=True, kw_only=True)
class Promise:
    """One thing that a policy binds somebody to.

    Attributes:
        path: where it stands in the policy.
        what: what was promised.
        owner: the role that keeps it; empty when the policy names nobody.
        trigger: what sets it off; empty for what always holds.
        due: how soon, how often or by when, in words; empty where the policy does not say.
        evidence: what would show that it was kept; empty when nothing is said.
        kinds: the obligations that say where it stands; none where `untold` says why the record cannot.
        name: the first part of those obligations' keys; empty for all of those kinds.
        untold: why the record cannot show it; empty where it can.
    """

    path: Path
    what: str
    owner: str
    trigger: str = ""
    due: str = ""
    evidence: str = _RECORD
    kinds: tuple[Kind, ...] = ()
    name: str = ""
    untold: str = ""


def promises(policy: PolicyDocument) -> tuple[Promise, ...]:
    """Every promise, in the order of the sections."""
    return (
        *_blind_spots(policy),
        *_protections(policy),
        *_evaluations(policy),
        *_response(policy),
        *_accountability(policy),
        *_watch_list(policy),
        *(_commitment(name, c) for name, c in policy.commitments.items()),
    )


def _blind_spots(policy: PolicyDocument) -> Iterator[Promise]:
    for name, model in policy.threat_models.items():
        if model.accepted_blind_spot:
            yield Promise(
                path=("threat_models", name, "accepted_blind_spot"),
                what=f"answer for going on without a test of {model.title}, and no longer than said",
                owner=model.accepted_blind_spot.accepted_by,
                due=f"until {model.accepted_blind_spot.until:%Y-%m-%d}",
                kinds=(Kind.BLIND_SPOT,),
                name=name,
            )


def _protections(policy: PolicyDocument) -> Iterator[Promise]:
    for name, measure in policy.protections.measures.items():
        yield Promise(
            path=("protections", "measures", name),
            what=f"test {name}: {measure.efficacy.metric}",
            owner=measure.approved_by,
            due=f"every {measure.lapses_after}",
            kinds=(Kind.PROTECTION,),
            name=name,
        )


def _evaluations(policy: PolicyDocument) -> Iterator[Promise]:
    section, owner = policy.evaluation, policy.accountability.evaluators
    triggers = section.triggers
    yield Promise(
        path=("evaluation", "triggers"),
        what="evaluate again, whichever trigger comes first",
        owner=owner,
        trigger=", ".join((f"{triggers.effective_compute} effective compute", *triggers.events)),
        due=f"every {triggers.calendar}",
        kinds=(Kind.EVALUATION,),
    )
    yield Promise(
        path=("evaluation", "first_assessment"),
        what="evaluate a first run before its first due point",
        owner=owner,
        trigger="a run is in training",
        due=_first(policy),
        kinds=(Kind.FIRST_EVALUATION,),
    )
    yield Promise(
        path=("limits",),
        what="renew every claim about a limit before it ends",
        owner=owner,
        trigger="growth, the calendar, or the end of what a claim rests on",
        kinds=(Kind.CLAIM,),
    )
    yield Promise(
        path=("evaluation", "evaluations"),
        what="carry out what was registered",
        owner=owner,
        trigger="a plan is registered",
        due="within the duration of the evaluation",
        kinds=(Kind.PLAN,),
    )
    if policy.scope.out_of_scope_below is not None and policy.scope.screen is not None:
        yield Promise(
            path=("scope",),
            what="measure again before a finding that a model is out of scope ends",
            owner=policy.accountability.officer,
            trigger="a finding is recorded",
            due=f"every {triggers.calendar}",
            kinds=(Kind.SCOPE_FINDING,),
        )


def _first(policy: PolicyDocument) -> str:
    first = policy.evaluation.first_assessment
    said = [f"at {first.at}"] if first.at is not None else []
    said += [f"at {first.factor} the most capable model assessed"] if first.factor is not None else []
    return " or ".join(said)


def _response(policy: PolicyDocument) -> Iterator[Promise]:
    response, board = policy.response, policy.accountability.board
    for index, duty in enumerate(response.alert_duties):
        yield Promise(
            path=("response", "alert_duties", index),
            what=duty.what,
            owner=duty.role,
            trigger="alert",
            due=f"within {duty.within}",
            kinds=(Kind.ALERT_DUTY,),
            name=duty.id,
        )
    for index, action in enumerate(response.actions):
        yield Promise(
            path=("response", "actions", index),
            what=action.what,
            owner=action.role,
            trigger=action.when.value + (f" on {action.limit}" if action.limit else ""),
            due=f"within {action.within}",
            kinds=(Kind.ACTION,),
            name=action.id,
        )
    yield Promise(
        path=("response", "pause", "review_within"),
        what="answer every pause in writing",
        owner=", ".join(response.pause.resume.of),
        trigger="paused",
        due=f"within {response.pause.review_within}",
        kinds=(Kind.PAUSE_REVIEW,),
    )
    if response.waivers:
        yield Promise(
            path=("response", "waivers"),
            what="end every waiver in time",
            owner=", ".join(response.waivers.quorum.of),
            trigger="a waiver is given",
            due=f"within {response.waivers.longest}",
        )
    if response.competitor_clause:
        yield Promise(
            path=("response", "competitor_clause"),
            what="invoke the clause only after every precondition was shown",
            owner=board,
            trigger="the clause is invoked",
            untold="invoking the clause has no entry in this version",
        )


def _accountability(policy: PolicyDocument) -> Iterator[Promise]:
    account = policy.accountability
    yield Promise(
        path=("accountability", "review_every"),
        what="review the policy",
        owner=account.officer,
        due=f"every {account.review_every}",
        kinds=(Kind.POLICY_REVIEW,),
    )
    yield Promise(
        path=("accountability", "critique"),
        what="answer critics",
        owner=account.officer,
        trigger="somebody brings a threat model in, or writes",
        due=f"within {account.critique.answered_within}",
        evidence="the record, for threat models; letters are in no entry",
        kinds=(Kind.PROPOSAL,),
        untold="letters of critics are in no entry of the record",
    )
    yield Promise(
        path=("accountability", "relaxing"),
        what="publish every relaxation before it takes effect",
        owner=", ".join(account.relaxing.quorum.of),
        trigger="the policy is relaxed",
        due=f"{account.relaxing.notice} before",
        untold="what was public, and since when, is in no entry of the record",
    )
    yield Promise(
        path=("accountability", "noncompliance_channel"),
        what=account.noncompliance_channel,
        owner=account.officer,
        evidence="",
        untold="whether the channel is open to everybody is in no entry of the record",
    )
    for index, disclosure in enumerate(account.disclosures):
        yield Promise(
            path=("accountability", "disclosures", index),
            what=f"publish: {disclosure.what}",
            owner=account.officer,
            trigger="it exists",
            due=f"within {disclosure.within}",
            evidence="",
            untold="what was published is in no entry of the record",
        )


def _watch_list(policy: PolicyDocument) -> Iterator[Promise]:
    for name, watched in policy.watch_list.items():
        yield Promise(
            path=("watch_list", name),
            what=f"look again at {watched.title}, and set a limit when {watched.becomes_a_limit_when}",
            owner=watched.role,
            due=f"every {watched.review_every}",
            kinds=(Kind.WATCH_REVIEW,),
            name=name,
        )


def _commitment(name: str, commitment: Commitment) -> Promise:
    called = commitment.trigger in set(Condition) and commitment.within is not None
    computed = commitment.owner is not None and (called or commitment.every is not None or commitment.by is not None)
    said = [f"within {commitment.within}"] if commitment.within is not None else []
    said += [f"every {commitment.every}"] if commitment.every is not None else []
    said += [f"by {commitment.by:%Y-%m-%d}"] if commitment.by is not None else []
    return Promise(
        path=("commitments", name),
        what=commitment.text,
        owner=commitment.owner or "",
        trigger=commitment.trigger,
        due=", ".join(said),
        evidence=commitment.evidence,
        kinds=(Kind.COMMITMENT,) if computed else (),
        name=name,
        untold="" if computed else _UNTOLD,
    )
