"""What a simulation found, in figures with their Monte Carlo errors.

For: whoever shows it. Does not know: how it is shown, how a week came about.

Every figure is about the imagined runs of one scenario. An error here says how far another seed would move a figure;
it says nothing about how far the scenario is from the world.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np
import numpy.typing as npt

from scalegate.policy.document import Permission, PolicyDocument
from scalegate.simulation.clause import ClauseOutcome, clauses_of
from scalegate.simulation.draws import Draws
from scalegate.simulation.instrument import FloatArray, Instrument, LimitInstrument, off_scale
from scalegate.simulation.scenario import Scenario
from scalegate.simulation.table import DecisionTable
from scalegate.simulation.tally import QuestionTally, Tally, happened
from scalegate.simulation.terms import WEEKS_PER_YEAR, Terms, log2_of

Numbers = npt.NDArray[Any]


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """A mean over runs with its standard error; the error is None for a single run."""

    value: float
    error: float | None


@dataclass(frozen=True, kw_only=True)
class Spread:
    """The 5, 50 and 95 % points over those runs in which there is a value."""

    low: float
    middle: float
    high: float
    runs: int


def estimate(each: Numbers, per: float = 1.0) -> Estimate:
    """The mean of one number for each run, divided by `per`."""
    values = each.astype(np.float64) / per
    error = float(values.std(ddof=1)) / sqrt(values.size) if values.size > 1 else None
    if error is not None and values.min() == values.max():
        error = 0.0  # not what is left of rounding
    return Estimate(value=float(values.mean()), error=error)


def spread(values: Numbers) -> Spread | None:
    """None when no run has a value."""
    if not values.size:
        return None
    low, middle, high = (float(v) for v in np.percentile(values, (5, 50, 95)))
    return Spread(low=low, middle=middle, high=high, runs=int(values.size))


def _spread_of_counts(counts: Numbers) -> Spread | None:
    """The same from how often each whole number occurred."""
    total = int(counts.sum())
    if not total:
        return None
    up_to = np.cumsum(counts)
    low, middle, high = (float(np.searchsorted(up_to, total * share)) for share in (0.05, 0.5, 0.95))
    return Spread(low=low, middle=middle, high=high, runs=total)


@dataclass(frozen=True, kw_only=True)
class LimitShare:
    """What one limit does to one question, in weeks a year."""

    limit: str
    held: Estimate
    missed: Estimate
    false_alarm: Estimate


@dataclass(frozen=True, kw_only=True)
class Cost:
    """Expected cost a year in weeks of false alarm, at one ratio: the policy, and two that need no policy."""

    ratio: float
    policy: Estimate
    never_hold: Estimate
    always_hold: Estimate


@dataclass(frozen=True, kw_only=True)
class QuestionOutcome:
    """When, how often and for how long one permission is held.

    Attributes:
        asked: weeks a year in which anybody asks.
        held: weeks a year.
        held_share: share of the weeks asked.
        runs_held: share of runs in which it is ever held.
        first_hold: week.
        episodes: holds that begin, a year.
        episode_weeks: length of the holds that ended.
        held_at_end: share of runs held in the last week.
        missed: weeks a year granted while a limit is truly reached and something that is tied to it is not in force.
        missed_waived: the same under a waiver.
        false_alarm: weeks a year held by limits alone, none of which is truly reached, while nothing that a reached
            limit asks for is missing.
        rules: weeks a year in which each rule holds; several can hold at once.
        by_week: share held of the runs that ask, for each week; None where none does.
        asking_by_week: how many ask.
        breaks_even: ratio from which on the policy costs less than never holding; None when it never does.
    """

    title: str
    permission: Permission
    widening: bool
    asked: Estimate
    held: Estimate
    held_share: float
    runs_held: Estimate
    first_hold: Spread | None
    episodes: Estimate
    episode_weeks: Spread | None
    held_at_end: float
    waived: Estimate
    missed: Estimate
    missed_waived: Estimate
    false_alarm: Estimate
    rules: dict[str, float]
    limits: tuple[LimitShare, ...]
    costs: tuple[Cost, ...]
    breaks_even: float | None
    by_week: tuple[float | None, ...]
    asking_by_week: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class LimitOutcome:
    """One limit against its truth.

    Attributes:
        reached: share of runs in which the true capability reaches it.
        reached_week: when.
        lead: weeks from the first alert (or crossing that was seen) until it is truly reached; below 0 it came after.
        unwarned: share of the runs that reach it in which no alert came before.
        crossed_first: share of the runs that reach it in which it counted as crossed by evidence before.
        competitor_first: share of runs in which the competitor reaches it before we do.
        known: whether anything simulated says where it truly lies.
    """

    limit: str
    threat_model: str
    hard_stop: bool
    known: bool
    reached: Estimate
    reached_week: Spread | None
    lead: Spread | None
    unwarned: Estimate | None
    crossed_first: Estimate | None
    competitor_first: Estimate


@dataclass(frozen=True, kw_only=True)
class Overshoot:
    """How far the truth is beyond a line when the first campaign reports whose checkpoint lay beyond it.

    Attributes:
        unit: `x` for a factor on a task length, empty for points of a rate.
        past_alert, past_limit: in that unit.
        used_up: share of the runs that are past the alert line in which the truth is already past the limit then.
    """

    limit: str
    unit: str
    buffer: float
    past_alert: Spread | None
    past_limit: Spread | None
    used_up: Estimate | None


@dataclass(frozen=True, kw_only=True)
class DialBand:
    """A true capability week by week: (5, 50, 95 %), on its scale, and the lines across it."""

    title: str
    scale: str
    points: tuple[tuple[float, float, float], ...]
    lines: tuple[tuple[str, float, float], ...]


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """Everything that was found; `errors` of a share of runs are binomial."""

    runs: int
    weeks: int
    distinct_states: int
    gate_calls: int
    questions: tuple[QuestionOutcome, ...]
    limits: tuple[LimitOutcome, ...]
    overshoot: tuple[Overshoot, ...]
    clauses: tuple[ClauseOutcome, ...]
    dials: tuple[DialBand, ...]
    campaigns: Estimate
    person_weeks: Estimate
    doublings: Spread
    competitor_ahead: Spread


def outcome_of(
    policy: PolicyDocument,
    scenario: Scenario,
    terms: Terms,
    instrument: Instrument,
    table: DecisionTable,
    drawn: Draws,
    tally: Tally,
) -> Outcome:
    """The figures of a tally."""
    years = tally.length / WEEKS_PER_YEAR
    ahead = float(scenario.competitors.ahead) + log2_of(scenario.competitors.growth_per_year) * years
    grown = tally.compute - terms.start
    doublings, gap = spread(grown), spread(ahead - grown)
    assert doublings is not None
    assert gap is not None
    campaigns = estimate(tally.reports, years)
    each = float(scenario.evaluation.person_weeks)
    return Outcome(
        runs=tally.runs,
        weeks=tally.length,
        distinct_states=table.distinct,
        gate_calls=table.gate_calls,
        questions=tuple(_question(q, table, tally, scenario, years) for q in tally.questions.values()),
        limits=tuple(_limits(scenario, instrument, drawn, tally)),
        overshoot=overshoot_of(instrument, tally),
        clauses=tuple(clauses_of(policy, scenario, table, tally)),
        dials=tuple(_dials(instrument, tally)),
        campaigns=campaigns,
        person_weeks=Estimate(
            value=campaigns.value * each, error=None if campaigns.error is None else campaigns.error * each
        ),
        doublings=doublings,
        competitor_ahead=gap,
    )


# ------------------------------------------------------------------------------------ questions


def _question(
    counted: QuestionTally, table: DecisionTable, tally: Tally, scenario: Scenario, years: float
) -> QuestionOutcome:
    missed, false = counted.missed.astype(np.float64), counted.false_alarms.astype(np.float64)
    exposed, quiet = counted.exposed.astype(np.float64), counted.quiet.astype(np.float64)
    kept = float((exposed - missed).mean())
    asked = int(counted.asked.sum(dtype=np.int64))
    question = counted.question
    return QuestionOutcome(
        title=question.title,
        permission=question.permission,
        widening=question.widening,
        asked=estimate(counted.asked, years),
        held=estimate(counted.held, years),
        held_share=float(counted.held.sum(dtype=np.int64)) / asked if asked else 0.0,
        runs_held=estimate(happened(counted.first_hold)),
        first_hold=spread(counted.first_hold[happened(counted.first_hold)]),
        episodes=estimate(counted.episodes, years),
        episode_weeks=_spread_of_counts(counted.lengths),
        held_at_end=float((counted.streak > 0).mean()),
        waived=estimate(counted.waived, years),
        missed=estimate(missed, years),
        missed_waived=estimate(counted.missed_waived, years),
        false_alarm=estimate(false, years),
        rules=_rules(counted, table, tally.runs * years),
        limits=tuple(_shares(counted, tally, years)),
        costs=tuple(
            Cost(
                ratio=float(ratio),
                policy=estimate(float(ratio) * missed + false, years),
                never_hold=estimate(float(ratio) * exposed, years),
                always_hold=estimate(quiet, years),
            )
            for ratio in scenario.cost_ratios
        ),
        breaks_even=float(false.mean()) / kept if kept > 0 else None,
        by_week=tuple(
            None if not n else float(held) / float(n)
            for held, n in zip(counted.held_by_week, counted.asked_by_week, strict=True)
        ),
        asking_by_week=tuple(int(n) for n in counted.asked_by_week),
    )


def _rules(counted: QuestionTally, table: DecisionTable, run_years: float) -> dict[str, float]:
    """Weeks a year in which each rule holds: visits to states times what holds there."""
    of = table.of(counted.question.permission)
    holds = of.clause_table()[:, : counted.visits.size]
    visits = counted.visits[: holds.shape[1]]
    found: dict[str, float] = {}
    for rule in dict.fromkeys(rule for rule, _, _ in of.keys):
        rows = [at for (named, _, _), at in of.keys.items() if named == rule]
        weeks = float(visits[holds[rows].any(axis=0)].sum())
        if weeks:
            found[rule] = weeks / run_years
    return dict(sorted(found.items(), key=lambda item: -item[1]))


def _shares(counted: QuestionTally, tally: Tally, years: float) -> Iterator[LimitShare]:
    for at, limit in enumerate(tally.instrument.limits):
        yield LimitShare(
            limit=limit.id,
            held=estimate(counted.limit_held[at], years),
            missed=estimate(counted.limit_missed[at], years),
            false_alarm=estimate(counted.limit_false[at], years),
        )


# --------------------------------------------------------------------------------------- limits


def _limits(scenario: Scenario, instrument: Instrument, drawn: Draws, tally: Tally) -> Iterator[LimitOutcome]:
    for at, limit in enumerate(instrument.limits):
        reached = happened(tally.reached_at[at])
        when, alert = tally.reached_at[at][reached], tally.first_alert[at][reached]
        warned = happened(alert)
        theirs = _competitor(scenario, limit, drawn)
        ours = np.where(reached, tally.reached_at[at].astype(np.float64), np.inf)
        first = (theirs < ours) & (theirs < tally.length)
        yield LimitOutcome(
            limit=limit.id,
            threat_model=limit.threat_model,
            hard_stop=limit.hard_stop,
            known=bool(limit.lines),
            reached=estimate(reached),
            reached_week=spread(when),
            lead=spread((when - alert)[warned]),
            unwarned=estimate(~warned | (alert > when)) if when.size else None,
            crossed_first=estimate(tally.first_crossed[at][reached] <= when) if when.size else None,
            competitor_first=estimate(first),
        )


def _competitor(scenario: Scenario, limit: LimitInstrument, drawn: Draws) -> FloatArray:
    """The week in which the competitor's capability reaches a limit; its growth is as steep as our own."""
    runs = drawn.per_week.size
    weekly = log2_of(scenario.competitors.growth_per_year) / WEEKS_PER_YEAR
    found = np.full(runs, np.inf)
    for line in limit.lines:
        away = line.limit - drawn.begin[line.dial] - drawn.by_training[line.dial] * float(scenario.competitors.ahead)
        pace = drawn.by_training[line.dial] * weekly + drawn.by_week[line.dial]
        week = np.where(away <= 0, 0.0, np.where(pace > 0, away / np.maximum(pace, 1e-12), np.inf))
        found = np.minimum(found, week)
    return found


_FAR = 300.0
"""Doublings, or log-odds, past which a figure says only that it is far; the next ones are no numbers any more."""


def overshoot_of(instrument: Instrument, tally: Tally) -> tuple[Overshoot, ...]:
    """Of every limit that is read."""
    return tuple(_overshoot(instrument, tally, at) for at, limit in enumerate(instrument.limits) if limit.lines)


def _overshoot(instrument: Instrument, tally: Tally, at: int) -> Overshoot:
    limit = instrument.limits[at]
    line = limit.lines[0]
    scale = instrument.dials[line.dial].scale

    def past(start: float, beyond: FloatArray) -> FloatArray:
        if scale == "time_horizon":
            return np.asarray(np.exp2(np.clip(beyond, -_FAR, _FAR)))
        return np.asarray(1 / (1 + np.exp(-np.clip(start + beyond, -_FAR, _FAR))) - off_scale(scale, start))

    known = tally.over_alert_known[at]
    room = past(line.alert, np.array([line.limit - line.alert]))
    return Overshoot(
        limit=limit.id,
        unit="x" if scale == "time_horizon" else "",
        buffer=float(room[0]),
        past_alert=spread(past(line.alert, tally.over_alert[at][known])),
        past_limit=spread(past(line.limit, tally.over_limit[at][tally.over_limit_known[at]])),
        used_up=estimate(tally.reached_at_report[at][known]) if known.any() else None,
    )


def _dials(instrument: Instrument, tally: Tally) -> Iterator[DialBand]:
    for at, dial in enumerate(instrument.dials):
        lines = [
            (limit.id, line.limit, line.alert) for limit in instrument.limits for line in limit.lines if line.dial == at
        ]
        points = tuple((float(a), float(b), float(c)) for a, b, c in tally.bands[at])
        yield DialBand(title=dial.id, scale=dial.scale, points=points, lines=tuple(lines))
