"""One run of a developer beside thousands of others, week by week, with every decision looked up.

For: the tally, which counts what happens. Does not know: what is counted, how it is shown.

A held run waits: what was decided this week moves the next one. Within a week compute stops at a due point.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from scalegate.decision.abstract import Answer, Claim
from scalegate.decision.state import Training
from scalegate.policy.document import Permission, PolicyDocument
from scalegate.simulation.campaign import Campaigns
from scalegate.simulation.draws import Draws, draw, generator
from scalegate.simulation.instrument import FloatArray, Instrument
from scalegate.simulation.renewal import Renewals
from scalegate.simulation.scenario import Scenario, weeks
from scalegate.simulation.table import (
    ANSWERS,
    CLAIMS,
    TRAININGS,
    BoolArray,
    CodeArray,
    Columns,
    DecisionTable,
    IntArray,
    PermissionTable,
    limit_codes,
)
from scalegate.simulation.terms import WEEKS_PER_YEAR, Terms

ALERT, NOT_RULED_OUT = CLAIMS.index(Claim.ALERT), CLAIMS.index(Claim.NOT_RULED_OUT)
GRANTED, HELD = ANSWERS.index(Answer.GRANTED), ANSWERS.index(Answer.HELD)
_BEFORE_USE = (Permission.TRAIN, Permission.STORE, Permission.ASSESS)


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is asked every week; nobody asks to use what no evaluation has reported on."""

    permission: Permission
    widening: bool = False

    @property
    def title(self) -> str:
        return f"{self.permission.value} (wider)" if self.widening else self.permission.value


QUESTIONS = (
    *(Question(permission=permission) for permission in Permission),
    *(Question(permission=p, widening=True) for p in (Permission.USE_INTERNALLY, Permission.DEPLOY)),
)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One question in one week.

    Attributes:
        asked: shape (run,); whether anybody asks.
        places: in the permission's table; shape (run,).
        answers: places in `ANSWERS`; shape (run,).
    """

    question: Question
    table: PermissionTable
    asked: BoolArray
    places: IntArray
    answers: CodeArray


@dataclass(frozen=True, kw_only=True)
class Week:
    """What was the case in one week, and what was answered.

    Attributes:
        truth: of each dial, on its scale; shape (dial, run).
        compute: log2 FLOP; shape (run,).
        claims: places in `CLAIMS`, for every permission but TRAIN; shape (limit, run).
        duty_late: shape (duty, limit, run).
        in_force: shape (measure, run).
        reported: runs in which a campaign reports this week; shape (run,).
        seen: week of the checkpoint that the last report is about; shape (run,).
        events: place of the event that happened, or -1; shape (run,).
        due: which trigger makes an assessment due, by name; shape (run,) each.
        begun: which begins a campaign, likewise.
    """

    week: int
    truth: FloatArray
    compute: FloatArray
    claims: CodeArray
    duty_late: BoolArray
    in_force: BoolArray
    reported: BoolArray
    seen: FloatArray
    events: IntArray
    due: dict[str, BoolArray]
    begun: dict[str, BoolArray]
    asked: tuple[Asked, ...]


def trajectories(
    policy: PolicyDocument,
    terms: Terms,
    instrument: Instrument,
    scenario: Scenario,
    table: DecisionTable,
    *,
    runs: int,
    length: int,
    seed: bytes,
    questions: tuple[Question, ...] = QUESTIONS,
) -> tuple[Draws, Iterator[Week]]:
    """What chance decided at the start, and the weeks one after the other."""
    chance = generator(seed)
    drawn = draw(chance, terms, instrument, scenario, len(policy.protections.measures), runs)
    course = _Course(policy, terms, instrument, scenario, table, drawn, chance, questions)
    return drawn, (course.step(week) for week in range(length))


class _Course:
    def __init__(
        self,
        policy: PolicyDocument,
        terms: Terms,
        instrument: Instrument,
        scenario: Scenario,
        table: DecisionTable,
        drawn: Draws,
        chance: np.random.Generator,
        questions: tuple[Question, ...],
    ) -> None:
        self.policy, self.terms, self.scenario, self.drawn, self.chance = policy, terms, scenario, drawn, chance
        self.questions, self.table = questions, table
        self.runs = drawn.per_week.size
        shape = (len(instrument.limits), self.runs)
        self.compute = np.full(self.runs, terms.start)
        self.campaigns = Campaigns(terms, instrument, scenario, drawn, chance)
        self.measures = tuple(policy.protections.measures)
        self.protections, self.asking = self._protections(instrument)
        spots = [name for name, model in policy.threat_models.items() if model.accepted_blind_spot]
        people = scenario.people
        lasts = np.full(len(spots), weeks(people.blind_spot_lasts))
        self.spots = Renewals(
            chance,
            -chance.random((len(spots), self.runs)) * lasts.reshape(-1, 1),
            lasts,
            late_share=float(people.blind_spot_late_share),
            late_by=weeks(people.blind_spot_late_by),
        )
        self.alert_since = np.full(shape, np.inf)
        self.crossed_since = np.full(shape, np.inf)
        self.paused_until = np.full(self.runs, -np.inf)
        self.last_event = np.full(self.runs, -np.inf)
        self.nothing = np.zeros(shape, dtype=bool)
        self.no = np.zeros(self.runs, dtype=bool)

    def _protections(self, instrument: Instrument) -> tuple[Renewals, BoolArray]:
        """Tests of every measure, and which limits ask for which; shape (measure, limit)."""
        stated, terms = self.scenario.protections, self.terms
        standing = {p for s in self.policy.protections.standing.values() for p in s.protections}
        first = np.full((len(self.measures), self.runs), np.inf)
        lasts = np.array([terms.lapses[name] for name in self.measures], dtype=np.float64)
        for at, name in enumerate(self.measures):
            if name in standing and stated.standing_ready:
                first[at] = -self.chance.random(self.runs) * lasts[at]
            elif name in standing:
                first[at] = self.drawn.ready[at]
        ties = {(tie.limit, p) for tie in self.policy.protections.conditional for p in tie.protections}
        asking = np.array(
            [[(limit.id, name) in ties for limit in instrument.limits] for name in self.measures], dtype=bool
        ).reshape(len(self.measures), len(instrument.limits))
        late = {"late_share": float(stated.late_share), "late_by": weeks(stated.late_by)}
        return Renewals(self.chance, first, lasts, **late), asking

    # -------------------------------------------------------------------------------------- a week

    def step(self, week: int) -> Week:
        truth = self.truth(week)
        reported = self.campaigns.report(week)
        events = self._events(week)
        claims, training_claims = self.campaigns.claims(week, self.last_event)
        duty_late = self._duties(week, claims)
        crossed = (claims < ALERT) | duty_late.any(axis=0)
        self.crossed_since = np.where(crossed, np.minimum(self.crossed_since, week), np.inf)
        self._ready(week, claims)
        in_force = self.protections.stand(week)
        due = self.campaigns.due(week, self.compute, self.last_event)
        asked = tuple(self._ask(week, claims, training_claims, duty_late, in_force, due))
        begun = self.campaigns.begin(week, self.compute, truth, due)
        found = Week(
            week=week,
            truth=truth,
            compute=self.compute,
            claims=claims,
            duty_late=duty_late,
            in_force=in_force,
            reported=reported,
            seen=self.campaigns.seen.copy(),
            events=events,
            due=due,
            begun=begun,
            asked=asked,
        )
        self._advance(asked)
        return found

    def truth(self, week: int) -> FloatArray:
        drawn = self.drawn
        grown = drawn.by_training * (self.compute - self.terms.start) + drawn.by_week * week
        return np.asarray(drawn.begin + grown)

    def _events(self, week: int) -> IntArray:
        people, events = self.scenario.people, self.terms.events
        found = np.full(self.runs, -1, dtype=np.int64)
        if events:
            hit = self.chance.random(self.runs) < float(people.events_per_year) / WEEKS_PER_YEAR
            found[hit] = self.chance.integers(len(events), size=int(hit.sum()))
            self.last_event[hit] = week
        paused = self.chance.random(self.runs) < float(people.pauses_per_year) / WEEKS_PER_YEAR
        lasting = week + 1 + weeks(people.pause_lasts) * self.chance.standard_exponential(int(paused.sum()))
        self.paused_until[paused] = np.maximum(self.paused_until[paused], lasting)
        return found

    def _duties(self, week: int, claims: CodeArray) -> BoolArray:
        """Which duties of open alerts are late (V6); shape (duty, limit, run)."""
        alert = claims == ALERT
        self.alert_since = np.where(alert, np.minimum(self.alert_since, week), np.inf)
        clock = np.where(alert, week - self.alert_since, -1.0)
        within = np.array(list(self.terms.duties.values()), dtype=np.float64).reshape(-1, 1, 1)
        return np.asarray(alert & (clock >= within) & (clock < self.drawn.duty_done))

    def _ready(self, week: int, claims: CodeArray) -> None:
        """Work on the protections of a limit begins with its first alert, or with a crossing by evidence."""
        seen = (claims <= NOT_RULED_OUT) | (claims == ALERT)
        wanted = (self.asking.astype(np.uint8) @ seen.astype(np.uint8)) > 0
        self.protections.begin(wanted, week + self.drawn.ready)

    # ---------------------------------------------------------------------------------- the answers

    def _ask(
        self,
        week: int,
        claims: CodeArray,
        training_claims: CodeArray,
        duty_late: BoolArray,
        in_force: BoolArray,
        due: dict[str, BoolArray],
    ) -> Iterator[Asked]:
        people, clock = self.scenario.people, week - self.crossed_since
        since = weeks(people.waiver_after)
        waived = self.drawn.waived & (clock >= since) & (clock < since + self.terms.waiver)
        acts = {
            "duty_late": np.asarray(duty_late.any(axis=0)),
            "stale": self.nothing,
            "risk_stated": clock >= weeks(people.risk_statement_after),
            "waived": waived,
        }
        limits, training_limits = (limit_codes(each, **acts) for each in (claims, training_claims))
        shared: dict[str, BoolArray] = {
            "lapsed": ~self.spots.stand(week),
            "opaque": self.no,
            "paused": self.paused_until > week,
            "out_of_scope": self.no,
        }
        training = self._training(due)
        for question in self.questions:
            table = self.table.of(question.permission)
            train = question.permission is Permission.TRAIN
            columns = Columns(
                limits=training_limits if train else limits,
                in_force=in_force[[self.measures.index(name) for name in table.layout.asked]],
                training=training if train else np.zeros(self.runs, dtype=np.uint8),
                widening=~self.no if question.widening else self.no,
                **shared,
            )
            places = table.places(columns)
            always = question.permission in _BEFORE_USE
            yield Asked(
                question=question,
                table=table,
                asked=~self.no if always else self.campaigns.assessed.copy(),
                places=places,
                answers=table.answers(places),
            )

    def _training(self, due: dict[str, BoolArray]) -> CodeArray:
        """Where each run stands against its next due point (D4, D5)."""
        overdue = due["compute"] | due["calendar"] | due["event"] | due["growth"]
        after = np.where(overdue, TRAININGS.index(Training.OVERDUE), TRAININGS.index(Training.WITHIN_INTERVAL))
        if self.terms.first_point is None:
            before = np.full(self.runs, TRAININGS.index(Training.FIRST_RUN_NO_POINT))
        else:
            at_point = TRAININGS.index(Training.FIRST_RUN_AT_POINT)
            before = np.where(due["first"], at_point, TRAININGS.index(Training.FIRST_RUN))
        return np.where(self.campaigns.assessed, after, before).astype(np.uint8)

    def _advance(self, asked: tuple[Asked, ...]) -> None:
        """A week of training where it is granted, or waived; never past the next due point (D4, D5)."""
        train = next(a for a in asked if a.question.permission is Permission.TRAIN)
        cap = np.maximum(self.campaigns.compute_cap(), self.compute)
        grown = np.minimum(self.compute + self.drawn.per_week, cap)
        self.compute = np.where(train.answers == HELD, self.compute, grown)


__all__ = ["GRANTED", "HELD", "QUESTIONS", "Asked", "Question", "Week", "trajectories"]
