"""The words and symbols of every page: verdicts, answers, permissions, numbers and dates.

For: page values. Does not know: markup, colour. No word here means safe, and none means passed (V10).
Numbers are cut outwards like the bounds they show: a lower one down, an upper one up.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Context, Decimal

from scalegate.policy.document import Permission
from scalegate.quantity import format_decimal
from scalegate.verdict.verdict import VerdictKind


@dataclass(frozen=True, kw_only=True)
class Status:
    """A word with its symbol; `tone` names it for a renderer, which never shows colour alone."""

    word: str
    symbol: str
    tone: str
    meaning: str
    crossed: bool = False


VERDICTS: dict[VerdictKind, Status] = {
    VerdictKind.DANGER_SHOWN: Status(
        word="DANGER SHOWN",
        symbol="■",
        tone="danger-shown",
        meaning="a demonstration reached the limit; counts as crossed",
        crossed=True,
    ),
    VerdictKind.NOT_RULED_OUT: Status(
        word="NOT RULED OUT",
        symbol="▲",
        tone="not-ruled-out",
        meaning="the evidence leaves room for the limit to be reached; counts as crossed",
        crossed=True,
    ),
    VerdictKind.INVALID: Status(
        word="INVALID",
        symbol="✕",
        tone="invalid",
        meaning="there is evidence, and none of it can clear; counts as crossed",
        crossed=True,
    ),
    VerdictKind.NOT_RUN: Status(
        word="NOT RUN",
        symbol="?",
        tone="not-run",
        meaning="there is no evidence, or it has expired; counts as crossed",
        crossed=True,
    ),
    VerdictKind.ALERT: Status(
        word="ALERT",
        symbol="◆",
        tone="alert",
        meaning="below the limit but not below the alert line; duties run, nothing may widen",
    ),
    VerdictKind.NOT_SHOWN: Status(
        word="NOT SHOWN",
        symbol="○",
        tone="not-shown",
        meaning="the tests made leave the upper bound below the alert line; other tests might not",
    ),
}

HELD = Status(word="HELD", symbol="⊘", tone="held", meaning="the policy forbids it now; every reason is listed")
WAIVED = Status(
    word="HELD, WAIVED",
    symbol="⊗",
    tone="waived",
    meaning="still held with all its blockers; a recorded departure from the policy reaches them until a date",
)
GRANTED = Status(
    word="GRANTED", symbol="→", tone="granted", meaning="the policy does not forbid it now, and nothing more than that"
)

PERMISSIONS: dict[Permission, tuple[str, str]] = {
    Permission.TRAIN: ("Train", "go on training, up to a stated effective compute"),
    Permission.STORE: ("Store", "keep the weights"),
    Permission.USE_INTERNALLY: ("Use internally", "use it inside the developer's organisation"),
    Permission.DEPLOY: ("Deploy", "serve it to others, in a stated mode"),
    Permission.RELEASE_WEIGHTS: ("Release weights", "give the weights away; cannot be taken back"),
    Permission.ASSESS: ("Assess", "open it for evaluation only, contained and time-boxed"),
}

CLAIMS = (
    "No word on this page means that a model is safe. Evaluations can show that a model is dangerous; "
    "they cannot show that it is not.",
    "GRANTED means that the policy does not forbid it now. It ends with a lease and says nothing about whether "
    "the risk is acceptable.",
    "NOT SHOWN means that the tests that were made left the upper bound below the alert line. "
    "It holds for the tested configuration only, and it expires.",
    "What cannot be ruled out, was not run, is invalid or has expired counts as crossed.",
)


_KINDS = {kind.value: status.word for kind, status in VERDICTS.items() if "_" in kind.value}


def spelled(text: str) -> str:
    """A recorded sentence with the kinds of verdict as the page writes them: `NOT RULED OUT`."""
    for kind, word in _KINDS.items():
        text = text.replace(kind, word)
    return text


def format_date(value: datetime | None) -> str:
    """`2026-03-31`; empty for None."""
    return "" if value is None else f"{value:%Y-%m-%d}"


def cut(value: Decimal, digits: int, rounding: str = ROUND_HALF_EVEN) -> Decimal:
    """To so many significant digits."""
    return Context(prec=digits, rounding=rounding).create_decimal(value)


def format_minutes(value: Decimal, rounding: str = ROUND_HALF_EVEN) -> str:
    """A human task length, three significant digits: `36 s`, `42 min`, `7.5 h`, `1,200 h`."""
    if value.is_infinite():
        return "unbounded"
    if value == 0:
        return "0 min"
    scale, unit = (Decimal(60), "s") if value < 1 else (Decimal(1), "min")
    if value >= 90 or (value >= 60 and value % 60 == 0):
        scale, unit = Decimal(1) / 60, "h"
    return f"{_grouped(cut(value * scale, 3, rounding))} {unit}"


def format_share(value: Decimal, rounding: str = ROUND_HALF_EVEN) -> str:
    """A probability as per cent with one decimal, cut as told."""
    if value.is_infinite():
        return "unbounded"
    return f"{_grouped((value * 100).quantize(Decimal('0.1'), rounding=rounding))} %"


def format_measure(measure: str, value: Decimal, rounding: str = ROUND_HALF_EVEN) -> str:
    """A value of an observation's measure, in the unit that a reader knows."""
    if measure == "time_horizon":
        return format_minutes(value, rounding)
    if measure in ("success_rate", "mean_score", "difference"):
        return format_share(value, rounding)
    if measure in _SUFFIXES and value.is_finite():
        return f"{format_decimal(cut(value, 3, rounding))}{_SUFFIXES[measure]}"
    return format_decimal(value)


_SUFFIXES = {"effective_compute": " FLOP", "rate_of_progress": "x a year"}


def format_interval(measure: str, lower: Decimal | None, upper: Decimal | None) -> str:
    """`[5 min, 30 min]`, outward; what is missing is said, never shown as a number."""
    if lower is None and upper is None:
        return "no bounds"
    low = "none" if lower is None else format_measure(measure, lower, ROUND_FLOOR)
    high = "unbounded" if upper is None else format_measure(measure, upper, ROUND_CEILING)
    return f"[{low}, {high}]"


def count(number: int, noun: str, plural: str = "") -> str:
    """`1 model`, `3 models`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def join(words: list[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}" if words else ""


def some(words: list[str], most: int = 6) -> str:
    """A list that stays short: the first few, and how many more."""
    return ", ".join(words) if len(words) <= most else f"{', '.join(words[:most])} and {len(words) - most} more"


def _grouped(value: Decimal) -> str:
    text = f"{value:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
