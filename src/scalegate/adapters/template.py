"""Sample files for a new project.

For: `init`. Does not know: what the files say; they ship inside the package.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from scalegate.adapters.settings import FILE, FORMAT

FRONTIER = Path(__file__).parent / "templates" / "frontier"


def write_template(root: Path, origin: str) -> None:
    """Copy the sample files that are not there yet, and write scalegate.toml; nothing is overwritten."""
    for item in sorted(FRONTIER.rglob("*")):
        place = root / item.relative_to(FRONTIER)
        if item.is_file() and not place.exists():
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(item, place)
    text = f"# Places, origin and display. Nothing in this file changes a verdict or a decision.\nformat = {FORMAT}\n"
    (root / FILE).write_text(f'{text}origin = "{origin}"\n', encoding="utf-8")
