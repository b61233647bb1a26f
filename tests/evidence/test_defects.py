"""Every named defect: found, with its rule and a reason in words, and nothing found in a clean run."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from scalegate.evidence.defects import READER_DEFECTS, Defect, DefectKind, defects_of
from scalegate.evidence.run import (
    Attempt,
    Dating,
    EvalRun,
    LogHeader,
    Reported,
    RunManifest,
    Status,
    Suite,
    Task,
)
from scalegate.quantity import Digest, Identifier, Minutes, parse_instant

ZERO = Digest("sha256:" + "0" * 64)
SUITE = Suite(
    schema="scalegate.suite/1",
    title="t",
    tasks={"a": Task(family=Identifier("f"), human_minutes=Minutes(5)), "b": Task(family=Identifier("f"))},
    attempts_per_task=2,
)
WHEN = parse_instant("2026-03-01T12:00:00Z")


def attempt(task: str = "a", number: int = 1, score: str | None = "0", **more: object) -> Attempt:
    return Attempt(
        task=Identifier(task), attempt=number, score=None if score is None else Decimal(score), **({"tokens": 1} | more)
    )  # type: ignore[arg-type]


def made(*attempts: Attempt, **more: object) -> EvalRun:
    manifest = RunManifest(
        schema="scalegate.run/1", model=Identifier("m"), configuration=Identifier("c"), evaluation=Identifier("e"),
        run=Identifier("r"), dating=Dating.LOG, rows=len(attempts), attempts=ZERO, source=ZERO,
        **({"status": Status.COMPLETED, "dated": WHEN} | more),
    )  # fmt: skip
    return EvalRun(address=ZERO, manifest=manifest, attempts=attempts)


def defects(*attempts: Attempt, **more: object) -> tuple[Defect, ...]:
    return defects_of(made(*attempts, **more), SUITE)


def check(found: tuple[Defect, ...], kind: DefectKind, rule: str, reason: str, *, voids_run: bool) -> None:
    (defect,) = found
    assert (defect.kind, defect.rule, defect.reason, defect.voids_run) == (kind, rule, reason, voids_run)


def test_a_clean_run_has_none() -> None:
    assert defects(attempt("a"), attempt("a", 2, "1"), attempt("b", human_minutes=Minutes(9))) == ()
    assert defects(attempt("a", seconds=Decimal("0.001"), transcript=True, rescored=False)) == ()
    assert defects(attempt("a", human_minutes=Minutes(5)), reported=Reported(attempts=1, mean=Decimal(0))) == ()


@pytest.mark.parametrize(
    ("more", "kind", "rule", "reason"),
    [
        ({"status": Status.ERROR}, DefectKind.RUN_NOT_COMPLETED, "E3", "the run ended as 'error'"),
        ({"defects": ("invalidated",)}, DefectKind.READER, "E3", READER_DEFECTS["invalidated"]),
        ({"defects": ("brand_new",)}, DefectKind.READER, "E3", "its reader reported 'brand_new'"),
        ({"reported": Reported(attempts=79)}, DefectKind.HEADER_DISAGREES, "E7",
         "its header says 79 attempts, the log holds 2"),
        ({"reported": Reported(mean=Decimal("0.75"))}, DefectKind.HEADER_DISAGREES, "E7",
         "its header says a mean of 0.75, its attempts give 0.5"),
    ],
)  # fmt: skip
def test_defects_of_the_whole_run(more: dict[str, object], kind: DefectKind, rule: str, reason: str) -> None:
    check(defects(attempt("a"), attempt("b", score="1"), **more), kind, rule, reason, voids_run=True)


def test_E7_a_mean_may_be_over_tasks_or_over_attempts() -> None:
    rows = (attempt("a", 1, "1"), attempt("a", 2, "1"), attempt("b", 1, "0"))
    assert defects(*rows, reported=Reported(mean=Decimal("0.5"))) == ()
    assert defects(*rows, reported=Reported(mean=Decimal("0.6666666666666666"))) == ()
    assert len(defects(*rows, reported=Reported(mean=Decimal("0.66")))) == 1


def test_E7_a_header_with_a_mean_over_no_scores_disagrees() -> None:
    found = defects(attempt(score=None), reported=Reported(mean=Decimal(0)))
    assert [d.kind for d in found] == [DefectKind.HEADER_DISAGREES, DefectKind.NO_SCORE]


def test_E7_numbers_of_any_size_are_compared() -> None:
    assert len(defects(attempt(score="1e9999"), reported=Reported(mean=Decimal("1e999999")))) == 2


def test_E3_repeated_attempts() -> None:
    reason = "attempts that stand there more than once: a #1"
    check(defects(attempt(), attempt(score="1")), DefectKind.DUPLICATE, "E3", reason, voids_run=True)


def test_E3_attempts_outside_the_times_of_their_run() -> None:
    second = parse_instant("2026-03-01T12:00:01Z")
    late = attempt(started_at=second)
    assert defects(late) == ()  # the date is when the first attempt began
    assert defects(late, header=LogHeader(ended=second)) == ()
    reason = "attempts that start after the run's own end: a #1"
    check(defects(late, header=LogHeader(ended=WHEN)), DefectKind.CLOCK_ORDER, "E3", reason, voids_run=True)
    reason = "attempts that start before the run's own date: a #1"
    early = attempt(started_at=WHEN - timedelta(seconds=1))
    check(defects(early), DefectKind.CLOCK_ORDER, "E3", reason, voids_run=True)
    assert defects(attempt(started_at=WHEN)) == ()
    assert defects(early, dated=None) == ()
    ends = LogHeader(ended=WHEN - timedelta(seconds=1))
    check(defects(header=ends), DefectKind.CLOCK_ORDER, "E3", "the run ends before it begins", voids_run=True)


def test_V7_a_run_that_is_dated_after_its_own_entry_would_be_younger_than_it_is() -> None:
    found = replace(made(attempt()), recorded_at=WHEN - timedelta(days=1))
    reason = "it is dated 2026-03-01, after it was recorded"
    check(defects_of(found, SUITE), DefectKind.CLOCK_ORDER, "V7", reason, voids_run=True)
    assert defects_of(replace(found, recorded_at=WHEN), SUITE) == ()


def test_E6_another_scorer_than_the_suite_registers() -> None:
    def read(suite_scorer: str, scorer: str, scorers: int = 1) -> tuple[Defect, ...]:
        header = LogHeader(scorer=scorer, scorers=scorers)
        return defects_of(made(attempt(score="1"), header=header), replace(SUITE, scorer=suite_scorer))

    reason = "it was read by the scorer 'judge.style'; the suite registers 'match'"
    check(read("match", "judge.style"), DefectKind.OTHER_SCORER, "E6", reason, voids_run=True)
    reason = "'match' was chosen among 2 scorers, and the suite registers none"
    check(read("", "match", 2), DefectKind.OTHER_SCORER, "E6", reason, voids_run=True)
    assert read("match", "match", 3) == read("", "match") == read("match", "") == ()


@pytest.mark.parametrize(
    ("one", "kind", "rule", "words"),
    [
        (attempt("z"), DefectKind.UNREGISTERED_TASK, "E3", "are at tasks that the suite does not have (1): z #1"),
        (attempt("a", 3), DefectKind.BEYOND_PLAN, "E3", "are beyond the 2 registered for each task (1): a #3"),
        (attempt(score=None), DefectKind.NO_SCORE, "E2", "have no score (1): a #1"),
        (attempt(score="1.5"), DefectKind.OUT_OF_RANGE, "E2", "have a score outside 0 to 1 (1): a #1"),
        (attempt(status=Status.LIMIT), DefectKind.LIMIT_HIT, "E3", "were stopped by a limit (1): a #1"),
        (attempt(status=Status.IMPUTED), DefectKind.IMPUTED, "E3",
         "were never made: their scores were filled in (1): a #1"),
        (attempt(status=Status.ERROR), DefectKind.NOT_COMPLETED, "E3", "ended with an error (1): a #1"),
        (attempt(status=Status.CANCELLED), DefectKind.NOT_COMPLETED, "E3", "were cancelled (1): a #1"),
        (attempt(status=Status.STARTED), DefectKind.NOT_COMPLETED, "E3", "never ended (1): a #1"),
        (attempt(status=Status.UNKNOWN), DefectKind.NOT_COMPLETED, "E3", "ended in an unknown way (1): a #1"),
        (attempt(tokens=0), DefectKind.ZERO_TOKENS, "E3",
         "spent no tokens: what never happened is not evidence (1): a #1"),
        (attempt(seconds=Decimal(0)), DefectKind.ZERO_SECONDS, "E3",
         "took no time: what never happened is not evidence (1): a #1"),
        (attempt(transcript=False), DefectKind.NO_TRANSCRIPT, "E3", "have no word of the model in the log (1): a #1"),
        (attempt(rescored=True), DefectKind.RESCORED, "E3", "were given another score afterwards (1): a #1"),
        (attempt(human_minutes=Minutes(6)), DefectKind.MINUTES_DISAGREE, "E3",
         "state another human time than the suite (1): a #1"),
    ],
)  # fmt: skip
def test_defects_of_single_attempts(one: Attempt, kind: DefectKind, rule: str, words: str) -> None:
    check(defects(one), kind, rule, f"attempts that {words}", voids_run=False)
    assert defects(one)[0].attempts == {(one.task, one.attempt)}


def test_long_lists_are_cut_in_the_reason_only() -> None:
    (defect,) = defects(*(attempt(f"z{i}") for i in range(5)))
    assert defect.reason.endswith("z0 #1, z1 #1, z2 #1 and 2 more")
    assert len(defect.attempts) == 5


def test_E1_bytes_that_are_gone_are_the_one_defect() -> None:
    manifest = RunManifest(
        schema="scalegate.run/1", model=Identifier("m"), configuration=Identifier("c"), evaluation=Identifier("e"),
        run=Identifier("r"), status=Status.ERROR, dating=Dating.LOG, dated=WHEN, rows=1, attempts=ZERO, source=ZERO,
    )  # fmt: skip
    found = defects_of(EvalRun(address=ZERO, manifest=manifest, attempts=None, problem="run.yaml was altered"), SUITE)
    check(found, DefectKind.BYTES_MISSING, "E1", "run.yaml was altered", voids_run=True)
