"""Can each permission be granted, can each hold point be reached, and is a clause the only one that could hold (a, e).

For: `prove.py`. Does not know: who clears a hold (`exits.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import z3

from scalegate.decision.abstract import Answer, Claim
from scalegate.decision.state import Training
from scalegate.policy.document import Permission, PolicyDocument
from scalegate.proof.claims import claims_of, why_never_cleared
from scalegate.proof.finding import Code, ProofFinding
from scalegate.proof.solving import Theory
from scalegate.proof.translation import Reason
from scalegate.proof.witness import sentence
from scalegate.shape import Path


@dataclass(frozen=True, kw_only=True)
class HoldPoint:
    """One reason that can hold a permission.

    Attributes:
        reachable: some state is held for it.
        alone: some state is held for it and for nothing else.
        witness: such a state in words; empty where there is none.
    """

    rule: str
    limit: str
    protection: str
    threat_model: str
    cleared_by: tuple[str, ...]
    reachable: bool
    alone: bool
    witness: str


@dataclass(frozen=True, kw_only=True)
class PermissionProof:
    """What was found for one permission: whether it can be granted, and everything that can hold it."""

    permission: Permission
    grantable: bool
    witness: str
    holds: tuple[HoldPoint, ...]


def permission_proof(theory: Theory) -> PermissionProof:
    """Ask for a state in which the permission is granted, and for one for each reason to hold it."""
    document = theory.view.symbols.document
    found = theory.find(*in_earnest(theory))
    return PermissionProof(
        permission=theory.permission,
        grantable=found is not None,
        witness=sentence(document, found, Answer.GRANTED) if found else _always_held(theory),
        holds=tuple(_hold_point(theory, document, reason) for reason in theory.view.reasons),
    )


def in_earnest(theory: Theory) -> tuple[z3.BoolRef, ...]:
    """Granted, and neither for want of any evaluation (D4) nor by a finding that the subject is out of scope (S4)."""
    symbols = theory.view.symbols
    return (theory.granted, z3.Not(symbols.out_of_scope), z3.Not(symbols.run_is(Training.FIRST_RUN)))


def _always_held(theory: Theory) -> str:
    ever = [about(r) for r in theory.view.reasons if not theory.holds(z3.Not(r.when), *in_earnest(theory)[1:])]
    return f"held in every state: {'; '.join(ever)}" if ever else "held in every state, for one reason or another"


def about(reason: Reason) -> str:
    """A reason in a few words."""
    subject = " ".join(part for part in (reason.limit, reason.protection, reason.threat_model) if part)
    return f"{reason.rule} {subject}".strip()


def _hold_point(theory: Theory, document: PolicyDocument, reason: Reason) -> HoldPoint:
    alone = theory.find(*theory.alone(reason))
    state = alone or theory.find(reason.when)
    return HoldPoint(
        rule=reason.rule,
        limit=reason.limit,
        protection=reason.protection,
        threat_model=reason.threat_model,
        cleared_by=reason.cleared_by,
        reachable=state is not None,
        alone=alone is not None,
        witness=sentence(document, state, Answer.HELD) if state else "",
    )


# ------------------------------------------------------------------------------------- findings


def hold_findings(document: PolicyDocument, proofs: Iterable[PermissionProof]) -> Iterator[ProofFinding]:
    """Permissions that nothing grants, limits that cannot count as crossed, protections that are asked for twice."""
    proofs = tuple(proofs)
    yield from (f for proof in proofs if not proof.grantable for f in _never_granted(document, proof))
    yield from _uncrossable(document, proofs)
    yield from _uncleared(document)
    yield from _always_alert(document)
    for proof in proofs:
        yield from _unreachable(proof)
        if proof.permission is not Permission.RELEASE_WEIGHTS:
            yield from _asked_already(document, proof)


def _never_granted(document: PolicyDocument, proof: PermissionProof) -> Iterator[ProofFinding]:
    name = proof.permission.value
    if proof.permission is Permission.RELEASE_WEIGHTS:
        what = f"{name} is granted in no state: releasing weights is not supported yet, and it cannot be taken back"
        path: Path = ("protections", "standing", name)
        yield ProofFinding(code=Code.WAITS_FOR_FEATURE, path=path, what=what, rule="D7", note=True)
        return
    stops = [n for n, limit in document.limits.items() if limit.hard_stop and why_never_cleared(document, n)]
    why = "; ".join(f"{n} is a hard stop that no evidence clears: {why_never_cleared(document, n)}" for n in stops)
    what = f"{name} is granted in no state: {why or proof.witness}"
    mend = "let evidence clear the limit, or say in the policy that the permission is never given"
    path = ("limits", stops[0]) if stops else ("protections", "standing", name)
    yield ProofFinding(code=Code.NEVER_GRANTED, path=path, what=what, mend=mend, rule="D1", witness=proof.witness)


def _uncrossable(document: PolicyDocument, proofs: tuple[PermissionProof, ...]) -> Iterator[ProofFinding]:
    """Limits for which no permission has a reachable hold."""
    for limit in document.limits:
        points = [h for p in proofs for h in p.holds if h.limit == limit and h.rule not in ("E1", "V6")]
        if points and not any(h.reachable for h in points):
            what = f"{limit} never counts as crossed: it is a first rung without observations, and nothing is below it"
            mend = "give it an observation"
            yield ProofFinding(
                code=Code.UNREACHABLE_HOLD, path=("limits", limit), what=what, mend=mend, rule="L1", witness=""
            )


def _unreachable(proof: PermissionProof) -> Iterator[ProofFinding]:
    """Holds of a limit that can count as crossed, and that no state is held for."""
    for hold in proof.holds:
        if hold.reachable or hold.limit:
            continue
        what = f"no state holds {proof.permission.value} for {hold.rule} {hold.protection or hold.threat_model}".strip()
        path = ("protections", "standing", proof.permission.value)
        yield ProofFinding(code=Code.UNREACHABLE_HOLD, path=path, what=what, rule=hold.rule)


def _uncleared(document: PolicyDocument) -> Iterator[ProofFinding]:
    for name, limit in document.limits.items():
        why = why_never_cleared(document, name)
        if not limit.observations or not why or document.threat_model_of(name) is None:
            continue
        what = f"{name} counts as crossed in every state, and its alert never stands: {why}"
        numeric = "shift and reserve" in why
        yield ProofFinding(
            code=Code.ALERT_ALWAYS if numeric else Code.UNREACHABLE_HOLD,
            path=("limits", name),
            what=what,
            mend="raise the limit, or measure the shift" if numeric else "rely on an observation that can clear",
            rule="B1" if numeric else "V1",
            note=not numeric and not limit.hard_stop,
        )


def _always_alert(document: PolicyDocument) -> Iterator[ProofFinding]:
    for name in document.limits:
        known = claims_of(document, name)
        if Claim.ALERT in known and Claim.NOT_SHOWN not in known:
            what = f"{name} is never NOT_SHOWN: shift and reserve alone take every bound to its alert line"
            mend = "raise the alert line, or measure the shift"
            yield ProofFinding(code=Code.ALERT_ALWAYS, path=("limits", name), what=what, mend=mend, rule="L4")


def _asked_already(document: PolicyDocument, proof: PermissionProof) -> Iterator[ProofFinding]:
    """Ties to protections that are asked for always: they ask for nothing on top."""
    standing = document.protections.standing.get(proof.permission.value)
    for index, tie in enumerate(document.protections.conditional):
        if tie.permission is not proof.permission or proof.permission is Permission.ASSESS:
            continue
        for place, name in enumerate(tie.protections):
            held = [h for h in proof.holds if (h.limit, h.protection) == (tie.limit, name)]
            if standing and name in standing.protections and held and held[0].reachable and not held[0].alone:
                what = (
                    f"{name} is asked for {proof.permission.value} always: crossing {tie.limit} asks for nothing more"
                )
                path: Path = ("protections", "conditional", index, "protections", place)
                yield ProofFinding(code=Code.ASKED_ALREADY, path=path, what=what, rule="D2", note=True)
