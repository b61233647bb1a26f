"""Signatures against the Wycheproof vectors; keys with which one signature fits every message."""

from __future__ import annotations

import json

import pytest

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
