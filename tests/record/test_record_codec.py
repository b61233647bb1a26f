"""Entries to bytes and back: the round-trip law, large bodies, and everything that is refused by name."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, get_args, get_origin

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from record.samples import BODIES, HEAD, OPERATOR, digest, entry, ident, made_key
from scalegate.errors import InputError, RecordError
from scalegate.quantity import Compute, Digest, Identifier, Minutes, Probability
from scalegate.record.canonical import digest_of, digest_of_bytes, digest_of_value, dumps
from scalegate.record.chain import Chain, LogHead, Quill, Tail
from scalegate.record.codec import (
    INLINE_BYTES,
    entry_digest,
    open_envelope,
    seal,
    statement_bytes,
    verify,
)
from scalegate.record.entry import BODIES as KINDS
from scalegate.record.entry import EntryKind, Head
from scalegate.shape import encode, hints
from scalegate.tlog import dsse
from scalegate.tlog.tree import EMPTY_ROOT, leaf_hash

ROUND = [kind for kind in EntryKind if kind not in (EntryKind.POLICY_ADOPTED,)]

digits = st.decimals(-(10**9), 10**9, allow_nan=False, places=6)
words = st.text("abcXYZ019._:/@+-", min_size=1, max_size=12).filter(lambda t: ".." not in t and t != "unknown")
BY_TYPE: dict[Any, st.SearchStrategy[Any]] = {
    str: st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
    bool: st.booleans(),
    int: st.integers(-(2**53) + 1, 2**53 - 1),
    Decimal: digits | st.just(Decimal("Infinity")),
    datetime: st.datetimes(datetime(1000, 1, 1), datetime(9999, 12, 31)).map(
        lambda t: t.replace(microsecond=0, tzinfo=UTC)
    ),
    Identifier: words.map(Identifier),
    Digest: st.binary(min_size=1, max_size=2).map(digest_of_bytes),
    Probability: st.decimals(0, 1, places=4).map(Probability),
    Compute: st.decimals(1, 10**20, places=3).map(Compute),
    Minutes: st.decimals(1, 10**6, places=2).map(Minutes),
}


def values_of(kind: Any) -> st.SearchStrategy[Any]:
    """Any value of a field type that `shape` knows."""
    if kind in BY_TYPE:
        return BY_TYPE[kind]
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is tuple:
        return st.lists(values_of(arguments[0]), max_size=2).map(tuple)
    if origin is dict:
        return st.dictionaries(words, values_of(arguments[1]), max_size=2)
    if type(None) in arguments:
        return st.none() | values_of(next(a for a in arguments if a is not type(None)))
    if str(origin) == "typing.Literal":
        return st.sampled_from(arguments)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return st.sampled_from(kind)
    return st.builds(kind, **{name: values_of(hint) for name, hint in hints(kind).items()})


@pytest.mark.parametrize("kind", ROUND, ids=lambda kind: kind.value)
@settings(max_examples=30)
@given(data=st.data())
def test_what_is_sealed_opens_as_it_was(kind: EntryKind, data: st.DataObject) -> None:
    body, head = data.draw(values_of(KINDS[kind])), data.draw(values_of(Head))
    written = entry(kind, body=body, head=head)
    envelope = seal(written, OPERATOR, keep_blob=no_blob)
    sealed = open_envelope(envelope)
    assert sealed.entry == written
    assert sealed.payload == statement_bytes(written)
    assert verify(sealed, [OPERATOR.public]) == (OPERATOR.public,)


def no_blob(data: bytes) -> Digest:
    raise AssertionError("a small body needs no blob")


def test_no_body_can_be_taken_for_the_place_of_a_blob() -> None:
    assert not [kind for kind in KINDS.values() if set(hints(kind)) <= {"blob", "bytes"}]


def test_the_name_of_an_entry_is_the_hash_of_its_leaf() -> None:
    envelope = seal(entry(EntryKind.LEASE), OPERATOR, keep_blob=no_blob)
    assert entry_digest(envelope).hex == leaf_hash(envelope).hex()
    assert open_envelope(envelope).digest == entry_digest(envelope)


# ------------------------------------------------------------------------------------ signatures


def test_several_may_sign_and_each_key_counts_once() -> None:
    ana, bo = made_key("ana"), made_key("bo")
    sealed = open_envelope(seal(entry(EntryKind.WAIVER), ana, bo, keep_blob=no_blob))
    assert verify(sealed, [bo.public, ana.public, ana.public]) == (ana.public, bo.public)
    assert verify(sealed, [OPERATOR.public]) == ()


def test_a_signature_under_another_statement_is_refused() -> None:
    sealed = open_envelope(seal(entry(EntryKind.PAUSE), OPERATOR, keep_blob=no_blob))
    other = open_envelope(seal(entry(EntryKind.RESUME), OPERATOR, keep_blob=no_blob))
    moved = dsse.format_envelope(dsse.Envelope(payload=sealed.payload, signatures=other.signatures))
    with pytest.raises(RecordError, match="bad"):
        verify(open_envelope(moved), [OPERATOR.public])


# ----------------------------------------------------------------------------------------- blobs

LARGE = entry(EntryKind.DISPOSITION, body=replace(BODIES[EntryKind.DISPOSITION], reason="r" * 40_000))  # type: ignore[type-var]


def kept(written: Any) -> tuple[bytes, dict[Digest, bytes]]:
    blobs: dict[Digest, bytes] = {}

    def keep(data: bytes) -> Digest:
        return blobs.setdefault(digest_of_bytes(data), data) and digest_of_bytes(data)

    return seal(written, OPERATOR, keep_blob=keep), blobs


def test_a_large_body_lies_in_a_blob_and_the_entry_names_it() -> None:
    envelope, blobs = kept(LARGE)
    sealed = open_envelope(envelope)
    assert len(envelope) < 2_000
    assert sealed.entry is None
    assert sealed.blob is not None
    assert list(blobs) == [sealed.blob.blob]
    assert open_envelope(envelope, blobs.__getitem__).entry == LARGE


def test_the_border_lies_at_32_kib_of_body() -> None:
    def reason(length: int) -> Any:
        return entry(EntryKind.DISPOSITION, body=replace(BODIES[EntryKind.DISPOSITION], reason="r" * length))  # type: ignore[type-var]

    rest = len(dumps(encode(reason(1).body))) - 1
    assert not kept(reason(INLINE_BYTES - rest))[1]
    assert kept(reason(INLINE_BYTES - rest + 1))[1]


def test_an_altered_or_absent_blob_is_refused() -> None:
    envelope, blobs = kept(LARGE)
    (name, data) = next(iter(blobs.items()))
    with pytest.raises(RecordError, match="other bytes than its name"):
        open_envelope(envelope, lambda _: data.replace(b"rr", b"rs", 1))

    def absent(_: Digest) -> bytes:
        raise RecordError(f"{name} is absent")

    with pytest.raises(RecordError, match="is absent"):
        open_envelope(envelope, absent)


# --------------------------------------------------------------------------------------- refusals


def resigned(change: Any, kind: EntryKind = EntryKind.DISPOSITION) -> bytes:
    """An entry whose statement was changed before the operator signed it."""
    plain = json.loads(statement_bytes(entry(kind)))
    change(plain)
    return dsse.format_envelope(dsse.sign(dumps(plain), OPERATOR))


CHANGES: dict[str, Any] = {
    "entries of kind 'sabbatical' are not known here -> read this record with a newer scalegate": lambda p: p.update(
        predicateType="urn:scalegate:record:sabbatical:1"
    ),
    "version 2 of 'disposition' entries is not known here -> read this record with a newer": lambda p: p.update(
        predicateType="urn:scalegate:record:disposition:2"
    ),
    "no type of entry": lambda p: p.update(predicateType="urn:scalegate:record:disposition:01"),
    "no type of entry of": lambda p: p.update(predicateType=7),
    "no in-toto Statement": lambda p: p.update(_type="https://in-toto.io/Statement/v0.1"),
    "no in-toto Statement v1": lambda p: p.update(extra=1),
    "about one subject": lambda p: p.update(subject=[]),
    "about one subject with": lambda p: p["subject"].append(p["subject"][0]),
    "has a sha256 digest": lambda p: p["subject"][0].update(digest={"sha512": "00"}),
    "is no digest": lambda p: p["subject"][0].update(digest={"sha256": "00"}),
    "has head and body": lambda p: p["predicate"].update(foot={}),
    "unknown key": lambda p: p["predicate"]["body"].update(score=1),
    "'reason' is missing": lambda p: p["predicate"]["body"].pop("reason"),
    "'seen' is missing": lambda p: p["predicate"]["head"].pop("seen"),
    "no instant": lambda p: p["predicate"]["head"].update(issued_at="2026-03-31T12:00:00+00:00"),
    "one form": lambda p: p["predicate"]["head"].update(issued_at="2026-03-31"),
    "Head is not spelled": lambda p: p["predicate"]["head"].update(sequence="3"),
    "lies in a blob, not": lambda p: p["predicate"].update(body={"blob": digest("x"), "bytes": 5}),
    "not in a blob": lambda p: p["predicate"]["body"].update(reason="r" * 33_000),
}


@pytest.mark.parametrize("why", CHANGES)
def test_a_statement_that_this_version_does_not_write_is_refused(why: str) -> None:
    with pytest.raises(RecordError) as caught:
        open_envelope(resigned(CHANGES[why]))
    assert why in str(caught.value)


def test_a_payload_that_is_not_canonical_is_refused() -> None:
    payload = statement_bytes(entry(EntryKind.PAUSE)).replace(b'":"', b'": "', 1)
    with pytest.raises(RecordError, match="canonical"):
        open_envelope(dsse.format_envelope(dsse.sign(payload, OPERATOR)))


def test_what_could_not_be_read_back_is_not_sealed() -> None:
    """`unknown` stands for None where a value may be missing; as an id there it would come back as None."""
    named = entry(EntryKind.WAIVER, body=replace(BODIES[EntryKind.WAIVER], renews=ident("unknown")))  # type: ignore[type-var]
    with pytest.raises(InputError, match="read back"):
        seal(named, OPERATOR, keep_blob=no_blob)


def test_a_value_that_would_be_read_back_as_another_is_not_sealed() -> None:
    resumed: Any = replace(BODIES[EntryKind.RESUME], approvers=[ident("ana")])  # type: ignore[type-var]
    with pytest.raises(InputError, match="read back"):
        seal(entry(EntryKind.RESUME, body=resumed), OPERATOR, keep_blob=no_blob)


@given(st.binary(max_size=200))
def test_no_bytes_make_the_reader_fail_otherwise_than_by_refusing(data: bytes) -> None:
    for envelope in (data, dsse.format_envelope(dsse.sign(data, OPERATOR))):
        with pytest.raises(RecordError):
            open_envelope(envelope)


def test_digests_are_of_canonical_bytes() -> None:
    assert digest_of({"b": 1, "a": [True, None]}) == digest_of_bytes(b'{"a":[true,null],"b":1}')
    assert digest_of_value(BODIES[EntryKind.PAUSE]) == digest_of(encode(BODIES[EntryKind.PAUSE]))


# ---------------------------------------------------------------------------------------- streams


def write(quill: Quill, stream: str) -> Any:
    return quill.write(
        kind=EntryKind.DISPOSITION,
        about=entry(EntryKind.DISPOSITION).about,
        body=BODIES[EntryKind.DISPOSITION],
        stream=stream,
        policy=None,
        issuer=ident("operator"),
        role=ident("operator"),
        issued_at=HEAD.issued_at,
    )


def test_entries_of_one_transaction_continue_their_streams_and_have_seen_the_same_head() -> None:
    head = LogHead(origin="acme.demo", size=9, root=EMPTY_ROOT, tails={"a": Tail(sequence=4, digest=digest("t"))})
    quill = Quill(head, OPERATOR, keep_blob=no_blob)
    first, second, third = write(quill, "a"), write(quill, "b"), write(quill, "a")
    assert (first.head.sequence, first.head.previous) == (5, digest("t"))
    assert (second.head.sequence, second.head.previous) == (0, None)
    assert (third.head.sequence, third.head.previous) == (6, first.digest)
    assert {s.head.seen for s in (first, second, third)} == {head.seen}
    assert [entry_digest(e) for e in quill.envelopes] == [first.digest, second.digest, third.digest]


def test_a_gap_or_a_wrong_previous_entry_in_a_stream_is_found() -> None:
    quill = Quill(LogHead(origin="acme.demo", size=0, root=EMPTY_ROOT, tails={}), OPERATOR, keep_blob=no_blob)
    made = [write(quill, "a") for _ in range(3)]
    chain = Chain()
    for sealed in made:
        chain.add(sealed)
    with pytest.raises(RecordError, match="not 3"):
        chain.add(made[2])
    skipping = Chain()
    skipping.add(made[0])
    with pytest.raises(RecordError, match="number 2, not 1"):
        skipping.add(made[2])
    other = Chain(tails={"a": Tail(sequence=0, digest=digest("another"))})
    with pytest.raises(RecordError, match="does not name"):
        other.add(made[1])
