"""The log in SQLite: appending, reading, proofs, two processes at once, read-only folders, and refusals."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.logs import KINDS, built, make_log, verified
from record.samples import BODIES, OPERATOR, OPERATOR_KEY, made_key
from scalegate.adapters.blob_store import BlobStore
from scalegate.adapters.log_store import LogStore, create_log
from scalegate.errors import InputError, RecordError, UsageError
from scalegate.record.chain import LogHead, Quill
from scalegate.record.entry import EntryKind
from scalegate.record.log_port import Log
from scalegate.tlog.ed25519 import PrivateKey
from scalegate.tlog.note import VerifierKey, open_checkpoint
from scalegate.tlog.tree import EMPTY_ROOT, check_consistency, check_inclusion, leaf_hash, root_of

PAUSE = EntryKind.PAUSE


def test_a_new_log_is_empty_and_has_a_signed_checkpoint(tmp_path: Path) -> None:
    log, _ = make_log(tmp_path)
    port: Log = log
    assert (port.head().size, port.head().root, dict(port.head().tails)) == (0, EMPTY_ROOT, {})
    assert open_checkpoint(log.checkpoint(), OPERATOR_KEY).size == 0
    assert log.append(lambda head: []) == range(0)


def test_what_was_appended_is_read_in_order_and_verifies(tmp_path: Path) -> None:
    log, blobs = make_log(tmp_path)
    assert log.append(built(blobs, *KINDS)) == range(len(KINDS))
    assert log.append(built(blobs, *KINDS)) == range(len(KINDS), 2 * len(KINDS))
    entries = list(log.read())
    assert [index for index, _ in entries] == list(range(2 * len(KINDS)))
    assert list(log.read(20)) == entries[20:]
    assert log.envelope(3) == entries[3][1]
    assert log.head().root == root_of([leaf_hash(envelope) for _, envelope in entries])
    assert log.head().tails["pause"].sequence == 1
    report = verified(tmp_path)
    assert report.findings == ()
    assert (report.entries, report.checkpoints, len(report.parties), report.uncovered) == (2 * len(KINDS), 3, 1, 0)


def test_every_entry_has_a_proof_to_the_checkpoint_and_checkpoints_are_consistent(tmp_path: Path) -> None:
    log, blobs = make_log(tmp_path)
    for _ in range(5):
        log.append(built(blobs, PAUSE, EntryKind.RESUME))
    signed = [open_checkpoint(note, OPERATOR_KEY) for _, note in log.checkpoints()]
    last = signed[-1]
    for index, envelope in log.read():
        check_inclusion(leaf_hash(envelope), index, last.size, log.inclusion_proof(index, last.size), last.root)
    for old in signed[1:]:
        check_consistency(old.size, last.size, log.consistency_proof(old.size, last.size), old.root, last.root)
    for bad in (lambda: log.inclusion_proof(10, 10), lambda: log.inclusion_proof(0, 11), lambda: log.envelope(10)):
        with pytest.raises(UsageError):
            bad()


def test_durability_is_read_back_from_every_connection_that_writes(tmp_path: Path) -> None:
    log, _ = make_log(tmp_path)
    assert log._connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert log._connection.execute("PRAGMA synchronous").fetchone() == (2,)
    assert log._connection.execute("PRAGMA busy_timeout").fetchone()[0] >= 5000


def test_an_exception_while_building_appends_nothing(tmp_path: Path) -> None:
    log, blobs = make_log(tmp_path)

    def build(head: LogHead) -> list[bytes]:
        built(blobs, PAUSE)(head)
        raise InputError("no")

    with pytest.raises(InputError):
        log.append(build)
    assert log.head().size == 0
    log.append(built(blobs, PAUSE))
    assert verified(tmp_path).findings == ()


def test_the_builder_may_read_the_log_inside_its_transaction(tmp_path: Path) -> None:
    log, blobs = make_log(tmp_path)
    log.append(built(blobs, PAUSE))
    seen: list[int] = []

    def build(head: LogHead) -> list[bytes]:
        seen.extend(index for index, _ in log.read())
        return built(blobs, PAUSE)(head)

    log.append(build)
    assert seen == [0]


def test_an_entry_that_does_not_follow_from_the_head_is_refused(tmp_path: Path) -> None:
    log, blobs = make_log(tmp_path)
    before = log.head()
    log.append(built(blobs, PAUSE))

    def wrong(why: str, head: LogHead, signer: PrivateKey = OPERATOR) -> None:
        quill = Quill(head, signer, keep_blob=blobs.keep)
        sample = built(blobs, PAUSE)
        envelopes = sample(head) if signer is OPERATOR else _signed_by(signer, head, quill)
        with pytest.raises(RecordError, match=why):
            log.append(lambda _: envelopes)

    wrong("seen the log's head", before)
    wrong("made for the log 'other.demo'", replace(log.head(), origin="other.demo"))
    wrong("number 0, not 1", replace(log.head(), tails={}))
    wrong("not signed by the operator", log.head(), made_key("eve"))
    assert log.head().size == 1
    assert verified(tmp_path).findings == ()


def _signed_by(signer: PrivateKey, head: LogHead, quill: Quill) -> list[bytes]:
    from record.samples import NOON, entry, ident

    quill.write(
        kind=PAUSE,
        about=entry(PAUSE).about,
        body=BODIES[PAUSE],
        stream="pause",
        policy=None,
        issuer=ident("eve"),
        role=ident("eve"),
        issued_at=NOON,
    )
    return quill.envelopes


def test_two_openings_of_one_log_take_turns(tmp_path: Path) -> None:
    one, blobs = make_log(tmp_path)
    two = LogStore(tmp_path / "log.db", OPERATOR_KEY, OPERATOR)
    reader = LogStore(tmp_path / "log.db", OPERATOR_KEY)
    for _ in range(3):
        one.append(built(blobs, PAUSE))
        two.append(built(blobs, PAUSE, EntryKind.RESUME))
    assert one.head() == two.head() == reader.head()
    assert reader.head().size == 9
    assert verified(tmp_path).findings == ()


WRITER = """
import sys
from pathlib import Path
sys.path.insert(0, {tests!r})
from adapters.logs import KINDS, built, BlobStore, LogStore, OPERATOR, OPERATOR_KEY
folder = Path({folder!r})
with LogStore(folder / "log.db", OPERATOR_KEY, OPERATOR) as log:
    for number in range(15):
        log.append(built(BlobStore(folder / "blobs"), KINDS[number % len(KINDS)]))
"""


def test_processes_that_write_at_once_lose_nothing(tmp_path: Path) -> None:
    make_log(tmp_path)[0].close()
    code = WRITER.format(tests=str(Path(__file__).parents[1]), folder=str(tmp_path))
    writers = [subprocess.Popen([sys.executable, "-c", code]) for _ in range(3)]
    assert [writer.wait(60) for writer in writers] == [0, 0, 0]
    report = verified(tmp_path)
    assert (report.entries, report.uncovered, report.findings) == (45, 0, ())


def test_a_busy_log_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scalegate.adapters.log_store.BUSY_MILLISECONDS", 50)
    log, blobs = make_log(tmp_path)
    other = sqlite3.connect(tmp_path / "log.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(RecordError, match="another process is writing"):
        log.append(built(blobs, PAUSE))
    other.close()
    log.append(built(blobs, PAUSE))


# ------------------------------------------------------------------------------------- read only


def test_without_a_signer_the_log_is_read_only(tmp_path: Path) -> None:
    log, blobs = make_log(tmp_path)
    log.append(built(blobs, PAUSE))
    with LogStore(tmp_path / "log.db", OPERATOR_KEY) as reader:
        assert reader.head().size == 1
        with pytest.raises(UsageError, match="reading only"):
            reader.append(built(blobs, PAUSE))
        with pytest.raises(sqlite3.OperationalError):
            reader._connection.execute("DELETE FROM head")


READER = """
import os, sys
from pathlib import Path
sys.path.insert(0, {tests!r})
from adapters.logs import LogStore, OPERATOR_KEY, verified
folder = Path({folder!r})
if os.geteuid() == 0:  # root may write everywhere: go on as somebody else
    os.setgroups([]), os.setgid(65534), os.setuid(65534)
try:
    (folder / "probe").touch()
except OSError:
    with LogStore(folder / "log.db", OPERATOR_KEY) as log:
        print(verified(folder).findings, log.head().size)
"""


def read_without_rights(folder: Path) -> str:
    """What a user without write access sees."""
    for place in (folder, *folder.rglob("*")):
        place.chmod(0o555 if place.is_dir() else 0o444)
    code = READER.format(tests=str(Path(__file__).parents[1]), folder=str(folder))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    for place in (folder, *folder.rglob("*")):
        place.chmod(0o755)
    return (done.stdout + done.stderr).strip()


@pytest.fixture
def open_folder() -> object:
    """A folder that another user can reach; pytest's own are private."""
    folder = Path(tempfile.mkdtemp(prefix="scalegate-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def test_a_folder_without_write_access_is_read(open_folder: Path) -> None:
    log, blobs = make_log(open_folder)
    log.append(built(blobs, PAUSE))
    log.close()
    assert not list(open_folder.glob("log.db-*"))
    assert read_without_rights(open_folder) == "() 1"


def test_a_folder_without_write_access_is_read_after_a_crash(open_folder: Path) -> None:
    """The write-ahead log and its index lie there, because nobody closed the database."""
    log, blobs = make_log(open_folder)
    log.append(built(blobs, PAUSE))
    assert (open_folder / "log.db-wal").stat().st_size > 0
    assert read_without_rights(open_folder) == "() 1"
    (open_folder / "log.db-shm").rename(open_folder / "away")
    assert "cannot be read without write access" in read_without_rights(open_folder)


# --------------------------------------------------------------------------------------- refusals


def test_a_missing_log_and_a_file_that_is_none_are_refused(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="scalegate init"):
        LogStore(tmp_path / "log.db", OPERATOR_KEY)
    (tmp_path / "log.db").write_bytes(b"something else entirely" * 100)
    with pytest.raises(RecordError, match="cannot be reached"):
        LogStore(tmp_path / "log.db", OPERATOR_KEY)
    (tmp_path / "log.db").write_bytes(b"")
    with pytest.raises(RecordError, match="no log"):
        LogStore(tmp_path / "log.db", OPERATOR_KEY)


def test_a_log_is_not_created_over_another(tmp_path: Path) -> None:
    log, blobs = make_log(tmp_path)
    log.append(built(blobs, PAUSE))
    with pytest.raises(InputError, match="there already"):
        create_log(tmp_path / "log.db", OPERATOR_KEY, OPERATOR)
    assert log.head().size == 1


def test_a_creation_that_was_killed_is_completed(tmp_path: Path) -> None:
    log, _ = make_log(tmp_path)
    insider(tmp_path, "DELETE FROM signed_checkpoint")
    log.close()
    assert create_log(tmp_path / "log.db", OPERATOR_KEY, OPERATOR).head().size == 0
    assert verified(tmp_path).findings == ()


def test_a_newer_format_is_refused_by_number(tmp_path: Path) -> None:
    make_log(tmp_path)[0].close()
    insider(tmp_path, "PRAGMA user_version = 2")
    with pytest.raises(RecordError, match="format 2"):
        LogStore(tmp_path / "log.db", OPERATOR_KEY)


def test_a_log_of_another_key_is_refused(tmp_path: Path) -> None:
    make_log(tmp_path)
    for other in (
        VerifierKey(name="acme.demo", key=made_key("eve").public),
        VerifierKey(name="b", key=OPERATOR.public),
    ):
        with pytest.raises(RecordError, match="not signed by"):
            LogStore(tmp_path / "log.db", other)


def insider(folder: Path, *statements: str) -> None:
    """Change the database as somebody who drops the triggers first."""
    connection = sqlite3.connect(folder / "log.db", isolation_level=None)
    for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
        connection.execute(f"DROP TRIGGER {name}")
    for statement in statements:
        connection.execute(statement)
    connection.close()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE entry SET envelope = x'00' WHERE idx = 1",
        "DELETE FROM entry WHERE idx = 1",
        "DELETE FROM entry",
        "INSERT OR REPLACE INTO entry SELECT idx, leaf_hash, x'00', 'other', 9 FROM entry WHERE idx = 1",
        "INSERT INTO entry VALUES (7, x'00', x'00', 's', 0)",
        "UPDATE signed_checkpoint SET note = x'00'",
        "DELETE FROM signed_checkpoint",
        "INSERT OR REPLACE INTO signed_checkpoint VALUES (2, x'00')",
        "UPDATE head SET size = 1",
        "DELETE FROM head",
    ],
)
def test_an_accident_is_stopped_by_the_database_itself(tmp_path: Path, statement: str) -> None:
    log, blobs = make_log(tmp_path)
    log.append(built(blobs, PAUSE, PAUSE))
    with pytest.raises(sqlite3.Error):
        sqlite3.connect(tmp_path / "log.db").execute(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE entry SET leaf_hash = zeroblob(32) WHERE idx = 1",
        "DELETE FROM entry WHERE idx = 1",
        "DELETE FROM entry WHERE idx = 3",
        "UPDATE entry SET idx = 9 WHERE idx = 3",
        "UPDATE head SET size = 3",
        "UPDATE head SET size = 5",
        "UPDATE head SET root = zeroblob(32)",
        "DELETE FROM head",
        "DELETE FROM signed_checkpoint",
        "UPDATE signed_checkpoint SET note = x'00' WHERE size = 4",
        "UPDATE signed_checkpoint SET size = 9 WHERE size = 4",
        "UPDATE signed_checkpoint SET note = (SELECT note FROM signed_checkpoint WHERE size = 2) WHERE size = 4",
    ],
)
def test_an_insider_is_found_when_the_log_is_opened(tmp_path: Path, statement: str) -> None:
    log, blobs = make_log(tmp_path)
    log.append(built(blobs, PAUSE, PAUSE))
    log.append(built(blobs, PAUSE, PAUSE))
    log.close()
    insider(tmp_path, statement)
    with pytest.raises(RecordError):
        LogStore(tmp_path / "log.db", OPERATOR_KEY)


def test_an_insider_who_mends_the_head_is_found_by_the_checkpoint(tmp_path: Path) -> None:
    log, blobs = make_log(tmp_path)
    log.append(built(blobs, PAUSE, PAUSE))
    log.close()
    leaves = [leaf_hash(b"forged"), leaf_hash(b"also forged")]
    insider(
        tmp_path,
        *[f"UPDATE entry SET leaf_hash = x'{leaf.hex()}' WHERE idx = {index}" for index, leaf in enumerate(leaves)],
        f"UPDATE head SET root = x'{root_of(leaves).hex()}'",
    )
    with pytest.raises(RecordError, match="root of the checkpoint of size 2"):
        LogStore(tmp_path / "log.db", OPERATOR_KEY)


def test_a_checkpoint_is_signed_only_over_entries_that_others_can_see(tmp_path: Path) -> None:
    """A checkpoint over entries that a crash takes back would make the log inconsistent for ever."""
    seen: list[tuple[int, int]] = []

    class Watching:
        public = OPERATOR.public

        def sign(self, message: bytes) -> bytes:
            if message.startswith(b"acme.demo\n"):
                with sqlite3.connect(tmp_path / "log.db") as other:
                    there = other.execute("SELECT count(*) FROM entry").fetchone()[0]
                seen.append((int(message.split(b"\n")[1]), there))
            return OPERATOR.sign(message)

    make_log(tmp_path)[0].close()
    log = LogStore(tmp_path / "log.db", OPERATOR_KEY, Watching())
    for _ in range(3):
        log.append(built(BlobStore(tmp_path), PAUSE))
    assert seen == [(1, 1), (2, 2), (3, 3)]


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM head",
        "UPDATE head SET size = 9",
        "DELETE FROM entry WHERE idx = 0",
        "DELETE FROM signed_checkpoint",
    ],
)
def test_a_log_that_cannot_be_opened_can_still_be_verified(tmp_path: Path, statement: str) -> None:
    log, blobs = make_log(tmp_path)
    log.append(built(blobs, PAUSE, PAUSE))
    log.close()
    insider(tmp_path, statement)
    assert verified(tmp_path).findings


def test_tables_that_are_not_those_of_a_log_are_a_clear_error(tmp_path: Path) -> None:
    make_log(tmp_path)[0].close()
    insider(tmp_path, "DROP TABLE head", "CREATE TABLE head (size, root)", "INSERT INTO head VALUES ('x', NULL)")
    with pytest.raises(RecordError, match="not those of a log"):
        verified(tmp_path)
    insider(tmp_path, "DROP TABLE head")
    with pytest.raises(RecordError, match="cannot be reached"):
        verified(tmp_path)


def test_an_altered_entry_is_found_when_it_is_read_and_a_shrunken_log_when_it_is_used(tmp_path: Path) -> None:
    log, blobs = make_log(tmp_path)
    log.append(built(blobs, PAUSE, PAUSE))
    insider(tmp_path, "UPDATE entry SET envelope = x'00' WHERE idx = 1")
    with LogStore(tmp_path / "log.db", OPERATOR_KEY) as opened, pytest.raises(RecordError, match="entry 1 has been"):
        list(opened.read())
    insider(tmp_path, "DELETE FROM entry WHERE idx = 1", "UPDATE head SET size = 1")
    with pytest.raises(RecordError, match="shrank"):
        log.append(built(blobs, PAUSE))
