"""Runs Inspect AI: the only module that imports inspect_ai, and only when something is run.

For: `procedure.running.Runner`. Does not know: policies, the record, what a log means.

Each plan has one folder, named by the digest of its entry: `evidence/logs/<sha256>/`. `eval_set` finds there what an
earlier call has finished and goes on from it. Nothing in the folder is ever removed: the log of a failed try is
evidence too (E3, E4), so Inspect's own clearing up is off.
"""

from __future__ import annotations

import ast
import fcntl
import importlib.util
import inspect
import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stdout
from functools import cache
from pathlib import Path
from typing import Any

from scalegate.errors import UsageError
from scalegate.procedure.running import Job, Outcome
from scalegate.quantity import Digest

Progress = Callable[[int, int], None]

LOGS = "logs"
_LOCK = ".lock"
_MISSING = "running evaluations needs the extra `inspect`: pip install 'scalegate[inspect]'"
_INTERRUPTED = Outcome(problem="it was interrupted: run the command again to go on", interrupted=True)
_MARKUP = re.compile(r"\[/?[a-z_ ]+\]")


class InspectRunner:
    """Serves `procedure.running.Runner`.

    Args:
        root: the project's folder, in which a suite's task file lies.
        logs: the folder that holds a folder for each plan.
        model: what Inspect calls the model: `provider/name`.
        model_args: arguments of its provider.
        providers: Python files that register a provider of their own; loaded before the model is looked up.
        retries: how often Inspect tries again within one call after an error.
        progress: told how many attempts have ended, and of how many, after each; Inspect's own display lists every
            sample that is chosen and shows means of unfinished runs, so it stays off.
    """

    def __init__(
        self,
        root: Path,
        logs: Path,
        *,
        model: str,
        model_args: Mapping[str, str] | None = None,
        providers: Sequence[Path] = (),
        retries: int = 0,
        progress: Progress | None = None,
    ) -> None:
        """Raises UsageError, before any plan is registered, when inspect-ai or a provider's file is not there."""
        if importlib.util.find_spec("inspect_ai") is None:
            raise UsageError(_MISSING)
        for provider in providers:
            if not provider.is_file():
                raise UsageError(f"{provider} is no Python file: --provider names one that registers a provider")
        self._root, self._logs, self._model = root, logs, model
        self._model_args = dict(model_args or {})
        self._providers = tuple(providers)
        self._retries, self._progress = retries, progress

    @contextmanager
    def hold(self, plan: Digest) -> Iterator[None]:
        """A lock on the plan's folder, which ends with this process."""
        folder = self._folder(plan)
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / _LOCK).open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise UsageError(f"another process is running this evaluation into {folder}") from None
            yield

    def logs(self, plan: Digest) -> tuple[str, ...]:
        """Every `.eval` of the plan's folder."""
        folder = self._folder(plan)
        return tuple(sorted(str(p) for p in folder.rglob("*.eval"))) if folder.is_dir() else ()

    def run(self, job: Job) -> Outcome:
        from inspect_ai import eval_set

        try:
            with redirect_stdout(sys.stderr):  # standard output is for answers
                for provider in self._providers:
                    _load(provider)
                with _told(self._progress, len(job.samples) * job.epochs):
                    whole, logs = eval_set(**self._arguments(job, eval_set))
        except KeyboardInterrupt:
            return _INTERRUPTED
        except Exception as error:  # code of tasks and providers may raise anything; the logs are read all the same
            return Outcome(problem=_words(error))
        if not logs or any(log.status == "cancelled" for log in logs):  # what Inspect answers after an interrupt
            return _INTERRUPTED
        return Outcome() if whole else Outcome(problem=_endings(logs))

    def _folder(self, plan: Digest) -> Path:
        return self._logs / Digest.parse(plan).hex

    def _arguments(self, job: Job, eval_set: Any) -> dict[str, Any]:
        file, _, function = job.task.partition("@")
        task, arguments = job.task, {}
        if function:
            place = self._root / file
            task = f"{place}@{function}"
            if _takes_configuration(place, function):
                arguments = {"configuration": job.labels["configuration"]}
        given = {
            "tasks": [task],
            "task_args": arguments,
            "log_dir": str(self._folder(job.plan)),
            "log_dir_allow_dirty": True,  # logs of another provider of this model stay, and are read
            "log_format": "eval",
            "log_samples": True,
            "model": self._model,
            "model_args": self._model_args,
            "sample_id": list(job.samples),
            "epochs": job.epochs,
            "token_limit": job.token_limit,
            "continue_on_fail": True,  # one attempt that fails does not take the others with it
            "retry_attempts": self._retries,
            "retry_immediate": self._retries > 0,
            "retry_cleanup": False,
            "metadata": {"scalegate": {**job.labels, "recorded_by": "run"}},
            "display": "none",
            "ctl_server": False,
        }
        known = inspect.signature(eval_set).parameters  # older versions have no control channel
        return {name: value for name, value in given.items() if name in known or name != "ctl_server"}


_watchers: list[Callable[[], None]] = []


@contextmanager
def _told(progress: Progress | None, total: int) -> Iterator[None]:
    """Tell of each attempt that ends, by a hook that Inspect then keeps for the rest of the process."""
    if progress is None:
        yield
        return
    _watch()
    ended = 0

    def one_more() -> None:
        nonlocal ended
        ended += 1
        progress(min(ended, total), total)

    _watchers.append(one_more)
    try:
        yield
    finally:
        _watchers.remove(one_more)


@cache
def _watch() -> None:
    from inspect_ai.hooks import Hooks, SampleEnd, hooks

    class Watch(Hooks):
        def enabled(self) -> bool:
            return bool(_watchers)

        async def on_sample_end(self, _: SampleEnd) -> None:
            for one_more in _watchers:
                one_more()

    hooks(name="progress", description="counts attempts for `scalegate run`")(Watch)


def _load(provider: Path) -> None:
    """Load a Python file under a name of its own, once."""
    name = f"scalegate_provider_{abs(hash(provider.resolve()))}"
    if name in sys.modules:
        return
    spec = importlib.util.spec_from_file_location(name, provider)
    if spec is None or spec.loader is None:
        raise ImportError(f"{provider} is no Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise


def _takes_configuration(file: Path, function: str) -> bool:
    """Whether the task's function has a parameter `configuration`; read from its text, so that nothing runs yet."""
    try:
        tree = ast.parse(file.read_text(encoding="utf-8"))
    except (OSError, SyntaxError, ValueError):
        return False  # Inspect says what is wrong with it
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name == function:
            return any(a.arg == "configuration" for a in (*node.args.args, *node.args.kwonlyargs))
    return False


def _endings(logs: Sequence[Any]) -> str:
    """How the runs that are not whole ended, in Inspect's words."""
    return "; ".join(dict.fromkeys(_ending(log) for log in logs))


def _ending(log: Any) -> str:
    if log.error:
        return f"Inspect ended it with status {log.status}: {_words(log.error.message)}"
    from inspect_ai.log import read_eval_log_sample_summaries

    failed = [s for s in read_eval_log_sample_summaries(log.location) if s.error]
    first = f": sample {failed[0].id}: {_words(failed[0].error)}" if failed else ""
    return f"Inspect ended it with status {log.status}, {len(failed)} attempts have errors{first}"


def _words(error: object) -> str:
    """One line without Inspect's mark-up."""
    text = " ".join(_MARKUP.sub("", str(error)).split())
    kind = f"{type(error).__name__}: " if isinstance(error, Exception) else ""
    return f"{kind}{text}"[:500].replace(os.linesep, " ")
