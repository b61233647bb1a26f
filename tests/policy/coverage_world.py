"""What tests of coverage share: policies as plain data to take things out of, and small packs."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from scalegate.adapters.yaml_scan import read_yaml
from scalegate.policy.coverage import Answer, Answered, Shown, coverage
from scalegate.policy.criteria import Evidence, Pack
from scalegate.policy.document import PolicyDocument
from scalegate.project import parse_criteria, read_criteria
from scalegate.shape import Path, ShapeError, decode
from shared import ROOT

NOW = datetime(2026, 12, 1, tzinfo=UTC)
PACKS = {pack.id: pack for pack in read_criteria()}
EVERYTHING = {kind: Shown(what="shown") for kind in Evidence}
ORDER = (Answer.ABSENT, Answer.STATED_BUT_NOT_EVIDENCED, Answer.PARTLY, Answer.MET)


def plain(name: str = "examples/cyber/policy.yaml") -> Any:
    """The data of a policy file, text for every scalar."""
    return read_yaml((ROOT / name).read_bytes(), name).data


def policy(data: Any = None, **changes: Any) -> PolicyDocument:
    """A policy with values put at dotted paths; numbers are places in a list, and None takes the value out."""
    changed = copy.deepcopy(plain() if data is None else data)
    for at, value in changes.items():
        put(changed, at.replace("__", ".").split("."), value)
    return decode(PolicyDocument, changed)


def put(data: Any, steps: list[str], value: Any) -> None:
    for step in steps[:-1]:
        data = data[int(step)] if isinstance(data, list) else data.setdefault(step, {})
    last: Any = int(steps[-1]) if isinstance(data, list) else steps[-1]
    if value is None:
        del data[last]
    else:
        data[last] = value


def answers(document: PolicyDocument, *, evidence: Any = None, pack: str = "", **more: Any) -> dict[str, Answered]:
    """Answers by `pack/criterion`."""
    names = [pack] if pack else list(PACKS)
    return {
        f"{name}/{a.criterion.id}": a
        for name in names
        for a in coverage(PACKS[name], document, NOW, evidence=evidence, **more).answers
    }


def answer(document: PolicyDocument, criterion: str, *, evidence: Any = None, **more: Any) -> Answer:
    pack, _, _ = criterion.partition("/")
    return answers(document, evidence=evidence, pack=pack, **more)[criterion].answer


def better(before: Answered, after: Answered) -> bool:
    """Whether an answer got better; one that no program can judge stays as it is."""
    if Answer.NOT_ASSESSABLE in (before.answer, after.answer):
        return before.answer is not after.answer
    return ORDER.index(after.answer) > ORDER.index(before.answer)


def within(path: Path, other: Path) -> bool:
    """Whether one leads into the other, either way."""
    return path[: len(other)] == other or other[: len(path)] == path


def removals(data: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every way to take one thing out of a policy, with what is left; what cannot be read without it stays out."""
    for at in places(data):
        left = copy.deepcopy(data)
        holder = left
        for step in at[:-1]:
            holder = holder[step]
        del holder[at[-1]]
        yield at, left


def places(data: Any, path: Path = ()) -> Iterator[Path]:
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in items:
        yield (*path, key)
        yield from places(value, (*path, key))


def readable(data: Any) -> PolicyDocument | None:
    try:
        return decode(PolicyDocument, data)
    except ShapeError:
        return None


def small_pack(test: str, *, evidence: str = "[]", valid_until: str = "2027-01-01") -> Pack:
    """A pack with one criterion, `x`."""
    text = f"""
schema: scalegate.criteria/1
id: small
title: A small pack
source: {{title: A source, url: https://example.invalid/, version: "1", read_on: 2026-11-23}}
valid_until: {valid_until}
parts: {{p: A part}}
criteria:
  - {{id: x, part: p, asks: Something., source: A clause, evidence: {evidence}, test: {test}}}
"""
    return parse_criteria(text.encode(), "small.yaml")


def small(test: str, document: PolicyDocument, **more: Any) -> Answered:
    return coverage(small_pack(test, evidence=more.pop("asks", "[]")), document, NOW, **more).answers[0]
