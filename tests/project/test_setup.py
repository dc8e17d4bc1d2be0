"""`make setup` on a machine that lacks things: says exactly what, without touching anything."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from tree import ROOT

PACKAGES = [line.split() for line in (ROOT / "tools/packages.txt").read_text().splitlines() if line.strip()]
NEEDED = {words[0] for words in PACKAGES if words[0] != "#" and words[1] == "needed"}
OPTIONAL = {words[0] for words in PACKAGES if words[0] != "#" and words[1] == "optional"}
TRYING = {words[0] for words in PACKAGES if words[0] != "#" and words[1] == "trying"}


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A tree with only what setup reads, and a PATH with the few commands it may use; no sudo, not root."""
    (tmp_path / "tools").mkdir()
    (tmp_path / "bin").mkdir()
    for name in ("setup.sh", "packages.txt"):
        shutil.copy(ROOT / "tools" / name, tmp_path / "tools")
    for name in ("dirname", "mkdir", "sed", "tr", "grep", "cat", "sha256sum", "wc", "tail", "rm"):
        (tmp_path / "bin" / name).symlink_to(shutil.which(name) or pytest.fail(name))
    write(tmp_path, "id", "echo 1000")
    write(tmp_path, "apt-get", "echo apt-get was called; exit 1")
    return tmp_path


def write(machine: Path, name: str, script: str) -> None:
    """Put a command of our own on the machine's PATH."""
    command = machine / "bin" / name
    command.write_text(f"#!/bin/sh\n{script}\n")
    command.chmod(0o755)


def setup(machine: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the script there."""
    env = {"PATH": str(machine / "bin"), "HOME": str(machine), "LANG": os.environ.get("LANG", "C.UTF-8")}
    return subprocess.run(
        ["/bin/sh", "tools/setup.sh", *words], cwd=machine, env=env, capture_output=True, text=True, check=False
    )


def test_without_root_it_names_every_needed_package(machine: Path) -> None:
    write(machine, "dpkg-query", "exit 0")
    done = setup(machine)
    assert done.returncode == 1
    assert "sudo apt-get install" in done.stderr
    assert {*NEEDED, "python3", "python3-venv"} <= set(done.stderr.split())
    assert not (machine / ".venv").exists()


def test_without_root_it_goes_on_without_the_optional_ones(machine: Path) -> None:
    installed = "\n".join(f"echo 'installed {name}, '" for name in NEEDED)
    write(machine, "dpkg-query", installed)
    write(machine, "python3", 'case "$*" in *version_info*) exit 1;; -V) echo Python 3.9.2;; esac')
    done = setup(machine)
    assert set(done.stdout.split()) >= OPTIONAL | TRYING
    assert "Python 3.11 or later is needed; python3 is Python 3.9.2" in done.stderr
    assert done.returncode == 1


def test_a_point_is_given_nothing_that_only_trying_needs(machine: Path) -> None:
    """Among it a card reader that takes cards from the network."""
    write(machine, "dpkg-query", "exit 0")
    asked = set(setup(machine, "point").stderr.partition("apt-get install")[2].split())
    assert asked >= NEEDED | OPTIONAL
    assert not asked & TRYING
    assert "vsmartcard-vpcd" in TRYING
    typed = (ROOT / "docs/technician.md").read_text()
    assert "\n    sudo make install\n" in typed
    assert "sudo make setup" not in typed
    assert "\ninstall: " in (makefile := (ROOT / "Makefile").read_text())
    assert "tools/setup.sh point\n" in makefile


def test_a_package_provided_under_another_name_counts(machine: Path) -> None:
    everything = "\n".join(f"echo 'installed {name}t64, {name} (= 2.3), other'" for name in NEEDED | OPTIONAL | TRYING)
    write(machine, "dpkg-query", everything)
    write(machine, "python3", "exit 1")
    done = setup(machine)
    missing = done.stderr.partition("apt-get install")[2].split()
    assert set(missing) == {"python3-venv", "python3-dev"}


@pytest.fixture
def pythons(machine: Path) -> Path:
    """A machine with everything, and a Python that makes environments; what they are told to do goes to a file."""
    everything = "\n".join(f"echo 'installed {name}, '" for name in NEEDED | OPTIONAL | TRYING)
    write(machine, "dpkg-query", everything)
    made = "mkdir -p .venv/bin; ln -sf ../../bin/debian .venv/bin/python"
    write(machine, "python3", f'case "$*" in "-m venv "*) {made};; esac')
    write(machine, "debian", 'case "$1" in -c) cat version;; *) echo "$*" >>called;; esac')
    (machine / "bin" / "ln").symlink_to(shutil.which("ln") or pytest.fail("ln"))
    (machine / "version").write_text("3 11")
    for name in ("setup.cfg", "pyproject.toml"):
        shutil.copy(ROOT / name, machine)
    return machine


def called(machine: Path, *words: str) -> str:
    """What the environment's Python was told to do."""
    (machine / "called").write_text("")
    assert setup(machine, *words).returncode == 0
    return (machine / "called").read_text()


def test_an_environment_is_made_once_and_anew_under_another_python(pythons: Path) -> None:
    """After an upgrade of Debian the same link leads to a Python that does not look where the packages are."""
    assert "-e .[test]" in called(pythons)
    assert called(pythons) == ""
    (pythons / "version").write_text("3 13")
    assert "-e .[test]" in called(pythons)
    assert called(pythons) == ""


def test_a_point_is_compiled_also_when_only_the_product_has_changed(pythons: Path) -> None:
    """Its service may not write there, and would compile all of it anew at each start."""
    for _ in range(2):
        assert "-m compileall -q -j 0 .venv/lib kiosk hardware sync ui" in called(pythons, "point")
    assert "compileall" not in called(pythons)
