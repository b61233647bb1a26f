"""Bounded reading of the zip archives that Inspect AI writes as `.eval`.

For: inspect_log. Does not know: what the entries mean.

Python's zipfile is not used: before Python 3.14 it does not know Zstandard (method 93), and an archive may lie.
Every size is capped before anything is unpacked, what is unpacked must have exactly the stated size and checksum,
and names of entries are never used as paths. An archive inside an archive is an entry like another: only entries
of known names are unpacked, and none twice over.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from typing import Any, BinaryIO

import zstandard

from scalegate.adapters.inspect_directory import DirectoryError, Entry, read_directory
from scalegate.errors import Finding, InputError

MAX_WHOLE = 32 * 1024 * 1024  # an entry that is unpacked at once
MAX_TOTAL = 1024 * 1024 * 1024
MAX_RATIO = 2000  # deflate cannot pass 1032; transcripts with Zstandard stay far below
_SMALL = 64 * 1024
_STORED, _DEFLATE, _ZSTANDARD = 0, 8, 93
_ENCRYPTED = 0x1
_WINDOW = 128 * 1024 * 1024
_CHUNK = 256 * 1024
_HEADER = struct.Struct("<4s5H3L2H")


class Archive:
    """The entries of one archive, by name."""

    def __init__(self, file: BinaryIO, name: str) -> None:
        """Raises InputError when the directory cannot be read, is too long, or names an entry twice."""
        self._file = file
        self._name = name
        self._zstandard = _zstandard()  # for entries that are unpacked at once, one after the other
        self.unpacked = 0
        try:
            self.entries = read_directory(file)
        except DirectoryError as error:
            raise self._bad(str(error), "copy the log again, or write it again with Inspect") from None
        except (OSError, ValueError, OverflowError):
            raise self._bad("it cannot be read to its end", "copy the log again") from None

    def names(self, folder: str) -> list[str]:
        """Names of the JSON entries under a folder, in the order of the directory: ids of samples can hold `/`."""
        return [name for name in self.entries if name.startswith(folder) and name.endswith(".json")]

    def fits(self, entry: str, budget: int) -> bool:
        """Whether an entry can be unpacked at once and would keep everything unpacked within a budget of bytes."""
        size = self.entries[entry].size
        return size <= MAX_WHOLE and self.unpacked + size <= budget

    def read(self, entry: str) -> bytes:
        """Unpack one entry. Raises InputError when it is too large, damaged, encrypted, or packed in another way."""
        info = self.entries[entry]
        if info.size > MAX_WHOLE:
            raise self._bad(f"entry {entry[:80]!r} is larger than {MAX_WHOLE // 1024 // 1024} MiB", "split the log")
        unpacked = self.open(entry)
        return unpacked.whole(self._zstandard) or unpacked.read(info.size + 1)

    def open(self, entry: str) -> UnpackedEntry:
        """One entry, to be unpacked as it is read. Raises InputError as `read` does, also while it is read."""
        info = self.entries[entry]
        self._check_sizes(info)
        self._find(info)
        self.unpacked += info.size
        return UnpackedEntry(self._file, info, lambda: self._damaged(entry))

    def _check_sizes(self, info: Entry) -> None:
        entry = info.name
        if info.flags & _ENCRYPTED:
            raise self._bad(f"entry {entry[:80]!r} is encrypted", "write the log without encryption")
        if info.method not in (_STORED, _DEFLATE, _ZSTANDARD):
            raise self._bad(f"entry {entry[:80]!r} is packed by method {info.method}", "use deflate or zstd")
        if info.size > _SMALL and info.size > MAX_RATIO * info.packed_size:
            raise self._bad(f"entry {entry[:80]!r} unpacks to more than {MAX_RATIO} times its size", "split the log")
        if self.unpacked + info.size > MAX_TOTAL:
            raise self._bad(f"its entries unpack to more than {MAX_TOTAL // 1024 // 1024} MiB", "split the log")

    def _find(self, info: Entry) -> None:
        """Go to the packed bytes behind the entry's own header, which must agree with the directory on the name."""
        try:
            self._file.seek(info.offset)
            head = _HEADER.unpack(self._file.read(_HEADER.size))
            spelled = self._file.read(head[9])
            self._file.seek(head[10], io.SEEK_CUR)
        except (struct.error, OSError, ValueError, OverflowError):
            raise self._damaged(info.name) from None
        if head[0] != b"PK\x03\x04" or spelled != info.spelled:
            raise self._damaged(info.name)

    def _damaged(self, entry: str) -> InputError:
        return self._bad(f"entry {entry[:80]!r} is damaged or cut", "copy the log again")

    def _bad(self, what: str, mend: str) -> InputError:
        return InputError(Finding(where=self._name, what=what, mend=mend))


class UnpackedEntry:
    """The bytes of one entry, unpacked as they are read; no more of them than the directory states."""

    def __init__(self, file: BinaryIO, info: Entry, damaged: Callable[[], InputError]) -> None:
        self._packed = _Slice(file, info.packed_size)
        self._unpack: Callable[[int], bytes] | None = None
        self._info, self._damaged = info, damaged
        self._crc, self._left = 0, info.size

    def whole(self, zstd: zstandard.ZstdDecompressor) -> bytes:
        """All of it at once, where that is the quick way and gives what was stated; else nothing."""
        size, packed = self._info.size, self._packed.peek()
        try:
            if self._info.method == _ZSTANDARD and zstandard.frame_content_size(packed) in (-1, size):
                data = zstd.decompress(packed, max_output_size=size)
                return data if len(data) == size and zlib.crc32(data) == self._info.crc else b""
        except zstandard.ZstdError:
            pass  # of several frames, or damaged: reading it says which
        return b""

    def read(self, size: int) -> bytes:
        """Up to so many bytes, fewer only at the end. Raises InputError when the entry is damaged."""
        self._unpack = self._unpack or _unpacker(self._packed, self._info.method)
        try:
            data = self._unpack(min(size, self._left + 1))
        except (zlib.error, zstandard.ZstdError, EOFError, OSError):
            raise self._damaged() from None
        self._crc = zlib.crc32(data, self._crc)
        self._left -= len(data)
        if self._left < 0 or (len(data) < size and (self._left or self._packed.left or self._crc != self._info.crc)):
            raise self._damaged()
        return data


class _Slice:
    """So many bytes of a file from where it stands."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        self._file, self._at, self.left = file, file.tell(), size

    def peek(self) -> bytes:
        """All of them, without going on."""
        self._file.seek(self._at)
        return self._file.read(self.left)

    def read(self, size: int = -1) -> bytes:
        self._file.seek(self._at)
        data = self._file.read(self.left if size < 0 else min(size, self.left))
        self._at += len(data)
        self.left -= len(data)
        return data


def _zstandard() -> zstandard.ZstdDecompressor:
    """A new one each time: one that is shared serves one reader at a time."""
    return zstandard.ZstdDecompressor(max_window_size=_WINDOW)


def _unpacker(packed: _Slice, method: int) -> Callable[[int], bytes]:
    if method == _STORED:
        return packed.read
    if method == _DEFLATE:
        return _Inflated(packed).read
    source: Any = packed
    reader = _zstandard().stream_reader(source, read_size=_CHUNK, read_across_frames=True)
    return lambda size: _read_all(reader.read, size)


def _read_all(read: Callable[[int], bytes], size: int) -> bytes:
    """As many bytes as asked for, however few come at a time."""
    chunks, left = [], size
    while left and (chunk := read(left)):
        chunks.append(chunk)
        left -= len(chunk)
    return chunks[0] if len(chunks) == 1 else b"".join(chunks)


class _Inflated:
    """Deflated bytes, inflated as far as asked."""

    def __init__(self, packed: _Slice) -> None:
        self._packed, self._inflate = packed, zlib.decompressobj(-15)

    def read(self, size: int) -> bytes:
        return _read_all(self._some, size)

    def _some(self, size: int) -> bytes:
        while not self._inflate.eof:
            waiting = self._inflate.unconsumed_tail or self._packed.read(_CHUNK)
            data = self._inflate.decompress(waiting, size)
            if data or not waiting:
                return data
        return b""
