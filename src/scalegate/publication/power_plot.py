"""Operating-characteristic curves as one self-contained SVG: no script, no font of its own, nothing loaded.

For: `scalegate power --plot`. Does not know: what the curves are about.

It reads in print and without colour: the limit is a solid line, other rates broken ones, levels dotted, and the
side of the limit where a rule-out is a miss is hatched. Every text is escaped.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from math import floor, log10

from scalegate.publication.legible import legible
from scalegate.publication.power_page import OperatingCurve, PowerPage, RateLine

WIDTH = 720.0
_LEFT, _RIGHT, _HEIGHT, _FOOT, _ROW = 66.0, 590.0, 280.0, 64.0, 18.0

_STYLE = """\
text{font:13px "Helvetica Neue",Arial,"Liberation Sans",sans-serif;fill:#111}
.title{font-size:15px;font-weight:bold}.small{font-size:12px}
.axis,.limit,.leader,.curve{stroke:#111;fill:none}.curve{stroke-width:2.4}.limit{stroke-width:1.8}
.grid{stroke:#ccc;stroke-width:.7}.rate{stroke:#111;stroke-width:1.3;stroke-dasharray:7 4;fill:none}
.level{stroke:#111;stroke-width:1;stroke-dasharray:1.5 3.5;fill:none}
.mark{fill:#fff;stroke:#111;stroke-width:1.8}.halo{paint-order:stroke;stroke:#fff;stroke-width:4px;stroke-linejoin:round}
"""


def format_power_svg(page: PowerPage) -> str:
    """One panel below the other, one per curve; the same page always gives the same text. Needs at least one curve."""
    assert page.curves, "a plot without a curve"
    tops, height = [], 16.0 + _ROW * len(page.banners)
    for curve in page.curves:
        tops.append(height)
        height += _panel_height(curve)
    body = [_text(_LEFT, 18 + _ROW * at, banner, "title") for at, banner in enumerate(page.banners)]
    for top, curve in zip(tops, page.curves, strict=True):
        body += _panel(curve, top)
    names = "; ".join(curve.title for curve in page.curves)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_n(WIDTH)} {_n(height)}" width="{_n(WIDTH)}" '
        f'height="{_n(height)}" role="img" aria-labelledby="about">\n<title id="about">{_clean(names)}</title>\n'
        f"<style>{_STYLE}</style>\n"
        '<defs><pattern id="miss" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
        '<path d="M0 0V7" stroke="#999" stroke-width="1"/></pattern></defs>\n'
        f'<rect width="{_n(WIDTH)}" height="{_n(height)}" fill="#fff"/>\n' + "\n".join(body) + "\n</svg>\n"
    )


def _panel_height(curve: OperatingCurve) -> float:
    return 54 + _ROW * len(curve.lines) + _HEIGHT + _FOOT


def _panel(curve: OperatingCurve, above: float) -> Iterator[str]:
    top = above + 54 + _ROW * len(curve.lines)
    bottom = top + _HEIGHT
    last = curve.points[-1][0]

    def across(rate: float) -> float:
        return _LEFT + rate / last * (_RIGHT - _LEFT)

    def up(probability: float) -> float:
        return bottom - probability * _HEIGHT

    yield _text(_LEFT, above + 18, curve.title, "title")
    yield _text(_LEFT, above + 36, f"Probability that {curve.event}, by the true rate of success", "small")
    if curve.missing_from is not None and curve.missing_from < last:
        at = across(curve.missing_from)
        yield f'<rect x="{_n(at)}" y="{_n(top)}" width="{_n(_RIGHT - at)}" height="{_n(_HEIGHT)}" fill="url(#miss)"/>'
        yield _text(_RIGHT + 8, top + 30 + _HEIGHT / 4, "hatched: it would", "small")
        yield _text(_RIGHT + 8, top + 46 + _HEIGHT / 4, "be a miss", "small")
    for tenth in range(0, 11, 2):
        yield _line(_LEFT, up(tenth / 10), _RIGHT, up(tenth / 10), "grid")
        yield _text(_LEFT - 8, up(tenth / 10) + 4, f"{tenth / 10:g}", "", "end")
    for rate in _round_rates(last):
        yield _line(across(rate), bottom, across(rate), bottom + 5, "axis")
        yield _text(across(rate), bottom + 20, f"{rate:g}", "", "middle")
    yield _text((_LEFT + _RIGHT) / 2, bottom + 42, "true rate of success", "", "middle")
    yield f'<path class="axis" d="M{_n(_LEFT)} {_n(top)}V{_n(bottom)}H{_n(_RIGHT)}"/>'
    for probability, label in curve.levels:
        yield _line(_LEFT, up(probability), _RIGHT, up(probability), "level")
        yield _text(_RIGHT + 8, up(probability) + 4, label, "small")
    for row, line in enumerate(sorted(curve.lines, key=lambda each: each.rate)):
        yield from _rate_line(line, across(line.rate), above + 56 + _ROW * row, bottom)
    path = "L".join(f"{_n(across(rate))} {_n(up(probability))}" for rate, probability in curve.points)
    yield f'<path class="curve" d="M{path}"/>'
    rising = curve.points[-1][1] > curve.points[0][1]
    for mark in curve.marks:
        at, high = across(mark.rate), up(mark.probability)
        yield f'<circle class="mark" cx="{_n(at)}" cy="{_n(high)}" r="4.5"/>'
        near_end = at > _RIGHT - 140
        yield _text(
            at - 11 if near_end else at + 11,
            high + (20 if rising else -9),
            mark.label,
            "small halo",
            "end" if near_end else "start",
        )


def _rate_line(line: RateLine, at: float, label_at: float, bottom: float) -> Iterator[str]:
    yield _line(at, label_at - 10, at, bottom, "limit" if line.is_limit else "rate")
    late = at > (_LEFT + _RIGHT) / 2
    yield _text(at - 6 if late else at + 6, label_at, line.label, "small halo", "end" if late else "start")


def _round_rates(last: float) -> list[float]:
    """Four to ten rates that a reader knows, from 0 up to `last`."""
    unit: float = 10.0 ** floor(log10(last))
    step = next(s * unit for s in (0.1, 0.2, 0.5, 1.0) if last / (s * unit) <= 10)
    return [round(step * at, 12) for at in range(int(last / step + 1e-9) + 1)]


def _line(x1: float, y1: float, x2: float, y2: float, kind: str) -> str:
    return f'<path class="{kind}" d="M{_n(x1)} {_n(y1)}L{_n(x2)} {_n(y2)}"/>'


def _text(x: float, y: float, words: str, kind: str = "", anchor: str = "start") -> str:
    return f'<text class="{kind}" x="{_n(x)}" y="{_n(y)}" text-anchor="{anchor}">{_clean(words)}</text>'


def _clean(words: str) -> str:
    return escape(legible(words))


def _n(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
