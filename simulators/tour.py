"""The guided tour: a courier, four readers, a library that goes away and a power cut, played on a simulated point with
real touches, one step after another. Each step says what it does and leaves a picture of the screen.
"""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from hardware.readings import Door
from simulators.agree import disagreements, parcels_of, patron_of, read_journal
from simulators.machine import POINT, Machine
from simulators.screen import Hand, Xvfb, save

DOOR_S = 10.0
COURIER, BY_CARD, BY_CODE, BY_PASS, BORROWS = "C2001", "R1001", "R1002", "R1003", "R1018"
ANYBODY = ""  # whose stock is


class TourFailed(Exception):
    """A step did not go as it must; the message says which and how."""


class Tour:
    """One play of the tour. ``run`` returns the sentences on which the witnesses disagree; none is right."""

    def __init__(self, machine: Machine, display: Xvfb, pictures: Path) -> None:
        self._machine = machine
        self._display = display
        self._pictures = pictures
        targets = machine.folder / "targets.json"
        self._env = {**machine.env, **display.env, "KIOSK_TARGETS": str(targets)}
        self._hand = Hand(self._env, targets)
        self._kiosk: subprocess.Popen[bytes] | None = None
        self._taken = 0

    def run(self) -> list[str]:
        """Play it all; about two minutes."""
        steps: list[tuple[str, Callable[[], None]]] = [
            ("The kiosk starts", self._start),
            ("A courier loads four parcels, and books for anybody", self._stock),
            ("A reader collects by card", self._by_card),
            ("The library goes away", self._library_away),
            ("A reader collects by code while it is away", self._by_code),
            ("The library is back and hears of it", self._library_back),
            ("A reader shows a QR; two doors, and the power fails at the first", self._by_pass),
            ("The first reader returns an item", self._return),
            ("Another reader borrows two of the books for anybody", self._borrow),
            ("A stranger's card is turned away", self._stranger),
        ]
        for number, (words, play) in enumerate(steps, 1):
            click.echo(f"[{number}/{len(steps)}] {words}")
            play()
        self._wait_told()
        self._stop()
        facts = read_journal(self._machine.config, self._env)
        click.echo(f"      {len(facts)} facts in the journal, its chain holds")
        looked_behind = "compartment_in_doubt"  # a courier looks where the power failed
        return list(disagreements(self._machine.library.ledger, self._machine.cabinet, facts, POINT, looked_behind))

    def close(self) -> None:
        """End the kiosk, however far the tour has come."""
        if self._kiosk:
            self._kiosk.kill()
            self._kiosk.wait()

    # ---- steps

    def _start(self) -> None:
        command = [sys.executable, "-m", "kiosk", "run", str(self._machine.config)]
        with (self._machine.folder / "kiosk.log").open("ab") as log:
            self._kiosk = subprocess.Popen(command, env=self._env, stderr=log, stdout=log)
        self._hand.wait_for("Home", timeout_s=30)
        self._settled()
        for name in ("home", "home-english"):
            self._picture(name)
            self._hand.touch("language")
        time.sleep(3.0)  # what scanner and camera see sooner was lying there when they were connected

    def _stock(self) -> None:
        with self._card(COURIER):
            self._hand.wait_for("Courier")
        self._picture("courier")
        ledger = self._machine.library.ledger
        for parcel, items in sorted(parcels_of(ledger, POINT).items()):
            if patron_of(ledger, parcel) in (ANYBODY, BY_CARD, BY_CODE, BY_PASS):
                self._load(parcel, sorted(items))
        self._hand.wait_for("Courier")
        self._hand.touch("finish")
        self._hand.wait_for("Home")

    def _load(self, parcel: str, items: list[str]) -> None:
        for n, item in enumerate(items):
            if n:
                self._hand.wait_for("Load")
                self._picture("load")
            self._machine.scanner.scan(item)
            time.sleep(0.2)
        door = self._opened()
        self._picture("stocking-door")
        for item in items:
            self._machine.cabinet.put_in(door, item)
        self._machine.cabinet.push(door)
        self._hand.wait_for("Courier")
        click.echo(f"      {parcel}: {len(items)} in compartment {door}")

    def _by_card(self) -> None:
        with self._card(BY_CARD):
            door = self._opened()
        self._picture("pickup-door")
        self._take_all(door)
        self._done("door-shut")
        self._end("goodbye")

    def _library_away(self) -> None:
        self._wait_told()
        self._machine.library.pause()
        click.echo("      from here on it answers nothing")

    def _by_code(self) -> None:
        self._hand.touch("collect")
        self._hand.wait_for("Collect")
        code = self._message(BY_CODE, "code")
        for digit in code[:5]:
            self._hand.touch(f"key {digit}")
        self._picture("keypad")
        for digit in code[5:]:
            self._hand.touch(f"key {digit}")
        self._hand.touch("key enter")
        self._take_all(self._opened())
        self._done()
        self._end("goodbye-provisional")

    def _library_back(self) -> None:
        self._machine.library.resume()
        self._wait_told()
        click.echo("      every loan is booked")

    def _by_pass(self) -> None:
        self._show_pass("Choose")
        self._picture("pickup-choose")
        self._hand.touch("take")
        door = self._opened()
        self._picture("pickup-first-of-two")
        click.echo(f"      the power fails with door {door} open")
        self.close()
        self._take_all(door)
        self._start()
        click.echo("      it is back, and knows where it was")
        time.sleep(5.0)  # what is shown sooner, on a busy computer, lay there when the machine began to look
        self._show_pass()
        self._take_all(self._opened())
        self._done()
        self._end("goodbye-after-power-cut")

    def _show_pass(self, *screens: str) -> None:
        if self._machine.camera:
            self._machine.camera.hold("qr", self._message(BY_PASS, "pass"))
        else:
            self._machine.scanner.scan(self._message(BY_PASS, "pass"))
        self._hand.wait_for(*screens or ("Opening", "DoorOpen"), timeout_s=30)
        if self._machine.camera:
            self._machine.camera.take_away()

    def _return(self) -> None:
        self._hand.touch("return")
        self._hand.wait_for("Return")
        self._picture("return")
        item = self._loan_of(BY_CARD)
        self._machine.scanner.scan(item)
        self._hand.touch("open", timeout_s=10)
        door = self._opened()
        self._picture("return-door")
        self._machine.cabinet.put_in(door, item)
        self._machine.cabinet.push(door)
        self._hand.touch("print", timeout_s=10)
        self._end("goodbye-return")
        (self._pictures / f"{self._taken:02d}-slip.png").write_bytes(self._machine.printer.picture())
        click.echo(f"      and takes a slip: {' | '.join(line for line in self._machine.printer.tear() if line)}")

    def _borrow(self) -> None:
        self._hand.touch("browse", timeout_s=10)
        self._hand.wait_for("Stock")
        self._picture("for-anybody")
        for line in self._hand.sees()["fields"]["lines"][:2]:
            self._hand.touch(f"title {line['id']}")
        self._picture("for-anybody-chosen")
        with self._card(BORROWS):
            door = self._opened()
        self._picture("borrow-first-of-two")
        self._take_all(door)
        self._hand.touch("next", timeout_s=10)
        self._take_all(self._opened())
        self._done()
        self._end("goodbye-borrow")

    def _stranger(self) -> None:
        self._machine.card.tap("04A1B2C3")
        self._hand.wait_for("Sorry")
        self._picture("card-unknown")
        self._machine.card.lift()
        self._hand.touch("finish")
        self._hand.wait_for("Home")

    # ---- what people do

    @contextmanager
    def _card(self, patron: str) -> Iterator[None]:
        self._machine.tap(patron)
        try:
            yield
        finally:
            self._machine.card.lift()

    def _opened(self) -> str:
        """The door that springs open now, as the screen says it too."""
        self._hand.wait_for("DoorOpen")
        return next(name for name in self._machine.cabinet.names if self._machine.cabinet.door(name) is Door.OPEN)

    def _take_all(self, door: str) -> None:
        cabinet = self._machine.cabinet
        if not cabinet.inside(door):
            raise TourFailed(f"door {door} opened on an empty compartment")
        for item in cabinet.inside(door):
            cabinet.take_out(door, item)
        cabinet.push(door)

    def _done(self, picture: str = "") -> None:
        """The door need not be opened once more."""
        self._hand.wait_for("DoorShut")
        if picture:
            self._picture(picture)
        self._hand.touch("finish")

    def _end(self, picture: str) -> None:
        self._hand.wait_for("Goodbye")
        self._picture(picture)
        self._hand.wait_for("Home")

    # ---- what is known besides

    def _message(self, patron: str, what: str) -> str:
        """What the library's short message told this reader."""
        until = time.monotonic() + DOOR_S
        while time.monotonic() < until:
            row = self._machine.library.ledger.row(
                f"select {what} as it from messages where patron = ? order by id desc", patron
            )
            if row:
                return str(row["it"])
            time.sleep(0.1)
        raise TourFailed(f"the library sent {patron} no message")

    def _loan_of(self, patron: str) -> str:
        row = self._machine.library.ledger.row("select barcode from loans where patron = ? and ended is null", patron)
        if row is None:
            raise TourFailed(f"{patron} has nothing on loan")
        return str(row["barcode"])

    def _settled(self) -> None:
        """Doors, card reader, scanners and library have answered."""
        until = time.monotonic() + 20
        while time.monotonic() < until:
            facts = read_journal(self._machine.config, self._env)
            boot = max(fact["n"] for fact in facts if fact["kind"] == "booted")
            since = [fact["facts"] for fact in facts if fact["n"] > boot]
            up = {fact.get("device", "library") for fact in since if fact.get("up")}
            wanted = {"A", "card", "scanner", "printer", "library"} | ({"camera"} if self._machine.camera else set())
            if wanted <= up:
                return
            time.sleep(1.0)  # a look at the journal keeps a processor busy, and the kiosk is starting
        raise TourFailed("not every device answered")

    def _wait_told(self) -> None:
        """Until the library has heard all that it is to hear."""
        until = time.monotonic() + 60
        while time.monotonic() < until:
            facts = read_journal(self._machine.config, self._env)
            told = [f for f in facts if f["kind"] in ("parcel_ready", "parcel_collected", "item_dropped")]
            heard = self._machine.library.ledger.row("select count(*) as n from received where point = ?", POINT)
            if heard and heard["n"] >= len(told):
                return
            time.sleep(1.0)
        raise TourFailed("the library has not heard everything in a minute")

    def _picture(self, name: str) -> None:
        time.sleep(0.4)  # let what moves come to rest
        self._taken += 1
        save(self._display.picture(), self._pictures / f"{self._taken:02d}-{name}.png")

    def _stop(self) -> None:
        assert self._kiosk
        self._kiosk.terminate()
        if status := self._kiosk.wait(15):
            raise TourFailed(f"the kiosk ended with status {status}")
        self._kiosk = None
