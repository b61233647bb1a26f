"""Refuses stated numbers that lie outside their range, by name.

For: `elicitation`, `planning`, `power`, whose inputs people type. Does not know: where a number was written.
"""

from __future__ import annotations

from math import isfinite

from scalegate.errors import Finding, InputError


def require(holds: bool, name: str, value: object, wanted: str) -> None:
    """Raises InputError, with the number's name as path, unless `holds`.

    A comparison with NaN is false, so `0 <= x <= 1` refuses it too.
    """
    if not holds:
        raise InputError(Finding(path=name, what=f"{value!r} is outside its range", mend=f"give {wanted}"))


def require_open_unit(name: str, value: float) -> None:
    """A probability that is neither 0 nor 1: a limit, an alpha, a power."""
    require(0 < value < 1, name, value, "a number between 0 and 1, ends excluded")


def require_unit(name: str, value: float) -> None:
    require(0 <= value <= 1, name, value, "a number from 0 to 1")


def require_count(name: str, value: int, least: int = 0) -> None:
    whole = isinstance(value, int) or (isfinite(value) and value == int(value))
    require(whole and value >= least, name, value, f"a whole number from {least} on")
