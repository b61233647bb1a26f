"""Reader of criteria packs: those of the package, by id, and files of the same form.

For: the composition root. Does not know: policies, the record, what a criterion means.
"""

from __future__ import annotations

from pathlib import Path

from scalegate.adapters.plain_file import read_plain
from scalegate.adapters.yaml_scan import MAX_BYTES, locate, read_yaml
from scalegate.errors import Finding, InputError, UsageError
from scalegate.policy.criteria import Pack, pack_faults
from scalegate.policy.named_checks import CHECKS
from scalegate.shape import ShapeError, decode

PACKS = Path(__file__).parent / "packs"
ORDER = ("five-components", "eu-cop-safety", "sb-53", "seoul")


def pack_ids() -> tuple[str, ...]:
    """Ids of the packs that come with the package; those that everybody knows first."""
    found = sorted(path.stem for path in PACKS.glob("*.yaml"))
    return tuple(sorted(found, key=lambda name: (ORDER.index(name) if name in ORDER else len(ORDER), name)))


def read_pack(name: str) -> Pack:
    """A pack of the package by its id, or one that lies in a file, by a path that ends in `.yaml`.

    Raises:
        UsageError: there is no such pack or file.
        InputError: with every finding.
    """
    if not name.endswith((".yaml", ".yml")):
        if name not in pack_ids():
            raise UsageError(
                f"there are no criteria called {name!r}: write one of {', '.join(pack_ids())}, or a .yaml file"
            )
        return parse_pack((PACKS / f"{name}.yaml").read_bytes(), f"{name}.yaml")
    place = Path(name)
    try:
        return parse_pack(read_plain(place, MAX_BYTES), place.name)
    except OSError as error:
        raise UsageError(f"{place}: cannot be read: {error.strerror}") from None


def parse_pack(text: bytes, name: str) -> Pack:
    """A pack from its bytes; `name` is what findings call it. Raises InputError with every finding."""
    document = read_yaml(text, name)
    try:
        pack = decode(Pack, document.data)
    except ShapeError as error:
        raise InputError(*locate(error.faults, document.spans, name)) from None
    faults = tuple(pack_faults(pack, CHECKS))
    if faults:
        raise InputError(*locate(faults, document.spans, name))
    if pack.valid_until <= pack.source.read_on:
        mend = "write a date after read_on"
        raise InputError(Finding(where=name, path="valid_until", what="ends before it was read", mend=mend))
    return pack
