"""Couriers: they load, clear and look behind doors in doubt."""

from hardware.readings import (
    ItemScanned,
)
from kiosk.core.screens import DoorOpen
from kiosk.core.staff_screens import Courier, HandOver, Inside, Seal, TakeOut
from tests.simulation.library import Packed
from tests.simulation.people import LOOKS_MAX, Person
from tests.simulation.sip2_library import Sip2Library
from tests.simulation.world import Script

DAY_S = 86400.0
A_DOOR = 15  # looks at the screen that one door may take


class Carrier(Person):
    """A courier: loads what is in the bag, clears, checks. ``thorough``: until nothing is left to do."""

    purposes = ("stocking", "clearing", "check")
    thorough = False

    def visit(self) -> Script:
        self.given_up: set[str] = set()
        self.asked = False
        self.loading: set[str] = set()  # shown to the machine, not put in yet: it may be asking for any of these
        yield from self.tap()
        yield from self.at_the_screen()

    def bag(self) -> list[Packed]:
        """Parcels wholly in their hands that may go in."""
        hands = self.hands
        whole = (p for p in self.world.library.parcels.values() if {i.barcode for i in p.sent.items} <= hands)
        mine = [p for p in whole if p.status in ("sent", "ready", "missing")]
        if isinstance(self.world.library, Sip2Library):
            mine += self.world.library.loose(hands)
        return [p for p in mine if p.sent.id not in self.given_up]

    def elsewhere(self, screen: object) -> Script:
        if isinstance(screen, Seal | HandOver):
            yield from self.hand_over(screen)
            return
        if not isinstance(screen, Courier):
            self.touch("cancel")
            yield 1.0
            return
        if self.thorough and self.looks > LOOKS_MAX - A_DOOR:
            self.touch("finish")  # who begins no door that there is no patience for leaves none open
        elif screen.to_check and (self.thorough or not screen.free_doors or self.rng.random() < 0.6):
            self.purpose = "check"
            self.touch("check", self.rng.choice(screen.to_check))
        elif screen.to_clear and (self.thorough or self.rng.random() < 0.5):
            self.purpose = "clearing"
            self.touch("clear")
        elif (bag := self.bag()) and screen.free_doors:
            yield from self.load(self.rng.choice(bag))
        else:
            self.touch("finish")
        yield 1.0

    def hand_over(self, screen: Seal | HandOver) -> Script:
        """Seal the bag and tap once more; or leave it for the next visit."""
        if isinstance(screen, HandOver):
            yield from self.tap()
        elif self.rng.random() < 0.2:
            self.touch("later")
        elif len(screen.digits) < 4:
            self.touch("digit", str(self.rng.randrange(10)))
        else:
            self.touch("enter")
        yield 1.0

    def load(self, packed: Packed) -> Script:
        self.purpose = "stocking"
        self.loading |= {item.barcode for item in packed.sent.items}
        self.given_up.add(packed.sent.id)  # tried once a visit
        if self.rng.random() < 0.15:
            self.lay([item.barcode for item in packed.sent.items])
            yield self.rng.uniform(1.0, 4.0)
            return
        for item in packed.sent.items:
            self.world.say(f"{self.name} scans {item.barcode}")
            self.world.post(ItemScanned("scanner", item.barcode))
            yield self.rng.uniform(0.3, 2.0)

    def at_stake(self) -> set[str]:
        return self.behind_doors() if self.purpose == "stocking" else super().at_stake()

    def behind_doors(self) -> set[str]:
        return self.loading & self.hands

    def at_the_door(self) -> Script:
        box = self.world.cabinet.boxes[self.door]
        yield self.rng.uniform(0.8, 4.0)
        screen = self.screen
        match screen:
            case DoorOpen(purpose="stocking"):
                yield from self.stow(screen)
            case TakeOut():
                self.clears(set(box.inside))
            case Inside(titles=titles):
                yield from self.look(set(titles))
            case _:  # a dark screen before an open door: take nothing out that was not asked for
                self.doubt(set(box.inside))
                held = self.behind_doors()
                if self.purpose == "clearing":
                    if self.world.loop is None:
                        self.lie(set(box.inside), "took it out of a door that opened while the power was away")
                    self.take(set(box.inside))
                if held:
                    self.lie(held, "could not say it was not put in")
        self.loading &= self.hands
        yield from self.shut()

    def clears(self, inside: set[str]) -> None:
        """Into the bag with it; or home, and back with the courier on another day."""
        self.take(inside)
        if inside and self.cheats("takes_home"):
            self.lie(inside, "took it home")
            self.world.holders |= dict.fromkeys(inside, f"the home of {self.name}")
            self.world.later(self.world.sly.uniform(0.2, 6.0) * DAY_S, self.brings_back, inside)

    def brings_back(self, barcodes: set[str]) -> None:
        self.world.say(f"{self.name} brings {sorted(barcodes)} from home")
        self.world.holders |= dict.fromkeys(barcodes, self.name)

    def stow(self, screen: DoorOpen) -> Script:
        wanted = {b for b in self.hands if f"Title {b}" in screen.titles or b in screen.titles}
        inside = self.world.cabinet.boxes[self.door].inside
        if not wanted and inside and inside <= {title.removeprefix("Title ") for title in screen.titles}:
            return  # it has sprung open once more, and all of it lies there
        occupied = bool(inside)
        if occupied or not wanted or self.rng.random() < 0.1:
            yield from self.says(self.rng.choice(("does_not_fit", "cancel")), "keep")
            if self.heard:
                return
            if not wanted or occupied or not isinstance(self.screen, DoorOpen):
                self.lie(wanted | {t.removeprefix("Title ") for t in screen.titles}, "could not say it was not put in")
                return
            self.doubt(wanted)
        if getattr(self.screen, "said", ""):  # of a door that has sprung open once more
            yield from self.says("undo", "")
            if not self.heard:
                self.lie(wanted, "had said that it stays out, and could not take that back")
        if self.cheats("stocks_something_else"):
            others = sorted(self.hands - wanted)
            instead = set(others[:1]) if self.world.sly.random() < 0.7 else set()
            self.lie(wanted | instead, "did not put in what they had scanned")
            self.put(instead)
            return
        self.put(wanted)

    def look(self, titles: set[str]) -> Script:
        box = self.world.cabinet.boxes[self.door]
        expected = {b for b in box.inside if f"Title {b}" in titles or b in titles}
        self.take(box.inside - expected)  # nothing is known of these: to the library with them
        if brought := {b for b in self.hands if f"Title {b}" in titles}:  # it was packed anew
            self.put(brought)
            expected |= brought
        if (not titles and getattr(self.screen, "unsensed", False)) or (titles and len(expected) == len(titles)):
            yield from self.says("yes", "yes")
        elif titles:
            yield from self.says("no", "no")
            if self.heard:
                self.take(expected)
            else:
                self.doubt(expected)
