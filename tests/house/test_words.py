"""No value in the system means that a model is harmless (invariant 1, V10): none has a word for it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from house.sources import modules

WORDS = {"safe", "passed", "pass", "green", "approved", "compliant", "harmless", "cleared", "secure"}
HELP = re.compile(r"\b(safe|passed|green|compliant)\b", re.IGNORECASE)


def is_enumeration(node: ast.ClassDef) -> bool:
    return any(ast.unparse(base).rpartition(".")[2] in ("Enum", "StrEnum", "IntEnum", "Flag") for base in node.bases)


def texts(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """The string constants among some nodes."""
    yield from (n.value for n in nodes if isinstance(n, ast.Constant) and isinstance(n.value, str))


def values(tree: ast.AST) -> Iterator[str]:
    """Names and texts of enumeration members, and the words of `Literal[...]`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and is_enumeration(node):
            for statement in node.body:
                if isinstance(statement, ast.Assign):
                    yield from (target.id for target in statement.targets if isinstance(target, ast.Name))
                    if isinstance(statement.value, ast.Constant):
                        yield str(statement.value.value)
        if isinstance(node, ast.Subscript) and ast.unparse(node.value).endswith("Literal"):
            yield from (
                n.value for n in ast.walk(node.slice) if isinstance(n, ast.Constant) and isinstance(n.value, str)
            )


def test_V10_no_enumeration_has_a_word_for_harmless() -> None:
    found = {name: sorted(bad) for name, tree in modules() if (bad := {v for v in values(tree) if v.lower() in WORDS})}
    assert not found


def test_V10_no_screen_shows_such_a_word_alone_or_as_a_colour() -> None:
    """A text of one or two words is a label or a style; a sentence may say what nothing here means."""
    found: dict[str, list[str]] = {}
    for name, tree in modules("cli", "publication", "adapters", "procedure"):
        for text in texts(ast.walk(tree)):
            words = [word.strip(".,:;!") for word in text.lower().split()]
            if len(words) <= 2 and WORDS & set(words):
                found.setdefault(name, []).append(text)
    assert not found


def test_V10_command_line_help_does_not_use_such_words() -> None:
    found: dict[str, list[str]] = {}
    for name, tree in modules("cli"):
        commands = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef) and n.decorator_list]
        shown = [ast.get_docstring(command) or "" for command in commands]
        shown += texts(n.value for n in ast.walk(tree) if isinstance(n, ast.keyword) and n.arg == "help")
        if bad := [text for text in shown if HELP.search(text)]:
            found[name] = bad
    assert not found


def test_the_check_sees_enumerations_and_literals() -> None:
    code = "class Kind(StrEnum):\n    FINE = 'safe'\nx: Literal['a', 'green']"
    assert {"FINE", "safe", "green"} <= set(values(ast.parse(code)))
