"""A hook for Inspect AI: each evaluation that ends is recorded by itself. It is no gate.

For: Inspect, which loads it as an entry point. Does not know: formats, stores. Inspect swallows what a hook raises, so
nothing may rest on this one: what it cannot record it says on standard error and puts on the list of `evidence/spool`,
for `scalegate ingest --spooled`. A log that nobody ingests is no evidence, so a failure here clears nothing.

It is registered only below a folder with `scalegate.toml`, or where SCALEGATE_PROJECT names one (empty: not at all), as
it is when Inspect first looks for hooks: elsewhere nobody notices that it is installed. It records only what has a
label: `metadata={"scalegate": {"model": …}}` of a task or of the call, or SCALEGATE_MODEL; likewise `evaluation` (else
the task's name), `configuration` (else the first of the file) and `scorer`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any

from inspect_ai.hooks import Hooks, RunEnd, TaskEnd, TaskStart, hooks

PROJECT = "SCALEGATE_PROJECT"
LABELS = ("model", "evaluation", "configuration", "scorer")
_ONE_AT_A_TIME = Lock()


class RecordEvaluations(Hooks):
    """One instance serves the whole process; `_open` has what began and has not been recorded."""

    def __init__(self) -> None:
        self._open: dict[str, dict[str, str]] = {}

    def enabled(self) -> bool:
        """Asked before every event, so it only looks at the environment and the working folder."""
        return _root() is not None

    async def on_task_start(self, data: TaskStart) -> None:
        self._open[data.eval_id] = {"run": data.run_id, "task": data.spec.task}

    async def on_task_end(self, data: TaskEnd) -> None:
        await self._record(data.log)

    async def on_run_end(self, data: RunEnd) -> None:
        """What ended with an error or was cancelled has had no `on_task_end`; it is evidence all the same (E3)."""
        for log in data.logs:
            if log.eval.eval_id in self._open:
                await self._record(log)
        for began in [e for e, what in self._open.items() if what["run"] == data.run_id]:
            _say(f"{self._open.pop(began)['task']} began and ended without a word: ingest its log by hand")

    async def _record(self, log: Any) -> None:
        import anyio.to_thread

        self._open.pop(log.eval.eval_id, None)
        root = _root()
        given = (log.eval.metadata or {}).get("scalegate")
        given = given if isinstance(given, Mapping) else {}
        if root is not None and given.get("recorded_by") != "run":  # `scalegate run` ingests its logs itself
            place = str(log.location).removeprefix("file://")
            await anyio.to_thread.run_sync(record, root, place, log.eval.task, labels_of(given, os.environ))


def labels_of(given: Mapping[str, Any], environment: Mapping[str, str]) -> dict[str, str]:
    """Labels from a task's metadata, else from the environment."""
    return {name: str(given.get(name) or environment.get(f"SCALEGATE_{name.upper()}", "")) for name in LABELS}


def record(root: Path, place: str, task: str, labels: Mapping[str, str]) -> None:
    """Ingest one log, or say why not and put it on the list. Raises nothing.

    Args:
        root: the project's folder.
        place: path or address of the log.
        task: what Inspect calls the task.
        labels: of `LABELS`, empty where not given.
    """
    if not labels["model"]:
        _say(f"{place} is not recorded: give its task metadata={{'scalegate': {{'model': …}}}}, or set SCALEGATE_MODEL")
        return
    whole = {**labels, "evaluation": labels["evaluation"] or task}
    try:
        with _ONE_AT_A_TIME:
            faults = _ingest(root, place, whole)
    except Exception as error:  # a hook disturbs nobody; what is wrong is said, and the log is on the list
        faults = [f"{type(error).__name__}: {error}"]
    if faults:
        _spool(root, place, whole, faults)


def _ingest(root: Path, place: str, labels: Mapping[str, str]) -> list[str]:
    from scalegate.project import open_project

    done = open_project(root, writing=True).ingest([place], **labels)
    for file in done.files:
        rows = sum(m.rows for m in file.recorded)
        _say(f"{file.path}: {f'recorded, {rows} attempts' if file.recorded else 'known already'}")
    return [str(finding) for finding in done.findings]


def _spool(root: Path, place: str, labels: Mapping[str, str], faults: Iterable[str]) -> None:
    why = "; ".join(faults)
    _say(f"{place} is not recorded: {why}")
    try:
        from scalegate.project import spool_log

        spool_log(root, place, why=why, **labels)
        _say("it is on the list in evidence/spool: mend that, then `scalegate ingest --spooled`")
    except Exception as error:
        _say(f"nor is it on the list of what is to be ingested: {error}")


def _say(text: str) -> None:
    sys.stderr.write(f"scalegate: {text}\n")


# ----------------------------------------------------------------------------------------- project


def _root() -> Path | None:
    """The project's folder, or None: then the hook is asleep."""
    named = os.environ.get(PROJECT)
    try:
        return _found(os.getcwd() if named is None else named)  # noqa: PTH109 - a text is what is remembered
    except OSError:
        return None


@lru_cache(maxsize=64)
def _found(start: str) -> Path | None:
    if not start:
        return None
    place = Path(start).resolve()
    if os.environ.get(PROJECT):
        return place
    return next((folder for folder in (place, *place.parents) if (folder / "scalegate.toml").is_file()), None)


if _root() is not None:
    hooks(name="record", description="records evaluations in a scalegate project")(RecordEvaluations)
