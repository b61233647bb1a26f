"""A log in a folder, for the tests of stores, the verifier and leases."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from record.samples import BODIES, NOON, OPERATOR, OPERATOR_KEY, entry, ident
from scalegate.adapters.blob_store import BlobStore
from scalegate.adapters.log_store import LogStore, RawLog, create_log
from scalegate.record.chain import LogHead, Quill
from scalegate.record.entry import Body, EntryKind
from scalegate.verifier.structure import StructureReport, verify_log

KINDS = tuple(BODIES)


def make_log(folder: Path) -> tuple[LogStore, BlobStore]:
    return create_log(folder / "log.db", OPERATOR_KEY, OPERATOR), BlobStore(folder / "blobs")


def built(blobs: BlobStore, *kinds: EntryKind, body: Body | None = None) -> Callable[[LogHead], list[bytes]]:
    """Makes one entry of each kind, in the stream of its kind."""

    def build(head: LogHead) -> list[bytes]:
        quill = Quill(head, OPERATOR, keep_blob=blobs.keep)
        for kind in kinds:
            quill.write(
                kind=kind,
                about=entry(kind).about,
                body=BODIES[kind] if body is None else body,
                stream=kind.value,
                policy=None,
                issuer=ident("operator"),
                role=ident("operator"),
                issued_at=NOON,
            )
        return quill.envelopes

    return build


def verified(folder: Path) -> StructureReport:
    with RawLog(folder / "log.db") as log:
        return verify_log(
            log.read_raw(),
            log.checkpoints(),
            operator=OPERATOR_KEY,
            fetch_blob=BlobStore(folder / "blobs").fetch,
            head=log.recorded_head(),
        )
