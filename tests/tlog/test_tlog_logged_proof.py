"""Proofs that an entry is logged: the text, and what it takes to be believed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalegate.errors import RecordError, ScalegateError
from scalegate.tlog.cosignature import CosignerKey, cosign
from scalegate.tlog.ed25519 import PrivateKey
from scalegate.tlog.logged_proof import LoggedProof, check_logged, format_logged_proof, parse_logged_proof
from scalegate.tlog.note import Note, parse_note
from scalegate.tlog.tree import ProofError, leaf_hash
from scalegate.tlog.witness_policy import NONE, PolicyLog, PolicyWitness, WitnessPolicy
from tlog.static_files import TinyLog

LOG = TinyLog("log.example/one", [b"%d" % i for i in range(20)], PrivateKey(b"L" * 32))
ANNE = PrivateKey(b"A" * 32)
WITNESS = PolicyWitness(name="anne", key=CosignerKey(name="anne.example/w", key=ANNE.public))
ALONE = WitnessPolicy(logs=(PolicyLog(key=LOG.verifier),), witnesses=(), groups=(), quorum=NONE)
WITNESSED = replace(ALONE, witnesses=(WITNESS,), quorum="anne")


def cosigned(time: int = 50) -> bytes:
    note = parse_note(LOG.checkpoint())
    line = cosign(note.text, "anne.example/w", ANNE, time=time)
    return str(Note(text=note.text, signatures=(*note.signatures, line))).encode()


def proof(index: int = 12, extra: bytes | None = None) -> LoggedProof:
    return LoggedProof(index=index, proof=LOG.inclusion(index, 20), checkpoint=cosigned(), extra=extra)


TEXT = format_logged_proof(proof())


def test_the_text_is_that_of_the_specification() -> None:
    lines = format_logged_proof(proof(extra=b"more")).decode().split("\n")
    assert lines[:3] == ["c2sp.org/tlog-proof@v1", "extra bW9yZQ==", "index 12"]
    assert len(lines[3]) == 44
    cut = lines.index("")
    assert lines[cut + 1 : cut + 3] == ["log.example/one", "20"]
    assert format_logged_proof(LoggedProof(index=0, proof=(), checkpoint=b"verbatim\n")) == (
        b"c2sp.org/tlog-proof@v1\nindex 0\n\nverbatim\n"
    )


@pytest.mark.parametrize("extra", [None, b"x", bytes(65_535)])
@pytest.mark.parametrize("index", [0, 12, 19])
def test_a_proof_reads_as_it_was_written(index: int, extra: bytes | None) -> None:
    assert parse_logged_proof(format_logged_proof(proof(index, extra))) == proof(index, extra)


def test_every_entry_of_a_log_is_proved_and_no_other_entry_or_place() -> None:
    for index in range(20):
        leaf = leaf_hash(LOG.entries[index])
        found = check_logged(parse_logged_proof(format_logged_proof(proof(index))), leaf, WITNESSED)
        assert (found.checkpoint.size, found.log) == (20, LOG.verifier)
        with pytest.raises(ProofError):
            check_logged(proof(index), leaf_hash(b"another"), WITNESSED)
        with pytest.raises(ProofError):
            check_logged(replace(proof(index), index=(index + 1) % 20), leaf, WITNESSED)


def test_a_proof_is_believed_only_with_the_quorum_of_the_policy() -> None:
    leaf, bare = leaf_hash(LOG.entries[12]), replace(proof(), checkpoint=LOG.checkpoint())
    assert check_logged(bare, leaf, ALONE).seen_by is None
    with pytest.raises(RecordError, match="'anne' has not witnessed"):
        check_logged(bare, leaf, WITNESSED)
    assert check_logged(proof(), leaf, WITNESSED, not_after=50).seen_by == 50
    with pytest.raises(RecordError, match="'anne' has not witnessed"):
        check_logged(proof(), leaf, WITNESSED, not_after=49)


def test_extra_data_changes_nothing() -> None:
    leaf = leaf_hash(LOG.entries[12])
    assert check_logged(proof(extra=b"lies"), leaf, WITNESSED) == check_logged(proof(), leaf, WITNESSED)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("c2sp.org/tlog-proof@v1", "c2sp.org/tlog-proof@v2"),
        ("c2sp.org/tlog-proof@v1\n", ""),
        ("c2sp.org/tlog-proof@v1\n", "c2sp.org/tlog-proof@v1\r\n"),
        ("c2sp.org/tlog-proof@v1\n", "c2sp.org/tlog-proof@v1 \n"),
        ("c2sp.org/tlog-proof@v1\n", "\ufeffc2sp.org/tlog-proof@v1\n"),
        ("index 12\n", ""),
        ("index 12\n", "index\n"),
        ("index 12\n", "index  12\n"),
        ("index 12\n", "index 012\n"),
        ("index 12\n", "index +12\n"),
        ("index 12\n", "index -1\n"),
        ("index 12\n", "index 1_2\n"),
        ("index 12\n", "index 12 \n"),
        ("index 12\n", "index 12\r\n"),
        ("index 12\n", "index ١٢\n"),
        ("index 12\n", "index １２\n"),
        ("index 12\n", "index 9223372036854775808\n"),
        ("index 12\n", "index " + "9" * 100_000 + "\n"),
        ("index 12\n", "index 12\nindex 12\n"),
        ("index 12\n", "index 12\nextra AAAA\n"),
        ("index 12\n", "extra\nindex 12\n"),
        ("index 12\n", "extra \nindex 12\n"),
        ("index 12\n", "extra AB==\nindex 12\n"),
        ("index 12\n", "extra AA\nindex 12\n"),
        ("index 12\n", "extra AAAA\nextra AAAA\nindex 12\n"),
        ("index 12\n", "extra " + "A" * 87_388 + "\nindex 12\n"),
        ("index 12\n", "index 12\nAAAA\n"),
        ("index 12\n", "index 12\n\n"),
        ("index 12\n", "index 12\n" + ("A" * 43 + "=\n") * 63),
        ("=\n\nlog", "=\nlog"),
    ],
)
def test_a_proof_spelled_otherwise_is_refused(old: str, new: str) -> None:
    assert old.encode() in TEXT
    with pytest.raises(RecordError):
        check_logged(parse_logged_proof(TEXT.replace(old.encode(), new.encode(), 1)), leaf_hash(b"12"), WITNESSED)


def test_a_proof_that_is_too_long_is_refused_before_it_is_read() -> None:
    with pytest.raises(RecordError, match="at most"):
        parse_logged_proof(TEXT + b"x" * 2_000_000)


def test_every_single_bit_flip_of_a_proof_is_found() -> None:
    leaf = leaf_hash(LOG.entries[12])
    check_logged(parse_logged_proof(TEXT), leaf, WITNESSED)
    for bit in range(len(TEXT) * 8):
        flipped = bytearray(TEXT)
        flipped[bit // 8] ^= 1 << bit % 8
        with pytest.raises(ScalegateError):
            check_logged(parse_logged_proof(bytes(flipped)), leaf, WITNESSED)


@given(st.binary(max_size=300), st.integers(0, 600))
def test_no_bytes_do_more_than_be_refused(data: bytes, cut: int) -> None:
    for text in (data, TEXT[:cut] + data, TEXT[:cut] + data + TEXT[cut:]):
        try:
            read = parse_logged_proof(text)
        except RecordError:
            continue
        assert format_logged_proof(read) == text
