"""Whether the parts of an Inspect AI log say the same about its samples (E7).

For: inspect_log. Does not know: archives, headers, what becomes of a log whose parts disagree.

The same scores stand in up to three places: in the summaries, in the samples themselves, and, by task, in the
reductions. Whatever was opened is compared; nothing is opened for the comparison alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from scalegate.adapters.inspect_samples import Samples, parse_value, score_of, scores_of
from scalegate.adapters.inspect_source import LogContent, identity
from scalegate.errors import InputError

_ONE, _TOLERANCE = Decimal(1), Decimal("1e-6")


def parts_differ(log: LogContent, samples: Samples) -> bool:
    """Whether a sample or a reduction has another score than the summaries, or is in none of them."""
    return _samples_differ(log, samples.scorer) or _reductions_differ(log, samples)


def _samples_differ(log: LogContent, scorer: str) -> bool:
    if not log.details:
        return False
    summaries = {identity(summary): summary for summary in log.samples}
    for sample in log.details:
        summary = summaries.get(identity(sample))
        if summary is None or (scorer and score_of(scores_of(sample), scorer) != score_of(scores_of(summary), scorer)):
            return True
    return False


def _reductions_differ(log: LogContent, samples: Samples) -> bool:
    """Over one epoch every reducer leaves a score as it is; over several there is no one reading to compare."""
    if not log.reductions or not samples.scorer or any(a.attempt != 1 for a in samples.attempts):
        return False
    scores: dict[str, Decimal | None] = {a.task: a.score for a in samples.attempts}
    for task, stated in _reduced(log, samples.scorer):
        score = scores.get(task)
        if score is not None and score != stated and abs(score - stated) > _TOLERANCE * max(_ONE, abs(score)):
            return True
    return False


def _reduced(log: LogContent, scorer: str) -> Iterator[tuple[str, Decimal]]:
    """Scores by task as the reductions give them; values that are no scores are passed over."""
    for reduction in log.reductions:
        name, samples = reduction.get("scorer"), reduction.get("samples")
        key = scorer[len(name) + 1 :] if isinstance(name, str) and scorer.startswith(f"{name}.") else ""
        if not isinstance(samples, list) or (name != scorer and not key):
            continue
        for sample in samples:
            value = sample.get("value") if isinstance(sample, dict) else None
            value = value.get(key) if isinstance(value, dict) and name != scorer else value
            score = _score(value)
            if score is not None:
                yield str(sample.get("sample_id")), score


def _score(value: object) -> Decimal | None:
    try:
        return parse_value(value)
    except InputError:
        return None
