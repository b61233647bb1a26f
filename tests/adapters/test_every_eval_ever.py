"""The reader of Every Eval Ever: records by its schemas, several metrics, records that do not fit."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from adapters.harness_files import (
    BEGAN,
    EEE_ID,
    EEE_NAME,
    EVALUATION,
    MODEL,
    TABLE,
    Try,
    aggregate,
    eee_result,
    instance_rows,
    read,
    refusal,
    run_of,
    write_every_eval_ever,
    write_json,
    write_lines,
)
from scalegate.evidence.run import Dating, Reported, Status
from scalegate.quantity import Identifier
from shared import shared

SAMPLES = f"{EEE_NAME}_samples.jsonl"
RECORD = f"{EEE_NAME}.json"


def written(folder: Path, rows: list[dict[str, Any]], **record: Any) -> Path:
    samples = write_lines(folder / SAMPLES, rows)
    return write_json(folder / RECORD, aggregate(TABLE, samples) | record)


def test_the_records_of_these_tests_are_true_to_the_schemas(tmp_path: Path) -> None:
    place = write_every_eval_ever(tmp_path)
    schemas = shared("data/eval_formats/every_eval_ever")
    record = json.loads((schemas / "eval.schema.json").read_text("utf-8"))
    instance = json.loads((schemas / "instance_level_eval.schema.json").read_text("utf-8"))
    jsonschema.validate(json.loads(place.read_text("utf-8")), record)
    for line in (tmp_path / SAMPLES).read_text("utf-8").splitlines():
        jsonschema.validate(json.loads(line), instance)


def test_E7_a_real_record_is_an_aggregate_and_no_evidence() -> None:
    said = refusal(shared("data/eval_formats/every_eval_ever/98ea850e-7019-4728-a558-8b1819ec47c2.json"))
    assert "only aggregates: no attempts lie beside it" in said
    assert "98ea850e-7019-4728-a558-8b1819ec47c2_samples.jsonl" in said


def test_a_record_with_its_instances_is_one_source_whichever_is_named(tmp_path: Path) -> None:
    first = read(write_every_eval_ever(tmp_path))
    second = read(tmp_path / SAMPLES)
    assert (second.source.digest, second.runs) == (first.source.digest, first.runs)
    (run,) = first.runs
    assert (run.model, run.evaluation, run.run) == (MODEL, EVALUATION, EEE_ID)
    assert run.reported is not None
    assert run.reported.attempts == len(TABLE)
    assert run.defects == ()


def test_law_1_taking_away_the_record_leaves_instances_that_clear_nothing(tmp_path: Path) -> None:
    write_every_eval_ever(tmp_path).unlink()
    run = run_of(tmp_path / SAMPLES)
    assert run.defects == ("companion_absent",)
    assert (run.reported, run.dating) == (None, Dating.UNKNOWN)


def test_V7_the_run_is_dated_by_its_evaluation_and_never_by_its_retrieval(tmp_path: Path) -> None:
    run = run_of(write_every_eval_ever(tmp_path))
    assert run.dated == datetime.fromtimestamp(BEGAN, UTC)
    record = json.loads((tmp_path / RECORD).read_text("utf-8"))
    del record["evaluation_timestamp"]
    assert run_of(write_json(tmp_path / RECORD, record)).dated is None
    record["evaluation_results"][0]["evaluation_timestamp"] = "2026-02-01T00:00:00Z"
    assert run_of(write_json(tmp_path / RECORD, record)).dated == datetime(2026, 2, 1, tzinfo=UTC)


def test_several_evaluations_are_several_runs_and_one_can_be_chosen(tmp_path: Path) -> None:
    rows = instance_rows(TABLE) + instance_rows(TABLE, evaluation_name="MATH Level 5", evaluation_result_id="r2")
    results = [eee_result(TABLE), eee_result(TABLE) | {"evaluation_name": "MATH Level 5", "evaluation_result_id": "r2"}]
    place = written(tmp_path, rows, evaluation_results=results)
    assert [run.evaluation for run in read(place).runs] == [EVALUATION, "MATH_Level_5"]
    assert run_of(place, evaluation=Identifier("MATH_Level_5")).evaluation == "MATH_Level_5"
    assert "several evaluations: cyber, MATH Level 5" in refusal(place, evaluation=Identifier("mine"))


def test_evaluations_that_are_spelled_alike_are_not_mixed(tmp_path: Path) -> None:
    rows = instance_rows(TABLE, evaluation_name="a b") + instance_rows(TABLE, evaluation_name="a_b")
    place = written(tmp_path, rows, evaluation_results=[])
    assert "differ only in characters that no id has" in refusal(place)
    assert "several evaluations: a b, a_b" in refusal(place, evaluation=Identifier("a_b"))


def test_an_evaluation_without_instances_has_no_attempts(tmp_path: Path) -> None:
    results = [eee_result(TABLE), eee_result(TABLE) | {"evaluation_name": "other", "evaluation_result_id": "r2"}]
    place = written(tmp_path, instance_rows(TABLE), evaluation_results=results)
    assert [(run.evaluation, run.defects) for run in read(place).runs] == [
        (EVALUATION, ()),
        ("other", ("no_attempts",)),
    ]


def test_which_metric_is_the_score_is_never_guessed(tmp_path: Path) -> None:
    halves = [Try(task=one.task, score=0.5) for one in TABLE]
    rows = instance_rows(TABLE) + instance_rows(halves, evaluation_result_id="r2")
    results = [eee_result(TABLE), eee_result(halves, metric_id="f1", metric_name="F1") | {"evaluation_result_id": "r2"}]
    place = written(tmp_path, rows, evaluation_results=results)
    assert "cyber: several metrics: r1, r2, accuracy, f1, F1 -> name one with --scorer" in refusal(place)
    for asked in ("r2", "f1", "F1"):
        assert {a.score for a in run_of(place, scorer=asked).attempts} == {Decimal("0.5")}
    assert len(run_of(place, scorer="accuracy").attempts) == len(TABLE)
    assert "'bleu'" in refusal(place, scorer="bleu")


def test_instances_that_do_not_say_their_result_are_named(tmp_path: Path) -> None:
    results = [eee_result(TABLE), eee_result(TABLE) | {"evaluation_result_id": "r2"}]
    place = written(tmp_path, instance_rows(TABLE, evaluation_result_id=""), evaluation_results=results)
    assert run_of(place).defects == ("result_unclear",)
    assert run_of(written(tmp_path, instance_rows(TABLE), evaluation_results=[])).defects == ("result_unclear",)


def test_attempts_at_one_sample_are_numbered_with_what_is_missing_first(tmp_path: Path) -> None:
    table = (Try(task="a", score=1), Try(task="a", score=0), Try(task="a", score=0, failed=True))
    run = run_of(written(tmp_path, instance_rows(table)))
    assert [(a.attempt, a.score, a.status) for a in run.attempts] == [
        (1, Decimal(0), Status.ERROR),
        (2, Decimal(0), Status.COMPLETED),
        (3, Decimal(1), Status.COMPLETED),
    ]


def test_a_score_that_means_unknown_is_missing(tmp_path: Path) -> None:
    rows = instance_rows([Try(task="a", score=-1), Try(task="b", score=2)])
    levels = [eee_result(TABLE, score_type="levels", has_unknown_level=True)]
    assert [a.score for a in run_of(written(tmp_path, rows, evaluation_results=levels)).attempts] == [None, Decimal(2)]
    plain = written(tmp_path, rows, evaluation_results=[eee_result(TABLE, score_type="continuous")])
    assert [a.score for a in run_of(plain).attempts] == [Decimal(-1), Decimal(2)]


def scored(score: Any, **config: Any) -> list[dict[str, Any]]:
    return [eee_result(TABLE, **config) | {"score_details": {"score": score}}]


@pytest.mark.parametrize(
    ("score", "noted"),
    [
        (3 / 7, True),  # the mean itself
        (0.42857, False),  # cut to five digits: agrees, but not to a millionth
        (0.43, False),  # cut to two, which one of seven attempts would still move
        (0.4, False),  # cut to one: 0.05 is less than half of a seventh
        (0.42858, True),  # not the mean cut to five digits: disagrees
        (0.57, True),
        (1, True),
    ],
)
def test_E7_a_mean_that_was_rounded_is_forgiven_half_a_unit_of_its_last_digit(
    score: float, noted: bool, tmp_path: Path
) -> None:
    run = run_of(written(tmp_path, instance_rows(TABLE), evaluation_results=scored(score)))
    assert run.reported == (Reported(mean=Decimal(str(score))) if noted else None)


def test_E7_rounding_in_which_an_outcome_could_hide_is_not_forgiven(tmp_path: Path) -> None:
    table = tuple(Try(task=f"t{at}", score=float(at < 43)) for at in range(100))
    place = written(tmp_path, instance_rows(table), evaluation_results=scored(0.4))
    assert run_of(place).reported == Reported(mean=Decimal("0.4"))


@pytest.mark.parametrize("config", [{"metric_id": "elo"}, {"metric_unit": "percent"}])
def test_a_score_that_is_no_mean_in_the_attempts_own_unit_is_not_compared(
    config: dict[str, str], tmp_path: Path
) -> None:
    run = run_of(written(tmp_path, instance_rows(TABLE), evaluation_results=scored(0.9, **config)))
    assert run.reported is None


def test_a_record_that_counts_or_sums_other_bytes_is_named(tmp_path: Path) -> None:
    details = aggregate(TABLE, write_lines(tmp_path / SAMPLES, instance_rows(TABLE)))["detailed_evaluation_results"]
    changes = {
        "counts_disagree": details | {"total_rows": 8},
        "checksum_disagrees": details | {"checksum": "0" * 64},
    }
    for defect, changed in changes.items():
        place = written(tmp_path, instance_rows(TABLE), detailed_evaluation_results=changed)
        assert run_of(place).defects == (defect,)
    unknown = details | {"hash_algorithm": "crc32"}
    assert run_of(written(tmp_path, instance_rows(TABLE), detailed_evaluation_results=unknown)).defects == (
        "checksum_disagrees",
    )


def test_marks_that_contradict_the_scores_are_named(tmp_path: Path) -> None:
    rows = instance_rows(TABLE, evaluation={"score": 0, "is_correct": True})
    assert "grades_disagree" in run_of(written(tmp_path, rows)).defects
    lower = [eee_result([Try(task="a", score=0)], lower_is_better=True)]
    assert run_of(written(tmp_path, rows, evaluation_results=lower)).defects == ()


@pytest.mark.parametrize("version", ["0.1.0", "1.0.0", ""])
def test_an_unknown_version_of_either_file_is_named(version: str, tmp_path: Path) -> None:
    assert run_of(written(tmp_path, instance_rows(TABLE), schema_version=version)).defects == ("unknown_log_version",)
    rows = instance_rows(TABLE, schema_version=version)
    assert run_of(written(tmp_path, rows)).defects == ("unknown_log_version",)


def test_older_instances_that_name_their_schema_are_known(tmp_path: Path) -> None:
    rows = instance_rows(TABLE, schema_version="instance_level_eval_0.2.1")
    assert run_of(written(tmp_path, rows, schema_version="0.2.0")).defects == ()


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"evaluation_id": "another"}, "instance records are of another evaluation_id"),
        ({"model_id": "another"}, "instance records are of another model"),
        ({"sample_id": ""}, "no instance record: sample_id is missing"),
        ({"evaluation": {"is_correct": True}}, "no instance record: evaluation.score is missing"),
        ({"evaluation": {"score": "good"}}, "the score 'good' is no number"),
        ({"sample_id": "a b"}, "is no id"),
        ({"evaluation_name": "x" * 2000}, "a name of thousands of characters"),
    ],
)
def test_instances_that_do_not_fit_are_refused(change: dict[str, Any], what: str, tmp_path: Path) -> None:
    assert what in refusal(written(tmp_path, instance_rows(TABLE, **change)))


def test_instances_of_two_models_in_one_file_are_refused(tmp_path: Path) -> None:
    rows = [*instance_rows(TABLE), *instance_rows(TABLE, model_id="another")]
    assert f"{SAMPLES}:8: another model_id than the rows before" in refusal(written(tmp_path, rows))


def test_a_record_without_results_is_refused(tmp_path: Path) -> None:
    place = written(tmp_path, instance_rows(TABLE), evaluation_results={"a": 1})
    assert "it has no evaluation_results" in refusal(place)


def test_law_4_renaming_and_the_order_of_rows_change_no_attempt(tmp_path: Path) -> None:
    first = read(write_every_eval_ever(tmp_path / "a"))
    (tmp_path / "a" / SAMPLES).rename(tmp_path / "a" / "x_samples.jsonl")
    moved = read((tmp_path / "a" / RECORD).rename(tmp_path / "a" / "x.json"))
    assert (moved.source.digest, moved.runs) == (first.source.digest, first.runs)
    turned = run_of(written(tmp_path / "b", instance_rows(TABLE)[::-1]))
    assert turned.attempts == first.runs[0].attempts
