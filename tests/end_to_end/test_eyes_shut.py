"""Scenario 16: a whole pickup with eyes shut. All there is: what is said and heard, four keys and digits."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from hardware.readings import Door
from simulators.kiosk_process import KioskProcess
from simulators.machine import Machine
from simulators.screen import Xvfb
from tests.end_to_end.people import Point, eventually

READER = "R1002"


class Ears:
    """Listens to the log of everything that is said and heard; forgets nothing, and hears each thing once."""

    def __init__(self, spoken: Path) -> None:
        self._spoken = spoken
        self._heard = 0

    def wait_for(self, *parts: str, patience_s: float = 60) -> str:
        """The next line in which all of these stand."""
        until = time.monotonic() + patience_s
        while time.monotonic() < until:
            lines = self._spoken.read_text(encoding="utf-8").splitlines() if self._spoken.exists() else []
            for n in range(self._heard, len(lines)):
                if all(part in lines[n] for part in parts):
                    self._heard = n + 1
                    return lines[n]
            time.sleep(0.05)
        raise AssertionError(f"never heard {parts}; heard {lines[self._heard :]}")


class Fingers:
    """Four keys and digits."""

    def __init__(self, env: dict[str, str], ears: Ears) -> None:
        self._env, self._ears = env, ears

    def press(self, key: str) -> None:
        subprocess.run(["xdotool", "key", key], env=self._env, check=True, timeout=60)

    def go_to(self, words: str) -> None:
        """The next key, until one hears that one is there."""
        for _ in range(25):
            self.press("Down")
            if words in self._ears.wait_for("zh "):
                return
        raise AssertionError(f"{words} is nowhere on this screen")


@pytest.fixture
def eyes_shut(machine: Machine, folder: Path) -> Iterator[tuple[Machine, Ears, Fingers]]:
    with KioskProcess(machine.config, machine.env) as kiosk:  # the courier has come before
        Point(machine, kiosk).ready().stock(READER)
    with Xvfb(540, 960) as display:
        spoken = folder / "spoken"
        env = {**machine.env, **display.env, "KIOSK_SPOKEN": str(spoken)}
        ears = Ears(spoken)
        command = [sys.executable, "-m", "kiosk", "run", str(machine.config)]
        with subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            try:
                yield machine, ears, Fingers(env, ears)
            finally:
                process.terminate()


@pytest.mark.timeout(300)
def test_a_parcel_is_collected_with_eyes_shut(eyes_shut: tuple[Machine, Ears, Fingers]) -> None:
    machine, ears, fingers = eyes_shut
    code = Point.message(Point(machine, None), READER, "code")  # type: ignore[arg-type]
    until = time.monotonic() + 60
    while True:  # until the machine is there, nobody answers a key
        fingers.press("Down")
        try:
            ears.wait_for("zh ", patience_s=2)
            break
        except AssertionError:
            assert time.monotonic() < until
    fingers.go_to("取书")
    fingers.press("Return")
    ears.wait_for("请刷卡、出示二维码，或输入取书码")
    for digit in code:
        fingers.press(digit)
        ears.wait_for(f"zh {digit}")
    fingers.go_to("开门")
    fingers.press("Return")
    ears.wait_for("sound please")
    said = ears.wait_for("号门已开，请取书")
    door = said.removeprefix("zh ").split(" ")[0]
    eventually(lambda: machine.cabinet.door(door) is Door.OPEN, f"door {door}")
    for _ in machine.cabinet.inside(door):
        machine.cabinet.take_out(door)
    machine.cabinet.push(door)
    ears.wait_for("sound done")
    ears.wait_for("祝您阅读愉快")
    fingers.go_to("好了")
    fingers.press("Return")
    ears.wait_for("随时刷卡即可")
    eventually(lambda: machine.cabinet.door(door) is Door.SHUT, "shut")
