"""Every text of a document, wherever it stands.

For: `special.py` and `moves.py`. Does not know: what a text promises.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any

from scalegate.policy.document import PolicyDocument
from scalegate.quantity import Identifier


def texts(value: Any) -> Iterator[str]:
    """Free texts inside a value; ids and words of fixed lists are none."""
    if isinstance(value, str):
        if not isinstance(value, (Identifier, Enum)):
            yield value
    elif is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            yield from texts(getattr(value, field.name))
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from texts(item)
    elif isinstance(value, tuple):
        for item in value:
            yield from texts(item)


def says(document: PolicyDocument, words: str) -> bool:
    """Whether some text of the document has these words in it; signs between words do not count."""
    sought = _spaced(words)
    return any(sought in _spaced(text) for text in texts(document))


def _spaced(text: str) -> str:
    return " ".join(re.findall(r"[^\W_]+", text.lower()))
