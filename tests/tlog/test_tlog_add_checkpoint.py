"""Requests to witnesses and what a log makes of the answers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalegate.errors import RecordError
from scalegate.tlog.add_checkpoint import (
    SIZE_TYPE,
    Answer,
    Behind,
    WitnessRefusalError,
    format_request,
    parse_request,
    read_answer,
)
from scalegate.tlog.cosignature import CosignerKey, cosign, cosigned_by
from scalegate.tlog.ed25519 import PrivateKey
from scalegate.tlog.note import Note, parse_note
from tlog.static_files import TinyLog

LOG = TinyLog("log.example/one", [b"%d" % i for i in range(20)], PrivateKey(b"L" * 32))
ANNE, BERT = PrivateKey(b"A" * 32), PrivateKey(b"B" * 32)
ANNE_KEY = CosignerKey(name="anne.example/w", key=ANNE.public)
CHECKPOINT = LOG.checkpoint(20)
BODY = format_request(7, LOG.consistency(7, 20), CHECKPOINT)

# tlog-witness, "add-checkpoint", example request body; its signatures are examples, its form is the specification's.
EXAMPLE = """\
old 20852014
PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=
jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=
5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=
/6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=

example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
""".encode()  # noqa: E501


def test_the_example_of_the_specification_reads_and_is_written_the_same() -> None:
    request = parse_request(EXAMPLE)
    assert (request.old, len(request.proof)) == (20852014, 4)
    assert request.note.text.startswith("example.com/behind-the-sofa\n20852163\n")
    assert format_request(request.old, request.proof, str(request.note).encode()) == EXAMPLE


def test_a_request_reads_as_it_was_written() -> None:
    request = parse_request(BODY)
    assert (request.old, request.proof, str(request.note).encode()) == (7, LOG.consistency(7, 20), CHECKPOINT)
    assert parse_request(format_request(0, (), CHECKPOINT)).proof == ()


def test_more_than_63_proof_lines_are_neither_sent_nor_read() -> None:
    with pytest.raises(RecordError, match="63"):
        format_request(7, [bytes(32)] * 64, CHECKPOINT)
    line, without = b"A" * 43 + b"=\n", format_request(7, (), CHECKPOINT)
    assert len(parse_request(without.replace(b"old 7\n", b"old 7\n" + line * 63, 1)).proof) == 63
    with pytest.raises(RecordError, match="63"):
        parse_request(without.replace(b"old 7\n", b"old 7\n" + line * 64, 1))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("old 7\n", ""),
        ("old 7\n", "old\n"),
        ("old 7\n", "old  7\n"),
        ("old 7\n", "old 7 \n"),
        ("old 7\n", "Old 7\n"),
        ("old 7\n", "old 07\n"),
        ("old 7\n", "old +7\n"),
        ("old 7\n", "old -7\n"),
        ("old 7\n", "old 7.0\n"),
        ("old 7\n", "old 0x7\n"),
        ("old 7\n", "old 7_0\n"),
        ("old 7\n", "old ٧\n"),
        ("old 7\n", "old ７\n"),
        ("old 7\n", "old 7\r\n"),
        ("old 7\n", "old 9223372036854775808\n"),
        ("old 7\n", "old " + "9" * 100_000 + "\n"),
        ("old 7\n", "old 7\n\n"),
        ("old 7\n", "old 7\nAAAA\n"),
        ("old 7\n", "old 7\n" + "A" * 42 + "B=\n"),
        ("old 7\n", "old 7\n" + "-" * 43 + "=\n"),
        ("old 7\n", "old 7\n" + "A" * 43 + "=\r\n"),
        ("=\n\nlog", "=\nlog"),
        ("=\n\nlog", "=\n\n\nlog"),
        ("=\n\nlog", "\n\nlog"),
    ],
)
def test_a_request_spelled_otherwise_is_refused(old: str, new: str) -> None:
    assert old.encode() in BODY
    with pytest.raises(RecordError):
        parse_request(BODY.replace(old.encode(), new.encode(), 1))


def test_a_request_that_is_too_long_is_refused_before_it_is_read() -> None:
    with pytest.raises(RecordError, match="at most"):
        parse_request(BODY + b"x" * 2_000_000)


@given(st.binary(max_size=300))
def test_no_bytes_do_more_than_be_refused(data: bytes) -> None:
    for body in (data, BODY[: len(data)] + data, data + BODY):
        try:
            request = parse_request(body)
        except RecordError:
            continue
        assert format_request(request.old, request.proof, str(request.note).encode()) == body


# ------------------------------------------------------------------------------------ the answer


def answered(answer: Answer, old: int = 7) -> Note | Behind:
    return read_answer(answer, old, CHECKPOINT, LOG.verifier, [ANNE_KEY])


def line(signer: PrivateKey, name: str, size: int = 20) -> bytes:
    return f"{cosign(parse_note(LOG.checkpoint(size)).text, name, signer, time=99)}\n".encode()


def test_good_cosignatures_are_added_and_those_of_strangers_are_not() -> None:
    got = answered(Answer(status=200, body=line(ANNE, "anne.example/w") + line(BERT, "bert.example/w")))
    assert isinstance(got, Note)
    assert [s.name for s in got.signatures] == ["log.example/one", "anne.example/w"]
    assert [c.time for c in cosigned_by(got, [ANNE_KEY])] == [99]
    again = read_answer(
        Answer(status=200, body=line(ANNE, "anne.example/w")), 7, str(got).encode(), LOG.verifier, [ANNE_KEY]
    )
    assert again == got


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\n",
        line(BERT, "bert.example/w"),
        line(ANNE, "anne.example/w", 19),  # over another checkpoint
        line(BERT, "anne.example/w"),
        line(ANNE, "anne.example/w")[:-1],
        line(ANNE, "anne.example/w").replace(b"\n", b"\r\n"),
        b"another text\n\n" + line(ANNE, "anne.example/w"),
        b"\xff\n",
        line(ANNE, "anne.example/w") * 101,
        b"x" * 1_000_001,
    ],
)
def test_an_answer_without_a_good_cosignature_of_a_known_witness_is_refused(body: bytes) -> None:
    with pytest.raises(RecordError):
        answered(Answer(status=200, body=body))


def conflict(body: bytes, content_type: str = SIZE_TYPE) -> Answer:
    return Answer(status=409, content_type=content_type, body=body)


def test_a_conflict_says_where_to_ask_again_from() -> None:
    for size in (0, 3, 20):
        assert answered(conflict(b"%d\n" % size)) == Behind(size=size)
    assert answered(conflict(b"3\n", f"{SIZE_TYPE}; charset=utf-8")) == Behind(size=3)


def test_a_log_behind_its_witness_was_rolled_back_and_does_not_go_on() -> None:
    with pytest.raises(WitnessRefusalError, match="rolled back"):
        answered(conflict(b"21\n"))


def test_a_conflict_about_the_size_just_asked_from_is_another_root() -> None:
    with pytest.raises(WitnessRefusalError, match="two stories"):
        answered(conflict(b"7\n"))


@pytest.mark.parametrize(
    "body", [b"", b"3", b"03\n", b"-3\n", b"3\n3\n", b" 3\n", b"3 \n", "٣\n".encode(), b"9" * 5000 + b"\n"]
)
def test_a_size_spelled_otherwise_is_refused(body: bytes) -> None:
    with pytest.raises(RecordError):
        answered(conflict(body))


@pytest.mark.parametrize("status", [100, 201, 301, 400, 403, 404, 422, 500])
def test_every_other_status_is_a_refusal_that_shows_what_was_said(status: int) -> None:
    with pytest.raises(WitnessRefusalError, match=f"status {status}: 'no'"):
        answered(Answer(status=status, body=b"no"))
    with pytest.raises(WitnessRefusalError):
        answered(conflict(b"3\n", "text/plain"))
