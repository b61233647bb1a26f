"""What every test run shares: tiers, the seeded selection of slow tests, and a plain word on what was left out."""

from __future__ import annotations

import hashlib
import math
from collections import Counter

import pytest
from hypothesis import settings

# No deadline: the time of one example says nothing on a shared machine. Under CI hypothesis draws no new examples.
settings.register_profile("house", deadline=None)
settings.register_profile("house-ci", deadline=None, derandomize=True, print_blob=True, database=None)
settings.load_profile("house-ci" if settings.get_current_profile_name() == "ci" else "house")

LEFT_OUT = pytest.StashKey[Counter[str]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("scalegate")
    group.addoption("--slow-share", type=float, default=1.0, help="run this share of the slow tests (0 to 1)")
    group.addoption("--slow-seed", default="1", help="moves the selection that --slow-share makes")


def pytest_configure(config: pytest.Config) -> None:
    config.stash[LEFT_OUT] = Counter()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep a share of the slow tests: the same ones on every machine, at least one, others under another seed."""
    share, seed = config.getoption("--slow-share"), config.getoption("--slow-seed")
    slow = sorted((item for item in items if item.get_closest_marker("slow")), key=lambda item: _draw(seed, item))
    out = set(slow[math.ceil(share * len(slow)) :])
    if out:
        config.hook.pytest_deselected(items=[item for item in items if item in out])
        items[:] = [item for item in items if item not in out]


def _draw(seed: str, item: pytest.Item) -> str:
    return hashlib.sha256(f"{seed}\n{item.nodeid}".encode()).hexdigest()


def pytest_deselected(items: list[pytest.Item]) -> None:
    for item in items:
        kind = next((mark for mark in ("slow", "browser", "torch") if item.get_closest_marker(mark)), "fast")
        item.config.stash[LEFT_OUT][kind] += 1


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A worker process hands its counts to the process that prints."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["left_out"] = dict(session.config.stash[LEFT_OUT])


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: object, error: object) -> None:
    output, config = getattr(node, "workeroutput", None), getattr(node, "config", None)
    if output and config is not None:  # every worker collects the same tests: the counts are equal, not added up
        config.stash[LEFT_OUT] = Counter(output.get("left_out", {}))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    where = {
        "slow": "make test-all runs all of them",
        "browser": "make test-ci",
        "torch": "make test-ci",
        "fast": "make test",
    }
    for kind, number in sorted(config.stash[LEFT_OUT].items()):
        terminalreporter.write_line(f"not run here: {number} {kind} test{'s' * (number != 1)} ({where[kind]})")
