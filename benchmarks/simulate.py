"""Prints what a simulation costs: 10,000 runs of 260 weeks, 5 limits, every permission (goal: 10 s and 2 GiB).

    python benchmarks/simulate.py [RUNS [WEEKS]]

Beside it, the same decisions by asking the gate for every state of every week, on few runs and few weeks, and what that
would come to for all of them: the last figure is an extrapolation, and says so.
"""

from __future__ import annotations

import resource
import sys
import time
from dataclasses import replace
from pathlib import Path

from scalegate.decision.abstract import answer, concrete
from scalegate.policy.document import Conditional, Permission, PolicyDocument
from scalegate.procedure.instrumenting import build_instrument
from scalegate.project import read_policy_file
from scalegate.quantity import Identifier, Minutes
from scalegate.simulation.draws import seed_of
from scalegate.simulation.outcome import outcome_of
from scalegate.simulation.scenario import Scenario
from scalegate.simulation.table import DecisionTable
from scalegate.simulation.tally import Tally
from scalegate.simulation.terms import terms_of
from scalegate.simulation.trajectory import QUESTIONS, trajectories

EXAMPLE = Path(__file__).resolve().parents[1] / "examples" / "cyber" / "policy.yaml"
PLAIN = tuple(q for q in QUESTIONS if not q.widening)
NAIVE_RUNS, NAIVE_WEEKS = 20, 52


def five_limits() -> PolicyDocument:
    """The example's policy with two more rungs on a ladder of its own."""
    document = read_policy_file(EXAMPLE).document
    assert document is not None
    rungs = {"day_alone": ("expert_day", "6 h", "3 h"), "week_alone": ("expert_week", "60 h", "30 h")}
    limits = dict(document.limits)
    for name, (like, limit, alert) in rungs.items():
        lines = {"limit": Minutes.parse(limit), "alert": Minutes.parse(alert)}
        known = document.limits[like]
        limits[name] = replace(
            known,
            observations={k: replace(o, **lines) for k, o in known.observations.items()},  # type: ignore[type-var]
        )
    second = replace(document.threat_models["autonomous_cyber"], ladder=tuple(map(Identifier, rungs)))
    ties = [c for c in document.protections.conditional if c.limit == "expert_day"]
    conditional = (
        *document.protections.conditional,
        *(Conditional(limit=Identifier("day_alone"), permission=c.permission, protections=c.protections) for c in ties),
    )
    return replace(
        document,
        limits=limits,
        threat_models={**document.threat_models, "second": second},
        protections=replace(document.protections, conditional=conditional),
    )


def main(runs: int, weeks: int) -> None:
    policy, scenario = five_limits(), Scenario()
    seed = seed_of(seed_digest(), "benchmark")
    begun, idle = time.perf_counter(), time.process_time()
    instrument, terms, table = build_instrument(policy, scenario), terms_of(policy, scenario), DecisionTable(policy)
    built = time.perf_counter()
    tally = Tally(policy, terms, instrument, runs, weeks)
    drawn, course = trajectories(
        policy, terms, instrument, scenario, table, runs=runs, length=weeks, seed=seed, questions=PLAIN
    )
    for week in course:
        tally.take(week)
    outcome_of(policy, scenario, terms, instrument, table, drawn, tally)
    ended, worked = time.perf_counter(), time.process_time()
    decisions = runs * weeks * len(PLAIN)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{runs:,} runs x {weeks} weeks x {len(instrument.limits)} limits x {len(PLAIN)} permissions")
    print(f"  {worked - idle:.2f} s of one processor")
    print(f"  {ended - begun:.2f} s, of which {built - begun:.2f} s for the bounds of every count (goal 10 s)")
    print(f"  {memory:,.0f} MiB at most (goal 2048 MiB)")
    print(
        f"  {decisions:,} decisions, {table.distinct:,} distinct states, the gate was asked {table.gate_calls:,} times"
    )
    for permission in Permission:
        print(f"    {permission.value}: {table.of(permission).distinct:,} distinct states")
    naive(policy, decisions)


def naive(policy: PolicyDocument, decisions: int) -> None:
    """Every state of every week made and asked about by itself."""
    from scalegate.simulation.table import PermissionTable, unpack

    class Asking(PermissionTable):
        """Forgets what it was told, and asks again for each state."""

        asked, seconds = 0, 0.0

        def places(self, columns):  # type: ignore[no-untyped-def]
            from scalegate.simulation.table import pack

            words = pack(self.layout, columns)
            begun = time.perf_counter()
            for at in range(words.shape[1]):
                answer(policy, concrete(policy, unpack(self.layout, [int(w) for w in words[:, at]])))
            Asking.seconds += time.perf_counter() - begun
            Asking.asked += words.shape[1]
            return super().places(columns)

    table = DecisionTable(policy)
    table._tables = {p: Asking(policy, p) for p in Permission}
    scenario = Scenario()
    instrument, terms = build_instrument(policy, scenario), terms_of(policy, scenario)
    _, course = trajectories(
        policy, terms, instrument, scenario, table,
        runs=NAIVE_RUNS, length=NAIVE_WEEKS, seed=seed_of(seed_digest(), "benchmark"), questions=PLAIN,
    )  # fmt: skip
    for _ in course:
        pass
    each = Asking.seconds / Asking.asked
    print(f"asking the gate for each state: {Asking.asked:,} in {Asking.seconds:.2f} s ({each * 1e6:.0f} µs each)")
    print(f"  extrapolated to {decisions:,} decisions, not run: {each * decisions:,.0f} s")


def seed_digest():  # type: ignore[no-untyped-def]
    """Any policy digest: the benchmark has one seed."""
    from scalegate.quantity import Digest

    return Digest("sha256:" + "0" * 64)


if __name__ == "__main__":
    numbers = [int(word) for word in sys.argv[1:3]]
    main(*(numbers + [10_000, 260][len(numbers) :]))
