"""Two versions of a policy, compared: every difference with its direction, what the gate does now, what was told of it.

For: `procedure/differing.py`. Does not know: files, lines, the record.

The order: renamings are recognised and followed, then both documents are walked side by side, then parts that moved
are joined, then the two gates are asked, then the new document's changelog is held against all of it.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from dataclasses import dataclass, replace

from scalegate.policy.document import Permission, PolicyDocument
from scalegate.quantity import Digest
from scalegate.revision.account import Claim, claims, named, new_entries, version_order
from scalegate.revision.change import Category, Dimension, Outcome, Revision, Weighed
from scalegate.revision.gate_change import GateChange, gate_changes
from scalegate.revision.moves import relocated
from scalegate.revision.renames import LIMITS, ROLES, THREAT_MODELS, Rename, Renamed, under_new_ids
from scalegate.revision.walk import Walk
from scalegate.shape import Path


@dataclass(frozen=True, kw_only=True)
class Version:
    """One of the two documents, with the digest of what it says."""

    document: PolicyDocument
    digest: Digest


@dataclass(frozen=True, kw_only=True)
class Fault:
    """Something wrong with how the change was made known (D11).

    Attributes:
        place: where in the new document.
        what: what is wrong.
        mend: what to do.
    """

    place: Path
    what: str
    mend: str


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Everything that differs.

    Attributes:
        revisions: each difference; relaxations first, then by place.
        gate: states that the two gates answer otherwise; None where a ladder names a limit that is not there, or two
            name the same.
        proved: the solver has confirmed for every state that no relaxation of the gate is missing from `gate`.
        claims: what the changelog says was changed, and how much of it was.
        faults: what is wrong with the account of the change.
    """

    old: Version
    new: Version
    revisions: tuple[Revision, ...]
    gate: tuple[GateChange, ...] | None
    proved: bool
    claims: tuple[Claim, ...]
    faults: tuple[Fault, ...]

    @property
    def relaxing(self) -> tuple[Revision, ...]:
        return tuple(r for r in self.revisions if r.outcome.relaxes)

    @property
    def silent(self) -> tuple[Revision, ...]:
        """Material differences that the changelog does not name."""
        return tuple(r for r in self.revisions if r.silent)

    @property
    def gate_relaxes(self) -> bool:
        return any(change.relaxes for change in self.gate or ())

    @property
    def clear_of_findings(self) -> bool:
        """Nothing weakened or removed, nothing untold, no state newly granted."""
        return not (self.relaxing or self.silent or self.faults or self.gate_relaxes)


def compare(old: Version, new: Version) -> Comparison:
    """Compare two versions; pure, and the same for the same two documents."""
    renamed = under_new_ids(old.document, new.document)
    found = differences(renamed, new.document)
    paths = [at for _, entry in new_entries(old.document, new.document) for c in entry.changes for at in c.at]
    told = [replace(r, named=named(r, paths)) for r in found]
    gate, proved = _gate(renamed.document, new.document)
    stated = claims(old.document, new.document, told) if old.digest != new.digest else ()
    return Comparison(
        old=old,
        new=new,
        revisions=tuple(sorted(told, key=_order)),
        gate=gate,
        proved=proved,
        claims=stated,
        faults=tuple(_faults(old, new, stated)),
    )


def differences(renamed: Renamed, new: PolicyDocument) -> list[Revision]:
    """Every difference of the texts, whatever the gate and the changelog say, under the old document's own paths."""
    walk = Walk(renamed.document, new)
    met = walk.revisions()
    found = [*_of_renames(renamed), *relocated(walk, met)]
    return [replace(r, before=renamed.original(r.before) if r.before else r.before) for r in found]


def _order(revision: Revision) -> tuple[int, str]:
    return list(Outcome).index(revision.outcome), revision.place


def _of_renames(renamed: Renamed) -> Iterator[Revision]:
    about: dict[tuple[str, ...], Category] = {
        ROLES: Category.ACTOR,
        LIMITS: Category.TRIGGER,
        THREAT_MODELS: Category.SCOPE,
    }
    for rename in renamed.renames:
        yield Revision(
            before=(*rename.namespace, rename.new),  # under the new id, as every place before `original`
            after=(*rename.namespace, rename.new),
            category=about.get(rename.namespace, Category.METHOD),
            touches=(Dimension.SCOPE,) if rename.namespace in (LIMITS, THREAT_MODELS) else (),
            old=rename.old,
            new=rename.new,
            weighed=Weighed(outcome=Outcome.RELOCATED, why=_why(rename)),
            rule="L1" if rename.namespace == LIMITS else "",
        )


def _why(rename: Rename) -> str:
    why = "the same under another id" if rename.exact else "nearly the same under another id; what differs is listed"
    if rename.namespace in (LIMITS, THREAT_MODELS):
        why += "; what the record says under the old one, misses included (B2), does not follow"
    return why


# ------------------------------------------------------------------------------------------- gate


def _gate(old: PolicyDocument, new: PolicyDocument) -> tuple[tuple[GateChange, ...] | None, bool]:
    if not (_sound(old) and _sound(new)):
        return None, False
    found = gate_changes(old, new)
    if importlib.util.find_spec("z3") is None:
        return found, False
    from scalegate.proof.relaxation import relaxed

    searched = {c.permission for c in found if c.relaxes}
    for permission in Permission:
        assert relaxed(old, new, permission) is (permission in searched), f"search and solver differ on {permission}"
    return found, True


def _sound(document: PolicyDocument) -> bool:
    """Whether every rung is a limit that is there, on one ladder: the gate's state has one place for each limit."""
    rungs = [rung for t in document.threat_models.values() for rung in t.ladder]
    return len(rungs) == len(set(rungs)) and all(rung in document.limits for rung in rungs)


# ----------------------------------------------------------------------------------------- account


def _faults(old: Version, new: Version, stated: tuple[Claim, ...]) -> Iterator[Fault]:
    one, other = old.document.version, new.document.version
    order = version_order(one, other)
    if order == 0 and old.digest != new.digest:
        what = f"the same version {other} says something else: {old.digest} and now {new.digest}"
        yield Fault(place=("version",), what=what, mend="give what differs another version")
    elif order == -1:
        yield Fault(place=("version",), what=f"version {other} after {one}", mend="number versions upwards")
    elif order is None:
        what = f"versions {one} and {other} cannot be put in order"
        yield Fault(place=("version",), what=what, mend="number versions with digits and dots")
    told = [entry.version for _, entry in new_entries(old.document, new.document)]
    if old.digest != new.digest and new.document.version not in told:
        what = f"the changelog has no entry for version {other}"
        yield Fault(place=("changelog",), what=what, mend="say what changed, where and why")
    for claim in stated:
        if not claim.accounts_for:
            what = f"the changelog names {claim.at}, where nothing changed"
            yield Fault(place=claim.place, what=what, mend="name the place of a change, or leave it out")
