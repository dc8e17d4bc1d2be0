"""Weeks at a point: the round of each morning, people who look at their account, search, become readers; a library that
tidies up; troubles most of all while people are there."""

from kiosk.core.flows.clearing import to_check, to_clear
from tests.simulation.day import DAY_S, READERS, Day
from tests.simulation.helpers import Helpers
from tests.simulation.library import KEYRING, Library
from tests.simulation.neighbour import Seconds
from tests.simulation.owner import Newcomer, Owner
from tests.simulation.repacked import Repacked
from tests.simulation.searcher import Searcher
from tests.simulation.sip2_library import Sip2Library
from tests.simulation.sorting import sort_out
from tests.simulation.staff import Staff
from tests.simulation.troubles import troubles
from tests.simulation.world import Script

BUSY_PAUSE_S = 1500.0
ROUNDS_MAX = 3
PINS_EVERY = 4  # lives: its library wants one


class Weeks(Day):
    """Day after day of the same point."""

    pause_s = 12000.0
    waits_s = (7200.0, *(3 * DAY_S,) * 4, *(7 * DAY_S,) * 3)
    on_duty = "C0"

    def fill(self) -> None:
        super().fill()
        self.newcomers = 0
        self.seconds, self.staff, self.helpers = Seconds(self), Staff(self), Helpers(self)
        self.repacked = Repacked(self)
        if self.world.seed % PINS_EVERY == 1:
            readers = [name for name in self.cards if name.startswith("R")]
            self.world.library.wants_pins({name: f"{self.rng.randrange(10**4):04d}" for name in readers})

    def morning(self) -> Script:
        """The library lets go whose time is over, packs, and sends a courier."""
        self.busy, self.on_duty = True, super().courier()
        sort_out(self.world)
        self.world.follow(troubles(self.world, lambda: not self.busy, self.spells, BUSY_PAUSE_S))
        library = self.world.library
        if isinstance(library, Sip2Library):  # over REST the point knows itself whose time is over
            for packed in library.parcels.values():
                if packed.status == "ready" and self.late(packed):
                    self.world.say(f"the time of {packed.sent.id} is over")
                    library.recall(packed.sent.id)
        for _ in range(self.rng.randint(0, 3)):
            self.pack()
        self.seconds.pack()
        for _ in range(ROUNDS_MAX):
            yield from self.carry(self.courier(), thorough=self.rng.random() < 0.9)
            if not self.in_doubt():
                break

    def courier(self) -> str:
        """Who brings the parcels of today, and hardly anybody else."""
        return self.on_duty if self.rng.random() < 0.9 else super().courier()

    def in_doubt(self) -> bool:
        """Whether a door still wants somebody to look behind it, or to clear it."""
        loop = self.world.loop
        return loop is None or bool(to_check(loop.point) or to_clear(loop.point, self.world.wall()))

    def one(self) -> Script:
        library, name = self.world.library, f"R{self.rng.randrange(READERS):02d}"
        self.seconds.perhaps()
        self.repacked.perhaps()
        self.world.afar.perhaps()
        yield from self.staff.perhaps()
        yield from self.helpers.perhaps()
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
            case 3 | 4 | 5 if ready := self.ready():
                yield from self.collect(self.rng.choice(ready))
            case 6 | 7 | 8:
                with_books = sorted({who for who in self.world.holders.values() if who.startswith("R")})
                yield from self.bring_back(self.rng.choice(with_books or [name]))
            case _:
                yield from super().one()
