"""Bounded reading of the zip archives that Inspect AI writes as `.eval`.

For: inspect_log. Does not know: what the entries mean.

Python's zipfile reads the directory; the entries are read here, because zipfile before Python 3.14 does not know
Zstandard (method 93), and because an archive may lie: every size is capped before anything is unpacked, what is
unpacked must have exactly the stated size and checksum, and names of entries are never used as paths.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from typing import Any, BinaryIO

import zstandard

from scalegate.errors import Finding, InputError

MAX_ENTRIES = 200_000
MAX_ENTRY = 64 * 1024 * 1024
MAX_TOTAL = 1024 * 1024 * 1024
MAX_RATIO = 2000  # deflate cannot pass 1032; transcripts with Zstandard stay far below
_SMALL = 64 * 1024
_STORED, _DEFLATE, _ZSTANDARD = 0, 8, 93
_ENCRYPTED, _UTF8 = 0x1, 0x800
_WINDOW = 128 * 1024 * 1024


class Archive:
    """The entries of one archive, by name."""

    def __init__(self, file: BinaryIO, name: str) -> None:
        """Raises InputError when the directory cannot be read, is too long, or names an entry twice."""
        self._file = file
        self._name = name
        self.unpacked = 0
        try:
            with zipfile.ZipFile(file) as archive:
                entries = archive.infolist()
        except (zipfile.BadZipFile, struct.error, ValueError, OSError, EOFError, NotImplementedError, OverflowError):
            raise self._bad("no whole zip archive: its directory is missing or damaged", "copy the log again") from None
        if len(entries) > MAX_ENTRIES:
            raise self._bad(f"more than {MAX_ENTRIES:,} entries", "split the log")
        self.entries = {entry.filename: entry for entry in entries}
        if len(self.entries) < len(entries):
            raise self._bad("two entries have one name: readers would disagree on which counts", "write the log again")

    def names(self, folder: str) -> list[str]:
        """Names of the JSON entries right in a folder, in the order of the directory."""
        return [n for n in self.entries if n.startswith(folder) and n.endswith(".json") and "/" not in n[len(folder) :]]

    def fits(self, entry: str, budget: int) -> bool:
        """Whether an entry is within the caps and would keep everything unpacked within a budget of bytes."""
        size = self.entries[entry].file_size
        return size <= MAX_ENTRY and self.unpacked + size <= budget

    def read(self, entry: str) -> bytes:
        """Unpack one entry. Raises InputError when it is too large, damaged, encrypted, or packed in another way."""
        info = self.entries[entry]
        self._check_sizes(info)
        packed = self._packed(info)
        try:
            data = _unpack(packed, info.compress_type, info.file_size)
        except (zlib.error, zstandard.ZstdError, EOFError):
            raise self._damaged(entry) from None
        if len(data) != info.file_size or zlib.crc32(data) != info.CRC:
            raise self._damaged(entry)
        self.unpacked += len(data)
        return data

    def _check_sizes(self, info: zipfile.ZipInfo) -> None:
        entry = info.filename
        if info.flag_bits & _ENCRYPTED:
            raise self._bad(f"entry {entry[:80]!r} is encrypted", "write the log without encryption")
        if info.compress_type not in (_STORED, _DEFLATE, _ZSTANDARD):
            raise self._bad(f"entry {entry[:80]!r} is packed by method {info.compress_type}", "use deflate or zstd")
        if info.file_size > MAX_ENTRY or info.compress_size > MAX_ENTRY:
            raise self._bad(f"entry {entry[:80]!r} is larger than {MAX_ENTRY // 1024 // 1024} MiB", "split the log")
        if info.file_size > _SMALL and info.file_size > MAX_RATIO * info.compress_size:
            raise self._bad(f"entry {entry[:80]!r} unpacks to more than {MAX_RATIO} times its size", "split the log")
        if self.unpacked + info.file_size > MAX_TOTAL:
            raise self._bad(f"its entries unpack to more than {MAX_TOTAL // 1024 // 1024} MiB", "split the log")

    def _packed(self, info: zipfile.ZipInfo) -> bytes:
        """The packed bytes behind the entry's own header, which must agree with the directory on the name."""
        try:
            self._file.seek(info.header_offset)
            head = struct.unpack("<4s5H3L2H", self._file.read(30))
            name = self._file.read(head[9])
            self._file.seek(head[10], io.SEEK_CUR)
            packed = self._file.read(info.compress_size)
        except (struct.error, OSError, ValueError, OverflowError):
            raise self._damaged(info.filename) from None
        spelled = name.decode("utf-8" if info.flag_bits & _UTF8 else "cp437", "replace")
        if head[0] != b"PK\x03\x04" or spelled != info.orig_filename or len(packed) != info.compress_size:
            raise self._damaged(info.filename)
        return packed

    def _damaged(self, entry: str) -> InputError:
        return self._bad(f"entry {entry[:80]!r} is damaged or cut", "copy the log again")

    def _bad(self, what: str, mend: str) -> InputError:
        return InputError(Finding(where=self._name, what=what, mend=mend))


def _unpack(packed: bytes, method: int, size: int) -> bytes:
    """At most one byte more than the stated size is ever unpacked."""
    if method == _STORED:
        return packed
    if method == _DEFLATE:
        return zlib.decompressobj(-15).decompress(packed, size + 1)
    reader: Any = zstandard.ZstdDecompressor(max_window_size=_WINDOW).stream_reader(packed, read_across_frames=True)
    chunks, left = [], size + 1
    while left and (chunk := reader.read(left)):
        chunks.append(chunk)
        left -= len(chunk)
    return b"".join(chunks)
