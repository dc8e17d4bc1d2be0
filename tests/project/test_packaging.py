"""What is in the tree is what gets installed, and what is imported is what is declared."""

import ast
import re
import sys
from fnmatch import fnmatch
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from tree import PRODUCT, PRODUCTION, files, lines, parsed, python, setup_cfg

OWNERS = {  # what hands these out as part of its own interface
    "numpy": "opencv-python",
    "pydantic-core": "pydantic",
    "starlette": "fastapi",
    "urllib3": "requests",
}


def canonical(requirement: str) -> str:
    """The name in a requirement line, as PEP 503 writes it: ``kivy[base]>=2`` is ``kivy``."""
    name = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert name, requirement
    return re.sub(r"[-_.]+", "-", name[0]).lower()


def imported(paths: list[Path]) -> set[str]:
    """The top names of what these files import, wherever in the file; relative imports are not used here."""
    names = set()
    for path in paths:
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.Import):
                names |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                assert node.module, f"{path}:{node.lineno} imports relatively"
                names.add(node.module.split(".")[0])
    return names


def distributions(paths: list[Path]) -> set[str]:
    """The installed distributions that bring what these files import; our own packages and Python's are out."""
    known = packages_distributions()
    foreign = imported(paths) - set(sys.stdlib_module_names) - set(PRODUCT)
    names = {canonical(known[name][0]) if name in known else name for name in foreign}
    return {OWNERS.get(name, name) for name in names}


DEPENDENCIES = {canonical(line) for line in lines("options", "install_requires")}
SIMULATORS = {canonical(line) for line in lines("options.extras_require", "simulators")}


def test_every_package_is_found_by_setuptools() -> None:
    patterns = lines("options.packages.find", "include")
    for directory in {path.parent for path in python(*PRODUCT)}:
        assert directory / "__init__.py" in files(), f"{directory} holds Python and no __init__.py"
        assert any(fnmatch(".".join(directory.parts), pattern) for pattern in patterns), directory


def test_every_other_file_of_a_package_is_installed_with_it() -> None:
    for path in files():
        if path.parts[0] in PRODUCT and path.suffix != ".py":
            patterns = setup_cfg()["options.package_data"].get(path.parts[0], "").replace("\n", ",").split(",")
            inside = path.relative_to(path.parts[0])
            assert any(inside.match(pattern.strip()) for pattern in patterns if pattern.strip()), path


def test_production_imports_only_what_it_declares() -> None:
    assert distributions(python(*PRODUCTION)) <= DEPENDENCIES


def test_simulators_import_only_what_they_declare() -> None:
    assert distributions(python("simulators")) <= DEPENDENCIES | SIMULATORS


def test_nothing_is_declared_and_not_used() -> None:
    assert distributions(python(*PRODUCTION)) >= DEPENDENCIES
    assert distributions(python("simulators")) >= SIMULATORS


@pytest.mark.parametrize(
    "group", [*(f"kiosk.{kind}" for kind in ("board", "card", "pad", "scanner", "printer", "service", "screen"))]
)
def test_every_driver_has_the_name_of_its_file(group: str) -> None:
    for line in lines("options.entry_points", group):
        name, target = (part.strip() for part in line.split("="))
        module = target.split(":")[0]
        assert Path(*module.split(".")).with_suffix(".py") in files(), f"{name} names no file: {target}"
        if ":" not in target:
            *_, package, file = module.split(".")
            assert name == (package if file == "service" else file)


def test_every_pattern_of_what_is_installed_finds_something() -> None:
    for package, said in setup_cfg()["options.package_data"].items():
        inside = [path.relative_to(package) for path in files() if path.parts[0] == package]
        for pattern in filter(None, (part.strip() for part in said.replace("\n", ",").split(","))):
            assert any(path.match(pattern) for path in inside), f"{package}: {pattern}"


def test_what_mypy_takes_for_all_stands_where_it_says_so() -> None:
    assert setup_cfg()["mypy"]["strict"] == "True"
    assert [name for name in setup_cfg().sections() if name.startswith("mypy-") and "strict" in setup_cfg()[name]] == []
