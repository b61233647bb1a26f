"""Actions, commitments, the watch list and the changelog: promises in words that have to point somewhere.

For: `adoptable.py` and `remarks.py`. Does not know: whether a promise was kept.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from scalegate.policy.document import Commitment, PolicyDocument
from scalegate.policy.objection import Objection, nearest
from scalegate.shape import Path


def promise_refusals(document: PolicyDocument) -> Iterator[Objection]:
    """Ids used twice, limits that do not exist, promises nobody owns, changelogs that name nothing."""
    yield from _actions(document)
    for name, commitment in document.commitments.items():
        yield from _commitment(("commitments", name), commitment)
    yield from _changelog(document)


def _actions(document: PolicyDocument) -> Iterator[Objection]:
    actions = document.response.actions
    known = Counter([*(d.id for d in document.response.alert_duties), *(a.id for a in actions)])
    for index, action in enumerate(actions):
        path: Path = ("response", "actions", index)
        if known[action.id] > 1:
            mend = "give each duty and each action its own id"
            yield Objection(path=(*path, "id"), what=f"the id {action.id!r} is there twice", mend=mend)
        if action.limit is not None and action.limit not in document.limits:
            what = f"{action.limit!r} is no limit of this policy"
            yield Objection(path=(*path, "limit"), what=what, mend=nearest(action.limit, document.limits))


def _commitment(path: Path, commitment: Commitment) -> Iterator[Objection]:
    if commitment.owner is None:
        what, mend = "nobody answers for this promise", "add owner: a role of this policy"
        yield Objection(path=path, what=what, mend=mend, rule="invariant 5")
    if commitment.within is not None and not commitment.trigger:
        what = "a time to act within, and nothing that starts it"
        yield Objection(path=(*path, "within"), what=what, mend="add trigger: what starts the time")
    if sum(when is not None for when in (commitment.within, commitment.every, commitment.by)) > 1:
        what = "more than one of within, every and by"
        yield Objection(path=path, what=what, mend="write one promise for each")


def _changelog(document: PolicyDocument) -> Iterator[Objection]:
    entries = document.changelog
    versions = [entry.version for entry in entries]
    if versions and document.version not in versions:
        what = f"the changelog does not say what changed with version {document.version}"
        yield Objection(path=("changelog",), what=what, mend="add an entry for it at the top", rule="D11")
    for index, entry in enumerate(entries):
        path: Path = ("changelog", index)
        if entry.version in versions[:index]:
            what = f"version {entry.version} is there twice"
            yield Objection(path=(*path, "version"), what=what, mend="give each version one entry", rule="D11")
        if index and entry.published > entries[index - 1].published:
            what = "older entries come later"
            yield Objection(path=(*path, "published"), what=what, mend="put the newest first", rule="D11")
        for place, change in enumerate(entry.changes):
            if not change.at:
                where = (*path, "changes", place, "at")
                what, mend = "a change that names no place", "name the path, like limits.expert_day"
                yield Objection(path=where, what=what, mend=mend, rule="D11")
