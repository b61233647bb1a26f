"""A rate of progress: how much longer the tasks of the developer's models have got in a year, up to the subject (V1).

For: observe. Does not know: verdicts, expiry, where runs are kept.

The subject counts with its upper bound and older models with their lower ones, so that whatever is missing makes the
growth faster (law 1). An older model that cannot be placed or counted makes it unbounded: nothing is gained by taking
a result, a release date or a configuration away.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from math import exp2, inf

import numpy as np

from scalegate.assessment.bounds import GateBounds, horizon_bounds
from scalegate.assessment.pool import Pool, pools_of
from scalegate.assessment.request import Predecessor, RecordedRun, Request
from scalegate.assessment.sensitivity import exposure_faults, exposures_of
from scalegate.estimate.growth_rate import ESTIMATOR, Growth, boxed_growth
from scalegate.evidence.configuration import contains
from scalegate.evidence.outcomes import OutcomeTable
from scalegate.evidence.run import Dating
from scalegate.policy.document import HorizonObservation, ProgressObservation, Relaxable
from scalegate.quantity import UNBOUNDED, Minutes, Probability, round_down, round_up

YEAR = 365.25
Tabled = Callable[[Pool], OutcomeTable]
Void = Callable[[Pool], bool]
_DATES = Relaxable.EVIDENCE_DATES


@dataclass(frozen=True, kw_only=True)
class _Member:
    """One model of the series: when it was there, and its runs in comparable configurations."""

    title: str
    day: datetime
    pools: tuple[Pool, ...]


@dataclass(frozen=True, kw_only=True)
class _Ends:
    """Minutes between which a model's task length lies, and the plain estimate; `high` None: the shift is unknown."""

    low: float
    high: float | None
    point: float | None


def progress_bounds(
    request: Request, observation: ProgressObservation, pool: Pool, tabled: Tabled, void: Void, *, surprise: Decimal
) -> GateBounds:
    """Bounds on the growth in a year, as a factor; both levels are shared out over all results of the series (B1).

    Args:
        pool: the subject's runs.
        tabled: the outcomes of a pool; `void`: whether its failures count for nothing (V4).
        surprise: the largest recorded miss, as a factor on the subject's task length (B2).
    """
    readings = horizon_readings(request, observation)
    older = list(_series(request, observation, pool))
    faults = [member for member in older if isinstance(member, str)]
    members = [member for member in older if isinstance(member, _Member)]
    found = [*members, _Member(title="the subject", day=_day(request, pool), pools=(pool,))]
    if not readings:
        faults.append(f"no task-length limit reads {observation.evaluation}: slopes and elicitation shift are unknown")
    if len(found) < observation.generations:
        faults.append(f"growth is read over {observation.generations} models or more, and {len(found)} have results")
    if faults:
        return _nothing(faults)
    raised = _boxes(request, readings, found, tabled, void, observation.alpha_upper, surprise)
    plain = _boxes(request, readings, found, tabled, void, observation.alpha_lower, None)
    above = _growth(observation, found, raised)
    below = _growth(observation, found, plain)
    if above is None or below is None:
        return replace(_nothing([]), upper=None)
    return _answer(observation, found, above, below, _point(observation, found, plain))


def horizon_readings(request: Request, observation: ProgressObservation) -> list[HorizonObservation]:
    """The policy's task-length observations of the same evaluation: their slopes and shifts hold here too (B2, B5)."""
    every = [o for limit in request.policy.limits.values() for o in limit.observations.values()]
    same = [o for o in every if isinstance(o, HorizonObservation) and o.evaluation == observation.evaluation]
    length = Minutes(1)
    return [replace(o, success=observation.success, limit=length, alert=length, precursor=None) for o in same]


def _nothing(faults: list[str]) -> GateBounds:
    return GateBounds(
        lower=Decimal(0),
        upper=UNBOUNDED,
        observed_upper=None,
        point=None,
        standard_error=None,
        estimator=ESTIMATOR,
        units=0,
        shift=None,
        shift_words="as for the task-length limits of the same evaluation",
        envelope="",
        notes=(),
        unbounded="; ".join(faults),
    )


# ------------------------------------------------------------------------------------ the series


def _day(request: Request, pool: Pool) -> datetime:
    """When the subject was there: at its release, and no later than its evidence: a later day would slow the growth."""
    released = request.released.get(pool.runs[0].subject)
    return min(d for d in (released, pool.dated, request.now) if d is not None)


def _series(request: Request, observation: ProgressObservation, pool: Pool) -> Iterator[_Member | str]:
    """Older models with results, or for each that cannot be counted the reason."""
    until = _day(request, pool)
    for other in request.predecessors:
        runs = [r for r in other.runs if r.run.manifest.evaluation == observation.evaluation]
        if other.subject == pool.runs[0].subject or not runs:
            continue
        if other.released is None:
            yield f"{other.title} has results on {observation.evaluation} and no release date"
            continue
        day = min(d for d in (other.released, *(r.run.manifest.dated for r in runs)) if d is not None)
        if day <= until and (observation.since is None or day >= observation.since):
            yield _member(request, observation, pool, other, day, runs)


def _member(
    request: Request,
    observation: ProgressObservation,
    pool: Pool,
    other: Predecessor,
    day: datetime,
    runs: list[RecordedRun],
) -> _Member | str:
    """Like with like: what an older model did in a richer configuration would make the growth look slow."""
    known = request.configurations
    poorer = [r for r in runs if contains(known, pool.configuration, r.run.manifest.configuration)]
    if not poorer:
        return f"{other.title} was never run in {pool.configuration} or in what that contains"
    if observation.evaluation in other.flagged:
        return f"a flag stands against the results of {other.title}"
    exposed = exposures_of(request.policy, request.exposures, observation.evaluation)
    if any(exposure_faults(exposed, frozenset({other.subject}))):
        return f"the evaluation was used in training {other.title}, whose successes make the growth slower"
    if faults := [fault for r in poorer if (fault := _fault(request, r))]:
        return f"a run of {other.title} counts for nothing here: {faults[0]}"
    return _Member(title=other.title, day=day, pools=pools_of(poorer))


def _fault(request: Request, recorded: RecordedRun) -> str:
    """Why an older model's successes clear nothing: they make the growth slower, and so they do clear (E1, E6, V7).

    So does an early day: a run that is said to be older than it is would put years between the models.
    """
    if recorded.run.attempts is None:
        return "its bytes are absent or altered"
    if recorded.changed:
        return recorded.changed
    manifest = recorded.run.manifest
    if manifest.dated is None or (manifest.dating is Dating.STATED and not request.policy.relaxes(_DATES)):
        return "its date is unknown, or only stated by whoever ingested it"
    unplanned = not recorded.planned and not request.policy.relaxes(Relaxable.REGISTRATION)
    return "no plan was registered before it" if unplanned else ""


# ------------------------------------------------------------------------------------ the bounds


def _boxes(
    request: Request,
    readings: list[HorizonObservation],
    members: list[_Member],
    tabled: Tabled,
    void: Void,
    alpha: Decimal,
    surprise: Decimal | None,
) -> list[_Ends]:
    """Both ends of every member's task length, all of them together wrong with probability `alpha` at most.

    `surprise` None: what was observed alone, for the lower bound (B1).
    """
    level = Probability(alpha / sum(len(m.pools) for m in members))
    asked = [replace(r, alpha_lower=level, alpha_upper=level) for r in readings]
    reserve = request.policy.evaluation.blind_spot_reserve

    def ends(pool: Pool, own: bool) -> _Ends:
        table = tabled(pool)
        found = [horizon_bounds(o, table, reserve, surprise=surprise or Decimal(1)) for o in asked]
        uppers = [b.observed_upper if surprise is None else b.upper for b in found]
        trusted = own or (table.valid_runs > 0 and not table.invalid_addresses)
        high = inf if not own and void(pool) else _largest(uppers)
        point = found[0].point
        low = float(min(b.lower for b in found)) if trusted else 0.0
        return _Ends(low=low, high=high, point=None if point is None else float(point))

    return [_joined([ends(pool, member is members[-1]) for pool in member.pools]) for member in members]


def _largest(values: list[Decimal | None]) -> float | None:
    return None if None in values else float(max(v for v in values if v is not None))


def _joined(ends: list[_Ends]) -> _Ends:
    """Of several plans the longest task length at either end: each end holds for each of them."""
    highs, points = [e.high for e in ends], [e.point for e in ends]
    return _Ends(
        low=max(e.low for e in ends),
        high=None if None in highs else max(h for h in highs if h is not None),
        point=None if None in points else max(p for p in points if p is not None),
    )


def _growth(observation: ProgressObservation, members: list[_Member], boxes: list[_Ends]) -> Growth | None:
    """None where an elicitation shift is unknown (B2)."""
    highs = [b.high for b in boxes]
    if None in highs:
        return None
    return boxed_growth(
        _days(members),
        np.array([b.low for b in boxes], dtype=np.float64),
        np.array([max(h, b.low) for h, b in zip(highs, boxes, strict=True) if h is not None], dtype=np.float64),
        generations=observation.generations,
    )


def _days(members: list[_Member]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    start = members[-1].day
    return np.array([(m.day - start).total_seconds() / 86400 for m in members], dtype=np.float64)


def _point(observation: ProgressObservation, members: list[_Member], boxes: list[_Ends]) -> Decimal | None:
    """The growth of the plain estimates, for display; None where one of them has no place on a line."""
    points = [b.point for b in boxes]
    if any(p is None or not 0 < p < inf for p in points):
        return None
    lengths = np.array(points, dtype=np.float64)
    found = boxed_growth(_days(members), lengths, lengths, generations=observation.generations)
    return round_down(_factor(found.upper)) if found.windows else None


def _factor(growth: float) -> float:
    """Growth in a year, as a factor."""
    doublings = growth * YEAR
    return inf if doublings >= 1000 else exp2(max(doublings, -1000.0)) if doublings > -inf else 0.0


def _answer(
    observation: ProgressObservation, members: list[_Member], above: Growth, below: Growth, point: Decimal | None
) -> GateBounds:
    upper = round_up(_factor(above.upper))
    told = ", ".join(f"{m.title} ({m.day:%Y-%m-%d})" for m in members)
    one_day = "" if above.windows else f"no {observation.generations} of its models have results on two different days"
    short = "" if upper.is_finite() else "an older model solved nothing that counts, or the subject everything"
    return GateBounds(
        lower=round_down(_factor(below.lower)),
        upper=upper,
        observed_upper=None,
        point=point,
        standard_error=None,
        estimator=ESTIMATOR,
        units=len(members),
        shift=None,
        shift_words="on every task length, as for the task-length limits of the same evaluation",
        envelope="slopes and spread as for the task-length limits of the same evaluation",
        notes=(f"growth over {len(members)} models: {told}; models that nobody evaluated are not in it",),
        unbounded=one_day or short,
        series=tuple(sorted(r.run.address for m in members[:-1] for p in m.pools for r in p.runs)),
        weight=round_up(above.weight * YEAR),
    )
