"""Prints how long it takes to read and check a long policy, scan included.

    python benchmarks/policy_check.py [LINES]    a policy of at least so many lines (5000), made up and adoptable
    python benchmarks/policy_check.py --profile  where the time goes

The policy has threat models with two limits each, a protection for each limit, ties, evaluations, duties and promises.
Times are of this process (CPU), the least of five, without the start of Python.
"""

from __future__ import annotations

import cProfile
import pstats
import sys
import time
from pathlib import Path

HEAD = """\
schema: scalegate.policy/1
title: A long policy, made up
version: 1.0.0
developer: Somebody
scope:
  statement: Every model that we train or serve.
roles:
  board: {title: Board, line: board, holders: [ann, bea, cid]}
  officer: {title: Policy officer, line: assurance, holders: [dan]}
  evaluators: {title: Evaluation team, line: assurance, holders: [eva, fay]}
  builders: {title: Training team, line: delivery, holders: [gus]}
"""

THREAT = """\
  threat-{i}:
    title: Harm number {i}
    actor: A group with money
    harm: Many people are hurt.
    attacker_budget:
      description: A month of a small team
      tokens_per_attempt: 2000000
      attempts_per_task: 1
      floor: 50 %
    ladder:
      - helper-{i}
      - agent-{i}
"""

LIMIT = """\
  helper-{i}:
    title: A helper
    capability: Does single steps.
    observations:
      steps:
        measure: success_rate
        evaluation: exam-{i}
        direction: rule_out_proxy
        relied_on: true
        unit: task
        limit: 0.5
        alert: 0.2
        alpha_lower: 0.05
        alpha_upper: 0.05
        elicitation_shift:
          value: 0.05
          author: eva
          reason: Seen in two studies.
        precursor:
          argument: The exam is easier than the harm.
          author: eva
          expires: 2027-01-01
  agent-{i}:
    title: An agent
    capability: Does all of it.
    hard_stop: true
    observations:
      whole:
        measure: time_horizon
        evaluation: exam-{i}
        direction: rule_out_proxy
        relied_on: true
        success: 0.5
        limit: 160 h
        alert: 20 h
        alpha_lower: 0.05
        alpha_upper: 0.05
        envelope:
          slope_from: 0.5
          slope_to: 1.0
          family_sd: 1
          reason: Every model so far lies inside.
        elicitation_shift:
          value: 2x
          author: eva
          reason: Seen in two studies.
        precursor:
          argument: Shorter work comes first.
          author: eva
          expires: 2027-01-01
      pace:
        measure: rate_of_progress
        evaluation: exam-{i}
        direction: demonstration
        relied_on: false
        success: 0.5
        generations: 3
        limit: 16x
        alert: 8x
        alpha_lower: 0.05
        alpha_upper: 0.05
"""

MEASURE = """\
    guard-{i}:
      title: Guard number {i}
      family: security
      efficacy:
        metric: share of attempts stopped
        sense: at_least
        target: 0.95
        set_on: 2026-01-01
      approved_by: officer
      lapses_after: 6 months
      actors:
        in_scope: [criminals]
        out_of_scope: [states]
"""

STANDING = """\
  standing:
    TRAIN: {protections: [guard-0]}
    STORE: {protections: [guard-0]}
    USE_INTERNALLY: {protections: [guard-0]}
    DEPLOY: {none_because: The guards of each limit are asked for.}
    RELEASE_WEIGHTS: {none_because: Never granted under this version.}
    ASSESS: {protections: [guard-0]}
  conditional:
"""

TIE = """\
    - limit: helper-{i}
      permission: {permission}
      protections: [guard-{i}]
"""

EVALUATION = """\
    exam-{i}:
      title: Exam number {i}
      suite: exam-{i}
      success_score: 1
      coverage_floor: 80 %
      duration: 14 days
"""

TAIL = """\
  triggers:
    effective_compute: 4x
    calendar: 3 months
    events: [new-tool]
  first_assessment: {at: 1e24 FLOP}
  blind_spot_reserve: {rate: 0.01, horizon: 1.1x, set_by: board, reason: Nobody thinks of everything.}
  growth:
    training: {rate: 0.05, horizon: 1.5x, reason: A guess.}
    elicitation: {rate_per_month: 0.02, horizon_per_month: 1.2x, reason: Another guess.}
    frontier_doubling: 5 months
response:
  max_lease: 14 days
  alert_duties:
    - {id: tell-board, what: Tell the board., role: officer, within: 7 days}
  pause: {review_within: 7 days, resume: {number: 2, of: [board]}}
  rebuttal: {number: 2, of: [board], outside_key: true}
  deletion: {number: 2, of: [board]}
  actions:
"""

ACTION = """\
    - id: act-{i}
      when: crossed
      limit: helper-{i}
      what: Tell those who hold a lease.
      role: officer
      within: 2 days
"""

ACCOUNT = """\
accountability:
  officer: officer
  board: board
  evaluators: evaluators
  relaxing: {quorum: {number: 2, of: [board]}, notice: 30 days}
  review_every: 12 months
  critique: {contact: critics@example.invalid, answered_within: 30 days}
  noncompliance_channel: Write to the board.
commitments:
"""

COMMITMENT = """\
  promise-{i}:
    text: We publish the results of exam {i}.
    component: accountability
    owner: officer
    every: 12 months
    evidence: the published page
"""


def long_policy(lines: int) -> str:
    """An adoptable policy of at least so many lines."""
    number = 1
    while (text := _policy(number)).count("\n") < lines:
        number += max(1, (lines - text.count("\n")) // 160)
    return text


def _policy(number: int) -> str:
    def each(part: str) -> str:
        return "".join(part.replace("{i}", str(i)) for i in range(number))

    permissions = ("TRAIN", "STORE", "USE_INTERNALLY", "DEPLOY")
    ties = "".join(each(TIE.replace("{permission}", p)) for p in permissions)
    return "".join(
        (HEAD, "threat_models:\n", each(THREAT), "limits:\n", each(LIMIT), "protections:\n  measures:\n", each(MEASURE),
         STANDING, ties, "evaluation:\n  evaluations:\n", each(EVALUATION), TAIL, each(ACTION), ACCOUNT,
         each(COMMITMENT))
    )  # fmt: skip


def read(text: bytes) -> tuple[int, int]:
    """How many findings and remarks a policy has."""
    from functools import partial

    from scalegate.adapters.yaml_scan import locate, read_yaml
    from scalegate.policy.file import parse_policy

    scanned = read_yaml(text, "policy.yaml")
    reading = parse_policy(scanned.data, partial(locate, spans=scanned.spans, name="policy.yaml"))
    assert reading.document is not None, reading.findings[:3]
    return len(reading.findings), len(reading.remarks)


def main(arguments: list[str]) -> None:
    numbers = [int(a) for a in arguments if a.isdecimal()]
    text = long_policy(numbers[0] if numbers else 5000)
    if "--write" in arguments:
        Path(arguments[arguments.index("--write") + 1]).write_text(text, encoding="utf-8")
    findings, remarks = read(text.encode())
    print(f"{text.count(chr(10))} lines, {len(text):,} bytes: {findings} findings, {remarks} remarks")
    if "--profile" in arguments:
        profile = cProfile.Profile()
        profile.runcall(read, text.encode())
        pstats.Stats(profile).sort_stats("cumulative").print_stats(35)
        return
    spent = []
    for _ in range(5):
        started = time.process_time()
        read(text.encode())
        spent.append(time.process_time() - started)
    print(f"read and checked in {min(spent):.2f} s (the others: {', '.join(f'{s:.2f}' for s in sorted(spent)[1:])})")


if __name__ == "__main__":
    main(sys.argv[1:])
