"""Reader of Every Eval Ever: an aggregate record `ID.json` and the instance records `ID_samples.jsonl` beside it.

For: procedure (ingest). Does not know: suites, policies, where runs are kept.

The attempts are in the instance records; the aggregate is their header, noted as reported and never used (E7). So an
aggregate alone is no evidence, an evaluation of it without instances has no attempts, and instances without their
aggregate cannot be compared. An evaluation with several metrics has one record per instance and metric: which metric
is the score is never guessed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from scalegate.adapters.attempt_numbers import numbered
from scalegate.adapters.every_eval_ever_files import Aggregate, InstanceRow, Instances
from scalegate.adapters.fault_list import FaultList
from scalegate.adapters.json_source import Json, Part, read_part, source_of
from scalegate.adapters.json_values import (
    choose,
    chosen_evaluations,
    label,
    mapping,
    number,
    score,
    text,
    whole,
)
from scalegate.errors import Finding, InputError
from scalegate.evidence.defects import mean_scores
from scalegate.evidence.parsed_run import Labels, ParsedRun, ParsedSource, in_order
from scalegate.evidence.run import Attempt, Dating, Reported, Status
from scalegate.quantity import Digest, Identifier

_SAMPLES = "_samples.jsonl"
_KNOWN_VERSIONS = ("0.2.", "0.3.")
_MEANS = frozenset({"accuracy", "acc", "mean", "exact_match", "mean_score", "pass_rate", "success_rate"})
_ONE_IN_A_MILLION = Decimal("1e-6")
_UNKNOWN_LEVEL = Decimal(-1)


def read_every_eval_ever(path: Path, labels: Labels) -> ParsedSource:
    """Read an aggregate with its instances, or instances with their aggregate when it lies beside them.

    Raises:
        InputError: when a file is not whole, when there are no attempts, or when which metric counts is not clear.
    """
    aggregate, samples = _pair(path)
    header = Aggregate(aggregate) if aggregate else None
    if samples is None:
        what = "only aggregates: no attempts lie beside it, so nothing in it can show or clear anything"
        mend = f"give the instance records too, as {path.stem}{_SAMPLES} in the same folder"
        raise InputError(Finding(where=path.name, rule="E7", what=what, mend=mend))
    instances = Instances(samples)
    if header:
        header.check_names(instances)
    parts = [header.part, instances.rows.part] if header else [instances.rows.part]
    source = source_of(path.name, "every eval ever", *parts)
    known = (*(header.evaluations if header else ()), *instances.by_evaluation)
    evaluations = chosen_evaluations(tuple(dict.fromkeys(known)), labels.evaluation, path.name)
    shared = _Shared(
        header=header,
        instances=instances,
        labels=labels,
        run=labels.run or _run_label(instances.evaluation_id, source.digest),
        name=path.name,
    )
    return ParsedSource(source=source, runs=tuple(_run(one, as_, shared) for one, as_ in evaluations.items()))


def parts_of(path: Path) -> list[Part]:
    """The files of the source that a path stands for. Raises InputError when one cannot be read."""
    aggregate, samples = _pair(path)
    pairs = ((aggregate, "aggregate"), (samples, "instances"))
    return [read_part(file, role) for file, role in pairs if file]


def leader(name: str) -> str:
    """The name of the aggregate that instance records are read with; empty for every other file."""
    return name.removesuffix(_SAMPLES) + ".json" if name.endswith(_SAMPLES) else ""


def companions(name: str, others: Iterable[str]) -> tuple[str, ...]:
    """Of the other names in a folder, those that this file is read together with."""
    return tuple(other for other in others if other == leader(name) or leader(other) == name)


def _pair(path: Path) -> tuple[Path | None, Path | None]:
    """The aggregate and the instance records, each where it exists."""
    if path.name.endswith(_SAMPLES):
        aggregate = path.with_name(leader(path.name))
        return aggregate if aggregate.is_file() else None, path
    if path.suffix.lower() == ".jsonl":
        return None, path
    samples = path.with_name(path.stem + _SAMPLES)
    return path, samples if samples.is_file() else None


def _run_label(evaluation_id: str, digest: Digest) -> Identifier:
    try:
        return Identifier.parse(evaluation_id)
    except InputError:
        return Identifier(f"source-{digest.hex[:16]}")


# ------------------------------------------------------------------------------------------- the runs


@dataclass(frozen=True, kw_only=True)
class _Shared:
    """What all runs of one source have in common."""

    header: Aggregate | None
    instances: Instances
    labels: Labels
    run: Identifier
    name: str


def _run(evaluation: str, as_: Identifier, shared: _Shared) -> ParsedRun:
    header, instances, labels = shared.header, shared.instances, shared.labels
    rows = instances.by_evaluation.get(evaluation, [])
    results = header.of(evaluation) if header else []
    result_id = _chosen_result(evaluation, rows, results, shared)
    result = _result(result_id, results)
    rows = [row for row in rows if row.result == result_id]
    attempts = _attempts(rows, result, shared.name)
    began = header.began(results) if header else None
    stated = Dating.STATED if labels.dated else Dating.UNKNOWN
    return ParsedRun(
        model=labels.model or label(instances.model, "model", shared.name),
        configuration=labels.configuration,
        evaluation=as_,
        run=shared.run,
        status=Status.COMPLETED,
        dating=Dating.LOG if began else stated,
        dated=began or labels.dated,
        attempts=attempts,
        reported=_reported(attempts, result),
        defects=(*_defects(header, instances, rows, result), *_grading(rows, result)),
    )


def _defects(header: Aggregate | None, instances: Instances, rows: list[InstanceRow], result: Json) -> Iterator[str]:
    if not rows:
        yield "no_attempts"
    versions = {*instances.versions, text(header.data.get("schema_version"))} if header else instances.versions
    if not all(version.startswith(_KNOWN_VERSIONS) for version in versions):
        yield "unknown_log_version"
    if header is None:
        yield "companion_absent"
        return
    yield from header.defects(instances)
    if rows and not result:
        yield "result_unclear"


def _grading(rows: list[InstanceRow], result: Json) -> Iterator[str]:
    """A plain 1 that is said to be wrong, or a plain 0 that is said to be right, where higher is better."""
    if mapping(result.get("metric_config")).get("lower_is_better") is not True:
        plain = {(number(row.score), row.correct) for row in rows}
        if plain & {(Decimal(1), False), (Decimal(0), True)}:
            yield "grades_disagree"


def _chosen_result(evaluation: str, rows: list[InstanceRow], results: list[Json], shared: _Shared) -> str:
    """The id of the result whose records are read; several metrics are several results of one evaluation."""
    known = tuple(dict.fromkeys(row.result for row in rows))
    asked = shared.labels.scorer
    names = {one: one for one in known}
    for result in results:
        own, config = text(result.get("evaluation_result_id")), mapping(result.get("metric_config"))
        if own in known:
            names |= {text(config.get(key)): own for key in ("metric_id", "metric_name") if text(config.get(key))}
    if not known or (not asked and len(known) == 1):
        return next(iter(known), "")
    metrics = tuple(name for name in names if name)
    return names[choose(metrics, asked, f"{shared.name}: {evaluation}", "metric", "--scorer")]


def _result(result_id: str, results: list[Json]) -> Json:
    """The one result of the record that the rows belong to, or nothing."""
    same = [result for result in results if text(result.get("evaluation_result_id")) == result_id]
    found = same or (results if len(results) == 1 else [])
    return found[0] if len(found) == 1 else {}


def _attempts(rows: list[InstanceRow], result: Json, name: str) -> tuple[Attempt, ...]:
    config = mapping(result.get("metric_config"))
    unknown_level = config.get("score_type") == "levels" and config.get("has_unknown_level") is True
    faults = FaultList(name)
    found: list[Attempt] = []
    for row in rows:
        try:
            value = score(row.score)
        except InputError as error:
            faults.add(error.findings[0], path=row.attempt.task)
            continue
        value = None if unknown_level and value == _UNKNOWN_LEVEL else value
        found.append(_scored(row.attempt, value))
    faults.raise_any()
    return in_order(numbered(found))


def _scored(attempt: Attempt, value: Decimal | None) -> Attempt:
    return Attempt(
        task=attempt.task, attempt=attempt.attempt, score=value, status=attempt.status, tokens=attempt.tokens
    )


# ------------------------------------------------------------------------------------------ the header


def _reported(attempts: tuple[Attempt, ...], result: Json) -> Reported | None:
    """The record's own count, and its score where that is a plain mean in the attempts' own unit (E7)."""
    details = mapping(result.get("score_details"))
    count = whole(mapping(details.get("uncertainty")).get("num_samples"))
    mean = number(details.get("score")) if _is_mean(mapping(result.get("metric_config"))) else None
    if mean is not None and attempts and _rounded(mean, text(details.get("score")), attempts):
        mean = None
    found = Reported(attempts=count, mean=mean)
    return None if found == Reported() else found


def _is_mean(config: Json) -> bool:
    named = [text(config.get(key)).lower().replace(" ", "_") for key in ("metric_id", "metric_kind", "metric_name")]
    return any(name in _MEANS for name in named) and config.get("metric_unit") in (None, "proportion")


def _rounded(mean: Decimal, written: str, attempts: tuple[Attempt, ...]) -> bool:
    """Whether the score is the attempts' mean cut to the digits it is written with.

    Half a unit of its last digit is forgiven, and only where that is less than half of what one attempt can move the
    mean: else a changed outcome could hide in the rounding. Then it agrees, but not to the millionth that a header
    is held to, and is not noted.
    """
    exponent = Decimal(written).as_tuple().exponent
    assert isinstance(exponent, int), "a finite number"
    half = Decimal(5).scaleb(exponent - 1)
    if half * 2 * len(attempts) >= 1:
        return False
    close = [abs(mean - found) for found in mean_scores(attempts)]
    return any(_ONE_IN_A_MILLION < distance <= half for distance in close)
