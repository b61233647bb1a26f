"""The command about plans: power. Needs a project for a suite alone."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scalegate.cli.context import Context, console, print_json, say
from scalegate.cli.main import app
from scalegate.errors import Finding, InputError, UsageError

if TYPE_CHECKING:
    from scalegate.publication.power_page import PowerPage


@app.command()
def power(
    context: typer.Context,
    limit: Annotated[str, typer.Option(help="A success rate to rule out: 0.1 or '10 %'.")] = "",
    truth: Annotated[str, typer.Option(help="The true rate that is assumed; 0 if not given.")] = "",
    wanted: Annotated[str, typer.Option("--power", help="How often the limit should be ruled out then.")] = "0.9",
    alpha: Annotated[str, typer.Option(help="Level of the upper bound; 0.05, or from --costs.")] = "",
    attempts: Annotated[int, typer.Option(help="Attempts at each task.")] = 1,
    icc: Annotated[str, typer.Option(help="Correlation of attempts at a task; the worst case if not given.")] = "",
    suite: Annotated[str, typer.Option(help="A suite of the project: what it could not have shown.")] = "",
    rule: Annotated[str, typer.Option(help="A policy's own rule: '1/10 tries, 50 % of 5 tasks'.")] = "",
    costs: Annotated[str, typer.Option(help="How many false alarms a miss is worth.")] = "",
    limits: Annotated[int, typer.Option(help="So many limits must all be ruled out.")] = 0,
    plot: Annotated[str, typer.Option(help="Write the curves to this file, as SVG.")] = "",
) -> int:
    """Say how many tasks a limit takes to be ruled out, and what a suite or a rule cannot show."""
    from scalegate.procedure.power import Questions, answer_questions

    options: Context = context.obj
    options.refuse_exports()
    asked = Questions(
        limit=limit,
        truth=truth,
        power=wanted,
        alpha=alpha,
        icc=icc,
        attempts=attempts,
        suite=suite,
        rule=rule,
        costs=costs,
        limits=limits,
    )
    page = answer_questions(asked, options.open(writing=False).workspace if suite else None, banners=_stamp(options))
    if plot:
        _write_plot(page, Path(plot))
    if options.as_json:
        print_json(power_form(page, replay=options.replaying))
    else:
        _print(page)
    return 0 if page.reachable else 1


def power_form(page: PowerPage, *, replay: bool) -> dict[str, Any]:
    """The JSON of `power`; numbers have six significant digits."""
    answers = [{**asdict(a), "numbers": dict(a.numbers)} for a in page.answers]
    form = {
        "schema": "scalegate.power/1",
        "replay": replay,
        "banners": page.banners,
        "caveats": page.caveats,
        "answers": answers,
    }
    rounded: dict[str, Any] = _rounded(form)
    return rounded


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_rounded(item) for item in value]
    return float(f"{value:.6g}") if isinstance(value, float) else value


def _stamp(options: Context) -> tuple[str, ...]:
    from scalegate.quantity import format_instant, parse_instant

    return (f"REPLAY AS OF {format_instant(parse_instant(options.replay))}",) if options.replaying else ()


def _print(page: PowerPage) -> None:
    from rich.text import Text

    out = console()
    for line in (*page.banners, *page.caveats):
        out.print(Text(line))
    for answer in page.answers:
        out.print(Text(f"\n{answer.heading}", style="bold"))
        if not answer.reachable:
            out.print(Text("  This is not reached.", style="bold"))
        for sentence in answer.sentences:
            out.print(Text(f"- {sentence}"))


def _write_plot(page: PowerPage, place: Path) -> None:
    """Raises UsageError when there is no curve, InputError when the file cannot be written."""
    from scalegate.publication.power_plot import format_power_svg

    if not page.curves:
        raise UsageError("there is no curve to plot: ask with --limit, --suite or --rule for one that can be reached")
    try:
        place.write_text(format_power_svg(page), encoding="utf-8")
    except OSError as error:
        what = f"the plot cannot be written: {error.strerror}"
        raise InputError(Finding(where=str(place), what=what, mend="give another --plot")) from None
    say(f"scalegate: plot written to {place}")
