"""Prints what tiles cost: making those of a million leaves, proofs out of them, cosignatures, and publishing an act.

Run: python benchmarks/tiles.py [LEAVES]
"""

from __future__ import annotations

import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from scalegate.adapters.blob_store import BlobStore
from scalegate.adapters.log_store import create_log
from scalegate.adapters.published_log import PublishedLog, check_published
from scalegate.adapters.tile_files import TileFolder
from scalegate.decision.dossier import Approver
from scalegate.quantity import Digest, Identifier, parse_instant
from scalegate.record.chain import LogHead, Quill
from scalegate.record.entry import About, EntryKind, Pause
from scalegate.tlog.add_checkpoint import format_request
from scalegate.tlog.cosignature import CosignerKey, cosign, cosigned_by
from scalegate.tlog.ed25519 import PrivateKey
from scalegate.tlog.note import Checkpoint, Note, VerifierKey, parse_note, sign_checkpoint
from scalegate.tlog.tile import tile_bytes, tiles_between
from scalegate.tlog.tile_tree import TileNodes
from scalegate.tlog.tree import (
    check_consistency,
    check_inclusion,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    nodes_of,
    range_hash,
)
from scalegate.tlog.witness import WatchedLog, WitnessedHead, decide

ORIGIN, KEY, WITNESS = (
    "bench.demo",
    PrivateKey(b"benchmark key: protects nothing!"),
    PrivateKey(b"another key, for nothing either!"),
)
OPERATOR = VerifierKey(name=ORIGIN, key=KEY.public)
ME, WHEN = Identifier("bench"), parse_instant("2026-01-01T00:00:00Z")


class Memory:
    """Tiles in memory; serves `StaticReader`."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files = files

    def read(self, path: str) -> bytes:
        return self.files[path]


def timed(name: str, count: int, act: Callable[[], object], unit: str = "") -> None:
    begun = time.perf_counter()
    act()
    taken = time.perf_counter() - begun
    print(f"{name}: {taken:.2f} s, {count / taken:,.0f} {unit or 'per second'}")


def trees(size: int) -> None:
    leaves = [leaf_hash(number.to_bytes(8, "big")) for number in range(size)]
    files: dict[str, bytes] = {}

    def make() -> None:
        node = nodes_of(leaves)
        files.update((tile.path, tile_bytes(tile, node)) for tile in tiles_between(0, size))

    timed(f"tiles of {size:,} leaves", size, make, "leaves per second")
    print(f"  {len(files):,} tiles, {sum(map(len, files.values())):,} bytes")
    root = range_hash(0, size, nodes_of(leaves))
    chance = random.Random(7)
    some = [chance.randrange(size) for _ in range(2_000)]

    def cold() -> None:
        for index in some[:200]:
            inclusion_proof(index, size, TileNodes(Memory(files), size, root))

    timed("inclusion proofs, each from tiles read and checked anew", 200, cold)
    node = TileNodes(Memory(files), size, root)
    for index in range(0, min(size, 40_000), 256):
        node(0, index)
    near = [index % min(size, 40_000) for index in some]
    timed(
        "inclusion proofs, tiles of 40,000 leaves checked before",
        2_000,
        lambda: [inclusion_proof(i, size, node) for i in near],
    )
    proofs = [inclusion_proof(i, size, node) for i in near]

    def check() -> None:
        for index, proof in zip(near, proofs, strict=True):
            check_inclusion(leaves[index], index, size, proof, root)

    timed(f"inclusion proofs of {len(proofs[0])} hashes checked", 2_000, check)
    olds = [chance.randrange(1, size) for _ in range(300)]
    timed("consistency proofs, from tiles", 300, lambda: [consistency_proof(old, size, node) for old in olds])
    roots = [range_hash(0, old, node) for old in olds]
    consistencies = [consistency_proof(old, size, node) for old in olds]

    def consistent() -> None:
        for old, proof, old_root in zip(olds, consistencies, roots, strict=True):
            check_consistency(old, size, proof, old_root, root)

    timed("consistency proofs checked", 300, consistent)


def witnesses(size: int) -> None:
    leaves = [leaf_hash(number.to_bytes(8, "big")) for number in range(size)]
    node = nodes_of(leaves)
    old, head = size - 1, WitnessedHead(size=size - 1, root=range_hash(0, size - 1, node))
    note = sign_checkpoint(Checkpoint(origin=ORIGIN, size=size, root=range_hash(0, size, node)), KEY)
    body = format_request(old, consistency_proof(old, size, node), note)
    watched = {ORIGIN: WatchedLog(keys=(OPERATOR,), head=head)}
    assert decide(body, watched.get, "w", WITNESS, time=1).answer.status == 200
    timed(
        "decisions of a witness", 2_000, lambda: [decide(body, watched.get, "w", WITNESS, time=1) for _ in range(2_000)]
    )
    opened, key = parse_note(note), CosignerKey(name="w", key=WITNESS.public)
    cosigned = Note(text=opened.text, signatures=(cosign(opened.text, "w", WITNESS, time=1),))
    timed("cosignatures checked", 2_000, lambda: [cosigned_by(cosigned, [key]) for _ in range(2_000)])


def milliseconds(act: Callable[[], object], times: int) -> Sequence[float]:
    taken = []
    for _ in range(times):
        begun = time.perf_counter()
        act()
        taken.append((time.perf_counter() - begun) * 1000)
    return taken


def publishing(entries: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        blobs = BlobStore(folder / "blobs")
        log = create_log(folder / "log.db", OPERATOR, KEY)
        tiles = TileFolder(folder / "tiles", OPERATOR)
        published = PublishedLog(log, tiles)

        def build(count: int) -> Callable[[LogHead], list[bytes]]:
            def made(head: LogHead) -> list[bytes]:
                quill = Quill(head, KEY, keep_blob=blobs.keep)
                for _ in range(count):
                    pause = Pause(id=ME, scope="*", reason="", by=Approver(principal=ME, role=ME), at=WHEN)
                    quill.write(
                        kind=EntryKind.PAUSE,
                        about=About(name="bench", digest=Digest(f"sha256:{'0' * 64}")),
                        body=pause,
                        stream="bench",
                        policy=None,
                        issuer=ME,
                        role=ME,
                        issued_at=WHEN,
                    )
                return quill.envelopes

            return made

        log.append(build(entries))
        timed(f"first publication of {entries:,} entries", entries, lambda: tiles.publish(log), "entries per second")
        bare = milliseconds(lambda: log.append(build(1)), 40)
        tiles.publish(log)
        both = milliseconds(lambda: published.append(build(1)), 40)
        one, two = statistics.median(bare), statistics.median(both)
        print(f"an act of one entry: median {one:.1f} ms, with publication {two:.1f} ms")
        size = log.head().size
        assert check_published(tiles, log) == ()
        timed(
            f"every byte of the published files of {size:,} entries compared",
            size,
            lambda: check_published(tiles, log),
            "entries per second",
        )
        log.close()


def main() -> int:
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    trees(size)
    witnesses(min(size, 100_000))
    publishing(min(size, 10_000))
    return 0


if __name__ == "__main__":
    sys.exit(main())
