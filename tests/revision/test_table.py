"""Every field of the policy language has a stated direction: one that is added later cannot be forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any, get_args

import pytest

from scalegate.policy.document import PolicyDocument
from scalegate.quantity import Identifier
from scalegate.revision.meaning import Absent, By, Inside, Label, Members, Open, Ordered, Ranked, RoleName, Text
from scalegate.revision.renames import NO_REFERENCES, REFERENCES
from scalegate.revision.table import TABLE
from scalegate.shape import hints


def parts(kind: Any, seen: set[type]) -> set[type]:
    """Every dataclass that a value of this kind can be made of."""
    if is_dataclass(kind) and isinstance(kind, type) and not hasattr(kind, "parse") and kind not in seen:
        seen.add(kind)
        for hint in hints(kind).values():
            parts(hint, seen)
    for argument in get_args(kind):
        parts(argument, seen)
    return seen


LANGUAGE = sorted(parts(PolicyDocument, set()), key=lambda kind: kind.__name__)


def optional(kind: type, name: str) -> bool:
    return type(None) in get_args(hints(kind)[name])


def test_the_walk_of_the_language_sees_all_of_it() -> None:
    assert len(LANGUAGE) >= 45
    assert {"Quorum", "RateShift", "StatedObservation", "Change", "StopClause"} <= {kind.__name__ for kind in LANGUAGE}


@pytest.mark.parametrize("kind", LANGUAGE, ids=lambda kind: kind.__name__)
def test_every_field_has_a_direction_and_no_row_is_left_over(kind: type) -> None:
    assert set(TABLE.get(kind, {})) == {field.name for field in fields(kind)}


def test_no_row_is_of_a_part_that_the_language_does_not_have() -> None:
    assert set(TABLE) == set(LANGUAGE)


def rows() -> Iterator[tuple[type, str]]:
    yield from ((kind, name) for kind, row in TABLE.items() for name in row)


def test_a_field_that_may_be_left_out_says_what_leaving_it_out_means() -> None:
    """But for those of which nobody can tell, which then count as weakened either way."""
    told = (Ordered, Ranked, Text, RoleName, Open, Inside)
    silent = {
        f"{kind.__name__}.{name}"
        for kind, name in rows()
        if optional(kind, name) and isinstance(meaning := TABLE[kind][name].meaning, told)
        if meaning.absent is Absent.UNKNOWN
    }
    assert silent == {"Precursor.reference", "ProgressObservation.since"}


def test_what_touches_a_promise_says_what_it_touches() -> None:
    weighed = (Ordered, Ranked, Text, RoleName, Open, Members)
    silent = {
        f"{kind.__name__}.{name}"
        for kind, name in rows()
        if isinstance(TABLE[kind][name].meaning, weighed) and not TABLE[kind][name].touches
    }
    assert silent == set()


def test_only_the_title_of_a_policy_is_a_label() -> None:
    labels = {f"{kind.__name__}.{name}" for kind, name in rows() if isinstance(TABLE[kind][name].meaning, Label)}
    assert labels == {"PolicyDocument.title"}


def test_an_order_or_a_switch_says_why_the_strict_way_is_strict() -> None:
    ordered = [(k, n) for k, n in rows() if isinstance(TABLE[k][n].meaning, (Ordered, Ranked, Members))]
    assert ordered
    assert [f"{k.__name__}.{n}" for k, n in ordered if not TABLE[k][n].because] == []


def test_a_special_case_is_a_function_that_says_what_it_does() -> None:
    specials = [TABLE[k][n].meaning for k, n in rows() if isinstance(TABLE[k][n].meaning, By)]
    assert len(specials) >= 12


def holds_ids(hint: Any) -> bool:
    return hint is Identifier or any(holds_ids(argument) for argument in get_args(hint))


def test_every_id_is_known_to_refer_to_something_or_to_nothing() -> None:
    """Else a renaming is followed halfway, and a reference that was not changed reads as one that was."""
    ids = {(kind, name) for kind, name in rows() if name in hints(kind) and holds_ids(hints(kind)[name])}
    assert ids == set(REFERENCES) | NO_REFERENCES
