"""One definition of a format: what is written can be read, every fault is told at once, editors see the same."""

from __future__ import annotations

import contextlib
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Literal

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalegate.errors import InputError
from scalegate.quantity import (
    Compute,
    Digest,
    Factor,
    Identifier,
    Minutes,
    Period,
    Probability,
    format_decimal,
    round_up,
)
from scalegate.shape import ShapeError, decode, dotted, encode, json_schema


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


@dataclass(frozen=True, kw_only=True)
class Circle:
    shape: Literal["circle"]
    radius: Decimal


@dataclass(frozen=True, kw_only=True)
class Box:
    shape: Literal["box", "crate"]
    width: Minutes
    lid: bool = False


@dataclass(frozen=True, kw_only=True)
class Sphere:
    shape: Literal["sphere"] = "sphere"
    radius: Decimal


@dataclass(frozen=True, kw_only=True)
class Even:
    """A value with a rule of its own."""

    number: int

    def __post_init__(self) -> None:
        if self.number % 2:
            raise InputError(f"{self.number} is odd")


@dataclass(frozen=True, kw_only=True)
class Thing:
    """One of everything."""

    schema: Literal["scalegate.thing/1"]
    name: str
    id: Identifier
    count: int
    ready: bool
    colour: Colour
    rate: Probability
    share: Probability | None
    at: datetime
    every: Period
    digest: Digest | None = None
    compute: Compute | None = None
    factor: Factor | None = None
    score: Decimal = Decimal(1)
    note: str | None = None
    words: tuple[str, ...] = ()
    parts: dict[str, Circle | Box] = field(default_factory=dict)
    even: Even | None = None


PLAIN: dict[str, Any] = {
    "schema": "scalegate.thing/1", "name": "A", "id": "a/b", "count": 3, "ready": True, "colour": "red",
    "rate": "0.5", "share": None, "at": "2026-03-31T00:00:00Z", "every": "6 months",
}  # fmt: skip


def faults(data: Any, kind: type = Thing) -> dict[str, str]:
    """Dotted path -> `what -> mend` of every fault."""
    with pytest.raises(ShapeError) as caught:
        decode(kind, data)
    return {dotted(fault.path): f"{fault.what} -> {fault.mend}" for fault in caught.value.faults}


def changed(**values: Any) -> dict[str, Any]:
    return {**PLAIN, **values}


# ---------------------------------------------------------------------------------- round trips

ids = st.from_regex(r"[A-Za-z0-9_:/@+-]{1,20}", fullmatch=True).filter(lambda t: t != "unknown").map(Identifier)
numbers = st.decimals(allow_nan=False, allow_infinity=False, places=6)
units = st.decimals(min_value=0, max_value=1, places=6)
circles = st.builds(Circle, shape=st.just("circle"), radius=numbers | st.just(Decimal("Infinity")))
boxes = st.builds(
    Box, shape=st.sampled_from(["box", "crate"]), width=st.integers(1, 10**6).map(Minutes), lid=st.booleans()
)
things = st.builds(
    Thing,
    schema=st.just("scalegate.thing/1"),
    name=st.text(),
    id=ids,
    count=st.integers(-(2**53) + 1, 2**53 - 1),
    ready=st.booleans(),
    colour=st.sampled_from(Colour),
    rate=units.map(Probability),
    share=st.none() | units.map(Probability),
    at=st.datetimes().map(lambda t: t.replace(microsecond=0, tzinfo=UTC)),
    every=st.builds(lambda n: Period(months=n), st.integers(1, 999))
    | st.builds(lambda n: Period(seconds=60 * n), st.integers(0, 999_999)),
    digest=st.none() | st.binary(min_size=32, max_size=32).map(lambda b: Digest("sha256:" + b.hex())),
    compute=st.none() | st.integers(1, 10**9).map(lambda n: Compute(Decimal(n) * 10**18)),
    factor=st.none() | st.integers(1, 99).map(Factor),
    score=numbers,
    note=st.none() | st.text(),
    words=st.lists(st.text(), max_size=3).map(tuple),
    parts=st.dictionaries(ids, circles | boxes, max_size=3),
    even=st.none() | st.integers(0, 99).map(lambda n: Even(number=2 * n)),
)


@given(things)
def test_what_is_written_is_read_back_equal(thing: Thing) -> None:
    written = json.dumps(encode(thing))
    assert decode(Thing, json.loads(written)) == thing


@given(things)
def test_equal_values_are_written_in_the_same_bytes(thing: Thing) -> None:
    written = json.dumps(encode(thing), sort_keys=True)
    assert json.dumps(encode(decode(Thing, json.loads(written))), sort_keys=True) == written


@given(things)
def test_written_content_holds_no_float(thing: Thing) -> None:
    assert json.loads(json.dumps(encode(thing)), parse_float=lambda text: pytest.fail(f"a float: {text}"))


@given(things)
def test_what_is_written_fits_the_json_schema(thing: Thing) -> None:
    VALIDATOR.validate(encode(thing))


def test_a_field_that_equals_its_default_is_not_written() -> None:
    """So a later version can add a field without moving an older digest."""
    assert encode(decode(Thing, PLAIN)) == PLAIN
    assert encode(decode(Thing, changed(score="1.0", words=[], note=None))) == PLAIN


def test_a_tag_is_always_written() -> None:
    assert encode(Sphere(radius=Decimal(1))) == {"shape": "sphere", "radius": "1"}


def test_a_value_that_has_no_plain_form_is_our_own_bug() -> None:
    with pytest.raises(AssertionError, match="no plain form for float"):
        encode(0.5)


def test_bounds_are_written_as_cut() -> None:
    assert encode(round_up(1 / 3)) == "0.333334" == format_decimal(round_up(1 / 3))


# -------------------------------------------------------------------------------------- scalars


def test_a_policy_file_gives_text_for_every_scalar() -> None:
    as_text, as_json = changed(count="3", ready="true", score="0.5"), changed(count=3, ready=True, score=0.5)
    assert decode(Thing, as_text) == decode(Thing, as_json)


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("name", 3, "expected text, found '3' -> put it in quotes"),
        ("name", None, "expected text, found nothing -> "),
        ("name", ["a"], "expected text, found a list -> "),
        ("name", {}, "expected text, found a mapping -> "),
        ("count", "3.5", "'3.5' is no whole number -> "),
        ("count", 1.5, "'1.5' is no whole number -> "),
        ("count", True, "expected a whole number, found true -> 1"),
        ("count", 2**53, "'9007199254740992' is no whole number -> "),
        ("count", "٣", "'٣' is no whole number -> "),
        ("count", "--3", "'--3' is no whole number -> "),
        ("ready", "yes", "'yes' is not true or false -> write true or false"),
        ("ready", 1, "'1' is not true or false -> write true or false"),
        ("colour", "rd", "'rd' is not one of the known words -> write 'red'?"),
        ("colour", "xyz", "'xyz' is not one of the known words -> write one of red, blue"),
        ("rate", "1", "'1' is ambiguous -> write 0.35, 1.0 or 35 %"),
        ("score", "nan", "'nan' is no number -> write digits, for example 0.35 or 2.1e24"),
        ("at", "2026-03-31 12:00", "'2026-03-31 12:00' is no instant -> write 2026-03-31T00:00:00Z or 2026-03-31"),
        ("digest", "md5: x", "'md5: x' is no digest -> write sha256: and 64 lower-case hex digits"),
        ("schema", "scalegate.thing/2", "'scalegate.thing/2' is not expected here -> write 'scalegate.thing/1'?"),
        ("words", "a", "expected a list of text -> write each item after '- '"),
        ("parts", [], "expected a mapping of ids -> write 'some-id:' and the entry below it"),
        ("even", {"number": 3}, "3 is odd -> "),
        ("even", "3", "expected a mapping (an even) -> write its fields below, indented"),
    ],
)
def test_a_wrong_value_is_told_with_what_to_write_instead(field: str, value: Any, says: str) -> None:
    assert faults(changed(**{field: value})) == {field: says}


@pytest.mark.parametrize("field", ["share", "digest", "compute", "factor", "even"])
def test_unknown_and_null_both_mean_none(field: str) -> None:
    for word in ("unknown", None):
        assert getattr(decode(Thing, changed(**{field: word})), field) is None


def test_unknown_is_an_ordinary_text_where_text_is_asked_for() -> None:
    assert decode(Thing, changed(note="unknown", name="unknown")).note == "unknown"


@pytest.mark.parametrize("field", ["rate", "count", "at"])
def test_unknown_is_refused_where_something_is_needed(field: str) -> None:
    assert field in faults(changed(**{field: "unknown"}))


@pytest.mark.parametrize("field", ["name", "colour", "schema", "ready", "count", "id", "at"])
def test_a_long_wrong_value_gives_a_short_message(field: str) -> None:
    found = faults(changed(**{field: ["x" * 9] if field == "name" else "x" * 100_000}))
    assert len(found[field]) < 300


# ---------------------------------------------------------------------------------------- faults


def test_every_fault_is_told_at_once_with_its_path() -> None:
    data = changed(rate="2", colour="grey", words=["a", 3], parts={"p": {"shape": "box", "width": "8"}})
    del data["count"]
    assert set(faults(data)) == {"", "rate", "colour", "words[1]", "parts.p.width"}
    assert faults(data)[""] == "'count' is missing -> add count: 1"


def test_an_unknown_key_names_the_nearest_known_one() -> None:
    assert faults(changed(colour="red", colr="red"))["colr"] == "unknown key 'colr' -> did you mean 'colour'?"
    assert faults(changed(zzz=1))["zzz"].startswith("unknown key 'zzz' -> known here: schema, name, id")


def test_the_fault_of_a_key_is_marked_as_such() -> None:
    with pytest.raises(ShapeError) as caught:
        decode(Thing, changed(zzz=1))
    assert [fault.at_key for fault in caught.value.faults] == [True]


def test_a_key_that_is_no_id_is_refused() -> None:
    found = faults(changed(parts={"../x": {"shape": "circle", "radius": "1"}}))
    assert found == {"parts.../x": "'../x' is no id -> use 1-200 of A-Z a-z 0-9 . _ : / @ + - without '..'"}


def test_a_union_is_told_apart_by_its_tag() -> None:
    parts = {"a": {"shape": "circle", "radius": "1"}, "b": {"shape": "crate", "width": "8 h"}}
    thing = decode(Thing, changed(parts=parts))
    assert thing.parts == {"a": Circle(shape="circle", radius=Decimal(1)), "b": Box(shape="crate", width=Minutes(480))}


@pytest.mark.parametrize(
    ("part", "path", "says"),
    [
        ({"radius": "1"}, "parts.p", "expected a mapping with 'shape' -> write shape: one of circle, box, crate"),
        ("circle", "parts.p", "expected a mapping with 'shape' -> write shape: one of circle, box, crate"),
        ({"shape": "circel"}, "parts.p.shape", "'circel' is not a known shape -> write 'circle'?"),
        ({"shape": 3}, "parts.p.shape", "'3' is not a known shape -> write one of circle, box, crate"),
        (None, "parts.p", "expected a circle, found nothing -> "),
        ({"shape": "circle"}, "parts.p", "'radius' is missing -> add radius: a number"),
    ],
)
def test_a_union_without_its_tag_says_which_tags_there_are(part: Any, path: str, says: str) -> None:
    assert faults(changed(parts={"p": part})) == {path: says}


@pytest.mark.parametrize("data", [None, [], "x", 3, True])
def test_what_is_no_mapping_is_refused(data: Any) -> None:
    assert faults(data) == {"": "expected a mapping (a thing) -> write its fields below, indented"}


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(sorted(Thing.__dataclass_fields__)), plain))
def test_no_plain_data_ends_in_anything_but_a_value_or_its_faults(data: dict[str, Any]) -> None:
    with contextlib.suppress(ShapeError):
        assert isinstance(decode(Thing, data), Thing)


def test_paths_are_dotted() -> None:
    assert dotted(("limits", "a", 0, "b")) == "limits.a[0].b"
    assert dotted(()) == ""


# ----------------------------------------------------------------------------------- json schema

SCHEMA = json_schema(Thing, title="A thing", schema_id="scalegate.thing/1")
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


def test_the_schema_is_itself_valid() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$id"] == "scalegate.thing/1"
    assert list(SCHEMA["$defs"]) == sorted(SCHEMA["$defs"])
    assert SCHEMA["$defs"]["Thing"]["description"] == "One of everything."


@pytest.mark.parametrize(
    "change",
    [{}, {"share": "unknown"}, {"even": "unknown"}, {"digest": None}, {"note": "unknown"}, {"score": 0.5},
     {"parts": {"p": {"shape": "crate", "width": "8 h", "lid": True}}}],
)  # fmt: skip
def test_what_the_code_reads_an_editor_accepts(change: dict[str, Any]) -> None:
    decode(Thing, changed(**change))
    VALIDATOR.validate(changed(**change))


@pytest.mark.parametrize(
    "change",
    [{"zzz": 1}, {"colour": "grey"}, {"schema": "x"}, {"ready": "yes"}, {"words": "a"}, {"name": None},
     {"parts": {"p": {"shape": "ball"}}}, {"count": 1.5}, {"even": {}}],
)  # fmt: skip
def test_what_an_editor_marks_the_code_refuses(change: dict[str, Any]) -> None:
    assert not VALIDATOR.is_valid(changed(**change))
    assert faults(changed(**change))


def test_a_missing_field_is_marked_by_both() -> None:
    for name in PLAIN:
        data = {key: value for key, value in PLAIN.items() if key != name}
        assert not VALIDATOR.is_valid(data), name
        assert faults(data)[""].startswith(f"'{name}' is missing -> add {name}")
