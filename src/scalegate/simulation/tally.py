"""What happened in all runs: counted while the weeks go by, so that nothing of their size is kept.

For: outcomes. Does not know: how a week came about, how a figure is shown.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scalegate.decision.abstract import Answer, Claim
from scalegate.decision.state import tie_of
from scalegate.policy.document import Permission, PolicyDocument
from scalegate.simulation.instrument import FloatArray, Instrument
from scalegate.simulation.table import ANSWERS, CLAIMS, BoolArray, IntArray, WordArray
from scalegate.simulation.terms import Terms
from scalegate.simulation.trajectory import GRANTED, HELD, Asked, Question, Week

BANDS = (5.0, 50.0, 95.0)
_CROSSED_BY_EVIDENCE = (CLAIMS.index(Claim.DANGER_SHOWN), CLAIMS.index(Claim.NOT_RULED_OUT))
_ALERT = CLAIMS.index(Claim.ALERT)
_NEVER = 2**31 - 1


class Truth:
    """Which limits are truly reached in a week, and how far beyond each line the capability lies.

    A limit that nothing simulated reads has no known truth.
    """

    def __init__(self, instrument: Instrument) -> None:
        self._lines = [limit.lines for limit in instrument.limits]
        self.known = np.array([bool(lines) for lines in self._lines], dtype=bool)

    def beyond(self, truth: FloatArray, line: str) -> FloatArray:
        """Capability minus line, on the scale of the dial that is farthest; shape (limit, run)."""
        rows = [
            np.max([truth[each.dial] - getattr(each, line) for each in lines], axis=0)
            if lines
            else np.full(truth.shape[1:], -np.inf)
            for lines in self._lines
        ]
        return np.array(rows).reshape(len(self._lines), *truth.shape[1:])


@dataclass(kw_only=True)
class QuestionTally:
    """Counts for one question; arrays are over runs, or (limit, run)."""

    question: Question
    asked: IntArray
    held: IntArray
    waived: IntArray
    missed: IntArray
    missed_waived: IntArray
    false_alarms: IntArray
    exposed: IntArray
    quiet: IntArray
    limit_missed: IntArray
    limit_false: IntArray
    limit_held: IntArray
    episodes: IntArray
    streak: IntArray
    longest: IntArray
    first_hold: IntArray
    lengths: IntArray
    held_by_week: IntArray
    asked_by_week: IntArray
    visits: IntArray
    held_clauses: WordArray
    crossed: BoolArray


class Tally:
    """Everything that is counted."""

    def __init__(self, policy: PolicyDocument, terms: Terms, instrument: Instrument, runs: int, length: int) -> None:
        self._policy, self._terms, self.instrument = policy, terms, instrument
        self.runs, self.length = runs, length
        self.truth = Truth(instrument)
        self.questions: dict[Question, QuestionTally] = {}
        shape = (len(instrument.limits), runs)
        self.reached_at = np.full(shape, _NEVER, dtype=np.int64)
        self.alert_reached_at = np.full(shape, _NEVER, dtype=np.int64)
        self.first_alert = np.full(shape, _NEVER, dtype=np.int64)
        self.first_crossed = np.full(shape, _NEVER, dtype=np.int64)
        self.over_alert, self.over_limit = np.zeros(shape), np.zeros(shape)
        self.over_alert_known, self.over_limit_known = np.zeros(shape, dtype=bool), np.zeros(shape, dtype=bool)
        self.reached_at_report = np.zeros(shape, dtype=bool)
        self.bands = np.zeros((len(instrument.dials), length, len(BANDS)))
        self.reached_share = np.zeros((len(instrument.limits), length))
        self.due: dict[str, BoolArray] = {}
        self.begun: dict[str, BoolArray] = {}
        self.events = np.zeros((max(1, len(terms.events)), runs), dtype=bool)
        self.duties = np.zeros((len(terms.duties), runs), dtype=bool)
        self.duties_asked = np.zeros(runs, dtype=bool)
        self.waivers = np.zeros(runs, dtype=bool)
        self.paused = np.zeros(runs, dtype=bool)
        self.reports = np.zeros(runs, dtype=np.int64)
        self.compute = np.zeros(runs)
        self._needed = {p: self._ties(p) for p in Permission}

    def _ties(self, permission: Permission) -> list[tuple[bool, tuple[str, ...]]]:
        """For each limit: whether nothing permits beyond it, and what must be in force else."""
        found: list[tuple[bool, tuple[str, ...]]] = []
        for limit in self.instrument.limits:
            tie = tie_of(self._policy, limit.id, permission)
            stated = tie is not None and bool(tie.protections or tie.none_because)
            found.append((limit.hard_stop or not stated, tuple(tie.protections) if tie else ()))
        return found

    def take(self, week: Week) -> None:
        """Count one week."""
        beyond_limit, beyond_alert = (self.truth.beyond(week.truth, line) for line in ("limit", "alert"))
        reached = beyond_limit >= 0
        _first(self.reached_at, reached, week.week)
        _first(self.alert_reached_at, beyond_alert >= 0, week.week)
        by_evidence = np.isin(week.claims, _CROSSED_BY_EVIDENCE)
        _first(self.first_alert, by_evidence | (week.claims == _ALERT), week.week)
        _first(self.first_crossed, by_evidence, week.week)
        self._overshoot(week, beyond_alert, beyond_limit)
        if week.truth.size:
            self.bands[:, week.week] = np.percentile(week.truth, BANDS, axis=1).T
        self.reached_share[:, week.week] = reached.mean(axis=1)
        for name, now in week.due.items():
            self.due[name] = self.due[name] | now if name in self.due else now.copy()
        hit = np.nonzero(week.events >= 0)[0]
        self.events[week.events[hit], hit] = True
        self.duties |= week.duty_late.any(axis=1)
        self.duties_asked |= (week.claims == _ALERT).any(axis=0)
        for name, now in week.begun.items():
            self.begun[name] = self.begun[name] | now if name in self.begun else now.copy()
        self.reports += week.reported
        self.compute = week.compute
        for asked in week.asked:
            self._question(week, asked, reached)

    def _overshoot(self, week: Week, beyond_alert: FloatArray, beyond_limit: FloatArray) -> None:
        """How far beyond a line the capability is when the first campaign reports whose checkpoint lay beyond it."""
        for crossed_at, known, value, beyond in (
            (self.alert_reached_at, self.over_alert_known, self.over_alert, beyond_alert),
            (self.reached_at, self.over_limit_known, self.over_limit, beyond_limit),
        ):
            fresh = week.reported & (week.seen >= crossed_at) & ~known
            value[fresh] = beyond[fresh]
            known |= fresh
            if known is self.over_alert_known:
                self.reached_at_report |= fresh & (beyond_limit >= 0)

    def _question(self, week: Week, asked: Asked, reached: BoolArray) -> None:
        tally = self.questions.get(asked.question)
        if tally is None:
            tally = self.questions[asked.question] = self._fresh(asked.question)
        held = asked.asked & (asked.answers != GRANTED)
        acts = asked.asked & (asked.answers != HELD)
        exposed = reached & self._missing(asked.question.permission, week.in_force)
        any_exposed = exposed.any(axis=0)
        blocked = asked.table.blocked_by(asked.places)
        untrue = ~reached & self.truth.known[:, None]
        granted = asked.asked & (asked.answers == GRANTED)
        tally.asked += asked.asked
        tally.held += held
        tally.waived += asked.asked & ~granted & acts
        tally.missed += granted & any_exposed
        tally.missed_waived += acts & ~granted & any_exposed
        by_limits = held & blocked.any(axis=0) & ~asked.table.held_otherwise(asked.places)
        tally.false_alarms += by_limits & ~(blocked & ~untrue).any(axis=0) & ~any_exposed
        tally.exposed += asked.asked & any_exposed
        tally.quiet += asked.asked & ~any_exposed
        tally.limit_missed += granted & exposed
        tally.limit_false += held & blocked & untrue
        tally.limit_held += held & blocked
        _first(tally.first_hold, held, week.week)
        ended = ~held & (tally.streak > 0)
        tally.lengths += np.bincount(tally.streak[ended], minlength=self.length + 1)
        tally.episodes += held & (tally.streak == 0)
        tally.streak = np.where(held, tally.streak + 1, 0)
        np.maximum(tally.longest, tally.streak, out=tally.longest)
        tally.held_by_week[week.week], tally.asked_by_week[week.week] = held.sum(), asked.asked.sum()
        self._clauses(tally, asked, held, np.isfinite(week.seen))

    def _clauses(self, tally: QuestionTally, asked: Asked, held: BoolArray, reported: BoolArray) -> None:
        visits = np.bincount(asked.places[asked.asked], minlength=asked.table.distinct)
        if visits.size > tally.visits.size:
            tally.visits = np.concatenate([tally.visits, np.zeros(visits.size, dtype=np.int64)])
        tally.visits[: visits.size] += visits
        words = asked.table.clauses()
        if words.shape[0] > tally.held_clauses.shape[0]:
            more = np.zeros((words.shape[0] - tally.held_clauses.shape[0], self.runs), dtype=np.uint64)
            tally.held_clauses = np.concatenate([tally.held_clauses, more])
        for at, word in enumerate(words):  # what is granted has no clause that holds
            tally.held_clauses[at] |= np.where(held, np.take(word, asked.places), np.uint64(0))
        # before the first report everything counts as crossed: that a clause is asked about then tells nothing
        tally.crossed |= asked.table.crossed(asked.places) & asked.asked & reported
        self.waivers |= asked.asked & (asked.answers == ANSWERS.index(Answer.WAIVED))

    def _missing(self, permission: Permission, in_force: BoolArray) -> BoolArray:
        """Limits beyond which something that is asked is not in force; shape (limit, run)."""
        measures = list(self._policy.protections.measures)
        if permission is Permission.ASSESS:  # it is what ends a hold: nothing is asked of the limits (D6)
            return np.zeros((len(self.instrument.limits), in_force.shape[1]), dtype=bool)
        rows = [
            np.ones(in_force.shape[1], dtype=bool)
            if nothing_permits
            else ~in_force[[measures.index(name) for name in names]].all(axis=0)
            for nothing_permits, names in self._needed[permission]
        ]
        return np.array(rows, dtype=bool).reshape(len(self.instrument.limits), in_force.shape[1])

    def _fresh(self, question: Question) -> QuestionTally:
        runs, limits = self.runs, len(self.instrument.limits)

        def none(*shape: int) -> IntArray:
            return np.zeros(shape, dtype=np.int64)

        def small(*shape: int) -> IntArray:  # no run has more weeks than 16 bits hold
            return np.zeros(shape, dtype=np.int16)

        return QuestionTally(
            question=question,
            asked=small(runs),
            held=small(runs),
            waived=small(runs),
            missed=small(runs),
            missed_waived=small(runs),
            false_alarms=small(runs),
            exposed=small(runs),
            quiet=small(runs),
            limit_missed=small(limits, runs),
            limit_false=small(limits, runs),
            limit_held=small(limits, runs),
            episodes=small(runs),
            streak=none(runs),
            longest=none(runs),
            first_hold=np.full(runs, _NEVER, dtype=np.int64),
            lengths=none(self.length + 1),
            held_by_week=none(self.length),
            asked_by_week=none(self.length),
            visits=none(0),
            held_clauses=np.zeros((0, runs), dtype=np.uint64),
            crossed=np.zeros((limits, runs), dtype=bool),
        )


def _first(at: IntArray, now: BoolArray, week: int) -> None:
    """Note the first week in which something is so."""
    at[now & (at == _NEVER)] = week


def happened(at: IntArray) -> BoolArray:
    """Where a first week was noted."""
    return np.asarray(at != _NEVER)
