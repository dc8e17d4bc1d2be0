"""The tree as it is checked out: what the tests of the project itself look at."""

import ast
import configparser
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PRODUCTION = ("kiosk", "hardware", "sync", "ui")
PRODUCT = (*PRODUCTION, "simulators")


@cache
def files() -> tuple[Path, ...]:
    """Every file of the tree that git would keep (committed or not), relative to the root; generated ones are out."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.splitlines()
    return tuple(Path(name) for name in sorted(set(listed)) if (ROOT / name).is_file())


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
