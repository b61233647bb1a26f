"""Reader of `models.yaml`, `configurations.yaml` and `suites/NAME.yaml`.

For: procedure. Does not know: policies, runs, the record.

Each file is read whole or refused with every finding, each with file, line and column. A suite's name is an
identifier that a policy or a caller gives: it becomes a file name only when it is a plain one.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TypeVar

from scalegate.adapters.yaml_scan import MAX_BYTES, locate, read_yaml
from scalegate.errors import Finding, InputError
from scalegate.evidence.configuration import ancestors, containers, untrue_containment
from scalegate.evidence.run import ConfigurationsFile, ModelsFile, Suite
from scalegate.shape import Fault, ShapeError, decode

MAX_ATTEMPTS_PER_TASK = 10_000
_SUITE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}\Z")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}\Z")
# A file inside the project and a function in it, or a name of Inspect's registry.
_INSPECT_FILE = re.compile(r"(?:[A-Za-z0-9_][A-Za-z0-9_.-]*/)*[A-Za-z0-9_][A-Za-z0-9_.-]*\.py@[A-Za-z_][A-Za-z0-9_]*\Z")
_INSPECT_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*(?:/[A-Za-z0-9_][A-Za-z0-9_.-]*)*\Z")
_OPAQUE = re.compile(r"opaque:[A-Za-z0-9._:/@+-]{1,200}\Z")

T = TypeVar("T")


def read_models(path: Path) -> ModelsFile:
    """`models.yaml`. Raises InputError with every finding."""
    return _read(ModelsFile, path, path.name, _check_models)


def read_configurations(path: Path) -> ConfigurationsFile:
    """`configurations.yaml`. Raises InputError with every finding."""
    return _read(ConfigurationsFile, path, path.name, _check_configurations)


def read_suite(suites: Path, name: str) -> Suite:
    """`NAME.yaml` in the folder of suites.

    Raises:
        InputError: with every finding; also for a name that is no plain file name.
    """
    if not _SUITE_NAME.match(name) or ".." in name:
        what = f"{name[:80]!r} cannot be the name of a suite"
        raise InputError(Finding(where=suites.name, what=what, mend="use letters, digits, '.', '_' and '-' alone"))
    path = suites / f"{name}.yaml"
    return _read(Suite, path, f"{suites.name}/{path.name}", _check_suite)


def suite_names(suites: Path) -> tuple[str, ...]:
    """Names of the suites in a folder, sorted; none when the folder is absent."""
    if not suites.is_dir():
        return ()
    return tuple(sorted(p.stem for p in suites.glob("*.yaml") if _SUITE_NAME.match(p.stem) and ".." not in p.stem))


def _read(kind: type[T], path: Path, name: str, check: Callable[[T], Iterable[Fault]]) -> T:
    document = read_yaml(_bytes(path, name), name)
    try:
        value = decode(kind, document.data)
    except ShapeError as error:
        raise InputError(*locate(error.faults, document.spans, name)) from None
    faults = tuple(check(value))
    if faults:
        raise InputError(*locate(faults, document.spans, name))
    return value


def _bytes(path: Path, name: str) -> bytes:
    """At most one byte more than a file may have: a device or a huge file is not read to its end."""
    if path.exists() and not path.is_file():
        raise InputError(Finding(where=name, what="not a file", mend="put a YAML file there"))
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise InputError(Finding(where=name, what="there is no such file", mend=f"write {name}")) from None
    except OSError as error:
        raise InputError(Finding(where=name, what=f"cannot be read: {error.strerror}")) from None


# ------------------------------------------------------------------------------------------- checks


def _check_models(file: ModelsFile) -> Iterator[Fault]:
    for label, model in file.models.items():
        path = ("models", label)
        yield from _subject_faults(model.subject, (*path, "subject"))
        for at, parent in enumerate(model.parents):
            if parent not in file.models:
                mend = _nearest(parent, file.models)
                yield Fault(path=(*path, "parents", at), what=f"unknown model {parent!r}", mend=mend)
        if label in ancestors(file.models, label):
            yield Fault(path=(*path, "parents"), what="a model cannot descend from itself", mend="break the circle")


def _subject_faults(subject: str, path: tuple[str, ...]) -> Iterator[Fault]:
    if subject.startswith("sha256:"):
        if not _DIGEST.match(subject):
            yield Fault(
                path=path, what=f"{subject[:80]!r} is no digest", mend="write sha256: and 64 lower-case hex digits"
            )
    elif not _OPAQUE.match(subject):
        mend = "write sha256:… of the weights manifest, or opaque:provider/name"
        yield Fault(path=path, what=f"{subject[:80]!r} is no subject", mend=mend)


def _check_configurations(file: ConfigurationsFile) -> Iterator[Fault]:
    for label, configuration in file.configurations.items():
        path = ("configurations", label)
        budget = configuration.tokens_per_attempt
        if budget is not None and budget < 1:
            yield Fault(path=(*path, "tokens_per_attempt"), what="a budget is above zero", mend="or write unknown")
        for at, other in enumerate(configuration.contained_in):
            place = (*path, "contained_in", at)
            container = file.configurations.get(other)
            if container is None:
                mend = _nearest(other, file.configurations)
                yield Fault(path=place, what=f"unknown configuration {other!r}", mend=mend)
                continue
            for reason in untrue_containment(container, configuration):
                what = f"{other!r} does not contain {label!r}: {reason}"
                yield Fault(path=place, what=what, mend="a container has everything the contained one has")
        if label in containers(file.configurations, label):
            what = "a configuration cannot contain itself over others"
            yield Fault(path=(*path, "contained_in"), what=what, mend="break the circle, or make the two one")


def _check_suite(suite: Suite) -> Iterator[Fault]:
    if not suite.tasks:
        yield Fault(path=("tasks",), what="a suite without tasks tests nothing", mend="register at least one task")
    if not 1 <= suite.attempts_per_task <= MAX_ATTEMPTS_PER_TASK:
        what = f"{suite.attempts_per_task} attempts per task"
        yield Fault(path=("attempts_per_task",), what=what, mend=f"write 1 to {MAX_ATTEMPTS_PER_TASK}")
    limits = suite.score_range
    if not (limits.least.is_finite() and limits.greatest.is_finite() and limits.least < limits.greatest):
        what = "the least score must be below the greatest, and both be numbers"
        yield Fault(path=("score_range",), what=what, mend="write {least: 0, greatest: 1}")
    if suite.chance is not None and not 0 < suite.chance < 1:
        what = f"a guess that succeeds with probability {suite.chance}"
        yield Fault(path=("chance",), what=what, mend="write 0.25 for one of four, or leave it out")
    yield from _inspect_task_faults(suite.inspect_task)


def _inspect_task_faults(task: str) -> Iterator[Fault]:
    named = _INSPECT_NAME.match(task) and not task.endswith(".py")
    if task and (".." in task or not (named or _INSPECT_FILE.match(task))):
        mend = "write FILE.py@FUNCTION with a path inside the project, or a name such as inspect_evals/gpqa_diamond"
        yield Fault(path=("inspect_task",), what=f"{task[:80]!r} names no Inspect task", mend=mend)


def _nearest(word: str, known: Iterable[str]) -> str:
    names = list(known)
    close = difflib.get_close_matches(word, names, 1, 0.6)
    if close:
        return f"did you mean {close[0]!r}?"
    return f"known here: {', '.join(names[:10])}" + (", …" if len(names) > 10 else "")
