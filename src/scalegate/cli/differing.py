"""The command policy diff: what changed between two versions of a policy, and which way. Does not know: the rules.

For: people who decide on a change of policy, critics who follow one, CI jobs that refuse an untold one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scalegate.cli.context import Context, OutputFormat, answer, print_json, say
from scalegate.cli.main import policy_app

if TYPE_CHECKING:
    from scalegate.procedure.differing import Difference, PlacedPolicy
    from scalegate.revision.change import Revision
    from scalegate.revision.gate_change import GateChange

OPENING = (
    "What follows compares two texts, rule by rule. It says nothing about whether either is enough, nor whether it is "
    "kept. What cannot be told from the two texts counts as weakened, and is marked as undecidable."
)


@policy_app.command()
def diff(
    context: typer.Context,
    old: Annotated[str, typer.Argument(help="The earlier policy file, or `record` for the policy in force.")],
    new: Annotated[str, typer.Argument(help="The later policy file.")],
) -> int:
    """Say of every change which way it goes, and whether the changelog names it."""
    from scalegate.project import compare_policies

    options: Context = context.obj
    found = compare_policies(old, new, options.project or None)
    findings = found.findings()
    if options.as_json:
        print_json(difference_form(found))
    elif options.format is OutputFormat.SARIF:
        from scalegate.cli.exports import findings_sarif

        print_json(findings_sarif(findings, ()))
    elif options.format is OutputFormat.MARKDOWN:
        typer.echo("\n".join(_markdown(found)))
    else:
        for line in _lines(found):
            answer(line)
    comparison = found.comparison
    say(
        f"scalegate: {len(comparison.revisions)} changes, {len(comparison.relaxing)} weakened or removed, "
        f"{len(comparison.silent)} material and not named by the changelog"
    )
    return 0 if comparison.clear_of_findings else 1


# ------------------------------------------------------------------------------------------ text


def _lines(found: Difference) -> Iterator[str]:
    comparison = found.comparison
    yield OPENING
    yield f"{_named(found.old)} -> {_named(found.new)}"
    yield _counts(found)
    yield from (f"changelog: {fault.what} -> {fault.mend}" for fault in comparison.faults)
    yield from _gate_lines(found)
    for outcome, revisions in found.by_outcome().items():
        if revisions:
            yield f"{outcome.upper()} ({len(revisions)})"
        for revision in revisions:
            yield from _revision_lines(found, revision)


def _named(policy: PlacedPolicy) -> str:
    assert policy.file.document is not None
    return f"{policy.name}: {policy.file.document.title}, version {policy.file.document.version}"


def _counts(found: Difference) -> str:
    counted = [f"{len(revisions)} {outcome}" for outcome, revisions in found.by_outcome().items() if revisions]
    return ", ".join(counted) or "nothing differs"


def _gate_lines(found: Difference) -> Iterator[str]:
    comparison = found.comparison
    if comparison.gate is None:
        yield "THE GATE: not asked, because a ladder names a limit that is not there, or that is on another one too"
        return
    for relaxes, heading in ((True, "THE NEW GATE LETS GO"), (False, "THE NEW GATE HOLDS")):
        states = [change for change in comparison.gate if change.relaxes is relaxes]
        if states:
            yield f"{heading} where the old one did not ({len(states)})"
            yield from (f"  {_state(change)}" for change in states)
    if any(change.relaxes for change in comparison.gate):
        return
    how = "no state, says the solver of every one" if comparison.proved else "none of the states that were searched"
    yield f"THE GATE: {how}, is granted by the new version and was held by the old one"


def _state(change: GateChange) -> str:
    rules = f" [{', '.join(change.held_by)}]" if change.held_by else ""
    return f"{change.permission}: {change.words}: {change.old} -> {change.new}{rules}"


def _revision_lines(found: Difference, revision: Revision) -> Iterator[str]:
    from scalegate.procedure.differing import said

    tags = ", ".join(filter(None, (revision.category.value, revision.rule)))
    untold = " NOT NAMED BY THE CHANGELOG" if revision.silent else ""
    change = "" if revision.weighed.pairs else f" {said(revision)}"  # a text is shown by its sentences
    yield f"  {found.where(revision)}: {revision.place} [{tags}]{change}{untold}"
    yield f"    {revision.weighed.why}"
    for before, after in revision.weighed.pairs:
        yield from (f"    {sign} {text}" for sign, text in (("-", before), ("+", after)) if text)


# -------------------------------------------------------------------------------------- markdown


def _markdown(found: Difference) -> Iterator[str]:
    from scalegate.cli.exports import markdown_table
    from scalegate.procedure.differing import said

    comparison = found.comparison
    yield from ("# Policy difference", "", OPENING, "", f"{_named(found.old)} → {_named(found.new)}", "")
    yield from (_counts(found), "")
    yield from markdown_table(
        ("outcome", "where", "path", "category", "change", "why", "in the changelog"),
        [
            (r.outcome, found.where(r), r.place, r.category, said(r), r.weighed.why, "yes" if r.named else "no")
            for r in comparison.revisions
        ],
    )
    if comparison.gate:
        yield from ("", "## What the gate answers otherwise", "")
        yield from markdown_table(
            ("permission", "state", "old", "new", "held by"),
            [(c.permission, c.words, c.old, c.new, ", ".join(c.held_by)) for c in comparison.gate],
        )
    if comparison.faults:
        yield from ("", "## The changelog", "", *(f"- {fault.what}: {fault.mend}" for fault in comparison.faults))


# ------------------------------------------------------------------------------------------ JSON


def difference_form(found: Difference) -> dict[str, Any]:
    """The keys of docs/policy-changes.md."""
    comparison = found.comparison
    return {
        "schema": "scalegate.policy-diff/1",
        "note": OPENING,
        "old": _policy(found.old),
        "new": _policy(found.new),
        "summary": _summary(found),
        "revisions": [_revision(found, r) for r in comparison.revisions],
        "gate": {
            "asked": comparison.gate is not None,
            "proved": comparison.proved,
            "states": [_gate_form(c) for c in comparison.gate or ()],
        },
        "changelog": [
            {"at": c.at, "where": found.new.where(c.place), "accounts_for": c.accounts_for} for c in comparison.claims
        ],
        "findings": [
            {"where": f.where, "path": f.path, "what": f.what, "mend": f.mend, "rule": f.rule} for f in found.findings()
        ],
    }


def _policy(policy: PlacedPolicy) -> dict[str, Any]:
    document = policy.file.document
    assert document is not None
    return {
        "file": policy.name,
        "title": document.title,
        "version": document.version,
        "digest": policy.file.digest,
        "adoptable": not policy.file.findings,
    }


def _summary(found: Difference) -> dict[str, Any]:
    revisions = found.comparison.revisions
    return {
        "outcomes": {outcome: len(of_this) for outcome, of_this in found.by_outcome().items()},
        "categories": found.by_category(),
        "material": sum(r.material for r in revisions),
        "undecidable": sum(r.weighed.undecidable for r in revisions),
        "not_in_changelog": len(found.comparison.silent),
    }


def _revision(found: Difference, revision: Revision) -> dict[str, Any]:
    from scalegate.shape import dotted

    weighed = revision.weighed
    return {
        "outcome": revision.outcome.value,
        "category": revision.category.value,
        "material": revision.material,
        "touches": [d.value for d in revision.touches],
        "undecidable": weighed.undecidable,
        "rule": revision.rule,
        "old_path": "" if revision.before is None else dotted(revision.before),
        "new_path": "" if revision.after is None else dotted(revision.after),
        "old_where": found.old.where(revision.before),
        "new_where": found.new.where(revision.after),
        "old": revision.old,
        "new": revision.new,
        "why": weighed.why,
        "sentences": [{"old": before, "new": after} for before, after in weighed.pairs],
        "in_changelog": revision.named,
    }


def _gate_form(change: GateChange) -> dict[str, Any]:
    return {
        "permission": change.permission.value,
        "old": change.old.value,
        "new": change.new.value,
        "relaxes": change.relaxes,
        "held_by": list(change.held_by),
        "what": change.words,
    }
