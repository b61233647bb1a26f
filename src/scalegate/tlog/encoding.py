"""Base64 with one spelling for each string of bytes.

For: notes, proofs, envelopes. Does not know: what the bytes mean.
"""

from __future__ import annotations

import base64
import binascii

from scalegate.errors import RecordError


def to_base64(data: bytes) -> str:
    """Standard alphabet with padding (RFC 4648, section 4)."""
    return base64.b64encode(data).decode("ascii")


def from_base64(text: str) -> bytes:
    """The bytes of a standard, padded base64 text.

    Raises:
        RecordError: for other alphabets, line breaks, missing padding, and pad bits that are not zero: two texts
            for the same bytes would let somebody change an envelope without changing what it says.
    """
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError, ValueError):
        raise RecordError(f"{text[:40]!r} is no standard base64") from None
    if to_base64(data) != text:
        raise RecordError(f"{text[:40]!r} is not the one base64 spelling of its bytes")
    return data
