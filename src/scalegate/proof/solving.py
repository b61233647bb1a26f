"""States with some property, found or shown not to be: the one place that calls the solver.

For: every question of this room. Does not know: what the questions mean.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

import z3

from scalegate.decision.abstract import AbstractState, Answer, answer, concrete
from scalegate.policy.document import Permission, PolicyDocument
from scalegate.proof.symbols import Symbols, Term
from scalegate.proof.translation import Reason, View, translate


class Theory:
    """The reachable states of one or several documents in force over one subject, for one permission (D1).

    A state that is found is put to the executable gate too: the two disagreeing is a bug, never an answer.
    """

    def __init__(self, documents: Iterable[PolicyDocument], permission: Permission) -> None:
        self.permission = permission
        self.documents = tuple(documents)
        many = len(self.documents) > 1
        names = [f"{at}: " if many else "" for at in range(len(self.documents))]
        self.views = tuple(translate(d, permission, n) for d, n in zip(self.documents, names, strict=True))
        self._solver = z3.Solver()
        for view in self.views:
            self._solver.add(*view.symbols.reachable())

    @property
    def view(self) -> View:
        """The view of the only document."""
        (view,) = self.views
        return view

    @property
    def granted(self) -> Term:
        """A hold in any document is a hold (D1)."""
        return z3.And(*(view.granted for view in self.views))

    def holds(self, *conditions: Term) -> bool:
        """Whether some reachable state meets all conditions."""
        with self._with(conditions):
            return bool(self._solver.check() == z3.sat)

    def find(self, *conditions: Term) -> AbstractState | None:
        """As `find_all`, of the only document."""
        found = self.find_all(*conditions)
        return found[0] if found else None

    def find_all(self, *conditions: Term) -> tuple[AbstractState, ...]:
        """A state of each document that meets all conditions, as ordinary as can be; empty when there is none."""
        with self._with(conditions):
            model = most_ordinary(self._solver, [view.symbols for view in self.views])
            return tuple(confirmed(view, model) for view in self.views) if model is not None else ()

    @contextmanager
    def _with(self, conditions: Iterable[Term]) -> Iterator[None]:
        self._solver.push()
        self._solver.add(*conditions)
        try:
            yield
        finally:
            self._solver.pop()

    def alone(self, reason: Reason) -> tuple[Term, ...]:
        """Conditions under which a reason of the only document stands and no other does."""
        return (reason.when, *(z3.Not(other.when) for other in self.view.reasons if other is not reason))


def most_ordinary(solver: z3.Solver, symbols: Sequence[Symbols]) -> z3.ModelRef | None:
    """A model in which as little as can be is out of the ordinary; None when there is no model.

    Wishes that cannot all come true are given up one by one, the least telling first.
    """
    if solver.check() != z3.sat:
        return None
    wishes = [wish for s in symbols for wish in s.ordinary()]
    rank = {wish.get_id(): at for at, wish in enumerate(wishes)}
    while solver.check(*wishes) != z3.sat:
        least = max(solver.unsat_core(), key=lambda wish: rank[wish.get_id()])
        wishes = [wish for wish in wishes if wish.get_id() != least.get_id()]
    model = solver.model()
    for plain in [p for s in symbols for p in s.plainly_crossed(model)]:
        if solver.check(*wishes, *plain) == z3.sat:
            wishes += plain
            model = solver.model()
    return model


def confirmed(view: View, model: z3.ModelRef) -> AbstractState:
    """The state that a model describes, once the executable gate has answered it as the formulas do."""
    state = view.symbols.state(model)
    said = answer(view.symbols.document, concrete(view.symbols.document, state))
    for expected, term in ((Answer.GRANTED, view.granted), (Answer.WAIVED, view.waived)):
        assert z3.is_true(model.eval(term, model_completion=True)) == (said is expected), state
    return state
