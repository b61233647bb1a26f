"""Writes the same attempts in the form of each harness, as that harness would: small, whole, and true to its schema."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scalegate.adapters.source_reader import read_source
from scalegate.errors import InputError
from scalegate.evidence.parsed_run import Labels, ParsedRun, ParsedSource
from scalegate.quantity import Identifier

STAMP = "2026-03-01T10-00-00.000001"
BEGAN = 1772359200  # 2026-03-01T10:00:00Z
MODEL = "lab/m1"
EVALUATION = "cyber"


@dataclass(frozen=True, kw_only=True)
class Try:
    """One attempt of the table that all forms are written from."""

    task: str
    score: float
    number: int = 1
    tokens: int = 100
    failed: bool = False


TABLE = tuple(Try(task=f"t{at}", score=float(at % 3 == 0), tokens=100 + at) for at in range(7))


def labels(**more: Any) -> Labels:
    return Labels(configuration=Identifier("c"), **more)


def read(path: Path | str, **more: Any) -> ParsedSource:
    return read_source(str(path), labels(**more))


def run_of(path: Path | str, **more: Any) -> ParsedRun:
    (run,) = read(path, **more).runs
    return run


def refusal(path: Path | str, **more: Any) -> str:
    """What the reader says when it refuses a source; a source that it reads fails the test."""
    try:
        read(path, **more)
    except InputError as error:
        return str(error)
    raise AssertionError(f"{path} was read")


def write_json(path: Path, data: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(data), encoding="utf-8")
    return path


def write_lines(path: Path, rows: Sequence[Any]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def mean(table: Sequence[Try]) -> float:
    return sum(one.score for one in table) / len(table)


# -------------------------------------------------------------------------------------------- lm-eval


def lm_eval_rows(table: Sequence[Try], *, filters: Sequence[str] = ("none",), **more: Any) -> list[dict[str, Any]]:
    return [
        {
            "doc_id": one.task,
            "doc": {"question": "…"},
            "target": "…",
            "arguments": {},
            "resps": [["…"]],
            "filtered_resps": ["…"],
            "filter": filtered,
            "metrics": ["exact_match"],
            "doc_hash": "0" * 64,
            "exact_match": one.score,
        }
        | more
        for filtered in filters
        for one in table
    ]


def lm_eval_results(table: Sequence[Try], tasks: Sequence[str] = (EVALUATION,), **more: Any) -> dict[str, Any]:
    aggregate = {"alias": "…", "exact_match,none": mean(table), "exact_match_stderr,none": 0.1}
    config = {"metric_list": [{"metric": "exact_match", "aggregation": "mean", "higher_is_better": True}], "repeats": 1}
    return {
        "results": dict.fromkeys(tasks, aggregate),
        "group_subtasks": {},
        "configs": dict.fromkeys(tasks, config),
        "versions": dict.fromkeys(tasks, 1.0),
        "n-shot": dict.fromkeys(tasks, 0),
        "n-samples": {task: {"original": len(table), "effective": len(table)} for task in tasks},
        "config": {"model": "hf"},
        "date": BEGAN + 0.5,
        "lm_eval_version": "0.4.9.2",
        "model_name": MODEL,
        "start_time": 10.0,
        "end_time": 20.0,
    } | more


def write_lm_eval(folder: Path, table: Sequence[Try] = TABLE) -> Path:
    write_lines(folder / f"samples_{EVALUATION}_{STAMP}.jsonl", lm_eval_rows(table))
    return write_json(folder / f"results_{STAMP}.json", lm_eval_results(table))


# ----------------------------------------------------------------------------------------------- HELM


def helm_stat(name: str, value: float | None, split: str = "test", **more: Any) -> dict[str, Any]:
    stat = {"name": {"name": name, "split": split} | more, "count": 0, "sum": 0, "sum_squared": 0}
    if value is None:
        return stat
    return stat | {"count": 1, "sum": value, "sum_squared": value**2, "min": value, "max": value, "mean": value}


def helm_row(one: Try, **more: Any) -> dict[str, Any]:
    stats = [
        helm_stat("num_prompt_tokens", one.tokens - 10),
        helm_stat("num_output_tokens", 10),
        helm_stat("prompt_truncated", 0),
        helm_stat("exact_match", one.score),
    ]
    return {"instance_id": one.task, "train_trial_index": one.number - 1, "stats": stats} | more


def helm_state(one: Try, **more: Any) -> dict[str, Any]:
    result = {"success": not one.failed, "request_datetime": BEGAN, "completions": []}
    instance = {"id": one.task, "split": "test", "input": {"text": "…"}} | more
    return {"instance": instance, "train_trial_index": one.number - 1, "request": {}, "result": result}


def helm_stats(table: Sequence[Try]) -> list[dict[str, Any]]:
    return [helm_stat("exact_match", mean(table)), helm_stat("num_instances", float(len({one.task for one in table})))]


def write_helm(folder: Path, table: Sequence[Try] = TABLE) -> Path:
    spec = {
        "name": f"{EVALUATION}:model={MODEL.replace('/', '_')}",
        "scenario_spec": {"class_name": "…", "args": {}},
        "adapter_spec": {"method": "generation", "model": MODEL, "num_train_trials": 1},
    }
    write_json(folder / "run_spec.json", spec)
    write_json(folder / "scenario.json", {"name": "…"})
    write_json(folder / "per_instance_stats.json", [helm_row(one) for one in table])
    states = [helm_state(one) for one in table]
    write_json(folder / "scenario_state.json", {"adapter_spec": {}, "request_states": states})
    write_json(folder / "stats.json", helm_stats(table))
    return folder


# ------------------------------------------------------------------------------------ Every Eval Ever


EEE_ID = f"{EVALUATION}/{MODEL.replace('/', '_')}/{BEGAN}"
EEE_NAME = "11111111-1111-4111-8111-111111111111"


def instance_rows(table: Sequence[Try], **more: Any) -> list[dict[str, Any]]:
    return [
        {
            "schema_version": "0.3.0",
            "evaluation_id": EEE_ID,
            "model_id": MODEL,
            "evaluation_name": EVALUATION,
            "evaluation_result_id": "r1",
            "sample_id": one.task,
            "interaction_type": "single_turn",
            "input": {"raw": "…", "reference": ["…"]},
            "output": {"raw": ["…"]},
            "answer_attribution": [],
            "evaluation": {"score": one.score, "is_correct": one.score == 1},
            "token_usage": {"input_tokens": 10, "output_tokens": one.tokens - 10, "total_tokens": one.tokens},
            "error": "API error" if one.failed else None,
        }
        | more
        for one in table
    ]


def aggregate(table: Sequence[Try], samples: Path | None = None, **more: Any) -> dict[str, Any]:
    record: dict[str, Any] = {
        "schema_version": "0.3.0",
        "evaluation_id": EEE_ID,
        "evaluation_timestamp": str(BEGAN),
        "retrieved_timestamp": "1777777777",
        "source_metadata": {
            "source_type": "evaluation_run",
            "source_organization_name": "…",
            "evaluator_relationship": "first_party",
        },
        "eval_library": {"name": "…", "version": "1"},
        "model_info": {
            "name": "m1",
            "id": MODEL,
            "additional_details": {"deployment_type": "unknown", "model_availability": "unknown"},
        },
        "evaluation_results": [eee_result(table)],
    }
    if samples:
        record["detailed_evaluation_results"] = {
            "format": "jsonl",
            "file_path": f"data/{EVALUATION}/lab/m1/{EEE_NAME}_samples.jsonl",
            "hash_algorithm": "sha256",
            "checksum": hashlib.sha256(samples.read_bytes()).hexdigest(),
            "total_rows": samples.read_text("utf-8").count("\n"),
        }
    return record | more


def eee_result(table: Sequence[Try], **config: Any) -> dict[str, Any]:
    return {
        "evaluation_result_id": "r1",
        "evaluation_name": EVALUATION,
        "source_data": {"dataset_name": "…", "source_type": "other"},
        "metric_config": {"metric_id": "accuracy", "lower_is_better": False, "score_type": "binary"} | config,
        "score_details": {"score": mean(table), "uncertainty": {"num_samples": len(table)}},
    }


def write_every_eval_ever(folder: Path, table: Sequence[Try] = TABLE) -> Path:
    samples = write_lines(folder / f"{EEE_NAME}_samples.jsonl", instance_rows(table))
    return write_json(folder / f"{EEE_NAME}.json", aggregate(table, samples))


# ----------------------------------------------------------------------------------------- METR's runs


def metr_rows(table: Sequence[Try], **more: Any) -> list[dict[str, Any]]:
    """With the weights that METR's own code gives: 1 / runs in the task, normalised over the agent."""
    per_task = {one.task: sum(other.task == one.task for other in table) for one in table}
    return [
        {
            "run_id": f"r{at}",
            "task_id": one.task,
            "task_family": one.task.partition("/")[0],
            "task_source": "HCAST",
            "alias": "M 1",
            "model": MODEL,
            "score_binarized": int(one.score),
            "score_cont": one.score,
            "human_minutes": 12.5,
            "human_source": "baseline",
            "tokens_count": float(one.tokens),
            "generation_cost": 0.0,
            "time_limit": None,
            "started_at": float(BEGAN * 1000),
            "completed_at": float(BEGAN * 1000 + 60_000),
            "cloned": 0.0,
            "fatal_error_from": "agent" if one.failed else None,
            "equal_task_weight": 1 / per_task[one.task] / len(per_task),
            "invsqrt_task_weight": 1 / per_task[one.task] / len(per_task),
        }
        | more
        for at, one in enumerate(table)
    ]


def write_metr(folder: Path, table: Sequence[Try] = TABLE) -> Path:
    return write_lines(folder / "runs.jsonl", metr_rows(table))


# ------------------------------------------------------------------------------------ Inspect, the table


def write_inspect(folder: Path, table: Sequence[Try] = TABLE) -> Path:
    samples = [
        {
            "id": one.task,
            "epoch": one.number,
            "scores": {"exact": {"value": one.score}},
            "model_usage": {MODEL: {"total_tokens": one.tokens}},
        }
        for one in table
    ]
    metrics = {"accuracy": {"name": "accuracy", "value": mean(table)}}
    results = {"total_samples": len(table), "scores": [{"name": "exact", "scorer": "exact", "metrics": metrics}]}
    spec = {"task": EVALUATION, "model": MODEL, "run_id": "R", "created": "2026-03-01T10:00:00+00:00"}
    log = {"version": 2, "status": "success", "eval": spec, "results": results, "samples": samples}
    return write_json(folder / "log.json", log)


def table_rows(table: Sequence[Try]) -> list[dict[str, Any]]:
    return [
        {
            "model": MODEL,
            "evaluation": EVALUATION,
            "task": one.task,
            "attempt": one.number,
            "score": one.score,
            "tokens": one.tokens,
            "status": "error" if one.failed else "completed",
            "started_at": "2026-03-01T10:00:00Z",
        }
        for one in table
    ]


def write_table(folder: Path, table: Sequence[Try] = TABLE) -> Path:
    return write_lines(folder / "table.jsonl", table_rows(table))


def write_parquet(folder: Path, table: Sequence[Try] = TABLE, **columns: Any) -> Path:
    import pyarrow as pa
    import pyarrow.parquet as pq

    folder.mkdir(parents=True, exist_ok=True)
    rows = table_rows(table)
    data = {name: [row[name] for row in rows] for name in rows[0]} | columns
    pq.write_table(pa.table(data), folder / "table.parquet")
    return folder / "table.parquet"
