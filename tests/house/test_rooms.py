"""No room is without an import contract, and the contracts say what ARCHITECTURE.md says."""

from __future__ import annotations

import configparser
import re
import subprocess
import sys

import pytest

from house.sources import rooms
from shared import ROOT

GROUND = {"errors", "quantity", "shape"}


def contracts() -> dict[str, configparser.SectionProxy]:
    parser = configparser.ConfigParser()
    parser.read(ROOT / ".importlinter", encoding="utf-8")
    prefix = "importlinter:contract:"
    return {name.removeprefix(prefix): parser[name] for name in parser.sections() if name.startswith(prefix)}


def listed(section: configparser.SectionProxy, key: str) -> set[str]:
    return {line.removeprefix("scalegate.") for line in section.get(key, "").split()}


def table() -> dict[str, set[str]]:
    """`room -> rooms it may import`, from the table in ARCHITECTURE.md."""
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)(?:/|\.py)` \| ([^|]*) \|", text, re.MULTILINE)
    known = {room for room, _ in rows}
    assert known, "ARCHITECTURE.md has a table of rooms"
    result = {}
    for room, allowed in rows:
        words = set(re.findall(r"\w+", allowed))
        result[room] = (words | (GROUND if "ground" in words else set())) & known
    return result


def test_every_room_stands_in_the_table_of_the_architecture() -> None:
    assert set(rooms()) == set(table())


@pytest.mark.parametrize("room", sorted(room for room in rooms() if (ROOT / "src" / "scalegate" / room).is_dir()))
def test_the_architecture_lists_every_module_of_a_room(room: str) -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    row = re.search(rf"^\| `{room}/` \|.*$", text, re.MULTILINE)
    assert row
    modules = {path.name for path in (ROOT / "src" / "scalegate" / room).glob("*.py")} - {"__init__.py"}
    found = set(re.findall(r"`(\w+\.py)`", row[0]))
    assert found >= modules, f"add to the row of {room}: {', '.join(sorted(modules - found))}"


@pytest.mark.parametrize("room", sorted(set(rooms()) - {"adapters"}))
def test_a_contract_forbids_every_room_that_the_table_does_not_allow(room: str) -> None:
    section = contracts()[room]
    assert listed(section, "source_modules") == {room}
    assert listed(section, "forbidden_modules") == set(table()) - table()[room] - {room}


def test_only_the_composition_root_may_import_adapters() -> None:
    assert listed(contracts()["adapters"], "allowed_importers") == {"project"}
    assert [room for room, allowed in table().items() if "adapters" in allowed] == ["project"]


LIGHT = {
    "scalegate.lease": ("numpy", "scipy", "pydantic", "typer", "yaml", "sqlite3"),
    "scalegate.verifier": ("numpy", "pydantic", "yaml", "sqlite3", "socket", "ssl", "http", "urllib.request"),
    "scalegate": ("numpy", "scipy", "pydantic", "typer", "yaml", "sqlite3", "cryptography"),
}


@pytest.mark.parametrize("package", LIGHT)
def test_a_light_room_loads_nothing_heavy(package: str) -> None:
    """In a process of its own: every module of the room, and for the whole package what `import scalegate` loads."""
    walk = package != "scalegate"
    code = (
        "import importlib, pkgutil, sys\n"
        f"room = importlib.import_module({package!r})\n"
        f"names = [m.name for m in pkgutil.walk_packages(room.__path__, {package!r} + '.')] if {walk} else []\n"
        "[importlib.import_module(name) for name in names]\n"
        f"print(*[name for name in {LIGHT[package]!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == []
