"""The digest of weights: what `sha256sum` says, whatever the folder is called."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from scalegate.adapters.weights import read_weights
from scalegate.errors import InputError


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    folder = tmp_path / "weights"
    for name, data in (("b.bin", b"1"), ("a/x.bin", b"2"), ("a-b.bin", b"3"), ("Z", b"")):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


def test_it_is_the_digest_of_what_sha256sum_prints(weights: Path) -> None:
    line = "find . -type f -printf '%P\\n' | LC_ALL=C sort | xargs -d '\\n' sha256sum | sha256sum"
    if not (shutil.which("sha256sum") and shutil.which("xargs")):
        pytest.skip("no coreutils here")
    said = subprocess.run(["sh", "-c", line], cwd=weights, capture_output=True, text=True, check=True).stdout
    assert read_weights(weights) == f"sha256:{said.split()[0]}"


def test_every_byte_and_every_name_counts_and_nothing_else(weights: Path, tmp_path: Path) -> None:
    before = read_weights(weights)
    shutil.copytree(weights, tmp_path / "other-name")
    assert read_weights(tmp_path / "other-name") == before
    (weights / "Z").write_bytes(b"0")
    changed = read_weights(weights)
    (weights / "Z").write_bytes(b"")
    (weights / "Z").rename(weights / "Y")
    assert len({before, changed, read_weights(weights)}) == 3


def test_one_file_is_a_folder_that_holds_it_alone(tmp_path: Path) -> None:
    (tmp_path / "alone").mkdir()
    (tmp_path / "alone" / "model.bin").write_bytes(b"weights")
    manifest = f"{hashlib.sha256(b'weights').hexdigest()}  model.bin\n"
    digest = f"sha256:{hashlib.sha256(manifest.encode()).hexdigest()}"
    assert read_weights(tmp_path / "alone") == read_weights(tmp_path / "alone" / "model.bin") == digest


def test_links_to_files_are_followed_and_links_to_folders_refused(weights: Path, tmp_path: Path) -> None:
    before = read_weights(weights)
    (weights / "b.bin").rename(tmp_path / "elsewhere")
    (weights / "b.bin").symlink_to(tmp_path / "elsewhere")
    assert read_weights(weights) == before
    (weights / "more").symlink_to(tmp_path)
    with pytest.raises(InputError, match="neither a file nor a folder of its own"):
        read_weights(weights)


@pytest.mark.parametrize("name", ["bad\nname", "back\\slash", "gewichte-ä"])
def test_names_that_a_manifest_cannot_hold_are_refused(weights: Path, name: str) -> None:
    (weights / name).write_bytes(b"")
    with pytest.raises(InputError, match="characters that a manifest cannot hold"):
        read_weights(weights)


def test_what_is_no_file_is_refused_and_never_waited_for(weights: Path, tmp_path: Path) -> None:
    os.mkfifo(weights / "pipe")
    with pytest.raises(InputError, match="neither a file"):
        read_weights(weights)
    for place in (tmp_path / "nowhere", tmp_path / "empty"):
        place.name == "empty" and place.mkdir()
        with pytest.raises(InputError, match=r"no weights are there|cannot be read"):
            read_weights(place)
