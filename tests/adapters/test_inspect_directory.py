"""The directory of a zip archive: read as the archive says it, or refused; never longer than it may be."""

from __future__ import annotations

import io
import struct
import zipfile
from typing import BinaryIO, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalegate.adapters import inspect_directory
from scalegate.adapters.inspect_directory import DirectoryError, read_directory


def zipped(contents: dict[str, bytes], comment: bytes = b"") -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.comment = comment
        for name, data in contents.items():
            archive.writestr(name, data)
    return file.getvalue()


PLAIN = {"header.json": b"{}" * 50, "samples/a/b_epoch_1.json": b"x", "samples/ä.json": b""}
NAMES = st.text(alphabet="abä/.", min_size=1, max_size=8).filter(lambda n: not n.startswith("/") and ".." not in n)


@given(
    st.dictionaries(NAMES, st.binary(max_size=20), max_size=6), st.binary(max_size=30).filter(lambda c: b"PK" not in c)
)
def test_pythons_own_archives_are_read_as_python_reads_them(contents: dict[str, bytes], comment: bytes) -> None:
    data = zipped(contents, comment)
    theirs = zipfile.ZipFile(io.BytesIO(data)).infolist()
    ours = read_directory(io.BytesIO(data)).values()
    assert [(e.name, e.size, e.packed_size, e.crc, e.offset, e.method) for e in ours] == [
        (i.filename, i.file_size, i.compress_size, i.CRC, i.header_offset, i.compress_type) for i in theirs
    ]


def large(offset: int) -> bytes:
    """The end of an archive whose one entry lies beyond 4 GiB, and whose directory says so in the large form."""
    extra = struct.pack("<2HQ", 1, 8, offset)
    entry = struct.pack("<4s6H3L5H2L", b"PK\x01\x02", 45, 45, 0, 0, 0, 0, 7, 3, 3, 1, len(extra), 0, 0, 0, 0, 2**32 - 1)
    return entry + b"a" + extra


def test_archives_of_more_than_4_gib_are_read() -> None:
    directory = large(2**33)
    end64 = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, 1, 1, len(directory), 0)
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, len(directory), 1)
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, 2**32 - 1, 2**32 - 1, 0)
    (entry,) = read_directory(io.BytesIO(directory + end64 + locator + end)).values()
    assert (entry.name, entry.offset, entry.size) == ("a", 2**33, 3)


@pytest.mark.parametrize("more", [b"x", b"\0" * 70_000])
def test_nothing_may_follow_the_directory_or_precede_the_archive(more: bytes) -> None:
    for data in (zipped(PLAIN) + more, more + zipped(PLAIN)):
        with pytest.raises(DirectoryError, match="no whole zip archive"):
            read_directory(io.BytesIO(data))


def test_a_directory_that_says_too_much_is_not_even_read(monkeypatch: pytest.MonkeyPatch) -> None:
    class Watched(io.BytesIO):
        most = 0

        def read(self, size: int | None = -1, /) -> bytes:
            data = super().read(size)
            self.most = max(self.most, len(data))
            return data

    monkeypatch.setattr(inspect_directory, "MAX_ENTRIES", 1000)
    many = Watched(b"\0" * 10_000_000 + struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 2000, 2000, 10_000_000, 0, 0))
    with pytest.raises(DirectoryError, match="more than 1,000 entries"):
        read_directory(cast(BinaryIO, many))
    assert many.most < 100_000


def test_as_many_entries_as_stated() -> None:
    data = bytearray(zipped(PLAIN))
    at = data.rfind(b"PK\x05\x06")
    for stated in (2, 4, 0):
        data[at + 10 : at + 12] = struct.pack("<H", stated)
        with pytest.raises(DirectoryError):
            read_directory(io.BytesIO(bytes(data)))


@given(st.data())
def test_any_damage_gives_entries_or_a_reason(data: st.DataObject) -> None:
    whole = bytearray(zipped(PLAIN, b"PK\x05\x06"))
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    try:
        entries = read_directory(io.BytesIO(bytes(whole)))
    except DirectoryError as error:
        found = str(error)
    else:
        assert len(entries) <= 3
        return
    assert found
