"""Envelopes: signed bytes with the signatures beside them, in one canonical spelling.

For: record, lease, verifier. Does not know: what the payload says, who the keys belong to.

Source: DSSE v1.0.0 (protocol.md, envelope.md), narrowed: one payload type, key ids that are derived from the keys,
standard base64 alone, canonical JSON outside.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from scalegate.errors import RecordError
from scalegate.tlog.canonical import dumps, loads
from scalegate.tlog.ed25519 import SIGNATURE_BYTES, PublicKey
from scalegate.tlog.encoding import from_base64, to_base64
from scalegate.tlog.note import ALGORITHM_ED25519, Signer
from scalegate.tlog.tree import MAX_ENTRY_BYTES

PAYLOAD_TYPE = "application/vnd.in-toto+json"
_KEY_ID = re.compile(r"[0-9a-f]{64}\Z")


@dataclass(frozen=True, kw_only=True)
class Signature:
    """A signature under a key id, which nobody has checked yet."""

    key_id: str
    signature: bytes


@dataclass(frozen=True, kw_only=True)
class Envelope:
    """Payload and signatures (at least one, each under another key id)."""

    payload: bytes
    signatures: tuple[Signature, ...]


def key_id(key: PublicKey) -> str:
    """SHA-256 of algorithm byte and key: derived, so that one key cannot count under two ids."""
    return hashlib.sha256(bytes([ALGORITHM_ED25519]) + key.raw).hexdigest()


def pre_authentication(payload: bytes) -> bytes:
    """What is signed: `"DSSEv1" SP len(type) SP type SP len(body) SP body` (protocol.md, "Signature Definition").

    No checkpoint can be taken for it, though one key signs both: the first line of a checkpoint has no space.
    """
    return b"DSSEv1 %d %s %d %s" % (len(PAYLOAD_TYPE), PAYLOAD_TYPE.encode(), len(payload), payload)


def sign(payload: bytes, *signers: Signer) -> Envelope:
    """An envelope with the signature of each signer."""
    message = pre_authentication(payload)
    signatures = tuple(Signature(key_id=key_id(s.public), signature=s.sign(message)) for s in signers)
    return Envelope(payload=payload, signatures=signatures)


def signed_by(envelope: Envelope, keys: Iterable[PublicKey]) -> tuple[PublicKey, ...]:
    """Which of the keys signed, each once. Signatures under ids of other keys are passed over.

    Raises:
        RecordError: when a signature under the id of a known key is bad.
    """
    known = {key_id(key): key for key in keys}
    message, found = pre_authentication(envelope.payload), []
    for item in envelope.signatures:
        key = known.get(item.key_id)
        if key is None:
            continue
        if not key.verifies(item.signature, message):
            raise RecordError(f"the signature under key {item.key_id[:16]}… is bad")
        found.append(key)
    return tuple(found)


def format_envelope(envelope: Envelope) -> bytes:
    """Canonical bytes of an envelope.

    Raises:
        RecordError: when it is larger than an entry of a log may be.
    """
    data = dumps(
        {
            "payload": to_base64(envelope.payload),
            "payloadType": PAYLOAD_TYPE,
            "signatures": [{"keyid": s.key_id, "sig": to_base64(s.signature)} for s in envelope.signatures],
        }
    )
    _check_size(data)
    return data


def parse_envelope(data: bytes) -> Envelope:
    """Read an envelope strictly. Raises RecordError."""
    _check_size(data)
    plain = loads(data)
    if not _has_keys(plain, "payload", "payloadType", "signatures") or not isinstance(plain["payload"], str):
        raise RecordError("an envelope has payload, payloadType and signatures, and nothing else")
    if plain["payloadType"] != PAYLOAD_TYPE:
        raise RecordError(f"payload type {str(plain['payloadType'])[:60]!r} is not known here")
    listed = plain["signatures"]
    if not isinstance(listed, list) or not listed:
        raise RecordError("an envelope has at least one signature")
    signatures = tuple(_parse_signature(item) for item in listed)
    if len({s.key_id for s in signatures}) != len(signatures):
        raise RecordError("one key signs an envelope once")
    return Envelope(payload=from_base64(plain["payload"]), signatures=signatures)


def _parse_signature(plain: Any) -> Signature:
    if not _has_keys(plain, "keyid", "sig") or not all(isinstance(v, str) for v in plain.values()):
        raise RecordError("a signature has keyid and sig")
    if not _KEY_ID.match(plain["keyid"]):  # upper case would be a second name for one key
        raise RecordError(f"{plain['keyid'][:70]!r} is no key id: it is 64 lower-case hex digits")
    signature = from_base64(plain["sig"])
    if len(signature) != SIGNATURE_BYTES:
        raise RecordError(f"a signature has {SIGNATURE_BYTES} bytes, this one {len(signature)}")
    return Signature(key_id=plain["keyid"], signature=signature)


def _has_keys(plain: Any, *keys: str) -> bool:
    return isinstance(plain, dict) and set(plain) == set(keys)


def _check_size(data: bytes) -> None:
    if len(data) > MAX_ENTRY_BYTES:
        raise RecordError(f"an entry has at most {MAX_ENTRY_BYTES} bytes, this one {len(data)}")
