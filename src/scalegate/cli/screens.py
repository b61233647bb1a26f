"""The report page and one decision, for a terminal: the same values as the HTML report, in the same order.

For: `assess` and `gate` in text form. Does not know: the project, or how a page came about.

Nothing rests on colour: every status is a word. Texts of others are never read as markup. Where the terminal
cannot show a character, symbols are left out rather than replaced by one that means something else.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from scalegate.publication.decision_line import DecisionLine
from scalegate.publication.model_sheet import ModelSheet
from scalegate.publication.page import DecisionPage, ReportPage, RuleWord
from scalegate.publication.words import Status

FEW = 3  # up to so many models every reason is printed; beyond, what blocks is gathered over models

_STYLES = {
    "danger-shown": "bold red",
    "not-ruled-out": "bold yellow",
    "invalid": "bold",
    "not-run": "bold",
    "alert": "yellow",
    "not-shown": "",
    "held": "bold",
    "waived": "bold",
    "granted": "cyan",
}

_PLAIN = str.maketrans({"…": "...", "→": "->", "–": "-", "—": "-", "·": "-", "\ufffd": "?"})


def print_assessment(page: ReportPage, console: Console) -> None:
    """What was not tested first, then the matrix, then every blocker, then the record; one document after the other."""
    pages = (page, *page.beside)
    _banners(page.banners, console)
    for one in pages:
        print_line(console, f"{_name(one)}{one.title}, version {one.version}", "bold")
    print_line(console, f"as of {page.as_of}")
    print_heading(console, "WHAT WAS NOT TESTED")
    for one in pages:
        for group in one.not_tested:
            print_line(console, f"{_name(one)}{group.heading}", "underline")
            print_bullets(console, ((f"{item.what}: ", item.why) for item in group.items))
    if page.beside:
        print_line(console, "Several documents are in force: a hold in any is a hold (D1).", "bold")
    for one in pages:
        _document(one, console)


def _name(page: ReportPage) -> str:
    return f"Document {page.document}: " if page.document else ""


def _document(page: ReportPage, console: Console) -> None:
    if page.document:
        print_heading(console, f"DOCUMENT {page.document}: {page.title}, {page.kind}")
    if page.definitions:
        print_heading(console, "DEFINITIONS OF THIS DOCUMENT")
        print_bullets(console, ((f"{d.term}: ", d.meaning) for d in page.definitions))
    print_heading(console, "WHAT THIS DOES NOT CLAIM")
    print_bullets(console, (("", claim) for claim in page.claims))
    print_heading(console, "IN SHORT")
    print_line(console, page.summary)
    print_heading(console, "WAS THE POLICY FOLLOWED?")
    print_bullets(console, (("", line) for line in page.followed))
    print_heading(console, "IS THE RISK ACCEPTABLE?")
    print_bullets(console, (("", line) for line in page.acceptable))
    _matrix(page, console)
    _reasons(page, console)
    _rules(page.rules, console)
    _foot(page, console)


def print_decision(page: DecisionPage, console: Console) -> None:
    """One answer of the gate: what was not tested, the answer, every blocker, what it rests on."""
    _banners(page.banners, console)
    print_heading(console, "WHAT WAS NOT TESTED")
    print_bullets(
        console, ((f"{item.what}: ", item.why) for item in page.not_tested) if page.not_tested else [("", _NONE)]
    )
    print_heading(
        console, f"{page.decision.name} for {page.model}, configuration {page.configuration}, as of {page.as_of}"
    )
    _decision(page.decision, console)
    if page.decision.rests_on:
        print_line(console, "It rests on", "underline")
        print_bullets(console, ((f"{r.ground} {r.id}: ", _until(r.what, r.until)) for r in page.decision.rests_on))
    print_line(console, page.claims[1])
    _rules(page.rules, console)


_NONE = "the decision lists nothing; other threat models than those of the policy are never tested"


# --------------------------------------------------------------------------------- the matrix


def _matrix(page: ReportPage, console: Console) -> None:
    limits = [f"{limit.title}{' (hard stop)' if limit.hard_stop else ''}" for limit in page.limits]
    claimed = [[line.status for line in sheet.verdicts] for sheet in page.models]
    _tables(console, "WHAT MAY BE CLAIMED ABOUT EACH LIMIT", limits, page.models, claimed, width=15)
    answers = [[line.status for line in sheet.decisions] for sheet in page.models]
    _tables(console, "WHAT MAY BE DONE", [c.name for c in page.columns], page.models, answers, width=10)


def _tables(
    console: Console,
    title: str,
    columns: Sequence[str],
    models: Sequence[ModelSheet],
    cells: Sequence[Sequence[Status]],
    *,
    width: int,
) -> None:
    """Models down, columns across; as many tables as the width of the terminal asks for."""
    if not columns:
        return
    print_heading(console, title)
    across = max(1, (console.width - 20) // (width + 2))
    for start in range(0, len(columns), across):
        part = slice(start, start + across)
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 1, 0, 0))
        table.add_column("Model", width=20, overflow="fold")
        for name in columns[part]:
            table.add_column(Text(_fit(name, console)), width=width, overflow="fold", vertical="bottom")
        for sheet, row in zip(models, cells, strict=True):
            table.add_row(Text(_fit(sheet.title, console)), *(_status(status, console) for status in row[part]))
        console.print(table)


def _status(status: Status, console: Console) -> Text:
    symbol = f"{status.symbol} " if _unicode(console) else ""
    return Text(f"{symbol}{status.word}", style=_STYLES.get(status.tone, ""))


# ------------------------------------------------------------------------ reasons and blockers


def _reasons(page: ReportPage, console: Console) -> None:
    if len(page.models) > FEW:
        _gathered(page, console)
        print_line(console, "Every reason for one model: scalegate assess --model ID")
        return
    for sheet in page.models:
        _sheet(sheet, console)


def _sheet(sheet: ModelSheet, console: Console) -> None:
    print_heading(console, sheet.title)
    print_line(console, f"{sheet.label}, {sheet.subject}; {sheet.identity}; configuration {sheet.configuration}")
    for line in sheet.verdicts:
        bounds = f" {line.interval}" if line.interval else ""
        until = f"; until {line.until} ({line.until_because})" if line.until else ""
        why = f"{'; '.join(line.reasons)} [{', '.join(line.rules)}]{until}"
        print_bullets(console, [(f"{line.limit_title}: {line.status.word}{bounds}. ", why)])
    for decision in sheet.decisions:
        _decision(decision, console)


def _decision(line: DecisionLine, console: Console) -> None:
    text = Text(f"{_fit(line.name, console)}: ", style="bold")
    text.append_text(_status(line.status, console))
    if line.until:
        text.append(_fit(f" until {line.until} ({line.because})", console))
    if line.compute_cap:
        text.append(f", up to {line.compute_cap}")
    if line.note:
        text.append(f"; {line.note} (D4)")
    _wrapped(console, text, "", "")
    if line.out_of_scope:
        print_line(console, f"out of scope by the finding {line.out_of_scope}")
    for blocker in line.blockers:
        about = f"{blocker.about}: " if blocker.about else ""
        waivable = "; a waiver can reach it" if blocker.waivable else ""
        why = f"{about}{blocker.why}. Can clear it: {blocker.cleared_by}{waivable}."
        print_bullets(console, [(f"{blocker.rule} ", why)])


def _gathered(page: ReportPage, console: Console) -> None:
    """Blockers per permission over all models, the most frequent first."""
    print_heading(console, "WHAT BLOCKS")
    for position, column in enumerate(page.columns):
        found: dict[tuple[str, str, str], int] = {}
        for sheet in page.models:
            for b in sheet.decisions[position].blockers:
                key = (b.rule, f"{b.about}: {b.why}" if b.about else b.why, b.cleared_by)
                found[key] = found.get(key, 0) + 1
        counts = f"{column.granted} granted, {column.held} held" + (f", {column.waived} waived" * bool(column.waived))
        print_line(console, f"{column.name}: {counts}", "bold")
        ordered = sorted(found.items(), key=lambda item: -item[1])
        print_bullets(console, ((f"{rule} ", f"{n}x {why}. Can clear it: {who}.") for (rule, why, who), n in ordered))


# --------------------------------------------------------------------------------- small parts


def _foot(page: ReportPage, console: Console) -> None:
    foot = page.foot
    print_heading(console, "RECORD")
    print_line(console, page.gate_words)
    print_line(console, f"Recorded runs that can clear nothing: {page.invalid_runs}.")
    for waiver in page.waivers:
        what = f"{waiver.permission} on {waiver.limit} for {waiver.subject}, {waiver.since} to {waiver.until}"
        print_bullets(console, [(f"waiver {waiver.id} ({waiver.state}): ", f"{what}: {waiver.reason}")])
    counts = ((x.title, f"{x.invalid_runs}, abandoned runs: {x.abandoned_runs}") for x in page.limits)
    print_bullets(console, ((f"invalid runs, {title}: ", count) for title, count in counts))
    print_line(console, f"policy {foot.policy_digest}")
    print_line(console, f"log {foot.origin}, {foot.size} entries, root {foot.root}")
    print_line(console, f"{foot.keys}; {foot.witnesses}")
    print_line(console, f"longest lease {foot.max_lease}")
    print_line(console, f"to check it: {foot.verify}")


def _rules(rules: tuple[RuleWord, ...], console: Console) -> None:
    if rules:
        print_heading(console, "RULES CITED")
        print_bullets(console, ((f"{word.id}  ", word.sentence) for word in rules))


def _until(what: str, until: str) -> str:
    return f"{what}, until {until}" if until else what


def _banners(texts: tuple[str, ...], console: Console) -> None:
    for text in texts:
        print_line(console, text, "bold reverse")


def print_heading(console: Console, text: str) -> None:
    console.print()
    print_line(console, text, "bold")


def print_line(console: Console, text: str, style: str = "") -> None:
    _wrapped(console, Text(_fit(text, console), style=style), "", "")


def print_bullets(console: Console, items: Iterable[tuple[str, str]]) -> None:
    """Wrapped items with a hanging indent, and no spaces at the ends of lines."""
    for head, text in items:
        whole = Text(_fit(head, console), style="bold")
        whole.append(_fit(text, console), style="not bold")
        _wrapped(console, whole, "- ", "  ")


def _wrapped(console: Console, text: Text, first: str, others: str) -> None:
    """Lines that fit the width, without the spaces that a wrapped line would end with."""
    for number, line in enumerate(text.wrap(console, max(console.width - len(first), 20))):
        line.rstrip()
        whole = Text(others if number else first).append_text(line)
        console.print(whole, no_wrap=True, overflow="ignore", crop=False)


def _unicode(console: Console) -> bool:
    return console.encoding.lower().replace("-", "").startswith("utf")


def _fit(text: str, console: Console) -> str:
    """The text in what the terminal can encode; unknown characters become `?`."""
    if _unicode(console):
        return text
    encoding = console.encoding
    return text.translate(_PLAIN).encode(encoding, "replace").decode(encoding)
