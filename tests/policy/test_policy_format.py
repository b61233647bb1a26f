"""What is written about the policy format, for people and for editors, is what the code reads."""

from __future__ import annotations

import importlib.util
import json
from dataclasses import fields
from types import ModuleType
from typing import Any

import pytest
import yaml

from scalegate.policy.document import PolicyDocument
from scalegate.policy.schema import format_schema
from scalegate.shape import decode
from shared import ROOT


def _script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_policy_format", ROOT / "docs" / "make_policy_format.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


SCRIPT = _script()
CONSTRUCTS = {kind.__name__: kind for kind in SCRIPT.constructs(PolicyDocument)}


def test_the_schema_for_editors_is_that_of_the_code() -> None:
    """Renew it: python -m scalegate.policy.schema > src/scalegate/schemas/policy.schema.json"""
    shipped = ROOT / "src" / "scalegate" / "schemas" / "policy.schema.json"
    assert shipped.read_text(encoding="utf-8") == format_schema()


def test_the_schema_names_things_as_a_reader_would() -> None:
    schema = json.loads(format_schema())
    role = schema["$defs"]["JudgementObservation"]["properties"]["role"]
    assert role["description"] == "an identifier"
    assert schema["$defs"]["Limit"]["required"] == ["title", "capability", "observations"]


def test_the_reference_is_that_of_the_code() -> None:
    """Renew it: python docs/make_policy_format.py"""
    assert SCRIPT.PLACE.read_text(encoding="utf-8") == SCRIPT.format_reference()


@pytest.mark.parametrize("name", sorted(set(CONSTRUCTS) - {"PolicyDocument"}))
def test_every_construct_has_an_example_that_reads(name: str) -> None:
    data = yaml.load(SCRIPT.EXAMPLES[name], Loader=yaml.BaseLoader)
    decode(CONSTRUCTS[name], {k: None if v == "null" else v for k, v in data.items()})


@pytest.mark.parametrize("name", sorted(CONSTRUCTS))
def test_every_field_is_described(name: str) -> None:
    kind: Any = CONSTRUCTS[name]
    described = SCRIPT.attribute_lines(SCRIPT.cleandoc(kind.__doc__).partition("\nAttributes:\n")[2])
    assert set(described) == {f.name for f in fields(kind)}
    assert all(described.values())
