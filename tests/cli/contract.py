"""What tests of the command line's JSON share: schemas, golden files, and the blanking of what varies."""

from __future__ import annotations

import json
import os
import re
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema

GOLDEN = Path(__file__).parents[1] / "golden" / "v1"
_VARYING = (
    (re.compile(r"sha256:[0-9a-f]{64}"), "sha256:…"),
    (re.compile(r"^[0-9a-f]{64}$"), "…"),
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"), "…"),
    (re.compile(r"\d{4}-\d\d-\d\d"), "…"),
    (re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{8}"), "…"),
    (re.compile(r"(?<=[ '])\S*/project/\S+|^/\S+"), "…"),
)


def schema(noun: str) -> Any:
    return json.loads((files("scalegate") / "schemas" / f"{noun}.schema.json").read_text(encoding="utf-8"))


def valid(value: Any) -> Any:
    """The value, which says which schema it follows, and follows it."""
    noun, version = value["schema"].removeprefix("scalegate.").split("/")
    assert version == "1"
    jsonschema.validate(value, schema(noun), jsonschema.Draft202012Validator)
    return value


_WORDS = {
    "why", "what", "reasons", "assumptions", "lapses_because", "expires_because", "envelope", "findings", "mend",
    "verdicts_skipped", "remarks", "note", "parties", "evidence", "identity", "witness",
}  # fmt: skip
_FIGURES = {"lower", "upper", "effort_ratio", "statistical_power", "estimator"}
_FIGURES |= {"p50", "p50_lower", "p50_upper", "p80", "p80_lower", "p80_upper", "slope"}
_FIGURES |= {"days_to_alert", "days_to_limit"}
_ONE = {
    "remarks",
    "not_tested",
    "reasons",
    "assumptions",
    "holds",
    "laws",
    "unlocks",
    "notes",
}  # one item shows the shape


def blanked(value: Any, key: str = "") -> Any:
    """The same shape without what varies: digests, instants, paths, estimates and wording; equal items of a list once.

    A golden file is never edited, so it holds what is promised: keys, ids, words of fixed lists.
    """
    if isinstance(value, dict):
        return {k: blanked(item, k) for k, item in value.items()}
    if isinstance(value, list):
        items = [blanked(item, key) for item in value]
        return items[:1] if key in _ONE else [item for at, item in enumerate(items) if item not in items[:at]]
    if (key in _WORDS and value) or (key in _FIGURES and value is not None):
        return "…"
    if isinstance(value, str):
        for pattern, blank in _VARYING:
            value = pattern.sub(blank, value)
    return value


def check_golden(name: str, value: Any) -> None:
    """Compare with a golden file; SCALEGATE_WRITE_GOLDEN=1 writes one that is not there yet, and edits none."""
    place = GOLDEN / f"cli_{name}.json"
    text = json.dumps(blanked(value), indent=1, ensure_ascii=False) + "\n"
    if not place.exists() and os.environ.get("SCALEGATE_WRITE_GOLDEN"):
        place.write_text(text, encoding="utf-8")
    promised = blanked(json.loads(place.read_text(encoding="utf-8")))
    assert promised_part(blanked(value), promised) == promised


def promised_part(value: Any, promised: Any) -> Any:
    """What of a value a golden file speaks of: keys may be added to an object, nothing may be lost or changed."""
    if isinstance(value, dict) and isinstance(promised, dict):
        return {k: promised_part(item, promised[k]) for k, item in value.items() if k in promised}
    if isinstance(value, list) and isinstance(promised, list) and promised:
        items = [promised_part(item, promised[min(at, len(promised) - 1)]) for at, item in enumerate(value)]
        return [item for at, item in enumerate(items) if item not in items[:at]]
    return value


def check_golden_within(name: str, value: Any) -> None:
    """Everything of a golden file is still there, in its order; items of lists may have been added too."""
    golden = json.loads((GOLDEN / f"cli_{name}.json").read_text(encoding="utf-8"))
    assert holds_all_of(blanked(value), golden)


def holds_all_of(value: Any, golden: Any) -> bool:
    if isinstance(golden, dict) and isinstance(value, dict):
        return all(key in value and holds_all_of(value[key], item) for key, item in golden.items())
    if isinstance(golden, list) and isinstance(value, list):
        rest = iter(value)
        return all(any(holds_all_of(found, item) for found in rest) for item in golden)
    return bool(value == golden)
