"""The words of ``point_trouble`` that the documents explain are those that a point sends, no more and no fewer."""

import ast
import re
from itertools import chain
from pathlib import Path

from tree import parsed, python, text

ROW = re.compile(r"^\| (`\w+`(?:, `\w+`)*) \|", re.MULTILINE)


def explained(document: str, heading: str) -> list[str]:
    """The words in the first column of the first table after a heading."""
    table = re.split(r"\n\|[-|]+\n", text(Path("docs", document)).split(heading)[1])[1].split("\n\n")[0]
    return [word for cell in ROW.findall(table) for word in re.findall(r"\w+", cell)]


def composed() -> set[str]:
    """The words that kiosk and sync put into a ``PointTrouble``, also where they choose one first."""
    return set(chain.from_iterable(_composed(parsed(path)) for path in python("kiosk", "sync")))


def _composed(tree: ast.Module) -> set[str]:
    named: dict[str, set[str]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            named.setdefault(node.targets[0].id, set()).update(_words(node.value))
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "PointTrouble":
            first = node.args[0]
            words = named.get(first.id, set()) if isinstance(first, ast.Name) else _words(first)
            assert words, f"line {node.lineno}: which words this may be cannot be seen"
            found |= words
    return found


def _words(node: ast.expr | None) -> set[str]:
    match node:
        case ast.Constant(value=str(word)):
            return {word}
        case ast.IfExp(body=one, orelse=other):
            return _words(one) | _words(other)
        case ast.Dict(values=values):
            return set(chain.from_iterable(map(_words, values)))
        case ast.Call(func=ast.Attribute(value=chosen_from)):
            return _words(chosen_from)
    return set()


def test_the_integrator_is_told_each_word_once() -> None:
    assert sorted(explained("integrator.md", "**The words of `point_trouble`.**")) == sorted(composed())


def test_the_librarian_is_told_of_none_that_is_never_sent() -> None:
    words = explained("librarian.md", "\n## Doubts\n")
    assert len(words) == len(set(words)) > 10
    assert set(words) <= composed()
