"""A lease is verified once and then compared; nothing is believed that the pinned key did not sign."""

from __future__ import annotations

import copy
import json
import math
import pickle
import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import scalegate.lease.load as loading
from adapters.logs import built, make_log
from record.samples import NOON, OPERATOR, ORIGIN, digest, entry, ident, made_key
from scalegate.errors import InputError, ScalegateError
from scalegate.lease import (
    Allowed,
    Lease,
    LeaseDocument,
    LeaseError,
    LogPlace,
    Refused,
    Trust,
    format_lease,
    format_trust,
    lease_digest,
    parse_trust,
    read_trust,
)
from scalegate.quantity import Digest
from scalegate.record.chain import LogHead, Quill
from scalegate.record.entry import EntryKind, LeaseIssued
from scalegate.tlog.ed25519 import PrivateKey
from scalegate.tlog.note import Checkpoint, VerifierKey, sign_checkpoint
from scalegate.tlog.tree import Edge, inclusion_proof, leaf_hash, nodes_of, root_of

ENDS = NOON + timedelta(days=14)
SUBJECT = digest("weights")
TERMS = LeaseDocument(
    origin=ORIGIN,
    model="model-1",
    subject=SUBJECT,
    permission="TRAIN",
    configuration="agent",
    mode="",
    effective_compute_cap=Decimal("2.1e24"),
    begins=NOON,
    ends=ENDS,
    policy=digest("policy"),
    decision=digest("decision"),
)
DEPLOY = replace(TERMS, permission="DEPLOY", mode="api", effective_compute_cap=None)
TRUST = Trust(origin=ORIGIN, operator=VerifierKey(name=ORIGIN, key=OPERATOR.public), allow_demo=True)


@dataclass
class Clock:
    """The wall and the elapsed time that a lease sees."""

    wall: datetime = NOON + timedelta(hours=1)
    elapsed: float = 1000.0

    def pass_by(self, **time: int) -> None:
        self.wall += timedelta(**time)
        self.elapsed += timedelta(**time).total_seconds()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()

    class Time:
        @staticmethod
        def time() -> float:
            return made.wall.timestamp()

    monkeypatch.setattr(loading, "time", Time)
    monkeypatch.setattr(loading, "_elapsed", lambda: made.elapsed)
    return made


def issued(
    terms: LeaseDocument,
    *,
    body: LeaseIssued | None = None,
    signer: PrivateKey = OPERATOR,
    log: str | None = None,
    kind: EntryKind = EntryKind.LEASE,
) -> LogPlace:
    """The place of a lease in a log of five entries, as the issuer would make it."""
    head = LogHead(origin=log or terms.origin, size=0, root=Edge().root, tails={})
    quill = Quill(head, signer, keep_blob=lambda _: digest(""))
    said = body or LeaseIssued(decision=Digest(terms.decision), lease=Digest(lease_digest(terms)), ends=terms.ends)
    sealed = quill.write(
        kind=kind,
        about=entry(EntryKind.LEASE).about,
        body=said if kind is EntryKind.LEASE else entry(kind).body,
        stream="lease",
        policy=None,
        issuer=ident("operator"),
        role=ident("operator"),
        issued_at=NOON,
    )
    assert sealed.kind is kind
    leaves = [leaf_hash(b"%d" % i) for i in range(5)]
    leaves[3] = leaf_hash(quill.envelopes[0])
    node = nodes_of(leaves)
    note = sign_checkpoint(Checkpoint(origin=terms.origin, size=5, root=root_of(leaves)), signer)
    return LogPlace(envelope=quill.envelopes[0], index=3, proof=inclusion_proof(3, 5, node), checkpoint=note)


@pytest.fixture
def load(tmp_path: Path, clock: Clock) -> Callable[..., Lease]:
    def write_and_load(terms: LeaseDocument = TERMS, place: LogPlace | None = None, trust: Trust = TRUST) -> Lease:
        (tmp_path / "trust.json").write_text(format_trust(trust))
        (tmp_path / "lease.json").write_bytes(format_lease(terms, place or issued(terms)))
        return Lease.load(tmp_path / "lease.json", trust=tmp_path / "trust.json")

    return write_and_load


Load = Callable[..., Lease]


# ------------------------------------------------------------------------------------------ allows


def train(lease: Lease, **changes: Any) -> Allowed | Refused:
    asked = {"subject": SUBJECT, "configuration": "agent", "effective_compute_flop": 1e24, **changes}
    return lease.allows(changes.pop("permission", "TRAIN"), **{k: v for k, v in asked.items() if k != "permission"})


def test_what_the_lease_covers_is_allowed_until_it_ends(load: Load) -> None:
    lease = load()
    assert train(lease) == Allowed(until=ENDS, demo=True)
    assert bool(train(lease))
    assert lease.document == TERMS
    assert "DEMO KEYS" in repr(lease)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"permission": "DEPLOY"}, "for TRAIN, not for DEPLOY"),
        ({"permission": "train"}, "not for train"),
        ({"subject": digest("other")}, "another subject"),
        ({"configuration": None}, "configuration must be given"),
        ({"configuration": "agent-2"}, "not 'agent-2'"),
        ({"mode": "api"}, "not 'api'"),
        ({"effective_compute_flop": None}, "effective_compute_flop must be given"),
        ({"effective_compute_flop": 2.2e24}, "at most 2.1e+24"),
        ({"effective_compute_flop": 0}, "not above 0"),
        ({"effective_compute_flop": -1.0}, "not above 0"),
        ({"effective_compute_flop": float("nan")}, "not above 0"),
        ({"effective_compute_flop": float("inf")}, "not above 0"),
        ({"effective_compute_flop": Decimal("NaN")}, "not above 0"),
        ({"effective_compute_flop": Decimal("sNaN")}, "not above 0"),
        ({"effective_compute_flop": Decimal("2.1000001e24")}, "not above 0"),
        ({"effective_compute_flop": 21 * 10**23 + 1}, "not above 0"),
        ({"effective_compute_flop": "1e24"}, "not above 0"),
        ({"effective_compute_flop": True}, "not above 0"),
    ],
)
def test_anything_else_is_refused_with_the_reason(load: Load, changes: dict[str, Any], why: str) -> None:
    answer = train(load(), **changes)
    assert isinstance(answer, Refused)
    assert why in answer.reason
    assert not answer


def test_the_cap_itself_is_allowed_in_every_kind_of_number(load: Load) -> None:
    lease = load()
    for flop in (Decimal("2.1e24"), 21 * 10**23, 1, 2.0999e24):
        assert train(lease, effective_compute_flop=flop), flop


@given(st.decimals(1, Decimal("1e40"), allow_nan=False), st.floats())
def test_a_float_is_compared_exactly(cap: Decimal, flop: float) -> None:
    below = loading._float_below(cap)
    near = (below, math.nextafter(below, math.inf), flop)
    assert [0 < x <= below for x in near] == [math.isfinite(x) and 0 < Decimal(x) <= cap for x in near]


def test_a_mode_that_the_lease_names_must_be_given(load: Load) -> None:
    lease = load(DEPLOY)
    asked: dict[str, Any] = {"subject": SUBJECT, "configuration": "agent"}
    assert lease.allows("DEPLOY", **asked, mode="api")
    assert lease.allows("DEPLOY", **asked, mode="api", effective_compute_flop=1e30)
    assert "mode must be given" in lease.allows("DEPLOY", **asked).reason  # type: ignore[union-attr]
    assert not lease.allows("DEPLOY", **asked, mode="batch")


def test_a_lease_ends_at_its_end(load: Load, clock: Clock) -> None:
    lease = load()
    clock.wall = ENDS - timedelta(seconds=1)
    assert train(lease)
    clock.wall = ENDS
    assert "ended at 2026-04-14T12:00:00Z" in train(lease).reason  # type: ignore[union-attr]


def test_setting_the_wall_clock_back_gains_nothing(load: Load, clock: Clock) -> None:
    lease = load()
    clock.pass_by(days=13)
    clock.wall = NOON - timedelta(days=400)
    assert train(lease)
    clock.elapsed += timedelta(days=1).total_seconds()
    assert not train(lease)


def test_an_earlier_now_gains_nothing_and_a_later_one_counts(load: Load, clock: Clock) -> None:
    lease = load()
    assert not train(lease, now=ENDS)
    clock.wall = ENDS
    assert not train(lease, now=NOON)


def test_a_clock_behind_the_beginning_counts_from_the_beginning(load: Load, clock: Clock) -> None:
    clock.wall = datetime(1970, 1, 2, tzinfo=UTC)
    lease = load()
    clock.elapsed += timedelta(days=14).total_seconds() - 1
    assert train(lease)
    clock.elapsed += 1
    assert not train(lease)


# ------------------------------------------------------------------------- no way around loading


def test_a_lease_cannot_be_built_changed_or_unpickled(load: Load) -> None:
    lease = load()
    with pytest.raises(TypeError, match=r"Lease\.load"):
        Lease(object(), TERMS, 0.0, 0.0)
    with pytest.raises(TypeError):
        Lease()  # type: ignore[call-arg]
    with pytest.raises(AttributeError):
        lease.document = DEPLOY
    with pytest.raises(AttributeError):
        lease._ends = 1e12
    with pytest.raises(AttributeError):
        del lease._ends
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        with pytest.raises(TypeError, match="pickled"):
            pickle.dumps(lease, protocol)
    with pytest.raises(TypeError, match="subclass"):
        type("Mine", (Lease,), {})
    assert copy.copy(lease) is copy.deepcopy(lease) is lease
    blank = object.__new__(Lease)
    with pytest.raises(AttributeError):
        train(blank)


# ------------------------------------------------------------------------------------- what is checked


def test_every_flipped_byte_of_the_file_is_refused(tmp_path: Path, load: Load) -> None:
    load()
    path, chance = tmp_path / "lease.json", random.Random(4)
    data = path.read_bytes()
    for place in sorted(chance.sample(range(len(data) - 1), 300)):
        changed = bytearray(data)
        changed[place] ^= 1 << chance.randrange(8)
        path.write_bytes(changed)
        with pytest.raises(ScalegateError):
            Lease.load(path, trust=TRUST)


@pytest.mark.parametrize(
    "change",
    [
        {"subject": digest("other")},
        {"permission": "STORE"},
        {"configuration": "other"},
        {"mode": "api"},
        {"effective_compute_cap": Decimal("9e99")},
        {"effective_compute_cap": None},
        {"begins": NOON - timedelta(days=1)},
        {"ends": ENDS + timedelta(seconds=1)},
        {"policy": digest("other")},
        {"decision": digest("other")},
        {"model": "other"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_no_term_can_be_changed_after_it_was_logged(load: Load, change: dict[str, Any]) -> None:
    with pytest.raises(LeaseError, match="other terms"):
        load(replace(TERMS, **change), place=issued(TERMS))


def test_every_link_from_the_pinned_key_is_checked(load: Load) -> None:
    good, eve = issued(TERMS), issued(TERMS, signer=made_key("eve"))
    for why, place in {
        "entry of the lease is not signed": replace(good, envelope=eve.envelope),
        "checkpoint is not signed": replace(good, checkpoint=eve.checkpoint),
        "another root": replace(good, index=2),
        "lies outside": replace(good, index=5),
        "too short": replace(good, proof=good.proof[:-1]),
        "too long": replace(good, proof=(*good.proof, b"x" * 32)),
        "made for another log": issued(TERMS, log="other.demo"),
        "no lease entry": issued(TERMS, kind=EntryKind.PAUSE),
        "for other terms": issued(TERMS, body=LeaseIssued(decision=digest("x"), lease=digest("y"), ends=ENDS)),
    }.items():
        with pytest.raises(LeaseError, match=why):
            load(place=place)


def test_another_log_or_another_key_of_the_same_name_is_not_trusted(load: Load) -> None:
    other = VerifierKey(name=ORIGIN, key=made_key("eve").public)
    with pytest.raises(LeaseError, match="not signed by the operator"):
        load(trust=replace(TRUST, operator=other))
    pinned = Trust(origin="b.demo", operator=VerifierKey(name="b.demo", key=OPERATOR.public), allow_demo=True)
    with pytest.raises(LeaseError, match=r"'b\.demo' is trusted"):
        load(trust=pinned)


def test_demo_keys_are_refused_unless_the_trust_file_allows_them(load: Load) -> None:
    with pytest.raises(LeaseError, match="allow_demo"):
        load(trust=replace(TRUST, allow_demo=False))
    terms = replace(TERMS, origin="acme.org/rsp")
    trust = Trust(origin="acme.org/rsp", operator=VerifierKey(name="acme.org/rsp", key=OPERATOR.public))
    lease = load(terms, trust=trust)
    assert train(lease) == Allowed(until=ENDS, demo=False)
    assert "DEMO" not in repr(lease)


def test_the_lease_of_demo_keys_says_so_in_its_signed_words(tmp_path: Path, load: Load) -> None:
    load()
    assert json.loads((tmp_path / "lease.json").read_text())["lease"]["notice"] == "DEMO KEYS"


def test_a_lease_issued_through_the_store_is_accepted(tmp_path: Path, clock: Clock) -> None:
    log, blobs = make_log(tmp_path)
    log.append(built(blobs, *[EntryKind.PAUSE] * 6))
    body = LeaseIssued(decision=Digest(TERMS.decision), lease=Digest(lease_digest(TERMS)), ends=TERMS.ends)
    index = log.append(built(blobs, EntryKind.LEASE, body=body))[0]
    log.append(built(blobs, EntryKind.RESUME))
    size = log.head().size
    place = LogPlace(
        envelope=log.envelope(index),
        index=index,
        proof=log.inclusion_proof(index, size),
        checkpoint=log.checkpoint(),
    )
    (tmp_path / "lease.json").write_bytes(format_lease(TERMS, place))
    assert train(Lease.load(tmp_path / "lease.json", trust=TRUST))


# -------------------------------------------------------------------------------------- the terms


@pytest.mark.parametrize(
    "change",
    [
        {"permission": "RELEASE_WEIGHTS"},
        {"permission": "EVERYTHING"},
        {"subject": ""},
        {"configuration": ""},
        {"model": "é"},
        {"origin": "../x"},
        {"policy": "sha256:0"},
        {"effective_compute_cap": Decimal("NaN")},
        {"effective_compute_cap": Decimal("Infinity")},
        {"effective_compute_cap": Decimal(0)},
        {"ends": NOON},
        {"begins": NOON.replace(tzinfo=None)},
        {"ends": ENDS + timedelta(microseconds=1)},
    ],
    ids=str,
)
def test_D7_D9_no_lease_has_such_terms(change: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        replace(TERMS, **change)


@pytest.mark.parametrize("cap", ["1", "999999", "1e6", "2.1e24", "123456789", "1.5"])
def test_every_amount_of_compute_has_one_spelling(load: Load, cap: str) -> None:
    terms = replace(TERMS, effective_compute_cap=Decimal(cap))
    assert load(terms).document == terms
    assert lease_digest(terms) == lease_digest(
        replace(terms, effective_compute_cap=Decimal(cap).quantize(Decimal("0.1")))
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"schema":"scalegate.lease/1"', '"schema":"scalegate.lease/2"'),
        ('"schema":', '"extra":1,"schema":'),
        ('"index":3', '"index":true'),
        ('"index":3', '"index":-3'),
        ('"index":3', '"index":3.0'),
        ('"proof":[', '"proof":[1,'),
        ("2.1e24 FLOP", "21e23 FLOP"),
        ("2.1e24 FLOP", "2.1e24"),
        ("2026-03-31T12:00:00Z", "2026-03-31T12:00:00+00:00"),
        ("2026-03-31T12:00:00Z", "2026-02-31T12:00:00Z"),
        ('"DEMO KEYS"', '"demo keys"'),
        ('"model":"model-1"', '"model":null'),
        ('{"entry"', '{ "entry"'),
    ],
)
def test_a_lease_spelled_otherwise_is_refused(tmp_path: Path, load: Load, old: str, new: str) -> None:
    load()
    text = (tmp_path / "lease.json").read_text()
    assert old in text
    (tmp_path / "lease.json").write_text(text.replace(old, new, 1))
    with pytest.raises(LeaseError):
        Lease.load(tmp_path / "lease.json", trust=TRUST)


def test_files_that_are_missing_empty_huge_or_nested_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "lease.json"
    with pytest.raises(LeaseError, match="cannot be read"):
        Lease.load(path, trust=TRUST)
    for data in (b"", b"null", b"[" * 200_000, b"\xff", b" " * 300_000, b'{"entry":{},"lease":{},"schema":{}}'):
        path.write_bytes(data)
        with pytest.raises(LeaseError):
            Lease.load(path, trust=TRUST)


# ------------------------------------------------------------------------------------------ trust


def test_a_trust_file_reads_as_it_was_written(tmp_path: Path) -> None:
    for trust in (TRUST, replace(TRUST, allow_demo=False)):
        (tmp_path / "trust.json").write_text(format_trust(trust))
        assert read_trust(tmp_path / "trust.json") == trust
        assert trust.demo


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"schema": "scalegate.trust/2"}, "schema: another format"),
        ({"origin": None}, "origin: missing"),
        ({"operator": 7}, "operator: missing, or not text"),
        ({"operator": "acme"}, "no verifier key"),
        ({"origin": "other.demo"}, "named 'acme.demo', not 'other.demo'"),
        ({"origin": "../x"}, "no origin"),
        ({"allow_demo": "yes"}, "not true or false"),
        ({"allow_all": True}, "allow_all: unknown key"),
        ({"operator": f"{ORIGIN}+00000000+AQEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}, "weak"),
    ],
)
def test_a_wrong_trust_file_says_what_is_wrong(change: dict[str, Any], why: str) -> None:
    plain = {**json.loads(format_trust(TRUST)), **change}
    with pytest.raises(InputError) as caught:
        parse_trust(json.dumps({k: v for k, v in plain.items() if v is not None}).encode())
    assert why in str(caught.value)
    assert "trust.json" in str(caught.value)


@pytest.mark.parametrize(
    "data", [b"", b"[]", b"{", b"\xff", b"[" * 60_000, b" " * 70_000, b'{"origin":"a","origin":"b"}']
)
def test_a_file_that_is_no_trust_file_is_refused(data: bytes) -> None:
    with pytest.raises(InputError, match=r"trust\.json"):
        parse_trust(data)


def test_a_missing_trust_file_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_trust(tmp_path / "none.json")
