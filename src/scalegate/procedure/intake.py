"""What becomes of one source before the record is touched: known already, refused, or kept aside.

For: ingesting. Does not know: formats, storage, what else is being ingested.

An `Intake` can be sent to another process: it holds what it needs to know of the record as plain values. A source
whose bytes were read before, in the same way, is known by its digest and not read again; nothing is kept of a source
that is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

from scalegate.errors import Finding, InputError
from scalegate.evidence.parsed_run import Labels, ParsedRun, ParsedSource, StagedRun
from scalegate.evidence.run import Dating, RunManifest, SourceFile
from scalegate.quantity import Digest, format_instant
from scalegate.record.canonical import digest_of


class Reader(Protocol):
    """Reads one source of evaluation results. Raises InputError when it cannot be used."""

    def __call__(self, path: str, labels: Labels) -> ParsedSource: ...


class RunKeeper(Protocol):
    """Keeps runs under their addresses; none of them counts before its entry is recorded."""

    def stage_run(self, parsed: ParsedRun, source: SourceFile) -> StagedRun:
        """Write a run beside its place. Raises InputError when nothing can be written."""
        ...

    def settle(self, staged: Iterable[StagedRun]) -> None:
        """Make staged runs durable and move them to their places. Raises InputError when nothing can be written."""
        ...

    def drop(self, staged: Iterable[StagedRun]) -> None:
        """Forget staged runs."""
        ...

    def sweep(self) -> None:
        """Forget everything that was staged and not settled."""
        ...

    def holds(self, address: Digest, manifest: RunManifest) -> str | None:
        """How a run's source was read, when all its bytes are as recorded; else None. Nothing is parsed."""
        ...


@dataclass(frozen=True, kw_only=True)
class Taken:
    """What became of one source: `staged` runs, or `known` ones, or findings."""

    path: str
    staged: tuple[StagedRun, ...] = ()
    known: int = 0
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Admission:
    """What the project's files know: sources that name anything else are refused. `evaluations` None asks nothing."""

    models: frozenset[str]
    configurations: frozenset[str]
    evaluations: tuple[str, ...] | None


@dataclass(frozen=True, kw_only=True)
class Intake:
    """Takes in one source after the other.

    Attributes:
        digest_of: the digest that reading a source would give it; None reads every source again.
        recorded: runs of the record by the digest of their source.
    """

    labels: Labels
    reader: Reader
    keeper: RunKeeper
    admission: Admission
    digest_of: Callable[[str], Digest] | None = None
    recorded: Mapping[Digest, tuple[tuple[Digest, RunManifest], ...]] = field(default_factory=dict)

    def __call__(self, path: str) -> Taken:
        """Read a source and stage its runs; whatever is wrong with it is a finding."""
        staged: list[StagedRun] = []
        try:
            known = self._known(path)
            if known:
                return Taken(path=path, known=known)
            source = self.reader(path, self.labels)
            self._check_labels(source)
            self._check_age(source)
            fresh = self._fresh(source)
            origin = replace(source.source, read_as=read_as(self.labels))
            for run in fresh:
                staged.append(self.keeper.stage_run(run, origin))
        except InputError as error:
            self.keeper.drop(staged)
            return Taken(path=path, findings=error.findings)
        except MemoryError:
            self.keeper.drop(staged)
            return Taken(path=path, findings=(too_large(path),))
        return Taken(path=path, staged=tuple(staged), known=len(source.runs) - len(fresh))

    def _known(self, path: str) -> int:
        """How many runs this source gave when it was read before as it would be now; 0 when it is to be read."""
        if self.digest_of is None or not self.recorded:
            return 0
        runs = self.recorded.get(self.digest_of(path), ())
        held = [self.keeper.holds(address, manifest) for address, manifest in runs]
        return 0 if None in held else held.count(read_as(self.labels))  # lost bytes are put back by reading again

    def _fresh(self, source: ParsedSource) -> list[ParsedRun]:
        """The runs without those that an earlier program recorded from these bytes, when it kept less of a log."""
        runs = self.recorded.get(source.source.digest, ())
        unmarked = {_labels(manifest) for address, manifest in runs if self.keeper.holds(address, manifest) == ""}
        return [run for run in source.runs if _labels(run) not in unmarked]

    def _check_labels(self, source: ParsedSource) -> None:
        """Raises InputError when a run names a model or a configuration that the project does not have."""
        name, asked = source.source.name, self.admission
        kinds = (
            ("model", {r.model for r in source.runs}, asked.models, "models.yaml"),
            ("configuration", {r.configuration for r in source.runs}, asked.configurations, "configurations.yaml"),
        )
        findings = [
            Finding(where=name, what=f"{file} has no {kind} {label!r}", mend=f"add it to {file}, or give --{kind}")
            for kind, labels, known, file in kinds
            for label in sorted(labels - known)
        ]
        findings += self._unknown_evaluations(name, {r.evaluation for r in source.runs})
        if findings:
            raise InputError(*findings[:20])

    def _unknown_evaluations(self, name: str, evaluations: Iterable[str]) -> list[Finding]:
        known = self.admission.evaluations
        if known is None:
            return []
        mend = f"name it as in the policy ({', '.join(known)}), or give --evaluation"
        return [
            Finding(where=name, what=f"the policy names no evaluation {e!r}", mend=mend)
            for e in sorted(evaluations)
            if e not in known
        ]

    def _check_age(self, source: ParsedSource) -> None:
        """Old evidence does not become young by being ingested again under another stated date or label.

        Raises:
            InputError: for a source that is recorded already, with another date than the one now stated.
        """
        dates = {manifest.dated for _, manifest in self.recorded.get(source.source.digest, ())}
        stated = {r.dated for r in source.runs if r.dating is Dating.STATED}
        if dates and stated - dates:
            raise InputError(
                Finding(
                    where=source.source.name,
                    rule="V7",
                    what="this file is recorded already, under another date",
                    mend="give the date it was recorded with; new runs come in a new file",
                )
            )


def _labels(run: RunManifest | ParsedRun) -> tuple[str, ...]:
    return run.model, run.configuration, run.evaluation, run.run


def too_large(path: str) -> Finding:
    """The finding on a source whose reading took more memory than there is."""
    what = "reading it took more memory than there is"
    return Finding(where=path.rpartition("/")[2], what=what, mend="split it, or read it on a larger machine")


def read_as(labels: Labels) -> str:
    """One text for one way of reading a source: what the caller said of it."""
    said = {
        "configuration": labels.configuration,
        "model": labels.model,
        "evaluation": labels.evaluation,
        "run": labels.run,
        "dated": format_instant(labels.dated) if labels.dated else None,
        "scorer": labels.scorer,
    }
    return digest_of(said)
