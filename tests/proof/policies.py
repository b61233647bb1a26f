"""Sound policies of the project as plain data, and the same with one fault put in."""

from __future__ import annotations

import copy
from decimal import Decimal
from typing import Any

import yaml

from scalegate.policy.adoptable import refusals
from scalegate.policy.document import PolicyDocument
from scalegate.proof.documents import Named
from scalegate.proof.finding import Code, ProofFinding
from scalegate.proof.prove import PolicyProof, prove
from scalegate.shape import decode
from shared import ROOT

Changes = dict[str, Any]
DROP = object()


def _plain(path: str) -> Any:
    """A policy file as text alone; a template's dates are filled in."""
    text = (ROOT / path).read_text(encoding="utf-8").replace("DAY+180", "2026-12-31").replace("DAY+365", "2027-06-30")
    return yaml.load(text, Loader=yaml.BaseLoader)


SOUND = {
    "cyber": _plain("examples/cyber/policy.yaml"),
    "tiny": _plain("examples/tiny-model/policy.yaml"),
    "frontier": _plain("src/scalegate/adapters/templates/frontier/policy.yaml"),
    "minimal": _plain("tests/policy/minimal_policy.yaml"),
}


def broken(base: str, changes: Changes) -> PolicyDocument:
    """A sound policy with values replaced at dotted paths; a number is a place in a list, or the one after its end."""
    data = copy.deepcopy(SOUND[base])
    for path, value in changes.items():
        *parents, last = path.split(".")
        place = data
        for part in parents:
            place = place[int(part)] if isinstance(place, list) else place[part]
        if value is DROP:
            del place[last]
        elif isinstance(place, list):
            place[int(last) : int(last) + 1] = [value]
        else:
            place[last] = value
    return decode(PolicyDocument, data)


def findings(
    *documents: PolicyDocument, longest: dict[str, Decimal] | None = None
) -> list[tuple[Code, str, ProofFinding | None]]:
    """Everything that is wrong with policies in force together, the refusals of `policy check` among them."""
    proofs = proofs_of(*documents, longest=longest)
    refused = [(Code.POLICY_CHECK, f"{o.what} [{o.rule}]", None) for d in documents for o in refusals(d)]
    return [*refused, *((f.code, f"{f.what} [{f.rule}]", f) for p in proofs for f in p.findings if not f.note)]


def proofs_of(*documents: PolicyDocument, longest: dict[str, Decimal] | None = None) -> tuple[PolicyProof, ...]:
    names = ("policy", "framework", "third")
    return prove([Named(document=d, file=n) for d, n in zip(documents, names, strict=False)], longest)
