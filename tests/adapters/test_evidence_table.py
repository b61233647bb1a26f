"""The evidence table: strict, whole or refused, the same whatever the order of rows."""

from __future__ import annotations

import json
import random
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scalegate.adapters.evidence_table import COLUMNS, read_table
from scalegate.errors import InputError
from scalegate.evidence.defects import READER_DEFECTS
from scalegate.evidence.parsed_run import Labels, ParsedSource
from scalegate.evidence.run import Dating, Status
from scalegate.quantity import Identifier, parse_instant
from shared import ROOT

HEAD = "model,evaluation,task,score"
LABELS = Labels(configuration=Identifier("default"))


def read(folder: Path, text: str | bytes, labels: Labels = LABELS, name: str = "table.csv") -> ParsedSource:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_table(path, labels)


def findings(folder: Path, text: str | bytes, name: str = "table.csv", labels: Labels = LABELS) -> list[str]:
    with pytest.raises(InputError) as caught:
        read(folder, text, labels, name)
    return [str(finding) for finding in caught.value.findings]


def test_a_full_row_is_read(tmp_path: Path) -> None:
    source = read(
        tmp_path,
        "model,evaluation,task,score,task_family,attempt,configuration,tokens,human_minutes,started_at,status,run\n"
        "m,e,t/1,0.50,f,3,c,382.0,1.5,2026-03-01T00:00:00Z,limit,r\n",
    )
    (run,) = source.runs
    (attempt,) = run.attempts
    assert (run.model, run.evaluation, run.configuration, run.run) == ("m", "e", "c", "r")
    assert (run.dating, run.dated) == (Dating.LOG, parse_instant("2026-03-01"))
    assert (attempt.task, attempt.attempt, attempt.score, attempt.family) == ("t/1", 3, Decimal("0.5"), "f")
    assert (attempt.tokens, attempt.human_minutes, attempt.status) == (382, Decimal("1.5"), Status.LIMIT)
    assert source.source.bytes == (tmp_path / "table.csv").stat().st_size


def test_missing_means_missing(tmp_path: Path) -> None:
    source = read(tmp_path, f"{HEAD},tokens,human_minutes,started_at,status,run\nm,e,t,,,,,,\n")
    (run,) = source.runs
    (attempt,) = run.attempts
    assert (attempt.score, attempt.tokens, attempt.human_minutes, attempt.started_at) == (None, None, None, None)
    assert (run.dating, run.dated) == (Dating.UNKNOWN, None)
    assert run.run == f"source-{source.source.digest.hex[:16]}"


def test_rows_are_grouped_by_model_evaluation_configuration_and_run(tmp_path: Path) -> None:
    source = read(tmp_path, f"{HEAD},run\nb,e,t,1,x\na,e,t,1,x\na,f,t,1,x\na,e,u,0,x\na,e,t,1,y\n")
    assert [(r.model, r.evaluation, r.run, len(r.attempts)) for r in source.runs] == [
        ("a", "e", "x", 2),
        ("a", "e", "y", 1),
        ("a", "f", "x", 1),
        ("b", "e", "x", 1),
    ]


def test_the_date_is_stated_only_where_not_every_row_has_one(tmp_path: Path) -> None:
    stated = Labels(configuration=Identifier("c"), dated=parse_instant("2026-05-01"), run=Identifier("mine"))
    (run,) = read(tmp_path, f"{HEAD},started_at\nm,e,t,1,2026-03-01\nm,e,u,1,\n", stated).runs
    assert (run.dating, run.dated, run.run) == (Dating.STATED, parse_instant("2026-03-01"), "mine")
    (run,) = read(tmp_path, f"{HEAD},started_at\nm,e,t,1,2026-03-01\nm,e,u,1,2026-03-02\n", stated).runs
    assert (run.dating, run.dated) == (Dating.LOG, parse_instant("2026-03-01"))


def test_json_lines_say_the_same(tmp_path: Path) -> None:
    rows = [
        {"model": "m", "evaluation": "e", "task": "t", "score": 0.1, "tokens": 5},
        {"model": "m", "evaluation": "e", "task": "u", "score": None, "status": "error", "tokens": None},
    ]
    text = "".join(json.dumps(row) + "\n" for row in rows)
    by_json = read(tmp_path, text, name="table.jsonl").runs[0]
    by_csv = read(tmp_path, f"{HEAD},tokens,status\nm,e,t,0.1,5,\nm,e,u,,,error\n").runs[0]
    assert by_json.attempts == by_csv.attempts
    assert by_json.attempts[0].score == Decimal("0.1")


@pytest.mark.parametrize(
    "text",
    [
        b"\xef\xbb\xbfmodel,evaluation,task,score\nm,e,t,1\n",
        b"model,evaluation,task,score\r\nm,e,t,1\n\r\n",
        b"model,evaluation,task,score\rm,e,t,1\r",
        b'"model", evaluation ,"task",score\n"m",e,"t"," 1 "\n\n',
        b"score,task,evaluation,model\n1,t,e,m\n",
    ],
)
def test_marks_line_ends_quotes_and_order_of_columns_do_not_matter(tmp_path: Path, text: bytes) -> None:
    (run,) = read(tmp_path, text).runs
    assert [(run.model, a.task, a.attempt, a.score) for a in run.attempts] == [("m", "t", 1, Decimal(1))]


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("", "table.csv: no row of evidence"),
        (f"{HEAD}\n", "table.csv: no row of evidence"),
        (f"{HEAD},scor\nm,e,t,1,\n", "table.csv:1: unknown column 'scor' -> did you mean 'score'?"),
        ("model,evaluation,task\nm,e,t\n", "table.csv:1: score: this column is missing"),
        (f"{HEAD},score\nm,e,t,1,1\n", "table.csv:1: score: this column stands there more than once"),
        (f"{HEAD}\nm,e,t,1\nm,e,u\n", "table.csv:3: 3 cells, but 4 columns"),
        (f"{HEAD}\nm,e,t,1\nm,e,u,1", "table.csv:3: the last line has no line break: the file may be cut"),
        (f"{HEAD}\nm,e,t,NaN\n", "table.csv:2: score: 'NaN' is no number"),
        (f"{HEAD}\nm,e,t,-inf\n", "table.csv:2: score: '-inf' is no number"),
        (f"{HEAD}\nm,e,t,unbounded\n", "table.csv:2: score: 'unbounded' is no number"),
        (f"{HEAD}\nm,e,t,0.{'1' * 29}\n", "table.csv:2: score: '0.1111"),
        (f"{HEAD}\nm,e,{'x' * 10_000},1\n", "table.csv:2: task: 'xxxx"),
        (f"{HEAD}\nm,e,../../etc/passwd,1\n", "table.csv:2: task: '../../etc/passwd' is no id"),
        (f"{HEAD}\nm,e,,1\n", "table.csv:2: task: an empty cell"),
        (f"{HEAD},status\nm,e,t,1,complete\n", "table.csv:2: status: 'complete' is no status -> write completed"),
        (f"{HEAD},started_at\nm,e,t,1,2026-03-01T00:00:00\n", "table.csv:2: started_at: '2026-03-01T00:00:00' is no"),
        (f"{HEAD},started_at\nm,e,t,1,2026-02-30\n", "table.csv:2: started_at: '2026-02-30' is no instant"),
        (f"{HEAD},tokens\nm,e,t,1,-5\n", "table.csv:2: tokens: '-5' is no count"),
        (f"{HEAD},tokens\nm,e,t,1,1e999\n", "table.csv:2: tokens: '1e999' is no count"),
        (f"{HEAD},attempt\nm,e,t,1,0\n", "table.csv:2: attempt: '0' is no number of an attempt"),
        (f"{HEAD},attempt\nm,e,t,1,1.5\n", "table.csv:2: attempt: '1.5' is no count"),
        (f"{HEAD},human_minutes\nm,e,t,1,0\n", "table.csv:2: human_minutes: '0' is no task length"),
        (f"{HEAD},attempt\nm,e,t,1,1\nm,e,t,0,\n", "table.csv: attempt: task 't' has rows with and rows without"),
        (f'{HEAD}\nm,e,"t,1\n', "table.csv:2: a quoted cell does not end on its line"),
        (f"{HEAD}\nm,e,t\0,1\n", "table.csv:2: a NUL character"),
        (f"{HEAD}\nm,e,t\xff,1\n".encode("latin-1"), "table.csv:2: the text is not UTF-8"),
        (HEAD.encode("utf-16"), "table.csv:1: a NUL character"),
        (f"{HEAD}\nm,e,t,{'1' * 70_000}\n", "table.csv:2: a line of more than 64 KiB"),
    ],
)
def test_a_fault_refuses_the_file_by_line_and_column(tmp_path: Path, text: str | bytes, finding: str) -> None:
    found = findings(tmp_path, text)
    assert len(found) == 1, found
    assert found[0].startswith(finding)


@pytest.mark.parametrize(
    ("line", "finding"),
    [
        ("nothing", "t.jsonl:1: no JSON object"),
        ("[1, 2]", "t.jsonl:1: no JSON object"),
        ("[" * 60_000, "t.jsonl:1: no JSON object"),
        ('{"model": "m", "evaluation": "e", "task": "t"}', "t.jsonl:1: score: this key is missing"),
        ('{"model": "m", "evaluation": "e", "task": "t", "score": NaN}', "t.jsonl:1: score: 'NaN' is no number"),
        ('{"model": "m", "evaluation": "e", "task": "t", "score": true}', "t.jsonl:1: score: neither text nor a"),
        ('{"model": "m", "evaluation": "e", "task": "t", "score": {}}', "t.jsonl:1: score: neither text nor a"),
        ('{"model": "m", "model": "n", "evaluation": "e", "task": "t", "score": 1}', "t.jsonl:1: model: this key"),
        ('{"model": "m", "evaluation": "e", "task": "t", "scor": 1}', "t.jsonl:1: unknown column 'scor'"),
    ],
)
def test_a_fault_in_json_lines_is_named_too(tmp_path: Path, line: str, finding: str) -> None:
    assert findings(tmp_path, line + "\n", name="t.jsonl")[0].startswith(finding)


def test_findings_of_a_file_are_capped_and_counted(tmp_path: Path) -> None:
    found = findings(tmp_path, f"{HEAD}\n" + "m,e,t,x\n" * 50)
    assert len(found) == 21
    assert found[-1] == "table.csv: and 30 more findings"


def test_a_table_of_another_model_is_never_relabelled(tmp_path: Path) -> None:
    labels = Labels(configuration=Identifier("c"), model=Identifier("mine"))
    assert findings(tmp_path, f"{HEAD}\nother,e,t,1\n", labels=labels)[0].startswith("table.csv:2: model: says 'other'")


def test_a_file_that_is_absent_or_a_folder_is_a_finding(tmp_path: Path) -> None:
    for path in (tmp_path / "absent.csv", tmp_path):
        with pytest.raises(InputError, match=r"cannot be read|not a file"):
            read_table(path, LABELS)


def test_law_4_the_order_of_rows_changes_nothing(tmp_path: Path) -> None:
    rows = [f"m,e,t{i % 3},{score},{status}" for i, (score, status) in enumerate([(1, ""), (0, ""), ("", "error")] * 4)]
    shuffled = random.Random(1).sample(rows, len(rows))
    head = f"{HEAD},status\n"
    one = read(tmp_path, head + "\n".join(rows) + "\n").runs[0]
    other = read(tmp_path, head + "\n".join(shuffled) + "\n").runs[0]
    assert one.attempts == other.attempts
    assert [a.attempt for a in one.attempts if a.task == "t2"] == [1, 2, 3, 4]
    assert one.attempts[0].status is Status.COMPLETED


def test_E2_unnumbered_attempts_without_outcome_come_first_so_that_none_falls_beyond_the_plan(tmp_path: Path) -> None:
    (run,) = read(tmp_path, f"{HEAD},status\nm,e,t,0,\nm,e,t,1,\nm,e,t,,error\n").runs
    assert run.attempts[0].status is Status.ERROR


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.one_of(st.binary(max_size=120), st.text(alphabet='me,t1\n\r"0.{}:[]', max_size=80).map(str.encode)))
def test_any_bytes_give_runs_or_findings(tmp_path: Path, text: bytes) -> None:
    for name, head in (("t.csv", HEAD.encode() + b"\n"), ("t.csv", b""), ("t.jsonl", b"")):
        try:
            assert read(tmp_path, head + text, name=name).runs
        except InputError as error:
            found = error.findings
        else:
            continue
        assert found


def test_the_format_page_names_every_column_status_and_defect() -> None:
    page = (ROOT / "docs" / "evidence-format.md").read_text(encoding="utf-8")
    words = [*COLUMNS, *Status, *READER_DEFECTS]
    assert [word for word in words if f"`{word}`" not in page] == []
