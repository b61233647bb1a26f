"""The files under `record/pause`: a pause holds from the moment its file is durable.

For: `procedure.acts.PauseFlags` and the scribe. Does not know: the log.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from scalegate.adapters.plain_file import read_plain
from scalegate.decision.dossier import Pause
from scalegate.errors import InputError
from scalegate.shape import ShapeError, decode, encode

MAX_BYTES = 1_048_576
_ASIDE = ".aside-"


class PauseFolder:
    """`record/pause`, one file for each pause ever begun; a file stays when the pause has ended."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def raise_flag(self, pause: Pause) -> None:
        """Write aside, fsync, rename, fsync the folder: a flag is whole or not there."""
        self._folder.mkdir(parents=True, exist_ok=True)
        aside = self._folder / f"{_ASIDE}{pause.id}"
        with aside.open("w", encoding="utf-8") as file:
            json.dump(encode(pause), file, sort_keys=True)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(self._folder / pause.id)
        handle = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

    def ids(self) -> tuple[str, ...]:
        """Names of all pauses with a flag; none when the folder is absent."""
        try:
            return tuple(sorted(p.name for p in self._folder.iterdir() if not p.name.startswith(_ASIDE)))
        except FileNotFoundError:
            return ()

    def read(self, name: str) -> Pause | None:
        """The pause of a flag; None when the file is not what `raise_flag` writes."""
        try:
            pause = decode(Pause, json.loads(read_plain(self._folder / name, MAX_BYTES)))
        except (OSError, ValueError, RecursionError, InputError, ShapeError):
            return None
        return pause if pause.id == name else None
