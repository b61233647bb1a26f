"""What people measured for a check: answers item by item, results at noise levels, log-probabilities of shards.

For: assessment, which computes the check; the adapter that reads the file. Does not know: tests, the record.

Columns are keyed by item, so that arms are paired by name and not by place.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from scalegate.quantity import Digest, Identifier, Probability


@dataclass(frozen=True, kw_only=True)
class _Measured:
    """What every measurement says.

    Attributes:
        id: a new name, under which the check is recorded.
        model, configuration, evaluation: labels as in models.yaml, configurations.yaml and the policy.
        note: how it was measured, in words.
        runs: addresses of recorded runs that it was taken from, if any.
    """

    id: Identifier
    model: Identifier
    configuration: Identifier
    evaluation: Identifier
    note: str = ""
    runs: tuple[Digest, ...] = ()


@dataclass(frozen=True, kw_only=True)
class BelowChance(_Measured):
    """Right or not, and the chance of a guess (with items of several chances, the least)."""

    kind: Literal["below_chance"]
    chance: Probability
    right: dict[str, bool]


@dataclass(frozen=True, kw_only=True)
class BelowHonest(_Measured):
    """The same items in an honest arm and in the arm under suspicion."""

    kind: Literal["below_honest"]
    honest: dict[str, bool]
    suspect: dict[str, bool]


@dataclass(frozen=True, kw_only=True)
class AnswerPosition(_Measured):
    """The option chosen on each item in an honest arm and in the arm under suspicion.

    `options`: how many options an item has, with one more where answers were not readable.
    """

    kind: Literal["answer_position"]
    options: int
    honest: dict[str, str]
    suspect: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class DifficultyOrder(_Measured):
    """Difficulty on any increasing scale, from humans or from other models; items are compared within a family."""

    kind: Literal["difficulty_order"]
    difficulty: dict[str, Decimal]
    right: dict[str, bool]
    family: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class NoiseLevel:
    """Results with noise of this standard deviation (in units that the note names), drawn from this seed."""

    noise: Decimal
    right: dict[str, bool]
    seed: int = 0


@dataclass(frozen=True, kw_only=True)
class NoiseCurve(_Measured):
    """Results without noise and at every level that was tried."""

    kind: Literal["noise_curve"]
    without: dict[str, bool]
    levels: tuple[NoiseLevel, ...]


@dataclass(frozen=True, kw_only=True)
class Shard:
    """Log-probability of a shard in its published order and in random ones."""

    published: Decimal
    shuffled: tuple[Decimal, ...]


@dataclass(frozen=True, kw_only=True)
class ShardExchangeability(_Measured):
    """Shards of a benchmark, each with the same number of random orders."""

    kind: Literal["shard_exchangeability"]
    shards: tuple[Shard, ...]


@dataclass(frozen=True, kw_only=True)
class Half:
    """Right answers and items of one half."""

    right: int
    items: int


@dataclass(frozen=True, kw_only=True)
class SplitGap(_Measured):
    """The open and the sealed half of an evaluation."""

    kind: Literal["split_gap"]
    opened: Half
    sealed: Half


@dataclass(frozen=True, kw_only=True)
class Stated(_Measured):
    """Something that somebody saw and that no test here computes: an anomaly, a transcript, a tail forecast."""

    kind: Literal["stated"]
    words: str


Measurement = (
    BelowChance | BelowHonest | AnswerPosition | DifficultyOrder | NoiseCurve | ShardExchangeability | SplitGap | Stated
)
