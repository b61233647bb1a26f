"""`ingest` takes files, folders, patterns and URLs of every harness; what cannot be read stops nothing else."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from adapters.harness_files import Try, write_helm, write_json, write_lm_eval, write_metr, write_parquet
from end_to_end.project_world import TASKS, World

NAMED = ("--model", "fresh", "--evaluation", "exam", "--configuration", "agent")
TABLE = tuple(Try(task=f"q{at}", score=0) for at in range(TASKS))


@pytest.fixture
def results(tmp_path: Path) -> Path:
    folder = tmp_path / "results"
    write_lm_eval(folder / "lm", TABLE)
    write_helm(folder / "helm", TABLE)
    write_metr(folder / "metr", TABLE)
    return folder


def test_a_folder_of_several_harnesses_is_ingested_and_a_second_time_adds_nothing(exam: World, results: Path) -> None:
    first = exam.run("--format", "json", "ingest", *NAMED, str(results))
    assert first.status == 0, first.err
    files = first.json["files"]
    assert sorted(Path(file["path"]).name for file in files) == [
        "helm",
        "results_2026-03-01T10-00-00.000001.json",
        "runs.jsonl",
    ]
    again = exam.run("--format", "json", "ingest", *NAMED, f"{results}/**/*")
    assert again.status == 0, again.err
    assert [file["runs"] for file in again.json["files"]] == [[], [], []]


def test_what_cannot_be_read_is_named_and_the_rest_is_recorded(exam: World, results: Path) -> None:
    write_json(results / "settings.json", {"colour": "red"})
    answer = exam.run("--format", "json", "ingest", *NAMED, str(results), f"{results}/none/*.eval")
    assert answer.status == 2
    assert len(answer.json["files"]) == 3
    assert "settings.json: not a kind of evaluation results that is known" in answer.err
    assert "*.eval: cannot be read" in answer.err


def test_a_url_without_its_extra_ends_with_2_and_the_line_to_type(
    exam: World, results: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "fsspec"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "fsspec", None)
    answer = exam.run("ingest", *NAMED, "s3://bucket/logs/*.eval", f"{results}/metr/*.jsonl")
    assert answer.status == 2
    assert "pip install 'scalegate[remote]'" in answer.err
    assert "runs.jsonl: 1 runs recorded" in answer.err


def test_parquet_without_its_extra_ends_with_2_and_the_line_to_type(
    exam: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = write_parquet(tmp_path / "table", TABLE)
    for name in [name for name in sys.modules if name.partition(".")[0] == "pyarrow"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    answer = exam.run("ingest", str(place))
    assert answer.status == 2
    assert "pip install 'scalegate[parquet]'" in answer.err


def test_a_remote_source_is_ingested_under_the_digest_it_has_here(exam: World, results: Path) -> None:
    import fsspec

    system = fsspec.filesystem("memory")
    system.put(f"{results}/", "/ingest-sources/", recursive=True)
    try:
        there = exam.run("--format", "json", "ingest", *NAMED, "memory:///ingest-sources/helm/*.json")
        assert there.status == 0, there.err
        here = exam.run("--format", "json", "ingest", *NAMED, f"{results}/helm")
    finally:
        system.rm("/ingest-sources", recursive=True)
    assert [len(file["runs"]) for file in there.json["files"]] == [1]
    assert [(len(file["runs"]), file["known"]) for file in here.json["files"]] == [(0, 1)]


def test_aggregates_alone_are_refused(exam: World, results: Path) -> None:
    for samples in (results / "lm").glob("samples_*"):
        samples.unlink()
    answer = exam.run("ingest", *NAMED, f"{results}/lm")
    assert answer.status == 2
    assert "only aggregates: no attempts lie beside it" in answer.err


def test_which_score_counts_is_asked_for_with_a_list_of_them(exam: World, results: Path) -> None:
    place = next((results / "lm").glob("samples_*"))
    rows = [json.loads(line) | {"metrics": ["exact_match", "acc"], "acc": 1} for line in place.read_text().splitlines()]
    place.write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert "several metrics: exact_match,none, acc,none" in exam.run("ingest", *NAMED, f"{results}/lm").err
    assert exam.run("ingest", *NAMED, "--scorer", "exact_match", f"{results}/lm").status == 0
