"""A simulation as one self-contained HTML page, or its plots as one SVG: no script, no font of its own, nothing loaded.

For: `scalegate policy simulate --plot`. Does not know: what the bands are about, how a figure was computed.

Bands are drawn before lines, limits solid and alert lines broken, so that it reads in print and without colour. Each
plot has its text and the table of its numbers beside it. Every text is escaped.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from math import inf

from scalegate.publication.bite_page import Band, BandChart, BitePage, Section, Table
from scalegate.publication.legible import legible

WIDTH = 520.0
_LEFT, _RIGHT, _PANEL, _HEAD, _FOOT = 72.0, 508.0, 132.0, 30.0, 44.0
_EVERY = 13
_WEEKS_A_YEAR = 52

_COLOURS = """\
:root{--ink:#111;--paper:#fff;--faint:#ccc;--band:#0072b2;--alert:#a34700;--soft:#f3f3f3}
@media (prefers-color-scheme:dark){
:root{--ink:#eee;--paper:#14161a;--faint:#444;--band:#56b4e9;--alert:#f0a35e;--soft:#22262c}}
@media print{:root{--ink:#000;--paper:#fff;--faint:#bbb;--band:#0072b2;--alert:#a34700;--soft:#f3f3f3}}
"""

_SVG = """\
svg.bite text{font:15px "Helvetica Neue",Arial,"Liberation Sans",sans-serif;fill:var(--ink)}
svg.bite .name{font-weight:bold}
svg.bite .axis,svg.bite .limit{stroke:var(--ink);fill:none;stroke-width:1.4}
svg.bite .grid{stroke:var(--faint);stroke-width:.7;fill:none}
svg.bite .alert{stroke:var(--alert);stroke-width:1.6;stroke-dasharray:7 4;fill:none}
svg.bite .band{fill:var(--band);fill-opacity:.28;stroke:none}
svg.bite .edge{stroke:var(--band);stroke-width:.8;fill:none}
svg.bite .middle{stroke:var(--band);stroke-width:2.2;fill:none}
svg.bite .halo{paint-order:stroke;stroke:var(--paper);stroke-width:4px;stroke-linejoin:round}
"""

_PAGE = """\
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink)}
body{font:16px/1.5 "Helvetica Neue",Arial,"Liberation Sans",sans-serif}
main{max-width:64rem;margin:0 auto;padding:1rem}
h1{font-size:1.5rem;line-height:1.25}
h2{font-size:1.2rem;margin:2.2rem 0 .5rem;border-top:2px solid var(--ink);padding-top:.6rem}
.opening{border:3px solid var(--alert);padding:.6rem 1rem;margin:1rem 0}
.opening h2{border:0;margin:0;padding:0}
ul{padding-left:1.2rem;margin:.4rem 0}li{margin:.25rem 0;max-width:46rem;overflow-wrap:anywhere}
.wide{overflow-x:auto;margin:.8rem 0;max-width:100%}
.behind{max-height:15rem;overflow:auto;margin:.4rem 0 1.2rem}
table{border-collapse:collapse;font-size:.88rem;font-variant-numeric:tabular-nums}
caption{text-align:left;font-weight:bold;padding:.3rem 0}
th,td{padding:.25rem .6rem;border-bottom:1px solid var(--faint);text-align:right;vertical-align:top}
th:first-child,td:first-child{text-align:left;min-width:9rem}
thead th{background:var(--soft)}
td{white-space:nowrap}td.words{text-align:left;min-width:14rem;white-space:normal}
figure{margin:1rem 0;max-width:44rem}figcaption{max-width:46rem}
svg.bite{width:100%;height:auto;display:block}
.banner{font-weight:bold;border:3px solid var(--ink);padding:.3rem .6rem}
a:focus-visible,.wide:focus-visible,.behind:focus-visible{outline:3px solid var(--band);outline-offset:2px}
@media print{
.behind{max-height:none;overflow:visible}.wide{overflow:visible}figure,tr{break-inside:avoid}table{font-size:.7rem}}
"""


def format_bite_html(page: BitePage) -> str:
    """The whole document; the same page always gives the same text."""
    return "".join(_html(page))


def _html(page: BitePage) -> Iterator[str]:
    policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
    yield '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
    yield f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    yield f"<title>{_clean(page.title)}</title>\n<style>\n{_COLOURS}{_PAGE}{_SVG}</style>\n</head>\n<body>\n<main>\n"
    for banner in page.banners:
        yield f'<p class="banner">{_clean(banner)}</p>\n'
    yield f"<h1>{_clean(page.title)}</h1>\n"
    yield '<section class="opening" aria-labelledby="opening">\n<h2 id="opening">What this is not</h2>\n'
    yield _list(page.opening) + "</section>\n"
    for section in page.sections:
        yield from _section(section)
    yield "</main>\n</body>\n</html>\n"


def _section(section: Section) -> Iterator[str]:
    anchor = escape(section.anchor, quote=True)
    yield f'<section aria-labelledby="{anchor}">\n<h2 id="{anchor}">{_clean(section.heading)}</h2>\n'
    if section.sentences:
        yield _list(section.sentences)
    for chart in section.charts:
        yield f"<figure>\n<figcaption><strong>{_clean(chart.title)}.</strong> {_clean(chart.about)}</figcaption>\n"
        yield "".join(_svg([chart], styled=False)) + "</figure>\n"
        yield _table(numbers_behind(chart), "behind")
    for table in section.tables:
        yield _table(table, "wide")
    yield "</section>\n"


def _list(lines: tuple[str, ...]) -> str:
    return "<ul>\n" + "".join(f"<li>{_clean(line)}</li>\n" for line in lines) + "</ul>\n"


def _table(table: Table, kind: str) -> str:
    head = "".join(f'<th scope="col">{_clean(column)}</th>' for column in table.columns)
    rows = "".join(_row(row) for row in table.rows)
    return (
        f'<div class="{kind}" role="region" tabindex="0" aria-label="{_clean(table.title)}">\n<table>\n'
        f"<caption>{_clean(table.title)}</caption>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}</tbody>\n</table>\n</div>\n"
    )


def _row(row: tuple[str, ...]) -> str:
    cells = "".join(f"<td{_words(cell)}>{_clean(cell)}</td>" for cell in row[1:])
    return f'<tr><th scope="row">{_clean(row[0])}</th>{cells}</tr>\n'


def _words(cell: str) -> str:
    return ' class="words"' if len(cell) > 40 else ""


def numbers_behind(chart: BandChart) -> Table:
    """What a plot shows, every thirteen weeks and in the last, as low · middle · high in the axis's own words."""
    length = max(len(band.points) for band in chart.bands)
    weeks = [*range(0, length, _EVERY), *([length - 1] if (length - 1) % _EVERY else [])]
    rows = tuple((str(week), *(_cell(chart, band.points[week]) for band in chart.bands)) for week in weeks)
    titles = tuple(band.title for band in chart.bands)
    return Table(title=f"The numbers behind: {chart.title} ({chart.unit})", columns=("week", *titles), rows=rows)


def _cell(chart: BandChart, point: tuple[float, float, float] | None) -> str:
    return "-" if point is None else " · ".join(chart.words(value) for value in point)


# -------------------------------------------------------------------------------------------- svg


def format_bite_svg(page: BitePage) -> str:
    """Every plot below the other; the opening stands in the description and above the first."""
    charts = [chart for section in page.sections for chart in section.charts]
    return "".join(_svg(charts, styled=True, opening=(*page.banners, page.title, *page.opening[:2])))


def _svg(charts: list[BandChart], *, styled: bool, opening: tuple[str, ...] = ()) -> Iterator[str]:
    lines = [line for text in opening for line in _broken(text, 66)]
    above = 19.0 * len(lines) + (14 if lines else 0)
    height = above + sum(_height(chart, titled=styled) for chart in charts)
    name = escape(charts[0].anchor if len(charts) == 1 else "bite", quote=True)
    yield (
        f'<svg class="bite" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_n(WIDTH)} {_n(height)}" '
        f'role="img" aria-labelledby="{name}-title {name}-about">\n'
        f'<title id="{name}-title">{_clean("; ".join(chart.title for chart in charts))}</title>\n'
        f'<desc id="{name}-about">{_clean(" ".join([*opening, *map(_described, charts)]))}</desc>\n'
    )
    if styled:
        yield f"<style>{_COLOURS}{_SVG}</style>\n"
        yield f'<rect width="{_n(WIDTH)}" height="{_n(height)}" style="fill:var(--paper)"/>\n'
    for at, line in enumerate(lines):
        yield _text(10, 18 + 19 * at, line) + "\n"
    top = above
    for chart in charts:
        yield from _chart(chart, top, titled=styled)
        top += _height(chart, titled=styled)
    yield "</svg>\n"


def _described(chart: BandChart) -> str:
    ends = [f"{band.title}: {_cell(chart, band.points[-1])} in the last week." for band in chart.bands]
    return " ".join((chart.about, *ends))


def _height(chart: BandChart, *, titled: bool) -> float:
    return (24 if titled else 0) + len(chart.bands) * (_HEAD + _panel(chart)) + _FOOT


def _panel(chart: BandChart) -> float:
    return _PANEL if len(chart.bands) > 1 else 2.2 * _PANEL


def _chart(chart: BandChart, top: float, *, titled: bool) -> Iterator[str]:
    if titled:
        yield _text(10, top + 18, chart.title, "name") + "\n"
        top += 24
    low, high = _range(chart)
    for band in chart.bands:
        yield from _band(chart, band, top + _HEAD, low, high)
        top += _HEAD + _panel(chart)
    yield _text((_LEFT + _RIGHT) / 2, top + 36, "years from the start", "", "middle") + "\n"


def _range(chart: BandChart) -> tuple[float, float]:
    """What is drawn: every band and every level, and a little room."""
    known = [p for band in chart.bands for p in band.points if p is not None]
    values = [v for p in known for v in p] + [level.at for level in chart.levels]
    if not chart.levels:
        values += [chart.ticks[0][0], chart.ticks[-1][0]]
    low, high = min(values, default=0.0), max(values, default=1.0)
    room = 0.04 * (high - low) if chart.levels else 0.0
    return low - room, max(high + room, low - room + 1e-9)


def _band(chart: BandChart, band: Band, top: float, low: float, high: float) -> Iterator[str]:
    tall = _panel(chart)
    bottom, last = top + tall - 8, max(len(band.points) - 1, 1)

    def across(week: float) -> float:
        return _LEFT + week / last * (_RIGHT - _LEFT)

    def up(value: float) -> float:
        return bottom - (value - low) / (high - low) * (bottom - top)

    yield _text(_LEFT, top - 8, band.title if len(chart.bands) > 1 else chart.unit, "name") + "\n"
    at = -inf
    for value, words in chart.ticks:
        if low <= value <= high:
            yield _line(_LEFT, up(value), _RIGHT, up(value), "grid") + "\n"
            if abs(up(value) - at) >= 15:
                yield _text(_LEFT - 7, up(value) + 4, words, "", "end") + "\n"
                at = up(value)
    for year in range(last // _WEEKS_A_YEAR + 1):
        x = across(year * _WEEKS_A_YEAR)
        yield _line(x, bottom, x, bottom + 5, "axis") + "\n"
        if band is chart.bands[-1]:
            yield _text(x, bottom + 20, str(year), "", "middle") + "\n"
    for piece in _pieces(band):
        yield from _drawn(piece, across, up)
    yield f'<path class="axis" d="M{_n(_LEFT)} {_n(top)}V{_n(bottom)}H{_n(_RIGHT)}"/>\n'
    for level in chart.levels:
        y = up(level.at)
        yield _line(_LEFT, y, _RIGHT, y, "limit" if level.is_limit else "alert") + "\n"
        yield _text(_RIGHT - 4, y - 4, level.title, "halo", "end") + "\n"


Piece = list[tuple[int, tuple[float, float, float]]]


def _pieces(band: Band) -> Iterator[Piece]:
    """Runs of weeks without a gap."""
    piece: Piece = []
    for week, point in enumerate(band.points):
        if point is None:
            if piece:
                yield piece
            piece = []
        else:
            piece.append((week, point))
    if piece:
        yield piece


def _drawn(piece: Piece, across: object, up: object) -> Iterator[str]:
    assert callable(across)
    assert callable(up)

    def path(at: int, *, back: bool = False) -> str:
        points = [f"{_n(across(week))} {_n(up(point[at]))}" for week, point in piece]
        return "L".join(reversed(points) if back else points)

    yield f'<path class="band" d="M{path(0)}L{path(2, back=True)}Z"/>\n'
    yield f'<path class="edge" d="M{path(0)}"/><path class="edge" d="M{path(2)}"/>\n'
    yield f'<path class="middle" d="M{path(1)}"/>\n'


def _broken(text: str, width: int) -> Iterator[str]:
    line = ""
    for word in text.split():
        if line and len(line) + 1 + len(word) > width:
            yield line
            line = word
        else:
            line = f"{line} {word}".strip()
    if line:
        yield line


def _line(x1: float, y1: float, x2: float, y2: float, kind: str) -> str:
    return f'<path class="{kind}" d="M{_n(x1)} {_n(y1)}L{_n(x2)} {_n(y2)}"/>'


def _text(x: float, y: float, words: str, kind: str = "", anchor: str = "start") -> str:
    return f'<text class="{kind}" x="{_n(x)}" y="{_n(y)}" text-anchor="{anchor}">{_clean(words)}</text>'


def _clean(words: str) -> str:
    return escape(legible(words))


def _n(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".")
