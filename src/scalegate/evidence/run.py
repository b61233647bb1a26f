"""Models, configurations, suites, runs and attempts as frozen values.

For: assessment, adapters and procedure. Does not know: policies, bounds, files.

The classes with a `schema` field are file formats (docs/project-layout.md). A run's attempts are kept apart
from its manifest; the manifest names their digest, and the digest of the manifest is the run's address (E1).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Literal

from scalegate.quantity import Compute, Digest, Identifier, Minutes, Probability

# ------------------------------------------------------------------- models and configurations


@dataclass(frozen=True, kw_only=True)
class Model:
    """A subject by its label (S1).

    Attributes:
        subject: `sha256:` of the weights manifest, or `opaque:` and a provider's name for it.
        parents: labels of models it descends from, teachers included.
        effective_compute: parents and teachers included; None means unknown (then in scope, S4).
        released: the release date, for pictures and for rates of progress.
        identity: the identity that the developer claims is verified by the digest.
    """

    title: str
    subject: str
    parents: tuple[Identifier, ...] = ()
    effective_compute: Compute | None = None
    released: datetime | None = None

    @property
    def opaque(self) -> bool:
        """True when the identity cannot be verified: never granted STORE or RELEASE_WEIGHTS."""
        return not self.subject.startswith("sha256:")


@dataclass(frozen=True, kw_only=True)
class ModelsFile:
    """`models.yaml`."""

    schema: Literal["scalegate.models/1"]
    models: dict[str, Model]


@dataclass(frozen=True, kw_only=True)
class Configuration:
    """What surrounds the weights (S2).

    Attributes:
        tokens_per_attempt: budget of one attempt; None means unknown effort.
        peers: other models that it acts together with, also other people's (S3).
        contained_in: labels of configurations that have everything this one has.
    """

    title: str
    tools: tuple[Identifier, ...] = ()
    autonomy: str = ""
    tokens_per_attempt: int | None = None
    access: str = ""
    safeguards: tuple[Identifier, ...] = ()
    peers: tuple[Identifier, ...] = ()
    contained_in: tuple[Identifier, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ConfigurationsFile:
    """`configurations.yaml`."""

    schema: Literal["scalegate.configurations/1"]
    configurations: dict[str, Configuration]


# -------------------------------------------------------------------------------------- suites


@dataclass(frozen=True, kw_only=True)
class Task:
    """One registered item: its family and, where known, how long it takes a human expert."""

    family: Identifier
    human_minutes: Minutes | None = None


@dataclass(frozen=True, kw_only=True)
class ScoreRange:
    """The least and the greatest score an attempt can have."""

    least: Decimal = Decimal(0)
    greatest: Decimal = Decimal(1)


@dataclass(frozen=True, kw_only=True)
class Suite:
    """`suites/NAME.yaml`: the registered tasks of an evaluation.

    `scorer` is the name that logs call the scorer by (several with commas between), or words where they name none. A
    log that names another scorer may raise and cannot clear (E6); empty: a log with several scorers cannot clear.

    Attributes:
        inspect_task: the Inspect task whose samples these tasks are: `evals/sample.py@addition`, inside the project,
            or a name of Inspect's registry such as `inspect_evals/gpqa_diamond`; empty when Inspect does not run it.
            It stands here because it is part of what was registered: another task is another suite.
        chance: probability that a guess succeeds (with tasks of several chances, the least); None where nobody can
            guess. Fewer successes than that raise a flag (V5); it moves no bound.
    """

    schema: Literal["scalegate.suite/1"]
    title: str
    tasks: dict[str, Task]
    attempts_per_task: int = 1
    scorer: str = ""
    score_range: ScoreRange = field(default_factory=ScoreRange)
    inspect_task: str = ""
    chance: Probability | None = None


# ---------------------------------------------------------------------------------------- runs


class Status(StrEnum):
    """How an attempt, or a whole run, ended. Only `completed` failures count for anything (E3)."""

    COMPLETED = "completed"
    ERROR = "error"
    CANCELLED = "cancelled"
    LIMIT = "limit"
    STARTED = "started"
    IMPUTED = "imputed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """One try at a task.

    Attributes:
        attempt: counts from 1.
        score: None means that no score was read.
        tokens, seconds: what it spent; None is unknown, zero means that it never happened.
        transcript: whether what the model said stands in the log; None is unknown.
        rescored: its score was changed after it was first given; None is unknown.
    """

    task: Identifier
    attempt: int
    score: Decimal | None
    status: Status = Status.COMPLETED
    tokens: int | None = None
    family: Identifier | None = None
    human_minutes: Minutes | None = None
    started_at: datetime | None = None
    seconds: Decimal | None = None
    transcript: bool | None = None
    rescored: bool | None = None


class Dating(StrEnum):
    """Where a run's date comes from."""

    LOG = "log"
    STATED = "stated"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class Reported:
    """What a log's own header claims: number of attempts and mean score (E7); never trusted."""

    attempts: int | None = None
    mean: Decimal | None = None


@dataclass(frozen=True, kw_only=True)
class Allowed:
    """What the harness allowed one attempt: the least that the log names anywhere; None where it names nothing.

    Attributes:
        tokens: in and out together, as `Configuration.tokens_per_attempt` counts them.
        messages: in the whole conversation; `answer_tokens`: of one answer; `seconds`: by the clock.
    """

    tokens: int | None = None
    messages: int | None = None
    answer_tokens: int | None = None
    seconds: int | None = None


@dataclass(frozen=True, kw_only=True)
class LogHeader:
    """What a log says of how it was made; empty or None where it says nothing. Never trusted to clear (E7).

    Attributes:
        model: the evaluated model, as the log calls it.
        scorer: the scorer whose scores were read; `scorers`: how many there were to choose from.
        lineage: an id that the tries of one resumed or retried run share.
        ended: when the log says that it ended.
    """

    model: str = ""
    scorer: str = ""
    scorers: int = 0
    lineage: str = ""
    ended: datetime | None = None
    allowed: Allowed | None = None


@dataclass(frozen=True, kw_only=True)
class RunManifest:
    """`run.yaml`: everything about a run but its attempts. Its digest is the run's address.

    Attributes:
        model, configuration, evaluation: labels as in models.yaml, configurations.yaml and the policy.
        run: the label under which attempts of several files belong together.
        dated: when its first attempt began: evidence is as old as its oldest part (V7), and a plan comes before
            all of it (E6); None when unknown.
        attempts, source: digests of the attempts file and of the bytes that were ingested.
        defects: names of defects that only the reader of the source could see.
        header: what the log says of how it was made; None for sources that say nothing.
        log: the id that the tool gave the log, or empty: other bytes with the same id are another version of it.
    """

    schema: Literal["scalegate.run/1"]
    model: Identifier
    configuration: Identifier
    evaluation: Identifier
    run: Identifier
    status: Status
    dating: Dating
    dated: datetime | None
    rows: int
    attempts: Digest
    source: Digest
    reported: Reported | None = None
    defects: tuple[str, ...] = ()
    header: LogHeader | None = None
    log: str = ""


@dataclass(frozen=True, kw_only=True)
class SourceFile:
    """`source.json`: where a run's bytes came from; `read_as` is one text for one way of reading them."""

    schema: Literal["scalegate.source/1"]
    name: str
    format: str
    digest: Digest
    bytes: int
    read_as: str = ""


@dataclass(frozen=True, kw_only=True)
class EvalRun:
    """A run as it is read back: the address, the manifest, and the attempts when their bytes are whole.

    `attempts` None means that recorded bytes are absent or altered: the run is `INVALID` (E1).
    `recorded_at` is the time of the entry that made it evidence; None where that is not known.
    """

    address: Digest
    manifest: RunManifest
    attempts: tuple[Attempt, ...] | None
    problem: str = ""
    plan: Digest | None = None
    recorded_at: datetime | None = None
