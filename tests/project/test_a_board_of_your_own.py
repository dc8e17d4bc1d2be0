"""CONTRIBUTING's recipe for a board in another package, followed to the letter: packed, installed, found, and used."""

import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import reduce
from operator import xor
from pathlib import Path

import pytest
import tomli_w
from tree import text

from hardware.readings import Door
from simulators.cabinet import Cabinet
from simulators.kiosk_process import KioskProcess
from simulators.machine import Machine
from simulators.serve import serve_pty

BLOCKS = re.compile(r"^```(\w+)\n(.*?)^```", re.DOTALL | re.MULTILINE)
CHANNELS = 8


class AcmeBoard:
    """What such a board answers."""

    def __init__(self, cabinet: Cabinet) -> None:
        self._cabinet = cabinet
        self._names = cabinet.names[:CHANNELS]
        self._held = b""

    def received(self, data: bytes) -> Iterator[bytes]:
        self._held += data
        while len(self._held) >= 4:
            (_, value, what, _), self._held = self._held[:4], self._held[4:]
            if what == 0x4F:
                self._cabinet.pulse(self._names[value - 1])
                yield self._frame(value, 0x4B)
            elif what == 0x53:
                shut = sum(self._cabinet.switch(name, Door.SHUT) << n for n, name in enumerate(self._names))
                yield self._frame(shut, 0x73)

    @staticmethod
    def _frame(value: int, what: int) -> bytes:
        body = bytes((0xA5, value, what))
        return body + bytes((reduce(xor, body),))


def recipe() -> tuple[str, str, list[str], str]:
    """The section's pyproject.toml, module, shell command and configuration."""
    section = text(Path("CONTRIBUTING.md")).split("### A board in a package of your own")[1].split("\n### ")[0]
    (_, project), (_, module), (_, shell), (_, config) = BLOCKS.findall(section)
    return project, module, shell.split(), config


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package, installed by the command of the recipe, into a directory of its own."""
    folder = tmp_path_factory.mktemp("acme")
    project, module, command, _ = recipe()
    package = folder / "acme-lock"
    package.mkdir()
    (package / "pyproject.toml").write_text(project)
    (package / "acme_lock.py").write_text(module)
    assert command[0] == "pip"
    target = folder / "site"
    words = [sys.executable, "-m", *command, "--quiet", "--disable-pip-version-check", "--target", str(target)]
    subprocess.run(words, cwd=folder, check=True)
    return target


def test_a_board_of_your_own_opens_doors(installed: Path, tmp_path: Path) -> None:
    *_, lines = recipe()
    with (
        Machine(tmp_path, pcsc=False, camera=False) as machine,
        serve_pty(AcmeBoard(machine.cabinet), tmp_path / "ttyACME", baud=9600) as wire,
    ):
        lines = re.sub(r'port = ".*"', f'port = "{wire.port}"', lines).replace('"main"', '"A"')
        config = tomllib.loads(machine.config.read_text(encoding="utf-8"))
        config |= tomllib.loads(lines) | {"compartment": config["compartment"][:CHANNELS]}
        machine.config.write_text(tomli_w.dumps(config), encoding="utf-8")
        env = machine.env | {"PYTHONPATH": str(installed)}
        check = [sys.executable, "-m", "kiosk", "check", str(machine.config), "--json"]
        told = json.loads(subprocess.run(check, env=env, capture_output=True, text=True, check=False).stdout)
        board = next(one for one in told["checks"] if one["name"] == "board A")
        assert (board["ok"], "8 doors" in board["words"]) == (True, True)
        with KioskProcess(machine.config, env) as kiosk:
            kiosk.wait_for("Home", timeout_s=60, free_doors=CHANNELS, online=True)
            machine.tap_and_lift("C2001")
            kiosk.wait_for("Courier")
            row = machine.library.ledger.row("select id from parcels where patron = ?", "R1001")
            assert row
            for item in machine.library.ledger.sent_parcel(row["id"]).items:
                machine.scanner.scan(item.barcode)
            door = str(kiosk.wait_for("DoorOpen")["compartment"])
            assert machine.cabinet.door(door) is Door.OPEN


def test_its_name_is_offered_when_mistyped(installed: Path, tmp_path: Path) -> None:
    find = "from hardware.registry import find; find('kiosk.board', 'acmee')"
    env = os.environ | {"PYTHONPATH": str(installed)}
    said = subprocess.run([sys.executable, "-c", find], env=env, capture_output=True, text=True, check=False).stderr
    assert "did you mean 'acme'?" in said
