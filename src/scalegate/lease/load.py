"""Loads a lease: verified once, then only compared.

For: trainers and servers. Does not know: the network, the project, how the lease came about. This is the one module
of the room that reads files and clocks.
"""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any, Final, NoReturn, SupportsFloat, final

from scalegate.errors import Finding, InputError, RecordError
from scalegate.lease.document import (
    MAX_BYTES,
    LeaseDocument,
    LeaseError,
    LogPlace,
    instant_text,
    lease_digest,
    parse_lease,
)
from scalegate.lease.trust import MAX_BYTES as MAX_TRUST_BYTES
from scalegate.lease.trust import Trust, parse_trust
from scalegate.tlog.canonical import loads
from scalegate.tlog.dsse import parse_envelope, signed_by
from scalegate.tlog.note import open_checkpoint
from scalegate.tlog.tree import check_inclusion, leaf_hash

LEASE_ENTRY = "urn:scalegate:record:lease:1"
_BOOT_CLOCK = getattr(time, "CLOCK_BOOTTIME", None)  # unlike the monotonic clock it goes on while the machine sleeps
_VERIFIED: Final = object()


def _elapsed() -> float:
    return time.monotonic() if _BOOT_CLOCK is None else time.clock_gettime(_BOOT_CLOCK)


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Allowed:
    """The lease covers it until `until`. True as a boolean."""

    until: datetime
    demo: bool

    def __bool__(self) -> bool:
        return True


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Refused:
    """The lease does not cover it, and why. False as a boolean."""

    reason: str

    def __bool__(self) -> bool:
        return False


@final
class Lease:
    """A verified lease. There is no way to one but `Lease.load`: it is not built, changed or unpickled."""

    __slots__ = (
        "_allowed",
        "_cap",
        "_cap_float",
        "_configuration",
        "_ends",
        "_floor",
        "_mode",
        "_permission",
        "_started",
        "_subject",
        "document",
    )

    document: LeaseDocument
    _allowed: Allowed
    _cap: Decimal | None
    _cap_float: float
    _configuration: str
    _ends: float
    _floor: float
    _mode: str
    _permission: str
    _started: float
    _subject: str

    def __init__(self, verified: object, document: LeaseDocument, wall: float, started: float) -> None:
        if verified is not _VERIFIED:
            raise TypeError("a lease is loaded with Lease.load, which verifies it; it cannot be made otherwise")
        put: Callable[[str, Any], None] = partial(object.__setattr__, self)
        put("document", document)
        put("_permission", document.permission)
        put("_subject", document.subject)
        put("_configuration", document.configuration)
        put("_mode", document.mode)
        put("_cap", document.effective_compute_cap)
        put("_cap_float", _float_below(document.effective_compute_cap))
        put("_ends", document.ends.timestamp())
        # The lease exists, so it is not earlier than its beginning, whatever this machine's clock says.
        put("_floor", max(wall, document.begins.timestamp()))
        put("_started", started)
        put("_allowed", Allowed(until=document.ends, demo=document.demo))

    @classmethod
    def load(cls, path: str | Path, *, trust: str | Path | Trust) -> Lease:
        """Read and verify a lease file.

        Checked: the entry's signature by the operator that `trust` pins, its place in the log (inclusion proof,
        checkpoint, origin), that the entry names exactly these terms, and that demo keys are allowed if it has any.

        Raises:
            LeaseError: when any of this does not hold, or the file cannot be read.
            InputError: when the trust file cannot be read.
        """
        pinned = trust if isinstance(trust, Trust) else read_trust(trust)
        document, place = parse_lease(_read(Path(path)))
        try:
            _verify(document, place, pinned)
        except (RecordError, InputError) as error:
            raise LeaseError(*(Finding(where=str(path), what=f.what, mend=f.mend) for f in error.findings)) from None
        return cls(_VERIFIED, document, time.time(), _elapsed())

    def allows(
        self,
        permission: str,
        *,
        subject: str,
        configuration: str | None = None,
        mode: str | None = None,
        effective_compute_flop: int | float | Decimal | None = None,
        now: datetime | None = None,
    ) -> Allowed | Refused:
        """Whether the lease covers this, now.

        What the lease limits must be given: a missing argument is a refusal. `now` can only make it later: the time
        is never earlier than the wall clock, nor than the time of loading plus what has elapsed since.

        Args:
            permission: `TRAIN`, `STORE`, `USE_INTERNALLY`, `DEPLOY` or `ASSESS`.
            subject: digest of the weights, or the run.
            effective_compute_flop: effective compute so far, in FLOP, above zero.
        """
        if permission != self._permission:
            return Refused(reason=f"the lease is for {self._permission}, not for {permission}")
        if subject != self._subject:
            return Refused(reason="the lease is for another subject")
        if configuration != self._configuration:
            return _other("configuration", self._configuration, configuration)
        if mode != self._mode and not (mode is None and not self._mode):
            return _other("mode", self._mode, mode)
        if self._cap is not None and not (
            0.0 < effective_compute_flop <= self._cap_float
            if type(effective_compute_flop) is float
            else _within(effective_compute_flop, self._cap)
        ):
            return _beyond(effective_compute_flop, self._cap)
        moment = max(time.time(), self._floor + (_elapsed() - self._started))
        if now is not None:
            moment = max(moment, now.timestamp())
        if moment >= self._ends:
            return Refused(reason=f"the lease ended at {instant_text(self.document.ends)}: ask for a decision again")
        return self._allowed

    def __init_subclass__(cls) -> NoReturn:
        raise TypeError("a lease has no subclasses: they could answer otherwise")

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError("a lease is frozen")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError("a lease is frozen")

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a lease is not pickled: load it again, so that it is verified again")

    def __copy__(self) -> Lease:
        return self

    def __deepcopy__(self, memo: object) -> Lease:
        return self

    def __repr__(self) -> str:
        d = self.document
        notice = " DEMO KEYS" if d.demo else ""
        return f"<Lease{notice} {d.permission} {d.model} until {instant_text(d.ends)}>"


def read_trust(path: str | Path) -> Trust:
    """Read a trust file. Raises InputError."""
    try:
        with Path(path).open("rb") as file:
            data = file.read(MAX_TRUST_BYTES + 1)
    except OSError as error:
        what, mend = f"the trust file cannot be read: {error.strerror}", "give the path of a trust.json"
        raise InputError(Finding(where=str(path), what=what, mend=mend)) from None
    return parse_trust(data, str(path))


# -------------------------------------------------------------------------------------- comparison


def _float_below(cap: Decimal | None) -> float:
    """The largest float that is not above the cap: a float is within the cap when it is within this one."""
    if cap is None or cap > Decimal(sys.float_info.max):
        return sys.float_info.max
    nearest = float(cap)
    return nearest if Decimal(nearest) <= cap else math.nextafter(nearest, 0)


def _within(flop: object, cap: Decimal) -> bool:
    """True for a real number in (0, cap]. Not a number, infinity and texts are not within anything."""
    if isinstance(flop, float):
        return math.isfinite(flop) and 0 < Decimal(flop) <= cap
    if isinstance(flop, Decimal):
        return flop.is_finite() and 0 < flop <= cap
    return isinstance(flop, int) and not isinstance(flop, bool) and 0 < flop <= cap


def _beyond(flop: SupportsFloat | None, cap: Decimal) -> Refused:
    if flop is None:
        return Refused(reason=f"the lease is limited to {cap:e} FLOP: effective_compute_flop must be given")
    return Refused(reason=f"effective compute {str(flop)[:40]} is not above 0 and at most {cap:e} FLOP")


def _other(what: str, leased: str, asked: str | None) -> Refused:
    if asked is None:
        return Refused(reason=f"the lease is limited to {what} {leased!r}: {what} must be given")
    return Refused(reason=f"the lease is for {what} {leased!r}, not {asked[:80]!r}")


# ------------------------------------------------------------------------------------ verification


def _verify(document: LeaseDocument, place: LogPlace, trust: Trust) -> None:
    """Every link from the pinned key to the terms. Raises RecordError or InputError at the first that is missing."""
    if document.origin != trust.origin:
        raise RecordError(f"the lease is of the log {document.origin!r}, and {trust.origin!r} is trusted")
    if document.demo and not trust.allow_demo:
        what, mend = "the lease is signed with demo keys", 'set "allow_demo": true in the trust file to try things out'
        raise RecordError(Finding(what=what, mend=mend))
    envelope = parse_envelope(place.envelope)
    if not signed_by(envelope, [trust.operator.key]):
        raise RecordError("the entry of the lease is not signed by the operator")
    checkpoint = open_checkpoint(place.checkpoint, trust.operator)
    check_inclusion(leaf_hash(place.envelope), place.index, checkpoint.size, place.proof, checkpoint.root)
    head, body = _lease_entry(envelope.payload)
    if head.get("log") != trust.origin:
        raise RecordError("the entry of the lease was made for another log")
    terms = {"decision": document.decision, "lease": lease_digest(document), "ends": instant_text(document.ends)}
    if body != terms:  # exactly these terms: a lease entry says nothing else
        raise RecordError("the entry in the log is for other terms than this lease has")


def _lease_entry(payload: bytes) -> tuple[dict[str, Any], dict[str, Any]]:
    """Head and body of an entry of kind `lease`; no other kind of entry can stand for a lease."""
    statement = loads(payload)
    if not isinstance(statement, dict) or statement.get("predicateType") != LEASE_ENTRY:
        raise RecordError("the entry that comes with the lease is no lease entry")
    predicate = statement.get("predicate")
    head, body = (predicate.get("head"), predicate.get("body")) if isinstance(predicate, dict) else (None, None)
    if not isinstance(head, dict) or not isinstance(body, dict):
        raise RecordError("the lease entry has no head or no body")
    return head, body


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        what, mend = f"the lease cannot be read: {error.strerror}", "ask for a decision with `scalegate gate`"
        raise LeaseError(Finding(where=str(path), what=what, mend=mend)) from None
