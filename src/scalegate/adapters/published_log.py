"""A log that is published after every append, and the comparison of what is published with it.

For: the project's composition root. Does not know: what entries mean, how files are written.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Protocol

from scalegate.adapters.tile_files import PublishableLog, SignedLog, TileFolder
from scalegate.errors import Finding, RecordError
from scalegate.record.chain import LogHead
from scalegate.record.log_port import BuildEntries
from scalegate.tlog.note import Checkpoint
from scalegate.tlog.tile import TILE_HEIGHT, TILE_WIDTH, EntryBundle, hashes_of, parse_bundle, parse_path
from scalegate.tlog.tile_tree import TileNodes, read_entries
from scalegate.tlog.tree import leaf_hash


class WritableLog(PublishableLog, Protocol):
    """A log that is appended to and published."""

    def head(self) -> LogHead: ...

    def append(self, build: BuildEntries) -> range: ...


class PublishedLog:
    """A log whose every append is followed by a publication; serves `record.log_port.Log`."""

    def __init__(self, log: WritableLog, folder: TileFolder) -> None:
        """Raises RecordError when a checkpoint is out that the log does not contain."""
        self._log, self._tiles = log, folder
        folder.check_contained(log)

    def head(self) -> LogHead:
        return self._log.head()

    def read(self, start: int = 0) -> Iterator[tuple[int, bytes]]:
        return self._log.read(start)

    def append(self, build: BuildEntries) -> range:
        """Append, then publish. A full disk stops the publication and not the act: the entry is durable already.

        The next act publishes it too; until then `doctor` says so.
        """
        places = self._log.append(build)
        if places:
            with suppress(OSError):
                self._tiles.publish(self._log)
        return places


def check_published(folder: TileFolder, log: SignedLog) -> tuple[Finding, ...]:
    """What is wrong with the published files: every byte of them is read and compared with the checkpoint that is out.

    None out is nothing wrong, nor is one of fewer entries than the log has.
    """
    try:
        folder.check_contained(log)
        out = folder.published()
        if out is not None:
            deque(read_entries(folder, out.size, out.root), maxlen=0)
            _check_others(folder, out)
    except RecordError as error:
        return tuple(replace(finding, where=finding.where or "record/tiles") for finding in error.findings)
    return ()


def _check_others(folder: TileFolder, out: Checkpoint) -> None:
    """Partial tiles that earlier checkpoints stand for. What lies beyond the checkpoint is not out yet.

    Raises:
        RecordError: a file is no tile, or says something else than the log.
    """
    node = TileNodes(folder, out.size, out.root)
    for path in folder.names():
        named = parse_path(path)
        level = 0 if isinstance(named, EntryBundle) else TILE_HEIGHT * named.level
        first = named.index * TILE_WIDTH
        if (first + named.width) << level > out.size:
            continue
        data = folder.read(path)
        if isinstance(named, EntryBundle):
            found = [leaf_hash(entry) for entry in parse_bundle(named, data)]
        else:
            found = hashes_of(named, data)
        if found != [node(level, first + i) for i in range(named.width)]:
            raise RecordError(f"{path} is not that of the log")
