"""Prints what a lease costs: loading (goal: under 5 ms) and asking (goal: median under 2 µs).

Run: python benchmarks/lease.py
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from scalegate.adapters.blob_store import BlobStore
from scalegate.adapters.log_store import create_log
from scalegate.decision.dossier import Approver
from scalegate.lease import Lease, LeaseDocument, LogPlace, Trust, format_lease, format_trust, lease_digest
from scalegate.quantity import Digest, Identifier
from scalegate.record.chain import LogHead, Quill
from scalegate.record.entry import About, EntryKind, LeaseIssued, Pause
from scalegate.tlog.ed25519 import PrivateKey
from scalegate.tlog.note import VerifierKey

ORIGIN, KEY = "bench.demo", PrivateKey(b"benchmark key: protects nothing!")
NOTHING, ME = Digest(f"sha256:{'0' * 64}"), Identifier("bench")
BEGINS = datetime.now(UTC).replace(microsecond=0)


def issue(folder: Path, entries: int) -> LeaseDocument:
    """Write lease.json and trust.json: a lease in a log of some entries."""
    operator = VerifierKey(name=ORIGIN, key=KEY.public)
    terms = LeaseDocument(
        origin=ORIGIN,
        model="model-1",
        subject=NOTHING,
        permission="TRAIN",
        configuration="agent",
        mode="",
        effective_compute_cap=Decimal("2.1e24"),
        begins=BEGINS,
        ends=BEGINS + timedelta(days=14),
        policy=NOTHING,
        decision=NOTHING,
    )
    pause = Pause(id=ME, scope="*", reason="", by=Approver(principal=ME, role=ME), at=BEGINS)
    issued = LeaseIssued(decision=NOTHING, lease=Digest(lease_digest(terms)), ends=terms.ends)

    def build(head: LogHead) -> list[bytes]:
        quill = Quill(head, KEY, keep_blob=BlobStore(folder / "blobs").keep)
        for number in range(entries):
            last = number == entries - 1
            quill.write(
                kind=EntryKind.LEASE if last else EntryKind.PAUSE,
                about=About(name="model-1", digest=NOTHING),
                body=issued if last else pause,
                stream="bench",
                policy=None,
                issuer=ME,
                role=ME,
                issued_at=BEGINS,
            )
        return quill.envelopes

    with create_log(folder / "log.db", operator, KEY) as log:
        index = log.append(build)[-1]
        size = log.head().size
        place = LogPlace(
            envelope=log.envelope(index),
            index=index,
            proof=log.inclusion_proof(index, size),
            checkpoint=log.checkpoint(),
        )
    (folder / "lease.json").write_bytes(format_lease(terms, place))
    (folder / "trust.json").write_text(format_trust(Trust(origin=ORIGIN, operator=operator, allow_demo=True)))
    return terms


def microseconds(act: Callable[[], object], times: int) -> list[float]:
    taken = []
    for _ in range(times):
        begun = time.perf_counter_ns()
        act()
        taken.append((time.perf_counter_ns() - begun) / 1000)
    return taken


def main() -> int:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        issue(folder, 1000)
        first = microseconds(lambda: Lease.load(folder / "lease.json", trust=folder / "trust.json"), 1)[0]
        loads = microseconds(lambda: Lease.load(folder / "lease.json", trust=folder / "trust.json"), 200)
        lease = Lease.load(folder / "lease.json", trust=folder / "trust.json")

    def ask() -> object:
        return lease.allows("TRAIN", subject=NOTHING, configuration="agent", effective_compute_flop=1.5e24)

    assert ask()
    asks, empty = microseconds(ask, 50_000), microseconds(lambda: None, 50_000)
    ask_median, timer = statistics.median(asks), statistics.median(empty)
    print(f"Lease.load: first {first / 1000:.2f} ms, median {statistics.median(loads) / 1000:.2f} ms (goal 5 ms)")
    print(f"allows: median {ask_median:.2f} µs, of which {timer:.2f} µs is the timer (goal 2 µs)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
