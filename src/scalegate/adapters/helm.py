"""Reader of a HELM run folder: `per_instance_stats.json` and the files that HELM writes beside it.

For: procedure (ingest). Does not know: suites, policies, where runs are kept. Does not need the crfm-helm package.

The attempts are in the per-instance statistics; `stats.json` is their header, noted as reported and never used (E7).
The score is one statistic by its name; which one is never guessed. A perturbed instance is another item than the
original: its task is `instance/perturbation`. A folder that lacks one of its files can be read and clears nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from scalegate.adapters.fault_list import FaultList
from scalegate.adapters.json_source import Json, Part, read_document, read_part, source_of
from scalegate.adapters.json_values import (
    choose,
    instant,
    label,
    mapping,
    mappings,
    number,
    score,
    spelled,
    text,
    whole,
)
from scalegate.errors import Finding, InputError
from scalegate.evidence.defects import mean_scores
from scalegate.evidence.parsed_run import Labels, ParsedRun, ParsedSource, in_order
from scalegate.evidence.run import Attempt, Dating, Reported, Status
from scalegate.quantity import Identifier

SPEC, INSTANCES, STATES, STATS = "run_spec.json", "per_instance_stats.json", "scenario_state.json", "stats.json"
FILES = (SPEC, INSTANCES, STATES, STATS)
MEMBERS = frozenset({*FILES, "scenario.json", "instances.json", "predictions.json", "display_predictions.json",
                     "display_requests.json"})  # fmt: skip
_ONE_IN_A_MILLION = Decimal("1e-6")

# Statistics that describe a request, not how well it was answered.
_ABOUT_REQUESTS = frozenset(
    {
        "num_references", "num_train_trials", "num_train_instances", "num_prompt_tokens", "num_completion_tokens",
        "num_output_tokens", "num_completions", "num_instances", "num_bytes", "num_perplexity_tokens",
        "prompt_truncated", "batch_size", "max_prob", "logprob", "perplexity", "bits_per_byte",
        "logprob_per_byte", "training_co2_cost", "training_energy_cost", "inference_runtime",
        "inference_denoised_runtime", "inference_idealized_runtime", "inference_runtime_discrepancy",
        "estimated_num_tokens_cost", "finish_reason_length", "finish_reason_stop", "finish_reason_endoftext",
        "finish_reason_unknown",
    }
)  # fmt: skip

Key = tuple[str, str, int]  # instance, perturbation, train trial


def is_run_folder(names: Iterable[str]) -> bool:
    """Whether a folder with these files is one of HELM's runs."""
    found = set(names)
    return SPEC in found and INSTANCES in found


def parts_of(folder: Path) -> list[Part]:
    """The files of a run folder. Raises InputError when one cannot be read."""
    return [read_part(folder / file, file) for file in FILES if (folder / file).exists()]


def read_helm_run(folder: Path, labels: Labels) -> ParsedSource:
    """Read one run folder.

    Raises:
        InputError: when a file is not whole, when there are no attempts, or when which statistic counts is not clear.
    """
    name = folder.name
    documents: dict[str, Any] = {}
    parts: list[Part] = []
    for file in FILES:
        if (folder / file).exists():
            documents[file], part = read_document(folder / file, file)
            parts.append(part)
    rows = _objects(documents.get(INSTANCES, []), name, INSTANCES)
    spec = mapping(documents.get(SPEC))
    if not rows or not spec:
        what = "no attempts: per_instance_stats.json and run_spec.json are what they are read from"
        raise InputError(Finding(where=name, what=what, mend="copy the whole run folder"))
    source = source_of(name, "helm run", *parts)
    run = labels.run or Identifier(f"source-{source.digest.hex[:16]}")
    return ParsedSource(source=source, runs=(_run(documents, rows, spec, labels, name, run),))


def _objects(data: Any, name: str, path: str) -> list[Json]:
    """All of a list, which must hold objects alone: what is no object would be an attempt lost."""
    if not isinstance(data, list) or not all(isinstance(item, dict) for item in data):
        raise InputError(Finding(where=name, path=path, what="no list of objects", mend="copy the run folder again"))
    return data


# ------------------------------------------------------------------------------------------------ run


def _run(
    documents: dict[str, Any], rows: list[Json], spec: Json, labels: Labels, name: str, run: Identifier
) -> ParsedRun:
    asked = labels.scorer
    known = dict.fromkeys(stat for row in rows for stat, _ in _stats(row))
    scores = tuple(stat for stat in known if stat not in _ABOUT_REQUESTS)
    metric = choose(tuple(known) if asked in known else scores, asked, name, "statistic", "--scorer")
    states = _States(mapping(documents.get(STATES)))
    attempts = _attempts(rows, metric, states, name)
    originals = tuple(a for a, row in zip(attempts, rows, strict=True) if row.get("perturbation") is None)
    mixed = len(originals) < len(attempts)
    header = _Header(_objects(documents.get(STATS, []), name, STATS), metric)
    defects = [*_defects(documents, rows, states, metric)]
    if mixed and header.disagrees(originals):
        defects.append("aggregates_disagree")
    dated, dating = states.dated(labels.dated)
    adapter = mapping(spec.get("adapter_spec"))
    return ParsedRun(
        model=labels.model or label(text(adapter.get("model")), "model", name),
        configuration=labels.configuration,
        evaluation=labels.evaluation or label(_evaluation(text(spec.get("name"))), "evaluation", name),
        run=run,
        status=Status.COMPLETED,
        dating=dating,
        dated=dated,
        attempts=in_order(attempts),
        reported=None if mixed else header.reported(),
        defects=tuple(defects),
    )


def _evaluation(name: str) -> str:
    """The run's name without its model, as a label: `mmlu:subject=law,model=a` is `mmlu:subject_law`."""
    head, colon, arguments = name.partition(":")
    kept = [a for a in arguments.split(",") if a and not a.startswith(("model=", "model_deployment="))]
    return spelled(head + colon + ",".join(kept)).rstrip(":") if kept else spelled(head)


def _defects(documents: dict[str, Any], rows: list[Json], states: _States, metric: str) -> Iterator[str]:
    if STATES not in documents or STATS not in documents:
        yield "companion_absent"
    if STATES in documents and states.keys != {_key(row) for row in rows}:
        yield "summaries_disagree"
    if not metric:
        yield "no_scores"
    if any(stat == metric and (whole(value.get("count")) or 0) > 1 for row in rows for stat, value in _stats(row)):
        yield "attempts_pooled"


# ------------------------------------------------------------------------------------------- attempts


class _States:
    """What `scenario_state.json` says of each request: whether it succeeded, and when it was sent."""

    def __init__(self, data: Json) -> None:
        self.keys: set[Key] = set()
        self.failed: set[Key] = set()
        self.sent: dict[Key, datetime] = {}
        for state in mappings(data.get("request_states")):
            instance = mapping(state.get("instance"))
            key = _key(instance | {"train_trial_index": state.get("train_trial_index")})
            result = mapping(state.get("result"))
            self.keys.add(key)
            if result.get("success") is not True:
                self.failed.add(key)
            sent = instant(result.get("request_datetime"))
            if sent:
                self.sent[key] = min(sent, self.sent.get(key, sent))

    def dated(self, stated: datetime | None) -> tuple[datetime | None, Dating]:
        """The earliest request, where every one has a time; else what the caller states, no later than any (V7).

        Cached answers have the time of their first request.
        """
        known = list(self.sent.values())
        if known and len(known) == len(self.keys):
            return min(known), Dating.LOG
        return (min([*known, stated]), Dating.STATED) if stated else (None, Dating.UNKNOWN)


def _attempts(rows: list[Json], metric: str, states: _States, name: str) -> tuple[Attempt, ...]:
    faults = FaultList(name)
    found: list[Attempt] = []
    for at, row in enumerate(rows):
        try:
            found.append(_attempt(row, metric, states))
        except InputError as error:
            faults.add(error.findings[0], path=f"{INSTANCES}[{at}]")
    faults.raise_any()
    return tuple(found)


def _attempt(row: Json, metric: str, states: _States) -> Attempt:
    key = _key(row)
    instance, perturbation, trial = key
    stats: dict[str, Json] = {}
    for stat, value in _stats(row):
        if stat in stats and stat == metric:
            what = f"the statistic {stat[:40]!r} stands twice"
            raise InputError(Finding(what=what, mend="name one that every instance has once"))
        stats.setdefault(stat, value)
    return Attempt(
        task=Identifier.parse(f"{instance}/{spelled(perturbation)}" if perturbation else instance),
        attempt=trial + 1,
        score=_value(stats.get(metric, {})),
        status=_status(key, stats, states),
        tokens=_tokens(stats),
        started_at=states.sent.get(key),
    )


def _status(key: Key, stats: dict[str, Json], states: _States) -> Status:
    """A request that failed is an error; a prompt that was cut to fit was not the whole task."""
    if key in states.failed:
        return Status.ERROR
    return Status.LIMIT if _value(stats.get("prompt_truncated", {})) else Status.COMPLETED


def _tokens(stats: dict[str, Json]) -> int | None:
    """Prompt and answer together, where both are known."""
    answer = "num_output_tokens" if "num_output_tokens" in stats else "num_completion_tokens"
    asked, given = (whole(str(_value(stats.get(name, {})))) for name in ("num_prompt_tokens", answer))
    return None if asked is None or given is None else asked + given


def _value(stat: Json) -> Decimal | None:
    """The value of a statistic over one attempt; the mean where HELM pooled several."""
    count = whole(stat.get("count"))
    if not count:
        return None
    return score(stat.get("sum") if count == 1 else stat.get("mean"))


def _stats(row: Json) -> Iterator[tuple[str, Json]]:
    for stat in mappings(row.get("stats")):
        yield text(mapping(stat.get("name")).get("name")), stat


def _key(row: Json) -> Key:
    """Instance, perturbation (empty for the original) and train trial."""
    perturbation = mapping(row.get("perturbation"))
    named = [text(perturbation.get(part)) for part in ("name", "seed") if perturbation.get(part) is not None]
    return text(row.get("instance_id") or row.get("id")), "-".join(named), whole(row.get("train_trial_index")) or 0


# --------------------------------------------------------------------------------------------- header


class _Header:
    """What `stats.json` says of the unperturbed instances, all splits together."""

    def __init__(self, stats: list[Json], metric: str) -> None:
        self._counts: dict[str, Json] = {}
        self._means: dict[str, Json] = {}
        for stat in stats:
            name = mapping(stat.get("name"))
            if name.get("perturbation") is None:
                kept = {"num_instances": self._counts, metric: self._means}.get(text(name.get("name")), {})
                kept[text(name.get("split"))] = stat

    def reported(self) -> Reported | None:
        """The header's count and mean (E7)."""
        found = Reported(attempts=self._count(), mean=self._mean())
        return None if found == Reported() else found

    def disagrees(self, originals: tuple[Attempt, ...]) -> bool:
        """Whether these are not the attempts that the header counts: for runs that hold perturbed ones beside them."""
        count, mean = self._count(), self._mean()
        close = mean is None or any(abs(mean - found) <= _ONE_IN_A_MILLION for found in mean_scores(originals))
        return (count is not None and count != len(originals)) or not close

    def _count(self) -> int | None:
        """Instances of all splits, times the trials that each was tried in."""
        sizes = [self._size(split) for split in self._counts]
        return None if not sizes or None in sizes else sum(size or 0 for size in sizes)

    def _size(self, split: str) -> int | None:
        instances = number(self._counts.get(split, {}).get("mean"))
        trials = whole(self._means.get(split, {}).get("count")) or 1
        return None if instances is None else int(instances * trials)

    def _mean(self) -> Decimal | None:
        """The mean over all splits, each weighted by its instances."""
        total, weight = Decimal(0), 0
        for split, stat in self._means.items():
            mean, size = number(stat.get("mean")), self._size(split)
            if mean is None or size is None:
                return None
            total, weight = total + mean * size, weight + size
        return total / weight if weight else None
