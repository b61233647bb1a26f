"""The Merkle tree of RFC 6962: hashes, the root as leaves arrive, proofs made and checked.

For: the log store, the verifier, leases. Does not know: what a leaf says, who signed the root, storage.

A tree over n leaves is never built: its right edge (at most 63 hashes) gives the root, and a proof reads
only hashes of complete subtrees. `node(level, index)` names the subtree over leaves
`[index * 2**level, (index + 1) * 2**level)`; level 0 are the leaves.

Source: RFC 6962, section 2.1; the checks follow RFC 9162, sections 2.1.3.2 and 2.1.4.2.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from scalegate.errors import RecordError

HASH_BYTES = 32
MAX_PROOF_HASHES = 63  # a tree has fewer than 2**63 leaves (C2SP tlog-witness)
MAX_ENTRY_BYTES = 65_535  # entry bundles carry a 16-bit length (C2SP tlog-tiles)
EMPTY_ROOT = hashlib.sha256(b"").digest()

NodeReader = Callable[[int, int], bytes]


class ProofError(RecordError):
    """A proof does not show what it is offered for."""


def leaf_hash(entry: bytes) -> bytes:
    """RFC 6962, 2.1: the prefix 0x00 keeps a leaf from being taken for an inner node."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """RFC 6962, 2.1: the prefix 0x01 marks an inner node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


# --------------------------------------------------------------------------------- the growing tree


@dataclass(frozen=True, kw_only=True)
class Edge:
    """The right edge of a tree: the roots of the complete subtrees that its leaves fall into, largest first."""

    size: int = 0
    hashes: tuple[bytes, ...] = ()

    def append(self, leaf: bytes) -> Edge:
        """The edge after one more leaf hash."""
        hashes, node, count = list(self.hashes), leaf, self.size
        while count & 1:
            node = node_hash(hashes.pop(), node)
            count >>= 1
        return Edge(size=self.size + 1, hashes=(*hashes, node))

    @property
    def root(self) -> bytes:
        """The tree's root; SHA-256 of nothing for no leaf (RFC 6962, 2.1)."""
        return fold(self.hashes) if self.hashes else EMPTY_ROOT


def fold(hashes: Sequence[bytes]) -> bytes:
    """One hash over the roots of complete subtrees, largest first (MTH of RFC 6962, 2.1, unrolled)."""
    root = hashes[-1]
    for left in reversed(hashes[:-1]):
        root = node_hash(left, root)
    return root


def root_of(leaves: Sequence[bytes]) -> bytes:
    """The root over leaf hashes."""
    return range_hash(0, len(leaves), nodes_of(leaves)) if leaves else EMPTY_ROOT


# ---------------------------------------------------------------------------------- proofs, made


def nodes_of(leaves: Sequence[bytes]) -> NodeReader:
    """Reads nodes of the tree over leaf hashes; a level is hashed when it is first asked for."""
    levels: list[Sequence[bytes]] = [leaves]

    def node(level: int, index: int) -> bytes:
        while len(levels) <= level:
            below = levels[-1]
            levels.append([node_hash(below[i], below[i + 1]) for i in range(0, len(below) - 1, 2)])
        return levels[level][index]

    return node


def range_hash(start: int, end: int, node: NodeReader) -> bytes:
    """The hash over leaves `[start, end)`, where `start` is a multiple of every subtree met (as in proofs)."""
    parts = []
    while start < end:
        level = (end - start).bit_length() - 1
        parts.append(node(level, start >> level))
        start += 1 << level
    return fold(parts)


def inclusion_proof(index: int, size: int, node: NodeReader) -> tuple[bytes, ...]:
    """PATH(index, D[size]) of RFC 6962, 2.1.1: the hashes that lead from a leaf to the root, lowest first."""
    assert 0 <= index < size, "a leaf outside the tree has no path"
    start, end, path = 0, size, []
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append(range_hash(middle, end, node))
            end = middle
        else:
            path.append(range_hash(start, middle, node))
            start = middle
    return tuple(reversed(path))


def consistency_proof(old: int, new: int, node: NodeReader) -> tuple[bytes, ...]:
    """PROOF(old, D[new]) of RFC 6962, 2.1.2: shows that the tree of `old` leaves is a prefix of that of `new`."""
    assert 1 <= old <= new, "the empty tree is a prefix of every tree and needs no proof"
    start, end, path = 0, new, []
    while end != old:
        middle = start + _split(end - start)
        if old <= middle:
            path.append(range_hash(middle, end, node))
            end = middle
        else:
            path.append(range_hash(start, middle, node))
            start = middle
    if start:  # SUBPROOF(m, D[m], false): the verifier does not know this subtree's hash
        path.append(range_hash(start, end, node))
    return tuple(reversed(path))


def _split(count: int) -> int:
    """The largest power of two below `count`."""
    return 1 << ((count - 1).bit_length() - 1)


# -------------------------------------------------------------------------------- proofs, checked


def check_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """Accepts only a proof that `leaf` is leaf number `index` of the tree with this size and root.

    Source: RFC 9162, 2.1.3.2.

    Raises:
        ProofError: for anything else.
    """
    _check_parts(proof, leaf, root)
    if not 0 <= index < size:
        raise ProofError(f"leaf {index} lies outside a tree of size {size}")
    position, last, found = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            raise ProofError("the inclusion proof is too long")
        if position & 1 or position == last:
            found = node_hash(sibling, found)
            while position and not position & 1:
                position, last = position >> 1, last >> 1
        else:
            found = node_hash(found, sibling)
        position, last = position >> 1, last >> 1
    if last != 0:
        raise ProofError("the inclusion proof is too short")
    if found != root:
        raise ProofError("the inclusion proof leads to another root")


def check_consistency(old: int, new: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes) -> None:
    """Accepts only a proof that the tree (`old`, `old_root`) is a prefix of the tree (`new`, `new_root`).

    Source: RFC 9162, 2.1.4.2, for `old` >= 1. From size 0 a proof would show nothing: refused.

    Raises:
        ProofError: for anything else.
    """
    _check_parts(proof, old_root, new_root)
    if not 1 <= old <= new:
        raise ProofError(f"no consistency proof leads from size {old} to size {new}")
    if old == new:
        if proof or old_root != new_root:
            raise ProofError("two roots, or a proof, for one size")
        return
    if not proof:
        raise ProofError("the consistency proof is empty")
    path = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    position, last = old - 1, new - 1
    while position & 1:
        position, last = position >> 1, last >> 1
    if (*_climb(path, position, last),) != (old_root, new_root):
        raise ProofError("the consistency proof leads to other roots")


def _climb(path: Sequence[bytes], position: int, last: int) -> tuple[bytes, bytes]:
    """Steps 5 to 6 of RFC 9162, 2.1.4.2: the old and the new root that a path leads to."""
    first = second = path[0]
    for sibling in path[1:]:
        if last == 0:
            raise ProofError("the consistency proof is too long")
        if position & 1 or position == last:
            first, second = node_hash(sibling, first), node_hash(sibling, second)
            while position and not position & 1:
                position, last = position >> 1, last >> 1
        else:
            second = node_hash(second, sibling)
        position, last = position >> 1, last >> 1
    if last != 0:
        raise ProofError("the consistency proof is too short")
    return first, second


def _check_parts(proof: Sequence[bytes], *hashes: bytes) -> None:
    if len(proof) > MAX_PROOF_HASHES:
        raise ProofError(f"a proof has at most {MAX_PROOF_HASHES} hashes")
    if any(len(part) != HASH_BYTES for part in (*proof, *hashes)):
        raise ProofError(f"a hash has {HASH_BYTES} bytes")
