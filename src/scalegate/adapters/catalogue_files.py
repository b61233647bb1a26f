"""Reader of published policies: the catalogue that ships with the package, and files of the same form.

For: the composition root. Does not know: what is compared, or what a text is worth.

A file is read whole or refused with every finding, each with file, line and column. What the text leaves out is
filled with stand-ins that hold, and listed. An id of the catalogue becomes a file name only when it is a plain one.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from scalegate.adapters.plain_file import read_plain
from scalegate.adapters.yaml_scan import MAX_BYTES, Spans, YamlDocument, locate, read_yaml
from scalegate.errors import Finding, InputError
from scalegate.policy.document import PolicyDocument
from scalegate.policy.published import SCHEMA, PublishedHead, PublishedPolicy, stop_clause, unexplained
from scalegate.policy.stand_ins import complete
from scalegate.shape import Fault, ShapeError, decode, encode

FOLDER = Path(__file__).parent / "catalogue"
_ID = re.compile(r"[a-z0-9][a-z0-9.-]{0,99}\Z")


def catalogue_ids() -> tuple[str, ...]:
    """Ids of the published policies that ship with the package, sorted."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.yaml")))


def read_catalogue(name: str) -> tuple[PublishedPolicy, Spans]:
    """The published policy of an id, and where its parts stand in its file.

    Raises:
        InputError: no such id, or its file is wrong.
    """
    if not _ID.match(name) or ".." in name or not (FOLDER / f"{name}.yaml").is_file():
        what = f"{name[:80]!r} is not in the catalogue"
        raise InputError(Finding(where="catalogue", what=what, mend=f"write one of {', '.join(catalogue_ids())}"))
    document = read_yaml(read_plain(FOLDER / f"{name}.yaml", MAX_BYTES), f"{name}.yaml")
    return parse_published(document, f"{name}.yaml"), document.spans


def is_published(data: object) -> bool:
    """Whether plain data calls itself a published policy, of whatever version."""
    schema = data.get("schema") if isinstance(data, dict) else None
    return isinstance(schema, str) and schema.startswith(SCHEMA.partition("/")[0])


def parse_published(document: YamlDocument, name: str) -> PublishedPolicy:
    """A published policy out of a scanned file.

    Raises:
        InputError: with every finding.
    """
    data = document.data
    assert isinstance(data, dict), "the caller has seen its schema"
    faults: list[Fault] = []
    if data.get("schema") != SCHEMA:
        what = f"this program reads {SCHEMA}, not {str(data.get('schema'))[:80]}"
        faults.append(Fault(path=("schema",), what=what, mend=f"write {SCHEMA}"))
    head = _head({key: item for key, item in data.items() if key not in ("schema", "policy")}, faults)
    if head is None or faults:
        raise InputError(*locate(faults, document.spans, name))
    partial = _partial(data.get("policy"), head, faults)
    filled, holes = complete(partial)
    try:
        policy = decode(PolicyDocument, filled)
    except ShapeError as error:
        inside = [Fault(path=("policy", *f.path), what=f.what, mend=f.mend, at_key=f.at_key) for f in error.faults]
        raise InputError(*locate([*faults, *inside], document.spans, name)) from None
    if faults:
        raise InputError(*locate(faults, document.spans, name))
    return PublishedPolicy(
        source=head.source, facts=head.facts, document=policy, holes=holes, undetermined=head.undetermined
    )


def _head(data: dict[str, Any], faults: list[Fault]) -> PublishedHead | None:
    try:
        head = decode(PublishedHead, data)
    except ShapeError as error:
        faults += error.faults
        return None
    for path in unexplained(head):
        what = f"facts.{path} is unknown, and nothing says why"
        faults.append(Fault(path=("undetermined",), what=what, mend=f"add an entry about {path}"))
    return head


def _partial(data: object, head: PublishedHead, faults: list[Fault]) -> dict[str, Any]:
    """The policy as the file has it, with what the source and the facts say already."""
    if not isinstance(data, dict):
        faults.append(Fault(path=("policy",), what="expected a policy", mend="write what the text states of one"))
        data = {}
    source = head.source
    named = {"title": str(source.title), "version": str(source.version), "developer": str(source.developer)}
    for key in named.keys() & data.keys():
        faults.append(Fault(path=("policy", key), what=f"{key} stands under source", mend="leave it out", at_key=True))
    response = data.get("response", {})
    if isinstance(response, dict):
        if "stop" in response:
            what = "the stop stands under facts"
            faults.append(Fault(path=("policy", "response", "stop"), what=what, mend="leave it out", at_key=True))
        response = {**response, "stop": encode(stop_clause(head.facts))}
    return {**data, **named, "response": response}
