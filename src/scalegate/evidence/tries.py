"""Defects that show only beside other runs: parts that do not belong together, tries made again, gaps.

For: outcomes. Does not know: policies, bounds, files.

Each function answers with defects by address of the run. None of them takes a success away (E3).
"""

from __future__ import annotations

from collections.abc import Collection

from scalegate.evidence.defects import Defect, DefectKind, header_of, named, whole_run
from scalegate.evidence.run import EvalRun, Suite
from scalegate.quantity import Digest


def mixed(parts: Collection[EvalRun]) -> dict[Digest, Defect]:
    """Parts of one run whose logs name several models or token budgets: by address, each of them void.

    A header is kept in the record, so that losing the bytes of a part does not make the others agree (E1).
    """
    headers = [part.manifest.header for part in parts if part.manifest.header is not None]
    said: dict[str, set[object]] = {
        "models": {h.model for h in headers if h.model},
        "token budgets": {h.allowed.tokens for h in headers if h.allowed and h.allowed.tokens is not None},
    }
    several = [f"{len(found)} {what}" for what, found in said.items() if len(found) > 1]
    if not several:
        return {}
    reason = f"the parts of the run {next(iter(parts)).manifest.run} were made with {', '.join(several)}"
    return {part.address: whole_run(DefectKind.MIXED, "E3", reason) for part in parts}


def retried(runs: Collection[EvalRun]) -> dict[Digest, Defect]:
    """Earlier tries of a run that was resumed or made again, by address.

    What they left open blocks until another role has disposed of them (E4), so that nobody tries until it suits: the
    last try must then be whole by itself, and the successes of every try count all the same (E3).
    """
    lineages: dict[str, list[EvalRun]] = {}
    for run in runs:
        if lineage := header_of(run).lineage:
            lineages.setdefault(lineage, []).append(run)
    found = {}
    for tries in lineages.values():
        last = max(tries, key=_order)
        reason = f"it was made again: its last try is the run {last.manifest.run}"
        for run in tries:
            if run is not last:
                found[run.address] = Defect(kind=DefectKind.RETRIED, rule="E4", reason=reason, voids_run=False)
    return found


def _order(run: EvalRun) -> tuple[float, float, str]:
    """By end, then by begin: a resumed log also holds what its earlier tries began."""
    ended, dated = (moment.timestamp() if moment else 0.0 for moment in (header_of(run).ended, run.manifest.dated))
    return ended, dated, run.address


def uncovered(parts: Collection[EvalRun], suite: Suite) -> dict[Digest, Defect]:
    """Registered attempts that no part of a run has (E2): by address of its first part."""
    if any(part.attempts is None for part in parts):
        return {}  # bytes that are gone say it all (E1)
    made = {(str(a.task), a.attempt) for part in parts for a in part.attempts or ()}
    asked = ((task, number) for task in suite.tasks for number in range(1, suite.attempts_per_task + 1))
    gaps = frozenset(key for key in asked if key not in made)
    if not gaps:
        return {}
    reason = f"registered attempts that were not made ({len(gaps)}): {named(gaps)}"
    short = f"{len(gaps)} registered attempts were not made"
    defect = Defect(kind=DefectKind.NOT_COVERED, rule="E2", reason=reason, voids_run=False, attempts=gaps, short=short)
    return {min(part.address for part in parts): defect}
