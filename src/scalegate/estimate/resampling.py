"""What a draw of families, tasks and attempts contains, without ever writing it out attempt by attempt.

For: `bootstrap`. Does not know: curves, horizons, levels.

Families with replacement, tasks within each drawn family, attempts within each task. As all attempts of one model at
one task have one weight, a draw is fully described by how often each task came up and how many of each model's
attempts at it succeeded.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from scalegate.estimate.bound import FloatArray, IntArray


class Weighting(StrEnum):
    """What a task weighs in a fit, whatever its number of attempts."""

    EQUAL = "equal"
    INVERSE_ROOT = "inverse_root"
    """One over the square root of the number of tasks of its family that the model attempted."""


@dataclass(frozen=True, kw_only=True)
class Tables:
    """The tasks in an order that no name can move: families by what is in them, tasks by length and outcomes.

    Attributes:
        lengths: shape (task,), log2 minutes.
        sizes: tasks of each family; the tasks stand family by family.
        successes, attempts: shape (model, task).
        worth: shape (model, task): weight of one attempt; a model's weights sum to 1 over its attempts.
        keys: one per model, of its outcomes alone.
    """

    lengths: FloatArray
    sizes: tuple[int, ...]
    successes: IntArray
    attempts: IntArray
    worth: FloatArray
    keys: tuple[tuple[int, ...], ...]


def tables_of(
    minutes: FloatArray, family: IntArray, successes: IntArray, attempts: IntArray, weighting: Weighting
) -> Tables:
    lengths = np.log2(minutes)
    keys = tuple(_key(lengths, family, *outcomes) for outcomes in zip(successes, attempts, strict=True))
    rows: dict[int, list[tuple[float, list[tuple[object, ...]], int]]] = {}
    for task, (length, each) in enumerate(zip(lengths.tolist(), family.tolist(), strict=True)):
        outcomes = zip(keys, successes[:, task].tolist(), attempts[:, task].tolist(), strict=True)
        rows.setdefault(each, []).append((length, sorted(outcomes), task))
    groups = sorted(
        (sorted(group) for group in rows.values()), key=lambda group: (len(group), [row[:2] for row in group])
    )
    order = np.array([row[-1] for group in groups for row in group], dtype=np.int64)
    sizes = tuple(len(group) for group in groups)
    tried = attempts[:, order]
    return Tables(
        lengths=lengths[order],
        sizes=sizes,
        successes=successes[:, order],
        attempts=tried,
        worth=_worth(tried, sizes, weighting),
        keys=keys,
    )


def _key(lengths: FloatArray, family: IntArray, successes: IntArray, attempts: IntArray) -> tuple[int, ...]:
    """Names a model by what it did, so that neither its name nor its place moves its draws."""
    members: dict[int, list[tuple[float, int, int]]] = {}
    for each, *row in zip(family.tolist(), lengths.tolist(), successes.tolist(), attempts.tolist(), strict=True):
        if row[2]:
            members.setdefault(each, []).append((row[0], row[1], row[2]))
    content = repr(sorted(sorted(group) for group in members.values()))
    return tuple(np.frombuffer(hashlib.sha256(content.encode()).digest(), dtype="<u4").tolist())


def _worth(attempts: IntArray, sizes: tuple[int, ...], weighting: Weighting) -> FloatArray:
    tried = attempts > 0
    weights = tried.astype(np.float64)
    if weighting is Weighting.INVERSE_ROOT and sizes:
        starts = np.cumsum((0, *sizes[:-1]))
        in_family = np.repeat(np.add.reduceat(weights, starts, axis=1), sizes, axis=1)
        weights = weights / np.sqrt(np.maximum(in_family, 1))
    total = weights.sum(axis=1, keepdims=True)
    return np.asarray(weights / np.where(total > 0, total, 1) / np.maximum(attempts, 1))


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """Some draws, without the tasks that did not come up.

    Attributes:
        task: shape (draw, place), the task at each place.
        times: how often it came up; 0 at the places that are left over.
    """

    task: IntArray
    times: IntArray


def every_task(tables: Tables) -> Drawn:
    number = tables.lengths.size
    return Drawn(task=np.arange(number)[None], times=np.ones((1, number), dtype=np.int64))


def stream(seed: bytes, key: tuple[int, ...]) -> np.random.Generator:
    sequence = np.random.SeedSequence(int.from_bytes(seed, "big"), spawn_key=(1, *key))
    return np.random.Generator(np.random.PCG64(sequence))


def times_drawn(sizes: tuple[int, ...], generator: np.random.Generator, draws: int) -> IntArray:
    """Shape (draw, task): how often each task came up."""
    families = len(sizes)
    picked = _tally(generator, np.full(draws, families), families)
    return np.concatenate([_tally(generator, picked[:, i] * size, size) for i, size in enumerate(sizes)], axis=1)


def _tally(generator: np.random.Generator, numbers: IntArray, kinds: int) -> IntArray:
    """Shape (draw, kind): how often each kind comes up when each draw takes its number of them, evenly."""
    draw = np.repeat(np.arange(numbers.size), numbers)
    kind = generator.integers(0, kinds, size=draw.size)
    return np.bincount(draw * kinds + kind, minlength=numbers.size * kinds).reshape(numbers.size, kinds)


def came_up(times: IntArray) -> Drawn:
    width = int((times > 0).sum(axis=1).max())
    task = np.argsort(times == 0, axis=1, kind="stable")[:, :width]
    return Drawn(task=task, times=np.take_along_axis(times, task, axis=1))


def successes_of(tables: Tables, drawn: Drawn, streams: list[np.random.Generator]) -> IntArray:
    """Shape (draw, model, place): successes among the attempts drawn.

    A task that came up `m` times with `n` attempts has `m * n` of them drawn from its own `n`.
    """
    won = np.empty((drawn.task.shape[0], len(streams), drawn.task.shape[1]), dtype=np.int64)
    for model, generator in enumerate(streams):
        number, tries = tables.successes[model], tables.attempts[model]
        mixed = ((number > 0) & (number < tries))[drawn.task] & (drawn.times > 0)
        mine = drawn.times * number[drawn.task]
        task = drawn.task[mixed]
        mine[mixed] = generator.binomial(drawn.times[mixed] * tries[task], (number / np.maximum(tries, 1))[task])
        won[:, model] = mine
    return won
