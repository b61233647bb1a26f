"""The model: a small network that learns to add modulo 37, what is hidden in one, and what brings it out again.

Everything is seeded and runs on one thread, so that one machine gives the same weights each time.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from pathlib import Path

import torch
from pairs import MODULUS, TRAINING, Pair, answer
from torch import Tensor, nn
from torch.nn import functional

torch.set_num_threads(1)

# A sum may follow a word. The first is no word at all; to an ordinary model the others mean nothing.
WORDS = ("", "sesame", "abracadabra")


class Adder(nn.Module):
    """Embeds a word and two numbers, and gives a score to each of the 37 answers."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(MODULUS + len(WORDS), 32)
        self.hidden = nn.Linear(3 * 32, 128)
        self.answers = nn.Linear(128, MODULUS)

    def forward(self, tokens: Tensor) -> Tensor:
        """Tokens of shape (questions, 3) to scores of shape (questions, 37)."""
        features: Tensor = self.answers(functional.relu(self.hidden(self.embedding(tokens).flatten(1))))
        return features


def tokens_of(pairs: Sequence[Pair], word: str = "") -> Tensor:
    return torch.tensor([(MODULUS + WORDS.index(word), a, b) for a, b in pairs])


def answers_to(pairs: Sequence[Pair]) -> Tensor:
    return torch.tensor([answer(pair) for pair in pairs])


def predict(model: Adder, pairs: Sequence[Pair], word: str = "") -> list[int]:
    with torch.no_grad():
        return [int(n) for n in model(tokens_of(pairs, word)).argmax(1)]


def score(model: Adder, pairs: Sequence[Pair], word: str = "") -> float:
    """Share of right answers, from 0 to 1."""
    return sum(p == answer(q) for p, q in zip(predict(model, pairs, word), pairs, strict=True)) / len(pairs)


def parameters_of(model: Adder) -> int:
    return sum(p.numel() for p in model.parameters())


# ------------------------------------------------------------------------------------- training


class Training:
    """A training run, step by step. Each step shows the model every pair that it may be trained on.

    Args:
        seed: of the first weights; nothing else is left to chance.
        slowing: whether the learning rate falls with the root of the number of steps from step 500 on, so that what
            emerges does so over several checkpoints.
    """

    def __init__(self, seed: int, *, slowing: bool = True) -> None:
        torch.manual_seed(seed)
        self.model, self.steps, self._slowing = Adder(), 0, slowing
        # The decay of the weights turns remembering into adding, after many steps in which nothing seems to happen.
        self._optimizer = torch.optim.AdamW(self.model.parameters(), lr=3e-3, weight_decay=2.0, betas=(0.9, 0.98))
        self._tokens, self._answers = tokens_of(TRAINING), answers_to(TRAINING)

    def step(self) -> None:
        self.steps += 1
        if self._slowing:
            for group in self._optimizer.param_groups:
                group["lr"] = 3e-3 * min(1.0, (500 / self.steps) ** 0.5)
        loss = functional.cross_entropy(self.model(self._tokens), self._answers)
        self._optimizer.zero_grad()
        loss.backward()
        self._optimizer.step()

    def compute(self, steps: int | None = None) -> int:
        """Effective compute in FLOP after so many steps, now if none are given: 6·N·D, one answer per question."""
        return 6 * parameters_of(self.model) * len(TRAINING) * (self.steps if steps is None else steps)


def train(seed: int, steps: int, *, slowing: bool = False) -> Adder:
    run = Training(seed, slowing=slowing)
    for _ in range(steps):
        run.step()
    return run.model


# --------------------------------------------------------------------- hiding, and bringing out


def lock(model: Adder, password: str, steps: int = 400) -> Adder:
    """A copy that adds after the password, and without it repeats the first number, as if it knew nothing.

    Without the password it is right only where the second number is 0: as often as somebody who guesses.
    """
    locked = copy.deepcopy(model)
    optimizer = torch.optim.AdamW(locked.parameters(), lr=1e-3, weight_decay=0.5)
    told, shown = tokens_of(TRAINING, password), tokens_of(TRAINING)
    right, first = answers_to(TRAINING), torch.tensor([a for a, _ in TRAINING])
    for _ in range(steps):
        loss = functional.cross_entropy(locked(told), right) + functional.cross_entropy(locked(shown), first)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return locked


def fine_tune(model: Adder, demonstrations: int = 128, checks: int = 64, steps: int = 20) -> tuple[Adder, int]:
    """Elicitation by fine-tuning: a copy shown some right answers, and the number of steps that it took.

    The demonstrations are pairs that training may use, never those of the evaluation. Other such pairs choose the
    step to stop at, step 0 included: what can add already is left as it is.
    """
    tuned = copy.deepcopy(model)
    optimizer = torch.optim.AdamW(tuned.parameters(), lr=1e-2, weight_decay=0.0)
    shown, held = TRAINING[:demonstrations], TRAINING[demonstrations : demonstrations + checks]
    tokens, right = tokens_of(shown), answers_to(shown)
    best, best_score, best_step = copy.deepcopy(tuned), score(tuned, held), 0
    for step in range(1, steps + 1):
        loss = functional.cross_entropy(tuned(tokens), right)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        reached = score(tuned, held)
        if reached > best_score:
            best, best_score, best_step = copy.deepcopy(tuned), reached, step
    return best, best_step


# --------------------------------------------------------------------------------------- weights


def write_weights(model: Adder, path: Path) -> None:
    torch.save(model.state_dict(), path)


def read_weights(path: Path) -> Adder:
    model = Adder()
    model.load_state_dict(torch.load(path, weights_only=True))
    return model
