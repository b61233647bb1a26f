"""The register of promises: where each stands, from a prefix of the record and a time, counted by year.

For: `procedure/promising.py`, later the public page. Does not know: clocks, files, how it is shown.

One source: where a promise stands is what `due.py` says of its obligations. The register adds the promises that no
entry can show (`promises.py`), which read `unverifiable` and never `kept`, and the ends of waivers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from scalegate.obligation.due import obligations
from scalegate.obligation.obligation import Obligation, State
from scalegate.obligation.promises import Promise, promises
from scalegate.policy.document import PolicyDocument
from scalegate.record.view import RecordView


class Standing(StrEnum):
    """Where a promise stands, worst first. What nobody can tell is never kept.

    - `missed`: so late that a whole further interval has passed, or that it can no longer be kept;
    - `late`: past its due point and not kept, or kept after it;
    - `waived`: late, under a waiver in force;
    - `unverifiable`: no entry of the record can show it;
    - `kept`: the record shows that it was kept in time;
    - `open`: not due yet, or nothing has called for it.
    """

    MISSED = "missed"
    LATE = "late"
    WAIVED = "waived"
    UNVERIFIABLE = "unverifiable"
    KEPT = "kept"
    OPEN = "open"


_OF = {
    State.MISSED: Standing.MISSED,
    State.LATE: Standing.LATE,
    State.MET_LATE: Standing.LATE,
    State.WAIVED: Standing.WAIVED,
    State.UNVERIFIABLE: Standing.UNVERIFIABLE,
    State.MET: Standing.KEPT,
    State.OWED: Standing.OPEN,
}


@dataclass(frozen=True, kw_only=True)
class Instance:
    """One time that a promise fell due, or will.

    Attributes:
        at: its due point.
        about: what it was about.
        met_at: when it was kept; None while it is not.
    """

    at: datetime
    about: str
    standing: Standing
    why: str = ""
    met_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Registered:
    """A promise with every time that it fell due, soonest first.

    Attributes:
        standing: the worst of its instances; without any, `open` where the record would show them.
        why: why nobody can tell, or what is worst; may be empty.
    """

    promise: Promise
    standing: Standing
    instances: tuple[Instance, ...] = ()
    why: str = ""


@dataclass(frozen=True, kw_only=True)
class Register:
    """Every promise of a policy, in the order of its sections.

    Instances are counted by the year of their due point and where they stand; a promise without any counts in no year.
    """

    as_of: datetime
    recorded: bool
    entries: tuple[Registered, ...]

    @property
    def years(self) -> dict[int, dict[Standing, int]]:
        found: dict[int, dict[Standing, int]] = {}
        for entry in self.entries:
            for instance in entry.instances:
                counts = found.setdefault(instance.at.year, dict.fromkeys(Standing, 0))
                counts[instance.standing] += 1
        return dict(sorted(found.items()))

    @property
    def undated(self) -> dict[Standing, int]:
        counts = dict.fromkeys(Standing, 0)
        for entry in self.entries:
            if not entry.instances:
                counts[entry.standing] += 1
        return counts

    @property
    def late(self) -> bool:
        """Something is past its due point and not kept; what was kept late ends nothing."""
        bad = (Standing.MISSED, Standing.LATE, Standing.WAIVED)
        return any(i.standing in bad and i.met_at is None for e in self.entries for i in e.instances)


def register(policy: PolicyDocument, view: RecordView, now: datetime) -> Register:
    """The promises of the policy in force, against its record.

    Args:
        policy: the document in force.
        view: the record.
        now: the time.
    """
    owed = obligations(view, now)
    return Register(
        as_of=now,
        recorded=True,
        entries=tuple(
            _registered(promise, _instances(promise, policy, view, owed, now)) for promise in promises(policy)
        ),
    )


def bare_register(policy: PolicyDocument, now: datetime) -> Register:
    """The promises of a policy file without its record: nothing is kept, late or missed, since nothing can show it."""
    why = "no record is at hand"
    entries = []
    for promise in promises(policy):
        until = _date(policy, promise)
        open_ = until is not None and until > now
        entries.append(
            Registered(
                promise=promise,
                standing=Standing.OPEN if open_ else Standing.UNVERIFIABLE,
                instances=(Instance(at=until, about=promise.name, standing=Standing.OPEN),) if open_ and until else (),
                why="" if open_ else promise.untold or why,
            )
        )
    return Register(as_of=now, recorded=False, entries=tuple(entries))


def _date(policy: PolicyDocument, promise: Promise) -> datetime | None:
    """The date that the file itself gives for a promise; None for one that something else sets off."""
    match promise.path:
        case ("threat_models", str(name), "accepted_blind_spot"):
            spot = policy.threat_models[name].accepted_blind_spot
            return spot.until if spot else None
        case ("commitments", str(name)):
            return policy.commitments[name].by
        case _:
            return None


# ------------------------------------------------------------------------------------ instances


def _instances(
    promise: Promise, policy: PolicyDocument, view: RecordView, owed: Iterable[Obligation], now: datetime
) -> tuple[Instance, ...]:
    if promise.path == ("response", "waivers"):
        return tuple(_waivers(policy, view, now))
    found = [o for o in owed if o.kind in promise.kinds and promise.name in ("", o.key[0])]
    return tuple(
        Instance(at=o.at, about=o.about, standing=_OF[o.state], why=o.why, met_at=o.met_at)
        for o in sorted(found, key=lambda o: (o.at, o.about, o.key))
    )


def _waivers(policy: PolicyDocument, view: RecordView, now: datetime) -> Iterator[Instance]:
    """A waiver that lasts no longer than the policy allows is kept when it has ended."""
    rule = policy.response.waivers
    for waiver in view.waivers:
        if rule is None or waiver.since > now:
            continue
        within = waiver.until <= rule.longest.after(waiver.since)
        ended = Standing.KEPT if now >= waiver.until else Standing.OPEN
        yield Instance(
            at=waiver.until,
            about=f"{waiver.id}: {waiver.permission} under limit {waiver.limit}",
            standing=ended if within else Standing.MISSED,
            why="" if within else f"longer than {rule.longest}",
            met_at=waiver.until if within and now >= waiver.until else None,
        )


def _registered(promise: Promise, instances: tuple[Instance, ...]) -> Registered:
    if not instances:
        told = promise.kinds or promise.path == ("response", "waivers")
        standing = Standing.OPEN if told and not promise.untold else Standing.UNVERIFIABLE
        why = promise.untold or "nothing has called for it yet"
        return Registered(promise=promise, standing=standing, why=why)
    worst = min(instances, key=lambda i: list(Standing).index(i.standing))
    if worst.standing not in (Standing.KEPT, Standing.OPEN):
        why = ": ".join(part for part in (worst.about, worst.why) if part)
        return Registered(promise=promise, standing=worst.standing, instances=instances, why=why)
    standing = Standing.UNVERIFIABLE if promise.untold else worst.standing  # a part that nobody can tell is not kept
    return Registered(promise=promise, standing=standing, instances=instances, why=promise.untold)
