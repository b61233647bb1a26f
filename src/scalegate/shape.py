"""From plain data to frozen dataclasses and back, every fault at once, with its path.

For: every file format and every record entry. Does not know: anything of the field, YAML, or files.

The dataclasses are the only definition of a format: `decode` checks plain data against them, `encode`
writes them back, `json_schema` describes them for editors and other tools. Fields that equal their default
are not written, so that a later version can add a field without moving an older digest; a default,
once released, therefore never changes.

A field's type is one of: `str`, `bool`, `int`, `Decimal`, `datetime`, an enumeration of strings, a class
with `parse(text)` and `__str__` (quantity.py), a dataclass, `tuple[T, ...]`, `dict[str, T]`, `T | None`, or a
union of dataclasses that differ in one `Literal` field. For `T | None`, null and `unknown` both mean None.
"""

from __future__ import annotations

import difflib
import types
import typing
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any, TypeVar, cast, get_args, get_origin

from scalegate.errors import Finding, InputError
from scalegate.quantity import Identifier, format_decimal, format_instant, parse_instant, parse_unbounded

T = TypeVar("T")
Path = tuple[str | int, ...]


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One place where plain data does not fit; `path` leads to the value (or the key) at fault."""

    path: Path
    what: str
    mend: str = ""
    at_key: bool = False


class ShapeError(InputError):
    """Plain data does not fit the dataclass; `faults` has every place."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        self.faults = faults
        super().__init__(*(Finding(path=dotted(f.path), what=f.what, mend=f.mend) for f in faults))


def dotted(path: Path) -> str:
    """`("limits", "a", 0)` -> `limits.a[0]`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


# --------------------------------------------------------------------------------------- decode


def decode(kind: type[T], data: object) -> T:
    """Build a value of `kind` from plain data (dicts, lists, strings, booleans, integers, None).

    Text forms of numbers and booleans are accepted, because a policy file gives text for every scalar.

    Raises:
        ShapeError: with every fault found, in the order of the data.
    """
    faults: list[Fault] = []
    value = _decode(kind, data, (), faults)
    if faults:
        raise ShapeError(tuple(faults))
    return cast(T, value)


_FAILED = object()


def _decode(kind: Any, data: Any, path: Path, faults: list[Fault]) -> Any:
    origin = get_origin(kind)
    if origin in (typing.Union, types.UnionType):
        return _decode_union(kind, data, path, faults)
    if origin is tuple:
        return _decode_tuple(get_args(kind)[0], data, path, faults)
    if origin is dict:
        return _decode_dict(get_args(kind)[1], data, path, faults)
    if origin is typing.Literal:
        return _decode_literal(get_args(kind), data, path, faults)
    if is_dataclass(kind) and not hasattr(kind, "parse"):
        return _decode_dataclass(cast(type, kind), data, path, faults)
    return _decode_scalar(kind, data, path, faults)


def _fail(faults: list[Fault], path: Path, what: str, mend: str = "", *, at_key: bool = False) -> Any:
    faults.append(Fault(path=path, what=what, mend=mend, at_key=at_key))
    return _FAILED


def _decode_scalar(kind: Any, data: Any, path: Path, faults: list[Fault]) -> Any:
    if data is None or isinstance(data, (dict, list)):
        found = "nothing" if data is None else "a list" if isinstance(data, list) else "a mapping"
        return _fail(faults, path, f"expected {_named(kind)}, found {found}", _example(kind))
    if kind is bool:
        if isinstance(data, bool) or data in ("true", "false"):
            return data in (True, "true")
        return _fail(faults, path, f"{_shown(data)} is not true or false", "write true or false")
    if isinstance(data, bool):
        return _fail(faults, path, f"expected {_named(kind)}, found {str(data).lower()}", _example(kind))
    text = str(data)
    try:
        if kind is str:
            mend = "put it in quotes"
            return text if isinstance(data, str) else _fail(faults, path, f"expected text, found {_shown(text)}", mend)
        if kind is int:
            return int(text) if _is_whole(text) else _fail(faults, path, f"{_shown(text)} is no whole number")
        if kind is Decimal:
            return parse_unbounded(text)
        if kind is datetime:
            return parse_instant(text)
        if isinstance(kind, type) and issubclass(kind, Enum):
            return kind(text) if text in {m.value for m in kind} else _unknown_word(kind, text, path, faults)
        return kind.parse(text)
    except InputError as error:
        return _fail(faults, path, error.findings[0].what, error.findings[0].mend)


def _is_whole(text: str) -> bool:
    """Signed content holds whole numbers below 2**53 only: beyond, readers of JSON disagree (RFC 8785)."""
    digits = text.removeprefix("-")
    return digits.isascii() and digits.isdecimal() and len(digits) <= 16 and int(digits) < 2**53


def _shown(data: Any) -> str:
    """What was found, for a message: cut when it is long, because it may come from an attacker."""
    text = data if isinstance(data, str) else str(data)
    return repr(text) if len(text) <= 80 else f"{text[:80]!r}… ({len(text)} characters)"


def _unknown_word(kind: type[Enum], text: str, path: Path, faults: list[Fault]) -> Any:
    words = [str(m.value) for m in kind]
    return _fail(faults, path, f"{_shown(text)} is not one of the known words", f"write {_one_of(words, text)}")


def _decode_literal(words: tuple[Any, ...], data: Any, path: Path, faults: list[Fault]) -> Any:
    if data in words:
        return data
    mend = f"write {_one_of([str(w) for w in words], str(data))}"
    return _fail(faults, path, f"{_shown(data)} is not expected here", mend)


def _decode_tuple(item: Any, data: Any, path: Path, faults: list[Fault]) -> Any:
    if not isinstance(data, list):
        return _fail(faults, path, f"expected a list of {_named(item)}", "write each item after '- '")
    return tuple(_decode(item, value, (*path, index), faults) for index, value in enumerate(data))


def _decode_dict(item: Any, data: Any, path: Path, faults: list[Fault]) -> Any:
    if not isinstance(data, dict):
        return _fail(faults, path, "expected a mapping of ids", "write 'some-id:' and the entry below it")
    result: dict[str, Any] = {}
    for key, value in data.items():
        try:
            Identifier.parse(key)
        except InputError as error:
            _fail(faults, (*path, key[:80]), error.findings[0].what, error.findings[0].mend, at_key=True)
        result[key] = _decode(item, value, (*path, key), faults)
    return result


def _decode_union(kind: Any, data: Any, path: Path, faults: list[Fault]) -> Any:
    options = [option for option in get_args(kind) if option is not type(None)]
    if data is None:
        if len(options) < len(get_args(kind)):
            return None
        return _fail(faults, path, f"expected {_named(options[0])}, found nothing")
    if len(options) == 1:
        if data == "unknown" and len(options) < len(get_args(kind)) and options[0] is not str:
            return None
        return _decode(options[0], data, path, faults)
    tag, table = _tagged(tuple(options))
    if not isinstance(data, dict) or tag not in data:
        words = _one_of(list(table), "")
        return _fail(faults, path, f"expected a mapping with '{tag}'", f"write {tag}: {words}")
    chosen = table.get(data[tag]) if isinstance(data[tag], str) else None
    if chosen is None:
        words = _one_of(list(table), str(data[tag]))
        return _fail(faults, (*path, tag), f"{_shown(data[tag])} is not a known {tag}", f"write {words}")
    return _decode(chosen, data, path, faults)


@cache
def _tagged(options: tuple[Any, ...]) -> tuple[str, dict[str, Any]]:
    """The field whose Literal tells the options of a union apart."""
    for name in hints(options[0]):
        literals = [hints(option).get(name) for option in options]
        if all(get_origin(literal) is typing.Literal for literal in literals):
            return name, {word: o for o, lit in zip(options, literals, strict=True) for word in get_args(lit)}
    raise AssertionError(f"no Literal field tells {options} apart")


def _decode_dataclass(kind: type, data: Any, path: Path, faults: list[Fault]) -> Any:
    if not isinstance(data, dict):
        return _fail(faults, path, f"expected a mapping ({_named(kind)})", "write its fields below, indented")
    known, before = {f.name: f for f in fields(kind)}, len(faults)
    for key in data:
        if key not in known:
            close = difflib.get_close_matches(str(key)[:80], known, 1, 0.5)
            mend = f"did you mean {close[0]!r}?" if close else f"known here: {', '.join(known)}"
            _fail(faults, (*path, str(key)[:80]), f"unknown key {str(key)[:80]!r}", mend, at_key=True)
    arguments: dict[str, Any] = {}
    for name, kind_of in hints(kind).items():
        if name in data:
            arguments[name] = _decode(kind_of, data[name], (*path, name), faults)
        elif _default(known[name]) is MISSING:
            _fail(faults, path, f"{name!r} is missing", f"add {name}: {_example(kind_of) or _named(kind_of)}")
    if len(faults) > before:
        return _FAILED
    try:
        return kind(**arguments)
    except InputError as error:
        for finding in error.findings:
            _fail(faults, path, finding.what, finding.mend)
        return _FAILED


@cache
def hints(kind: Any) -> dict[str, Any]:
    """Resolved field types of a dataclass, in field order."""
    resolved = typing.get_type_hints(kind)
    return {f.name: resolved[f.name] for f in fields(kind)}


def _default(field: Field[Any]) -> Any:
    if field.default is not MISSING:
        return field.default
    return field.default_factory() if field.default_factory is not MISSING else MISSING


_NAMES: dict[Any, str] = {
    str: "text",
    bool: "true or false",
    int: "a whole number",
    Decimal: "a number",
    datetime: "an instant",
}
_EXAMPLES: dict[str, str] = {
    "Probability": "0.05", "Minutes": "480 min", "Compute": "1e25 FLOP", "Factor": "4x", "Period": "6 months",
    "Digest": "sha256:…", "datetime": "2026-03-31T00:00:00Z", "bool": "true", "int": "1",
}  # fmt: skip


def _named(kind: Any) -> str:
    if kind in _NAMES:
        return _NAMES[kind]
    if get_origin(kind) in (tuple, dict):
        return "a list" if get_origin(kind) is tuple else "a mapping"
    if get_args(kind):
        return " or ".join(_named(k) for k in get_args(kind) if k is not type(None))
    name = getattr(kind, "__name__", str(kind))
    words = "".join(f" {c.lower()}" if c.isupper() else c for c in name).strip()
    return f"an {words}" if words[0] in "aeiou" else f"a {words}"


def _example(kind: Any) -> str:
    return _EXAMPLES.get(getattr(kind, "__name__", ""), "")


def _one_of(words: list[str], text: str) -> str:
    close = difflib.get_close_matches(text[:80], words, 1, 0.6)
    if close:
        return f"{close[0]!r}?"
    return words[0] if len(words) == 1 else f"one of {', '.join(words)}"


# --------------------------------------------------------------------------------------- encode


def encode(value: Any) -> Any:
    """Plain data (dicts, lists, strings, booleans, integers, None) for a value; inverse of `decode`."""
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, (str, datetime, Decimal)):
        return _encode_text(value)
    if isinstance(value, Mapping):
        return {str(key): encode(item) for key, item in value.items()}
    if isinstance(value, (tuple, list)):
        return [encode(item) for item in value]
    if hasattr(type(value), "parse"):
        return str(value)
    assert is_dataclass(value), f"no plain form for {type(value).__name__}"
    return {name: encode(item) for name, item in _written(value)}


def _encode_text(value: str | datetime | Decimal) -> str:
    if isinstance(value, datetime):
        return format_instant(value)
    if type(value) is Decimal:
        return format_decimal(value)
    return str(value)


def _written(value: Any) -> Iterator[tuple[str, Any]]:
    for field in fields(value):
        item = getattr(value, field.name)
        if _is_tag(type(value), field.name) or item != _default(field):
            yield field.name, item


def _is_tag(kind: Any, name: str) -> bool:
    return get_origin(hints(kind)[name]) is typing.Literal


# ---------------------------------------------------------------------------------- json schema


def json_schema(kind: Any, *, title: str, schema_id: str) -> dict[str, Any]:
    """A JSON Schema (draft 2020-12) of the plain form, for editors and other tools."""
    definitions: dict[str, Any] = {}
    root = _schema(kind, definitions)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": schema_id,
        "title": title,
        **root,
        "$defs": {name: definitions[name] for name in sorted(definitions)},
    }


def _schema(kind: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (typing.Union, types.UnionType):
        options = [a for a in arguments if a is not type(None)]
        nothing = [] if len(options) == len(arguments) else [_schema_of_none(options)]
        return {"anyOf": [_schema(a, definitions) for a in options] + nothing}
    if origin is tuple:
        return {"type": "array", "items": _schema(arguments[0], definitions)}
    if origin is dict:
        return {"type": "object", "additionalProperties": _schema(arguments[1], definitions)}
    if origin is typing.Literal:
        return {"enum": list(arguments)}
    if is_dataclass(kind) and not hasattr(kind, "parse"):
        return _schema_of_dataclass(kind, definitions)
    if kind is bool:
        return {"type": "boolean"}
    if kind is int:
        return {"type": "integer"}
    if isinstance(kind, type) and issubclass(kind, Enum):
        return {"enum": [str(m.value) for m in kind]}
    if kind is str:
        return {"type": "string"}
    if issubclass(kind, Decimal):
        return {"type": ["string", "number"], "description": _named(kind), "examples": [_example(kind) or "0.5"]}
    described = {"type": "string", "description": _named(kind)}
    return {**described, "examples": [_example(kind)]} if _example(kind) else described


def _schema_of_none(options: list[Any]) -> dict[str, Any]:
    return {"type": "null"} if len(options) > 1 or options[0] is str else {"enum": [None, "unknown"]}


def _schema_of_dataclass(kind: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    name = kind.__name__
    if name not in definitions:
        definitions[name] = {}
        required = [f.name for f in fields(kind) if _default(f) is MISSING]
        definitions[name] = {
            "type": "object",
            "description": (kind.__doc__ or "").partition("\n")[0],
            "properties": {field: _schema(hint, definitions) for field, hint in hints(kind).items()},
            "required": required,
            "additionalProperties": False,
        }
    return {"$ref": f"#/$defs/{name}"}
