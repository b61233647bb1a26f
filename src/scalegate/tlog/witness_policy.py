"""Whom to believe about a checkpoint: known logs, and a quorum of witnesses.

For: whoever checks checkpoints and proofs. Does not know: files, how somebody came to trust these keys.

A quorum is a witness or a group: k of its members, each a witness or a group of its own.

Source: C2SP tlog-policy (section names below are its own).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from scalegate.errors import RecordError
from scalegate.tlog.cosignature import Cosignature, CosignerKey, cosigned_by
from scalegate.tlog.note import Checkpoint, VerifierKey, parse_checkpoint, parse_note, signed_by

NONE = "none"  # "What is a policy?": predefined, for the quorum alone


@dataclass(frozen=True, kw_only=True)
class PolicyLog:
    """A log whose checkpoints are accepted; its key is named after its origin ("Defining a log")."""

    key: VerifierKey
    url: str = ""


@dataclass(frozen=True, kw_only=True)
class PolicyWitness:
    """A witness, and the name that groups and the quorum know it by ("Defining a witness")."""

    name: str
    key: CosignerKey
    url: str = ""


@dataclass(frozen=True, kw_only=True)
class PolicyGroup:
    """Counts as having witnessed when at least `least` of its members have ("Defining a witness group")."""

    name: str
    least: int
    members: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class WitnessPolicy:
    """Who is believed about a checkpoint.

    Attributes:
        groups: in the order of the file: a group's members stand before it.
        quorum: name of a witness or group, or `none`.
    """

    logs: tuple[PolicyLog, ...]
    witnesses: tuple[PolicyWitness, ...]
    groups: tuple[PolicyGroup, ...]
    quorum: str


@dataclass(frozen=True, kw_only=True)
class Witnessed:
    """A checkpoint that a policy accepts.

    Attributes:
        log: the key of the log that signed it.
        cosignatures: of witnesses of the policy, whether the quorum needed them or not.
        seen_by: POSIX second by which a quorum had seen the checkpoint: in a group of k, the k-th smallest time of its
            members. Fewer than k false times cannot make it earlier than every true one. None without quorum.
        newest_at: POSIX second at which a quorum still knew no larger tree of the log: in a group of k, the k-th
            largest. Fewer than k false times cannot make it later than every true one. None without quorum.
    """

    checkpoint: Checkpoint
    log: VerifierKey
    cosignatures: tuple[Cosignature, ...]
    seen_by: int | None
    newest_at: int | None


def open_witnessed(data: bytes, policy: WitnessPolicy, *, not_after: int | None = None) -> Witnessed:
    """The checkpoint in a note that a log of the policy signed and its quorum cosigned.

    Args:
        data: the note.
        policy: whose signatures are believed; without a log in it, nothing is.
        not_after: POSIX seconds; cosignatures from later than this do not count (tlog-cosignature, "Format":
            verifiers may refuse those from the future). None believes every time.

    Raises:
        RecordError: for anything else, also when one signature of a known key is bad.
    """
    note = parse_note(data)
    checkpoint = parse_checkpoint(note.text)
    # "Defining a log": the key's name must be the log's origin line; all listed logs are accepted
    signed = signed_by(note, (log.key for log in policy.logs if log.key.name == checkpoint.origin))
    if not signed:
        raise RecordError(f"no known log signed the checkpoint of {checkpoint.origin!r}")
    cosignatures = tuple(
        found
        for found in cosigned_by(note, (witness.key for witness in policy.witnesses))
        if not_after is None or found.time <= not_after
    )
    seen_by, newest_at = _quorum_times(policy, {found.cosigner: found.time for found in cosignatures})
    return Witnessed(
        checkpoint=checkpoint, log=signed[0], cosignatures=cosignatures, seen_by=seen_by, newest_at=newest_at
    )


def _quorum_times(policy: WitnessPolicy, times: Mapping[CosignerKey, int]) -> tuple[int | None, int | None]:
    """When the quorum had seen it, and when it still knew nothing newer. Raises RecordError without quorum."""
    if policy.quorum == NONE:
        return None, None
    known = {w.name: (times[w.key], times[w.key]) for w in policy.witnesses if w.key in times}
    for group in policy.groups:  # in the order of the file: members first
        found = [known[member] for member in group.members if member in known]
        if len(found) >= group.least:
            seen = sorted(first for first, _ in found)
            newest = sorted((last for _, last in found), reverse=True)
            known[group.name] = (seen[group.least - 1], newest[group.least - 1])
    if policy.quorum not in known:
        signed = ", ".join(repr(w.name) for w in policy.witnesses if w.key in times) or "no witness"
        raise RecordError(f"the quorum {policy.quorum!r} has not witnessed this checkpoint: {signed} signed it")
    return known[policy.quorum]
