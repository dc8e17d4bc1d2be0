"""Weeks at a point: the round of each morning, people who look at their account, search, become readers; a library that
tidies up; troubles most of all while people are there."""

from tests.simulation.day import READERS, Day
from tests.simulation.library import KEYRING, Library
from tests.simulation.owner import Newcomer, Owner
from tests.simulation.searcher import Searcher
from tests.simulation.sip2_library import Sip2Library
from tests.simulation.troubles import troubles
from tests.simulation.world import Script

BUSY_PAUSE_S = 1500.0
PINS_EVERY = 4  # lives: its library wants one


class Weeks(Day):
    """Day after day of the same point."""

    pause_s = 12000.0

    def fill(self) -> None:
        super().fill()
        self.newcomers = 0
        if self.world.seed % PINS_EVERY == 1:
            readers = [name for name in self.cards if name.startswith("R")]
            self.world.library.wants_pins({name: f"{self.rng.randrange(10**4):04d}" for name in readers})

    def morning(self) -> Script:
        """The library lets go whose time is over, packs, and sends a courier."""
        self.busy = True
        self.world.follow(troubles(self.world, lambda: not self.busy, self.spells, BUSY_PAUSE_S))
        library = self.world.library
        if isinstance(library, Sip2Library):  # over REST the point knows itself whose time is over
            for packed in library.parcels.values():
                if packed.status == "ready" and self.late(packed):
                    self.world.say(f"the time of {packed.sent.id} is over")
                    library.recall(packed.sent.id)
        for _ in range(self.rng.randint(0, 3)):
            self.pack()
        yield from self.carry(self.courier(), thorough=self.rng.random() < 0.7)

    def one(self) -> Script:
        library, name = self.world.library, f"R{self.rng.randrange(READERS):02d}"
        match self.rng.randrange(12):
            case 0:
                mine = [p for p in library.parcels.values() if p.sent.patron == name]
                yield from Owner(self.world, name, self.cards[name], mine).visit()
            case 1 if isinstance(library, Library):
                yield from Searcher(self.world, name, self.cards[name]).visit()
            case 2 if isinstance(library, Library) and self.rng.random() < 0.3:
                person = Newcomer(self.world, f"N{self.newcomers:02d}")
                self.newcomers += 1
                library.citizens[KEYRING.card(person.card)] = person.name
                yield from person.visit()
            case _:
                yield from super().one()
