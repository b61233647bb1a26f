"""The facts of a policy that was written to run, in the values that published policies are compared in.

For: comparing. Does not know: published texts, files, evidence.

Everything here is read off the document; what the format does not hold in words stays `unknown`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from scalegate.policy.buffer import buffers
from scalegate.policy.document import (
    ComputeObservation,
    DifferenceObservation,
    Family,
    HorizonObservation,
    Line,
    Observation,
    PolicyDocument,
    ProgressObservation,
    Quorum,
    RateObservation,
    StopKind,
)
from scalegate.policy.observations import observations
from scalegate.policy.published import (
    LONGEST,
    NONE,
    Buffer,
    Cadence,
    Facts,
    Governance,
    StatedFactor,
    StatedPeriod,
    Statement,
    Stop,
)

_LINED = (RateObservation, HorizonObservation, DifferenceObservation, ComputeObservation, ProgressObservation)
_HOLDS = "what a crossed limit asks for is in force, or the limit is cleared"


def facts_of(document: PolicyDocument) -> Facts:
    """What a policy document says, side by side with what published texts say."""
    clause = document.response.stop
    return Facts(
        development=_stop(document, clause.development if clause else StopKind.UNKNOWN),
        deployment=_stop(document, clause.deployment if clause else StopKind.UNKNOWN),
        loosened_when=_loosened(document),
        cadence=_cadence(document),
        buffer=_buffer(document),
        security=_joined(_security(document)),
        numbers=tuple(_numbers(document)),
        domains=tuple(_said(model.title) for model in document.threat_models.values()),
        governance=_governance(document),
    )


def _said(text: str) -> Statement:
    return Statement(text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…")


def _joined(texts: Iterable[str]) -> Statement:
    return _said("; ".join(dict.fromkeys(texts)) or NONE)


def _stop(document: PolicyDocument, kind: StopKind) -> Stop:
    clause = document.response.stop
    covers = clause.text if clause else "no stop clause in words; the gate holds once any limit counts as crossed"
    return Stop(
        kind=kind,
        covers=_said(covers),
        hangs_on=_said((clause.contingent_on if clause else "") or NONE),
        ends_when=_said(_HOLDS),
    )


def _loosened(document: PolicyDocument) -> Statement:
    response, parts = document.response, []
    if response.competitor_clause:
        parts.append(f"competitor clause: {response.competitor_clause.text}")
    if response.waivers:
        parts.append(f"waivers of at most {response.waivers.longest}, by {_quorum(document, response.waivers.quorum)}")
    return _joined(parts)


def _cadence(document: PolicyDocument) -> Cadence:
    triggers = document.evaluation.triggers
    return Cadence(
        effective_compute=StatedFactor(triggers.effective_compute),
        calendar=StatedPeriod(triggers.calendar),
        events=tuple(_said(event) for event in triggers.events),
        said=_said(
            f"at {triggers.effective_compute} of effective compute or after {triggers.calendar}, what comes first"
        ),
    )


def _buffer(document: PolicyDocument) -> Buffer:
    known = [buffer for _, buffer in buffers(document)]
    short = sum(not buffer.holds for buffer in known)
    said = f"{len(known)} buffers between alert and limit, {short} of them smaller than the growth assumed"
    return Buffer(factor=StatedFactor(NONE), said=_said(said if known else NONE))


def _security(document: PolicyDocument) -> Iterator[str]:
    for measure in document.protections.measures.values():
        if measure.family is Family.SECURITY:
            actors = measure.actors
            against = f", against {', '.join(actors.in_scope)}" if actors and actors.in_scope else ""
            yield f"{(actors.level if actors else '') or measure.title}{against}"


def _numbers(document: PolicyDocument) -> Iterator[Statement]:
    for _, limit, observation in observations(document):
        if isinstance(observation, _LINED):
            yield _said(f"{document.limits[limit].title}: {_line(observation)}")


def _line(observation: Observation) -> str:
    assert isinstance(observation, _LINED)
    return f"{observation.measure.replace('_', ' ')} {observation.limit}, alert {observation.alert}"


def _governance(document: PolicyDocument) -> Governance:
    account = document.accountability
    return Governance(
        decides=_said(f"the gate; {_title(document, account.officer)} answers for the policy"),
        recommends=_said(f"{_title(document, account.evaluators)} runs the evaluations"),
        board=_said(_title(document, account.board)),
        changes=_said(f"relaxing takes {_quorum(document, account.relaxing.quorum)}; tightening takes effect at once"),
        notice=_said(f"{account.relaxing.notice} before a relaxation takes effect"),
        review_every=StatedPeriod(account.review_every),
        external_review=_joined(_outsiders(document)),
        noncompliance=_said(account.noncompliance_channel or NONE),
        transparency=tuple(_said(f"{item.what}, within {item.within}") for item in account.disclosures),
    )


def _outsiders(document: PolicyDocument) -> Iterator[str]:
    for role in document.roles.values():
        if role.line is Line.OUTSIDE:
            yield f"a role outside the developer: {role.title}"


def _quorum(document: PolicyDocument, quorum: Quorum) -> str:
    roles = ", ".join(_title(document, role) for role in quorum.of)
    return f"{quorum.number} of {roles}" + (" with an outside key" if quorum.outside_key else "")


def _title(document: PolicyDocument, role: str) -> str:
    return document.roles[role].title if role in document.roles else role
