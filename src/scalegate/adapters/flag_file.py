"""Files of measurements for checks of sandbagging and contamination, as people and programs write them.

For: the composition root. Does not know: tests, who may raise a flag, the record.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from scalegate.adapters.plain_file import read_plain
from scalegate.adapters.yaml_scan import MAX_BYTES, locate, read_yaml
from scalegate.errors import Finding, InputError
from scalegate.evidence.flag_measurement import Measurement
from scalegate.shape import ShapeError, decode


@dataclass(frozen=True, kw_only=True)
class MeasurementsFile:
    """Measurements, each for one check (V5)."""

    schema: Literal["scalegate.flag-measurements/1"]
    measurements: tuple[Measurement, ...]


def read_measurements(path: Path) -> tuple[Measurement, ...]:
    """Read one file, YAML or JSON. Raises InputError with every finding, each with file, line and column."""
    try:
        text = read_plain(path, MAX_BYTES)
    except OSError as error:
        raise InputError(Finding(where=path.name, what=f"cannot be read: {error.strerror}")) from None
    document = read_yaml(text, path.name)
    try:
        return decode(MeasurementsFile, document.data).measurements
    except ShapeError as error:
        raise InputError(*locate(error.faults, document.spans, path.name)) from None
