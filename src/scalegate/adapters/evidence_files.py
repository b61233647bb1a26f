"""Which reader reads a file, and how a folder of good and bad files is read.

For: procedure (ingest). Does not know: the formats themselves.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from scalegate.errors import Finding, InputError
from scalegate.evidence.parsed_run import Labels, ParsedSource

SUFFIXES = (".csv", ".jsonl", ".eval", ".json")


@dataclass(frozen=True, kw_only=True)
class ReadFiles:
    """What was read, in the order of the paths, and the findings of each file that was not."""

    sources: tuple[ParsedSource, ...]
    refused: tuple[tuple[Path, tuple[Finding, ...]], ...]


def evidence_paths(paths: Iterable[Path]) -> tuple[Path, ...]:
    """The files that are meant: a folder stands for the evidence files in it, by name, without hidden ones."""
    found: dict[Path, None] = {}
    for path in paths:
        inside = sorted(p for p in path.rglob("*") if _is_evidence(p, path)) if path.is_dir() else [path]
        found.update(dict.fromkeys(inside))
    return tuple(found)


def _is_evidence(path: Path, folder: Path) -> bool:
    hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
    return path.suffix.lower() in SUFFIXES and not hidden and path.is_file()


def read_evidence(path: Path, labels: Labels) -> ParsedSource:
    """Read one file with the reader that its suffix names. Raises InputError with the findings of that file."""
    suffix = path.suffix.lower()
    if path.exists() and not path.is_file():
        raise InputError(Finding(where=path.name, what="not a file", mend="give an evaluation log"))
    if suffix in (".csv", ".jsonl"):
        from scalegate.adapters.evidence_table import read_table

        return read_table(path, labels)
    if suffix in (".eval", ".json"):
        from scalegate.adapters.inspect_log import read_inspect_log

        return read_inspect_log(path, labels)
    known = ", ".join(SUFFIXES)
    raise InputError(Finding(where=path.name, what=f"no reader for {suffix or 'a file without a suffix'}", mend=known))


def read_files(paths: Iterable[Path], labels: Labels) -> ReadFiles:
    """Read every file that can be read; one that cannot keeps none of its neighbours from being read."""
    sources: list[ParsedSource] = []
    refused: list[tuple[Path, tuple[Finding, ...]]] = []
    for path in paths:
        try:
            sources.append(read_evidence(path, labels))
        except InputError as error:
            refused.append((path, error.findings))
    return ReadFiles(sources=tuple(sources), refused=tuple(refused))
