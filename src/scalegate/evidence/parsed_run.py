"""What every reader of evaluation logs answers with: runs, before they have an address.

For: readers, the store, procedure. Does not know: files, formats, suites.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from scalegate.evidence.run import Attempt, Dating, LogHeader, Reported, RunManifest, SourceFile, Status
from scalegate.quantity import Digest, Identifier


@dataclass(frozen=True, kw_only=True)
class Labels:
    """What the caller says about a source.

    Attributes:
        configuration: for rows and logs that name none; logs of other tools never do.
        model: the label of the model. A log that names another one is relabelled (a provider's name is not a
            label); an evidence table that names another one is refused.
        evaluation: for logs that name their task in their own way.
        run: the run label, for sources that give none.
        dated: when the last attempt ended, for sources that do not say; recorded as only stated.
        scorer: which of several scorers of a log to read.
    """

    configuration: Identifier
    model: Identifier | None = None
    evaluation: Identifier | None = None
    run: Identifier | None = None
    dated: datetime | None = None
    scorer: str = ""


@dataclass(frozen=True, kw_only=True)
class ParsedRun:
    """One run as it was read: the attempts are in canonical order, whatever the order of the source.

    `log` is the id that the tool gave the log, where it gave one: other bytes with the same id are another version.
    `defects` has names of what only the reader could see (`evidence.defects.READER_DEFECTS`).
    """

    model: Identifier
    configuration: Identifier
    evaluation: Identifier
    run: Identifier
    status: Status
    dating: Dating
    dated: datetime | None
    attempts: tuple[Attempt, ...]
    reported: Reported | None = None
    defects: tuple[str, ...] = ()
    header: LogHeader | None = None
    log: str = ""


@dataclass(frozen=True, kw_only=True)
class StagedRun:
    """A run whose bytes are written but do not count: `aside` names where, empty when they are in their place."""

    address: Digest
    manifest: RunManifest
    aside: str = ""


@dataclass(frozen=True, kw_only=True)
class ParsedSource:
    """A file that was read whole: where its bytes came from, and its runs (at least one)."""

    source: SourceFile
    runs: tuple[ParsedRun, ...]


def in_order(attempts: Iterable[Attempt]) -> tuple[Attempt, ...]:
    """Sorted by task, number and content, so that the order of rows moves no digest (law 4)."""
    ordered = sorted(attempts, key=lambda a: (a.task, a.attempt))
    if all((one.task, one.attempt) != (next_.task, next_.attempt) for one, next_ in pairwise(ordered)):
        return tuple(ordered)  # no two differ in content alone
    return tuple(sorted(ordered, key=lambda a: (a.task, a.attempt, content_key(a))))


def content_key(attempt: Attempt) -> tuple[str, ...]:
    """A total order on what an attempt says beside its task and number."""
    said = (
        *(attempt.status, attempt.score, attempt.tokens, attempt.family, attempt.human_minutes, attempt.started_at),
        *(attempt.seconds, attempt.transcript, attempt.rescored),
    )
    return tuple(str(part) for part in said)
