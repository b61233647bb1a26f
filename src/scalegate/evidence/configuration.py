"""Which configuration contains which, and what a model descends from (S1, S2).

For: assessment. Does not know: files, runs, policies.
"""

from __future__ import annotations

from collections.abc import Mapping

from scalegate.evidence.run import Configuration, Model


def contains(configurations: Mapping[str, Configuration], big: str, small: str) -> bool:
    """True when `big` has everything that `small` has (S2): stated by `contained_in`, also over several steps.

    A configuration contains itself. One that is not in the mapping contains only itself.
    """
    return big == small or big in containers(configurations, small)


def containers(configurations: Mapping[str, Configuration], small: str) -> frozenset[str]:
    """Every configuration that is stated to contain `small`, itself left out unless it stands in a circle."""
    found: set[str] = set()
    ahead = [small]
    while ahead:
        configuration = configurations.get(ahead.pop())
        for label in configuration.contained_in if configuration else ():
            if label not in found:
                found.add(label)
                ahead.append(label)
    return frozenset(found)


def ancestors(models: Mapping[str, Model], label: str) -> frozenset[str]:
    """Labels of parents and teachers, transitively; a parent that is not in the mapping is named all the same."""
    found: set[str] = set()
    ahead = [label]
    while ahead:
        model = models.get(ahead.pop())
        for parent in model.parents if model else ():
            if parent not in found:
                found.add(parent)
                ahead.append(parent)
    return frozenset(found)


def untrue_containment(big: Configuration, small: Configuration) -> tuple[str, ...]:
    """Why the claim that `big` contains `small` is not borne out by what the two entries say (S2).

    A false claim would let results of a poorer configuration clear a richer one.
    """
    reasons = []
    if lacking := sorted(set(small.tools) - set(big.tools)):
        reasons.append(f"it lacks the tools {', '.join(lacking)}")
    if added := sorted(set(big.safeguards) - set(small.safeguards)):
        reasons.append(f"it adds the safeguards {', '.join(added)}")
    budgets = (big.tokens_per_attempt, small.tokens_per_attempt)
    if budgets[0] is not None and budgets[1] is not None and budgets[0] < budgets[1]:
        reasons.append(f"its budget of {budgets[0]} tokens is below {budgets[1]}")
    return tuple(reasons)
