"""Policies side by side on a terminal: the same values as the HTML page, in the same order.

For: `policy compare` in text form. Does not know: how a cell was found.

As wide a terminal as the policies need shows tables; a narrower one, and everything that is no terminal, shows one
policy under the other, where each answer is one line that can be searched for.
"""

from __future__ import annotations

from collections.abc import Iterator

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from scalegate.cli.screens import print_heading, print_line
from scalegate.publication.comparison import Cell, Column, Comparison, Group, Said, short

NARROWEST = 24
"""Characters of a column below which words break too often."""

_TITLES = 18
_STYLES = {Said.STATED: "", Said.NONE: "dim", Said.UNKNOWN: "yellow", Said.COUNTED: ""}


def print_comparison(page: Comparison, console: Console, *, terminal: bool) -> None:
    """What is not claimed first, then where each text is, then the answers."""
    if not terminal:
        for line in lines(page):
            console.print(Text(line), soft_wrap=True)
        return
    print_heading(console, "WHAT THIS DOES NOT CLAIM")
    for claim in page.claims:
        print_line(console, f"- {claim}")
    print_heading(console, "THE TEXTS")
    for column in page.columns:
        for line in _source(column):
            print_line(console, line)
    for group in page.groups:
        print_heading(console, group.title.upper())
        if fits(len(page.columns), console.width):
            _table(group, page.columns, console)
        else:
            _stacked(group, page.columns, console)


def fits(columns: int, width: int) -> bool:
    """Whether so many policies fit beside one another."""
    return (width - _TITLES - 2) // columns >= NARROWEST


def lines(page: Comparison) -> Iterator[str]:
    """One line for each answer, for files and pipes."""
    yield from (f"claim  {claim}" for claim in page.claims)
    for column in page.columns:
        yield from (f"text  {line}" for line in _source(column))
    for row in page.rows:
        for column, cell in zip(page.columns, row.cells, strict=True):
            yield f"{row.key}  {column.id}  {words(cell)}"


def words(cell: Cell) -> str:
    """A cell in one line."""
    head, *places = cell.lines
    if cell.said is Said.COUNTED:
        return f"{head}: {', '.join(places)}" if places else head
    return "; ".join(cell.lines)


def _source(column: Column) -> Iterator[str]:
    dated = f", {column.date}" if column.date else ""
    yield f"{column.id}: {column.developer}, {column.title}, version {column.version}{dated}"
    if column.published:
        yield f"  {column.url}"
        yield f"  {column.digest}, text read: {column.how_much_read}"
        yield f"  {len(column.undetermined)} things left open, {len(column.holes)} places of a policy not filled"
    elif column.digest:
        yield f"  a policy file, {column.digest}"
    if column.remark:
        yield f"  {column.remark}"


def _table(group: Group, columns: tuple[Column, ...], console: Console) -> None:
    across = (console.width - _TITLES - 2) // len(columns) - 2
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 1, 0, 0), show_lines=False)
    table.add_column("", width=_TITLES, overflow="fold")
    for column in columns:
        table.add_column(Text(column.id), width=across, overflow="fold")
    for row in group.rows:
        table.add_row(Text(row.title), *(_text(cell) for cell in row.cells))
    console.print(table)


def _text(cell: Cell) -> Text:
    style = _STYLES[cell.said]
    if cell.said is Said.COUNTED:
        return Text("\n".join(short(line) for line in cell.lines), style=style)
    first = "- " if len(cell.lines) > 1 else ""
    return Text("\n".join(f"{first}{line}" for line in cell.lines), style=style)


def _stacked(group: Group, columns: tuple[Column, ...], console: Console) -> None:
    for row in group.rows:
        print_line(console, row.title, "underline")
        for column, cell in zip(columns, row.cells, strict=True):
            print_line(console, f"{column.id}: {words(cell)}")
