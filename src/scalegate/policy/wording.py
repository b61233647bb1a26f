"""What holds for every text and every period of a policy, wherever it stands.

For: `adoptable.py`. Does not know: what any single field means.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any, get_args, get_origin

from scalegate.policy.document import PolicyDocument
from scalegate.policy.objection import Objection
from scalegate.quantity import Period
from scalegate.shape import Path, hints

_OPTIONAL_TEXT = {"none_because", "trigger", "evidence", "level", "contingent_on"}  # empty by default


def wording_refusals(document: PolicyDocument) -> Iterator[Objection]:
    """Texts without a word, and periods without a length: a reason nobody gave, a deadline of nothing."""
    yield from _walk(document, ())


def _walk(value: Any, path: Path) -> Iterator[Objection]:
    if isinstance(value, Period):
        if value.shortest_seconds == 0:
            yield Objection(path=path, what="a period of nothing", mend="write a period above zero, like 30 days")
    elif is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            inner = getattr(value, field.name)
            if _is_text(hints(type(value))[field.name]) and isinstance(inner, str):
                yield from _text(inner, (*path, field.name), field.name)
            else:
                yield from _walk(inner, (*path, field.name))
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _walk(item, (*path, key))
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from _walk(item, (*path, index))


def _is_text(kind: Any) -> bool:
    """Whether a field holds free text: ids have their own shape, words of a vocabulary too."""
    if get_origin(kind) in (typing.Union, types.UnionType):
        return str in get_args(kind)
    return kind is str


def _text(text: str, path: Path, name: str) -> Iterator[Objection]:
    if not text.strip() and name not in _OPTIONAL_TEXT:
        yield Objection(path=path, what=f"{name!r} says nothing", mend="write it out in plain words")
