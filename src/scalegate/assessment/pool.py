"""Which runs belong together: one subject, evaluation and configuration, and one plan or one run label (B4).

For: observe, progress, assess, screens. Does not know: policies, bounds, verdicts.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from scalegate.assessment.request import RecordedRun


@dataclass(frozen=True, kw_only=True)
class Pool:
    """Runs of one subject, evaluation and configuration that belong to one plan or one run label (B4)."""

    key: str
    configuration: str
    runs: tuple[RecordedRun, ...]

    @property
    def addresses(self) -> tuple[str, ...]:
        return tuple(sorted(r.run.address for r in self.runs))

    @property
    def dated(self) -> datetime | None:
        """The earliest date of its runs: evidence is as old as its oldest part. None when one is unknown."""
        dates = [r.run.manifest.dated for r in self.runs]
        return None if None in dates or not dates else min(d for d in dates if d is not None)


def pools_of(runs: Iterable[RecordedRun]) -> tuple[Pool, ...]:
    """Group runs by configuration and plan; where there is no plan, by run label and by the tries of one run."""
    found = list(runs)
    lineages = _lineages(found)
    groups: dict[tuple[str, str], list[RecordedRun]] = {}
    for recorded in found:
        manifest = recorded.run.manifest
        key = recorded.run.plan or f"label:{lineages[manifest.configuration, manifest.run]}"
        groups.setdefault((manifest.configuration, key), []).append(recorded)
    ordered = sorted(groups.items(), key=lambda item: min(r.run.address for r in item[1]))
    return tuple(Pool(key=key, configuration=c, runs=tuple(found)) for (c, key), found in ordered)


def _lineages(runs: Iterable[RecordedRun]) -> dict[tuple[str, str], str]:
    """One label for all labels of a configuration that the tries of one run tie together: the first of them."""
    label: dict[tuple[str, str], str] = {}
    ties: dict[tuple[str, str], set[str]] = {}
    for manifest in (r.run.manifest for r in runs if not r.run.plan):
        label[manifest.configuration, manifest.run] = manifest.run
        if manifest.header is not None and manifest.header.lineage:
            ties.setdefault((manifest.configuration, manifest.header.lineage), set()).add(manifest.run)
    for (configuration, _), tied in ties.items():
        joined = {label[configuration, name] for name in tied}
        for key in [k for k, name in label.items() if k[0] == configuration and name in joined and len(joined) > 1]:
            label[key] = min(joined)
    return label
