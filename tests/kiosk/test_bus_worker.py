"""The worker of a bus over a simulated board: a lock that rests is waited for, a chattering door is looked at again."""

import queue
import time
from collections.abc import Callable, Iterator
from itertools import chain, repeat
from typing import Any

import pytest

from hardware.errors import DeviceGone
from hardware.locker import shuoming
from hardware.locker.bank import Bank, Duty
from hardware.readings import DeviceDown, DeviceUp, Door, DoorSeen, Pulse, UnlockEnded
from kiosk import workers
from kiosk.core.commands import Unlock
from kiosk.workers import SILENT, BusWorker, Worker
from simulators.cabinet import Cabinet
from simulators.serve import Memory
from simulators.shuoming import ShuomingBoard, ShuomingBus

WAIT_S = 60.0


class Bus:
    """One door, a worker of its own, and all that it reports."""

    def __init__(self) -> None:
        self.cabinet = Cabinet(["A1"])
        settings = shuoming.Settings(address=1, channels=1)
        wire = Memory(ShuomingBus([ShuomingBoard(self.cabinet, {1: "A1"}, settings)], pace=0))
        bank = Bank({"A1": (shuoming.connect(settings, wire), 1)}, Duty(pulses_max=3, window_s=60.0, rest_s=1.0))
        self.reported: queue.Queue[Any] = queue.Queue()
        self.bugs: list[BaseException] = []
        self.worker = BusWorker({"main": ("A1",)}, lambda: (bank, lambda: None), self.reported.put)
        self.thread = Worker("bus", self.worker.work, self.bugs.append)

    def next(self, fits: Callable[[Any], bool]) -> Any:
        until = time.monotonic() + WAIT_S
        while not fits(one := self.reported.get(timeout=max(0.01, until - time.monotonic()))):
            pass
        return one


@pytest.fixture
def bus() -> Iterator[Bus]:
    bus = Bus()
    bus.thread.start()
    bus.next(lambda one: one == DoorSeen("A1", Door.SHUT))
    yield bus
    bus.thread.stop()
    bus.thread.join(10)
    assert not bus.bugs


def test_who_comes_right_after_another_finds_a_lock_that_opens(bus: Bus) -> None:
    for attempt in (1, 2):
        bus.worker.unlock(Unlock("A1", "7", attempt))
        assert bus.next(lambda one: isinstance(one, UnlockEnded)) == UnlockEnded("A1", "7", attempt, Pulse.ACCEPTED)
        assert bus.cabinet.pulses("A1") == attempt
        bus.cabinet.push("A1")


def test_a_lock_that_was_pulsed_too_often_is_spared_and_it_says_for_how_long(bus: Bus) -> None:
    for attempt in (1, 2, 3):
        bus.worker.unlock(Unlock("A1", "7", attempt))
        assert bus.next(lambda one: isinstance(one, UnlockEnded)).pulse is Pulse.ACCEPTED
        bus.cabinet.push("A1")
    bus.worker.unlock(Unlock("A1", "7", 4))
    ended = bus.next(lambda one: isinstance(one, UnlockEnded))
    assert ended.pulse is Pulse.REFUSED
    assert 2 < ended.rests_s <= 60
    assert bus.cabinet.pulses("A1") == 3


class Chattering(Bank):
    """A door that was pulled open, whose contact says once more that it is shut."""

    says = chain([Door.SHUT, Door.OPEN, Door.SHUT], repeat(Door.OPEN))

    def doors_by_board(self) -> Iterator[dict[str, Door]]:
        yield {"A1": next(self.says)}


def test_what_a_chattering_contact_said_falsely_is_soon_corrected(monkeypatch: pytest.MonkeyPatch) -> None:
    """And not at the next look of a bus at rest, which would not come here."""
    monkeypatch.setattr(workers, "SETTLES_S", 2 * WAIT_S)
    reported: queue.Queue[Any] = queue.Queue()
    bugs: list[BaseException] = []
    bus = BusWorker({"main": ("A1",)}, lambda: (Chattering({}), lambda: None), reported.put, idle_s=600)
    thread = Worker("bus", bus.work, bugs.append)
    thread.start()
    assert reported.get(timeout=WAIT_S) == DoorSeen("A1", Door.SHUT)
    assert reported.get(timeout=WAIT_S) == DeviceUp("main")
    for door in (Door.OPEN, Door.SHUT, Door.OPEN):
        assert reported.get(timeout=WAIT_S) == DoorSeen("A1", door)
    thread.stop()
    thread.join(10)
    assert not bugs


class Loose(Bank):
    """Its plug is: the port is lost right after each look but the first few, until it is pushed in."""

    lives = 0

    def __init__(self) -> None:
        super().__init__({})
        Loose.lives += 1
        self._looks = 0

    def doors_by_board(self) -> Iterator[dict[str, Door]]:
        self._looks += 1
        if Loose.lives < 4 and self._looks > 3:
            raise DeviceGone("the plug")
        yield {"A1": Door.SHUT}


def test_a_board_on_a_loose_plug_is_not_up_again_before_it_has_served_for_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Else no wait for it would ever be long, and nobody would hear of it."""
    monkeypatch.setattr(workers, "STEADY_S", 3.0)
    reported: queue.Queue[Any] = queue.Queue()
    bugs: list[BaseException] = []
    bus = BusWorker({"main": ("A1",)}, lambda: (Loose(), lambda: None), reported.put, idle_s=0.01)
    monkeypatch.setattr(workers, "POLL_BUSY_S", 0.01)
    thread = Worker("bus", bus.work, bugs.append)
    thread.start()
    said: list[Any] = []
    while said.count(DeviceUp("main")) < 2:
        said.append(reported.get(timeout=WAIT_S))
    thread.stop()
    thread.join(10)
    up, down, shut = DeviceUp("main"), DeviceDown("main", "the plug"), DoorSeen("A1", Door.SHUT)
    assert [one for one in said if one in (up, down)] == [up, down, down, down, up]
    assert said.count(shut) == 4  # which is said at once
    assert not bugs


def test_one_board_of_two_that_dies_is_named_and_named_again_when_it_is_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "STEADY_S", 0.0)
    cabinet = Cabinet(["A1", "B1"])
    both = [shuoming.Settings(address=address, channels=1) for address in (1, 2)]
    boards = [ShuomingBoard(cabinet, {1: name}, settings) for name, settings in zip(("A1", "B1"), both, strict=True)]
    wire = Memory(line := ShuomingBus(boards, pace=0))
    left, right = (shuoming.connect(settings, wire) for settings in both)
    bank = Bank({"A1": (left, 1), "B1": (right, 1)})
    reported: queue.Queue[Any] = queue.Queue()
    bus = BusWorker({"left": ("A1",), "right": ("B1",)}, lambda: (bank, lambda: None), reported.put, idle_s=0.05)
    bugs: list[BaseException] = []
    thread = Worker("bus", bus.work, bugs.append)

    def until(last: Any) -> list[Any]:
        found = []
        while last not in found:
            found.append(reported.get(timeout=WAIT_S))
        return [one for one in found if isinstance(one, DeviceUp | DeviceDown)]

    thread.start()
    assert until(DeviceUp("right")) == [DeviceUp("left"), DeviceUp("right")]
    line.missing.add(2)
    assert until(DeviceDown("right", SILENT)) == [DeviceDown("right", SILENT)]
    line.missing.clear()
    assert until(DeviceUp("right")) == [DeviceUp("right")]
    thread.stop()
    thread.join(10)
    assert not bugs
