"""Prints what it costs to prove policies: the examples (goal: under 10 s each), and larger ones made from one of them.

Usage: python benchmarks/prove.py [THREAT_MODELS]... (default 2 4). A made policy has so many threat models with three
rungs each. Wall and CPU seconds of this process; loading the solver is told apart.
"""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from pathlib import Path

from scalegate.policy.document import PolicyDocument
from scalegate.project import read_policy_file

ROOT = Path(__file__).resolve().parents[1]
EXAMPLES = ("examples/cyber/policy.yaml", "examples/tiny-model/policy.yaml")


def enlarged(document: PolicyDocument, number: int) -> PolicyDocument:
    """The policy with its ladder written out several times, each with limits and ties of its own."""
    models, limits, ties = dict(document.threat_models), dict(document.limits), list(document.protections.conditional)
    name, model = next((n, t) for n, t in document.threat_models.items() if t.ladder)
    for copy in range(1, number):
        new = {rung: type(rung)(f"{rung}_{copy}") for rung in model.ladder}
        models[f"{name}_{copy}"] = replace(model, ladder=tuple(new.values()))
        limits |= {new[rung]: document.limits[rung] for rung in model.ladder}
        ties += [replace(t, limit=new[t.limit]) for t in document.protections.conditional if t.limit in new]
    protections = replace(document.protections, conditional=tuple(ties))
    return replace(document, threat_models=models, limits=limits, protections=protections)


def measure(name: str, document: PolicyDocument) -> None:
    """Prove one policy and print what it took."""
    from scalegate.proof.documents import Named
    from scalegate.proof.prove import prove

    wall, cpu = time.perf_counter(), time.process_time()
    (proof,) = prove([Named(document=document, file="")])
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    points = sum(len(p.holds) for p in proof.permissions)
    print(f"{name:<34} {proof.states:>10.1e} states  {points:>5} hold points  wall {wall:6.2f} s  CPU {cpu:6.2f} s")


def main() -> None:
    """Print the figures."""
    started = time.perf_counter()
    import scalegate.proof.prove  # noqa: F401 - loads the solver

    print(f"loading the solver                 wall {time.perf_counter() - started:6.2f} s")
    for name in EXAMPLES:
        document = read_policy_file(ROOT / name).document
        assert document is not None
        measure(name, document)
        if "cyber" in name:
            for number in map(int, sys.argv[1:] or ["2", "4"]):
                measure(f"  with {number} ladders", enlarged(document, number))


if __name__ == "__main__":
    main()
