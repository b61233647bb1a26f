"""Write `policy-format.md` from the dataclasses of the policy document.

    python docs/make_policy_format.py

For: readers of the format. The tables come from the code, so that they cannot differ from it; the examples below
are read by the same decoder in a test.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Iterator
from dataclasses import MISSING, Field, fields, is_dataclass
from enum import Enum
from inspect import cleandoc
from pathlib import Path
from typing import Any, get_args, get_origin

from scalegate.policy.document import PolicyDocument
from scalegate.shape import hints

PLACE = Path(__file__).with_name("policy-format.md")

INTRODUCTION = """\
# The policy file, `scalegate.policy/1`

One YAML file says what a developer has promised: limits, protections, evaluation, response, accountability, and
the scope, threat models and roles that they rest on. What the numbers do is fixed by rules with numbers (`L1`,
`V4`, `D2`), which the tables below cite. `examples/cyber/policy.yaml` is a complete policy.

- The file is a small subset of YAML: mappings, lists and text, at most 2 MiB and 64 levels deep; no anchors, aliases,
  tags, merge keys or second documents. An unknown key is a fault, never ignored.
- A file loads in two grades. *Readable*: every value has its shape. *Adoptable*: no rule refuses it either.
  `scalegate policy check` gives every finding at once, each with file, line, column and what to write instead, and
  then remarks: what follows from the policy that its reader should know.
- A project may have several documents in force, each in such a file (`policies/NAME.yaml` beside `policy.yaml`):
  `kind` says why it exists, `definitions` what its own terms mean. Ids belong to their document; only evaluations,
  under which evidence is filed, mean the same in all. A hold in any is a hold (D1).
- Numbers carry their unit. An *id* is 1 to 200 of `A-Z a-z 0-9 . _ : / @ + -`, without `..`.
- For a value that may be absent, leaving the key out, `null` and, where it is no text, `unknown` mean the same.
- `schemas/policy.schema.json` in the package describes the same shapes to editors.

| kind | written |
|---|---|
| probability | `0.35` or `35 %`; a bare `1` is refused as ambiguous |
| task length | `480 min` or `8 h` |
| compute | `2.1e24 FLOP` |
| factor | `4x`, at least `1x` |
| period | `6 months`, `90 days`, `2 weeks`, `24 h`, `30 min`; above zero |
| instant | `2026-03-31T00:00:00Z`, or a date, which is its first second in UTC |
"""

EXAMPLES: dict[str, str] = {
    "Separation": """
        one: evaluators
        other: product
        why: Who ships would judge what may be shipped.
    """,
    "Reference": """
        model: Another Lab's model of March 2026
        assessed_by: A national institute
        finding: Far below the capability that this limit describes.
        source: https://institute.invalid/report-7
        until: 2026-12-31
    """,
    "ComputeObservation": """
        measure: effective_compute
        relied_on: true
        limit: 1e24 FLOP
        alert: 5e23 FLOP
        precursor:
          argument: No model below this compute has been seen to do any part of such an attack.
          author: m.sato
          expires: 2026-12-31
    """,
    "ProgressObservation": """
        measure: rate_of_progress
        evaluation: cyber
        direction: rule_out_proxy
        relied_on: true
        success: 0.5
        generations: 3
        since: 2024-01-01
        limit: 16x
        alert: 8x
        alpha_lower: 0.05
        alpha_upper: 0.05
        precursor:
          argument: Research that a model speeds up shows in the models that come out of it.
          author: m.sato
          expires: 2026-12-31
    """,
    "StatedObservation": """
        measure: stated
        test: A public benchmark of programming tasks
        criterion: more than half of the tasks
        missing: version, number of tries, elicitation, level of confidence
    """,
    "Reached": """
        model: our model of March 2026
        on: 2026-03-31
        statement: Its report says so; the protections of this limit are in force.
    """,
    "Watched": """
        title: Persuasion at scale
        why: Outside studies see it grow.
        no_limit_because: No measure of it is agreed on.
        becomes_a_limit_when: an evaluation with a control arm exists
        role: evaluators
        review_every: 6 months
    """,
    "Actors": """
        in_scope: [criminal groups, a single insider]
        out_of_scope: [states that single us out]
        level: SL-3
    """,
    "Action": """
        id: lock-weights
        when: danger_shown
        limit: expert-day
        what: Take the weights off every machine that serves or trains.
        role: officer
        within: 4 h
    """,
    "Precondition": """
        showing: authorities_told
        how: A letter to the national authority, with the case and the risk.
        role: board
    """,
    "StopClause": """
        development: unconditional
        deployment: unconditional
        text: Training and deployment stop while protections are missing.
    """,
    "Commitment": """
        text: We will tell the board every quarter which promises were not kept.
        component: accountability
        owner: officer
        every: 3 months
        evidence: The minutes of the board.
    """,
    "ChangelogEntry": """
        version: 1.1.0
        published: 2026-06-01
        changes:
          - {at: [limits.expert-day], what: The alert line went down from 4 h to 3 h., why: Evaluations take longer.}
    """,
    "Change": """
        at: [limits.expert-day.observations.steps.alert]
        what: The alert line went down from 4 h to 3 h.
        why: Evaluations take longer than we thought.
    """,
    "Scope": """
        statement: Every model that we train, host or sell access to.
        out_of_scope_below: 1e22 FLOP
        screen: quick-screen
        exclusions:
          - {domain: Narrow image models, why: They take no instructions and cannot act.}
    """,
    "Exclusion": """
        domain: Narrow image models
        why: They take no instructions and cannot act.
    """,
    "Role": """
        title: Responsible scaling officer
        line: assurance
        holders: [r.okafor]
    """,
    "ThreatModel": """
        title: Cyber attacks by an agent
        actor: A small group with money and no expert.
        harm: Services that people's lives depend on stop working.
        attacker_budget:
          description: A month of a group of five.
          tokens_per_attempt: 2000000
          attempts_per_task: 1
          floor: 50 %
        ladder: [expert-hour, expert-day, expert-month]
    """,
    "AttackerBudget": """
        description: A month of a group of five.
        tokens_per_attempt: 2000000
        attempts_per_task: 1
        floor: 50 %
    """,
    "AcceptedBlindSpot": """
        accepted_by: board
        why: No evaluation exists that we trust; we neither train on nor serve biological tools.
        until: 2026-06-30
        would_change: An evaluation that outside experts trust, or a report of uplift.
    """,
    "Limit": """
        title: A day of expert work
        capability: Finishes half of the attacks that take an expert a day.
        hard_stop: false
        observations:
          whole-attack: {measure: existence, evaluation: cyber, min_human_minutes: 24 h}
    """,
    "RateObservation": """
        measure: success_rate
        evaluation: cyber
        direction: rule_out_proxy
        relied_on: true
        unit: family
        orientation: higher_is_more_dangerous
        limit: 0.50
        alert: 0.30
        alpha_lower: 0.05
        alpha_upper: 0.05
        elicitation_shift: {value: 0.10, author: m.sato, reason: Largest gain seen from a second scaffold.}
        precursor:
          argument: Whoever can do the whole attack can do these parts of it.
          author: m.sato
          expires: 2026-12-31
    """,
    "RateShift": """
        value: 0.10
        author: m.sato
        reason: Largest gain seen from a second scaffold.
    """,
    "Precursor": """
        argument: Whoever can do the whole attack can do these parts of it.
        author: m.sato
        expires: 2026-12-31
    """,
    "HorizonObservation": """
        measure: time_horizon
        evaluation: cyber
        direction: rule_out_proxy
        relied_on: true
        success: 0.5
        limit: 8 h
        alert: 3 h
        alpha_lower: 0.05
        alpha_upper: 0.05
        envelope: {slope_from: 0.5, slope_to: 1, family_sd: 1, reason: Every model measured so far lies inside.}
        elicitation_shift: {value: 1.5x, author: m.sato, reason: Largest gain seen from a second scaffold.}
        precursor:
          argument: Long attacks are made of short steps; who cannot do the steps cannot do the attack.
          author: m.sato
          expires: 2026-12-31
    """,
    "SlopeEnvelope": """
        slope_from: 0.5
        slope_to: 1
        family_sd: 1
        reason: Every model measured so far lies inside.
    """,
    "FactorShift": """
        value: 1.5x
        author: m.sato
        reason: Largest gain seen from a second scaffold.
    """,
    "ExistenceObservation": """
        measure: existence
        evaluation: cyber
        min_human_minutes: 24 h
    """,
    "JudgementObservation": """
        measure: judgement
        role: evaluators
        question: Could the model keep its own weights running outside our control?
        must_cite: [cyber]
        relied_on: true
        may_clear: true
        expires_after: 3 months
    """,
    "DifferenceObservation": """
        measure: difference
        evaluation: novices-with-model
        control: novices-alone
        direction: rule_out_proxy
        relied_on: false
        limit: 0.30
        alert: 0.10
    """,
    "Protections": """
        measures:
          sealed-weights:
            title: Weights stay in two data centres, sealed to the hardware.
            family: security
            efficacy: {metric: share of staged thefts stopped, sense: at_least, target: 0.95}
            approved_by: officer
            lapses_after: 6 months
        standing:
          STORE: {protections: [sealed-weights]}
          DEPLOY: {none_because: What guards the weights is asked under STORE.}
        conditional:
          - {limit: expert-hour, permission: DEPLOY, protections: [sealed-weights]}
    """,
    "Protection": """
        title: Weights stay in two data centres, sealed to the hardware.
        family: security
        efficacy: {metric: share of staged thefts stopped, sense: at_least, target: 0.95}
        approved_by: officer
        lapses_after: 6 months
        actors: {in_scope: [criminal groups], out_of_scope: [states that single us out]}
    """,
    "Efficacy": """
        metric: share of staged thefts stopped
        sense: at_least
        target: 0.95
        set_on: 2026-01-01
    """,
    "Standing": """
        protections: [sealed-weights]
    """,
    "Conditional": """
        limit: expert-hour
        permission: DEPLOY
        protections: [misuse-filter]
    """,
    "EvaluationSection": """
        evaluations:
          cyber: {title: Offensive security, suite: cyber, success_score: 1, coverage_floor: 90 %, duration: 14 days}
        triggers: {effective_compute: 2x, calendar: 3 months, events: [new-tool, incident]}
        first_assessment: {at: 2e23 FLOP}
        blind_spot_reserve: {rate: 0.01, horizon: 1.1x, set_by: board, reason: Every year brought one surprise.}
        growth:
          training: {rate: 0.05, horizon: 1.4x, reason: Our last two runs.}
          elicitation: {rate_per_month: 0.01, horizon_per_month: 1.05x, reason: Scaffolds of last year on old weights.}
          frontier_doubling: 5 months
        relaxations:
          - requirement: registration
            value: not_required
            why: The runs were made before we began to register plans.
            author: r.okafor
    """,
    "Evaluation": """
        title: Offensive security
        suite: cyber
        success_score: 1
        coverage_floor: 90 %
        duration: 14 days
        positive_control: null
        screens: cyber
        escalates_at: 0.20
    """,
    "Triggers": """
        effective_compute: 2x
        calendar: 3 months
        events: [new-tool, fine-tuning-access, better-elicitation, incident, miss]
    """,
    "FirstAssessment": """
        at: 2e23 FLOP
        factor: 2x
    """,
    "BlindSpotReserve": """
        rate: 0.01
        horizon: 1.1x
        set_by: board
        reason: Every year so far brought one surprise of about this size.
    """,
    "Growth": """
        training: {rate: 0.05, horizon: 1.4x, reason: Our last two runs.}
        elicitation: {rate_per_month: 0.01, horizon_per_month: 1.05x, reason: Scaffolds of last year on old weights.}
        frontier_doubling: 5 months
    """,
    "TrainingGrowth": """
        rate: 0.05
        horizon: 1.4x
        reason: Our last two runs.
    """,
    "ElicitationGrowth": """
        rate_per_month: 0.01
        horizon_per_month: 1.05x
        reason: Scaffolds of last year on old weights.
    """,
    "Relaxation": """
        requirement: evidence_dates
        value: stated
        why: The published file carries no dates.
        author: r.okafor
    """,
    "Response": """
        max_lease: 14 days
        alert_duties:
          - {id: tell-board, what: Tell the board., role: officer, within: 7 days}
        pause: {review_within: 3 days, resume: {number: 2, of: [board, officer]}}
        rebuttal: {number: 3, of: [board, outside], outside_key: true}
        deletion: {number: 2, of: [board]}
        waivers: {quorum: {number: 2, of: [board, officer], outside_line: true}, longest: 30 days, renewals: 1}
    """,
    "Duty": """
        id: tell-board
        what: Tell the board, with the bounds and the date at which they reach the limit.
        role: officer
        within: 7 days
    """,
    "PauseRule": """
        review_within: 3 days
        resume: {number: 2, of: [board, officer]}
    """,
    "Quorum": """
        number: 2
        of: [board, officer]
        outside_line: true
        without: [product]
    """,
    "WaiverRule": """
        quorum: {number: 2, of: [board, officer], outside_line: true}
        longest: 30 days
        renewals: 1
    """,
    "CompetitorClause": """
        text: If another developer's scaling is the unacceptable risk and every other avenue is exhausted.
        quorum: {number: 3, of: [board, outside], outside_key: true}
        preconditions:
          - {showing: others_are_the_risk, how: An outside report., role: officer}
          - {showing: avenues_exhausted, how: A list of what was tried., role: officer}
          - {showing: public_statement, how: On our first page., role: board}
          - {showing: authorities_told, how: A letter with the case., role: board}
          - {showing: absolute_risk_stated, how: A risk statement of three authors., role: officer}
        expires_after: 30 days
    """,
    "Accountability": """
        officer: officer
        board: board
        evaluators: evaluators
        relaxing: {quorum: {number: 2, of: [board]}, notice: 30 days}
        review_every: 12 months
        critique: {contact: critics@example-lab.invalid, answered_within: 30 days}
        noncompliance_channel: Write to the outside member of the board.
        disclosures:
          - {what: Every decision and what it rests on., within: 14 days}
        separations:
          - {one: evaluators, other: product, why: Who ships would judge what may be shipped.}
    """,
    "Relaxing": """
        quorum: {number: 2, of: [board]}
        notice: 30 days
    """,
    "Critique": """
        contact: critics@example-lab.invalid
        answered_within: 30 days
    """,
    "Disclosure": """
        what: Every decision and what it rests on.
        within: 14 days
    """,
}

WORDS: dict[str, str] = {
    "str": "text", "bool": "`true` or `false`", "int": "whole number", "Decimal": "number", "datetime": "instant",
    "Identifier": "id", "Probability": "probability", "Minutes": "task length", "Compute": "compute",
    "Factor": "factor", "Period": "period",
}  # fmt: skip


def format_reference() -> str:
    """The whole page."""
    parts = [INTRODUCTION, *(section(kind) for kind in constructs(PolicyDocument))]
    return "\n".join(parts)


def constructs(kind: Any, seen: set[str] | None = None) -> Iterator[type]:
    """The dataclasses below a type, each once, in the order in which a reader meets them."""
    seen = set() if seen is None else seen
    if is_dataclass(kind) and not hasattr(kind, "parse") and isinstance(kind, type):
        if kind.__name__ in seen:
            return
        seen.add(kind.__name__)
        yield kind
        for inner in hints(kind).values():
            yield from constructs(inner, seen)
    for argument in get_args(kind):
        yield from constructs(argument, seen)


def section(kind: type) -> str:
    """Heading, docstring, table and example of one construct."""
    said, _, attributes = cleandoc(kind.__doc__ or "").partition("\nAttributes:\n")
    lines = [
        f"## {kind.__name__}",
        "",
        said.strip(),
        "",
        "| field | what is written | needed | meaning |",
        "|---|---|---|---|",
    ]
    meanings = attribute_lines(attributes)
    for field in fields(kind):
        shown = written(hints(kind)[field.name])
        lines.append(f"| `{field.name}` | {shown} | {needed(field)} | {meanings[field.name]} |")
    if kind.__name__ in EXAMPLES:
        lines += ["", "```yaml", cleandoc(EXAMPLES[kind.__name__]), "```"]
    return "\n".join(lines) + "\n"


def attribute_lines(text: str) -> dict[str, str]:
    """`name: meaning` lines of a docstring; a longer meaning goes on further indented."""
    meanings: dict[str, str] = {}
    name = ""
    for line in text.splitlines():
        if line.startswith("    ") and not line.startswith("     "):
            name, _, said = line.strip().partition(": ")
            meanings[name] = said
        elif name and line.strip():
            meanings[name] += " " + line.strip()
    return meanings


def needed(field: Field[Any]) -> str:
    """Whether a field has to be written, and what holds when it is not."""
    if field.default is MISSING and field.default_factory is MISSING:
        return "yes"
    if field.default in (MISSING, None, (), ""):
        return "no"
    default = field.default.value if isinstance(field.default, Enum) else str(field.default).lower()
    return f"no: `{default}`"


def written(kind: Any) -> str:
    """What stands in the file for a type."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (typing.Union, types.UnionType):
        return " or ".join(written(a) for a in arguments if a is not type(None))
    if origin is tuple:
        return f"list of {written(arguments[0])}"
    if origin is dict:
        return f"mapping of ids to {written(arguments[1])}"
    if origin is typing.Literal:
        return ", ".join(f"`{word}`" for word in arguments)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return ", ".join(f"`{word.value}`" for word in kind)
    if is_dataclass(kind) and not hasattr(kind, "parse"):
        return f"[{kind.__name__}](#{kind.__name__.lower()})"
    return WORDS[kind.__name__]


if __name__ == "__main__":
    PLACE.write_text(format_reference(), encoding="utf-8")
