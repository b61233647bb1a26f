"""Names, sizes and bytes of tiles and entry bundles, against the examples of the specification and the tree."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalegate.errors import RecordError
from scalegate.tlog.tile import (
    EntryBundle,
    Tile,
    bundles_between,
    format_bundle,
    hashes_of,
    parse_bundle,
    parse_path,
    tile_bytes,
    tiles_between,
)
from scalegate.tlog.tree import leaf_hash, nodes_of, root_of

LEAVES = [leaf_hash(i.to_bytes(4, "big")) for i in range(70_000)]


def test_the_index_of_the_specification_is_written_as_there() -> None:
    """tlog-tiles, "Merkle Tree"."""
    assert Tile(level=0, index=1234067).path == "tile/0/x001/x234/067"
    assert EntryBundle(index=0, width=255).path == "tile/entries/000.p/255"
    assert Tile(level=3, index=999).path == "tile/3/999"
    assert Tile(level=1, index=1000, width=1).path == "tile/1/x001/000.p/1"


def test_a_tree_of_70000_has_the_tiles_that_the_specification_counts() -> None:
    """tlog-tiles, "Partial Tiles": 273 full and one of 112; one full and one of 17; one of 1."""
    tiles = list(tiles_between(0, 70_000))
    widths = {level: [t.width for t in tiles if t.level == level] for level in range(4)}
    assert widths == {0: [256] * 273 + [112], 1: [256, 17], 2: [1], 3: []}
    assert [(b.index, b.width) for b in bundles_between(0, 70_000)] == [
        (t.index, t.width) for t in tiles if t.level == 0
    ]


def test_a_tree_of_256_has_a_full_tile_and_one_above_it_of_width_1() -> None:
    assert [t.path for t in tiles_between(0, 256)] == ["tile/0/000", "tile/1/000.p/1"]


def test_the_empty_tree_has_no_tile() -> None:
    assert not list(tiles_between(0, 0))
    assert not list(bundles_between(0, 0))
    assert not list(tiles_between(70_000, 70_000))


def test_the_largest_tree_has_a_tile_at_each_of_eight_levels() -> None:
    """Only the last steps of growth: all of its tiles would be 2**55."""
    assert {t.level for t in tiles_between(2**63 - 2, 2**63 - 1)} == {0}
    assert [t.path for t in tiles_between(2**56 - 1, 2**56)][-1] == "tile/7/000.p/1"


@given(st.integers(0, 140_000), st.integers(0, 700))
def test_what_growth_adds_is_what_the_larger_tree_has_and_the_smaller_has_not(old: int, more: int) -> None:
    new = old + more
    before, after = set(tiles_between(0, old)), set(tiles_between(0, new))
    assert set(tiles_between(old, new)) == after - before
    assert set(bundles_between(old, new)) == set(bundles_between(0, new)) - set(bundles_between(0, old))


@given(st.integers(0, 7), st.integers(0, 2**56), st.integers(1, 256))
def test_a_path_names_its_tile_and_no_other(level: int, index: int, width: int) -> None:
    try:
        tile = Tile(level=level, index=index, width=width)
    except RecordError:
        assert (index * 256 + width) * 256**level > 2**63 - 1
        return
    assert parse_path(tile.path) == tile
    assert all(part.startswith("x") for part in tile.path.split(".p/")[0].split("/")[2:-1])


@pytest.mark.parametrize(
    "path",
    [
        "",
        "tile/0/0",
        "tile/0/0000",
        "tile/0/x000/001",
        "tile/00/001",
        "tile/01/001",
        "tile/+1/001",
        "tile/-1/001",
        "tile/8/000",
        "tile/63/000",
        "tile/64/000",
        "tile/0/001.p/0",
        "tile/0/001.p/01",
        "tile/0/001.p/256",
        "tile/0/001.p/",
        "tile/0/001.p/1/",
        "tile/0/001 ",
        "tile/0/001\n",
        "tile/0/001\r",
        "/tile/0/001",
        "tile/0/../0/001",
        "tile/0/x1/001",
        "tile/0/001/001",
        "tile/0/٠٠١",
        "tile/0/００１",
        "tile/entries/1",
        "tile/entry/001",
        "tile/0/" + "x999/" * 6 + "999",
        "tile/0/" + "x001/" * 7 + "001",
        "tile/0/x" + "9" * 4000,
        "checkpoint",
    ],
)
def test_another_spelling_names_nothing(path: str) -> None:
    with pytest.raises(RecordError):
        parse_path(path)


@given(st.text(alphabet="tilenrs/0123x.p ", max_size=30))
def test_no_path_does_more_than_be_refused(path: str) -> None:
    for text in (path, f"tile/{path}", f"tile/0/{path}"):
        try:
            assert parse_path(text).path == text
        except RecordError:
            pass


def test_a_tile_holds_the_roots_that_its_definition_says() -> None:
    node = nodes_of(LEAVES)
    for tile in tiles_between(0, 70_000):
        if tile.level:
            span = 256**tile.level
            first = tile.index * 256
            wanted = [root_of(LEAVES[(first + i) * span : (first + i + 1) * span]) for i in range(min(tile.width, 3))]
            assert hashes_of(tile, tile_bytes(tile, node))[:3] == wanted
    assert tile_bytes(Tile(level=0, index=2, width=5), node) == b"".join(LEAVES[512:517])


@pytest.mark.parametrize("length", [0, 31, 33, 64 * 32, 3 * 32 - 1, 3 * 32 + 32])
def test_a_tile_of_another_length_is_refused(length: int) -> None:
    with pytest.raises(RecordError, match="bytes, not 96"):
        hashes_of(Tile(level=0, index=0, width=3), b"x" * length)


def test_lengths_in_a_bundle_are_16_bits_big_endian() -> None:
    assert format_bundle([b"", b"a", b"b" * 258]) == b"\0\0" + b"\0\1a" + b"\1\2" + b"b" * 258
    assert len(format_bundle([b"x" * 65_535])) == 65_537
    with pytest.raises(RecordError, match="65535"):
        format_bundle([b"x" * 65_536])


@given(st.lists(st.binary(max_size=40), min_size=1, max_size=256))
def test_a_bundle_reads_as_it_was_written_and_at_no_other_width(entries: list[bytes]) -> None:
    data = format_bundle(entries)
    assert parse_bundle(EntryBundle(index=0, width=len(entries)), data) == entries
    for width in {len(entries) - 1, len(entries) + 1} - {0, 257}:
        with pytest.raises(RecordError):
            parse_bundle(EntryBundle(index=0, width=width), data)


@given(st.binary(max_size=600), st.integers(1, 256))
def test_no_bytes_of_a_bundle_do_more_than_be_refused(data: bytes, width: int) -> None:
    try:
        assert format_bundle(parse_bundle(EntryBundle(index=0, width=width), data)) == data
    except RecordError:
        pass
