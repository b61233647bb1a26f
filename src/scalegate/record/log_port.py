"""The port to a log: what the record asks of whatever keeps its entries.

For: procedure and the stores that serve it. Does not know: storage engines.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from scalegate.record.chain import LogHead

BuildEntries = Callable[[LogHead], Sequence[bytes]]


class Log(Protocol):
    """An append-only log of envelopes."""

    def head(self) -> LogHead:
        """The log as it stands. Raises RecordError when it cannot be trusted or reached."""
        ...

    def read(self, start: int = 0) -> Iterator[tuple[int, bytes]]:
        """Index and envelope of each entry from `start` on. Raises RecordError for altered bytes."""
        ...

    def append(self, build: BuildEntries) -> range:
        """Append what `build` makes of the head, in one transaction in which nobody else appends.

        An exception of `build` appends nothing. The indices are durable, under a signed checkpoint, on return.

        Raises:
            RecordError: when an entry does not follow from the head, or the log cannot be trusted or reached.
        """
        ...
