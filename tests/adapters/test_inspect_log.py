"""The reader of Inspect logs: real logs, unfinished ones, and ones made to mislead."""

from __future__ import annotations

import json
import struct
import tracemalloc
import zipfile
import zlib
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scalegate.adapters import inspect_archive, inspect_source
from scalegate.adapters.inspect_log import read_inspect_log
from scalegate.errors import InputError
from scalegate.evidence.defects import DefectKind, defects_of
from scalegate.evidence.parsed_run import Labels, ParsedRun
from scalegate.evidence.run import Attempt, Dating, EvalRun, Reported, RunManifest, Status, Suite, Task
from scalegate.quantity import Digest, Identifier, format_instant
from shared import shared

LABELS = Labels(configuration=Identifier("c"))
DEFLATE, ZSTANDARD, STORED = 8, 93, 0


def archive(entries: dict[str, Any] | list[tuple[str, Any]], method: int = DEFLATE, **lies: int) -> bytes:
    """A zip archive, written by hand: Python's zipfile does not know method 93. `lies` change what it states."""
    body, directory, count = b"", b"", 0
    for name, content in entries.items() if isinstance(entries, dict) else entries:
        data = content if isinstance(content, bytes) else json.dumps(content).encode()
        packed = {
            DEFLATE: lambda d: zlib.compress(d, wbits=-15),
            ZSTANDARD: lambda d: zstandard.compress(d),
            STORED: lambda d: d,
        }.get(method, lambda d: d)(data)
        crc, size = lies.get("crc", zlib.crc32(data)), lies.get("size", len(data))
        spelled = name.encode()
        common = struct.pack(
            "<5H3L2H", 20, lies.get("flags", 0x800), method, 0, 0, crc, len(packed), size, len(spelled), 0
        )
        local = b"PK\x03\x04" + common + spelled + packed
        directory += (
            b"PK\x01\x02" + struct.pack("<H", 20) + common + struct.pack("<3H2L", 0, 0, 0, 0, len(body)) + spelled
        )
        body, count = body + local, count + 1
    return body + directory + struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, count, count, len(directory), len(body), 0)


def header(**more: Any) -> dict[str, Any]:
    return {
        "version": 2,
        "status": "success",
        "eval": {
            "run_id": "R1",
            "created": "2026-03-01T10:00:00+00:00",
            "task": "pkg/task",
            "model": "p/m",
            "config": {},
        },
        "stats": {"started_at": "2026-03-01T10:00:00+00:00", "completed_at": "2026-03-01T12:30:00.9+02:00"},
    } | more


def sample(identity: Any = 1, value: Any = "C", **more: Any) -> dict[str, Any]:
    return {"id": identity, "epoch": 1, "scores": {"match": {"value": value}}, "model_usage": {}} | more


def read(folder: Path, data: bytes | dict[str, Any], labels: Labels = LABELS, name: str = "") -> ParsedRun:
    path = folder / (name or ("log.eval" if isinstance(data, bytes) else "log.json"))
    path.write_bytes(data if isinstance(data, bytes) else json.dumps(data).encode())
    (run,) = read_inspect_log(path, labels).runs
    return run


def finding(folder: Path, data: bytes | dict[str, Any], labels: Labels = LABELS, name: str = "") -> str:
    with pytest.raises(InputError) as caught:
        read(folder, data, labels, name)
    assert len(caught.value.findings) == 1, "one clear finding for a file"
    return str(caught.value.findings[0])


# ---------------------------------------------------------------------------------------- real logs

KNOWN = {
    # file: attempts, sum of the scores, reported attempts, reported mean, defects
    "log_streaming.eval": (4, "3", 4, "0.75", ()),
    "log_formats.eval": (1, "0", 1, "0", ()),
    "log_read_sample.eval": (1, "1", 1, "1", ()),
    "log_message_deduplication.eval": (1, "0", 1, "0", ()),
    "custom.eval": (1, "1", 1, "1", ()),
    "2024-11-05T13-32-37-05-00_input-task_hxs4q9azL3ySGkjJirypKZ.eval": (1, "1", 1, "1", ()),
    "2025-02-11T15-17-00-05-00_popularity_dPiJifoWeEQBrfWsAopzWr.eval": (10, "0", 10, None, ("no_scores",)),
    "2025-02-11T15-18-04-05-00_popularity_mj7khqpMM4GBCfVQozKgzB.eval": (10, "8", 10, "0.8", ()),
    "mmlu-no-summary-choices.eval": (1, "0", 1, "0", ()),
    "mmlu-summary-choices.eval": (1, "0", 1, "0", ()),
    "data_arc_qwen.json": (3, "1", 3, "0.3333333333333333", ()),
    "data_arc_sonnet.json": (5, "5", 5, "1", ()),
    "data_pubmedqa_gpt4o_mini.json": (2, "2", 2, "1", ()),
    "data_intercode_ctf_local_path.json": (1, "0", 79, "0.35443037974683544", ()),
    "data_with_llm_scoring.json": (0, "0", 1000, None, ()),
}


def as_run(run: ParsedRun) -> EvalRun:
    zero = Digest("sha256:" + "0" * 64)
    manifest = RunManifest(
        schema="scalegate.run/1", model=run.model, configuration=run.configuration, evaluation=run.evaluation,
        run=run.run, status=run.status, dating=run.dating, dated=run.dated, rows=len(run.attempts), attempts=zero,
        source=zero, reported=run.reported, defects=run.defects, header=run.header,
    )  # fmt: skip
    return EvalRun(address=zero, manifest=manifest, attempts=run.attempts)


def suite_of(run: ParsedRun) -> Suite:
    tasks = {str(a.task): Task(family=Identifier("f")) for a in run.attempts}
    most = max((a.attempt for a in run.attempts), default=1)
    return Suite(schema="scalegate.suite/1", title="t", tasks=tasks, attempts_per_task=most)


@pytest.mark.parametrize("name", KNOWN)
def test_real_logs_of_every_version_are_read(name: str) -> None:
    attempts, total, reported, mean, defects = KNOWN[name]
    (run,) = read_inspect_log(shared(f"data/inspect_logs/{name}"), LABELS).runs
    assert len(run.attempts) == attempts
    assert sum(a.score or 0 for a in run.attempts) == Decimal(total)
    assert run.reported == Reported(attempts=reported, mean=None if mean is None else Decimal(mean))
    assert run.defects == defects
    assert (run.status, run.dating) == (Status.COMPLETED, Dating.LOG)


@pytest.mark.parametrize("name", KNOWN)
def test_E7_logs_that_were_cut_disagree_with_their_header(name: str) -> None:
    (run,) = read_inspect_log(shared(f"data/inspect_logs/{name}"), LABELS).runs
    kinds = {defect.kind for defect in defects_of(as_run(run), suite_of(run))}
    cut = name in ("data_intercode_ctf_local_path.json", "data_with_llm_scoring.json")
    assert (DefectKind.HEADER_DISAGREES in kinds) == cut


def test_the_parts_of_a_real_log() -> None:
    (run,) = read_inspect_log(shared("data/inspect_logs/log_streaming.eval"), LABELS).runs
    assert [(a.task, a.attempt, a.score, a.tokens) for a in run.attempts] == [
        ("1", 1, 0, 67),
        ("1", 2, 1, 68),
        ("2", 1, 1, 62),
        ("2", 2, 1, 61),
    ]
    assert (run.model, run.evaluation) == ("azureai/Meta-Llama-3-1-405B-Instruct-jqf", "popularity")
    assert run.dated is not None
    assert format_instant(run.dated) == "2024-11-05T20:04:20Z"
    (limited,) = (
        read_inspect_log(shared("data/inspect_logs/data_intercode_ctf_local_path.json"), LABELS).runs[0].attempts
    )
    assert limited.status is Status.LIMIT


@pytest.mark.parametrize("name", KNOWN)
def test_inspects_own_reader_finds_the_same(name: str) -> None:
    log_module = pytest.importorskip("inspect_ai.log", reason="the oracle, inspect-ai, is not installed")
    from inspect_ai.scorer import value_to_float

    path = shared(f"data/inspect_logs/{name}")
    oracle = log_module.read_eval_log(str(path))
    (run,) = read_inspect_log(path, LABELS).runs
    to_float = value_to_float()
    theirs = {
        (str(s.id), s.epoch): next((to_float(score.value) for score in (s.scores or {}).values()), None)
        for s in oracle.samples or []
    }
    ours = {(a.task, a.attempt): None if a.score is None else float(a.score) for a in run.attempts}
    assert {(str(task), attempt): score for (task, attempt), score in ours.items()} == theirs
    assert (run.model, run.evaluation) == (oracle.eval.model, oracle.eval.task)


# -------------------------------------------------------------------------------- what logs can say


@pytest.mark.parametrize("method", [STORED, DEFLATE, ZSTANDARD])
def test_every_packing_is_read(tmp_path: Path, method: int) -> None:
    samples = [sample(i, "CPIN"[i % 4], epoch=1) for i in range(8)]
    run = read(tmp_path, archive({"summaries.json": samples, "header.json": header()}, method))
    assert [a.score for a in run.attempts] == [1, Decimal("0.5"), 0, 0] * 2
    assert run.dated is not None
    assert format_instant(run.dated) == "2026-03-01T10:00:00Z"


def test_V7_a_resumed_log_is_as_old_as_the_oldest_attempt_that_it_took_over(tmp_path: Path) -> None:
    samples = [sample("a", started_at="2025-12-31T23:59:59+00:00"), sample("b", started_at="2026-03-01T10:00:01+00:00")]
    run = read(tmp_path, header() | {"samples": samples})
    assert run.dated is not None
    assert format_instant(run.dated) == "2025-12-31T23:59:59Z"
    assert run.run == "R1"


def test_a_log_of_python_zipfile_is_read(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "log.eval", "w", zipfile.ZIP_DEFLATED) as log:
        log.writestr("header.json", json.dumps(header()))
        log.writestr("summaries.json", json.dumps([sample()]))
    assert len(read_inspect_log(tmp_path / "log.eval", LABELS).runs[0].attempts) == 1


@pytest.mark.parametrize(
    ("value", "score"),
    [("C", "1"), ("I", "0"), ("P", "0.5"), ("N", "0"), (True, "1"), (False, "0"), (3, "3"), (0.1, "0.1"), ("Yes", "1"),
     ("no", "0"), ("0.25", "0.25"), (None, None), (float("nan"), None), (float("inf"), None)],
)  # fmt: skip
def test_grades_booleans_and_numbers_become_scores(tmp_path: Path, value: Any, score: str | None) -> None:
    run = read(tmp_path, header(samples=[sample(value=value)]))
    assert run.attempts[0].score == (None if score is None else Decimal(score))


@pytest.mark.parametrize("value", ["maybe", "c", [1, 2], "", "NaN", "1e99999"])
def test_a_value_that_is_no_score_refuses_the_log(tmp_path: Path, value: Any) -> None:
    assert "is no number and no grade" in finding(tmp_path, header(samples=[sample(value=value)]))


def test_several_scorers_are_never_guessed_between(tmp_path: Path) -> None:
    two = sample(scores={"match": {"value": "C"}, "judge": {"value": {"style": 3, "truth": 0}}})
    log = header(samples=[two])
    assert "several scorers: match, judge.style, judge.truth -> name one" in finding(tmp_path, log)
    chosen = Labels(configuration=Identifier("c"), scorer="judge.truth")
    assert read(tmp_path, log, chosen).attempts[0].score == 0
    unknown = Labels(configuration=Identifier("c"), scorer="jugde")
    assert "no scorer 'jugde', but match, judge.style" in finding(tmp_path, log, unknown)


def test_status_errors_and_limits_are_kept(tmp_path: Path) -> None:
    samples = [
        sample(1, error="boom"),
        sample(2, limit={"type": "token", "limit": 5}),
        sample(3, limit="time"),
        sample(4, completed=False),
        sample(5, invalidation={"reason": "leak"}),
        sample(6),
    ]
    summaries = archive({"header.json": header(status="cancelled"), "summaries.json": samples})
    run = read(tmp_path, summaries)
    assert [a.status.value for a in run.attempts] == ["error", "limit", "limit", "started", "unknown", "completed"]
    assert run.status is Status.CANCELLED
    assert [a.score for a in run.attempts] == [1] * 6
    for word, status in (("error", Status.ERROR), ("started", Status.STARTED), ("whatever", Status.UNKNOWN)):
        assert read(tmp_path, header(status=word, samples=[])).status is status


def test_only_the_evaluated_models_tokens_are_effort(tmp_path: Path) -> None:
    usage = {"p/m": {"total_tokens": 7}, "grader": {"total_tokens": 1_000_000}}
    assert read(tmp_path, header(samples=[sample(model_usage=usage)])).attempts[0].tokens == 7
    del usage["p/m"]
    assert read(tmp_path, header(samples=[sample(model_usage=usage)])).attempts[0].tokens is None


def test_older_summaries_get_their_tokens_from_the_samples(tmp_path: Path) -> None:
    summary = {"id": 1, "epoch": 1, "scores": {"match": {"value": "I"}}}
    full = sample(1, "I", model_usage={"p/m": {"total_tokens": 9}}, limit={"type": "token"})
    entries = {"samples/1_epoch_1.json": full, "summaries.json": [summary], "header.json": header()}
    (attempt,) = read(tmp_path, archive(entries)).attempts
    assert (attempt.tokens, attempt.status, attempt.score) == (9, Status.LIMIT, 0)


def test_an_unfinished_log_is_read_from_its_journal(tmp_path: Path) -> None:
    entries = {
        "_journal/start.json": {"version": 2, "eval": header()["eval"], "plan": {}},
        "_journal/summaries/1.json": [sample(1, "I")],
        "samples/1_epoch_1.json": sample(1, "I"),
        "samples/2_epoch_1.json": sample(2, "C"),
    }
    run = read(tmp_path, archive(entries))
    assert run.status is Status.STARTED
    assert [(a.task, a.score) for a in run.attempts] == [("1", 0), ("2", 1)]
    assert run.reported is None


def test_labels_of_the_caller_come_first(tmp_path: Path) -> None:
    labels = Labels(
        configuration=Identifier("x"), model=Identifier("mine"), evaluation=Identifier("cyber"), run=Identifier("r7")
    )
    run = read(tmp_path, header(samples=[sample()]), labels)
    assert (run.configuration, run.model, run.evaluation, run.run) == ("x", "mine", "cyber", "r7")


def test_times_without_a_zone_are_no_times(tmp_path: Path) -> None:
    spec = header()["eval"] | {"created": "2026-03-01T10:00:00"}
    run = read(tmp_path, header(samples=[sample()], stats={"completed_at": "2026-03-01T10:00:00"}, eval=spec))
    assert (run.dating, run.dated) == (Dating.UNKNOWN, None)


@pytest.mark.parametrize(
    ("more", "defect"),
    [
        ({"invalidated": True}, "invalidated"),
        ({"version": 99}, "unknown_log_version"),
        ({"stats": {"started_at": "2026-03-02T00:00:00Z", "completed_at": "2026-03-01T00:00:00Z"}}, "clock_order"),
        ({"samples": [{"id": 1, "epoch": 1, "scores": {}}]}, "no_scores"),
    ],
)
def test_what_only_the_reader_sees_is_named(tmp_path: Path, more: dict[str, Any], defect: str) -> None:
    assert read(tmp_path, header(**({"samples": [sample()]} | more))).defects == (defect,)


def test_E7_summaries_that_hide_a_sample_or_change_a_score_are_named(tmp_path: Path) -> None:
    old = {"id": 1, "epoch": 1, "scores": {"match": {"value": "I"}}}
    hidden = {"samples/1.json": sample(1, "I"), "samples/2.json": sample(2, "C"), "summaries.json": [sample(1, "I")]}
    run = read(tmp_path, archive(hidden | {"header.json": header()}))
    assert run.defects == ("summaries_disagree",)
    assert [a.score for a in run.attempts] == [0, 1]
    changed = {"samples/1.json": sample(1, "C"), "summaries.json": [old], "header.json": header()}
    assert read(tmp_path, archive(changed)).defects == ("summaries_disagree",)


def test_E7_a_mean_over_epochs_that_is_no_mean_is_not_compared(tmp_path: Path) -> None:
    results = {
        "total_samples": 2,
        "scores": [{"name": "match", "scorer": "match", "metrics": {"accuracy": {"name": "accuracy", "value": 1.0}}}],
    }
    spec = header()["eval"] | {"config": {"epochs": 2, "epochs_reducer": ["max"]}}
    samples = [sample(1, "I"), sample(1, "C", epoch=2)]
    assert read(tmp_path, header(samples=samples, results=results, eval=spec)).reported == Reported(attempts=2)
    assert read(tmp_path, header(samples=samples, results=results)).reported == Reported(attempts=2, mean=Decimal(1))


def test_logs_of_the_first_version_have_one_score_without_a_name(tmp_path: Path) -> None:
    results = {"scorer": {"name": "match"}, "metrics": {"accuracy": {"name": "accuracy", "value": 1}}}
    old = {"id": "a", "epoch": 1, "score": {"value": "C"}}
    run = read(tmp_path, header(version=1, samples=[old], results=results))
    assert (run.attempts[0].score, run.reported) == (1, Reported(mean=Decimal(1)))


# ---------------------------------------------------------------------------------- hostile archives

GOOD = {"summaries.json": [sample()], "header.json": header()}


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (archive(GOOD)[:-1], "no whole zip archive"),
        (archive(GOOD)[:200], "no whole zip archive"),
        (archive(GOOD)[40:], "no whole zip archive"),
        (b"", "no whole zip archive"),
        (b"PK\x05\x06" + b"\0" * 18, "neither header.json nor _journal/start.json"),
        (archive({"summaries.json": []}), "neither header.json nor _journal/start.json"),
        (archive({"summaries.json": [sample()], "header.json": b"{"}), "entry 'header.json': no whole JSON"),
        (archive({"summaries.json": b"\xff", "header.json": header()}), "entry 'summaries.json': no whole JSON"),
        (archive({"summaries.json": b"[" * 100_000, "header.json": header()}), "no whole JSON"),
        (archive({"summaries.json": {}, "header.json": header()}), "summaries.json holds no list"),
        (archive({"summaries.json": [1], "header.json": header()}), "summaries.json holds no JSON object"),
        (archive({"header.json": []}), "header.json holds no JSON object"),
        (archive({"header.json": {"status": "success"}}), "it has no eval and status"),
        (archive(GOOD, crc=1), "is damaged or cut"),
        (archive(GOOD, size=10), "is damaged or cut"),
        (archive(GOOD, size=5000), "is damaged or cut"),
        (archive(GOOD, flags=0x801), "is encrypted"),
        (archive(GOOD, 12), "is packed by method 12"),
        (archive([*GOOD.items(), ("header.json", header())]), "two entries have one name"),
        (archive(GOOD, size=2**31), "unpacks to more than 2000 times its size"),
        (archive({"header.json": header(), "summaries.json": b" " * 5_000_000 + b"[]"}, ZSTANDARD), "times its size"),
    ],
)  # fmt: skip
def test_a_bad_archive_is_one_finding(tmp_path: Path, data: bytes, what: str) -> None:
    found = finding(tmp_path, data)
    assert found.startswith("log.eval: ")
    assert what in found


@pytest.mark.parametrize("method", [DEFLATE, ZSTANDARD])
def test_what_unpacks_to_more_than_stated_is_never_unpacked(tmp_path: Path, method: int) -> None:
    bomb = archive({"header.json": header(), "summaries.json": b"[" + b" " * 50_000_000 + b"]"}, method, size=60_000)
    (tmp_path / "log.eval").write_bytes(bomb)
    tracemalloc.start()
    assert "damaged or cut" in finding(tmp_path, bomb)
    assert tracemalloc.get_traced_memory()[1] < 4_000_000
    tracemalloc.stop()


def test_the_sum_of_all_entries_is_capped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inspect_archive, "MAX_TOTAL", 100)
    assert "unpack to more than" in finding(tmp_path, archive(GOOD))


@pytest.mark.parametrize("name", ["../../outside.json", "samples/../../x.json", "/etc/passwd", "samples/a\0.json"])
def test_names_that_lead_out_of_the_archive_are_refused(tmp_path: Path, name: str) -> None:
    found = finding(tmp_path, archive({name: sample(9), **GOOD}))
    assert f"the name of entry {name!r} leads out of the archive" in found
    assert [item.name for item in tmp_path.iterdir()] == ["log.eval"]


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (header(samples=[sample("x" * 10_000)]), "samples[0]: 'xxxx"),
        (header(samples=[sample("../../etc/passwd")]), "samples[0]: '../../etc/passwd' is no id"),
        (header(samples=[sample(None)]), "samples[0]: '' is no id"),
        (header(samples=[sample(epoch=0)]), "its epoch is no number from 1"),
        (header(samples=[]), "the log holds no samples"),
        (header(samples={"a": 1}), "samples holds no list"),
        (header(samples=[sample()], eval={"task": "has spaces", "model": "p/m"}), "evaluation: 'has spaces' is no id"),
        (header(samples=[sample()], eval={"task": "t"}), "model: '' is no id"),
        ({"some": "thing"}, "it has no eval and status"),
    ],
)
def test_a_bad_json_log_is_one_finding(tmp_path: Path, data: dict[str, Any], what: str) -> None:
    assert what in finding(tmp_path, data)


@pytest.mark.parametrize("text", ["", "{", "[]", "nonsense", "[" * 100_000, '{"eval": {}, "status": []}'])
def test_a_json_file_that_is_no_log_is_one_finding(tmp_path: Path, text: str) -> None:
    (tmp_path / "log.json").write_text(text)
    with pytest.raises(InputError, match=r"no whole JSON|no Inspect log") as caught:
        read_inspect_log(tmp_path / "log.json", LABELS)
    assert len(caught.value.findings) == 1


def test_findings_on_samples_are_capped_and_counted(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read(tmp_path, header(samples=[sample("a b")] * 50))
    assert len(caught.value.findings) == 21
    assert caught.value.findings[-1].what == "and 30 more findings"


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_change_to_a_log_gives_a_run_or_findings(tmp_path: Path, data: st.DataObject) -> None:
    log = header(samples=[sample(started_at="2026-03-01T10:00:00Z")], results={"total_samples": 1, "scores": []})
    place = data.draw(st.sampled_from(["header", "eval", "stats", "results", "samples", "score"]))
    target = {"header": log, "samples": log["samples"][0], "score": log["samples"][0]["scores"]["match"]}.get(place)
    target = log[place] if target is None else target
    target[data.draw(st.sampled_from(sorted(target)))] = data.draw(JUNK)
    try:
        run = read(tmp_path, log)
    except InputError as error:
        found = error.findings
    else:
        assert all(isinstance(a, Attempt) for a in run.attempts)
        return
    assert found


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_damage_to_an_archive_gives_a_run_or_findings(tmp_path: Path, data: st.DataObject) -> None:
    whole = bytearray(archive(GOOD, data.draw(st.sampled_from([STORED, DEFLATE, ZSTANDARD]))))
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    try:
        run = read(tmp_path, bytes(whole))
    except InputError as error:
        found = error.findings
    else:
        assert run.attempts is not None
        return
    assert found


# ------------------------------------------------------------------------------ the parts of an archive


def reduced(value: Any = 1.0, task: Any = 1, scorer: str = "match") -> list[dict[str, Any]]:
    return [{"scorer": scorer, "samples": [{"value": value, "sample_id": task}]}]


@pytest.mark.parametrize(
    ("reductions", "defects"),
    [
        (reduced(1.0), ()),
        (reduced("C"), ()),
        (reduced(0.0), ("summaries_disagree",)),
        (reduced(0.0, scorer="other"), ()),
        (reduced(0.0, task=7), ()),
        (reduced(None), ()),
        (reduced([1]), ()),
        ({}, ()),
        ([1], ()),
    ],
)
def test_E7_scores_by_task_that_differ_from_the_summaries_are_named(
    tmp_path: Path, reductions: Any, defects: tuple[str, ...]
) -> None:
    run = read(
        tmp_path, archive({"summaries.json": [sample()], "header.json": header(), "reductions.json": reductions})
    )
    assert run.defects == defects
    assert [a.score for a in run.attempts] == [1]


def test_E7_over_several_epochs_there_is_no_one_reading_of_a_reduction(tmp_path: Path) -> None:
    samples = [sample(1, "I"), sample(1, "C", epoch=2)]
    entries = {"summaries.json": samples, "header.json": header(), "reductions.json": reduced(0.5)}
    assert read(tmp_path, archive(entries)).defects == ()


def test_E7_samples_of_ids_with_slashes_are_opened_too(tmp_path: Path) -> None:
    hidden = {"samples/a/1_epoch_1.json": sample("a/1", "I"), "samples/a/2_epoch_1.json": sample("a/2", "C")}
    run = read(tmp_path, archive({**hidden, "summaries.json": [sample("a/1", "I")], "header.json": header()}))
    assert run.defects == ("summaries_disagree",)
    assert [(a.task, a.score) for a in run.attempts] == [("a/1", 0), ("a/2", 1)]


def test_E7_a_sample_of_another_name_than_its_summary_is_opened(tmp_path: Path) -> None:
    entries = {"samples/2_epoch_1.json": sample(2, "C"), "summaries.json": [sample(1, "I")], "header.json": header()}
    run = read(tmp_path, archive(entries))
    assert run.defects == ("summaries_disagree",)
    assert [(a.task, a.score) for a in run.attempts] == [("1", 0), ("2", 1)]


@pytest.mark.parametrize("method", [STORED, DEFLATE, ZSTANDARD])
def test_large_documents_are_read_piece_by_piece_and_give_the_same(
    tmp_path: Path, method: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    samples = [sample(f"t{n}", "CI"[n % 2], model_usage={"p/m": {"total_tokens": n}}) for n in range(50)]
    details = {f"samples/t{n}_epoch_1.json": samples[n] for n in range(50)}
    for entries in (
        {"summaries.json": samples, "header.json": header()},
        {**details, "_journal/start.json": header()},
    ):
        data = archive(entries, method)
        at_once = read(tmp_path, data)
        with monkeypatch.context() as patch:
            patch.setattr(inspect_source, "_WHOLE", 10)
            assert read(tmp_path, data) == at_once
            for lie in ({"crc": 1}, {"size": 20}):
                assert "is damaged or cut" in finding(tmp_path, archive(entries, method, **lie))


def test_a_document_may_have_its_samples_first(tmp_path: Path) -> None:
    log = {"samples": [sample()]} | header(results=None)
    assert len(read(tmp_path, log).attempts) == 1
    assert read(tmp_path, header(samples=None, status="error")).attempts == ()


@pytest.mark.parametrize(
    "text",
    ['{"eval": {}, "eval": {}}', '{"samples": [], "samples": []}', '{"samples": [{"id": 1, "id": 2}]}'],
)
def test_a_key_that_stands_twice_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "log.json").write_text(text)
    with pytest.raises(InputError, match="a key stands twice in one object"):
        read_inspect_log(tmp_path / "log.json", LABELS)


def test_so_many_samples_and_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inspect_source, "MAX_SAMPLES", 3)
    log = header(samples=[sample(n) for n in range(4)])
    assert "more than 3 samples" in finding(tmp_path, log)
