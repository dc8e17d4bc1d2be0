"""An order that no device can take is answered at once, and is not done later, when whoever gave it has gone."""

import queue
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from hardware.escpos import EscposPrinter
from hardware.escpos import Settings as PrinterSettings
from hardware.locker import shuoming
from hardware.locker.bank import Bank, Duty
from hardware.printer import Line
from hardware.readings import (
    DeviceDown,
    DeviceUp,
    PileSeen,
    Printed,
    PrintEnded,
    Pulse,
    SecureEnded,
    UnlockEnded,
    Written,
)
from hardware.rfid.pad import PadSource
from hardware.rfid.r2000 import R2000
from hardware.rfid.r2000 import Settings as PadSettings
from hardware.scanner.barcode import Meanings
from kiosk.core.commands import Ask, Do, Print, Secure, Unlock
from kiosk.core.events import Acted, Answered
from kiosk.core.screens import Slip
from kiosk.incoming import Upload, UploadFailed
from kiosk.library import LibraryWorkers
from kiosk.pads import PadWorker
from kiosk.printing import SLIPS_MAX, PrinterWorker
from kiosk.workers import COMMANDS_MAX, BusWorker, Worker
from simulators.cabinet import Cabinet
from simulators.escpos import EscposPrinter as Printer
from simulators.laid import Laid
from simulators.r2000 import R2000 as Pad
from simulators.shuoming import ShuomingBoard, ShuomingBus
from sync.account import AccountOf
from sync.acts import Renew, Said
from tests.conformance.in_memory import InMemory

WAIT_S = 60.0
ITEM = "SIP0001001"


@dataclass
class Owned:
    """A device that is plugged in or not, and the worker that owns it. ``give`` it an order; it is ``ended``, done or
    refused. ``back``: what it says once it can do one."""

    wire: InMemory
    work: Callable[[Worker], None]
    give: Callable[[str], None]
    ended: Callable[[str, bool], Any]
    told: "queue.Queue[Any]"
    back: type = DeviceUp
    bugs: list[BaseException] = field(default_factory=list)

    def next(self, *kinds: type) -> Any:
        while not isinstance(one := self.told.get(timeout=WAIT_S), kinds):
            pass
        return one


def lock(told: "queue.Queue[Any]") -> Owned:
    settings = shuoming.Settings(address=1, channels=1)
    wire = InMemory(ShuomingBus([ShuomingBoard(Cabinet(["A1"]), {1: "A1"}, settings)], pace=0))
    worker = BusWorker({"main": ("A1",)}, lambda: (bank_on(wire, "A1"), lambda: None), told.put)

    def ended(order: str, done: bool) -> UnlockEnded:
        return UnlockEnded("A1", order, 1, Pulse.ACCEPTED if done else Pulse.NOT_SENT)

    return Owned(wire, worker.work, lambda order: worker.unlock(Unlock("A1", order, 1)), ended, told)


def bank_on(wire: InMemory, *names: str, duty: Duty | None = None) -> Bank:
    """It tells no time: a lock that rests, rests for ever."""
    board = shuoming.connect(shuoming.Settings(address=1, channels=len(names)), wire.open("", 0))
    return Bank({name: (board, n) for n, name in enumerate(names, 1)}, duty, lambda: 0.0)


def printer(told: "queue.Queue[Any]") -> Owned:
    wire, settings = InMemory(Printer()), PrinterSettings(port="-")
    worker = PrinterWorker(
        "printer", lambda: EscposPrinter(settings, wire.open("", 0)), lambda order: [Line(order.slip.id)], told.put
    )

    def give(order: str) -> None:
        worker.print_out(Print("printer", Slip(order, 3, "collect", 0.0, ()), ""))

    def ended(order: str, done: bool) -> PrintEnded:
        return PrintEnded("printer", order, Printed.DONE if done else Printed.NOTHING)

    return Owned(wire, worker.work, give, ended, told)


def pad(told: "queue.Queue[Any]") -> Owned:
    wire, settings = InMemory(twin := Pad()), PadSettings(port="-")
    twin.laid.append(Laid(ITEM))
    worker = PadWorker(
        "pad", lambda: PadSource("pad", R2000(settings, wire.open("", 0)), settings, Meanings()), told.put
    )

    def ended(order: str, done: bool) -> SecureEnded:
        return SecureEnded("pad", order, ITEM, False, Written.DONE if done else Written.NOTHING)

    return Owned(wire, worker.work, lambda order: worker.take(Secure("pad", order, ITEM, False)), ended, told, PileSeen)


@pytest.fixture(params=[lock, printer, pad])
def owned(request: pytest.FixtureRequest) -> Owned:
    made: Owned = request.param(queue.Queue())
    return made


@pytest.fixture
def away(owned: Owned) -> Iterator[Owned]:
    """Its worker runs, and it is not plugged in."""
    owned.wire.unplug()
    thread = Worker("owner", owned.work, owned.bugs.append)
    thread.start()
    yield owned
    thread.stop()
    thread.join(10)
    assert not owned.bugs


def test_of_a_device_that_is_away_and_that_comes_back(away: Owned) -> None:
    refused = away.ended("1", False)
    away.next(DeviceDown)
    away.give("1")
    assert away.next(type(refused)) == refused
    away.wire.plug()
    away.next(away.back)
    away.give("2")
    assert away.next(type(refused)) == away.ended("2", True)


def test_of_a_device_for_which_too_many_wait(owned: Owned) -> None:
    for _ in range(SLIPS_MAX if isinstance(owned.ended("1", False), PrintEnded) else COMMANDS_MAX):
        owned.give("1")
    assert owned.told.empty()
    owned.give("2")
    assert owned.told.get_nowait() == owned.ended("2", False)


def test_of_a_lock_that_rests_on_a_bus_that_is_lost() -> None:
    cabinet, told, bugs = Cabinet(["A1", "A2"]), queue.Queue[Any](), list[BaseException]()
    board = ShuomingBoard(cabinet, {1: "A1", 2: "A2"}, shuoming.Settings(address=1, channels=2))
    wire, duty = InMemory(ShuomingBus([board], pace=0)), Duty(rest_s=1.0)
    worker = BusWorker({"main": ("A1", "A2")}, lambda: (bank_on(wire, "A1", "A2", duty=duty), lambda: None), told.put)
    thread = Worker("bus", worker.work, bugs.append)
    thread.start()

    def ended() -> UnlockEnded:
        while not isinstance(one := told.get(timeout=WAIT_S), UnlockEnded):
            pass
        return one

    for command in (Unlock("A1", "7", 1), Unlock("A1", "7", 2), Unlock("A2", "8", 1)):
        worker.unlock(command)
    assert [ended(), ended()] == [UnlockEnded("A1", "7", 1, Pulse.ACCEPTED), UnlockEnded("A2", "8", 1, Pulse.ACCEPTED)]
    wire.unplug()
    assert ended() == UnlockEnded("A1", "7", 2, Pulse.NOT_SENT)
    thread.stop()
    thread.join(10)
    assert (cabinet.pulses("A1"), bugs) == (1, [])


RENEW = Do(Said("7", Renew("p", "l")))


@pytest.mark.parametrize(
    ("order", "answer"),
    [(Ask("7", AccountOf("p")), Answered("7", None)), (RENEW, Acted("7", "away"))],
    ids=["question", "act"],
)
def test_of_a_library_of_which_too_much_is_asked(order: Ask | Do, answer: Answered | Acted) -> None:
    told = list[Any]()
    workers = LibraryWorkers(lambda: pytest.fail("nobody is asked"), "", told.append)
    for _ in range(COMMANDS_MAX):
        workers.ask(order)
    assert told == []
    workers.ask(order)
    assert told == [answer]


def test_of_a_library_that_is_being_told() -> None:
    told = list[Any]()
    workers = LibraryWorkers(lambda: pytest.fail("nobody is told"), "", told.append)
    workers.upload(Upload(()))
    assert told == []
    workers.upload(Upload(()))
    assert [type(one) for one in told] == [UploadFailed]
