"""The reader of lm-evaluation-harness: real results, several filters, repeats, and files that do not fit together."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from adapters.harness_files import (
    BEGAN,
    EVALUATION,
    MODEL,
    STAMP,
    TABLE,
    lm_eval_results,
    lm_eval_rows,
    read,
    refusal,
    run_of,
    write_json,
    write_lines,
    write_lm_eval,
)
from scalegate.evidence.run import Dating, Reported
from scalegate.quantity import Identifier
from shared import shared

SAMPLES = f"samples_{EVALUATION}_{STAMP}.jsonl"
RESULTS = f"results_{STAMP}.json"


def written(folder: Path, rows: list[dict[str, Any]], **header: Any) -> Path:
    write_lines(folder / SAMPLES, rows)
    return write_json(folder / RESULTS, lm_eval_results(TABLE, **header))


def test_real_results_are_read_and_their_cut_samples_disagree_with_the_header() -> None:
    place = shared("data/eval_formats/lm_eval/results_2026-01-21T03-44-18.458309.json")
    perturbed, rephrased = read(place).runs
    assert (perturbed.evaluation, len(perturbed.attempts)) == ("math_perturbed_full", 10)
    assert perturbed.reported == Reported(attempts=5000, mean=Decimal("0.0"))
    assert perturbed.model.startswith("RylanSchaeffer/")
    assert perturbed.dating is Dating.LOG
    assert (rephrased.attempts, rephrased.defects) == ((), ("no_attempts",))
    assert rephrased.reported == Reported(attempts=5000)


def test_real_results_without_samples_are_aggregates_alone() -> None:
    for place in sorted(shared("data/pythia").rglob("*.json"))[:3]:
        assert "only aggregates" in refusal(place)


def test_E7_results_alone_are_no_evidence(tmp_path: Path) -> None:
    place = write_lm_eval(tmp_path)
    (tmp_path / SAMPLES).unlink()
    assert "only aggregates: no attempts lie beside it" in refusal(place)
    assert "--log_samples" in refusal(place)


def test_law_1_taking_away_the_results_leaves_samples_that_clear_nothing(tmp_path: Path) -> None:
    write_lm_eval(tmp_path).unlink()
    assert "it names no model -> give --model" in refusal(tmp_path / SAMPLES)
    run = run_of(tmp_path / SAMPLES, model=Identifier("m"))
    assert run.defects == ("companion_absent",)
    assert run.reported is None
    assert run.dating is Dating.UNKNOWN


def test_a_results_file_gives_every_task_and_a_samples_file_its_own(tmp_path: Path) -> None:
    write_lines(tmp_path / SAMPLES, lm_eval_rows(TABLE))
    place = write_json(tmp_path / RESULTS, lm_eval_results(TABLE, tasks=(EVALUATION, "other")))
    assert [(run.evaluation, run.defects) for run in read(place).runs] == [
        (EVALUATION, ()),
        ("other", ("no_attempts",)),
    ]
    assert [run.evaluation for run in read(tmp_path / SAMPLES).runs] == [EVALUATION]
    assert [run.evaluation for run in read(place, evaluation=Identifier("other")).runs] == ["other"]
    several = refusal(place, evaluation=Identifier("mine"))
    assert f"several evaluations: {EVALUATION}, other -> name one with --evaluation" in several
    assert run_of(tmp_path / SAMPLES, evaluation=Identifier("mine")).evaluation == "mine"


def test_groups_are_no_tasks(tmp_path: Path) -> None:
    write_lines(tmp_path / SAMPLES, lm_eval_rows(TABLE))
    header = lm_eval_results(TABLE, tasks=(EVALUATION, "group"), group_subtasks={"group": [EVALUATION]})
    del header["n-samples"]
    assert [run.evaluation for run in read(write_json(tmp_path / RESULTS, header)).runs] == [EVALUATION]


def test_samples_that_the_results_do_not_know_are_refused(tmp_path: Path) -> None:
    place = write_lm_eval(tmp_path)
    write_lines(tmp_path / f"samples_stray_{STAMP}.jsonl", lm_eval_rows(TABLE))
    assert "its results do not know the task 'stray'" in refusal(place)
    assert run_of(tmp_path / SAMPLES).defects == ()


def test_which_metric_is_the_score_is_never_guessed(tmp_path: Path) -> None:
    rows = lm_eval_rows(TABLE, metrics=["acc", "acc_norm"], acc=0, acc_norm=1)
    place = written(tmp_path, rows)
    assert "several metrics: acc,none, acc_norm,none -> name one with --scorer" in refusal(place)
    assert {a.score for a in run_of(place, scorer="acc_norm").attempts} == {Decimal(1)}
    assert {a.score for a in run_of(place, scorer="acc,none").attempts} == {Decimal(0)}
    assert "no metric 'f1', but acc,none, acc_norm,none" in refusal(place, scorer="f1")


def test_several_filters_are_several_scores(tmp_path: Path) -> None:
    rows = lm_eval_rows(TABLE, filters=("strict-match", "flexible-extract"))
    place = written(tmp_path, rows)
    assert "several metrics: exact_match,strict-match, exact_match,flexible-extract" in refusal(place)
    assert "no metric 'exact_match'" in refusal(place, scorer="exact_match")
    run = run_of(place, scorer="exact_match,strict-match")
    assert len(run.attempts) == len(TABLE)
    assert run.reported == Reported(attempts=len(TABLE))  # the header has no result under this filter


def test_E2_a_document_that_the_chosen_filter_lacks_has_no_attempt(tmp_path: Path) -> None:
    rows = lm_eval_rows(TABLE, filters=("a",)) + lm_eval_rows(TABLE[1:], filters=("b",))
    run = run_of(written(tmp_path, rows), scorer="exact_match,b")
    assert [a.task for a in run.attempts] == [one.task for one in TABLE[1:]]
    assert run.reported is not None
    assert run.reported.attempts == len(TABLE)  # so that its header disagrees


def test_rows_that_list_no_metrics_are_read_by_their_other_keys(tmp_path: Path) -> None:
    rows = lm_eval_rows(TABLE)
    for row in rows:
        del row["metrics"]
    assert len(run_of(written(tmp_path, rows)).attempts) == len(TABLE)


def test_a_document_that_stands_twice_keeps_both_rows(tmp_path: Path) -> None:
    run = run_of(written(tmp_path, [*lm_eval_rows(TABLE), *lm_eval_rows(TABLE[:1])]))
    assert [(a.task, a.attempt) for a in run.attempts][:2] == [("t0", 1), ("t0", 1)]


def test_answers_that_were_pooled_are_named(tmp_path: Path) -> None:
    run = run_of(written(tmp_path, lm_eval_rows(TABLE, resps=[["…", "…"]])))
    assert run.defects == ("attempts_pooled",)


@pytest.mark.parametrize(
    ("header", "defects"),
    [
        ({"lm_eval_version": "0.5.0"}, ("unknown_log_version",)),
        ({"lm_eval_version": None}, ("unknown_log_version",)),
        ({"start_time": 20.0, "end_time": 10.0}, ("clock_order",)),
    ],
)
def test_what_the_header_shows_to_be_wrong_is_named(
    header: dict[str, Any], defects: tuple[str, ...], tmp_path: Path
) -> None:
    assert run_of(written(tmp_path, lm_eval_rows(TABLE), **header)).defects == defects


def test_a_result_that_is_no_mean_is_not_compared_as_one(tmp_path: Path) -> None:
    header = lm_eval_results(TABLE)
    header["configs"][EVALUATION]["metric_list"][0]["aggregation"] = "perplexity"
    run = run_of(written(tmp_path, lm_eval_rows(TABLE), configs=header["configs"]))
    assert run.reported == Reported(attempts=len(TABLE))


def test_true_and_false_are_scores_and_lists_are_none(tmp_path: Path) -> None:
    run = run_of(written(tmp_path, lm_eval_rows(TABLE, exact_match=True)))
    assert {a.score for a in run.attempts} == {Decimal(1)}
    assert "the score a list is no number" in refusal(written(tmp_path, lm_eval_rows(TABLE, exact_match=[1, 0])))
    assert {a.score for a in run_of(written(tmp_path, lm_eval_rows(TABLE, exact_match=None))).attempts} == {None}


def test_a_score_keeps_the_digits_of_the_file(tmp_path: Path) -> None:
    text = json.dumps(lm_eval_rows(TABLE[:1])[0]).replace('"exact_match": 1.0', '"exact_match": 0.1234567890123456789')
    write_lm_eval(tmp_path)
    (tmp_path / SAMPLES).write_text(text + "\n", "utf-8")
    assert run_of(tmp_path / SAMPLES).attempts[0].score == Decimal("0.1234567890123456789")


def test_law_4_renaming_and_the_order_of_rows_move_no_attempt_and_no_digest(tmp_path: Path) -> None:
    first = read(write_lm_eval(tmp_path / "a"))
    later = "2027-01-01T00-00-00.5"
    write_lm_eval(tmp_path / "b")
    (tmp_path / "b" / SAMPLES).rename(tmp_path / "b" / f"samples_{EVALUATION}_{later}.jsonl")
    renamed = read((tmp_path / "b" / RESULTS).rename(tmp_path / "b" / f"results_{later}.json"))
    assert renamed.source.digest == first.source.digest
    assert renamed.runs == first.runs
    turned = read(written(tmp_path / "c", lm_eval_rows(TABLE)[::-1]))
    assert turned.runs[0].attempts == first.runs[0].attempts


def test_the_run_is_as_old_as_the_header_says_whatever_the_caller_states(tmp_path: Path) -> None:
    run = run_of(write_lm_eval(tmp_path), dated=datetime(2026, 6, 1, tzinfo=UTC))
    assert run.dated is not None
    assert int(run.dated.timestamp()) == BEGAN
    assert run.model == MODEL


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("{", "no whole JSON"),
        ("[1]", "no JSON object"),
        ('{"doc_id": 1, "filter": "none", "exact_match": 1, "exact_match": 0}', "'exact_match' stands twice"),
        ('{"filter": "none", "metrics": ["exact_match"], "exact_match": 1}', "is no id"),
        ('{"doc_id": "a b", "filter": "none", "exact_match": 1}', "is no id"),
        (
            '{"doc_id": 1, "filter": "none", ' + ", ".join(f'"m{i}": 1' for i in range(300)) + "}",
            "more than 200 metrics",
        ),
    ],
)
def test_one_bad_row_refuses_the_source_with_its_line(line: str, what: str, tmp_path: Path) -> None:
    write_lm_eval(tmp_path)
    with (tmp_path / SAMPLES).open("a", encoding="utf-8") as file:
        file.write(line + "\n")
    said = refusal(tmp_path / RESULTS)
    assert what in said
    assert f"{SAMPLES}:{len(TABLE) + 1}" in said
