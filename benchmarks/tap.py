"""From a card's arrival in PC/SC to the unlock frame on the wire, the library away: ``python -m benchmarks.tap``.

The real loop, store, pcscd and pseudo-terminal; the twins tell when the card arrived and when the last byte of the
unlock frame was through. The floor is measured in the same run: one bare APDU, one bare fsynced commit, and the wire
time of the frame.
"""

import os
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import click

from hardware.readings import CardShown, Door
from hardware.serialport import SerialPort
from kiosk import app, config
from kiosk.core.commands import Unlock
from kiosk.core.events import Touched
from kiosk.core.model import Parcel
from kiosk.core.screens import Home
from kiosk.core.session import NOBODY, Step
from kiosk.frontend import Shown
from kiosk.store import Store
from simulators.library.seed import card_number
from simulators.machine import POINT, Machine
from simulators.pcsc import Card
from simulators.point import READER
from simulators.readers import NOTICED_S
from sync.things import Item, Patron

FRAME_BYTES = 5
FRAME_S = FRAME_BYTES * 10 / 9600
UNLOCK = 0x8A
PATRON, COMPARTMENT = "R1001", "3"
Stamps = dict[str, float]


def percentile(values: Iterable[float], share: float) -> float:
    """The value below which this share of the values lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def bare_apdu(card: Card, rounds: int) -> float:
    """Median seconds of connect and FF CA with nothing but pyscard's own calls."""
    from smartcard import scard

    _, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)
    _, readers = scard.SCardListReaders(context, [])
    reader = next(name for name in readers if name.startswith(READER) and name.endswith("00 00"))
    card.tap(card_number(PATRON))
    took = []
    time.sleep(1.0)
    for _ in range(rounds):
        began = time.perf_counter()
        _, handle, protocol = scard.SCardConnect(
            context, reader, scard.SCARD_SHARE_SHARED, scard.SCARD_PROTOCOL_T0 | scard.SCARD_PROTOCOL_T1
        )
        sent = scard.SCARD_PCI_T1 if protocol == scard.SCARD_PROTOCOL_T1 else scard.SCARD_PCI_T0
        scard.SCardTransmit(handle, sent, [0xFF, 0xCA, 0, 0, 0])
        took.append(time.perf_counter() - began)
        scard.SCardDisconnect(handle, scard.SCARD_LEAVE_CARD)
        time.sleep(0.01)
    card.lift()
    scard.SCardReleaseContext(context)
    time.sleep(NOTICED_S)
    return statistics.median(took)


def bare_commit(folder: Path, rounds: int) -> float:
    """Median seconds of one fsynced SQLite transaction that writes one row."""
    db = sqlite3.connect(folder / "bare.sqlite", isolation_level=None)
    db.execute("PRAGMA journal_mode=WAL")
    db.execute("PRAGMA synchronous=FULL")
    db.execute("CREATE TABLE t (n INTEGER PRIMARY KEY, words TEXT)")
    took = []
    for n in range(rounds):
        began = time.perf_counter()
        db.execute("BEGIN IMMEDIATE")
        db.execute("INSERT INTO t VALUES (?, ?)", (n, "x" * 200))
        db.execute("COMMIT")
        took.append(time.perf_counter() - began)
    db.close()
    return statistics.median(took)


def stamped(stamps: Stamps, name: str, call: Callable[..., Any], when: Callable[..., bool]) -> Callable[..., Any]:
    """``call``, noting when it begins and ends for the first time that matters."""

    def watched(*args: Any, **more: Any) -> Any:
        matters = when(*args) and f"{name} begins" not in stamps
        if matters:
            stamps[f"{name} begins"] = time.perf_counter()
        try:
            return call(*args, **more)
        finally:
            if matters:
                stamps[f"{name} ends"] = time.perf_counter()

    return watched


class Bench:
    """The machine under measurement, with its parcel always ready again."""

    def __init__(self, machine: Machine) -> None:
        text = machine.config.read_text().replace("pulses_max = 20", "pulses_max = 20\nwindow_s = 1.0")
        machine.config.write_text(text.replace("sorry_s = 8", "sorry_s = 8\nshut_wait_s = 900"))
        settings = config.load(machine.config)
        self.machine = machine
        self.stamps: Stamps = {}
        self.store = Store.open(settings.store, settings.plan())
        self._with_parcel()
        self.shown = Shown()
        self._watch()
        self.kiosk = app.Machine(settings, self.store, self.shown)

    def _with_parcel(self) -> None:
        point = self.store.load()
        patron = Patron(PATRON, "", cards=(point.plan.keyring.card(card_number(PATRON)),))
        items = (Item("SIP0000001", "测量", ""),)
        parcel = Parcel("B1", PATRON, items, "S", 4e9, state="ready", compartment=COMPARTMENT)
        self.store.commit(point, Step(point.put(patron, parcel), NOBODY), time.time())

    def _watch(self) -> None:
        stamps = self.stamps
        commit = self.store.commit

        def orders(_before: Any, step: Step, *_: Any) -> bool:
            return any(isinstance(command, Unlock) for command in step.commands)

        self.store.commit = stamped(stamps, "commit", commit, orders)  # type: ignore[method-assign]
        post = app.Machine._post
        app.Machine._post = stamped(stamps, "posted", post, lambda _, e: isinstance(e, CardShown))  # type: ignore[method-assign]
        write = SerialPort.write
        SerialPort.write = stamped(stamps, "write", write, lambda _port, data: data[0] == UNLOCK)  # type: ignore[method-assign]
        received = self.machine.line.received
        frame = bytearray()

        def arrives(data: bytes) -> Iterable[bytes]:
            if "frame last" not in stamps and (frame or data[0] == UNLOCK):
                frame.extend(data)
                if len(frame) >= FRAME_BYTES:
                    stamps["frame last"] = time.perf_counter()
                    frame.clear()
            yield from received(data)

        self.machine.line.received = arrives  # type: ignore[method-assign]

    def tap(self) -> Stamps:
        """One tap, to the door and back; what happened when, in seconds from the card's arrival."""
        card = self.machine.card
        assert isinstance(card, Card)
        self.stamps.clear()
        card.tap(card_number(PATRON))
        if not self.machine.cabinet.wait_until(COMPARTMENT, Door.OPEN, 10):
            raise SystemExit(f"the door did not open; the screen: {self.shown.latest()}")
        stamps = dict(self.stamps)
        arrived = card.moments.arrived
        card.lift()
        self._shows("DoorOpen")
        self.kiosk.touch(Touched("leave_it"))
        time.sleep(0.1)
        self.machine.cabinet.push(COMPARTMENT)
        self._shows("DoorShut")
        self.kiosk.touch(Touched("finish"))
        self._shows("Goodbye")
        time.sleep(NOTICED_S)
        return {name: at - arrived for name, at in stamps.items()}

    def _shows(self, screen: str) -> None:
        until = time.monotonic() + 10
        while (display := self.shown.latest()) and type(display.screen).__name__ != screen:
            if time.monotonic() > until:
                raise SystemExit(f"no {screen}: {display.screen}")
            time.sleep(0.02)

    def ready(self) -> None:
        """Until every door and the card reader were seen."""
        until = time.monotonic() + 15
        while time.monotonic() < until:
            display = self.shown.latest()
            if (
                display
                and isinstance(display.screen, Home)
                and display.screen.cards
                and display.screen.free_doors == 11
            ):
                return
            time.sleep(0.05)
        raise SystemExit("the machine did not come up")


@click.command()
@click.option("--taps", default=200, show_default=True)
def main(taps: int) -> None:
    """Measure, and print medians, p95 and the ratio to the floor."""
    with tempfile.TemporaryDirectory(prefix="tap-") as name, Machine(Path(name), camera=False) as machine:
        if not isinstance(machine.card, Card):
            raise SystemExit(f"needs PC/SC: {machine.no_pcsc}")
        os.environ.update(machine.env)
        machine.library.pause()
        apdu, commit = bare_apdu(machine.card, 100), bare_commit(Path(name), 300)
        bench = Bench(machine)
        bench.kiosk.start()
        bench.ready()
        measured = [bench.tap() for _ in range(taps)]
        bench.kiosk.stop()
        bench.store.close()
    report(measured, apdu, commit)


def report(measured: list[Stamps], apdu: float, commit: float) -> None:
    """The table."""
    legs = {
        "card: arrival to number known": [m["posted begins"] for m in measured],
        "decide: to the commit": [m["commit begins"] - m["posted begins"] for m in measured],
        "commit: on disk": [m["commit ends"] - m["commit begins"] for m in measured],
        "hand-over: to the first lock byte": [m["write begins"] - m["commit ends"] for m in measured],
        "wire: to the frame's last byte": [m["frame last"] - m["write begins"] for m in measured],
        "all: arrival to frame on the wire": [m["frame last"] for m in measured],
    }
    click.echo(f"{f'{len(measured)} taps at {POINT}, milliseconds':<42} {'median':>8} {'p95':>7}")
    for name, values in legs.items():
        click.echo(f"  {name:<40} {statistics.median(values) * 1e3:8.2f} {percentile(values, 0.95) * 1e3:7.2f}")
    floor = apdu + commit + FRAME_S
    whole = legs["all: arrival to frame on the wire"]
    parts = f"bare APDU {apdu * 1e3:.2f} + bare commit {commit * 1e3:.2f} + wire {FRAME_S * 1e3:.2f}"
    click.echo(f"floor: {parts} = {floor * 1e3:.2f}")
    middle, high = statistics.median(whole) / floor, percentile(whole, 0.95) / floor
    click.echo(f"ratio to the floor: median {middle:.2f}, p95 {high:.2f}")
    decided = [m["write begins"] - m["posted begins"] for m in measured]
    click.echo(f"decision to first lock byte, commit durable: p99 {percentile(decided, 0.99) * 1e3:.2f} ms")


if __name__ == "__main__":
    main()
