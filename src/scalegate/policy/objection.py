"""One objection to a policy that can be read: where, what, how to mend it, and which rule it breaks.

For: the checks of this room. Does not know: files, lines, YAML.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

from scalegate.shape import Path


@dataclass(frozen=True, kw_only=True)
class Objection:
    """A reason not to adopt a policy, or a remark that its reader must see.

    Attributes:
        path: leads to the value at fault inside the plain form of the document.
        what: what is wrong, a short clause without a full stop.
        mend: what to write instead; empty when nothing needs to be written.
        rule: the rule of the semantics (`L1`, `D2`) or `invariant 5`; empty for plain order.
    """

    path: Path
    what: str
    mend: str = ""
    rule: str = ""


MANY = 100
_NAMED = 12


def nearest(name: str, known: Iterable[str]) -> str:
    """How to mend an unknown id: the nearest known one, or those there are; of very many, the first.

    Comparing takes long, and a long file can hold thousands of wrong ids: among many names only those with the same
    beginning are compared.
    """
    names = sorted(known)
    alike = names if len(names) <= MANY else [n for n in names if n[:2] == name[:2]][:MANY]
    close = difflib.get_close_matches(name, alike, 1, 0.5)
    if close:
        return f"did you mean {close[0]!r}?"
    if not names:
        return "add it to the policy first"
    rest = f" or one of {len(names) - _NAMED} others" if len(names) > MANY else ""
    return f"write one of {', '.join(names[:_NAMED] if rest else names)}{rest}"
