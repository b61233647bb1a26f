"""The HTML report: complete, escaped, self-contained, and in the order that the design asks for."""

from __future__ import annotations

import itertools
import re
import sys
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publication import fixture_page as fixture
from scalegate.adapters.html_report import format_report, write_report
from scalegate.errors import UsageError

VOID = {"meta", "link", "br", "rect", "path", "circle", "line", "input", "img"}
JUDGING = re.compile(r"\b(safe|safely|passed|green|approved|compliant)\b", re.IGNORECASE)
ACT = re.compile(r"\bapproved (by|and not lapsed)\b", re.IGNORECASE)  # what somebody did, not what a model is


class Reader(HTMLParser):
    """Collects text, tags and attributes; fails on tags that do not close."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[tuple[str, dict[str, str | None]]] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, tuple[str, ...], tuple[str, ...]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append((tag, dict(attrs)))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            opened, _ = self.open.pop()
            assert opened == tag, f"</{tag}> closes <{opened}>"

    def handle_data(self, data: str) -> None:
        if data.strip():
            path = tuple(tag for tag, _ in self.open)
            ids = tuple(attrs.get("id") or attrs.get("class") or "" for _, attrs in self.open)
            self.texts.append((data.strip(), path, ids))


def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    reader.close()
    assert reader.open == []
    return reader


def shown(reader: Reader) -> list[tuple[str, tuple[str, ...]]]:
    """Texts that a reader sees, with the ids and classes around them."""
    return [(text, ids) for text, path, ids in reader.texts if "style" not in path]


@pytest.fixture(scope="module")
def html() -> str:
    return format_report(fixture.page())


def test_every_model_and_every_limit_is_shown(html: str) -> None:
    text = " ".join(text for text, _ in shown(read(html)))
    for model in fixture.models().values():
        assert text.count(model.title) >= 6, model.title
    for limit in fixture.policy().limits.values():
        assert text.count(limit.title) >= 20, limit.title


def test_what_was_not_tested_stands_before_any_verdict_or_answer(html: str) -> None:
    body = html[html.index("<body>") :]
    first_status = body.index('class="status')
    assert body.index('id="untested"') < body.index('id="claims"') < first_status
    assert body.index("nothing was tested for") < first_status
    for word in ("NOT SHOWN", "GRANTED"):
        assert body.index('id="untested"') < body.index(word)


def test_V10_no_word_of_a_status_judges(html: str) -> None:
    for text, ids in shown(read(html)):
        if any("status" in name for name in ids):
            assert not JUDGING.search(text), text
    outside = [text for text, ids in shown(read(html)) if "claims" not in ids]
    assert [text for text in outside if JUDGING.search(ACT.sub("", text))] == []


@settings(max_examples=15)
@given(picked=st.lists(st.integers(0, 44), unique=True), kept=st.lists(st.integers(0, 74), unique=True))
def test_V10_holds_on_any_page(picked: list[int], kept: list[int]) -> None:
    verdicts, decisions = fixture.verdicts(), fixture.decisions()
    page = fixture.page(verdicts=[verdicts[i] for i in picked], decisions=[decisions[i] for i in kept])
    reader = read(format_report(page))
    statuses = {text for text, ids in shown(reader) if any(name.startswith("status") for name in ids)}
    words = {s.word for s in page.legend} | {s.word for s in page.answers}
    symbols = {s.symbol for s in page.legend} | {s.symbol for s in page.answers}
    assert statuses <= words | symbols
    assert sum(attrs.get("class") == "model" for _, attrs in reader.tags) == len(fixture.models())


HOSTILE = "<script>alert(1)</script>\"'><img src=http://x.invalid onerror=alert(1)>{{ 7*7 }}\x1b[2J\u202eDETNARG"


def test_hostile_titles_stay_text() -> None:
    models = {label: replace(model, title=HOSTILE) for label, model in fixture.models().items()}
    html = format_report(fixture.page(models=models))
    reader = read(html)
    assert not [tag for tag, _ in reader.tags if tag in ("script", "img")]
    assert not [name for _, attrs in reader.tags for name in attrs if name.startswith("on")]
    assert "{{ 7*7 }}" in html
    assert "\x1b" not in html
    assert "\u202e" not in html


def test_very_long_titles_are_cut_and_say_so() -> None:
    label, model = next(iter(fixture.models().items()))
    html = format_report(fixture.page(models={**fixture.models(), label: replace(model, title="x" * 10_000)}))
    assert "x" * 2001 not in html
    assert "… (10,000 characters)" in html


def test_nothing_is_loaded_from_anywhere(html: str) -> None:
    reader = read(html)
    for tag, attrs in reader.tags:
        assert tag not in ("script", "iframe", "object", "embed", "img", "form")
        for name in ("src", "href", "xlink:href", "action"):
            target = attrs.get(name) or "#"
            assert target.startswith("#") or (tag == "link" and target == "data:,"), (tag, name, target)
        assert "style" not in attrs or "url(" not in (attrs["style"] or "")
    assert "url(" not in html
    assert "@import" not in html
    assert "default-src 'none'" in html


def test_every_table_has_a_caption_and_scoped_headers(html: str) -> None:
    tables = re.findall(r"<table.*?</table>", html, re.DOTALL)
    assert len(tables) > 30
    for table in tables:
        assert "<caption>" in table
        heads = re.findall(r"<th\b[^>]*>", table)
        assert heads
        assert all("scope=" in head for head in heads)


def test_ids_are_unique_and_every_inner_link_lands(html: str) -> None:
    reader = read(html)
    ids = [attrs["id"] for _, attrs in reader.tags if attrs.get("id")]
    assert len(ids) == len(set(ids))
    targets = {attrs["href"] for tag, attrs in reader.tags if tag == "a"}
    assert {target.removeprefix("#") for target in targets if target} <= set(ids)
    labels = [label for _, attrs in reader.tags for label in (attrs.get("aria-labelledby") or "").split()]
    assert set(labels) <= set(ids)


def test_landmarks_language_and_headings(html: str) -> None:
    tags = read(html).tags
    names = [tag for tag, _ in tags]
    assert ("html", {"lang": "en"}) in tags
    assert names.count("main") == 1
    assert names.count("h1") == 1
    assert {"header", "nav", "footer", "title"} <= set(names)
    levels = [int(name[1]) for name in names if re.fullmatch(r"h[1-6]", name)]
    assert all(later - earlier <= 1 for earlier, later in itertools.pairwise(levels))


def test_D16_a_replay_and_demo_keys_are_stamped() -> None:
    stamped = format_report(fixture.page())
    assert "REPLAY AS OF 2026-03-31T00:00:00Z" in stamped
    assert "DEMO KEYS" in stamped
    plain = format_report(fixture.page(replay=False, foot=fixture.foot(demo_keys=False)))
    assert "REPLAY AS OF" not in plain
    assert "DEMO KEYS" not in plain


def test_no_outside_witness_is_said(html: str) -> None:
    assert "outside witnesses: 0 → shows order and integrity, not independence" in html
    assert "scalegate log verify" in html
    assert fixture.POLICY in html


def test_every_cited_rule_has_its_sentence(html: str) -> None:
    legend = set(re.findall(r"<dt>([SEBVLD]\d+)</dt>", html))
    cited = set(re.findall(r"<abbr title=\"[^\"]+\">([SEBVLD]\d+)</abbr>", html))
    assert cited
    assert cited <= legend


def test_every_picture_has_both_layouts_and_a_table(html: str) -> None:
    assert html.count('class="plot time"') == html.count('class="plot rows"') == 3
    assert html.count("Table behind the picture") == 3
    assert "NaN" not in html
    assert "nan" not in re.findall(r'(?:x|y|cx|cy|d)="([^"]*)"', html)


def test_the_same_page_gives_the_same_bytes(html: str) -> None:
    assert format_report(fixture.page()) == html


def test_a_page_with_nothing_on_it_still_says_what_was_not_tested() -> None:
    html = format_report(fixture.page(verdicts=(), decisions=(), models={}, foot=fixture.foot(waivers=())))
    assert "Help with biological weapons" in html
    read(html)


def test_writing_leaves_one_whole_file(tmp_path: Path) -> None:
    place = tmp_path / "out" / "report.html"
    write_report(fixture.page(), place)
    assert place.read_text(encoding="utf-8").endswith("</html>\n")
    assert list(place.parent.iterdir()) == [place]


def test_a_missing_extra_says_what_to_type(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jinja2", None)
    with pytest.raises(UsageError, match=re.escape("pip install 'scalegate[report]'")):
        format_report(fixture.page())


# ------------------------------------------------------------------------------------- contrast

PAIRS = [
    ("ink", "paper"),
    ("muted", "paper"),
    ("muted", "panel"),
    ("ink", "panel"),
    ("link", "paper"),
    ("danger-ink", "danger"),
    ("unruled-ink", "unruled"),
    ("void-ink", "void"),
    ("alert-ink", "alert"),
    ("unshown-ink", "unshown"),
    ("granted-ink", "granted"),
]


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("scheme", [0, 1])
@pytest.mark.parametrize("pair", PAIRS)
def test_text_stands_out_from_its_ground_by_4_5_to_1(html: str, scheme: int, pair: tuple[str, str]) -> None:
    """Source: WCAG 2.2, success criterion 1.4.3 (level AA), for light and dark."""
    block = re.findall(r":root \{(.*?)\}", html, re.DOTALL)[scheme]
    colours = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", block))
    bright, dim = sorted((luminance(colours[name]) for name in pair), reverse=True)
    assert (bright + 0.05) / (dim + 0.05) >= 4.5


@pytest.mark.parametrize("mark", ["danger", "unruled", "alert", "unshown", "void"])
@pytest.mark.parametrize("scheme", [0, 1])
def test_marks_stand_out_from_the_paper_by_3_to_1(html: str, scheme: int, mark: str) -> None:
    """Source: WCAG 2.2, success criterion 1.4.11 (level AA)."""
    block = re.findall(r":root \{(.*?)\}", html, re.DOTALL)[scheme]
    colours = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", block))
    bright, dim = sorted((luminance(colours[f"mark-{mark}"]), luminance(colours["paper"])), reverse=True)
    assert (bright + 0.05) / (dim + 0.05) >= 3
