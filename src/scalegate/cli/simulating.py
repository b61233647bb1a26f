"""The command of the bite test: policy simulate. Needs a project only where no file is named."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scalegate.cli.context import Context, console, print_json, progress, say
from scalegate.cli.main import policy_app
from scalegate.errors import Finding, InputError, UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from scalegate.publication.bite_page import BitePage, Section, Table


@policy_app.command()
def simulate(
    context: typer.Context,
    file: Annotated[str, typer.Argument(help="A policy file; the project's if not given.")] = "",
    runs: Annotated[int, typer.Option(help="Imagined runs.")] = 2000,
    weeks: Annotated[int, typer.Option(help="Weeks of each.")] = 260,
    seed: Annotated[str, typer.Option(help="Any text; the same text gives the same figures.")] = "1",
    scenario: Annotated[str, typer.Option(help="A file of what is assumed; the default is printed if not given.")] = "",
    replay: Annotated[list[str], typer.Option(help="Run it on real data too: cyber, pythia, or a file.")] = [],  # noqa: B006
    plot: Annotated[str, typer.Option(help="Write everything with its plots to this file: .html, or .svg.")] = "",
) -> int:
    """Run a policy against imagined years: when, how often and for how long it stops anything."""
    from scalegate.procedure.bite_text import bite_page
    from scalegate.procedure.simulating import simulate as simulate_policy
    from scalegate.procedure.simulating import work
    from scalegate.project import simulation_asked

    options: Context = context.obj
    options.refuse_exports()
    if options.replaying:
        raise UsageError("--now is a replay of the record: a simulation reads no clock, so call it without --now")
    _check_plot(plot)
    asked = simulation_asked(
        options.project or None, file, runs=runs, weeks=weeks, seed=seed, scenario=scenario, replays=replay
    )
    with progress("weeks", work(asked)) as tell:
        made = simulate_policy(asked, tell)
    page = bite_page(made)
    if plot:
        _write_plot(page, Path(plot))
    if options.as_json:
        print_json(page.form)
    else:
        _print(page)
    return 0


def _check_plot(plot: str) -> None:
    if plot and Path(plot).suffix.lower() not in (".html", ".svg"):
        raise UsageError(f"--plot {plot}: name a file that ends in .html or .svg")


def _write_plot(page: BitePage, place: Path) -> None:
    from scalegate.publication.bite_plot import format_bite_html, format_bite_svg

    text = format_bite_svg(page) if place.suffix.lower() == ".svg" else format_bite_html(page)
    try:
        place.write_text(text, encoding="utf-8")
    except OSError as error:
        what = f"the plot cannot be written: {error.strerror}"
        raise InputError(Finding(where=str(place), what=what, mend="give another --plot")) from None
    say(f"scalegate: written to {place}")


def _print(page: BitePage) -> None:
    from rich.text import Text

    out = console()
    for banner in page.banners:
        out.print(Text(banner, style="bold"))
    out.print(Text(page.title, style="bold"))
    for line in page.opening:
        out.print(Text(f"- {line}"))
    for section in page.sections:
        _section(out, section)


def _section(out: Console, section: Section) -> None:
    from rich.text import Text

    out.print(Text(f"\n{section.heading}", style="bold"))
    for sentence in section.sentences:
        out.print(Text(f"- {sentence}"))
    for table in section.tables:
        _table(out, table)


_NAME = 24
"""The longest name, in letters, that a table keeps on one line."""


def _table(out: Console, table: Table) -> None:
    """As wide as the terminal; where that is narrow, one line for each figure."""
    from rich import box
    from rich.table import Table as Grid
    from rich.text import Text

    out.print(Text(f"\n{table.title}", style="italic"))
    if out.width < 100 and len(table.columns) > 4:
        for row in table.rows:
            out.print(Text(row[0]))
            for name, cell in zip(table.columns[1:], row[1:], strict=True):
                out.print(Text(f"    {name}: {cell}"))
        return
    grid = Grid(box=box.SIMPLE, pad_edge=False, show_edge=False)
    for at, column in enumerate(table.columns):
        words = at == 0 or any(len(row[at]) > 40 for row in table.rows)
        # A name that was broken in two cannot be searched for.
        short = at == 0 and all(len(row[at]) <= _NAME for row in table.rows)
        grid.add_column(Text(column), justify="left" if words else "right", overflow="fold", no_wrap=short)
    for row in table.rows:
        grid.add_row(*(Text(cell) for cell in row))
    out.print(grid)
