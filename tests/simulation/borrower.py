"""Whoever takes books from the library's open shelves to the counter, and borrows them there."""

from kiosk.core.counter_screens import Counter
from kiosk.core.screens import Goodbye
from tests.simulation.people import Person
from tests.simulation.world import Script


class Borrower(Person):
    """Keeps what the machine says is booked to them, and lays the rest back on the shelf."""

    purposes = ("checkout",)

    def visit(self, items: list[str]) -> Script:
        self.items, self.scans = items, 0
        self.booked: set[str] = set()
        self.over = self.began = False
        self.pad = self.rng.random() < 0.7
        for barcode in items:
            self.world.holders[barcode] = self.name
        self.world.say(f"{self.name} brings {items} to the counter")
        self.touch("borrow")
        yield self.rng.uniform(0.3, 2.0)
        yield from self.tap()
        yield from self.at_the_screen()
        self.sees(self.screen)
        self.world.pad.lay(())
        for barcode in items:
            if barcode in self.booked:
                self.world.taken[barcode] += 1
            else:
                self.world.holders[barcode] = "library"
        left = self.began or (isinstance(self.screen, Counter) and not self.not_mine(self.screen))
        if left and not self.over:
            self.lie(set(items) - self.booked, "went before all was said, or left it to whoever comes next")

    def sees(self, screen: object) -> None:
        """What stands there as booked."""
        display = self.world.display
        if display is None or display.initials not in ("", self.world.library.initials(self.name)):
            return
        match screen:
            case Counter(rows=rows):
                named = {row.title.removeprefix("Title ") for row in rows if row.state == "booked"}
                self.over = screen.going and not screen.busy
            case Goodbye(purpose="checkout", titles=titles):
                named = {title.removeprefix("Title ") for title in titles}
                self.over = self.over or named == set(self.items)
            case _:
                return
        self.booked |= named & set(self.items)

    def not_mine(self, screen: object) -> bool:
        self.sees(screen)
        return super().not_mine(screen)

    def elsewhere(self, screen: object) -> Script:
        match screen:
            case Counter(going=False, rows=rows):
                if not self.pad and self.scans < len(self.items):
                    self.scan(self.items[self.scans])
                    self.scans += 1
                elif self.pad and not self.scans:
                    self.world.pad.lay(self.items)
                    self.scans = 1
                elif rows and not screen.busy:
                    self.began = True
                    self.touch("borrow")
                elif not rows and self.rng.random() < 0.3:
                    self.touch("cancel")
            case Counter(busy=False):
                lay = [row.title.removeprefix("Title ") for row in screen.rows if row.tag == "lay"]
                if lay and self.rng.random() < 0.7:
                    self.world.pad.lay(())
                    yield self.rng.uniform(0.5, 3.0)
                    self.world.pad.lay(lay)
                else:
                    self.touch("finish")
            case Counter():
                if self.world.odd(0.02, "leaves_the_counter"):
                    self.touch("finish")
            case _:
                self.touch("cancel")
        yield 1.0
