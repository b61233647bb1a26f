"""Ids that changed while what they stand for did not, and the old document under the new ids.

For: `compare.py`. Does not know: which way a difference goes.

A part whose id went and one whose id came are the same part when their contents are the same once references are read
under the new ids; failing that, when nearly all of their contents are. The latter's differences are then weighed one
by one, so that a renaming hides none of them. What the record says under an old id does not follow to a new one.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any

from scalegate.policy import document as d
from scalegate.quantity import Identifier
from scalegate.shape import Path, encode

ROLES, EVALUATIONS, MEASURES = ("roles",), ("evaluation", "evaluations"), ("protections", "measures")
LIMITS, THREAT_MODELS = ("limits",), ("threat_models",)
NAMESPACES: tuple[tuple[str, ...], ...] = (ROLES, EVALUATIONS, MEASURES, LIMITS, THREAT_MODELS)
"""In the order in which they refer to one another: what is referred to comes first."""

_REFERRING: dict[tuple[str, ...], set[tuple[type, str]]] = {
    ROLES: {
        (d.Quorum, "of"), (d.Quorum, "without"), (d.Separation, "one"), (d.Separation, "other"),
        (d.AcceptedBlindSpot, "accepted_by"), (d.JudgementObservation, "role"), (d.Watched, "role"),
        (d.Protection, "approved_by"), (d.BlindSpotReserve, "set_by"), (d.Duty, "role"), (d.Action, "role"),
        (d.Precondition, "role"), (d.Accountability, "officer"), (d.Accountability, "board"),
        (d.Accountability, "evaluators"), (d.Commitment, "owner"),
    },
    EVALUATIONS: {
        (d.Scope, "screen"), (d.Evaluation, "screens"), (d.RateObservation, "evaluation"),
        (d.HorizonObservation, "evaluation"), (d.ExistenceObservation, "evaluation"),
        (d.DifferenceObservation, "evaluation"), (d.DifferenceObservation, "control"),
        (d.ProgressObservation, "evaluation"), (d.JudgementObservation, "must_cite"),
    },
    MEASURES: {(d.Standing, "protections"), (d.Conditional, "protections")},
    LIMITS: {(d.ThreatModel, "ladder"), (d.Conditional, "limit"), (d.Action, "limit")},
}  # fmt: skip
REFERENCES = {field: namespace for namespace, referring in _REFERRING.items() for field in referring}
"""Fields that hold ids of other parts, with where those stand."""

NO_REFERENCES = {
    (d.Role, "holders"), (d.Precursor, "author"), (d.RateShift, "author"), (d.FactorShift, "author"),
    (d.Relaxation, "author"), (d.Evaluation, "suite"), (d.Triggers, "events"), (d.Duty, "id"), (d.Action, "id"),
}  # fmt: skip
"""Ids that name people, files, events, or the part itself."""

LIKE_ENOUGH = 0.8


@dataclass(frozen=True, kw_only=True)
class Rename:
    """One part under another id.

    Attributes:
        namespace: where such parts stand.
        exact: nothing but the id differs.
    """

    namespace: tuple[str, ...]
    old: str
    new: str
    exact: bool


@dataclass(frozen=True, kw_only=True)
class Renamed:
    """The old document as the new one would write it, and the way back to its own ids."""

    document: d.PolicyDocument
    renames: tuple[Rename, ...]

    def original(self, path: Path) -> Path:
        """A path in `document` as it stands in the old file."""
        for rename in self.renames:
            depth = len(rename.namespace)
            if path[:depth] == rename.namespace and path[depth : depth + 1] == (rename.new,):
                return (*path[:depth], rename.old, *path[depth + 1 :])
        return path


def under_new_ids(old: d.PolicyDocument, new: d.PolicyDocument) -> Renamed:
    """Recognise renamings one namespace after the other, and follow each through its references."""
    found: list[Rename] = []
    for namespace in NAMESPACES:
        renames = list(_renames(namespace, _parts(old, namespace), _parts(new, namespace)))
        if renames:
            old = _rewritten(old, namespace, {r.old: r.new for r in renames})
            found += renames
    return Renamed(document=old, renames=tuple(found))


def _parts(document: d.PolicyDocument, namespace: tuple[str, ...]) -> dict[str, Any]:
    place: Any = document
    for name in namespace:
        place = getattr(place, name)
    assert isinstance(place, dict)
    return place


def _renames(namespace: tuple[str, ...], old: dict[str, Any], new: dict[str, Any]) -> Iterator[Rename]:
    gone = {name: part for name, part in old.items() if name not in new}
    come = {name: part for name, part in new.items() if name not in old}
    for name, part in [*gone.items()]:
        same = next((other for other, made in come.items() if part == made), None)
        if same is not None:
            del gone[name], come[same]
            yield Rename(namespace=namespace, old=name, new=same, exact=True)
    for name, part in gone.items():
        scored = [(_likeness(part, made), other) for other, made in come.items()]
        score, best = max(scored, default=(0.0, ""))
        if score >= LIKE_ENOUGH:
            del come[best]
            yield Rename(namespace=namespace, old=name, new=best, exact=False)


def _likeness(part: Any, other: Any) -> float:
    """From 0 to 1: how many of the two parts' own values are the same; texts count by their words."""
    if type(part) is not type(other):
        return 0.0
    one, two = dict(_leaves(encode(part))), dict(_leaves(encode(other)))
    names = one.keys() | two.keys()
    if len(names) < 4:  # too little to tell two parts by
        return 0.0
    return sum(_alike(one.get(name), two.get(name)) for name in names) / len(names)


def _alike(one: Any, two: Any) -> float:
    if one == two:
        return 1.0
    if isinstance(one, str) and isinstance(two, str) and " " in one and " " in two:
        return difflib.SequenceMatcher(None, one.split(), two.split(), autojunk=False).ratio()
    return 0.0


def _leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _leaves(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _leaves(item, (*path, index))
    else:
        yield path, value


# -------------------------------------------------------------------------------------- rewriting


def _rewritten(document: d.PolicyDocument, namespace: tuple[str, ...], names: Mapping[str, str]) -> d.PolicyDocument:
    made = _rewrite(document, namespace, names)
    assert isinstance(made, d.PolicyDocument)
    keyed = _with_keys(made, namespace, names)
    assert isinstance(keyed, d.PolicyDocument)
    return keyed


def _rewrite(value: Any, namespace: tuple[str, ...], names: Mapping[str, str]) -> Any:
    """Every reference into the namespace under its new id."""
    if isinstance(value, dict):
        return {key: _rewrite(item, namespace, names) for key, item in value.items()}
    if isinstance(value, tuple):
        return tuple(_rewrite(item, namespace, names) for item in value)
    if not is_dataclass(value) or isinstance(value, type) or hasattr(value, "parse"):
        return value
    changed: dict[str, Any] = {}
    for field in fields(value):
        item = getattr(value, field.name)
        into = REFERENCES.get((type(value), field.name))
        made = _reference(item, names) if into == namespace else _rewrite(item, namespace, names)
        if made != item:
            changed[field.name] = made
    return replace(value, **changed) if changed else value


def _reference(item: Any, names: Mapping[str, str]) -> Any:
    if isinstance(item, tuple):
        return tuple(Identifier(names.get(name, name)) for name in item)
    return None if item is None else Identifier(names.get(item, item))


def _with_keys(document: Any, namespace: tuple[str, ...], names: Mapping[str, str]) -> Any:
    first, *rest = namespace
    inner = getattr(document, first)
    if rest:
        return replace(document, **{first: _with_keys(inner, tuple(rest), names)})
    return replace(document, **{first: {names.get(key, key): part for key, part in inner.items()}})
