"""The call `add-checkpoint`: what a log sends to a witness, and what it makes of the answer.

For: logs that ask for cosignatures, and the witness that reads the request. Does not know: HTTP beyond a status, a
content type and a body; who is asked.

Source: C2SP tlog-witness 1.0.0, "add-checkpoint".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from scalegate.errors import RecordError
from scalegate.tlog.cosignature import CosignerKey, cosigned_by
from scalegate.tlog.encoding import from_base64, from_decimal, to_base64
from scalegate.tlog.note import (
    MAX_NOTE_BYTES,
    Checkpoint,
    Note,
    NoteSignature,
    VerifierKey,
    open_checkpoint,
    parse_checkpoint,
    parse_note,
)
from scalegate.tlog.tree import HASH_BYTES, MAX_PROOF_HASHES

SIZE_TYPE = "text/x.tlog.size"
MAX_REQUEST_BYTES = MAX_NOTE_BYTES + (MAX_PROOF_HASHES + 2) * 64


@dataclass(frozen=True, kw_only=True)
class Request:
    """A request as it was sent; nothing in it has been checked but its form.

    Attributes:
        old: size of the checkpoint that the witness cosigned last, as the sender believes; 0 for none.
        proof: consistency proof from there; empty for `old` 0.
        note: the checkpoint with its signatures.
        checkpoint: what the note's text says.
    """

    old: int
    proof: tuple[bytes, ...]
    note: Note
    checkpoint: Checkpoint


def format_request(old: int, proof: Sequence[bytes], checkpoint: bytes) -> bytes:
    """Old size line, proof lines, an empty line, the checkpoint; each line ends in a newline.

    Raises:
        RecordError: for a proof of more than 63 hashes: a client must not send one.
    """
    if len(proof) > MAX_PROOF_HASHES:
        raise RecordError(f"a proof has at most {MAX_PROOF_HASHES} hashes")
    lines = [f"old {old}", *(to_base64(part) for part in proof), "", ""]
    return "\n".join(lines).encode() + checkpoint


def parse_request(body: bytes) -> Request:
    """Read a request strictly. Raises RecordError."""
    if len(body) > MAX_REQUEST_BYTES:
        raise RecordError(f"a request has at most {MAX_REQUEST_BYTES} bytes")
    head, empty, checkpoint = body.partition(b"\n\n")  # the first empty line: proof lines are not empty
    if not empty:
        raise RecordError("a request has an empty line before its checkpoint")
    first, *rest = parse_lines(head)
    word, _, size = first.partition(" ")
    if word != "old":
        raise RecordError("a request begins with `old` and a size")
    note = parse_note(checkpoint)
    return Request(old=from_decimal(size), proof=parse_hashes(rest), note=note, checkpoint=parse_checkpoint(note.text))


def parse_lines(head: bytes) -> list[str]:
    """ASCII lines: a carriage return, or a digit of another script, is not taken for what it looks like."""
    try:
        return head.decode("ascii").split("\n")
    except UnicodeDecodeError:
        raise RecordError("lines before a checkpoint are ASCII") from None


def parse_hashes(lines: Sequence[str]) -> tuple[bytes, ...]:
    """One base64 hash a line, at most 63. Raises RecordError."""
    if len(lines) > MAX_PROOF_HASHES:
        raise RecordError(f"a proof has at most {MAX_PROOF_HASHES} hashes")
    hashes = tuple(from_base64(line) for line in lines)
    if any(len(part) != HASH_BYTES for part in hashes):
        raise RecordError(f"a hash has {HASH_BYTES} bytes")
    return hashes


# ------------------------------------------------------------------------------------ the answer


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a witness answers: HTTP status, content type, body."""

    status: int
    content_type: str = "text/plain; charset=utf-8"
    body: bytes


class WitnessRefusalError(RecordError):
    """A witness did not cosign; what it said may be evidence against the log, or the log's own sign of a roll-back."""


@dataclass(frozen=True, kw_only=True)
class Behind:
    """The witness cosigned another size last: ask again, with a proof from there."""

    size: int


def read_answer(
    answer: Answer, old: int, checkpoint: bytes, log: VerifierKey, witnesses: Sequence[CosignerKey]
) -> Note | Behind:
    """What a log makes of an answer to a request from size `old` for its checkpoint.

    Returns:
        The checkpoint with the good cosignatures added, or the size to ask again from.

    Raises:
        WitnessRefusalError: for another refusal; when the witness has seen a larger tree than this log has (it was
            rolled back, and must not go on); when it knows another root of the size; when no known witness signed.
    """
    size = open_checkpoint(checkpoint, log).size
    if answer.status == 200:
        return _with_cosignatures(checkpoint, answer.body, witnesses)
    if answer.status != 409 or answer.content_type.partition(";")[0].strip() != SIZE_TYPE:
        said = answer.body[:120].decode("utf-8", "replace")
        raise WitnessRefusalError(f"the witness refused with status {answer.status}: {said!r}")
    known = _parse_size(answer.body)
    if known > size:
        what = f"the witness has seen {known} entries of this log, which has {size}: the log was rolled back"
        raise WitnessRefusalError(what)
    if known == old:
        raise WitnessRefusalError(f"the witness knows another root of size {known}: this log has told two stories")
    return Behind(size=known)


def _parse_size(body: bytes) -> int:
    try:
        text = body[:40].decode("ascii")
    except UnicodeDecodeError:
        text = ""
    if not text.endswith("\n"):
        raise WitnessRefusalError("the witness did not answer with a size")
    return from_decimal(text[:-1])


def _with_cosignatures(checkpoint: bytes, body: bytes, witnesses: Sequence[CosignerKey]) -> Note:
    """The client may read the checkpoint with the answer behind it as one note; unknown keys are passed over."""
    if len(body) > MAX_NOTE_BYTES:
        raise WitnessRefusalError(f"an answer has at most {MAX_NOTE_BYTES} bytes")
    note = parse_note(checkpoint)
    lines = _parse_signature_lines(body)
    found = {c.cosigner for c in cosigned_by(Note(text=note.text, signatures=lines), witnesses)}
    if not found:
        raise WitnessRefusalError("no known witness signed the answer")
    known = {(key.name, key.id) for key in found}
    added = tuple(line for line in lines if (line.name, line.id) in known and line not in note.signatures)
    return Note(text=note.text, signatures=(*note.signatures, *added))


def _parse_signature_lines(body: bytes) -> tuple[NoteSignature, ...]:
    note = parse_note(b"answer\n\n" + body)
    if note.text != "answer\n":
        raise WitnessRefusalError("an answer is signature lines alone")
    return note.signatures
