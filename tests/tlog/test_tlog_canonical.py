"""Canonical bytes against RFC 8785 (package and vectors), and everything that is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from scalegate.errors import InputError, RecordError
from scalegate.tlog.canonical import dumps, loads
from shared import shared

keys = st.text(st.characters(max_codepoint=127), max_size=8)
leaves = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=20)
plain = st.recursive(leaves, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4))


@given(plain)
def test_the_bytes_are_those_of_rfc_8785_and_read_back(value: Any) -> None:
    assert dumps(value) == rfc8785.dumps(value)
    assert loads(dumps(value)) == value


def in_subset(value: Any) -> bool:
    if isinstance(value, dict):
        return all(key.isascii() and in_subset(item) for key, item in value.items())
    if isinstance(value, list):
        return all(in_subset(item) for item in value)
    return not isinstance(value, float)


def without_floats(value: Any) -> Any:
    if isinstance(value, list):
        return [without_floats(item) for item in value if not isinstance(item, float)]
    if isinstance(value, dict):
        kept = {key: item for key, item in value.items() if key.isascii() and not isinstance(item, float)}
        return {key: without_floats(item) for key, item in kept.items()}
    return value


@pytest.mark.parametrize("name", ["arrays", "french", "structures", "unicode", "values", "weird"])
def test_the_published_vectors_agree_where_they_lie_in_the_subset(name: str) -> None:
    folder = shared("vectors/jcs/testdata")
    value = json.loads((folder / "input" / f"{name}.json").read_text("utf-8"))
    expected = (folder / "output" / f"{name}.json").read_bytes()
    if in_subset(value):
        assert dumps(value) == expected
        assert loads(expected) == value
    else:
        with pytest.raises(InputError):
            dumps(value)
    assert dumps(without_floats(value)) == rfc8785.dumps(without_floats(value))


@pytest.mark.parametrize(
    "value",
    [1.0, float("inf"), 2**53, -(2**53), {1: 2}, {"é": 1}, b"x", (1,), {"a": {1}}, "\ud800", {"a": ["\udc00"]}],
)
def test_what_has_no_canonical_form_is_refused(value: object) -> None:
    with pytest.raises(InputError):
        dumps(value)


def test_depth_is_bounded() -> None:
    deep: Any = []
    for _ in range(100):
        deep = [deep]
    with pytest.raises(InputError, match="levels"):
        dumps(deep)


@pytest.mark.parametrize(
    "data",
    [
        b'{"a":1,"a":2}',
        b'{"a":1,"a":1}',
        b'{"b":1,"a":2}',
        b'{"a": 1}',
        b'{"a":1}\n',
        b'\xef\xbb\xbf{"a":1}',
        b"1.0",
        b"1e2",
        b"-0",
        b"01",
        b"NaN",
        b"Infinity",
        b"9007199254740992",
        b"9" * 5000,
        b'"\\u0041"',
        b'"\\/"',
        b'"\\ud800"',
        b'"\\u00e9"',
        b'"\xff"',
        b'{"\xc3\xa9":1}',
        b"",
        b"{",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"[1,]",
        b"'a'",
    ],
)
def test_bytes_that_are_not_canonical_are_refused(data: bytes) -> None:
    with pytest.raises(RecordError, match="not canonical JSON"):
        loads(data)


def test_a_key_that_stands_twice_is_named_as_such() -> None:
    with pytest.raises(RecordError, match="stands twice"):
        loads(b'{"a":1,"a":1}')


@given(plain, st.data())
def test_no_change_of_one_byte_keeps_the_meaning(value: Any, data: st.DataObject) -> None:
    written = dumps(value)
    place, byte = data.draw(st.integers(0, len(written) - 1)), data.draw(st.integers(0, 255))
    changed = written[:place] + bytes([byte]) + written[place + 1 :]
    if changed != written:
        try:
            assert dumps(loads(changed)) != written
        except RecordError:
            pass
