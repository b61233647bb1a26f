"""What follows from a policy that its reader should know: never a refusal, always printed.

For: `policy/file.py`, `policy check`. Does not know: files, YAML, evidence, clocks.
"""

from __future__ import annotations

from collections.abc import Iterator

from scalegate.policy.buffer import buffers
from scalegate.policy.document import (
    ComputeObservation,
    DifferenceObservation,
    Direction,
    ExistenceObservation,
    Family,
    HorizonObservation,
    JudgementObservation,
    Line,
    Observation,
    Permission,
    PolicyDocument,
    Precursor,
    ProgressObservation,
    RateObservation,
    Relaxable,
    StatedObservation,
    StopKind,
)
from scalegate.policy.objection import Objection
from scalegate.policy.observations import observations
from scalegate.policy.people import quorums
from scalegate.shape import Path

NOT_SUPPORTED = "not supported yet"


def remarks(document: PolicyDocument) -> tuple[Objection, ...]:
    """Everything worth saying about a policy, in the order of its sections."""
    return tuple(_remarks(document))


def _remarks(document: PolicyDocument) -> Iterator[Objection]:
    yield from _scope(document)
    yield from _threat_models(document)
    yield from _limits(document)
    for path, _, observation in observations(document):
        yield from _observation(document, path, observation)
    for path, buffer in buffers(document):
        if buffer.holds:
            yield Objection(path=(*path, "alert"), what=f"{buffer}", rule="L4")
    yield from _protections(document)
    yield from _ties(document)
    yield from _evaluation(document)
    yield from _response(document)
    yield from _promises(document)


def _scope(document: PolicyDocument) -> Iterator[Objection]:
    scope = document.scope
    if (scope.out_of_scope_below is None) != (scope.screen is None):
        what = "nothing can be found out of scope: that takes both out_of_scope_below and screen"
        yield Objection(path=("scope",), what=what, rule="S4")


def _threat_models(document: PolicyDocument) -> Iterator[Objection]:
    for name, model in document.threat_models.items():
        path: Path = ("threat_models", name)
        if model.ladder and model.attacker_budget is None:
            yield Objection(
                path=path,
                what="states no attacker budget: effort cannot be judged, so nothing on its ladder is cleared",
                rule="V4",
            )
        if model.attacker_budget and model.attacker_budget.floor == 0:
            what = "a floor of 0 accepts any effort, however small"
            yield Objection(path=(*path, "attacker_budget", "floor"), what=what, rule="V4")
        for below, above in zip(model.ladder, model.ladder[1:], strict=False):
            yield from _order(document, path, below, above)


def _order(document: PolicyDocument, path: Path, below: str, above: str) -> Iterator[Objection]:
    """Rungs that read the same evaluation in the same way should rise."""
    if below not in document.limits or above not in document.limits:
        return
    if document.limits[below].hard_stop:
        what = f"{below} is a hard stop, so the rung {above} above it is never reached"
        yield Objection(path=(*path, "ladder"), what=what, rule="L1")
    lines = {_reads(o): o.limit for o in _lined(document, below)}
    for observation in _lined(document, above):
        if observation.limit < lines.get(_reads(observation), observation.limit):
            what = f"{above} stands above {below} and has a lower limit on {observation.evaluation}"
            yield Objection(path=(*path, "ladder"), what=what, rule="L1")


def _lined(document: PolicyDocument, limit: str) -> list[RateObservation | HorizonObservation]:
    known = document.limits[limit].observations.values()
    return [o for o in known if isinstance(o, (RateObservation, HorizonObservation))]


def _reads(observation: RateObservation | HorizonObservation) -> tuple[object, ...]:
    names = ("measure", "evaluation", "direction", "orientation", "success")
    return tuple(getattr(observation, name, None) for name in names)


def _limits(document: PolicyDocument) -> Iterator[Objection]:
    for name, limit in document.limits.items():
        why = _never_cleared(limit.observations)
        if why and limit.observations:
            what = f"this limit can never be cleared, so it always counts as crossed: {why}"
            yield Objection(path=("limits", name), what=what, rule="V1")


def _never_cleared(known: dict[str, Observation]) -> str:
    """Why no evidence could ever clear the limit; empty when some could."""
    relied = {name: o for name, o in known.items() if not isinstance(o, ExistenceObservation) and o.relied_on}
    if not relied:
        return "it relies on no observation"
    for name, observation in relied.items():
        if isinstance(observation, JudgementObservation):
            if not observation.may_clear:
                return f"the judgement {name} may not clear"
        elif isinstance(observation, DifferenceObservation):
            return f"the difference {name} is {NOT_SUPPORTED}"
        elif isinstance(observation, StatedObservation):
            return f"nothing would decide {name}: {observation.missing}"
        elif isinstance(observation, ComputeObservation):
            continue
        elif observation.direction is Direction.DEMONSTRATION:
            return f"it relies on {name}, and a demonstration that fails rules nothing out"
        elif not isinstance(observation, ProgressObservation) and observation.elicitation_shift.value is None:
            return f"the elicitation shift of {name} is unknown"
    return ""


def _observation(document: PolicyDocument, path: Path, observation: Observation) -> Iterator[Objection]:
    if isinstance(observation, DifferenceObservation):
        yield Objection(path=path, what=f"a difference is {NOT_SUPPORTED}: it counts as crossed", rule="V9")
    if isinstance(observation, JudgementObservation):
        yield from _judgement(document, path, observation)
    if isinstance(observation, (RateObservation, HorizonObservation)):
        shift, inside = observation.elicitation_shift, (*path, "elicitation_shift")
        if shift.value is None:
            yield Objection(path=inside, what="unknown: small results rule nothing out", rule="B2")
        elif shift.value == (0 if isinstance(observation, RateObservation) else 1):
            what = f"no elicitation shift at all, says {shift.author}: {shift.reason}"
            yield Objection(path=inside, what=what, rule="B2")
        yield from _author(document, (*inside, "author"), shift.author)
    if isinstance(observation, ComputeObservation):
        what = "effective compute stands for capability: nothing is measured, and unknown compute is not ruled out"
        yield Objection(path=path, what=what, rule="V1")
    precursor: Precursor | None = getattr(observation, "precursor", None)
    if precursor:
        inside = (*path, "precursor")
        yield from _author(document, (*inside, "author"), precursor.author)
        if precursor.reference:
            what = (
                f"clears by reference to {precursor.reference.model}, which {precursor.reference.assessed_by} assessed"
            )
            yield Objection(path=(*inside, "reference"), what=what, rule="V1")


def _judgement(document: PolicyDocument, path: Path, observation: JudgementObservation) -> Iterator[Objection]:
    yield Objection(path=path, what=f"a signed judgement is {NOT_SUPPORTED}: it counts as crossed", rule="V9")
    for index, name in enumerate(observation.must_cite):
        if name not in document.evaluation.evaluations:
            what = f"{name!r} is no evaluation: read as the name of a document outside the policy"
            yield Objection(path=(*path, "must_cite", index), what=what, rule="V9")
    yield from _delivery(document, (*path, "role"), observation.role, "judges the work of its own line", "V9")


def _author(document: PolicyDocument, path: Path, author: str) -> Iterator[Objection]:
    people = {holder for role in document.roles.values() for holder in role.holders}
    if author not in people and author not in document.roles:
        yield Objection(path=path, what=f"{author} holds no role in this policy")


def _delivery(document: PolicyDocument, path: Path, role: str, what: str, rule: str) -> Iterator[Objection]:
    known = document.roles.get(role)
    if known and known.line is Line.DELIVERY:
        yield Objection(path=path, what=f"the role {role} stands in the delivery line and {what}", rule=rule)


def _protections(document: PolicyDocument) -> Iterator[Objection]:
    section = document.protections
    asked = {name for standing in section.standing.values() for name in standing.protections}
    asked |= {name for tie in section.conditional for name in tie.protections}
    for name, measure in section.measures.items():
        path: Path = ("protections", "measures", name)
        yield from _delivery(document, (*path, "approved_by"), measure.approved_by, "approves a protection", "D3")
        if measure.family is Family.SECURITY and measure.actors is None:
            what = f"nothing says which threat actors {name} has to stop"
            yield Objection(path=path, what=what, rule="D3")
        if name not in asked:
            yield Objection(path=path, what=f"nothing asks for the protection {name}", rule="D2")
    for index, tie in enumerate(section.conditional):
        path = ("protections", "conditional", index)
        if tie.limit in document.limits and document.limits[tie.limit].hard_stop:
            what = f"{tie.limit} is a hard stop: no protection reaches it"
            yield Objection(path=path, what=what, rule="L2")
        if tie.permission is Permission.ASSESS:
            yield Objection(path=path, what="ASSESS asks for its standing protections alone", rule="D6")


def _ties(document: PolicyDocument) -> Iterator[Objection]:
    """Which permissions a crossing holds because nothing says what would permit them."""
    asked = [p for p in Permission if p not in (Permission.ASSESS, Permission.RELEASE_WEIGHTS)]
    tied = {(c.limit, c.permission) for c in document.protections.conditional}
    for name, limit in document.limits.items():
        untied = [p.value for p in asked if (name, p) not in tied]
        if untied and not limit.hard_stop:
            what = f"once crossed it holds {', '.join(untied)}: nothing says what would permit them"
            yield Objection(path=("limits", name), what=what, rule="D2")


def _evaluation(document: PolicyDocument) -> Iterator[Objection]:
    section = document.evaluation
    used = {getattr(o, field, None) for _, _, o in observations(document) for field in ("evaluation", "control")}
    for name, evaluation in section.evaluations.items():
        path: Path = ("evaluation", "evaluations", name)
        if name not in used and evaluation.screens is None and document.scope.screen != name:
            yield Objection(path=path, what=f"no limit reads the evaluation {name}", rule="V2")
        if evaluation.screens is not None:
            what = f"brings {evaluation.screens} forward and clears nothing"
            yield Objection(path=(*path, "screens"), what=what, rule="V2")
        if evaluation.positive_control is not None:
            share = evaluation.recovers
            what = f"negatives are void until a positive control has recovered {share} of what was planted"
            yield Objection(path=(*path, "positive_control"), what=what, rule="V4")
        if evaluation.coverage_floor == 0:
            what = "a coverage floor of 0 accepts a run with nothing in it"
            yield Objection(path=(*path, "coverage_floor"), what=what, rule="E2")
    if section.first_assessment.at is None and section.first_assessment.factor is None:
        what = "no first due point is stated: first runs are held"
        yield Objection(path=("evaluation", "first_assessment"), what=what, rule="D4")
    if not section.triggers.events:
        what = "no event brings an assessment forward"
        yield Objection(path=("evaluation", "triggers", "events"), what=what, rule="V7")
    if section.growth.elicitation.horizon_per_month == 1 or section.growth.elicitation.rate_per_month == 0:
        what = "no elicitation growth is assumed: evidence ends by the calendar alone"
        yield Objection(path=("evaluation", "growth", "elicitation"), what=what, rule="V7")
    for index, relaxation in enumerate(section.relaxations):
        what = f"{relaxation.requirement} is relaxed to {relaxation.value}, says {relaxation.author}: {relaxation.why}"
        rule = "E6" if relaxation.requirement is Relaxable.REGISTRATION else "V7"
        yield Objection(path=("evaluation", "relaxations", index), what=what, rule=rule)


def _response(document: PolicyDocument) -> Iterator[Objection]:
    lease = document.response.max_lease
    what = f"a pause can take up to {lease} to reach everybody who holds a lease"
    yield Objection(path=("response", "max_lease"), what=what, rule="D9")
    for path, quorum, rule in quorums(document):
        if quorum.number == 1:
            yield Objection(path=(*path, "number"), what="one person decides this alone", rule=rule)
        if quorum.outside_key:
            what = f"an outside key is {NOT_SUPPORTED}: this quorum cannot be met until it is"
            yield Objection(path=(*path, "outside_key"), what=what, rule=rule)
    if document.response.competitor_clause:
        what = f"the competitor clause is {NOT_SUPPORTED}: it grants nothing"
        yield Objection(path=("response", "competitor_clause"), what=what, rule="D13")
    officer = document.accountability.officer
    yield from _delivery(document, ("accountability", "officer"), officer, "answers for the policy", "D10")


def _promises(document: PolicyDocument) -> Iterator[Objection]:
    for name, watched in document.watch_list.items():
        what = f"followed without a limit: nothing holds because of it until {watched.becomes_a_limit_when}"
        yield Objection(path=("watch_list", name), what=what, rule="L3")
    for name, commitment in document.commitments.items():
        if not commitment.evidence:
            what = "nothing says what would show that this promise was kept"
            yield Objection(path=("commitments", name), what=what)
    stop = document.response.stop
    if stop and StopKind.UNCONDITIONAL not in (stop.development, stop.deployment):
        what = "the text promises no unconditional stop; the gate holds all the same"
        yield Objection(path=("response", "stop"), what=what, rule="D1")
