"""Two versions of a policy before the solver: does the new gate grant in some state where the old one held?

For: the revision room, where the solver is installed (extra `prove`). Does not know: what changed in the text, and
states in words.
"""

from __future__ import annotations

import z3

from scalegate.policy.document import Permission, PolicyDocument
from scalegate.proof.symbols import Term
from scalegate.proof.translation import View, translate


def relaxed(old: PolicyDocument, new: PolicyDocument, permission: Permission) -> bool:
    """Whether some state is granted by the new gate and was not by the old, or is waived and was held.

    The unknowns of both documents go by the same names, so that one state is a state of both.
    """
    before, after = translate(old, permission), translate(new, permission)
    solver = z3.Solver()
    solver.add(*before.symbols.shape(), *after.symbols.shape(), *_not_ended(before, after))
    granted = z3.And(after.granted, z3.Not(before.granted))
    waived = z3.And(after.waived, z3.Not(z3.Or(before.granted, before.waived)))
    return bool(solver.check(z3.Or(granted, waived)) == z3.sat)


def _not_ended(before: View, after: View) -> list[Term]:
    """An acceptance that gave way to a ladder is none any more, and cannot end."""
    models = after.symbols.document.threat_models
    replaced = [n for n, t in models.items() if t.ladder and not t.accepted_blind_spot]
    return [z3.Not(before.symbols.lapsed[n]) for n in replaced if n in before.symbols.lapsed]
