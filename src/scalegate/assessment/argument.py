"""The argument that smallness on a proxy rules a danger out, as it is displayed and as it ends (V1).

For: observe, compute_cap. Does not know: bounds, runs, verdicts.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from scalegate.policy.document import Precursor


def argument_words(precursor: Precursor) -> Iterator[str]:
    """What the reader must believe: the argument, and the assessment of another model that it rests on."""
    yield f"precursor argument of {precursor.author}: {precursor.argument}"
    reference = precursor.reference
    if reference:
        found = f"{reference.assessed_by} found: {reference.finding} ({reference.source})"
        yield f"it rests on another model, {reference.model}, until {reference.until:%Y-%m-%d}; {found}"


def rests_elsewhere(precursor: Precursor | None) -> Iterator[str]:
    """Said among what was not tested: nobody here has looked at the reference model."""
    reference = precursor.reference if precursor else None
    if reference:
        told = f"made by {reference.assessed_by}, not repeated here"
        yield f"it rests on another model's assessment: {reference.model}, {told}, until {reference.until:%Y-%m-%d}"


def argument_fault(precursor: Precursor | None, now: datetime) -> str:
    """Why smallness rules nothing out at this time; empty while an argument stands."""
    if precursor is None:
        return "no precursor argument says why smallness on this proxy rules the danger out"
    if now < precursor.ends:
        return ""
    reference = precursor.reference
    if reference and now >= reference.until:
        return f"the precursor argument ended on {precursor.ends:%Y-%m-%d}, with its reference to {reference.model}"
    return f"the precursor argument ended on {precursor.ends:%Y-%m-%d}"
