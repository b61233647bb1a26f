"""policy commitments: the register of promises. Does not know: the rules."""

from __future__ import annotations

from typing import Annotated

import typer

from scalegate.cli.context import Context, console, print_json, say
from scalegate.cli.main import policy_app
from scalegate.errors import InputError
from scalegate.quantity import format_instant


@policy_app.command()
def commitments(
    context: typer.Context,
    file: Annotated[str, typer.Argument(help="A policy file, without any record; the project's if not given.")] = "",
) -> int:
    """List every promise of the policy with its owner, its due point and where it stands, and counts by year."""
    from scalegate.cli.promise_forms import commitments_form, print_commitments

    options: Context = context.obj
    options.refuse_exports()
    if file:
        from scalegate.procedure.promising import promised_by_file
        from scalegate.project import policy_places, read_policy_file

        read = read_policy_file(file)
        if read.document is None:
            raise InputError(*read.findings)
        found, places = promised_by_file(read.document, options.instant()), policy_places(file)
    else:
        project = options.open(writing=False)
        found, places = project.promised(options.now(project)), project.places()
    if options.as_json:
        print_json(commitments_form(found.register, found.policy, places, replay=options.replaying))
    else:
        if options.replaying:
            say(f"scalegate: REPLAY AS OF {format_instant(found.register.as_of)}")
        print_commitments(found.register, found.policy, places, console())
    return 1 if found.register.late else 0
