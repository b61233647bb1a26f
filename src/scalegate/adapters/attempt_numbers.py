"""Numbers for attempts that come without any.

For: readers. Does not know: formats.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from scalegate.evidence.parsed_run import content_key
from scalegate.evidence.run import Attempt, Status


def numbered(attempts: Iterable[Attempt]) -> Iterator[Attempt]:
    """The attempts of each task, counted from 1.

    Those without an outcome come first, so that the numbers do not hang on the order of rows and nothing that is
    missing falls beyond the registered attempts (law 4, E2).
    """
    by_task: dict[str, list[Attempt]] = {}
    for attempt in attempts:
        by_task.setdefault(attempt.task, []).append(attempt)
    for found in by_task.values():
        yield from (replace(one, attempt=at) for at, one in enumerate(sorted(found, key=_outcome_last), start=1))


def _outcome_last(attempt: Attempt) -> tuple[bool, tuple[str, ...]]:
    return attempt.status is Status.COMPLETED and attempt.score is not None, content_key(attempt)
