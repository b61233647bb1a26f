"""Ed25519 with one stated rule for what counts as a signature, and no weak keys.

For: notes, envelopes, keys. Does not know: who a key belongs to, where it is kept.

The rule: cofactorless verification as in RFC 8032, 5.1.7 (what OpenSSL and Go do), by a key that is the canonical
encoding of a point of the prime-order subgroup other than the identity. With a key of small order one
signature fits every message, so that its holder could later deny or move any approval. A signature is
never an identifier: two can fit one message.
"""

from __future__ import annotations

from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from nacl.bindings import crypto_core_ed25519_is_valid_point

from scalegate.errors import InputError

KEY_BYTES = 32
SIGNATURE_BYTES = 64


@dataclass(frozen=True, kw_only=True)
class PublicKey:
    """A public key. Two keys are one when their bytes are: a quorum counts bytes, never names."""

    raw: bytes

    def __post_init__(self) -> None:
        if len(self.raw) != KEY_BYTES:
            raise InputError(f"an Ed25519 public key has {KEY_BYTES} bytes, this one {len(self.raw)}")
        if not crypto_core_ed25519_is_valid_point(self.raw):
            raise InputError("this Ed25519 public key is weak: it is no point of the prime-order subgroup")

    def verifies(self, signature: bytes, message: bytes) -> bool:
        """True when the holder of the private key signed the message."""
        if len(signature) != SIGNATURE_BYTES:
            return False
        try:
            Ed25519PublicKey.from_public_bytes(self.raw).verify(signature, message)
        except InvalidSignature:
            return False
        return True


class PrivateKey:
    """A private key. It has no text form and shows nothing of itself when printed."""

    __slots__ = ("_key", "public")

    def __init__(self, seed: bytes) -> None:
        """Takes the 32-byte seed of RFC 8032, 5.1.5. Raises InputError for another length."""
        if len(seed) != KEY_BYTES:
            raise InputError(f"an Ed25519 private key has {KEY_BYTES} bytes, this one {len(seed)}")
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.public = PublicKey(raw=self._key.public_key().public_bytes_raw())

    def sign(self, message: bytes) -> bytes:
        """A signature of 64 bytes."""
        return self._key.sign(message)

    def __repr__(self) -> str:
        return f"PrivateKey(public={self.public.raw.hex()})"
