"""The command that puts policies side by side: policy compare. Needs no project."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scalegate.cli.context import Context, answer, console, print_json, say
from scalegate.cli.main import policy_app
from scalegate.errors import Finding, InputError

if TYPE_CHECKING:
    from scalegate.publication.comparison import Comparison


@policy_app.command()
def compare(
    context: typer.Context,
    policies: Annotated[list[str] | None, typer.Argument(help="Policy files and ids of the catalogue.")] = None,
    html: Annotated[str, typer.Option(help="Write the comparison to this file, as HTML.")] = "",
) -> int:
    """Put policies side by side, published ones too; without any, list the catalogue."""
    from scalegate.procedure.comparing import compare as side_by_side
    from scalegate.project import read_policy_source

    options: Context = context.obj
    if options.format not in (options.format.TEXT, options.format.JSON):
        options.refuse_exports()
    if not policies:
        return _catalogue(options)
    page = side_by_side(tuple(read_policy_source(asked) for asked in policies))
    if html:
        _write(page, Path(html))
    if options.as_json:
        print_json(comparison_form(page))
        return 0
    from scalegate.cli.comparison_screen import print_comparison

    print_comparison(page, console(), terminal=sys.stdout.isatty())
    return 0


def comparison_form(page: Comparison) -> dict[str, Any]:
    """The JSON of `policy compare`: for each row, the answer of each policy by the id it was asked for by."""
    columns = [
        {**asdict(column), "undetermined": [{"about": a, "why": w} for a, w in column.undetermined]}
        for column in page.columns
    ]
    rows = [
        {
            "row": row.key,
            "title": row.title,
            "answers": [
                {"policy": column.id, "said": cell.said.value, "lines": list(cell.lines)}
                for column, cell in zip(page.columns, row.cells, strict=True)
            ],
        }
        for row in page.rows
    ]
    return {
        "schema": "scalegate.policy-comparison/1",
        "claims": list(page.claims),
        "policies": columns,
        "rows": rows,
    }


def _catalogue(options: Context) -> int:
    from scalegate.project import published_policies

    known = published_policies()
    if options.as_json:
        listed = [{"id": name, **{k: str(v) for k, v in asdict(source).items()}} for name, source in known.items()]
        print_json({"schema": "scalegate.policy-catalogue/1", "policies": listed})
        return 0
    for name, source in known.items():
        answer(f"{name}  {source.developer}, {source.title}, version {source.version}, {source.date}")
    say("scalegate: these are published policies; give two or more of them, or policy files, to compare")
    return 0


def _write(page: Comparison, place: Path) -> None:
    from scalegate.project import write_comparison

    try:
        write_comparison(page, place)
    except OSError as error:
        what = f"the comparison cannot be written: {error.strerror}"
        raise InputError(Finding(where=str(place), what=what, mend="give another --html")) from None
    say(f"scalegate: written to {place}")
