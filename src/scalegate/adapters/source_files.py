"""Finds the sources that paths, folders, patterns and URLs name, and brings remote ones here.

For: source_reader, the composition root. Does not know: how any kind is read.

A source is a file together with the files that it is read with, or a run folder: it is found once, whichever of its
files was named. Whatever finds nothing stays as it was written, so that reading it says what is wrong. URLs go through
fsspec (extra `remote`), which is loaded for them alone; a remote file is copied to a temporary place of a bounded size
and read from there, so that every reader reads the bytes of which it gives the digest.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, TypeVar

from scalegate.adapters import every_eval_ever, helm, lm_eval
from scalegate.adapters.json_source import names_in
from scalegate.adapters.json_values import mapping
from scalegate.adapters.source_kind import has_known_ending
from scalegate.errors import Finding, InputError

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

MAX_SOURCES = 100_000
MAX_REMOTE = 4 * 1024 * 1024 * 1024
_CHUNK = 1024 * 1024
_MAGIC = frozenset("*?[")
# As the schema of Every Eval Ever names them; `run.json` beside `run_samples.jsonl` may have nothing to do with it.
_BY_SCHEMA = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}_samples\.jsonl\Z")

T = TypeVar("T")


def find_sources(paths: Sequence[str]) -> list[str]:
    """The sources behind what a caller named, each once, in the order of the call and of names.

    A path to a file is taken as it is; a pattern (`logs/**/*.eval`) and a folder give every source in them. Hidden
    files are left out there.

    Raises:
        InputError: when a pattern or a folder holds more than 100,000 files.
    """
    found: dict[str, None] = {}
    for path in paths:
        found.update(dict.fromkeys(_remote(path) if is_url(path) else _local(path)))
    by_folder: dict[str, set[str]] = {}
    for one in found:  # a shell that expands a pattern names every file by itself
        folder, _, name = one.rpartition("/")
        by_folder.setdefault(folder, set()).add(name)
    return [one for one in found if not _follows(one.rpartition("/")[2], by_folder[one.rpartition("/")[0]])]


@contextmanager
def brought_here(path: str) -> Iterator[Path]:
    """The local place of a source: itself, or a temporary copy of a remote one and of the files it is read with.

    Raises:
        InputError: when a URL cannot be read, or the extra is missing.
    """
    if not is_url(path):
        yield Path(path)
        return
    with tempfile.TemporaryDirectory(prefix="scalegate-") as folder:
        yield _fetched(path, Path(folder))


def is_url(path: str) -> bool:
    """Whether a path is for fsspec: `s3://…`, `gs://…`, `memory://…`. `C:\\logs` is not."""
    scheme, separator, _ = path.partition("://")
    return bool(separator) and bool(scheme) and all(part.isalnum() or part in "+-.:" for part in scheme)


# --------------------------------------------------------------------------------------------- folders


def grouped(names: Iterable[str], *, every: bool = False) -> list[str]:
    """The sources among the files of one folder: what is read with another file is no source of its own.

    Args:
        every: also files whose ending is none that is known, as somebody asked for them.
    """
    present = sorted(names)
    kept = [name for name in present if every or has_known_ending(name)]
    among = set(kept)
    return [name for name in kept if not _follows(name, among)]


def _follows(name: str, among: set[str]) -> bool:
    """Whether a file is read through another one of these: samples through their results or their record."""
    led = lm_eval.leader(name) in among
    return led or (bool(_BY_SCHEMA.match(name)) and every_eval_ever.leader(name) in among)


def _companions(name: str, others: Iterable[str]) -> tuple[str, ...]:
    known = tuple(others)
    return (*lm_eval.companions(name, known), *every_eval_ever.companions(name, known))


# ----------------------------------------------------------------------------------------------- local


def _local(path: str) -> list[str]:
    place = Path(path)
    if place.is_dir():
        return _within(place) or [path]
    if place.exists() or not _MAGIC & set(path):
        return [str(place.parent)] if _is_member(place) else [path]
    return _matching(path) or [path]


def _is_member(file: Path) -> bool:
    """Whether a file is one of a HELM run folder, which is read as a whole."""
    return file.name in helm.MEMBERS and file.is_file() and helm.is_run_folder(names_in(file.parent))


def _within(folder: Path) -> list[str]:
    """Every source in a folder and below; links to folders are not followed."""
    found: list[str] = []
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        if helm.is_run_folder(names):
            found.append(place)
            names = [name for name in names if name not in helm.MEMBERS]
        found += [str(Path(place) / name) for name in grouped(name for name in names if not name.startswith("."))]
        _check_number(found, str(folder))
    return found


def _matching(pattern: str) -> list[str]:
    """Every source that a pattern matches, files and folders."""
    parts = Path(pattern).parts
    fixed = next((at for at, part in enumerate(parts) if _MAGIC & set(part)), len(parts))
    base, rest = Path(*parts[:fixed]), str(Path(*parts[fixed:]))
    rest += "/*" if rest.endswith("**") else ""  # else it gives folders alone
    by_folder: dict[Path, list[str]] = {}
    found: list[str] = []
    try:
        for at, place in enumerate(base.glob(rest)):
            if at >= MAX_SOURCES:
                raise _too_many(pattern)
            if not any(part.startswith(".") for part in place.relative_to(base).parts):
                if place.is_dir():
                    found += [str(place)] if helm.is_run_folder(names_in(place)) else []
                else:
                    by_folder.setdefault(place.parent, []).append(place.name)
    except (OSError, ValueError):  # a folder that cannot be listed, a pattern that is none
        return []
    for folder, names in by_folder.items():
        members = [name for name in names if _is_member(folder / name)]
        found += [str(folder)] if members else []
        found += [str(folder / name) for name in grouped((n for n in names if n not in members), every=True)]
    return sorted(found)


def _check_number(found: list[str], where: str) -> None:
    if len(found) > MAX_SOURCES:
        raise _too_many(where)


def _too_many(where: str) -> InputError:
    return InputError(Finding(where=where, what=f"more than {MAX_SOURCES:,} files", mend="name fewer at a time"))


# ---------------------------------------------------------------------------------------------- remote


def _remote(url: str) -> list[str]:
    """The sources behind a URL, by their URLs; the URL itself when that cannot be told, so that reading it says why."""
    try:
        system, path = _opened(url)
        if _MAGIC & set(path):
            places = _asked(url, lambda: system.glob(path, detail=True))
        elif _asked(url, lambda: system.isdir(path)):
            places = _asked(url, lambda: system.find(path, detail=True))
        else:
            folder, _, name = path.rpartition("/")
            run = name in helm.MEMBERS and helm.is_run_folder(_names(system, folder, url))
            return [system.unstrip_protocol(folder) if run else url]
    except InputError:
        return [url]
    if len(places) > MAX_SOURCES:
        raise _too_many(url)
    kept = {place: mapping(places[place]).get("type") == "directory" for place in _unhidden(map(str, places), path)}
    try:
        return _remote_sources(system, kept, url, every=bool(_MAGIC & set(path))) or [url]
    except InputError:
        return [url]


def _unhidden(places: Iterable[str], path: str) -> Iterator[str]:
    """Without what is hidden below the fixed part of a path."""
    fixed = next((at for at, character in enumerate(path) if character in _MAGIC), len(path))
    base = path[:fixed].rpartition("/")[0] if fixed < len(path) else path
    for place in places:
        if not any(part.startswith(".") for part in place.removeprefix(base).split("/")):
            yield place


def _remote_sources(system: AbstractFileSystem, places: dict[str, bool], url: str, *, every: bool) -> list[str]:
    """The sources among listed places, each with whether it is a folder: a listing is not asked again for each."""
    by_folder: dict[str, list[str]] = {}
    found: set[str] = set()
    for place, is_folder in places.items():
        if is_folder:
            found |= {place} if helm.is_run_folder(_names(system, place, url)) else set()
        else:
            folder, _, name = place.rpartition("/")
            by_folder.setdefault(folder, []).append(name)
    for folder, names in by_folder.items():
        run = bool(helm.MEMBERS & set(names)) and helm.is_run_folder(_names(system, folder, url))
        found |= {folder} if run else set()
        others = (name for name in names if not (run and name in helm.MEMBERS))
        found |= {f"{folder}/{name}" for name in grouped(others, every=every)}
    return [system.unstrip_protocol(place) for place in sorted(found)]


def _fetched(url: str, folder: Path) -> Path:
    system, path = _opened(url)
    if _asked(url, lambda: system.isdir(path)):
        names = _names(system, path, url)
        if not helm.is_run_folder(names):
            raise InputError(Finding(where=url, what="a folder without a source", mend="name its files"))
        place = folder / (PurePosixPath(path).name or "run")
        place.mkdir()
        for name in helm.FILES:
            if name in names:
                _copy(system, f"{path.rstrip('/')}/{name}", place / name, url)
        return place
    parent, _, name = path.rpartition("/")
    safe = "source" if name in ("", ".", "..") else name
    _copy(system, path, folder / safe, url)
    for other in _companions(name, _names(system, parent, url)):
        _copy(system, f"{parent}/{other}", folder / PurePosixPath(other).name, url)
    return folder / safe


def _names(system: AbstractFileSystem, folder: str, url: str) -> list[str]:
    listed = _asked(url, lambda: system.ls(folder, detail=False))
    return [str(place).rstrip("/").rpartition("/")[2] for place in listed]


def _copy(system: AbstractFileSystem, path: str, place: Path, url: str) -> None:
    """A chunk at a time: neither memory nor the disk has to trust the size that the other side states."""

    def act() -> None:
        copied = 0
        with system.open(path, "rb") as remote, place.open("wb") as local:
            while chunk := remote.read(_CHUNK):
                copied += len(chunk)
                if copied > MAX_REMOTE:
                    what = f"larger than {MAX_REMOTE // 1024 // 1024 // 1024} GiB"
                    raise InputError(Finding(where=url, what=what, mend="split it"))
                local.write(chunk)

    _asked(url, act)


def _opened(url: str) -> tuple[AbstractFileSystem, str]:
    if "::" in url:
        raise InputError(Finding(where=url, what="a chain of URLs", mend="copy the file to a place of its own"))
    try:
        from fsspec.core import url_to_fs
    except ImportError:
        what = "reading a URL needs an extra"
        raise InputError(Finding(where=url, what=what, mend="pip install 'scalegate[remote]'")) from None
    system, path = _asked(url, lambda: url_to_fs(url))
    return system, str(path)


def _asked(url: str, act: Callable[[], T]) -> T:
    """What a file system answers; whatever it raises is one finding, as each has errors of its own."""
    try:
        return act()
    except InputError:
        raise
    except ImportError as error:  # fsspec says which package its protocol wants
        raise InputError(Finding(where=url, what=f"cannot be read: {_line(error)}", mend=_wanted(url))) from None
    except FileNotFoundError:
        raise InputError(Finding(where=url, what="cannot be read: there is no such file")) from None
    except Exception as error:
        raise InputError(Finding(where=url, what=f"cannot be read: {_line(error)}")) from None


def _wanted(url: str) -> str:
    packages = {"s3": "s3fs", "s3a": "s3fs", "gs": "gcsfs", "gcs": "gcsfs", "az": "adlfs", "abfs": "adlfs"}
    scheme = url.partition("://")[0]
    return f"pip install {packages[scheme]}" if scheme in packages else "install the package that it names"


def _line(error: Any) -> str:
    lines = str(error).splitlines()
    return (lines[0] if lines else type(error).__name__)[:200]
