"""The published files of a log: whole after every act, growing only, written again when lost, and never rolled back."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.logs import KINDS, built, make_log
from record.samples import OPERATOR, OPERATOR_KEY
from scalegate.adapters.log_store import LogStore
from scalegate.adapters.published_log import PublishedLog, check_published
from scalegate.adapters.tile_files import TileFolder
from scalegate.errors import RecordError
from scalegate.record.entry import EntryKind
from scalegate.record.log_port import Log
from scalegate.tlog.note import open_checkpoint
from scalegate.tlog.tile_tree import TileNodes, read_entries
from scalegate.tlog.tree import check_consistency, check_inclusion, consistency_proof, inclusion_proof, leaf_hash
from shared import ROOT
from tlog.static_files import StaticFiles

MANY = KINDS * (300 // len(KINDS) + 1)


class Place:
    """A log in a folder and its published files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log, self.blobs = make_log(folder)
        self.tiles = TileFolder(folder / "tiles", OPERATOR_KEY)
        self.published = PublishedLog(self.log, self.tiles)

    def append(self, *kinds: EntryKind) -> None:
        self.published.append(built(self.blobs, *kinds))

    def entries(self) -> list[bytes]:
        return [envelope for _, envelope in self.log.read()]

    def names(self) -> set[str]:
        tiles = self.folder / "tiles" / "tile"
        return {p.relative_to(self.folder / "tiles").as_posix() for p in tiles.rglob("*") if p.is_file()}


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_after_every_act_the_files_are_those_of_the_whole_log(place: Place) -> None:
    port: Log = place.published
    for kinds in ((), (KINDS[0],), KINDS[:3], MANY, (KINDS[1],), MANY):
        place.append(*kinds)
        entries = place.entries()
        if not entries:
            assert not (place.folder / "tiles").exists()
            continue
        out = open_checkpoint(place.tiles.checkpoint(), OPERATOR_KEY)
        assert (out.size, out.root) == (len(entries), port.head().root)
        assert list(read_entries(place.tiles, out.size, out.root)) == entries
        whole = StaticFiles(entries)
        assert {path: place.tiles.read(path) for path in whole.files} == whole.files
    assert not list(place.folder.rglob(".aside-*"))


def test_partial_tiles_go_when_their_full_tile_is_there_and_old_checkpoints_still_verify(place: Place) -> None:
    place.append(*KINDS)
    old = open_checkpoint(place.tiles.checkpoint(), OPERATOR_KEY)
    assert f"tile/0/000.p/{len(KINDS)}" in place.names()
    place.append(*MANY)
    assert not any(name.startswith(("tile/0/000.p", "tile/entries/000.p")) for name in place.names())
    assert {"tile/0/000", "tile/entries/000", "tile/1/000.p/1"} <= place.names()
    assert list(read_entries(place.tiles, old.size, old.root)) == place.entries()[: old.size]


def test_proofs_are_made_from_the_files_alone(place: Place) -> None:
    place.append(*KINDS)
    old = open_checkpoint(place.tiles.checkpoint(), OPERATOR_KEY)
    place.append(*MANY)
    new, entries = open_checkpoint(place.tiles.checkpoint(), OPERATOR_KEY), place.entries()
    node = TileNodes(place.tiles, new.size, new.root)
    for index in (0, 17, 255, 256, new.size - 1):
        proof = inclusion_proof(index, new.size, node)
        assert proof == place.log.inclusion_proof(index, new.size)
        check_inclusion(leaf_hash(entries[index]), index, new.size, proof, new.root)
    check_consistency(old.size, new.size, consistency_proof(old.size, new.size, node), old.root, new.root)


def test_an_act_after_others_writes_only_what_is_new(place: Place) -> None:
    place.append(*MANY)
    full = place.folder / "tiles" / "tile" / "0" / "000"
    before = full.stat().st_mtime_ns
    place.append(KINDS[0])
    assert full.stat().st_mtime_ns == before


@pytest.mark.parametrize("lost", ["tiles", "tiles/checkpoint", "tiles/tile/0", "tiles/tile/1", "tiles/tile"])
def test_files_that_were_lost_are_written_again(place: Place, lost: str) -> None:
    place.append(*MANY)
    gone = place.folder / lost
    shutil.rmtree(gone) if gone.is_dir() else gone.unlink()
    place.append(KINDS[0])
    assert check_published(place.tiles, place.log) == ()
    assert place.tiles.published() == open_checkpoint(place.log.checkpoint(), OPERATOR_KEY)


def test_a_damaged_tile_at_the_edge_is_written_again_and_never_signed_for(place: Place) -> None:
    place.append(*MANY)
    edge = next((place.folder / "tiles" / "tile" / "0").rglob("*.p")) / str(len(MANY) - 256)
    edge.write_bytes(bytes(edge.stat().st_size))
    assert check_published(place.tiles, place.log)
    place.append(KINDS[0])
    assert check_published(place.tiles, place.log) == ()


@pytest.mark.parametrize("name", ["tile/0/000", "tile/entries/000", "tile/1/000.p/1", "checkpoint"])
def test_a_changed_byte_of_a_published_file_is_found(place: Place, name: str) -> None:
    place.append(*MANY)
    assert check_published(place.tiles, place.log) == ()
    file = place.folder / "tiles" / name
    data = file.read_bytes()
    for at in range(0, len(data), max(1, len(data) // 5)):
        file.write_bytes(data[:at] + bytes([data[at] ^ 4]) + data[at + 1 :])
        found = check_published(place.tiles, place.log)
        assert found or name == "checkpoint"  # a checkpoint that cannot be read is none: the next act writes one
        if name == "checkpoint":
            assert place.tiles.published() is None


def test_every_file_that_lies_among_the_tiles_is_compared(place: Place) -> None:
    for kinds in ((KINDS[0],), KINDS[:3], KINDS):
        place.append(*kinds)
    assert len([name for name in place.names() if name.startswith("tile/0/000.p/")]) == 3
    for name in sorted(place.names()):
        file = place.folder / "tiles" / name
        data = file.read_bytes()
        file.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
        assert check_published(place.tiles, place.log), name
        file.write_bytes(data)
    (place.folder / "tiles" / "tile" / "0" / "notes.txt").write_text("no tile")
    assert "names no tile" in check_published(place.tiles, place.log)[0].what


def test_a_log_behind_its_published_files_is_not_opened_for_writing(place: Place) -> None:
    """A copy of the log from before was put back: whoever saw the later entries would be told another story."""
    place.append(*KINDS)
    place.log._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copy(place.folder / "log.db", place.folder / "kept.db")
    place.append(*KINDS)
    place.log.close()
    for name in ("log.db-wal", "log.db-shm"):
        (place.folder / name).unlink(missing_ok=True)
    shutil.copy(place.folder / "kept.db", place.folder / "log.db")
    with LogStore(place.folder / "log.db", OPERATOR_KEY, OPERATOR) as log:
        with pytest.raises(RecordError, match="rolled back"):
            PublishedLog(log, place.tiles)
        with pytest.raises(RecordError, match="rolled back"):
            place.tiles.publish(log)
        assert "rolled back" in check_published(place.tiles, log)[0].what
    assert place.tiles.published() is not None


def test_a_log_that_was_written_anew_is_not_opened_beside_the_old_files(place: Place, tmp_path: Path) -> None:
    place.append(*KINDS)
    (tmp_path / "other").mkdir()
    other, blobs = make_log(tmp_path / "other")
    other.append(built(blobs, *reversed(KINDS)))
    with pytest.raises(RecordError, match="rolled back"):
        PublishedLog(other, place.tiles)


def test_the_checkpoint_of_another_key_is_none_of_this_log(place: Place) -> None:
    place.append(*KINDS)
    note = place.tiles.checkpoint()
    (place.folder / "tiles" / "checkpoint").write_bytes(note.replace(b"\n\n", b"\n\n\n"))
    assert place.tiles.published() is None
    place.append(KINDS[0])
    assert check_published(place.tiles, place.log) == ()


class Altered:
    """A log that hands out another last entry than it signed for."""

    def __init__(self, log: LogStore) -> None:
        self.log = log
        self.checkpoint, self.checkpoint_of = log.checkpoint, log.checkpoint_of

    def read(self, start: int = 0) -> Iterator[tuple[int, bytes]]:
        entries = list(self.log.read(start))
        return iter([*entries[:-1], (entries[-1][0], b"another")])


def test_no_checkpoint_goes_out_over_entries_that_do_not_give_its_root(place: Place) -> None:
    place.log.append(built(place.blobs, *KINDS))
    with pytest.raises(RecordError, match="do not give the root"):
        place.tiles.publish(Altered(place.log))
    assert place.tiles.published() is None
    place.append(*MANY)
    before = place.tiles.checkpoint()
    place.log.append(built(place.blobs, KINDS[0]))
    with pytest.raises(RecordError, match="do not give the root"):
        place.tiles.publish(Altered(place.log))
    assert place.tiles.checkpoint() == before
    assert place.tiles.publish(place.log)
    assert check_published(place.tiles, place.log) == ()


def test_while_another_process_publishes_an_act_goes_on_and_writes_nothing(place: Place) -> None:
    place.append(KINDS[0])
    before = place.tiles.checkpoint()
    with (place.folder / "tiles" / ".turn").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        place.append(*KINDS)
        assert place.tiles.checkpoint() == before
        assert not place.tiles.publish(place.log)
    assert place.log.head().size == 1 + len(KINDS)
    assert place.tiles.publish(place.log)
    assert place.tiles.checkpoint() == place.log.checkpoint()


def test_a_folder_that_cannot_be_written_stops_no_act(place: Place) -> None:
    (place.folder / "tiles").write_text("a file where the folder belongs")
    place.append(*KINDS)
    assert place.log.head().size == len(KINDS)
    (place.folder / "tiles").unlink()
    place.append(KINDS[0])
    assert check_published(place.tiles, place.log) == ()
    assert place.tiles.published() is not None


@pytest.mark.parametrize(
    "path", ["../log.db", "tile/../../log.db", "/etc/passwd", "checkpoint", ".turn", "", "tile/0/000\0"]
)
def test_only_tiles_are_read_by_name(place: Place, path: str) -> None:
    place.append(KINDS[0])
    with pytest.raises(RecordError, match="names no tile"):
        place.tiles.read(path)


def test_a_pipe_in_place_of_a_tile_is_refused_and_waits_for_nobody(place: Place) -> None:
    place.append(KINDS[0])
    tile = place.folder / "tiles" / "tile" / "0" / "000.p" / "1"
    tile.unlink()
    os.mkfifo(tile)
    with pytest.raises(RecordError, match="no plain file"):
        place.tiles.read("tile/0/000.p/1")


def test_two_processes_that_publish_at_once_leave_the_files_of_the_longer_log(place: Place) -> None:
    place.log.close()
    writers = [spawn(place.folder, 12) for _ in range(2)]
    assert [writer.wait(60) for writer in writers] == [0, 0]
    with LogStore(place.folder / "log.db", OPERATOR_KEY, OPERATOR) as log:
        assert check_published(place.tiles, log) == ()
        out = place.tiles.published()
        assert out is not None
        place.tiles.publish(log)
        assert place.tiles.published() == open_checkpoint(log.checkpoint(), OPERATOR_KEY)


WRITER = """
import sys
from pathlib import Path
sys.path.insert(0, {tests!r})
from adapters.logs import KINDS, built, BlobStore, LogStore, OPERATOR, OPERATOR_KEY
from scalegate.adapters.published_log import PublishedLog
from scalegate.adapters.tile_files import TileFolder
folder = Path({folder!r})
with LogStore(folder / "log.db", OPERATOR_KEY, OPERATOR) as log:
    published = PublishedLog(log, TileFolder(folder / "tiles", OPERATOR_KEY))
    print("open", flush=True)
    for number in range({times}):
        published.append(built(BlobStore(folder / "blobs"), *KINDS[number % 5 : number % 5 + 4]))
        print("published", flush=True)
"""


def spawn(folder: Path, times: int) -> subprocess.Popen[bytes]:
    code = WRITER.format(tests=str(ROOT / "tests"), folder=str(folder), times=times)
    return subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)


def kill_while_publishing(place: Place, kills: int) -> None:
    place.log.close()
    last = 0
    for number in range(kills):
        writer = spawn(place.folder, 10_000)
        assert writer.stdout is not None
        for _ in range(2 + number % 3):
            writer.stdout.readline()
        time.sleep(0.002 * (number % 11))
        writer.send_signal(signal.SIGKILL)
        writer.wait(30)
        writer.stdout.close()
        with LogStore(place.folder / "log.db", OPERATOR_KEY, OPERATOR) as log:
            out = place.tiles.published()
            if out is not None:  # every published checkpoint is whole, is a prefix of the log, and never a shorter one
                assert out.size >= last
                last = out.size
                assert check_published(place.tiles, log) == ()
                assert list(read_entries(place.tiles, out.size, out.root)) == [
                    envelope for index, envelope in log.read() if index < out.size
                ]
    assert last > 0


def test_a_kill_while_publishing_leaves_a_whole_checkpoint(place: Place) -> None:
    kill_while_publishing(place, 4)


@pytest.mark.slow
def test_a_hundred_kills_while_publishing_leave_whole_checkpoints(place: Place) -> None:
    kill_while_publishing(place, 100)


def test_an_empty_log_has_a_checkpoint_and_no_tiles(place: Place) -> None:
    assert check_published(place.tiles, place.log) == ()
    assert place.tiles.publish(place.log)
    assert place.tiles.checkpoint() == place.log.checkpoint()
    assert place.names() == set()
