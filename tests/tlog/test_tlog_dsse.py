"""Envelopes: the published pre-authentication vector, who counts as having signed, and strict reading."""

from __future__ import annotations

import json

import pytest

from scalegate.errors import RecordError, ScalegateError
from scalegate.tlog import dsse
from scalegate.tlog.ed25519 import PrivateKey
from scalegate.tlog.encoding import from_base64, to_base64
from scalegate.tlog.origin import is_demo, parse_origin

ALICE, BOB = PrivateKey(b"a" * 32), PrivateKey(b"b" * 32)


def test_what_is_signed_has_the_form_of_the_specification() -> None:
    """Source: DSSE protocol.md, "Signature Definition"; its example with this project's payload type."""
    assert dsse.pre_authentication(b"hello world") == b"DSSEv1 28 application/vnd.in-toto+json 11 hello world"


def test_every_signer_counts_once_and_unknown_ones_are_passed_over() -> None:
    envelope = dsse.sign(b"p", ALICE, BOB)
    assert dsse.signed_by(envelope, [ALICE.public, BOB.public]) == (ALICE.public, BOB.public)
    assert dsse.signed_by(envelope, [ALICE.public, ALICE.public]) == (ALICE.public,)
    assert dsse.signed_by(envelope, [PrivateKey(b"c" * 32).public]) == ()


def test_a_bad_signature_of_a_known_key_refuses_the_envelope() -> None:
    envelope = dsse.Envelope(payload=b"q", signatures=dsse.sign(b"p", ALICE).signatures)
    with pytest.raises(RecordError, match="bad"):
        dsse.signed_by(envelope, [ALICE.public])


def test_an_envelope_reads_as_it_was_written() -> None:
    envelope = dsse.sign(b'{"x":1}', ALICE, BOB)
    assert dsse.parse_envelope(dsse.format_envelope(envelope)) == envelope


def changed(old: str, new: str) -> bytes:
    data = dsse.format_envelope(dsse.sign(b"payload!", ALICE)).decode()
    assert old in data
    return data.replace(old, new, 1).encode()


@pytest.mark.parametrize(
    "data",
    [
        changed("application/vnd.in-toto+json", "application/json"),
        changed('"payloadType"', '"payloadtype"'),
        changed('{"payload"', '{"extra":1,"payload"'),
        changed('"sig"', '"signature"'),
        changed("cGF5bG9hZCE=", "cGF5bG9hZCE"),
        changed("cGF5bG9hZCE=", "cGF5bG9hZCF="),
        changed("cGF5bG9hZCE=", "cGF5 bG9hZCE="),
        changed("cGF5bG9hZCE=", "cGF5_G9hZCE="),
        changed(dsse.key_id(ALICE.public), dsse.key_id(ALICE.public).upper()),
        changed(dsse.key_id(ALICE.public), "00"),
        changed('","sig":"', '","sig":"AAAA'),
        b'{"payload":"","payloadType":"application/vnd.in-toto+json","signatures":[]}',
        b"[]",
        b"null",
        b"x" * 70_000,
    ],
)
def test_an_envelope_spelled_otherwise_is_refused(data: bytes) -> None:
    with pytest.raises(RecordError):
        dsse.parse_envelope(data)


def test_one_key_cannot_sign_twice() -> None:
    plain = json.loads(dsse.format_envelope(dsse.sign(b"p", ALICE)))
    plain["signatures"] *= 2
    with pytest.raises(RecordError, match="once"):
        dsse.parse_envelope(json.dumps(plain, sort_keys=True, separators=(",", ":")).encode())


def test_an_envelope_larger_than_an_entry_is_refused() -> None:
    with pytest.raises(RecordError, match="65535"):
        dsse.format_envelope(dsse.sign(b"x" * 49_500, ALICE))


def test_every_bit_flip_of_an_envelope_is_found() -> None:
    data = dsse.format_envelope(dsse.sign(b"payload!", ALICE))
    for bit in range(len(data) * 8):
        flipped = bytearray(data)
        flipped[bit // 8] ^= 1 << bit % 8
        try:
            found = dsse.signed_by(dsse.parse_envelope(bytes(flipped)), [ALICE.public])
        except ScalegateError:
            continue
        assert found == ()  # the id now names another key


@pytest.mark.parametrize("text", ["AA==\n", "AA", "AB==", "A===", "AAA", "é", "AA==AA==", "-_-_"])
def test_base64_has_one_spelling(text: str) -> None:
    with pytest.raises(RecordError):
        from_base64(text)


def test_base64_reads_what_it_writes() -> None:
    assert [from_base64(to_base64(bytes(range(n)))) for n in range(9)] == [bytes(range(n)) for n in range(9)]


@pytest.mark.parametrize("text", ["acme", "acme.demo", "example.org/rsp", "a/b/c", "a_b-c.d/1"])
def test_an_origin_is_plain(text: str) -> None:
    assert parse_origin(text) == text
    assert is_demo(text) == text.endswith(".demo")


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        "..",
        "../x",
        "a/../b",
        "/a",
        "a/",
        "a//b",
        ".a",
        "a.",
        "A",
        "a b",
        "a\n",
        "a\0",
        "é",
        "a+b",
        "x" * 101,
        "-a",
        "a..b",
    ],
)
def test_an_origin_that_could_climb_or_be_taken_for_another_is_refused(text: str) -> None:
    with pytest.raises(ScalegateError):
        parse_origin(text)
