"""Which recorded run a new one is another version of, and what that means for both.

For: ingesting, assessing. Does not know: formats, storage.

Evidence is never changed in place: a source that was relabelled or amended is another run, with a link to the one
before. Both are evidence. Successes of either count (E3). As long as nobody but the evaluator has said which of the
two is wrong, failures of neither do: else evidence could be amended until it clears. The one that was disposed of
asks for nothing more, and the other counts by itself (E4).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace

from scalegate.evidence.run import Attempt, EvalRun, RunManifest
from scalegate.quantity import Digest
from scalegate.record.entry import RunIngested

Attempts = Callable[[Digest, RunManifest], tuple[Attempt, ...] | None]
AMENDED, AMENDS = "amended", "amends"


def earlier_version(
    address: Digest,
    manifest: RunManifest,
    recorded: Iterable[RunIngested],
    together: Collection[Digest],
    read: Attempts,
) -> Digest | None:
    """The latest recorded run that this one is another version of, of its own model if there is one; None when new.

    Args:
        recorded: the runs of the record, in its order.
        together: addresses of the runs that the same source gives now: they are no versions of each other.
        read: the attempts of a run; None when they are gone.
    """
    found = [r for r in recorded if r.address not in together and _is_version(address, manifest, r, read)]
    own = [run for run in found if run.manifest.model == manifest.model]
    return (own or found)[-1].address if found else None


def _is_version(address: Digest, manifest: RunManifest, run: RunIngested, read: Attempts) -> bool:
    """Same bytes or same log under other labels, or same labels and attempts from other bytes."""
    old = run.manifest
    if old.evaluation != manifest.evaluation:
        return False  # one log can be read for several evaluations, with a scorer for each
    if old.source == manifest.source:
        return old.attempts == manifest.attempts or _labels(old) == _labels(manifest)
    if old.log and old.log == manifest.log:
        return True
    return _labels(old) == _labels(manifest) and _overlap(read(run.address, old), read(address, manifest))


def _labels(manifest: RunManifest) -> tuple[str, str, str]:
    return manifest.model, manifest.configuration, manifest.run


def _overlap(one: tuple[Attempt, ...] | None, other: tuple[Attempt, ...] | None) -> bool:
    """Parts of one run share no attempt. What cannot be read could have held any."""
    if one is None or other is None:
        return True
    return not {(a.task, a.attempt) for a in one}.isdisjoint((a.task, a.attempt) for a in other)


def same_content(manifest: RunManifest, recorded: Iterable[RunManifest]) -> bool:
    """Whether a run says what a recorded one says, from other bytes: a copy of a log in another format, for example."""
    return any(replace(old, source=manifest.source) == manifest for old in recorded)


def open_versions(recorded: Iterable[RunIngested], disposed: Collection[Digest]) -> dict[Digest, str]:
    """Runs of which another version is recorded, as long as neither of the two has been disposed of (E4).

    A run that has been disposed of stays named here: what it did not show counts for nothing, whatever it is.
    """
    found: dict[Digest, str] = {}
    for run in recorded:
        if run.amends is None:
            continue
        if run.amends in disposed or run.address not in disposed:
            found[run.amends] = AMENDED
        if run.address in disposed or run.amends not in disposed:
            found.setdefault(run.address, AMENDS)
    return found


def marked(run: EvalRun, versions: Mapping[Digest, str]) -> EvalRun:
    """A run of which another version is recorded says so like any defect: it voids what it did not show (E3, E4)."""
    name = versions.get(run.address)
    if name is None:
        return run
    return replace(run, manifest=replace(run.manifest, defects=(*run.manifest.defects, name)))
