"""What a permission asks for, before and after: the gate's reading of standing and conditional protections (D2).

For: `table.py`. Does not know: whether a protection is in force.

Where nothing is said the gate holds, so saying nothing asks for the most: a tie that is removed strengthens, and one
that is added where there was none weakens.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from scalegate.decision.state import tie_of
from scalegate.policy.document import Conditional, Family, Permission, Protections, Standing
from scalegate.revision.change import Category, Dimension, Outcome, Revision, Weighed, undecided
from scalegate.revision.meaning import Elsewhere, Entry, Text
from scalegate.revision.weigh import stricter, weaker, weigh
from scalegate.shape import Path

if TYPE_CHECKING:
    from scalegate.revision.walk import Maybe, Places, Walk

Asked = frozenset[str] | None
"""Ids of protections; empty where nothing is asked, None where nothing is said and the gate holds."""

_TOUCHES = (Dimension.OBLIGATION, Dimension.CONSEQUENCE)
_ENTRY = Entry(meaning=Elsewhere(where="here"), touches=_TOUCHES, rule="D2")
_REASON = Entry(meaning=Text(), touches=(Dimension.OBLIGATION,), rule="D2")


def standing(walk: Walk, old: Protections, new: Protections, at: Places, _: Category) -> Iterator[Revision]:
    """D2: asked always; for a permission of which nothing is said the gate holds."""
    for name in dict.fromkeys((*old.standing, *new.standing)):
        was, now = old.standing.get(name), new.standing.get(name)
        before: Path | None = (*at[0], "standing", name) if was else None
        after: Path | None = (*at[1], "standing", name) if now else None
        yield from _tie(walk, was, now, (before, after), None)


def conditional(walk: Walk, old: Protections, new: Protections, at: Places, _: Category) -> Iterator[Revision]:
    """By limit and permission; of two ties for the same the gate reads the first."""
    stood, stands = _places(old.conditional), _places(new.conditional)
    for key in dict.fromkeys((*stood, *stands)):
        was, now = (tie_of(document, *key) for document in walk.documents)
        before: Path | None = (*at[0], "conditional", stood[key]) if was else None
        after: Path | None = (*at[1], "conditional", stands[key]) if now else None
        yield from _tie(walk, was, now, (before, after), _of_limits(walk, key[0], was, now))


def _places(ties: tuple[Conditional, ...]) -> dict[tuple[str, Permission], int]:
    found: dict[tuple[str, Permission], int] = {}
    for index, tie in enumerate(ties):
        found.setdefault((tie.limit, tie.permission), index)
    return found


def _of_limits(walk: Walk, limit: str, was: Conditional | None, now: Conditional | None) -> Weighed | None:
    """Where the limit itself came, went or stops hard, the tie decides nothing of its own."""
    before, after = (document.limits.get(limit) for document in walk.documents)
    if before is None and was is None:
        return Weighed(outcome=Outcome.ADDED, why="what a crossing of the new limit asks for")
    if after is None and now is None:
        return Weighed(outcome=Outcome.REMOVED, why="it went with its limit")
    if before and after and before.hard_stop and after.hard_stop:
        return Weighed(outcome=Outcome.RETAINED, why="a hard stop holds whatever is tied to it (L2)")
    return None


Tie = Standing | Conditional | None


def _tie(walk: Walk, was: Tie, now: Tie, at: Maybe, decided: Weighed | None) -> Iterator[Revision]:
    before, after = asked(was), asked(now)
    category = _category(walk, was, now)
    if before != after:
        weighed = decided or _weighed(before, after)
        yield walk.revise(_ENTRY, _said(was), _said(now), at, category, weighed)
    elif was and now and was.none_because != now.none_because:
        weighed = decided or weigh(_REASON, was.none_because, now.none_because, walk.documents)
        inner = tuple((*path, "none_because") for path in at if path is not None)
        yield walk.revise(_REASON, was.none_because, now.none_because, (inner[0], inner[1]), category, weighed)


def asked(tie: Tie) -> Asked:
    if tie is None or not (tie.protections or tie.none_because):
        return None
    return frozenset(tie.protections)


def _weighed(before: Asked, after: Asked) -> Weighed:
    if before is None:
        return weaker("nothing was said, so the gate held; now something would permit")
    if after is None:
        return stricter("nothing is said, so the gate holds")
    less, more = sorted(before - after), sorted(after - before)
    if less and more:
        return undecided(f"asks for {', '.join(more)} in place of {', '.join(less)}")
    if less:
        return weaker(f"no longer asks for {', '.join(less)}")
    return stricter(f"asks for {', '.join(more)} as well")


def _said(tie: Tie) -> str | None:
    if tie is None:
        return None
    return ", ".join(tie.protections) or f"none, because {tie.none_because}"


def _category(walk: Walk, *ties: Tie) -> Category:
    """Security where a security measure is among what is asked."""
    named = {p for tie in ties if tie for p in tie.protections}
    measures = [m for d in walk.documents for n, m in d.protections.measures.items() if n in named]
    return Category.SECURITY if any(m.family is Family.SECURITY for m in measures) else Category.MITIGATION
