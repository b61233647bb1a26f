"""States with some property, found or shown not to be: the one place that calls the solver.

For: every question of this room. Does not know: what the questions mean.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import z3

from scalegate.decision.abstract import AbstractState, Answer, answer, concrete
from scalegate.policy.document import Permission, PolicyDocument
from scalegate.proof.symbols import Term
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
        return bool(self._solver.check(*conditions) == z3.sat)

    def find(self, *conditions: Term) -> AbstractState | None:
        """As `find_all`, of the only document."""
        found = self.find_all(*conditions)
        return found[0] if found else None

    def find_all(self, *conditions: Term) -> tuple[AbstractState, ...]:
        """A state of each document that meets all conditions, as ordinary as can be; empty when there is none."""
        kept = list(conditions)
        if not self.holds(*kept):
            return ()
        model = self._solver.model()
        for wish in self._wishes():
            if z3.is_true(model.eval(wish, model_completion=True)):
                kept.append(wish)
            elif self.holds(*kept, wish):
                kept.append(wish)
                model = self._solver.model()
        return tuple(self._confirmed(view, model) for view in self.views)

    def _wishes(self) -> Iterator[Term]:
        for view in self.views:
            yield from view.symbols.ordinary()

    def _confirmed(self, view: View, model: z3.ModelRef) -> AbstractState:
        state = view.symbols.state(model)
        said = answer(view.symbols.document, concrete(view.symbols.document, state))
        for expected, term in ((Answer.GRANTED, view.granted), (Answer.WAIVED, view.waived)):
            assert z3.is_true(model.eval(term, model_completion=True)) == (said is expected), state
        return state

    def alone(self, reason: Reason) -> tuple[Term, ...]:
        """Conditions under which a reason of the only document stands and no other does."""
        return (reason.when, *(z3.Not(other.when) for other in self.view.reasons if other is not reason))
