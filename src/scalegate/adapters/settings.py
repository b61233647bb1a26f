"""`scalegate.toml`: where things are and how they are shown. It can change no verdict and no decision.

For: the composition root. Does not know: what lies in the places.
"""

from __future__ import annotations

import difflib
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scalegate.adapters.plain_file import read_plain
from scalegate.errors import Finding, InputError, UsageError
from scalegate.tlog.origin import parse_origin

FILE = "scalegate.toml"
FORMAT = 1
MAX_BYTES = 65_536
PLACES = {
    "policy": "policy.yaml",
    "policies": "policies",
    "models": "models.yaml",
    "configurations": "configurations.yaml",
    "trust": "trust.json",
    "suites": "suites",
    "evidence": "evidence",
    "record": "record",
    "out": "out",
}


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The project's root, its log's name, and its places; whether attempts are kept in columns (ADR 0017)."""

    root: Path
    origin: str
    places: dict[str, str] = field(default_factory=lambda: dict(PLACES))
    columnar: bool = False

    def place(self, name: str) -> Path:
        return self.root / self.places[name]


def find_root(start: Path) -> Path:
    """The nearest folder upwards with scalegate.toml. Raises UsageError when there is none."""
    for folder in (start, *start.parents):
        if (folder / FILE).is_file():
            return folder
    raise UsageError(f"no {FILE} in {start} or above it: run `scalegate init`, or give --project")


def read_settings(root: Path) -> Settings:
    """Read a project's settings.

    Raises:
        InputError: with every finding: bad TOML, unknown keys, a newer format, a place outside the project.
    """
    path = root / FILE
    try:
        data = tomllib.loads(read_plain(path, MAX_BYTES).decode("utf-8"))
    except FileNotFoundError:
        raise UsageError(f"no {FILE} in {root}: run `scalegate init`, or give --project") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise InputError(Finding(where=FILE, what=f"cannot be read: {error}")) from None
    findings = [*_unknown(data, ("format", "origin", "evidence", "places", "display"), ""), *_format_faults(data)]
    places = data.get("places", {})
    findings += _place_faults(places)
    if findings:
        raise InputError(*findings)
    try:
        origin = parse_origin(str(data["origin"]))
    except InputError as error:
        raise InputError(Finding(where=FILE, path="origin", what=error.findings[0].what)) from None
    return Settings(root=root, origin=origin, places=PLACES | places, columnar=data.get("evidence") == "parquet")


def _format_faults(data: dict[str, Any]) -> list[Finding]:
    faults = []
    if data.get("format") != FORMAT:
        found = data.get("format", "nothing")
        what = f"found format {found!r}, this version knows {FORMAT}"
        faults.append(Finding(where=FILE, path="format", what=what, mend=f"write format = {FORMAT}, or upgrade"))
    if not isinstance(data.get("origin"), str):
        mend = 'write origin = "example.org/rsp"'
        faults.append(Finding(where=FILE, path="origin", what="the log has no name", mend=mend))
    if data.get("evidence", "jsonl") not in ("jsonl", "parquet"):
        what, mend = "no form that attempts are kept in", 'write evidence = "jsonl" or "parquet", above the tables'
        faults.append(Finding(where=FILE, path="evidence", what=what, mend=mend))
    return faults


def _place_faults(places: object) -> list[Finding]:
    if not isinstance(places, dict):
        return [Finding(where=FILE, path="places", what="expected a table of places")]
    faults = _unknown(places, tuple(PLACES), "places.")
    for name, value in places.items():
        plain = isinstance(value, str) and value and not Path(value).is_absolute() and ".." not in Path(value).parts
        if not plain:
            mend = "write a path inside the project"
            faults.append(Finding(where=FILE, path=f"places.{name}", what=f"{value!r} is no place", mend=mend))
    return faults


def _unknown(data: dict[str, Any], known: tuple[str, ...], prefix: str) -> list[Finding]:
    findings = []
    for key in data:
        if key not in known:
            close = difflib.get_close_matches(key, known, 1, 0.5)
            mend = f"did you mean {close[0]!r}?" if close else f"known here: {', '.join(known)}"
            findings.append(Finding(where=FILE, path=f"{prefix}{key}", what=f"unknown key {key!r}", mend=mend))
    return findings
