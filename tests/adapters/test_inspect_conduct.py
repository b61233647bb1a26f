"""How attempts of an Inspect log were conducted: what the log says, and that what it does not say is unknown."""

from __future__ import annotations

from dataclasses import fields
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.test_inspect_log import LABELS, archive, as_run, header, read, sample, suite_of
from scalegate.adapters.attempt_lines import format_attempts, parse_attempts
from scalegate.adapters.evidence_store import EvidenceStore
from scalegate.adapters.inspect_conduct import seconds_of
from scalegate.adapters.inspect_log import read_inspect_log
from scalegate.errors import InputError
from scalegate.evidence.defects import DefectKind, defects_of
from scalegate.evidence.parsed_run import Labels, ParsedRun
from scalegate.evidence.run import Allowed, Attempt, LogHeader, SourceFile
from scalegate.quantity import Digest, Identifier, format_instant, parse_decimal, parse_instant
from shared import shared

SAID = [{"role": "user", "content": "?"}, {"role": "assistant", "content": "an answer"}]


def one(folder: Path, **more: Any) -> Attempt:
    (attempt,) = read(folder, header(samples=[sample(**more)])).attempts
    return attempt


@pytest.mark.parametrize(
    ("more", "seconds"),
    [
        ({"total_time": 0.457}, "0.457"),
        ({"total_time": 0}, "0"),
        ({"started_at": "2026-03-01T10:00:00+00:00", "completed_at": "2026-03-01T10:00:01.5+00:00"}, "1.5"),
        ({"started_at": "2026-03-01T10:00:01+00:00", "completed_at": "2026-03-01T10:00:00+00:00"}, "-1"),
        ({"started_at": "2026-03-01T10:00:00", "completed_at": "2026-03-01T10:00:01"}, None),
        ({"total_time": "soon"}, None),
        ({}, None),
    ],
)
def test_seconds_are_as_the_log_says_or_between_its_times(
    tmp_path: Path, more: dict[str, Any], seconds: str | None
) -> None:
    assert one(tmp_path, **more).seconds == (None if seconds is None else Decimal(seconds))


@pytest.mark.parametrize(
    ("more", "present"),
    [
        ({"messages": SAID}, True),
        ({"messages": SAID[:1], "output": {"choices": []}}, False),
        ({"messages": [], "output": {"choices": [{"message": {"role": "assistant", "content": "x"}}]}}, True),
        ({"messages": [{"role": "assistant", "content": "", "tool_calls": [{"id": "1"}]}]}, True),
        ({"messages": [{"role": "assistant", "content": ""}]}, False),
        ({"message_count": 0}, False),
        ({"message_count": 2}, None),
        ({"turn_count": 0, "message_count": 1}, False),
        ({}, None),
    ],
)
def test_a_transcript_without_a_word_of_the_model_is_none(
    tmp_path: Path, more: dict[str, Any], present: bool | None
) -> None:
    assert one(tmp_path, **more).transcript is present


def test_whole_samples_that_were_opened_say_it_for_their_summaries(tmp_path: Path) -> None:
    summary = {"id": 1, "epoch": 1, "scores": {"match": {"value": "I"}}}
    silent = sample(1, "I", messages=SAID[:1], output={"choices": []}, total_time=0.0)
    entries = {"samples/1_epoch_1.json": silent, "summaries.json": [summary], "header.json": header()}
    (attempt,) = read(tmp_path, archive(entries)).attempts
    assert (attempt.transcript, attempt.seconds) == (False, 0)


def test_a_score_that_was_edited_afterwards_is_named(tmp_path: Path) -> None:
    edited = {"match": {"value": "I", "history": [{"value": "C"}, {"value": "I"}]}}
    assert one(tmp_path, scores=edited).rescored is True
    assert one(tmp_path, scores={"match": {"value": "I", "history": []}}).rescored is None
    named = {"judge": {"value": {"truth": 0}, "history": [{"value": {"truth": 1}}]}}
    assert one(tmp_path, scores=named).rescored is True


def test_the_header_says_who_scored_what_was_allowed_and_which_tries_belong_together(tmp_path: Path) -> None:
    config = {"token_limit": 50_000, "message_limit": 30, "time_limit": 600, "working_limit": 500}
    spec = header()["eval"] | {"task_id": "T1", "config": config, "model_generate_config": {"max_tokens": 2048}}
    log = header(eval=spec, samples=[sample(token_limit=40_000), sample(2)])
    found = read(tmp_path, log).header
    assert found == LogHeader(
        model="p/m",
        scorer="match",
        scorers=1,
        lineage="T1",
        ended=parse_instant("2026-03-01T10:30:00Z"),
        allowed=Allowed(tokens=40_000, messages=30, answer_tokens=2048, seconds=500),
    )
    two = sample(scores={"match": {"value": "C"}, "judge": {"value": 1}})
    chosen = read(tmp_path, header(samples=[two]), Labels(configuration=Identifier("c"), scorer="judge")).header
    assert chosen is not None
    assert (chosen.scorer, chosen.scorers) == ("judge", 2)


def test_a_limit_on_output_alone_bounds_no_total(tmp_path: Path) -> None:
    spec = header()["eval"] | {"config": {"token_limit": 9, "token_limit_type": "output"}}
    found = read(tmp_path, header(eval=spec, samples=[sample()])).header
    assert found is not None
    assert found.allowed is None


def test_names_in_any_letters_stay_names_and_are_kept_whole(tmp_path: Path) -> None:
    spec = header()["eval"] | {"model": "p/\ud83d" + "m" * 300, "task_id": "é"}
    run = read(tmp_path, header(eval=spec, samples=[sample()]), Labels(**{**vars_of(LABELS), "model": Identifier("m")}))
    assert run.header is not None
    assert run.header.model.startswith("p/\\ud83d")
    assert (len(run.header.model), run.header.lineage) == (200, "\\xe9")
    source = SourceFile(schema="scalegate.source/1", name="n", format="f", digest=Digest("sha256:" + "0" * 64), bytes=1)
    store = EvidenceStore(tmp_path / "kept")
    address, manifest = store.write_run(run, source)
    assert store.read_run(address, manifest).manifest.header == run.header


def vars_of(labels: Labels) -> dict[str, Any]:
    return {"configuration": labels.configuration}


def test_logs_of_the_first_version_name_no_scorer(tmp_path: Path) -> None:
    found = read(tmp_path, header(version=1, samples=[{"id": "a", "epoch": 1, "score": {"value": "C"}}])).header
    assert found is not None
    assert found.scorer == ""


def test_V7_a_resumed_log_is_as_old_as_the_samples_that_it_took_over(tmp_path: Path) -> None:
    taken_over = sample(1, started_at="2026-01-05T09:00:00+00:00", completed_at="2026-01-05T09:10:00+00:00")
    run = read(tmp_path, header(samples=[taken_over, sample(2, started_at="2026-03-01T10:05:00+00:00")]))
    assert run.dated is not None
    assert format_instant(run.dated) == "2026-01-05T09:00:00Z"
    assert clean(run)


def clean(run: ParsedRun) -> bool:
    return not any(d.voids_run for d in defects_of(as_run(run), suite_of(run)))


@pytest.mark.parametrize("name", ["mmlu-summary-choices.eval", "data_arc_qwen.json", "log_read_sample.eval"])
def test_real_logs_whose_samples_have_times_are_no_worse_for_it(name: str) -> None:
    (run,) = read_inspect_log(shared(f"data/inspect_logs/{name}"), LABELS).runs
    assert run.header is not None
    assert run.header.lineage
    assert all(a.seconds for a in run.attempts)
    assert defects_of(as_run(run), suite_of(run)) == ()


def test_real_logs_with_transcripts_have_words_of_the_model() -> None:
    for name in ("log_streaming.eval", "data_arc_sonnet.json"):
        (run,) = read_inspect_log(shared(f"data/inspect_logs/{name}"), LABELS).runs
        assert all(a.transcript for a in run.attempts)
        kinds = {d.kind for d in defects_of(as_run(run), suite_of(run))}
        assert DefectKind.NO_TRANSCRIPT not in kinds


def test_what_is_unknown_leaves_the_bytes_of_an_attempt_as_they_were() -> None:
    bare = Attempt(task=Identifier("t"), attempt=1, score=Decimal(1), tokens=3)
    assert format_attempts([bare]) == b'{"attempt":1,"score":"1","status":"completed","task":"t","tokens":3}\n'
    full = Attempt(task=Identifier("t"), attempt=1, score=None, seconds=Decimal("0.5"), transcript=False, rescored=True)
    line = format_attempts([full])
    assert b'"rescored":true,"seconds":"0.5"' in line
    assert parse_attempts(line + format_attempts([bare])) == (full, bare)


@given(st.from_regex(r"-?[0-9]{1,18}(\.[0-9]{0,9})?(e[+-]?[0-9]{1,2})?\n?", fullmatch=True) | st.text(max_size=18))
def test_the_quick_way_with_numbers_gives_what_the_careful_one_gives(text: str) -> None:
    try:
        found: Decimal | None = parse_decimal(text)
    except InputError:
        found = None
    small = found is not None and abs(found) < 2**53 and len(found.as_tuple().digits) <= 28
    assert seconds_of({"total_time": text}) == (found if small else None)


def test_an_attempt_that_was_read_has_every_field_of_its_class(tmp_path: Path) -> None:
    attempt = one(tmp_path)
    assert set(vars(attempt)) == {field.name for field in fields(Attempt)}
    assert vars(attempt) == vars(Attempt(**vars(attempt)))
