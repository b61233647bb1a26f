"""The command that records checks for sandbagging and contamination: flag.

For: people and evaluation jobs. Does not know: tests, who may raise a flag.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scalegate.cli.acts import Document, DryRun, Roles
from scalegate.cli.context import Context, answer, dry, print_json, say
from scalegate.cli.main import app
from scalegate.shape import encode

if TYPE_CHECKING:
    from scalegate.evidence.flag import FlagCheck
    from scalegate.record.view import Logged


@app.command()
def flag(
    context: typer.Context,
    files: Annotated[list[str], typer.Argument(help="Measurements: items, results at noise levels, shards, halves.")],
    role: Roles = "",
    document: Document = "",
    dry_run: DryRun = False,
) -> int:
    """Compute checks for sandbagging and contamination from files and record them, raised or not (V5)."""
    from scalegate.procedure.flagging import flag as record

    options: Context = context.obj
    project = options.open(writing=not dry_run)
    workspace = project.workspace.under(document)
    by, measured = options.person(project, role, document), project.read_measurements([Path(f) for f in files])
    if dry_run:
        return dry(workspace, lambda: record(workspace, measured, by=by, now=project.now()))
    recorded = record(workspace, measured, by=by, now=project.now())
    if options.as_json:
        print_json({"schema": "scalegate.flags/1", "flags": [_form(check, entry) for check, entry in recorded]})
    else:
        for check, entry in recorded:
            head = f"flag {check.id} raised" if check.raised else f"{check.id}: no flag, which adds no confidence"
            answer(f"{head} (entry {entry.index}): {check.words}")
    raised = sum(check.raised for check, _ in recorded)
    say(f"scalegate: {len(recorded)} checks recorded, {raised} flags raised; each stands until it is disposed of")
    return 1 if raised else 0


def _form(check: FlagCheck, entry: Logged) -> dict[str, object]:
    plain = encode(check)
    wanted = ("id", "kind", "evaluation", "configuration", "subject", "test")
    figures = ("statistic", "p_value", "level")
    return {
        **{key: plain.get(key, "") for key in wanted},
        "raised": check.raised,
        **{key: plain.get(key) for key in figures},
        "units": check.units,
        "words": check.words,
        "entry": entry.index,
    }
