"""Scores, counts, times and names out of parsed JSON in which numbers are text.

For: readers of other tools' results. Does not know: any of their formats.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from scalegate.errors import Finding, InputError
from scalegate.quantity import Identifier, Minutes, parse_decimal, whole_second

_MAX_DIGITS = 28
_LONGEST = 64  # characters of a number of so many digits, with room for zeros and an exponent
_MAX_WHOLE = 2**53 - 1
_MAX_MINUTES = Decimal("1e9")
_MILLISECONDS_FROM = Decimal("1e11")  # as seconds this would be the year 5138
_NOT_IN_IDS = re.compile(r"[^A-Za-z0-9._:/@+-]+")


def text(value: Any) -> str:
    """A text, or empty."""
    return value if isinstance(value, str) else ""


def mapping(value: Any) -> dict[str, Any]:
    """A mapping, or an empty one."""
    return value if isinstance(value, dict) else {}


def mappings(value: Any) -> list[dict[str, Any]]:
    """The mappings of a list; nothing for anything else."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def number(value: Any) -> Decimal | None:
    """A finite number of at most 28 digits, or None."""
    try:
        found = parse_decimal(value.strip()) if isinstance(value, str) else None
    except InputError:
        return None
    return found if found is not None and len(found.as_tuple().digits) <= _MAX_DIGITS else None


def whole(value: Any) -> int | None:
    """A whole number from 0, or None."""
    found = number(value)
    return None if found is None or not 0 <= found <= _MAX_WHOLE or found != int(found) else int(found)


def scalar(value: Any) -> Any:
    """The value if it can be a score at all, else an empty list or mapping: what waits to be chosen stays small."""
    if isinstance(value, str):
        return value[:_LONGEST]
    return value if value is None or isinstance(value, bool) else type(value)()


def score(value: Any) -> Decimal | None:
    """A score: a number, or true and false as 1 and 0; None for null and NaN. Raises InputError for anything else."""
    if value is None or isinstance(value, bool):
        return None if value is None else Decimal(int(value))
    found = number(value)
    if found is None:
        shown = repr(value[:40]) if isinstance(value, str) else "a list" if isinstance(value, list) else "a mapping"
        raise InputError(Finding(what=f"the score {shown} is no number", mend="choose another metric"))
    return found


def minutes(value: Any) -> Minutes | None:
    """A task length above 0; None when missing. Raises InputError for anything else."""
    if value is None or value == "":
        return None
    found = number(value)
    if found is None or not 0 < found <= _MAX_MINUTES:
        raise InputError(Finding(what="no task length", mend="write minutes above 0, or null if unknown"))
    return Minutes(found)


def instant(value: Any) -> datetime | None:
    """A time with a zone, or seconds or milliseconds since 1970; None for anything else, and for 0."""
    since = number(value)
    try:
        if since is not None:
            seconds = since / 1000 if since >= _MILLISECONDS_FROM else since
            return datetime.fromtimestamp(int(seconds), UTC) if seconds >= 1 else None
        read = datetime.fromisoformat(value) if isinstance(value, str) else None
        return None if read is None or read.tzinfo is None else whole_second(read)
    except (ValueError, OverflowError, OSError):
        return None


def label(value: str, option: str, name: str) -> Identifier:
    """A name of the log as a label. Raises InputError that asks for the option instead."""
    try:
        return Identifier.parse(value)
    except InputError as error:
        what = error.findings[0].what if value else f"it names no {option}"
        raise InputError(Finding(where=name, path=option, what=what, mend=f"give --{option}")) from None


def spelled(value: str) -> str:
    """A name with an underscore for whatever no id may have: `MATH Level 5` becomes `MATH_Level_5`."""
    return _NOT_IN_IDS.sub("_", value).replace("..", "_")[:200]


def choose(known: Sequence[str], asked: str, name: str, kind: str, option: str) -> str:
    """The one that was asked for, or the only one.

    Raises:
        InputError: when there are several and none was named, or an unknown one was: what counts is never guessed.
    """
    listed = ", ".join(known[:20]) + (", …" if len(known) > 20 else "")
    if asked and asked not in known:
        what = f"no {kind} {asked!r}" + (f", but {listed}" if known else f": it has no {kind}")
        raise InputError(Finding(where=name, what=what, mend=f"name one of them with {option}"))
    if not asked and len(known) > 1:
        raise InputError(Finding(where=name, what=f"several {kind}s: {listed}", mend=f"name one with {option}"))
    return asked or next(iter(known), "")


def chosen_evaluations(known: Sequence[str], asked: str | None, name: str) -> dict[str, Identifier]:
    """Which evaluations of a source are read, and under which label.

    All of them, each by its own name; or, where the caller names an evaluation, the one of that name, or the only
    one, under the caller's name.

    Raises:
        InputError: when there are several and none has the name that was asked for, or two are spelled alike.
    """
    if asked is None:
        found = {one: label(spelled(one), "evaluation", name) for one in known}
        if len(set(found.values())) < len(found):
            what = "two evaluations whose names differ only in characters that no id has"
            raise InputError(Finding(where=name, what=what, mend="name one with --evaluation"))
        return found
    same = [one for one in known if asked in (one, spelled(one))]
    only = choose(known, same[0] if len(same) == 1 else "", name, "evaluation", "--evaluation")
    return {only: Identifier(asked)} if only else {}
