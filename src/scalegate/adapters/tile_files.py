"""The published form of a log: tiles, entry bundles and the checkpoint over them as plain files in a folder.

For: the project that publishes its record, and mirrors that read it. Does not know: what entries mean. The folder
can be served as it is, by any web server (C2SP tlog-tiles); it holds whole entries, so serve it to whom the record may
be shown.

Order of a publication: only what is durable in the log and under a signed checkpoint is written; first bundles, then
tiles, each aside, flushed and renamed; the checkpoint last. Whoever reads a checkpoint finds every file that it stands
for. A kill leaves the checkpoint before. Everything here follows from the log: when the folder is gone, the next
publication writes it again. Only one thing does not: a checkpoint that is out cannot be taken back, so a log that no
longer contains it is not opened for writing.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Protocol

from scalegate.adapters.plain_file import read_plain
from scalegate.errors import Finding, RecordError
from scalegate.tlog.note import MAX_NOTE_BYTES, Checkpoint, VerifierKey, open_checkpoint
from scalegate.tlog.tile import (
    CHECKPOINT_PATH,
    MAX_BUNDLE_BYTES,
    EntryBundle,
    bundles_between,
    format_bundle,
    parse_path,
    tile_bytes,
    tiles_between,
)
from scalegate.tlog.tile_tree import TileNodes, grown_nodes
from scalegate.tlog.tree import EMPTY_ROOT, NodeReader, leaf_hash, nodes_of, range_hash

_TURN = ".turn"
_ASIDE = ".aside-"
_NOTHING = Checkpoint(origin="nothing", size=0, root=EMPTY_ROOT)


class SignedLog(Protocol):
    """A log that can say which checkpoints it signed."""

    def checkpoint_of(self, size: int) -> bytes | None: ...


class PublishableLog(SignedLog, Protocol):
    """What a publication reads: durable entries, and checkpoints that were signed over them."""

    def read(self, start: int = 0) -> Iterator[tuple[int, bytes]]: ...

    def checkpoint(self) -> bytes: ...


class TileFolder:
    """A folder of static files; serves `StaticReader`."""

    def __init__(self, folder: Path, operator: VerifierKey) -> None:
        self._folder, self._operator = folder, operator
        self._unflushed: set[Path] = set()

    # ------------------------------------------------------------------------------------- read

    def read(self, path: str) -> bytes:
        """The bytes of a tile or bundle. Raises RecordError for another path, and when it cannot be read."""
        parse_path(path)  # a name of a tile climbs nowhere
        return self._read(path, MAX_BUNDLE_BYTES)

    def checkpoint(self) -> bytes:
        """The checkpoint that is out: a note. Raises RecordError when there is none."""
        return self._read(CHECKPOINT_PATH, MAX_NOTE_BYTES)

    def names(self) -> Iterator[str]:
        """Paths of all files that lie where tiles do, whatever they are."""
        for place in sorted((self._folder / "tile").rglob("*")):
            if not place.is_dir() and not place.name.startswith(_ASIDE):
                yield place.relative_to(self._folder).as_posix()

    def published(self) -> Checkpoint | None:
        """What the checkpoint says that is out; None when there is none of this log that can be read."""
        try:
            return open_checkpoint(self.checkpoint(), self._operator)
        except RecordError:
            return None

    def _read(self, path: str, most: int) -> bytes:
        try:
            data = read_plain(self._folder / path, most)
        except OSError as error:
            raise self._fault(path, f"cannot be read: {error.strerror}") from None
        if len(data) > most:
            raise self._fault(path, f"has more than {most} bytes")
        return data

    def _fault(self, path: str, what: str) -> RecordError:
        return RecordError(Finding(where=str(self._folder / path), what=what))

    # ---------------------------------------------------------------------------------- publish

    def check_contained(self, log: SignedLog) -> None:
        """A checkpoint that is out must be one that the log signed.

        Raises:
            RecordError: the log was rolled back behind it, or is another one: going on would tell two stories.
        """
        out = self.published()
        if out is None:
            return
        kept = log.checkpoint_of(out.size)
        if kept is None or open_checkpoint(kept, self._operator).root != out.root:
            what = f"a checkpoint of {out.size} entries is out that this log does not contain: the log was rolled back"
            mend = "restore the latest copy of the record, and keep this folder: what it says has been said"
            raise RecordError(Finding(where=str(self._folder / CHECKPOINT_PATH), what=what, mend=mend))

    def publish(self, log: PublishableLog) -> bool:
        """Write what the folder lacks, up to the log's last checkpoint.

        Returns:
            False when another process is publishing: it, or the next act, writes what is new.

        Raises:
            RecordError: a checkpoint is out that the log does not contain, or entries do not give the signed root.
            OSError: the folder cannot be written.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        with self._turn() as mine:
            while mine and self._publish(log):  # again, because the log may have grown meanwhile
                pass
        return mine

    def _publish(self, log: PublishableLog) -> bool:
        """Write what is new. False when nothing is."""
        self.check_contained(log)
        note, out = log.checkpoint(), self.published()
        new, old = open_checkpoint(note, self._operator), out or _NOTHING
        if out and out.size == new.size:
            return False
        try:
            self._extend(log, old, new)
        except RecordError:
            if old.size == 0:
                raise
            old = _NOTHING  # a damaged tile: write all of them again
            self._extend(log, old, new)
        self._write(CHECKPOINT_PATH, note)  # its name may be lost with the power: then the one before it is out
        self._remove_outgrown(old, new)
        return True

    def _remove_outgrown(self, old: Checkpoint, new: Checkpoint) -> None:
        """Partial tiles whose full one is there: logs may delete them (tlog-tiles, "Partial Tiles").

        After a rebuild also those of earlier checkpoints, which nobody has compared.
        """
        bundles, tiles = tuple(bundles_between(old.size, new.size)), tuple(tiles_between(old.size, new.size))
        full = (*(b.path for b in bundles if b == b.full), *(t.path for t in tiles if t == t.full))
        for path in full:
            shutil.rmtree(self._folder / f"{path}.p", ignore_errors=True)
        if old is _NOTHING:
            wanted = {part.path for part in bundles} | {part.path for part in tiles}
            for path in self.names():
                if path not in wanted:
                    (self._folder / path).unlink()

    def _extend(self, log: PublishableLog, old: Checkpoint, new: Checkpoint) -> None:
        """Bundles and tiles that `old` does not have. Raises RecordError when the result does not have the root."""
        node = TileNodes(self, old.size, old.root) if old.size else None
        bundles = tuple(bundles_between(old.size, new.size))
        leaves = self._write_bundles(log, bundles)
        known = old.size - bundles[0].start if bundles else 0
        grown: NodeReader = grown_nodes(old.size, node, leaves[known:]) if node else nodes_of(leaves)
        if (range_hash(0, new.size, grown) if new.size else EMPTY_ROOT) != new.root:
            raise self._fault(CHECKPOINT_PATH, f"the entries do not give the root of size {new.size}")
        for tile in tiles_between(old.size, new.size):
            self._write(tile.path, tile_bytes(tile, grown))
        self._flush()

    def _write_bundles(self, log: PublishableLog, bundles: Sequence[EntryBundle]) -> list[bytes]:
        """The leaf hashes of the entries that were written."""
        leaves: list[bytes] = []
        entries = log.read(bundles[0].start) if bundles else iter(())
        for bundle in bundles:
            batch = [entry for _, entry in islice(entries, bundle.width)]
            if len(batch) != bundle.width:
                raise self._fault(bundle.path, "the log has fewer entries than its checkpoint says")
            leaves += map(leaf_hash, batch)
            self._write(bundle.path, format_bundle(batch))
        return leaves

    # ------------------------------------------------------------------------------------ files

    def _write(self, path: str, data: bytes) -> None:
        """Whole or not there: written aside, flushed, renamed."""
        place = self._folder / path
        self._make_folder(place.parent)
        aside = place.with_name(f"{_ASIDE}{place.name}")
        with aside.open("wb") as file:
            file.write(data)
            file.flush()
            os.fdatasync(file.fileno())
        aside.replace(place)
        self._unflushed.add(place.parent)

    def _make_folder(self, folder: Path) -> None:
        if not folder.is_dir():
            self._make_folder(folder.parent)
            folder.mkdir(exist_ok=True)
            self._unflushed.add(folder.parent)

    def _flush(self) -> None:
        """Make new names durable: those of all tiles before the checkpoint's."""
        while self._unflushed:
            handle = os.open(self._unflushed.pop(), os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)

    @contextmanager
    def _turn(self) -> Iterator[bool]:
        """One process publishes at a time, so that no checkpoint is followed by an older one; nobody waits."""
        with (self._folder / _TURN).open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
                return
            yield True
