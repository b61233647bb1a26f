"""Proof that an entry is in a log, in one text that is checked without asking anybody.

For: whoever shows or checks that something was recorded. Does not know: what the entry says, which keys are trusted.

Source: C2SP tlog-proof (`c2sp.org/tlog-proof@v1`), "Format".
"""

from __future__ import annotations

from dataclasses import dataclass

from scalegate.errors import RecordError
from scalegate.tlog.add_checkpoint import parse_hashes, parse_lines
from scalegate.tlog.encoding import from_base64, from_decimal, to_base64
from scalegate.tlog.note import MAX_NOTE_BYTES
from scalegate.tlog.tree import MAX_PROOF_HASHES, check_inclusion
from scalegate.tlog.witness_policy import Witnessed, WitnessPolicy, open_witnessed

FIRST_LINE = "c2sp.org/tlog-proof@v1"
MAX_EXTRA_BYTES = 65_535
MAX_PROOF_BYTES = MAX_NOTE_BYTES + MAX_EXTRA_BYTES * 4 // 3 + (MAX_PROOF_HASHES + 4) * 64


@dataclass(frozen=True, kw_only=True)
class LoggedProof:
    """Where an entry stands in a log, and the checkpoint under which it does.

    Attributes:
        index: the entry's, from 0.
        proof: inclusion proof, the leaf's sibling first.
        checkpoint: the note, as the log and its witnesses signed it.
        extra: opaque bytes that nobody signed; None for none. Never trusted.
    """

    index: int
    proof: tuple[bytes, ...]
    checkpoint: bytes
    extra: bytes | None = None


def format_logged_proof(logged: LoggedProof) -> bytes:
    """The text: first line, extra, index, hashes, an empty line, the checkpoint verbatim."""
    lines = [FIRST_LINE]
    if logged.extra is not None:
        lines.append(f"extra {to_base64(logged.extra)}")
    lines += [f"index {logged.index}", *(to_base64(part) for part in logged.proof), "", ""]
    return "\n".join(lines).encode() + logged.checkpoint


def parse_logged_proof(data: bytes) -> LoggedProof:
    """Read the text strictly; neither proof nor checkpoint is checked yet. Raises RecordError."""
    if len(data) > MAX_PROOF_BYTES:
        raise RecordError(f"a proof of an entry has at most {MAX_PROOF_BYTES} bytes")
    head, empty, checkpoint = data.partition(b"\n\n")
    if not empty:
        raise RecordError("a proof of an entry has an empty line before its checkpoint")
    first, *lines = parse_lines(head)
    if first != FIRST_LINE:
        raise RecordError(f"the first line of a proof of an entry is {FIRST_LINE!r}")
    extra = None
    if lines and lines[0].startswith("extra "):
        extra = from_base64(lines.pop(0).removeprefix("extra "))
        if not 0 < len(extra) <= MAX_EXTRA_BYTES:  # "If no extra data is present, this line is omitted"
            raise RecordError(f"extra data has 1 to {MAX_EXTRA_BYTES} bytes")
    if not lines or not lines[0].startswith("index "):
        raise RecordError("a proof of an entry has a line `index` and a number")
    index = from_decimal(lines[0].removeprefix("index "))
    return LoggedProof(index=index, proof=parse_hashes(lines[1:]), checkpoint=checkpoint, extra=extra)


def check_logged(logged: LoggedProof, leaf: bytes, policy: WitnessPolicy, *, not_after: int | None = None) -> Witnessed:
    """Accepts only a proof that the log of the checkpoint has the leaf hash at the index, as the policy demands.

    Args:
        logged: the proof.
        leaf: leaf hash of the entry.
        policy: whose signatures are believed.
        not_after: POSIX seconds; cosignatures from later than this do not count.

    Raises:
        RecordError: for anything else.
    """
    witnessed = open_witnessed(logged.checkpoint, policy, not_after=not_after)
    checkpoint = witnessed.checkpoint
    check_inclusion(leaf, logged.index, checkpoint.size, logged.proof, checkpoint.root)
    return witnessed
