"""The page of policies side by side: complete, escaped, self-contained; in a browser it fits a phone."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.test_html_report import read
from adapters.test_html_report_browser import FLAGS
from scalegate.adapters.catalogue_files import catalogue_ids
from scalegate.adapters.comparison_page import format_comparison, write_comparison
from scalegate.procedure.comparing import compare
from scalegate.project import read_policy_source
from scalegate.publication.comparison import Cell, Comparison, Group, Row, Said, short


@pytest.fixture(scope="module")
def page() -> Comparison:
    names = [*catalogue_ids()[:4], str(Path(__file__).parents[1] / "policy" / "minimal_policy.yaml")]
    return compare(tuple(read_policy_source(name) for name in names))


@pytest.fixture(scope="module")
def html(page: Comparison) -> str:
    return format_comparison(page)


def shown(html: str) -> str:
    return " ".join(text for text, path, _ in read(html).texts if "style" not in path)


def test_every_answer_and_every_source_is_on_the_page(page: Comparison, html: str) -> None:
    text = shown(html)
    for column in page.columns:
        assert column.title in text
        assert str(column.digest) in text
        assert column.url in html
        assert all(hole in text for hole in column.holes)
    for row in page.rows:
        for cell in row.cells:
            assert all((short(line) if cell.said is Said.COUNTED else line) in text for line in cell.lines), row.key


def test_it_opens_with_what_it_does_not_claim(page: Comparison, html: str) -> None:
    text = shown(html)
    assert text.index(page.claims[0]) < text.index(page.columns[0].title, text.index("The texts"))
    assert text.index(page.claims[0]) < text.index("Stopping development")


def test_it_loads_nothing_and_runs_nothing(html: str) -> None:
    tags = read(html).tags
    assert not [tag for tag, _ in tags if tag in ("script", "img", "iframe", "object", "form")]
    assert not [attrs for _, attrs in tags if any(name.startswith("on") for name in attrs)]
    (policy,) = [attrs["content"] for tag, attrs in tags if attrs.get("http-equiv") == "Content-Security-Policy"]
    assert policy
    assert "default-src 'none'" in policy
    assert [attrs for tag, attrs in tags if tag == "link"] == [{"rel": "icon", "href": "data:,"}]
    assert "@import" not in html
    assert "url(" not in html


def test_texts_of_others_are_never_markup(page: Comparison) -> None:
    bad = "<script>alert(1)</script>\"'&"
    row = Row(key="x", title=bad, cells=tuple(Cell(said=Said.STATED, lines=(bad,)) for _ in page.columns))
    spoiled = replace(
        page,
        columns=tuple(replace(c, title=bad, developer=bad, remark=bad, holes=(bad,)) for c in page.columns),
        groups=(Group(title=bad, rows=(row,)),),
    )
    html = format_comparison(spoiled)
    assert "<script" not in html
    assert bad in shown(html)


def test_every_table_has_headings_and_a_caption_and_the_four_words_are_explained(html: str) -> None:
    tags = [tag for tag, _ in read(html).tags]
    assert tags.count("caption") == tags.count("table") > 5
    text = shown(html)
    for word in ("the text was read, and has none", "the text does not determine it"):
        assert word in text


def test_the_same_page_gives_the_same_bytes_in_a_file(page: Comparison, html: str, tmp_path: Path) -> None:
    write_comparison(page, tmp_path / "deep" / "page.html")
    assert (tmp_path / "deep" / "page.html").read_text(encoding="utf-8") == html
    assert not list(tmp_path.glob("**/.*"))


PROBE = """<!doctype html><meta charset="utf-8"><body><iframe id="f" src="page.html" width="%d" height="3000"></iframe>
<script>
document.getElementById("f").onload = () => {
  const frame = document.getElementById("f"), doc = frame.contentDocument, view = frame.contentWindow;
  const cell = doc.querySelector(".side td[data-column]"), style = view.getComputedStyle(cell, "::before");
  const result = {
    scroll: doc.documentElement.scrollWidth,
    over: [...doc.querySelectorAll("body *")].filter(e => !e.closest(".scroll") && !e.closest(".vh")
      && !e.matches(".skip") && e.getBoundingClientRect().right > view.innerWidth + 1).length,
    loaded: view.performance.getEntriesByType("resource").length,
    stacked: view.getComputedStyle(cell).display === "block",
    named: style.content,
    sideways: [...doc.querySelectorAll(".scroll")].filter(e => e.scrollWidth > e.clientWidth + 1).length,
  };
  const out = document.createElement("pre");
  out.id = "result";
  out.textContent = JSON.stringify(result);
  document.body.replaceChildren(out);
};
</script>"""


@pytest.mark.browser
@pytest.mark.parametrize("width", [360, 400, 820, 1024, 1280])
def test_the_page_fits_its_window_and_stacks_on_a_phone(page: Comparison, tmp_path: Path, width: int) -> None:
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None:
        pytest.skip("no Chromium on this machine")
    write_comparison(page, tmp_path / "page.html")
    (tmp_path / "probe.html").write_text(PROBE % width, encoding="utf-8")
    command = [found, *FLAGS, f"--user-data-dir={tmp_path / 'profile'}", "--window-size=1400,3200", "--dump-dom"]
    command.append((tmp_path / "probe.html").as_uri())
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    matched = re.search(r'<pre id="result">(.*?)</pre>', done.stdout, re.DOTALL)
    assert matched, done.stdout[:500]
    result = json.loads(matched[1].replace("&amp;", "&").replace("&quot;", '"'))
    assert result["scroll"] == width, "the page scrolls sideways"
    assert (result["over"], result["loaded"]) == (0, 0)
    assert result["stacked"] is (width <= 820)
    if width <= 820:
        assert result["sideways"] == 0
        assert result["named"] not in ("none", "normal")
    assert "CONSOLE" not in done.stderr
