"""The window that is frozen or deaf: ended between sessions, never during one."""

import os
import struct
import time
from pathlib import Path

import pytest

from hardware.errors import DeviceGone
from hardware.touch_panel import TouchPanel
from kiosk.frontend import Shown
from kiosk.watchdog import EXIT_FROZEN, FROZEN_S, QUIET_S, Watchdog

PRESS = struct.pack("=qqHHi", 0, 0, 1, 0x14A, 1)
LIFT = struct.pack("=qqHHi", 0, 0, 1, 0x14A, 0)
MOVE = struct.pack("=qqHHi", 0, 0, 3, 0x35, 700)


class Watched:
    """A watchdog, a front end it looks at, and a clock that the test moves."""

    def __init__(self, renew_s: float = 0) -> None:
        self.now = 1000.0
        self.shown, self.ended = Shown(self.clock), list[int]()
        self.dog = Watchdog(self.shown, renew_s, self.ended.append, self.clock)

    def clock(self) -> float:
        return self.now

    def pass_(self, seconds: float, served: bool = False, beating: bool = True) -> list[int]:
        until = self.now + seconds
        while self.now < until and not self.ended:
            self.now += 0.25
            if beating:
                self.shown.beat()
            self.dog.look(served)
        return self.ended


@pytest.fixture
def watched() -> Watched:
    return Watched()


def test_a_living_window_runs_for_ever(watched: Watched) -> None:
    assert watched.pass_(5 * 3600) == []


def test_a_frozen_window_is_ended_but_only_when_nobody_is_served(watched: Watched) -> None:
    watched.pass_(5)
    assert watched.pass_(300, served=True, beating=False) == []
    assert watched.pass_(1, beating=False) == [EXIT_FROZEN]


def test_a_short_hang_is_forgiven(watched: Watched) -> None:
    watched.pass_(5)
    watched.pass_(FROZEN_S - 1, beating=False)
    assert watched.pass_(60) == []


def test_a_front_end_without_a_window_gives_no_beat_and_is_left_alone() -> None:
    watched = Watched(renew_s=60)
    assert watched.pass_(2 * QUIET_S, beating=False) == []


def test_a_deaf_window_is_ended_between_sessions(watched: Watched) -> None:
    watched.pass_(5)
    for _ in range(3):
        watched.dog.pressed()
        watched.pass_(0.5, served=True)
    assert watched.pass_(60, served=True) == []
    assert watched.pass_(1) == [EXIT_FROZEN]


def test_nobody_is_deaf_before_the_window_is_there(watched: Watched) -> None:
    """The panel's thread runs first, and somebody taps on the dark screen."""
    for _ in range(5):
        watched.dog.pressed()
        watched.pass_(0.25, beating=False)
    assert watched.pass_(600) == []


def test_a_front_end_without_a_window_is_never_deaf(watched: Watched) -> None:
    for _ in range(5):
        watched.dog.pressed()
        assert watched.pass_(60, beating=False) == []


def test_a_window_that_stood_still_for_a_while_is_not_deaf_afterwards(watched: Watched) -> None:
    watched.pass_(5)
    watched.pass_(2, beating=False)
    for _ in range(5):
        watched.dog.pressed()
        watched.pass_(0.5, beating=False)
    assert watched.pass_(600) == []
    for _ in range(3):
        watched.dog.pressed()
    assert watched.pass_(600) == [EXIT_FROZEN]


def test_a_window_that_hears_every_touch_is_not_deaf(watched: Watched) -> None:
    for _ in range(50):
        watched.dog.pressed()
        watched.shown.felt()
        assert watched.pass_(1) == []
    watched.dog.pressed()  # one may be lost, at the edge of the glass
    assert watched.pass_(600) == []


def test_after_a_day_it_begins_anew_when_nobody_has_come_for_long() -> None:
    watched = Watched(renew_s=3600)
    watched.pass_(3500)
    assert watched.pass_(200, served=True) == []
    assert watched.pass_(QUIET_S - 10) == []
    assert watched.pass_(20) == [EXIT_FROZEN]


def test_fingers_are_counted_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "panel"
    os.mkfifo(path)
    panel = TouchPanel(path)
    with path.open("wb", buffering=0) as kernel:
        kernel.write(PRESS + MOVE + MOVE + LIFT + PRESS[:10])
        assert panel.wait(5) == 1
        kernel.write(PRESS[10:] + LIFT)
        assert panel.wait(5) == 1
        began = time.monotonic()
        assert panel.wait(0.05) == 0
        assert time.monotonic() - began < 5
    with pytest.raises(DeviceGone):
        panel.wait(5)
    panel.close()
    with pytest.raises(DeviceGone, match="group input"):
        TouchPanel(tmp_path / "nowhere")
