"""The people of the end-to-end stories, counted and timed (benchmarks/flows.py)."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import click

from simulators.kiosk_process import Seen
from tests.end_to_end.people import Point

BACK = ("Account", "Loans", "Holds", "OneHold", "Permission")  # from here one step at a time


@dataclass
class Tally:
    """What one person did in one visit."""

    touches: int = 0
    digits: int = 0
    shown: int = 0
    before: int | None = None
    waited: float = 0.0


@dataclass
class Counting(Point):
    """The people of the stories, counted and timed."""

    tally: Tally = field(default_factory=Tally)

    def come(self) -> None:
        """Somebody else comes."""
        self.tally = Tally()

    def touch(self, action: str, value: str = "") -> None:
        if action in ("digit", "letter"):
            self.tally.digits += 1
        else:
            self.tally.touches += 1
        self.kiosk.touch(action, value)

    def show(self, label: str) -> None:
        self.tally.shown += 1
        self.machine.scanner.scan(label)

    def lay(self, patron: str) -> None:
        self.tally.shown += 1
        self.machine.tap(patron)

    def type(self, code: str) -> None:
        for digit in code:
            self.touch("digit", digit)

    def until_open(self, last: Callable[[], None]) -> str:
        """The last act before the door; which door springs open, and how long after."""
        moves = len(self.machine.cabinet.moves)
        began = time.monotonic()
        last()
        while len(self.machine.cabinet.moves) == moves:
            time.sleep(0.0005)
            if time.monotonic() - began > 20:
                raise click.ClickException(f"no door opened; the screen says {self.kiosk.seen[-1:]}")
        moved = self.machine.cabinet.moves[moves]
        self.tally.waited, self.tally.before = moved.at - began, self.tally.touches
        self.machine.card.lift()
        self.kiosk.wait_until(lambda seen: seen["screen"] in ("DoorOpen", "TakeOut", "Inside"), "the open door")
        return moved.compartment

    def until_shown(self, what: str, fits: Callable[[Seen], bool], last: Callable[[], None]) -> None:
        """The same where no door opens."""
        began = time.monotonic()
        last()
        self.kiosk.wait_until(fits, what)
        self.tally.waited, self.tally.before = time.monotonic() - began, self.tally.touches
        self.machine.card.lift()

    def given_back(self, item: str) -> None:
        """Show it, put it in, shut the door."""
        self.show(item)
        self.kiosk.wait_until(lambda seen: seen["screen"] == "Return" and seen["titles"], "accepted")
        door = self.until_open(lambda: self.touch("open"))
        self.machine.cabinet.put_in(door, item)
        self.machine.cabinet.push(door)

    def took(self, door: str) -> None:
        """Take all, shut the door, be done."""
        self.emptied(door)
        self.kiosk.wait_for("DoorShut", compartment=door)
        self.touch("finish")
        self.kiosk.wait_for("Goodbye")
        self.kiosk.touch("finish")
        self.home()

    def away(self) -> None:
        """Back to the first screen, as far as that is."""
        while (screen := self.kiosk.seen[-1]["screen"]) != "Home":
            self.touch("cancel" if screen in BACK else "finish")
            self.kiosk.wait_until(lambda seen, screen=screen: seen["screen"] != screen, f"back from {screen}")  # type: ignore[misc]


def on_loan(point: Point) -> str:
    """An item on loan that does not lie here already."""
    cabinet = point.machine.cabinet
    here = {item for name in cabinet.names for item in cabinet.inside(name)}
    rows = point.machine.library.ledger.rows("select barcode from loans where ended is null order by barcode")
    return next(str(row["barcode"]) for row in rows if row["barcode"] not in here)
