"""Signatures against the Wycheproof vectors; keys with which one signature fits every message."""

from __future__ import annotations

import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from nacl.bindings import crypto_core_ed25519_add

from scalegate.errors import InputError
from scalegate.tlog.ed25519 import PrivateKey, PublicKey
from shared import shared

# The points of order 1, 2, 4 and 8, in every encoding that some decoder takes.
SMALL_ORDER = [
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000080",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
]


def test_all_151_wycheproof_vectors_agree() -> None:
    groups = json.loads(shared("vectors/ed25519/ed25519_test.json").read_text())["testGroups"]
    count = 0
    for group in groups:
        key = PublicKey(raw=bytes.fromhex(group["publicKey"]["pk"]))
        for case in group["tests"]:
            found = key.verifies(bytes.fromhex(case["sig"]), bytes.fromhex(case["msg"]))
            assert found == (case["result"] == "valid"), case
            count += 1
    assert count == 151


@pytest.mark.parametrize("encoding", SMALL_ORDER)
def test_a_key_of_small_order_is_refused(encoding: str) -> None:
    with pytest.raises(InputError, match="weak"):
        PublicKey(raw=bytes.fromhex(encoding))


def test_there_are_14_such_encodings() -> None:
    assert len(set(SMALL_ORDER)) == 14


FIELD = 2**255 - 19
GROUP = 2**252 + 27742317777372353535851937790883648493  # order of the prime-order subgroup (RFC 8032, 5.1)


def test_with_a_key_of_small_order_one_signature_would_fit_every_message() -> None:
    """Why such keys are refused: the library that verifies accepts them."""
    weak = Ed25519PublicKey.from_public_bytes(bytes.fromhex(SMALL_ORDER[2]))
    for message in (b"granted", b"held"):
        weak.verify(bytes.fromhex(SMALL_ORDER[2]) + bytes(32), message)  # raises nothing


@pytest.mark.parametrize("sign", [0, 1])
@pytest.mark.parametrize("above", range(19))
def test_every_encoding_of_a_coordinate_that_is_not_reduced_is_refused(above: int, sign: int) -> None:
    """RFC 8032, 5.1.3: y from p to 2**255 - 1 has a second, reduced spelling; one key would be two."""
    with pytest.raises(InputError, match="weak"):
        PublicKey(raw=(FIELD + above | sign << 255).to_bytes(32, "little"))


@pytest.mark.parametrize("torsion", [SMALL_ORDER[0], SMALL_ORDER[4], SMALL_ORDER[8]])
def test_a_key_with_a_part_of_small_order_is_refused(torsion: str) -> None:
    """Verifiers with and without cofactor disagree about its signatures."""
    good = PrivateKey(bytes(range(32))).public
    mixed = crypto_core_ed25519_add(good.raw, bytes.fromhex(torsion))
    assert mixed != good.raw
    with pytest.raises(InputError, match="weak"):
        PublicKey(raw=mixed)


def test_bytes_that_are_no_point_are_refused() -> None:
    """x**2 = (y**2 - 1) / (d * y**2 + 1) has no root for half of all y (RFC 8032, 5.1)."""
    d, refused = -121665 * pow(121666, -1, FIELD), 0
    for y in range(2, 102):
        square = (y * y - 1) * pow(d * y * y + 1, -1, FIELD)
        if pow(square, (FIELD - 1) // 2, FIELD) != 1:
            refused += 1
            with pytest.raises(InputError, match="weak"):
                PublicKey(raw=y.to_bytes(32, "little"))
    assert 30 < refused < 70


def test_a_signature_has_one_spelling_of_its_second_half() -> None:
    """RFC 8032, 5.1.7: S is below the group's order; S + order would be a second signature for whoever has none."""
    key = PrivateKey(bytes(range(32)))
    signature = key.sign(b"m")
    again = int.from_bytes(signature[32:], "little") + GROUP
    assert key.public.verifies(signature, b"m")
    assert not key.public.verifies(signature[:32] + again.to_bytes(32, "little"), b"m")


@pytest.mark.parametrize("raw", [b"", b"x" * 31, b"x" * 33])
def test_a_key_of_another_length_is_refused(raw: bytes) -> None:
    with pytest.raises(InputError, match="32 bytes"):
        PublicKey(raw=raw)
    with pytest.raises(InputError, match="32 bytes"):
        PrivateKey(raw)


def test_a_private_key_signs_and_never_shows_itself() -> None:
    seed = bytes(range(32))
    key = PrivateKey(seed)
    assert key.public.verifies(key.sign(b"m"), b"m")
    assert not key.public.verifies(key.sign(b"m"), b"n")
    assert not key.public.verifies(key.sign(b"m") + b"\0", b"m")
    assert seed.hex() not in repr(key)
    assert repr(seed) not in repr(key)
