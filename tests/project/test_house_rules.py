"""The rules a reviewer would otherwise have to remember."""

import ast
import re
from pathlib import Path

import pytest
from tree import PRODUCT, PRODUCTION, files, parsed, python, text

LINES_MAX = 300
A_MACHINES_OWN_PATH = re.compile(r"(?<![\w.])/(home|root|work|Users)/\w")


@pytest.mark.parametrize("path", python(*PRODUCT), ids=str)
def test_a_file_is_one_concept(path: Path) -> None:
    assert len(text(path).splitlines()) <= LINES_MAX


@pytest.mark.parametrize("path", python(*PRODUCT), ids=str)
def test_a_file_says_what_it_is(path: Path) -> None:
    tree = parsed(path)
    assert not tree.body or ast.get_docstring(tree)


@pytest.mark.parametrize("path", python("hardware", "sync", "kiosk"), ids=str)
def test_what_is_public_says_its_contract(path: Path) -> None:
    for node in parsed(path).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            assert ast.get_docstring(node), f"{path}:{node.lineno} {node.name}"


@pytest.mark.parametrize("path", python(*PRODUCTION), ids=str)
def test_nothing_is_printed_or_left_to_do(path: Path) -> None:
    for number, line in enumerate(text(path).splitlines(), 1):
        assert not re.search(r"\b(TODO|FIXME|XXX)\b", line), f"{path}:{number}"
        assert not re.search(r"\bprint\(|\bbreakpoint\(", line) or "click" in line, f"{path}:{number}"


def test_no_path_of_one_machine() -> None:
    kept = [path for path in files() if path.suffix in {".py", ".md", ".toml", ".cfg", ".txt", ".sh", ".json"}]
    found = [str(path) for path in kept if A_MACHINES_OWN_PATH.search(text(path))]
    assert not found
