"""The report as one self-contained HTML file: no network, no script, no font of its own.

For: procedure, through the port of a report renderer. Does not know: the record, or how a page came about;
it draws the values of `ReportPage` and adds none.

Every text is escaped. The page also carries a content security policy that forbids loading anything, so that
a title that got through would still fetch nothing.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from scalegate.errors import Finding, UsageError
from scalegate.publication.page import ReportPage
from scalegate.publication.plot import in_rows, over_time

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES = Path(__file__).parent / "templates"


def format_report(page: ReportPage) -> str:
    """The whole HTML document; the same page always gives the same text.

    Raises:
        UsageError: when the extra `report` is not installed.
    """
    from_template = environment().get_template("report.html.jinja")
    return from_template.render(page=page, over_time=over_time, in_rows=in_rows)


def write_report(page: ReportPage, path: Path) -> None:
    """Write the document; a reader never meets half a page."""
    write_html(format_report(page), path)


def write_html(text: str, path: Path) -> None:
    """Write a document beside its place and rename it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    aside.write_text(text, encoding="utf-8")
    aside.replace(path)


def environment() -> Environment:
    """Templates of this package: strict about names, everything escaped. Raises UsageError without the extra."""
    try:
        from jinja2 import Environment, FileSystemLoader, StrictUndefined
    except ImportError:
        raise _missing() from None
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters["n"] = _coordinate
    made.filters["capfirst"] = _capfirst
    return made


def _missing() -> UsageError:
    return UsageError(Finding(what="the HTML report needs an extra", mend="pip install 'scalegate[report]'"))


def _coordinate(value: float) -> str:
    """One decimal is finer than a screen; no trailing zeros, so that the file stays small."""
    return f"{value:.1f}".rstrip("0").rstrip(".")


def _capfirst(text: str) -> str:
    return text[:1].upper() + text[1:]
