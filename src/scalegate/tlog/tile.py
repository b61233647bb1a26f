"""Tiles: which files a published log consists of, what they are called, and which bytes they hold.

For: whoever publishes, mirrors or reads a log as static files. Does not know: folders, servers, who signed the root.

A tile holds up to 256 consecutive hashes of one level; levels lie eight levels of the tree apart. An entry bundle holds
the entries whose hashes a tile of level 0 holds.

Source: C2SP tlog-tiles 0.1.0 (section names below are its own).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from scalegate.errors import RecordError
from scalegate.tlog.encoding import MAX_SIZE
from scalegate.tlog.tree import HASH_BYTES, MAX_ENTRY_BYTES, NodeReader

TILE_HEIGHT = 8  # "Partial Tiles": a tile is a subtree of height 8
TILE_WIDTH = 256  # "Merkle Tree": full tiles are exactly 256 hashes wide
MAX_TILE_LEVEL = 7  # a hash of level 8 would stand for 2**64 entries; names go up to 63 ("Merkle Tree")
CHECKPOINT_PATH = "checkpoint"  # "Checkpoints"
MAX_BUNDLE_BYTES = TILE_WIDTH * (2 + MAX_ENTRY_BYTES)

_PATH = re.compile(r"tile/(entries|0|[1-9][0-9]?)/((?:x[0-9]{3}/){0,6}[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?")


@dataclass(frozen=True, kw_only=True)
class Tile:
    """The hashes `[index * 256, index * 256 + width)` of tree level `8 * level`.

    Attributes:
        level: 0 for the hashes of entries, up to 7.
        width: 256 for a full tile, 1-255 for a partial one; an empty tile does not exist ("Partial Tiles").
    """

    level: int
    index: int
    width: int = TILE_WIDTH

    def __post_init__(self) -> None:
        """Raises RecordError for a tile that no tree of fewer than 2**63 entries has."""
        if not 0 <= self.level <= MAX_TILE_LEVEL:
            raise RecordError(f"no log has tiles of level {self.level}")
        _check_place(self.index, self.width, self.level)

    @property
    def path(self) -> str:
        """`tile/<L>/<N>[.p/<W>]` ("Merkle Tree")."""
        return f"tile/{self.level}/{_place(self.index, self.width)}"

    @property
    def full(self) -> Tile:
        """The full tile that this one is, or will have become."""
        return Tile(level=self.level, index=self.index)


@dataclass(frozen=True, kw_only=True)
class EntryBundle:
    """The entries `[index * 256, index * 256 + width)` ("Log entries")."""

    index: int
    width: int = TILE_WIDTH

    def __post_init__(self) -> None:
        """Raises RecordError for a bundle that no log of fewer than 2**63 entries has."""
        _check_place(self.index, self.width, 0)

    @property
    def path(self) -> str:
        """`tile/entries/<N>[.p/<W>]` ("Log entries")."""
        return f"tile/entries/{_place(self.index, self.width)}"

    @property
    def full(self) -> EntryBundle:
        """The full bundle that this one is, or will have become."""
        return EntryBundle(index=self.index)

    @property
    def start(self) -> int:
        """Index of its first entry."""
        return self.index * TILE_WIDTH


def _check_place(index: int, width: int, level: int) -> None:
    if not 1 <= width <= TILE_WIDTH:
        raise RecordError(f"a tile is 1 to {TILE_WIDTH} wide, not {width}")
    if index < 0 or (index * TILE_WIDTH + width) << (TILE_HEIGHT * level) > MAX_SIZE:
        raise RecordError(f"no log has a tile number {index} of level {level}")


# ------------------------------------------------------------------------------------------ names


def _place(index: int, width: int) -> str:
    """`<N>`: zero-padded groups of three digits, all but the last with an `x`; `.p/<W>` for partial tiles only."""
    name, rest = f"{index % 1000:03d}", index // 1000
    while rest:
        name, rest = f"x{rest % 1000:03d}/{name}", rest // 1000
    return name if width == TILE_WIDTH else f"{name}.p/{width}"


def parse_path(text: str) -> Tile | EntryBundle:
    """What a path names. Raises RecordError for every spelling that is not the one of `path`."""
    found = _PATH.fullmatch(text)
    if not found:
        raise RecordError(f"{text[:80]!r} names no tile")
    index = int(found[2].replace("x", "").replace("/", ""))
    width = int(found[3]) if found[3] else TILE_WIDTH
    named: Tile | EntryBundle
    if found[1] == "entries":
        named = EntryBundle(index=index, width=width)
    else:
        named = Tile(level=int(found[1]), index=index, width=width)
    if named.path != text:  # `x000/001` for `001`, or `.p/256` for a full tile
        raise RecordError(f"{text[:80]!r} is written {named.path!r}")
    return named


# ----------------------------------------------------------------------------------- which there are


def tiles_between(old: int, new: int) -> Iterator[Tile]:
    """The tiles of a tree of `new` entries that a tree of `old` entries does not have; all for `old` 0.

    Lower levels come first, and in a level lower indices: a tile comes after those that it is made from.
    """
    assert 0 <= old <= new <= MAX_SIZE, "a log only grows"
    for level in range(MAX_TILE_LEVEL + 1):
        had, has = old >> (TILE_HEIGHT * level), new >> (TILE_HEIGHT * level)
        if had == has:
            return
        for index, width in _places_between(had, has):
            yield Tile(level=level, index=index, width=width)


def bundles_between(old: int, new: int) -> Iterator[EntryBundle]:
    """The entry bundles of a log of `new` entries that a log of `old` entries does not have; all for `old` 0."""
    assert 0 <= old <= new <= MAX_SIZE, "a log only grows"
    if old < new:
        for index, width in _places_between(old, new):
            yield EntryBundle(index=index, width=width)


def _places_between(had: int, has: int) -> Iterator[tuple[int, int]]:
    for index in range(had // TILE_WIDTH, has // TILE_WIDTH):
        yield index, TILE_WIDTH
    if has % TILE_WIDTH:  # "Partial Tiles": floor(s / 256**l) mod 256 hashes, and no empty tile
        yield has // TILE_WIDTH, has % TILE_WIDTH


# ------------------------------------------------------------------------------------------ bytes


def tile_bytes(tile: Tile, node: NodeReader) -> bytes:
    """MTH(D[(n * 256 + i) * 256**l : (n * 256 + i + 1) * 256**l]) for each i, one after the other ("Merkle Tree")."""
    first = tile.index * TILE_WIDTH
    return b"".join(node(TILE_HEIGHT * tile.level, first + i) for i in range(tile.width))


def hashes_of(tile: Tile, data: bytes) -> list[bytes]:
    """The hashes that a tile's bytes hold. Raises RecordError when they are not as many as its width says."""
    if len(data) != tile.width * HASH_BYTES:
        raise RecordError(f"{tile.path} has {len(data)} bytes, not {tile.width * HASH_BYTES}")
    return [data[at : at + HASH_BYTES] for at in range(0, len(data), HASH_BYTES)]


def format_bundle(entries: Sequence[bytes]) -> bytes:
    """Entries with their lengths before them: 16 bits, big-endian ("Log entries").

    Raises:
        RecordError: when one is longer than 65,535 bytes: its length has no place.
    """
    assert 1 <= len(entries) <= TILE_WIDTH, "an entry bundle holds 1 to 256 entries"
    if any(len(entry) > MAX_ENTRY_BYTES for entry in entries):
        raise RecordError(f"an entry has at most {MAX_ENTRY_BYTES} bytes")
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)


def parse_bundle(bundle: EntryBundle, data: bytes) -> list[bytes]:
    """The entries in a bundle's bytes. Raises RecordError unless they are exactly as many as its width says."""
    entries: list[bytes] = []
    at = 0
    for _ in range(bundle.width):
        start = at + 2
        at = start + int.from_bytes(data[at:start], "big")
        if start > len(data) or at > len(data):
            raise RecordError(f"{bundle.path} ends within entry {bundle.start + len(entries)}")
        entries.append(data[start:at])
    if at != len(data):
        raise RecordError(f"{bundle.path} has {len(data) - at} bytes after its last entry")
    return entries
