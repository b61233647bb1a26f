"""Parts that went from one place and came in another: relocated, never removed and added.

For: `compare.py`. Does not know: renamed limits, roles and the like, which `renames.py` follows through their
references.

Two ways are recognised. A part with the same content but for its id, in the same list or mapping. And a promise in
words that moved between duties, actions, disclosures and commitments: the same words, with nothing lost on the way.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from scalegate.policy.document import Action, Commitment, Disclosure, Duty, PolicyDocument
from scalegate.quantity import Period
from scalegate.revision.change import Outcome, Revision, Weighed, undecided
from scalegate.revision.prose import same_text
from scalegate.revision.walk import Part, Walk
from scalegate.revision.weigh import weaker
from scalegate.revision.wording import says


def relocated(walk: Walk, revisions: list[Revision]) -> list[Revision]:
    """The differences with each pair that belongs together as one; the others as they are, in their order."""
    made: dict[int, Revision | None] = {}
    come = list(walk.came)
    for went in walk.went:
        for came in come:
            weighed = _one_part(went, came, walk.documents[1])
            if weighed is not None:
                come.remove(came)
                made[id(came.revision)] = None
                made[id(went.revision)] = _joined(went.revision, came.revision, weighed)
                break
    found = (made.get(id(r), r) for r in revisions)
    return [r for r in found if r is not None]


def _joined(went: Revision, came: Revision, weighed: Weighed) -> Revision:
    return replace(went, after=came.after, new=came.new, weighed=weighed)


def _one_part(went: Part, came: Part, new: PolicyDocument) -> Weighed | None:
    """What became of a part that may be the one that came; None when it is another."""
    before, after = went.revision.before, came.revision.after
    assert before is not None
    assert after is not None
    if type(went.value) is type(came.value) and before[:-1] == after[:-1]:
        if _nameless(went.value) == _nameless(came.value):
            if before[0] == "definitions" and says(new, str(before[-1])):
                return undecided("a meaning moved to another word, and this one is still in use")
            return Weighed(outcome=Outcome.RELOCATED, why="the same under another id")
        return None
    one, other = _promise(went.value), _promise(came.value)
    if one is None or other is None or not same_text(one.words, other.words):
        return None
    return _as_firm(one, other)


def _nameless(value: Any) -> Any:
    return replace(value, id="") if hasattr(value, "id") else value


@dataclass(frozen=True, kw_only=True)
class _Promise:
    words: str
    role: str | None
    within: Period | None
    more: dict[str, Any]


def _promise(value: Any) -> _Promise | None:
    """The parts of a promise that each of the four forms has, and what only this one has."""
    match value:
        case Duty():
            return _Promise(words=value.what, role=value.role, within=value.within, more={"alert duty": True})
        case Action():
            condition = {"condition": value.when.value, "one limit alone": value.limit}
            return _Promise(words=value.what, role=value.role, within=value.within, more=condition)
        case Disclosure():
            return _Promise(words=value.what, role=None, within=value.within, more={})
        case Commitment():
            times = {"every": value.every, "by": value.by, "evidence": value.evidence, "condition": value.trigger}
            return _Promise(words=value.text, role=value.owner, within=value.within, more=dict(times))
        case _:
            return None


def _as_firm(one: _Promise, other: _Promise) -> Weighed:
    lost = list(_lost(one, other))
    if lost:
        return weaker(f"it moved, and lost on the way: {', '.join(lost)}")
    changed = [name for name in ("role", "within") if _differs(getattr(one, name), getattr(other, name))]
    changed += [name for name, value in one.more.items() if _differs(value, other.more.get(name))]
    # A condition where there was none narrows a promise; for when it is owed there was always one.
    changed += [name for name in ("condition",) if not one.more.get(name) and other.more.get(name)]
    if changed:
        return undecided(f"it moved, and differs in {', '.join(changed)}")
    return Weighed(outcome=Outcome.RELOCATED, why="the same words in another part of the policy, with nothing lost")


def _lost(one: _Promise, other: _Promise) -> Iterator[str]:
    if one.role and not other.role:
        yield f"who answers for it ({one.role})"
    if one.within and not other.within:
        yield f"its time ({one.within})"
    yield from (name for name, value in one.more.items() if value and not other.more.get(name))


def _differs(one: Any, other: Any) -> bool:
    return bool(one and other and one != other)
