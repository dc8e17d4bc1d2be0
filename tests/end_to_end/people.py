"""What couriers and readers do at a simulated point, in the words of the stories."""

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, get_args

from click.testing import CliRunner

from hardware.readings import Door
from kiosk.cli import main
from simulators.agree import disagreements, parcels_of
from simulators.kiosk_process import KioskProcess
from simulators.machine import POINT, Machine
from sync.messages import Told

COURIER = "C2001"
AGAIN_S = 2.5  # until the same code counts once more
_OUT = threading.Lock()
"""Who runs a command here has standard output alone."""
TOLD_KINDS = {kind.__dataclass_fields__["kind"].default for kind in get_args(get_args(Told)[0])}


def eventually(true: Callable[[], bool], what: str, timeout_s: float = 15.0) -> None:
    until = time.monotonic() + timeout_s
    while not true():
        assert time.monotonic() < until, f"not in time: {what}"
        time.sleep(0.05)


def back(kiosk: KioskProcess, to: str = "Home") -> None:
    """Back, and back again, until this screen stands there."""
    while (screen := kiosk.seen[-1]["screen"]) != to:
        kiosk.touch("cancel")
        kiosk.wait_until(lambda seen, screen=screen: seen["screen"] != screen, f"back from {screen}")  # type: ignore[misc]


@dataclass
class Point:
    """A machine and its kiosk."""

    machine: Machine
    kiosk: KioskProcess

    def ready(self) -> "Point":
        """Every door is seen, the card reader answers, the library has been heard."""
        everything = len(self.machine.cabinet.names) - len(self.standing_open()) - self.taken_up()
        self.kiosk.wait_until(
            lambda seen: (
                seen["screen"] == "Home" and seen["cards"] and seen["online"] and seen["free_doors"] >= everything
            ),
            f"Home with {everything} free doors",
            120,  # a busy machine starts late
        )
        self.kiosk.look_around()
        return self

    def standing_open(self) -> list[str]:
        return [name for name in self.machine.cabinet.names if self.machine.cabinet.door(name) is Door.OPEN]

    def taken_up(self) -> int:
        return sum(bool(self.machine.cabinet.inside(name)) for name in self.machine.cabinet.names)

    def tap(self, patron: str) -> None:
        """Lay the card down and take it away, as people do."""
        self.machine.tap_and_lift(patron)

    def parcel_of(self, patron: str) -> str:
        row = self.machine.library.ledger.row("select id from parcels where patron = ? and point = ?", patron, POINT)
        assert row
        return str(row["id"])

    def items_of(self, patron: str) -> list[str]:
        return sorted(parcels_of(self.machine.library.ledger, POINT)[self.parcel_of(patron)])

    def open_door(self) -> str:
        """The door that springs open now."""
        seen = self.kiosk.wait_for("DoorOpen")
        door = str(seen["compartment"])
        assert self.standing_open() == [door]
        return door

    def stock(self, *patrons: str) -> None:
        """The courier loads the first parcel of each of these patrons, and leaves."""
        self.tap(COURIER)
        self.kiosk.wait_for("Courier")
        for loaded, patron in enumerate(patrons, 1):
            door = self._offered(self.items_of(patron))
            for item in self.items_of(patron):
                self.machine.cabinet.put_in(door, item)
            self.machine.cabinet.push(door)
            self.kiosk.wait_for("Courier", loaded=loaded)
        self.kiosk.touch("finish")
        self.kiosk.wait_for("Home")

    def _offered(self, items: list[str]) -> str:
        """The door that opens for a parcel; who hears that the doors do not answer just now scans it once more."""
        while True:
            for item in items:
                self.machine.scanner.scan(item)
                time.sleep(0.2)
            seen = self.kiosk.wait_until(lambda s: s["screen"] == "DoorOpen" or s.get("notice") == "unseen", "a door")
            if seen["screen"] == "DoorOpen":
                return self.open_door()
            time.sleep(AGAIN_S)

    def take(self, door: str) -> list[str]:
        """Take all out of an open compartment, shut it, and be done with it."""
        items = self.emptied(door)
        if self.kiosk.running:
            self.done(door)
        return items

    def emptied(self, door: str) -> list[str]:
        """Take all out of an open compartment and shut it."""
        items = [self.machine.cabinet.take_out(door) for _ in self.machine.cabinet.inside(door)]
        self.machine.cabinet.push(door)
        return sorted(items)

    def looked_behind(self, door: str, parcel: str) -> None:
        """A courier looks behind the only door in doubt, finds all of this parcel there, and leaves."""
        self.tap(COURIER)
        assert self.kiosk.wait_for("Courier")["to_check"] == [door]
        self.kiosk.touch("check", door)
        self.kiosk.wait_for("Inside", compartment=door, parcel=parcel)
        self.kiosk.touch("yes")
        self.kiosk.wait_for("Inside", said="yes")
        self.machine.cabinet.push(door)
        self.kiosk.wait_for("Courier", to_check=[])
        self.kiosk.touch("finish")
        self.home()

    def done(self, door: str) -> None:
        """The door need not be opened once more."""
        self.kiosk.wait_for("DoorShut", compartment=door)
        self.kiosk.touch("finish")

    def message(self, patron: str, what: str) -> str:
        """Code or pass from the library's short message, which comes once the parcel is ready."""
        ledger = self.machine.library.ledger
        sql = f"select {what} as it from messages where patron = ? order by id desc"
        eventually(lambda: ledger.row(sql, patron) is not None, f"a message to {patron}")
        row = ledger.row(sql, patron)
        assert row
        return str(row["it"])

    def on_loan(self, item: str) -> str:
        """Who has it on loan, by the library's books."""
        loan = self.machine.library.ledger.loan(item)
        return str(loan["patron"]) if loan else ""

    def told(self) -> list[dict[str, Any]]:
        """Wait until the library has heard all that the journal holds; what that is."""
        facts = self.journal()
        wanted = sum(fact["kind"] in TOLD_KINDS for fact in facts)
        if self.heard() < wanted:
            eventually(lambda: self.heard() >= wanted, "all told", 40)
            facts = self.journal()
        return facts

    def journal(self) -> list[dict[str, Any]]:
        """All facts, oldest first, as ``kiosk journal`` prints them; its chain holds."""
        command = ["journal", str(self.machine.config), "--json"]
        with _OUT:
            done = CliRunner().invoke(main, command, catch_exceptions=False)  # a process for it would take a second
        assert done.exit_code == 0, done.output
        return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]

    def heard(self) -> int:
        """How much the library has heard of this point."""
        row = self.machine.library.ledger.row("select count(*) as n from received where point = ?", POINT)
        assert row
        return int(row["n"])

    def agreed(self, but: str = "") -> None:
        """Ledger, cabinet and journal say the same, but for a case of this kind."""
        facts = self.told()
        said = list(disagreements(self.machine.library.ledger, self.machine.cabinet, facts, POINT, but))
        assert said == [], said

    def home(self) -> None:
        self.kiosk.wait_for("Home", 20)
