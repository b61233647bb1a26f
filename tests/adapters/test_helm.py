"""The reader of HELM run folders: real runs, perturbed instances, trials, and folders that are not whole."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from adapters.harness_files import (
    BEGAN,
    TABLE,
    Try,
    helm_row,
    helm_stat,
    helm_state,
    helm_stats,
    read,
    refusal,
    run_of,
    write_helm,
    write_json,
)
from scalegate.evidence.run import Dating, Reported, Status
from scalegate.quantity import Identifier
from shared import shared

REAL = {
    "commonsense-dataset=hellaswag,method=multiple_choice_joint,model=eleutherai_pythia-1b-v0": (10, 3, 10),
    "mmlu-subject=philosophy,method=multiple_choice_joint,model=openai_gpt2": (10, 1, 10),
    "narrative_qa-model=openai_gpt2": (5, 0, 5),
}
ROBUST = {"name": "typos", "robustness": True, "fairness": False, "computed_on": "perturbed"}


def changed(folder: Path, name: str, change: Any) -> Path:
    data = json.loads((folder / name).read_text("utf-8"))
    write_json(folder / name, change(data) or data)
    return folder


@pytest.mark.parametrize("name", REAL)
def test_real_runs_agree_with_their_own_aggregates(name: str) -> None:
    run = run_of(shared(f"data/eval_formats/helm/{name}"), scorer="exact_match")
    attempts, successes, reported = REAL[name]
    assert len(run.attempts) == attempts
    assert sum(a.score or 0 for a in run.attempts) == successes
    assert run.defects == ()
    assert run.reported is not None
    assert run.reported.attempts == reported
    assert run.reported.mean == pytest.approx(Decimal(successes) / attempts, abs=Decimal("1e-9"))
    assert run.dating is Dating.LOG
    assert all(a.tokens and a.started_at and a.started_at >= run.dated for a in run.attempts)


@pytest.mark.parametrize("name", REAL)
def test_which_statistic_is_the_score_is_never_guessed(name: str) -> None:
    said = refusal(shared(f"data/eval_formats/helm/{name}"))
    assert "several statistics: exact_match, " in said
    assert "num_prompt_tokens" not in said


def test_a_real_score_between_0_and_1_is_read_as_it_is() -> None:
    run = run_of(shared("data/eval_formats/helm/narrative_qa-model=openai_gpt2"), scorer="f1_score")
    assert any(a.score and 0 < a.score < 1 for a in run.attempts)
    assert run.defects == ()


def test_a_statistic_about_requests_is_read_when_it_is_asked_for(tmp_path: Path) -> None:
    run = run_of(write_helm(tmp_path), scorer="num_output_tokens")
    assert {a.score for a in run.attempts} == {Decimal(10)}


def test_the_evaluation_is_the_name_without_the_model(tmp_path: Path) -> None:
    def name(data: Any) -> None:
        data["name"] = "mmlu:subject=abstract algebra,method=joint,model=openai_gpt2,model_deployment=x"

    run = run_of(changed(write_helm(tmp_path), "run_spec.json", name))
    assert run.evaluation == "mmlu:subject_abstract_algebra_method_joint"
    assert run_of(tmp_path, evaluation=Identifier("mine")).evaluation == "mine"


def test_any_file_of_a_run_stands_for_the_folder(tmp_path: Path) -> None:
    whole = read(write_helm(tmp_path / "run"))
    for name in ("run_spec.json", "stats.json", "scenario.json"):
        assert read(tmp_path / "run" / name) == whole


@pytest.mark.parametrize("name", ["stats.json", "scenario_state.json"])
def test_law_1_a_folder_without_one_of_its_files_clears_nothing(name: str, tmp_path: Path) -> None:
    (write_helm(tmp_path) / name).unlink()
    assert "companion_absent" in run_of(tmp_path).defects


def test_E7_aggregates_alone_are_no_evidence(tmp_path: Path) -> None:
    write_helm(tmp_path)
    write_json(tmp_path / "per_instance_stats.json", [])
    assert "no attempts" in refusal(tmp_path)
    (tmp_path / "per_instance_stats.json").unlink()
    assert "a folder without a source" in refusal(tmp_path)
    assert "one file of a HELM run" in refusal(tmp_path / "run_spec.json")


def test_trials_are_attempts(tmp_path: Path) -> None:
    table = tuple(Try(task=one.task, score=one.score, number=n) for one in TABLE for n in (1, 2))
    write_helm(tmp_path, table)

    def two_trials(stats: Any) -> None:
        stats[0] |= {"count": 2}

    run = run_of(changed(tmp_path, "stats.json", two_trials))
    assert [(a.task, a.attempt) for a in run.attempts][:3] == [("t0", 1), ("t0", 2), ("t1", 1)]
    assert run.reported is not None
    assert run.reported.attempts == 2 * len(TABLE)


def test_a_perturbed_instance_is_another_item(tmp_path: Path) -> None:
    write_helm(tmp_path)
    wrong = Try(task="t0", score=0)

    def rows(data: Any) -> Any:
        return [*data, helm_row(wrong, perturbation=ROBUST), helm_row(wrong, perturbation=ROBUST | {"seed": 1})]

    def states(data: Any) -> None:
        more = [helm_state(wrong, perturbation=ROBUST), helm_state(wrong, perturbation=ROBUST | {"seed": 1})]
        data["request_states"] += more

    changed(changed(tmp_path, "per_instance_stats.json", rows), "scenario_state.json", states)
    run = run_of(tmp_path)
    assert [a.task for a in run.attempts][:3] == ["t0", "t0/typos", "t0/typos-1"]
    assert (run.defects, run.reported) == ((), None)
    write_json(tmp_path / "stats.json", helm_stats(TABLE[:-1]))
    assert run_of(tmp_path).defects == ("aggregates_disagree",)


def test_several_splits_are_one_header(tmp_path: Path) -> None:
    write_helm(tmp_path)
    parts = {"test": TABLE[:4], "valid": TABLE[4:]}
    stats = [
        helm_stat(name, value, split)
        for split, part in parts.items()
        for name, value in (
            ("exact_match", sum(o.score for o in part) / len(part)),
            ("num_instances", float(len(part))),
        )
    ]
    write_json(tmp_path / "stats.json", stats)
    reported = run_of(tmp_path).reported
    assert reported is not None
    assert reported.attempts == len(TABLE)
    assert reported.mean is not None
    assert abs(reported.mean - Decimal(3) / 7) < Decimal("1e-9")


def test_perturbed_aggregates_are_not_the_header_of_the_originals(tmp_path: Path) -> None:
    write_helm(tmp_path)
    worst = helm_stat("exact_match", 0.0, perturbation=ROBUST | {"computed_on": "worst"})
    write_json(tmp_path / "stats.json", [*helm_stats(TABLE), worst])
    reported = run_of(tmp_path).reported
    assert reported is not None
    assert reported.mean is not None
    assert reported.mean > 0


def test_E3_requests_that_failed_and_prompts_that_were_cut_are_not_failures(tmp_path: Path) -> None:
    write_helm(tmp_path)

    def fail(data: Any) -> None:
        data["request_states"][0]["result"]["success"] = False

    def cut(data: Any) -> None:
        data[1]["stats"][2] = helm_stat("prompt_truncated", 1)

    changed(changed(tmp_path, "scenario_state.json", fail), "per_instance_stats.json", cut)
    assert [a.status for a in run_of(tmp_path).attempts][:3] == [Status.ERROR, Status.LIMIT, Status.COMPLETED]


def test_requests_without_their_instances_are_named(tmp_path: Path) -> None:
    def fewer(data: Any) -> Any:
        return data[:-1]

    assert "summaries_disagree" in run_of(changed(write_helm(tmp_path), "per_instance_stats.json", fewer)).defects


def test_V7_a_run_without_a_time_for_each_request_is_no_younger_than_those_that_have_one(tmp_path: Path) -> None:
    def timeless(data: Any) -> None:
        del data["request_states"][0]["result"]["request_datetime"]

    assert run_of(changed(write_helm(tmp_path), "scenario_state.json", timeless)).dating is Dating.UNKNOWN
    late, early = datetime(2027, 1, 1, tzinfo=UTC), datetime(2025, 1, 1, tzinfo=UTC)
    for stated, dated in ((late, datetime.fromtimestamp(BEGAN, UTC)), (early, early)):
        run = run_of(tmp_path, dated=stated)
        assert (run.dated, run.dating) == (dated, Dating.STATED)


def test_scores_that_helm_pooled_are_named_and_one_without_a_value_is_missing(tmp_path: Path) -> None:
    def pooled(data: Any) -> None:
        data[0]["stats"][3] |= {"count": 4, "sum": 2, "mean": 0.5}
        data[1]["stats"][3] = helm_stat("exact_match", None)

    run = run_of(changed(write_helm(tmp_path), "per_instance_stats.json", pooled))
    assert [a.score for a in run.attempts][:2] == [Decimal("0.5"), None]
    assert run.defects == ("attempts_pooled",)


def test_a_score_that_stands_twice_for_one_instance_is_refused(tmp_path: Path) -> None:
    def twice(data: Any) -> None:
        data[0]["stats"].append(helm_stat("exact_match", 0.0, "valid"))

    said = refusal(changed(write_helm(tmp_path), "per_instance_stats.json", twice))
    assert "per_instance_stats.json[0]: the statistic 'exact_match' stands twice" in said


@pytest.mark.parametrize("rows", [{"a": 1}, [1], ["x"], [[]]])
def test_what_is_no_list_of_instances_is_refused(rows: Any, tmp_path: Path) -> None:
    write_json(write_helm(tmp_path) / "per_instance_stats.json", rows)
    assert "no list of objects" in refusal(tmp_path)


def test_law_4_the_order_of_instances_and_the_name_of_the_folder_change_no_attempt(tmp_path: Path) -> None:
    first = read(write_helm(tmp_path / "a"))
    moved = read((tmp_path / "a").rename(tmp_path / "b"))
    assert (moved.source.digest, moved.runs) == (first.source.digest, first.runs)
    turned = changed(tmp_path / "b", "per_instance_stats.json", lambda data: data[::-1])
    assert run_of(turned).attempts == first.runs[0].attempts


def test_a_header_whose_statistic_is_missing_says_only_how_many(tmp_path: Path) -> None:
    write_json(write_helm(tmp_path) / "stats.json", [helm_stat("num_instances", 7.0)])
    assert run_of(tmp_path).reported == Reported(attempts=7)
