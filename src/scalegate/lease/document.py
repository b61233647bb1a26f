"""What a lease says, and the lease file `scalegate.lease/1` that carries it with its proof.

For: whoever issues or loads leases. Does not know: clocks, files, trust.

A lease is issued in three steps that bind each other: the document is made, its digest is logged in an entry of
kind `lease` that the operator signs, and the file carries document, entry, the proof that the entry is in the log,
and the checkpoint that the proof leads to. Nothing in the file is believed on its own.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from scalegate.errors import Finding, InputError, RecordError, RefusedError
from scalegate.tlog.canonical import dumps, loads
from scalegate.tlog.encoding import from_base64, to_base64
from scalegate.tlog.origin import is_demo, parse_origin
from scalegate.tlog.tree import MAX_PROOF_HASHES

SCHEMA = "scalegate.lease/1"
DEMO_NOTICE = "DEMO KEYS"
MAX_DOCUMENTS = 100
MAX_BYTES = 262_144  # a lease file: one entry, one proof, one checkpoint
LEASABLE = frozenset({"TRAIN", "STORE", "USE_INTERNALLY", "DEPLOY", "ASSESS"})  # D7: RELEASE_WEIGHTS is never leased

_INSTANT = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)Z\Z", re.ASCII)
_FLOP = re.compile(r"([1-9]\d*(\.\d*[1-9])?(e[1-9]\d{0,3})?) FLOP\Z")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}\Z")
_LABEL = re.compile(r"[\x20-\x7e]{0,400}\Z")


class LeaseError(RefusedError):
    """A lease that permits nothing: it does not hold together, or is not from whom it should be."""


@dataclass(frozen=True, kw_only=True)
class LeaseDocument:
    """The terms of a lease (D9).

    Attributes:
        origin: the log that it is recorded in.
        model: the label, for the reader; `subject` is what counts (S1).
        mode: empty when the permission has no mode.
        effective_compute_cap: FLOP up to which it holds; None when compute does not limit it.
        begins, ends: it holds from the first until before the second.
        policy, decision: digest of the policy document, and of the entry that granted it.
        also_under: digests of the other documents in force that grant it too, sorted; it rests on all of them (D1).
    """

    origin: str
    model: str
    subject: str
    permission: str
    configuration: str
    mode: str
    effective_compute_cap: Decimal | None
    begins: datetime
    ends: datetime
    policy: str
    decision: str
    also_under: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Raises InputError for terms that no lease may have."""
        parse_origin(self.origin)
        if self.permission not in LEASABLE:
            raise InputError(Finding(rule="D7", what=f"{self.permission[:40]!r} is never leased"))
        for name in ("model", "subject", "configuration", "mode"):
            if not _LABEL.match(getattr(self, name)) or (name != "mode" and not getattr(self, name)):
                raise InputError(f"{name} of a lease is 1-400 plain ASCII characters")
        for name in ("policy", "decision"):
            if not _DIGEST.match(getattr(self, name)):
                raise InputError(f"{name} of a lease is a sha256: digest")
        also = self.also_under
        if not all(_DIGEST.match(d) for d in also) or list(also) != sorted({*also} - {self.policy}):
            raise InputError("also_under of a lease has the sha256: digests of other documents, sorted, each once")
        cap = self.effective_compute_cap
        if cap is not None and not (cap.is_finite() and cap >= 1):
            raise InputError("a compute cap is a finite amount of at least 1 FLOP")
        if (
            self.begins.tzinfo is not UTC
            or self.ends.tzinfo is not UTC
            or self.begins.microsecond
            or self.ends.microsecond
        ):
            raise InputError("a lease begins and ends at whole seconds of UTC")
        if self.begins >= self.ends:
            raise InputError("a lease ends after it begins")

    @property
    def demo(self) -> bool:
        return is_demo(self.origin)


@dataclass(frozen=True, kw_only=True)
class LogPlace:
    """Where the log has the lease: the entry's envelope and index, the proof, and the checkpoint it leads to."""

    envelope: bytes
    index: int
    proof: tuple[bytes, ...]
    checkpoint: bytes


# --------------------------------------------------------------------------------------- write


def lease_digest(document: LeaseDocument) -> str:
    """`sha256:` of the canonical bytes of the terms: what the lease entry names."""
    return f"sha256:{hashlib.sha256(dumps(_plain(document))).hexdigest()}"


def format_lease(document: LeaseDocument, place: LogPlace) -> bytes:
    """The lease file: canonical bytes and a newline."""
    entry = {
        "envelope": to_base64(place.envelope),
        "index": place.index,
        "proof": [to_base64(part) for part in place.proof],
        "checkpoint": place.checkpoint.decode("utf-8"),
    }
    return dumps({"schema": SCHEMA, "lease": _plain(document), "entry": entry}) + b"\n"


def _plain(document: LeaseDocument) -> dict[str, Any]:
    """Plain data of the terms. Leases of demo keys say so in their own signed words."""
    plain: dict[str, Any] = {f.name: getattr(document, f.name) for f in fields(document)}
    cap = document.effective_compute_cap
    plain["effective_compute_cap"] = None if cap is None else _format_flop(cap)
    plain["begins"], plain["ends"] = instant_text(document.begins), instant_text(document.ends)
    also = [str(digest) for digest in plain.pop("also_under")]
    plain = {name: str(value) if isinstance(value, str) else value for name, value in plain.items()}
    plain |= {"also_under": also} if also else {}  # with one document a lease has the bytes that it always had
    return {**plain, "notice": DEMO_NOTICE} if document.demo else plain


def _format_flop(value: Decimal) -> str:
    """`2.1e24 FLOP`, plain digits below 1e6: one spelling for each amount."""
    value = Decimal(value).normalize()
    return (f"{value:f}" if value.adjusted() < 6 else f"{value:e}".replace("e+", "e")) + " FLOP"


def instant_text(value: datetime) -> str:
    """`2026-03-31T00:00:00Z`."""
    return value.strftime("%Y-%m-%dT%H:%M:%SZ").rjust(20, "0")


# ---------------------------------------------------------------------------------------- read


def parse_lease(data: bytes) -> tuple[LeaseDocument, LogPlace]:
    """Read a lease file strictly; nothing is verified yet.

    Raises:
        LeaseError: for anything that `format_lease` does not write.
    """
    if len(data) > MAX_BYTES:
        raise LeaseError(f"a lease file has at most {MAX_BYTES} bytes")
    try:
        plain = loads(data.removesuffix(b"\n"))
        _expect(plain, {"schema", "lease", "entry"}, "a lease file")
        if plain["schema"] != SCHEMA:
            raise LeaseError(f"lease format {str(plain['schema'])[:60]!r} is not known here, only {SCHEMA}")
        return _parse_document(plain["lease"]), _parse_place(plain["entry"])
    except (RecordError, InputError) as error:
        raise LeaseError(*error.findings) from None


def _parse_document(plain: Any) -> LeaseDocument:
    names = {f.name for f in fields(LeaseDocument)} - {"also_under"}
    names |= {"also_under"} if isinstance(plain, dict) and "also_under" in plain else set()
    demo = isinstance(plain, dict) and is_demo(str(plain.get("origin")))
    _expect(plain, names | {"notice"} if demo else names, "the lease")
    texts = {name: _text(plain, name) for name in plain if name not in ("effective_compute_cap", "also_under")}
    if texts.pop("notice", DEMO_NOTICE) != DEMO_NOTICE:
        raise LeaseError(f"a lease of demo keys says {DEMO_NOTICE}")
    cap, begins, ends = plain["effective_compute_cap"], texts.pop("begins"), texts.pop("ends")
    document = LeaseDocument(
        **texts,
        effective_compute_cap=_parse_flop(cap),
        begins=_parse_instant(begins),
        ends=_parse_instant(ends),
        also_under=_parse_digests(plain.get("also_under", [])),
    )
    if _plain(document) != plain:
        raise LeaseError("the lease is not spelled in its one form")
    return document


def _parse_digests(plain: Any) -> tuple[str, ...]:
    if not isinstance(plain, list) or len(plain) > MAX_DOCUMENTS or not all(isinstance(d, str) for d in plain):
        raise LeaseError(f"also_under of a lease is a list of at most {MAX_DOCUMENTS} digests")
    return tuple(plain)


def _parse_place(plain: Any) -> LogPlace:
    _expect(plain, {"envelope", "index", "proof", "checkpoint"}, "the entry of a lease")
    index, proof = plain["index"], plain["proof"]
    if not isinstance(index, int) or isinstance(index, bool) or index < 0:
        raise LeaseError("the index of an entry is a whole number from 0")
    if not isinstance(proof, list) or len(proof) > MAX_PROOF_HASHES or not all(isinstance(p, str) for p in proof):
        raise LeaseError(f"an inclusion proof is a list of at most {MAX_PROOF_HASHES} hashes")
    return LogPlace(
        envelope=from_base64(_text(plain, "envelope")),
        index=index,
        proof=tuple(from_base64(part) for part in proof),
        checkpoint=_text(plain, "checkpoint").encode("utf-8"),
    )


def _expect(plain: Any, keys: set[str], what: str) -> None:
    if not isinstance(plain, dict) or set(plain) != keys:
        raise LeaseError(f"{what} has {', '.join(sorted(keys))} and nothing else")


def _text(plain: dict[str, Any], name: str) -> str:
    if not isinstance(plain[name], str):
        raise LeaseError(f"{name} of a lease is text")
    return str(plain[name])


def _parse_flop(text: Any) -> Decimal | None:
    if text is None:
        return None
    match = _FLOP.match(text) if isinstance(text, str) else None
    if not match:
        raise LeaseError(f"{str(text)[:40]!r} is no compute cap: it reads 2.1e24 FLOP")
    return Decimal(match[1])


def _parse_instant(text: str) -> datetime:
    match = _INSTANT.match(text)
    if not match:
        raise LeaseError(f"{text[:40]!r} is no instant: it reads 2026-03-31T00:00:00Z")
    year, month, day, hour, minute, second = (int(part) for part in match.groups())
    try:
        return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        raise LeaseError(f"{text!r} is no instant") from None
