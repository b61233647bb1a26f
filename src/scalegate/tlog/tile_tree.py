"""A tree that is read from tiles: every hash is checked against the root before it is used.

For: proofs and audits of a log of which only the static files are at hand, and whoever extends them. Does not know:
where the files lie, who signed the root.

Source: the idea of Go's golang.org/x/mod/sumdb/tlog (`TileHashReader`): a log as arithmetic behind a reader of one
method. Checked tile by tile: the partial tiles give the root, and a full tile gives its hash in the tile above.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from scalegate.errors import RecordError
from scalegate.tlog.tile import (
    MAX_TILE_LEVEL,
    TILE_HEIGHT,
    TILE_WIDTH,
    EntryBundle,
    Tile,
    bundles_between,
    hashes_of,
    parse_bundle,
)
from scalegate.tlog.tree import EMPTY_ROOT, NodeReader, ProofError, fold, leaf_hash, node_hash, nodes_of

MAX_KEPT = 256  # full tiles kept in memory: a proof reads at most a few of each level


class StaticReader(Protocol):
    """Reads the static files of a log."""

    def read(self, path: str) -> bytes:
        """The bytes under a path such as `tile/0/000.p/7`. Raises RecordError when there are none."""
        ...


def read_tile(reader: StaticReader, tile: Tile) -> list[bytes]:
    """The hashes of a tile; those of the full one where the partial one is gone (tlog-tiles, "Partial Tiles").

    Raises:
        RecordError: when neither can be read, or it is malformed.
    """
    try:
        data = reader.read(tile.path)
    except RecordError:
        if tile == tile.full:
            raise
        return hashes_of(tile.full, reader.read(tile.full.path))[: tile.width]
    return hashes_of(tile, data)


def read_bundle(reader: StaticReader, bundle: EntryBundle) -> list[bytes]:
    """The entries of a bundle, from the full one where the partial one is gone. Raises RecordError."""
    try:
        data = reader.read(bundle.path)
    except RecordError:
        if bundle == bundle.full:
            raise
        return parse_bundle(bundle.full, reader.read(bundle.full.path))[: bundle.width]
    return parse_bundle(bundle, data)


class TileNodes:
    """The nodes of the tree with a given size and root, read from its tiles: a `NodeReader`."""

    def __init__(self, reader: StaticReader, size: int, root: bytes) -> None:
        """Reads the partial tiles.

        Raises:
            ProofError: when they do not give the root.
            RecordError: when one cannot be read or has another length.
        """
        self._reader, self._size = reader, size
        self._edge: dict[tuple[int, int], NodeReader] = {}
        self._kept: dict[tuple[int, int], NodeReader] = {}
        if self._root() != root:
            raise ProofError(f"the tiles do not give the root of size {size}")

    def _root(self) -> bytes:
        """The complete subtrees that the leaves fall into all lie in partial tiles: each bit of the size is one."""
        hashes = []
        for level in reversed(range(MAX_TILE_LEVEL + 1)):
            index, width = divmod(self._size >> (TILE_HEIGHT * level), TILE_WIDTH)
            if width:
                node = self._edge[level, index] = self._read(Tile(level=level, index=index, width=width))
                hashes += [node(b, (width >> b) - 1) for b in reversed(range(TILE_HEIGHT)) if width >> b & 1]
        return fold(hashes) if hashes else EMPTY_ROOT

    def _read(self, tile: Tile) -> NodeReader:
        return nodes_of(read_tile(self._reader, tile))

    def __call__(self, level: int, index: int) -> bytes:
        """The hash of the subtree over leaves `[index * 2**level, (index + 1) * 2**level)`.

        Raises:
            ProofError: when a tile does not fit the one above it, or the tree has no such complete subtree.
        """
        if not (level >= 0 <= index and (index + 1) << level <= self._size):
            raise ProofError(f"a tree of size {self._size} has no complete subtree {index} of level {level}")
        tile_level, above = divmod(level, TILE_HEIGHT)
        place, inside = divmod(index << above, TILE_WIDTH)
        return self._tile(tile_level, place)(above, inside >> above)

    def _tile(self, level: int, index: int) -> NodeReader:
        key = (level, index)
        if (known := self._edge.get(key) or self._kept.get(key)) is not None:
            return known
        tile = Tile(level=level, index=index)
        node = self._read(tile)
        if node(TILE_HEIGHT, 0) != self(TILE_HEIGHT * (level + 1), index):
            raise ProofError(f"{tile.path} does not have the hash that stands for it in the tile above")
        if len(self._kept) >= MAX_KEPT:
            self._kept.pop(next(iter(self._kept)))
        self._kept[key] = node
        return node


def grown_nodes(old: int, node: NodeReader, leaves: Sequence[bytes]) -> NodeReader:
    """The nodes of the tree after `leaves` were appended to one of size `old`; hashes only what is new."""
    made: dict[tuple[int, int], bytes] = {}

    def grown(level: int, index: int) -> bytes:
        if (index + 1) << level <= old:
            return node(level, index)
        if level == 0:
            return leaves[index - old]
        key = (level, index)
        if key not in made:
            made[key] = node_hash(grown(level - 1, 2 * index), grown(level - 1, 2 * index + 1))
        return made[key]

    return grown


def read_entries(reader: StaticReader, size: int, root: bytes) -> Iterator[bytes]:
    """Every entry of the log with this size and root, in order, each hashed and compared before it is handed on.

    Reading to the end reads every byte of every tile and bundle.

    Raises:
        ProofError: at the first tile or entry that does not belong to the root.
        RecordError: when a file cannot be read or is malformed.
    """
    node = TileNodes(reader, size, root)
    for bundle in bundles_between(0, size):
        for index, entry in enumerate(read_bundle(reader, bundle), bundle.start):
            if leaf_hash(entry) != node(0, index):
                raise ProofError(f"{bundle.path}: entry {index} does not have the hash that its tile has")
            yield entry
