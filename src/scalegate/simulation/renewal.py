"""Things that lapse and are renewed, in time or late: tests of protections, acceptances of blind spots.

For: trajectories. Does not know: what depends on them.
"""

from __future__ import annotations

import numpy as np

from scalegate.simulation.instrument import FloatArray
from scalegate.simulation.table import BoolArray


class Renewals:
    """Each thing of each run stands from its test until it lapses; the next test is due then, and some are late.

    Args:
        first: week of the first test, infinite where none is known yet; shape (thing, run).
        lasts: weeks that a test stands, above 0; shape (thing,).
    """

    def __init__(
        self, chance: np.random.Generator, first: FloatArray, lasts: FloatArray, *, late_share: float, late_by: float
    ) -> None:
        self._chance, self._share, self._by = chance, late_share, late_by
        self._lasts = np.maximum(lasts, 1.0).reshape(-1, 1)
        self._next = first
        self._ends = np.full(first.shape, -np.inf)

    def begin(self, where: BoolArray, at: FloatArray) -> None:
        """Plan the first test of things that had none; both of shape (thing, run)."""
        unplanned = where & np.isinf(self._next) & np.isneginf(self._ends)
        self._next = np.where(unplanned, at, self._next)

    def stand(self, week: float) -> BoolArray:
        """Which stand in this week; tests that fall into it are made."""
        due = self._next <= week
        if due.any():
            thing, run = np.nonzero(due)
            self._ends[thing, run] = self._next[thing, run] + self._lasts[thing, 0]
            late = self._chance.random(thing.size) < self._share
            by = np.where(late, 1 + self._chance.standard_exponential(thing.size) * self._by, 0.0)
            self._next[thing, run] = self._ends[thing, run] + by
        return np.asarray(week < self._ends)
