"""Streams: within each, entries are numbered without gaps and each names the one before it.

For: whoever writes entries, log stores, the verifier. Does not know: storage, keys.

A stream holds what belongs together (one model's verdicts, one policy's decisions). Its numbering starts at 0
with no previous entry, so that a missing entry shows even to somebody who holds only that stream.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from scalegate.errors import RecordError
from scalegate.quantity import Digest, Identifier
from scalegate.record.codec import KeepBlob, SealedEntry, seal_and_read
from scalegate.record.entry import About, Body, Entry, EntryKind, Head, Seen
from scalegate.tlog.note import Signer


@dataclass(frozen=True, kw_only=True)
class Tail:
    """The last entry of a stream."""

    sequence: int
    digest: Digest


@dataclass(frozen=True, kw_only=True)
class LogHead:
    """A log at one moment: size, root, and the last entry of every stream."""

    origin: str
    size: int
    root: bytes
    tails: Mapping[str, Tail]

    @property
    def seen(self) -> Seen:
        """What an entry made at this moment says it has seen."""
        return Seen(size=self.size, root=Digest(f"sha256:{self.root.hex()}"))


@dataclass(kw_only=True)
class Chain:
    """Checks entries, in the order of the log, against the streams they continue."""

    tails: dict[str, Tail] = field(default_factory=dict)

    def add(self, sealed: SealedEntry) -> None:
        """Raises RecordError when the entry does not follow the last one of its stream; it is added all the same."""
        head, tail = sealed.head, self.tails.get(sealed.head.stream)
        self.tails[head.stream] = Tail(sequence=head.sequence, digest=sealed.digest)
        due, previous = (0, None) if tail is None else (tail.sequence + 1, tail.digest)
        if head.sequence != due:
            raise RecordError(f"stream {head.stream!r} goes on with number {head.sequence}, not {due}")
        if head.previous != previous:
            raise RecordError(f"entry {head.sequence} of stream {head.stream!r} does not name the entry before it")


class Quill:
    """Makes the entries of one transaction: each with the head that its place in its stream asks for."""

    def __init__(self, head: LogHead, *signers: Signer, keep_blob: KeepBlob) -> None:
        self._head, self._signers, self._keep_blob = head, signers, keep_blob
        self._chain = Chain(tails=dict(head.tails))
        self.envelopes: list[bytes] = []

    def write(
        self,
        *,
        kind: EntryKind,
        about: About,
        body: Body,
        stream: str,
        policy: Digest | None,
        issuer: Identifier,
        role: Identifier,
        issued_at: datetime,
    ) -> SealedEntry:
        """Seal one more entry. Its index in the log will be `head.size` plus its place in `envelopes`."""
        tail = self._chain.tails.get(stream)
        head = Head(
            log=self._head.origin,
            stream=stream,
            sequence=tail.sequence + 1 if tail else 0,
            previous=tail.digest if tail else None,
            policy=policy,
            issuer=issuer,
            role=role,
            issued_at=issued_at,
            seen=self._head.seen,
        )
        entry = Entry(kind=kind, head=head, about=about, body=body)
        envelope, sealed = seal_and_read(entry, *self._signers, keep_blob=self._keep_blob)
        self._chain.add(sealed)
        self.envelopes.append(envelope)
        return sealed
