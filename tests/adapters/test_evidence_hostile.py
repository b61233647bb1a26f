"""A folder of good and bad files: one clear finding for each bad one, the good ones read, nothing half-written."""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from scalegate.adapters.evidence_files import evidence_paths, read_evidence, read_files
from scalegate.adapters.evidence_store import EvidenceStore
from scalegate.errors import InputError
from scalegate.evidence.parsed_run import Labels
from scalegate.quantity import Identifier

LABELS = Labels(configuration=Identifier("c"))
HEAD = "model,evaluation,task,score\n"
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


@pytest.mark.parametrize("name", BAD)
def test_a_malformed_file_among_good_ones_is_one_finding_and_the_others_are_read(tmp_path: Path, name: str) -> None:
    logs = tmp_path / "logs"
    logs.mkdir()
    (logs / "a.csv").write_text(HEAD + "m,e,t,1\n")
    (logs / "z.json").write_text(json.dumps(LOG))
    zipped(logs / "b.eval")
    BAD[name](logs / name)
    found = read_files([*evidence_paths([logs]), *([logs / name] if name.startswith("pipe") else [])], LABELS)
    assert [source.source.name for source in found.sources] == ["a.csv", "b.eval", "z.json"]
    ((path, findings),) = found.refused
    assert path.name == name
    assert len(findings) == 1
    assert str(findings[0]).startswith(name)
    assert len(str(findings[0])) < 400


def test_files_are_only_read(tmp_path: Path) -> None:
    for name, make in BAD.items():
        make(tmp_path / name)
    before = {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    assert read_files(tmp_path.iterdir(), LABELS).sources == ()
    assert {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == before


def test_ids_never_become_file_names(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(HEAD + "provider/model:1,a/b,/etc/passwd,1\n")
    source = read_evidence(tmp_path / "a.csv", LABELS)
    address, _ = EvidenceStore(tmp_path / "project").write_run(source.runs[0], source.source)
    (place,) = (tmp_path / "project" / "evidence" / "runs").iterdir()
    assert place.name == address.hex


def test_a_folder_stands_for_its_evidence_files(tmp_path: Path) -> None:
    for name in ("b.csv", "sub/a.JSON", ".hidden/x.csv", ".y.csv", "notes.txt", "sub/c.eval"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("")
    names = [
        str(p.relative_to(tmp_path)) for p in evidence_paths([tmp_path, tmp_path / "b.csv", tmp_path / "notes.txt"])
    ]
    assert names == ["b.csv", "sub/a.JSON", "sub/c.eval", "notes.txt"]
    with pytest.raises(InputError, match=r"no reader for \.txt"):
        read_evidence(tmp_path / "notes.txt", LABELS)
    with pytest.raises(InputError, match="cannot be read"):
        read_evidence(tmp_path / "absent.csv", LABELS)
    with pytest.raises(InputError, match="not a file"):
        read_evidence(tmp_path, LABELS)
