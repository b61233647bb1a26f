"""Signed notes, verifier keys and checkpoints: the published example, and every way to spell one wrong."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalegate.errors import InputError, RecordError, ScalegateError
from scalegate.tlog.ed25519 import PrivateKey
from scalegate.tlog.note import (
    Checkpoint,
    Note,
    VerifierKey,
    open_checkpoint,
    parse_checkpoint,
    parse_note,
    sign_checkpoint,
    sign_note,
    signed_by,
)
from scalegate.tlog.tree import EMPTY_ROOT

ALICE, BOB = PrivateKey(b"a" * 32), PrivateKey(b"b" * 32)
ALICE_KEY = VerifierKey(name="alice.example/log", key=ALICE.public)
BOB_KEY = VerifierKey(name="bob", key=BOB.public)


def note(text: str = "a text\n") -> Note:
    return sign_note(text, ALICE_KEY.name, ALICE)


def test_the_known_key_and_note_of_the_go_implementation_verify() -> None:
    """Source: golang.org/x/mod/sumdb/note, documentation of the package."""
    key = VerifierKey.parse("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
    text = (
        "If you think cryptography is the answer to your problem,\n"
        "then you don't know what your problem is.\n\n"
        "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
    )
    assert key.id.hex() == "c74f20a3"
    assert signed_by(parse_note(text.encode()), [key]) == (key,)
    with pytest.raises(RecordError, match="bad"):
        signed_by(parse_note(text.replace("answer", "anvwer").encode()), [key])


def test_a_key_and_a_note_read_as_they_were_written() -> None:
    assert VerifierKey.parse(str(ALICE_KEY)) == ALICE_KEY
    assert parse_note(str(note()).encode()) == note()


def test_a_text_may_have_empty_lines_of_its_own() -> None:
    read = parse_note(str(note("one\n\n— not a signature\n\ntwo\n")).encode())
    assert read.text == "one\n\n— not a signature\n\ntwo\n"
    assert signed_by(read, [ALICE_KEY]) == (ALICE_KEY,)


def test_several_signatures_count_each_known_key_once_and_pass_over_others() -> None:
    both = Note(text="t\n", signatures=(*note("t\n").signatures, *sign_note("t\n", "bob", BOB).signatures))
    assert signed_by(both, [BOB_KEY, ALICE_KEY]) == (BOB_KEY, ALICE_KEY)
    assert signed_by(both, [BOB_KEY]) == (BOB_KEY,)
    twice = Note(text="t\n", signatures=note("t\n").signatures * 2)
    assert signed_by(twice, [ALICE_KEY]) == (ALICE_KEY,)


def test_one_bad_signature_of_a_known_key_refuses_the_whole_note() -> None:
    both = Note(text="t\n", signatures=(*note("t\n").signatures, *note("u\n").signatures))
    with pytest.raises(RecordError, match="bad"):
        signed_by(both, [ALICE_KEY])


@pytest.mark.parametrize(
    "change",
    [
        lambda t: t[:-1],
        lambda t: t.replace("\n\n", "\n"),
        lambda t: t.replace("a text", "a\ttext"),
        lambda t: t.replace("a text", "a\x00text"),
        lambda t: t.replace("a text\n", "a text\r\n"),
        lambda t: t.replace("— ", "- "),
        lambda t: t.replace("— alice.example/log ", "—  "),
        lambda t: t.replace("alice.example", "alice+example"),
        lambda t: t.replace("alice.example", "alice example"),
        lambda t: t.replace("=\n", "\n"),
        lambda t: t + "\n",
        lambda t: t[: t.rindex("—")],
        lambda t: t + t[t.index("—") :] * 100,
    ],
)
def test_a_note_spelled_otherwise_is_refused(change: object) -> None:
    changed = change(str(note()))  # type: ignore[operator]
    assert changed != str(note())
    with pytest.raises(RecordError):
        signed_by(parse_note(changed.encode()), [ALICE_KEY])


@given(st.binary(max_size=400))
def test_no_bytes_make_the_reader_fail_otherwise_than_by_refusing(data: bytes) -> None:
    for text in (data, str(note()).encode()[: len(data)] + data):
        try:
            assert str(parse_note(text)).encode() == text
        except RecordError:
            pass


@pytest.mark.parametrize(
    "text",
    [
        "",
        "alice",
        "alice+00000000+",
        str(ALICE_KEY).replace("alice", "bob"),
        str(ALICE_KEY).replace("alice", "al ice"),
        str(ALICE_KEY)[:-1],
        str(ALICE_KEY) + "\n",
        str(VerifierKey(name="n", key=ALICE.public)).replace("+Aa", "+Ba"),  # another algorithm
        "n+00000000+" + "AQEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    ],
)
def test_a_verifier_key_spelled_otherwise_or_weak_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        VerifierKey.parse(text)


# ---------------------------------------------------------------------------------- checkpoints

CHECKPOINT = Checkpoint(origin="alice.example/log", size=0, root=EMPTY_ROOT)


def test_a_checkpoint_reads_as_it_was_written() -> None:
    assert str(CHECKPOINT) == "alice.example/log\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"
    assert open_checkpoint(sign_checkpoint(CHECKPOINT, ALICE), ALICE_KEY) == CHECKPOINT


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("\n0\n", "\n00\n"),
        ("\n0\n", "\n+0\n"),
        ("\n0\n", "\n-1\n"),
        ("\n0\n", "\n 0\n"),
        ("\n0\n", "\n٣\n"),
        ("\n0\n", "\n9223372036854775808\n"),
        ("\n0\n", "\n" + "9" * 5000 + "\n"),
        ("=\n", "=\nextension\n"),
        ("=\n", "="),
        ("FU=", "FV="),
        ("47DE", ""),
        ("alice.example/log", ""),
        ("alice", "al ice"),
    ],
)
def test_a_checkpoint_spelled_otherwise_is_refused(old: str, new: str) -> None:
    assert old in str(CHECKPOINT)
    with pytest.raises(RecordError):
        parse_checkpoint(str(CHECKPOINT).replace(old, new))


def test_a_checkpoint_of_another_log_or_key_is_refused() -> None:
    with pytest.raises(RecordError, match="not signed"):
        open_checkpoint(sign_checkpoint(CHECKPOINT, BOB), ALICE_KEY)
    other = str(sign_note(str(CHECKPOINT).replace("alice", "eve"), ALICE_KEY.name, ALICE)).encode()
    with pytest.raises(RecordError, match="of the log 'eve"):
        open_checkpoint(other, ALICE_KEY)


def test_every_single_bit_flip_of_a_signed_checkpoint_is_found() -> None:
    data = sign_checkpoint(CHECKPOINT, ALICE)
    for bit in range(len(data) * 8):
        flipped = bytearray(data)
        flipped[bit // 8] ^= 1 << bit % 8
        with pytest.raises(ScalegateError):
            open_checkpoint(bytes(flipped), ALICE_KEY)
