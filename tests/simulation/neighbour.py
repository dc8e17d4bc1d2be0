"""A second reader at the machine: stands behind whoever is served, shows a card or a pass amid their story, and again;
and takes their own turn when the screen is theirs."""

from typing import TYPE_CHECKING

from pydantic import SecretStr

from hardware.readings import CardGone, CardShown, PassScanned
from kiosk.core.screens import DoorOpen, Goodbye, Home, Sorry
from kiosk.core.staff_screens import Inside, TakeOut
from tests.simulation.readers import Reader
from tests.simulation.returner import Returner
from tests.simulation.world import Script, World

if TYPE_CHECKING:
    from tests.simulation.day import Day

NAMES = ("R20", "R21")  # so that nobody stands there twice
OFTEN = 0.15  # of all visits, with a second reader beside them
TRIES_MAX = 6
DAY_S = 86400.0
TOUCHES = ("cancel", "not_here", "leave_it", "finish", "next", "reopen", "take", "digit", "nothing_in", "yes", "no")
AT_REST = Home | Goodbye | Sorry


class Neighbour(Reader):
    """Their own number of chances, so that the stories of others are what they were."""

    def __init__(self, world: World, name: str, card: str) -> None:
        super().__init__(world, name, card, [p for p in world.library.parcels.values() if p.sent.patron == name])
        self.rng = world.beside

    def visit(self, how: str = "card") -> Script:
        """Until it is their turn, or patience ends."""
        for _ in range(self.rng.randint(1, TRIES_MAX)):
            yield self.rng.uniform(0.5, 25.0)
            if self.sees_theirs():
                yield from self.at_the_screen()
                return
            if not isinstance(self.screen, AT_REST):
                jostles = self.rng.random() < 0.2 and not self.staff_works()
                if not self.world.dice.happens("touches_amid_another" if jostles else "shows_amid_another"):
                    continue
                if jostles:
                    self.speaks_too_late()
                    self.touch(self.rng.choice(TOUCHES), str(self.rng.randrange(10)))
                    continue
            self.parcels = [p for p in self.world.library.parcels.values() if p.sent.patron == self.name]
            self.came = self.world.now
            yield from self.shows()
            if self.is_served() or self.sees_theirs():
                yield from self.at_the_screen()
                return
        self.leave(self.screen)

    def speaks_too_late(self) -> None:
        """Of a door that somebody else has shut, which the machine has not seen yet: nobody is there to undo it."""
        screen = self.screen
        if isinstance(screen, DoorOpen) and not (box := self.world.cabinet.boxes[screen.compartment]).open:
            assert self.world.loop is not None
            shown = {item.barcode for parcel in self.world.loop.point.at(screen.compartment) for item in parcel.items}
            self.lie(box.inside | shown, "spoke of a door that was shut")

    def staff_works(self) -> bool:
        """Whose screen nobody else touches."""
        purpose = getattr(self.screen, "purpose", "")
        return isinstance(self.screen, Inside | TakeOut) or purpose in ("stocking", "clearing")

    def shows(self) -> Script:
        """A card, held there twice now and then, or the pass of a parcel."""
        passes = [p.qr for p in self.parcels if p.qr and p.status in ("sent", "ready")]
        if passes and self.rng.random() < 0.4:
            self.world.say(f"{self.name} beside them shows a pass")
            self.world.post(PassScanned("scanner", SecretStr(self.rng.choice(passes))))
            yield self.rng.uniform(0.5, 2.0)
            return
        for _ in range(self.rng.choice((1, 1, 1, 2))):
            self.world.say(f"{self.name} beside them taps a card")
            self.world.post(CardShown("card", SecretStr(self.card)))
            yield self.rng.uniform(0.2, 1.5)
            self.world.post(CardGone("card"))
            yield self.rng.uniform(0.2, 2.0)

    def is_served(self) -> bool:
        """Whether the screen is theirs now."""
        display = self.world.display
        return display is not None and display.initials == self.world.library.initials(self.name)

    def sees_theirs(self) -> bool:
        """A door that has opened for them stands open, whatever the screen says, or if it is dark."""
        boxes = self.world.cabinet.boxes.values()
        return any(b.open and b.sprung_at >= self.came and b.inside & self.behind_doors() for b in boxes)


class Seconds:
    """The readers who come while others are served."""

    def __init__(self, day: "Day") -> None:
        self.day, self.world = day, day.world
        day.cards |= {name: self.world.library.join(name) for name in NAMES}

    def pack(self) -> None:
        """Each morning something for one of them, if anything is left."""
        shelf, chance = self.day.shelf(), self.world.beside
        if shelf:
            name, barcodes = chance.choice(NAMES), [chance.choice(shelf)]
            packed = self.world.library.pack(name, barcodes, self.world.wall() + 3 * DAY_S)
            self.world.say(f"{packed} is packed for {name}: {barcodes}")
            self.day.hand_to(self.day.courier(), barcodes)

    def perhaps(self) -> None:
        """Now and then one of them comes, while somebody else does."""
        name = self.world.beside.choice(NAMES)
        if self.world.beside.random() < OFTEN and name not in self.world.waiting:
            self.world.follow(self._comes(name))

    def _comes(self, name: str) -> Script:
        self.world.waiting.add(name)
        person = Returner(self.world, name, self.day.cards[name])
        if person.hands and self.world.beside.random() < 0.4:
            person.rng = self.world.beside
            while self.world.crowd:  # what they bring back they bring when it is their turn
                yield self.world.beside.uniform(1.0, 20.0)
            person.lie(person.hands, "brings them back while somebody else may come to the machine")
            yield from person.visit(person.hands)
        else:
            yield from Neighbour(self.world, name, self.day.cards[name]).visit()
            yield 60.0  # so long what they touched may stand there
            while self.world.now < self.world.busy_until + 60.0:  # or it waits behind a slow disk
                yield 20.0
        self.world.waiting.remove(name)
