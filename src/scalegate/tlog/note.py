"""Signed notes, their keys, and checkpoints, in the C2SP text formats.

For: the log store, the verifier, leases. Does not know: trees beyond a size and a root, where keys are kept.

Source: C2SP signed-note 1.0.0 and tlog-checkpoint 1.0.0 (section names below are theirs).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, Protocol, Self, TypeVar

from scalegate.errors import InputError, RecordError
from scalegate.tlog.ed25519 import SIGNATURE_BYTES, PublicKey
from scalegate.tlog.encoding import from_base64, from_decimal, to_base64
from scalegate.tlog.tree import HASH_BYTES

ALGORITHM_ED25519 = 0x01
KEY_ID_BYTES = 4
MAX_NOTE_BYTES = 1_000_000
MAX_SIGNATURES = 100
_DASH = "— "  # U+2014 and a space


class Signer(Protocol):
    """Signs messages with the private half of `public`."""

    @property
    def public(self) -> PublicKey: ...

    def sign(self, message: bytes) -> bytes: ...


# ---------------------------------------------------------------------------------------- keys


@dataclass(frozen=True, kw_only=True)
class NamedKey:
    """A named public key for one type of signature: `name+hex(id)+base64(type || key)` (signed-note, "Verifier keys").

    Two classes of keys are never equal, so that a log's key cannot count as a witness's.
    """

    name: str
    key: PublicKey
    type: ClassVar[int]
    type_words: ClassVar[str]

    def __post_init__(self) -> None:
        if not is_key_name(self.name):
            raise InputError(f"{self.name[:60]!r} is no key name: it is empty, or has a space or a plus sign")

    @property
    def id(self) -> bytes:
        """signed-note, "Signatures": SHA-256(name || 0x0A || type || key), its first four bytes."""
        return hashlib.sha256(self.name.encode() + b"\n" + self._typed).digest()[:KEY_ID_BYTES]

    @property
    def _typed(self) -> bytes:
        return bytes([self.type]) + self.key.raw

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises InputError for any other text, for another type of signature, a wrong id, or a weak key."""
        name, _, rest = text.partition("+")
        hexadecimal, _, encoded = rest.partition("+")
        try:
            typed = from_base64(encoded)
        except RecordError:
            typed = b""
        if not typed:
            raise InputError(f"{text[:80]!r} is no verifier key: write name+id+key")
        if typed[0] != cls.type:
            known = f"only {cls.type} ({cls.type_words})"
            raise InputError(f"{text[:80]!r}: signature algorithm {typed[0]} is not known here, {known}")
        parsed = cls(name=name, key=PublicKey(raw=typed[1:]))
        if hexadecimal != parsed.id.hex():
            raise InputError(f"{text[:80]!r}: the id of this key is {parsed.id.hex()}")
        return parsed

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{to_base64(self._typed)}"


class VerifierKey(NamedKey):
    """A key that signs the text of notes (signed-note, "Ed25519 signatures")."""

    type = ALGORITHM_ED25519
    type_words = "Ed25519"


KeyType = TypeVar("KeyType", bound=NamedKey)


def by_name_and_id(keys: Iterable[KeyType]) -> dict[tuple[str, bytes], KeyType]:
    """The keys under what a signature line says of its signer.

    Raises:
        InputError: when two names stand for one public key: one signer would count as two.
    """
    distinct = dict.fromkeys(keys)
    if len({key.key for key in distinct}) != len(distinct):
        raise InputError("two names stand for one public key")
    return {(key.name, key.id): key for key in distinct}


def is_key_name(text: str) -> bool:
    """signed-note, "Signatures": not empty, no Unicode space, no plus sign."""
    return bool(text) and "+" not in text and not re.search(r"[\s\x00-\x1f\x7f-\x9f]", text)


# --------------------------------------------------------------------------------------- notes


@dataclass(frozen=True, kw_only=True)
class NoteSignature:
    """One signature line: who claims to have signed, under which key id, and the signature."""

    name: str
    id: bytes
    signature: bytes

    def __str__(self) -> str:
        return f"{_DASH}{self.name} {to_base64(self.id + self.signature)}"


@dataclass(frozen=True, kw_only=True)
class Note:
    """A text (ending in a newline) and the signatures below it, which nobody has checked yet."""

    text: str
    signatures: tuple[NoteSignature, ...]

    def __str__(self) -> str:
        return self.text + "\n" + "".join(f"{line}\n" for line in self.signatures)


def parse_note(data: bytes) -> Note:
    """Read a note strictly. Raises RecordError."""
    if len(data) > MAX_NOTE_BYTES:
        raise RecordError(f"a note has at most {MAX_NOTE_BYTES} bytes")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise RecordError("a note is UTF-8") from None
    if re.search(r"[\x00-\x09\x0b-\x1f]", text):  # signed-note, "Format": no control character but newline
        raise RecordError("a note has no control characters")
    cut = text.rfind("\n\n")  # the last empty line: a text may have empty lines of its own
    if cut < 0 or not text.endswith("\n"):
        raise RecordError("a note is a text, an empty line and signature lines")
    lines = text[cut + 2 :].split("\n")[:-1]
    if not 1 <= len(lines) <= MAX_SIGNATURES:
        raise RecordError(f"a note has 1 to {MAX_SIGNATURES} signatures, this one {len(lines)}")
    return Note(text=text[: cut + 1], signatures=tuple(_parse_signature(line) for line in lines))


def _parse_signature(line: str) -> NoteSignature:
    name, _, encoded = line.removeprefix(_DASH).partition(" ")
    if not line.startswith(_DASH) or not is_key_name(name):
        raise RecordError(f"{line[:60]!r} is no signature line")
    blob = from_base64(encoded)
    if len(blob) <= KEY_ID_BYTES:
        raise RecordError(f"{line[:60]!r}: the signature is too short")
    return NoteSignature(name=name, id=blob[:KEY_ID_BYTES], signature=blob[KEY_ID_BYTES:])


def sign_note(text: str, name: str, signer: Signer) -> Note:
    """A note with one signature."""
    assert text.endswith("\n"), "a note's text ends in a newline"
    key = VerifierKey(name=name, key=signer.public)
    return Note(text=text, signatures=(NoteSignature(name=name, id=key.id, signature=signer.sign(text.encode())),))


def signed_by(note: Note, keys: Iterable[VerifierKey]) -> tuple[VerifierKey, ...]:
    """Which of the keys signed the note, each once and in the order given. Other signatures are passed over.

    Raises:
        RecordError: when a signature under the name and id of a known key is bad: the whole note is refused
            (signed-note, "Verification").
        InputError: when two of the keys are one public key.
    """
    known = by_name_and_id(keys)
    found = set()
    for line in note.signatures:
        key = known.get((line.name, line.id))
        if key is None:
            continue
        if len(line.signature) != SIGNATURE_BYTES or not key.key.verifies(line.signature, note.text.encode()):
            raise RecordError(f"the signature of {line.name} on this note is bad")
        found.add(key)
    return tuple(key for key in known.values() if key in found)


# --------------------------------------------------------------------------------- checkpoints


@dataclass(frozen=True, kw_only=True)
class Checkpoint:
    """A log's head: origin, number of entries, root of the tree over them."""

    origin: str
    size: int
    root: bytes

    def __str__(self) -> str:
        return f"{self.origin}\n{self.size}\n{to_base64(self.root)}\n"


def parse_checkpoint(text: str) -> Checkpoint:
    """Read a checkpoint's text (tlog-checkpoint, "Note text").

    Raises:
        RecordError: also for extension lines: nobody audits them, so none is accepted.
    """
    lines = text.split("\n")
    if len(lines) != 4 or lines[3]:
        raise RecordError("a checkpoint has three lines: origin, size, root")
    origin, size, root = lines[0], lines[1], from_base64(lines[2])
    if not is_key_name(origin):
        raise RecordError("a checkpoint begins with its origin")
    if len(root) != HASH_BYTES:
        raise RecordError(f"a root has {HASH_BYTES} bytes")
    return Checkpoint(origin=origin, size=from_decimal(size), root=root)


def sign_checkpoint(checkpoint: Checkpoint, signer: Signer) -> bytes:
    """The checkpoint as a note, signed under the origin's name."""
    return str(sign_note(str(checkpoint), checkpoint.origin, signer)).encode()


def open_checkpoint(data: bytes, operator: VerifierKey) -> Checkpoint:
    """The checkpoint in a note that the operator's key signed, for the origin that the key is named after.

    Raises:
        RecordError: for anything else.
    """
    note = parse_note(data)
    if not signed_by(note, [operator]):
        raise RecordError(f"the checkpoint is not signed by {operator.name}")
    checkpoint = parse_checkpoint(note.text)
    if checkpoint.origin != operator.name:
        raise RecordError(f"the checkpoint is of the log {checkpoint.origin!r}, not of {operator.name!r}")
    return checkpoint
