"""Blobs: kept under their digest, given back only whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from scalegate.adapters.blob_store import BlobStore
from scalegate.errors import RecordError, ScalegateError
from scalegate.quantity import Digest


def test_a_blob_lies_under_its_digest_and_comes_back(tmp_path: Path) -> None:
    store = BlobStore(tmp_path / "blobs")
    digest = store.keep(b"hello")
    assert (tmp_path / "blobs" / "sha256" / digest.hex[:2] / digest.hex).read_bytes() == b"hello"
    assert store.fetch(digest) == b"hello"


def test_keeping_again_changes_nothing_and_mends_what_was_damaged(tmp_path: Path) -> None:
    store = BlobStore(tmp_path)
    digest = store.keep(b"hello")
    place = next(p for p in tmp_path.rglob("*") if p.is_file())
    before = place.stat().st_ino
    assert store.keep(b"hello") == digest
    assert place.stat().st_ino == before
    place.write_bytes(b"hell")
    with pytest.raises(RecordError, match="altered"):
        store.fetch(digest)
    store.keep(b"hello")
    assert store.fetch(digest) == b"hello"
    assert [p.name for p in tmp_path.rglob("*") if p.is_file()] == [digest.hex]


def test_an_absent_blob_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="absent"):
        BlobStore(tmp_path).fetch(Digest(f"sha256:{'0' * 64}"))


@pytest.mark.parametrize("text", ["sha256:../../../etc/passwd", "../x", "", "sha256:" + "A" * 64])
def test_no_other_text_becomes_a_path(tmp_path: Path, text: str) -> None:
    with pytest.raises(ScalegateError):
        BlobStore(tmp_path).fetch(Digest(text))


def test_a_place_that_cannot_be_written_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "blobs").write_text("a file")
    with pytest.raises(RecordError, match="cannot be written"):
        BlobStore(tmp_path / "blobs").keep(b"hello")
