"""A simulated point for each test: real pseudo-terminals, pcscd, HTTP and SQLite; the kiosk as its own process.

Its screens and touches are lines of JSON, or with ``--glass`` a window on a display in memory and a finger on it.
"""

import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path

import pytest

from simulators.kiosk_process import KioskProcess
from simulators.machine import Machine
from simulators.screen import Hand, Xvfb
from tests.end_to_end.people import Point
from tests.kills.windowed import WindowedProcess
from tests.side_by_side import side_by_side

PANEL = (540, 960)  # upright; a quarter of what a processor would have to draw for a real one

AT_ONCE = 1  # beside a first

Run = Callable[[Machine], AbstractContextManager[KioskProcess]]
Story = Callable[[Point], None]


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
def kiosk_of(request: pytest.FixtureRequest) -> Run:
    """Runs the kiosk of a machine, as long as the block lasts."""
    return _behind_glass if request.config.getoption("--glass") else _by_lines


@pytest.fixture
def point(machine: Machine, kiosk_of: Run) -> Iterator[Point]:
    with kiosk_of(machine) as kiosk:
        yield Point(machine, kiosk).ready()


@pytest.fixture
def play(kiosk_of: Run) -> Callable[[Mapping[str, Story]], None]:
    """Plays some stories, each at a point of its own, side by side: most of it is waiting."""

    def one(story: Story) -> None:
        with (
            tempfile.TemporaryDirectory(prefix="point-") as name,
            Machine(Path(name), pace=0.0, camera=False) as machine,
        ):
            assert not machine.no_pcsc, machine.no_pcsc
            with kiosk_of(machine) as kiosk:
                story(Point(machine, kiosk).ready())

    return lambda stories: side_by_side({name: partial(one, story) for name, story in stories.items()}, AT_ONCE)


def _by_lines(machine: Machine) -> KioskProcess:
    """Who reads lines misses none, so what is shown to its end ends soon."""
    text = machine.config.read_text(encoding="utf-8")
    machine.config.write_text(
        text.replace("goodbye_s = 4\n", "goodbye_s = 2\n").replace("sorry_s = 8\n", "sorry_s = 4\n")
    )
    return KioskProcess(machine.config, machine.env)


@contextmanager
def _behind_glass(machine: Machine) -> Iterator[WindowedProcess]:
    _panel(machine.config)
    with Xvfb(*PANEL) as display, WindowedProcess(machine.config, {**machine.env, **display.env}) as kiosk:
        yield kiosk


def _panel(config: Path) -> None:
    size = f"[screen]\nwidth = {PANEL[0]}\nheight = {PANEL[1]}\n"
    text = config.read_text(encoding="utf-8")
    if size not in text:
        config.write_text(text.replace("[screen]\n", size), encoding="utf-8")


@contextmanager
def window_of(machine: Machine) -> Iterator[Hand]:
    """The kiosk of a machine behind its window, Home in sight, and a hand to touch it."""
    with _behind_glass(machine) as kiosk:
        kiosk.hand.wait_for("Home", timeout_s=90)
        kiosk.settle()
        yield kiosk.hand
