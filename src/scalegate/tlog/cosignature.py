"""Cosignatures: what a witness says of a checkpoint, and when.

For: witnesses and whoever counts them. Does not know: who a witness is, clocks; times are POSIX seconds.

A cosignature says that, as of its time, the largest tree of that log which the witness has seen and found consistent
has this root. It says nothing of what the entries are, nor that they can be had.

Source: C2SP tlog-cosignature 1.0.1 (section names below are its own), the Ed25519 kind alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from scalegate.errors import InputError, RecordError
from scalegate.tlog.ed25519 import SIGNATURE_BYTES
from scalegate.tlog.encoding import MAX_SIZE
from scalegate.tlog.note import NamedKey, Note, NoteSignature, Signer, by_name_and_id, parse_checkpoint

TYPE_COSIGNATURE = 0x04  # signed-note, "Signature types"
MAX_TIME = MAX_SIZE  # "Format": the timestamp must not exceed 2**63 - 1
_TIME_BYTES = 8


class CosignerKey(NamedKey):
    """A witness's key; its id is SHA-256(name || 0x0A || 0x04 || key), the first four bytes ("Format")."""

    type = TYPE_COSIGNATURE
    type_words = "timestamped Ed25519 of a witness"


@dataclass(frozen=True, kw_only=True)
class Cosignature:
    """One witness's good signature, and the POSIX second at which the witness says that it was made."""

    cosigner: CosignerKey
    time: int


def signed_message(text: str, time: int) -> bytes:
    """Header line, time line, and the whole note body, without signatures ("Ed25519 signed message").

    The header keeps the signature from being one over a note: no checkpoint has `time …` where its size stands.
    """
    return f"cosignature/v1\ntime {time}\n{text}".encode()


def cosign(text: str, name: str, signer: Signer, *, time: int) -> NoteSignature:
    """A witness's signature line under a checkpoint's text.

    Raises:
        InputError: for a time that is none.
        RecordError: for a text that is no checkpoint: nothing else is ever cosigned.
    """
    if not 0 < time <= MAX_TIME:
        raise InputError(f"{time} is no POSIX time of a cosignature")
    parse_checkpoint(text)
    key = CosignerKey(name=name, key=signer.public)
    signature = time.to_bytes(_TIME_BYTES, "big") + signer.sign(signed_message(text, time))  # "Format": u64, signature
    return NoteSignature(name=name, id=key.id, signature=signature)


def cosigned_by(note: Note, keys: Iterable[CosignerKey]) -> tuple[Cosignature, ...]:
    """Which of the witnesses signed the note, each once and in the order given. Other signatures are passed over.

    When a witness signed several times, the earliest counts: what rests on a later time must not gain by it.

    Raises:
        RecordError: when a signature under the name and id of a known key is bad: the whole note is refused
            (signed-note, "Signatures").
        InputError: when two of the keys are one public key: a cosigner's message does not hold its name, so one
            signature would count for both ("Ed25519 signed message").
    """
    known = by_name_and_id(keys)
    found: dict[CosignerKey, int] = {}
    for line in note.signatures:
        key = known.get((line.name, line.id))
        if key is not None:
            time = _checked_time(line, key, note.text)
            found[key] = min(time, found.get(key, time))
    return tuple(Cosignature(cosigner=key, time=found[key]) for key in known.values() if key in found)


def _checked_time(line: NoteSignature, key: CosignerKey, text: str) -> int:
    stamped, signature = line.signature[:_TIME_BYTES], line.signature[_TIME_BYTES:]
    time = int.from_bytes(stamped, "big")
    good = (
        len(stamped) == _TIME_BYTES
        and len(signature) == SIGNATURE_BYTES
        and time <= MAX_TIME
        and key.key.verifies(signature, signed_message(text, time))
    )
    if not good:
        raise RecordError(f"the cosignature of {line.name} on this note is bad")
    return time
