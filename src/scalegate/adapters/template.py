"""Sample files for a new project.

For: `init`. Does not know: what the files say; they ship inside the package. Two things are turned round while they
are copied: `dot-` at the start of a name becomes a dot, because hidden files are easily lost on the way into a
package; and `DAY-7` becomes the date seven days before the day of the copy, so that the sample is never stale.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path, PurePath

from scalegate.adapters.settings import FILE, FORMAT

FRONTIER = "frontier"
TEMPLATES = {FRONTIER: (FRONTIER,), "follower": (FRONTIER, "follower"), "compute-capped": (FRONTIER, "compute-capped")}
"""By name, the folders that it is made of: a file of a later folder stands for that of an earlier one."""

_FOLDER = Path(__file__).parent / "templates"
_DAY = re.compile(r"\bDAY([+-]\d{1,4})\b")


def write_template(root: Path, origin: str, today: date | None = None, *, template: str = FRONTIER) -> None:
    """Copy the sample files that are not there yet, and write scalegate.toml; nothing is overwritten.

    Args:
        root: the project's folder.
        origin: name of its log.
        today: what the dates of the sample count from; the present day in UTC if not given.
        template: one of `TEMPLATES`.
    """
    day = today or datetime.now(UTC).date()
    for name, item in template_files(template).items():
        place = root / _place(name)
        if not place.exists():
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(_dated(item.read_text(encoding="utf-8"), day), encoding="utf-8", newline="\n")
    text = f"# Places, origin and display. Nothing in this file changes a verdict or a decision.\nformat = {FORMAT}\n"
    (root / FILE).write_text(f'{text}origin = "{origin}"\n', encoding="utf-8")


def template_files(template: str) -> dict[PurePath, Path]:
    """Files of a template by their place in it, sorted."""
    found = {
        PurePath(item.relative_to(_FOLDER / folder)): item
        for folder in TEMPLATES[template]
        for item in (_FOLDER / folder).rglob("*")
        if item.is_file()
    }
    return dict(sorted(found.items()))


def _place(name: PurePath) -> PurePath:
    """Where a file of the template goes: `dot-github/x` to `.github/x`."""
    return PurePath(*(f".{part.removeprefix('dot-')}" if part.startswith("dot-") else part for part in name.parts))


def _dated(text: str, day: date) -> str:
    """The text with `DAY+n` and `DAY-n` as dates."""
    return _DAY.sub(lambda found: (day + timedelta(days=int(found[1]))).isoformat(), text)
