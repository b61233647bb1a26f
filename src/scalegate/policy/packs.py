"""From the plain data of a criteria file to a pack, with every finding.

For: the composition root, which reads the file. Does not know: YAML, bytes, where the file lies.
"""

from __future__ import annotations

from collections.abc import Callable

from scalegate.errors import Finding, InputError
from scalegate.policy.criteria import Pack, pack_faults
from scalegate.policy.named_checks import CHECKS
from scalegate.shape import Fault, ShapeError, decode

Locate = Callable[[tuple[Fault, ...]], tuple[Finding, ...]]
"""Gives each fault its place in the text."""


def parse_pack(data: object, locate: Locate) -> Pack:
    """A pack from plain data.

    Raises:
        InputError: with every finding.
    """
    try:
        pack = decode(Pack, data)
    except ShapeError as error:
        raise InputError(*locate(error.faults)) from None
    faults = tuple(pack_faults(pack, CHECKS))
    if pack.valid_until <= pack.source.read_on:
        what, mend = "it ends before its source was read", "write a date after read_on"
        faults = (*faults, Fault(path=("valid_until",), what=what, mend=mend))
    if faults:
        raise InputError(*locate(faults))
    return pack
