"""Which configuration contains which, and what a model descends from (S1, S2).

For: assessment. Does not know: files, runs, policies.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from itertools import islice, product

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
    if alone := sorted(set(small.peers) - set(big.peers)):
        reasons.append(f"it lacks the peers {', '.join(alone)}")
    budgets = (big.tokens_per_attempt, small.tokens_per_attempt)
    if budgets[0] is not None and budgets[1] is not None and budgets[0] < budgets[1]:
        reasons.append(f"its budget of {budgets[0]} tokens is below {budgets[1]}")
    return tuple(reasons)


MOST_CELLS = 4096
_NAMED = 3

Cell = tuple[frozenset[str], frozenset[str], frozenset[str], str, str]  # tools, peers, safeguards, autonomy, access


def untested_combinations(configurations: Mapping[str, Configuration], tested: Collection[str]) -> str:
    """In words, which combinations of tools, peers, safeguards, autonomy and access no tested configuration has (S3).

    The matrix has one cell for each way to combine what any configuration states on these five; a cell is tested when
    a tested configuration has all its tools and peers, no further safeguards, and the same autonomy and access. Empty
    when every cell is tested. Of a matrix of more than `MOST_CELLS` cells only the first are looked at, and it says so.
    """
    axes = [sorted(set(axis), key=_order) for axis in zip(*map(_cell, configurations.values()), strict=True)]
    cells: list[Cell] = list(islice(product(*axes), MOST_CELLS)) if axes else []
    known = [_cell(configurations[label]) for label in tested if label in configurations]
    untested = [cell for cell in cells if not any(_has(one, cell) for one in known)]
    if not untested:
        return ""
    first = "; ".join(", ".join(_words(cell)) for cell in untested[:_NAMED])
    more = f" and {len(untested) - _NAMED} more" if len(untested) > _NAMED else ""
    of = f"the first {MOST_CELLS}" if len(cells) == MOST_CELLS else str(len(cells))
    return f"{len(untested)} of {of} combinations of tools, peers, safeguards, autonomy and access: {first}{more}"


def _cell(one: Configuration) -> Cell:
    return frozenset(one.tools), frozenset(one.peers), frozenset(one.safeguards), one.autonomy, one.access


def _order(value: frozenset[str] | str) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(sorted(value))


def _has(one: Cell, cell: Cell) -> bool:
    return one[0] >= cell[0] and one[1] >= cell[1] and one[2] <= cell[2] and one[3:] == cell[3:]


def _words(cell: Cell) -> Iterator[str]:
    tools, peers, safeguards, autonomy, access = cell
    yield f"tools {', '.join(sorted(tools))}" if tools else "no tools"
    if peers:
        yield f"with {', '.join(sorted(peers))}"
    if safeguards:
        yield f"behind {', '.join(sorted(safeguards))}"
    yield from (f"'{text}'" for text in (autonomy, access) if text)
