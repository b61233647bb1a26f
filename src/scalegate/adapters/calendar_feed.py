"""What is owed as a calendar, for the calendars that people live by: one RFC 5545 feed.

For: the composition root. Does not know: the record, or how what is owed came about.

Escaping, folding and line ends are the icalendar library's (the extra `calendar`). A UID is the obligation's own
id: reading the feed again on another day moves an event and never doubles it. What was met is not in the feed.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from scalegate.errors import Finding, UsageError
from scalegate.obligation.obligation import Obligation
from scalegate.publication.legible import legible
from scalegate.quantity import LAST_INSTANT, format_instant

if TYPE_CHECKING:
    from icalendar import Calendar, Event

WARNINGS = (timedelta(days=-7), timedelta(days=-1))


def write_feed(
    owed: Sequence[Obligation], path: Path, *, origin: str, as_of: datetime, stamps: Sequence[str] = ()
) -> int:
    """Write the feed beside its place and rename it; the number of its events.

    Raises:
        UsageError: when the extra `calendar` is not installed.
    """
    calendar, number = _calendar(owed, origin=origin, as_of=as_of, stamps=[s for s in stamps if s])
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    aside.write_bytes(calendar.to_ical())
    aside.replace(path)
    return number


def _calendar(
    owed: Sequence[Obligation], *, origin: str, as_of: datetime, stamps: Sequence[str]
) -> tuple[Calendar, int]:
    try:
        from icalendar import Calendar
    except ImportError:
        raise UsageError(
            Finding(what="a calendar feed needs an extra", mend="pip install 'scalegate[calendar]'")
        ) from None
    calendar = Calendar()
    calendar.add("prodid", "-//scalegate//due//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", " ".join([f"scalegate {origin}", *(f"({stamp})" for stamp in stamps)]))
    found = [o for o in owed if not o.state.met and o.at < LAST_INSTANT]
    for obligation in found:
        calendar.add_component(_event(obligation, origin, as_of, stamps))
    return calendar, len(found)


def _event(obligation: Obligation, origin: str, as_of: datetime, stamps: Sequence[str]) -> Event:
    from icalendar import Alarm, Event

    state = obligation.state.value.replace("_", " ")
    shown = "" if state == "owed" else f"{state.upper()}: "
    event = Event()
    event.add("uid", f"{obligation.id.hex}@{origin}")
    event.add("dtstamp", as_of)
    event.add("dtstart", obligation.at)
    event.add("summary", legible(" ".join([*stamps, f"{shown}{obligation.what}: {obligation.about}"])))
    event.add("description", _words(obligation, state, as_of))
    event.add("categories", [obligation.kind.value])
    event.add("transp", "TRANSPARENT")
    for before in WARNINGS:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("trigger", before)
        alarm.add("description", legible(f"{obligation.what}: {obligation.about}"))
        event.add_component(alarm)
    return event


def _words(obligation: Obligation, state: str, as_of: datetime) -> str:
    compute = f"or at {obligation.at_compute}, whichever comes first" if obligation.at_compute else ""
    said = [
        f"document {obligation.document}" if obligation.document else "",
        f"role {obligation.role}",
        f"{state} as of {format_instant(as_of)}",
        obligation.why,
        compute,
    ]
    return "\n".join(legible(line) for line in said if line)
