"""Outcome tables: what is missing counts both ways, defects void negatives only, and the laws."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from scalegate.evidence.outcomes import OutcomeTable, tabulate
from scalegate.evidence.run import (
    Allowed,
    Attempt,
    Dating,
    EvalRun,
    LogHeader,
    Reported,
    RunManifest,
    ScoreRange,
    Status,
    Suite,
    Task,
)
from scalegate.quantity import Digest, Identifier, Minutes

TASKS = ("a/1", "a/2", "b/1")


def suite(attempts: int = 1, **more: object) -> Suite:
    tasks = {name: Task(family=Identifier(name[0]), human_minutes=Minutes(5)) for name in TASKS}
    return Suite(schema="scalegate.suite/1", title="t", tasks=tasks, attempts_per_task=attempts, **more)  # type: ignore[arg-type]


def attempt(task: str, number: int = 1, score: str | None = "0", **more: object) -> Attempt:
    value = None if score is None else Decimal(score)
    return Attempt(task=Identifier(task), attempt=number, score=value, **({"tokens": 10} | more))  # type: ignore[arg-type]


def digest(text: str) -> Digest:
    return Digest("sha256:" + hashlib.sha256(text.encode()).hexdigest())


def run(attempts: Sequence[Attempt] | None, label: str = "r", name: str = "one", **more: object) -> EvalRun:
    manifest = RunManifest(
        schema="scalegate.run/1", model=Identifier("m"), configuration=Identifier("c"), evaluation=Identifier("e"),
        run=Identifier(label), dating=Dating.UNKNOWN, dated=None, rows=len(attempts or ()), attempts=digest("attempts"),
        source=digest("source"), **({"status": Status.COMPLETED} | more),
    )  # fmt: skip
    return EvalRun(
        address=digest(name), manifest=manifest, attempts=None if attempts is None else tuple(attempts), problem=""
    )


def whole(scores: str = "000", **more: object) -> list[Attempt]:
    return [attempt(task, score=score, **more) for task, score in zip(TASKS, scores, strict=True)]


def table(*runs: EvalRun, of: Suite | None = None, **more: object) -> OutcomeTable:
    return tabulate(runs, of or suite(), **({"success_score": Decimal(1)} | more))  # type: ignore[arg-type]


def check(found: OutcomeTable, lower: Sequence[int], upper: Sequence[int]) -> None:
    assert (found.successes_lower, found.successes_upper) == (tuple(lower), tuple(upper))


# ------------------------------------------------------------------------------------- the rules


def test_a_whole_run_is_counted_as_it_is() -> None:
    found = table(run(whole("010")))
    check(found, (0, 1, 0), (0, 1, 0))
    assert (found.missing, found.coverage, found.valid_runs, found.invalid_runs) == (0, 1, 1, 0)
    assert found.family == ("a", "a", "b")
    assert found.minutes == (5.0, 5.0, 5.0)


def test_E2_a_registered_attempt_without_outcome_is_success_above_and_failure_below() -> None:
    found = table(run(whole("010")[1:]))
    check(found, (0, 1, 0), (1, 1, 0))
    assert (found.missing, found.valid) == (1, (0, 1, 1))
    check(table(run([attempt("a/1", score=None), *whole("010")[1:]])), (0, 1, 0), (1, 1, 0))


def test_E2_no_run_at_all_leaves_everything_open() -> None:
    found = table(of=suite(attempts=4))
    check(found, (0, 0, 0), (4, 4, 4))
    assert found.coverage == 0


def test_E3_a_broken_run_keeps_its_successes_and_loses_its_failures() -> None:
    for status in (Status.ERROR, Status.CANCELLED, Status.LIMIT, Status.STARTED, Status.UNKNOWN):
        found = table(run(whole("010"), status=status))
        check(found, (0, 1, 0), (1, 1, 1))
        assert found.invalid_addresses == (digest("one"),)
        check(table(run(whole("010", status=status))), (0, 1, 0), (1, 1, 1))


def test_E3_an_imputed_zero_is_no_evidence_and_an_imputed_success_no_demonstration() -> None:
    check(table(run(whole("010", status=Status.IMPUTED))), (0, 0, 0), (1, 1, 1))


def test_E3_a_failure_that_spent_no_tokens_did_not_happen() -> None:
    check(table(run(whole("010", tokens=0))), (0, 1, 0), (1, 1, 1))
    found = table(run(whole("010", tokens=None)))
    check(found, (0, 1, 0), (0, 1, 0))
    assert (found.failures_without_effort, found.failure_tokens) == (2, ())
    assert table(run(whole("010"))).failure_tokens == (10, 10)


def test_E3_repeated_attempts_void_the_negatives_of_the_run() -> None:
    check(table(run([*whole("010"), attempt("b/1", score="0")])), (0, 1, 0), (1, 1, 1))
    check(table(run([*whole("010"), attempt("b/1", score="1")])), (0, 1, 1), (1, 1, 1))


def test_E4_a_disposed_invalid_run_stops_asking_and_keeps_its_successes() -> None:
    broken = run([attempt("a/1", score="1")], label="first", name="first", status=Status.ERROR)
    again = run(whole("000"), label="second", name="second")
    check(table(broken, again), (1, 0, 0), (1, 1, 1))
    check(table(broken, again, disposed={broken.address}), (1, 0, 0), (1, 0, 0))
    check(table(broken, disposed={broken.address}), (1, 0, 0), (1, 1, 1))


def test_E4_disposing_of_a_valid_run_hides_nothing() -> None:
    shown, again = run(whole("010"), label="first", name="first"), run(whole("000"), label="second", name="second")
    gaps = run(whole("000")[:1], label="third", name="third")
    check(table(shown, again, disposed={shown.address}), (0, 1, 0), (0, 1, 0))
    check(table(shown, disposed={shown.address}), (0, 1, 0), (0, 1, 0))
    check(table(again, gaps, disposed={gaps.address}), (0, 0, 0), (0, 1, 1))
    check(table(gaps, disposed={gaps.address}), (0, 0, 0), (0, 1, 1))
    lost = replace(shown, attempts=None)
    check(table(lost, again, disposed={lost.address}), (0, 0, 0), (1, 1, 1))


def test_E5_scores_are_oriented_once() -> None:
    wide = suite(score_range=ScoreRange(least=Decimal(-10), greatest=Decimal(10)))
    scores = [attempt("a/1", score="-10"), attempt("a/2", score="0"), attempt("b/1", score="10")]
    up = table(run(scores), of=wide, success_score=Decimal(0))
    down = table(run(scores), of=wide, success_score=Decimal(0), lower_is_dangerous=True)
    check(up, (0, 1, 1), (0, 1, 1))
    check(down, (1, 1, 0), (1, 1, 0))
    assert up.mean_lower == up.mean_upper == (0.0, 0.5, 1.0)
    assert down.mean_lower == down.mean_upper == (1.0, 0.5, 0.0)


def test_E7_a_header_that_disagrees_voids_the_negatives() -> None:
    check(table(run(whole("010"), reported=Reported(attempts=79))), (0, 1, 0), (1, 1, 1))
    check(table(run(whole("010"), reported=Reported(attempts=3, mean=Decimal("0.35")))), (0, 1, 0), (1, 1, 1))
    check(table(run(whole("010"), reported=Reported(attempts=3, mean=Decimal("0.3333333333")))), (0, 1, 0), (0, 1, 0))


def test_E1_a_run_whose_bytes_are_gone_could_have_held_anything() -> None:
    check(table(run(None)), (0, 0, 0), (1, 1, 1))
    found = table(run(whole("010")), run(None, name="two"))
    check(found, (0, 1, 0), (1, 1, 1))
    assert found.rests_on == tuple(sorted((digest("one"), digest("two"))))


def test_parts_of_one_run_fill_its_attempts_together() -> None:
    check(table(run(whole("010")[:1]), run(whole("010")[1:], name="two")), (0, 1, 0), (0, 1, 0))


def test_a_repetition_cannot_paper_over_a_run_with_gaps() -> None:
    gaps, full = run(whole("010")[:1], label="x"), run(whole("000"), label="y", name="two")
    check(table(gaps, full), (0, 0, 0), (0, 1, 1))


def test_attempts_beyond_the_registered_number_do_not_dilute() -> None:
    failures = [attempt("a/1", number, "0") for number in range(2, 50)]
    success = attempt("a/1", 50, "1")
    check(table(run([*whole("000"), *failures])), (0, 0, 0), (0, 0, 0))
    found = table(run([*whole("000"), *failures, success]))
    check(found, (1, 0, 0), (1, 0, 0))
    assert (found.registered, found.attempts) == ((1, 1, 1), 3)


def test_a_score_outside_the_range_shows_nothing_and_clears_nothing() -> None:
    for score in ("35", "-1"):
        check(table(run([*whole("010")[1:], attempt("a/1", score=score)])), (0, 1, 0), (1, 1, 0))


def test_a_task_outside_the_suite_is_kept_apart_when_it_was_solved() -> None:
    extra = [attempt("z/9", 1, "1", human_minutes=Minutes(600)), attempt("z/9", 2, "0"), attempt("z/8", 1, "0")]
    found = table(run([*whole("000"), *extra]))
    check(found, (0, 0, 0), (0, 0, 0))
    assert [(o.task, o.successes_lower, o.human_minutes) for o in found.unregistered] == [("z/9", 1, Minutes(600))]


def test_mean_scores_take_the_dangerous_end_of_what_is_missing() -> None:
    half = [attempt("a/1", 1, "0.5"), attempt("a/1", 2, "0.1"), attempt("a/2", 1, "0.4")]
    found = table(run(half), of=suite(attempts=2))
    assert found.mean_lower == (0.3, 0.2, 0.0)
    assert found.mean_upper == (0.3, 0.7, 1.0)


def test_law_1_minutes_that_only_rows_state_enter_no_horizon() -> None:
    bare = replace(suite(), tasks={name: Task(family=Identifier("f")) for name in TASKS})
    stated = [attempt("a/1", 1, human_minutes=Minutes(7)), attempt("a/2", 1, human_minutes=Minutes(9))]
    loose = table(run(stated), of=bare)
    assert loose.minutes == (None, None, None)
    assert [o.human_minutes for o in loose.outcomes] == [Minutes(7), Minutes(9), None]
    found = table(run(whole("000", human_minutes=Minutes(7))))
    assert found.minutes == (5.0, 5.0, 5.0)
    check(found, (0, 0, 0), (1, 1, 1))


# -------------------------------------------------------------------------------------- the laws

SCORES = st.sampled_from(["0", "0.3", "1", None, "7"])
ATTEMPTS = st.builds(
    lambda task, number, score, status, tokens, more: attempt(
        task, number, score, status=status, tokens=tokens, **more
    ),
    st.sampled_from((*TASKS, "z/9")),
    st.integers(1, 3),
    SCORES,
    st.sampled_from([Status.COMPLETED] * 5 + list(Status)),
    st.sampled_from([None, 0, 5, 5]),
    st.sampled_from([*[{}] * 6, {"seconds": Decimal(0)}, {"transcript": False}, {"rescored": True}]),
)
HEADERS = st.builds(
    lambda model, scorer, lineage, tokens: LogHeader(
        model=model, scorer=scorer, lineage=lineage, allowed=tokens and Allowed(tokens=tokens)
    ),
    st.sampled_from(["", "p/m", "p/m", "p/n"]),
    st.sampled_from(["", "match", "match", "other"]),
    st.sampled_from(["", "", "T1"]),
    st.sampled_from([None, None, 5, 9]),
)
REPORTS = st.sampled_from([None, None, None, Reported(attempts=3), Reported(mean=Decimal("0.5"))])


@st.composite
def pools(draw: st.DrawFn, reports: st.SearchStrategy[Reported | None] = REPORTS) -> list[EvalRun]:
    rows = st.lists(ATTEMPTS, max_size=8)
    if draw(st.booleans()):
        rows = st.lists(ATTEMPTS, max_size=8, unique_by=lambda a: (a.task, a.attempt))
    statuses = st.sampled_from([Status.COMPLETED] * 4 + [Status.ERROR])
    return [
        run(
            draw(rows),
            draw(st.sampled_from("xy")),
            f"run {i}",
            reported=draw(reports),
            status=draw(statuses),
            header=draw(st.none() | HEADERS),
        )
        for i in range(draw(st.integers(1, 3)))
    ]


def ends(runs: Sequence[EvalRun], attempts: int = 2, **more: object) -> list[tuple[object, ...]]:
    found = table(*runs, of=suite(attempts, scorer="match"), **more)
    return list(zip(found.successes_lower, found.successes_upper, found.mean_lower, found.mean_upper, strict=True))


def at_least(one: Sequence[tuple[object, ...]], other: Sequence[tuple[object, ...]], columns: Sequence[int]) -> bool:
    return all(a[c] >= b[c] for a, b in zip(one, other, strict=True) for c in columns)  # type: ignore[operator]


@settings(max_examples=150, deadline=None)
@given(pools(), st.data())
def test_law_1_losing_the_bytes_of_a_recorded_run_only_widens(runs: list[EvalRun], data: st.DataObject) -> None:
    lost = data.draw(st.integers(0, len(runs) - 1))
    fewer = [replace(r, attempts=None) if i == lost else r for i, r in enumerate(runs)]
    disposed = {r.address for r in runs if data.draw(st.booleans())}
    before, after = ends(runs, disposed=disposed), ends(fewer, disposed=disposed)
    assert at_least(after, before, (1, 3))
    assert at_least(before, after, (0, 2))


@settings(max_examples=150, deadline=None)
@given(pools(st.none()), st.data())
def test_law_1_a_registered_attempt_that_disappears_only_widens(runs: list[EvalRun], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(runs) - 1))
    rows = runs[at].attempts or ()
    unique = [r for r in runs if len({(a.task, a.attempt) for a in r.attempts or ()}) == len(r.attempts or ())]
    parts = [a for r in runs if r.manifest.run == runs[at].manifest.run for a in r.attempts or ()]
    registered = [i for i, a in enumerate(rows) if a.task in TASKS and a.attempt <= 2]
    if runs[at] not in unique or len({(a.task, a.attempt) for a in parts}) < len(parts) or not registered:
        return
    gone = data.draw(st.sampled_from(registered))
    shorter = replace(runs[at], attempts=(*rows[:gone], *rows[gone + 1 :]))
    fewer = [shorter if i == at else r for i, r in enumerate(runs)]
    assert at_least(ends(fewer), ends(runs), (1, 3))
    assert at_least(ends(runs), ends(fewer), (0, 2))


@settings(max_examples=150, deadline=None)
@given(pools(st.none()), st.data())
def test_law_2_one_more_success_never_lowers_either_end(runs: list[EvalRun], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(runs) - 1))
    rows = list(runs[at].attempts or ())
    if not rows:
        return
    which = data.draw(st.integers(0, len(rows) - 1))
    rows[which] = replace(rows[which], score=Decimal(1))
    more = [replace(r, attempts=tuple(rows)) if i == at else r for i, r in enumerate(runs)]
    disposed = {r.address for r in runs if data.draw(st.booleans())}
    assert at_least(ends(more, disposed=disposed), ends(runs, disposed=disposed), (0, 1, 2, 3))


@settings(max_examples=120, deadline=None)
@given(pools(), st.randoms(use_true_random=False))
def test_law_4_the_order_of_runs_and_rows_changes_nothing(runs: list[EvalRun], chance: object) -> None:
    shuffled = []
    for one in runs:
        rows = list(one.attempts or ())
        chance.shuffle(rows)  # type: ignore[attr-defined]
        shuffled.append(replace(one, attempts=tuple(rows)))
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert table(*shuffled, of=suite(2)) == table(*runs, of=suite(2))


@settings(max_examples=120, deadline=None)
@given(pools(), st.data())
def test_E3_a_defect_never_takes_a_verified_success_away(runs: list[EvalRun], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(runs) - 1))
    manifest = replace(
        runs[at].manifest,
        status=data.draw(st.sampled_from(list(Status))),
        defects=data.draw(st.sampled_from([(), ("invalidated",), ("something new",)])),
        reported=data.draw(REPORTS),
        header=data.draw(st.none() | HEADERS),
    )
    rows = tuple(
        replace(a, status=Status.ERROR, transcript=False)
        if a.status is not Status.IMPUTED and data.draw(st.booleans())
        else a
        for a in runs[at].attempts or ()
    )
    worse = [replace(r, manifest=manifest, attempts=rows) if i == at else r for i, r in enumerate(runs)]
    assert at_least(ends(worse), ends(runs), (0, 2))


@settings(max_examples=120, deadline=None)
@given(pools(), st.booleans())
def test_both_ends_stay_in_order_and_in_range(runs: list[EvalRun], lower_is_dangerous: bool) -> None:
    found = table(*runs, of=suite(2), lower_is_dangerous=lower_is_dangerous)
    for o in found.outcomes:
        assert 0 <= o.successes_lower <= o.successes_upper <= o.registered == 2
        assert o.successes_lower <= o.valid <= o.registered
        assert o.successes_upper >= o.registered - o.valid
        assert 0 <= o.mean_lower <= o.mean_upper <= 1
    assert 0 <= found.missing <= found.registered_attempts
