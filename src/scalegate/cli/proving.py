"""The command policy prove: what holds of a policy in every state. Does not know: rules, solvers.

For: people who answer for a policy, and CI jobs that refuse one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scalegate.cli.context import Context, answer, print_json, say
from scalegate.cli.main import policy_app

if TYPE_CHECKING:
    from scalegate.procedure.proving import Proven, ProvenPolicy

OPENING = (
    "What follows is proved of the rules as written, in every state of claims, protections, acts and due points. "
    "It says nothing about the world: not that a test measures the danger, that a protection works, that people act. "
    "Not in the states: numbers, dates, amounts of compute."
)


@policy_app.command()
def prove(
    context: typer.Context,
    file: Annotated[
        list[str] | None,
        typer.Argument(help="Policy files in force together, or catalogue:ID; the project's if not given."),
    ] = None,
) -> int:
    """Answer for every state: what can hold, what can be granted, who can resolve it, and which clause does nothing."""
    from scalegate.project import prove_policies

    options: Context = context.obj
    options.refuse_exports()
    proven = prove_policies(file or [], options.project or None)
    if options.as_json:
        print_json(
            {"schema": "scalegate.policy-proof/1", "note": OPENING, "policies": [_policy_form(p) for p in proven]}
        )
    else:
        answer(OPENING)
        for policy in proven:
            for line in _lines(policy):
                answer(line)
    found = sum(len(p.findings) for p in proven)
    say(f"scalegate: {found} findings, {sum(len(p.notes) for p in proven)} notes")
    unreadable = any(p.proof is None for p in proven)
    return 2 if unreadable else 1 if found else 0


# ----------------------------------------------------------------------------------------- text


def _lines(policy: ProvenPolicy) -> Iterator[str]:
    document, proof = policy.policy.document, policy.proof
    if document is None or proof is None:
        yield f"{policy.file}: cannot be read"
        yield from (str(proven.finding) for proven in policy.findings)
        return
    yield f"{policy.file}: {document.title}, version {document.version}; about {proof.states:.1e} states"
    yield from policy.said
    yield from (_line(proven) for proven in policy.findings)
    for permission in proof.permissions:
        name = permission.permission.value
        yield (
            f"{name}: {permission.witness}"
            if permission.grantable
            else f"{name} is granted in no state. {_end(permission.witness)}"
        )
        for hold in permission.holds:
            about = " ".join(part for part in (hold.rule, hold.limit, hold.protection, hold.threat_model) if part)
            clears = f" Resolved by {', '.join(hold.cleared_by)}." if hold.cleared_by else ""
            beside = "" if hold.alone or not hold.reachable else " Never alone."
            yield f"  {about}: {hold.witness or 'no state.'}{beside}{clears}"
    for law in proof.laws:
        said = "in every state" if law.holds else f"not in every state: {law.witness}"
        yield f"{law.rule}, {law.permission.value}: {law.what}: {said}"
    for unlock in proof.unlocks:
        number = f"{unlock.number} of " if unlock.number > 1 else "one of " if len(unlock.who) > 1 else ""
        yield f"{unlock.rule}: to {unlock.what} takes {number}{', '.join(unlock.who) or 'people who are not there'}"
    yield from (f"note: {_line(proven)}" for proven in policy.notes)


def _line(proven: Proven) -> str:
    return f"{proven.finding} ({proven.code.value})" + (f" {proven.witness}" if proven.witness else "")


def _end(text: str) -> str:
    return text[:1].upper() + text[1:].rstrip(".") + "."


# ----------------------------------------------------------------------------------------- JSON


def _policy_form(policy: ProvenPolicy) -> dict[str, Any]:
    document, proof = policy.policy.document, policy.proof
    return {
        "file": policy.file,
        "title": document.title if document else None,
        "version": document.version if document else None,
        "digest": policy.policy.digest,
        "readable": document is not None,
        "adoptable": document is not None and not policy.policy.findings,
        "states": str(proof.states) if proof else None,
        **({"published": list(policy.said)} if policy.said else {}),
        "permissions": [
            {
                "permission": p.permission.value,
                "grantable": p.grantable,
                "witness": p.witness,
                "holds": [{**vars(hold), "cleared_by": list(hold.cleared_by)} for hold in p.holds],
            }
            for p in (proof.permissions if proof else ())
        ],
        "laws": [{**vars(law), "permission": law.permission.value} for law in (proof.laws if proof else ())],
        "unlocks": [{**vars(unlock), "who": list(unlock.who)} for unlock in (proof.unlocks if proof else ())],
        "findings": _forms(policy.findings),
        "notes": _forms(policy.notes),
    }


def _forms(found: Sequence[Proven]) -> list[dict[str, Any]]:
    return [{"code": p.code.value, **vars(p.finding), "witness": p.witness} for p in found]
