"""Pure rooms read no clock, file, environment or global chance; no module has a name that means nothing."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

import pytest

from house.sources import PURE, modules

# Where a lease meets the world: it is read from a file, and checked against the wall clock (interfaces.md, "Python").
WORLDLY = {"lease/load.py"}

# An array of floats has no None: NaN marks what is unknown there. It never leaves as a value (quantity.py asserts it).
ARRAYS = {"assessment/bounds.py", "estimate/logistic.py", "estimate/rate.py"}

CLOCKS = {"now", "utcnow", "today", "time", "monotonic", "perf_counter", "time_ns", "monotonic_ns", "perf_counter_ns"}
CLOCK_OWNERS = {"datetime", "date", "time"}
# What makes a generator out of a seed that is handed in; everything else in numpy.random draws from global state.
SEEDED = {"Generator", "Philox", "PCG64", "PCG64DXSM", "SeedSequence", "default_rng", "BitGenerator"}


def dotted(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield dotted(node.func), node


def reads_clock(tree: ast.AST) -> list[str]:
    found = []
    for name, _ in calls(tree):
        owner, _, attribute = name.rpartition(".")
        if attribute in CLOCKS and owner.rpartition(".")[2] in CLOCK_OWNERS:
            found.append(name)
    return found


def touches_world(tree: ast.AST) -> list[str]:
    builtins = {"open", "input", "print", "exec", "eval", "__import__"}
    named = {name for name, _ in calls(tree) if name in builtins or name.startswith(("os.", "pathlib.", "socket."))}
    return sorted(named | {dotted(n) for n in ast.walk(tree) if dotted(n) in ("os.environ", "sys.stdin", "sys.argv")})


def draws_from_global_state(tree: ast.AST) -> list[str]:
    found = []
    for name, call in calls(tree):
        place, _, attribute = name.rpartition(".")
        seedless = attribute in SEEDED and not (call.args or call.keywords)
        if place in ("random", "np.random", "numpy.random", "secrets", "uuid") and (
            attribute not in SEEDED or seedless
        ):
            found.append(name)
    return found


def has_nan(tree: ast.AST) -> list[str]:
    named = [dotted(n) for n in ast.walk(tree) if dotted(n) in ("math.nan", "np.nan", "numpy.nan")]
    for name, call in calls(tree):
        first = call.args[0] if call.args else None
        if name in ("float", "Decimal") and isinstance(first, ast.Constant) and str(first.value).lower() == "nan":
            named.append(name)
    return named


RULES: dict[str, Callable[[ast.AST], list[str]]] = {
    "reads a clock": reads_clock,
    "touches the world": touches_world,
    "draws from global state": draws_from_global_state,
    "writes NaN for what is missing": has_nan,
}


def without_script(tree: ast.Module) -> ast.Module:
    """What an import runs: without `if __name__ == "__main__":`."""
    kept = [n for n in tree.body if not (isinstance(n, ast.If) and ast.unparse(n.test) == "__name__ == '__main__'")]
    return ast.Module(body=kept, type_ignores=[])


@pytest.mark.parametrize("rule", RULES)
def test_no_pure_module(rule: str) -> None:
    spared = WORLDLY | (ARRAYS if rule == "writes NaN for what is missing" else set())
    found = {n: bad for n, tree in modules(*PURE) if n not in spared and (bad := RULES[rule](without_script(tree)))}
    assert not found, f"a pure module {rule}: {found}"


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        ("reads a clock", "datetime.datetime.now(UTC)"),
        ("reads a clock", "datetime.now()"),
        ("reads a clock", "time.time()"),
        ("touches the world", "open('x')"),
        ("touches the world", "os.environ['X']"),
        ("draws from global state", "random.random()"),
        ("draws from global state", "np.random.normal(0, 1)"),
        ("draws from global state", "np.random.default_rng()"),
        ("writes NaN for what is missing", "float('nan')"),
        ("writes NaN for what is missing", "np.nan"),
    ],
)
def test_the_rule_sees_what_it_is_for(rule: str, code: str) -> None:
    assert RULES[rule](ast.parse(code))


def test_a_seeded_generator_is_no_global_state() -> None:
    assert not draws_from_global_state(ast.parse("np.random.Generator(np.random.Philox(key=seed))"))


def test_no_module_hides_behind_a_name_that_names_nothing() -> None:
    empty = {"utils", "util", "helpers", "helper", "models", "types", "common", "misc", "base"}
    found = [name for name, _ in modules() if set(name.removesuffix(".py").split("/")) & empty]
    assert not found
