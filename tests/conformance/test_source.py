"""What every card reader and scanner owes, each against its twin on the real wire; those on serial lines in memory, a
byte at a time, over a pseudo-terminal and over a socket. Most of it is waiting, so all of them wait side by side.

A new driver joins with one rig in ``RIGS``.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from readers import PICC

from hardware import registry
from hardware.errors import DeviceGone
from hardware.readings import CardShown, ItemScanned, Reading
from hardware.scanner.barcode import Meanings
from hardware.serialport import open_port
from hardware.source import Source
from simulators.camera import Camera
from simulators.keyboard import Keyboard
from simulators.line import Fault
from simulators.pcsc import Card
from simulators.pcscd import Pcscd
from simulators.serial_card import SerialCard
from simulators.serial_scanner import SerialScanner
from tests.conformance.in_memory import InMemory
from tests.side_by_side import side_by_side

DEVICE = "front"
UID, BARCODE = "04A1B2C3", "SIP0000123"
REPEAT_S = 0.15
LATE_S = 10.0  # how much longer than asked a quiet device may be waited for, on a busy machine


@dataclass
class Twin:
    """The other end of a device, and how to configure a driver for it."""

    settings: dict[str, Any]
    show: Callable[[], object]
    """Lay something there; what repeats itself says it again and again, until it is hidden."""
    hide: Callable[[], object]
    lose: Callable[[], object]
    restore: Callable[[], object]
    memory: InMemory | None = None
    """In place of a port."""
    looked_s: float = 1.3
    """After so long the driver knows what was lying there when it was connected, and what has been taken away."""


@dataclass
class Rig:
    """One driver: where it is registered, what it reports, and how its twin is made."""

    group: str
    driver: str
    kind: type[Reading]
    build: Callable[[Path, Pcscd, ExitStack], Twin]
    way: str = ""


def pcsc(folder: Path, daemon: Pcscd, undo: ExitStack) -> Twin:
    card = Card(daemon.port(PICC))
    undo.callback(time.sleep, 0.45)  # until pcscd has seen it go
    undo.callback(card.close)
    return Twin({"reader": PICC}, lambda: card.tap(UID), card.lift, daemon.stop, daemon.start)


def on(way: str, twin: SerialCard | SerialScanner, show: Callable[[], object]) -> Callable[[], None]:
    """Shown once somebody listens, and where it is to be shredded, a byte at a time."""

    def shown() -> None:
        until = time.monotonic() + 20
        while not twin.wire.listened_to:
            assert time.monotonic() < until
            time.sleep(0.01)
        if way == "shredded":
            twin.line.mend()
            twin.line.disturb(Fault.SPLIT, times=3)
        show()

    return shown


def link(way: str, folder: Path) -> Path | None:
    return None if way == "socket" else folder / "ttyTWIN0"


def in_memory(way: str, twin: Any) -> InMemory | None:
    if way != "memory":
        return None
    twin.wire.unplug()
    twin.wire = memory = InMemory(twin.line)
    return memory


def serial_card(folder: Path, daemon: Pcscd, undo: ExitStack, way: str) -> Twin:
    reader = undo.enter_context(SerialCard(link(way, folder), repeat_s=REPEAT_S))
    settings = {"port": reader.port, "quiet_s": 1.0}
    memory = in_memory(way, reader)
    show = on(way, reader, lambda: reader.tap(UID))
    return Twin(settings, show, reader.lift, reader.unplug, reader.plug, memory)


def serial_scanner(folder: Path, daemon: Pcscd, undo: ExitStack, way: str) -> Twin:
    scanner = undo.enter_context(SerialScanner(link(way, folder), repeat_s=REPEAT_S))
    settings = {"port": scanner.port, "again_after_s": 1.0}
    show = on(way, scanner, lambda: scanner.scan(BARCODE))
    return Twin(settings, show, scanner.take_away, scanner.unplug, scanner.plug, in_memory(way, scanner))


def told_scanner(folder: Path, daemon: Pcscd, undo: ExitStack, way: str) -> Twin:
    scanner = undo.enter_context(SerialScanner(link(way, folder), trigger="zebra_ssi"))
    settings = {"port": scanner.port, "trigger": "zebra_ssi", "renew_s": 0.5, "again_after_s": 1.0}
    show = on(way, scanner, lambda: scanner.scan(BARCODE))
    return Twin(settings, show, scanner.take_away, scanner.unplug, scanner.plug, in_memory(way, scanner))


def keyboard(folder: Path, daemon: Pcscd, undo: ExitStack) -> Twin:
    scanner = undo.enter_context(Keyboard(folder / "event0", repeat_s=REPEAT_S))
    settings = {"path": scanner.port, "again_after_s": 1.0}
    return Twin(settings, lambda: scanner.scan(BARCODE), scanner.take_away, scanner.unplug, scanner.plug)


def camera(folder: Path, daemon: Pcscd, undo: ExitStack) -> Twin:
    eye = undo.enter_context(Camera())

    def hold() -> None:
        eye.hold("code128", BARCODE)

    return Twin({"source": eye.url}, hold, eye.take_away, eye.unplug, eye.plug, looked_s=2.5)


WIRES = ("memory", "pty", "shredded", "socket")
RIGS = [
    Rig("kiosk.card", "pcsc", CardShown, pcsc),
    *(
        Rig(group, driver, kind, partial(build, way=way), way)
        for group, driver, kind, build in (
            ("kiosk.card", "serial_card", CardShown, serial_card),
            ("kiosk.scanner", "serial_scanner", ItemScanned, serial_scanner),
            ("kiosk.scanner", "serial_scanner", ItemScanned, told_scanner),
        )
        for way in WIRES
    ),
    Rig("kiosk.scanner", "keyboard", ItemScanned, keyboard),
    Rig("kiosk.scanner", "camera", ItemScanned, camera),
]


OF_ITS_OWN = {"pcsc": "a real pcscd", "keyboard": "a file of input events", "camera": "a stream of pictures"}
"""Drivers on no serial line: there are no other wires on which they could be shown; docs/drivers.md says it too."""


def test_every_installed_driver_is_held_to_this_contract_on_every_wire_there_is_for_it() -> None:
    for group in ("kiosk.card", "kiosk.scanner"):
        for name in registry.names(group):
            ways = {rig.way for rig in RIGS if (rig.group, rig.driver) == (group, name)}
            assert ways == ({""} if name in OF_ITS_OWN else set(WIRES)), name
            assert (name in OF_ITS_OWN) == ("port" not in registry.find(group, name).Settings.model_fields), name


class Bench:
    """A driver, found by its name as the kiosk finds it, and its twin."""

    def __init__(self, rig: Rig, twin: Twin) -> None:
        self.rig = rig
        self.twin = twin
        self.module = registry.find(rig.group, rig.driver)

    def connect(self) -> Source:
        settings = self.module.Settings(**self.twin.settings)
        source: Source = self.module.connect(DEVICE, settings, Meanings())
        return source

    @contextmanager
    def opened(self) -> Iterator[Source]:
        """Connected, and known to it what was lying there: nothing."""
        source = self.connect()
        try:
            assert self.next(source, self.twin.looked_s) is None
            yield source
        finally:
            source.close()

    def next(self, source: Source, within_s: float = 20.0) -> Reading | None:
        """The next reading of the kind this device is for."""
        deadline = time.monotonic() + within_s
        while (left := deadline - time.monotonic()) > 0:
            for reading in source.wait(left):
                if isinstance(reading, self.rig.kind):
                    return reading
        return None


Benches = dict[str, Bench]


@pytest.fixture
def benches(tmp_path: Path, pcscd: Pcscd, monkeypatch: pytest.MonkeyPatch) -> Iterator[Benches]:
    """Every driver with its twin, by driver and wire."""
    made, memories = Benches(), dict[str, InMemory]()
    with ExitStack() as undo:
        for n, rig in enumerate(RIGS):
            folder = tmp_path / str(n)
            folder.mkdir()
            twin = rig.build(folder, pcscd, undo)
            if twin.memory:
                memories[str(twin.settings["port"])] = twin.memory
            made[f"{n} {rig.driver} {rig.way}".strip()] = Bench(rig, twin)

        def opened(port: str, baud: int) -> object:
            return memories[port].open(port, baud) if port in memories else open_port(port, baud)

        for module in (one.module for one in made.values() if one.twin.memory):
            monkeypatch.setattr(module, "open_port", opened)
        yield made


def each(benches: Benches, check: Callable[[Bench], None]) -> None:
    side_by_side({name: partial(check, bench) for name, bench in benches.items()})


def test_a_quiet_device_has_nothing_to_say_in_time(benches: Benches) -> None:
    def check(bench: Bench) -> None:
        with bench.opened() as source:
            for timeout_s in (0.0, 0.2):
                began = time.monotonic()
                assert list(source.wait(timeout_s)) == []
                assert timeout_s <= time.monotonic() - began + 0.02 < timeout_s + LATE_S

    each(benches, check)


def test_what_is_shown_is_reported_once_and_again_when_shown_again(benches: Benches) -> None:
    def check(bench: Bench) -> None:
        with bench.opened() as source:
            for _ in range(2):
                bench.twin.show()
                reading = bench.next(source)
                assert getattr(reading, "device", "") == DEVICE
                assert bench.next(source, within_s=2.0) is None
                bench.twin.hide()
                assert bench.next(source, bench.twin.looked_s) is None

    each(benches, check)


def test_what_lies_there_when_it_is_connected_is_not_reported_until_it_was_away(benches: Benches) -> None:
    def check(bench: Bench) -> None:
        laying = threading.Thread(target=bench.twin.show)  # some can say nothing before anybody listens
        laying.start()
        laying.join(1.0)
        time.sleep(0.5)  # until pcscd has seen it
        source = bench.connect()
        assert bench.next(source, bench.twin.looked_s + 1.5) is None
        laying.join()
        bench.twin.hide()
        assert bench.next(source, bench.twin.looked_s) is None
        bench.twin.show()
        assert bench.next(source)
        source.close()

    each(benches, check)


def test_a_card_number_shows_nowhere(benches: Benches) -> None:
    def check(bench: Bench) -> None:
        with bench.opened() as source:
            bench.twin.show()
            reading = bench.next(source)
            assert reading
            for seen in (repr(reading), str(reading), repr(source), repr(vars(source))):
                assert UID not in seen.upper()

    each({name: bench for name, bench in benches.items() if bench.rig.kind is CardShown}, check)


def test_a_lost_device_is_gone_and_comes_back(benches: Benches) -> None:
    def check(bench: Bench) -> None:
        with bench.opened() as source:
            bench.twin.lose()
            for _ in range(2):
                with pytest.raises(DeviceGone):
                    bench.next(source)
            source.close()
            source.close()
            with pytest.raises(DeviceGone):
                bench.connect()
            bench.twin.restore()
            again = bench.connect()
            assert bench.next(again, bench.twin.looked_s) is None
            bench.twin.show()
            assert bench.next(again)
            again.close()

    each(benches, check)


def test_an_unknown_setting_is_refused(benches: Benches) -> None:
    for bench in benches.values():
        with pytest.raises(ValidationError):
            bench.module.Settings(**bench.twin.settings, no_such_setting=1)
