"""One observation on one tested configuration: from recorded runs to a judged result.

For: assess. Does not know: which other observations the limit has, what is decided.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar, cast

from scalegate.assessment.argument import argument_fault, argument_words, rests_elsewhere
from scalegate.assessment.bounds import GateBounds, free_fit, horizon_bounds, rate_bounds, seed_of
from scalegate.assessment.campaign import reached
from scalegate.assessment.growth import reached_at, reached_on
from scalegate.assessment.pool import Pool
from scalegate.assessment.progress import progress_bounds
from scalegate.assessment.request import RegisteredSuite, Request, Surprises
from scalegate.assessment.screening import disposed_flags, looked_for, standing_flags
from scalegate.assessment.sensitivity import (
    ControlEvidence,
    control_ends,
    control_fault,
    effort_faults,
    exposure_faults,
    exposure_notes,
    exposures_of,
    highest_rung,
    ladder_told,
    ledger_ratio,
)
from scalegate.evidence.outcomes import OutcomeTable, tabulate
from scalegate.evidence.run import Dating
from scalegate.policy.document import (
    AttackerBudget,
    Direction,
    ExistenceObservation,
    HorizonObservation,
    Observation,
    Orientation,
    ProgressObservation,
    RateObservation,
    Relaxable,
    Sampling,
    Unit,
)
from scalegate.quantity import Compute, Digest, Identifier, Minutes, Probability, round_down
from scalegate.verdict.ledger import Effort, Exposure
from scalegate.verdict.rules import Judgement, ObservationFacts, judge, raised_by
from scalegate.verdict.verdict import ObservationResult, VerdictKind, gravest

T = TypeVar("T")
Measured = RateObservation | HorizonObservation | ExistenceObservation | ProgressObservation


@dataclass(frozen=True, kw_only=True)
class Observed:
    """A judged result, and what it may raise a verdict to when it is not relied on (V2).

    Attributes:
        unaged: the same, had no time passed since the runs: what an older pool says beside a newer one.
        dated: of the pool's oldest run; `lasts`: when the calendar ends what it says.
        disposed: all its runs are invalid and another role has disposed of them (E4).
        valid: a run in it is valid, none is invalid and undisposed, and the files are as they were.
        asked: digests of the suites that its runs were ingested against; with subject, evaluation and configuration
            they say which plans are the same (E4).
        undisposed: a run in it is invalid, its bytes gone perhaps, and nobody else has disposed of it.
        invalid: addresses of its runs that can clear nothing; `abandoned`: its plan has no valid run.
        void: nothing in it may clear, for want of sensitivity, registration or coverage.
        harmless: void, but its bytes are whole and its numbers lie below the alert line all the same.
    """

    result: ObservationResult
    raises_to: VerdictKind | None
    unaged: ObservationResult | None = None
    dated: datetime | None = None
    lasts: datetime | None = None
    disposed: bool = False
    undisposed: bool = False
    valid: bool = False
    asked: frozenset[Digest | None] = frozenset()
    invalid: frozenset[Digest] = frozenset()
    abandoned: bool = False
    void: bool = True
    harmless: bool = False


class Memo:
    """What was computed once for a request: several limits read the same tables and the same bounds."""

    def __init__(self) -> None:
        self._kept: dict[Hashable, Any] = {}

    def once(self, key: Hashable, make: Callable[[], T]) -> T:
        """What `make` gives, made at the first asking; keys name everything that `make` depends on."""
        if key not in self._kept:
            self._kept[key] = make()
        return cast(T, self._kept[key])


# ----------------------------------------------------------------------------- one observation


def observe(request: Request, memo: Memo, limit: str, name: str, observation: Measured, pool: Pool) -> Observed:
    """Judge one observation on one pool of runs."""
    return memo.once((limit, name, pool.addresses), lambda: _observe(request, memo, limit, name, observation, pool))


def _observe(request: Request, memo: Memo, limit: str, name: str, observation: Measured, pool: Pool) -> Observed:
    registered = request.suites.get(request.policy.evaluation.evaluations[observation.evaluation].suite)
    if registered is None:
        return _without_suite(request, name, observation, pool)
    table = _reached(observation, pool, _table(request, memo, observation, pool, registered))
    bounds = _bounds(request, memo, limit, observation, pool, table)
    facts = _facts(request, limit, observation, pool, table, bounds)
    judgement = judge(facts)
    ends = _ends(request, observation, pool, bounds)
    worn = _worn(request, observation, bounds, judgement, pool)
    parts = (request, limit, name, observation, pool, table, bounds, facts, ends)
    fresh = replace(facts, expired="")
    numbers = replace(fresh, insensitive=(), unproven=(), flags=())
    void = judge(fresh).kind is not judge(numbers).kind or not table.valid_runs or bool(facts.undisposed_invalid)
    whole = bool(table.valid_runs) and not facts.undisposed_invalid
    return Observed(
        result=_result(*parts, worn),
        raises_to=raised_by(facts, judgement),
        unaged=_result(*parts, judge(fresh)),
        dated=pool.dated,
        lasts=ends.lasts,
        disposed=not table.valid_runs and not facts.undisposed_invalid,
        undisposed=bool(facts.undisposed_invalid),
        valid=whole and not any(r.changed for r in pool.runs),
        asked=frozenset(r.suite for r in pool.runs),
        invalid=frozenset(table.invalid_addresses),
        abandoned=not table.valid_runs and any(r.run.plan for r in pool.runs),
        void=void,
        harmless=void and whole and judge(numbers).kind is VerdictKind.NOT_SHOWN,
    )


def nothing_run(name: str, observation: Measured) -> Observed:
    """The result of an observation that no recorded run bears on."""
    facts = ObservationFacts(direction=_direction(observation))
    return Observed(result=_blank(name, observation, judge(facts)), raises_to=None)


def _without_suite(request: Request, name: str, observation: Measured, pool: Pool) -> Observed:
    """Without its suite a run has no registered tasks: it can clear nothing (E2)."""
    suite = request.policy.evaluation.evaluations[observation.evaluation].suite
    judgement = Judgement(
        kind=VerdictKind.INVALID, rules=("E2",), reasons=(f"the suite {suite} is absent or unreadable",)
    )
    blank = _blank(name, observation, judgement)
    return Observed(
        result=replace(blank, invalid_runs=len(pool.runs), rests_on=tuple(map(Digest, pool.addresses))),
        raises_to=None,
        invalid=frozenset(r.run.address for r in pool.runs),
        abandoned=any(r.run.plan for r in pool.runs),
    )


def _blank(name: str, observation: Measured, judgement: Judgement) -> ObservationResult:
    return ObservationResult(
        observation=Identifier(name),
        evaluation=observation.evaluation,
        kind=judgement.kind,
        measure=observation.measure,
        direction=_direction(observation),
        relied_on=_relied_on(observation),
        limit_value=_limit(observation),
        alert_value=_alert(observation),
        rules=judgement.rules,
        reasons=judgement.reasons,
    )


def _direction(observation: Measured) -> Direction:
    return Direction.DEMONSTRATION if isinstance(observation, ExistenceObservation) else observation.direction


def _relied_on(observation: Observation) -> bool:
    return False if isinstance(observation, ExistenceObservation) else observation.relied_on


def _limit(observation: Measured) -> Decimal | None:
    return None if isinstance(observation, ExistenceObservation) else Decimal(observation.limit)


def _alert(observation: Measured) -> Decimal | None:
    return None if isinstance(observation, ExistenceObservation) else Decimal(observation.alert)


# ------------------------------------------------------------------------------ table and bounds


def _table(
    request: Request, memo: Memo, observation: Measured, pool: Pool, registered: RegisteredSuite
) -> OutcomeTable:
    evaluation = request.policy.evaluation.evaluations[observation.evaluation]
    orientation = observation.orientation if isinstance(observation, RateObservation) else Orientation.HIGHER

    def make() -> OutcomeTable:
        return tabulate(
            [r.run for r in pool.runs],
            registered.suite,
            success_score=evaluation.success_score,
            lower_is_dangerous=orientation is Orientation.LOWER,
            disposed=frozenset(r.run.address for r in pool.runs if r.disposed),
        )

    return memo.once(("table", observation.evaluation, orientation, pool.addresses), make)


def _reached(observation: Measured, pool: Pool, table: OutcomeTable) -> OutcomeTable:
    """The tasks that count: all registered ones, or those that a campaign came to (B4)."""
    if not _anytime(observation):
        return table
    orders = {r.order for r in pool.runs}
    return reached(table, (r.run for r in pool.runs), orders.pop() if len(orders) == 1 else None)


def _anytime(observation: Measured) -> bool:
    return isinstance(observation, RateObservation) and observation.sampling is Sampling.ANYTIME


def _bounds(
    request: Request, memo: Memo, limit: str, observation: Measured, pool: Pool, table: OutcomeTable
) -> GateBounds | None:
    reserve = request.policy.evaluation.blind_spot_reserve
    surprise = request.surprises.get(request.policy.threat_model_of(limit) or "", Surprises())
    if isinstance(observation, RateObservation):
        suite = request.suites[request.policy.evaluation.evaluations[observation.evaluation].suite].suite
        planned = len(suite.tasks)
        same_rate = replace(observation, limit=_ANY, alert=_ANY, precursor=None, relied_on=True)
        key = ("rate", same_rate, surprise.rate, pool.addresses)
        return memo.once(key, lambda: rate_bounds(observation, table, reserve, planned=planned, surprise=surprise.rate))
    if isinstance(observation, HorizonObservation):
        seed = seed_of(request.policy_digest, limit)
        fit = memo.once(
            ("fit", limit, observation.evaluation, pool.addresses),
            lambda: free_fit(table, seed=seed, draws=request.draws),
        )
        same = replace(
            observation, limit=_LONG, alert=_LONG, direction=Direction.DEMONSTRATION, precursor=None, relied_on=True
        )
        bounds = memo.once(
            ("horizon", same, surprise.horizon, pool.addresses),
            lambda: horizon_bounds(observation, table, reserve, surprise=surprise.horizon),
        )
        return replace(bounds, free_fit=fit)
    if isinstance(observation, ProgressObservation):
        return _progress(request, memo, limit, observation, pool, surprise)
    return None


def _progress(
    request: Request, memo: Memo, limit: str, observation: ProgressObservation, pool: Pool, surprise: Surprises
) -> GateBounds:
    registered = request.suites[request.policy.evaluation.evaluations[observation.evaluation].suite]

    def tabled(of: Pool) -> OutcomeTable:
        return _table(request, memo, observation, of, registered)

    def void(of: Pool) -> bool:
        return any(_insensitive(request, limit, observation, of, tabled(of)))

    return progress_bounds(request, observation, pool, tabled, void, surprise=surprise.horizon)


# Stand-ins for what bounds do not depend on, so that observations that differ in nothing else share them.
_ANY, _LONG = Probability(1), Minutes(1)


# ----------------------------------------------------------------------------------------- facts


def _facts(
    request: Request,
    limit: str,
    observation: Measured,
    pool: Pool,
    table: OutcomeTable,
    bounds: GateBounds | None,
) -> ObservationFacts:
    ends = _ends(request, observation, pool, bounds)
    return ObservationFacts(
        direction=_direction(observation),
        limit=_limit(observation),
        alert=_alert(observation),
        lower=bounds.lower if bounds else None,
        upper=bounds.upper if bounds else None,
        demonstrated=isinstance(observation, ExistenceObservation) and _exists(observation, table),
        recorded_runs=len(pool.runs),
        clearing_runs=table.valid_runs,
        undisposed_invalid=_undisposed(pool, table),
        expired=ends.expired or _ended_by_event(request, observation, pool, table),
        insensitive=tuple(_insensitive(request, limit, observation, pool, table)),
        flags=standing_flags(request, observation.evaluation),
        unproven=tuple(_unproven(request, observation, pool, table, bounds)),
    )


def _exists(observation: ExistenceObservation, table: OutcomeTable) -> bool:
    """One verified success, on a task of at least the stated length where one is stated; registered or not (E3)."""
    return any(
        outcome.successes_lower > 0
        and (
            observation.min_human_minutes is None
            or (outcome.human_minutes is not None and outcome.human_minutes >= observation.min_human_minutes)
        )
        for outcome in (*table.outcomes, *table.unregistered)
    )


def _undisposed(pool: Pool, table: OutcomeTable) -> int:
    invalid = set(table.invalid_addresses)
    return sum(1 for r in pool.runs if r.run.address in invalid and not r.disposed)


def _insensitive(request: Request, limit: str, observation: Measured, pool: Pool, table: OutcomeTable) -> Iterable[str]:
    """Why negatives are void (V4)."""
    if fault := _control_fault(request, observation, pool):
        yield fault
    subjects = frozenset({request.model.subject, *request.ancestors, *(r.subject for r in pool.runs)})
    yield from exposure_faults(_exposures(request, observation), subjects)
    budget = _budget(request, limit)
    ratio = _token_ratio(request, limit, pool, table)
    if budget is None:
        yield "the threat model states no attacker budget to measure effort against"
    elif ratio is None:
        yield "the effort behind failed attempts is unknown"
    elif ratio < budget.floor:
        yield f"effort is {ratio} of the attacker budget, below the floor {budget.floor}"
    if budget is not None:
        yield from effort_faults(budget, _efforts(request, observation, pool))


def _budget(request: Request, limit: str) -> AttackerBudget | None:
    """What the attacker of the limit's threat model would spend; None where nobody has stated it."""
    threat_model = request.policy.threat_model_of(limit)
    return request.policy.threat_models[threat_model].attacker_budget if threat_model else None


def _efforts(request: Request, observation: Measured, pool: Pool) -> list[Effort]:
    """Effort stated for this evaluation of the subject that was run, in its configuration."""
    subjects = {r.subject for r in pool.runs}
    return [
        e
        for e in request.efforts
        if e.subject in subjects
        and (e.evaluation, e.configuration) == (observation.evaluation, pool.configuration)
        and e.made_at <= request.now
    ]


def _exposures(request: Request, observation: Measured) -> list[Exposure]:
    return exposures_of(request.policy, request.exposures, observation.evaluation)


def _controls(request: Request, observation: Measured, pool: Pool) -> list[ControlEvidence]:
    asked = (observation.evaluation, pool.configuration)
    made = [c for c in request.controls if c.control.made_at <= request.now]
    return [c for c in made if (c.control.evaluation, c.control.configuration) == asked]


def _control_fault(request: Request, observation: Measured, pool: Pool) -> str:
    evaluation = request.policy.evaluation.evaluations[observation.evaluation]
    if evaluation.positive_control is None:
        return ""
    return control_fault(
        evaluation,
        request.suites[evaluation.suite].suite,
        _controls(request, observation, pool),
        lower_is_dangerous=isinstance(observation, RateObservation) and observation.orientation is Orientation.LOWER,
        calendar=request.policy.evaluation.triggers.calendar,
        now=request.now,
    )


def _token_ratio(request: Request, limit: str, pool: Pool, table: OutcomeTable) -> Decimal | None:
    """Tokens allowed per task over the attacker's, or None when unknown: what is stated, or less where a log says so.

    What a failure spent is shown and not gated on: a model that gave up early was tried with all it was allowed.
    """
    budget = _budget(request, limit)
    configuration = request.configurations.get(pool.configuration)
    if budget is None or configuration is None or configuration.tokens_per_attempt is None:
        return None
    if table.failures_without_effort:
        return None
    stated = configuration.tokens_per_attempt
    logged = table.allowed.tokens
    allowed = (stated if logged is None else min(stated, logged)) * table.attempts_per_task
    return round_down(Decimal(allowed) / (budget.tokens_per_attempt * budget.attempts_per_task))


def _effort_ratio(
    request: Request, limit: str, observation: Measured, pool: Pool, table: OutcomeTable
) -> Decimal | None:
    """The least of all shares of the attacker's effort, tokens and ledger, for display; None when one is unknown."""
    budget = _budget(request, limit)
    tokens = _token_ratio(request, limit, pool, table)
    if budget is None or tokens is None or not budget.asks_for_a_ledger:
        return tokens
    ledger = ledger_ratio(budget, _efforts(request, observation, pool))
    return None if ledger is None else min(tokens, ledger)


def _unproven(
    request: Request, observation: Measured, pool: Pool, table: OutcomeTable, bounds: GateBounds | None
) -> Iterable[tuple[str, str]]:
    """Why smallness rules nothing out, each with its rule."""
    if isinstance(observation, ExistenceObservation):
        return
    if bounds is not None and bounds.upper is None:
        yield "B2", "the elicitation shift is unknown"
    if bounds is not None and bounds.unbounded:
        yield "B3", bounds.unbounded
    if not request.policy.relaxes(Relaxable.REGISTRATION) and not all(r.planned for r in pool.runs):
        yield "E6", "no plan was registered before the run"
    yield from (("E1", r.changed) for r in pool.runs if r.changed)
    if any(r.peeked for r in pool.runs) and not _anytime(observation):
        yield "B4", "results of this sealed plan were looked at before they were complete: register a new plan"
    if observation.direction is Direction.RULE_OUT_PROXY:
        fault = argument_fault(observation.precursor, request.now)
        if fault:
            yield "V1", fault
    floor = request.policy.evaluation.evaluations[observation.evaluation].coverage_floor
    if table.coverage < floor:
        yield "E2", f"coverage is {round_down(table.coverage)} of the registered attempts, below the floor {floor}"


# -------------------------------------------------------------------------------- expiry (V7)


@dataclass(frozen=True, kw_only=True)
class Ends:
    """When a claim ends, and whether it has; `expired` is empty while it stands."""

    expires: datetime | None = None
    because: str = ""
    held_from: datetime | None = None
    train_expires: datetime | None = None
    alert_since: datetime | None = None
    lasts: datetime | None = None
    expired: str = ""


def _ends(request: Request, observation: Measured, pool: Pool, bounds: GateBounds | None) -> Ends:
    if pool.dated is None:
        return Ends(expired="a run has no date, so it counts as expired")
    stated = any(r.run.manifest.dating is Dating.STATED for r in pool.runs)
    if stated and not request.policy.relaxes(Relaxable.EVIDENCE_DATES):
        return Ends(expired="the run's date is only stated by whoever ingested it")
    if pool.dated > request.now:
        return Ends(expired=f"the run is dated {pool.dated:%Y-%m-%d}, after the time of this assessment")
    fixed = [(request.policy.evaluation.triggers.calendar.after(pool.dated), "the calendar interval")]
    if request.policy.evaluation.evaluations[observation.evaluation].positive_control is not None:
        ends = control_ends(_controls(request, observation, pool), request.policy.evaluation.triggers.calendar)
        fixed += [(ends, "its positive control")] if ends is not None else []
    if not isinstance(observation, ExistenceObservation) and observation.precursor:
        fixed.append((observation.precursor.ends, "its precursor argument"))
    cap = min(fixed)
    return _grown(request, observation, pool.dated, bounds, cap)


def _ended_by_event(request: Request, observation: Measured, pool: Pool, table: OutcomeTable) -> str:
    """The first event since the evidence was begun that ends it, in words; evidence of the same instant is before it.

    An event takes away what evidence cleared, never what it raised (law 2): what could clear nothing stays INVALID,
    and `lasts` stays the calendar's, so that an older pool gives way no earlier for it.
    """
    dated = pool.dated
    if dated is None or not table.valid_runs:
        return ""
    since = [
        e for e in request.events if dated <= e.at <= request.now and e.evaluation in (None, observation.evaluation)
    ]
    if not since:
        return ""
    first = min(since, key=lambda e: (e.at, e.event, e.what))
    return f"evidence of {dated:%Y-%m-%d} expired on {first.at:%Y-%m-%d} (event {first.event}: {first.what})"


def _grown(
    request: Request,
    observation: Measured,
    dated: datetime,
    bounds: GateBounds | None,
    cap: tuple[datetime, str],
) -> Ends:
    """Ends by growth of the upper bound, and by the calendar and what the claim rests on (V7)."""
    expired = f"evidence of {dated:%Y-%m-%d} expired on {cap[0]:%Y-%m-%d} ({cap[1]})" if request.now >= cap[0] else ""
    if bounds is None or bounds.upper is None or isinstance(observation, ExistenceObservation):
        return Ends(expired=expired, lasts=cap[0])
    growth, upper = request.policy.evaluation.growth, bounds.upper
    to_limit = reached_on(growth, observation.measure, upper, Decimal(observation.limit), dated)
    to_alert = reached_on(growth, observation.measure, upper, Decimal(observation.alert), dated)
    if not expired and upper < observation.limit and request.now >= to_limit:
        expired = f"outside gains may have taken the bound to the limit on {to_limit:%Y-%m-%d}"
    line, words = (to_alert, "the alert line") if upper < observation.alert else (to_limit, "the limit")
    if request.now >= to_alert:
        line, words = to_limit, "the limit"
    held = min((to_limit, "growth to the limit"), cap)
    ends = min((line, f"growth of outside gains to {words}"), cap)
    return Ends(
        expires=ends[0],
        because=ends[1],
        held_from=held[0],
        train_expires=cap[0],
        alert_since=to_alert if upper < observation.alert else None,
        lasts=cap[0],
        expired=expired,
    )


# ---------------------------------------------------------------------------------------- result


def _result(
    request: Request,
    limit: str,
    name: str,
    observation: Measured,
    pool: Pool,
    table: OutcomeTable,
    bounds: GateBounds | None,
    facts: ObservationFacts,
    ends: Ends,
    judgement: Judgement,
) -> ObservationResult:
    open_claim = not judgement.kind.counts_as_crossed
    ratio = _effort_ratio(request, limit, observation, pool, table)
    return ObservationResult(
        observation=Identifier(name),
        evaluation=observation.evaluation,
        kind=judgement.kind,
        measure=observation.measure,
        direction=facts.direction,
        relied_on=_relied_on(observation),
        lower=facts.lower,
        upper=facts.upper,
        observed_upper=bounds.observed_upper if bounds else None,
        point=bounds.point if bounds else None,
        standard_error=bounds.standard_error if bounds else None,
        limit_value=facts.limit,
        alert_value=facts.alert,
        alpha_lower=_alpha(observation, "alpha_lower"),
        alpha_upper=_alpha(observation, "alpha_upper"),
        tasks=len(table.outcomes),
        attempts=table.attempts,
        missing=table.missing,
        invalid_runs=table.invalid_runs,
        abandoned_runs=request.abandoned.get(observation.evaluation, 0),
        statistical_power=_power(observation, table),
        elicitation_shift=bounds.shift if bounds else None,
        effort_ratio=ratio,
        median_failure_tokens=table.median_failure_tokens,
        allowed_tokens=table.allowed.tokens,
        envelope=bounds.envelope if bounds else "",
        estimator=bounds.estimator if bounds else "",
        rung=highest_rung(_efforts(request, observation, pool)),
        sampling=_sampling(observation) if bounds else "",
        expires=ends.expires if open_claim else None,
        expires_because=ends.because if open_claim else "",
        held_from=ends.held_from if open_claim else None,
        train_expires=ends.train_expires if open_claim else None,
        train_cap=_train_cap(request, observation, pool, facts, bounds, judgement.kind) if open_claim else None,
        train_held_cap=_train_cap(request, observation, pool, facts, bounds, VerdictKind.ALERT) if open_claim else None,
        alert_since=ends.alert_since if judgement.kind is VerdictKind.ALERT else None,
        free_fit=bounds.free_fit if bounds else None,
        rules=judgement.rules,
        reasons=judgement.reasons,
        assumptions=tuple(_assumptions(request, observation, bounds)),
        rests_on=(*table.rests_on, *(bounds.series if bounds else ())),
        not_tested=(
            *_not_tested(observation, table, bounds, ratio),
            ladder_told(_efforts(request, observation, pool)),
            *_flags_told(request, observation),
            *rests_elsewhere(None if isinstance(observation, ExistenceObservation) else observation.precursor),
        ),
    )


def _sampling(observation: Measured) -> str:
    return Sampling.ANYTIME if _anytime(observation) else Sampling.SEALED


def _worn(
    request: Request, observation: Measured, bounds: GateBounds | None, judgement: Judgement, pool: Pool
) -> Judgement:
    """A claim below the alert line reads ALERT once outside gains may have taken the bound there (V7)."""
    worn = judgement.kind is VerdictKind.NOT_SHOWN and pool.dated is not None
    if not worn or bounds is None or bounds.upper is None or isinstance(observation, ExistenceObservation):
        return judgement
    assert pool.dated is not None
    growth = request.policy.evaluation.growth
    to_alert = reached_on(growth, observation.measure, bounds.upper, Decimal(observation.alert), pool.dated)
    if request.now < to_alert:
        return judgement
    why = f"outside gains may have taken the bound to the alert line on {to_alert:%Y-%m-%d}"
    return Judgement(kind=gravest(judgement.kind, VerdictKind.ALERT), rules=("V7",), reasons=(why,))


def _power(observation: Measured, table: OutcomeTable) -> Decimal | None:
    """Chance that the bound falls below the limit if the true rate is half the alert line; None where unknown.

    Displayed, never used: it does not overturn a bound (V4). Exact for one attempt at each independent task.
    """
    if not isinstance(observation, RateObservation) or observation.measure != "success_rate" or not table.outcomes:
        return None
    if observation.unit is not Unit.TASK or table.attempts_per_task != 1 or not 0 < observation.limit < 1:
        return None
    if _anytime(observation):
        return None
    from scalegate.estimate.power import statistical_power

    limit, alpha = float(observation.limit), float(observation.alpha_upper)
    return round_down(statistical_power(len(table.outcomes), limit, alpha, float(observation.alert) / 2))


def _alpha(observation: Measured, name: str) -> Probability | None:
    return None if isinstance(observation, ExistenceObservation) else cast(Probability, getattr(observation, name))


def _train_cap(
    request: Request,
    observation: Measured,
    pool: Pool,
    facts: ObservationFacts,
    bounds: GateBounds | None,
    kind: VerdictKind,
) -> Compute | None:
    """The compute at which training growth ends a claim of this kind: at the alert line or at the limit (V6, V7)."""
    if isinstance(observation, ExistenceObservation) or facts.upper is None:
        return None
    computes = [r.effective_compute for r in pool.runs]
    if None in computes or not computes:
        return None
    start = min(c for c in computes if c is not None)
    line = observation.limit if kind is VerdictKind.ALERT else observation.alert
    growth, share = request.policy.evaluation.growth, bounds.weight if bounds else Decimal(1)
    return reached_at(growth, observation.measure, facts.upper, Decimal(line), start, share=share)


def _assumptions(request: Request, observation: Measured, bounds: GateBounds | None) -> Iterable[str]:
    """What the reader must believe for the numbers to mean what they say; printed with the verdict."""
    if isinstance(observation, ExistenceObservation) or bounds is None:
        return
    yield f"elicitation shift {bounds.shift_words}"
    reserve = request.policy.evaluation.blind_spot_reserve
    amount = reserve.rate if isinstance(observation, RateObservation) else reserve.horizon
    yield f"blind-spot reserve {amount}, set by {reserve.set_by}: {reserve.reason}"
    if observation.precursor:
        yield from argument_words(observation.precursor)
    if bounds.envelope:
        yield f"envelope: {bounds.envelope}"
    if bounds.estimator.startswith("overdispersed"):
        yield "success rates of tasks are beta distributed, or 1 on some and alike on others (spread: any takes none)"
    evaluation = request.policy.evaluation.evaluations[observation.evaluation]
    yield from exposure_notes(
        evaluation, _exposures(request, observation), frozenset({request.model.subject, *request.ancestors})
    )
    for relaxation in request.policy.evaluation.relaxations:
        yield f"{relaxation.requirement}: {relaxation.value}, by {relaxation.author}: {relaxation.why}"


def _not_tested(
    observation: Measured, table: OutcomeTable, bounds: GateBounds | None, ratio: Decimal | None
) -> Iterable[str]:
    if table.missing:
        yield f"{table.missing} of {table.registered_attempts} registered attempts have no valid outcome"
    yield from table.voided
    if ratio is None:
        yield "the effort behind failed attempts is unknown"
    elif ratio < 1:
        yield f"effort is {ratio} of the attacker budget"
    yield from _allowances(table)
    yield from (bounds.notes if bounds else ())
    yield from _outside_envelope(observation, bounds)


def _allowances(table: OutcomeTable) -> Iterable[str]:
    """What logs say that attempts were allowed, beside what they took of it: no token budget tells these (V4)."""
    allowed, spent = table.allowed, table.median_failure_tokens
    if spent is not None and allowed.tokens is not None and spent < allowed.tokens:
        yield f"failed attempts spent {spent} of the {allowed.tokens} tokens that they were allowed (median)"
    named = ((allowed.messages, "messages"), (allowed.seconds, "seconds"), (allowed.answer_tokens, "tokens an answer"))
    yield from (f"attempts were allowed at most {number} {what}" for number, what in named if number is not None)


def _flags_told(request: Request, observation: Measured) -> Iterable[str]:
    """Which checks were made of what the limit relies on, and what was disposed of (V5)."""
    if _relied_on(observation):
        yield looked_for(request, observation.evaluation)
        yield from disposed_flags(request, observation.evaluation)


def _outside_envelope(observation: Measured, bounds: GateBounds | None) -> Iterable[str]:
    """Said, not gated on: a rule that looks at the fitted slope would not be monotone in every outcome (B5)."""
    slope = bounds.free_fit.slope if bounds and bounds.free_fit else None
    if slope is None or not isinstance(observation, HorizonObservation):
        return
    envelope = observation.envelope
    if not envelope.slope_from <= slope <= envelope.slope_to:
        stated = f"{envelope.slope_from} to {envelope.slope_to}"
        yield f"the free fit's slope {slope:.3g} lies outside the envelope {stated}, where no coverage is promised"
