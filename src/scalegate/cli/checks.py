"""Commands that check: policy check, log verify, log show, log prove, log checkpoint."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from scalegate.cli.context import Context, OutputFormat, answer, print_json, say
from scalegate.cli.main import log_app, policy_app
from scalegate.errors import Finding


@policy_app.command()
def check(
    context: typer.Context,
    file: Annotated[str, typer.Argument(help="A policy file or catalogue:ID; the project's if not given.")] = "",
    document: Annotated[str, typer.Option("--document", help="A file of the project's policies/.")] = "policy",
) -> int:
    """Find everything that is wrong with a policy file, and say what follows from it."""
    from scalegate.project import read_policy_source, read_project_policy

    options: Context = context.obj
    found = read_policy_source(file).file if file else read_project_policy(options.project or None, document)
    readable = found.document is not None
    adoptable = readable and not found.findings
    if options.as_json:
        print_json(
            {
                "schema": "scalegate.policy-check/1",
                "readable": readable,
                "adoptable": adoptable,
                "digest": found.digest,
                "findings": [_form(f) for f in found.findings],
                "remarks": [_form(f) for f in found.remarks],
            }
        )
    elif options.format is OutputFormat.MARKDOWN:
        from scalegate.cli.exports import findings_markdown

        typer.echo(findings_markdown(found.findings, found.remarks, _grade(readable, adoptable)), nl=False)
    elif options.format is OutputFormat.SARIF:
        from scalegate.cli.exports import findings_sarif

        print_json(findings_sarif(found.findings, found.remarks))
    else:
        for finding in found.findings:
            answer(str(finding))
        for remark in found.remarks:
            answer(f"remark: {remark}")
    say(f"scalegate: {_grade(readable, adoptable)}; {len(found.findings)} findings, {len(found.remarks)} remarks")
    return 2 if not readable else 0 if adoptable else 1


def _grade(readable: bool, adoptable: bool) -> str:
    if adoptable:
        return "the policy can be adopted"
    return "the policy can be read and not adopted" if readable else "the policy cannot be read"


def _form(finding: Finding) -> dict[str, Any]:
    return {
        "where": finding.where,
        "path": finding.path,
        "what": finding.what,
        "mend": finding.mend,
        "rule": finding.rule,
        "blocks_reading": finding.blocks_reading,
    }


@log_app.command()
def verify(context: typer.Context) -> int:
    """Derive the whole record again: hashes, signatures, streams, blobs, decisions, and verdicts where evidence is."""
    from scalegate.project import verify_project

    options: Context = context.obj
    result = verify_project(options.project or None)
    if options.as_json:
        print_json(result.form())
    else:
        for line in result.lines():
            answer(line)
    for finding in result.findings:
        say(f"scalegate: {finding}")
    return 1 if result.findings else 0


@log_app.command()
def show(
    context: typer.Context,
    kind: Annotated[str, typer.Option(help="Only entries of this kind.")] = "",
    last: Annotated[int, typer.Option(help="Only the last so many.")] = 0,
) -> int:
    """List entries of the record."""
    from scalegate.quantity import format_instant

    options: Context = context.obj
    project = options.open(writing=False)
    entries = [e for e in project.entries() if not kind or e.entry.kind.value == kind]
    rows = [
        {
            "entry": e.index,
            "kind": e.entry.kind.value,
            "about": e.entry.about.name,
            "subject": e.entry.about.digest,
            "issuer": e.entry.head.issuer,
            "issued_at": format_instant(e.entry.head.issued_at),
            "digest": e.digest,
            **_version(e.entry.body),
        }
        for e in (entries[-last:] if last else entries)
    ]
    if options.as_json:
        print_json({"schema": "scalegate.entries/1", "entries": rows})
    else:
        for row in rows:
            line = f"{row['entry']:>6}  {row['issued_at']}  {row['kind']:<20} {row['issuer']:<12} {row['about']}"
            # `dispose` and the runs of a control are named by address
            line = f"{line}  {row['subject']}" if row["kind"] == "run_ingested" else line
            typer.echo(line + (f"  another version of run {row['amends']}" if "amends" in row else ""))
    return 0


def _version(body: object) -> dict[str, str]:
    """The recorded run that an ingested one is another version of."""
    amends: str | None = getattr(body, "amends", None)
    return {"amends": amends} if amends else {}


@log_app.command()
def prove(
    context: typer.Context,
    entry: Annotated[int, typer.Argument(help="Index of the entry, as `log show` prints it.")],
) -> int:
    """Print a proof that the record has an entry, which anybody can check offline (C2SP tlog-proof)."""
    options: Context = context.obj
    found = options.open(writing=False).prove(entry)
    if options.as_json:
        form = {"index": found.index, "size": found.size, "digest": found.digest, "proof": list(found.proof)}
        print_json({"schema": "scalegate.log-proof/1", **form, "note": found.checkpoint, "text": found.text})
    else:
        typer.echo(found.text, nl=False)
    return 0


@log_app.command()
def checkpoint(context: typer.Context) -> int:
    """Print the log's signed head."""
    options: Context = context.obj
    note = options.open(writing=False).checkpoint()
    if options.as_json:
        print_json({"schema": "scalegate.checkpoint/1", "note": note})
    else:
        typer.echo(note, nl=False)
    return 0
