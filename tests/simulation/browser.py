"""Whoever borrows what lies in the cabinet for anybody: looks at the covers, chooses some, shows a card, takes them."""

from kiosk.core.account_screens import Prove
from kiosk.core.search_screens import FoundLine, Stock
from sync.things import SentParcel
from tests.simulation.library import Packed
from tests.simulation.readers import Reader
from tests.simulation.world import Script, World


class Browser(Reader):
    """Behind the door they know what they chose, and what is theirs anyway."""

    purposes = ("borrow", "pickup")

    def __init__(self, world: World, name: str, card: str) -> None:
        super().__init__(world, name, card, [p for p in world.library.parcels.values() if p.sent.patron == name])

    def visit(self, how: str = "browse") -> Script:
        self.touch(how)
        yield self.rng.uniform(0.3, 2.0)
        yield from self.at_the_screen()

    def wants(self, line: FoundLine) -> None:
        """What they chose, by the title on its cover: behind its door they know it."""
        barcodes = (title.removeprefix("Title ") for title in line.title.split("、"))
        items = tuple(self.world.library.items[barcode] for barcode in barcodes)
        self.parcels = [Packed(SentParcel(line.id, "", items, "S", 0.0), "", ""), *self.parcels]

    def elsewhere(self, screen: object) -> Script:
        match screen:
            case Stock(chosen=(_, *_)) if self.rng.random() < 0.6:
                for line in screen.lines:  # be it what somebody before them chose
                    if line.id in screen.chosen:
                        self.wants(line)
                if self.rng.random() < 0.5:
                    self.touch("borrow")
                else:
                    yield from self.tap()
            case Stock(lines=(_, *_) as lines):
                one = self.rng.choice(lines)
                self.touch("title", one.id)
                self.wants(one)
            case Prove(want="stock"):
                yield from self.tap()
            case _:
                yield from super().elsewhere(screen)
        yield 1.0
