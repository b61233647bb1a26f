"""The documents stay true: what they name exists, and what exists at the top is named."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from house.sources import PACKAGE, rooms
from shared import ROOT

DOCUMENTS = sorted(
    [ROOT / name for name in ("ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "README.md")]
    + list((ROOT / "docs").rglob("*.md"))
    + list((ROOT / "benchmarks").glob("*.md"))
)
TOP = {"src", "tests", "docs", "benchmarks", "examples", "requirements", ".ci"}


def named_paths(text: str) -> set[str]:
    """Paths of the repository that stand in backticks: `tests/house/`, `.ci/run`; not those with a placeholder."""
    quoted = re.findall(r"`([A-Za-z0-9_./-]+)(?:::\w+)?`", text)
    return {path for path in quoted if "/" in path and path.split("/")[0] in TOP}


def links(text: str) -> set[str]:
    return {target for target in re.findall(r"\]\(([^)#\s]+)", text) if "://" not in target and "@" not in target}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_path_that_a_document_names_exists(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    missing = {path for path in named_paths(text) if not (ROOT / path).exists()}
    missing |= {target for target in links(text) if not (document.parent / target).exists()}
    assert not missing


def test_the_architecture_is_short_enough_to_be_read() -> None:
    assert len((ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8").splitlines()) < 200


def rows() -> dict[str, str]:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    return {name: line for line in text.splitlines() if (name := "".join(re.findall(r"^\| `(\w+)(?:/|\.py)`", line)))}


@pytest.mark.parametrize("room", rooms())
def test_the_architecture_names_every_room_and_no_file_that_is_not_there(room: str) -> None:
    assert room in rows()
    named = set(re.findall(r"`([\w/]+\.py)`", rows()[room]))
    if (PACKAGE / f"{room}.py").is_file():
        named -= {f"{room}.py"}
    assert named <= {path.relative_to(PACKAGE / room).as_posix() for path in (PACKAGE / room).rglob("*.py")}


def test_every_invariant_is_held_by_a_test_that_exists() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    held = re.findall(r"^\| (\d+) \|.*?\|(.*)\|$", text, re.MULTILINE)
    assert [int(number) for number, _ in held] == list(range(1, 11))
    for number, by in held:
        tests = re.findall(r"`(tests/[\w/]+\.py)`", by)
        assert tests, f"invariant {number} names no test"
        assert all((ROOT / path).is_file() for path in tests), f"invariant {number}: {tests}"


def test_every_decision_record_has_its_parts_and_stands_in_the_list() -> None:
    folder = ROOT / "docs" / "adr"
    listed = (folder / "README.md").read_text(encoding="utf-8")
    for path in folder.glob("0*.md"):
        text = path.read_text(encoding="utf-8")
        assert path.name in listed
        for part in ("Question", "Forces", "Options", "Decision", "What it costs", "Held by"):
            assert f"**{part}.**" in text, f"{path.name} has no part {part!r}"
