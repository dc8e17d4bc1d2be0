"""What every locker board driver owes, shown against its twin over memory, a pseudo-terminal and a socket; and where it
matters what comes when, on a wire whose time is computed.

A new driver joins with one line in ``RIGS``.
"""

import importlib
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
from tests.conformance.timed_wire import Clock, TimedWire, live_by

twins = SimpleNamespace(
    **{name: importlib.import_module(f"simulators.{name}") for name in registry.names("kiosk.board")}
)
CHANNELS = 8
NAMES = [[f"{board}{channel}" for channel in range(1, CHANNELS + 1)] for board in "AB"]
VECTORS = Path(__file__).parents[1] / "vectors"
UNANSWERED = (DeviceSilent, WireError)
PATIENT_S = 20.0  # for a reply that must come, on a busy machine; it may be long, for the wait ends when it comes
UNHEARD_S = 2.0  # where none may come
LOOKS_MAX = 40


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
        shuoming.Settings(address=2, channels=CHANNELS, feedback="short_when_open", lowest_group="first"),
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


def patient(settings: Any) -> Any:
    """Waits longer than a driver would be let: ``model_copy`` asks no bounds."""
    wait_s = PATIENT_S if getattr(settings, "unlock_answered", True) else UNHEARD_S
    return settings.model_copy(update={"reply_wait_s": wait_s})


class Bench:
    """A cabinet, its bus, and the drivers under test at the other end of a wire.

    Where time passes by itself the drivers wait for a reply as long as it takes; elsewhere as long as they are made to.
    """

    def __init__(self, rig: Rig, wire: str, folder: Path, stack: ExitStack, clock: Clock | None = None) -> None:
        self.rig = rig
        self.cabinet = Cabinet(NAMES[0] + NAMES[1])
        self.bus, self.settings = rig.build(self.cabinet)
        self.clock = clock
        if wire in ("pty", "socket"):
            self.settings = [patient(one) for one in self.settings]
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
            case "timed":
                assert clock
                self.transport = TimedWire(self.line, clock, self.module.BAUD)
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
def timed(rig, tmp_path, monkeypatch):
    """On a wire whose time is computed."""
    clock = Clock()
    live_by(clock, monkeypatch)
    with ExitStack() as stack:
        yield Bench(rig, "timed", tmp_path, stack, clock)


def looked(board):
    """The doors, once the board answers; until then it may be silent, never wrong."""
    for _ in range(LOOKS_MAX):
        with suppress(*UNANSWERED):
            return board.doors()
    pytest.fail(f"no answer to {LOOKS_MAX} looks")


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


def test_a_missing_board_is_silent_and_leaves_the_other_alone(timed):
    timed.rig.lose(timed.bus)
    begun = timed.clock.now
    with pytest.raises(DeviceSilent):
        timed.boards[1].doors()
    assert timed.clock.now - begun <= 2
    begun = timed.clock.now
    with pytest.raises((DeviceRefused, DeviceSilent)):
        timed.boards[1].unlock(1)
    assert timed.clock.now - begun <= 1
    timed.boards[0].unlock(1)
    assert timed.boards[0].doors() == ALL_SHUT | {1: Door.OPEN}
    assert timed.cabinet.door("B1") is Door.SHUT


def test_an_echoing_adapter_is_no_board(timed):
    timed.line.disturb(Fault.ECHO, times=100)
    timed.rig.lose(timed.bus)
    timed.boards[0].unlock(1)
    assert timed.boards[0].doors() == ALL_SHUT | {1: Door.OPEN}
    with pytest.raises(DeviceError):
        timed.boards[1].unlock(1)
    with pytest.raises(DeviceError):
        timed.boards[1].doors()


@pytest.mark.parametrize("fault", [Fault.GARBAGE, Fault.SPLIT, Fault.UNASKED])
def test_noise_and_pauses_do_no_harm(timed, fault):
    timed.boards[0].doors()
    timed.line.pause_s = 0.005  # as long as a byte of a slow adapter
    timed.line.disturb(fault, times=2)
    timed.boards[0].unlock(1)
    assert timed.boards[0].doors() == ALL_SHUT | {1: Door.OPEN}


@pytest.mark.parametrize("wire", ["pty", "socket"])
@pytest.mark.parametrize("fault", [Fault.GARBAGE, Fault.SPLIT, Fault.UNASKED])
def test_nor_on_a_real_wire(rig, wire, fault, tmp_path):
    with ExitStack() as stack:
        bench = Bench(rig, wire, tmp_path, stack)
        bench.boards[0].doors()
        bench.line.disturb(fault, times=2)
        bench.boards[0].unlock(1)
        assert bench.boards[0].doors() == ALL_SHUT | {1: Door.OPEN}


@pytest.mark.parametrize("fault", [Fault.SILENT, Fault.LATE, Fault.CUT, Fault.BAD_CHECK])
def test_an_unlock_without_a_usable_reply_may_have_moved_the_door(timed, fault):
    board = timed.boards[0]
    board.doors()
    timed.line.late_s = 0.9
    timed.line.disturb(fault)
    with pytest.raises(UNANSWERED):
        board.unlock(1)
    assert timed.cabinet.door("A1") is Door.OPEN
    assert looked(board) == ALL_SHUT | {1: Door.OPEN}


def test_a_request_that_got_lost_moves_nothing(timed):
    board = timed.boards[0]
    board.doors()
    timed.line.disturb(Fault.DEAF)
    with pytest.raises(DeviceSilent):
        board.unlock(1)
    assert board.doors() == ALL_SHUT


@pytest.mark.parametrize("fault", [Fault.SILENT, Fault.CUT, Fault.BAD_CHECK, Fault.DEAF])
def test_doors_without_a_usable_reply_are_unknown_and_then_known_again(timed, fault):
    board = timed.boards[0]
    board.doors()
    timed.line.disturb(fault)
    with pytest.raises(UNANSWERED):
        board.doors()
    assert board.doors() == ALL_SHUT


@pytest.mark.parametrize("late_s", [0.32, 0.36, 0.4, 0.45, 0.5, 0.55, 0.6, 0.7])
def test_a_late_reply_never_answers_the_next_request(timed, late_s):
    board, other = timed.boards
    board.doors()
    timed.line.late_s = late_s
    timed.line.disturb(Fault.LATE)
    with pytest.raises(UNANSWERED):
        board.doors()  # says that all are shut, late
    timed.cabinet.pulse("A1")
    timed.cabinet.pulse("B1")
    for asked in (board, other):
        assert looked(asked) == ALL_SHUT | {1: Door.OPEN}


@pytest.mark.parametrize("seed", range(8))
def test_a_storm_never_makes_a_wrong_answer(timed, seed):
    timed.line.late_s = 0.35
    timed.line.storm(12 + seed)
    board, channel = timed.boards[0], 0
    for _ in range(20 * LOOKS_MAX):
        if not timed.line.faults_ahead:
            break
        channel = channel % CHANNELS + 1
        (timed.cabinet.push if channel % 2 else timed.cabinet.pulse)(NAMES[0][channel - 1])
        with suppress(*UNANSWERED):
            assert board.doors() == {n: timed.cabinet.door(name) for n, name in enumerate(NAMES[0], 1)}
    assert not timed.line.faults_ahead
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
