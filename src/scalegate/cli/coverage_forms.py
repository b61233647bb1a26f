"""Answers to criteria for a terminal, as JSON and as Markdown. Does not know: the rules, how an answer came about.

No form has a score: answers stand one by one, and their counts beside each other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from rich.console import Console

from scalegate.cli.screens import print_bullets, print_heading, print_line
from scalegate.publication.legible import legible
from scalegate.quantity import format_instant
from scalegate.shape import Path, dotted

if TYPE_CHECKING:
    from scalegate.policy.coverage import Answered, Coverage
    from scalegate.procedure.covering import Covered

Places = Callable[[Path], str]
FEW = 3  # so many places are named in text before the rest is counted
NO_SCORE = (
    "Answers are about the text, and about what its record shows. None of them says that a risk is acceptable, "
    "and they add up to nothing."
)


def coverage_form(found: Covered, places: Places, *, replay: bool) -> dict[str, Any]:
    return {
        "schema": "scalegate.policy-coverage/1",
        "as_of": format_instant(found.as_of),
        "replay": replay,
        "policy": {"title": found.policy.title, "version": found.policy.version, "digest": found.digest},
        "evidenced": found.evidenced,
        **({"published": list(found.said)} if found.said else {}),
        "packs": [_pack(pack, places) for pack in found.answers],
        "refused": [str(finding) for finding in found.refused],
    }


def _pack(found: Coverage, places: Places) -> dict[str, Any]:
    pack = found.pack
    return {
        "pack": pack.id,
        "title": pack.title,
        "source": {
            "title": pack.source.title,
            "url": pack.source.url,
            "version": pack.source.version,
            "read_on": format_instant(pack.source.read_on),
        },
        "valid_until": format_instant(pack.valid_until),
        "not_read": pack.not_read,
        "counts": {answer.value: number for answer, number in found.counts.items()},
        "answers": [_answer(a, places) for a in found.answers],
    }


def _answer(answered: Answered, places: Places) -> dict[str, Any]:
    criterion = answered.criterion
    return {
        "criterion": criterion.id,
        "part": criterion.part,
        "asks": criterion.asks,
        "source": criterion.source,
        "answer": answered.answer.value,
        "places": [{"path": dotted(path), "where": places(path)} for path in answered.places],
        "falls_short": [{"path": dotted(path), "where": places(path)} for path in answered.short],
        "why": list(answered.why),
        "evidence": [{"what": shown.what, "entries": list(shown.entries)} for shown in answered.shown],
    }


# -------------------------------------------------------------------------------------- the screen


def print_coverage(found: Covered, places: Places, console: Console) -> None:
    """What the answers are and are not, then each pack by its parts."""
    print_line(console, f"{legible(found.policy.title)}, version {legible(found.policy.version)}", "bold")
    print_line(console, NO_SCORE)
    for line in found.said:
        print_line(console, legible(line))
    print_line(console, _evidence_line(found))
    for pack in found.answers:
        print_heading(console, pack.pack.title)
        for line in _head(pack):
            print_line(console, line)
        for part, title in pack.pack.parts.items():
            rows = [a for a in pack.answers if a.criterion.part == part]
            if rows:
                print_line(console, title, "underline")
                print_bullets(console, [_row(a, places) for a in rows])


def _evidence_line(found: Covered) -> str:
    if found.evidenced:
        return "Evidence: the record of the project that has this policy in force."
    return "Evidence: none; no record is at hand that has this policy in force, so nothing that needs one reads as met."


def _head(found: Coverage) -> Iterator[str]:
    pack = found.pack
    yield f"Source: {pack.source.title}, {pack.source.version}; {pack.source.url}"
    yield f"Read on {pack.source.read_on:%Y-%m-%d}; these criteria answer until {pack.valid_until:%Y-%m-%d}."
    if pack.not_read:
        yield f"Not read: {pack.not_read}"
    yield "Counts: " + ", ".join(f"{a.value.replace('_', ' ')} {n}" for a, n in found.counts.items())


def _row(answered: Answered, places: Places) -> tuple[str, str]:
    criterion = answered.criterion
    where = _places(answered.places, places)
    said = [criterion.asks, f"[{criterion.source}]", where and f"At {where}.", *(_sentence(w) for w in answered.why)]
    said += [f"Record: {shown.what}." for shown in answered.shown]
    return f"{criterion.id} {answered.answer.value.replace('_', ' ')}: ", legible(" ".join(s for s in said if s))


def _places(paths: Iterable[Path], places: Places) -> str:
    named = [f"{places(path)} {dotted(path)}".strip() for path in paths]
    rest = f" and {len(named) - FEW} more" if len(named) > FEW else ""
    return ", ".join(named[:FEW]) + rest


def _sentence(text: str) -> str:
    first = text.split(" ", 1)[0]
    shown = text if "." in first or "_" in first else f"{text[:1].upper()}{text[1:]}"  # a path stays as it is written
    return shown + ("" if shown.endswith(".") else ".")


# ---------------------------------------------------------------------------------------- markdown


def coverage_markdown(found: Covered, places: Places) -> str:
    """The same as Markdown, one table for each part."""
    lines = [f"# {_cell(found.policy.title)}, version {_cell(found.policy.version)}", "", NO_SCORE, ""]
    lines += [*(f"{_cell(line)}  " for line in found.said), _evidence_line(found), ""]
    for pack in found.answers:
        lines += [f"## {_cell(pack.pack.title)}", "", *(f"{_cell(line)}  " for line in _head(pack)), ""]
        for part, title in pack.pack.parts.items():
            rows = [a for a in pack.answers if a.criterion.part == part]
            lines += [
                f"### {_cell(title)}",
                "",
                "| id | answer | asked | where | why |",
                "| --- | --- | --- | --- | --- |",
            ]
            lines += [_markdown_row(a, places) for a in rows] + [""]
    lines += [f"- {_cell(finding)}" for finding in found.refused]
    return "\n".join(lines) + "\n"


def _markdown_row(answered: Answered, places: Places) -> str:
    criterion = answered.criterion
    cells = (
        criterion.id,
        answered.answer.value.replace("_", " "),
        f"{criterion.asks} ({criterion.source})",
        _places(answered.places, places),
        "; ".join((*answered.why, *(shown.what for shown in answered.shown))),
    )
    return "| " + " | ".join(_cell(cell) for cell in cells) + " |"


def _cell(text: object) -> str:
    return legible(str(text)).replace("\\", "\\\\").replace("|", "\\|").replace("\n", " ")
