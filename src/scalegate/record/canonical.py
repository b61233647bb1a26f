"""Digests of values: SHA-256 over canonical bytes.

For: everything that names a value by digest. Does not know: entries, signatures. The canonical bytes themselves are
those of `scalegate.tlog.canonical`: one spelling for files, entries, leases and envelopes.
"""

from __future__ import annotations

import hashlib

from scalegate import shape
from scalegate.quantity import Digest
from scalegate.tlog.canonical import dumps, loads

__all__ = ["digest_of", "digest_of_bytes", "digest_of_value", "dumps", "loads"]


def digest_of_bytes(data: bytes) -> Digest:
    """SHA-256 of bytes."""
    return Digest(f"sha256:{hashlib.sha256(data).hexdigest()}")


def digest_of(plain: object) -> Digest:
    """SHA-256 of the canonical bytes of plain data. Raises InputError when it has none."""
    return digest_of_bytes(dumps(plain))


def digest_of_value(value: object) -> Digest:
    """SHA-256 of the canonical bytes of a dataclass (or any value that `shape.encode` takes)."""
    return digest_of(shape.encode(value))
