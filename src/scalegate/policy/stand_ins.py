"""Fills what a published text leaves out with stand-ins that hold, and says where they stand.

For: reading the catalogue. Does not know: YAML, files, what any one text says.

A stand-in never makes anything easier: roles without holders, quorums that nobody can meet, targets that nothing
reaches, periods that end at once, growth without bound. What a permission always asks for is left unstated, and
the gate holds what is unstated (D2). There is no stand-in for a test with numbers: an observation that a gate could
decide is written whole, or as `measure: stated`. There is none for a title either, nor for the family of a protection.
"""

from __future__ import annotations

import typing
from collections.abc import Callable
from dataclasses import MISSING, Field, fields, is_dataclass
from types import UnionType
from typing import Any, get_args, get_origin

from scalegate.policy.document import Permission, PolicyDocument
from scalegate.policy.published import Hole
from scalegate.quantity import Identifier
from scalegate.shape import Path, dotted, hints

NOBODY = "not-stated"
"""The role that stands in for one that the text does not name: nobody holds it."""

WORDS = "not stated"
_AT_ONCE = "1 min"
_WITHOUT_BOUND = "1000000000x"

_ROLE = {"title": WORDS, "holders": [], "line": "delivery"}

_STAND_INS: dict[tuple[str, str], Any] = {
    ("Role", "holders"): [],
    ("Role", "line"): "delivery",
    ("Quorum", "number"): "1000000",
    ("Quorum", "of"): [NOBODY],
    ("AttackerBudget", "tokens_per_attempt"): "1000000000000000",
    ("AttackerBudget", "attempts_per_task"): "1000000000000000",
    ("AttackerBudget", "floor"): "1.0",
    ("AcceptedBlindSpot", "until"): "1970-01-01",
    ("JudgementObservation", "must_cite"): [],
    ("JudgementObservation", "relied_on"): "true",
    ("JudgementObservation", "may_clear"): "false",
    ("JudgementObservation", "expires_after"): _AT_ONCE,
    ("Watched", "review_every"): _AT_ONCE,
    ("Efficacy", "sense"): "at_least",
    ("Efficacy", "target"): "unbounded",
    ("Protection", "lapses_after"): _AT_ONCE,
    ("Actors", "in_scope"): [],
    ("Protections", "measures"): {},
    ("Protections", "standing"): {},
    ("Protections", "conditional"): [],
    ("Triggers", "effective_compute"): "1.000001x",
    ("Triggers", "calendar"): _AT_ONCE,
    ("Triggers", "events"): [],
    ("EvaluationSection", "evaluations"): {},
    ("BlindSpotReserve", "rate"): "1.0",
    ("BlindSpotReserve", "horizon"): _WITHOUT_BOUND,
    ("TrainingGrowth", "rate"): "1.0",
    ("TrainingGrowth", "horizon"): _WITHOUT_BOUND,
    ("ElicitationGrowth", "rate_per_month"): "1.0",
    ("ElicitationGrowth", "horizon_per_month"): _WITHOUT_BOUND,
    ("Growth", "frontier_doubling"): _AT_ONCE,
    ("Duty", "within"): _AT_ONCE,
    ("Action", "within"): _AT_ONCE,
    ("PauseRule", "review_within"): _AT_ONCE,
    ("WaiverRule", "longest"): _AT_ONCE,
    ("WaiverRule", "renewals"): "0",
    ("Response", "max_lease"): _AT_ONCE,
    ("Response", "alert_duties"): [],
    ("Relaxing", "notice"): "120000 months",
    ("Critique", "answered_within"): _AT_ONCE,
    ("Disclosure", "within"): _AT_ONCE,
    ("Accountability", "review_every"): _AT_ONCE,
    ("PolicyDocument", "roles"): {},
    ("PolicyDocument", "threat_models"): {},
    ("PolicyDocument", "limits"): {},
}
_NO_STAND_IN = {
    ("PolicyDocument", "schema"),
    ("PolicyDocument", "title"),
    ("PolicyDocument", "version"),
    ("PolicyDocument", "developer"),
    ("ThreatModel", "title"),
    ("Limit", "title"),
    ("Limit", "capability"),
    ("Protection", "title"),
    ("Conditional", "limit"),
    ("Watched", "title"),
}


def complete(data: dict[str, Any]) -> tuple[dict[str, Any], tuple[Hole, ...]]:
    """A partial policy as one that `shape` can read, and where it holds stand-ins.

    Args:
        data: plain data of a policy document, with keys left out.

    Returns:
        The same with the missing keys filled, and a hole for each, outermost place first. What cannot be filled
        stays missing, and decoding says so.
    """
    holes: list[Path] = []
    filled = _fill(PolicyDocument, data, (), holes)
    if isinstance(filled.get("roles"), dict) and NOBODY not in filled["roles"]:
        filled["roles"] = {**filled["roles"], NOBODY: dict(_ROLE)}
        holes.append(("roles", NOBODY))
    holes += [("protections", "standing", p.value) for p in Permission if not _stated(filled, p)]
    return filled, tuple(Hole(at=dotted(path), path=path) for path in holes)


def _stated(filled: dict[str, Any], permission: Permission) -> bool:
    protections = filled.get("protections")
    standing = protections.get("standing") if isinstance(protections, dict) else None
    return isinstance(standing, dict) and permission.value in standing


def _fill(kind: Any, data: Any, path: Path, holes: list[Path] | None) -> Any:
    """Fill a value of `kind`; `holes` is None inside a stand-in, where the outermost place says it all."""
    chosen = _dataclass_of(kind, data)
    if chosen is not None and isinstance(data, dict):
        return _fill_fields(chosen, data, path, holes)
    if get_origin(kind) is dict and isinstance(data, dict):
        return {key: _fill(get_args(kind)[1], item, (*path, key), holes) for key, item in data.items()}
    if get_origin(kind) is tuple and isinstance(data, list):
        return [_fill(get_args(kind)[0], item, (*path, at), holes) for at, item in enumerate(data)]
    return data


def _fill_fields(kind: type, data: dict[str, Any], path: Path, holes: list[Path] | None) -> dict[str, Any]:
    filled: dict[str, Any] = {}
    for field in fields(kind):
        hint = hints(kind)[field.name]
        if field.name in data:
            filled[field.name] = _fill(hint, data[field.name], (*path, field.name), holes)
        elif _required(field):
            stand_in = _stand_in(kind, field.name, hint)
            if stand_in is not None:
                filled[field.name] = stand_in()
                if holes is not None:
                    holes.append((*path, field.name))
    return {**filled, **{key: item for key, item in data.items() if key not in filled}}


def _required(field: Field[Any]) -> bool:
    return field.default is MISSING and field.default_factory is MISSING


def _stand_in(kind: type, name: str, hint: Any) -> Callable[[], Any] | None:
    """What makes the stand-in for a field; None where there is none."""
    key = (kind.__name__, name)
    if key in _NO_STAND_IN:
        return None
    if key in _STAND_INS:
        made = _STAND_INS[key]
        return lambda: type(made)(made)
    if hint is str:
        return lambda: WORDS
    if hint is Identifier:
        return lambda: NOBODY
    nested = _dataclass_of(hint, {})
    if nested is not None:
        return lambda: _fill(nested, {}, (), None)
    return None


def _dataclass_of(kind: Any, data: Any) -> type | None:
    """The dataclass that plain data is read as; None for scalars, and for unions that no tag decides."""
    if get_origin(kind) in (typing.Union, UnionType):
        options = [option for option in get_args(kind) if option is not type(None)]
        found = [option for option in options if len(options) == 1 or _tagged(option, data)]
        return _dataclass_of(found[0], data) if found else None
    return kind if is_dataclass(kind) and not hasattr(kind, "parse") and isinstance(kind, type) else None


def _tagged(option: Any, data: Any) -> bool:
    """Whether a Literal field of an option names the word that stands in the data."""
    if not isinstance(data, dict):
        return False
    literals = [(n, get_args(h)) for n, h in hints(option).items() if get_origin(h) is typing.Literal]
    return any(data.get(name) in words for name, words in literals)
