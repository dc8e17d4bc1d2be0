"""The whole kiosk (window, devices, camera, voice) under the system calls that examples/kiosk.service leaves it."""

import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from simulators.machine import Machine
from simulators.screen import Xvfb
from tests.end_to_end.conftest import PANEL
from tests.end_to_end.people import Point
from tests.kills.windowed import WindowedProcess

UNIT = Path(__file__).parents[2] / "examples" / "kiosk.service"
UNDER = [sys.executable, str(Path(__file__).with_name("shut_in.py")), str(UNIT)]

pytestmark = pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd to ask what its groups hold")


class ShutIn(WindowedProcess):
    """A kiosk behind its window, started as the service would start it."""

    def __init__(self, config: Path, env: Mapping[str, str]) -> None:
        super().__init__(config, env)
        self._command = UNDER + self._command


def test_a_call_that_is_not_on_the_list_kills() -> None:
    accounting = "import ctypes; ctypes.CDLL(None).acct(b'/nowhere')"
    assert subprocess.run([*UNDER, sys.executable, "-c", accounting], check=False).returncode == -signal.SIGSYS


@pytest.mark.timeout(300)
def test_a_parcel_is_loaded_and_collected_before_the_camera(folder: Path) -> None:
    with Machine(folder, pace=0.0) as machine, Xvfb(*PANEL) as display:
        panel = f'[screen]\nwidth = {PANEL[0]}\nheight = {PANEL[1]}\nvoice = "always"\n'
        machine.config.write_text(
            machine.config.read_text(encoding="utf-8").replace("[screen]\n", panel), encoding="utf-8"
        )
        with ShutIn(machine.config, {**machine.env, **display.env}) as kiosk:
            point = Point(machine, kiosk).ready()
            point.stock("R1001")
            camera = machine.camera
            assert camera
            camera.hold("qr", point.message("R1001", "pass"))
            door = point.open_door()
            camera.take_away()
            assert machine.cabinet.inside(door)
