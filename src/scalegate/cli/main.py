"""The command line: options, exit statuses, and what goes to which stream.

For: people and CI jobs. Does not know: rules, storage. JSON goes to standard output and nothing else does;
messages go to standard error. Exit statuses are those of docs/command-line.md: 0 granted, done or nothing
found; 1 held or findings; 2 the call or an input is wrong; 3 no trustworthy answer; 4 held, waived.
"""

from __future__ import annotations

import os
import sys
import traceback
import uuid
from typing import Annotated, Any

import typer

from scalegate import __version__
from scalegate.cli.context import Context, OutputFormat, say
from scalegate.errors import ScalegateError

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Responsible scaling policies that run. `granted` means that the policy does not forbid it now, nothing more.",
)
policy_app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="The policy: check it, put it in force.")
log_app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="The record: verify it, read it.")
app.add_typer(policy_app, name="policy")
app.add_typer(log_app, name="log")


@app.callback(invoke_without_command=True)
def options(
    context: typer.Context,
    project: Annotated[
        str, typer.Option(help="Project folder; the nearest parent with scalegate.toml if not given.")
    ] = "",
    now: Annotated[str, typer.Option(help="Replay with another clock: read-only, stamped, nothing is issued.")] = "",
    as_: Annotated[str, typer.Option("--as", help="Who acts: a person that the policy names.")] = "",
    format: Annotated[OutputFormat, typer.Option(help="Form of standard output.")] = OutputFormat.TEXT,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an internal error.")] = False,
    version: Annotated[bool, typer.Option("--version", help="Print the version and end.")] = False,
) -> None:
    if version:
        typer.echo(f"scalegate {__version__}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
        raise typer.Exit
    context.obj = Context(project=project, replay=now, principal=as_, format=format, debug=debug)
    if context.invoked_subcommand not in ("assess", "gate", "policy"):
        context.obj.refuse_exports()


def run() -> None:
    """Entry point of the console script; ends the process with an exit status of the contract."""
    sys.exit(_status(sys.argv[1:]))


def _status(arguments: list[str]) -> int:
    from scalegate.cli import commands  # noqa: F401 - registers the commands

    try:
        result: Any = app(args=arguments, standalone_mode=False)
    except ScalegateError as error:
        for finding in error.findings:
            say(f"scalegate: {finding}")
        return error.exit_status
    except typer.Exit as ended:
        return ended.exit_code
    except typer.Abort:
        return 3
    except BrokenPipeError:
        # Whoever read our output closed it: what was asked for may not have been read whole.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 3
    except Exception as error:
        return _uncaught(error, arguments)
    return result if isinstance(result, int) else 0


def _uncaught(error: Exception, arguments: list[str]) -> int:
    import click

    if isinstance(error, click.ClickException):
        error.show()
        return 2
    report = uuid.uuid4().hex[:12]
    typer.echo(
        f"scalegate: internal error {report}: {type(error).__name__}: {error}. Nothing that was answered above can be "
        "relied on, and every permission counts as held. Run again with --debug and report it.",
        err=True,
    )
    if "--debug" in arguments:
        traceback.print_exception(error)
    return 3
