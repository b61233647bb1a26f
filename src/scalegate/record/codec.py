"""Entries to bytes and back: the one codec of the record.

For: procedure, log stores, the verifier. Does not know: where entries are kept, who a key belongs to.

An entry is a DSSE envelope around an in-toto Statement v1 in canonical JSON (docs/record-format.md). Its predicate
type names kind and version, `urn:scalegate:record:<kind>:<version>`; this code writes and reads version 1 and refuses
any other by name. A body of more than 32 KiB lies in a blob, and the entry has its digest. Nothing is understood
half: an entry is read only when writing what was understood gives the same bytes again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from scalegate import shape
from scalegate.errors import Finding, InputError, RecordError
from scalegate.quantity import Digest
from scalegate.record.canonical import digest_of_bytes, dumps, loads
from scalegate.record.entry import BODIES, About, Body, Entry, EntryKind, Head
from scalegate.tlog import dsse
from scalegate.tlog.ed25519 import PublicKey
from scalegate.tlog.note import Signer
from scalegate.tlog.tree import leaf_hash

STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
VERSION = 1
INLINE_BYTES = 32 * 1024  # canonical bytes of a body; what is larger lies in a blob

_PREDICATE_TYPE = re.compile(r"urn:scalegate:record:([a-z_]{1,60}):([1-9][0-9]{0,5})\Z")

FetchBlob = Callable[[Digest], bytes]
KeepBlob = Callable[[bytes], Digest]


@dataclass(frozen=True, kw_only=True)
class BlobRef:
    """Where a large body lies: its digest and its length in bytes. On the wire `{"blob": …, "bytes": …}`."""

    blob: Digest
    bytes: int


@dataclass(frozen=True, kw_only=True)
class SealedEntry:
    """An entry as it was read, with signatures that nobody has checked yet.

    Attributes:
        digest: the entry's name in the record: the hash of its leaf (`entry_digest`).
        blob: where the body lies, when it does not stand in the entry itself.
        entry: None when the body lies in a blob and none was fetched.
    """

    digest: Digest
    kind: EntryKind
    head: Head
    about: About
    blob: BlobRef | None
    entry: Entry | None
    envelope: dsse.Envelope

    @property
    def payload(self) -> bytes:
        return self.envelope.payload

    @property
    def signatures(self) -> tuple[dsse.Signature, ...]:
        return self.envelope.signatures


def entry_digest(envelope: bytes) -> Digest:
    """The name of an entry: its RFC 6962 leaf hash, SHA-256 over 0x00 and the envelope.

    It binds the signatures too, and an inclusion proof starts from it. `previous` and every other
    reference from entry to entry is this digest.
    """
    return Digest(f"sha256:{leaf_hash(envelope).hex()}")


# ---------------------------------------------------------------------------------------- write


def body_bytes(body: Body) -> bytes:
    """Canonical bytes of a body. Raises InputError when it has none."""
    return dumps(shape.encode(body))


def statement_bytes(entry: Entry) -> bytes:
    """The payload that is signed. Raises InputError when the entry has no canonical form."""
    return _statement(entry, body_bytes(entry.body))


def _statement(entry: Entry, body: bytes) -> bytes:
    assert type(entry.body) is BODIES[entry.kind], f"a {entry.kind} entry has a body of {BODIES[entry.kind].__name__}"
    inline = len(body) <= INLINE_BYTES
    wire = shape.encode(entry.body if inline else BlobRef(blob=digest_of_bytes(body), bytes=len(body)))
    return dumps(
        {
            "_type": STATEMENT_TYPE,
            "subject": [{"name": entry.about.name, "digest": {"sha256": entry.about.digest.hex}}],
            "predicateType": f"urn:scalegate:record:{entry.kind.value}:{VERSION}",
            "predicate": {"head": shape.encode(entry.head), "body": wire},
        }
    )


def seal(entry: Entry, *signers: Signer, keep_blob: KeepBlob) -> bytes:
    """The envelope: what the log keeps as one entry. A large body goes to `keep_blob` first.

    Raises:
        InputError: when the entry has no canonical form, or would be read back as another.
        RecordError: when the blob cannot be kept, or the entry is too large.
    """
    return seal_and_read(entry, *signers, keep_blob=keep_blob)[0]


def seal_and_read(entry: Entry, *signers: Signer, keep_blob: KeepBlob) -> tuple[bytes, SealedEntry]:
    """Like `seal`; with the envelope, what a reader makes of it."""
    assert signers, "an entry is signed"
    body = body_bytes(entry.body)
    envelope = dsse.format_envelope(dsse.sign(_statement(entry, body), *signers))
    sealed = _read_back(entry, envelope, body)
    if sealed.blob is not None:
        kept = keep_blob(body)
        assert kept == sealed.blob.blob, "a blob is kept under its digest"
    return envelope, sealed


def _read_back(entry: Entry, envelope: bytes, body: bytes) -> SealedEntry:
    """What would be read as something else than was meant must not enter a log that forgets nothing."""
    try:
        sealed = open_envelope(envelope, fetch_blob=lambda _: body)
    except RecordError:
        sealed = None
    if sealed is None or sealed.entry != entry:
        raise InputError(f"a {entry.kind} entry about {entry.about.name!r} could not be read back as it is")
    return sealed


# ----------------------------------------------------------------------------------------- read


def open_envelope(data: bytes, fetch_blob: FetchBlob | None = None) -> SealedEntry:
    """Read an entry strictly; signatures are read, not checked (`verify`).

    Args:
        data: the envelope.
        fetch_blob: gives the bytes of a blob and raises RecordError when they are absent or altered. Without it,
            an entry whose body lies in a blob comes back with `entry` None.

    Raises:
        RecordError: for bytes that this code would not have written, and by name for unknown kinds and versions.
    """
    sealed, wire = _open(data)
    try:
        body = _body(sealed, wire, fetch_blob)
    except InputError as error:
        raise RecordError(*(_in_entry(sealed.kind, f) for f in error.findings)) from None
    if body is None:
        return sealed
    return replace(sealed, entry=Entry(kind=sealed.kind, head=sealed.head, about=sealed.about, body=body))


def open_head(data: bytes) -> SealedEntry:
    """Like `open_envelope`, but leaves the body unread: `entry` is None."""
    return _open(data)[0]


def _open(data: bytes) -> tuple[SealedEntry, Any]:
    """All but the body, and the body as it stands on the wire."""
    envelope = dsse.parse_envelope(data)
    kind, about, predicate = _parse_statement(loads(envelope.payload))
    try:
        head = _decode(Head, predicate["head"])
        blob = _blob_ref(predicate["body"])
    except InputError as error:
        raise RecordError(*(_in_entry(kind, f) for f in error.findings)) from None
    digest = entry_digest(data)
    sealed = SealedEntry(digest=digest, kind=kind, head=head, about=about, blob=blob, entry=None, envelope=envelope)
    return sealed, predicate["body"]


def verify(sealed: SealedEntry, keys: Iterable[PublicKey]) -> tuple[PublicKey, ...]:
    """Which of the keys signed, each once. Signatures of other keys are passed over.

    Raises:
        RecordError: when a signature under the id of one of the keys is bad.
    """
    return dsse.signed_by(sealed.envelope, keys)


def _parse_statement(plain: Any) -> tuple[EntryKind, About, dict[str, Any]]:
    if not _has_keys(plain, "_type", "subject", "predicateType", "predicate") or plain["_type"] != STATEMENT_TYPE:
        raise RecordError("the payload is no in-toto Statement v1")
    kind = _parse_kind(plain["predicateType"])
    subject, predicate = plain["subject"], plain["predicate"]
    if not isinstance(subject, list) or len(subject) != 1 or not _has_keys(subject[0], "name", "digest"):
        raise RecordError(f"a {kind} entry is about one subject with name and digest")
    digest = subject[0]["digest"]
    if not _has_keys(digest, "sha256") or not isinstance(digest["sha256"], str):
        raise RecordError(f"the subject of a {kind} entry has a sha256 digest")
    if not _has_keys(predicate, "head", "body"):
        raise RecordError(f"the predicate of a {kind} entry has head and body")
    try:
        about = _decode(About, {"name": subject[0]["name"], "digest": f"sha256:{digest['sha256']}"})
    except InputError as error:
        raise RecordError(*(_in_entry(kind, f) for f in error.findings)) from None
    return kind, about, predicate


def _parse_kind(predicate_type: object) -> EntryKind:
    match = _PREDICATE_TYPE.match(predicate_type) if isinstance(predicate_type, str) else None
    if not match:
        raise RecordError(f"{str(predicate_type)[:80]!r} is no type of entry of this record")
    name, version = match[1], int(match[2])
    if name not in {kind.value for kind in EntryKind}:
        raise RecordError(Finding(what=f"entries of kind {name!r} are not known here", mend=_NEWER))
    if version != VERSION:
        raise RecordError(Finding(what=f"version {version} of {name!r} entries is not known here", mend=_NEWER))
    return EntryKind(name)


_NEWER = "read this record with a newer scalegate"


def _blob_ref(wire: Any) -> BlobRef | None:
    return _decode(BlobRef, wire) if _has_keys(wire, "blob", "bytes") else None


def _body(sealed: SealedEntry, wire: Any, fetch_blob: FetchBlob | None) -> Any:
    kind, ref = sealed.kind, sealed.blob
    if ref is None:
        if len(sealed.payload) > INLINE_BYTES and len(dumps(wire)) > INLINE_BYTES:
            raise RecordError(f"a {kind} body of more than {INLINE_BYTES} bytes stands in the entry, not in a blob")
        return _decode(BODIES[kind], wire)
    if ref.bytes <= INLINE_BYTES:
        raise RecordError(f"a {kind} body of {ref.bytes} bytes lies in a blob, not in the entry")
    if fetch_blob is None:
        return None
    data = fetch_blob(ref.blob)
    if len(data) != ref.bytes or digest_of_bytes(data) != ref.blob:
        raise RecordError(f"blob {ref.blob} has other bytes than its name says")
    return _decode(BODIES[kind], loads(data))


def _decode(kind: type[Any], plain: Any) -> Any:
    """A value, provided that it is spelled in the one way that `shape.encode` would spell it."""
    value = shape.decode(kind, plain)
    if shape.encode(value) != plain:
        raise InputError(f"{kind.__name__} is not spelled in its one form")
    return value


def _in_entry(kind: EntryKind, finding: Finding) -> Finding:
    return Finding(path=finding.path, what=f"a {kind} entry: {finding.what}")


def _has_keys(plain: Any, *keys: str) -> bool:
    return isinstance(plain, dict) and set(plain) == set(keys)
