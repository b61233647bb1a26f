"""How the attempts of an Inspect AI log were conducted: time taken, words of the model, limits, who scored.

For: inspect_log, inspect_samples. Does not know: archives, scores. Everything comes in as parsed JSON in which
numbers are text. What a log does not say is None: unknown is no defect, zero is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from scalegate.errors import InputError
from scalegate.evidence.run import Allowed, LogHeader
from scalegate.quantity import parse_decimal

TRANSCRIPT = "transcript"  # what `said` found in a whole sample, kept when the transcript itself is dropped
KEPT = ("total_time", "message_count", "turn_count", "token_limit", "token_limit_type", "message_limit", "time_limit")
_MAX_TEXT = 200
_MAX_WHOLE, _MAX_DIGITS = 2**53 - 1, 28
_SHORT = 15  # characters of a number that surely has no more digits and stays below
_PLAIN = re.compile(r"[0-9]+(\.[0-9]+)?\Z")
Json = Mapping[str, Any]


def seconds_of(sample: Json) -> Decimal | None:
    """How long an attempt took: as the log says, or between its two times; at most zero where they are swapped."""
    stated = _number(sample.get("total_time"))
    if stated is not None:
        return stated
    began, ended = _moment(sample.get("started_at")), _moment(sample.get("completed_at"))
    if began is None or ended is None:
        return None
    return Decimal(str(round((ended - began).total_seconds(), 3)))


def transcript_of(sample: Json) -> bool | None:
    """Whether the model said anything in an attempt, by the transcript or else by the counts in its summary."""
    if TRANSCRIPT in sample:
        return bool(sample[TRANSCRIPT])
    for count in ("turn_count", "message_count"):
        if sample.get(count) == "0":
            return False
    return None


def said(sample: Json) -> dict[str, bool]:
    """For a whole sample, whether a message or an output of the model stands in it; nothing for a summary."""
    messages, output = sample.get("messages"), sample.get("output")
    if not isinstance(messages, list) and not isinstance(output, dict):
        return {}
    choices = output.get("choices") if isinstance(output, dict) else None
    spoken: list[Any] = [m for m in messages or () if isinstance(m, dict) and m.get("role") == "assistant"]
    spoken += [c.get("message") for c in choices or () if isinstance(c, dict)]
    return {TRANSCRIPT: any(isinstance(m, dict) and (m.get("content") or m.get("tool_calls")) for m in spoken)}


def rescored(sample: Json, scorer: str) -> bool | None:
    """True when the score that was read was edited after it was given; None else, as old logs do not say."""
    scores = sample.get("scores")
    score = scores.get(scorer) if isinstance(scores, dict) else None
    if score is None and isinstance(scores, dict) and scorer not in scores:
        score = scores.get(scorer.rsplit(".", 1)[0])
    return True if isinstance(score, dict) and score.get("history") else None


def header_of(header: Json, samples: Iterable[Json], *, scorer: str, scorers: int) -> LogHeader:
    """What the log says of how it was made; `scorer` is empty where the log's own format gives scorers no name."""
    spec, stats = _mapping(header.get("eval")), _mapping(header.get("stats"))
    ended = _moment(stats.get("completed_at"))
    return LogHeader(
        model=_text(spec.get("model")),
        scorer=_text(scorer),
        scorers=scorers,
        lineage=_text(spec.get("task_id")),
        ended=None if ended is None else ended.replace(microsecond=0),
        allowed=_allowed(header, spec, samples),
    )


def _allowed(header: Json, spec: Json, samples: Iterable[Json]) -> Allowed | None:
    """The least of what the header and the samples name; a limit on output tokens alone bounds no total."""
    config = _mapping(spec.get("config"))
    generate = (_mapping(spec.get("model_generate_config")), _mapping(_mapping(header.get("plan")).get("config")))
    limited = [config, *(s for s in samples if "token_limit" in s or "message_limit" in s or "time_limit" in s)]
    found = Allowed(
        tokens=_least(s.get("token_limit") for s in limited if s.get("token_limit_type") in (None, "all")),
        messages=_least(s.get("message_limit", s.get("max_messages")) for s in limited),
        answer_tokens=_least(g.get("max_tokens") for g in generate),
        seconds=_least(s.get(name) for s in limited for name in ("time_limit", "working_limit")),
    )
    return None if found == Allowed() else found


def _least(values: Iterable[Any]) -> int | None:
    numbers = [_number(value) for value in values]
    return min((int(n) for n in numbers if n is not None and 0 <= n <= _MAX_WHOLE), default=None)


def _number(value: Any) -> Decimal | None:
    if isinstance(value, str) and len(value) <= _SHORT and _PLAIN.match(value):
        return Decimal(value)
    try:
        found = parse_decimal(value) if isinstance(value, str) and len(value) <= 40 else None
    except InputError:
        return None
    fits = found is not None and abs(found) <= _MAX_WHOLE and len(found.as_tuple().digits) <= _MAX_DIGITS
    return found if fits else None


def _moment(value: Any) -> datetime | None:
    """A time with a zone and its fraction, in UTC; None for anything else."""
    try:
        read = datetime.fromisoformat(value) if isinstance(value, str) else None
        return None if read is None or read.tzinfo is None else read.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _mapping(value: Any) -> Json:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    """Text that any file can hold: a name in other letters stays a name, and never becomes an unknown one."""
    return value.encode("ascii", "backslashreplace").decode()[:_MAX_TEXT] if isinstance(value, str) else ""
