"""Policies side by side: columns, rows and cells, ready to be shown.

For: the screen, the JSON form and the HTML page of `policy compare`. Does not know: how a cell was found, markup.

A cell says one of four things, and they never mix: what a text says, that it has none, that it does not determine
it, or what was counted here. There is no column, row or value that orders policies or adds anything up.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Said(StrEnum):
    """Where a cell's words come from."""

    STATED = "stated"
    NONE = "none"
    UNKNOWN = "unknown"
    COUNTED = "counted"


MEANINGS = {
    Said.STATED: "what the text says, in the words of the catalogue or of the policy file",
    Said.NONE: "the text was read, and has none",
    Said.UNKNOWN: "the text does not determine it",
    Said.COUNTED: "counted here, with the places",
}


def short(place: str) -> str:
    """A place under a heading that says what it is a place of: `limits.week` as `week`."""
    return place.removeprefix("limits.").removeprefix("protections.measures.")


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One answer of one policy.

    Attributes:
        said: where the words come from.
        lines: the words; at least one.
    """

    said: Said
    lines: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Row:
    """One question put to every policy.

    Attributes:
        key: its name in the JSON form.
        title: its name on screen.
        cells: the answers, in the order of the columns.
    """

    key: str
    title: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, kw_only=True)
class Group:
    """Rows under one heading."""

    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, kw_only=True)
class Column:
    """One policy.

    Attributes:
        id: what it was asked for by.
        published: a published text, which can never be adopted; else a policy file.
        title: what the policy is called.
        developer: whose it is.
        version: its version.
        date: since when; empty for a policy file.
        url: where the text is; empty for a policy file.
        digest: of the provider's file, or of the policy document.
        read_from: the text that was read; empty for a policy file.
        how_much_read: `full` or `partial`; empty for a policy file.
        remark: what to know about the file; empty for nothing.
        holes: places of the document that the text does not fill.
        undetermined: what the text leaves open: about what, and why.
    """

    id: str
    published: bool
    title: str
    developer: str
    version: str
    date: str = ""
    url: str = ""
    digest: str = ""
    read_from: str = ""
    how_much_read: str = ""
    remark: str = ""
    holes: tuple[str, ...] = ()
    undetermined: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Policies side by side.

    Attributes:
        claims: what this does not say, before anything else.
        columns: the policies, in the order asked for.
        groups: the questions and answers.
    """

    claims: tuple[str, ...]
    columns: tuple[Column, ...]
    groups: tuple[Group, ...]

    @property
    def rows(self) -> tuple[Row, ...]:
        """All rows of all groups."""
        return tuple(row for group in self.groups for row in group.rows)
