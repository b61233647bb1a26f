"""Policies side by side as one self-contained HTML file: no network, no script, no font of its own.

For: the composition root. Does not know: policies; it draws the values of `Comparison` and adds none.
"""

from __future__ import annotations

from pathlib import Path

from scalegate.adapters.html_report import environment, write_html
from scalegate.publication.comparison import MEANINGS, Comparison, short


def format_comparison(page: Comparison) -> str:
    """The whole HTML document; the same page always gives the same text.

    Raises:
        UsageError: when the extra `report` is not installed.
    """
    template = environment().get_template("comparison.html.jinja")
    return template.render(page=page, meanings=MEANINGS, short=short)


def write_comparison(page: Comparison, path: Path) -> None:
    """Write the document; a reader never meets half a page."""
    write_html(format_comparison(page), path)
