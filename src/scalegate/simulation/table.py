"""The decision table: the gate's answers, looked up by packed abstract states, many at once.

For: trajectories, replays, and the test that holds the three views of the gate equal. Does not know: how a state came
about, chance, rules: every answer is the gate's own, asked once for each distinct state that is met.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
import numpy.typing as npt

from scalegate.decision.abstract import AbstractLimit, AbstractState, Answer, Claim, concrete
from scalegate.decision.decision import Blocker
from scalegate.decision.gate import blockers, waived_until
from scalegate.decision.state import GateState, Training, tie_of
from scalegate.policy.document import Permission, PolicyDocument

BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.int64]
CodeArray = npt.NDArray[np.uint8]
WordArray = npt.NDArray[np.uint64]

CLAIMS = tuple(Claim)
TRAININGS = tuple(Training)
ANSWERS = tuple(Answer)
_FLAGS = ("opaque", "widening", "paused", "out_of_scope")
_ACTS = ("duty_late", "stale", "risk_stated", "waived")
_WORD = 63
_CLAIM = 3
_LIMIT = _CLAIM + len(_ACTS)


@dataclass(frozen=True, kw_only=True)
class Layout:
    """Which parts decide for one permission, in the order in which they are packed.

    Attributes:
        limits: on ladders, in the order of the ladders.
        asked: protections that the permission may ask for; the gate looks at no other.
        blind_spots: threat models with an accepted blind spot.
    """

    permission: Permission
    limits: tuple[str, ...]
    asked: tuple[str, ...]
    blind_spots: tuple[str, ...]

    @cached_property
    def widths(self) -> tuple[int, ...]:
        """Bits of each part."""
        return (*(_LIMIT for _ in self.limits), *(1 for _ in (*self.asked, *self.blind_spots, *_FLAGS)), 3)


def layout_of(policy: PolicyDocument, permission: Permission) -> Layout:
    """The parts of a policy that one permission looks at."""
    limits = tuple(limit for model in policy.threat_models.values() for limit in model.ladder)
    standing = policy.protections.standing.get(permission)
    ties = [tie for limit in limits if (tie := tie_of(policy, limit, permission))]
    asked = {*(standing.protections if standing else ()), *(p for tie in ties for p in tie.protections)}
    spots = tuple(n for n, model in policy.threat_models.items() if model.accepted_blind_spot)
    return Layout(permission=permission, limits=limits, asked=tuple(sorted(asked)), blind_spots=spots)


@dataclass(frozen=True, kw_only=True)
class Columns:
    """Many abstract states for one permission, part by part; the last axis is the state.

    Attributes:
        limits: shape (limit, state), as `limit_codes` makes them.
        in_force: shape (asked protection, state).
        lapsed: shape (blind spot, state).
        training: shape (state,), places in `TRAININGS`.
        opaque, widening, paused, out_of_scope: shape (state,).
    """

    limits: CodeArray
    in_force: BoolArray
    lapsed: BoolArray
    training: CodeArray
    opaque: BoolArray
    widening: BoolArray
    paused: BoolArray
    out_of_scope: BoolArray

    def parts(self) -> Iterator[npt.NDArray[np.bool_] | CodeArray]:
        """Each part's values, in the order of `Layout.widths`."""
        yield from self.limits
        yield from self.in_force
        yield from self.lapsed
        for name in _FLAGS:
            yield getattr(self, name)
        yield self.training


def limit_codes(
    claims: CodeArray, *, duty_late: BoolArray, stale: BoolArray, risk_stated: BoolArray, waived: BoolArray
) -> CodeArray:
    """Everything about limits in one small number each; claims are places in `CLAIMS`, every shape (limit, state)."""
    codes = claims.astype(np.uint8)
    for at, act in enumerate((duty_late, stale, risk_stated, waived), start=_CLAIM):
        codes |= act.astype(np.uint8) << np.uint8(at)
    return codes


def columns_of(layout: Layout, states: tuple[AbstractState, ...]) -> Columns:
    """The same states in columns."""
    limits = [[state.limits[name] for state in states] for name in layout.limits]
    shape = (len(layout.limits), len(states))

    def acts(name: str) -> BoolArray:
        return np.array([[getattr(limit, name) for limit in row] for row in limits], dtype=bool).reshape(shape)

    def flag(name: str) -> BoolArray:
        return np.array([getattr(state, name) for state in states], dtype=bool)

    def among(names: tuple[str, ...], of: str) -> BoolArray:
        cells = [[name in getattr(state, of) for state in states] for name in names]
        return np.array(cells, dtype=bool).reshape(len(names), len(states))

    claims = [[CLAIMS.index(limit.claim) for limit in row] for row in limits]
    return Columns(
        limits=limit_codes(np.array(claims, dtype=np.uint8).reshape(shape), **{name: acts(name) for name in _ACTS}),
        in_force=among(layout.asked, "in_force"),
        lapsed=among(layout.blind_spots, "lapsed"),
        training=np.array([TRAININGS.index(s.training) for s in states], dtype=np.uint8),
        **{name: flag(name) for name in _FLAGS},
    )


def pack(layout: Layout, columns: Columns) -> WordArray:
    """Shape (word, state): the parts side by side, as few words as they need."""
    words: list[WordArray] = []
    used = _WORD + 1
    for width, values in zip(layout.widths, columns.parts(), strict=True):
        if used + width > _WORD:
            words.append(np.zeros(values.shape, dtype=np.uint64))
            used = 0
        words[-1] |= values.astype(np.uint64) << np.uint64(used)
        used += width
    return np.stack(words)


def unpack(layout: Layout, words: list[int]) -> AbstractState:
    """The state that these words were packed from."""
    values = list(_values(layout, words))
    limits = {name: _limit_of(code) for name, code in zip(layout.limits, values, strict=False)}
    rest = iter(values[len(layout.limits) :])
    in_force = frozenset(name for name in layout.asked if next(rest))
    lapsed = frozenset(name for name in layout.blind_spots if next(rest))
    flags = {name: bool(next(rest)) for name in _FLAGS}
    return AbstractState(
        permission=layout.permission,
        limits=limits,
        in_force=in_force,
        lapsed=lapsed,
        training=TRAININGS[next(rest)],
        **flags,
    )


@cache
def _limit_of(code: int) -> AbstractLimit:
    return AbstractLimit(
        claim=CLAIMS[code & ((1 << _CLAIM) - 1)],
        **{act: bool(code >> at & 1) for at, act in enumerate(_ACTS, start=_CLAIM)},
    )


def _values(layout: Layout, words: list[int]) -> Iterator[int]:
    at, used = -1, _WORD + 1
    for width in layout.widths:
        if used + width > _WORD:
            at, used = at + 1, 0
        yield words[at] >> used & ((1 << width) - 1)
        used += width


class _Numbering:
    """Gives each distinct number a place, in the order in which they are met."""

    def __init__(self) -> None:
        self._sorted = np.zeros(0, dtype=np.uint64)
        self._places = np.zeros(0, dtype=np.int64)

    def __len__(self) -> int:
        return int(self._sorted.size)

    def places(self, numbers: WordArray) -> tuple[IntArray, IntArray]:
        """The place of each number, and where each number stands that had none, in the order of the new places."""
        known = len(self)
        found = np.searchsorted(self._sorted, numbers)
        fresh = np.ones(numbers.shape, dtype=bool)
        if known:
            fresh = self._sorted[np.minimum(found, known - 1)] != numbers
        at = np.nonzero(fresh)[0]
        if at.size:
            new, first = np.unique(numbers[at], return_index=True)
            self._add(new)
            at = at[first]
            found = np.searchsorted(self._sorted, numbers)
        return np.asarray(self._places[found]), at

    def _add(self, numbers: WordArray) -> None:
        at = np.searchsorted(self._sorted, numbers)
        places = np.arange(len(self), len(self) + numbers.size)
        self._sorted, self._places = np.insert(self._sorted, at, numbers), np.insert(self._places, at, places)


Key = tuple[str, str, str]
"""Rule, limit and protection of a blocker: which clause held."""


class _Marks:
    """For each place a set of small numbers; grows as both do."""

    def __init__(self) -> None:
        self._cells = np.zeros((1, 256), dtype=bool)

    def fill(self, place: int, numbers: list[int]) -> None:
        height, width = self._cells.shape
        need = max(numbers, default=0) + 1
        if place >= width or need > height:
            grown = np.zeros((max(height, need), width if place < width else 2 * (place + 1)), dtype=bool)
            grown[:height, :width] = self._cells
            self._cells = grown
        for number in numbers:
            self._cells[number, place] = True

    def of(self, places: IntArray, numbers: int) -> BoolArray:
        """Shape (number, state)."""
        found = np.zeros((numbers, places.size), dtype=bool)
        for at in range(min(numbers, self._cells.shape[0])):
            np.take(self._cells[at], places, out=found[at])
        return found

    def words(self, numbers: int) -> WordArray:
        """The sets as bits; shape (word, place)."""
        found = np.zeros((max(1, -(-numbers // 64)), self._cells.shape[1]), dtype=np.uint64)
        for at in range(min(numbers, self._cells.shape[0])):
            found[at // 64] |= self._cells[at].astype(np.uint64) << np.uint64(at % 64)
        return found


class PermissionTable:
    """The table for one permission; a place stands for one distinct state.

    Attributes:
        keys: the clauses that have held in some state, in the order in which they were met.
    """

    def __init__(self, policy: PolicyDocument, permission: Permission) -> None:
        self._policy = policy
        self.layout = layout_of(policy, permission)
        self.keys: dict[Key, int] = {}
        words = pack(self.layout, columns_of(self.layout, ())).shape[0]
        self._folds = [_Numbering() for _ in range(words)]
        self._rest = [_Numbering() for _ in range(words - 1)]
        self._answers = np.zeros(256, dtype=np.uint8)
        self._clauses, self._blocked, self._crossed, self._other = _Marks(), _Marks(), _Marks(), _Marks()
        self._limit = {name: at for at, name in enumerate(self.layout.limits)}
        self._bits: tuple[int, WordArray] | None = None
        self._before: tuple[WordArray, IntArray] | None = None
        self.gate_calls = 0

    @property
    def distinct(self) -> int:
        """Distinct states met so far."""
        return len(self._folds[-1])

    def places(self, columns: Columns) -> IntArray:
        """The place of each state, shape (state,); the gate is asked about those that are new."""
        words = pack(self.layout, columns)
        places, before = np.empty(words.shape[1], dtype=np.int64), self._before
        changed = np.ones(words.shape[1], dtype=bool)
        if before is not None and before[0].shape == words.shape:  # most runs stand where they stood last week
            changed = (before[0] != words).any(axis=0)
            places[:] = before[1]
        places[changed] = self._look_up(words[:, changed])
        self._before = words, places
        return places

    def _look_up(self, words: WordArray) -> IntArray:
        known, codes = self.distinct, words[0]
        for fold, rest, word in zip(self._folds, self._rest, words[1:], strict=False):
            # no table has 2**32 states, so that two places make one number
            codes = fold.places(codes)[0].astype(np.uint64) << np.uint64(32) | rest.places(word)[0].astype(np.uint64)
        places, fresh = self._folds[-1].places(codes)
        for place, at in enumerate(fresh.tolist(), start=known):
            self._ask(place, unpack(self.layout, [int(word) for word in words[:, at]]))
        return places

    def _ask(self, place: int, state: AbstractState) -> None:
        whole = concrete(self._policy, state)
        self.gate_calls += 1
        found = blockers(self._policy, whole)
        said = _answer(whole, found)
        if place >= self._answers.size:
            self._answers = np.concatenate([self._answers, np.zeros_like(self._answers)])
        self._answers[place] = ANSWERS.index(said)
        self._clauses.fill(place, [self._key(blocker) for blocker in found])
        self._blocked.fill(place, sorted({self._limit[b.limit] for b in found if b.limit}))
        self._crossed.fill(place, self._asked_about(whole))
        self._other.fill(place, [0] if any(not b.limit for b in found) else [])

    def _key(self, blocker: Blocker) -> int:
        return self.keys.setdefault((blocker.rule, blocker.limit, blocker.protection), len(self.keys))

    def _asked_about(self, state: GateState) -> list[int]:
        """Limits whose crossing the gate looks at: not those of a first run without evidence (D4)."""
        spared = state.training is Training.FIRST_RUN
        return [
            self._limit[limit.limit]
            for limit in state.limits
            if limit.crossed and not (spared and limit.never_run and limit.has_observations)
        ]

    def answers(self, places: IntArray) -> CodeArray:
        """Places in `ANSWERS`, shape (state,)."""
        return np.asarray(self._answers[places])

    def clauses(self) -> WordArray:
        """Which of `keys` hold, as bits by place; shape (word, place). Moves when states are new."""
        if self._bits is None or self._bits[0] != self.distinct:
            self._bits = self.distinct, self._clauses.words(len(self.keys))
        return self._bits[1]

    def clause_table(self) -> BoolArray:
        """The same, not packed; shape (key, place)."""
        return self._clauses.of(np.arange(self.distinct), len(self.keys))

    def blocked_by(self, places: IntArray) -> BoolArray:
        """Shape (limit, state): which limits hold it."""
        return self._blocked.of(places, len(self.layout.limits))

    def held_otherwise(self, places: IntArray) -> BoolArray:
        """Shape (state,): whether something holds it that bears on no limit."""
        return np.asarray(self._other.of(places, 1)[0])

    def crossed(self, places: IntArray) -> BoolArray:
        """Shape (limit, state): which limits count as crossed, so that what is tied to them is asked."""
        return self._crossed.of(places, len(self.layout.limits))


def _answer(state: GateState, found: tuple[Blocker, ...]) -> Answer:
    """As `decision.abstract.answer`, which would look for the blockers once more."""
    if not found:
        return Answer.GRANTED
    return Answer.WAIVED if waived_until(state, found) else Answer.HELD


class DecisionTable:
    """The gate as a table, filled as states are met; one for each policy."""

    def __init__(self, policy: PolicyDocument) -> None:
        self._policy = policy
        self._tables: dict[Permission, PermissionTable] = {}

    def of(self, permission: Permission) -> PermissionTable:
        if permission not in self._tables:
            self._tables[permission] = PermissionTable(self._policy, permission)
        return self._tables[permission]

    @property
    def distinct(self) -> int:
        """Distinct states met so far, over all permissions."""
        return sum(table.distinct for table in self._tables.values())

    @property
    def gate_calls(self) -> int:
        """How often the gate was asked: once for each distinct state."""
        return sum(table.gate_calls for table in self._tables.values())

    def answer(self, state: AbstractState) -> Answer:
        """The answer to one state, packed and looked up like every other."""
        return self.answers((state,))[0]

    def answers(self, states: tuple[AbstractState, ...]) -> tuple[Answer, ...]:
        """The answers to states of any permissions, in their order."""
        found: dict[int, Answer] = {}
        for permission in dict.fromkeys(state.permission for state in states):
            at = [n for n, state in enumerate(states) if state.permission is permission]
            table = self.of(permission)
            places = table.places(columns_of(table.layout, tuple(states[n] for n in at)))
            codes = table.answers(places).tolist()
            found.update(zip(at, (ANSWERS[code] for code in codes), strict=True))
        return tuple(found[n] for n in range(len(states)))
