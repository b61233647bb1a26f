"""Everything that can be said of policies over every state: the questions put together.

For: `procedure/proving.py`. Does not know: files, lines, how answers are printed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from scalegate.policy.document import Permission, PolicyDocument
from scalegate.proof.alone import Unlock, alone_findings, unlocks
from scalegate.proof.dead import dead_clauses, dead_ties
from scalegate.proof.documents import Named, bypasses, left_to_others
from scalegate.proof.exits import exit_findings, standing_exits
from scalegate.proof.finding import Code, ProofFinding
from scalegate.proof.holds import PermissionProof, hold_findings, permission_proof
from scalegate.proof.laws import Law, crossing_laws, order_laws, unasked_crossings
from scalegate.proof.lines import line_findings
from scalegate.proof.solving import Theory
from scalegate.proof.symbols import Symbols

STATES_WORDS = "every state of claims, protections, acts and due points"


@dataclass(frozen=True, kw_only=True)
class PolicyProof:
    """What holds of one policy in every state.

    Attributes:
        states: how many combinations of values the states have, summed over the permissions.
        permissions: can it be granted, what can hold it.
        laws: statements over every state.
        unlocks: who can clear which hold.
        findings: what is wrong, and notes on what a reader should know.
    """

    states: int
    permissions: tuple[PermissionProof, ...]
    laws: tuple[Law, ...]
    unlocks: tuple[Unlock, ...]
    findings: tuple[ProofFinding, ...]


def prove(known: Sequence[Named], longest: Mapping[str, Decimal] | None = None) -> tuple[PolicyProof, ...]:
    """Prove what holds of each policy, and what one leaves to another.

    Args:
        known: the policies in force together; each can be read, and need not be adoptable.
        longest: as for `lines.line_findings`.
    """
    whole = [replace(named, document=_askable(named.document)) for named in known]
    proofs = [_prove(whole, at, longest or {}) for at in range(len(whole))]
    for at, finding in bypasses(whole):
        proofs[at] = replace(proofs[at], findings=_once([*proofs[at].findings, finding]))
    return tuple(proofs)


def _askable(document: PolicyDocument) -> PolicyDocument:
    """Without rungs that are no limits: the gate cannot be asked about them, and `policy check` names them."""
    models = {
        name: replace(t, ladder=tuple(limit for limit in t.ladder if limit in document.limits))
        for name, t in document.threat_models.items()
    }
    return replace(document, threat_models=models)


def _prove(known: Sequence[Named], at: int, longest: Mapping[str, Decimal]) -> PolicyProof:
    document = known[at].document
    theories = [Theory([document], permission) for permission in Permission]
    permissions = tuple(permission_proof(theory) for theory in theories)
    laws = [found for theory in theories for found in _laws(document, theory)]
    findings = [
        *hold_findings(document, permissions),
        *(f for _, broken in laws for f in broken),
        *_unasked(known, at, theories),
        *(f for theory in theories for f in exit_findings(theory)),
        *standing_exits(document),
        *(f for theory in theories for f in dead_ties(theory)),
        *dead_clauses(document, any(theory.holds(theory.view.waived) for theory in theories)),
        *line_findings(document, longest),
        *alone_findings(document),
    ]
    return PolicyProof(
        states=sum(_count(theory.view.symbols) for theory in theories),
        permissions=permissions,
        laws=tuple(law for law, _ in laws),
        unlocks=tuple(unlocks(document)),
        findings=_once(findings),
    )


def _laws(document: PolicyDocument, theory: Theory) -> Iterator[tuple[Law, tuple[ProofFinding, ...]]]:
    yield from crossing_laws(theory)
    yield from order_laws(document, theory.permission)


def _unasked(known: Sequence[Named], at: int, theories: Sequence[Theory]) -> Iterator[ProofFinding]:
    """Crossings that ask for nothing; those that are left to another document are asked about with it."""
    elsewhere = {left.path for left in left_to_others(known, at)}
    for theory in theories:
        yield from (finding for finding, _ in unasked_crossings(theory) if finding.path not in elsewhere)


def _once(findings: Sequence[ProofFinding]) -> tuple[ProofFinding, ...]:
    """The same words about the same place once; of permissions that share a fate, one line."""
    return tuple(dict.fromkeys(_merged(findings)))


def _merged(findings: Sequence[ProofFinding]) -> Iterator[ProofFinding]:
    names = {p.value for p in Permission}
    groups: dict[tuple[Code, tuple[str | int, ...], str], list[tuple[str, ProofFinding]]] = {}
    for finding in findings:
        found = [w for w in finding.what.split() if w in names]
        name = found[0] if len(set(found)) == 1 and finding.code in _FOR_EACH_PERMISSION else ""
        key = (finding.code, finding.path, finding.what.replace(name, "…") if name else finding.what)
        groups.setdefault(key, []).append((name, finding))
    for group in groups.values():
        together = ", ".join(dict.fromkeys(name for name, _ in group if name))
        name, first = group[0]
        yield replace(first, what=first.what.replace(name, together)) if name else first


_FOR_EACH_PERMISSION = {
    Code.DELIBERATE_END, Code.HOLD_WITHOUT_EXIT, Code.WAITS_FOR_FEATURE, Code.NEVER_GRANTED, Code.WORSE_IS_WAIVED,
    Code.WORSE_RELAXES,
}  # fmt: skip


def _count(symbols: Symbols) -> int:
    """Combinations of values: seven claims and four acts for each limit, two of everything else."""
    number: int = (7 * 2**4) ** len(symbols.limits) * 2 ** (len(symbols.in_force) + len(symbols.lapsed) + 4)
    return number * max(1, len(symbols.training))
