"""Runs on disk, each under the digest of its manifest: `evidence/runs/<sha256>/`.

For: procedure. Does not know: what was recorded, formats of logs, suites.

    run.yaml        the manifest; its digest is the run's address (E1)
    attempts.jsonl  one attempt per line, canonical; its digest stands in the manifest
    attempts.parquet  the same in columns, where scalegate.toml asks for it; the digest stays that of the lines
    source.json     where the bytes came from; for the reader only, nothing rests on it

A run is written aside, made durable, then renamed: a folder under its address is whole or has been altered since.
Reading checks every digest and answers with a run without attempts when one does not match.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
import tempfile
from collections.abc import Collection, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from scalegate.adapters.attempt_columns import format_columns, lines_of
from scalegate.adapters.attempt_lines import format_attempts, parse_attempts
from scalegate.adapters.plain_file import read_plain
from scalegate.adapters.yaml_scan import locate, read_yaml
from scalegate.errors import Finding, InputError
from scalegate.evidence.parsed_run import ParsedRun, StagedRun
from scalegate.evidence.run import Attempt, EvalRun, RunManifest, SourceFile
from scalegate.quantity import Digest
from scalegate.shape import ShapeError, decode, encode

MANIFEST, ATTEMPTS, COLUMNS, SOURCE = "run.yaml", "attempts.jsonl", "attempts.parquet", "source.json"
_ASIDE = ".aside-"
_FEW, _AT_ONCE = 4, 16  # files that are flushed one by one, and threads that flush more of them


class EvidenceStore:
    """The folder `runs` in a project's place for evidence."""

    def __init__(self, evidence: Path, *, columnar: bool = False) -> None:
        """With `columnar`, attempts that are written from now on are Parquet files; either form is read."""
        self.runs = evidence / "runs"
        self._columnar = columnar
        self._mark = f"{_ASIDE}{secrets.token_hex(4)}-"  # of what is staged here, also by copies of this process

    def write_run(self, parsed: ParsedRun, source: SourceFile) -> tuple[Digest, RunManifest]:
        """Keep a run. One that is there and whole is not rewritten; one that was damaged is mended.

        Returns:
            The run's address and manifest, for the ingest entry: until that is recorded, the run does not count.
        """
        staged = self.stage_run(parsed, source)
        self.settle([staged])
        return staged.address, staged.manifest

    def stage_run(self, parsed: ParsedRun, source: SourceFile) -> StagedRun:
        """Write a run beside its place, not durable yet. One that is in its place is mended where it is damaged."""
        attempts = format_attempts(parsed.attempts)
        manifest = manifest_of(parsed, source, digest_of(attempts))
        text = format_manifest(manifest)
        address = digest_of(text)
        place = self._place(address)
        try:
            if place.exists():
                self._mend(place, {MANIFEST: text, ATTEMPTS: attempts}, manifest)
                return StagedRun(address=address, manifest=manifest)
            self.runs.mkdir(parents=True, exist_ok=True)
            kept = {COLUMNS: format_columns(parsed.attempts)} if self._columnar else {ATTEMPTS: attempts}
            aside = self._write_aside({**kept, MANIFEST: text, SOURCE: _format_source(source)})
        except OSError as error:
            raise InputError(Finding(where=str(place), what=f"cannot be written: {error.strerror}")) from None
        return StagedRun(address=address, manifest=manifest, aside=aside.name)

    def settle(self, staged: Iterable[StagedRun]) -> None:
        """Make staged runs durable, then move each to its place. Many files are flushed at once: disks gather that.

        Raises:
            InputError: when they cannot be written; what was staged is gone then.
        """
        waiting = [run for run in staged if run.aside]
        try:
            flush([path for run in waiting for path in self._durable(self.runs / run.aside)])
            for run in waiting:
                self._move_in(self.runs / run.aside, self._place(run.address))
            if waiting:
                _sync(self.runs)
        except OSError as error:
            raise InputError(Finding(where=str(self.runs), what=f"cannot be written: {error.strerror}")) from None
        finally:
            self.drop(waiting)

    def drop(self, staged: Iterable[StagedRun]) -> None:
        """Forget staged runs that are not in their places."""
        for run in staged:
            if run.aside:
                shutil.rmtree(self.runs / run.aside, ignore_errors=True)

    def sweep(self) -> None:
        """Forget everything that was staged and is in no place: by processes that ended, for example."""
        for aside in self.runs.glob(f"{self._mark}*"):
            shutil.rmtree(aside, ignore_errors=True)

    def holds(self, address: Digest, manifest: RunManifest) -> str | None:
        """How a run's source was read, when manifest and attempts are whole; None when they are not.

        Raises:
            InputError: as `read_run` does.
        """
        text, _ = _bytes(self._place(address) / MANIFEST)
        if text is None or digest_of(text) != address or self._lines(self._place(address), manifest)[0] is None:
            return None
        source = self.read_source(address)
        return source.read_as if source else ""

    def read_run(self, address: Digest, recorded: RunManifest | None = None, plan: Digest | None = None) -> EvalRun:
        """Read a run back; with the recorded manifest, whatever became of the bytes is said in `problem` (E1).

        Raises:
            InputError: when attempts are kept in columns and the extra is missing: what a verdict says must not depend
                on what is installed. And without `recorded`, when the manifest is absent or altered.
        """
        manifest, problem = self._manifest(address)
        if manifest is not None and recorded is not None and manifest != recorded:
            problem = f"{MANIFEST} is not the manifest that was recorded"
        manifest = recorded or manifest
        if manifest is None:
            raise InputError(Finding(where=str(self._place(address)), what=problem, mend="ingest its source again"))
        attempts = None
        if not problem:
            attempts, problem = self._attempts(address, manifest)
        return EvalRun(address=address, manifest=manifest, attempts=attempts, problem=problem, plan=plan)

    def read_source(self, address: Digest) -> SourceFile | None:
        """Where a run's bytes came from; None when that is absent or unreadable."""
        data, _ = _bytes(self._place(address) / SOURCE)
        try:
            return None if data is None else decode(SourceFile, json.loads(data))
        except (ValueError, RecursionError, InputError):
            return None

    def orphans(self, recorded: Collection[str]) -> tuple[str, ...]:
        """Names under `evidence/runs` that no entry of the record accounts for: leftovers, for `doctor`."""
        known = {Digest(address).hex for address in recorded}
        if not self.runs.is_dir():
            return ()
        return tuple(sorted(item.name for item in self.runs.iterdir() if item.name not in known))

    # -- writing

    def _place(self, address: Digest) -> Path:
        return self.runs / Digest.parse(address).hex

    @staticmethod
    def _durable(aside: Path) -> tuple[Path, ...]:
        """What must be on the disk before a run counts: nothing rests on where its bytes came from."""
        return (*(aside / name for name in (ATTEMPTS, COLUMNS) if (aside / name).exists()), aside / MANIFEST, aside)

    def _write_aside(self, files: dict[str, bytes]) -> Path:
        aside = Path(tempfile.mkdtemp(prefix=self._mark, dir=self.runs))
        try:
            aside.chmod(0o755)
            for name, data in files.items():
                _write(aside / name, data)
        except OSError:
            shutil.rmtree(aside, ignore_errors=True)
            raise
        return aside

    def _move_in(self, aside: Path, place: Path) -> None:
        """Rename; when another process was first, its bytes are compared with these and mended."""
        try:
            aside.rename(place)
        except OSError:
            if not place.is_dir():
                raise
            manifest = parse_manifest((aside / MANIFEST).read_bytes(), MANIFEST)
            attempts, problem = self._lines(aside, manifest)
            assert attempts is not None, problem
            self._mend(place, {MANIFEST: (aside / MANIFEST).read_bytes(), ATTEMPTS: attempts}, manifest)

    def _mend(self, place: Path, files: dict[str, bytes], manifest: RunManifest) -> None:
        """Put back files whose bytes are not what the address says; leaves whole ones alone.

        What was damaged comes back in lines, whatever form it had: they can be read everywhere.
        """
        if self._lines(place, manifest)[0] is not None:
            del files[ATTEMPTS]
        for name, data in files.items():
            if _bytes(place / name)[0] != data:
                aside = place / f"{_ASIDE}{name}"
                _write_durably(aside, data)
                aside.replace(place / name)
                _sync(place)
        if ATTEMPTS in files:
            (place / COLUMNS).unlink(missing_ok=True)
            _sync(place)

    # -- reading

    def _manifest(self, address: Digest) -> tuple[RunManifest | None, str]:
        text, problem = _bytes(self._place(address) / MANIFEST)
        if text is None:
            return None, problem
        if digest_of(text) != address:
            return None, f"{MANIFEST} was altered"
        return parse_manifest(text, f"{address}/{MANIFEST}"), ""

    def _attempts(self, address: Digest, manifest: RunManifest) -> tuple[tuple[Attempt, ...] | None, str]:
        text, problem = self._lines(self._place(address), manifest)
        if text is None:
            return None, problem
        attempts = parse_attempts(text)
        assert len(attempts) == manifest.rows, "a manifest is written with its attempts"
        return attempts, ""

    @staticmethod
    def _lines(place: Path, manifest: RunManifest) -> tuple[bytes | None, str]:
        """The canonical lines of the attempts, whichever form they are kept in; of two forms both must hold them."""
        lines: bytes | None = None
        for name in [name for name in (ATTEMPTS, COLUMNS) if os.path.lexists(place / name)] or [ATTEMPTS]:
            lines, problem = _bytes(place / name)
            if lines is None:
                return None, problem
            if name == COLUMNS:
                lines = lines_of(lines, manifest.rows, f"{place.name}/{name}")
            if lines is None or digest_of(lines) != manifest.attempts:
                return None, f"{name} was altered"
        return lines, ""


def digest_of(data: bytes) -> Digest:
    return Digest(f"sha256:{hashlib.sha256(data).hexdigest()}")


def _bytes(path: Path) -> tuple[bytes | None, str]:
    try:
        return read_plain(path, None), ""
    except OSError as error:
        return None, f"{path.name} is absent or unreadable ({error.strerror})"


def _write(path: Path, data: bytes) -> None:
    path.write_bytes(data)


def _write_durably(path: Path, data: bytes) -> None:
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def flush(paths: Sequence[Path]) -> None:
    """Make files and folders durable, several at a time. Raises OSError."""
    if len(paths) <= _FEW:
        for path in paths:
            _sync(path)
        return
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        list(pool.map(_sync, paths))


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


# ------------------------------------------------------------------------------------------- manifest


def manifest_of(parsed: ParsedRun, source: SourceFile, attempts: Digest) -> RunManifest:
    """The manifest of a run that was read from a source."""
    return RunManifest(
        schema="scalegate.run/1",
        model=parsed.model,
        configuration=parsed.configuration,
        evaluation=parsed.evaluation,
        run=parsed.run,
        status=parsed.status,
        dating=parsed.dating,
        dated=parsed.dated,
        rows=len(parsed.attempts),
        attempts=attempts,
        source=source.digest,
        reported=parsed.reported,
        defects=tuple(sorted(set(parsed.defects))),
        header=parsed.header,
        log=parsed.log,
    )


def format_manifest(manifest: RunManifest) -> bytes:
    """Block YAML with every text quoted: one manifest, one sequence of bytes."""
    return "".join(_block(encode(manifest), "")).encode()


def _block(data: dict[str, Any], indent: str) -> Iterable[str]:
    for key, value in data.items():
        if isinstance(value, dict) and value:
            yield f"{indent}{key}:\n"
            yield from _block(value, indent + "  ")
        elif isinstance(value, list) and value:
            yield f"{indent}{key}:\n"
            yield from (f"{indent}  - {_scalar(item)}\n" for item in value)
        else:
            yield f"{indent}{key}: {_scalar(value)}\n"


def _scalar(value: Any) -> str:
    if value is None or isinstance(value, (dict, list)):
        return "null" if value is None else "{}" if isinstance(value, dict) else "[]"
    if isinstance(value, (bool, int)):
        return json.dumps(value)
    assert isinstance(value, str), "manifests hold text, numbers, lists and mappings"
    return '"' + "".join(_escaped(character) for character in value) + '"'


def _escaped(character: str) -> str:
    """YAML's own escapes: JSON's differ beyond the first plane."""
    if character in '"\\':
        return "\\" + character
    if " " <= character <= "~":
        return character
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def parse_manifest(text: bytes, name: str) -> RunManifest:
    """Raises InputError with places when the text is no manifest."""
    document = read_yaml(text, name)
    try:
        return decode(RunManifest, document.data)
    except ShapeError as error:
        raise InputError(*locate(error.faults, document.spans, name)) from None


def _format_source(source: SourceFile) -> bytes:
    return (json.dumps(encode(source), indent=2, sort_keys=True) + "\n").encode()
