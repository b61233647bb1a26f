"""Proofs out of tiles equal those out of the whole tree, and no changed byte is ever used."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalegate.errors import RecordError
from scalegate.tlog.tile import tile_bytes, tiles_between
from scalegate.tlog.tile_tree import MAX_KEPT, TileNodes, grown_nodes, read_entries
from scalegate.tlog.tree import (
    EMPTY_ROOT,
    ProofError,
    check_consistency,
    check_inclusion,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    nodes_of,
    range_hash,
    root_of,
)
from tlog.static_files import StaticFiles

ENTRIES = [b"%d" % i for i in range(66_600)]
LEAVES = [leaf_hash(entry) for entry in ENTRIES]
SIZES = (1, 2, 7, 255, 256, 257, 300, 511, 512, 513, 1000)
FILES = {size: StaticFiles(ENTRIES[:size]) for size in (*SIZES, 65_535, 65_536, 66_600)}
PLAIN = {size: nodes_of(LEAVES[:size]) for size in FILES}
ROOTS = {size: root_of(LEAVES[:size]) for size in FILES}


def nodes(size: int) -> TileNodes:
    return TileNodes(FILES[size], size, ROOTS[size])


@pytest.mark.parametrize("size", SIZES)
def test_every_node_of_the_tree_is_read_from_its_tiles(size: int) -> None:
    plain, tiled = PLAIN[size], nodes(size)
    for level in range(size.bit_length()):
        for index in range(size >> level):
            assert tiled(level, index) == plain(level, index)


@given(st.sampled_from(sorted(FILES)), st.data())
@settings(deadline=None)
def test_a_proof_out_of_tiles_is_that_of_the_tree_and_is_accepted(size: int, data: st.DataObject) -> None:
    plain, tiled = PLAIN[size], nodes(size)
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
    proof = inclusion_proof(index, size, tiled)
    assert proof == inclusion_proof(index, size, plain)
    check_inclusion(LEAVES[index], index, size, proof, ROOTS[size])
    proof = consistency_proof(old, size, tiled)
    assert proof == consistency_proof(old, size, plain)
    check_consistency(old, size, proof, range_hash(0, old, plain), ROOTS[size])


def test_a_proof_reads_a_few_tiles_of_each_level_and_no_entries() -> None:
    files = StaticFiles(ENTRIES)
    inclusion_proof(12_345, 66_600, TileNodes(files, 66_600, ROOTS[66_600]))
    assert len(files.reads) <= 6
    assert not any("entries" in path for path in files.reads)


def test_the_empty_log_has_no_tiles_and_one_root() -> None:
    empty = StaticFiles([])
    assert not empty.files
    assert list(read_entries(empty, 0, EMPTY_ROOT)) == []
    with pytest.raises(ProofError, match="root of size 0"):
        TileNodes(empty, 0, LEAVES[0])


@pytest.mark.parametrize(("level", "index"), [(0, 300), (0, -1), (-1, 0), (9, 0), (8, 1), (63, 0), (10**6, 0)])
def test_a_node_outside_the_tree_is_refused(level: int, index: int) -> None:
    with pytest.raises(ProofError, match="no complete subtree"):
        nodes(300)(level, index)


def test_another_root_or_size_is_refused() -> None:
    for size, root in ((300, ROOTS[257]), (299, ROOTS[300]), (301, ROOTS[300]), (0, ROOTS[300]), (300, b"")):
        with pytest.raises(RecordError):
            TileNodes(FILES[300], size, root)


def flipped_is_found(files: StaticFiles, path: str, at: int, size: int) -> bool:
    whole = files.files[path]
    files.files[path] = whole[:at] + bytes([whole[at] ^ 1 << at % 8]) + whole[at + 1 :]
    try:
        list(read_entries(files, size, ROOTS[size]))
    except RecordError:
        return True
    finally:
        files.files[path] = whole
    return False


def flips(step: int, size: int = 300) -> None:
    files = StaticFiles(ENTRIES[:size])
    assert len(list(read_entries(files, size, ROOTS[size]))) == size
    assert set(files.reads) == set(files.files), "an audit reads every file"
    tried = 0
    for path, whole in list(files.files.items()):
        for at in range(0, len(whole), step):
            assert flipped_is_found(files, path, at, size), f"byte {at} of {path}"
            tried += 1
    assert tried >= 10_000 // step


def test_a_changed_byte_of_a_tile_or_bundle_of_300_entries_is_found() -> None:
    flips(61)


@pytest.mark.slow
def test_every_changed_byte_of_every_tile_and_bundle_of_300_entries_is_found() -> None:
    flips(1)


def test_a_full_tile_far_from_the_edge_is_checked_before_it_is_used() -> None:
    files = StaticFiles(ENTRIES)
    node = TileNodes(files, 66_600, ROOTS[66_600])
    for path in ("tile/0/017", "tile/1/000"):
        changed = StaticFiles(ENTRIES)
        changed.files[path] = bytes(8192)
        bad = TileNodes(changed, 66_600, ROOTS[66_600])  # the edge is whole
        with pytest.raises(ProofError, match=f"{path} does not have the hash"):
            inclusion_proof(17 * 256 + 3, 66_600, bad)
    assert node(0, 17 * 256 + 3) == LEAVES[17 * 256 + 3]


def test_two_tiles_exchanged_or_cut_short_or_absent_are_found() -> None:
    files = StaticFiles(ENTRIES[:1000])
    one, two = files.files["tile/0/000"], files.files["tile/0/001"]
    for changed in ({"tile/0/000": two, "tile/0/001": one}, {"tile/0/001": two[:-32]}, {"tile/0/001": two + two[:32]}):
        bad = StaticFiles(ENTRIES[:1000])
        bad.files |= changed
        with pytest.raises(RecordError):
            list(read_entries(bad, 1000, ROOTS[1000]))
    del files.files["tile/0/001"]
    with pytest.raises(RecordError, match="tile/0/001 is absent"):
        list(read_entries(files, 1000, ROOTS[1000]))


def test_where_a_partial_tile_is_gone_the_full_one_serves() -> None:
    """tlog-tiles, "Partial Tiles": logs may delete it once the full one is there."""
    grown = StaticFiles(ENTRIES[:66_600])
    for size in (300, 511, 1000):
        assert list(read_entries(grown, size, ROOTS[size])) == ENTRIES[:size] or size == 1000
    del grown.files["tile/0/001"]
    with pytest.raises(RecordError, match="tile/0/001 is absent"):
        TileNodes(grown, 300, ROOTS[300])


def test_an_audit_keeps_a_bounded_number_of_tiles() -> None:
    node = nodes(66_600)
    for index in range(0, 66_600, 256):
        assert node(0, index) == LEAVES[index]
    assert len(node._kept) <= MAX_KEPT


@given(st.sampled_from(SIZES), st.integers(0, 600))
@settings(deadline=None)
def test_tiles_grown_from_old_tiles_are_those_of_the_whole_log(old: int, more: int) -> None:
    new = old + more
    grown, plain = grown_nodes(old, nodes(old), LEAVES[old:new]), nodes_of(LEAVES[:new])
    for tile in tiles_between(old, new):
        assert tile_bytes(tile, grown) == tile_bytes(tile, plain)
