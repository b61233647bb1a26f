"""Reader of the evidence table `scalegate.evidence/1`: CSV, JSON Lines and Parquet, one row per attempt.

For: procedure (ingest). Does not know: suites, policies, where runs are kept.

Strict and streaming: a file with any fault is refused whole, with its faults by line and column name. An empty
cell means missing. The format is documented in docs/evidence-format.md.
"""

from __future__ import annotations

import csv
import difflib
import hashlib
import json
from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

from scalegate.adapters.attempt_numbers import numbered
from scalegate.adapters.parquet_rows import MAGIC, ParquetRows
from scalegate.errors import Finding, InputError
from scalegate.evidence.parsed_run import Labels, ParsedRun, ParsedSource, in_order
from scalegate.evidence.run import Attempt, Dating, SourceFile, Status
from scalegate.quantity import Digest, Identifier, Minutes, parse_decimal, parse_instant

SCHEMA = "scalegate.evidence/1"
REQUIRED = ("model", "evaluation", "task", "score")
OPTIONAL = (
    "task_family",
    "attempt",
    "configuration",
    "tokens",
    "human_minutes",
    "started_at",
    "status",
    "run",
)
COLUMNS = REQUIRED + OPTIONAL

MAX_BYTES = 512 * 1024 * 1024
MAX_LINE = 64 * 1024
MAX_ROWS = 5_000_000
MAX_FINDINGS = 20
_TOO_LARGE = f"more than {MAX_BYTES // 1024 // 1024} MiB"
_MAX_DIGITS = 28  # what decimal arithmetic keeps: a longer score would be rounded on the way
_MAX_WHOLE = 2**53 - 1  # architecture.md, "Record": canonical bytes
_MAX_MINUTES = Decimal("1e9")

T = TypeVar("T")
Cells = dict[str, str]
GroupKey = tuple[str, str, str, str]


def read_table(path: Path, labels: Labels) -> ParsedSource:
    """Read an evidence table: Parquet by its first bytes, JSON Lines by its ending, else CSV.

    Raises:
        InputError: with the first 20 findings of the file and the number of the others; nothing of it is used.
    """
    reader = _TableReader(path.name, labels)
    if path.exists() and not path.is_file():  # a pipe or a device would never end
        raise InputError(Finding(where=path.name, what="not a file", mend="give a .csv, .jsonl or .parquet file"))
    try:
        with path.open("rb") as file:
            if file.read(len(MAGIC)) == MAGIC:
                return reader.read_parquet(file)
            file.seek(0)
            return reader.read(file, is_json=path.suffix.lower() == ".jsonl")
    except OSError as error:
        raise InputError(Finding(where=path.name, what=f"cannot be read: {error.strerror}")) from None


class _FaultError(Exception):
    """The reading of this file ends here; the finding is already noted."""


class _TableReader:
    """The state of reading one file."""

    def __init__(self, name: str, labels: Labels) -> None:
        self.name = name
        self.labels = labels
        self.findings: list[Finding] = []
        self.more = 0
        self.line = 0
        self.groups: dict[GroupKey, list[tuple[Attempt, bool]]] = {}
        self.known: dict[tuple[str, str], Any] = {}

    def read(self, file: BinaryIO, *, is_json: bool) -> ParsedSource:
        hashed = _Hashed(file)
        self._add_all(self._rows(hashed, is_json=is_json))
        return self._source("jsonl" if is_json else "csv", hashed.digest, hashed.size)

    def read_parquet(self, file: BinaryIO) -> ParsedSource:
        """Findings count rows instead of lines, from 1."""
        file.seek(0)
        hashed = _Hashed(file)
        while hashed.readline(1024 * 1024):
            if hashed.size > MAX_BYTES:
                raise InputError(Finding(where=self.name, what=_TOO_LARGE, mend="split the file"))
        file.seek(0)
        self._add_all(self._parquet_rows(ParquetRows(file, self.name, max_rows=MAX_ROWS, max_text=MAX_LINE)))
        return self._source("parquet", hashed.digest, hashed.size)

    def _add_all(self, rows: Iterator[Cells]) -> None:
        try:
            for cells in rows:
                self._add(cells)
        except _FaultError:
            pass

    def _source(self, kind: str, digest: Digest, size: int) -> ParsedSource:
        if not self.groups and not self.findings:
            self._fail("no row of evidence", mend="write one row per attempt below the column names", at_line=False)
        runs = tuple(self._run(key, rows, digest) for key, rows in sorted(self.groups.items()))
        if self.findings:
            raise InputError(*self._capped())
        source = SourceFile(
            schema="scalegate.source/1",
            name=self.name,
            format=f"{SCHEMA} {kind}",
            digest=digest,
            bytes=size,
        )
        return ParsedSource(source=source, runs=runs)

    # -- findings

    def _fail(self, what: str, *, column: str = "", mend: str = "", at_line: bool = True) -> None:
        if len(self.findings) >= MAX_FINDINGS:
            self.more += 1
            return
        where = f"{self.name}:{self.line}" if at_line else self.name
        self.findings.append(Finding(where=where, path=column, what=what, mend=mend))

    def _stop(self, what: str, *, mend: str = "") -> _FaultError:
        self._fail(what, mend=mend)
        return _FaultError()

    def _capped(self) -> list[Finding]:
        if not self.more:
            return self.findings
        return [*self.findings, Finding(where=self.name, what=f"and {self.more} more findings")]

    # -- lines and rows

    def _rows(self, file: _Hashed, *, is_json: bool) -> Iterator[Cells]:
        header: list[str] | None = None
        for text in self._lines(file):
            if not text.strip():
                continue
            if is_json:
                cells = self._json_cells(text)
            elif header is None:
                header = self._header(text)
                continue
            else:
                cells = self._csv_cells(text, header)
            if cells is not None:
                yield cells

    def _lines(self, file: _Hashed) -> Iterator[str]:
        """Lines without their ends, whichever kind they are; a line that does not end may be cut."""
        while raw := file.readline(MAX_LINE + 1):
            self.line += 1
            if len(raw) > MAX_LINE:
                raise self._stop(f"a line of more than {MAX_LINE // 1024} KiB", mend="write one attempt per line")
            if file.size > MAX_BYTES:
                raise self._stop(_TOO_LARGE, mend="split the file")
            if b"\0" in raw:
                raise self._stop("a NUL character", mend="save the file as UTF-8 text")
            if not raw.endswith((b"\n", b"\r")):
                raise self._stop("the last line has no line break: the file may be cut", mend="end it with one")
            yield from self._decoded(raw)

    def _decoded(self, raw: bytes) -> Iterator[str]:
        if self.line == 1:
            raw = raw.removeprefix(b"\xef\xbb\xbf")
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError:
            raise self._stop("the text is not UTF-8", mend="save the file as UTF-8") from None
        first, *others = text.removesuffix("\n").removesuffix("\r").split("\r")
        yield first
        for other in others:  # line ends of old: a carriage return alone
            self.line += 1
            yield other

    def _header(self, text: str) -> list[str]:
        return self._known_columns([name.strip() for name in self._split(text)])

    def _known_columns(self, names: list[str]) -> list[str]:
        for name in dict.fromkeys(names):
            if name not in COLUMNS:
                self._unknown_column(name)
            elif names.count(name) > 1:
                self._fail("this column stands there more than once", column=name, mend="keep one")
        for name in REQUIRED:
            if name not in names:
                self._fail("this column is missing", column=name, mend=f"columns needed: {', '.join(REQUIRED)}")
        if self.findings:
            raise _FaultError
        return names

    def _unknown_column(self, name: str) -> None:
        close = difflib.get_close_matches(name[:80], COLUMNS, 1, 0.5)
        mend = f"did you mean {close[0]!r}?" if close else f"known columns: {', '.join(COLUMNS)}"
        self._fail(f"unknown column {name[:80]!r}", mend=mend)

    def _split(self, text: str) -> list[str]:
        if '"' not in text:
            return text.split(",")
        try:
            return next(csv.reader([text], strict=True))
        except (csv.Error, StopIteration):
            self._fail("a quoted cell does not end on its line", mend='close the quote; write " inside it as ""')
            return []

    def _parquet_rows(self, rows: ParquetRows) -> Iterator[Cells]:
        self._known_columns(list(rows.columns))
        for cells in rows:
            self.line += 1
            yield cells

    def _csv_cells(self, text: str, header: list[str]) -> Cells | None:
        before = len(self.findings) + self.more
        cells = self._split(text)
        if len(cells) == len(header):
            return {name: cell.strip() for name, cell in zip(header, cells, strict=True)}
        if len(self.findings) + self.more == before:
            self._fail(f"{len(cells)} cells, but {len(header)} columns", mend="one cell per column, empty if missing")
        return None

    def _json_cells(self, text: str) -> Cells | None:
        try:
            data = _JSON.decode(text.strip())
        except (ValueError, RecursionError):
            self._fail("no JSON object", mend='write one object per line: {"model": …, "score": 1}')
            return None
        if not isinstance(data, list) or not all(isinstance(pair, tuple) for pair in data):
            self._fail("no JSON object", mend='write one object per line: {"model": …, "score": 1}')
            return None
        return self._cells_of(data)

    def _cells_of(self, pairs: list[tuple[str, Any]]) -> Cells | None:
        before = len(self.findings) + self.more
        cells: Cells = {}
        for name, value in pairs:
            if name not in COLUMNS:
                self._unknown_column(name)
            elif name in cells:
                self._fail("this key stands there more than once", column=name, mend="keep one")
            elif value is not None and not isinstance(value, str):
                self._fail("neither text nor a number", column=name, mend="write text, a number, or null if missing")
            cells[name] = value or ""
        for name in REQUIRED:
            if name not in cells:
                self._fail("this key is missing", column=name, mend="write null for a score that is missing")
        return cells if len(self.findings) + self.more == before else None

    # -- one row

    def _add(self, cells: Cells) -> None:
        before = len(self.findings) + self.more
        model = self._needed(cells, "model")
        if model and self.labels.model and model != self.labels.model:
            self._fail(f"says {model!r}, the call says {self.labels.model!r}", column="model", mend="drop --model")
        evaluation = self._needed(cells, "evaluation")
        task = self._needed(cells, "task")
        configuration = self._optional(cells, "configuration", Identifier.parse) or self.labels.configuration
        run = self._optional(cells, "run", Identifier.parse) or self.labels.run or ""
        number = self._optional(cells, "attempt", _parse_number)
        attempt = Attempt(
            task=task or Identifier(""),
            attempt=number or 0,
            score=self._optional(cells, "score", _parse_score),
            status=self._optional(cells, "status", _parse_status) or Status.COMPLETED,
            tokens=self._optional(cells, "tokens", _parse_whole),
            family=self._optional(cells, "task_family", Identifier.parse),
            human_minutes=self._optional(cells, "human_minutes", _parse_minutes),
            started_at=self._optional(cells, "started_at", parse_instant),
        )
        if len(self.findings) + self.more > before or not model or not evaluation:
            return
        rows = self.groups.setdefault((model, evaluation, configuration, run), [])
        rows.append((attempt, number is not None))
        if self.line > MAX_ROWS:
            raise self._stop(f"more than {MAX_ROWS:,} rows", mend="split the file")

    def _needed(self, cells: Cells, column: str) -> Identifier | None:
        if cells[column] == "":
            self._fail("an empty cell", column=column, mend="every row needs it")
            return None
        return self._optional(cells, column, Identifier.parse)

    def _optional(self, cells: Cells, column: str, parse: Callable[[str], T]) -> T | None:
        """The parsed cell, or None when it is missing or at fault. Equal cells are parsed once."""
        text = cells.get(column, "")
        if text == "":
            return None
        key = (column, text)
        if key in self.known:
            return self.known[key]  # type: ignore[no-any-return]
        try:
            value = parse(text)
        except InputError as error:
            finding = error.findings[0]
            self._fail(finding.what, column=column, mend=finding.mend)
            return None
        if len(text) <= 200:
            self.known[key] = value
        return value

    # -- runs

    def _run(self, key: GroupKey, rows: list[tuple[Attempt, bool]], digest: Digest) -> ParsedRun:
        attempts = in_order(self._numbered(rows))
        started = [a.started_at for a in attempts]
        dated, dating = _dated(started, self.labels.dated)
        return ParsedRun(
            model=Identifier(key[0]),
            evaluation=Identifier(key[1]),
            configuration=Identifier(key[2]),
            run=Identifier(key[3] or f"source-{digest.hex[:16]}"),
            status=Status.COMPLETED,
            dating=dating,
            dated=dated,
            attempts=attempts,
        )

    def _numbered(self, rows: list[tuple[Attempt, bool]]) -> Iterator[Attempt]:
        """Within one run either all rows of a task have a number or none has."""
        by_task: dict[str, list[tuple[Attempt, bool]]] = {}
        for attempt, has_number in rows:
            by_task.setdefault(attempt.task, []).append((attempt, has_number))
        for task, found in by_task.items():
            if all(has_number for _, has_number in found):
                yield from (attempt for attempt, _ in found)
                continue
            if any(has_number for _, has_number in found):
                self._fail(
                    f"task {task!r} has rows with and rows without a number",
                    column="attempt",
                    mend="number all of its rows or none",
                    at_line=False,
                )
            yield from numbered(attempt for attempt, _ in found)


def _dated(started: list[datetime | None], stated: datetime | None) -> tuple[datetime | None, Dating]:
    """The earliest start where every row has one (V7); else what the caller states, no later than any; else unknown."""
    known = [instant for instant in started if instant is not None]
    if known and len(known) == len(started):
        return min(known), Dating.LOG
    return (min([*known, stated]), Dating.STATED) if stated else (None, Dating.UNKNOWN)


class _Hashed:
    """A file whose digest is taken while it is read, so that digest and content are of the same bytes."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._hash = hashlib.sha256()
        self.size = 0

    def readline(self, limit: int) -> bytes:
        raw = self._file.readline(limit)
        self._hash.update(raw)
        self.size += len(raw)
        return raw

    @property
    def digest(self) -> Digest:
        """Of what was read so far."""
        return Digest(f"sha256:{self._hash.hexdigest()}")


# ---------------------------------------------------------------------------------------------- cells


def _pairs(pairs: list[tuple[str, Any]]) -> list[tuple[str, Any]]:
    return pairs


# Numbers stay text, so that a score has the digits that the file has; NaN is text too and is refused as a number.
_JSON = json.JSONDecoder(object_pairs_hook=_pairs, parse_float=str, parse_int=str, parse_constant=str)


def _refused(text: str, what: str, mend: str) -> InputError:
    return InputError(Finding(what=f"{text[:40]!r} {what}", mend=mend))


def _parse_score(text: str) -> Decimal:
    value = parse_decimal(text)
    if len(value.as_tuple().digits) > _MAX_DIGITS:
        raise _refused(text, "has too many digits", f"write at most {_MAX_DIGITS}")
    return value


def _parse_whole(text: str) -> int:
    """A whole number from 0; `382.0` too, which is how some tools write columns with gaps."""
    value = parse_decimal(text)
    if not 0 <= value <= _MAX_WHOLE or value != int(value):
        raise _refused(text, "is no count", "write a whole number from 0")
    return int(value)


def _parse_number(text: str) -> int:
    number = _parse_whole(text)
    if number < 1:
        raise _refused(text, "is no number of an attempt", "count from 1")
    return number


def _parse_minutes(text: str) -> Minutes:
    value = _parse_score(text)
    if not 0 < value <= _MAX_MINUTES:
        raise _refused(text, "is no task length", "write minutes above 0, or nothing if unknown")
    return Minutes(value)


def _parse_status(text: str) -> Status:
    words = [str(status) for status in Status]
    if text not in words:
        close = difflib.get_close_matches(text[:40], words, 1, 0.6)
        raise _refused(text, "is no status", f"write {close[0] if close else ', '.join(words)}")
    return Status(text)
