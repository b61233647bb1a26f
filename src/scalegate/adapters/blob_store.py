"""Large bodies of entries as files named after their digest: `blobs/sha256/xx/<hex>`.

For: the project that opens a record. Does not know: what the bytes mean.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from scalegate.errors import Finding, RecordError
from scalegate.quantity import Digest
from scalegate.record.canonical import digest_of_bytes


class BlobStore:
    """Keeps bytes under their digest in a folder, and gives back only bytes that still have it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, data: bytes) -> Digest:
        """Keep bytes durably; the same bytes again change nothing, and damaged ones are mended.

        Raises:
            RecordError: when the folder cannot be written.
        """
        digest = digest_of_bytes(data)
        place = self._place(digest)
        try:
            if not (place.is_file() and place.read_bytes() == data):
                _make_folder(place.parent)
                _write_aside(place, data)
        except OSError as error:
            raise RecordError(f"{place}: cannot be written: {error.strerror}") from None
        return digest

    def fetch(self, digest: Digest) -> bytes:
        """The bytes with this digest. Raises RecordError when they are absent or altered."""
        place, mend = self._place(digest), "restore the file from a copy of the record"
        try:
            data = place.read_bytes()
        except OSError as error:
            what = f"the blob is absent: {error.strerror}"
            raise RecordError(Finding(where=str(place), what=what, mend=mend)) from None
        if digest_of_bytes(data) != digest:
            what = "the blob is altered: its bytes have another digest"
            raise RecordError(Finding(where=str(place), what=what, mend=mend))
        return data

    def _place(self, digest: Digest) -> Path:
        name = Digest.parse(digest).hex  # never a path from outside: 64 hex digits
        return self._folder / "sha256" / name[:2] / name


def _make_folder(folder: Path) -> None:
    """Make a folder whose own entry in its parent survives a power cut."""
    if not folder.is_dir():
        _make_folder(folder.parent)
        folder.mkdir(exist_ok=True)
        _sync_folder(folder.parent)


def _write_aside(place: Path, data: bytes) -> None:
    """Write beside, fsync, rename: a reader sees the whole file or none."""
    handle, aside = tempfile.mkstemp(dir=place.parent, prefix=".aside-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(aside).chmod(0o644)
        Path(aside).replace(place)
    except BaseException:
        Path(aside).unlink(missing_ok=True)
        raise
    _sync_folder(place.parent)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
