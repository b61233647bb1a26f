"""Reader of lm-evaluation-harness results: `results_*.json` and the `samples_TASK_*.jsonl` beside it.

For: procedure (ingest). Does not know: suites, policies, where runs are kept. Does not need the lm-eval package.

The attempts are in the samples, one row per document and filter; the results are their header, noted as reported and
never used (E7). So a task without samples has no attempts, and samples without their results cannot be compared:
both are named, and neither can clear. A score is `metric,filter`, as the results spell it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from scalegate.adapters.fault_list import FaultList
from scalegate.adapters.json_source import Json, Part, Rows, names_in, read_document, read_part, source_of
from scalegate.adapters.json_values import (
    choose,
    chosen_evaluations,
    instant,
    label,
    mapping,
    mappings,
    number,
    scalar,
    score,
    text,
    whole,
)
from scalegate.errors import Finding, InputError
from scalegate.evidence.parsed_run import Labels, ParsedRun, ParsedSource, in_order
from scalegate.evidence.run import Attempt, Dating, Reported, Status
from scalegate.quantity import Identifier

_STAMP = r"(?P<stamp>\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d(?:\.\d+)?)"
_RESULTS = re.compile(rf"results_{_STAMP}\.json\Z")
_SAMPLES = re.compile(rf"samples_(?P<task>.+)_{_STAMP}\.jsonl\Z")
_KNOWN_VERSION = "0.4."
_MAX_METRICS = 200
_MEANS = frozenset({"acc", "acc_norm", "acc_bytes", "exact_match"})  # averaged unless told otherwise
_NO_METRIC = frozenset(
    {
        "doc_id", "doc", "target", "arguments", "resps", "filtered_resps", "filter", "metrics", "doc_hash",
        "prompt_hash", "target_hash",
    }
)  # fmt: skip


def read_lm_eval(path: Path, labels: Labels) -> ParsedSource:
    """Read a results file with all of its samples, or one samples file with its results.

    Raises:
        InputError: when a file is not whole, when there are no attempts, or when which score counts is not clear.
    """
    place, samples = _files(path, labels.evaluation or "")
    results = _Results(place) if place else None
    if results and not samples:
        what = "only aggregates: no attempts lie beside it, so nothing in it can show or clear anything"
        mend = "run lm-eval with --log_samples, and keep samples_TASK_DATE.jsonl beside results_DATE.json"
        raise InputError(Finding(where=path.name, rule="E7", what=what, mend=mend))
    for task in samples:
        if results and task not in results.tasks:
            what, mend = f"its results do not know the task {task!r}", "keep the names that lm-eval gave its files"
            raise InputError(Finding(where=path.name, what=what, mend=mend))
    tasks = results.tasks if results and place == path else tuple(samples)
    evaluations = chosen_evaluations(tasks, labels.evaluation, path.name)
    found = {task: _Samples(file, labels) for task, file in samples.items() if task in evaluations}
    others = [read_part(file, _role(task)) for task, file in samples.items() if task not in evaluations]
    parts = [*([results.part] if results else []), *(found[task].part(task) for task in found), *others]
    source = source_of(path.name, "lm-eval results and samples", *parts)
    header = _header(results, labels, path.name)
    run = labels.run or Identifier(f"source-{source.digest.hex[:16]}")
    runs = (_run(task, evaluation, found.get(task), header, labels, run) for task, evaluation in evaluations.items())
    return ParsedSource(source=source, runs=tuple(runs))


def _files(path: Path, task: str) -> tuple[Path | None, dict[str, Path]]:
    """The results, where they are there, and the samples by task: of all tasks for results, else of the one given."""
    samples, results = _SAMPLES.match(path.name), _RESULTS.match(path.name)
    if samples or path.suffix.lower() == ".jsonl":
        header = path.with_name(leader(path.name)) if samples else None
        return header if header and header.is_file() else None, {samples["task"] if samples else task: path}
    if not results:
        return path, {}
    beside = companions(path.name, names_in(path.parent))
    return path, {match["task"]: path.with_name(match[0]) for match in map(_SAMPLES.match, sorted(beside)) if match}


def _role(task: str) -> str:
    return f"samples {task}"


def parts_of(path: Path) -> list[Part]:
    """The files of the source that a path stands for. Raises InputError when one cannot be read."""
    results, samples = _files(path, "")
    parts = [read_part(results, "results")] if results else []
    return [*parts, *(read_part(file, _role(task)) for task, file in samples.items())]


def leader(name: str) -> str:
    """The name of the results that a samples file is read with; empty for every other file."""
    samples = _SAMPLES.match(name)
    return f"results_{samples['stamp']}.json" if samples else ""


def companions(name: str, others: Iterable[str]) -> tuple[str, ...]:
    """Of the other names in a folder, those that this file is read together with."""
    return tuple(other for other in others if other == leader(name) or leader(other) == name)


# ------------------------------------------------------------------------------------------ the files


class _Results:
    """The header: what lm-eval says of its own run."""

    def __init__(self, path: Path) -> None:
        data, self.part = read_document(path, "results")
        self.data: Json = mapping(data)
        self.name = path.name
        results = mapping(self.data.get("results"))
        if not results:
            what = "no lm-eval results: it has no results"
            raise InputError(Finding(where=path.name, what=what, mend="copy it again"))
        groups = mapping(self.data.get("group_subtasks"))
        counted = mapping(self.data.get("n-samples"))
        self.tasks = tuple(sorted(counted or {task: None for task in results if not groups.get(task)}))

    def reported(self, task: str, metric: str) -> Reported | None:
        """The header's count and, where it is a plain mean, its mean (E7)."""
        counts = mapping(mapping(self.data.get("n-samples")).get(task))
        value = mapping(mapping(self.data.get("results")).get(task)).get(metric)
        mean = number(value) if self._is_mean(task, metric.partition(",")[0]) else None
        found = Reported(attempts=whole(counts.get("effective")), mean=mean)
        return None if found == Reported() else found

    def _is_mean(self, task: str, metric: str) -> bool:
        config = mapping(mapping(self.data.get("configs")).get(task))
        stated = [m.get("aggregation") for m in mappings(config.get("metric_list")) if m.get("metric") == metric]
        return stated[0] == "mean" if stated and stated[0] is not None else metric in _MEANS

    def defects(self) -> Iterator[str]:
        if not text(self.data.get("lm_eval_version")).startswith(_KNOWN_VERSION):
            yield "unknown_log_version"
        start, end = number(self.data.get("start_time")), number(self.data.get("end_time"))
        if start is not None and end is not None and end < start:
            yield "clock_order"


@dataclass(kw_only=True)
class _Row:
    """One document under one filter: its task id, and its scores by metric."""

    task: Identifier
    scores: dict[str, Any]


class _Samples:
    """The attempts of one task: every row, before it is known which score counts."""

    def __init__(self, path: Path, labels: Labels) -> None:
        self.name = path.name
        self.pooled = False
        self.rows: list[_Row] = []
        faults = FaultList(path.name)
        source = Rows(path, "")
        for row in source:
            try:
                self.rows.append(self._row(row))
            except InputError as error:
                faults.add(error.findings[0], line=source.line)
        faults.raise_any()
        if not self.rows:
            raise InputError(Finding(where=path.name, what="no row of samples", mend="copy the file again"))
        self.metrics = tuple(dict.fromkeys(metric for row in self.rows for metric in row.scores))
        self.metric = choose(self.metrics, self._asked(labels.scorer), path.name, "metric", "--scorer")
        self.source = source

    def part(self, task: str) -> Part:
        part = self.source.part
        return Part(role=_role(task), digest=part.digest, bytes=part.bytes)

    def attempts(self) -> tuple[Attempt, ...]:
        """One per document that the chosen filter has; a document that stands twice keeps its number twice."""
        faults = FaultList(self.name)
        found: list[Attempt] = []
        for row in self.rows:
            if not self.metric or self.metric in row.scores:
                try:
                    value = score(row.scores.get(self.metric))
                    found.append(Attempt(task=row.task, attempt=1, score=value))
                except InputError as error:
                    faults.add(error.findings[0], path=row.task)
        faults.raise_any()
        return in_order(found)

    def _row(self, row: Json) -> _Row:
        filtered = text(row.get("filter")) or "none"
        responses = row.get("resps")
        self.pooled |= isinstance(responses, list) and any(isinstance(r, list) and len(r) > 1 for r in responses)
        listed = row.get("metrics")
        names = listed if isinstance(listed, list) else [key for key in row if key not in _NO_METRIC]
        task = Identifier.parse(text(row.get("doc_id")))
        scores = {f"{name},{filtered}": scalar(row.get(name)) for name in names if isinstance(name, str)}
        if len(scores) > _MAX_METRICS:
            raise InputError(Finding(what=f"more than {_MAX_METRICS} metrics", mend="log fewer metrics"))
        return _Row(task=task, scores=scores)

    def _asked(self, scorer: str) -> str:
        """`metric` alone is enough where one filter has it."""
        filters = [metric for metric in self.metrics if metric.rpartition(",")[0] == scorer]
        return filters[0] if scorer not in self.metrics and len(filters) == 1 else scorer


# ------------------------------------------------------------------------------------------- the runs


@dataclass(frozen=True, kw_only=True)
class _Header:
    """What a run takes from its results, when they are there."""

    results: _Results | None
    model: Identifier
    dated: datetime | None
    dating: Dating
    defects: tuple[str, ...] = field(default=())


def _header(results: _Results | None, labels: Labels, name: str) -> _Header:
    data = results.data if results else {}
    began = instant(data.get("date"))
    dated, dating = (began, Dating.LOG) if began else (labels.dated, Dating.STATED if labels.dated else Dating.UNKNOWN)
    return _Header(
        results=results,
        model=labels.model or label(text(data.get("model_name")), "model", name),
        dated=dated,
        dating=dating,
        defects=tuple(results.defects()) if results else ("companion_absent",),
    )


def _run(
    task: str, evaluation: Identifier, samples: _Samples | None, header: _Header, labels: Labels, run: Identifier
) -> ParsedRun:
    metric = samples.metric if samples else ""
    defects = [*header.defects]
    if samples is None:
        defects.append("no_attempts")
    elif not metric:
        defects.append("no_scores")
    if samples is not None and samples.pooled:
        defects.append("attempts_pooled")
    return ParsedRun(
        model=header.model,
        configuration=labels.configuration,
        evaluation=evaluation,
        run=run,
        status=Status.COMPLETED,
        dating=header.dating,
        dated=header.dated,
        attempts=samples.attempts() if samples else (),
        reported=header.results.reported(task, metric) if header.results else None,
        defects=tuple(defects),
    )
