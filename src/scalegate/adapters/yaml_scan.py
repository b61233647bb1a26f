"""The one reader of YAML: bytes to plain data with the place of every key and value.

For: every YAML file of a project. Does not know: what the data means.

The format is a small subset of YAML 1.2: mappings, lists and text. Every scalar stays text, so that `no` is not
false and `1.20` is not 1.2; a plain `null`, a plain `~` and nothing at all mean None. The YAML library's composer
recurses in C and dies on deeply nested input, so that data is built here from parse events, without recursion and
under limits (architecture.md, "Parts already weighed").
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import yaml
from yaml import events as ev

from scalegate.errors import Finding, InputError
from scalegate.shape import Fault, Path, dotted

MAX_BYTES = 2 * 1024 * 1024
MAX_DEPTH = 64
MAX_EVENTS = 200_000
MAX_FINDINGS = 50
_CUT = 80  # shape.py cuts keys at 80 characters in the paths of its faults

# What YAML calls not printable; NUL is one of them.
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

Place = tuple[int, int]


@dataclass(frozen=True)
class Spans:
    """Line and column, from 1, of each value and of each key, by path."""

    values: dict[Path, Place]
    keys: dict[Path, Place]

    def at(self, path: Path, *, at_key: bool = False) -> Place:
        """Where the value (or the key) at a path stands; where its nearest parent stands when it has no place."""
        for end in range(len(path), -1, -1):
            place = (self.keys.get(path[:end]) if at_key else None) or self.values.get(path[:end])
            if place:
                return place
        return (1, 1)


@dataclass(frozen=True, kw_only=True)
class YamlDocument:
    """Plain data (dict, list, str, None) and where its parts stand."""

    data: Any
    spans: Spans


def read_yaml(text: bytes, name: str) -> YamlDocument:
    """Read one YAML document.

    Args:
        text: the bytes of the file, UTF-8, at most 2 MiB.
        name: what findings call the file.

    Raises:
        InputError: with every finding, each with `name:line:column`; a syntax error ends the reading.
    """
    builder, decoded = _Builder(name), _checked_text(text, name)
    try:
        for count, event in enumerate(_events(decoded)):
            builder.take(event)
            if count >= MAX_EVENTS:
                builder.fail(event, f"more than {MAX_EVENTS:,} parts", "split the file")
                break
            if builder.stopped:
                break
    except yaml.YAMLError as error:
        builder.syntax(error, decoded)
    return builder.document()


def locate(faults: Iterable[Fault], spans: Spans, name: str) -> tuple[Finding, ...]:
    """Faults of `shape` as findings with file, line and column, in the order of the file."""
    placed = sorted(((spans.at(f.path, at_key=f.at_key), f) for f in faults), key=lambda pair: pair[0])
    return tuple(
        Finding(where=_where(name, place), path=dotted(fault.path), what=fault.what, mend=fault.mend)
        for place, fault in placed
    )


def _where(name: str, place: Place) -> str:
    return f"{name}:{place[0]}:{place[1]}"


def _checked_text(text: bytes, name: str) -> str:
    """The text without its byte order mark. Raises InputError for too many bytes, not UTF-8, control characters."""
    if len(text) > MAX_BYTES:
        raise InputError(Finding(where=name, what=f"larger than {MAX_BYTES // 1024 // 1024} MiB", mend="split it"))
    try:
        decoded = text.removeprefix(b"\xef\xbb\xbf").decode("utf-8")
    except UnicodeDecodeError as error:
        where = _where(name, _place_of(text, error.start))
        raise InputError(Finding(where=where, what="the text is not UTF-8", mend="save the file as UTF-8")) from None
    control = _UNPRINTABLE.search(decoded)
    if control:
        where = _where(name, _place_of(decoded[: control.start()].encode(), control.start() * 4))
        raise InputError(Finding(where=where, what=f"a control character (U+{ord(control[0]):04X})", mend="remove it"))
    return decoded


def _place_of(text: bytes, offset: int) -> Place:
    before = text[:offset]
    line_start = before.rfind(b"\n") + 1
    return before.count(b"\n") + 1, len(before[line_start:].decode("utf-8", "replace")) + 1


def _events(text: str) -> Iterator[ev.Event]:
    """Parse events, from the C parser where the library has it."""
    parser = _new_parser(text)
    while parser.check_event():
        yield parser.get_event()


def _new_parser(text: str) -> Any:
    try:
        from yaml._yaml import CParser
    except ImportError:
        return _PureParser(text)
    return CParser(text)


class _PureParser(yaml.reader.Reader, yaml.scanner.Scanner, yaml.parser.Parser):
    """The library's parser in Python, for where its C part is missing: slower, same events."""

    def __init__(self, text: str) -> None:
        yaml.reader.Reader.__init__(self, text)
        yaml.scanner.Scanner.__init__(self)
        yaml.parser.Parser.__init__(self)


# -------------------------------------------------------------------------------------- building


class _Frame:
    """One open mapping, list, or unwanted part (`into` is None: what stands inside is dropped)."""

    __slots__ = ("into", "key", "path")

    def __init__(self, into: dict[str, Any] | list[Any] | None, path: Path) -> None:
        self.into = into
        self.path = path
        self.key: str | None = None


_ROOT: Path = ()


class _Builder:
    """Takes events one by one; keeps data, spans, findings and the stack of open frames."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.findings: list[Finding] = []
        self.spans = Spans({}, {})
        self.root: Any = None
        self.documents = 0
        self.stopped = False
        self._stack: list[_Frame] = []

    # -- findings

    def fail(self, event: ev.Event, what: str, mend: str = "", path: Path = ()) -> None:
        place = _start(event)
        self.findings.append(Finding(where=_where(self.name, place), path=dotted(path), what=what, mend=mend))
        if len(self.findings) >= MAX_FINDINGS:
            self.stopped = True

    def syntax(self, error: yaml.YAMLError, text: str) -> None:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        where = _where(self.name, (mark.line + 1, mark.column + 1)) if mark else self.name
        if mark and _indented_by_tab(text, mark.line, mark.column):
            tab = "a tab where spaces indent"
            self.findings.append(Finding(where=where, what=tab, mend="write spaces instead of the tab"))
            return
        problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "unreadable text"
        context = getattr(error, "context", None)
        what = f"no YAML: {problem}" + (f" ({context})" if context else "")
        mend = "look at this line and the one above: indentation, colons, quotes"
        self.findings.append(Finding(where=where, what=what, mend=mend))

    def document(self) -> YamlDocument:
        if not self.documents and not self.findings:
            self.findings.append(Finding(where=self.name, what="the file is empty", mend="write its contents"))
        if self.findings:
            raise InputError(*self.findings)
        return YamlDocument(data=self.root, spans=self.spans)

    # -- events

    def take(self, event: ev.Event) -> None:
        if isinstance(event, ev.ScalarEvent):
            self._refuse_marks(event)
            self._take_scalar(event)
        elif isinstance(event, (ev.MappingStartEvent, ev.SequenceStartEvent)):
            self._refuse_marks(event)
            self._open(event)
        elif isinstance(event, (ev.MappingEndEvent, ev.SequenceEndEvent)):
            self._close()
        elif isinstance(event, ev.AliasEvent):
            self.fail(event, f"an alias (*{event.anchor})", "write the value out", self._here())
            self._put(None, event)
        elif isinstance(event, ev.DocumentStartEvent):
            self._start_document(event)

    def _start_document(self, event: ev.DocumentStartEvent) -> None:
        self.documents += 1
        if event.version or event.tags:
            self.fail(event, "a % directive", "remove it")
        if self.documents > 1:
            self.fail(event, "a second document", "keep one document in a file: remove the '---' line")
            self.stopped = True

    def _refuse_marks(self, event: ev.ScalarEvent | ev.CollectionStartEvent) -> None:
        if event.anchor is not None:
            self.fail(event, f"an anchor (&{event.anchor})", "write the value out where it is needed", self._here())
        if event.tag is not None:
            self.fail(event, f"a tag ({event.tag[:40]})", "remove it: every value is read as text", self._here())

    def _take_scalar(self, event: ev.ScalarEvent) -> None:
        frame = self._stack[-1] if self._stack else None
        plain = not event.style
        if frame is not None and isinstance(frame.into, dict) and frame.key is None:
            self._take_key(frame, event, plain)
        else:
            self._put(None if plain and event.value in ("", "null", "~") else event.value, event)

    def _take_key(self, frame: _Frame, event: ev.ScalarEvent, plain: bool) -> None:
        assert isinstance(frame.into, dict)
        frame.key = key = event.value
        path = (*frame.path, key)
        if key == "":
            self.fail(event, "an empty key", "write the key before the colon", frame.path)
        if plain and key == "<<":
            self.fail(event, "a merge key (<<)", "write the keys out", frame.path)
        if key in frame.into:
            line = self.spans.keys[path][0]
            self.fail(event, f"the key {key[:_CUT]!r} again, first on line {line}", "remove one of the two", path)
            return
        self.spans.keys[path] = _start(event)
        if len(key) > _CUT:
            self.spans.keys[(*frame.path, key[:_CUT])] = _start(event)

    def _open(self, event: ev.Event) -> None:
        into: dict[str, Any] | list[Any] | None = {} if isinstance(event, ev.MappingStartEvent) else []
        path = self._here()
        if len(self._stack) >= MAX_DEPTH:
            self.fail(event, f"nested more than {MAX_DEPTH} deep", "flatten it")
            self.stopped = True
        if self._awaits_key():
            self.fail(event, "a mapping or list as a key", "keys are text", path)
            into = None
        elif self._stack and self._stack[-1].into is None:
            into = None
        else:
            self._put(into, event)
        self._stack.append(_Frame(into, path))

    def _close(self) -> None:
        closed = self._stack.pop()
        if closed.into is None and self._awaits_key():
            self._stack[-1].key = ""  # what follows is the value of the refused key: dropped by _put

    # -- places

    def _awaits_key(self) -> bool:
        return bool(self._stack) and isinstance(self._stack[-1].into, dict) and self._stack[-1].key is None

    def _here(self) -> Path:
        """Path of the value that comes next."""
        if not self._stack:
            return _ROOT
        frame = self._stack[-1]
        if isinstance(frame.into, dict):
            return frame.path if frame.key is None else (*frame.path, frame.key)
        return frame.path if frame.into is None else (*frame.path, len(frame.into))

    def _put(self, value: Any, event: ev.Event) -> None:
        """Hand a value to the open frame, or to the root."""
        if not self._stack:
            self.root = value
            self.spans.values[_ROOT] = _start(event)
            return
        frame = self._stack[-1]
        if isinstance(frame.into, dict):
            if frame.key is None:  # an alias as a key
                frame.key = ""
                return
            path = (*frame.path, frame.key)
            frame.into.setdefault(frame.key, value)
            frame.key = None
        elif isinstance(frame.into, list):
            path = (*frame.path, len(frame.into))
            frame.into.append(value)
        else:
            return
        self.spans.values.setdefault(path, _start(event))


def _indented_by_tab(text: str, line: int, column: int) -> bool:
    """Whether the reading ended at a tab with nothing but blanks before it on its line; both from 0."""
    lines = text.split("\n")
    here = lines[line] if line < len(lines) else ""
    return here[column : column + 1] == "\t" and not here[:column].strip()


def _start(event: ev.Event) -> Place:
    assert event.start_mark is not None, "parsed events have marks"
    return event.start_mark.line + 1, event.start_mark.column + 1
