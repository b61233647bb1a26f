"""Puts policies side by side: published texts, policy files, or both.

For: `policy compare`. Does not know: files, where a policy was read from, markup.

The answers of a published text are its facts; those of a policy file are read off the document. Both are asked the
same questions. What a text does not determine stays `unknown`; a stand-in of its document is never shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from scalegate.policy.document import StopKind
from scalegate.policy.operational import Aim, Grade, Operational, how_operational
from scalegate.policy.published import Facts, Statement, Stop, unknowns
from scalegate.policy.stated_facts import facts_of
from scalegate.procedure.policy_source import PolicySource
from scalegate.publication.comparison import Cell, Column, Comparison, Group, Row, Said

CLAIMS = (
    "These are texts. Whether any of them was kept is not shown here, and nothing was tested.",
    "'unknown': the text does not determine it. 'none': the text was read and has none.",
    "Columns stand in the order asked for: nothing here is a score, an order or a recommendation.",
    "Published policies are given as facts in other words, from text extractions of the provider's file; the source "
    "stands with each, and decides.",
)


def compare(policies: tuple[PolicySource, ...]) -> Comparison:
    """The page of policies side by side, in the order given."""
    facts = [_facts(policy) for policy in policies]
    graded = [how_operational(p.document, p.published.holes if p.published else ()) for p in policies]
    return Comparison(
        claims=CLAIMS,
        columns=tuple(_column(policy) for policy in policies),
        groups=(
            Group(title="Stopping development", rows=tuple(_stop("development", [f.development for f in facts]))),
            Group(title="Stopping deployment", rows=tuple(_stop("deployment", [f.deployment for f in facts]))),
            Group(
                title="Lowering the requirements",
                rows=(_row("loosened_when", "may be lowered when", facts, _loosened),),
            ),
            Group(title="When a model is assessed again", rows=tuple(_cadence(facts))),
            Group(title="What is asked", rows=tuple(_asked(facts))),
            Group(title="How much of it a gate could decide", rows=tuple(_grades(graded))),
            Group(title="Who decides, and how the text changes", rows=tuple(_governance(facts))),
            Group(title="What could not be determined", rows=(_open(policies),)),
        ),
    )


def _facts(policy: PolicySource) -> Facts:
    return policy.published.facts if policy.published else facts_of(policy.document)


# ------------------------------------------------------------------------------------- columns


def _column(policy: PolicySource) -> Column:
    document, published = policy.document, policy.published
    if published is None:
        return Column(
            id=policy.id,
            published=False,
            title=document.title,
            developer=document.developer,
            version=document.version,
            digest=policy.file.digest or "",
            undetermined=_undetermined(policy),
        )
    source = published.source
    return Column(
        id=policy.id,
        published=True,
        title=source.title,
        developer=source.developer,
        version=source.version,
        date=source.date,
        url=source.url,
        digest=source.digest,
        read_from=source.read_from,
        how_much_read=source.how_much_read.value,
        remark=source.remark,
        holes=tuple(hole.at for hole in policy.holes),
        undetermined=_undetermined(policy),
    )


# --------------------------------------------------------------------------------------- cells


def _cell(value: Statement | None) -> Cell:
    if value is None:
        return Cell(said=Said.UNKNOWN, lines=(Said.UNKNOWN.value,))
    return Cell(said=Said.NONE if value.absent else Said.STATED, lines=(str(value),))


def _cells(values: tuple[Statement, ...] | None) -> Cell:
    if values is None:
        return _cell(None)
    lines = tuple(str(value) for value in values)
    return Cell(said=Said.STATED, lines=lines) if lines else Cell(said=Said.NONE, lines=(Said.NONE.value,))


def _kind(kind: StopKind) -> Cell:
    said = {StopKind.UNKNOWN: Said.UNKNOWN, StopKind.NONE: Said.NONE}.get(kind, Said.STATED)
    return Cell(said=said, lines=(kind.value,))


def _counted(places: Iterable[str]) -> Cell:
    found = tuple(places)
    return Cell(said=Said.COUNTED, lines=(str(len(found)), *found))


# ---------------------------------------------------------------------------------------- rows


def _row(key: str, title: str, facts: list[Facts], cell: Callable[[Facts], Cell]) -> Row:
    return Row(key=key, title=title, cells=tuple(cell(item) for item in facts))


def _loosened(facts: Facts) -> Cell:
    return _cell(facts.loosened_when)


def _stop(what: str, stops: list[Stop]) -> Iterator[Row]:
    yield Row(key=f"{what}.kind", title="kind of stop", cells=tuple(_kind(stop.kind) for stop in stops))
    yield Row(key=f"{what}.covers", title="set off by", cells=tuple(_cell(stop.covers) for stop in stops))
    yield Row(key=f"{what}.hangs_on", title="hangs on", cells=tuple(_cell(stop.hangs_on) for stop in stops))
    yield Row(key=f"{what}.ends_when", title="ends when", cells=tuple(_cell(stop.ends_when) for stop in stops))


def _cadence(facts: list[Facts]) -> Iterator[Row]:
    yield _row("cadence.effective_compute", "growth of compute", facts, lambda f: _cell(f.cadence.effective_compute))
    yield _row("cadence.calendar", "longest time", facts, lambda f: _cell(f.cadence.calendar))
    yield _row("cadence.events", "events", facts, lambda f: _cells(f.cadence.events))
    yield _row("cadence.said", "in words", facts, lambda f: _cell(f.cadence.said))
    yield _row("buffer.factor", "buffer below a limit", facts, lambda f: _cell(f.buffer.factor))
    yield _row("buffer.said", "buffer, in words", facts, lambda f: _cell(f.buffer.said))


def _asked(facts: list[Facts]) -> Iterator[Row]:
    yield _row("domains", "threat domains", facts, lambda f: _cells(f.domains))
    yield _row("numbers", "numbers", facts, lambda f: _cells(f.numbers))
    yield _row("security", "security", facts, lambda f: _cell(f.security))


_GRADES = {
    Grade.OPERATIONAL: "limits that a gate can decide",
    Grade.STATED: "limits with a named test alone",
    Grade.JUDGEMENT: "limits left to judgement",
    Grade.UNDEFINED: "limits without a test",
}
_AIMS = {Aim.TARGETED: "protections with a target for their test", Aim.NAMED: "protections named alone"}


def _grades(graded: list[Operational]) -> Iterator[Row]:
    for grade, title in _GRADES.items():
        cells = tuple(_counted(found.limits[grade]) for found in graded)
        yield Row(key=f"limits.{grade.value}", title=title, cells=cells)
    for aim, title in _AIMS.items():
        cells = tuple(_counted(found.protections[aim]) for found in graded)
        yield Row(key=f"protections.{aim.value}", title=title, cells=cells)
    cells = tuple(_counted(found.unmapped) for found in graded)
    yield Row(key="limits.unmapped", title="limits that no protection is tied to", cells=cells)
    cells = tuple(_counted(found.hard_stops) for found in graded)
    yield Row(key="limits.hard_stops", title="limits that no protection reaches", cells=cells)


def _governance(facts: list[Facts]) -> Iterator[Row]:
    yield _row("governance.decides", "decides", facts, lambda f: _cell(f.governance.decides))
    yield _row("governance.recommends", "recommends", facts, lambda f: _cell(f.governance.recommends))
    yield _row("governance.board", "board", facts, lambda f: _cell(f.governance.board))
    yield _row("governance.changes", "changes of the text", facts, lambda f: _cell(f.governance.changes))
    yield _row("governance.notice", "notice of a change", facts, lambda f: _cell(f.governance.notice))
    yield _row(
        "governance.review_every", "longest time between reviews", facts, lambda f: _cell(f.governance.review_every)
    )
    yield _row("governance.external_review", "external review", facts, lambda f: _cell(f.governance.external_review))
    yield _row(
        "governance.noncompliance", "reports of noncompliance", facts, lambda f: _cell(f.governance.noncompliance)
    )
    yield _row("governance.transparency", "transparency", facts, lambda f: _cells(f.governance.transparency))


def _open(policies: tuple[PolicySource, ...]) -> Row:
    return Row(key="undetermined", title="left open", cells=tuple(_left_open(policy) for policy in policies))


def _left_open(policy: PolicySource) -> Cell:
    items = tuple(f"{about}: {why}" for about, why in _undetermined(policy))
    return Cell(said=Said.UNKNOWN, lines=items) if items else Cell(said=Said.NONE, lines=(Said.NONE.value,))


def _undetermined(policy: PolicySource) -> tuple[tuple[str, str], ...]:
    """What is left open, and why: what a catalogue file says, or what a policy file has no words for."""
    if policy.published:
        return tuple((item.about, item.why) for item in policy.published.undetermined)
    return tuple((path, "the file says nothing of it") for path in unknowns(_facts(policy)))
