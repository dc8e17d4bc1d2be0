"""What every locker board driver owes, shown against its twin over memory, a pseudo-terminal and a socket.

A new driver joins with one line in ``RIGS``.
"""

import importlib
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from hardware import registry
from hardware.errors import DeviceError, DeviceGone, DeviceRefused, DeviceSilent, WireError
from hardware.locker import eletechsup, kerong_cu16, kerong_cu48, shuoming, waveshare, winnsen, wkly
from hardware.readings import Door
from hardware.serialport import open_port
from simulators.cabinet import Cabinet
from simulators.line import Fault, Line
from simulators.serve import Memory, Peer, serve_pty, serve_tcp

twins = SimpleNamespace(
    **{name: importlib.import_module(f"simulators.{name}") for name in registry.names("kiosk.board")}
)
CHANNELS = 8
NAMES = [[f"{board}{channel}" for channel in range(1, CHANNELS + 1)] for board in "AB"]
VECTORS = Path(__file__).parents[1] / "vectors"
UNANSWERED = (DeviceSilent, WireError)


@dataclass
class Rig:
    """Two boards of one family on a bus: ``NAMES`` by channel, switches of the first short when locked, else open."""

    driver: str
    build: Callable[[Cabinet], tuple[Peer, Sequence[Any]]]
    """The bus and the driver's settings of both boards."""
    lose: Callable[[Any], None]
    """Take the power from the second board."""
    unasked: bytes
    """What the first board may say of its own accord."""


def on_their_channels(settings: Sequence[Any]) -> list[tuple[Any, dict[int, str]]]:
    return [(one, dict(enumerate(names, 1))) for one, names in zip(settings, NAMES, strict=True)]


def shuoming_bus(cabinet: Cabinet) -> tuple[Peer, list[shuoming.Settings]]:
    settings = [
        shuoming.Settings(address=1, channels=CHANNELS, feedback="short_when_locked"),
        shuoming.Settings(address=2, channels=CHANNELS, feedback="short_when_open"),
    ]
    return twins.shuoming.bus(on_their_channels(settings), cabinet, pace=0.1), settings


def kerong_bus(driver: Any, twin: Any, cabinet: Cabinet) -> tuple[Peer, list[Any]]:
    settings = [
        driver.Settings(address=1, channels=CHANNELS, feedback="set_when_locked", unlock_answered=True),
        driver.Settings(address=2, channels=CHANNELS, feedback="set_when_open", unlock_answered=False),
    ]
    return twin.bus(on_their_channels(settings), cabinet, pace=0.1), settings


def wkly_bus(cabinet: Cabinet) -> tuple[Peer, list[wkly.Settings]]:
    settings = [
        wkly.Settings(address=1, channels=CHANNELS, feedback="short_when_locked"),
        wkly.Settings(address=2, channels=CHANNELS, feedback="short_when_open"),
    ]
    return twins.wkly.bus(on_their_channels(settings), cabinet, pace=0.1), settings


def winnsen_bus(cabinet: Cabinet) -> tuple[Peer, list[winnsen.Settings]]:
    settings = [
        winnsen.Settings(address=1, channels=CHANNELS, feedback="short_when_locked"),
        winnsen.Settings(address=2, channels=CHANNELS, feedback="short_when_open", dialect="A5"),
    ]
    return twins.winnsen.bus(on_their_channels(settings), cabinet, pace=0.1), settings


def waveshare_bus(cabinet: Cabinet) -> tuple[Peer, list[waveshare.Settings]]:
    settings = [
        waveshare.Settings(address=1, channels=CHANNELS, feedback="short_when_locked"),
        waveshare.Settings(address=2, channels=CHANNELS, feedback="short_when_open"),
    ]
    return twins.waveshare.bus(on_their_channels(settings), cabinet, pace=0.1), settings


def eletechsup_bus(cabinet: Cabinet) -> tuple[Peer, list[eletechsup.Settings]]:
    settings = [
        eletechsup.Settings(address=1, inputs_address=11, channels=CHANNELS, feedback="short_when_locked"),
        eletechsup.Settings(
            address=2, inputs_address=12, channels=CHANNELS, feedback="short_when_open", first_register=0
        ),
    ]
    return twins.eletechsup.bus(on_their_channels(settings), cabinet, pace=0.1), settings


RIGS = [
    Rig("shuoming", shuoming_bus, lambda bus: bus.missing.add(2), bytes.fromhex("82 01 01 00 82")),
    Rig(
        "kerong_cu16",
        partial(kerong_bus, kerong_cu16, twins.kerong_cu16),
        lambda bus: bus.missing.add(2),
        bytes.fromhex("02 10 36 FF FF 00 00 03 49"),
    ),
    Rig(
        "kerong_cu48",
        partial(kerong_bus, kerong_cu48, twins.kerong_cu48),
        lambda bus: bus.missing.add(2),
        bytes.fromhex("02 01 07 75 03 82"),
    ),
    Rig("winnsen", winnsen_bus, lambda bus: bus.missing.add(2), bytes.fromhex("90 07 85 01 07 01 03")),
    Rig("wkly", wkly_bus, lambda bus: bus.missing.add(2), bytes.fromhex("57 4B 4C 59 0A 01 85 01 00 86")),
    Rig("waveshare", waveshare_bus, lambda bus: bus.missing.add(2), bytes.fromhex("01 03 02 00 C8 B9 D2")),
    Rig("eletechsup", eletechsup_bus, lambda bus: bus.missing.add(2), bytes.fromhex("01 01 01 00 51 88")),
]


class Bench:
    """A cabinet, its bus, and the drivers under test at the other end of a wire."""

    def __init__(self, rig: Rig, wire: str, folder: Path, stack: ExitStack) -> None:
        self.rig = rig
        self.cabinet = Cabinet(NAMES[0] + NAMES[1])
        self.bus, self.settings = rig.build(self.cabinet)
        self.line = Line(self.bus, seed=1)
        self.line.unasked = rig.unasked
        self.module = registry.find("kiosk.board", rig.driver)
        self.served = None
        self.stack = stack
        match wire:
            case "memory":
                self.transport = Memory(self.line)
            case "shredded":
                self.transport = Memory(self.line, piece=1)
            case "pty":
                self.served = stack.enter_context(serve_pty(self.line, folder / "ttyLOCKER0", self.module.BAUD))
            case "socket":
                self.served = stack.enter_context(serve_tcp(self.line, baud=self.module.BAUD))
        self.connect()

    def connect(self) -> None:
        if self.served:
            self.transport = open_port(self.served.port, self.module.BAUD)
            self.stack.callback(self.transport.close)
        self.boards = [self.module.connect(one, self.transport) for one in self.settings]


@pytest.fixture(params=RIGS, ids=lambda rig: rig.driver)
def rig(request):
    return request.param


@pytest.fixture(params=["memory", "shredded", "pty", "socket"])
def bench(request, rig, tmp_path):
    with ExitStack() as stack:
        yield Bench(rig, request.param, tmp_path, stack)


@pytest.fixture
def wired(rig, tmp_path):
    """On a pseudo-terminal, where time passes as on a wire."""
    with ExitStack() as stack:
        yield Bench(rig, "pty", tmp_path, stack)


ALL_SHUT = dict.fromkeys(range(1, CHANNELS + 1), Door.SHUT)


def test_every_installed_driver_is_held_to_this_contract_and_has_a_twin_and_vectors():
    assert registry.names("kiosk.board") == sorted(rig.driver for rig in RIGS)
    for name in registry.names("kiosk.board"):
        assert importlib.import_module(f"simulators.{name}")
        assert list(VECTORS.glob(f"{name}.*"))
        module = registry.find("kiosk.board", name)
        assert module.BAUD in (9600, 19200, 38400, 57600, 115200)
        assert module.Settings.model_config["extra"] == "forbid"


def test_doors_says_every_channel_of_either_polarity(bench):
    assert [board.channels for board in bench.boards] == [CHANNELS, CHANNELS]
    assert [board.doors() for board in bench.boards] == [ALL_SHUT, ALL_SHUT]


def test_unlock_opens_that_door_and_no_other(bench):
    for board, names in zip(bench.boards, NAMES, strict=True):
        for channel in (1, 5, CHANNELS):
            assert board.unlock(channel) is None
            assert board.doors() == ALL_SHUT | {channel: Door.OPEN}
            assert bench.cabinet.moves[-1].compartment == names[channel - 1]
            bench.cabinet.push(names[channel - 1])
            assert board.doors() == ALL_SHUT
    assert len(bench.cabinet.moves) == 12  # six openings, six pushes


def test_an_acknowledgement_says_nothing_of_the_door(bench):
    bench.cabinet.jam("A2")
    bench.cabinet.jam("B2")
    for board in bench.boards:
        board.unlock(2)
        assert board.doors() == ALL_SHUT


def test_unlocking_an_open_door_changes_nothing(bench):
    bench.boards[0].unlock(3)
    bench.boards[0].unlock(3)
    assert bench.boards[0].doors() == ALL_SHUT | {3: Door.OPEN}


def test_a_channel_that_is_not_there_moves_nothing(bench):
    for channel in (-1, 0, CHANNELS + 1, 255, 256):
        with pytest.raises(ValueError, match="channel"):
            bench.boards[0].unlock(channel)
    assert bench.cabinet.moves == ()


def test_a_missing_board_is_silent_and_leaves_the_other_alone(wired):
    wired.rig.lose(wired.bus)
    begun = time.monotonic()
    with pytest.raises(DeviceSilent):
        wired.boards[1].doors()
    with pytest.raises((DeviceRefused, DeviceSilent)):
        wired.boards[1].unlock(1)
    assert time.monotonic() - begun < 2
    wired.boards[0].unlock(1)
    assert wired.boards[0].doors() == ALL_SHUT | {1: Door.OPEN}
    assert wired.cabinet.door("B1") is Door.SHUT


def test_an_echoing_adapter_is_no_board(wired):
    wired.line.echo = True
    wired.rig.lose(wired.bus)
    wired.boards[0].unlock(1)
    assert wired.boards[0].doors() == ALL_SHUT | {1: Door.OPEN}
    with pytest.raises(DeviceError):
        wired.boards[1].unlock(1)
    with pytest.raises(DeviceError):
        wired.boards[1].doors()


@pytest.mark.parametrize("fault", [Fault.GARBAGE, Fault.SPLIT, Fault.UNASKED])
def test_noise_and_pauses_do_no_harm(wired, fault):
    wired.boards[0].doors()
    wired.line.disturb(fault, times=2)
    wired.boards[0].unlock(1)
    assert wired.boards[0].doors() == ALL_SHUT | {1: Door.OPEN}


@pytest.mark.parametrize("fault", [Fault.SILENT, Fault.LATE, Fault.CUT, Fault.BAD_CHECK])
def test_an_unlock_without_a_usable_reply_may_have_moved_the_door(wired, fault):
    board = wired.boards[0]
    board.doors()
    wired.line.late_s = 0.9
    wired.line.disturb(fault)
    with pytest.raises(UNANSWERED):
        board.unlock(1)
    assert wired.cabinet.door("A1") is Door.OPEN
    deadline = time.monotonic() + 5
    while True:  # while the late reply keeps the bus busy, the board may be silent, never wrong
        try:
            assert board.doors() == ALL_SHUT | {1: Door.OPEN}
            break
        except UNANSWERED:
            assert time.monotonic() < deadline


def test_a_request_that_got_lost_moves_nothing(wired):
    board = wired.boards[0]
    board.doors()
    wired.line.disturb(Fault.DEAF)
    with pytest.raises(DeviceSilent):
        board.unlock(1)
    assert board.doors() == ALL_SHUT


@pytest.mark.parametrize("fault", [Fault.SILENT, Fault.CUT, Fault.BAD_CHECK, Fault.DEAF])
def test_doors_without_a_usable_reply_are_unknown_and_then_known_again(wired, fault):
    board = wired.boards[0]
    board.doors()
    wired.line.disturb(fault)
    with pytest.raises(UNANSWERED):
        board.doors()
    assert board.doors() == ALL_SHUT


@pytest.mark.parametrize("late_s", [0.32, 0.4, 0.55])
def test_a_late_reply_never_answers_the_next_request(wired, late_s):
    board, other = wired.boards
    board.doors()
    wired.line.late_s = late_s
    wired.line.disturb(Fault.LATE)
    with pytest.raises(UNANSWERED):
        board.doors()  # says that all are shut, late
    wired.cabinet.pulse("A1")
    wired.cabinet.pulse("B1")
    for asked in (board, other):
        deadline = time.monotonic() + 5
        while True:
            try:
                assert asked.doors() == ALL_SHUT | {1: Door.OPEN}
                break
            except UNANSWERED:
                assert time.monotonic() < deadline


def test_a_storm_never_makes_a_wrong_answer(wired):
    wired.line.late_s = 0.35
    wired.line.storm(12)
    board, channel = wired.boards[0], 0
    deadline = time.monotonic() + 20
    while wired.line.faults_ahead:
        assert time.monotonic() < deadline
        channel = channel % CHANNELS + 1
        (wired.cabinet.push if channel % 2 else wired.cabinet.pulse)(NAMES[0][channel - 1])
        try:
            seen = board.doors()
        except UNANSWERED:
            continue
        assert seen == {n: wired.cabinet.door(name) for n, name in enumerate(NAMES[0], 1)}
    assert board.doors()


def ask_until_it_is_gone(board):
    for _ in range(5):  # what the other end of a socket did shows a moment later
        with suppress(DeviceSilent):
            board.doors()


@pytest.mark.parametrize("wire", ["pty", "socket"])
def test_a_lost_port_is_gone_and_serves_again_when_reopened(rig, wire, tmp_path):
    with ExitStack() as stack:
        bench = Bench(rig, wire, tmp_path, stack)
        bench.boards[0].unlock(1)
        bench.served.unplug()
        with pytest.raises(DeviceGone):
            ask_until_it_is_gone(bench.boards[0])
        with pytest.raises(DeviceGone):
            bench.boards[0].unlock(2)
        with pytest.raises(DeviceGone):
            bench.connect()
        bench.transport.close()
        bench.transport.close()
        bench.served.plug()
        bench.connect()
        assert bench.boards[0].doors() == ALL_SHUT | {1: Door.OPEN}
