"""Mutants of the core, a sample of them: ``python -m tests.mutants --count 200`` (``make mutants``).

mutmut makes them, in a copy in build/mutants; tests/mutants/tried.py tries each against those tests of the core that
reach the mutated function (without those of every state: they take a minute each). What is killed stays killed: the
next run takes the tests as they stand then and tries the rest. What lives is shown to mypy, as ``make test`` would.
A core that has changed is mutated anew.
"""

import contextlib
import filecmp
import json
import random
import shutil
import subprocess
import sys
from pathlib import Path

import click

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "build" / "mutants"
NEEDED = ("kiosk", "hardware", "sync", "simulators", "ui", "tests", "examples", "pyproject.toml", "setup.cfg")
SLOW = ("test_every_state.py",)
BY_TESTS, BY_TYPES = ("killed", "endless"), "caught by mypy"
DEAD = (*BY_TESTS, BY_TYPES)
LEFT_OUT = shutil.ignore_patterns("__pycache__", "kept", "*.mo", "corpus", "finds")


def same_core() -> bool:
    """Whether the mutants that lie there are those of the core as it stands."""
    files = [path.relative_to(ROOT) for path in (ROOT / "kiosk" / "core").rglob("*.py")]
    there = [path.relative_to(FOLDER) for path in (FOLDER / "kiosk" / "core").rglob("*.py")]
    return sorted(files) == sorted(there) and all(filecmp.cmp(ROOT / file, FOLDER / file, False) for file in files)


def make() -> None:
    """The copy, and every mutant in it. mutmut ends with a complaint that none of them is called ``nobody``."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    for name in NEEDED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, FOLDER / name, ignore=LEFT_OUT)
        else:
            shutil.copy(source, FOLDER / name)
    lines = ["[mutmut]", "source_paths =", "    kiosk/core", "pytest_add_cli_args_test_selection ="]
    lines += ["    tests/kiosk/core/test_stock.py", "also_copy =", *(f"    {name}" for name in NEEDED)]
    with (FOLDER / "setup.cfg").open("a", encoding="utf-8") as file:
        file.write("\n" + "\n".join(lines) + "\n")
    mutmut("run", "--max-children", "1", "nobody")


def mutmut(*words: str) -> str:
    """What it says."""
    command = [sys.executable, "-m", "mutmut", *words]
    return subprocess.run(command, cwd=FOLDER, capture_output=True, text=True, check=False).stdout


def all_names() -> list[str]:
    """Every mutant there is."""
    lines = (line.strip() for line in mutmut("results", "--all", "true").splitlines())
    return sorted(line.rsplit(": ", 1)[0] for line in lines if "__mutmut_" in line)


def known() -> dict[str, str]:
    """What became of those that were tried."""
    file = FOLDER / "verdicts"
    return dict(json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()) if file.exists() else {}


def attempt(drawn: list[str], seconds: float | None) -> None:
    """Try them against the tests as they stand."""
    copied = FOLDER / "mutants"
    shutil.rmtree(copied / "tests")
    shutil.copytree(ROOT / "tests", copied / "tests", ignore=LEFT_OUT)
    (FOLDER / "drawn").write_text("\n".join(drawn), encoding="utf-8")
    tests = sorted(path for path in (ROOT / "tests/kiosk/core").glob("test_*.py") if path.name not in SLOW)
    command = [
        sys.executable,
        "-m",
        "tests.mutants.tried",
        str(FOLDER),
        *(str(path.relative_to(ROOT)) for path in tests),
    ]
    with contextlib.suppress(subprocess.TimeoutExpired):
        done = subprocess.run(command, cwd=copied, check=False, capture_output=True, text=True, timeout=seconds)
        if done.returncode:
            raise click.ClickException((done.stdout + done.stderr)[-3000:])


def refused() -> bool:
    """Whether mypy finds something in the core as it lies there."""
    command = [sys.executable, "-m", "mypy", "kiosk/core"]
    return subprocess.run(command, cwd=FOLDER, capture_output=True, check=False).returncode != 0


def look_at_types(lived: list[str]) -> None:
    """Which of them mypy refuses."""
    assert not lived or not refused(), "mypy refuses the core with nothing mutated"
    for name in lived:
        file = FOLDER / Path(*name.rpartition(".")[0].split(".")).with_suffix(".py")
        before = file.read_text(encoding="utf-8")
        mutmut("apply", name)
        assert file.read_text(encoding="utf-8") != before, name
        caught = refused()
        file.write_text(before, encoding="utf-8")
        if caught:
            with (FOLDER / "verdicts").open("a", encoding="utf-8") as verdicts:
                verdicts.write(json.dumps([name, BY_TYPES]) + "\n")


@click.command()
@click.option("--count", default=200, show_default=True, help="So many mutants, drawn anew by the seed.")
@click.option("--seed", default=1, show_default=True)
@click.option("--minutes", default=0.0, help="Stop after so long; the next run goes on from there.")
@click.option("--anew", is_flag=True, help="Make the mutants anew, and try those again that were killed.")
def main(count: int, seed: int, minutes: float, anew: bool) -> None:
    """Exit 1 when fewer than nine in ten are killed."""
    if anew or not FOLDER.exists() or not same_core():
        click.echo("making the mutants; some minutes", err=True)
        make()
    names = all_names()
    drawn = random.Random(seed).sample(names, min(count, len(names)))
    click.echo(f"{len(drawn)} of {len(names)} mutants, seed {seed}", err=True)
    before = known()
    left = [name for name in drawn if before.get(name) not in DEAD]
    attempt(left, minutes * 60 or None)
    look_at_types([name for name in left if known().get(name, "killed") not in DEAD])
    said = known()
    drawn = [name for name in drawn if name in said]
    if not drawn:
        raise click.ClickException("none of them was tried in this time; the next run goes on from here")
    lived = [name for name in drawn if said[name] not in DEAD]
    by_tests = sum(said[name] in BY_TESTS for name in drawn)
    for name in lived:
        click.echo(f"\n{name}: {said[name]}\n{mutmut('show', name)}")
    share = 100 * (len(drawn) - len(lived)) / len(drawn)
    click.echo(f"{by_tests} of {len(drawn)} killed by tests, {100 * by_tests / len(drawn):.1f} %; with mypy")
    click.echo(f"{len(drawn) - len(lived)} of {len(drawn)} killed, {share:.1f} % (seed {seed}, of {len(names)} in all)")
    sys.exit(0 if share >= 90 else 1)


if __name__ == "__main__":
    main()
