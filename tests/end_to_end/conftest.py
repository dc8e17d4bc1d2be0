"""A simulated point for each test: real pseudo-terminals, pcscd, HTTP and SQLite; the kiosk as its own process."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from simulators.kiosk_process import KioskProcess
from simulators.machine import Machine
from tests.end_to_end.people import Point


@pytest.fixture
def folder() -> Iterator[Path]:
    """Short, because the names of sockets and terminals are limited."""
    with tempfile.TemporaryDirectory(prefix="point-") as name:
        yield Path(name)


@pytest.fixture
def machine(folder: Path) -> Iterator[Machine]:
    with Machine(folder, pace=0.0, camera=False) as machine:
        assert not machine.no_pcsc, machine.no_pcsc
        yield machine


@pytest.fixture
def point(machine: Machine) -> Iterator[Point]:
    with KioskProcess(machine.config, machine.env) as kiosk:
        yield Point(machine, kiosk).ready()
