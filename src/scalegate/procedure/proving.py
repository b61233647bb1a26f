"""Proving policies: what was read, what holds of it in every state, and where in the file each finding stands.

For: `project.prove_policies`. Does not know: YAML, solvers, how answers are printed.

Everything that `policy check` refuses is among the findings, so that one command finds all that is wrong. Importing
this module loads the solver (the extra `prove`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import PurePath

from scalegate.errors import Finding
from scalegate.evidence.run import Suite
from scalegate.policy.file import Locate
from scalegate.policy.published import Hole, inside_holes
from scalegate.policy.stand_ins import NOBODY
from scalegate.procedure.workspace import PolicyFile
from scalegate.proof.documents import Named
from scalegate.proof.finding import Code, ProofFinding
from scalegate.proof.prove import PolicyProof, prove
from scalegate.shape import Fault


@dataclass(frozen=True, kw_only=True)
class ReadPolicy:
    """A policy as it was read, and a way to point into its text.

    Attributes:
        holes: places of a published text's stand-ins: what is found there is a note on what the text leaves out.
        said: what has to be read before anything about a published text; empty for a policy file.
    """

    file: str
    policy: PolicyFile
    locate: Locate
    holes: tuple[Hole, ...] = ()
    said: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Proven:
    """One finding or note: its code, its place and words, and a state that shows it."""

    code: Code
    finding: Finding
    witness: str = ""


@dataclass(frozen=True, kw_only=True)
class ProvenPolicy:
    """What came of one file; `proof` is None when it cannot be read."""

    file: str
    policy: PolicyFile
    proof: PolicyProof | None
    findings: tuple[Proven, ...]
    notes: tuple[Proven, ...] = ()
    said: tuple[str, ...] = ()


def prove_policies(read: Sequence[ReadPolicy], suites: Mapping[str, Suite]) -> tuple[ProvenPolicy, ...]:
    """Prove every policy that can be read, together; the others are listed with why they cannot."""
    readable = [r for r in read if r.policy.document is not None]
    known = [Named(document=r.policy.document, file=PurePath(r.file).stem) for r in readable if r.policy.document]
    proofs = iter(prove(known, longest_tasks(suites)))
    return tuple(_put_together(r, next(proofs) if r.policy.document else None) for r in read)


def longest_tasks(suites: Mapping[str, Suite]) -> dict[str, Decimal]:
    """Minutes of the longest task of each suite that has times."""
    found = {}
    for name, suite in suites.items():
        minutes = [Decimal(task.human_minutes) for task in suite.tasks.values() if task.human_minutes is not None]
        if minutes:
            found[name] = max(minutes)
    return found


def _put_together(read: ReadPolicy, proof: PolicyProof | None) -> ProvenPolicy:
    refused = [Proven(code=Code.POLICY_CHECK, finding=finding) for finding in read.policy.findings]
    found = [_of_the_text(read, f) for f in (proof.findings if proof else ())]
    return ProvenPolicy(
        file=read.file,
        policy=read.policy,
        proof=proof,
        findings=_ordered([*refused, *(_placed(read, f) for f in found if not f.note)]),
        notes=_ordered([_placed(read, f) for f in found if f.note]),
        said=read.said,
    )


def _of_the_text(read: ReadPolicy, found: ProofFinding) -> ProofFinding:
    """What is found of a stand-in is no fault of the text: it says what the text leaves out."""
    if not inside_holes(found.path, read.holes) and not (read.holes and NOBODY in found.what):
        return found
    return replace(found, what=f"not stated in the text, read as what holds: {found.what}", note=True)


def _placed(read: ReadPolicy, found: ProofFinding) -> Proven:
    (finding,) = read.locate((Fault(path=found.path, what=found.what, mend=found.mend),))
    finding = replace(finding, rule=found.rule, blocks_reading=False)
    return Proven(code=found.code, finding=finding, witness=found.witness)


def _ordered(found: list[Proven]) -> tuple[Proven, ...]:
    return tuple(sorted(found, key=lambda p: [int(n) for n in p.finding.where.split(":")[-2:] if n.isdecimal()]))
