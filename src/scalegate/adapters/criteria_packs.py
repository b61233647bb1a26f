"""Where criteria packs lie: those of the package, by id, and files of the same form.

For: the composition root. Does not know: what a pack says.
"""

from __future__ import annotations

from pathlib import Path

from scalegate.adapters.plain_file import read_plain
from scalegate.adapters.yaml_scan import MAX_BYTES
from scalegate.errors import UsageError

PACKS = Path(__file__).parent / "packs"
ORDER = ("five-components", "eu-cop-safety", "sb-53", "seoul")


def pack_ids() -> tuple[str, ...]:
    """Ids of the packs that come with the package; those that everybody knows first."""
    found = sorted(path.stem for path in PACKS.glob("*.yaml"))
    return tuple(sorted(found, key=lambda name: (ORDER.index(name) if name in ORDER else len(ORDER), name)))


def pack_text(name: str) -> tuple[bytes, str]:
    """The bytes of a pack, and what findings call it.

    Args:
        name: an id of a pack of the package, or a path that ends in `.yaml`.

    Raises:
        UsageError: there is no such pack or file.
    """
    if not name.endswith((".yaml", ".yml")):
        if name not in pack_ids():
            known = ", ".join(pack_ids())
            raise UsageError(f"there are no criteria called {name!r}: write one of {known}, or a .yaml file")
        return (PACKS / f"{name}.yaml").read_bytes(), f"{name}.yaml"
    place = Path(name)
    try:
        return read_plain(place, MAX_BYTES), place.name
    except OSError as error:
        raise UsageError(f"{place}: cannot be read: {error.strerror}") from None
