"""Mutants of the core, a sample of them: ``python -m tests.mutants --count 200`` (``make mutants``).

mutmut makes them and runs each against the tests of the core that reach the mutated function (those of every state are
left out: they take a minute each). Works on a copy in build/mutants, which is kept: the next run goes on from there.
"""

import contextlib
import random
import shutil
import subprocess
import sys
from pathlib import Path

import click

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "build" / "mutants"
NEEDED = ("kiosk", "hardware", "sync", "simulators", "ui", "tests", "examples", "pyproject.toml", "setup.cfg")
SLOW = ("test_every_state.py",)
DEAD = ("killed", "timeout", "suspicious", "segfault", "caught by type check")


def prepare() -> None:
    """The copy, with mutmut's settings in it."""
    FOLDER.mkdir(parents=True)
    for name in NEEDED:
        source = ROOT / name
        ignore = shutil.ignore_patterns("__pycache__", "kept", "*.mo")
        shutil.copytree(source, FOLDER / name, ignore=ignore) if source.is_dir() else shutil.copy(source, FOLDER / name)
    tests = sorted(path for path in (ROOT / "tests/kiosk/core").glob("test_*.py") if path.name not in SLOW)
    lines = ["[mutmut]", "source_paths =", "    kiosk/core", "pytest_add_cli_args_test_selection ="]
    lines += [f"    {path.relative_to(ROOT)}" for path in tests]
    lines += ["timeout_constant = 12"]  # minutes and not seconds: a busy machine is no infinite loop
    lines += ["pytest_add_cli_args =", "    --timeout=0", "also_copy =", *(f"    {name}" for name in NEEDED)]
    with (FOLDER / "setup.cfg").open("a", encoding="utf-8") as file:
        file.write("\n" + "\n".join(lines) + "\n")


def mutmut(*words: str) -> str:
    """What it says."""
    command = [sys.executable, "-m", "mutmut", *words]
    return subprocess.run(command, cwd=FOLDER, capture_output=True, text=True, check=False).stdout


def verdicts() -> dict[str, str]:
    """Every mutant there is and what is known of it."""
    lines = (line.strip() for line in mutmut("results", "--all", "true").splitlines())
    return dict(line.rsplit(": ", 1) for line in lines if "__mutmut_" in line)


@click.command()
@click.option("--count", default=200, show_default=True, help="So many mutants, drawn anew by the seed.")
@click.option("--seed", default=1, show_default=True)
@click.option("--minutes", default=0.0, help="Stop after so long; the next run goes on from there.")
@click.option("--anew", is_flag=True, help="Make the mutants anew: the core has changed.")
def main(count: int, seed: int, minutes: float, anew: bool) -> None:
    """Exit 1 when fewer than nine in ten are killed."""
    if anew:
        shutil.rmtree(FOLDER, ignore_errors=True)
    if not FOLDER.exists():
        prepare()
        click.echo("making the mutants; some minutes", err=True)
        mutmut("run", "--max-children", "1", "kiosk.core.plan*")
    names = sorted(verdicts())
    drawn = random.Random(seed).sample(names, min(count, len(names)))
    click.echo(f"{len(drawn)} of {len(names)} mutants, seed {seed}", err=True)
    with contextlib.suppress(subprocess.TimeoutExpired):
        limit = {"timeout": minutes * 60} if minutes else {}
        command = [sys.executable, "-m", "mutmut", "run", "--max-children", "1", *drawn]
        subprocess.run(command, cwd=FOLDER, check=False, stdout=subprocess.DEVNULL, **limit)
    said = verdicts()
    drawn = [name for name in drawn if said[name] != "not checked"]
    if not drawn:
        raise click.ClickException("none of them was tried in this time; the next run goes on from here")
    lived = [name for name in drawn if said[name] not in DEAD]
    for name in lived:
        click.echo(f"\n{name}: {said[name]}\n{mutmut('show', name)}")
    share = 100 * (len(drawn) - len(lived)) / len(drawn)
    click.echo(f"{len(drawn) - len(lived)} of {len(drawn)} killed, {share:.1f} % (seed {seed}, of {len(names)} in all)")
    sys.exit(0 if share >= 90 else 1)


if __name__ == "__main__":
    main()
