"""The command that runs the policy's evaluations."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TextIO

import typer

from scalegate.cli.acts import Document
from scalegate.cli.context import Context, answer, print_json, say
from scalegate.cli.main import app
from scalegate.errors import Finding, ScalegateError, UsageError

if TYPE_CHECKING:
    from scalegate.procedure.running import Programme, Registered, Sat, Sitting
    from scalegate.project import Project

Several = list[str]


@app.command("run")
def run_evaluations(
    context: typer.Context,
    model: Annotated[str, typer.Option(help="A label of models.yaml.")],
    inspect_model: Annotated[
        str, typer.Option(help="What Inspect calls it: provider/name; the name of an opaque subject if not given.")
    ] = "",
    model_arg: Annotated[Several | None, typer.Option(help="NAME=VALUE for Inspect's provider; once for each.")] = None,
    provider: Annotated[
        Several | None, typer.Option(help="A Python file that registers a provider of your own; once for each.")
    ] = None,
    weights: Annotated[str, typer.Option(help="Where the weights lie: checked against the model's subject.")] = "",
    limit: Annotated[Several | None, typer.Option(help="For this limit alone; once for each.")] = None,
    evaluation: Annotated[Several | None, typer.Option(help="This evaluation alone; once for each.")] = None,
    configuration: Annotated[
        Several | None, typer.Option(help="A label of configurations.yaml, once for each; the first if not given.")
    ] = None,
    again: Annotated[
        bool, typer.Option("--again", help="Under a new plan, also where a whole run is recorded.")
    ] = False,
    retries: Annotated[int, typer.Option(help="How often to try again after an error, within this call.", min=0)] = 0,
    document: Document = "",
    log_dir: Annotated[str, typer.Option(help="Where logs are kept; evidence/logs if not given.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print what would be registered and run.")] = False,
) -> int:
    """Run the policy's evaluations through Inspect: registered before, ingested after (E6)."""
    from scalegate.procedure import running

    options: Context = context.obj
    project = options.open(writing=not dry_run)
    workspace = project.workspace.under(document)
    served = running.inspect_model(workspace, model, inspect_model)
    place = Path(weights) if weights else None
    identity = running.check_weights(workspace, model, project.weights(place) if place else None, served)
    runner = project.inspect_runner(
        served,
        model_args=_arguments(model_arg or []),
        providers=[Path(p) for p in provider or []],
        logs=Path(log_dir) if log_dir else None,
        retries=retries,
        progress=partial(_show, sys.stderr) if sys.stderr.isatty() else None,
    )
    choice = running.Choice(
        limits=tuple(limit or ()),
        evaluations=tuple(evaluation or ()),
        configurations=tuple(configuration or ()),
        again=again,
    )
    made = running.programme(workspace, model, choice, runner)
    say(f"scalegate: {model} is {served} for Inspect; {identity}")
    sit = partial(
        running.sit,
        workspace,
        made.model,
        runner=runner,
        reader=project.read_log,
        keeper=project.store,
        weights=partial(project.weights, place) if place else None,
        tell=_tell,
    )
    done, findings = ([], list(made.findings)) if dry_run else _sit_all(made, sit)
    if options.as_json:
        from scalegate.cli.json_forms import running_form

        subject = workspace.model(model).model.subject
        print_json(running_form(made, done, findings, subject=subject, served=served, identity=identity, dry=dry_run))
    elif dry_run:
        for sitting in made.sittings:
            for line in _intent(sitting):
                answer(line)
    for finding in findings:
        say(f"scalegate: {finding}")
    _say_rest(project, choice.configurations, made)
    return 2 if findings else 0


def _arguments(given: list[str]) -> dict[str, str]:
    arguments = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise UsageError(f"{text!r}: write --model-arg NAME=VALUE")
        arguments[name] = value
    return arguments


def _sit_all(made: Programme, sit: Any) -> tuple[list[Sat], list[Finding]]:
    """Each sitting in turn; what cannot be run stops no other, but a person who interrupts stops them all."""
    done, findings = list[Any](), list(made.findings)
    for at, sitting in enumerate(made.sittings, 1):
        say(f"scalegate: {at} of {len(made.sittings)}: {sitting.name}: {_work(sitting)}")
        try:
            sat: Sat = sit(sitting)
        except ScalegateError as error:
            if error.exit_status != 2:
                raise
            findings += error.findings
            continue
        done.append(sat)
        for file in sat.ingestion.files:
            rows = sum(m.rows for m in file.recorded)
            if file.recorded:
                say(f"scalegate: {Path(file.path).name}: recorded, {rows} attempts, {_endings(file.recorded)}")
        findings += sat.ingestion.findings
        if sat.problem:
            findings.append(Finding(where=sitting.name, what=sat.problem))
        if sat.interrupted:
            left = made.sittings[at:]
            findings += [Finding(where=s.name, what="not run: interrupted before it") for s in left]
            break
    return done, findings


def _show(stream: TextIO, ended: int, total: int) -> None:
    """A bar on the terminal, which goes when it is full. Inspect puts another stream in the place of standard error."""
    bar = f"  {'█' * (ended * 30 // total):30} {ended} of {total} attempts"
    stream.write(f"\r{bar}" if ended < total else f"\r{' ' * len(bar)}\r")
    stream.flush()


def _tell(plan: Registered) -> None:
    say(f"scalegate: entry {plan.entry}: plan {plan.plan} for {plan.limit}")


def _endings(manifests: Any) -> str:
    return ", ".join(dict.fromkeys(m.status.value for m in manifests))


def _work(sitting: Sitting) -> str:
    tokens = f", {sitting.token_limit} tokens each" if sitting.token_limit else ", no token limit"
    size = f"{len(sitting.samples)} tasks × {sitting.epochs} of {sitting.task}{tokens}"
    if sitting.complete:
        return f"a whole run is recorded, nothing to run ({size})"
    return f"{size}, {'goes on with an earlier run' if sitting.begun else 'to be run'}"


def _intent(sitting: Sitting) -> list[str]:
    lines = [f"{sitting.name}: {_work(sitting)}"]
    for limit in sitting.limits:
        known = sitting.planned.get(limit)
        if known:
            lines.append(f"  {limit}: plan {known} is registered")
        elif limit in sitting.unplanned and not sitting.complete:
            lines.append(f"  {limit}: a plan would be registered before the run")
        else:
            lines.append(f"  {limit}: no plan of its own: the run began before one (E6); --again makes one")
    return lines


def _say_rest(project: Project, chosen: tuple[str, ...], made: Programme) -> None:
    """What this call leaves out."""
    done = {s.configuration for s in made.sittings}
    rest = [c for c in project.workspace.configurations if c not in done]
    if rest and made.sittings and not chosen:
        say(f"scalegate: not run in {', '.join(rest)}: name a configuration with --configuration")
