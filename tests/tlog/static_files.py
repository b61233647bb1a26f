"""A log as static files in memory, for the tests of tiles, proofs and witnesses."""

from __future__ import annotations

from collections.abc import Sequence

from scalegate.errors import RecordError
from scalegate.tlog.ed25519 import PrivateKey
from scalegate.tlog.note import Checkpoint, VerifierKey, sign_checkpoint
from scalegate.tlog.tile import bundles_between, format_bundle, tile_bytes, tiles_between
from scalegate.tlog.tree import consistency_proof, inclusion_proof, leaf_hash, nodes_of, root_of


class StaticFiles:
    """Files by path; serves `StaticReader` and counts what was read."""

    def __init__(self, entries: Sequence[bytes]) -> None:
        node = nodes_of([leaf_hash(entry) for entry in entries])
        self.files = {t.path: tile_bytes(t, node) for t in tiles_between(0, len(entries))}
        for bundle in bundles_between(0, len(entries)):
            self.files[bundle.path] = format_bundle(entries[bundle.start : bundle.start + bundle.width])
        self.reads: list[str] = []

    def read(self, path: str) -> bytes:
        self.reads.append(path)
        try:
            return self.files[path]
        except KeyError:
            raise RecordError(f"{path} is absent") from None


class TinyLog:
    """A log of entries with a key: the part of a log that talks to witnesses."""

    def __init__(self, origin: str, entries: Sequence[bytes], key: PrivateKey) -> None:
        self.origin, self.entries, self.key = origin, list(entries), key
        self.verifier = VerifierKey(name=origin, key=key.public)

    def leaves(self, size: int) -> list[bytes]:
        return [leaf_hash(entry) for entry in self.entries[:size]]

    def root(self, size: int | None = None) -> bytes:
        return root_of(self.leaves(len(self.entries) if size is None else size))

    def checkpoint(self, size: int | None = None) -> bytes:
        size = len(self.entries) if size is None else size
        return sign_checkpoint(Checkpoint(origin=self.origin, size=size, root=self.root(size)), self.key)

    def consistency(self, old: int, new: int) -> tuple[bytes, ...]:
        return consistency_proof(old, new, nodes_of(self.leaves(new))) if old else ()

    def inclusion(self, index: int, size: int) -> tuple[bytes, ...]:
        return inclusion_proof(index, size, nodes_of(self.leaves(size)))
