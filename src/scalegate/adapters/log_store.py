"""The log in SQLite: entries, the head over them, and the checkpoints that were signed.

For: the project that opens a record; serves the port `record.log_port.Log`. Does not know: what entries mean beyond
their place in a stream.

Order of an append: check and build inside `BEGIN IMMEDIATE`, commit (WAL, synchronous=FULL: durable), sign the
checkpoint, store it. A crash leaves at worst entries that no checkpoint covers yet; the next opening for writing
signs one. Opening compares every leaf hash with the head and the last checkpoint, and reading compares every entry
with its leaf hash, so that what is read is what was signed. Triggers stop accidents only: an insider drops
them, and the comparison finds him.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Self
from urllib.parse import quote

from scalegate.errors import Finding, InputError, RecordError, UsageError
from scalegate.quantity import Digest
from scalegate.record.chain import Chain, LogHead, Tail
from scalegate.record.codec import SealedEntry, open_head, verify
from scalegate.record.log_port import BuildEntries
from scalegate.tlog.note import Checkpoint, Signer, VerifierKey, open_checkpoint, sign_checkpoint
from scalegate.tlog.tree import EMPTY_ROOT, Edge, consistency_proof, inclusion_proof, leaf_hash, nodes_of

FORMAT = 1  # PRAGMA user_version
BUSY_MILLISECONDS = 10_000

_TABLES = """
CREATE TABLE entry (
  idx INTEGER PRIMARY KEY, leaf_hash BLOB NOT NULL, envelope BLOB NOT NULL,
  stream TEXT NOT NULL, sequence INTEGER NOT NULL, UNIQUE (stream, sequence)
) STRICT;
CREATE TABLE head (one INTEGER PRIMARY KEY CHECK (one = 1), size INTEGER NOT NULL, root BLOB NOT NULL) STRICT;
CREATE TABLE signed_checkpoint (size INTEGER PRIMARY KEY, note BLOB NOT NULL) STRICT;
CREATE TRIGGER entry_update BEFORE UPDATE ON entry BEGIN SELECT RAISE(ABORT, 'entries are not edited'); END;
CREATE TRIGGER entry_delete BEFORE DELETE ON entry BEGIN SELECT RAISE(ABORT, 'entries are not deleted'); END;
CREATE TRIGGER entry_replace BEFORE INSERT ON entry WHEN NEW.idx <> coalesce((SELECT max(idx) + 1 FROM entry), 0)
  BEGIN SELECT RAISE(ABORT, 'entries are appended at the head'); END;
CREATE TRIGGER checkpoint_update BEFORE UPDATE ON signed_checkpoint
  BEGIN SELECT RAISE(ABORT, 'checkpoints are not edited'); END;
CREATE TRIGGER checkpoint_delete BEFORE DELETE ON signed_checkpoint
  BEGIN SELECT RAISE(ABORT, 'checkpoints are not deleted'); END;
CREATE TRIGGER checkpoint_replace BEFORE INSERT ON signed_checkpoint
  WHEN EXISTS (SELECT 1 FROM signed_checkpoint WHERE size = NEW.size)
  BEGIN SELECT RAISE(ABORT, 'checkpoints are not replaced'); END;
CREATE TRIGGER head_update BEFORE UPDATE ON head WHEN NEW.size <= OLD.size
  BEGIN SELECT RAISE(ABORT, 'the head only grows'); END;
CREATE TRIGGER head_delete BEFORE DELETE ON head BEGIN SELECT RAISE(ABORT, 'the head is not deleted'); END;
PRAGMA user_version = 1;
"""


def create_log(path: Path, operator: VerifierKey, signer: Signer) -> LogStore:
    """Make an empty log with a signed checkpoint of size 0, and open it.

    A creation that was killed half-way is completed.

    Raises:
        InputError: when a log is there already.
        RecordError: when it cannot be written.
    """
    with _faults(path):
        connection = _connect_to_write(path, create=True)
        connection.execute("BEGIN IMMEDIATE")
        try:
            if _format_of(connection) == FORMAT and connection.execute("SELECT 1 FROM signed_checkpoint").fetchone():
                raise InputError(Finding(where=str(path), what="a log is there already", mend="open it"))
            if _format_of(connection) == 0:
                for statement in _statements(_TABLES):
                    connection.execute(statement)
                connection.execute("INSERT INTO head VALUES (1, 0, ?)", (EMPTY_ROOT,))
            connection.execute("COMMIT")
        finally:
            connection.close()
    return LogStore(path, operator, signer)


class _Rows:
    """The rows of an open database as they lie there, unchecked: what the verifier is fed with."""

    _path: Path
    _connection: sqlite3.Connection

    def close(self) -> None:
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def read_raw(self) -> Iterator[tuple[int, bytes]]:
        """Index and envelope of each entry, smallest index first."""
        return self._pairs("SELECT idx, envelope FROM entry ORDER BY idx")

    def checkpoints(self) -> Iterator[tuple[int, bytes]]:
        """Size and note of every signed checkpoint, smallest first."""
        return self._pairs("SELECT size, note FROM signed_checkpoint ORDER BY size")

    def checkpoint_of(self, size: int) -> bytes | None:
        """The checkpoint that was signed for a size; None when none was."""
        found = self._pairs("SELECT size, note FROM signed_checkpoint WHERE size = ?", size)
        return next((note for _, note in found), None)

    def recorded_head(self) -> tuple[int, bytes]:
        """Size and root as the log says of itself; 0 and nothing when it says nothing."""
        return next(self._pairs("SELECT size, root FROM head"), (0, b""))

    def _pairs(self, query: str, *values: int) -> Iterator[tuple[int, bytes]]:
        with _faults(self._path):
            for number, data in self._connection.execute(query, values):
                if not isinstance(number, int) or not isinstance(data, bytes):
                    raise RecordError(Finding(where=str(self._path), what="the tables are not those of a log"))
                yield number, data


class LogStore(_Rows):
    """An open log. Without a signer it is read only, and needs no write access to the folder."""

    def __init__(self, path: Path, operator: VerifierKey, signer: Signer | None = None) -> None:
        """Open and check a log.

        Args:
            path: the database.
            operator: the key that signs entries and checkpoints, named after the log's origin.
            signer: its private half; None opens the log for reading.

        Raises:
            RecordError: when the log is missing, unreachable, of an unknown format, or does not fit its head, its
                last checkpoint or the operator's key.
        """
        assert signer is None or signer.public == operator.key, "the signer is the operator"
        self._path, self._operator, self._signer = path, operator, signer
        self._edge = Edge()
        with _faults(path):
            if not path.is_file():
                raise RecordError(Finding(where=str(path), what="there is no record here", mend="run `scalegate init`"))
            self._connection = _connect_to_write(path) if signer else _connect_to_read(path)
            try:
                self._check_format()
                self._check_against_checkpoint()
                if signer:
                    self._sign_head()
            except BaseException:
                self._connection.close()
                raise

    @property
    def origin(self) -> str:
        return self._operator.name

    # ------------------------------------------------------------------------------------- read

    def head(self) -> LogHead:
        """The log as it stands. Raises RecordError when it cannot be trusted or reached."""
        with _faults(self._path), self._snapshot():
            return self._head()

    def read(self, start: int = 0) -> Iterator[tuple[int, bytes]]:
        """Index and envelope of each entry from `start` on, up to the head at the time of the call.

        Raises:
            RecordError: when an entry does not have the leaf hash that the root was checked with.
        """
        with _faults(self._path), self._snapshot():
            self._follow()
            end = self._edge.size
        for first in range(start, end, 500):  # short reads: a long one would keep the WAL from being taken over
            with _faults(self._path):
                rows = self._connection.execute(
                    "SELECT idx, leaf_hash, envelope FROM entry WHERE idx >= ? AND idx < ? ORDER BY idx",
                    (first, min(first + 500, end)),
                ).fetchall()
            for index, leaf, envelope in rows:
                if leaf_hash(envelope) != leaf:
                    raise self._damaged(f"entry {index} has been altered")
                yield index, envelope

    def checkpoint(self) -> bytes:
        """The last signed checkpoint: a note."""
        with _faults(self._path):
            return self._last_checkpoint()[1]

    def inclusion_proof(self, index: int, size: int) -> tuple[bytes, ...]:
        """Proof that entry `index` is in the tree of the first `size` entries. Raises UsageError outside the log."""
        if not 0 <= index < size <= self._size_now():
            raise UsageError(f"the log has no entry {index} below size {size}")
        return inclusion_proof(index, size, nodes_of(self._leaves(0, size)))

    def consistency_proof(self, old: int, new: int) -> tuple[bytes, ...]:
        """Proof that the log of size `old` is a prefix of that of size `new`. Raises UsageError outside the log."""
        if not 1 <= old <= new <= self._size_now():
            raise UsageError(f"no consistency proof leads from size {old} to size {new} of this log")
        return consistency_proof(old, new, nodes_of(self._leaves(0, new)))

    def envelope(self, index: int) -> bytes:
        """One entry. Raises UsageError when there is none, RecordError when it was altered."""
        for found, envelope in self.read(index):
            assert found == index
            return envelope
        raise UsageError(f"the log has no entry {index}")

    # ----------------------------------------------------------------------------------- append

    def append(self, build: BuildEntries) -> range:
        """Append what `build` makes of the head, in one transaction in which nobody else appends.

        Every entry must carry the origin, the head's `seen`, the next place in its stream and the operator's
        signature. An exception of `build` appends nothing. On return the entries are durable and under a signed
        checkpoint.

        Raises:
            RecordError: when an entry does not follow, or the log cannot be trusted or reached. When the fault comes
                after the commit, the entries stand in the log: read it before trying again.
        """
        if self._signer is None:
            raise UsageError("the record was opened for reading only")
        with _faults(self._path):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                head = self._head()
                envelopes = build(head)
                edge = self._insert(head, envelopes)
                self._connection.execute("COMMIT")
            finally:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
            self._edge = edge
            if envelopes:
                self._store_checkpoint(edge)
        return range(head.size, edge.size)

    def _insert(self, head: LogHead, envelopes: Sequence[bytes]) -> Edge:
        edge, chain = self._edge, Chain(tails=dict(head.tails))
        for envelope in envelopes:
            sealed = open_head(envelope)
            self._check_new(sealed, head)
            chain.add(sealed)
            leaf = leaf_hash(envelope)
            self._connection.execute(
                "INSERT INTO entry VALUES (?, ?, ?, ?, ?)",
                (edge.size, leaf, envelope, sealed.head.stream, sealed.head.sequence),
            )
            edge = edge.append(leaf)
        if envelopes:
            self._connection.execute("UPDATE head SET size = ?, root = ?", (edge.size, edge.root))
        return edge

    def _check_new(self, sealed: SealedEntry, head: LogHead) -> None:
        if sealed.head.log != head.origin:
            raise RecordError(f"the entry is made for the log {sealed.head.log!r}, not for {head.origin!r}")
        if sealed.head.seen != head.seen:
            raise RecordError("the entry does not say that it has seen the log's head")
        if not verify(sealed, [self._operator.key]):
            raise RecordError("the entry is not signed by the operator")

    def _store_checkpoint(self, edge: Edge) -> None:
        """Sign and store, unless another process already has, for the same size: then it must be the same root."""
        assert self._signer is not None
        note = sign_checkpoint(Checkpoint(origin=self.origin, size=edge.size, root=edge.root), self._signer)
        query = "SELECT note FROM signed_checkpoint WHERE size = ?"
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            kept = self._connection.execute(query, (edge.size,)).fetchone()
            if kept is None:
                self._connection.execute("INSERT INTO signed_checkpoint VALUES (?, ?)", (edge.size, note))
            elif open_checkpoint(kept[0], self._operator).root != edge.root:
                raise self._damaged(f"a checkpoint of size {edge.size} with another root has been signed")
            self._connection.execute("COMMIT")
        finally:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")

    # ----------------------------------------------------------------------------------- checks

    def _check_format(self) -> None:
        found = _format_of(self._connection)
        if found > FORMAT:
            what, mend = f"the log has format {found}, this version knows {FORMAT}", "use a newer scalegate"
            raise RecordError(Finding(where=str(self._path), what=what, mend=mend))
        if found != FORMAT:
            raise RecordError(Finding(where=str(self._path), what="this is no log", mend="run `scalegate init`"))

    def _check_against_checkpoint(self) -> None:
        """The leaf hashes must give the root of the last checkpoint at its size, and that of the head at its own."""
        with self._snapshot(checkpoint_may_lack=self._signer is not None):
            if (last := self._last_checkpoint_if_any()) is not None:
                signed = open_checkpoint(last[1], self._operator)
                if signed.size != last[0] or signed.size > self._head_row()[0]:
                    raise self._damaged(f"the log ends before its last checkpoint, of size {signed.size}")
                self._advance(signed.size)
                if self._edge.root != signed.root:
                    raise self._damaged(f"the entries do not give the root of the checkpoint of size {signed.size}")
            self._follow()

    def _sign_head(self) -> None:
        """Cover entries that a crash left without a checkpoint, and the empty log."""
        last = self._last_checkpoint_if_any()
        if last is None or last[0] < self._edge.size:
            self._store_checkpoint(self._edge)

    def _head(self) -> LogHead:
        self._follow()
        return LogHead(origin=self.origin, size=self._edge.size, root=self._edge.root, tails=self._tails())

    def _follow(self) -> None:
        """Extend the edge by what other processes have appended, and compare with the head row."""
        size, root = self._head_row()
        if size < self._edge.size:
            raise self._damaged(f"the log shrank from {self._edge.size} to {size} entries")
        self._advance(size)
        if self._edge.root != root:
            raise self._damaged(f"the entries do not give the root of the head, of size {size}")

    def _advance(self, size: int) -> None:
        edge = self._edge
        for leaf in self._leaves(edge.size, size):
            edge = edge.append(leaf)
        if edge.size != size:
            raise self._damaged(f"the log has {edge.size} of {size} entries")
        self._edge = edge

    def _leaves(self, start: int, end: int) -> list[bytes]:
        with _faults(self._path):
            rows = self._connection.execute(
                "SELECT leaf_hash FROM entry WHERE idx >= ? AND idx < ? ORDER BY idx", (start, end)
            ).fetchall()
        return [row[0] for row in rows]

    def _tails(self) -> dict[str, Tail]:
        """Last entry of each stream. SQLite gives `leaf_hash` of the row that has the maximum."""
        rows = self._connection.execute("SELECT stream, max(sequence), leaf_hash FROM entry GROUP BY stream")
        return {
            stream: Tail(sequence=sequence, digest=Digest(f"sha256:{leaf.hex()}")) for stream, sequence, leaf in rows
        }

    def _size_now(self) -> int:
        with _faults(self._path), self._snapshot():
            self._follow()
        return self._edge.size

    def _head_row(self) -> tuple[int, bytes]:
        row = self._connection.execute("SELECT size, root FROM head").fetchone()
        if row is None:
            raise self._damaged("the head is absent")
        return row[0], row[1]

    def _last_checkpoint_if_any(self) -> tuple[int, bytes] | None:
        query = "SELECT size, note FROM signed_checkpoint ORDER BY size DESC LIMIT 1"
        row: tuple[int, bytes] | None = self._connection.execute(query).fetchone()
        return row

    def _last_checkpoint(self) -> tuple[int, bytes]:
        last = self._last_checkpoint_if_any()
        if last is None:
            raise self._damaged("no checkpoint has been signed")
        return last

    @contextmanager
    def _snapshot(self, *, checkpoint_may_lack: bool = True) -> Iterator[None]:
        """One consistent view for several queries, beside writers; inside an append, the append's own."""
        if self._connection.in_transaction:
            yield
            return
        self._connection.execute("BEGIN")
        try:
            if not checkpoint_may_lack:
                self._last_checkpoint()
            yield
        finally:
            self._connection.execute("ROLLBACK")

    def _damaged(self, what: str) -> RecordError:
        mend = "run `scalegate log verify`, keep a copy of the folder, and restore the record from a copy"
        return RecordError(Finding(where=str(self._path), what=what, mend=mend))


class RawLog(_Rows):
    """A log that is opened unchecked, damaged or not, at one moment: to verify what `LogStore` refuses to open."""

    def __init__(self, path: Path) -> None:
        """Raises RecordError when there is no database, or one that SQLite cannot read."""
        self._path = path
        with _faults(path):
            if not path.is_file():
                raise RecordError(Finding(where=str(path), what="there is no record here", mend="run `scalegate init`"))
            self._connection = _connect_to_read(path)
            self._connection.execute("BEGIN")  # entries, checkpoints and head of one moment


# -------------------------------------------------------------------------------------- connections


def _connect_to_write(path: Path, *, create: bool = False) -> sqlite3.Connection:
    """A connection that is durable on commit; the settings are read back, because SQLite may decline in silence."""
    connection = _connect(path, "rwc" if create else "rw")
    mode = connection.execute("PRAGMA journal_mode = WAL").fetchone()[0]
    connection.execute("PRAGMA synchronous = FULL")
    if mode != "wal" or connection.execute("PRAGMA synchronous").fetchone()[0] != 2:
        connection.close()
        raise RecordError(Finding(where=str(path), what="this place does not let SQLite write ahead durably"))
    return connection


def _connect_to_read(path: Path) -> sqlite3.Connection:
    """A connection that cannot write.

    In a folder without write access, SQLite cannot make the shared index of a write-ahead log. When there is no such
    log (or an empty one), the file alone is the whole database and is opened as one that nobody changes.
    """
    connection = _connect(path, "ro")
    try:
        connection.execute("SELECT 1 FROM sqlite_schema").fetchone()
        return connection
    except sqlite3.OperationalError:
        connection.close()
        ahead = path.with_name(f"{path.name}-wal")
        if ahead.exists() and ahead.stat().st_size > 0:
            mend = "make the folder writable, or copy it to a writable place"
            what = "the latest entries lie in log.db-wal, which cannot be read without write access"
            raise RecordError(Finding(where=str(path), what=what, mend=mend)) from None
    return _connect(path, "ro", "&immutable=1")


def _connect(path: Path, mode: str, extra: str = "") -> sqlite3.Connection:
    uri = f"file:{quote(str(path.absolute()))}?mode={mode}{extra}"
    connection = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=BUSY_MILLISECONDS / 1000)
    connection.execute(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")
    return connection


def _format_of(connection: sqlite3.Connection) -> int:
    found: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return found


def _statements(script: str) -> Iterator[str]:
    """`executescript` would commit on its own; here all tables come into being in one transaction."""
    statement = ""
    for line in script.splitlines():
        statement += line + "\n"
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


@contextmanager
def _faults(path: Path) -> Iterator[None]:
    """Whatever the storage engine complains of is a record that cannot be reached or trusted."""
    try:
        yield
    except sqlite3.Error as error:
        busy = "locked" in str(error) or "busy" in str(error)
        mend = "another process is writing: try again" if busy else "run `scalegate log verify` and look at the disk"
        raise RecordError(Finding(where=str(path), what=f"the record cannot be reached: {error}", mend=mend)) from None
