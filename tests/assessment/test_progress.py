"""Rates of progress: growth over the developer's own models, that no missing result makes slower (V1, B3, law 1)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence_world import attempts, recorded, relaxed, request, run
from scalegate.assessment.assess import assess
from scalegate.assessment.request import Predecessor, RecordedRun, RegisteredSuite, Request
from scalegate.evidence.run import Dating, Status, Suite, Task
from scalegate.policy.document import (
    Direction,
    FactorShift,
    HorizonObservation,
    PolicyDocument,
    Precursor,
    ProgressObservation,
    Relaxable,
    SlopeEnvelope,
)
from scalegate.quantity import Factor, Minutes, Probability
from scalegate.verdict.ledger import Exposure, ExposureKind
from scalegate.verdict.verdict import ObservationResult, Verdict
from scalegate.verdict.verdict import VerdictKind as K
from world import DAY, NOW, SOME_DIGEST, SUBJECT, ident, limit, policy

TASKS = 40
LEVEL = Probability("0.05")
SUITE = Suite(
    schema="scalegate.suite/1",
    title="Exam",
    tasks={
        f"t{i:03}": Task(family=ident(f"f{i % 5}"), human_minutes=Minutes(Decimal(2) ** (i % 10))) for i in range(TASKS)
    },
)


def horizon() -> HorizonObservation:
    return HorizonObservation(
        measure="time_horizon",
        evaluation=ident("exam"),
        direction=Direction.RULE_OUT_PROXY,
        relied_on=False,
        success=Probability("0.5"),
        limit=Minutes(6000),
        alert=Minutes(600),
        alpha_lower=LEVEL,
        alpha_upper=LEVEL,
        envelope=SlopeEnvelope(
            slope_from=Decimal("0.6"), slope_to=Decimal("1.2"), family_sd=Decimal("0.5"), reason="r"
        ),
        elicitation_shift=FactorShift(value=Factor("1.2"), author=ident("eve"), reason="two scaffolds tried"),
    )


def rate(**changes: Any) -> ProgressObservation:
    made = ProgressObservation(
        measure="rate_of_progress",
        evaluation=ident("exam"),
        direction=Direction.RULE_OUT_PROXY,
        relied_on=True,
        success=Probability("0.5"),
        generations=3,
        limit=Factor(4000),
        alert=Factor(900),
        alpha_lower=LEVEL,
        alpha_upper=LEVEL,
        precursor=Precursor(argument="slow is not research", author=ident("eve"), expires=NOW + 300 * DAY),
    )
    return replace(made, **changes)


def document(observation: ProgressObservation | None = None, **others: Any) -> PolicyDocument:
    made = policy()
    seen = {"pace": observation or rate(), "length": horizon(), **others}
    return replace(made, limits={**made.limits, "low": limit(observations=seen)})


def older(name: str, years: float, successes: int, **changes: Any) -> Predecessor:
    found = run(attempts(successes, TASKS), label=name, dated=NOW - int(365 * years) * DAY)
    kept = recorded(found, subject=f"sha256:{name}")
    made = Predecessor(subject=f"sha256:{name}", title=name, released=NOW - int(365 * years) * DAY, runs=(kept,))
    return replace(made, **changes)


FIRST, SECOND = older("one", 2.5, 9), older("two", 1.2, 17)


def asked(successes: int = 22, *predecessors: Predecessor, **changes: Any) -> Request:
    own = changes.pop("own", recorded(run(attempts(successes, TASKS), dated=NOW)))
    changes.setdefault("policy", document())
    return request(
        own,
        predecessors=predecessors or (FIRST, SECOND),
        suites={"exam": RegisteredSuite(suite=SUITE, digest=SOME_DIGEST)},
        released={SUBJECT: NOW},
        **changes,
    )


def verdict_of(made: Request) -> Verdict:
    return next(v for v in assess(made) if v.limit == "low")


def result_of(made: Request, name: str = "pace") -> ObservationResult:
    return next(r for r in verdict_of(made).observations if r.observation == name)


def test_V1_growth_over_three_models_is_bounded_on_both_sides_and_can_clear() -> None:
    found = result_of(asked())
    assert found.kind is K.NOT_SHOWN, (found.lower, found.upper, found.reasons)
    assert found.lower is not None and found.upper is not None and found.point is not None  # noqa: PT018
    assert found.lower < found.point < found.upper
    assert found.estimator == "boxed_growth/1"
    assert {FIRST.runs[0].run.address, SECOND.runs[0].run.address} <= set(found.rests_on)
    assert any("one (2023-" in words and "two (2025-" in words for words in found.not_tested)


@pytest.mark.parametrize(
    ("limit_at", "alert_at", "kind"),
    [("4000", "900", K.NOT_SHOWN), ("4000", "2", K.ALERT), ("5", "2", K.NOT_RULED_OUT)],
)
def test_the_kind_follows_the_upper_bound(limit_at: str, alert_at: str, kind: K) -> None:
    made = document(rate(limit=Factor(limit_at), alert=Factor(alert_at)))
    assert result_of(asked(policy=made)).kind is kind


def test_V1_only_a_demonstration_shows_danger_and_a_proxy_never() -> None:
    fast = asked(40, older("one", 2.5, 1), older("two", 1.2, 2))
    low = result_of(fast).lower
    assert low is not None
    assert low > Decimal("1.3")
    lines = {"limit": Factor("1.2"), "alert": Factor("1.1")}
    shown = rate(direction=Direction.DEMONSTRATION, precursor=None, **lines)
    assert result_of(replace(fast, policy=document(shown))).kind is K.DANGER_SHOWN
    assert result_of(replace(fast, policy=document(rate(**lines)))).kind is K.NOT_RULED_OUT


def test_B3_fewer_generations_bound_nothing() -> None:
    found = result_of(asked(22, SECOND))
    assert (found.kind, found.upper) == (K.NOT_RULED_OUT, Decimal("Infinity"))
    assert "B3" in found.rules
    assert any("3 models or more, and 2 have results" in reason for reason in found.reasons)


def test_no_run_of_the_subject_is_not_run() -> None:
    assert result_of(asked(own=recorded(run(attempts(0, TASKS)), subject="sha256:other"))).kind is K.NOT_RUN


def without_bytes(predecessor: Predecessor) -> Predecessor:
    return replace(predecessor, runs=tuple(replace(r, run=replace(r.run, attempts=None)) for r in predecessor.runs))


def elsewhere(predecessor: Predecessor) -> Predecessor:
    (kept,) = predecessor.runs
    manifest = replace(kept.run.manifest, configuration=ident("gone"))
    return replace(predecessor, runs=(replace(kept, run=replace(kept.run, manifest=manifest)),))


def dated(predecessor: Predecessor, when: datetime | None, dating: Dating) -> Predecessor:
    (kept,) = predecessor.runs
    manifest = replace(kept.run.manifest, dated=when, dating=dating)
    return replace(predecessor, runs=(replace(kept, run=replace(kept.run, manifest=manifest)),))


def with_run(predecessor: Predecessor, **changes: Any) -> Predecessor:
    return replace(predecessor, runs=tuple(replace(r, **changes) for r in predecessor.runs))


@pytest.mark.parametrize(
    ("spoilt", "words"),
    [
        (without_bytes(FIRST), "absent or altered"),
        (replace(FIRST, released=None), "no release date"),
        (elsewhere(FIRST), "never run in bare"),
        (with_run(FIRST, planned=False), "no plan was registered"),
        (with_run(FIRST, changed="the suite is another"), "the suite is another"),
        (replace(FIRST, flagged=frozenset({"exam"})), "a flag stands"),
        (dated(FIRST, NOW - 4000 * DAY, Dating.STATED), "only stated"),
        (dated(FIRST, None, Dating.UNKNOWN), "its date is unknown"),
    ],
)
def test_law_1_an_older_model_that_cannot_be_counted_never_clears(spoilt: Predecessor, words: str) -> None:
    for observation in (rate(), rate(generations=3)):
        found = result_of(asked(22, spoilt, SECOND, older("three", 0.5, 19), policy=document(observation)))
        assert found.kind is K.NOT_RULED_OUT
        assert any(words in reason for reason in found.reasons), found.reasons


def test_E3_successes_of_an_older_models_broken_run_make_nothing_slower() -> None:
    broken = older("one", 2.5, 0)
    bad = run(attempts(30, TASKS), label="one", dated=NOW - 900 * DAY, status=Status.ERROR)
    found = result_of(asked(22, replace(broken, runs=(recorded(bad, subject="sha256:one"),)), SECOND))
    assert found.upper == Decimal("Infinity")


@pytest.mark.parametrize("whose", ["sha256:one", "sha256:two", ""])
def test_E3_V4_what_an_older_model_was_trained_on_makes_nothing_slower(whose: str) -> None:
    trained = Exposure(
        evaluation=ident("exam"),
        kind=ExposureKind.TRAINING,
        what="the tasks were in its fine-tuning set",
        made_at=NOW - DAY,
        by=ident("eve"),
        role=ident("evaluators"),
        subject=whose,
    )
    assert result_of(asked(exposures=(replace(trained, subject="sha256:other"),))).kind is K.NOT_SHOWN
    assert result_of(asked(exposures=(replace(trained, kind=ExposureKind.SEEN),))).kind is K.NOT_SHOWN
    found = result_of(asked(exposures=(trained,)))
    assert found.kind is K.NOT_RULED_OUT
    assert not whose or any("used in training" in reason for reason in found.reasons), found.reasons


def test_V7_stated_dates_of_older_models_count_where_the_policy_says_so() -> None:
    stated = [dated(p, p.released, Dating.STATED) for p in (FIRST, SECOND)]
    assert result_of(asked(22, *stated)).kind is K.NOT_RULED_OUT
    assert result_of(asked(22, *stated, policy=relaxed(document(), Relaxable.EVIDENCE_DATES))).kind is K.NOT_SHOWN


def test_E6_an_unplanned_older_run_counts_where_the_policy_asks_for_no_plan() -> None:
    free = relaxed(document(), Relaxable.REGISTRATION)
    assert result_of(asked(22, with_run(FIRST, planned=False), SECOND, policy=free)).kind is K.NOT_SHOWN


def test_models_before_since_and_later_models_do_not_count() -> None:
    later = replace(older("later", -0.2, 35), released=NOW + 60 * DAY)
    found = result_of(asked(22, FIRST, SECOND, later))
    assert found.upper == result_of(asked()).upper
    since = document(rate(since=NOW - 2 * 365 * DAY))
    assert any("2 have results" in r for r in result_of(asked(policy=since)).reasons)


@pytest.mark.parametrize(("years", "successes"), [(0.05, 1), (0.1, 9), (1.0, 3)])
def test_a_weak_older_model_that_is_added_hides_no_growth(years: float, successes: int) -> None:
    """Whoever evaluates one more weak model shortly before the subject makes no line through the others flatter."""
    plain, hidden = result_of(asked()), result_of(asked(22, FIRST, SECOND, older("weak", years, successes)))
    assert plain.upper is not None
    assert hidden.upper is not None
    assert hidden.upper >= plain.upper


def test_B1_surprises_and_the_reserve_make_the_growth_faster() -> None:
    made = document()
    reserve = replace(made.evaluation.blind_spot_reserve, horizon=Factor("1.5"))
    raised = replace(made, evaluation=replace(made.evaluation, blind_spot_reserve=reserve))
    plain, wide = result_of(asked()).upper, result_of(asked(policy=raised)).upper
    assert plain is not None
    assert wide is not None
    assert wide > plain


def test_B2_an_unknown_shift_of_the_task_length_rules_nothing_out() -> None:
    unknown = replace(horizon(), elicitation_shift=FactorShift(value=None, author=ident("eve"), reason="nobody knows"))
    found = result_of(asked(policy=document(length=unknown)))
    assert found.kind is K.NOT_RULED_OUT
    assert "B2" in found.rules


def test_V7_training_is_capped_where_growth_of_the_subject_takes_the_rate_to_the_line() -> None:
    found = result_of(asked())
    assert found.train_cap is not None
    assert found.train_held_cap is not None
    assert Decimal("1e22") < found.train_cap < found.train_held_cap


@given(st.integers(0, TASKS - 1), st.integers(0, TASKS), st.integers(0, TASKS))
@settings(max_examples=25, deadline=None)
def test_B5_one_more_success_of_the_subject_lowers_neither_bound(own: int, first: int, second: int) -> None:
    before = asked(own, older("one", 2.5, first), older("two", 1.2, second))
    after = asked(own + 1, older("one", 2.5, first), older("two", 1.2, second))
    less, more = result_of(before), result_of(after)
    for end in ("lower", "upper"):
        assert getattr(more, end) >= getattr(less, end)
    assert more.kind.gravity >= less.kind.gravity


@given(st.integers(0, TASKS), st.integers(1, TASKS), st.sampled_from(["one", "two", "own"]))
@settings(max_examples=25, deadline=None)
def test_law_1_removing_attempts_of_any_model_never_clears(own: int, kept: int, whose: str) -> None:
    def cut(recorded_run: RecordedRun) -> RecordedRun:
        assert recorded_run.run.attempts is not None
        return replace(recorded_run, run=replace(recorded_run.run, attempts=recorded_run.run.attempts[:kept]))

    whole = asked(own)
    if whose == "own":
        less = replace(whole, runs=tuple(map(cut, whole.runs)))
    else:
        less = replace(
            whole,
            predecessors=tuple(
                replace(p, runs=tuple(map(cut, p.runs))) if p.title == whose else p for p in whole.predecessors
            ),
        )
    assert result_of(less).kind.gravity >= result_of(whole).kind.gravity
