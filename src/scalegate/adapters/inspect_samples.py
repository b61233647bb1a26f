"""From the samples of an Inspect AI log to attempts with one score each.

For: inspect_log. Does not know: archives, headers.

Inspect's own reading of a score is kept: `C` is 1, `P` is a half, `I` and `N` are 0, yes and true are 1, no and
false are 0, numbers are themselves. Null and NaN mean that no score was given. Everything comes in as parsed JSON
in which numbers are text, so that no digit is lost.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from scalegate.adapters.inspect_conduct import rescored, seconds_of, transcript_of
from scalegate.errors import Finding, InputError
from scalegate.evidence.run import Attempt, Status
from scalegate.quantity import Identifier, parse_decimal, whole_second

MAX_FINDINGS = 20
_MAX_DIGITS = 28
_MAX_WHOLE = 2**53 - 1
_SHORT_WHOLE = 15  # digits that surely stay below it
_UTC_NOTATION = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00\Z", re.ASCII)
_GRADES = {
    "C": Decimal(1),
    "P": Decimal("0.5"),
    "I": Decimal(0),
    "N": Decimal(0),
    "yes": Decimal(1),
    "true": Decimal(1),
    "no": Decimal(0),
    "false": Decimal(0),
}


Scores = dict[str, dict[str, Any]]  # of one sample, by scorer


@dataclass(frozen=True, kw_only=True)
class Samples:
    """What the samples of a log say: `scorer` is the one that was read, empty when there is none.

    `scorers` is how many there were to choose from; `first_began` and `last_ended` are of all samples.
    """

    attempts: tuple[Attempt, ...]
    scorer: str
    scorers: int
    first_began: datetime | None
    last_ended: datetime | None


def read_samples(samples: Iterable[dict[str, Any]], *, name: str, model: str, scorer: str) -> Samples:
    """Attempts of all samples.

    Args:
        samples: summaries or whole samples.
        name: what findings call the file.
        model: the evaluated model as the log calls it: only its tokens are effort, not the grader's.
        scorer: the scorer asked for; empty to take the only one.

    Raises:
        InputError: for several scorers and none named, an unknown one, and every sample that cannot be read.
    """
    found = [(sample, scores_of(sample)) for sample in samples]
    known_scorers = scorers_of(scores for _, scores in found)
    chosen = choose_scorer(known_scorers, scorer, name)
    attempts: list[Attempt] = []
    findings: list[Finding] = []
    more = 0
    for at, (sample, scores) in enumerate(found):
        try:
            attempts.append(_attempt(sample, scores, chosen, model))
        except InputError as error:
            more += len(findings) >= MAX_FINDINGS
            finding = error.findings[0]
            findings.append(Finding(where=name, path=f"samples[{at}]", what=finding.what, mend=finding.mend))
    if findings:
        capped = findings[:MAX_FINDINGS]
        raise InputError(*capped, *([Finding(where=name, what=f"and {more} more findings")] if more else []))
    return Samples(
        attempts=tuple(attempts),
        scorer=chosen,
        scorers=len(known_scorers),
        first_began=min((a.started_at for a in attempts if a.started_at is not None), default=None),
        last_ended=_last(sample.get("completed_at") for sample, _ in found),
    )


def _last(texts: Iterable[Any]) -> datetime | None:
    """The latest of many times. Those in one notation of UTC are compared as text: that is what the notation is for."""
    same = {text for text in texts if isinstance(text, str)}
    if same and all(map(_UTC_NOTATION.match, same)):
        same = {max(same)} if instant(max(same)) else same
    return max((moment for text in same if (moment := instant(text)) is not None), default=None)


# -------------------------------------------------------------------------------------------- scorers


def scorers_of(given: Iterable[Scores]) -> tuple[str, ...]:
    """Names of all scorers; a scorer that gives several named values counts as `scorer.name` for each."""
    names: dict[str, None] = {}
    for scores in given:
        for scorer, score in scores.items():
            value = score.get("value")
            if isinstance(value, dict):
                names.update(dict.fromkeys(f"{scorer}.{key}" for key in value))
            else:
                names[scorer] = None
    return tuple(names)


def scores_of(sample: dict[str, Any]) -> Scores:
    """Scores by scorer; logs of the first version have one score without a name."""
    scores = sample.get("scores")
    if not isinstance(scores, dict):
        scores = {"score": sample.get("score")}
    for score in scores.values():
        if not isinstance(score, dict):
            break
    else:
        return scores
    return {scorer: score for scorer, score in scores.items() if isinstance(score, dict)}


def choose_scorer(known: tuple[str, ...], asked: str, name: str) -> str:
    """Raises InputError when the choice is not clear: which scorer counts is never guessed."""
    listed = ", ".join(known[:10]) + (", …" if len(known) > 10 else "")
    if asked and asked not in known:
        what = f"no scorer {asked!r}" + (f", but {listed}" if known else ": the log holds no scores")
        raise InputError(Finding(where=name, what=what, mend="name one of the log's scorers"))
    if not asked and len(known) > 1:
        raise InputError(Finding(where=name, what=f"several scorers: {listed}", mend="name one with --scorer"))
    return asked or next(iter(known), "")


def score_of(scores: Scores, scorer: str) -> Decimal | None:
    """The score that a scorer gave. Raises InputError for values that are no score."""
    if scorer in scores:
        return parse_value(scores[scorer].get("value"))
    for known, score in scores.items():
        value = score.get("value")
        if isinstance(value, dict) and scorer.startswith(f"{known}.") and scorer[len(known) + 1 :] in value:
            return parse_value(value[scorer[len(known) + 1 :]])
    return None


def parse_value(value: Any) -> Decimal | None:
    """A score as Inspect reads it; None when there is none. Raises InputError for anything else."""
    if value is None or isinstance(value, bool):
        return None if value is None else Decimal(int(value))
    if isinstance(value, str):
        number = _parse_text(value)
        if number is not None:
            return number
    shown = value[:40] if isinstance(value, str) else "a list" if isinstance(value, list) else "a mapping"
    raise InputError(Finding(what=f"the score {shown!r} is no number and no grade", mend="choose another scorer"))


@lru_cache(maxsize=4096)
def _parse_text(value: str) -> Decimal | None:
    """Equal texts are parsed once: attempts share few scores."""
    grade = _GRADES.get(value)
    if grade is None and len(value) > 1:
        grade = _GRADES.get(value.lower())
    return _number(value) if grade is None else grade


def _number(text: str) -> Decimal | None:
    try:
        value = parse_decimal(text.strip())
    except InputError:
        return None
    return value if len(value.as_tuple().digits) <= _MAX_DIGITS else None


# ------------------------------------------------------------------------------------------- attempts


def _attempt(sample: dict[str, Any], scores: Scores, scorer: str, model: str) -> Attempt:
    get = sample.get
    epoch = whole(get("epoch", "1"))
    if not epoch:
        raise InputError(Finding(what="its epoch is no number from 1", mend="copy the log again"))
    identity = get("id")
    return _made(
        task=_task(identity if isinstance(identity, str) else ""),
        attempt=epoch,
        score=score_of(scores, scorer) if scorer else None,
        status=_status(sample),
        tokens=_tokens(get("model_usage"), model),
        started_at=instant(get("started_at")),
        family=None,
        human_minutes=None,
        seconds=seconds_of(sample),
        transcript=transcript_of(sample),
        rescored=rescored(sample, scorer),
    )


def _made(**fields: Any) -> Attempt:
    """An attempt of all its fields, in a third of the time that a frozen class takes to set them one by one."""
    attempt = object.__new__(Attempt)
    attempt.__dict__.update(fields)
    return attempt


@lru_cache(maxsize=8192)
def _task(text: str) -> Identifier:
    """Equal texts are parsed once: logs of one evaluation share their tasks. Raises InputError."""
    return Identifier.parse(text)


def _status(sample: dict[str, Any]) -> Status:
    if sample.get("error"):
        return Status.ERROR
    if sample.get("limit"):
        return Status.LIMIT
    if sample.get("completed") is False:
        return Status.STARTED
    return Status.UNKNOWN if sample.get("invalidation") else Status.COMPLETED


def _tokens(usage: Any, model: str) -> int | None:
    """Tokens of the evaluated model alone: a grader's are no effort of the attacker."""
    if not isinstance(usage, dict):
        return None
    own = usage.get(model)
    return whole(own.get("total_tokens")) if isinstance(own, dict) else None


def whole(value: Any) -> int | None:
    """A whole number from 0, or None."""
    if isinstance(value, str) and len(value) <= _SHORT_WHOLE and value.isascii() and value.isdigit():
        return int(value)
    number = _number(value) if isinstance(value, str) else None
    if number is None or not 0 <= number <= _MAX_WHOLE or number != int(number):
        return None
    return int(number)


def instant(value: Any) -> datetime | None:
    """A time with a zone, as whole seconds in UTC; None for anything else: a time without a zone is no time."""
    if value is None:
        return None
    try:
        read = datetime.fromisoformat(value) if isinstance(value, str) else None
        return None if read is None or read.tzinfo is None else whole_second(read)
    except (ValueError, OverflowError):
        return None
