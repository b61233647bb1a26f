"""Attempts as lines of canonical JSON, and back: the bytes whose digest stands in a run's manifest.

For: evidence_store, attempt_columns. Does not know: files.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from scalegate.evidence.run import Attempt, Status
from scalegate.quantity import Identifier, Minutes, format_decimal, format_instant, parse_decimal, parse_instant


def format_attempts(attempts: Iterable[Attempt]) -> bytes:
    """One line of canonical JSON per attempt; what is missing is left out."""
    return "".join(f"{_canonical(row_of(attempt))}\n" for attempt in attempts).encode()


_canonical = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode


def row_of(attempt: Attempt) -> dict[str, str | int]:
    """What an attempt says, by the names that it is kept under; numbers are decimal text but for whole ones."""
    data: dict[str, str | int] = {"attempt": attempt.attempt, "task": attempt.task, "status": attempt.status.value}
    if attempt.score is not None:
        data["score"] = format_decimal(attempt.score)
    if attempt.tokens is not None:
        data["tokens"] = attempt.tokens
    if attempt.family is not None:
        data["family"] = attempt.family
    if attempt.human_minutes is not None:
        data["human_minutes"] = format_decimal(Decimal(attempt.human_minutes))
    if attempt.started_at is not None:
        data["started_at"] = format_instant(attempt.started_at)
    if attempt.seconds is not None:
        data["seconds"] = format_decimal(attempt.seconds)
    if attempt.transcript is not None:
        data["transcript"] = attempt.transcript
    if attempt.rescored is not None:
        data["rescored"] = attempt.rescored
    return data


def parse_attempts(text: bytes) -> tuple[Attempt, ...]:
    """Inverse of `format_attempts`, for bytes whose digest was checked: what does not fit is our own bug."""
    return tuple(_attempt(json.loads(line)) for line in text.splitlines())


def _attempt(data: dict[str, Any]) -> Attempt:
    get = data.get
    return Attempt(
        task=Identifier(data["task"]),
        attempt=data["attempt"],
        score=_number(data["score"]) if "score" in data else None,
        status=Status(data["status"]),
        tokens=get("tokens"),
        family=_family(data["family"]) if "family" in data else None,
        human_minutes=_minutes(data["human_minutes"]) if "human_minutes" in data else None,
        started_at=_instant(data["started_at"]) if "started_at" in data else None,
        seconds=_number(data["seconds"]) if "seconds" in data else None,
        transcript=get("transcript"),
        rescored=get("rescored"),
    )


# Equal texts are parsed once: attempts share few scores, families and times.
@lru_cache(maxsize=4096)
def _number(text: str) -> Decimal:
    return parse_decimal(text)


@lru_cache(maxsize=4096)
def _minutes(text: str) -> Minutes:
    return Minutes(parse_decimal(text))


@lru_cache(maxsize=4096)
def _instant(text: str) -> datetime:
    return parse_instant(text)


@lru_cache(maxsize=4096)
def _family(text: str) -> Identifier:
    return Identifier(text)
