"""The page of a simulation: bands first, every text escaped, gaps kept as gaps."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from scalegate.publication.bite_page import Band, BandChart, BitePage, Level, Section, Table
from scalegate.publication.bite_plot import format_bite_html, format_bite_svg, numbers_behind

SVG = "{http://www.w3.org/2000/svg}"


def chart(*bands: Band, levels: tuple[Level, ...] = (), scale: str = "") -> BandChart:
    ticks = ((0.0, "0 %"), (1.0, "100 %"))
    return BandChart(
        anchor="a", title="T", about="What it is.", unit="share", ticks=ticks, bands=bands, levels=levels, scale=scale
    )


def page(*charts: BandChart, words: str = "words") -> BitePage:
    table = Table(title=words, columns=(words, words), rows=((words, words),))
    section = Section(anchor="s", heading=words, sentences=(words,), tables=(table,), charts=charts)
    return BitePage(title=words, banners=(), opening=(words, words), sections=(section,), form={})


STEADY = Band(title="steady", points=((0.1, 0.2, 0.3),) * 30)


def test_every_text_is_escaped() -> None:
    bad = '<script>alert("x")</script>'
    for text in (format_bite_html(page(chart(STEADY), words=bad)), format_bite_svg(page(chart(STEADY), words=bad))):
        assert "<script" not in text
        assert "&lt;script&gt;" in text


def test_a_band_is_drawn_before_its_line_and_a_gap_stays_a_gap() -> None:
    broken = Band(title="broken", points=(*((0.1, 0.2, 0.3),) * 5, None, *((0.4, 0.5, 0.6),) * 5))
    root = ET.fromstring(format_bite_svg(page(chart(broken))))
    kinds = [p.get("class") for p in root.iter(f"{SVG}path") if p.get("class") in ("band", "middle")]
    assert kinds == ["band", "middle", "band", "middle"]


def test_a_limit_is_solid_and_an_alert_line_broken() -> None:
    levels = (Level(title="limit l", at=0.9, is_limit=True), Level(title="alert l", at=0.5, is_limit=False))
    root = ET.fromstring(format_bite_svg(page(chart(STEADY, levels=levels))))
    drawn = [p.get("class") for p in root.iter(f"{SVG}path")]
    assert drawn.count("limit") == drawn.count("alert") == 1
    assert {"limit l", "alert l"} <= {t.text for t in root.iter(f"{SVG}text")}


def test_the_numbers_behind_a_plot_are_there_every_quarter_and_at_the_end() -> None:
    table = numbers_behind(chart(STEADY))
    assert [row[0] for row in table.rows] == ["0", "13", "26", "29"]
    assert table.rows[0][1] == "10.0% · 20.0% · 30.0%"
    lengths = numbers_behind(chart(Band(title="h", points=((0.0, 6.0, 10.0),) * 2), scale="time_horizon"))
    assert lengths.rows[0][1] == "1 min · 64 min · 17.1 h"
    rates = numbers_behind(chart(Band(title="r", points=((-1.0, 0.0, 1.0),) * 2), scale="success_rate"))
    assert rates.rows[0][1] == "0.269 · 0.5 · 0.731"


def test_a_band_that_never_has_a_value_is_drawn_empty() -> None:
    nothing = Band(title="nobody asks", points=(None,) * 20)
    root = ET.fromstring(format_bite_svg(page(chart(nothing, STEADY))))
    assert sum(p.get("class") == "band" for p in root.iter(f"{SVG}path")) == 1
