"""A writer killed at any moment leaves a record that verifies and holds everything that was acknowledged."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from adapters.logs import built, make_log, verified
from record.samples import OPERATOR, OPERATOR_KEY
from scalegate.adapters.log_store import LogStore
from scalegate.record.entry import EntryKind

APPENDER = """
import sys
from dataclasses import replace
from pathlib import Path
sys.path.insert(0, {tests!r})
from adapters.logs import BODIES, EntryKind, KINDS, built, BlobStore, LogStore, OPERATOR, OPERATOR_KEY
folder = Path({folder!r})
blobs = BlobStore(folder / "blobs")
log = LogStore(folder / "log.db", OPERATOR_KEY, OPERATOR)
large = replace(BODIES[EntryKind.PAUSE], reason="r" * 40_000)
print("ready", flush=True)
while True:
    log.append(built(blobs, *KINDS[:3]))
    print(log.append(built(blobs, EntryKind.PAUSE, body=large)).stop, flush=True)
"""
KILLS = 10


def killed_appender(folder: Path, after: float) -> list[str]:
    """Lines that an appender wrote before it was killed."""
    code = APPENDER.format(tests=str(Path(__file__).parents[1]), folder=str(folder))
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        time.sleep(after)
        process.send_signal(signal.SIGKILL)
        return process.stdout.read().splitlines()


def test_nothing_acknowledged_is_lost_and_the_record_verifies_after_every_kill(tmp_path: Path) -> None:
    make_log(tmp_path)[0].close()
    chance, size = random.Random(20261123), 0
    for _ in range(KILLS):
        lines = killed_appender(tmp_path, chance.uniform(0, 0.08))
        acknowledged = int(lines[-1]) if lines else 0
        report = verified(tmp_path)
        assert report.findings == ()
        assert report.entries >= max(acknowledged, size)
        size = report.entries
    assert size > KILLS
    with LogStore(tmp_path / "log.db", OPERATOR_KEY, OPERATOR) as log:
        log.append(built(make_blobs(tmp_path), EntryKind.PAUSE))
    assert verified(tmp_path).uncovered == 0


def make_blobs(folder: Path):  # type: ignore[no-untyped-def]
    from scalegate.adapters.blob_store import BlobStore

    return BlobStore(folder / "blobs")


def test_entries_that_a_crash_left_uncovered_are_covered_by_the_next_writer(tmp_path: Path) -> None:
    """The moment between commit and checkpoint, made by hand."""
    log, blobs = make_log(tmp_path)
    log._store_checkpoint = lambda edge: None  # type: ignore[method-assign]
    log.append(built(blobs, EntryKind.PAUSE, EntryKind.RESUME))
    log.close()
    assert (verified(tmp_path).uncovered, verified(tmp_path).findings) == (2, ())
    LogStore(tmp_path / "log.db", OPERATOR_KEY, OPERATOR).close()
    assert verified(tmp_path).uncovered == 0
