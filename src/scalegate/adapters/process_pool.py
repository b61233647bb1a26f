"""Spreads work over a few processes, in order, with little of it in memory at a time.

For: the composition root, as the port of ingesting. Does not know: what the work is.

A process that ends while it works (killed for its memory, for example) costs the one item that it worked on: what was
under way beside it is done again, each item in a process of its own.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any, TypeVar

ITEMS_PER_PROCESS = 32  # fewer items are not worth a process
MOST = 8
_AHEAD = 4  # items under way or waiting for their turn, per process

Result = TypeVar("Result")


def processes_for(items: int) -> int:
    """How many processes so many items are worth; 1 for this one alone."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(cores, MOST, items // ITEMS_PER_PROCESS))


def spread(
    work: Callable[[str], Result], items: Sequence[str], processes: int | None = None
) -> Iterator[Result | None]:
    """Results in the order of the items; None for an item whose process ended. What `work` raises is raised here."""
    number = processes_for(len(items)) if processes is None else processes
    if number <= 1:
        yield from map(work, items)
        return
    done = 0
    while done < len(items):
        under_way: deque[Future[Result]] = deque()
        with _pool(work, number) as pool:
            try:
                waiting = iter(items[done:])
                while True:
                    while len(under_way) < _AHEAD * number and (item := next(waiting, None)) is not None:
                        under_way.append(pool.submit(_do, item))
                    if not under_way:
                        return
                    result = under_way[0].result()
                    under_way.popleft()
                    done += 1
                    yield result
            except BrokenProcessPool:
                pass
            finally:
                pool.shutdown(wait=False, cancel_futures=True)
        for item in items[done : done + max(1, len(under_way))]:
            done += 1
            yield _alone(work, item)


def _alone(work: Callable[[str], Result], item: str) -> Result | None:
    with _pool(work, 1) as pool:
        try:
            future: Future[Result] = pool.submit(_do, item)
            return future.result()
        except BrokenProcessPool:
            return None


_work: Callable[[str], Any] | None = None


def _pool(work: Callable[[str], Any], number: int) -> ProcessPoolExecutor:
    """Processes that are copies of this one where the system has that: nothing is loaded again."""
    method = "fork" if "fork" in multiprocessing.get_all_start_methods() else None
    context = multiprocessing.get_context(method)
    return ProcessPoolExecutor(number, mp_context=context, initializer=_start, initargs=(work,))


def _start(work: Callable[[str], Any]) -> None:
    global _work
    _work = work
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process that asked for the work ends it


def _do(item: str) -> Any:
    assert _work is not None
    return _work(item)
