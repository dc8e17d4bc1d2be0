"""Staff and technicians at the machine: they do a round, settle cases, and at their desk look behind all doors, open
one for a reason, take one out of use and back, move a parcel, read the report and the charts."""

import random
from typing import TYPE_CHECKING

from kiosk.core.desk_screens import Desk, DoorList, DoorSheet, MachineSheet, Report, Use
from kiosk.core.screens import DoorOpen
from kiosk.core.staff_screens import Courier, Settle
from tests.simulation.carrier import Carrier
from tests.simulation.world import Script

if TYPE_CHECKING:
    from tests.simulation.day import Day

ROLES = {"S0": "staff", "S1": "staff", "T0": "technician"}
OFTEN = 0.08  # of all visits


class Worker(Carrier):
    """Comes with something in mind, and does some of it."""

    moves = ""  # the door out of which they move a parcel

    def elsewhere(self, screen: object) -> Script:
        match screen:
            case Courier() as at if (at.cases or at.desk) and self.rng.random() < 0.7:
                self.touch("cases" if at.cases and self.rng.random() < 0.5 else "desk")
            case Settle():
                self.settles(screen)
            case Desk(may=may):
                self.touch(self.rng.choice((*(one for one in may if one not in ("round", "cases")), "cancel")))
            case DoorList(lines=(_, *_) as lines):
                worse = [line.name for line in lines if line.state not in ("free", "taken")]
                self.touch("door", self.rng.choice(worse * 2 + [line.name for line in lines]))
            case DoorSheet():
                self.at_a_door(screen)
            case Report(printing="offered") if self.rng.random() < 0.5:
                self.touch("print", "zh")
            case Use() if self.rng.random() < 0.6:
                self.touch("chart", self.rng.choice(("hours", "doors", "waits", "stuck")))
            case Report() | Use() | MachineSheet():
                self.touch("cancel")
            case _:
                yield from super().elsewhere(screen)
        yield 1.0

    def settles(self, case: Settle) -> None:
        """What somebody at the library has seen to: how its books stand is their word from now on."""
        action = self.rng.choice(("by_hand", "nothing", "later", "cancel"))
        if action in ("by_hand", "nothing"):
            self.world.say(f"{self.name} settles {case.kind} of {case.things}")
            self.lie(set(case.things) & self.world.library.items.keys(), "settled its case")
            self.touch(action, case.id)
        else:
            self.touch(action)

    def at_a_door(self, sheet: DoorSheet) -> None:
        if sheet.why:
            self.purpose = "check"
            self.touch("reason", self.rng.choice(sheet.why))
            return
        choices = ["cancel", "cancel"] + ["back"] * 4 * sheet.aside + ["aside"] * (not sheet.aside)
        choices += ["open"] * 2 * sheet.can_open + ["move"] * 6 * sheet.movable
        action = self.rng.choice(choices)
        if action == "move":
            self.purpose, self.loading = "clearing", set(self.world.cabinet.boxes[sheet.compartment].inside)
        self.touch(action)

    def at_the_door(self) -> Script:
        screen = self.screen
        if isinstance(screen, DoorOpen) and screen.purpose == "clearing" and screen.compartment == self.door:
            yield from self.moves_out(screen)
        else:
            yield from super().at_the_door()

    def moves_out(self, screen: DoorOpen) -> Script:
        """Take the parcel out, or leave it there after all."""
        inside = set(self.world.cabinet.boxes[self.door].inside)
        yield self.rng.uniform(0.8, 4.0)
        if self.rng.random() < 0.2:
            yield from self.says("cancel", "keep")
            if not self.heard:
                self.lie(inside, "could not say that it stays")
        else:
            self.take(inside)
            self.loading = inside
        yield from self.shut()


class Staff:
    """Those of a point; their own number of chances."""

    def __init__(self, day: "Day") -> None:
        self.day, self.rng = day, random.Random(day.world.seed + 4)
        day.cards |= {name: day.world.library.join(name, role) for name, role in ROLES.items()}

    def perhaps(self) -> Script:
        """Now and then one of them comes; what they still carry in the end goes with a courier."""
        if self.rng.random() < OFTEN:
            name = self.rng.choice(sorted(ROLES))
            worker = Worker(self.day.world, name, self.day.cards[name])
            worker.rng, worker.thorough = self.rng, False
            yield from worker.visit()
            self.day.puts_away(worker)
            self.day.hand_to(self.day.courier(), sorted(worker.hands))
