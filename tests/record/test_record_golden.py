"""Bytes that were once written are read for ever: `tests/golden/v1` is never edited."""

from __future__ import annotations

from pathlib import Path

import pytest

from record.samples import BODIES, OPERATOR, OPERATOR_KEY, entry
from scalegate.record.codec import open_envelope, seal, verify
from scalegate.record.entry import EntryKind

GOLDEN = Path(__file__).parents[1] / "golden" / "v1"
FILES = sorted(GOLDEN.glob("entry_*.json"))


def no_blob(data: bytes) -> object:
    raise AssertionError("these entries are small")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_an_entry_of_version_1_is_read_and_verifies(path: Path) -> None:
    sealed = open_envelope(path.read_bytes())
    assert verify(sealed, [OPERATOR_KEY.key]) == (OPERATOR_KEY.key,)
    assert sealed.entry is not None
    if sealed.kind in BODIES:
        assert sealed.entry == entry(sealed.kind)


@pytest.mark.parametrize("kind", BODIES, ids=lambda kind: kind.value)
def test_the_same_entry_gives_the_same_bytes(kind: EntryKind) -> None:
    written = seal(entry(kind), OPERATOR, keep_blob=no_blob)  # type: ignore[arg-type]
    assert written == (GOLDEN / f"entry_{kind.value}.json").read_bytes()


def test_every_kind_has_a_golden_entry() -> None:
    assert {path.stem.removeprefix("entry_") for path in FILES} == {kind.value for kind in EntryKind}
