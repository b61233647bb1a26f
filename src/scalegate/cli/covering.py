"""policy coverage: what a policy answers to criteria of others. Does not know: the rules."""

from __future__ import annotations

from typing import Annotated

import typer

from scalegate.cli.context import Context, OutputFormat, console, print_json, say
from scalegate.cli.main import policy_app
from scalegate.errors import UsageError
from scalegate.quantity import format_instant


@policy_app.command()
def coverage(
    context: typer.Context,
    file: Annotated[str, typer.Argument(help="A policy file; the project's if not given.")] = "",
    against: Annotated[
        list[str] | None,
        typer.Option(help="five-components, eu-cop-safety, sb-53, seoul, or a .yaml file; all four if not given."),
    ] = None,
    evidence: Annotated[str, typer.Option(help="A project whose record shows what a file's promises need.")] = "",
) -> int:
    """Answer criteria of others one by one, with the place in the file; never a score. 1 when one is not met."""
    from scalegate.project import cover_policy_file, policy_places

    options: Context = context.obj
    if options.format is OutputFormat.SARIF:
        raise UsageError("--format sarif is for policy check, assess and gate: use text, json or markdown")
    if file:
        found = cover_policy_file(file, against or [], options.instant(), evidence=evidence or None)
        places = policy_places(file)
    else:
        project = options.open(writing=False)
        found = project.covered(against or [], options.now(project))
        places = policy_places(project.settings.place("policy"))
    if options.as_json:
        from scalegate.cli.coverage_forms import coverage_form

        print_json(coverage_form(found, places, replay=options.replaying))
    elif options.format is OutputFormat.MARKDOWN:
        from scalegate.cli.coverage_forms import coverage_markdown

        typer.echo(coverage_markdown(found, places), nl=False)
    else:
        from scalegate.cli.coverage_forms import print_coverage

        if options.replaying:
            say(f"scalegate: REPLAY AS OF {format_instant(found.as_of)}")
        print_coverage(found, places, console())
    for finding in found.refused:
        say(f"scalegate: {finding}")
    return 2 if found.refused else 0 if found.complete else 1
