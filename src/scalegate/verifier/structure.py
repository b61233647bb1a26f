"""Whether a record's entries, streams, signatures, blobs and checkpoints hold together, from their bytes.

For: `log verify` and bundles. Does not know: whether what the entries say is right, storage.

Every entry is hashed and read again. That shows order and integrity: any changed byte, any entry missing from the
middle, any checkpoint that tells another story. It does not show that the operator kept one story for
everybody; for that, outside witnesses must have signed the checkpoints.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from scalegate.errors import Finding, RecordError
from scalegate.quantity import Digest
from scalegate.record.chain import Chain
from scalegate.record.codec import FetchBlob, SealedEntry, open_envelope, verify
from scalegate.tlog.dsse import key_id
from scalegate.tlog.ed25519 import PublicKey
from scalegate.tlog.note import VerifierKey, open_checkpoint
from scalegate.tlog.tree import Edge, leaf_hash


@dataclass(frozen=True, kw_only=True)
class StructureReport:
    """What was checked and what was found; no finding means that nothing was found, not that all is well.

    Attributes:
        root: the root recomputed over all entries.
        entries, checkpoints, blobs: how many of each were checked.
        uncovered: entries after the last checkpoint; a crash can leave some, the next writer covers them.
        parties: key ids of the distinct keys that signed anything; one party shows no independence.
    """

    origin: str
    root: bytes
    entries: int
    checkpoints: int
    blobs: int
    uncovered: int
    parties: tuple[str, ...]
    findings: tuple[Finding, ...]


@dataclass(kw_only=True)
class _Check:
    operator: VerifierKey
    people: tuple[PublicKey, ...]
    fetch_blob: FetchBlob
    edges: list[Edge] = field(default_factory=lambda: [Edge()])  # the tree at every size
    chain: Chain = field(default_factory=Chain)
    roots: dict[int, bytes] = field(default_factory=dict)
    blobs: int = 0
    parties: set[str] = field(default_factory=set)
    findings: list[Finding] = field(default_factory=list)

    def root(self, size: int) -> bytes:
        if size not in self.roots:
            self.roots[size] = self.edges[size].root
        return self.roots[size]

    def find(self, where: str, what: str, mend: str = "") -> None:
        self.findings.append(Finding(where=where, what=what, mend=mend))

    def find_all(self, where: str, error: RecordError) -> None:
        for found in error.findings:
            self.find(where, ": ".join(part for part in (found.where, found.path, found.what) if part), found.mend)


def verify_log(
    entries: Iterable[tuple[int, bytes]],
    checkpoints: Iterable[tuple[int, bytes]],
    *,
    operator: VerifierKey,
    fetch_blob: FetchBlob,
    people: Iterable[PublicKey] = (),
    head: tuple[int, bytes] | None = None,
) -> StructureReport:
    """Check a whole log.

    Args:
        entries: index and envelope, in order.
        checkpoints: size and note of every signed checkpoint.
        operator: the pinned key; it must have signed every entry and every checkpoint.
        fetch_blob: gives a blob's bytes, raises RecordError when absent or altered.
        people: other keys whose signatures on entries are known.
        head: size and root that the log claims for itself, when it does.
    """
    check = _Check(operator=operator, people=tuple(people), fetch_blob=fetch_blob)
    for due, (index, envelope) in enumerate(entries):
        _check_entry(check, due, index, envelope)
    size = len(check.edges) - 1
    covered, count = 0, 0
    for stated, note in checkpoints:
        count += 1
        covered = max(covered, _check_checkpoint(check, stated, note))
    if not count:
        check.find("", "no checkpoint has been signed")
    if head is not None and head != (size, check.root(size)):
        check.find("head", f"the head says {head[0]} entries and a root that the {size} entries do not give")
    return StructureReport(
        origin=operator.name,
        root=check.root(size),
        entries=size,
        checkpoints=count,
        blobs=check.blobs,
        uncovered=max(0, size - covered),
        parties=tuple(sorted(check.parties)),
        findings=tuple(check.findings),
    )


def _check_entry(check: _Check, due: int, index: int, envelope: bytes) -> None:
    where = f"entry {due}"
    check.edges.append(check.edges[-1].append(leaf_hash(envelope)))
    if index != due:
        check.find(where, f"the entry at place {due} is numbered {index}")
    try:
        sealed = open_envelope(envelope)
    except RecordError as error:
        check.find_all(where, error)
        return
    for part in (_check_signatures, _check_place, _check_stream, _check_blob):
        try:
            part(check, sealed, due, envelope)
        except RecordError as error:
            check.find_all(where, error)


def _check_signatures(check: _Check, sealed: SealedEntry, _due: int, _envelope: bytes) -> None:
    """The operator must have signed, and nobody unknown: a signature that nobody can check says nothing."""
    signed = verify(sealed, (check.operator.key, *check.people))
    check.parties.update(key_id(key) for key in signed)
    if check.operator.key not in signed:
        raise RecordError("the entry is not signed by the operator")
    if len(signed) != len(sealed.signatures):
        raise RecordError("the entry has a signature of an unknown key")


def _check_place(check: _Check, sealed: SealedEntry, due: int, _envelope: bytes) -> None:
    """The entry belongs to this log, and the head that it has seen is an earlier one of this log."""
    seen = sealed.head.seen
    if sealed.head.log != check.operator.name:
        raise RecordError(f"the entry was made for the log {sealed.head.log!r}")
    if not 0 <= seen.size <= due:
        raise RecordError(f"the entry says it has seen a log of {seen.size} entries")
    if seen.root != Digest(f"sha256:{check.root(seen.size).hex()}"):
        raise RecordError(f"the entry has seen another log of {seen.size} entries")


def _check_stream(check: _Check, sealed: SealedEntry, _due: int, _envelope: bytes) -> None:
    check.chain.add(sealed)


def _check_blob(check: _Check, sealed: SealedEntry, _due: int, envelope: bytes) -> None:
    if sealed.blob is not None:
        open_envelope(envelope, check.fetch_blob)
        check.blobs += 1


def _check_checkpoint(check: _Check, stated: int, note: bytes) -> int:
    """The size that a good checkpoint covers, 0 for a bad one.

    Two checkpoints that both give the root recomputed at their size are consistent with each other.
    """
    where = f"checkpoint {stated}"
    try:
        checkpoint = open_checkpoint(note, check.operator)
    except RecordError as error:
        check.find_all(where, error)
        return 0
    check.parties.add(key_id(check.operator.key))
    if checkpoint.size != stated:
        check.find(where, f"it is kept as of size {stated} and says {checkpoint.size}")
    if checkpoint.size >= len(check.edges):
        check.find(where, f"it covers {checkpoint.size} entries, and only {len(check.edges) - 1} are there")
    elif check.root(checkpoint.size) != checkpoint.root:
        check.find(where, f"the first {checkpoint.size} entries do not give its root")
    return checkpoint.size
