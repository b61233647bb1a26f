"""Text that can be shown to anybody: nothing in it moves a cursor or turns the reading direction.

For: page values. Does not know: markup; a renderer still escapes for its own form.

Titles and reasons come from files that others wrote. A control character could rewrite a terminal, and a
direction override could make `HELD` read as something else; both become a visible replacement character.
"""

from __future__ import annotations

import unicodedata
from dataclasses import fields, is_dataclass, replace
from typing import TypeVar

T = TypeVar("T")

_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
LONGEST = 2000


def legible(text: str, *, lines: bool = False) -> str:
    """The text without characters that act; at most 2,000 characters, and it says when it was cut."""
    if text.isascii() and text.isprintable() and len(text) <= LONGEST:
        return text
    shown = "".join(_shown(character, lines) for character in text[:LONGEST])
    return shown if len(text) <= LONGEST else f"{shown}… ({len(text):,} characters)"


def _shown(character: str, lines: bool) -> str:
    if character in "\n\r\t":
        return "\n" if lines and character == "\n" else " "
    return "\ufffd" if unicodedata.category(character) in _HIDDEN else character


def make_legible(value: T) -> T:
    """The same frozen value with every text in it made legible; `checkpoint` texts keep their lines."""
    return _walk(value)  # type: ignore[return-value]


def _walk(value: object, name: str = "") -> object:
    if type(value) is str:
        return legible(value, lines=name == "checkpoint")
    if isinstance(value, tuple):
        return tuple(_walk(item) for item in value)
    if is_dataclass(value) and not isinstance(value, type):
        changed = {f.name: _walk(getattr(value, f.name), f.name) for f in fields(value)}
        return replace(value, **changed)
    return value
