"""JSON of logs: read piece by piece it is what it is at once, and nothing takes more than its share of memory."""

from __future__ import annotations

import contextlib
import io
import json
import tracemalloc
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalegate.adapters import inspect_json
from scalegate.adapters.inspect_json import JsonError, JsonPieces, parse_json

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


class Trickle(io.BytesIO):
    """A file that gives few bytes at a time, so that every value breaks somewhere."""

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(min(3, size) if size and size > 0 else 3)


def in_pieces(data: bytes) -> Any:
    pieces = JsonPieces(Trickle(data))
    value = pieces.value()
    pieces.end()
    return value


@given(VALUES, st.booleans(), st.sampled_from([None, 1]))
def test_a_value_in_pieces_is_the_value_at_once(value: Any, ascii_only: bool, indent: int | None) -> None:
    data = json.dumps(value, ensure_ascii=ascii_only, indent=indent).encode("utf-8", "surrogatepass")
    try:
        whole = parse_json(data)
    except JsonError:
        with pytest.raises(JsonError):
            in_pieces(data)
        return
    assert in_pieces(data) == whole


@given(st.dictionaries(st.text(max_size=5), st.lists(st.integers() | st.text(max_size=5), max_size=5), max_size=5))
def test_members_and_items_come_in_their_order(value: dict[str, list[Any]]) -> None:
    pieces = JsonPieces(Trickle(json.dumps(value, indent=1).encode()))
    found = {key: list(pieces.items()) for key in pieces.members()}
    pieces.end()
    assert found == parse_json(json.dumps(value).encode())


@given(st.binary(max_size=30))
def test_any_bytes_give_a_value_or_a_reason(data: bytes) -> None:
    for read in (parse_json, in_pieces):
        with contextlib.suppress(JsonError):
            read(data)


@given(VALUES, st.data())
def test_a_text_that_breaks_off_is_never_a_value(value: Any, data: st.DataObject) -> None:
    text = json.dumps({"a": value}).encode()
    cut = text[: data.draw(st.integers(0, len(text) - 1))]
    for read in (parse_json, in_pieces):
        with pytest.raises(JsonError):
            read(cut)


def test_numbers_keep_every_digit_and_what_is_no_number_is_missing() -> None:
    long = "9" * 100_000
    data = f"[0.10, 1e400, -{long}, NaN, Infinity, -Infinity]".encode()
    for read in (parse_json, in_pieces):
        assert read(data) == ["0.10", "1e400", f"-{long}", None, None, None]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b'{"a": 1, "a": 2}', "a key stands twice"),
        (b'[{"b": {"a": 1, "a": 1}}]', "a key stands twice"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"a":' * 100_000, "nested too deeply"),
        (b'["\xff"]', "not UTF-8"),
        (b'["\xc3', "not UTF-8"),
        (b"", "breaks off"),
        (b"[1, 2", "breaks off"),
        (b"[1 2]", "malformed"),
        (b'"\x01"', "malformed"),
    ],
)
def test_a_reason_is_given_in_words(data: bytes, why: str) -> None:
    for read in (parse_json, in_pieces):
        with pytest.raises(JsonError, match=why):
            read(data)


def test_a_key_that_stands_twice_in_the_outermost_object_is_refused_too() -> None:
    pieces = JsonPieces(io.BytesIO(b'{"samples": [], "samples": [1]}'))
    with pytest.raises(JsonError, match="twice"):
        [list(pieces.items()) for _ in pieces.members()]


@pytest.mark.parametrize("data", [b"[] []", b"{},", b"1 2"])
def test_nothing_may_follow(data: bytes) -> None:
    for read in (parse_json, in_pieces):
        with pytest.raises(JsonError):
            read(data)


def test_one_value_may_be_so_long_and_no_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inspect_json, "MAX_VALUE", 2_000_000)
    pieces = JsonPieces(io.BytesIO(b'["' + b"x" * 9_000_000 + b'"]'))
    with pytest.raises(JsonError, match="longer than"):
        list(pieces.items())
    with pytest.raises(JsonError, match="longer than"):
        parse_json(b'["' + b"x" * 9_000_000 + b'"]')


def test_so_many_values_may_stand_in_one() -> None:
    crowded = b"[" + b"[]," * 5_000_000 + b"[]]"
    tracemalloc.start()
    tracemalloc.reset_peak()
    for read in (parse_json, lambda data: JsonPieces(io.BytesIO(data)).value()):
        with pytest.raises(JsonError, match="more than 4,000,000 values"):
            read(crowded)
    assert tracemalloc.get_traced_memory()[1] < 150_000_000
    tracemalloc.stop()


class Endless:
    """A list that never ends, as a file."""

    def __init__(self) -> None:
        self.read_bytes = 0

    def read(self, size: int, /) -> bytes:
        start = b"[" if self.read_bytes == 0 else b""
        data = (start + b'{"id": 1, "text": "' + b"x" * 100_000 + b'"},')[:size] if size > 100_100 else b" "
        self.read_bytes += len(data)
        return data


def test_a_long_list_takes_the_memory_of_a_few_of_its_items() -> None:
    file = Endless()
    tracemalloc.start()
    for count, _ in enumerate(JsonPieces(file).items()):
        if count == 500:
            break
    assert file.read_bytes > 50_000_000
    assert tracemalloc.get_traced_memory()[1] < 10_000_000
    tracemalloc.stop()
