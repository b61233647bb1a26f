"""The bite test: a policy run against imagined trajectories and measured series; `scalegate policy simulate`.

For: the command line. Does not know: files, how a page is drawn. Nothing here touches a verdict or a decision of the
record: the gate is asked about states that nobody is in.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from scalegate.errors import UsageError
from scalegate.policy.document import PolicyDocument
from scalegate.procedure.instrumenting import build_instrument
from scalegate.procedure.replaying import measured_points, reads_anything
from scalegate.quantity import Digest
from scalegate.simulation.draws import seed_of
from scalegate.simulation.instrument import Instrument
from scalegate.simulation.outcome import Outcome, Overshoot, outcome_of, overshoot_of
from scalegate.simulation.replay import Replay, replay
from scalegate.simulation.scenario import Scenario
from scalegate.simulation.series import Series
from scalegate.simulation.table import DecisionTable
from scalegate.simulation.tally import Tally
from scalegate.simulation.terms import Terms, terms_of
from scalegate.simulation.trajectory import QUESTIONS, trajectories

MOST_RUNS, MOST_WEEKS = 100_000, 2_600
CADENCES = ((0.5, None, "calendar halved"), (2.0, None, "calendar doubled"), (1.0, 2.0, "compute step 2x"),
            (1.0, 4.0, "compute step 4x"))  # fmt: skip
"""Other cadences whose overshoot is shown: factor on the calendar, factor of compute, words."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What one call asks.

    Attributes:
        policy, digest: the document and its digest, of which the seed is derived.
        scenario, scenario_named: what is assumed, and the file that says so; empty for the default.
        runs, weeks: size of the simulation.
        seed: any text.
        series: to replay.
        objections: what keeps the policy from being adopted, how many.
        said: what has to be read before anything about a published text; empty for a policy file.
    """

    policy: PolicyDocument
    digest: Digest
    scenario: Scenario
    scenario_named: str = ""
    runs: int = 2000
    weeks: int = 260
    seed: str = "1"
    series: tuple[Series, ...] = ()
    objections: int = 0
    said: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class CadenceOvershoot:
    """Overshoot under one cadence; `stated` for the policy's own."""

    title: str
    stated: bool
    calendar_weeks: float
    step: float
    runs: int
    limits: tuple[Overshoot, ...]


@dataclass(frozen=True, kw_only=True)
class Replayed:
    """A series with what came of it; `read` False when no observation of the policy measures what it does."""

    series: Series
    replay: Replay
    read: bool


@dataclass(frozen=True, kw_only=True)
class Simulation:
    """Everything that came of one call."""

    asked: Asked
    terms: Terms
    instrument: Instrument
    seed: bytes
    outcome: Outcome
    cadences: tuple[CadenceOvershoot, ...]
    replays: tuple[Replayed, ...]


def simulate(asked: Asked, tell: Callable[[int], None] = lambda _: None) -> Simulation:
    """Run it all; the same call always gives the same answer.

    Args:
        tell: is told how many weeks are done, of `work(asked)`.

    Raises:
        UsageError: a size outside its range, or a policy with nothing to simulate.
    """
    if not 1 <= asked.runs <= MOST_RUNS:
        raise UsageError(f"--runs {asked.runs}: write 1 to {MOST_RUNS:,}")
    if not 1 <= asked.weeks <= MOST_WEEKS:
        raise UsageError(f"--weeks {asked.weeks}: write 1 to {MOST_WEEKS:,}")
    if not any(model.ladder for model in asked.policy.threat_models.values()):
        raise UsageError("the policy has no limit on a ladder: there is nothing that could stop anything")
    instrument, terms = build_instrument(asked.policy, asked.scenario), terms_of(asked.policy, asked.scenario)
    table, seed = DecisionTable(asked.policy), seed_of(asked.digest, asked.seed)
    run = _Runner(asked, instrument, seed, tell)
    outcome, own = run.main(terms, table)
    others = [(terms.cadence(calendar=c, step=s), title) for c, s, title in CADENCES]
    cadences = (own, *(run.cadence(other, title) for other, title in others if other != terms))
    replays = tuple(_replayed(asked.policy, table, series) for series in asked.series)
    return Simulation(
        asked=asked,
        terms=terms,
        instrument=instrument,
        seed=seed,
        outcome=outcome,
        cadences=cadences,
        replays=replays,
    )


def work(asked: Asked) -> int:
    """Weeks that `simulate` goes through at most, all cadences together."""
    return asked.weeks * (1 + len(CADENCES))


class _Runner:
    def __init__(self, asked: Asked, instrument: Instrument, seed: bytes, tell: Callable[[int], None]) -> None:
        self.asked, self.instrument, self.seed, self.tell, self.done = asked, instrument, seed, tell, 0

    def main(self, terms: Terms, table: DecisionTable) -> tuple[Outcome, CadenceOvershoot]:
        asked = self.asked
        tally = Tally(asked.policy, terms, self.instrument, asked.runs, asked.weeks)
        drawn, weeks = trajectories(
            asked.policy, terms, self.instrument, asked.scenario, table,
            runs=asked.runs, length=asked.weeks, seed=self.seed,
        )  # fmt: skip
        for week in weeks:
            tally.take(week)
            self._tell()
        outcome = outcome_of(asked.policy, asked.scenario, terms, self.instrument, table, drawn, tally)
        return outcome, self._cadence("as the policy states it", terms, asked.runs, outcome.overshoot, stated=True)

    def cadence(self, terms: Terms, title: str) -> CadenceOvershoot:
        """Another cadence, with fewer runs: only TRAIN is asked, because it alone moves what is measured here."""
        asked = self.asked
        runs = max(1, min(asked.runs, max(500, asked.runs // 10)))
        tally = Tally(asked.policy, terms, self.instrument, runs, asked.weeks)
        _, weeks = trajectories(
            asked.policy, terms, self.instrument, asked.scenario, DecisionTable(asked.policy),
            runs=runs, length=asked.weeks, seed=self.seed, questions=QUESTIONS[:1],
        )  # fmt: skip
        for week in weeks:
            tally.take(week)
            self._tell()
        return self._cadence(title, terms, runs, overshoot_of(self.instrument, tally), stated=False)

    def _tell(self) -> None:
        self.done += 1
        self.tell(self.done)

    def _cadence(
        self, title: str, terms: Terms, runs: int, limits: tuple[Overshoot, ...], *, stated: bool
    ) -> CadenceOvershoot:
        return CadenceOvershoot(
            title=title,
            stated=stated,
            calendar_weeks=terms.calendar,
            step=2 ** min(terms.step, 1000.0),
            runs=runs,
            limits=limits,
        )


def _replayed(policy: PolicyDocument, table: DecisionTable, series: Series) -> Replayed:
    points = measured_points(policy, series)
    return Replayed(series=series, replay=replay(policy, table, points), read=reads_anything(points))
