"""`evidence/spool`: one file for each log that is still to be recorded.

For: `procedure.spooling.Spool`. Does not know: how a log is read.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path

from scalegate.adapters.plain_file import read_plain
from scalegate.errors import Finding
from scalegate.procedure.spooling import SpooledLog
from scalegate.shape import ShapeError, decode, encode

FOLDER = "spool"
MAX_BYTES = 65_536
_ASIDE = ".aside-"
_MAX_WHY = 2000


class LogSpool:
    """The list in a project's place for evidence. A log under the same labels is on it once."""

    def __init__(self, evidence: Path) -> None:
        self._folder = evidence / FOLDER

    def add(self, log: SpooledLog) -> None:
        """Write aside and rename, so that an item is whole or not there. Raises OSError."""
        kept = replace(log, why=log.why[:_MAX_WHY])
        self._folder.mkdir(parents=True, exist_ok=True)
        aside = self._folder / f"{_ASIDE}{self._name(log)}"
        aside.write_text(json.dumps(encode(kept), indent=1, sort_keys=True) + "\n", encoding="utf-8")
        aside.replace(self._folder / self._name(log))

    def read(self) -> tuple[tuple[SpooledLog, ...], tuple[Finding, ...]]:
        """Sorted by name; a finding for each item that cannot be read."""
        logs, findings = list[SpooledLog](), list[Finding]()
        for path in sorted(self._folder.glob("*.json")) if self._folder.is_dir() else ():
            try:
                logs.append(decode(SpooledLog, json.loads(read_plain(path, MAX_BYTES))))
            except (OSError, ValueError, RecursionError, ShapeError):
                where, mend = f"evidence/{FOLDER}/{path.name}", "ingest its log by hand, then delete it"
                findings.append(Finding(where=where, what="no item of the list", mend=mend))
        return tuple(logs), tuple(findings)

    def drop(self, log: SpooledLog) -> None:
        (self._folder / self._name(log)).unlink(missing_ok=True)

    @staticmethod
    def _name(log: SpooledLog) -> str:
        what = json.dumps([log.path, log.model, log.evaluation, log.configuration, log.scorer])
        return f"{hashlib.sha256(what.encode()).hexdigest()}.json"
