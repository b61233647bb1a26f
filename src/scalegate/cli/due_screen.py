"""`due` and `protections` for a terminal: one line for what many models owe alike. Does not know: the rules.

Nothing rests on colour: every state is a word.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from rich.console import Console

from scalegate.cli.due_forms import days_left
from scalegate.cli.screens import print_bullets, print_heading, print_line
from scalegate.publication.legible import legible
from scalegate.quantity import LAST_INSTANT, Compute, format_decimal, round_down

if TYPE_CHECKING:
    from scalegate.obligation.obligation import Obligation
    from scalegate.procedure.needing import Need
    from scalegate.procedure.owing import BufferLeft, Owing
    from scalegate.procedure.readiness import Readiness

FEW = 4  # so many are named before the rest is counted


def print_due(owed: Owing, console: Console, *, met_too: bool = False) -> None:
    """What is late first, then what is to come, then what came late; and what is left of the buffers."""
    shown = owed.obligations if met_too else owed.standing
    late = [o for o in shown if o.late]
    other = [o for o in shown if not o.late and not o.state.met]
    if not late and not other:
        print_line(console, "Nothing is owed under the policy in force.")
    _section("LATE", late, console)
    _section("TO COME", other, console)
    _section("MET", [o for o in shown if o.state.met], console)
    if owed.met and not met_too:
        print_line(console, f"Met in time and not listed: {owed.met} (--all lists them).")
    _buffers(owed.buffers, owed.as_of, console)


def _section(title: str, owed: Sequence[Obligation], console: Console) -> None:
    if not owed:
        return
    print_heading(console, title)
    print_bullets(console, [_row(group) for group in _groups(owed)])


def _groups(owed: Iterable[Obligation]) -> list[list[Obligation]]:
    """What is the same but for what it is about is said once, in the order of the first."""
    groups: dict[tuple[str, ...], list[Obligation]] = {}
    for o in owed:
        key = (o.document, f"{o.at:%Y-%m-%d}", o.state.value, o.what, o.role, o.why, str(o.at_compute))
        groups.setdefault(key, []).append(o)
    return list(groups.values())


def _row(group: list[Obligation]) -> tuple[str, str]:
    first = group[0]
    state = first.state.value.replace("_", " ")
    word = "" if state == "owed" else f"{state} "
    compute = f", or at {first.at_compute}" if first.at_compute and not first.state.met else ""
    why = f" ({first.why})" if first.why else ""
    under = f"document {first.document}: " if first.document else ""
    text = f"{under}{first.what}: {_abouts([o.about for o in group])}{compute}{why}; role {first.role}"
    return f"{first.at:%Y-%m-%d} {word}", legible(text)


def _abouts(abouts: Sequence[str]) -> str:
    """Those of one model and configuration are named together; beyond a few they are counted."""
    found: dict[str, list[str]] = {}
    for about in abouts:
        model, comma, limit = about.partition(", limit ")
        found.setdefault(model, []).extend([limit] if comma else [])
    named = [
        f"{model}, limit{'s' if len(limits) > 1 else ''} {', '.join(limits)}" if limits else model
        for model, limits in found.items()
    ]
    rest = f"; and {len(named) - FEW} more" if len(named) > FEW else ""
    return "; ".join(named[:FEW]) + rest


# -------------------------------------------------------------------------------------- buffers


def _buffers(buffers: Sequence[BufferLeft], now: datetime, console: Console) -> None:
    if not buffers:
        return
    print_heading(console, "BUFFER LEFT, IF THE POLICY'S GROWTHS HOLD")
    print_line(console, "Of claims that rest on tests alone; `scalegate assess` says first what was not tested.")
    print_bullets(console, [(f"{_claim(b)}: ", _left(b, now)) for b in buffers])


def _claim(left: BufferLeft) -> str:
    under = f" of document {left.document}" if left.document else ""
    return f"{left.model} in {left.configuration}, limit {left.limit}{under}"


def _left(left: BufferLeft, now: datetime) -> str:
    alert, limit = _days(left.alert_on, now), _days(left.limit_on, now)
    return (
        f"to the alert line {alert}{_factor(left.alert_at, left.compute_now)}; "
        f"to the limit {limit}{_factor(left.limit_at, left.compute_now)}"
    )


def _days(until: datetime, now: datetime) -> str:
    if until == LAST_INSTANT:
        return "never by outside gains"
    if until <= now:
        return f"none, reached on {until:%Y-%m-%d}"
    days = days_left(until, now)
    return f"{days} day{'s' if days != 1 else ''} ({until:%Y-%m-%d})"


def _factor(at: Compute | None, now: Compute | None) -> str:
    if at is None or now is None:
        return ", compute unknown"
    if now >= at:
        return f", no compute (reached at {at})"
    return f", {format_decimal(round_down(at / now))}x compute ({at})"


# ---------------------------------------------------------------------------------- protections


def print_protections(found: Sequence[Readiness], console: Console) -> None:
    """Those that are asked for now and not in force come first, and say LATE.

    A limit asks when it counts as crossed or stands at an alert (V6). In each group, what would be late soonest leads.
    """
    if not found:
        print_line(console, "The policy names no protection.")
    for title, group in (
        ("ASKED FOR AND NOT IN FORCE", [r for r in found if r.late]),
        ("ASKED FOR AND IN FORCE", [r for r in found if r.asked and not r.late]),
        ("NOT ASKED FOR NOW", [r for r in found if not r.asked]),
    ):
        if group:
            print_heading(console, title)
            print_bullets(console, [_protection(r) for r in group])


def _protection(found: Readiness) -> tuple[str, str]:
    under = f" of document {found.document}" if found.document else ""
    head = f"{'LATE ' if found.late else ''}{found.protection}{under}: "
    state = f"not in force, {found.why_not}" if found.why_not else f"in force until {found.until:%Y-%m-%d}"
    always = list(dict.fromkeys(a.permission for a in found.asked if not a.limit))
    models: dict[str, list[str]] = {}
    permissions: dict[str, list[str]] = {}
    for asked in found.asked:
        if asked.limit:
            models.setdefault(asked.limit, []).append(asked.model)
            permissions.setdefault(asked.limit, []).append(asked.permission)
    said = [f"asked always for {', '.join(always)}"] if always else []
    for limit, named in models.items():
        what = ", ".join(dict.fromkeys(permissions[limit]))
        said.append(f"asked for {what} by limit {limit}: {_named(list(dict.fromkeys(named)))}")
    return head, legible("; ".join([state, *said, *_by_when(found), f"role {found.approved_by}"]))


def _by_when(found: Readiness) -> Iterator[str]:
    """By when it is needed and why, from when on it would be late, and what is forecast; nothing for what is late."""
    soonest = next((n for n in found.needs if n.by is not None and not n.reason.planning), None)
    if soonest is not None and soonest.by is not None and not found.late:
        if soonest.by > found.as_of:
            yield f"may be needed by {soonest.by:%Y-%m-%d} for {soonest.permission}{_because(soonest)}"
        if found.late_from is not None:
            first = ", its test lapses first" if found.lapses_first else ""
            left = days_left(found.late_from, found.as_of)
            yield f"late from {found.late_from:%Y-%m-%d} if nothing is done, {left} days left{first}"
    training = next((n for n in found.needs if n.at_compute is not None), None)
    if training is not None:
        yield f"in training at {training.at_compute}{_dates(training)}{_about(training)}"
    ahead = [n for n in found.needs if n.reason.planning and n.by is not None and n.by > found.as_of]
    for forecast in ahead[:1]:
        likely = f", likely {forecast.likely:%Y-%m-%d}" if forecast.likely is not None else ""
        yield f"for planning only, the frontier may reach limit {forecast.limit} from {forecast.by:%Y-%m-%d}{likely}"


def _because(need: Need) -> str:
    return f", {need.reason.value.replace('_', ' ')}{_about(need)}: {need.why}"


def _about(need: Need) -> str:
    return f" ({need.model}, limit {need.limit})" if need.model else ""


def _dates(need: Need) -> str:
    if need.by is None:
        return ", no date known"
    latest = f" and {need.latest:%Y-%m-%d}" if need.latest is not None else " and never"
    return f", between {need.by:%Y-%m-%d}{latest} at the paces recorded"


def _named(models: Sequence[str]) -> str:
    if len(models) > FEW:
        return f"{len(models)} models"
    return ", ".join(models)
