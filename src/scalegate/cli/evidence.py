"""Commands about evidence: register, ingest, doctor."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Annotated, Any

import typer

from scalegate.cli.acts import Document
from scalegate.cli.context import Context, dry, print_json, progress, say
from scalegate.cli.main import app
from scalegate.errors import UsageError
from scalegate.quantity import Identifier, parse_instant


@app.command()
def register(
    context: typer.Context,
    evaluation: Annotated[str, typer.Argument(help="An evaluation that the policy names.")],
    limit: Annotated[str, typer.Option(help="The limit that the run is for.")],
    model: Annotated[str, typer.Option(help="A label of models.yaml.")],
    configuration: Annotated[str, typer.Option(help="A label of configurations.yaml; the first if not given.")] = "",
    document: Document = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print what would be signed; record nothing.")] = False,
) -> int:
    """Record the plan of a run, before the run (E6)."""
    from scalegate.procedure.acts import register as record
    from scalegate.procedure.planning import order_of_plan

    options: Context = context.obj
    project = options.open(writing=not dry_run)
    workspace = project.workspace.under(document)
    chosen = configuration or next(iter(workspace.configurations), "")
    act = partial(
        record,
        workspace,
        limit=limit,
        evaluation=evaluation,
        model=model,
        configuration=chosen,
        power=project.statistical_power(limit, evaluation, document),
        now=project.now(),
    )
    if dry_run:
        return dry(workspace, act)
    logged = act()
    order = order_of_plan(workspace, logged)
    if options.as_json:
        print_json({"schema": "scalegate.plan/1", "entry": logged.index, "plan": logged.digest, "order": list(order)})
    say(f"scalegate: plan {logged.digest} is entry {logged.index}")
    if order and not options.as_json:
        say("scalegate: take the tasks in this order, and stop when you like (B4):")
        typer.echo("\n".join(order))
    return 0


@app.command()
def ingest(
    context: typer.Context,
    paths: Annotated[
        list[str] | None, typer.Argument(help="Evaluation results: files, folders, patterns, URLs.")
    ] = None,
    model: Annotated[str, typer.Option(help="The model that a log is of, by its label in models.yaml.")] = "",
    configuration: Annotated[str, typer.Option(help="For logs that name none; the first of the file.")] = "",
    evaluation: Annotated[str, typer.Option(help="The policy's name for what the log calls its task.")] = "",
    run: Annotated[str, typer.Option(help="A label under which the attempts of several files belong together.")] = "",
    dated: Annotated[str, typer.Option(help="When the runs ended, where files do not say; recorded as stated.")] = "",
    scorer: Annotated[str, typer.Option(help="Which of several scorers of a log to read.")] = "",
    spooled: Annotated[bool, typer.Option("--spooled", help="Also the logs that a hook could not record.")] = False,
) -> int:
    """Read evaluation logs into the evidence and the record. A file that cannot be read stops no other."""
    from scalegate.evidence.parsed_run import Labels

    if not paths and not spooled:
        raise UsageError("name the logs to read, or give --spooled")
    options: Context = context.obj
    project = options.open(writing=True)
    first = next(iter(project.workspace.configurations), "")
    labels = Labels(
        configuration=Identifier.parse(configuration or first),
        model=Identifier.parse(model) if model else None,
        evaluation=Identifier.parse(evaluation) if evaluation else None,
        run=Identifier.parse(run) if run else None,
        dated=parse_instant(dated) if dated else None,
        scorer=scorer,
    )
    sources = project.find_sources(paths or ())
    with progress("reading", len(sources)) as tell:
        done = project.ingest_logs(sources, labels, tell)
    if spooled:
        from scalegate.procedure.spooling import ingest_spooled

        ports: dict[str, Any] = {"reader": project.read_log, "keeper": project.store}
        more = ingest_spooled(project.workspace, project.spool, **ports, now=project.now())
        done = replace(done, files=(*done.files, *more.files), findings=(*done.findings, *more.findings))
    for file in done.files:
        rows = sum(m.rows for m in file.recorded)
        say(f"scalegate: {file.path}: {len(file.recorded)} runs recorded, {rows} attempts; {file.known} known already")
        for amended in dict.fromkeys(filter(None, file.amends)):
            say(f"scalegate: {file.path}: another version of run {amended}: what either showed counts,")
            say("  what either did not show counts for nothing until another role has disposed of one of them (E4)")
    for finding in done.findings:
        say(f"scalegate: {finding}")
    if options.as_json:
        from scalegate.cli.json_forms import ingestion_form

        print_json(ingestion_form(done))
    return 2 if done.findings else 0


@app.command()
def doctor(context: typer.Context) -> int:
    """List what lies in the project and in no entry of the record, and files that cannot be read."""
    from scalegate.procedure.spooling import spooled_findings

    options: Context = context.obj
    project = options.open(writing=False)
    orphans = project.store.orphans({r.address for r in project.workspace.view.runs})
    spooled = spooled_findings(project.spool)
    documents = [f for file in project.further_files().values() for f in file.findings]
    findings = [*project.workspace.findings, *project.workspace.policy_file.findings, *documents]
    findings += [*spooled, *project.unpublished()]
    if options.as_json:
        print_json({"schema": "scalegate.doctor/1", "orphans": list(orphans), "findings": [str(f) for f in findings]})
    for name in orphans:
        say(f"scalegate: evidence/runs/{name} is in no entry: it counts for nothing; delete it or ingest its source")
    for finding in findings:
        say(f"scalegate: {finding}")
    if not orphans and not findings:
        say("scalegate: every file can be read, and nothing lies outside the record")
    return 1 if orphans or findings else 0
