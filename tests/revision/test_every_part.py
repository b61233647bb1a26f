"""Each value of a policy that has one of everything, changed, dropped and put back: one of the two ways is weaker."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from revision.mutants import cyber, document, rich
from scalegate.errors import InputError
from scalegate.policy.document import PolicyDocument
from scalegate.revision.change import Outcome, Revision
from scalegate.revision.compare import differences
from scalegate.revision.renames import under_new_ids
from scalegate.shape import decode, encode

Path = tuple[str | int, ...]


def differ(old: PolicyDocument, new: PolicyDocument) -> list[Revision]:
    return differences(under_new_ids(old, new), new)


def leaves(value: Any, path: Path = ()) -> Iterator[Path]:
    if isinstance(value, (dict, list)):
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(item, (*path, key))
    else:
        yield path


def places(value: Any, path: Path = ()) -> Iterator[Path]:
    """Everything that could be left out: keys of mappings and items of lists."""
    if isinstance(value, (dict, list)):
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield (*path, key)
            yield from places(item, (*path, key))


def at(data: Any, path: Path) -> Any:
    for part in path:
        data = data[part]
    return data


def others(value: Any) -> list[Any]:
    """Other values of the same form; those that do not fit are sorted out by decoding."""
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int):
        return [value + 1]
    for form, candidates in FORMS.items():
        if re.fullmatch(form, str(value)):
            return list(candidates)
    return [f"{value} Or not."]


FORMS = {
    r"[\d.]+": ["0.33", "0.41", "7"],
    r"[\d.]+ (months?|days?|h|min)": ["7 days", "7 min"],
    r"[\d.]+x": ["7x"],
    r"\S+ FLOP": ["7e20 FLOP"],
    r"\d{4}-\d\d-\d\dT.*": ["2026-07-07"],
    r"[\w.@/-]+": [
        "demonstration", "task", "any", "anytime", "lower_is_more_dangerous", "mean_score", "prompt", "delivery",
            "control",
        "at_least", "at_most", "discretionary", "incident", "compliance", "evaluation", "authorities_told",
            "evidence_dates",
        "stated", "STORE", "guarded", "outside", "another-id",
    ],
}  # fmt: skip
"""Values of each form in which a policy is written; those that do not fit their field are sorted out by decoding."""


PLAIN = {name: encode(document(base())) for name, base in (("cyber", cyber), ("rich", rich))}
KEYS = ("schema", "version", "title")


def changed(name: str) -> Iterator[tuple[str, PolicyDocument]]:
    """The document with one leaf changed, for every leaf."""
    whole = PLAIN[name]
    for path in leaves(whole):
        for other in others(at(whole, path)):
            data = copy.deepcopy(whole)
            at(data, path[:-1])[path[-1]] = other
            try:
                made = decode(PolicyDocument, data)
            except InputError:
                continue
            if made != document_of(name):
                yield ".".join(map(str, path)), made
                break


def dropped(name: str) -> Iterator[tuple[str, PolicyDocument]]:
    """The document without one key or item, for every one that it can be read without."""
    whole = PLAIN[name]
    for path in places(whole):
        data = copy.deepcopy(whole)
        del at(data, path[:-1])[path[-1]]
        try:
            made = decode(PolicyDocument, data)
        except InputError:
            continue
        if made != document_of(name):
            yield ".".join(map(str, path)), made


def document_of(name: str) -> PolicyDocument:
    return decode(PolicyDocument, PLAIN[name])


def neither_way_weaker(name: str, variants: Iterator[tuple[str, PolicyDocument]]) -> tuple[int, list[str]]:
    whole, count, quiet = document_of(name), 0, []
    for path, variant in variants:
        count += 1
        there, back = differ(whole, variant), differ(variant, whole)
        if path.split(".")[0] in KEYS and len(path.split(".")) == 1:
            continue
        if not any(r.outcome.relaxes for r in (*there, *back)):
            quiet.append(f"{path}: {[(r.outcome.value, r.place) for r in there]}")
    return count, quiet


# Ids that are followed: what is under another name is not another thing.
ONLY_MOVED = re.compile(r"response\.(alert_duties|actions)\.\d\.id:")
# One person for another: no quorum is easier to meet.
PEOPLE = "roles."


@pytest.mark.parametrize("name", ["rich", pytest.param("cyber", marks=pytest.mark.slow)])
def test_a_changed_value_is_weaker_one_way_or_the_other(name: str) -> None:
    count, quiet = neither_way_weaker(name, changed(name))
    assert count >= 150
    assert [q for q in quiet if not ONLY_MOVED.match(q) and not q.startswith(PEOPLE)] == []


@pytest.mark.parametrize("name", ["rich", pytest.param("cyber", marks=pytest.mark.slow)])
def test_what_is_left_out_is_weaker_one_way_or_the_other(name: str) -> None:
    count, quiet = neither_way_weaker(name, dropped(name))
    assert count >= 60
    assert quiet == []


@pytest.mark.parametrize("name", PLAIN)
def test_nothing_differs_from_itself(name: str) -> None:
    assert differ(document_of(name), document_of(name)) == []


ORDERED = {
    "limits.first.observations.rate.limit": st.integers(1, 99).map(lambda n: f"0.{n:02}"),
    "limits.first.observations.rate.alpha_upper": st.integers(1, 50).map(lambda n: f"0.{n:02}"),
    "limits.first.observations.rate.elicitation_shift.value": st.integers(0, 99).map(lambda n: f"0.{n:02}"),
    "limits.last.observations.horizon.alert": st.integers(1, 5000).map(lambda n: f"{n} min"),
    "threat_models.harm.attacker_budget.floor": st.integers(0, 100).map(lambda n: f"{n} %"),
    "threat_models.other.accepted_blind_spot.until": st.dates().map(lambda day: day.isoformat()),
    "protections.measures.filter.efficacy.target": st.integers(-99, 99).map(lambda n: f"{n / 100}"),
    "evaluation.triggers.calendar": st.integers(1, 99).map(lambda n: f"{n} months"),
    "evaluation.triggers.effective_compute": st.integers(100, 999).map(lambda n: f"{n / 100}x"),
    "evaluation.blind_spot_reserve.rate": st.integers(0, 99).map(lambda n: f"0.{n:02}"),
    "evaluation.growth.training.horizon": st.integers(100, 999).map(lambda n: f"{n / 100}x"),
    "response.max_lease": st.integers(1, 999).map(lambda n: f"{n} days"),
    "response.pause.resume.number": st.integers(1, 9).map(str),
    "accountability.relaxing.notice": st.integers(1, 999).map(lambda n: f"{n} days"),
}


def with_value(path: str, value: str) -> PolicyDocument:
    data = copy.deepcopy(PLAIN["rich"])
    *parents, last = path.split(".")
    at(data, tuple(parents))[last] = value
    return decode(PolicyDocument, data)


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_stronger_one_way_is_weaker_the_other_way(data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(sorted(ORDERED)))
    one, other = (with_value(path, data.draw(ORDERED[path])) for _ in range(2))
    there, back = differ(one, other), differ(other, one)
    if one == other:
        assert there == back == []
    else:
        assert {(there[0].outcome, back[0].outcome)} <= {
            (Outcome.WEAKENED, Outcome.STRENGTHENED),
            (Outcome.STRENGTHENED, Outcome.WEAKENED),
        }
        assert len(there) == len(back) == 1
