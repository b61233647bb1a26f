"""The reader of METR-style runs, on rows of their documented form: agents, fatal errors, clones, weights."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from adapters.harness_files import (
    BEGAN,
    EVALUATION,
    MODEL,
    TABLE,
    Try,
    metr_rows,
    read,
    refusal,
    write_lines,
    write_metr,
)
from scalegate.evidence.parsed_run import ParsedRun
from scalegate.evidence.run import Dating, Status
from scalegate.quantity import Identifier, Minutes

NAMED: dict[str, Any] = {"evaluation": Identifier(EVALUATION)}


def runs(folder: Path, rows: list[dict[str, Any]], **more: Any) -> tuple[ParsedRun, ...]:
    return read(write_lines(folder / "runs.jsonl", rows), **(NAMED | more)).runs


def run(folder: Path, rows: list[dict[str, Any]], **more: Any) -> ParsedRun:
    (only,) = runs(folder, rows, **more)
    return only


def test_a_row_becomes_an_attempt_with_family_minutes_tokens_and_start(tmp_path: Path) -> None:
    (first,) = run(tmp_path, metr_rows([Try(task="acronym/1", score=1)])).attempts
    assert (first.task, first.family, first.attempt, first.score) == ("acronym/1", "acronym", 1, Decimal(1))
    assert (first.human_minutes, first.tokens, first.status) == (Minutes("12.5"), 100, Status.COMPLETED)
    assert first.started_at == datetime.fromtimestamp(BEGAN, UTC)


def test_runs_at_one_task_are_numbered_with_what_is_missing_first(tmp_path: Path) -> None:
    table = (Try(task="a", score=1), Try(task="a", score=0), Try(task="a", score=0, failed=True))
    found = run(tmp_path, metr_rows(table))
    assert [(a.attempt, a.score, a.status) for a in found.attempts] == [
        (1, Decimal(0), Status.ERROR),
        (2, Decimal(0), Status.COMPLETED),
        (3, Decimal(1), Status.COMPLETED),
    ]
    assert found.defects == ()


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"fatal_error_from": None}, Status.COMPLETED),
        ({"fatal_error_from": "agent"}, Status.ERROR),
        ({"fatal_error_from": "server"}, Status.ERROR),
        ({"fatal_error_from": {"from": "agent"}}, Status.ERROR),
        ({"fatal_error_from": "usageLimits"}, Status.LIMIT),
        ({"cloned": 1.0}, Status.UNKNOWN),
        ({"cloned": True}, Status.UNKNOWN),
        ({"cloned": 1.0, "fatal_error_from": "agent"}, Status.ERROR),
    ],
)
def test_E3_how_a_run_ended_is_kept(change: dict[str, Any], status: Status, tmp_path: Path) -> None:
    assert {a.status for a in run(tmp_path, metr_rows(TABLE, **change)).attempts} == {status}


def test_the_binarised_score_counts_unless_the_other_is_asked_for(tmp_path: Path) -> None:
    rows = metr_rows(TABLE, score_binarized=0, score_cont=0.25)
    assert {a.score for a in run(tmp_path, rows).attempts} == {Decimal(0)}
    assert {a.score for a in run(tmp_path, rows, scorer="score_cont").attempts} == {Decimal("0.25")}
    assert "no score 'other', but score_binarized, score_cont" in refusal(
        tmp_path / "runs.jsonl", **NAMED, scorer="other"
    )


def test_E7_weights_that_do_not_add_up_tell_a_file_that_lost_rows(tmp_path: Path) -> None:
    rows = metr_rows(TABLE)
    assert run(tmp_path, rows).defects == ()
    assert run(tmp_path, rows[:-1]).defects == ("weights_disagree",)
    for row in rows:
        row["equal_task_weight"] = row["invsqrt_task_weight"] = None
    assert run(tmp_path, rows[:-1]).defects == ()


def test_weights_claim_something_for_each_agent_by_itself(tmp_path: Path) -> None:
    other = metr_rows(TABLE, alias="Other", model="lab/other")
    assert [r.defects for r in runs(tmp_path, metr_rows(TABLE) + other)] == [(), ()]


def test_a_run_that_stands_twice_is_named(tmp_path: Path) -> None:
    rows = metr_rows(TABLE, equal_task_weight=None, invsqrt_task_weight=None)
    assert run(tmp_path, [*rows, rows[0]]).defects == ("duplicate_ids",)


def test_each_agent_is_a_run_and_the_caller_chooses_by_either_name(tmp_path: Path) -> None:
    rows = metr_rows(TABLE) + metr_rows(TABLE[:3], alias="GPT 2", model="lab/gpt2", equal_task_weight=None)
    assert [r.model for r in runs(tmp_path, rows)] == ["lab/gpt2", MODEL]
    for asked in ("lab/gpt2", "GPT_2"):
        chosen = run(tmp_path, rows, model=Identifier(asked))
        assert (chosen.model, len(chosen.attempts)) == (asked, 3)
    said = refusal(tmp_path / "runs.jsonl", **NAMED, model=Identifier("mine"))
    assert "runs of several agents, and none is 'mine': GPT 2, M 1 -> name one of them with --model" in said


def test_a_file_of_one_agent_can_have_the_callers_label(tmp_path: Path) -> None:
    assert run(tmp_path, metr_rows(TABLE), model=Identifier("mine")).model == "mine"


def test_V3_two_agents_on_one_model_are_two_runs_under_two_labels(tmp_path: Path) -> None:
    rows = metr_rows(TABLE) + metr_rows(TABLE, alias="M 1 (elicited)")
    assert [(r.model, r.run) for r in runs(tmp_path, rows)] == [(MODEL, "M_1"), (MODEL, "M_1_elicited_")]


def test_the_evaluation_is_never_guessed(tmp_path: Path) -> None:
    assert "these runs name no evaluation -> give --evaluation" in refusal(write_metr(tmp_path))


def test_V7_a_run_is_as_old_as_its_oldest_row_and_undated_when_one_has_no_start(tmp_path: Path) -> None:
    rows = metr_rows(TABLE)
    rows[3]["started_at"] -= 86_400_000.0
    assert run(tmp_path, rows).dated == datetime.fromtimestamp(BEGAN - 86_400, UTC)
    for unknown in (0, None, "yesterday"):
        rows[4]["started_at"] = unknown
        assert run(tmp_path, rows).dating is Dating.UNKNOWN
        stated = run(tmp_path, rows, dated=datetime(2027, 1, 1, tzinfo=UTC))
        assert (stated.dated, stated.dating) == (datetime.fromtimestamp(BEGAN - 86_400, UTC), Dating.STATED)


def test_times_with_a_zone_are_read_and_others_are_no_times(tmp_path: Path) -> None:
    assert run(tmp_path, metr_rows(TABLE, started_at="2026-03-01T11:00:00+01:00")).dated == datetime.fromtimestamp(
        BEGAN, UTC
    )
    assert run(tmp_path, metr_rows(TABLE, started_at="2026-03-01T11:00:00")).dated is None


def test_law_4_the_order_of_rows_changes_no_attempt(tmp_path: Path) -> None:
    table = [*TABLE, Try(task="t0", score=0), Try(task="t0", score=1)]
    assert run(tmp_path, metr_rows(table)).attempts == run(tmp_path, metr_rows(table)[::-1]).attempts


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"task_id": "a b"}, "is no id"),
        ({"task_id": None}, "is no id"),
        ({"score_binarized": "yes"}, "the score 'yes' is no number"),
        ({"human_minutes": 0}, "no task length"),
        ({"human_minutes": -3}, "no task length"),
        ({"alias": "", "model": None}, "a row without model and alias"),
        ({"alias": "x" * 2000}, "a name of thousands of characters"),
    ],
)
def test_a_row_that_cannot_be_read_refuses_the_file_with_its_line(
    change: dict[str, Any], what: str, tmp_path: Path
) -> None:
    place = write_lines(tmp_path / "runs.jsonl", metr_rows(TABLE) + metr_rows(TABLE[:1], **change))
    said = refusal(place, **NAMED)
    assert what in said
    assert "runs.jsonl:8" in said


def test_a_missing_score_is_no_failure(tmp_path: Path) -> None:
    assert {a.score for a in run(tmp_path, metr_rows(TABLE, score_binarized=None)).attempts} == {None}
    rows = metr_rows(TABLE)
    del rows[2]["score_binarized"]
    assert "runs.jsonl:3: a row without score_binarized" in refusal(write_lines(tmp_path / "runs.jsonl", rows), **NAMED)
