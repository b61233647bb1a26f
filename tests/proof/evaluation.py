"""Values of the solver's formulas in many states at once: the formula is walked, and nothing is solved."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import z3

from scalegate.decision.abstract import AbstractState, Answer
from scalegate.proof.translation import View

Column = np.ndarray[Any, np.dtype[np.bool_]]


class Table:
    """The unknowns of a view in some states, one column each; `of` gives the column of any formula over them."""

    def __init__(self, view: View, states: Sequence[AbstractState]) -> None:
        rows = [[value for _, value in view.symbols.values(state)] for state in states]
        columns = np.array(rows, dtype=bool).reshape(len(states), -1).T
        terms = [term for term, _ in view.symbols.values(states[0])]
        self._known = {t.decl().name(): c for t, c in zip(terms, columns, strict=True) if z3.is_const(t)}
        self._seen: dict[int, Column] = {}
        self._kept: list[Any] = []  # a formula that is collected would give its number to another one
        self._number = len(states)

    def of(self, term: Any) -> Column:
        found = self._seen.get(term.get_id())
        if found is None:
            found = self._seen[term.get_id()] = self._walk(term)
            self._kept.append(term)
        return found

    def _walk(self, term: Any) -> Column:
        inner = [self.of(child) for child in term.children()]
        match term.decl().kind():
            case z3.Z3_OP_TRUE:
                return np.ones(self._number, dtype=bool)
            case z3.Z3_OP_FALSE:
                return np.zeros(self._number, dtype=bool)
            case z3.Z3_OP_UNINTERPRETED:
                return self._known[term.decl().name()]
            case z3.Z3_OP_NOT:
                return ~inner[0]
            case z3.Z3_OP_AND:
                return np.logical_and.reduce([np.ones(self._number, dtype=bool), *inner])
            case z3.Z3_OP_OR:
                return np.logical_or.reduce([np.zeros(self._number, dtype=bool), *inner])
            case z3.Z3_OP_IMPLIES:
                return ~inner[0] | inner[1]
            case z3.Z3_OP_PB_AT_MOST:
                return np.asarray(sum(c.astype(int) for c in inner) <= term.params()[0])
        raise AssertionError(f"an operation that the walk does not know: {term.decl()}")


def answers(view: View, states: Sequence[AbstractState]) -> list[Answer]:
    """What the solver's view says of each state."""
    table = Table(view, states)
    granted, waived = table.of(view.granted), table.of(view.waived)
    words = (Answer.HELD, Answer.WAIVED, Answer.GRANTED)
    assert not (granted & waived).any()
    return [words[int(code)] for code in granted * 2 + waived]
