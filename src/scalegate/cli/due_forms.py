"""`due` and `protections` as JSON: the keys of docs/command-line.md. Does not know: the rules."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from scalegate.quantity import format_decimal, format_instant

if TYPE_CHECKING:
    from scalegate.obligation.obligation import Obligation
    from scalegate.procedure.needing import Need
    from scalegate.procedure.owing import BufferLeft, Owing
    from scalegate.procedure.readiness import Readiness

DAY = 86400


def due_form(owed: Owing, *, replay: bool, met_too: bool = False) -> dict[str, Any]:
    """What was met in time is counted, and listed on request; what was met late is always listed."""
    shown = owed.obligations if met_too else owed.standing
    return {
        "schema": "scalegate.due/1",
        "as_of": format_instant(owed.as_of),
        "replay": replay,
        "due": [_obligation(o) for o in shown],
        "met_in_time": owed.met,
        "buffers": [_buffer(b, owed.as_of) for b in owed.buffers],
    }


def _obligation(owed: Obligation) -> dict[str, Any]:
    return {
        "at": format_instant(owed.at),
        "what": owed.what,
        "role": owed.role,
        "about": owed.about,
        "late": owed.late,
        "state": owed.state.value,
        "kind": owed.kind.value,
        "why": owed.why,
        "at_compute": str(owed.at_compute) if owed.at_compute is not None else None,
        "met_at": format_instant(owed.met_at) if owed.met_at is not None else None,
        "subject": owed.subject or None,
        "limit": owed.limit or None,
        "document": owed.document or None,
        "id": owed.id,
    }


def days_left(until: datetime, now: datetime) -> int:
    """Whole days, 0 when it has come."""
    return max(int((until - now).total_seconds() // DAY), 0)


def _buffer(left: BufferLeft, now: datetime) -> dict[str, Any]:
    def compute(value: object) -> str | None:
        return None if value is None else str(value)

    return {
        "model": left.model,
        "document": left.document or None,
        "configuration": left.configuration,
        "limit": left.limit,
        "observation": left.observation,
        "upper": format_decimal(left.upper),
        "alert_value": format_decimal(left.alert_value),
        "limit_value": format_decimal(left.limit_value),
        "alert_on": format_instant(left.alert_on),
        "limit_on": format_instant(left.limit_on),
        "days_to_alert": days_left(left.alert_on, now),
        "days_to_limit": days_left(left.limit_on, now),
        "alert_at": compute(left.alert_at),
        "limit_at": compute(left.limit_at),
        "compute_now": compute(left.compute_now),
    }


def protections_form(found: Sequence[Readiness], *, as_of: datetime, replay: bool) -> dict[str, Any]:
    return {
        "schema": "scalegate.protections/1",
        "as_of": format_instant(as_of),
        "replay": replay,
        "protections": [
            {
                "document": r.document or None,
                "protection": r.protection,
                "title": r.title,
                "approved_by": r.approved_by,
                "in_force": not r.why_not,
                "why_not": r.why_not,
                "until": format_instant(r.until) if r.until is not None else None,
                "asked": [
                    {
                        "permission": a.permission,
                        "limit": a.limit or None,
                        "model": a.model or None,
                    }
                    for a in r.asked
                ],
                "late": r.late,
                "needed_by": _instant(r.needed_by),
                "needed_at_compute": str(r.at_compute) if r.at_compute is not None else None,
                "late_from": _instant(r.late_from),
                "slack_days": days_left(r.late_from, as_of) if r.late_from is not None else None,
                "lead_days": days_left(r.needed_by, as_of) if r.needed_by is not None else None,
                "lapses_first": r.lapses_first,
                "needs": [_need(n) for n in r.needs],
            }
            for r in found
        ],
    }


def _need(need: Need) -> dict[str, Any]:
    return {
        "reason": need.reason.value,
        "planning": need.reason.planning,
        "permission": need.permission.value,
        "limit": need.limit or None,
        "model": need.model or None,
        "by": _instant(need.by),
        "likely": _instant(need.likely),
        "latest": _instant(need.latest),
        "at_compute": str(need.at_compute) if need.at_compute is not None else None,
        "why": need.why,
    }


def _instant(at: datetime | None) -> str | None:
    return format_instant(at) if at is not None else None
