"""From the plain data of a catalogue file to a published policy, with every finding at once.

For: the composition root, which scans the file first. Does not know: YAML, bytes, where the file lies.

A file is read whole or refused. What the text leaves out of a policy is filled with stand-ins that hold, and listed.
"""

from __future__ import annotations

from typing import Any

from scalegate.errors import InputError
from scalegate.policy.document import PolicyDocument
from scalegate.policy.file import Locate
from scalegate.policy.published import SCHEMA, PublishedHead, PublishedPolicy, stop_clause, unexplained
from scalegate.policy.stand_ins import complete
from scalegate.shape import Fault, ShapeError, decode, encode

_APART = ("schema", "policy")


def is_published(data: object) -> bool:
    """Whether plain data calls itself a published policy, of whatever version."""
    schema = data.get("schema") if isinstance(data, dict) else None
    return isinstance(schema, str) and schema.startswith(SCHEMA.partition("/")[0])


def parse_published(data: object, locate: Locate) -> PublishedPolicy:
    """A published policy out of plain data.

    Args:
        data: dicts, lists and text as a scanner gives them.
        locate: gives each fault its place in the text.

    Raises:
        InputError: with every finding.
    """
    if not isinstance(data, dict) or data.get("schema") != SCHEMA:
        what = "this program reads no other version of a published policy"
        raise InputError(*locate((Fault(path=("schema",), what=what, mend=f"write {SCHEMA}"),)))
    try:
        head = decode(PublishedHead, {key: item for key, item in data.items() if key not in _APART})
    except ShapeError as error:
        raise InputError(*locate(error.faults)) from None
    faults, partial = [_unexplained(path) for path in unexplained(head)], data.get("policy")
    if not isinstance(partial, dict):
        what, mend = "expected a policy", "write what the text states of one"
        raise InputError(*locate((*faults, Fault(path=("policy",), what=what, mend=mend))))
    filled, holes = complete(_partial(partial, head, faults))
    try:
        policy = decode(PolicyDocument, filled)
    except ShapeError as error:
        inside = (Fault(path=("policy", *f.path), what=f.what, mend=f.mend, at_key=f.at_key) for f in error.faults)
        raise InputError(*locate((*faults, *inside))) from None
    if faults:
        raise InputError(*locate(tuple(faults)))
    return PublishedPolicy(
        source=head.source, facts=head.facts, document=policy, holes=holes, undetermined=head.undetermined
    )


def _unexplained(path: str) -> Fault:
    what, mend = f"facts.{path} is unknown, and nothing says why", f"add an entry about {path}"
    return Fault(path=("undetermined",), what=what, mend=mend)


def _partial(data: dict[str, Any], head: PublishedHead, faults: list[Fault]) -> dict[str, Any]:
    """The policy as the file has it, with what the source and the facts say already."""
    source = head.source
    named = {"title": str(source.title), "version": str(source.version), "developer": str(source.developer)}
    for key in sorted(named.keys() & data.keys()):
        faults.append(Fault(path=("policy", key), what=f"{key} stands under source", mend="leave it out", at_key=True))
    response = data.get("response", {})
    if isinstance(response, dict):
        if "stop" in response:
            what = "the stop stands under facts"
            faults.append(Fault(path=("policy", "response", "stop"), what=what, mend="leave it out", at_key=True))
        response = {**response, "stop": encode(stop_clause(head.facts))}
    return {**data, **named, "response": response}
