"""Reader of METR-style runs: JSON Lines with one run of an agent at a task per row.

For: procedure (ingest). Does not know: suites, policies, where runs are kept.

A row has `task_id`, `score_binarized` and the agent (`model`, `alias`), mostly `task_family`, `run_id`,
`human_minutes`, `started_at` in milliseconds, and the weights that METR's own fit gives it. Weights are not evidence:
our estimates weigh tasks by themselves. But they claim to add up to 1 for each agent, and so tell a file that lost
rows (E7). Of runs that are marked as copies (`cloned`) the failures count for nothing (E3).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from scalegate.adapters.attempt_numbers import numbered
from scalegate.adapters.fault_list import FaultList
from scalegate.adapters.json_source import Json, Rows, source_of
from scalegate.adapters.json_values import choose, instant, label, minutes, number, score, spelled, text, whole
from scalegate.errors import Finding, InputError
from scalegate.evidence.parsed_run import Labels, ParsedRun, ParsedSource, in_order
from scalegate.evidence.run import Attempt, Dating, Status
from scalegate.quantity import Digest, Identifier

NEEDED = ("task_id", "score_binarized")
_SCORES = ("score_binarized", "score_cont")
_LONGEST_NAME = 1000
_WEIGHT = "_task_weight"
_WEIGHTS_TOLERANCE = Decimal("1e-6")
_LIMITS = frozenset({"usageLimits", "usage_limits", "limit", "timeout"})


def read_metr_runs(path: Path, labels: Labels) -> ParsedSource:
    """Read one file of runs, of one agent or of many.

    Raises:
        InputError: with the first 20 rows that cannot be read, or when which agent or evaluation is meant is not clear.
    """
    metric = choose(_SCORES, labels.scorer or _SCORES[0], path.name, "score", "--scorer")
    rows, faults = Rows(path, "runs"), FaultList(path.name)
    agents: dict[_Agent, _Runs] = {}
    for row in rows:
        try:
            agent = _Agent(model=_named(row, "model", "alias"), alias=_named(row, "alias", "model"))
            agents.setdefault(agent, _Runs()).add(row, metric)
        except InputError as error:
            faults.add(error.findings[0], line=rows.line)
    faults.raise_any()
    if not agents:
        raise InputError(Finding(where=path.name, what="no row of runs", mend="copy the file again"))
    if labels.evaluation is None:
        what = "these runs name no evaluation"
        raise InputError(Finding(where=path.name, path="evaluation", what=what, mend="give --evaluation"))
    source = source_of(path.name, "metr runs", rows.part)
    chosen = _chosen(agents, labels, path.name)
    runs = tuple(_run(agent, chosen, labels, labels.evaluation, source.digest, path.name) for agent in sorted(chosen))
    return ParsedSource(source=source, runs=runs)


@dataclass(frozen=True, order=True)
class _Agent:
    """Who ran: a model, and the name under which model and scaffold together are known."""

    model: str
    alias: str

    @property
    def names(self) -> tuple[str, str, str]:
        return self.model, self.alias, spelled(self.alias)


class _Runs:
    """The rows of one agent."""

    def __init__(self) -> None:
        self.attempts: list[Attempt] = []
        self.ids: list[str] = []
        self.weights: dict[str, list[Decimal | None]] = {}

    def add(self, row: Json, metric: str) -> None:
        self.attempts.append(_attempt(row, metric))
        if text(row.get("run_id")):
            self.ids.append(text(row["run_id"])[:_LONGEST_NAME])
        for key, value in row.items():
            if key.endswith(_WEIGHT):
                self.weights.setdefault(key, []).append(number(value))

    def defects(self) -> Iterator[str]:
        if len(set(self.ids)) < len(self.ids):
            yield "duplicate_ids"
        if any(not self._adds_up(weights) for weights in self.weights.values()):
            yield "weights_disagree"

    def _adds_up(self, weights: list[Decimal | None]) -> bool:
        """Weights that some rows lack, or that are all 0, claim nothing."""
        known = [weight for weight in weights if weight is not None]
        if len(known) < len(self.attempts) or not any(known):
            return True
        return abs(sum(known, Decimal(0)) - 1) <= _WEIGHTS_TOLERANCE


def _named(row: Json, *keys: str) -> str:
    found = next((text(row.get(key)) for key in keys if text(row.get(key))), "")
    if not found or len(found) > _LONGEST_NAME:
        what = "a name of thousands of characters" if found else "a row without model and alias"
        raise InputError(Finding(what=what, mend="every row needs one of them"))
    return found


def _attempt(row: Json, metric: str) -> Attempt:
    for key in (*NEEDED, metric):
        if key not in row:
            raise InputError(Finding(what=f"a row without {key}", mend="write null for a score that is missing"))
    family = text(row.get("task_family"))
    return Attempt(
        task=Identifier.parse(text(row.get("task_id"))),
        attempt=0,
        score=score(row[metric]),
        status=_status(row),
        tokens=whole(row.get("tokens_count", row.get("tokens"))),
        family=Identifier.parse(family) if family else None,
        human_minutes=minutes(row.get("human_minutes")),
        started_at=instant(row.get("started_at")),
    )


def _status(row: Json) -> Status:
    """A fatal error ended the run. Of a copy it is not known how it ended, nor whether it was made at all (E3)."""
    fatal = row.get("fatal_error_from")
    if fatal is not None and fatal != "":
        return Status.LIMIT if text(fatal) in _LIMITS else Status.ERROR
    cloned = row.get("cloned")
    return Status.UNKNOWN if cloned is True or number(cloned) else Status.COMPLETED


def _chosen(agents: dict[_Agent, _Runs], labels: Labels, name: str) -> dict[_Agent, _Runs]:
    """All agents by their own names; or, where the caller names a model, its agents, or the only one there is."""
    if labels.model is None:
        return agents
    found = {agent: runs for agent, runs in agents.items() if labels.model in agent.names}
    if not found and len(agents) > 1:
        known = ", ".join(agent.alias for agent in sorted(agents)[:20])
        what = f"runs of several agents, and none is {labels.model!r}: {known}"
        raise InputError(Finding(where=name, path="model", what=what, mend="name one of them with --model"))
    return found or agents


def _run(
    agent: _Agent, chosen: dict[_Agent, _Runs], labels: Labels, evaluation: Identifier, digest: Digest, name: str
) -> ParsedRun:
    runs = chosen[agent]
    several = sum(other.model == agent.model for other in chosen) > 1
    dated, dating = _dated(runs.attempts, labels)
    return ParsedRun(
        model=labels.model or label(agent.model, "model", name),
        configuration=labels.configuration,
        evaluation=evaluation,
        run=labels.run or Identifier(spelled(agent.alias) if several else f"source-{digest.hex[:16]}"),
        status=Status.COMPLETED,
        dating=dating,
        dated=dated,
        attempts=in_order(numbered(runs.attempts)),
        defects=tuple(runs.defects()),
    )


def _dated(attempts: Iterable[Attempt], labels: Labels) -> tuple[datetime | None, Dating]:
    """The earliest start, where every row has one; else what the caller states, no later than any (V7)."""
    started = [attempt.started_at for attempt in attempts]
    known = [moment for moment in started if moment]
    if known and len(known) == len(started):
        return min(known), Dating.LOG
    return (min([*known, labels.dated]), Dating.STATED) if labels.dated else (None, Dating.UNKNOWN)
