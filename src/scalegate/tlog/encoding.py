"""One spelling for each string of bytes (base64) and for each size (decimal).

For: notes, proofs, envelopes, tiles. Does not know: what the bytes and numbers mean.
"""

from __future__ import annotations

import base64
import binascii
import re

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


MAX_SIZE = 2**63 - 1  # sizes fit a signed 64-bit number (C2SP tlog-cosignature, "Format"; Go and SQLite count so)
_DECIMAL = re.compile(r"0|[1-9][0-9]{0,18}")


def from_decimal(text: str) -> int:
    """A whole number up to 2**63 - 1 in ASCII digits, without sign, space or leading zero.

    Raises:
        RecordError: for every other spelling. The length is bounded before anything is computed: a number of a
            million digits takes a reader minutes.
    """
    if not _DECIMAL.fullmatch(text) or int(text) > MAX_SIZE:
        raise RecordError(f"{text[:40]!r} is no whole number below 2**63, without sign and leading zeros")
    return int(text)
