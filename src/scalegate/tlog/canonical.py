"""One spelling for every value: the part of JSON on which RFC 8785 and a plain sorted dump agree.

For: record, lease, envelopes. Does not know: what is written.

Signed content has objects with ASCII keys, arrays, strings, booleans, null and integers below 2**53 in size; no
floats, because their spelling differs between programs. Bytes are accepted only when they are what `dumps` writes
for what they mean, so that nobody can change the bytes and keep the meaning, or the other way round.
"""

from __future__ import annotations

import json
from typing import Any, NoReturn

from scalegate.errors import InputError, RecordError

LARGEST = 2**53 - 1  # RFC 8785, 3.2.2.3 and appendix D: beyond, readers of JSON disagree
MAX_DEPTH = 64


def dumps(value: object) -> bytes:
    """The canonical bytes of plain data.

    Raises:
        InputError: for what has no canonical form: floats, other types, keys that are not ASCII text, integers from
            2**53 on, lone surrogates, more than 64 levels.
    """
    _check(value, 0)
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        raise InputError("half of a surrogate pair has no canonical form") from None


def _check(value: object, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise InputError(f"more than {MAX_DEPTH} levels of lists and mappings have no canonical form")
    if value is None or isinstance(value, (bool, str)):
        return
    if isinstance(value, int):
        if abs(value) > LARGEST:
            raise InputError(f"{value} has no canonical form: write it as text")
    elif isinstance(value, dict):
        for key, item in value.items():
            if not isinstance(key, str) or not key.isascii():
                raise InputError(f"key {key!r} has no canonical form: keys are ASCII text")
            _check(item, depth + 1)
    elif isinstance(value, list):
        for item in value:
            _check(item, depth + 1)
    else:
        raise InputError(f"{type(value).__name__} {str(value)[:40]!r} has no canonical form")


def loads(data: bytes) -> Any:
    """The plain data that these canonical bytes stand for.

    Raises:
        RecordError: for anything but canonical bytes: duplicate keys, floats, spaces, other escapes, other order.
    """
    try:
        value = json.loads(
            data.decode("utf-8"),
            object_pairs_hook=_object,
            parse_float=_no_number,
            parse_constant=_no_number,
            parse_int=_whole_number,
        )
        same = dumps(value) == data
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise RecordError(f"not canonical JSON: {str(error)[:80]}") from None
    except InputError as error:
        raise RecordError(*(f"not canonical JSON: {f.what}" for f in error.findings)) from None
    if not same:
        raise RecordError("not canonical JSON: the same content has another spelling")
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A plain reader keeps the last of two equal keys in silence, another the first."""
    value = dict(pairs)
    if len(value) != len(pairs):
        raise InputError("a key stands twice")
    return value


def _no_number(text: str) -> NoReturn:
    raise InputError(f"number {text[:40]} has no canonical form")


def _whole_number(text: str) -> int:
    if len(text) > 17:
        raise InputError(f"number {text[:40]} has no canonical form")
    return int(text)
