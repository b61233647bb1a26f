"""The catalogue of published policies that ships with the package: which there are, and their bytes.

For: the composition root. Does not know: what a published policy says, or is.

An id of the catalogue becomes a file name only when it is a plain one.
"""

from __future__ import annotations

import re
from pathlib import Path

from scalegate.adapters.plain_file import read_plain
from scalegate.adapters.yaml_scan import MAX_BYTES, YamlDocument, read_yaml
from scalegate.errors import Finding, InputError

FOLDER = Path(__file__).parent / "catalogue"
_ID = re.compile(r"[a-z0-9][a-z0-9.-]{0,99}\Z")


def catalogue_ids() -> tuple[str, ...]:
    """Ids of the published policies that ship with the package, sorted."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.yaml")))


def read_catalogue(name: str) -> YamlDocument:
    """The file of an id.

    Raises:
        InputError: no such id.
    """
    if not _ID.match(name) or ".." in name or name not in catalogue_ids():
        what = f"{name[:80]!r} is not in the catalogue"
        raise InputError(Finding(where="catalogue", what=what, mend=f"write one of {', '.join(catalogue_ids())}"))
    return read_yaml(read_plain(FOLDER / f"{name}.yaml", MAX_BYTES), f"{name}.yaml")
