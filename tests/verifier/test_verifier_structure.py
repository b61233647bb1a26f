"""Whatever is changed in a record's bytes, the verifier finds it; and it says who has signed."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.logs import KINDS, built, make_log
from record.samples import BODIES, NOON, OPERATOR, OPERATOR_KEY, digest, entry, ident, made_key
from scalegate.adapters.blob_store import BlobStore
from scalegate.adapters.log_store import RawLog
from scalegate.errors import ScalegateError
from scalegate.record.chain import LogHead, Quill
from scalegate.record.codec import seal
from scalegate.record.entry import EntryKind, Seen
from scalegate.tlog import dsse
from scalegate.tlog.note import Checkpoint, VerifierKey, sign_checkpoint
from scalegate.tlog.tree import EMPTY_ROOT, Edge, leaf_hash
from scalegate.verifier.structure import StructureReport, verify_log

Entries = list[tuple[int, bytes]]


class Record:
    """A record in memory: entries, checkpoints, blobs."""

    def __init__(self, folder: Path) -> None:
        log, self.blobs = make_log(folder)
        log.append(built(self.blobs, *KINDS))
        log.append(built(self.blobs, *KINDS[:4]))
        large = replace(BODIES[EntryKind.PAUSE], reason="r" * 40_000)  # type: ignore[type-var]
        log.append(built(self.blobs, EntryKind.PAUSE, body=large))
        log.close()
        with RawLog(folder / "log.db") as raw:
            self.entries: Entries = list(raw.read_raw())
            self.checkpoints = list(raw.checkpoints())
            self.head = raw.recorded_head()

    def verify(
        self,
        *,
        entries: Entries | None = None,
        checkpoints: Entries | None = None,
        operator: VerifierKey = OPERATOR_KEY,
    ) -> StructureReport:
        return verify_log(
            self.entries if entries is None else entries,
            self.checkpoints if checkpoints is None else checkpoints,
            operator=operator,
            fetch_blob=self.blobs.fetch,
            head=self.head if entries is None else None,
        )


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Record:
    return Record(tmp_path_factory.mktemp("record"))


def test_a_whole_record_has_no_findings_and_one_party(record: Record) -> None:
    report = record.verify()
    assert report.findings == ()
    assert (report.entries, report.checkpoints, report.blobs, report.uncovered) == (len(KINDS) + 5, 4, 1, 0)
    assert report.parties == (dsse.key_id(OPERATOR.public),)
    assert report.root == record.head[1]


def test_every_flipped_byte_of_an_entry_is_found_at_its_entry(record: Record) -> None:
    chance = random.Random(1)
    for index, envelope in record.entries:
        for _ in range(5):
            place, flip = chance.randrange(len(envelope)), chance.randrange(1, 256)
            changed = envelope[:place] + bytes([envelope[place] ^ flip]) + envelope[place + 1 :]
            entries = [(i, changed if i == index else e) for i, e in record.entries]
            found = record.verify(entries=entries).findings
            assert any(f.where == f"entry {index}" for f in found), (index, place, flip)
            assert any(f.where.startswith("checkpoint") for f in found)


def test_every_flipped_bit_of_a_checkpoint_is_found(record: Record) -> None:
    size, note = record.checkpoints[-1]
    for bit in range(0, len(note) * 8, 11):
        flipped = bytearray(note)
        flipped[bit // 8] ^= 1 << bit % 8
        assert record.verify(checkpoints=[*record.checkpoints[:-1], (size, bytes(flipped))]).findings, bit


@pytest.mark.parametrize(
    "change",
    [
        lambda e: e[:-1],
        lambda e: e[1:],
        lambda e: e[:3] + e[4:],
        lambda e: [*e[:3], e[4], e[3], *e[5:]],
        lambda e: [*e, e[-1]],
        lambda e: [(i, x) for i, (_, x) in enumerate(e[:3] + e[4:])],
        lambda e: [(i, x) for i, (_, x) in enumerate([*e[:3], e[4], e[3], *e[5:]])],
        lambda e: [(i, x) for i, (_, x) in enumerate([e[0], *e])],
        lambda e: [],
        lambda e: [(-1, e[0][1]), *e[1:]],
    ],
)
def test_entries_taken_away_moved_or_doubled_are_found(record: Record, change: Callable[[Entries], Entries]) -> None:
    assert record.verify(entries=change(record.entries)).findings


def test_a_missing_or_altered_blob_is_found(tmp_path: Path) -> None:
    record = Record(tmp_path)
    blob = next(p for p in (tmp_path / "blobs").rglob("*") if p.is_file())
    data = blob.read_bytes()
    blob.write_bytes(data.replace(b"rr", b"rs", 1))
    assert ["altered" in f.what for f in record.verify().findings] == [True]
    blob.unlink()
    assert ["absent" in f.what for f in record.verify().findings] == [True]
    BlobStore(tmp_path / "blobs").keep(data)
    assert record.verify().findings == ()


def test_another_operator_finds_every_entry_and_checkpoint_unsigned(record: Record) -> None:
    eve = VerifierKey(name=OPERATOR_KEY.name, key=made_key("eve").public)
    assert len(record.verify(operator=eve).findings) == len(record.entries) + len(record.checkpoints)


def test_a_checkpoint_that_tells_another_story_is_found_though_it_is_signed(record: Record) -> None:
    """A split view: the operator signed another root of the same size, or a log that has more."""
    other = Edge()
    for index, envelope in record.entries:
        other = other.append(leaf_hash(envelope if index else b"another"))
    for size in (other.size, other.size + 1):
        note = sign_checkpoint(Checkpoint(origin=OPERATOR_KEY.name, size=size, root=other.root), OPERATOR)
        found = record.verify(checkpoints=[*record.checkpoints, (size, note)]).findings
        assert [f.where for f in found] == [f"checkpoint {size}"]
    assert record.verify(checkpoints=[]).findings


def test_a_head_that_says_otherwise_is_found(record: Record) -> None:
    for head in ((record.head[0] - 1, record.head[1]), (record.head[0], EMPTY_ROOT)):
        report = verify_log(
            record.entries, record.checkpoints, operator=OPERATOR_KEY, fetch_blob=record.blobs.fetch, head=head
        )
        assert [f.where for f in report.findings] == ["head"]


def lone(**head: object) -> tuple[Entries, Entries]:
    """A log of one entry whose head the operator has signed, with its checkpoint."""
    quill = Quill(
        LogHead(origin="acme.demo", size=0, root=EMPTY_ROOT, tails={}), OPERATOR, keep_blob=lambda _: digest("")
    )
    sealed = quill.write(
        kind=EntryKind.PAUSE,
        about=entry(EntryKind.PAUSE).about,
        body=BODIES[EntryKind.PAUSE],
        stream="pause",
        policy=None,
        issuer=ident("operator"),
        role=ident("operator"),
        issued_at=NOON,
    )
    changed = entry(EntryKind.PAUSE, head=replace(sealed.head, **head))  # type: ignore[arg-type]
    envelope = seal(changed, OPERATOR, keep_blob=lambda _: digest(""))
    root = Edge().append(leaf_hash(envelope)).root
    return [(0, envelope)], [(1, sign_checkpoint(Checkpoint(origin="acme.demo", size=1, root=root), OPERATOR))]


@pytest.mark.parametrize(
    ("why", "head"),
    [
        ("made for the log 'other.demo'", {"log": "other.demo"}),
        ("goes on with number 1, not 0", {"sequence": 1}),
        ("does not name the entry before it", {"previous": digest("x")}),
        ("seen a log of 1 entries", {"seen": Seen(size=1, root=digest("x"))}),
        ("seen another log of 0", {"seen": Seen(size=0, root=digest("x"))}),
    ],
)
def test_a_signed_entry_that_does_not_belong_there_is_found(why: str, head: dict[str, object]) -> None:
    def fetch(_: object) -> bytes:
        raise AssertionError

    assert verify_log(*lone(), operator=OPERATOR_KEY, fetch_blob=fetch).findings == ()
    found = verify_log(*lone(**head), operator=OPERATOR_KEY, fetch_blob=fetch).findings
    assert len(found) == 1
    assert why in found[0].what


def test_a_signature_of_an_unknown_key_is_found_and_one_of_a_known_person_counts_as_a_party(record: Record) -> None:
    ana = made_key("ana")
    index, envelope = record.entries[-1]
    payload = dsse.parse_envelope(envelope).payload
    signed = [*record.entries[:-1], (index, dsse.format_envelope(dsse.sign(payload, OPERATOR, ana)))]
    checkpoints = record.checkpoints[:-1]
    assert [f.what for f in record.verify(entries=signed, checkpoints=checkpoints).findings] == [
        "the entry has a signature of an unknown key"
    ]
    report = verify_log(signed, checkpoints, operator=OPERATOR_KEY, fetch_blob=record.blobs.fetch, people=[ana.public])
    assert (report.findings, len(report.parties)) == ((), 2)


def test_an_entry_that_only_another_known_person_signed_is_found(record: Record) -> None:
    ana = made_key("ana")
    index, envelope = record.entries[-1]
    alone = dsse.format_envelope(dsse.sign(dsse.parse_envelope(envelope).payload, ana))
    report = verify_log(
        [*record.entries[:-1], (index, alone)],
        record.checkpoints[:-1],
        operator=OPERATOR_KEY,
        fetch_blob=record.blobs.fetch,
        people=[ana.public],
    )
    assert [f.what for f in report.findings] == ["the entry is not signed by the operator"]


def test_an_insider_who_drops_the_triggers_and_mends_hash_and_head_is_found(tmp_path: Path) -> None:
    """Without the operator's key, no change of an entry fits both its signature and the checkpoints."""
    log, blobs = make_log(tmp_path)
    log.append(built(blobs, *KINDS[:5]))
    log.close()
    database = sqlite3.connect(tmp_path / "log.db", isolation_level=None)
    for (name,) in database.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
        database.execute(f"DROP TRIGGER {name}")
    chance, whole = random.Random(2), list(database.execute("SELECT idx, envelope FROM entry ORDER BY idx"))
    for _ in range(40):
        index, envelope = whole[chance.randrange(len(whole))]
        changed = bytearray(envelope)
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
        edge = Edge()
        for i, e in whole:
            edge = edge.append(leaf_hash(bytes(changed) if i == index else e))
        database.execute("UPDATE entry SET envelope = ? WHERE idx = ?", (bytes(changed), index))
        entries = database.execute("SELECT idx, envelope FROM entry ORDER BY idx").fetchall()
        checkpoints = database.execute("SELECT size, note FROM signed_checkpoint").fetchall()
        report = verify_log(
            entries, checkpoints, operator=OPERATOR_KEY, fetch_blob=blobs.fetch, head=(edge.size, edge.root)
        )
        assert {f.where.split()[0] for f in report.findings} == {"entry", "checkpoint"}
        database.execute("UPDATE entry SET envelope = ? WHERE idx = ?", (envelope, index))
    database.close()


def test_no_bytes_make_the_verifier_fail_otherwise_than_by_findings(record: Record) -> None:
    chance = random.Random(3)
    junk = [(i, chance.randbytes(chance.randrange(200))) for i in range(40)]
    try:
        report = record.verify(entries=junk, checkpoints=junk)
    except ScalegateError as error:  # pragma: no cover
        pytest.fail(f"raised {error}")
    assert len(report.findings) >= 80
