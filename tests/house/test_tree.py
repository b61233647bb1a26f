"""What must not be in the tree: private keys, names of index hosts, traces of the place where it was made."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from house.sources import tracked
from scalegate.adapters.operator_key import create_operator_key
from shared import ROOT

# Torch is pinned apart, by version alone: which of its builds an index serves depends on the machine, so no hash fits
# all of them. It is in no set that a user installs; examples and tests marked `torch` use it.
APART = "torch.txt"
LOCKS = sorted(path for path in (ROOT / "requirements").glob("*.txt") if path.name != APART)
# PEM and OpenSSH armour, and the secret half of a signed-note key pair (C2SP).
PRIVATE_KEY = re.compile(
    rb"-----BEGIN [A-Z0-9 ]*PRIVATE"
    rb" KEY-----\s+[A-Za-z0-9+/=]{16}"
    rb"|PRIVATE\+KEY\+[\w./-]+\+[0-9a-f]{8}\+"
)
HOME = re.compile(rb"/(?:home|Users)/[a-z][\w-]+/|/root/")


def matches(pattern: re.Pattern[bytes]) -> list[str]:
    return [str(path.relative_to(ROOT)) for path in tracked() if pattern.search(path.read_bytes())]


def test_no_private_key_is_in_the_tree() -> None:
    assert not matches(PRIVATE_KEY)
    assert not [p.name for p in tracked() if p.suffix in (".pem", ".key", ".p12", ".pfx") or p.name.startswith("id_")]


def test_the_check_sees_a_private_key() -> None:
    assert PRIVATE_KEY.search(b"-----BEGIN OPENSSH PRIVATE" + b" KEY-----\nb3BlbnNzaC1rZXktdjE=")


def test_the_check_sees_the_key_that_the_program_makes(tmp_path: Path) -> None:
    create_operator_key("example.org/rsp.demo", tmp_path / "key")
    assert PRIVATE_KEY.search((tmp_path / "key").read_bytes())


def test_no_file_names_the_place_where_it_was_made() -> None:
    assert not [name for name in matches(HOME) if name != "tests/house/test_tree.py"]
    if len(ROOT.parts) > 2:
        here = re.compile(re.escape(str(ROOT).encode()) + rb"\b")
        assert not matches(here)


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_a_lock_names_no_host_and_pins_every_package_by_hash(lock: Path) -> None:
    text = lock.read_text(encoding="utf-8")
    assert not re.search(r"://|--(extra-)?index|--find-links|file:|@ ", text)
    for entry in re.split(r"\n(?=\S)", text.strip()):
        assert re.match(r"[a-z0-9.-]+==\S+.*\\\n +--hash=sha256:[0-9a-f]{64}", entry), entry[:80]


def test_torch_is_pinned_apart_and_in_no_lock() -> None:
    lines = (ROOT / "requirements" / APART).read_text(encoding="utf-8").splitlines()
    assert [bool(re.fullmatch(r"torch==[0-9.]+", line)) for line in lines if not line.startswith("#")] == [True]
    assert not [lock.name for lock in LOCKS if re.search(r"^torch\b", lock.read_text(encoding="utf-8"), re.MULTILINE)]


def pins(name: str) -> dict[str, set[str]]:
    text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    found: dict[str, set[str]] = {}
    for package, version in re.findall(r"^([a-z0-9.-]+)==([^\s;\\]+)", text, re.MULTILINE):
        found.setdefault(canonicalize_name(package), set()).add(version)
    return found


@pytest.mark.parametrize("name", ["core", "report", "full", "build"])
def test_every_set_pins_the_versions_that_are_tested(name: str) -> None:
    tested = pins("dev")
    assert {package: tested.get(package) for package in pins(name)} == pins(name)


@pytest.mark.parametrize("name", ["core", "report", "full", "dev", "build"])
def test_a_lock_holds_what_the_project_asks_for(name: str) -> None:
    said = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    asked: dict[str, list[str]] = {
        "core": said["project"]["dependencies"],
        "report": said["project"]["dependencies"] + said["project"]["optional-dependencies"]["report"],
        "full": [r for extra in said["project"]["optional-dependencies"].values() for r in extra],
        "dev": said["dependency-groups"]["dev"],
        "build": said["build-system"]["requires"] + said["dependency-groups"]["build"],
    }
    for requirement in map(Requirement, asked[name]):
        if canonicalize_name(requirement.name) != "scalegate":
            versions = pins(name).get(canonicalize_name(requirement.name), set())
            assert versions, f"{requirement} is not in requirements/{name}.txt: run make lock"
            assert all(requirement.specifier.contains(v) for v in versions), f"{requirement}: run make lock"
