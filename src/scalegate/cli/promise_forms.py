"""The register of promises for a terminal and as JSON. Does not know: the rules, how a promise came to stand there."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from rich import box
from rich.console import Console
from rich.table import Table

from scalegate.cli.screens import print_bullets, print_heading, print_line
from scalegate.policy.document import PolicyDocument
from scalegate.publication.legible import legible
from scalegate.quantity import format_instant
from scalegate.shape import Path, dotted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scalegate.obligation.register import Instance, Register, Registered, Standing

Places = Callable[[Path], str]
_TITLES = {
    "missed": "MISSED",
    "late": "LATE, OR KEPT LATE",
    "waived": "WAIVED, AND STILL LATE",
    "unverifiable": "UNVERIFIABLE: NO ENTRY CAN SHOW IT",
    "kept": "KEPT, SAYS THE RECORD",
    "open": "OPEN: NOT DUE, OR NOTHING HAS CALLED FOR IT",
}


def commitments_form(found: Register, policy: PolicyDocument, places: Places, *, replay: bool) -> dict[str, Any]:
    """Every promise, and counts by year; nothing is summed over statuses."""
    return {
        "schema": "scalegate.commitments/1",
        "as_of": format_instant(found.as_of),
        "replay": replay,
        "recorded": found.recorded,
        "policy": {"title": policy.title, "version": policy.version},
        "by_year": [{"year": year, **_counts(counts)} for year, counts in found.years.items()],
        "undated": _counts(found.undated),
        "commitments": [_commitment(entry, places) for entry in found.entries],
    }


def _counts(counts: Mapping[Standing, int]) -> dict[str, int]:
    return {standing.value: number for standing, number in counts.items()}


def _commitment(entry: Registered, places: Places) -> dict[str, Any]:
    promise = entry.promise
    return {
        "path": dotted(promise.path),
        "where": places(promise.path),
        "what": promise.what,
        "owner": promise.owner or None,
        "trigger": promise.trigger,
        "due": promise.due,
        "evidence": promise.evidence,
        "status": entry.standing.value,
        "why": entry.why,
        "instances": [_instance(i) for i in entry.instances],
    }


def _instance(instance: Instance) -> dict[str, Any]:
    return {
        "at": format_instant(instance.at),
        "about": instance.about,
        "status": instance.standing.value,
        "why": instance.why,
        "met_at": format_instant(instance.met_at) if instance.met_at is not None else None,
    }


# -------------------------------------------------------------------------------------- the screen


def print_commitments(found: Register, policy: PolicyDocument, places: Places, console: Console) -> None:
    """Counts by year, then every promise by where it stands, worst first."""
    print_line(console, f"{legible(policy.title)}, version {legible(policy.version)}", "bold")
    if not found.recorded:
        print_line(console, "No record is at hand: nothing can read as kept, late or missed.")
    _by_year(found, console)
    for standing, title in _TITLES.items():
        group = [e for e in found.entries if e.standing.value == standing]
        if group:
            print_heading(console, title)
            print_bullets(console, [_row(entry, places) for entry in group])


def _by_year(found: Register, console: Console) -> None:
    print_heading(console, "BY YEAR OF THE DUE POINT")
    table = Table(box=box.SIMPLE, show_edge=False, pad_edge=False)
    table.add_column("year")
    for standing in _TITLES:
        table.add_column(standing, justify="right")
    for year, counts in found.years.items():
        table.add_row(str(year), *map(str, _counts(counts).values()))
    table.add_row("no date", *map(str, _counts(found.undated).values()))
    console.print(table)


def _row(entry: Registered, places: Places) -> tuple[str, str]:
    promise = entry.promise
    when = ", ".join(part for part in (promise.trigger and f"on {promise.trigger}", promise.due) if part)
    counts = [(s, sum(i.standing.value == s for i in entry.instances)) for s in _TITLES]
    said = [
        promise.what,
        f"role {promise.owner}" if promise.owner else "nobody owns it",
        when,
        f"shown by: {promise.evidence}" if promise.evidence else "nothing is said to show it",
        ", ".join(f"{n} {word}" for word, n in counts if n),
        entry.why,
    ]
    where = places(promise.path)
    head = f"{dotted(promise.path)}{f' ({where})' if where else ''}: "
    return head, legible("; ".join(part.rstrip(".") for part in said if part))
