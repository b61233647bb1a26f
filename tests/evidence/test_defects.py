"""Every named defect: found, with its rule and a reason in words, and nothing found in a clean run."""

from __future__ import annotations

from decimal import Decimal

import pytest

from scalegate.evidence.defects import READER_DEFECTS, Defect, DefectKind, defects_of
from scalegate.evidence.run import (
    Attempt,
    Dating,
    EvalRun,
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


def defects(*attempts: Attempt, **more: object) -> tuple[Defect, ...]:
    manifest = RunManifest(
        schema="scalegate.run/1", model=Identifier("m"), configuration=Identifier("c"), evaluation=Identifier("e"),
        run=Identifier("r"), dating=Dating.LOG, rows=len(attempts), attempts=ZERO, source=ZERO,
        **({"status": Status.COMPLETED, "dated": WHEN} | more),
    )  # fmt: skip
    return defects_of(EvalRun(address=ZERO, manifest=manifest, attempts=attempts), SUITE)


def check(found: tuple[Defect, ...], kind: DefectKind, rule: str, reason: str, *, voids_run: bool) -> None:
    (defect,) = found
    assert (defect.kind, defect.rule, defect.reason, defect.voids_run) == (kind, rule, reason, voids_run)


def test_a_clean_run_has_none() -> None:
    assert defects(attempt("a"), attempt("a", 2, "1"), attempt("b", human_minutes=Minutes(9))) == ()
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


def test_an_attempt_begins_after_the_first_of_its_run() -> None:
    """A run is as old as its oldest attempt (V7), so the others begin later."""
    assert defects(attempt(started_at=parse_instant("2026-03-01T12:00:01Z"))) == ()


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
