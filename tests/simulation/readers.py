"""Readers who come for what lies there for them: with card, code or pass, for all of it or some; look at their account;
and take what is theirs, leave it, or say that it is not there."""

from pydantic import SecretStr

from hardware.readings import PassScanned
from kiosk.core.account_screens import Account, Holds, Loans, OneHold
from kiosk.core.reader_screens import Choose, DoorShut, Sort
from kiosk.core.screens import DoorOpen
from tests.simulation.library import Packed
from tests.simulation.people import Person
from tests.simulation.world import Script, World


class Reader(Person):
    """Collects parcels."""

    purposes = ("pickup",)

    def __init__(self, world: World, name: str, card: str, parcels: list[Packed]) -> None:
        super().__init__(world, name, card)
        self.parcels = parcels

    def visit(self, how: str) -> Script:
        if how == "card":
            yield from self.tap()
        elif how == "pass":
            self.world.say(f"{self.name} shows a pass")
            self.world.post(PassScanned("scanner", SecretStr(self.parcels[0].qr)))
        else:
            yield from self.types(self.parcels[0].code)
        yield from self.at_the_screen()

    def types(self, code: str) -> Script:
        self.touch("collect")
        for digit in code:
            yield 0.3
            self.touch("digit", digit)
        yield 0.5
        self.touch("enter")

    def elsewhere(self, screen: object) -> Script:
        match screen:
            case Choose(parcels=parcels):
                for parcel in parcels:
                    if self.rng.random() < 0.3:
                        self.touch("parcel", parcel.parcel)
                        yield 0.5
                self.touch(self.rng.choice(("take",) * 8 + ("cannot_reach", "cancel")))
            case Account() | Loans() | Holds() | OneHold() if "pickup" in self.purposes:
                self.at_the_account(screen)
            case DoorShut(reopen=reopen):
                choices = ["next", "finish", "next", "finish", "more_time", "wait"] + ["reopen"] * reopen
                self.touch(self.rng.choice(choices))
            case _:
                self.touch("cancel")
        yield 1.0

    def at_the_account(self, screen: Account | Loans | Holds | OneHold) -> None:
        """Looks around, renews, lets a hold go, asks for more time."""
        match screen:
            case Account():
                self.touch(self.rng.choice(("loans", "loans", "holds", "holds", "collect", "finish")))
            case Loans(lines=lines):
                one = ("renew", self.rng.choice(lines).id) if lines else ("cancel", "")
                self.touch(*self.rng.choice((one, one, ("renew_all", ""), ("cancel", ""), ("finish", ""))))
            case Holds(lines=lines):
                one = ("hold", self.rng.choice(lines).id) if lines else ("cancel", "")
                self.touch(*self.rng.choice((one, one, ("cancel", ""), ("finish", ""))))
            case OneHold(sure=True):
                self.touch(self.rng.choice(("yes", "yes", "no")))
            case OneHold():
                self.touch(self.rng.choice(("longer", "cancel_hold", "cancel", "finish")))

    def takes_some(self, mine: set[str]) -> Script:
        """Only some of it; the machine hears which."""
        leaves = set(self.rng.sample(sorted(mine), self.rng.randint(1, len(mine) - 1)))
        self.touch("some")
        yield self.rng.uniform(0.3, 1.5)
        for barcode in sorted(leaves):
            self.touch("item", barcode)
            yield self.rng.uniform(0.3, 1.0)
        screen = self.screen
        marked = {barcode for barcode, _, on in screen.items if on} if isinstance(screen, Sort) else set()
        if not isinstance(screen, Sort) or screen.compartment != self.door or marked != leaves:
            return
        self.touch("stay_here")
        yield self.rng.uniform(0.3, 1.5)
        screen = self.screen
        if isinstance(screen, DoorOpen) and screen.compartment == self.door and screen.said == "some":
            self.take(mine - leaves)
            self.heard, self.meant = True, "some"

    def behind_doors(self) -> set[str]:
        inside = {barcode for box in self.world.cabinet.boxes.values() for barcode in box.inside}
        return inside & self.named()

    def named(self) -> set[str]:
        """What their parcels are about, or were: the screen says what is handed out."""
        before = {barcode for parcel in self.parcels for barcode in parcel.ever}
        now = {item.barcode for parcel in self.parcels for item in parcel.sent.items}
        now |= {barcode for barcode in before if self.world.library.left_over(barcode)}
        return now | self.handed_out()

    def handed_out(self) -> set[str]:
        """What the screen has for them, be it somebody else's at the library since."""
        screen, display = self.screen, self.world.display
        mine = display is not None and display.initials == self.world.library.initials(self.name)
        if not mine or not isinstance(screen, DoorOpen) or screen.purpose not in self.purposes:
            return set()
        return {title.removeprefix("Title ") for title in screen.titles}

    def at_the_door(self) -> Script:
        box = self.world.cabinet.boxes[self.door]
        mine = self.named() & box.inside
        yield self.rng.uniform(0.5, 5.0)
        self.meant = ""
        self.about = about = self.named()
        self.takes_what_is_not_theirs(box.inside - mine)
        if not mine and self.taken == self.door:
            pass  # opened once more, and all of it is in their hands
        elif not mine:
            yield from self.says("not_here", "missing")
            if not self.heard:
                self.lie((about - self.hands) | box.inside, "could not say that it is not there")
        elif self.rng.random() < 0.3 and len(mine) > 1:
            self.heard = False
            yield from self.takes_some(mine)
            if not self.heard:
                yield from self.says("undo", "")
                self.doubt(mine)
                self.take(mine)
        elif self.rng.random() < 0.08:
            yield from self.says("leave_it", "keep")
            if not self.heard:
                self.doubt(mine)
                self.take(mine)
        elif self.world.odd(0.01, "takes_nothing"):
            self.lie(mine, "walks away from the open door without taking it")
        elif self.cheats("denies_what_they_take"):
            self.lie(mine, "takes it and says otherwise")
            yield from self.says(*self.world.sly.choice((("leave_it", "keep"), ("not_here", "missing"))))
            self.take(mine)
        else:
            self.take(mine)
        yield from self.shut()
