"""People before a machine whose store cannot be written for a while: whoever stands there after them gets nothing of
theirs, and no further door opens by itself when it can be written again."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import SecretStr

from hardware.readings import CardShown, DeviceDown, Door, DoorSeen, ItemScanned, Pulse, UnlockEnded
from kiosk.core.commands import Ask, Do, Unlock
from kiosk.core.events import Acted, Answered, Event, Online, Tick, Touched
from kiosk.core.known import card_digest
from kiosk.core.model import Drop, Parcel, ParcelState
from kiosk.core.screens import Display, DoorOpen, Home, Sorry
from kiosk.core.session import Step
from kiosk.incoming import EVENTS_MAX, PAGES_MAX, Polled
from kiosk.loop import Clock, Loop, Outgoing
from kiosk.store import Store
from sync.account import AccountIs
from sync.acts import Ruling
from sync.asked import ItemIs
from sync.library_clock import LibraryClock
from sync.messages import ItemDropped, Page, ParcelCollected, PatronChanged
from sync.things import Item, Patron, Role
from tests.kiosk.points import NOW, plan

CARD = CardShown("card", SecretStr("04A1"))


class Machine:
    """A loop over a real store, its doors shut, with somebody whose card is known."""

    def __init__(self, store: Store) -> None:
        self.now, self.shown, self.done = 1_795_000_000.0, list[Display](), list[Outgoing]()
        self.store = store
        self.loop = Loop(store, Clock(lambda: self.now, lambda: self.now), self.done.append, self.shown.append)
        self.loop.start()
        self.hears(*(DoorSeen(name, Door.SHUT) for name in self.loop.point.compartments), Online(True))

    def hears(self, *events: Event) -> object:
        for event in events:
            self.loop.handle(event)
        return self.shown[-1].screen

    def waits(self, seconds: float) -> object:
        for _ in range(int(seconds * 4)):
            self.now += 0.25
            self.hears(Tick())
        return self.shown[-1].screen

    def writable(self, yes: bool) -> None:
        self.store._execute(f"PRAGMA query_only = {'OFF' if yes else 'ON'}")

    def knows(self, role: Role, *rows: Parcel | Drop) -> None:
        patron = Patron("p-1", "A. A.", cards=(card_digest(self.loop.point, "04A1"),), role=role)
        self.loop._commit(Step(self.loop.point, self.loop.session).put(patron, *rows), self.now)

    def opens(self) -> Unlock:
        """The door that was ordered last has opened."""
        last = self.unlocks[-1]
        self.hears(UnlockEnded(last.compartment, last.order, last.attempt, Pulse.ACCEPTED))
        self.hears(DoorSeen(last.compartment, Door.OPEN))
        return last

    @property
    def unlocks(self) -> list[Unlock]:
        return [one for one in self.done if isinstance(one, Unlock)]

    @property
    def acts(self) -> list[Do]:
        return [one for one in self.done if isinstance(one, Do)]

    def answers(self, answer: AccountIs | ItemIs) -> object:
        return self.hears(Answered([one for one in self.done if isinstance(one, Ask)][-1].key, answer))


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    library = replace(plan().library, account=True, acts=frozenset({"checkout"}))
    with closing(Store.open(tmp_path / "store.sqlite", replace(plan(), library=library, counter=True))) as store:
        yield Machine(store)


def parcel(n: str, state: ParcelState = "ready", code: str = "") -> Parcel:
    item = Item(f"B{n}", f"Title {n}")
    at = n if state == "ready" else ""
    return Parcel(f"p{n}", "p-1", (item,), "S", 1_796_000_000.0, state=state, compartment=at, code=code)


TYPED = (Touched("collect"), *(Touched("digit", digit) for digit in "12345678"))


@pytest.mark.parametrize("theirs", ["take", "enter", "collect"])
def test_nobody_finds_the_screen_of_who_was_told_to_come_back_later(machine: Machine, theirs: str) -> None:
    code = machine.loop.point.plan.keyring.code("12345678")
    machine.knows("reader", parcel("1", code=code), *([parcel("2")] if theirs == "take" else []))
    begins = {"take": (CARD,), "enter": TYPED, "collect": (Touched("more"), Touched("account"), CARD)}
    machine.hears(*begins[theirs])
    if theirs == "collect":
        machine.answers(AccountIs(True))
    made_on = type(machine.shown[-1].screen).__name__
    machine.writable(False)
    assert machine.hears(Touched(theirs, on=made_on)) == Sorry("store_trouble")
    machine.writable(True)
    assert isinstance(machine.waits(6.0), Home)
    machine.hears(Touched(theirs, on=made_on), Touched(theirs))
    assert not machine.unlocks


@pytest.mark.parametrize("work", ["clear", "audit", "does_not_fit", "take"])
def test_no_further_door_opens_when_the_disk_has_room_long_after(machine: Machine, work: str) -> None:
    """The next is opened for who has shut the one before; ten minutes later nobody is there."""
    rows = {
        "clear": ("courier", *(Drop(f"d{n}", Item(f"X{n}", "x"), n, "", True, "received", machine.now) for n in "12")),
        "audit": ("staff", parcel("1"), parcel("2")),
        "does_not_fit": ("courier", parcel("1", "sent")),
        "take": ("reader", parcel("1"), parcel("2")),
    }[work]
    machine.knows(*rows)  # type: ignore[arg-type]
    machine.hears(CARD, Touched("desk") if work == "audit" else Tick())
    machine.hears(ItemScanned("scanner", "B1") if work == "does_not_fit" else Touched(work))
    first = machine.opens()
    machine.waits(5.0)
    machine.hears(Touched({"audit": "yes"}.get(work, work)))
    machine.writable(False)
    machine.hears(DoorSeen(first.compartment, Door.SHUT))
    assert machine.waits(600.0) == Sorry("store_trouble")  # and nothing of what lies there stands on the screen
    machine.writable(True)
    machine.waits(10.0)
    machine.hears(Touched("next"))
    assert machine.unlocks[-1] is first


def test_what_is_not_lent_yet_is_not_lent_behind_who_was_told_that_nothing_is(machine: Machine) -> None:
    machine.knows("reader")
    machine.hears(Touched("borrow"), CARD)
    for barcode in ("B1", "B2"):
        machine.hears(ItemScanned("scanner", barcode))
        machine.answers(ItemIs(Item(barcode, barcode)))
    machine.hears(Touched("borrow"))
    [first] = machine.acts
    machine.writable(False)
    assert machine.hears(Acted(first.said.key, Ruling(True, until=machine.now + 9e6))) == Sorry("store_trouble")
    machine.writable(True)
    machine.waits(10.0)
    assert machine.acts == [first]


@pytest.mark.parametrize("back", [False, True])
def test_a_door_that_has_been_open_is_not_forgotten_however_long_nothing_can_be_written(
    machine: Machine, back: bool
) -> None:
    """A printer without power says so every two seconds; after an hour only the last word of each thing is kept."""
    machine.knows("reader", parcel("1"))
    machine.hears(
        Online(False), *((Touched("return"), ItemScanned("scanner", "R1"), Touched("open")) if back else (CARD,))
    )
    machine.writable(False)
    theirs = machine.opens().compartment
    machine.now += 10.0
    machine.hears(DoorSeen(theirs, Door.SHUT))
    for _ in range(EVENTS_MAX + 5):
        machine.now += 2.0
        machine.hears(DeviceDown("printer", "not found"))
    machine.writable(True)
    machine.waits(150.0)
    told = [telling.told for telling in machine.store.waiting(20)]
    assert any(isinstance(one, ItemDropped if back else ParcelCollected) for one in told)


def test_a_touch_counts_for_the_screen_as_it_is_once_what_waited_is_written(machine: Machine) -> None:
    """ "Cancel" at a stuck door means no "it stays here" at the same door, which opened after all."""
    machine.knows("reader", parcel("1"))
    machine.hears(CARD)
    last = machine.unlocks[-1]
    machine.hears(UnlockEnded(last.compartment, last.order, last.attempt, Pulse.ACCEPTED))
    machine.waits(5.0)
    machine.writable(False)
    machine.hears(DoorSeen(last.compartment, Door.OPEN))
    machine.writable(True)
    screen = machine.hears(Touched("cancel", on="DoorStuck"))
    assert isinstance(screen, DoorOpen)
    assert screen.said == ""


def test_the_place_in_the_feed_does_not_pass_what_was_let_go(machine: Machine) -> None:
    """Else a power cut before the snapshot would lose it."""

    def page(n: int, *changes: PatronChanged) -> Polled:
        return Polled(Page(changes, f"c{n}", NOW), LibraryClock())

    machine.hears(page(0))
    machine.writable(False)
    for n in range(1, PAGES_MAX + 2):
        machine.hears(page(n, PatronChanged(Patron(f"r-{n}", "A. A.", "blocked"))))
    machine.writable(True)
    late = PatronChanged(Patron("r-late", "A. A."))
    machine.hears(page(PAGES_MAX + 2, late))  # it was under way as the snapshot was asked for
    assert machine.store.load().counters.cursor == "c0"
    machine.hears(Polled(Page((late,), "c99", NOW, snapshot=True), LibraryClock()))
    machine.hears(page(100))
    assert machine.store.load().counters.cursor == "c100"
