"""Scenario files: read like policy files, refused with file, line and column, and never silently bent."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from pathlib import Path

import pytest

from scalegate.adapters.scenario_file import read_scenario
from scalegate.errors import InputError
from scalegate.quantity import Factor
from scalegate.shape import decode, encode
from scalegate.simulation.scenario import Scenario
from scalegate.simulation.scenario_check import refusals
from shared import ROOT


def read(folder: Path, text: str) -> Scenario:
    place = folder / "mine.yaml"
    place.write_text(f"schema: scalegate.scenario/1\n{text}", encoding="utf-8")
    return read_scenario(place)


def test_what_a_file_leaves_out_keeps_its_default(tmp_path: Path) -> None:
    found = read(tmp_path, "compute: {growth_per_year: 10x}\n")
    assert found.compute.growth_per_year == Factor(10)
    assert found.evaluation == Scenario().evaluation
    assert found.title == Scenario().title


def test_the_default_is_no_refused_scenario_and_comes_back_from_its_plain_form() -> None:
    assert refusals(Scenario()) == ()
    assert decode(Scenario, encode(Scenario())) == Scenario()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("compute: {growth_per_year: 4}\n", "mine.yaml:2:28: compute.growth_per_year: '4' is no factor"),
        ("evaluation: {tasks: 0}\n", "mine.yaml:2:21: evaluation.tasks: 0 is outside its range -> write 1 to 400"),
        ("evaluation: {families: 101}\n", "write 1 to 100"),
        ("evaluation: {shortest: 10, longest: 5}\n", "5 is not above the shortest, 10"),
        ("capability: {spread: 1e9}\n", "outside its range"),
        ("capability: {doublings_to_alert: unbounded}\n", "outside its range"),
        ("people: {duty_late_share: 1.5}\n", "is no probability"),
        ("cost_ratios: [0]\n", "0 is no ratio"),
        ("compute: {growth: 4x}\n", "unknown key"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(InputError) as refused:
        read(tmp_path, text)
    assert any(words in str(finding) for finding in refused.value.findings), refused.value.findings


def leaves(value: object, path: str = "") -> list[str]:
    found: list[str] = []
    for field in fields(value):  # type: ignore[arg-type]
        inner, name = getattr(value, field.name), f"{path}{field.name}"
        nested = is_dataclass(inner) and not hasattr(type(inner), "parse")
        found += leaves(inner, f"{name}.") if nested else [name]
    return found


def test_the_page_describes_every_field() -> None:
    page = (ROOT / "docs" / "simulation.md").read_text(encoding="utf-8")
    for name in leaves(Scenario()):
        assert f"`{name.rpartition('.')[2]}`" in page, name
