"""One day: what lies where in the morning, who comes when, what goes wrong, and how the evening ends."""

from collections.abc import Sequence
from pathlib import Path

from kiosk.core.events import Tick
from kiosk.core.stories import AtHome
from sync.messages import ItemDropped, ParcelCollected
from tests.simulation.borrower import Borrower
from tests.simulation.browser import Browser
from tests.simulation.carrier import Carrier
from tests.simulation.faults import ALL, Allowed
from tests.simulation.library import Library, Packed
from tests.simulation.readers import Reader
from tests.simulation.returner import Copyist, Returner
from tests.simulation.sip2_library import Sip2Library
from tests.simulation.sip2_wire import Sip2Link
from tests.simulation.strangers import Child, Guesser
from tests.simulation.troubles import troubles
from tests.simulation.world import Script, World

DAY_S = 86400.0
READERS, COURIERS = 14, 2
OPEN = ("sent", "ready", "missing")
STOCKED = 0.6  # so many days have books for anybody in the cabinet


class Day:
    """A world with its library filled, its people, its troubles."""

    pause_s = 2500.0  # between two troubles, at the longest
    waits_s: tuple[float, ...] = (7200.0, 3 * DAY_S, 3 * DAY_S)  # so long a parcel does

    def __init__(
        self,
        seed: int,
        directory: Path,
        visits: int = 0,
        cut_at: int | None = None,
        calm: bool = False,
        sip2: bool = False,
        days: int = 1,
        allowed: Allowed = ALL,
    ) -> None:
        self.world = World(seed, directory, cut_at, calm, sip2, allowed, long=days > 1)
        self.rng = self.world.rng
        self.visits, self.days = visits, days
        self.cards: dict[str, str] = {}
        self.over = False
        self.busy = False  # people come
        self.spells: set[str] = set()
        self.boundaries = 0  # until the evening
        with self.world.library.at_once():
            self.fill()

    def fill(self) -> None:
        """Readers, couriers, books, loans, and the first parcels."""
        library, rng = self.world.library, self.rng
        for n in range(READERS):
            self.cards[f"R{n:02d}"] = library.join(f"R{n:02d}", standing="blocked" if n == 0 else "fine")
        for n in range(COURIERS):
            self.cards[f"C{n}"] = library.join(f"C{n}", "courier")
        for n in range(40):
            isbn = rng.choice(("", f"97870200{n // 3:05d}"))
            barcode = library.buy(f"B{n:03d}", isbn).barcode
            self.world.holders[barcode] = "library"
            if n < 14:
                reader = f"R{rng.randrange(1, READERS):02d}"
                library.lend(barcode, reader)
                self.world.taken[barcode] += 1
                self.world.holders[barcode] = reader
        for _ in range(8):
            self.pack()
        self.stock()

    def stock(self) -> None:
        """The first books for anybody, on some days; on some of these what comes back stays for anybody as well."""
        self.stocks = self.rng.random() < STOCKED
        if not self.stocks:
            return
        if isinstance(self.world.library, Sip2Library):
            self.world.library.stock = True
        elif self.rng.random() < 0.5:
            self.world.library.keeps = self.world.wall() + 3 * DAY_S
        for _ in range(4):
            self.for_anybody()

    def for_anybody(self) -> None:
        """The library gives a courier books for nobody in particular."""
        library, shelf = self.world.library, self.shelf()
        if not shelf:
            return
        barcodes = self.rng.sample(shelf, min(len(shelf), self.rng.choice((1, 1, 1, 2))))
        if isinstance(library, Library):
            packed = library.pack("", barcodes, self.world.wall() + self.rng.choice((7200.0, 3 * DAY_S)))
            self.world.say(f"{packed} is packed for anybody: {barcodes}")
        else:
            library.spare |= set(barcodes)
        self.hand_to(self.courier(), barcodes)

    def hand_to(self, courier: str, barcodes: Sequence[str]) -> None:
        for barcode in barcodes:
            self.world.holders[barcode] = courier

    def pack(self) -> None:
        """The library packs a parcel and gives it to a courier."""
        library, shelf = self.world.library, self.shelf()
        if not shelf:
            return
        reader = f"R{self.rng.randrange(READERS):02d}"
        barcodes = self.rng.sample(shelf, min(len(shelf), self.rng.choice((1, 1, 1, 2, 3))))
        expires = self.world.wall() + self.rng.choice(self.waits_s)
        packed = library.pack(reader, barcodes, expires)
        self.world.say(f"{packed} is packed for {reader}: {barcodes}")
        self.hand_to(self.courier(), barcodes)

    def shelf(self) -> list[str]:
        """What lies in the library, for anybody."""
        return self.world.library.on_shelf(sorted(b for b, who in self.world.holders.items() if who == "library"))

    def courier(self) -> str:
        return f"C{self.rng.randrange(COURIERS)}"

    # ---- people, one after another

    def visitors(self) -> Script:
        for day in range(self.days):
            yield from self.morning()
            for _ in range(self.visits or self.rng.randint(*((30, 80) if self.days == 1 else (5, 45)))):
                yield self.rng.uniform(1.0, 10.0) if self.rng.random() < 0.2 else self.rng.uniform(30.0, 900.0)
                yield from self.one()
                self.world.watch.rows_fit_the_cabinet()
            self.busy = False
            if day < self.days - 1:  # the night; now and then a holiday of weeks, with everything shut
                self.world.say(f"---- the night after day {day + 1}")
                shut = self.rng.choice((3, 8, 20)) if self.rng.random() < 0.05 else 1
                yield DAY_S * (self.world.now // DAY_S + shut) - self.world.now + self.rng.uniform(0.0, 3600.0)
        self.over = True

    def morning(self) -> Script:
        """Before people come."""
        yield from ()

    def one(self) -> Script:
        rng, library = self.rng, self.world.library
        match rng.randrange(20 + 4 * self.stocks):
            case 0 | 1 | 2 | 3:
                yield from self.carry(self.courier())
            case 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11:
                ready = self.ready()
                if not ready and rng.random() < 0.7:
                    yield from self.carry(self.courier())
                    return
                yield from self.collect(rng.choice(ready or [p for p in library.parcels.values() if p.sent.patron]))
            case 12 | 13 | 14 | 15:
                yield from self.bring_back(f"R{rng.randrange(1, READERS):02d}")
            case 16 if rng.random() < 0.7 and (shelf := self.shelf()):
                name = f"R{rng.randrange(READERS):02d}"
                items = rng.sample(shelf, min(len(shelf), rng.choice((1, 1, 2, 3))))
                yield from Borrower(self.world, name, self.cards[name]).visit(items)
            case 16:
                yield from self.nobody_in_particular()
            case 20 | 21 | 22:
                name = f"R{rng.randrange(READERS):02d}"
                yield from Browser(self.world, name, self.cards[name]).visit()
            case 23:
                self.for_anybody()
            case _:
                self.news()

    def ready(self) -> list[Packed]:
        """What lies in the cabinet for a reader, as far as the library knows."""
        parcels = self.world.library.parcels.values()
        return [p for p in parcels if p.status == "ready" and p.sent.patron and not p.recalled]

    def collect(self, packed: Packed) -> Script:
        """Its reader comes for it, and for whatever else there may be."""
        library, name = self.world.library, packed.sent.patron
        if name in self.world.waiting:  # they stand there already
            return
        mine = [p for p in library.parcels.values() if p.sent.patron == name]
        mine.sort(key=lambda p: p.status != "ready")
        how = self.rng.choice(("card", "card", "pass", "code")) if library.abilities.codes else "card"
        yield from Reader(self.world, name, self.cards[name], mine).visit(how)

    def bring_back(self, name: str) -> Script:
        """Some of what they have."""
        person = self.returner(name)
        if name not in self.world.waiting and (hands := sorted(person.hands)):
            yield from person.visit(set(self.rng.sample(hands, min(len(hands), self.rng.randint(1, 4)))))

    def returner(self, name: str) -> Returner:
        """Or, where a number in print is good for nothing else, somebody with the number of another."""
        copies = self.world.copies
        if self.world.plan.limits.printed_opens or copies.random() < 0.7:
            return Returner(self.world, name, self.cards[name])
        other = copies.choice(sorted(self.cards))
        return Copyist(self.world, name, other, self.cards[other])

    def nobody_in_particular(self) -> Script:
        """A child, somebody who tries codes, or a reader whom a child will not leave alone."""
        match self.rng.randrange(4):
            case 0 | 1:
                yield from Child(self.world, "a child").visit()
            case 2:
                yield from Guesser(self.world, "a guesser").visit()
            case _:
                self.world.follow(Child(self.world, "a child beside them").visit())
                name = f"R{self.rng.randrange(1, READERS):02d}"
                mine = [p for p in self.world.library.parcels.values() if p.sent.patron == name]
                yield from Reader(self.world, name, self.cards[name], mine).visit("card")

    def carry(self, name: str, thorough: bool = False) -> Script:
        if not self.over:
            self.pack()
        person = Carrier(self.world, name, self.cards[name])
        person.thorough = thorough
        yield from person.visit()
        self.puts_away(person)

    def puts_away(self, person: Carrier) -> None:
        """What is not to go in goes back to the library."""
        self.recall_late(person.hands)
        unheard = self.unheard()
        for barcode in sorted(person.hands):
            if self.world.library.take_in(barcode, barcode in unheard):
                self.world.holders[barcode] = "library"
                if barcode in unheard and self.rng.random() < 0.7:
                    self.at_the_desk(barcode)

    def recall_late(self, hands: set[str]) -> None:
        """What a courier still carries when its time is over is nobody's any more; nor is what they found behind a door
        and nobody looks for."""
        for packed in self.world.library.parcels.values():
            if packed.status in OPEN and self.late(packed) and {item.barcode for item in packed.sent.items} <= hands:
                self.world.library.recall(packed.sent.id)

    def late(self, packed: Packed) -> bool:
        """Whether its time is over, and the library has not let it go yet."""
        return not packed.recalled and 0 < packed.sent.expires < self.world.wall()

    def unheard(self) -> dict[str, float]:
        """Items whose return the point has not told yet, and when they came."""
        waiting = self.world.store.waiting(2000) if self.world.loop and self.world.store else []
        return {told.told.item: told.at for told in waiting if isinstance(told.told, ItemDropped)}

    def unheard_loan(self, barcode: str) -> str:
        """To whom the point has lent this and not told yet."""
        waiting = self.world.store.waiting(2000) if self.world.loop and self.world.store else []
        told = [one.told for one in waiting]
        lent = [one.patron for one in told if isinstance(one, ParcelCollected) and barcode in one.items]
        return (lent or [""])[-1]

    def at_the_desk(self, barcode: str) -> None:
        """A loan that the point has nothing to do with."""
        library, reader = self.world.library, f"R{self.rng.randrange(3, READERS):02d}"
        if isinstance(library, Sip2Library) and library.on_shelf([barcode]):
            self.world.say(f"{reader} borrows {barcode} at the library's own desk")
            library.lend_here(barcode, reader)
            library.perhaps_the_same(barcode, self.unheard().get(barcode), self.unheard_loan(barcode))
            self.world.holders[barcode] = reader
            self.world.taken[barcode] += 1

    def news(self) -> None:
        """Something happens at the library."""
        rng, library = self.rng, self.world.library
        open_ = [p.sent.id for p in library.parcels.values() if p.status in ("sent", "ready")]
        match rng.randrange(8):
            case 0 if open_:
                parcel = rng.choice(open_)
                self.world.say(f"{parcel} is recalled")
                library.recall(parcel)
            case 1:
                library.change(f"R{rng.randrange(3):02d}", rng.choice(("fine", "fine", "fine", "blocked", "expired")))
            case 2 if isinstance(library, Library):
                waited_for = {p.sent.patron for p in library.parcels.values() if p.status in ("sent", "ready")}
                library.forget(rng.choice(sorted({f"R{n:02d}" for n in range(READERS)} - waited_for) or ["nobody"]))
            case 3 if isinstance(library, Library):
                library.horizon = len(library.feed) + 1  # the feed so far is dropped
                library.feed.append(library.feed[-1])
            case 2 | 3 | 4 if isinstance(library, Sip2Library):
                lent = sorted(b for b in library.items if library.loan(b))
                if lent:
                    barcode = rng.choice(lent)
                    self.world.say(f"somebody waits for {barcode}")
                    library.wait_for(f"R{rng.randrange(READERS):02d}", barcode)
            case 5 if isinstance(library, Sip2Library):
                if shelf := self.shelf():
                    self.at_the_desk(rng.choice(shelf))
            case _:
                self.pack()

    # ---- troubles

    def passers_by(self) -> Script:
        """Whoever sees a door stand open in front of nobody pushes it shut, sooner or later."""
        while True:
            yield self.rng.uniform(100.0, 500.0)
            for box in self.world.cabinet.boxes.values():
                if box.open and self.world.now - box.turned_at > 320:
                    self.world.cabinet.shut(box.name)

    # ---- all of it

    def live(self) -> None:
        """The day from power on to the last settled doubt. Raises ``Violation``."""
        world = self.world
        world.boot()
        befalls = troubles(world, lambda: self.over, self.spells, self.pause_s)
        for script in (self.visitors(), befalls, self.passers_by()):
            world.follow(script)
        while not self.over:
            world.run(world.now + 600.0)
        self.boundaries = self.world.boundaries
        self.evening()

    def settled(self) -> None:
        """All is, but for what was said in this very moment: that is told first."""
        if self.world.store is not None and self.world.store.waiting_count():
            self.world.run(self.world.now + 300.0)
        self.world.watch.all_is_settled()

    def evening(self) -> None:
        """Faults stop, doors are shut, all is told; then couriers look behind each door in doubt, and none is left."""
        world = self.world
        world.say("---- faults stop")
        world.dice.calm = True
        world.net_up, world.disk_full, world.disk_slow = True, False, False
        world.run(world.now + 1500.0 * world.seldom)  # what else lasts comes to its end, who stands there goes
        world.seldom = 1.0
        world.set_clock()
        world.post(Tick())  # and the machine hears of it now: one that rests is asked the time hours later
        if isinstance(world.link, Sip2Link):
            world.link.nonsense = False
        for box in world.cabinet.boxes.values():
            box.jammed_until = 0.0
            world.cabinet.tear(box.name, False)
            world.cabinet.stick(box.name, False)
            world.cabinet.shut(box.name)
        world.run(world.now + 4000.0)  # longer than the longest wait before, for news of the library
        self.settled()
        world.say("---- a courier looks behind every door in doubt")
        for _ in range(4):
            world.follow(self.carry(self.courier(), thorough=True))
            world.run(world.now + 2000.0)
        self.settled()
        world.watch.nothing_is_in_doubt()
        assert world.loop is not None
        assert isinstance(world.loop.session.story, AtHome)
        assert world.store is not None
        world.store.close()
