"""A window that hangs, under the real machine: the story that is under way ends first, then the program ends itself.

The front end of this test beats as a window does, and hangs when it is told to: waiting, as in a driver that lets go of
the interpreter, or holding it, as the worst ones do.
"""

import contextlib
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.watchdog import EXIT_FROZEN
from simulators.machine import Machine

STRANGER = "04A1B2C3"
SORRY_S = 20  # longer than a window may stand still
FRONT = """
import ctypes, sys, threading, time
from pathlib import Path
import kiosk.app
from kiosk.config import load

def run(shown, touch, about, settings):
    folder = Path(sys.argv[2])
    while not shown.stopped:
        shown.beat()
        latest = shown.latest()
        (folder / "screen.new").write_text(type(latest.screen).__name__ if latest else "")
        (folder / "screen.new").replace(folder / "screen")
        if (folder / "wait").exists():
            threading.Event().wait()
        if (folder / "hold").exists():
            ctypes.PyDLL(None).sleep(600)  # and keeps the interpreter
        time.sleep(0.02)

real = kiosk.app.find
kiosk.app.find = lambda group, name: run if group == "kiosk.screen" else real(group, name)
sys.exit(kiosk.app.run(load(Path(sys.argv[1]))))
"""


@pytest.fixture
def kiosk(machine: Machine, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    text = machine.config.read_text()
    machine.config.write_text(re.sub(r"sorry_s = \d+", f"sorry_s = {SORRY_S}", text))
    env = {**machine.env, "NOTIFY_SOCKET": str(folder / "notify")}
    with (folder / "log").open("wb") as log:
        command = [sys.executable, "-c", FRONT, str(machine.config), str(folder)]
        with subprocess.Popen(command, env=env, stderr=log, stdout=log) as process:
            try:
                yield process
            finally:
                process.kill()


def wait_for(folder: Path, screen: str) -> None:
    until = time.monotonic() + 60
    while True:
        with contextlib.suppress(OSError):
            if (folder / "screen").read_text() == screen:
                return
        assert time.monotonic() < until, (folder / "log").read_text()
        time.sleep(0.05)


@pytest.mark.timeout(300)
def test_a_frozen_window_is_ended_after_the_story_and_not_before(
    machine: Machine, folder: Path, kiosk: "subprocess.Popen[bytes]"
) -> None:
    wait_for(folder, "Home")
    time.sleep(2)  # until the card reader is there
    machine.card.tap(STRANGER)
    wait_for(folder, "Sorry")
    began = time.monotonic()
    (folder / "wait").touch()
    assert kiosk.wait(120) == EXIT_FROZEN
    assert time.monotonic() - began > SORRY_S - 5  # who stood there was served to the end
    assert b"has not moved" in (folder / "log").read_bytes()


@pytest.mark.timeout(300)
def test_one_that_holds_everything_is_no_longer_heard_by_the_service_manager(
    folder: Path, kiosk: "subprocess.Popen[bytes]"
) -> None:
    manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    manager.bind(os.fspath(folder / "notify"))
    manager.settimeout(60)
    with manager:
        for _ in range(3):
            assert manager.recv(100) == b"WATCHDOG=1"
        (folder / "hold").touch()
        manager.settimeout(15)  # the unit of the example waits for 30
        quiet = False
        until = time.monotonic() + 60
        while not quiet and time.monotonic() < until:
            try:
                assert manager.recv(100) == b"WATCHDOG=1"
            except TimeoutError:
                quiet = True
    assert quiet
    assert kiosk.poll() is None
