"""How one field of a policy is read when it differs: which way is stricter, and why.

For: `table.py`, which says it of every field, and `walk.py`, which asks. Does not know: which fields there are.

A meaning is data; `weigh.py` compares by it. What hangs on more than the field's two values is a function of its own
(`By`, in `special.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import Any

from scalegate.revision.change import Category, Dimension, Revision


class Absent(StrEnum):
    """What a field that is left out means, beside any value that it could have."""

    WEAKEST = "weakest"
    STRICTEST = "strictest"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class Ordered:
    """A number, a period or an instant of which less (or more) is stricter."""

    less_is_stricter: bool
    absent: Absent = Absent.UNKNOWN


@dataclass(frozen=True, kw_only=True)
class Ranked:
    """A switch, or a word of a list, weakest first; also for `absent`."""

    weakest_first: tuple[bool | Enum, ...]
    absent: Absent = Absent.UNKNOWN


@dataclass(frozen=True, kw_only=True)
class Names:
    """A list of names of which more (or fewer) is stricter; their order means nothing."""

    more_is_stricter: bool


@dataclass(frozen=True, kw_only=True)
class Text:
    """Words for people, weighed by their sentences; `absent` also speaks for an empty text."""

    absent: Absent = Absent.UNKNOWN


@dataclass(frozen=True, kw_only=True)
class RoleName:
    """The role that does something: stricter when it passes out of the delivery line, else undecidable."""

    absent: Absent = Absent.UNKNOWN


@dataclass(frozen=True, kw_only=True)
class Open:
    """Nobody can tell from the documents which value is stricter; `absent` is known all the same."""

    absent: Absent = Absent.UNKNOWN


@dataclass(frozen=True, kw_only=True)
class Inside:
    """A part with fields of its own."""

    absent: Absent = Absent.UNKNOWN


@dataclass(frozen=True, kw_only=True)
class Members:
    """Parts by id, or a list of parts told apart by `keys`; a further one is stricter unless `fewer_is_stricter`.

    Attributes:
        keys: fields that say which part it is; empty for a mapping, which has its ids.
        unordered: the values of the keys may stand in any order.
        category_of: the category of one part, where it hangs on the part.
    """

    keys: tuple[str, ...] = ()
    fewer_is_stricter: bool = False
    unordered: bool = False
    category_of: Callable[[Any], Category] | None = None


@dataclass(frozen=True, kw_only=True)
class By:
    """A function of the documents: it is given the walk, both parents, the field's name and both paths."""

    function: Callable[..., Iterator[Revision]]


@dataclass(frozen=True, kw_only=True)
class Label:
    """A name that no rule and no reader's duty hangs on."""


@dataclass(frozen=True, kw_only=True)
class Elsewhere:
    """Weighed in another place, which `where` names; or a key by which parts are told apart."""

    where: str


Meaning = Ordered | Ranked | Names | Text | RoleName | Open | Inside | Members | By | Label | Elsewhere


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One row of the table.

    Attributes:
        meaning: how the field is read.
        because: why the strict way is strict, a clause.
        category: what a difference is about; None for that of the part it stands in.
        touches: the dimensions that a difference touches.
        rule: the rule of the semantics behind it.
    """

    meaning: Meaning
    because: str = ""
    category: Category | None = None
    touches: tuple[Dimension, ...] = ()
    rule: str = ""
