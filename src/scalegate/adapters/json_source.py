"""JSON documents and JSON Lines of other tools, read under fixed sizes, with the digest of what was read.

For: readers of other tools' results. Does not know: what any of them means.

Numbers stay text, so that no digit is lost and no number is too large; NaN and infinities are missing. A key that
stands twice in one object is refused: which of the two counts would be a guess.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from scalegate.errors import Finding, InputError
from scalegate.evidence.run import SourceFile
from scalegate.quantity import Digest

MAX_DOCUMENT = 256 * 1024 * 1024
MAX_FILE = 4 * 1024 * 1024 * 1024
MAX_LINE = 16 * 1024 * 1024
MAX_ROWS = 5_000_000
_UTF8_MARK = b"\xef\xbb\xbf"

Json = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Part:
    """One file of a source: the role it plays (never its name, which may change), its digest and its size."""

    role: str
    digest: Digest
    bytes: int


class Rows:
    """The objects of a JSON Lines file, one at a time; `part` describes the file when all were taken."""

    def __init__(self, path: Path, role: str) -> None:
        self.path = path
        self.role = role
        self.line = 0
        self._hash = hashlib.sha256()
        self._size = 0

    def __iter__(self) -> Iterator[Json]:
        """Raises InputError at the first line that is no whole JSON object."""
        try:
            with _plain(self.path).open("rb") as file:
                while raw := file.readline(MAX_LINE + 1):
                    self.line += 1
                    self._take(raw)
                    if raw.strip():
                        yield self._parsed(raw)
        except OSError as error:
            raise _unreadable(self.path, error) from None

    @property
    def part(self) -> Part:
        return Part(role=self.role, digest=Digest(f"sha256:{self._hash.hexdigest()}"), bytes=self._size)

    def hex_digest(self, algorithm: str) -> str:
        """The file's digest in a form that other tools write. Raises InputError when it cannot be read again."""
        try:
            with self.path.open("rb") as file:
                return hashlib.file_digest(file, lambda: hashlib.new(algorithm, usedforsecurity=False)).hexdigest()
        except OSError as error:
            raise _unreadable(self.path, error) from None

    def fail(self, what: str, mend: str) -> NoReturn:
        raise InputError(Finding(where=f"{self.path.name}:{self.line}", what=what, mend=mend))

    def _take(self, raw: bytes) -> None:
        self._hash.update(raw)
        self._size += len(raw)
        if len(raw) > MAX_LINE:
            self.fail(f"a line of more than {MAX_LINE // 1024 // 1024} MiB", "write one attempt per line")
        if self._size > MAX_FILE or self.line > MAX_ROWS:
            most = f"{MAX_FILE // 1024 // 1024 // 1024} GiB or {MAX_ROWS:,} lines"
            self.fail(f"more than {most}", "split the file")

    def _parsed(self, raw: bytes) -> Json:
        found = _parsed(raw.removeprefix(_UTF8_MARK) if self.line == 1 else raw)
        if not isinstance(found, dict):
            self.fail(found if isinstance(found, str) else "no JSON object", "copy the file again: it may be cut")
        return found


def read_document(path: Path, role: str) -> tuple[Any, Part]:
    """A whole JSON document, with the description of its file.

    Raises:
        InputError: when it cannot be read, is larger than 256 MiB, is no JSON, or has a key twice.
    """
    try:
        with _plain(path).open("rb") as file:
            size = os.fstat(file.fileno()).st_size  # a buffer is made for all that is asked for
            data = file.read(min(size, MAX_DOCUMENT) + 1)
    except OSError as error:
        raise _unreadable(path, error) from None
    if len(data) > MAX_DOCUMENT:
        what = f"larger than {MAX_DOCUMENT // 1024 // 1024} MiB"
        raise InputError(Finding(where=path.name, what=what, mend="write fewer tasks into one file"))
    found = _parsed(data.removeprefix(_UTF8_MARK))
    if isinstance(found, str):
        raise InputError(Finding(where=path.name, what=found, mend="copy the file again: it may be cut"))
    digest = Digest(f"sha256:{hashlib.sha256(data).hexdigest()}")
    return found, Part(role=role, digest=digest, bytes=len(data))


def names_in(folder: Path) -> list[str]:
    """The names in a folder, sorted; none for one that cannot be listed."""
    try:
        return sorted(entry.name for entry in folder.iterdir())
    except OSError:
        return []


def read_part(path: Path, role: str) -> Part:
    """The description of a file whose content is not looked at. Raises InputError when it cannot be read."""
    try:
        with _plain(path).open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            return Part(role=role, digest=Digest(f"sha256:{digest}"), bytes=file.tell())
    except OSError as error:
        raise _unreadable(path, error) from None


def source_of(name: str, kind: str, *parts: Part) -> SourceFile:
    """What the parts of one source are together."""
    size = sum(part.bytes for part in parts)
    return SourceFile(schema="scalegate.source/1", name=name, format=kind, digest=digest_of_parts(parts), bytes=size)


def digest_of_parts(parts: Sequence[Part]) -> Digest:
    """The digest of a source.

    That of one file is the file's. That of several is the digest of one line per file, `role`, a space and its
    digest, sorted: renaming or moving the files changes nothing.
    """
    if len(parts) == 1:
        return parts[0].digest
    lines = "".join(sorted(f"{part.role} {part.digest}\n" for part in parts))
    return Digest(f"sha256:{hashlib.sha256(lines.encode()).hexdigest()}")


# ---------------------------------------------------------------------------------------------- bytes


def _plain(path: Path) -> Path:
    if path.exists() and not path.is_file():  # a pipe or a device would never end
        raise InputError(Finding(where=path.name, what="not a file", mend="give a file of evaluation results"))
    return path


def _unreadable(path: Path, error: OSError) -> InputError:
    return InputError(Finding(where=path.name, what=f"cannot be read: {error.strerror}"))


class _TwiceError(ValueError):
    """A key that stands twice in one object."""


def _parsed(data: bytes) -> Any:
    """The parsed value, or in words why there is none: no JSON text is a bare word of ours, see `_DECODER`."""
    try:
        found = _DECODER.decode(data.decode("utf-8").strip())
    except UnicodeDecodeError:
        return "the text is not UTF-8"
    except _TwiceError as error:
        return str(error)
    except (ValueError, RecursionError):
        return "no whole JSON"
    return found if isinstance(found, (dict, list)) else "no JSON object and no list"


def _object(pairs: list[tuple[str, Any]]) -> Json:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise _TwiceError(f"the key {twice[:40]!r} stands twice in one object")
    return found


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_float=str, parse_int=str, parse_constant=lambda _: None)
