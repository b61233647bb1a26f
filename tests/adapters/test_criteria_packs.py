"""Packs of criteria are read whole or refused: a path that no policy has would read absent for ever."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scalegate.adapters.criteria_packs import PACKS, pack_ids
from scalegate.errors import InputError, UsageError
from scalegate.policy.criteria import Pack
from scalegate.project import parse_criteria, read_criteria
from shared import ROOT

PACK = """\
schema: scalegate.criteria/1
id: small
title: A small pack
source: {title: A source, url: https://example.invalid/, version: "1", read_on: 2026-11-23}
valid_until: 2027-01-01
parts: {p: A part}
criteria:
  - {id: x, part: p, asks: Something., source: A clause, test: {test: present, at: response.max_lease}}
"""


def read_pack(name: str) -> Pack:
    return read_criteria([name])[0]


def findings(text: str) -> list[str]:
    with pytest.raises(InputError) as refused:
        parse_criteria(text.encode(), "small.yaml")
    return [str(f) for f in refused.value.findings]


def test_the_packs_of_the_package_can_be_read_and_say_when_they_were_written() -> None:
    assert pack_ids() == ("five-components", "eu-cop-safety", "sb-53", "seoul")
    for name in pack_ids():
        pack = read_pack(name)
        assert pack.id == name
        assert pack.source.read_on < pack.valid_until
        assert pack.source.url.startswith("https://")
        assert all(c.asks and c.source for c in pack.criteria)
        assert {c.part for c in pack.criteria} == set(pack.parts)


def test_the_packs_lie_in_the_wheel() -> None:
    assert {p.name for p in PACKS.iterdir()} == {f"{name}.yaml" for name in pack_ids()}
    assert Path(ROOT / "src" / "scalegate") in PACKS.parents


def test_the_five_components_have_every_requirement_by_its_number() -> None:
    ids = {c.id for c in read_pack("five-components").criteria}
    wanted = {
        f"{letter}{n}" for letter, top in zip("LPESA", (12, 13, 18, 13, 18), strict=True) for n in range(1, top + 1)
    }
    assert wanted <= ids


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("response.max_lease", "response.max_leese", "no policy has 'response.max_leese'"),
        ("{test: present, at: response.max_lease}", "{test: check, name: no_such}", "'no_such' is no check"),
        ("part: p,", "part: q,", "'q' is no part of this pack"),
        (", test: {test: present, at: response.max_lease}", "", "exactly one of test and not_assessable"),
        ("2027-01-01", "2026-01-01", "ends before its source was read"),
        ("test: present", "test: presence", "presence"),
        (
            "{test: present, at: response.max_lease}",
            "{test: every, at: limits.*, has: [{test: present, at: observation}]}",
            "no policy has 'observation'",
        ),
    ],
)
def test_a_pack_with_a_fault_is_refused_with_its_place(old: str, new: str, what: str) -> None:
    (found, *_) = findings(PACK.replace(old, new, 1))
    assert what in found
    assert re.match(r"small\.yaml(:\d+:\d+)?:", found)


def test_a_criterion_that_is_there_twice_is_refused() -> None:
    row = PACK.splitlines()[-1]
    assert "is there twice" in findings(f"{PACK}{row}\n")[0]


def test_an_unknown_pack_names_those_that_there_are(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="five-components, eu-cop-safety, sb-53, seoul"):
        read_pack("cop")
    with pytest.raises(UsageError, match="cannot be read"):
        read_pack(str(tmp_path / "none.yaml"))
    (tmp_path / "own.yaml").write_text(PACK, encoding="utf-8")
    assert read_pack(str(tmp_path / "own.yaml")).id == "small"


def test_the_page_shows_a_pack_that_can_be_read_and_the_dates_of_those_that_ship() -> None:
    page = (ROOT / "docs" / "coverage.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```yaml\n(schema: scalegate.criteria/1\n.*?)```", page, re.DOTALL)
    assert len(parse_criteria(example.encode(), "coverage.md").criteria) == 2
    rows = dict(re.findall(r"^\| `([a-z0-9-]+)` \| [^|]* \| ([0-9-]+ \| [0-9-]+) \|$", page, re.MULTILINE))
    packs = {name: read_pack(name) for name in pack_ids()}
    assert rows == {n: f"{p.source.read_on:%Y-%m-%d} | {p.valid_until:%Y-%m-%d}" for n, p in packs.items()}
