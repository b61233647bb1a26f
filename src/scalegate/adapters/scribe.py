"""Writes entries: the log, the operator's key, the blobs, the flags of pauses and the clock behind one port.

For: `procedure.workspace.Scribe`. Does not know: what the entries mean, but for one thing: while the flag of a
pause has no entry yet, no grant is written (D9, D10).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from scalegate.decision.decision import Decision
from scalegate.decision.dossier import Approver, Pause
from scalegate.errors import RecordError
from scalegate.procedure.workspace import Draft, MovedError, PauseFoundError
from scalegate.quantity import Digest, whole_second
from scalegate.record.chain import LogHead, Quill
from scalegate.record.codec import FetchBlob, KeepBlob, SealedEntry, open_envelope
from scalegate.record.entry import FIRST_DOCUMENT, Entry, EntryKind, LeaseIssued, PolicyAdopted
from scalegate.record.log_port import Log
from scalegate.record.view import Logged, RecordView, add
from scalegate.tlog.note import Signer


def system_clock() -> datetime:
    """The system clock, whole seconds, where no log's head is at hand."""
    return whole_second(datetime.now(UTC))


PER_MODEL = (EntryKind.VERDICT, EntryKind.DECISION, EntryKind.RUN_INGESTED)


class LogScribe:
    """Serves `Scribe` over a log. Without a signer it reads only."""

    def __init__(
        self,
        log: Log,
        *,
        signer: Signer | None,
        keep_blob: KeepBlob,
        fetch_blob: FetchBlob,
        flags: Callable[[], tuple[str, ...]],
        read_flag: Callable[[str], Pause | None] = lambda _: None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._log, self._signer, self._flags, self._clock = log, signer, flags, clock
        self._keep_blob, self._fetch_blob = keep_blob, fetch_blob
        self._read_flag = read_flag
        self._head_time: datetime | None = None

    def now(self) -> datetime:
        """The system clock, never earlier than the log's head (D16)."""
        clock = whole_second(self._clock())
        return max(clock, self._head_time) if self._head_time else clock

    def read(self, view: RecordView) -> RecordView:
        """Bring a view up to the log's head. Raises RecordError for entries that cannot be read."""
        for index, envelope in self._log.read(view.size):
            add(view, self._logged(index, open_envelope(envelope, self._fetch_blob)))
        self._head_time = view.head_time
        return view

    def write(
        self, drafts: Sequence[Draft], *, by: Approver, policy: Digest | None, at: RecordView, now: datetime
    ) -> list[Logged]:
        """See `procedure.workspace.Scribe`."""
        if self._signer is None:
            raise RecordError("the record was opened for reading only")
        signer, written = self._signer, list[SealedEntry]()

        def build(head: LogHead) -> list[bytes]:
            if head.size != at.size:
                raise MovedError("the log has moved on")
            self._refuse_under_a_flag(drafts, at)
            quill = Quill(head, signer, keep_blob=self._keep_blob)
            written[:] = [
                quill.write(
                    kind=draft.kind,
                    about=draft.about,
                    body=draft.body,
                    stream=_stream(draft),
                    policy=draft.policy or policy,
                    issuer=by.principal,
                    role=by.role,
                    issued_at=now,
                )
                for draft in drafts
            ]
            return quill.envelopes

        places = self._log.append(build)
        self._head_time = max(now, self._head_time) if self._head_time else now
        return [
            Logged(index=index, digest=sealed.digest, entry=_entry(sealed, draft))
            for index, sealed, draft in zip(places, written, drafts, strict=True)
        ]

    def _refuse_under_a_flag(self, drafts: Sequence[Draft], view: RecordView) -> None:
        """A pause holds from its flag on, before its entry exists; this runs inside the grant's transaction."""
        granting = any(
            isinstance(d.body, LeaseIssued) or (isinstance(d.body, Decision) and d.body.granted) for d in drafts
        )
        pending = {flag: self._read_flag(flag) for flag in self._flags() if not view.paused(flag)}
        if granting and pending:
            raise PauseFoundError(pending)

    @staticmethod
    def _logged(index: int, sealed: SealedEntry) -> Logged:
        if sealed.entry is None:
            raise RecordError(f"entry {index}: its body lies in a blob that was not read")
        return Logged(index=index, digest=sealed.digest, entry=sealed.entry)


def _stream(draft: Draft) -> str:
    if isinstance(draft.body, PolicyAdopted) and draft.body.name != FIRST_DOCUMENT:
        return f"{draft.kind.value}/{draft.body.name}"
    return f"{draft.kind.value}/{draft.about.name}" if draft.kind in PER_MODEL else draft.kind.value


def _entry(sealed: SealedEntry, draft: Draft) -> Entry:
    return sealed.entry or Entry(kind=draft.kind, head=sealed.head, about=draft.about, body=draft.body)
