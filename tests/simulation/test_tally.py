"""What is counted, on weeks that are written by hand: one run for each case."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from scalegate.decision.abstract import AbstractLimit, AbstractState, Claim
from scalegate.policy.document import Permission, PolicyDocument
from scalegate.procedure.instrumenting import build_instrument
from scalegate.simulation.instrument import Instrument
from scalegate.simulation.table import CLAIMS, DecisionTable, columns_of
from scalegate.simulation.tally import QuestionTally, Tally
from scalegate.simulation.terms import terms_of
from scalegate.simulation.trajectory import Asked, Question, Week
from simulation.worlds import scenario
from world import LIMITS, policy, rate_observation

DEPLOY = Question(permission=Permission.DEPLOY)
LINES = {"low": ("0.3", "0.2"), "high": ("0.6", "0.5"), "last": ("0.9", "0.8")}


def ladder() -> PolicyDocument:
    """Three rungs at different rates on one evaluation; `low` asks for `filter`, `high` for `watch`."""
    document = policy()
    limits = {}
    for name, (limit, alert) in LINES.items():
        lines = {"limit": type(rate_observation().limit)(limit), "alert": type(rate_observation().alert)(alert)}
        limits[name] = replace(document.limits[name], observations={"rate": rate_observation(**lines)})
    return replace(document, limits=limits)


def logit(rate: float) -> float:
    return float(np.log(rate / (1 - rate)))


class Case:
    """One run in one week: the true rate, what stands about each limit, and what is in force."""

    def __init__(self, truth: float, claims: str, *in_force: str, paused: bool = False, waived: bool = False) -> None:
        named = {"s": Claim.NOT_SHOWN, "a": Claim.ALERT, "r": Claim.NOT_RULED_OUT}
        self.truth, self.in_force = logit(truth), frozenset({"vault", *in_force})
        self.claims = {name: named[letter] for name, letter in zip(LIMITS, claims, strict=True)}
        limits = {n: AbstractLimit(claim=c, risk_stated=True, waived=waived) for n, c in self.claims.items()}
        self.state = AbstractState(permission=Permission.DEPLOY, limits=limits, in_force=self.in_force, paused=paused)


def counted(*cases: Case, weeks: int = 1) -> tuple[QuestionTally, Tally]:
    document = ladder()
    stated = scenario()
    instrument: Instrument = build_instrument(document, stated)
    tally = Tally(document, terms_of(document, stated), instrument, len(cases), weeks)
    table = DecisionTable(document).of(Permission.DEPLOY)
    runs = len(cases)
    places = table.places(columns_of(table.layout, tuple(case.state for case in cases)))
    no = np.zeros(runs, dtype=bool)
    for number in range(weeks):
        asked = Asked(question=DEPLOY, table=table, asked=~no, places=places, answers=table.answers(places))
        tally.take(
            Week(
                week=number,
                truth=np.array([[case.truth for case in cases]]),
                compute=np.zeros(runs),
                claims=np.array([[CLAIMS.index(c.claims[n]) for c in cases] for n in LIMITS], dtype=np.uint8),
                duty_late=np.zeros((1, 3, runs), dtype=bool),
                in_force=np.array([[m in c.in_force for c in cases] for m in document.protections.measures]),
                reported=no,
                seen=np.zeros(runs),
                events=np.full(runs, -1),
                due={},
                begun={},
                asked=(asked,),
            )
        )
    return tally.questions[DEPLOY], tally


@pytest.mark.parametrize(
    ("case", "held", "missed", "false_alarm", "exposed"),
    [
        pytest.param(Case(0.1, "sss"), 0, 0, 0, 0, id="below, and granted"),
        pytest.param(Case(0.4, "sss"), 0, 1, 0, 1, id="beyond low unseen, its protection missing: a miss"),
        pytest.param(Case(0.4, "sss", "filter"), 0, 0, 0, 0, id="beyond low unseen, its protection in force"),
        pytest.param(Case(0.1, "rss"), 1, 0, 1, 0, id="below, and not ruled out: a false alarm"),
        pytest.param(Case(0.4, "rss"), 1, 0, 0, 1, id="beyond low, seen and held: neither"),
        pytest.param(Case(0.4, "rss", "filter"), 0, 0, 0, 0, id="beyond low, seen, protected and granted"),
        pytest.param(Case(0.4, "rrs", "filter"), 1, 0, 1, 0, id="held by high alone, which is not reached"),
        pytest.param(Case(0.4, "srs"), 1, 0, 0, 1, id="held by high alone, while low should have held"),
        pytest.param(Case(0.95, "sss", "filter", "watch"), 0, 1, 0, 1, id="a hard stop is missed whatever is in force"),
        pytest.param(Case(0.1, "rss", paused=True), 1, 0, 0, 0, id="a pause holds too: no false alarm of a limit"),
    ],
)
def test_misses_and_false_alarms_are_what_the_page_says_they_are(
    case: Case, held: int, missed: int, false_alarm: int, exposed: int
) -> None:
    found, _ = counted(case)
    assert [int(each[0]) for each in (found.held, found.missed, found.false_alarms, found.exposed)] == [
        held, missed, false_alarm, exposed,
    ]  # fmt: skip
    assert int(found.quiet[0]) == 1 - exposed


def test_a_waived_week_is_held_and_its_miss_is_counted_apart() -> None:
    found, _ = counted(Case(0.4, "rss", waived=True))
    assert [int(x[0]) for x in (found.held, found.waived, found.missed, found.missed_waived)] == [1, 1, 0, 1]


def test_runs_do_not_mix() -> None:
    found, _ = counted(Case(0.4, "sss"), Case(0.1, "rss"), Case(0.1, "sss"))
    assert found.missed.tolist() == [1, 0, 0]
    assert found.false_alarms.tolist() == [0, 1, 0]
    assert found.limit_missed[:, 0].tolist() == [1, 0, 0]
    assert found.limit_false[:, 1].tolist() == [1, 0, 0]


def test_a_hold_that_goes_on_is_one_episode() -> None:
    found, _ = counted(Case(0.1, "rss"), Case(0.1, "sss"), weeks=7)
    assert found.episodes.tolist() == [1, 0]
    assert found.streak.tolist() == [7, 0]
    assert found.lengths.sum() == 0  # it has not ended
    assert found.held_by_week.tolist() == [1] * 7


def test_the_first_alert_and_the_first_week_beyond_are_noted() -> None:
    _, tally = counted(Case(0.4, "ass"), Case(0.1, "sss"), weeks=3)
    assert tally.first_alert[0].tolist()[0] == tally.reached_at[0].tolist()[0] == 0
    assert tally.first_alert[0][1] > 3
    assert tally.first_crossed[0][0] > 3
