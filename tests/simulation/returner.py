"""Whoever brings something back, for themselves or, with a number they have photographed, in the name of another."""

from pydantic import SecretStr

from hardware.readings import CodeUnknown, IsbnScanned, ItemScanned, PatronScanned
from kiosk.core.screens import DoorOpen, Return
from kiosk.core.staff_screens import Inside, TakeOut
from tests.simulation.people import Person
from tests.simulation.world import Script, World


class Returner(Person):
    """Brings items back."""

    purposes = ("dropoff",)

    def visit(self, items: set[str]) -> Script:
        self.items = sorted(items)
        self.accepted: set[str] = set()
        self.scans = 0
        if self.card and self.rng.random() < 0.5:
            self.touch("return")
            yield 1.0
            yield from self.tap()
        elif self.rng.random() < 0.7:
            self.touch("return")
            yield 1.0
        else:
            self.scan()
            yield 1.0
        yield from self.at_the_screen()

    def scan(self) -> None:
        barcode = self.items[self.scans % len(self.items)]
        item = self.world.library.items.get(barcode)
        self.scans += 1
        if self.rng.random() < 0.15:
            self.lay(self.rng.sample(self.items, self.rng.randint(1, len(self.items))))
            return
        if self.world.odd(0.1, "unreadable"):
            self.world.post(CodeUnknown("scanner", 5))
        elif item and item.isbn and self.rng.random() < 0.3:
            self.world.say(f"{self.name} scans the book number of {barcode}")
            self.world.post(IsbnScanned("scanner", item.isbn))
        else:
            self.world.say(f"{self.name} scans {barcode}")
            if isinstance(self.screen, Inside | TakeOut):
                self.lie({barcode}, "scanned it where somebody of the staff had just looked behind a door")
            self.world.post(ItemScanned("scanner", barcode))

    def elsewhere(self, screen: object) -> Script:
        match screen:
            case Return(titles=titles):
                if self.scans < (len(self.items) if titles else 4) + (self.rng.random() < 0.2):
                    self.scan()
                elif titles:
                    self.touch("undo" if self.world.odd(0.05, "undo") else "open")
                elif screen.notice == "isbn_needs_card" and self.card:
                    yield from self.tap()
                else:
                    self.touch("cancel")
            case _:
                self.touch("cancel")
        yield 0.5

    def at_stake(self) -> set[str]:
        return self.hands & set(self.items) if self.purpose == "dropoff" else super().at_stake()

    def behind_doors(self) -> set[str]:
        return self.hands & set(self.items) | super().behind_doors()

    def listed(self) -> set[str]:
        """What the machine opened this door for: also what another has laid on its pad, or nobody could read."""
        loop = self.world.loop
        return {drop.item.barcode for drop in loop.point.drops_at(self.door)} if loop and self.door else set()

    def at_the_door(self) -> Script:
        """Whoever sees what the machine expects puts just that in; before a dark screen, they keep their items."""
        yield self.rng.uniform(0.8, 5.0)
        screen, self.meant = self.screen, ""
        if not (isinstance(screen, DoorOpen) and screen.purpose == "dropoff" and screen.compartment == self.door):
            self.lie(self.world.cabinet.boxes[self.door].inside, "thought it was a door for returns")
            self.lie(self.hands & set(self.items) | self.listed(), "kept them before a screen that said nothing")
            yield from self.shut()
            return
        wanted = {b for b in self.hands if b in screen.titles or f"Title {b}" in screen.titles}
        self.about = wanted
        self.takes_what_is_not_theirs(set(self.world.cabinet.boxes[self.door].inside))
        others = {t.removeprefix("Title ") for t in screen.titles} - wanted
        if others or (whim := self.rng.random()) < 0.06:
            small = not others and whim < 0.02
            yield from self.says("does_not_fit" if small else "nothing_in", "small" if small else "keep")
            self.lie(others, "were not theirs")
            if not self.heard:
                self.lie(wanted, "could not say that nothing went in")
        elif self.cheats("false_return"):
            self.keeps(wanted)
        else:
            self.put(wanted)
        yield from self.shut()

    def keeps(self, wanted: set[str]) -> None:
        """They put in another book that they carry, or nothing, and go home with what they have scanned."""
        others = sorted(self.hands - wanted)
        instead = set(others[:1]) if self.world.sly.random() < 0.5 else set()
        self.lie(wanted | instead, "did not put in what they had scanned")
        self.put(instead)


class Copyist(Returner):
    """Shows the number of another in place of a card, and goes on as that reader as far as it takes them."""

    def __init__(self, world: World, name: str, other: str, number: str) -> None:
        super().__init__(world, name, number)
        self.shown_as = {name, other}

    def tap(self) -> Script:
        self.world.say(f"{self.name} shows a number in print, {sorted(self.shown_as)}")
        self.world.post(PatronScanned("scanner", SecretStr(self.card)))
        yield self.world.copies.uniform(0.2, 1.0)

    def visit(self, items: set[str]) -> Script:
        yield from super().visit(items)
        for action in ("account", "collect", "finish"):
            self.touch(action)
            yield self.world.copies.uniform(0.5, 3.0)
