"""Files of scenarios for simulations (`scalegate.scenario/1`), YAML or JSON.

For: the composition root. Does not know: policies, what is done with a scenario; `refusals` says what cannot be.
"""

from __future__ import annotations

from pathlib import Path

from scalegate.adapters.plain_file import read_plain
from scalegate.adapters.yaml_scan import MAX_BYTES, locate, read_yaml
from scalegate.errors import Finding, InputError
from scalegate.shape import ShapeError, decode
from scalegate.simulation.scenario import Scenario
from scalegate.simulation.scenario_check import refusals


def read_scenario(path: Path) -> Scenario:
    """Read one file. Raises InputError with every finding, each with file, line and column."""
    try:
        text = read_plain(path, MAX_BYTES)
    except OSError as error:
        raise InputError(Finding(where=path.name, what=f"cannot be read: {error.strerror}")) from None
    document = read_yaml(text, path.name)
    try:
        scenario = decode(Scenario, document.data)
    except ShapeError as error:
        raise InputError(*locate(error.faults, document.spans, path.name)) from None
    if faults := refusals(scenario):
        raise InputError(*locate(faults, document.spans, path.name))
    return scenario
