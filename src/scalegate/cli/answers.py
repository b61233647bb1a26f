"""Commands that answer: assess, gate, due, protections, report."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Annotated

import typer

from scalegate.cli.context import Context, OutputFormat, console, print_json, say
from scalegate.cli.main import app
from scalegate.errors import Finding, InputError, UsageError
from scalegate.policy.document import Permission
from scalegate.quantity import Compute, Identifier, format_instant

Model = Annotated[str, typer.Option("--model", help="A label of models.yaml.")]


@app.command()
def assess(
    context: typer.Context,
    model: Annotated[str, typer.Option("--model", help="Only this model; all of models.yaml if not given.")] = "",
    no_record: Annotated[bool, typer.Option("--no-record", help="Append nothing; needs no key.")] = False,
    draft: Annotated[bool, typer.Option("--draft", help="Under policy.yaml as it stands; records nothing.")] = False,
    document: Annotated[str, typer.Option("--document", help="With --draft: a file of policies/ instead.")] = "policy",
) -> int:
    """Say for every limit what the evidence supports, and for every permission whether it is held."""
    from scalegate.procedure.assessing import assess_models

    options: Context = context.obj
    if document != "policy" and not draft:
        raise UsageError("all documents in force are assessed: --document is for --draft")
    record = not no_record and not options.replaying and not draft
    project = options.open(writing=record)
    models = [model] if model else list(project.workspace.models)
    now = options.now(project)
    made = assess_models(
        project.workspace,
        models,
        now=now,
        replay=options.replaying,
        record=record,
        draft=draft,
        document=document,
    )
    if options.as_json:
        from scalegate.cli.json_forms import assessment_form

        print_json(assessment_form(made))
    elif options.format is OutputFormat.MARKDOWN:
        from scalegate.cli.exports import assessment_markdown

        typer.echo(assessment_markdown(made), nl=False)
    elif options.format is OutputFormat.SARIF:
        from scalegate.cli.exports import decisions_sarif

        print_json(decisions_sarif(d for s in made.subjects for d in s.decisions))
    else:
        from scalegate.cli.screens import print_assessment

        print_assessment(project.page(made), console())
    for finding in made.findings:
        say(f"scalegate: {finding}")
    return 2 if made.findings else 1 if made.held else 0


@app.command()
def gate(
    context: typer.Context,
    permission: Annotated[Permission, typer.Argument(help="What is asked for.")],
    model: Model,
    configuration: Annotated[str, typer.Option(help="A label of configurations.yaml.")] = "",
    mode: Annotated[str, typer.Option(help="How it is offered; api for DEPLOY if not given.")] = "",
    effective_compute: Annotated[str, typer.Option(help="FLOP so far, for TRAIN: 2.1e24.")] = "",
    accept_waiver: Annotated[str, typer.Option(help="End with 4 instead of 1 when held under this waiver.")] = "",
    lease: Annotated[str, typer.Option(help="Where a lease is written; out/ if not given.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Decide, record nothing, issue nothing.")] = False,
) -> int:
    """Decide on one permission, record the decision, and issue a lease when it is granted."""
    from scalegate.procedure.gating import gate as decide

    options: Context = context.obj
    record = not dry_run and not options.replaying
    project = options.open(writing=record)
    now = options.now(project)
    gated = decide(
        project.workspace,
        permission,
        model=model,
        now=now,
        configuration=configuration or None,
        mode=Identifier.parse(mode) if mode else None,
        effective_compute=Compute.from_flop(effective_compute) if effective_compute else None,
        record=record,
    )
    decision = gated.decision
    findings = project.workspace.findings
    leasing = record and decision.granted and not findings  # callers read status 2 as a hold: no lease beside it
    path = project.issue_lease(gated, Path(lease) if lease else None, now) if leasing else None
    if options.as_json:
        from scalegate.cli.json_forms import gate_form

        print_json(gate_form(gated, lease=path, replay=options.replaying))
    elif options.format is OutputFormat.MARKDOWN:
        from scalegate.cli.exports import decision_markdown

        typer.echo(decision_markdown(decision, replay=options.replaying), nl=False)
    elif options.format is OutputFormat.SARIF:
        from scalegate.cli.exports import decisions_sarif

        print_json(decisions_sarif([decision]))
    else:
        from scalegate.cli.screens import print_decision

        print_decision(project.decision_page(gated, as_of=now, replay=options.replaying), console())
        if path:
            say(f"scalegate: lease written to {path}, ends {decision.lapses_at:%Y-%m-%d %H:%M}Z")
    for finding in findings:
        say(f"scalegate: {finding}")
    if decision.granted or findings:
        return 2 if findings else 0
    return 4 if accept_waiver and accept_waiver in gated.accepted else 1


@app.command()
def due(
    context: typer.Context,
    ics: Annotated[str, typer.Option("--ics", help="Also write it as a calendar (RFC 5545) to this file.")] = "",
    all_: Annotated[bool, typer.Option("--all", help="Also what was met in time.")] = False,
) -> int:
    """List what is owed, soonest first, and what is left of each buffer; ends with 1 when something is late."""
    options: Context = context.obj
    project = options.open(writing=False)
    now = options.now(project)
    owed = project.due(now)
    if ics:
        try:
            number = project.write_calendar(owed, Path(ics), replay=options.replaying)
        except OSError as error:
            what = f"the calendar cannot be written: {error.strerror}"
            raise InputError(Finding(where=ics, what=what)) from None
        say(f"scalegate: {number} dates written to {ics}")
    if options.as_json:
        from scalegate.cli.due_forms import due_form

        print_json(due_form(owed, replay=options.replaying, met_too=all_))
    else:
        from scalegate.cli.due_screen import print_due

        if options.replaying:
            say(f"scalegate: REPLAY AS OF {format_instant(now)}")
        print_due(owed, console(), met_too=all_)
    return 1 if owed.late else 0


@app.command()
def protections(context: typer.Context) -> int:
    """List what must be ready: each protection, what asks for it, and whether it is in force; 1 when one is late."""
    from scalegate.procedure.readiness import readiness

    options: Context = context.obj
    project = options.open(writing=False)
    now = options.now(project)
    found = readiness(project.workspace, now)
    if options.as_json:
        from scalegate.cli.due_forms import protections_form

        print_json(protections_form(found, as_of=now, replay=options.replaying))
    else:
        from scalegate.cli.due_screen import print_protections

        if options.replaying:
            say(f"scalegate: REPLAY AS OF {format_instant(now)}")
        print_protections(found, console())
    return 1 if any(r.late for r in found) else 0


@app.command()
def report(
    context: typer.Context,
    out: Annotated[str, typer.Option(help="Where the page is written; out/report.html if not given.")] = "",
) -> int:
    """Write the self-contained HTML report from the record; with --now, of an assessment as of then."""
    options: Context = context.obj
    project = options.open(writing=False)
    now = options.now(project)
    page = project.recorded_page(now) if not options.replaying else project.replayed_page(now)
    place = Path(out) if out else project.settings.place("out") / "report.html"
    try:
        if place.is_dir():
            raise IsADirectoryError(errno.EISDIR, "it is a folder")
        project.write_report(page, place)
    except OSError as error:
        raise InputError(Finding(where=str(place), what=f"the report cannot be written: {error.strerror}")) from None
    say(f"scalegate: report written to {place}")
    if options.as_json:
        print_json(
            {
                "schema": "scalegate.report/1",
                "path": str(place),
                "as_of": format_instant(now),
                "replay": options.replaying,
            }
        )
    return 0
