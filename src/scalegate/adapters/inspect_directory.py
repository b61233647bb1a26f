"""The directory at the end of a zip archive, read in bounded time and memory.

For: inspect_archive. Does not know: what the entries mean, or how they are packed.

The directory is read strictly: it ends the file, has as many entries as it says, and names each once. What lies
outside it, the names in it and their order decide nothing.

Source: APPNOTE.TXT 6.3.10, sections 4.3.12 to 4.3.16 and 4.5.3.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from typing import BinaryIO, NamedTuple

MAX_ENTRIES = 250_000
MAX_DIRECTORY = 64 * 1024 * 1024
_END, _END_SIGNATURE = struct.Struct("<4s4H2LH"), b"PK\x05\x06"
_LOCATOR, _LOCATOR_SIGNATURE = struct.Struct("<4sLQL"), b"PK\x06\x07"
_END64, _END64_SIGNATURE = struct.Struct("<4sQ2H2L4Q"), b"PK\x06\x06"
_ENTRY, _ENTRY_SIGNATURE = struct.Struct("<4s4x2H4x3L3H8xL"), b"PK\x01\x02"
_LONGEST_COMMENT = 0xFFFF
_IN_EXTRA16, _IN_EXTRA32 = 0xFFFF, 0xFFFFFFFF  # the true number stands in a zip64 field
_UTF8 = 0x800


class Entry(NamedTuple):
    """One entry as the directory states it; `spelled` are the bytes of its name, `offset` is that of its own header."""

    name: str
    spelled: bytes
    flags: int
    method: int
    crc: int
    packed_size: int
    size: int
    offset: int


class DirectoryError(Exception):
    """Why a directory cannot be read, in words."""


def read_directory(file: BinaryIO) -> dict[str, Entry]:
    """The entries of an archive by name, in the order of its directory.

    Raises:
        DirectoryError: when it is missing, damaged, too long, or names an entry twice.
        OSError: when the file cannot be read.
    """
    try:
        number, directory = _find(file)
        entries = _entries(directory, number)
    except struct.error:
        raise DirectoryError(_NO_ARCHIVE) from None
    found = dict(entries)
    if len(found) < number:
        raise DirectoryError("two entries have one name: readers would disagree on which counts")
    outside = _leading_out(found)
    if outside is not None:
        raise DirectoryError(f"the name of entry {outside[:80]!r} leads out of the archive")
    return found


_NO_ARCHIVE = "no whole zip archive: its directory is missing or damaged"


def _leading_out(names: Iterable[str]) -> str | None:
    """A name that leads out: nothing is written under it here; whoever made it meant it for a reader that would."""
    together = "\n" + "\n".join(names)
    if ".." not in together and "\n/" not in together and "\0" not in together:
        return None
    return next((n for n in names if n.startswith("/") or "\0" in n or ".." in n.split("/")), None)


def _find(file: BinaryIO) -> tuple[int, bytes]:
    """How many entries the directory has, and its bytes."""
    length = file.seek(0, 2)
    start = max(0, length - _END.size - _LONGEST_COMMENT - _LOCATOR.size)
    file.seek(start)
    tail = file.read()
    at = tail.rfind(_END_SIGNATURE, _LOCATOR.size if start else 0)
    if at < 0:
        raise DirectoryError(_NO_ARCHIVE)
    _, _, _, _, number, size, offset, comment = _END.unpack_from(tail, at)
    end = start + at
    if at + _END.size + comment != len(tail):
        raise DirectoryError(_NO_ARCHIVE)
    if number == _IN_EXTRA16 or _IN_EXTRA32 in (size, offset):
        number, size, offset, end = _find64(file, tail, at, (number, size, offset, end))
    if number > MAX_ENTRIES:
        raise DirectoryError(f"more than {MAX_ENTRIES:,} entries")
    if size > MAX_DIRECTORY or offset + size != end:
        raise DirectoryError(_NO_ARCHIVE)
    file.seek(offset)
    return number, file.read(size)


def _find64(file: BinaryIO, tail: bytes, at: int, stated: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
    """The same from the record for large archives; an archive without one means its numbers as they stand."""
    if at < _LOCATOR.size:
        return stated
    signature, _, place, _ = _LOCATOR.unpack_from(tail, at - _LOCATOR.size)
    if signature != _LOCATOR_SIGNATURE:
        return stated
    if place > stated[3]:
        raise DirectoryError(_NO_ARCHIVE)
    file.seek(place)
    signature, *_, number, size, offset = _END64.unpack(file.read(_END64.size))
    if signature != _END64_SIGNATURE:
        raise DirectoryError(_NO_ARCHIVE)
    return number, size, offset, place


def _entries(directory: bytes, number: int) -> list[tuple[str, Entry]]:
    at, entries, unpack = 0, [], _ENTRY.unpack_from
    for _ in range(number):
        signature, flags, method, crc, packed, size, name, extra, comment, offset = unpack(directory, at)
        at += _ENTRY.size
        spelled = directory[at : at + name]
        if signature != _ENTRY_SIGNATURE or len(spelled) < name:
            raise DirectoryError(_NO_ARCHIVE)
        if _IN_EXTRA32 in (packed, size, offset):
            packed, size, offset = _large(directory[at + name : at + name + extra], packed, size, offset)
        text = (
            spelled.decode() if spelled.isascii() else spelled.decode("utf-8" if flags & _UTF8 else "cp437", "replace")
        )
        entries.append((text, Entry(text, spelled, flags, method, crc, packed, size, offset)))
        at += name + extra + comment
    if at != len(directory):
        raise DirectoryError(_NO_ARCHIVE)
    return entries


def _large(extra: bytes, packed: int, size: int, offset: int) -> tuple[int, int, int]:
    """Numbers of 4 GiB and more, from the zip64 field."""
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, at)
        if kind == 1:
            field = extra[at + 4 : at + 4 + length]
            numbers = iter(struct.unpack(f"<{len(field) // 8}Q", field[: len(field) // 8 * 8]))
            size = next(numbers, size) if size == _IN_EXTRA32 else size
            packed = next(numbers, packed) if packed == _IN_EXTRA32 else packed
            offset = next(numbers, offset) if offset == _IN_EXTRA32 else offset
            break
        at += 4 + length
    return packed, size, offset
