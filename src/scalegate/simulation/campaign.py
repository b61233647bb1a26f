"""Campaigns of evaluation: when one begins, when it reports, and what stands about each limit until the next.

For: trajectories. Does not know: decisions, protections. One campaign runs every evaluation of the policy at once.
"""

from __future__ import annotations

from functools import reduce

import numpy as np

from scalegate.decision.abstract import Claim
from scalegate.simulation.draws import Draws
from scalegate.simulation.instrument import FloatArray, Instrument, LimitInstrument
from scalegate.simulation.scenario import Scenario, weeks
from scalegate.simulation.table import CLAIMS, BoolArray, CodeArray, IntArray
from scalegate.simulation.terms import WEEKS_PER_MONTH, Terms

_ALERT, _EXPIRED = CLAIMS.index(Claim.ALERT), CLAIMS.index(Claim.EXPIRED)
_NOT_SHOWN, _NEVER_RUN = CLAIMS.index(Claim.NOT_SHOWN), CLAIMS.index(Claim.NEVER_RUN)
_SHOWN = CLAIMS.index(Claim.DANGER_SHOWN)


def least(arrays: list[FloatArray], shape: tuple[int, ...]) -> FloatArray:
    """Element by element; infinite where there is none."""
    return reduce(np.minimum, arrays, np.full(shape, np.inf))


class Campaigns:
    """The state of evaluation in every run.

    Attributes:
        assessed: whether a campaign has reported; shape (run,).
        seen: week of the checkpoint that the last report is about; shape (run,).
        kinds: what the last report said, places in `CLAIMS`; shape (limit, run).
    """

    def __init__(
        self, terms: Terms, instrument: Instrument, scenario: Scenario, drawn: Draws, chance: np.random.Generator
    ) -> None:
        self._terms, self._instrument, self._evaluation = terms, instrument, scenario.evaluation
        self._drawn, self._chance = drawn, chance
        runs = drawn.per_week.size
        shape = (len(instrument.limits), runs)
        self.assessed = np.zeros(runs, dtype=bool)
        self.seen = np.full(runs, -np.inf)
        self.kinds = np.full(shape, _NEVER_RUN, dtype=np.uint8)
        self._compute = np.full(runs, -np.inf)
        self._dated = np.full(runs, -np.inf)
        self._alert_by, self._held_by = np.full(shape, np.inf), np.full(shape, np.inf)
        self._held_cap = np.full(runs, np.inf)
        self._shown = np.zeros(shape, dtype=bool)
        self._report_at = np.full(runs, np.inf)
        self._next_seen, self._next_compute = np.zeros(runs), np.zeros(runs)
        self._next_kinds = np.zeros(shape, dtype=np.uint8)
        self._next_alert, self._next_limit, self._next_cap = np.zeros(shape), np.zeros(shape), np.zeros(shape)

    # --------------------------------------------------------------------------------- reporting

    def report(self, week: int) -> BoolArray:
        """Take in the campaigns that report by this week; shape (run,)."""
        due = self._report_at <= week
        at = np.nonzero(due)[0]
        if at.size:
            kinds = self._next_kinds[:, at]
            self._shown[:, at] |= kinds == _SHOWN
            kinds = np.where(self._shown[:, at], _SHOWN, kinds).astype(np.uint8)  # V8: nothing else ends it
            dated = self._next_seen[at] + self._terms.duration
            calendar = dated + self._terms.calendar
            self.kinds[:, at], self.assessed[at] = kinds, True
            self.seen[at], self._dated[at], self._compute[at] = self._next_seen[at], dated, self._next_compute[at]
            self._alert_by[:, at] = dated + self._next_alert[:, at] * WEEKS_PER_MONTH
            self._held_by[:, at] = np.minimum(dated + self._next_limit[:, at] * WEEKS_PER_MONTH, calendar)
            caps = np.where(kinds >= _ALERT, self._next_compute[at] + self._next_cap[:, at], np.inf)
            self._held_cap[at] = caps.min(axis=0, initial=np.inf)
            self._report_at[at] = np.inf
        return due

    def claims(self, week: int, last_event: FloatArray) -> tuple[CodeArray, CodeArray]:
        """What stands now for every permission but TRAIN, and for TRAIN (V7); shape (limit, run) each."""
        ended = self.assessed & ((week >= self._dated + self._terms.calendar) | (last_event >= self._dated))
        stands = self.kinds >= _ALERT
        worn = stands & (ended | (week >= self._held_by))
        alert = (self.kinds == _NOT_SHOWN) & (week >= self._alert_by)
        claims = np.where(worn, _EXPIRED, np.where(alert, _ALERT, self.kinds))
        training = np.where(stands & ended, _EXPIRED, self.kinds)
        return claims.astype(np.uint8), training.astype(np.uint8)

    # ------------------------------------------------------------------------------- what is due

    def due(self, week: int, compute: FloatArray, last_event: FloatArray) -> dict[str, BoolArray]:
        """Which trigger makes an assessment due now (D4, D5, V7); shape (run,) each."""
        first = self._terms.first_point
        at_first = np.ones(compute.size, dtype=bool) if first is None else compute >= first
        return {
            "first": ~self.assessed & at_first,
            "compute": self.assessed & (compute >= self._compute + self._terms.step),
            "calendar": self.assessed & (week >= self._dated + self._terms.calendar),
            "event": self.assessed & (last_event >= self._dated),
            "growth": self.assessed & (compute >= self._held_cap),
        }

    def compute_cap(self) -> FloatArray:
        """How far a run may go (D4, D5); shape (run,)."""
        first = np.inf if self._terms.first_point is None else self._terms.first_point
        return np.where(self.assessed, np.minimum(self._compute + self._terms.step, self._held_cap), first)

    def begin(
        self, week: int, compute: FloatArray, truth: FloatArray, due: dict[str, BoolArray]
    ) -> dict[str, BoolArray]:
        """Begin campaigns where a due point is near or something is due: which were begun, and what for.

        A due point by compute or calendar is seen coming; an event, and a claim that growth has ended, are not.
        """
        lead = weeks(self._evaluation.lead)
        ahead = compute + self._drawn.per_week * lead
        first = -np.inf if self._terms.first_point is None else self._terms.first_point
        worn = ((self.kinds >= _ALERT) & (week >= self._held_by)).any(axis=0)
        wanted = {
            "first": ~self.assessed & (ahead >= first),
            "compute": self.assessed & (ahead >= self._compute + self._terms.step),
            "calendar": self.assessed & (week + lead >= self._dated + self._terms.calendar),
            "event": due["event"],
            "growth": due["growth"] | (self.assessed & worn),
        }
        free = np.isinf(self._report_at)
        begun = {name: reason & free for name, reason in wanted.items()}
        at = np.nonzero(np.any(list(begun.values()), axis=0))[0]
        if at.size:
            self._run(week, at, compute, truth)
        return begun

    def _run(self, week: int, at: IntArray, compute: FloatArray, truth: FloatArray) -> None:
        """What the campaign will say is decided by its checkpoint, now."""
        evaluation, drawn, number = self._evaluation, self._drawn, at.size
        shared = float(evaluation.shared_error)
        counts = []
        for place, dial in enumerate(self._instrument.dials):
            fresh = self._chance.standard_normal(number)
            normal = np.sqrt(shared) * drawn.error[place, at] + np.sqrt(1 - shared) * fresh
            counts.append(dial.counts.draw(truth[place, at] - drawn.gap[place, at], normal))
        void = self._chance.random(number) < float(evaluation.void_share)
        delay = self._chance.standard_exponential(number) * weeks(evaluation.delay)
        for place, limit in enumerate(self._instrument.limits):
            self._next_kinds[place, at] = _says(limit, counts, void, number)
            for name, into in (
                ("months_to_alert", self._next_alert),
                ("months_to_limit", self._next_limit),
                ("doublings_to_limit", self._next_cap),
            ):
                into[place, at] = least([getattr(r, name)[counts[r.dial]] for r in limit.readings], (number,))
        self._next_seen[at], self._next_compute[at] = week, compute[at]
        self._report_at[at] = week + self._terms.duration + delay


def _says(limit: LimitInstrument, counts: list[IntArray], void: BoolArray, number: int) -> IntArray:
    """The gravest over the readings, and over what nothing simulated can clear (V2)."""
    said = np.full(number, limit.base, dtype=np.int64)
    for reading in limit.readings:
        count = counts[reading.dial]
        said = np.minimum(said, np.where(void, reading.void[count], reading.says[count]))
    return said
