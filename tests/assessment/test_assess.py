"""From recorded runs to verdicts: each rule by name, and the laws over random evidence."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence_world import CONFIGURATIONS, TASKS, attempts, recorded, relaxed, request, run, suite
from scalegate.assessment.assess import assess
from scalegate.assessment.request import RecordedRun, RegisteredSuite, Request
from scalegate.evidence.run import Configuration, Dating, Status
from scalegate.policy.document import (
    Direction,
    ExistenceObservation,
    FactorShift,
    HorizonObservation,
    JudgementObservation,
    Precursor,
    RateShift,
    Relaxable,
    SlopeEnvelope,
    Spread,
)
from scalegate.quantity import Factor, Minutes, Period, Probability
from scalegate.verdict.verdict import Verdict
from scalegate.verdict.verdict import VerdictKind as K
from world import DAY, NOW, SOME_DIGEST, SUBJECT, ident, limit, policy, rate_observation


def verdict_of(asked: Request, name: str = "low") -> Verdict:
    return next(v for v in assess(asked) if v.limit == name)


def kind(*runs: RecordedRun, **changes: Any) -> K:
    return verdict_of(request(*runs, **changes)).kind


def with_observations(**observations: Any) -> Any:
    document = policy()
    return replace(document, limits={**document.limits, "low": limit(observations=observations)})


@pytest.mark.parametrize(
    ("successes", "expected"),
    [(0, K.NOT_SHOWN), (10, K.NOT_SHOWN), (18, K.ALERT), (25, K.NOT_RULED_OUT), (60, K.NOT_RULED_OUT)],
)
def test_B1_the_kind_follows_the_upper_bound(successes: int, expected: K) -> None:
    found = verdict_of(request(recorded(run(attempts(successes)))))
    assert found.kind is expected
    result = found.observations[0]
    assert result.lower is not None
    assert result.upper is not None
    assert result.lower <= Decimal(successes) / TASKS <= result.upper


def test_B3_no_bound_from_finite_data_has_zero_width() -> None:
    result = verdict_of(request(recorded(run(attempts(0))))).observations[0]
    assert result.observed_upper is not None
    assert result.observed_upper > 0


def test_E1_nothing_recorded_is_not_run() -> None:
    assert kind() is K.NOT_RUN


def test_E1_a_recorded_run_without_its_bytes_is_invalid() -> None:
    assert kind(recorded(run(None))) is not K.NOT_RUN
    assert kind(recorded(run(None))).counts_as_crossed


def test_E1_deleting_one_of_two_runs_never_helps() -> None:
    poor, fine = recorded(run(attempts(30), label="a")), recorded(run(attempts(0), label="b"))
    assert kind(poor, fine).counts_as_crossed
    gone = recorded(run(None, label="a"))
    assert kind(gone, fine).counts_as_crossed


def test_E4_an_invalid_run_stops_blocking_once_disposed_of_beside_a_valid_one() -> None:
    broken = recorded(run(attempts(0), label="a", status=Status.ERROR))
    fine = recorded(run(attempts(0), label="b"))
    assert kind(broken, fine).counts_as_crossed
    assert kind(replace(broken, disposed=True), fine) is K.NOT_SHOWN
    assert kind(replace(broken, disposed=True)).counts_as_crossed


def test_E3_verified_successes_of_a_broken_run_still_show_danger() -> None:
    document = with_observations(rate=rate_observation(direction=Direction.DEMONSTRATION, precursor=None))
    broken = recorded(run(attempts(60), status=Status.ERROR))
    assert kind(broken, policy=document) is K.DANGER_SHOWN


def test_E6_an_unregistered_run_can_raise_and_not_clear() -> None:
    unplanned = recorded(run(attempts(0)), planned=False)
    found = verdict_of(request(unplanned))
    assert found.kind is K.NOT_RULED_OUT
    assert "E6" in found.rules
    free = verdict_of(request(unplanned, policy=relaxed(policy(), Relaxable.REGISTRATION)))
    assert free.kind is K.NOT_SHOWN
    assert any("registration" in a for a in free.observations[0].assumptions)


def test_B2_an_unknown_shift_rules_nothing_out() -> None:
    shift = RateShift(value=None, author=ident("eve"), reason="nobody has looked")
    found = verdict_of(
        request(recorded(run(attempts(0))), policy=with_observations(r=rate_observation(elicitation_shift=shift)))
    )
    assert found.kind is K.NOT_RULED_OUT
    assert "B2" in found.rules


@pytest.mark.parametrize(
    "changes",
    [
        {"tokens": None},
        {"tokens": 0},
        {"status": Status.IMPUTED},
        {"status": Status.LIMIT},
        {"score": None},
    ],
)
def test_E2_V4_failures_without_effort_or_outcome_rule_nothing_out(changes: dict[str, Any]) -> None:
    assert kind(recorded(run(attempts(0, **changes)))).counts_as_crossed


def test_V4_effort_below_the_floor_of_the_attacker_budget_voids_negatives() -> None:
    poor = {"bare": Configuration(title="bare", tokens_per_attempt=400)}
    found = verdict_of(request(recorded(run(attempts(0))), configurations=poor))
    assert found.kind is K.NOT_RULED_OUT
    assert "V4" in found.rules
    assert found.observations[0].effort_ratio == Decimal("0.4")


def test_V1_a_proxy_without_a_standing_precursor_argument_rules_nothing_out() -> None:
    none = with_observations(r=rate_observation(precursor=None))
    ended = with_observations(r=rate_observation(precursor=Precursor(argument="a", author=ident("eve"), expires=NOW)))
    for document in (none, ended):
        assert kind(recorded(run(attempts(0))), policy=document) is K.NOT_RULED_OUT


def test_V1_a_limit_with_only_demonstrations_is_never_cleared() -> None:
    document = with_observations(one=ExistenceObservation(measure="existence", evaluation=ident("exam")))
    assert kind(recorded(run(attempts(0))), policy=document) is K.NOT_RULED_OUT
    assert kind(recorded(run(attempts(1))), policy=document) is K.DANGER_SHOWN
    assert kind(policy=document) is K.NOT_RUN


def test_V2_every_observation_relied_on_is_needed() -> None:
    two = with_observations(
        a=rate_observation(),
        b=rate_observation(evaluation=ident("exam"), limit=Probability("0.04"), alert=Probability("0.01")),
    )
    assert kind(recorded(run(attempts(0))), policy=two) is K.NOT_RULED_OUT


def test_V2_an_observation_not_relied_on_may_only_raise() -> None:
    other = rate_observation(relied_on=False)
    document = with_observations(a=rate_observation(limit=Probability("0.9"), alert=Probability("0.8")), b=other)
    assert kind(recorded(run(attempts(0))), policy=document) is K.NOT_SHOWN
    assert kind(recorded(run(attempts(27))), policy=document) is K.ALERT


def test_V7_evidence_expires_by_calendar_and_by_growth() -> None:
    fine = recorded(run(attempts(0)))
    made = verdict_of(request(fine))
    assert made.expires == made.held_from == Period(months=6).after(NOW)
    assert kind(fine, now=made.expires) is K.NOT_RUN
    grown = verdict_of(request(recorded(run(attempts(10)))))
    assert grown.expires is not None
    assert grown.held_from is not None
    assert grown.expires < grown.held_from
    assert "growth" in grown.expires_because
    assert kind(recorded(run(attempts(10))), now=grown.expires) is K.ALERT
    assert grown.at(grown.expires) is K.ALERT


def test_V7_a_run_without_a_date_counts_as_expired() -> None:
    assert kind(recorded(run(attempts(0), dated=None, dating=Dating.UNKNOWN))) is K.NOT_RUN


def test_V7_a_date_that_was_only_stated_counts_where_the_policy_says_so() -> None:
    stated = recorded(run(attempts(0), dating=Dating.STATED))
    assert kind(stated) is K.NOT_RUN
    assert kind(stated, policy=relaxed(policy(), Relaxable.EVIDENCE_DATES)) is K.NOT_SHOWN


def test_V9_a_judgement_counts_as_crossed_until_it_can_be_signed() -> None:
    judged = JudgementObservation(
        measure="judgement",
        role=ident("officer"),
        question="?",
        must_cite=(),
        relied_on=True,
        may_clear=True,
        expires_after=Period(months=1),
    )
    assert kind(policy=with_observations(j=judged)) is K.NOT_RUN


class TestS2Configurations:
    def test_a_richer_configuration_clears_a_poorer_one_and_not_the_other_way(self) -> None:
        rich = recorded(run(attempts(0), configuration="tools"))
        assert kind(rich) is K.NOT_SHOWN
        poor = recorded(run(attempts(0)))
        assert kind(poor, configuration=ident("tools")) is K.NOT_RUN

    def test_V3_the_gravest_of_the_contained_configurations_counts(self) -> None:
        poor, rich = recorded(run(attempts(20))), recorded(run(attempts(0), configuration="tools"))
        assert kind(poor, rich, configuration=ident("tools")) is K.ALERT
        assert kind(poor, rich) is K.ALERT

    def test_danger_shown_is_inherited_by_descendants_and_nothing_else_is(self) -> None:
        document = with_observations(
            demo=rate_observation(direction=Direction.DEMONSTRATION, relied_on=False, precursor=None),
            rate=rate_observation(),
        )
        parent = {"subject": "sha256:" + "e" * 64}
        own = recorded(run(attempts(0), label="own"))
        strong = replace(recorded(run(attempts(60))), **parent)
        weak = replace(recorded(run(attempts(0))), **parent)
        family = frozenset(parent.values())
        assert kind(own, strong, policy=document, ancestors=family) is K.DANGER_SHOWN
        assert kind(weak, policy=document, ancestors=family) is K.NOT_RUN


def test_a_horizon_limit_gates_on_the_envelope_and_shows_the_free_fit() -> None:
    horizon = HorizonObservation(
        measure="time_horizon",
        evaluation=ident("exam"),
        direction=Direction.RULE_OUT_PROXY,
        relied_on=True,
        success=Probability("0.5"),
        limit=Minutes(2000),
        alert=Minutes(800),
        alpha_lower=Probability("0.05"),
        alpha_upper=Probability("0.05"),
        envelope=SlopeEnvelope(
            slope_from=Decimal("0.5"), slope_to=Decimal(1), family_sd=Decimal("0.5"), reason="published fits"
        ),
        elicitation_shift=FactorShift(value=Factor("1.5"), author=ident("eve"), reason="two scaffolds"),
        precursor=rate_observation().precursor,
    )
    registered = suite()
    minutes = {name: Minutes(2 ** (i % 10)) for i, name in enumerate(registered.tasks)}
    timed = replace(registered, tasks={n: replace(t, human_minutes=minutes[n]) for n, t in registered.tasks.items()})
    found = tuple(replace(a, score=Decimal(int(i % 10 < 5))) for i, a in enumerate(attempts(0)))
    asked = request(
        recorded(run(found)),
        policy=with_observations(h=horizon),
        suites={"exam": RegisteredSuite(suite=timed, digest=SOME_DIGEST)},
    )
    result = verdict_of(asked).observations[0]
    assert result.lower is not None
    assert result.upper is not None
    assert 0 < result.lower < 24 < result.upper
    assert result.free_fit is not None
    assert result.envelope
    assert verdict_of(asked) == verdict_of(asked)


# ------------------------------------------------------------------------------------------ laws

RUNS = st.lists(
    st.builds(
        lambda n, label, configuration, status, tokens, planned: recorded(
            run(attempts(n, tokens=tokens), label=label, configuration=configuration, status=status), planned=planned
        ),
        n=st.integers(0, 40),
        label=st.sampled_from("abc"),
        configuration=st.sampled_from(["bare", "tools"]),
        status=st.sampled_from([Status.COMPLETED, Status.COMPLETED, Status.COMPLETED, Status.ERROR]),
        tokens=st.sampled_from([900, 900, 900, 0, None]),
        planned=st.sampled_from([True, True, True, False]),
    ),
    max_size=3,
    unique_by=lambda r: (r.run.manifest.run, r.run.manifest.configuration),
).map(tuple)
DOCUMENT = with_observations(
    rate=rate_observation(),
    demo=rate_observation(direction=Direction.DEMONSTRATION, relied_on=False, precursor=None),
)


def crossed(asked: Request) -> bool:
    return verdict_of(asked).kind.counts_as_crossed


@given(RUNS, st.integers(0, 2), st.integers(0, TASKS - 1))
@settings(max_examples=80, deadline=None)
def test_law_1_removing_bytes_rows_or_attempts_never_clears(runs: Any, which: int, row: int) -> None:
    asked = request(*runs, policy=DOCUMENT)
    if which >= len(runs) or not crossed(asked):
        return
    lost = runs[which].run
    gone = replace(runs[which], run=replace(lost, attempts=None))
    rows = lost.attempts[:row] + lost.attempts[row + 1 :]
    fewer = replace(runs[which], run=replace(lost, attempts=rows))
    for less in (gone, fewer):
        assert crossed(replace(asked, runs=(*runs[:which], less, *runs[which + 1 :])))


@given(RUNS, st.integers(0, 2), st.integers(0, TASKS - 1))
@settings(max_examples=80, deadline=None)
def test_law_2_one_more_success_never_clears(runs: Any, which: int, row: int) -> None:
    asked = request(*runs, policy=DOCUMENT)
    if which >= len(runs) or not crossed(asked):
        return
    known = runs[which].run.attempts
    better = (*known[:row], replace(known[row], score=Decimal(1)), *known[row + 1 :])
    more = replace(runs[which], run=replace(runs[which].run, attempts=better))
    assert crossed(replace(asked, runs=(*runs[:which], more, *runs[which + 1 :])))


@given(RUNS, st.integers(0, 600))
@settings(max_examples=80, deadline=None)
def test_law_2_a_later_time_never_clears(runs: Any, days: int) -> None:
    asked = request(*runs, policy=DOCUMENT)
    if crossed(asked):
        assert crossed(replace(asked, now=NOW + days * DAY))


@given(RUNS)
@settings(max_examples=80, deadline=None)
def test_law_2_a_containing_configuration_never_clears(runs: Any) -> None:
    asked = request(*runs, policy=DOCUMENT)
    if crossed(asked):
        assert crossed(replace(asked, configuration=ident("tools")))


@given(RUNS, st.sampled_from(["0.05", "0.1", "0.3"]), st.sampled_from(["0.01", "0.001"]))
@settings(max_examples=60, deadline=None)
def test_law_2_a_larger_shift_or_a_smaller_alpha_never_clears(runs: Any, shift: str, alpha: str) -> None:
    asked = request(*runs, policy=DOCUMENT)
    if not crossed(asked):
        return
    larger = RateShift(value=Probability(shift), author=ident("eve"), reason="r")
    for changes in ({"elicitation_shift": larger}, {"alpha_upper": Probability(alpha)}):
        assert crossed(replace(asked, policy=with_observations(rate=rate_observation(**changes))))


@given(RUNS, st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_law_4_order_and_names_change_nothing(runs: Any, random: Any) -> None:
    asked = request(*runs, policy=DOCUMENT)
    expected = verdict_of(asked)
    shuffled = list(runs)
    random.shuffle(shuffled)
    names = [f"t{i:03}" for i in range(TASKS)]
    random.shuffle(names)
    renamed = dict(zip((f"t{i:03}" for i in range(TASKS)), names, strict=True))
    registered = suite()
    other = replace(registered, tasks={renamed[n]: t for n, t in registered.tasks.items()})

    def rename(r: RecordedRun) -> RecordedRun:
        found = [replace(a, task=ident(renamed[a.task])) for a in r.run.attempts or ()]
        random.shuffle(found)
        return replace(r, run=replace(r.run, attempts=tuple(found)))

    permuted = replace(
        asked,
        runs=tuple(rename(r) for r in shuffled),
        suites={"exam": RegisteredSuite(suite=other, digest=SOME_DIGEST)},
    )
    found = verdict_of(permuted)
    assert (found.kind, found.expires) == (expected.kind, expected.expires)
    for one, two in zip(found.observations, expected.observations, strict=True):
        assert (one.lower, one.upper, one.missing) == (two.lower, two.upper, two.missing)


def test_S1_the_subject_not_the_name_decides() -> None:
    fine = recorded(run(attempts(0)))
    assert kind(fine, model_id=ident("renamed")) is K.NOT_SHOWN
    assert kind(replace(fine, subject="sha256:" + "f" * 64)) is K.NOT_RUN
    assert SUBJECT


def test_E1_a_suite_or_configuration_that_was_edited_after_the_run_clears_nothing() -> None:
    edited = recorded(run(attempts(0)), changed="the suite is not the one that the run was ingested against")
    found = verdict_of(request(edited))
    assert found.kind is K.NOT_RULED_OUT
    assert "E1" in found.rules


def test_B4_several_attempts_at_a_task_are_no_independent_evidence() -> None:
    registered = RegisteredSuite(suite=suite(attempts=8), digest=SOME_DIGEST)
    many = tuple(
        replace(a, attempt=n, score=Decimal(int(i % 10 == 0))) for i, a in enumerate(attempts(0)) for n in range(1, 9)
    )
    found = {
        spread: verdict_of(
            request(
                recorded(run(many)),
                policy=with_observations(r=rate_observation(spread=spread)),
                suites={"exam": registered},
            )
        ).observations[0]
        for spread in Spread
    }
    one_each = verdict_of(request(recorded(run(attempts(6))))).observations[0]
    beta, free = found[Spread.BETA].observed_upper, found[Spread.ANY].observed_upper
    assert beta is not None
    assert free is not None
    assert one_each.observed_upper is not None
    # Tasks that always or never succeed say no more in eight attempts than in one.
    assert one_each.observed_upper * Decimal("0.99") <= beta <= free


class TestV7SeveralRunsOfOneConfiguration:
    """Time alone never takes away what an older run raised (law 2); a run made after its end does."""

    old, young = NOW - 170 * DAY, NOW - 5 * DAY

    def pair(self, first: int, second: int, **changes: Any) -> tuple[RecordedRun, RecordedRun]:
        return (
            recorded(run(attempts(first), label="a", dated=self.old)),
            recorded(run(attempts(second, **changes), label="b", dated=self.young)),
        )

    def test_an_older_alert_stays_when_the_calendar_has_ended_it(self) -> None:
        assert kind(*self.pair(13, 0)) is K.ALERT
        assert kind(*self.pair(13, 0), now=NOW + 20 * DAY) is K.ALERT

    def test_an_older_claim_that_would_stand_does_not_hold_when_it_has_ended(self) -> None:
        assert kind(*self.pair(0, 0), now=NOW + 20 * DAY) is K.NOT_SHOWN

    def test_a_run_begun_after_the_older_one_had_ended_takes_its_place(self) -> None:
        later = recorded(run(attempts(0), label="c", dated=NOW + 20 * DAY))
        assert kind(*self.pair(13, 13), later, now=NOW + 20 * DAY) is K.ALERT  # the second stands until July
        first = self.pair(13, 13)[0]
        assert kind(first, later, now=NOW + 20 * DAY) is K.NOT_SHOWN

    def test_a_void_run_that_would_have_cleared_adds_nothing(self) -> None:
        assert kind(*self.pair(0, 0, tokens=None)) is K.NOT_SHOWN
        assert kind(*self.pair(0, 25, tokens=None)) is K.NOT_RULED_OUT

    def test_E1_its_lost_bytes_do_not_give_way(self) -> None:
        first, second = self.pair(0, 0)
        lost = replace(second, run=replace(second.run, attempts=None))
        assert kind(first, lost).counts_as_crossed


@given(RUNS, st.lists(st.integers(-300, 0), min_size=3, max_size=3), st.integers(0, 600))
@settings(max_examples=80, deadline=None)
def test_law_2_a_later_time_never_clears_runs_of_several_ages(runs: Any, ages: list[int], days: int) -> None:
    aged = [
        replace(r, run=replace(r.run, manifest=replace(r.run.manifest, dated=NOW + age * DAY)))
        for r, age in zip(runs, ages, strict=False)
    ]
    asked = request(*aged, policy=DOCUMENT)
    earlier = verdict_of(asked).kind
    later = verdict_of(replace(asked, now=NOW + days * DAY)).kind
    assert later.gravity >= min(earlier.gravity, K.NOT_RUN.gravity)


def test_S2_tries_of_the_same_weights_in_other_configurations_are_told_and_do_not_count() -> None:
    apart = {**CONFIGURATIONS, "other": Configuration(title="other", tokens_per_attempt=999)}
    calm, wild = recorded(run(attempts(0))), recorded(run(attempts(60), label="r2", configuration="other"))
    found = verdict_of(request(calm, wild, configurations=apart))
    assert found.kind is K.NOT_SHOWN
    told = [words for words in found.observations[0].not_tested if "also tried as other" in words]
    assert told
    assert "NOT_RULED_OUT" in told[0]
    alone = verdict_of(request(calm, configurations=apart))
    assert not any("also tried as" in words for words in alone.observations[0].not_tested)
