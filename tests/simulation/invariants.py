"""What must be true after every event, at every command and in the end. A breach is a ``Violation`` in words."""

import math
from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING

from hardware.locker.bank import Duty
from hardware.readings import CardShown, Door, DoorSeen, PassScanned, PatronScanned
from kiosk.core.commands import Do, Print, Secure, Unlock
from kiosk.core.events import Touched
from kiosk.core.model import Compartment, PickupPoint, changed
from kiosk.core.order import Order
from kiosk.core.stories import AtHome, Collecting
from kiosk.incoming import Incoming
from kiosk.store import Store
from kiosk.tables import TABLES
from kiosk.tellings import TOLD
from kiosk.workers import HELD_MAX_S
from sync.acts import Activate
from sync.messages import ItemLent, ParcelCollected, ParcelMissing, ParcelReady
from tests.simulation.agreement import agree
from tests.simulation.cabinet import PULSES_MAX
from tests.simulation.library import KEYRING, Library
from tests.simulation.rules import must
from tests.simulation.turns import Turns

if TYPE_CHECKING:
    from tests.simulation.world import World

QUIET_S = 3.0
FOLLOWED_EVERY = 8  # lives


class Watch:
    """Looks at everything the machine hears, orders and remembers."""

    def __init__(self, world: "World") -> None:
        self.world = world
        self.turns = Turns(world)
        self.pulses: set[tuple[str, int]] = set()
        self.acted: set[str] = set()
        self.tags: set[str] = set()  # orders to write one
        self.rang: dict[str, tuple[int, bool]] = {}  # items whose return began, in which session, and rang then or not
        self.slips: set[str] = set()  # begun, and perhaps on paper
        self.wrong: Counter[int] = Counter()  # wrong codes that were entered, by the day of the machine's clock
        self.last_seen: dict[str, Door] = {}
        self.proved: set[str] = set()  # patrons proved in the session that runs, and what a helper's code stands for
        self.session = 0
        self.new: str = ""
        self.nobodys = ""  # the digest of the session's last card that was nobody's: it may become a reader's
        self.unknown = ""  # that of the card shown just now
        self.had: dict[str, set[str]] = {}  # items, and before whom they lay behind an open door since they were put in
        self.guessed = False  # a code was entered that nobody has
        self.point: PickupPoint | None = None  # compared with the store last

    # ---- at every event

    def born(self) -> None:
        """A life begins."""
        self.last_seen, self.proved, self.session, self.point = {}, set(), 0, None
        self.same_on_disk()

    def hears(self, incoming: Incoming) -> None:
        """Just before an event: whom does it prove?"""
        loop, library = self.world.loop, self.world.library
        assert loop is not None
        story = loop.session.story
        self.turns.hears(incoming)
        self.new, self.unknown, self.guessed = "", "", False
        if loop.stale(incoming):
            return
        match incoming:
            case DoorSeen(compartment, door):
                self.last_seen[compartment] = door
            case PatronScanned() if not loop.point.plan.limits.printed_opens:
                pass  # whoever shows it
            case CardShown(number=number) | PatronScanned(number=number):
                self.new = library.cards.get(number.get_secret_value(), "")
                self.unknown = "" if self.new else KEYRING.card(number.get_secret_value())
            case PassScanned(text=text):
                self.new = self._sent_to(text.get_secret_value())
            case Touched(action="enter") if isinstance(story, Collecting):
                self.new = self._sent_to(story.digits) or self._lets_fetch(story.digits)
                self.guessed = not self.new and len(story.digits) == 8
        self.proved.add(self.new)
        self.nobodys = self.unknown or self.nobodys

    def _sent_to(self, shown: str) -> str:
        """Whose code or pass it is, or was: what opens with it is looked at when it opens."""
        return self.world.library.shown.get(shown, "") if isinstance(self.world.library, Library) else ""

    def _lets_fetch(self, digits: str) -> str:
        """What a helper may have for this code now."""
        ours = (p for p in self.world.permits if p.code == digits and not p.over and self.world.wall() <= p.until)
        return next((f"a helper for {permit.parcel}" for permit in ours), "")

    def _mind_the_session(self) -> None:
        """A new session: only what was shown just now counts."""
        loop = self.world.loop
        number = loop.session.number if loop else 0
        if number != self.session:
            self.session, self.proved, self.nobodys = number, {self.new}, self.unknown

    def handled(self, incoming: Incoming) -> None:
        """Just after an event: what is remembered is what is decided, and no wait is without end."""
        loop = self.world.loop
        assert loop is not None
        self.turns.handled()
        self._mind_the_session()
        session = loop.session
        activated = getattr(self.world.library, "citizens", {}).get(self.nobodys, "")
        known = session.reader in {"", activated, *self.proved}
        must(known, f"{session.reader} is taken for the reader, who proved nothing")
        if not isinstance(session.story, AtHome) and not loop._unwritten:  # else the clock's jump is not written yet
            must(session.until < self.world.wall() + 200, f"{session.story} waits too long")
        if self.guessed and self.world.now >= self.world.busy_until and self.world.wall() >= loop._sorry_until:
            self.wrong[int(self.world.wall() // 86400)] += 1
        self.guessed = False
        self.same_on_disk()

    def same_on_disk(self, all_of_it: bool = False) -> None:
        """``store.load() == loop.point``: all of it at each birth, each unlock and after each visitor, and after every
        other event what should have changed by it."""
        loop, store = self.world.loop, self.world.store
        assert loop is not None
        assert store is not None
        if self.point is None or all_of_it:
            must(store.load() == loop.point, "the store does not hold what was decided")
        elif loop.point is not self.point:
            for name, key, row in changed(self.point, loop.point):
                must(self._on_disk(store, name, key) == row, f"the store does not hold what was decided: {name} {key}")
        self.point = loop.point

    def _on_disk(self, store: Store, name: str, key: str) -> object:
        table = TABLES[name]
        if not key:
            return table.decode_all(store._execute)[0]
        sql = table.select.replace("ORDER BY rowid", f'WHERE "{table._key}" = ?')
        return next((table.decode(values) for values in store._execute(sql, (key,))), None)

    def died(self, store: Store) -> None:
        """A life ends: its journal is whole. Followed from its beginning now and then, and in the end."""
        if self.world.life % FOLLOWED_EVERY == 0:
            self.journal_is_whole(store)

    def journal_is_whole(self, store: Store) -> None:
        """From the first row that is kept to the head."""
        verdict = store.journal.verify()
        must(verdict.ok, f"journal, row {verdict.n}: {verdict.reason}")

    # ---- at every command

    def unlocks(self, command: Unlock) -> None:
        """A lock is about to move."""
        self._mind_the_session()
        world, name = self.world, command.compartment
        must((command.order, command.attempt) not in self.pulses, f"order {command.order} is pulsed twice")
        self.pulses.add((command.order, command.attempt))
        point = world.store.load() if world.store else None
        must(world.loop and point == world.loop.point, f"the store does not hold what was decided: {name} is unlocked")
        row = point.compartments[name] if point else None
        must(row and row.order, f"{name} is unlocked with no order on disk")
        assert row is not None
        assert row.order is not None
        assert point is not None
        must((row.order.id, row.order.attempt) == (command.order, command.attempt), f"{name}: another order is on disk")
        seen = self.last_seen.get(name)
        looks = seen is Door.OPEN and row.out == "forced" and row.order.purpose == "check"  # its sensor may lie
        must(seen is Door.SHUT or looks, f"{name} is pulsed without having been seen shut")
        if row.order.purpose == "remote":
            world.afar.unlocks(command, row.order)
        else:
            self._allowed(point, row)
        self.turns.unlocks(command)

    def coils_rest(self, command: Unlock) -> None:
        """No coil burns: so many times a minute, however many people want the door; a pulse may be held a little."""
        driven = self.world.cabinet.boxes[command.compartment].driven
        rested = len(driven) <= PULSES_MAX or driven[-1] - driven[0] >= Duty.window_s - HELD_MAX_S
        must(rested, f"the coil of {command.compartment} is driven too often")

    def acts(self, command: Do) -> None:
        """An act is said: once, whatever became of it before."""
        must(command.said.key not in self.acted, f"act {command.said.key} is said twice")
        self.acted.add(command.said.key)
        if not isinstance(act := command.said.act, Activate):  # that is of a card which is nobody's yet
            must(act.patron in self.proved, f"{act} is said for somebody who proved nothing")

    def writes(self, command: Secure) -> None:
        """A tag is about to be written: once for each order, and let past the gate only what is lent."""
        world, item = self.world, command.item
        must(command.order not in self.tags, f"tag order {command.order} is given twice")
        self.tags.add(command.order)
        must(
            world.loop and world.store and world.store.load() == world.loop.point, "a tag is written before the commit"
        )
        assert world.store is not None
        assert world.loop is not None
        if command.secured:
            must(
                any(d.item.barcode == item for d in world.loop.point.drops.values()),
                f"{item} rings and nobody returns it",
            )
            if self._began(item) is None:  # or it is for another door, and what the pad was told between may be unheard
                self.rang[item] = world.loop.point.counters.sessions, world.pad.rings.get(item, False)
            return
        row = world.loop.point.counter_items.get(item)
        must(
            row is None or (row.booked and row.writing == command.order), f"{item} passes the gate with no loan on disk"
        )
        if row is None and self._began(item) is False:  # as it was before a return that came to nothing
            return
        told = [t.told for t in world.store.waiting(1000)]
        unheard = {one.item for one in told if isinstance(one, ItemLent)}
        unheard |= {barcode for one in told if isinstance(one, ParcelCollected) for barcode in one.items}
        unheard |= {thing for case in world.loop.point.cases.values() for thing in case.things}
        unheard |= world.lied.keys()  # it goes home with whoever never put it in
        doubtful = (p for p in world.loop.point.parcels.values() if p.state in ("doubt", "missing"))
        unheard |= {one.barcode for parcel in doubtful for one in parcel.items}  # nobody saw who took it out
        must(world.library.loan(item) or item in unheard, f"{item} passes the gate and no loan was booked")

    def prints(self, command: Print) -> None:
        """A slip goes to the printer: again only where nothing came of it."""
        must(command.slip.id not in self.slips, f"slip {command.slip.id} is printed twice")
        self.slips.add(command.slip.id)

    def _began(self, item: str) -> bool | None:
        """Whether a gate rang for it as its return began, in this session or the one before. None: it did not begin."""
        assert self.world.loop is not None
        session, rang = self.rang.get(item, (-2, False))
        return rang if self.world.loop.point.counters.sessions - session <= 1 else None

    def _allowed(self, point: PickupPoint, row: Compartment) -> None:
        order, name = row.order, row.name
        assert order is not None
        inside = self.world.cabinet.boxes[name].inside - self.world.lied.keys()
        new = order.purpose in ("dropoff", "stocking") and order.attempt == 1
        must(not (new and row.aside), f"{name} is offered for {order.purpose} and was taken out of use")
        match order.purpose:
            case "pickup":
                parcel = point.parcels[order.about]
                must(parcel.compartment == name, f"{name} is opened for {parcel.id}, which is not there")
                own = parcel.patron in (order.person, "" if parcel.stock else order.person)
                must(own, f"{name} is opened for {order.person}, not for its patron")
                who = f"a helper for {parcel.id}" if order.proof == "helper" else order.person
                must(who in self.proved, f"{name} is opened for {who}, who proved nothing")
                self._after_few_guesses(point, order)
                if order.attempt == 1:  # what is opened once more was handed out before
                    self._within_the_limits(point, order.person)
                library, heard = self.world.library, point.counters.cursor
                left = {b for b in inside if order.person in self.had.get(b, ())}  # it was open for them, and stayed
                theirs = all(library.may_take(b, order.person, heard) for b in inside - left)
                for barcode in inside:
                    self.had.setdefault(barcode, set()).add(order.person)
                must(theirs, f"{name} is opened for {order.person}; the library holds {inside} for another")
                recalled = parcel.recalled and not order.opened_at  # what was open for them is theirs
                must(not recalled, f"{name} is opened though {parcel.id} is recalled")
                ends = parcel.expires if not point.counters.clock_wrong else math.inf  # by a clock that is believed
                in_time = self.world.wall() <= ends or order.attempt > 1  # they stand there, and came in time
                waits = in_time or row.down_since  # its door did not open then, and that time is given back
                must(waits, f"{name} is opened though {parcel.id} has expired")
                patron = point.patrons.get(order.person)
                fine = (
                    patron is None or patron.standing == "fine" or order.attempt > 1
                )  # blocked while they stand there
                must(fine, f"{name} is opened for a blocked patron")
                must(inside <= {i.barcode for i in parcel.items}, f"{name} holds {inside}, not {parcel.id} alone")
            case "dropoff":
                must(not inside, f"{name} is offered for a return, and {inside} lies there")
                must(not point.at(name), f"{name} is offered for a return, and a parcel lies there")
            case _:
                patron = point.patrons[order.person]
                must(patron.role != "reader", f"{name} is opened for {patron.id} as if for a courier")
                must(patron.id in self.proved, f"{name} is opened for courier {patron.id}, who proved nothing")
                must(order.purpose != "stocking" or not inside, f"{name} is offered for stocking, and is not empty")

    def _after_few_guesses(self, point: PickupPoint, order: Order) -> None:
        """A code opens nothing on a day with so many wrong ones before it."""
        wrong = self.wrong[int(self.world.wall() // 86400)]
        few = order.proof not in ("code", "helper") or order.attempt > 1 or wrong < point.plan.limits.wrong_codes_max
        must(few, f"a code opens a door after {wrong} wrong codes that day")

    def _within_the_limits(self, point: PickupPoint, person: str) -> None:
        """While the library is away: how much it has not heard of, counted in the outbox."""
        if point.counters.online:
            return
        limits, store = point.plan.limits, self.world.store
        assert store is not None
        told = [t.told for t in store.waiting(1000)]
        lent = [(t.patron, len(t.items)) for t in told if isinstance(t, ParcelCollected)]
        lent += [(t.patron, 1) for t in told if isinstance(t, ItemLent)]
        must(sum(n for _, n in lent) < limits.away_items_max, "too much was lent with the library away")
        own = sum(n for who, n in lent if who == person)
        must(own < limits.away_reader_items_max, f"{person} has got too much with the library away")

    # ---- now and then, when all is quiet

    def rows_fit_the_cabinet(self) -> None:
        """Where nothing is marked as doubtful, what the rows say lies behind a door lies there, and nothing else."""
        loop = self.world.loop
        if loop is None or loop._unwritten:
            return
        self.same_on_disk(all_of_it=True)
        point, lied = loop.point, self.world.lied.keys()
        for name, box in self.world.cabinet.boxes.items():
            row = point.compartments[name]
            if (
                row.door is not Door.SHUT
                or row.order
                or row.out
                or box.open
                or self.world.now - box.turned_at < QUIET_S
            ):
                continue
            parcels, drops = point.at(name), point.drops_at(name)
            must(all(p.state == "ready" for p in parcels), f"{name} is in use and {parcels} is in doubt")
            must(all(d.state == "received" for d in drops), f"{name} is in use and a drop is in doubt")
            must(len(parcels) <= 1, f"{name} holds two parcels")
            said = {i.barcode for p in parcels for i in p.items} | {d.item.barcode for d in drops}
            must(said - lied == box.inside - lied, f"{name} holds {box.inside}, and the rows say {said}")

    # ---- in the end

    def all_is_settled(self) -> None:
        """The day is over, faults have stopped, people have gone."""
        world, loop, store = self.world, self.world.loop, self.world.store
        assert loop is not None
        assert store is not None
        must(not world.library.twice, "; ".join(world.library.twice))
        must(isinstance(loop.session.story, AtHome), f"somebody still seems to stand there: {loop.session.story}")
        must(store.waiting_count() == 0, f"{store.waiting_count()} tellings were never told")
        told = {t.compartment for t in world.library.troubles if hasattr(t, "compartment")}
        said = [telling.told for telling, _ in world.library.received.values()]
        missing = {t.parcel for t in said if isinstance(t, ParcelMissing)}
        told |= {t.compartment for t in said if isinstance(t, ParcelReady) and t.parcel in missing}
        self._journal_is_as_was_told(store)
        for row in loop.point.compartments.values():
            must(row.order is None, f"{row.name} still has an order: {row.order}")
            must(row.door is Door.SHUT, f"{row.name} is {row.door}")
            must(not row.out or row.name in told, f"{row.name} is out of use ({row.out}) and nobody was told")
        self.rows_fit_the_cabinet()
        self.journal_is_whole(store)
        world.afar.all_ended()
        agree(world, loop.point)

    def _journal_is_as_was_told(self, store: Store) -> None:
        """Where the point said that its journal stood, it still says so, unless it has forgotten since."""
        for stands in getattr(self.world.library, "stands", ()):
            row = store._execute("SELECT hash FROM journal WHERE n = ?", (stands.n,)).fetchone()
            must(
                row is None or row[0] == stands.hash, f"row {stands.n} of the journal is not what the library was told"
            )

    def nothing_is_in_doubt(self) -> None:
        """Couriers have looked behind every door: each compartment is in use again."""
        loop = self.world.loop
        assert loop is not None
        for row in loop.point.compartments.values():
            must(not row.out, f"{row.name} is still out of use: {row.out}")


def decode_quickly() -> None:
    """Decoding a row is a pure function of its columns; the simulation does it some million times, so it remembers."""
    if hasattr(TOLD.validate_json, "cache_info"):
        return
    TOLD.validate_json = lru_cache(50_000)(TOLD.validate_json)  # type: ignore[method-assign]
    for table in TABLES.values():
        table.decode = lru_cache(50_000)(table.decode)  # type: ignore[method-assign]
