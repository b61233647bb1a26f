"""From the bytes of an Inspect AI log to its header and its samples, as parsed JSON.

For: inspect_log. Does not know: what statuses, scores and tokens mean.

Of an archive the summaries are read, which have the scores, tokens, limits and errors of the samples without their
transcripts. The samples themselves are opened where the summaries leave something out, and where names or numbers
show that they are not the same ones. What the samples came to by task, which the archive states once more, is kept
for comparison. What is large is read piece by piece, and of every sample only what is looked at is kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, Protocol

from scalegate.adapters.inspect_archive import Archive
from scalegate.adapters.inspect_conduct import KEPT, said
from scalegate.adapters.inspect_json import JsonError, JsonPieces, parse_json
from scalegate.errors import Finding, InputError

MAX_FILE = 4 * 1024 * 1024 * 1024
MAX_SAMPLES = 1_000_000
_DETAILS_BUDGET = 256 * 1024 * 1024  # whole samples are opened for tokens alone only up to this many bytes
_WHOLE = 8 * 1024 * 1024  # documents up to this size are parsed at once
_JOURNAL, _SAMPLES = "_journal/summaries/", "samples/"
Json = dict[str, Any]

# What of a sample is looked at; its transcript is dropped as soon as it is parsed.
_KEPT = frozenset((
    "id", "epoch", "scores", "score", "error", "limit", "invalidation", "model_usage", "started_at", "completed_at",
    "completed", *KEPT,
))  # fmt: skip
_SPOKEN = frozenset(("messages", "output"))


@dataclass(frozen=True, kw_only=True)
class LogContent:
    """A log as parsed JSON: its header, its samples, and what only the reading showed.

    Attributes:
        details: whole samples that were opened beside their summaries, without their transcripts.
        reductions: by scorer, what the samples came to by task, as the archive states it once more.
    """

    header: Json
    samples: list[Json]
    details: list[Json]
    reductions: list[Json]
    defects: tuple[str, ...] = ()


class _Source(Protocol):
    def read(self, size: int, /) -> bytes: ...


def identity(sample: Json) -> tuple[str, str]:
    """Which attempt a sample is."""
    return str(sample.get("id")), str(sample.get("epoch", "1"))


def no_log(name: str, why: str) -> InputError:
    """The refusal of a file that is something else."""
    return InputError(Finding(where=name, what=f"no Inspect log: {why}", mend="give a log that Inspect AI wrote"))


# ------------------------------------------------------------------------------------------ one document


def read_document(file: _Source, size: int, name: str) -> LogContent:
    """A `.json` log. Raises InputError."""
    if size > MAX_FILE:
        what = f"larger than {MAX_FILE // 1024 // 1024} MiB"
        raise InputError(Finding(where=name, what=what, mend="convert it to .eval"))
    header: Json = {}
    samples: list[Json] = []
    pieces = JsonPieces(file)
    try:
        if pieces.next_is() not in ("{", ""):
            raise no_log(name, "it holds no JSON object")
        for key in pieces.members():
            if key != "samples" or pieces.next_is() == "n":  # null
                header[key] = pieces.value()
            elif pieces.next_is() != "[":
                raise no_log(name, "samples holds no list")
            else:
                samples = _kept_of(pieces.items(), name, "samples")
        pieces.end()
    except JsonError as error:
        raise _no_json(name, "", error) from None
    return LogContent(header=header, samples=samples, details=[], reductions=[])


# --------------------------------------------------------------------------------------------- an archive


def read_archive(file: BinaryIO, name: str) -> LogContent:
    """An `.eval` log, finished or not. Raises InputError."""
    archive = _Entries(Archive(file, name), name)
    header = archive.header()
    stored = ["summaries.json"] if "summaries.json" in archive.known else archive.names(_JOURNAL)
    summaries = [summary for entry in stored for summary in archive.samples(entry)]
    entries = archive.names(_SAMPLES)
    differ = bool(entries) and len(entries) != len(summaries)
    details: list[Json] = []
    if differ or any("model_usage" not in s for s in summaries) or not _same_names(entries, summaries):
        details = list(archive.details(entries, needed=not summaries))
    summarised = {identity(summary) for summary in summaries} if details else set()
    others = [sample for sample in details if identity(sample) not in summarised]
    defects = ("summaries_disagree",) if (differ or others) and stored == ["summaries.json"] else ()
    return LogContent(
        header=header,
        samples=[*summaries, *others],
        details=details,
        reductions=archive.reductions(),
        defects=defects,
    )


def _same_names(entries: list[str], summaries: list[Json]) -> bool:
    """Whether the samples are called as their summaries say; entries of logs without samples are none."""
    expected = {f"{_SAMPLES}{task}_epoch_{epoch}.json" for task, epoch in map(identity, summaries)}
    return not entries or expected == set(entries)


class _Entries:
    """The documents in an archive."""

    def __init__(self, archive: Archive, name: str) -> None:
        self._archive = archive
        self._name = name
        self.known = archive.entries
        self.names = archive.names

    def header(self) -> Json:
        for entry, more in (("header.json", {}), ("_journal/start.json", {"status": "started"})):
            if entry in self.known:
                header = self._value(entry)
                if not isinstance(header, dict):
                    raise no_log(self._name, f"{entry} holds no JSON object")
                return header | more
        raise no_log(self._name, "neither header.json nor _journal/start.json is in the archive")

    def samples(self, entry: str) -> list[Json]:
        """A list of summaries."""
        if self._archive.entries[entry].size <= _WHOLE:
            found = self._value(entry, twice=True)
            if not isinstance(found, list):
                raise no_log(self._name, f"{entry} holds no list")
            return _kept_of(found, self._name, entry)
        pieces = JsonPieces(self._archive.open(entry))
        try:
            if pieces.next_is() != "[":
                raise no_log(self._name, f"{entry} holds no list")
            found = _kept_of(pieces.items(), self._name, entry)
            pieces.end()
        except JsonError as error:
            raise _no_json(self._name, entry, error) from None
        return found

    def details(self, entries: Iterable[str], *, needed: bool) -> Iterator[Json]:
        """Whole samples, as many as the budget allows; all of them when there is nothing else."""
        for entry in entries:
            if needed or self._archive.fits(entry, _DETAILS_BUDGET):
                sample = self._value(entry)
                if not isinstance(sample, dict):
                    raise no_log(self._name, f"{entry} holds no JSON object")
                yield _kept(sample)

    def reductions(self) -> list[Json]:
        """What the samples came to by task; nothing where the archive does not say, or says too much."""
        entry = "reductions.json"
        if entry not in self.known or not self._archive.fits(entry, _DETAILS_BUDGET):
            return []
        found = self._value(entry, twice=True)
        return [r for r in found if isinstance(r, dict)] if isinstance(found, list) else []

    def _value(self, entry: str, *, twice: bool = False) -> Any:
        try:
            if self._archive.entries[entry].size <= _WHOLE:
                return parse_json(self._archive.read(entry), twice=twice)
            pieces = JsonPieces(self._archive.open(entry))
            value = pieces.value()
            pieces.end()
        except JsonError as error:
            raise _no_json(self._name, entry, error) from None
        return value


# ---------------------------------------------------------------------------------------------- small parts


def _kept(sample: Json) -> Json:
    kept = {key: value for key, value in sample.items() if key in _KEPT}
    if not _SPOKEN.isdisjoint(sample):
        kept.update(said(sample))
    return kept


def _kept_of(items: Iterable[Any], name: str, entry: str) -> list[Json]:
    found: list[Json] = []
    for item in items:
        if not isinstance(item, dict):
            raise no_log(name, f"{entry} holds no JSON object")
        if len(found) == MAX_SAMPLES:
            raise InputError(Finding(where=name, what=f"more than {MAX_SAMPLES:,} samples", mend="split the log"))
        found.append(_kept(item))
    return found


def _no_json(name: str, entry: str, error: JsonError) -> InputError:
    where = f"entry {entry[:80]!r}: " if entry else ""
    return InputError(Finding(where=name, what=f"{where}no whole JSON: {error}", mend="copy the log again"))
