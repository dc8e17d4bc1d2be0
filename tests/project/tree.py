"""The tree as it is checked out: what the tests of the project itself look at."""

import ast
import configparser
import os
import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PRODUCTION = ("kiosk", "hardware", "sync", "ui")
PRODUCT = (*PRODUCTION, "simulators")
GENERATED = re.compile(r"build|__pycache__|.*\.egg-info")


@cache
def files() -> tuple[Path, ...]:
    """Every file of the tree that a person keeps there, relative to the root; what is generated or hidden is out."""
    found = []
    for directory, inside, names in os.walk(ROOT):
        inside[:] = [name for name in inside if not name.startswith(".") and not GENERATED.fullmatch(name)]
        found += [Path(directory, name).relative_to(ROOT) for name in names if not name.endswith(".pyc")]
    return tuple(sorted(found))


def python(*tops: str) -> list[Path]:
    """The Python files under these top directories."""
    return [path for path in files() if path.suffix == ".py" and path.parts[0] in tops]


def text(path: Path) -> str:
    """What a file of the tree says."""
    return (ROOT / path).read_text(encoding="utf-8")


def parsed(path: Path) -> ast.Module:
    """A Python file of the tree as syntax."""
    return ast.parse(text(path), filename=str(path))


@cache
def setup_cfg() -> configparser.ConfigParser:
    """The project's one file of settings."""
    parser = configparser.ConfigParser()
    parser.read(ROOT / "setup.cfg", encoding="utf-8")
    return parser


def lines(section: str, key: str) -> list[str]:
    """A list of setup.cfg, one entry a line."""
    return setup_cfg()[section][key].split("\n")[1:] if setup_cfg()[section][key].startswith("\n") else []
