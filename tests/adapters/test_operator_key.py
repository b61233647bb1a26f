"""The operator's key: made once, private, found where it should lie, and never mistaken for another log's."""

from __future__ import annotations

from pathlib import Path

import pytest

from scalegate.adapters.operator_key import create_operator_key, key_path, load_operator_key
from scalegate.errors import InputError
from scalegate.tlog.note import Checkpoint, open_checkpoint, sign_checkpoint
from scalegate.tlog.tree import EMPTY_ROOT


def test_a_key_that_was_made_is_loaded_and_signs_for_its_log(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "operator.key"
    made = create_operator_key("acme.demo", path)
    loaded = load_operator_key("acme.demo", path)
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert (loaded.verifier, loaded.demo) == (made.verifier, True)
    note = sign_checkpoint(Checkpoint(origin="acme.demo", size=0, root=EMPTY_ROOT), loaded.private)
    assert open_checkpoint(note, made.verifier).size == 0
    assert path.read_text().split("+")[4].strip() not in repr(loaded)


def test_a_key_is_never_written_over(tmp_path: Path) -> None:
    made = create_operator_key("acme.demo", tmp_path / "k")
    with pytest.raises(InputError, match="there already"):
        create_operator_key("acme.demo", tmp_path / "k")
    assert load_operator_key("acme.demo", tmp_path / "k").verifier == made.verifier


def test_the_place_follows_the_environment() -> None:
    assert key_path("a.org/b", {"HOME": "/h"}) == Path("/h/.local/share/scalegate/a.org/b/operator.key")
    assert key_path("a", {"HOME": "/h", "XDG_DATA_HOME": "/x"}) == Path("/x/scalegate/a/operator.key")
    assert key_path("a", {"HOME": "/h", "XDG_DATA_HOME": "rel"}) == Path("/h/.local/share/scalegate/a/operator.key")
    assert key_path("a", {"HOME": "/h", "SCALEGATE_KEY_FILE": "/k"}) == Path("/k")
    with pytest.raises(InputError, match="SCALEGATE_KEY_FILE"):
        key_path("a", {})


@pytest.mark.parametrize("origin", ["../../etc", "a/../../b", "/etc", ".ssh", "a\0b", "A", ""])
def test_no_origin_climbs_out_of_its_folder(origin: str) -> None:
    with pytest.raises(InputError, match="no origin"):
        key_path(origin, {"HOME": "/h"})


def test_a_missing_key_names_the_command(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="scalegate key new"):
        load_operator_key("acme.demo", tmp_path / "none")


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660])
def test_a_key_that_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    create_operator_key("acme.demo", tmp_path / "k")
    (tmp_path / "k").chmod(mode)
    with pytest.raises(InputError, match="chmod 600"):
        load_operator_key("acme.demo", tmp_path / "k")


def test_the_key_of_another_log_is_refused(tmp_path: Path) -> None:
    create_operator_key("acme.demo", tmp_path / "k")
    with pytest.raises(InputError, match=r"key of acme\.demo, not of other\.demo"):
        load_operator_key("other.demo", tmp_path / "k")


def damaged(text: str, how: int) -> str:
    return [text[:-6], text.replace("KEY", "KEYS"), text.replace("acme", "acne"), "", "x" * 2000, text.upper()][how]


@pytest.mark.parametrize("how", range(6))
def test_a_damaged_key_is_refused_without_showing_it(tmp_path: Path, how: int) -> None:
    create_operator_key("acme.demo", tmp_path / "k")
    text = (tmp_path / "k").read_text()
    (tmp_path / "k").write_text(damaged(text, how))
    with pytest.raises(InputError, match="damaged") as caught:
        load_operator_key("acme.demo", tmp_path / "k")
    assert text.strip()[-20:-6] not in str(caught.value)


def test_a_folder_is_no_key(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        load_operator_key("acme.demo", tmp_path)
