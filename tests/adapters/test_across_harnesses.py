"""One table of attempts, written in the form of every harness: what is read must be the same."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.harness_files import (
    BEGAN,
    EVALUATION,
    MODEL,
    TABLE,
    Try,
    run_of,
    write_every_eval_ever,
    write_helm,
    write_inspect,
    write_lm_eval,
    write_metr,
    write_parquet,
    write_table,
)
from scalegate.adapters.evidence_store import manifest_of
from scalegate.evidence.defects import DefectKind, defects_of
from scalegate.evidence.outcomes import OutcomeTable, tabulate
from scalegate.evidence.parsed_run import ParsedRun
from scalegate.evidence.run import EvalRun, SourceFile, Suite, Task
from scalegate.quantity import Digest, Identifier

WRITERS: dict[str, Callable[[Path, tuple[Try, ...]], Path]] = {
    "table": write_table,
    "parquet": write_parquet,
    "inspect": write_inspect,
    "lm-eval": write_lm_eval,
    "helm": write_helm,
    "every eval ever": write_every_eval_ever,
    "metr runs": write_metr,
}
NAMED = {"evaluation": Identifier(EVALUATION)}
ZERO = Digest(f"sha256:{0:064}")


def evaluated(run: ParsedRun) -> EvalRun:
    source = SourceFile(schema="scalegate.source/1", name="s", format="f", digest=ZERO, bytes=1)
    return EvalRun(address=ZERO, manifest=manifest_of(run, source, ZERO), attempts=run.attempts)


def suite(table: tuple[Try, ...]) -> Suite:
    tasks = {one.task: Task(family=Identifier("f")) for one in table}
    return Suite(schema="scalegate.suite/1", title="s", tasks=tasks, attempts_per_task=1)


def outcomes(run: ParsedRun, table: tuple[Try, ...]) -> OutcomeTable:
    return tabulate([evaluated(run)], suite(table), success_score=Decimal(1))


@pytest.mark.parametrize("form", WRITERS)
def test_every_harness_gives_the_scores_of_the_table(form: str, tmp_path: Path) -> None:
    run = run_of(WRITERS[form](tmp_path, TABLE), **NAMED)
    assert (run.model, run.evaluation) == (MODEL, EVALUATION)
    assert [(a.task, a.attempt, a.score) for a in run.attempts] == [(o.task, 1, Decimal(int(o.score))) for o in TABLE]
    assert run.dated is not None
    assert int(run.dated.timestamp()) == BEGAN
    assert defects_of(evaluated(run), suite(TABLE)) == ()


@pytest.mark.parametrize("form", [form for form in WRITERS if form != "lm-eval"])
def test_every_harness_that_counts_tokens_gives_the_tokens_of_the_table(form: str, tmp_path: Path) -> None:
    run = run_of(WRITERS[form](tmp_path, TABLE), **NAMED)
    assert [a.tokens for a in run.attempts] == [one.tokens for one in TABLE]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(scores=st.lists(st.sampled_from([0.0, 1.0]), min_size=1, max_size=12))
def test_every_harness_leads_to_the_same_counts(scores: list[float], tmp_path: Path) -> None:
    table = tuple(Try(task=f"t{at}", score=score) for at, score in enumerate(scores))
    counted = set()
    for form, write in WRITERS.items():
        found = outcomes(run_of(write(tmp_path / form, table), **NAMED), table)
        assert found.voided == ()
        counted.add((found.successes_lower, found.successes_upper, found.valid, found.coverage))
    assert len(counted) == 1


@pytest.mark.parametrize("form", ["table", "parquet", "helm", "every eval ever", "metr runs"])
def test_E3_an_error_voids_a_failure_and_no_success_in_every_harness_that_tells_errors(
    form: str, tmp_path: Path
) -> None:
    table = (Try(task="a", score=0, failed=True), Try(task="b", score=1, failed=True), Try(task="c", score=0))
    found = outcomes(run_of(WRITERS[form](tmp_path, table), **NAMED), table)
    assert found.successes_lower == (0, 1, 0)
    assert found.successes_upper == (1, 1, 0)


@pytest.mark.parametrize("form", ["inspect", "lm-eval", "helm", "every eval ever", "metr runs"])
def test_E7_a_row_that_is_taken_out_voids_the_failures_of_every_harness_with_a_header(
    form: str, tmp_path: Path
) -> None:
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    WRITERS[form](whole, TABLE)
    WRITERS[form](cut, TABLE[:-1])
    attempts = {
        "lm-eval": "samples_*.jsonl",
        "helm": "per_instance_stats.json",
        "every eval ever": "*_samples.jsonl",
        "metr runs": "runs.jsonl",
        "inspect": "log.json",
    }[form]
    place = next(whole.glob(attempts))
    if form in ("metr runs", "inspect"):  # header and attempts are in one file
        text = place.read_text("utf-8")
        if form == "inspect":
            log = json.loads(text)
            log["samples"].pop()
            text = json.dumps(log)
        else:
            text = "".join(text.splitlines(keepends=True)[:-1])
        place.write_text(text, "utf-8")
    else:
        place.write_bytes(next(cut.glob(attempts)).read_bytes())
    source = whole if form == "helm" else next(iter(sorted(whole.glob("*.json")) or sorted(whole.iterdir())))
    run = run_of(source, **NAMED)
    kinds = {defect.kind for defect in defects_of(evaluated(run), suite(TABLE)) if defect.voids_run}
    assert kinds & {DefectKind.HEADER_DISAGREES, DefectKind.READER}
    found = outcomes(run, TABLE)
    assert found.valid == found.successes_lower
