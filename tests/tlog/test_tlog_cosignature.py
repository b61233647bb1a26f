"""Cosignatures of public witnesses verify; a key counts once, in one role, and never for what it did not sign."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalegate.errors import InputError, RecordError
from scalegate.tlog.cosignature import MAX_TIME, Cosignature, CosignerKey, cosign, cosigned_by, signed_message
from scalegate.tlog.ed25519 import PrivateKey
from scalegate.tlog.note import (
    Checkpoint,
    Note,
    NoteSignature,
    VerifierKey,
    open_checkpoint,
    parse_note,
    sign_note,
    signed_by,
)
from scalegate.tlog.tree import EMPTY_ROOT
from tlog.public_checkpoint import COSIGNED_AT, LOG_KEY, NOTE, WITNESS_KEYS

ANNE, BERT = PrivateKey(b"A" * 32), PrivateKey(b"B" * 32)
ANNE_KEY = CosignerKey(name="anne.example/w", key=ANNE.public)
BERT_KEY = CosignerKey(name="bert.example/w", key=BERT.public)
CHECKPOINT = Checkpoint(origin="log.example/one", size=7, root=EMPTY_ROOT)
TEXT = str(CHECKPOINT)


def note(*lines: NoteSignature) -> Note:
    return Note(text=TEXT, signatures=lines)


def by_anne(time: int = 1000) -> NoteSignature:
    return cosign(TEXT, ANNE_KEY.name, ANNE, time=time)


def by_bert(time: int = 1000) -> NoteSignature:
    return cosign(TEXT, BERT_KEY.name, BERT, time=time)


def test_the_cosignatures_of_four_public_witnesses_verify() -> None:
    keys = [CosignerKey.parse(text) for text in WITNESS_KEYS]
    assert [str(key) for key in keys] == list(WITNESS_KEYS)
    found = cosigned_by(parse_note(NOTE), keys)
    assert [c.cosigner for c in found] == keys
    assert {c.time for c in found} == {COSIGNED_AT}
    assert open_checkpoint(NOTE, VerifierKey.parse(LOG_KEY)).size == 1_432_088_532


@pytest.mark.parametrize("old", ["1432088532", "U7WM79", "arche2025h1.staging.ct.transparency.dev\n"])
def test_they_verify_over_no_other_text(old: str) -> None:
    changed = NOTE.decode().replace(old, old.replace("2", "3").replace("U7", "V7"), 1)
    for text in WITNESS_KEYS:
        with pytest.raises(RecordError, match="bad"):
            cosigned_by(parse_note(changed.encode()), [CosignerKey.parse(text)])


def test_the_message_and_the_line_are_those_of_the_specification() -> None:
    """tlog-cosignature, "Ed25519 signed message" and "Format"."""
    assert signed_message(TEXT, 1679315147) == b"cosignature/v1\ntime 1679315147\n" + TEXT.encode()
    line = by_anne(1679315147)
    assert line.id == ANNE_KEY.id
    assert line.signature[:8].hex() == "00000000641850cb"
    assert len(line.signature) == 72


def test_each_witness_counts_once_in_the_order_asked_and_others_are_passed_over() -> None:
    both = note(by_bert(5), by_anne(3))
    wanted = (Cosignature(cosigner=ANNE_KEY, time=3), Cosignature(cosigner=BERT_KEY, time=5))
    assert cosigned_by(both, [ANNE_KEY, BERT_KEY]) == wanted
    assert cosigned_by(both, [ANNE_KEY]) == wanted[:1]
    assert cosigned_by(both, []) == ()


def test_of_several_times_of_one_witness_the_earliest_counts() -> None:
    for lines in ((by_anne(9), by_anne(4)), (by_anne(4), by_anne(9)), (by_anne(4), by_anne(4))):
        assert cosigned_by(note(*lines), [ANNE_KEY]) == (Cosignature(cosigner=ANNE_KEY, time=4),)


def test_one_bad_cosignature_of_a_known_key_refuses_the_whole_note() -> None:
    line = by_anne()
    for bad in (
        line.signature[:-1] + bytes([line.signature[-1] ^ 1]),
        (1001).to_bytes(8, "big") + line.signature[8:],  # another time
        line.signature[:-1],
        line.signature + b"\0",
        line.signature[:7],
        line.signature[8:],
        (2**63 + 1000).to_bytes(8, "big") + line.signature[8:],
    ):
        with pytest.raises(RecordError, match="bad"):
            cosigned_by(note(line, NoteSignature(name=line.name, id=line.id, signature=bad)), [ANNE_KEY])


def test_a_time_beyond_63_bits_is_refused_though_the_signature_fits() -> None:
    for time, good in ((MAX_TIME, True), (MAX_TIME + 1, False), (2**64 - 1, False)):
        blob = time.to_bytes(8, "big") + ANNE.sign(signed_message(TEXT, time))
        line = NoteSignature(name=ANNE_KEY.name, id=ANNE_KEY.id, signature=blob)
        if good:
            assert cosigned_by(note(line), [ANNE_KEY])[0].time == time
        else:
            with pytest.raises(RecordError, match="bad"):
                cosigned_by(note(line), [ANNE_KEY])


@pytest.mark.parametrize("time", [0, -1, 2**63])
def test_no_witness_signs_at_a_time_that_is_none(time: int) -> None:
    with pytest.raises(InputError, match="no POSIX time"):
        by_anne(time)


@pytest.mark.parametrize("text", ["", "a text\n", "log.example/one\n7\n", TEXT + "extension\n"])
def test_nothing_but_a_checkpoint_is_cosigned(text: str) -> None:
    with pytest.raises(RecordError):
        cosign(text, ANNE_KEY.name, ANNE, time=1)


def test_one_public_key_under_two_names_is_refused_and_would_count_twice() -> None:
    impostor = CosignerKey(name="other.example/w", key=ANNE.public)
    twice = note(by_anne(), cosign(TEXT, impostor.name, ANNE, time=1))
    with pytest.raises(InputError, match="two names stand for one public key"):
        cosigned_by(twice, [ANNE_KEY, impostor])
    assert len(cosigned_by(twice, [ANNE_KEY, ANNE_KEY])) == 1


def test_the_same_refusal_for_the_keys_of_logs() -> None:
    one, two = VerifierKey(name="one", key=ANNE.public), VerifierKey(name="two", key=ANNE.public)
    with pytest.raises(InputError, match="two names"):
        signed_by(sign_note(TEXT, "one", ANNE), [one, two])


def test_a_logs_signature_is_no_cosignature_nor_the_other_way_round() -> None:
    """One key in two roles has two ids, and signs different bytes in each."""
    as_log = VerifierKey(name=ANNE_KEY.name, key=ANNE.public)
    assert as_log != ANNE_KEY
    assert as_log.id != ANNE_KEY.id
    assert signed_by(note(by_anne()), [as_log]) == ()
    assert cosigned_by(sign_note(TEXT, as_log.name, ANNE), [ANNE_KEY]) == ()
    forged = NoteSignature(name=as_log.name, id=as_log.id, signature=by_anne().signature[8:])
    with pytest.raises(RecordError, match="bad"):
        signed_by(note(forged), [as_log])


def test_a_key_of_the_other_type_does_not_read_as_a_witness() -> None:
    with pytest.raises(InputError, match="algorithm 1 is not known here, only 4"):
        CosignerKey.parse(str(VerifierKey(name="w", key=ANNE.public)))
    with pytest.raises(InputError, match="algorithm 4 is not known here, only 1"):
        VerifierKey.parse(str(ANNE_KEY))


@given(st.binary(min_size=5, max_size=90))
def test_no_signature_bytes_do_more_than_be_refused(blob: bytes) -> None:
    line = NoteSignature(name=ANNE_KEY.name, id=ANNE_KEY.id, signature=blob)
    with pytest.raises(RecordError, match="bad"):
        cosigned_by(note(line), [ANNE_KEY])
