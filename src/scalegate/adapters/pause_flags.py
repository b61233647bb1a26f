"""The files under `record/pause`: a pause holds from the moment its file is durable.

For: `procedure.acts.PauseFlags` and the scribe. Does not know: the log.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from scalegate.decision.dossier import Pause
from scalegate.shape import encode


class PauseFolder:
    """`record/pause`, one file for each pause ever begun; a file stays when the pause has ended."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def raise_flag(self, pause: Pause) -> None:
        """Write and fsync the file and its folder entry."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with (self._folder / pause.id).open("w", encoding="utf-8") as file:
            json.dump(encode(pause), file, sort_keys=True)
            file.flush()
            os.fsync(file.fileno())
        handle = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

    def ids(self) -> tuple[str, ...]:
        """Names of all pauses with a flag; none when the folder is absent."""
        try:
            return tuple(sorted(item.name for item in self._folder.iterdir()))
        except FileNotFoundError:
            return ()
