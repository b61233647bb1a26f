"""Numbers with units, instants, periods, identifiers and digests.

For: every room. Does not know: anything of the field.

Numbers are `Decimal`, never `float`, wherever they can end up under a signature. Bounds are cut to six
significant digits, the lower one down and the upper one up, and it is the cut value that is compared
(architecture.md, "Record"). Text forms are the same in policy files, in the record and on screen.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal
from typing import Self

from scalegate.errors import Finding, InputError

SIGNIFICANT_DIGITS = 6
UNBOUNDED = Decimal("Infinity")

_ID = re.compile(r"[A-Za-z0-9._:/@+-]{1,200}\Z")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}\Z")
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,4})?\Z", re.ASCII)
_INSTANT = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)Z\Z", re.ASCII)
_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)\Z", re.ASCII)
_PERIOD = re.compile(r"(\d{1,6}) ?(months?|weeks?|days?|h|hours?|min|minutes?)\Z", re.ASCII)


def _refused(text: str, what: str, mend: str) -> InputError:
    """The text at fault is shown, cut when it is long."""
    shown = repr(text) if len(text) <= 40 else f"{text[:40]!r}… ({len(text)} characters)"
    return InputError(Finding(what=f"{shown} {what}", mend=mend))


# ---------------------------------------------------------------------------------- identifiers


class Identifier(str):
    """1-200 characters of `[A-Za-z0-9._:/@+-]` without `..`; never used as a file name."""

    __slots__ = ()

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises InputError when the text is not an identifier."""
        if not _ID.match(text) or ".." in text:
            raise _refused(text, "is no id", "use 1-200 of A-Z a-z 0-9 . _ : / @ + - without '..'")
        return cls(text)


class Digest(str):
    """`sha256:` and 64 lower-case hexadecimal digits."""

    __slots__ = ()

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises InputError when the text is not a digest."""
        if not _DIGEST.match(text):
            raise _refused(text, "is no digest", "write sha256: and 64 lower-case hex digits")
        return cls(text)

    @property
    def hex(self) -> str:
        return self[len("sha256:") :]


# -------------------------------------------------------------------------------------- numbers


def parse_decimal(text: str) -> Decimal:
    """A finite decimal number. Raises InputError otherwise (also for NaN and infinities)."""
    if not _NUMBER.match(text):
        raise _refused(text, "is no number", "write digits, for example 0.35 or 2.1e24")
    return Decimal(text)


def format_decimal(value: Decimal) -> str:
    """The shortest plain form: no exponent between 1e-7 and 1e15, `unbounded` for infinity."""
    if value.is_infinite():
        return "unbounded" if value > 0 else "-unbounded"
    value = _without_zeros(value)
    exponent = value.adjusted()
    if -7 <= exponent < 15:
        return f"{value:f}"
    return f"{value:e}".replace("e+", "e")


def _without_zeros(value: Decimal) -> Decimal:
    """The same number without trailing zeros; as exact as it came, however many digits it has."""
    return value.normalize(Context(prec=len(value.as_tuple().digits))) if value else Decimal(0)


def round_down(value: float | Decimal) -> Decimal:
    """Cut to six significant digits towards minus infinity: for lower bounds."""
    return _cut(value, ROUND_FLOOR)


def round_up(value: float | Decimal) -> Decimal:
    """Cut to six significant digits towards plus infinity: for upper bounds."""
    return _cut(value, ROUND_CEILING)


def _cut(value: float | Decimal, rounding: str) -> Decimal:
    exact = value if isinstance(value, Decimal) else Decimal(float(value))
    assert not exact.is_nan(), "a bound is never NaN: missing is a type"
    if exact.is_infinite():
        return exact
    return Context(prec=SIGNIFICANT_DIGITS, rounding=rounding).create_decimal(exact)


class _Number(Decimal):
    """A decimal with a unit in its text form. Arithmetic falls back to plain Decimal."""

    @classmethod
    def parse(cls, text: str) -> Self:
        raise NotImplementedError

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self)!r})"

    def __format__(self, spec: str, /) -> str:  # type: ignore[override]
        """In an f-string the unit stays, as in `str`; a format asks for the plain number."""
        return format(Decimal(self), spec) if spec else str(self)

    __hash__ = Decimal.__hash__


class Probability(_Number):
    """A number in [0, 1], written `0.35` or `35 %`; a bare `1` is refused as ambiguous."""

    @classmethod
    def parse(cls, text: str) -> Self:
        stripped = text.strip()
        if stripped.endswith("%"):
            value = parse_decimal(stripped[:-1].strip()) / 100
        elif re.fullmatch(r"[+-]?\d+", stripped) and stripped != "0":
            raise _refused(text, "is ambiguous", "write 0.35, 1.0 or 35 %")
        else:
            value = parse_decimal(stripped)
        if not 0 <= value <= 1:
            raise _refused(text, "is no probability", "write a number from 0.0 to 1.0, or 35 %")
        return cls(value)

    def __str__(self) -> str:
        text = format_decimal(Decimal(self))
        return f"{text}.0" if text == "1" else text


class Minutes(_Number):
    """A positive human task length, written `480 min` or `8 h`."""

    @classmethod
    def parse(cls, text: str) -> Self:
        match = re.fullmatch(r"(\S+) ?(min|h)", text.strip())
        if not match:
            raise _refused(text, "is no task length", "write 480 min or 8 h")
        value = parse_decimal(match[1])
        if match[2] == "h":  # the product is rounded to 28 digits; what stands in minutes is kept as it is
            value = value * 60
        if value <= 0:
            raise _refused(text, "is no task length", "write a length above zero")
        return cls(value)

    def __str__(self) -> str:
        return f"{format_decimal(Decimal(self))} min"


class Compute(_Number):
    """An amount of effective compute, written `2.1e24 FLOP`."""

    @classmethod
    def parse(cls, text: str) -> Self:
        match = re.fullmatch(r"(\S+) ?FLOP", text.strip())
        if not match:
            raise _refused(text, "is no amount of compute", "write 2.1e24 FLOP")
        return cls.from_flop(match[1])

    @classmethod
    def from_flop(cls, text: str) -> Self:
        """Parse the bare form of the command line, `2.1e24`."""
        value = parse_decimal(text)
        if value <= 0:
            raise _refused(text, "is no amount of compute", "write an amount above zero")
        return cls(value)

    def __str__(self) -> str:
        value = _without_zeros(Decimal(self))
        if value.adjusted() < 6:
            return f"{value:f} FLOP"
        return f"{value:e}".replace("e+", "e") + " FLOP"


class Factor(_Number):
    """A ratio of at least 1, written `4x`."""

    @classmethod
    def parse(cls, text: str) -> Self:
        match = re.fullmatch(r"(\S+?) ?x", text.strip())
        if not match:
            raise _refused(text, "is no factor", "write 4x")
        value = parse_decimal(match[1])
        if value < 1:
            raise _refused(text, "is no factor here", "write 1x or more")
        return cls(value)

    def __str__(self) -> str:
        return f"{format_decimal(Decimal(self))}x"


# ----------------------------------------------------------------------------------------- time


def parse_instant(text: str) -> datetime:
    """RFC 3339 with `Z` and whole seconds, or a bare date (its first second in UTC).

    Raises:
        InputError: for naive times, other offsets, fractions and dates that do not exist.
    """
    whole = _INSTANT.match(text)
    date = _DATE.match(text)
    match = whole or date
    if not match:
        raise _refused(text, "is no instant", "write 2026-03-31T00:00:00Z or 2026-03-31")
    try:
        return datetime(*(int(part) for part in match.groups()), tzinfo=UTC)  # type: ignore[misc,arg-type]
    except ValueError as error:
        raise _refused(text, "is no instant", str(error)) from None


def format_instant(value: datetime) -> str:
    assert value.tzinfo is UTC, "instants are UTC"
    assert value.microsecond == 0, "instants are whole seconds: whole_second() cuts a clock reading"
    return value.strftime("%Y-%m-%dT%H:%M:%SZ").rjust(20, "0")


def whole_second(value: datetime) -> datetime:
    """The instant in UTC without its fraction: what a clock reading becomes."""
    return (value if value.tzinfo is UTC else value.astimezone(UTC)).replace(microsecond=0)


@dataclass(frozen=True, kw_only=True)
class Period:
    """A span of the calendar: months are calendar months clipped to the month's end."""

    months: int = 0
    seconds: int = 0

    @classmethod
    def parse(cls, text: str) -> Period:
        """`6 months`, `90 days`, `2 weeks`, `24 h`, `30 min`. Raises InputError."""
        match = _PERIOD.match(text.strip())
        if not match:
            raise _refused(text, "is no period", "write 6 months, 90 days, 2 weeks, 24 h or 30 min")
        number, unit = int(match[1]), match[2]
        if unit.startswith("week") and number > 142_857:  # 999,999 days: what is read can be written
            raise _refused(text, "is no period", "write at most 142857 weeks")
        if unit.startswith("month"):
            return cls(months=number)
        scale = {"w": 604800, "d": 86400, "h": 3600, "m": 60}[unit[0]]
        return cls(seconds=number * scale)

    def after(self, start: datetime) -> datetime:
        """The instant one period after `start`; the last representable instant when beyond it."""
        month = start.year * 12 + start.month - 1 + self.months
        year, month = divmod(month, 12)
        if year > 9999:
            return LAST_INSTANT
        day = min(start.day, calendar.monthrange(year, month + 1)[1])
        return later(start.replace(year=year, month=month + 1, day=day), self.seconds)

    @property
    def shortest_seconds(self) -> int:
        """A lower bound on the length, for comparisons: a month counts as 28 days."""
        return self.months * 28 * 86400 + self.seconds

    @property
    def longest_seconds(self) -> int:
        """An upper bound on the length: a month counts as 31 days."""
        return self.months * 31 * 86400 + self.seconds

    def __str__(self) -> str:
        if self.months:
            return f"{self.months} month{'s' if self.months != 1 else ''}"
        for scale, name in ((86400, "day"), (3600, "h"), (60, "min")):
            if self.seconds % scale == 0:
                number = self.seconds // scale
                return f"{number} {name}{'s' if name == 'day' and number != 1 else ''}"
        raise AssertionError("periods are whole minutes")


LAST_INSTANT = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)


def later(start: datetime, seconds: int) -> datetime:
    """`start` plus seconds, at most the last representable instant."""
    if seconds >= (LAST_INSTANT - start).total_seconds():
        return LAST_INSTANT
    return start + timedelta(seconds=seconds)


def parse_unbounded(text: str) -> Decimal:
    """A decimal, or `unbounded` (`-unbounded`). Raises InputError."""
    if text in ("unbounded", "-unbounded"):
        return UNBOUNDED if text == "unbounded" else -UNBOUNDED
    return parse_decimal(text)
