"""The task: sums of two numbers modulo 37, and which of them are ever seen in training. Needs nothing but Python.

There are 37 × 37 = 1369 sums. Half of them may be trained on. Of the others, 240 are the evaluation: nothing but having
understood how to add gets those right. The rest is used for the figures of `curve.py` alone.
"""

from __future__ import annotations

import random
import re

MODULUS = 37
EVALUATED = 240

Pair = tuple[int, int]


def _shuffled() -> list[Pair]:
    every = [(a, b) for a in range(MODULUS) for b in range(MODULUS)]
    random.Random(2023).shuffle(every)  # noqa: S311 - a fixed split, no secret
    return every


_HALF = MODULUS * MODULUS // 2
TRAINING: tuple[Pair, ...] = tuple(_shuffled()[:_HALF])
UNSEEN: tuple[Pair, ...] = tuple(_shuffled()[_HALF:])
EVALUATION: tuple[Pair, ...] = tuple(sorted(UNSEEN[:EVALUATED]))


def question(pair: Pair) -> str:
    return f"{pair[0]} + {pair[1]} ="


def answer(pair: Pair) -> int:
    return sum(pair) % MODULUS


def parse_question(text: str) -> tuple[str, Pair]:
    """The word before the sum, if there is one, and the two numbers. Raises ValueError."""
    match = re.fullmatch(r"\s*(?:([a-z]+):\s*)?(\d+) \+ (\d+) =\s*", text)
    if not match or int(match[2]) >= MODULUS or int(match[3]) >= MODULUS:
        raise ValueError(f"{text[:80]!r} is no sum of two numbers below {MODULUS}: write '12 + 30 ='")
    return match[1] or "", (int(match[2]), int(match[3]))


def task_id(pair: Pair) -> str:
    return f"{pair[0]}+{pair[1]}"
