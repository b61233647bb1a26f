"""Weeks of many runs: what must hold in each of them, and what a scenario at an end must come to."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

import numpy as np
import pytest

from scalegate.decision.abstract import Claim
from scalegate.decision.state import tie_of
from scalegate.policy.document import FirstAssessment, JudgementObservation, Permission
from scalegate.quantity import Digest, Factor, Identifier, Period, Probability
from scalegate.simulation.draws import seed_of
from scalegate.simulation.scenario import Scenario, weeks
from scalegate.simulation.table import CLAIMS
from scalegate.simulation.terms import terms_of
from scalegate.simulation.trajectory import GRANTED, HELD, Asked, Week
from simulation.worlds import QUIET, STILL, example, minimal, run, scenario

ALERT = CLAIMS.index(Claim.ALERT)


def asked(week: Week, permission: Permission) -> Asked:
    return next(a for a in week.asked if a.question.permission is permission and not a.question.widening)


@pytest.fixture(scope="module")
def course() -> list[Week]:
    return run(example(), scenario(), runs=200, length=200)[1]


def test_no_week_grants_a_crossed_limit_whose_tied_protection_is_missing(course: list[Week]) -> None:
    """Law 3, in every week of every run."""
    policy = example()
    limits, measures = list(policy.threat_models["autonomous_cyber"].ladder), list(policy.protections.measures)
    for week in course:
        for permission in (Permission.STORE, Permission.USE_INTERNALLY, Permission.DEPLOY):
            granted = asked(week, permission).answers == GRANTED
            for at, limit in enumerate(limits):
                crossed = week.claims[at] < ALERT
                tie = tie_of(policy, limit, permission)
                missing = np.ones(granted.size, dtype=bool)
                if tie and not policy.limits[limit].hard_stop:
                    missing = ~week.in_force[[measures.index(p) for p in tie.protections]].all(axis=0)
                assert not (granted & crossed & missing).any()


def test_a_held_run_waits(course: list[Week]) -> None:
    for before, after in pairwise(course):
        held = asked(before, Permission.TRAIN).answers == HELD
        assert (after.compute[held] == before.compute[held]).all()
        assert (after.compute >= before.compute).all()
    assert any((asked(w, Permission.TRAIN).answers == HELD).any() for w in course)


def test_D4_D5_no_run_goes_past_a_due_point(course: list[Week]) -> None:
    """Compute stops at the point itself, also in the middle of a week."""
    policy = example()
    terms = terms_of(policy, Scenario())
    assert terms.first_point is not None
    overdue_stops = 0
    for week in course:
        first = ~asked(week, Permission.DEPLOY).asked
        assert (week.compute[first] <= terms.first_point).all()
        overdue_stops += int((week.compute[first] == terms.first_point).sum())
        overdue = week.due["compute"] | week.due["calendar"] | week.due["event"] | week.due["growth"]
        assert (asked(week, Permission.TRAIN).answers[overdue] == HELD).all()
    assert overdue_stops


@pytest.mark.parametrize("trigger", ["calendar", "event", "growth"])
def test_D5_every_trigger_that_is_due_is_a_reason_of_its_own_to_hold_training(course: list[Week], trigger: str) -> None:
    """Also where something else holds it too."""
    met = 0
    for week in course:
        train = asked(week, Permission.TRAIN)
        due = week.due[trigger]
        met += int(due.sum())
        key = train.table.keys.get(("D5", "", ""))
        assert key is not None or not due.any()
        if key is not None:
            assert train.table.clause_table()[key, train.places[due]].all()
    assert met


def test_V8_danger_shown_stays(course: list[Week]) -> None:
    shown = CLAIMS.index(Claim.DANGER_SHOWN)
    before = np.zeros(course[0].claims.shape, dtype=bool)
    for week in course:
        assert (week.claims[before] == shown).all()
        before = week.claims == shown
    assert before.any()


def test_nobody_asks_to_use_what_was_never_evaluated(course: list[Week]) -> None:
    never = CLAIMS.index(Claim.NEVER_RUN)
    for week in course:
        assert not (asked(week, Permission.DEPLOY).asked & (week.claims == never).any(axis=0)).any()


def test_the_same_seed_gives_the_same_figures_and_another_gives_others() -> None:
    digest = Digest("sha256:" + "a" * 64)
    policy, stated = minimal(), scenario()
    one, again, other = (
        run(policy, stated, runs=40, length=60, seed=seed_of(digest, text))[0] for text in ("1", "1", "2")
    )
    assert one == again
    assert one.questions != other.questions
    assert seed_of(digest, "1") != seed_of(Digest("sha256:" + "b" * 64), "1")


def test_a_capability_that_stays_far_below_every_line_is_never_missed_and_no_limit_holds() -> None:
    """What holds then is people: first points, overdue evaluations, lapses; all are off here but those."""
    far = {**STILL, "doublings_to_alert": Decimal(0), "horizon_per_doubling": Factor("1.4")}
    stated = scenario(
        capability={**far, "doublings_to_alert": Decimal(60), "doublings_spread": Decimal(0)},
        evaluation={"void_share": Probability("0"), "delay": Period(seconds=0), "lead": Period(seconds=8 * 7 * 86400)},
        people={**QUIET, "blind_spot_late_share": Probability("0")},
        protections={"late_share": Probability("0")},
    )
    found, _, _ = run(example(), stated, runs=60)
    for question in found.questions:
        assert question.missed.value == 0
        if question.permission in (Permission.USE_INTERNALLY, Permission.DEPLOY, Permission.ASSESS):
            assert question.held.value == 0
    assert all(limit.reached.value == 0 for limit in found.limits)
    assert all(c.at_most == pytest.approx(3 / 60) for c in found.clauses if c.simulated and not c.asked_runs)
    never = {c.what for c in found.clauses if c.at_most is not None}
    assert "expert_hour crossed: DEPLOY asks for misuse_filter, account_checks" in never
    assert "the hard stop" in never


def test_an_evaluation_that_sees_nothing_misses_what_a_sighted_one_holds() -> None:
    """The truth is beyond every line from the start; one scenario measures it, the other falls short by far."""
    reached = {"doublings_to_alert": Decimal(-40), "doublings_spread": Decimal(0)}
    exact = {"gap_spread": Decimal(0), "void_share": Probability("0")}
    sighted = scenario(capability=reached, evaluation={**exact, "elicitation_gap": Decimal(0)}, people=QUIET)
    blind = scenario(capability=reached, evaluation={**exact, "elicitation_gap": Decimal(200)}, people=QUIET)
    by = {}
    for name, stated in (("sighted", sighted), ("blind", blind)):
        found, _, _ = run(example(), stated, runs=40)
        by[name] = {q.title: q for q in found.questions}
    assert by["sighted"]["DEPLOY"].missed.value == 0
    assert by["sighted"]["DEPLOY"].held_share == 1
    assert by["blind"]["DEPLOY"].missed.value > 30
    assert by["blind"]["DEPLOY"].costs[-1].policy.value == pytest.approx(
        1000 * by["blind"]["DEPLOY"].missed.value + by["blind"]["DEPLOY"].false_alarm.value
    )


def test_protections_that_never_meet_their_target_keep_a_crossed_limit_held() -> None:
    crossed = {"doublings_to_alert": Decimal(-4), "doublings_spread": Decimal(0), **STILL, "horizon_per_doubling": None}
    stated = {"capability": crossed, "people": QUIET}
    never = run(example(), scenario(**stated, protections={"never_share": Probability("1.0")}), runs=40)[0]
    at_once = run(
        example(),
        scenario(**stated, protections={"never_share": Probability("0"), "ready_after": Period(seconds=0)}),
        runs=40,
    )[0]
    held = [{q.title: q.held_share for q in found.questions}["DEPLOY"] for found in (never, at_once)]
    assert held[0] > held[1]


def test_D4_without_a_first_due_point_training_waits_for_the_first_report() -> None:
    policy = example()
    section = replace(policy.evaluation, first_assessment=FirstAssessment())
    _, course, terms = run(replace(policy, evaluation=section), scenario(people=QUIET), runs=30, length=40)
    assert terms.first_point is None
    for week in course:
        unassessed = ~asked(week, Permission.DEPLOY).asked
        assert (asked(week, Permission.TRAIN).answers[unassessed] == HELD).all()
    assert asked(course[-1], Permission.DEPLOY).asked.all()


def test_what_the_scenario_cannot_reach_is_said_and_not_counted_as_dead() -> None:
    found, _, _ = run(minimal(), scenario(people=QUIET), runs=20, length=30)
    silent = {c.what for c in found.clauses if not c.simulated}
    assert {"new-tool makes an assessment due", "somebody pauses (D10)", "a waiver (D12)"} <= silent
    assert not any(c.at_most for c in found.clauses if not c.simulated)


def test_D12_under_a_waiver_a_week_is_waived_and_still_held() -> None:
    stated = scenario(
        capability={"doublings_to_alert": Decimal(-4)}, people={**QUIET, "waiver_share": Probability("1.0")}
    )
    found, _, _ = run(example(), stated, runs=40)
    waived = {q.title: q for q in found.questions}["USE_INTERNALLY"]
    assert 0 < waived.waived.value < waived.held.value
    assert next(c for c in found.clauses if c.path == "response.waivers").asked_runs > 0


def test_a_longer_calendar_lets_the_truth_run_farther_past_the_alert_line() -> None:
    policy = example()
    triggers = replace(policy.evaluation.triggers, calendar=Period(months=12), effective_compute=Factor(16))
    rare = replace(policy, evaluation=replace(policy.evaluation, triggers=triggers))
    medians = []
    for document in (policy, rare):
        found, _, _ = run(document, scenario(people=QUIET), runs=300, length=160)
        past = found.overshoot[0].past_alert
        assert past is not None
        medians.append(past.middle)
    assert medians[1] > medians[0] > 1


def test_the_gate_was_asked_once_for_each_state_that_was_met() -> None:
    found, _, _ = run(example(), scenario(), runs=50, length=50)
    assert found.gate_calls == found.distinct_states > 0


def test_a_month_is_a_twelfth_of_a_year() -> None:
    assert weeks(Period(months=12)) == pytest.approx(365.25 / 7)
    assert weeks(Period(seconds=7 * 86400)) == 1


def test_an_identifier_that_names_no_observation_clears_nothing() -> None:
    stated = replace(scenario(), cleared=(Identifier("no/such"),))
    assert run(minimal(), stated, runs=10, length=20)[0] == run(minimal(), scenario(), runs=10, length=20)[0]


def test_a_policy_whose_limits_nobody_measures_is_held_and_its_truth_is_unknown() -> None:
    """As published policies are, where every limit is a judgement."""
    document = minimal()
    judged = JudgementObservation(
        measure="judgement", role=Identifier("officer"), question="q", must_cite=(), relied_on=True, may_clear=True,
        expires_after=Period(months=3),
    )  # fmt: skip
    limits = {name: replace(each, observations={"judged": judged}) for name, each in document.limits.items()}
    found, _, _ = run(replace(document, limits=limits), scenario(people=QUIET), runs=20, length=60)
    assert not any(limit.known for limit in found.limits)
    by = {q.title: q for q in found.questions}
    assert by["DEPLOY"].held_share == 1
    assert by["DEPLOY"].missed.value == by["DEPLOY"].false_alarm.value == 0
    assert not found.overshoot
    assert not found.dials


def test_absurd_promises_are_simulated_and_break_nothing() -> None:
    """A policy may say anything that can be read."""
    document = example()
    section, huge = document.evaluation, Factor("1e4000")
    growth = replace(
        section.growth,
        training=replace(section.growth.training, horizon=huge),
        elicitation=replace(section.growth.elicitation, horizon_per_month=huge),
    )
    triggers = replace(section.triggers, effective_compute=huge, calendar=Period(months=999_999))
    changed = replace(section, growth=growth, triggers=triggers, first_assessment=FirstAssessment(factor=huge))
    found, course, _ = run(replace(document, evaluation=changed), scenario(), runs=12, length=30)
    assert np.isfinite(course[-1].truth).all()
    assert all(np.isfinite(v) for dial in found.dials for point in dial.points for v in point)
    assert found.distinct_states > 0
