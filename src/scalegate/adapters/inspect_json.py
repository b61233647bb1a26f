"""JSON of logs: read strictly, in bounded memory, and large documents piece by piece.

For: inspect_source. Does not know: what the values mean.

Numbers stay text, so that no digit is lost and no number is too large; NaN and infinities are missing. A key that
stands twice in one object is refused: readers would disagree on which counts. One value may be so many characters
long and so many values may stand in it: parsed JSON takes up to thirty times the memory of its text.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from typing import Any, Protocol

MAX_VALUE = 32 * 1024 * 1024  # characters of one value
MAX_VALUES = 4_000_000  # values in one value
_FEW = 2 * 1024 * 1024  # characters that cannot hold too many values
_CHUNK = 1024 * 1024
_AFTER = frozenset(" \t\n\r,:]}")
_SPACE = re.compile(r"[ \t\n\r]*")


class JsonError(Exception):
    """Why a text is not read as JSON, in words."""


class Readable(Protocol):
    """Bytes from a place; none at the end."""

    def read(self, size: int, /) -> bytes: ...


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    raise JsonError("a key stands twice in one object")


_DECODER = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=lambda _: None, object_pairs_hook=_members)


_QUICK = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=lambda _: None)


def parse_json(data: bytes, *, twice: bool = False) -> Any:
    """The value that a whole document of at most `MAX_VALUE` bytes holds. Raises JsonError.

    Args:
        twice: let a key stand twice, as Inspect does: the last one counts. Looking for them takes a third of the time.
    """
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise JsonError("not UTF-8") from None
    _check(len(text), text)
    try:
        return (_QUICK if twice else _DECODER).decode(text)
    except json.JSONDecodeError:
        raise JsonError("it breaks off or is malformed") from None
    except RecursionError:
        raise JsonError("nested too deeply") from None


def _check(length: int, text: str) -> None:
    if length > MAX_VALUE:
        raise JsonError(f"a value is longer than {MAX_VALUE // 1024 // 1024} MiB")
    if length > _FEW and text.count(",") + text.count("[") + text.count("{") > MAX_VALUES:
        raise JsonError(f"a value holds more than {MAX_VALUES:,} values")


class JsonPieces:
    """A document read from its start to its end, of which only one value is in memory at a time."""

    def __init__(self, file: Readable) -> None:
        self._file = file
        self._decode = codecs.getincrementaldecoder("utf-8")().decode
        self._text, self._at, self._ended = "", 0, False

    def members(self) -> Iterator[str]:
        """Keys of the object that comes next; after each, `value` or `items` must be read. Raises JsonError."""
        seen = set[str]()
        for _ in self._list("{", "}"):
            key = self.value()
            if not isinstance(key, str):
                raise JsonError("it breaks off or is malformed")
            if key in seen:
                raise JsonError("a key stands twice in one object")
            seen.add(key)
            self._take(":")
            yield key

    def items(self) -> Iterator[Any]:
        """Items of the list that comes next. Raises JsonError."""
        for _ in self._list("[", "]"):
            yield self.value()

    def value(self) -> Any:
        """The value that comes next. Raises JsonError."""
        self.next_is()
        while True:
            try:
                value, end = _DECODER.raw_decode(self._text, self._at)
            except json.JSONDecodeError:
                if self._ended:
                    raise JsonError("it breaks off or is malformed") from None
            except RecursionError:
                raise JsonError("nested too deeply") from None
            else:
                if self._ended or self._text[end : end + 1] in _AFTER:  # a number could go on in the next chunk
                    self._at = end
                    return value
            self._more()

    def end(self) -> None:
        """Raises JsonError when anything follows."""
        if self.next_is():
            raise JsonError("something follows its end")

    def next_is(self) -> str:
        """The character that comes next; empty at the end."""
        while True:
            space = _SPACE.match(self._text, self._at)
            assert space is not None
            self._at = space.end()
            if self._at < len(self._text) or self._ended:
                return self._text[self._at : self._at + 1]
            self._more()

    def _list(self, opening: str, closing: str) -> Iterator[None]:
        self._take(opening)
        if self.next_is() == closing:
            self._take(closing)
            return
        while True:
            yield
            if self.next_is() == closing:
                self._take(closing)
                return
            self._take(",")

    def _take(self, character: str) -> None:
        if self.next_is() != character:
            raise JsonError("it breaks off or is malformed")
        self._at += 1

    def _more(self) -> None:
        """Read on: as much again as is unread, so that a long value is looked at a few times only."""
        rest = self._text[self._at :]
        self._text = ""
        chunk = self._file.read(max(_CHUNK, len(rest)))
        try:
            self._text, self._at = rest + self._decode(chunk, not chunk), 0
        except UnicodeDecodeError:
            raise JsonError("not UTF-8") from None
        self._ended = not chunk
        _check(len(rest), self._text)
