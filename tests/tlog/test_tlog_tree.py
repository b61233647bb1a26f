"""The tree against the published proof vectors, against itself, and against a plain recursive definition."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalegate.tlog.tree import (
    EMPTY_ROOT,
    Edge,
    ProofError,
    check_consistency,
    check_inclusion,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    nodes_of,
    root_of,
)
from shared import shared

LEAVES = [leaf_hash(bytes([i])) for i in range(130)]

# The vector gives two roots of 12 bytes ("don't care"); a hash here has 32 bytes, whatever else is right.
NOT_A_HASH = {"sizes are equal (one) and proof is empty"}


def vectors(kind: str) -> list[dict[str, Any]]:
    folder = shared(f"vectors/merkle/testdata/{kind}")
    return [json.loads(path.read_text()) for path in sorted(Path(folder).rglob("*.json"))]


def unb64(text: str | None) -> bytes:
    return base64.b64decode(text or "")


def refused(check: Any, *arguments: Any) -> bool:
    try:
        check(*arguments)
    except ProofError:
        return True
    return False


def test_all_98_inclusion_vectors_agree() -> None:
    cases = vectors("inclusion")
    assert len(cases) == 98
    for case in cases:
        proof = [unb64(part) for part in case["proof"] or []]
        arguments = (unb64(case["leafHash"]), case["leafIdx"], case["treeSize"], proof, unb64(case["root"]))
        assert refused(check_inclusion, *arguments) == case["wantErr"], case["desc"]


def test_97_of_98_consistency_vectors_agree_and_the_last_has_no_hashes() -> None:
    """The vectors that start from size 0 all want a refusal: such a proof would show nothing."""
    cases = vectors("consistency")
    assert len(cases) == 98
    other = set()
    for case in cases:
        proof = [unb64(part) for part in case["proof"] or []]
        arguments = (case["size1"], case["size2"], proof, unb64(case["root1"]), unb64(case["root2"]))
        if refused(check_consistency, *arguments) != case["wantErr"]:
            other.add(case["desc"])
    assert other == NOT_A_HASH


def plain_root(leaves: list[bytes]) -> bytes:
    """MTH of RFC 6962, 2.1, word for word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return node_hash(plain_root(leaves[:k]), plain_root(leaves[k:]))


def test_the_edge_and_the_nodes_give_the_root_of_the_definition_at_every_size() -> None:
    edge = Edge()
    assert edge.root == root_of([]) == EMPTY_ROOT
    for size, leaf in enumerate(LEAVES, 1):
        edge = edge.append(leaf)
        assert edge.size == size
        assert edge.root == root_of(LEAVES[:size]) == plain_root(LEAVES[:size])


def test_every_proof_made_is_accepted_and_no_other_leaf_or_root_with_it() -> None:
    for size in range(1, 34):
        node, root = nodes_of(LEAVES[:size]), root_of(LEAVES[:size])
        for index in range(size):
            proof = inclusion_proof(index, size, node)
            check_inclusion(LEAVES[index], index, size, proof, root)
            assert refused(check_inclusion, LEAVES[index + 1], index, size, proof, root)
            assert refused(check_inclusion, LEAVES[index], index + 1, size, proof, root)
            assert refused(check_inclusion, LEAVES[index], index, size, (*proof, root), root)
        for old in range(1, size + 1):
            proof, old_root = consistency_proof(old, size, node), root_of(LEAVES[:old])
            check_consistency(old, size, proof, old_root, root)
            assert refused(check_consistency, old, size, proof, LEAVES[100], root)
            assert refused(check_consistency, old, size, proof, old_root, LEAVES[100])


@given(st.integers(1, 130), st.data())
def test_a_proof_with_one_bit_changed_is_refused(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    proof = list(inclusion_proof(index, size, nodes_of(LEAVES[:size])))
    if proof:
        place, bit = data.draw(st.integers(0, len(proof) - 1)), data.draw(st.integers(0, 255))
        changed = bytearray(proof[place])
        changed[bit // 8] ^= 1 << bit % 8
        proof[place] = bytes(changed)
        assert refused(check_inclusion, LEAVES[index], index, size, proof, root_of(LEAVES[:size]))


@given(st.integers(-2, 2**65), st.integers(-2, 2**65), st.lists(st.binary(min_size=32, max_size=32), max_size=70))
def test_no_size_and_no_proof_makes_the_check_fail_otherwise_than_by_refusing(
    a: int, b: int, proof: list[bytes]
) -> None:
    assert refused(check_inclusion, LEAVES[0], a, b, proof, EMPTY_ROOT)
    assert refused(check_consistency, a, b, proof, LEAVES[0], LEAVES[1])


@pytest.mark.parametrize("length", [31, 33, 0])
def test_a_hash_of_another_length_is_refused(length: int) -> None:
    assert refused(check_inclusion, b"x" * length, 0, 1, [], b"x" * length)
