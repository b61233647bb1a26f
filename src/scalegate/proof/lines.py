"""Numbers that decide nothing, or too late: limits at the ceiling of their test, rungs out of order, spans (a, c, e).

For: `prove.py`. Does not know: evidence. No solver is asked: numbers are not in the states (docs/proof.md).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from itertools import pairwise

from scalegate.policy.document import Direction, HorizonObservation, PolicyDocument, RateObservation
from scalegate.policy.observations import observations
from scalegate.proof.finding import Code, ProofFinding
from scalegate.shape import Path


def line_findings(document: PolicyDocument, longest: Mapping[str, Decimal]) -> Iterator[ProofFinding]:
    """Findings about lines and spans.

    Args:
        document: the policy.
        longest: minutes of the longest task of each suite at hand, by the suite's name.
    """
    for path, limit, observation in observations(document):
        if isinstance(observation, RateObservation) and observation.limit >= 1:
            yield _ceiling(
                path, f"{limit} is crossed at a rate of {observation.limit}: no test shows more than all of it"
            )
        if isinstance(observation, HorizonObservation):
            yield from _horizon(document, path, limit, observation, longest)
    for name, threat_model in document.threat_models.items():
        ladder = [limit for limit in threat_model.ladder if limit in document.limits]
        for below, above in pairwise(ladder):
            yield from _rungs(document, ("threat_models", name, "ladder", ladder.index(above)), below, above)
    yield from _spans(document)


def _ceiling(path: Path, what: str, *, note: bool = False) -> ProofFinding:
    mend = "set the limit inside what the test can measure, or take a harder test"
    return ProofFinding(code=Code.LIMIT_AT_CEILING, path=(*path, "limit"), what=what, mend=mend, rule="B3", note=note)


def _horizon(
    document: PolicyDocument, path: Path, limit: str, observation: HorizonObservation, longest: Mapping[str, Decimal]
) -> Iterator[ProofFinding]:
    """A proxy crosses at the limit less shift and reserve (B1); a demonstration at the limit itself."""
    evaluation = document.evaluation.evaluations.get(observation.evaluation)
    greatest = longest.get(evaluation.suite) if evaluation else None
    shift = observation.elicitation_shift.value
    if greatest is None or shift is None:
        return
    demonstrates = observation.direction is Direction.DEMONSTRATION
    added = Decimal(1) if demonstrates else Decimal(shift) * Decimal(document.evaluation.blind_spot_reserve.horizon)
    if Decimal(observation.limit) > greatest * added:
        what = f"{limit} lies at {observation.limit} and the longest task takes {greatest.normalize():f} min"
        also = f", {added.normalize():f} times that with shift and reserve" if added != 1 else ""
        what = f"{what}{also}: beyond its test it is crossed by extrapolation alone"
        yield _ceiling(path, what, note=demonstrates)  # the danger may still show as not ruled out


def _rungs(document: PolicyDocument, path: Path, below: str, above: str) -> Iterator[ProofFinding]:
    if document.limits[below].hard_stop:
        what = f"{below} is a hard stop, so the rung {above} above it holds nothing that is not held already"
        mend = "make the last rung the hard stop"
        yield ProofFinding(code=Code.UNREACHABLE_HOLD, path=path, what=what, mend=mend, rule="L1")
    lines = {_reading(o): o.limit for o in _lined(document, below)}
    for observation in _lined(document, above):
        line = lines.get(_reading(observation))
        if line is not None and observation.limit <= line:
            what = f"{above} stands above {below} and is crossed no later: {observation.limit} after {line}"
            mend = "order the rungs by their limits"
            yield ProofFinding(code=Code.RUNGS_OUT_OF_ORDER, path=path, what=what, mend=mend, rule="L1")


def _lined(document: PolicyDocument, limit: str) -> list[RateObservation | HorizonObservation]:
    known = document.limits[limit].observations.values()
    return [o for o in known if isinstance(o, (RateObservation, HorizonObservation)) and o.relied_on]


def _reading(observation: RateObservation | HorizonObservation) -> tuple[object, ...]:
    names = ("measure", "evaluation", "direction", "orientation", "success")
    return tuple(getattr(observation, name, None) for name in names)


def _spans(document: PolicyDocument) -> Iterator[ProofFinding]:
    waivers, review = document.response.waivers, document.accountability.review_every
    if waivers and waivers.longest.shortest_seconds * (1 + waivers.renewals) > review.longest_seconds:
        times = f", {waivers.renewals} time renewed," if waivers.renewals else ""
        lasts = f"a waiver of {waivers.longest}{times}"
        what = f"{lasts} outlasts the review every {review}: it never ends before the rules do"
        mend = "shorten it: a waiver is for a repair that is under way"
        path: Path = ("response", "waivers", "longest")
        yield ProofFinding(code=Code.WAIVER_WITHOUT_END, path=path, what=what, mend=mend, rule="D12")
    calendar = document.evaluation.triggers.calendar
    for name, evaluation in document.evaluation.evaluations.items():
        if evaluation.duration.shortest_seconds >= calendar.longest_seconds:
            what = f"{name} takes {evaluation.duration} and its evidence expires after {calendar}: none is ever current"
            mend = "shorten the evaluation, or lengthen the calendar"
            path = ("evaluation", "evaluations", name, "duration")
            yield ProofFinding(code=Code.EVALUATION_TOO_LONG, path=path, what=what, mend=mend, rule="D5")
