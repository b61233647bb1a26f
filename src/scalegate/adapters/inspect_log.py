"""Reader of Inspect AI logs, `.eval` (zip) and `.json`, finished or not.

For: procedure (ingest). Does not know: suites, policies, where runs are kept. Does not need the inspect-ai package.

What a log's header says of its own results is noted as reported and never used (E7). A log whose status is not
`success` is a run that did not complete (E3). Numbers in the JSON stay text, so that no digit is lost.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from scalegate.adapters.inspect_agreement import parts_differ
from scalegate.adapters.inspect_conduct import header_of
from scalegate.adapters.inspect_samples import Samples, instant, parse_value, read_samples, whole
from scalegate.adapters.inspect_source import Json, LogContent, identity, no_log, read_archive, read_document
from scalegate.errors import Finding, InputError
from scalegate.evidence.parsed_run import Labels, ParsedRun, ParsedSource, in_order
from scalegate.evidence.run import Dating, Reported, SourceFile, Status
from scalegate.quantity import Digest, Identifier

NEWEST_VERSION = 3
_LONGEST_ID = 200
_BUFFER = 128 * 1024  # bytes read at a time: what is read of an archive lies close together at its end
_STATUS = {
    "success": Status.COMPLETED,
    "error": Status.ERROR,
    "cancelled": Status.CANCELLED,
    "started": Status.STARTED,
}


def read_inspect_log(path: Path, labels: Labels) -> ParsedSource:
    """Read one log.

    Raises:
        InputError: when the file is no whole Inspect log, or when which score counts is not clear.
    """
    if path.exists() and not path.is_file():  # a pipe or a device would never end
        raise InputError(Finding(where=path.name, what="not a file", mend="give an .eval or .json log"))
    try:
        with io.BufferedReader(io.FileIO(path), _BUFFER) as file:
            digest = Digest(f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}")
            size = file.tell()
            file.seek(0)
            archived = path.suffix.lower() == ".eval"
            log = read_archive(file, path.name) if archived else read_document(file, size, path.name)
    except OSError as error:
        raise InputError(Finding(where=path.name, what=f"cannot be read: {error.strerror}")) from None
    run = _run(log, labels, digest, path.name)
    kind = f"inspect {path.suffix.removeprefix('.')}"
    source = SourceFile(schema="scalegate.source/1", name=path.name, format=kind, digest=digest, bytes=size)
    return ParsedSource(source=source, runs=(run,))


def _run(log: LogContent, labels: Labels, digest: Digest, name: str) -> ParsedRun:
    spec = log.header.get("eval")
    if not isinstance(spec, dict) or not isinstance(log.header.get("status"), str):
        raise no_log(name, "it has no eval and status")
    model = _text(spec.get("model"))
    found = list(_with_details(log))
    samples = read_samples(found, name=name, model=model, scorer=labels.scorer)
    reported = _reported(log.header, samples.scorer)
    status = _STATUS.get(log.header["status"], Status.UNKNOWN)
    if not samples.attempts and status is Status.COMPLETED and not (reported and reported.attempts):
        raise InputError(Finding(where=name, what="the log holds no samples", mend="write it with log_samples on"))
    dated, dating = _dated(log.header, spec, samples, labels)
    return ParsedRun(
        model=labels.model or _label(model, "model", name),
        configuration=labels.configuration,
        evaluation=labels.evaluation or _label(_text(spec.get("task")), "evaluation", name),
        run=labels.run or _run_label(spec, digest),
        status=status,
        dating=dating,
        dated=dated,
        attempts=in_order(samples.attempts),
        reported=reported,
        defects=tuple(_defects(log, samples)),
        header=header_of(log.header, found, scorer=_scorer_name(found, samples), scorers=samples.scorers),
        log=_text(spec.get("eval_id"))[:_LONGEST_ID],
    )


def _scorer_name(found: list[Json], samples: Samples) -> str:
    """Logs of the first version give a score without the name of its scorer."""
    return samples.scorer if any(isinstance(sample.get("scores"), dict) for sample in found) else ""


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _label(text: str, what: str, name: str) -> Identifier:
    try:
        return Identifier.parse(text)
    except InputError as error:
        raise InputError(Finding(where=name, path=what, what=error.findings[0].what, mend=f"give --{what}")) from None


def _run_label(spec: Json, digest: Digest) -> Identifier:
    for key in ("run_id", "eval_id"):
        try:
            return Identifier.parse(_text(spec.get(key)))
        except InputError:
            continue
    return Identifier(f"source-{digest.hex[:16]}")


def _with_details(log: LogContent) -> Iterable[Json]:
    """Summaries, with the tokens and endings that older ones leave to the whole samples."""
    details = {identity(sample): sample for sample in log.details}
    if not details:
        yield from log.samples
        return
    for summary in log.samples:
        sample = details.get(identity(summary), {})
        extra = {key: value for key, value in sample.items() if key not in ("scores", "score")}
        yield extra | {key: value for key, value in summary.items() if value is not None or key not in extra}


def _reported(header: Json, scorer: str) -> Reported | None:
    """The header's own count and mean, for comparison (E7); the mean only where it is a plain one."""
    results = header.get("results")
    if not isinstance(results, dict):
        return None
    found = Reported(attempts=whole(results.get("total_samples")), mean=_reported_mean(header, results, scorer))
    return None if found == Reported() else found


def _reported_mean(header: Json, results: Json, scorer: str) -> Decimal | None:
    config = header["eval"].get("config")
    config = config if isinstance(config, dict) else {}
    if whole(config.get("epochs")) not in (None, 1) and config.get("epochs_reducer") not in (None, ["mean"]):
        return None
    for score in _entries(results):
        named = (score.get("name"), f"{score.get('scorer')}.{score.get('name')}")
        metrics = score.get("metrics")
        if scorer not in named or score.get("reducer") not in (None, "mean") or not isinstance(metrics, dict):
            continue
        for name in ("accuracy", "mean"):
            metric = metrics.get(name)
            value = metric.get("value") if isinstance(metric, dict) else None
            if isinstance(value, str):
                return _mean(value)
    return None


def _mean(text: str) -> Decimal | None:
    try:
        return parse_value(text)
    except InputError:
        return None


def _entries(results: Json) -> list[Json]:
    """Results by scorer; logs of the first version have one without a list."""
    scores = results.get("scores")
    if isinstance(scores, list):
        return [score for score in scores if isinstance(score, dict)]
    return [{"name": "score", "metrics": results.get("metrics")}]


def _dated(header: Json, spec: Json, samples: Samples, labels: Labels) -> tuple[datetime | None, Dating]:
    """When the log's first attempt began, as early as the log knows: evidence is as old as its oldest part (V7)."""
    stats = header.get("stats")
    started = instant(stats.get("started_at")) if isinstance(stats, dict) else None
    stated = (started, instant(spec.get("created")), samples.first_began, samples.last_ended)
    known = [found for found in stated if found]
    if known:
        return min(known), Dating.LOG
    return (labels.dated, Dating.STATED) if labels.dated else (None, Dating.UNKNOWN)


def _defects(log: LogContent, samples: Samples) -> Iterable[str]:
    yield from log.defects
    if log.header.get("invalidated"):
        yield "invalidated"
    version = whole(log.header.get("version", "0"))
    if version is None or version > NEWEST_VERSION:
        yield "unknown_log_version"
    if not samples.scorer and samples.attempts:
        yield "no_scores"
    stats = log.header.get("stats")
    if isinstance(stats, dict):
        started, completed = instant(stats.get("started_at")), instant(stats.get("completed_at"))
        if started and completed and completed < started:
            yield "clock_order"
    if not log.defects and parts_differ(log, samples):
        yield "summaries_disagree"
