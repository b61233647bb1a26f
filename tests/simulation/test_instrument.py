"""What an evaluation sees, and what a count says: the rules' own answers, the gate's own bounds."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from scipy import stats

from scalegate.assessment.growth import _steps
from scalegate.decision.abstract import Claim
from scalegate.estimate.binomial import bound_binomial
from scalegate.policy.document import Direction, JudgementObservation, PolicyDocument, Sampling
from scalegate.procedure.instrumenting import build_instrument
from scalegate.quantity import Identifier, Period
from scalegate.simulation.instrument import (
    NEUTRAL,
    CountBound,
    Suite,
    horizon_counts,
    off_scale,
    on_scale,
    rate_counts,
    says,
    steps_until,
)
from scalegate.simulation.table import CLAIMS
from simulation.worlds import example, minimal, scenario
from world import limit, policy, rate_observation


@pytest.mark.parametrize("rate", [0.03, 0.2, 0.5, 0.9])
def test_counts_of_a_rate_are_binomial(rate: float) -> None:
    random, number = np.random.Generator(np.random.Philox(1)), 40_000
    counts = rate_counts(30)
    drawn = counts.draw(np.full(number, on_scale("success_rate", rate)), random.standard_normal(number))
    grid = counts.first + counts.step * np.rint((on_scale("success_rate", rate) - counts.first) / counts.step)
    expected = stats.binom(30, off_scale("success_rate", float(grid))).pmf(np.arange(31))
    assert np.abs(np.bincount(drawn, minlength=31) / number - expected).max() < 0.012


def test_counts_of_a_horizon_are_those_of_tasks_drawn_one_by_one() -> None:
    suite = Suite(tasks=24, families=4, shortest=1, longest=2000, slope=0.7, family_sd=0.8)
    random, number, place = np.random.Generator(np.random.Philox(2)), 20_000, 6.0
    effects = 0.8 * random.standard_normal((number, 4))[:, suite.family]
    chances = 1 / (1 + np.exp(-(effects + 0.7 * (place - np.log2(suite.minutes)))))
    expected = (random.random(chances.shape) < chances).sum(axis=1)
    counts = horizon_counts(suite, 0.5)
    drawn = counts.draw(np.full(number, place), random.standard_normal(number))
    assert drawn.mean() == pytest.approx(expected.mean(), abs=0.3)  # the grid is a tenth of a doubling
    assert drawn.std() == pytest.approx(expected.std(), rel=0.05)


def test_a_greater_capability_never_gives_a_smaller_count_from_the_same_luck() -> None:
    counts = horizon_counts(Suite(tasks=20, families=2, shortest=1, longest=900, slope=0.6, family_sd=0.7), 0.5)
    places = np.linspace(-4, 16, 80)
    for luck in (-2.0, 0.0, 1.5):
        assert (np.diff(counts.draw(places, np.full(80, luck))) >= 0).all()


@pytest.mark.parametrize(
    ("upper", "direction", "relied_on", "claim"),
    [
        ("0.1", Direction.RULE_OUT_PROXY, True, Claim.NOT_SHOWN),
        ("0.4", Direction.RULE_OUT_PROXY, True, Claim.ALERT),
        ("0.5", Direction.RULE_OUT_PROXY, True, Claim.NOT_RULED_OUT),
        ("0.1", Direction.DEMONSTRATION, True, Claim.NOT_RULED_OUT),
    ],
)
def test_V1_V6_a_result_says_what_the_rules_say(
    upper: str, direction: Direction, relied_on: bool, claim: Claim
) -> None:
    bound = CountBound(lower=Decimal("0.01"), upper=Decimal(upper))
    said = says(bound, direction=direction, limit=Decimal("0.5"), alert=Decimal("0.3"), relied_on=relied_on)
    assert CLAIMS[said] is claim


def test_V2_what_is_not_relied_on_raises_and_clears_nothing() -> None:
    lines = {"limit": Decimal("0.5"), "alert": Decimal("0.3"), "relied_on": False}
    low = CountBound(lower=Decimal("0.1"), upper=Decimal("0.2"))
    high = CountBound(lower=Decimal("0.6"), upper=Decimal("0.9"))
    assert says(low, direction=Direction.DEMONSTRATION, **lines) == NEUTRAL
    assert CLAIMS[says(high, direction=Direction.DEMONSTRATION, **lines)] is Claim.DANGER_SHOWN
    assert CLAIMS[says(high, direction=Direction.RULE_OUT_PROXY, **lines)] is Claim.NOT_RULED_OUT


def test_V4_void_negatives_rule_nothing_out_and_take_no_danger_away() -> None:
    lines = {"limit": Decimal("0.5"), "alert": Decimal("0.3"), "relied_on": True, "void": True}
    low = CountBound(lower=Decimal("0.1"), upper=Decimal("0.2"))
    high = CountBound(lower=Decimal("0.6"), upper=Decimal("0.9"))
    assert CLAIMS[says(low, direction=Direction.RULE_OUT_PROXY, **lines)] is Claim.NOT_RULED_OUT
    assert CLAIMS[says(high, direction=Direction.DEMONSTRATION, **lines)] is Claim.DANGER_SHOWN


def test_B2_an_unknown_shift_clears_at_no_count() -> None:
    document = policy()
    unknown = rate_observation(elicitation_shift=replace(rate_observation().elicitation_shift, value=None))
    changed = replace(document, limits={**document.limits, "low": limit(observations={"rate": unknown})})
    low, high = build_instrument(changed, scenario()).limits[:2]
    assert {CLAIMS[said] for said in low.readings[0].says} == {Claim.NOT_RULED_OUT}
    assert Claim.NOT_SHOWN in {CLAIMS[said] for said in high.readings[0].says}


def test_V1_a_proxy_without_an_argument_clears_at_no_count() -> None:
    document = policy()
    bare = limit(observations={"rate": rate_observation(precursor=None)})
    low = build_instrument(replace(document, limits={**document.limits, "low": bare}), scenario()).limits[0]
    assert {CLAIMS[said] for said in low.readings[0].says} == {Claim.NOT_RULED_OUT}


def test_the_bounds_are_those_of_the_gate() -> None:
    """The count at which a rate is first not ruled out, with shift 0.02 and reserve 0.01 on the exact bound."""
    stated = scenario()
    reading = build_instrument(policy(), stated).limits[0].readings[0]
    tasks = stated.evaluation.tasks
    first = next(k for k in range(tasks + 1) if bound_binomial(k, k, tasks, 0.05, 0.05).upper + 0.03 >= 0.5)
    assert [CLAIMS[s] for s in reading.says].index(Claim.NOT_RULED_OUT) == first


@pytest.mark.parametrize(("measure", "upper", "line", "growth"), [
    ("time_horizon", "10", "80", "1.5"), ("time_horizon", "90", "80", "1.5"), ("time_horizon", "10", "80", "1"),
    ("success_rate", "0.1", "0.3", "0.05"), ("success_rate", "0.1", "0.3", "0"),
])  # fmt: skip
def test_V7_growth_reaches_a_line_when_the_assessment_says_so(measure: str, upper: str, line: str, growth: str) -> None:
    mine = steps_until(measure, Decimal(upper), Decimal(line), Decimal(growth))  # type: ignore[arg-type]
    assert mine == pytest.approx(_steps(measure, Decimal(upper), Decimal(line), Decimal(growth), Decimal(growth)))


def judged() -> PolicyDocument:
    document = policy()
    judgement = JudgementObservation(
        measure="judgement", role=Identifier("officer"), question="q", must_cite=(), relied_on=True, may_clear=True,
        expires_after=Period(months=3),
    )  # fmt: skip
    both = {"rate": rate_observation(), "judged": judgement}
    return replace(document, limits={**document.limits, "low": limit(observations=both)})


def test_a_kind_that_is_not_simulated_never_clears_and_is_named() -> None:
    instrument = build_instrument(judged(), scenario())
    assert CLAIMS[instrument.limits[0].base] is Claim.NEVER_RUN
    assert instrument.told == ("observation low/judged (judgement) is not simulated: never clears",)


def test_the_scenario_alone_takes_it_as_clearing() -> None:
    stated = replace(scenario(), cleared=(Identifier("low/judged"),))
    instrument = build_instrument(judged(), stated)
    assert instrument.limits[0].base == NEUTRAL
    assert "as the scenario says" in instrument.told[0]


def test_an_observation_of_a_kind_that_nobody_knows_yet_breaks_nothing() -> None:
    document = policy()

    class Unheard:
        measure, relied_on = "phase_of_the_moon", True

    changed = replace(document, limits={**document.limits, "low": limit(observations={"odd": Unheard()})})
    instrument = build_instrument(changed, scenario())
    assert CLAIMS[instrument.limits[0].base] is Claim.NEVER_RUN
    assert not instrument.limits[0].lines


def test_limits_of_one_ladder_on_one_measure_share_one_true_capability() -> None:
    assert len(build_instrument(example(), scenario()).dials) == 1
    assert [dial.rung for dial in build_instrument(minimal(), scenario()).dials] == [0, 1]


def test_what_is_simulated_as_something_plainer_is_named() -> None:
    document = policy()
    anytime = limit(observations={"rate": rate_observation(measure="mean_score", sampling=Sampling.ANYTIME)})
    told = build_instrument(replace(document, limits={**document.limits, "low": anytime}), scenario()).told
    assert told == (
        "observation low/rate (mean_score, looked at as it goes) as such: a sealed success rate stands for it",
    )
