"""Commands by which people act: init, policy adopt, attest, incident, waive, dispose, pause, resume."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scalegate.cli.context import Context, dry, print_json, say
from scalegate.cli.main import app, policy_app
from scalegate.errors import UsageError
from scalegate.policy.document import Permission
from scalegate.quantity import Digest, Identifier, parse_instant

if TYPE_CHECKING:
    from scalegate.decision.dossier import Pause
    from scalegate.procedure.workspace import Workspace
    from scalegate.record.view import Logged

Reason = Annotated[str, typer.Option(help="Why, in words that will be published.")]
Roles = Annotated[str, typer.Option(help="The role acted in, when the person holds several.")]
Document = Annotated[str, typer.Option("--document", help="The document acted under; the first if not given.")]
Adopted = Annotated[str, typer.Option("--document", help="The name of a file in policies/; policy.yaml if not given.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Print what would be signed; record nothing.")]


@app.command()
def init(
    context: typer.Context,
    folder: Annotated[str, typer.Argument(help="A new or empty folder, or one that holds a project's files.")] = ".",
    origin: Annotated[str, typer.Option(help="The name of the log; demo keys are for names that end in .demo.")] = "",
    template: Annotated[str, typer.Option(help="The sample policy: frontier, follower or compute-capped.")] = "",
) -> int:
    """Make a working project: policy, models, configurations, a suite, demo keys and an empty record."""
    from scalegate.project import init_project

    made = init_project(Path(folder), origin, template)
    say(f"scalegate: project {made.origin} in {made.root}; the key is {made.key_path}")
    if made.demo:
        say("scalegate: DEMO KEYS: nothing signed with them binds anybody")
    say("scalegate: next: edit policy.yaml, then `scalegate policy check` and `scalegate --as PRINCIPAL policy adopt`")
    if context.obj.as_json:
        print_json({"schema": "scalegate.init/1", "origin": made.origin, "demo": made.demo})
    return 0


@policy_app.command()
def adopt(context: typer.Context, role: Roles = "", document: Adopted = "policy", dry_run: DryRun = False) -> int:
    """Put the policy file in force, or a further document beside it: then a hold in any is a hold (D1)."""
    from scalegate.procedure.acts import adopt as record

    options: Context = context.obj
    options.refuse_exports()
    project = options.open(writing=not dry_run)
    file = project.workspace.file_of(document)
    if dry_run:
        print_json({"schema": "scalegate.dry-run/1", "would_sign": {"policy": file.digest}})
        return 0 if file.digest and not file.findings else 2
    by = project.drafted_person(options.principal, role, document)
    logged = record(project.workspace, by=by, now=project.now(), name=document)
    which = "policy" if document == "policy" else f"document {document}, policy"
    say(f"scalegate: {which} {file.digest} is in force from entry {logged.index} on")
    if options.as_json:
        form = {"schema": "scalegate.adoption/1", "entry": logged.index, "policy": file.digest}
        print_json({**form, "document": document})
    return 0


@app.command()
def attest(
    context: typer.Context,
    files: Annotated[
        list[str],
        typer.Argument(help="Attestations, risk statements, duties, scope findings, ledgers, progress, events."),
    ],
    document: Document = "",
    dry_run: DryRun = False,
) -> int:
    """Record from files: tests (D3), risks (D14), duties (V6), scope (S4), ledgers (V4), progress (D5), events (V7)."""
    from scalegate.procedure.acts import attest as record
    from scalegate.procedure.acts import completed

    options: Context = context.obj
    project = options.open(writing=not dry_run)
    workspace = project.workspace.under(document)
    acts = project.read_acts([Path(f) for f in files])
    if dry_run:
        from scalegate.shape import encode

        print_json({"schema": "scalegate.dry-run/1", "would_sign": encode(completed(workspace, acts))})
        return 0
    logged = record(workspace, acts, now=project.now())
    say(f"scalegate: {len(logged)} items recorded, signed by the operator's key on behalf of those named")
    if options.as_json:
        print_json({"schema": "scalegate.attestation/1", "entries": [e.index for e in logged]})
    return 0


@app.command()
def incident(
    context: typer.Context,
    what: Annotated[str, typer.Option(help="What happened, in words that will be published.")],
    model: Annotated[str, typer.Option(help="The model concerned; all if not given.")] = "",
    evaluation: Annotated[str, typer.Option(help="The evaluation concerned; all if not given.")] = "",
    at: Annotated[str, typer.Option(help="When it happened; now if not given.")] = "",
    role: Roles = "",
    document: Document = "",
    dry_run: DryRun = False,
) -> int:
    """Record an incident: what evidence from before it could clear has ended (V7). A danger shown stays shown."""
    from scalegate.procedure.acts import incident as record

    options: Context = context.obj
    project = options.open(writing=not dry_run)
    workspace = project.workspace.under(document)
    now = project.now()
    by = options.person(project, role, document)
    about = Identifier.parse(evaluation) if evaluation else None
    when = parse_instant(at) if at else now
    act = partial(record, workspace, what, model=model, evaluation=about, at=when, by=by, now=now)
    return _sign(options, workspace, act, "incident recorded: assess again", dry_run)


@app.command()
def waive(
    context: typer.Context,
    id: Annotated[str, typer.Argument(help="A new name for the waiver.")],
    model: Annotated[str, typer.Option(help="A label of models.yaml.")],
    permission: Annotated[Permission, typer.Option(help="The permission.")],
    limit: Annotated[str, typer.Option(help="The limit.")],
    until: Annotated[str, typer.Option(help="When it ends.")],
    reason: Reason,
    approver: Annotated[list[str], typer.Option(help="PRINCIPAL:ROLE, once for each person.")],
    renews: Annotated[str, typer.Option(help="The waiver that this one renews.")] = "",
    document: Document = "",
    dry_run: DryRun = False,
) -> int:
    """Record a waiver (D12). The decision stays held and reads HELD, WAIVED UNTIL."""
    from scalegate.decision.dossier import Waiver
    from scalegate.procedure.acts import waive as record

    options: Context = context.obj
    project = options.open(writing=not dry_run)
    workspace = project.workspace.under(document)
    now = project.now()
    made = Waiver(
        id=Identifier.parse(id),
        subject=workspace.model(model).model.subject,
        permission=permission,
        limit=Identifier.parse(limit),
        approvers=tuple(project.approver(text) for text in approver),
        reason=reason,
        since=now,
        until=parse_instant(until),
        renews=Identifier.parse(renews) if renews else None,
    )
    act = partial(record, workspace, made, now=now)
    return _sign(options, workspace, act, "waiver recorded; the decision stays held", dry_run)


@app.command()
def dispose(
    context: typer.Context,
    run: Annotated[str, typer.Argument(help="The address of an invalid run (sha256:…), or the name of a flag.")],
    reason: Reason,
    role: Roles = "",
    document: Document = "",
    dry_run: DryRun = False,
) -> int:
    """Sign the disposition of an invalid run (E4) or of a flag (V5); the evaluators cannot."""
    from scalegate.procedure.acts import dispose as record
    from scalegate.procedure.flagging import dispose_flag

    options: Context = context.obj
    project = options.open(writing=not dry_run)
    workspace = project.workspace.under(document)
    by, now = options.person(project, role, document), project.now()
    act = partial(dispose_flag, workspace, run, reason, by=by, now=now)
    if run.startswith("sha256:"):
        act = partial(record, workspace, Digest.parse(run), reason, by=by, now=now)
    return _sign(options, workspace, act, "disposition recorded", dry_run)


@app.command()
def pause(
    context: typer.Context,
    reason: Reason,
    scope: Annotated[str, typer.Option(help="A subject, a model, a permission, or * for everything.")] = "*",
    role: Roles = "",
    document: Document = "",
    dry_run: DryRun = False,
) -> int:
    """Pause alone and at once (D10). Anybody in a role of the policy may."""
    from scalegate.procedure.acts import pause as record

    options: Context = context.obj
    project = options.open(writing=not dry_run)
    workspace = project.workspace.under(document)
    by = options.person(project, role, document)
    flags = _NoFlags() if dry_run else project.flags
    act = partial(record, workspace, scope, reason, by=by, flags=flags, now=project.now())
    return _sign(options, workspace, act, f"paused: {scope}", dry_run)


@app.command()
def resume(
    context: typer.Context,
    pause: Annotated[str, typer.Argument(help="The name of the pause, as `due` lists it.")],
    answer: Annotated[str, typer.Option(help="The written answer to the pause's reason.")],
    approver: Annotated[list[str], typer.Option(help="PRINCIPAL:ROLE, once for each person of the quorum.")],
    dry_run: DryRun = False,
) -> int:
    """End a pause: the quorum answers its reason in writing (D10)."""
    from scalegate.procedure.acts import resume as record

    options: Context = context.obj
    project = options.open(writing=not dry_run)
    approvers = [project.approver(text) for text in approver]
    if not approvers:
        raise UsageError("a quorum resumes: give --approver PRINCIPAL:ROLE for each person")
    act = partial(record, project.workspace, pause, answer, approvers, now=project.now())
    return _sign(options, project.workspace, act, f"pause {pause} ended", dry_run)


class _NoFlags:
    """A dry run raises no flag: it must not pause anything."""

    def raise_flag(self, _: Pause) -> None:
        return


def _sign(options: Context, workspace: Workspace, act: Callable[[], Logged], words: str, dry_run: bool) -> int:
    """Do an act and say where it is recorded; or, after the same checks, print what would be signed."""
    if dry_run:
        return dry(workspace, act)
    entry = act().index
    say(f"scalegate: {words} (entry {entry}, signed by the operator's key on behalf of those named)")
    if options.as_json:
        print_json({"schema": "scalegate.act/1", "entry": entry})
    return 0
