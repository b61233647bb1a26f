"""A folder of good and bad files: one clear finding for each bad one, the good ones read, nothing half-written."""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from scalegate.adapters.evidence_store import EvidenceStore
from scalegate.adapters.evidence_table import read_table
from scalegate.adapters.inspect_log import read_inspect_log
from scalegate.errors import Finding, InputError
from scalegate.evidence.parsed_run import Labels, ParsedSource
from scalegate.quantity import Identifier

LABELS = Labels(configuration=Identifier("c"))
HEAD = "model,evaluation,task,score\n"
READERS = {".csv": read_table, ".jsonl": read_table, ".eval": read_inspect_log, ".json": read_inspect_log}
LOG = {
    "version": 2,
    "status": "success",
    "eval": {"task": "t", "model": "m", "run_id": "r"},
    "samples": [{"id": 1, "epoch": 1, "scores": {"s": {"value": "C"}}}],
}


def zipped(path: Path, keep: float = 1.0) -> None:
    with zipfile.ZipFile(path, "w") as log:
        log.writestr("header.json", json.dumps({k: v for k, v in LOG.items() if k != "samples"}))
        log.writestr("summaries.json", json.dumps(LOG["samples"]))
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * keep)])


BAD: dict[str, Callable[[Path], object]] = {
    "truncated.eval": lambda path: zipped(path, 0.6),
    "empty.eval": lambda path: path.write_bytes(b""),
    "bad.json": lambda path: path.write_text('{"eval": '),
    "other.json": lambda path: path.write_text('{"results": {"acc": 0.3}}'),
    "columns.csv": lambda path: path.write_text("model,evaluation,item,score\nm,e,t,1\n".replace("item", "task,item")),
    "rows.csv": lambda path: path.write_text(HEAD),
    "empty.jsonl": lambda path: path.write_text(""),
    "nan.csv": lambda path: path.write_text(HEAD + "m,e,t,nan\n"),
    "nan.jsonl": lambda path: path.write_text('{"model":"m","evaluation":"e","task":"t","score":NaN}\n'),
    "long.csv": lambda path: path.write_text(HEAD + f"m,e,{'x' * 10_000},1\n"),
    "dots.csv": lambda path: path.write_text(HEAD + "m,e,../../record/log.db,1\n"),
    "dots.json": lambda path: path.write_text(json.dumps(LOG | {"eval": {"task": "../t", "model": "m"}})),
    "cut.csv": lambda path: path.write_text(HEAD + "m,e,t,0.9\nm,e,u,0"),
    "binary.csv": lambda path: path.write_bytes(bytes(range(256))),
    "pipe.csv": os.mkfifo,
}


def read_folder(folder: Path) -> tuple[list[ParsedSource], dict[str, tuple[Finding, ...]]]:
    read, refused = [], {}
    for path in sorted(folder.iterdir()):
        try:
            read.append(READERS[path.suffix](path, LABELS))
        except InputError as error:
            refused[path.name] = error.findings
    return read, refused


@pytest.mark.parametrize("name", BAD)
def test_a_malformed_file_among_good_ones_is_one_finding_and_the_others_are_read(tmp_path: Path, name: str) -> None:
    logs = tmp_path / "logs"
    logs.mkdir()
    (logs / "a.csv").write_text(HEAD + "m,e,t,1\n")
    (logs / "z.json").write_text(json.dumps(LOG))
    zipped(logs / "b.eval")
    BAD[name](logs / name)
    read, refused = read_folder(logs)
    assert [source.source.name for source in read] == ["a.csv", "b.eval", "z.json"]
    ((where, findings),) = refused.items()
    assert where == name
    assert len(findings) == 1
    assert str(findings[0]).startswith(name)
    assert len(str(findings[0])) < 400


def test_files_are_only_read(tmp_path: Path) -> None:
    for name, make in BAD.items():
        make(tmp_path / name)
    before = {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    read, refused = read_folder(tmp_path)
    assert read == []
    assert set(refused) == set(BAD)
    assert {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == before


def test_ids_never_become_file_names(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(HEAD + "provider/model:1,a/b,/etc/passwd,1\n")
    source = read_table(tmp_path / "a.csv", LABELS)
    address, _ = EvidenceStore(tmp_path / "project" / "evidence").write_run(source.runs[0], source.source)
    (place,) = (tmp_path / "project" / "evidence" / "runs").iterdir()
    assert place.name == address.hex
