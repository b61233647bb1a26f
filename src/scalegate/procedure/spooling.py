"""Logs that were to be recorded and could not be: kept on a list until they are.

For: hooks, command line. Does not know: files. The list is no evidence: nothing rests on it, and nothing on it counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from scalegate.errors import Finding
from scalegate.evidence.parsed_run import Labels
from scalegate.procedure.ingesting import Ingestion, ingest
from scalegate.procedure.intake import Reader, RunKeeper
from scalegate.procedure.workspace import Workspace
from scalegate.quantity import Identifier


@dataclass(frozen=True, kw_only=True)
class SpooledLog:
    """One log on the list: its place, the labels it is to have, and why it was not recorded."""

    schema: Literal["scalegate.spooled/1"] = "scalegate.spooled/1"
    path: str
    model: str
    evaluation: str = ""
    configuration: str = ""
    scorer: str = ""
    why: str = ""


class Spool(Protocol):
    """The list."""

    def read(self) -> tuple[tuple[SpooledLog, ...], tuple[Finding, ...]]:
        """What is on it, and a finding for each item that cannot be read."""
        ...

    def drop(self, log: SpooledLog) -> None:
        """Take a log off, because it is recorded."""
        ...


def labels_for(workspace: Workspace, *, model: str, evaluation: str, configuration: str, scorer: str) -> Labels:
    """Labels as people write them; the first configuration where none is given. Raises InputError for what is no id."""
    first = next(iter(workspace.configurations), "")
    return Labels(
        configuration=Identifier.parse(configuration or first),
        model=Identifier.parse(model) if model else None,
        evaluation=Identifier.parse(evaluation) if evaluation else None,
        scorer=scorer,
    )


def ingest_spooled(
    workspace: Workspace, spool: Spool, *, reader: Reader, keeper: RunKeeper, now: datetime
) -> Ingestion:
    """Ingest every log on the list; one that can be read is taken off, the others stay with a finding."""
    logs, findings = spool.read()
    done = [Ingestion(files=(), findings=findings)]
    for log in logs:
        labels = labels_for(
            workspace,
            model=log.model,
            evaluation=log.evaluation,
            configuration=log.configuration,
            scorer=log.scorer,
        )
        made = ingest(workspace, [log.path], labels, reader=reader, keeper=keeper, now=now)
        if not made.findings:
            spool.drop(log)
        done.append(made)
    return Ingestion(files=tuple(f for m in done for f in m.files), findings=tuple(f for m in done for f in m.findings))


def spooled_findings(spool: Spool) -> list[Finding]:
    """For `doctor`: what is on the list is in no entry."""
    logs, findings = spool.read()
    mend = "mend that, then `scalegate ingest --spooled`"
    return [*findings, *(Finding(where=log.path, what=f"not recorded: {log.why}", mend=mend) for log in logs)]
