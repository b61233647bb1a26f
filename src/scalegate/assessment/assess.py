"""From a request to verdicts: which runs bear on which claim, and what wins (S2, V2, V3, V9).

For: procedure. Does not know: decisions, the record, files.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime

from scalegate.assessment.compute_cap import cap_on_compute
from scalegate.assessment.danger import bears, contained, remembered, stands, words
from scalegate.assessment.escalation import escalations
from scalegate.assessment.observe import Measured, Memo, Observed, nothing_run, observe
from scalegate.assessment.pool import pools_of
from scalegate.assessment.request import RecordedRun, Request, suite_digests
from scalegate.estimate.combine import HIGHEST_UPPER, INTERSECTION_UNION
from scalegate.evidence.configuration import contains, untested_combinations
from scalegate.policy.document import (
    ComputeObservation,
    Direction,
    ExistenceObservation,
    HorizonObservation,
    Observation,
    ProgressObservation,
    RateObservation,
    evaluation_of,
)
from scalegate.quantity import Compute, Identifier
from scalegate.verdict.rules import combine
from scalegate.verdict.verdict import ESTIMATES_VERSION, ObservationResult, Verdict, VerdictKind, gravest


def assess(request: Request) -> tuple[Verdict, ...]:
    """A verdict for every limit on a ladder, in the policy's order. Pure; the time is `request.now`."""
    memo = Memo()
    return tuple(
        verdict_on(request, memo, limit, threat_model)
        for threat_model, model in request.policy.threat_models.items()
        for limit in model.ladder
    )


def verdict_on(request: Request, memo: Memo, limit: str, threat_model: str) -> Verdict:
    """Judge every observation of a limit and combine them (V2)."""
    dangers = [d for d in request.dangers if d.limit == limit and stands(request, limit, d)]
    seen = [
        remembered(_observation(request, memo, limit, name, o), dangers)
        for name, o in request.policy.limits[limit].observations.items()
    ]
    if sum(o.result.relied_on for o in seen) > 1:
        seen = [_with_reason(o, INTERSECTION_UNION) if o.result.relied_on else o for o in seen]
    relied_on = [o.result.kind for o in seen if o.result.relied_on]
    raised = [o.raises_to for o in seen if not o.result.relied_on and o.raises_to is not None]
    kind = combine(relied_on, raised) if any(_says_something(o) for o in seen) else _NOT_RUN
    governing = _governing(seen, kind)
    forgotten = [words(d) for d in dangers if kind is not VerdictKind.DANGER_SHOWN]
    if forgotten:  # it was shown on an observation that the policy no longer has
        kind, governing = VerdictKind.DANGER_SHOWN, None
    results = tuple(o.result for o in seen)
    open_claims = [] if kind.counts_as_crossed else [r for r in results if r.relied_on]
    trained = open_claims or _needing_no_run(kind, results)
    expires, because = _first((r.expires, r.expires_because) for r in open_claims)
    return Verdict(
        limit=Identifier(limit),
        threat_model=Identifier(threat_model),
        model=request.model_id,
        subject=request.model.subject,
        configuration=request.configuration,
        kind=kind,
        as_of=request.now,
        policy=request.policy_digest,
        governing=governing.observation if governing else "",
        subject_digest=request.model_digest,
        configuration_digest=request.configuration_digest,
        observations=results,
        expires=expires,
        expires_because=because,
        held_from=_first((r.held_from, "") for r in open_claims)[0],
        train_expires=_first((r.train_expires, "") for r in trained)[0],
        train_cap=_least_cap([r.train_cap for r in trained]),
        train_held_cap=_least_cap([r.train_held_cap for r in trained]),
        alert_since=_first((r.alert_since, "") for r in open_claims)[0],
        suites=suite_digests(request, limit),
        estimates=ESTIMATES_VERSION,
        context=request.context,
        ancestors=tuple(sorted(request.ancestors)),
        combinations=memo.once("combinations", lambda: _combinations(request)),
        within=tuple(Identifier(c) for c in sorted(contained(request))),
        rules=("V8",) if forgotten else _with_rules(governing, relied_on),
        reasons=tuple(dict.fromkeys(forgotten)) or (governing.reasons if governing else ()),
        escalations=escalations(request, limit),
    )


def _needing_no_run(kind: VerdictKind, results: Collection[ObservationResult]) -> list[ObservationResult]:
    """Where a run is still wanting, the caps on compute that a limit relies on: a first run ends at them (D4)."""
    caps = [r for r in results if r.relied_on and r.measure == "effective_compute"]
    return caps if kind is VerdictKind.NOT_RUN else []


def _says_something(observed: Observed) -> bool:
    """Whether it is evidence; a cap that is not relied on needs no run, and its smallness holds nothing (V2, D4)."""
    idle = observed.result.measure == "effective_compute" and not observed.result.relied_on
    return observed.result.kind is not VerdictKind.NOT_RUN and (not idle or observed.raises_to is not None)


def _combinations(request: Request) -> str:
    """Combinations that none of the subject's own runs covers (S3)."""
    own = {r.run.manifest.configuration for r in request.runs if r.subject == request.model.subject and r.run.attempts}
    return untested_combinations(request.configurations, own)


_NOT_RUN = VerdictKind.NOT_RUN


def _with_rules(governing: ObservationResult | None, relied_on: list[VerdictKind]) -> tuple[str, ...]:
    """The rules behind the verdict; V1 is added where a limit has only demonstrations."""
    rules = governing.rules if governing else ("E1",)
    return rules if relied_on else tuple(dict.fromkeys((*rules, "V1")))


def _governing(seen: list[Observed], kind: VerdictKind) -> ObservationResult | None:
    """The observation that gave the verdict: one relied on first, then one that raised it."""
    telling = [o.result for o in seen if o.result.relied_on and o.result.kind is kind]
    raising = [o.result for o in seen if o.raises_to is kind]
    return next(iter(telling + raising + [o.result for o in seen]), None)


def _first(ends: Iterable[tuple[datetime | None, str]]) -> tuple[datetime | None, str]:
    known = [(end, because) for end, because in ends if end is not None]
    return min(known) if known else (None, "")


def _least_cap(caps: list[Compute | None]) -> Compute | None:
    """None as soon as one is unknown: what is unknown cannot be bounded."""
    return None if None in caps else min((c for c in caps if c is not None), default=None)


# ------------------------------------------------------------------------ which runs bear on it


def _observation(request: Request, memo: Memo, limit: str, name: str, observation: Observation) -> Observed:
    if isinstance(observation, ComputeObservation):
        return cap_on_compute(request, name, observation)
    if not isinstance(observation, (RateObservation, HorizonObservation, ExistenceObservation, ProgressObservation)):
        return _not_supported(name, observation)
    own = [r for r in request.runs if r.subject == request.model.subject and _bears(r, observation)]
    parents = [r for r in request.runs if r.subject in request.ancestors and _bears(r, observation)]
    clearing = _judged(request, memo, limit, name, observation, [r for r in own if _covers(request, r)])
    below = _judged(request, memo, limit, name, observation, [r for r in own if _within(request, r)])
    inherited = _judged(request, memo, limit, name, observation, [r for r in parents if _within(request, r)])
    lost = [r for r in parents if _within(request, r) and r.run.attempts is None]
    absent = _judged(request, memo, limit, name, observation, lost)
    found = _strongest(name, observation, clearing, below, inherited, absent)
    near = [r for r in own if _covers(request, r) or _within(request, r)]
    every = [observe(request, memo, limit, name, observation, pool) for pool in pools_of(near)]
    counted = _counted(found, every, request.abandoned.get(observation.evaluation, 0))
    far = [r for r in own if not _covers(request, r) and not _within(request, r)]
    return _with_tries_elsewhere(counted, far, _judged(request, memo, limit, name, observation, far).values())


def _with_tries_elsewhere(observed: Observed, far: list[RecordedRun], judged: Collection[Observed]) -> Observed:
    """The same, saying what came of these weights in configurations that are neither wider nor narrower (S2).

    It counts for nothing here. But each configuration is one more look, so whoever reads one is told of the others.
    """
    if not far:
        return observed
    names = ", ".join(sorted({r.run.manifest.configuration for r in far}))
    worst = gravest(*(o.result.kind for o in judged))
    told = f"these weights were also tried as {names}, where the gravest reads {worst}; that does not count here"
    return replace(observed, result=replace(observed.result, not_tested=(*observed.result.not_tested, told)))


def _counted(found: Observed, every: list[Observed], unused: int) -> Observed:
    """With the invalid and abandoned runs of all pools: also those that add nothing are printed (E4)."""
    invalid = {address for o in every for address in o.invalid} - set(found.result.rests_on)
    abandoned = unused + sum(o.abandoned for o in every)
    return replace(found, result=replace(found.result, invalid_elsewhere=len(invalid), abandoned_runs=abandoned))


def _strongest(
    name: str,
    observation: Measured,
    clearing: dict[str, Observed],
    below: dict[str, Observed],
    inherited: dict[str, Observed],
    absent: dict[str, Observed],
) -> Observed:
    """The gravest of the configurations contained in the subject's (V3), over the best that covers it (S2).

    A configuration that contains the subject's can clear it; one that it contains (its own among them), and an
    ancestor, can only make the claim graver. An ancestor counts by danger shown alone (S2), and by runs whose bytes
    are absent or altered: they may have shown it, and deleting a file never helps (E1).
    """
    best = min(clearing.values(), key=_gravity, default=None) or nothing_run(name, observation)
    tried = {**clearing, **below}
    if len(tried) > 1:
        best, below = _with_reason(best, HIGHEST_UPPER), {c: _with_reason(o, HIGHEST_UPPER) for c, o in below.items()}
    grave = [o for o in below.values() if o.result.kind is not VerdictKind.NOT_RUN]
    shown = [o for o in inherited.values() if o.raises_to is VerdictKind.DANGER_SHOWN]
    return max([best, *grave, *shown, *absent.values()], key=_gravity)


def _with_reason(observed: Observed, sentence: str) -> Observed:
    """The same, with one more sentence on how several results were taken together."""
    said = replace(observed.result, assumptions=(*observed.result.assumptions, sentence))
    return replace(observed, result=said)


def _gravity(observed: Observed) -> int:
    return observed.result.kind.gravity


def _judged(
    request: Request, memo: Memo, limit: str, name: str, observation: Measured, runs: list[RecordedRun]
) -> dict[str, Observed]:
    """One result for each tested configuration: the gravest of its pools that have not merely expired."""
    results: dict[str, list[Observed]] = {}
    for pool in pools_of(runs):
        results.setdefault(pool.configuration, []).append(observe(request, memo, limit, name, observation, pool))
    return {configuration: _of_pools(found) for configuration, found in results.items()}


def _of_pools(found: list[Observed]) -> Observed:
    """What several pools of one configuration say together.

    The freshest pool that may clear ages (V7); an older one says what it said when it was made, so that time alone
    never takes away what it raised (law 2). An older pool gives way when

    - a later one that may clear was begun after the calendar had ended it, and none of its runs awaits disposition, or
    - its runs were invalid, another role has disposed of them, and a valid run of the same plan is there (E4), or
    - it is void and its numbers would have cleared: then it adds nothing.

    None gives way whose verified successes raise the verdict (E3, invariant 4).
    """
    asking = [o for o in found if not _adds_nothing(o, found)] or found
    fresh = max([o for o in asking if not o.void] or asking, key=_age)
    older = [o for o in asking if o is not fresh and not _superseded(o, found)]
    return max([fresh, *(_unaged(o, fresh) for o in older)], key=_gravity)


def _adds_nothing(observed: Observed, found: list[Observed]) -> bool:
    return observed.raises_to is None and (observed.harmless or (observed.disposed and _made_again(observed, found)))


def _made_again(observed: Observed, found: list[Observed]) -> bool:
    """E4: a valid run of the same plan: registered or not, of the same suite, whose contents its digest names.

    Subject, evaluation and configuration are the same in all that is compared here.
    """
    valid = {suite for o in found if o.valid for suite in o.asked}
    return observed.asked <= valid


def _superseded(observed: Observed, found: list[Observed]) -> bool:
    ended, later = observed.lasts, [o.dated for o in found if not o.void and o.dated is not None]
    gives_way = observed.raises_to is None and not observed.undisposed  # E4: time signs no disposition, and E1
    return gives_way and ended is not None and any(date >= ended for date in later)


def _age(observed: Observed) -> tuple[bool, float, int]:
    """Later dates first; a pool without a date is the oldest there is."""
    dated = observed.dated
    return dated is not None, dated.timestamp() if dated else 0.0, _gravity(observed)


def _unaged(observed: Observed, fresh: Observed) -> Observed:
    """An older pool's result, ending when the freshest one's does."""
    assert observed.unaged is not None, "an aged pool was observed"
    ends = {name: getattr(fresh.result, name) for name in ("expires", "expires_because", "held_from", "train_expires")}
    keeps = not observed.unaged.kind.counts_as_crossed and fresh.result.expires is not None
    return replace(observed, result=replace(observed.unaged, **ends) if keeps else observed.unaged)


def _bears(recorded: RecordedRun, observation: Measured) -> bool:
    return recorded.run.manifest.evaluation == observation.evaluation


def _covers(request: Request, recorded: RecordedRun) -> bool:
    return contains(request.configurations, recorded.run.manifest.configuration, request.configuration)


def _within(request: Request, recorded: RecordedRun) -> bool:
    return bears(request, recorded.run.manifest.configuration)


_NOT_ASSESSED = {
    "judgement": "a signed judgement is",
    "difference": "a difference between arms is",
    "stated": "a test without what would decide it is",
}


def _not_supported(name: str, observation: Observation) -> Observed:
    """Read, never ignored: it counts as crossed until it can be signed or assessed (V9)."""
    result = ObservationResult(
        observation=Identifier(name),
        evaluation=evaluation_of(observation) or Identifier(observation.measure),
        kind=VerdictKind.NOT_RUN,
        measure=observation.measure,
        direction=getattr(observation, "direction", Direction.RULE_OUT_PROXY),
        relied_on=getattr(observation, "relied_on", False),
        rules=("V9",),
        reasons=(f"{_NOT_ASSESSED[observation.measure]} not supported yet, so it counts as crossed",),
    )
    return Observed(result=result, raises_to=None)
