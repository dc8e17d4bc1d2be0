"""A long outage and its end: a real store full of tellings, and both wires of the reference library to hear them.

Everything is said twice. Each batch goes out through the real loop and the real client and is booked; then the power
fails before a receipt is kept, and the point, started anew, says it again. The books must not change by that.
"""

import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

from kiosk.core.events import Online, Restored, Tick
from kiosk.core.identity import Keyring
from kiosk.core.plan import Plan, Space
from kiosk.core.session import NOBODY, Session, Step
from kiosk.core.step import step
from kiosk.incoming import Upload, Uploaded
from kiosk.loop import Clock, Loop, Outgoing
from kiosk.store import Store
from simulators.library.ledger import Ledger
from simulators.library.packing import pack_parcel, place_hold
from simulators.library.seed import PEOPLE, card_number, secrets_of
from simulators.library.server import Library
from simulators.library.sip2.quirks import PROFILES
from simulators.library.sip2.server import Sip2Server
from sync import rest
from sync.messages import ItemDropped, ItemsCleared, ParcelCollected, Receipt, Telling, Told
from sync.seal import Seal
from sync.service import Abilities, Service
from sync.sip2.service import Settings, Sip2

POINT, DAY_S = "dongmen", 86400.0
ROUND = 30
"""So many are lent, then returned, then cleared: some go out and back in one batch, some in two."""
KEYRING = Keyring(secrets_of(POINT).hashing_key)
SEAL = Seal(KEYRING.hashing, KEYRING.card)
PLAN = Plan(POINT, {"A1": Space("A1", "S", 0, 0)}, KEYRING)
BOOKS = ("loans", "renewals", "items", "parcels", "holds", "messages")


@dataclass(frozen=True, slots=True)
class Waiting:
    """One item behind a door here, for its reader."""

    parcel: str
    patron: str
    barcode: str


def stock(folder: Path, count: int) -> list[Waiting]:
    """Make a library in which so many more items wait at the point, each for a reader."""
    library = Library(folder)
    ledger, readers = library.ledger, [one[0] for one in PEOPLE if one[3] == "reader" and one[4] == "fine"]
    isbn = ledger.rows("select isbn from titles")
    made = []
    with closing(library), ledger.transaction():
        for n in range(count):
            title, patron, barcode = isbn[n % len(isbn)]["isbn"], readers[n % len(readers)], f"REP{n:06d}"
            ledger.add("items", barcode=barcode, isbn=title, place="shelf", point="")
            place_hold(ledger, patron, title, POINT)
            made.append(Waiting(pack_parcel(ledger, POINT, patron, (barcode,)), patron, barcode))
        ledger.change("update parcels set status = 'ready' where status = 'sent' and point = ?", POINT)
        ledger.change("update holds set status = 'ready' where status = 'packed' and point = ?", POINT)
    return made


def outage(waiting: Sequence[Waiting], sealed: bool) -> list[Told]:
    """Three tellings for each item: collected, returned (every second with the card), taken away by a courier.
    ``sealed``: patrons are known by their sealed number, as over SIP2."""
    due = time.time() + 28 * DAY_S
    names = {one.patron: SEAL.hide(card_number(one.patron)) if sealed else one.patron for one in waiting}
    story: list[Told] = []
    for first in range(0, len(waiting), ROUND):
        some = waiting[first : first + ROUND]
        story += [ParcelCollected(one.parcel, names[one.patron], (one.barcode,), "card", due) for one in some]
        cards = [names[one.patron] if n % 2 else "" for n, one in enumerate(some)]
        story += [ItemDropped(one.barcode, "A1", True, card) for one, card in zip(some, cards, strict=True)]
        story += [ItemsCleared((one.barcode,), "A1", "C2001") for one in some]
    return story


def fill(path: Path, story: Sequence[Told], until_s: float = 60.0, apart_s: float = 1.0) -> None:
    """The outage itself: each telling a transaction of its own, ``apart_s`` from the next, until ``until_s`` ago."""
    began = time.time() - until_s - len(story) * apart_s
    with closing(Store.open(path, PLAN)) as store:
        point = store.load()
        for n, told in enumerate(story):
            at = began + n * apart_s
            if isinstance(told, ParcelCollected):
                told = replace(told, due=at + 28 * DAY_S)
            store.commit(point, Step(point, Session(n + 1)).fact(told), at)


class Wire(Protocol):
    """One service: its books, and the point's client for it, made anew after each start."""

    ledger: Ledger
    plan: Plan

    def client(self) -> Service: ...


class OverRest:
    plan = PLAN

    def __init__(self, library: Library) -> None:
        self.ledger, self._library = library.ledger, library

    def client(self) -> Service:
        settings, token, point = self._library.settings_of(POINT)
        return rest.connect(settings.model_copy(update={"tell_wait_s": 60.0}), token, point)


class OverSip2:
    plan = replace(PLAN, library=Abilities(keys=False))

    def __init__(self, library: Library, server: Sip2Server) -> None:
        self.ledger, self._server = library.ledger, server

    def client(self) -> Service:
        about = {"host": "127.0.0.1", "port": self._server.port, "tls": False, "dialect": Path("koha")}
        named = {
            "user": self._server.user,
            "institution": "SIP",
            "location": POINT,
            "tell_wait_s": 120.0,
            "doubt_wait_s": 0.0,
        }
        return Sip2(Settings.model_validate(about | named), self._server.password, SEAL)


@contextmanager
def wire(name: str, folder: Path) -> Iterator[Wire]:
    """The library in this folder over ``rest`` or ``sip2``."""
    if name == "rest":
        with Library(folder) as library:
            yield OverRest(library)
        return
    library = Library(folder)
    with closing(library), Sip2Server(library.ledger, PROFILES["koha"]) as server:
        yield OverSip2(library, server)


@dataclass
class Tally:
    """What became of it. ``took_s``: what saying each batch the first and the second time took, all in all."""

    took_s: list[float] = field(default_factory=lambda: [0.0, 0.0])
    batches: int = 0
    receipts: list[Receipt] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    """Tables that were not the same after the second time."""


class Life:
    """The loop from one start to the next. ``uploads``: batches that it wants said."""

    def __init__(self, store: Store) -> None:
        self._running, born = 0.0, time.time()
        self.uploads: list[Upload] = []
        self.loop = Loop(store, Clock(lambda: born + self._running, lambda: self._running), self._act, lambda _: None)
        self.loop.start()
        self.loop.handle(Online(True))
        self.wait()

    def wait(self) -> None:
        """Longer than the spread after an outage, and than the wait after some failures."""
        self._running += 200.0
        self.loop.handle(Tick())

    def _act(self, order: Outgoing) -> None:
        if isinstance(order, Upload):
            self.uploads.append(order)


def said(upload: Upload, client: Service) -> tuple[tuple[Receipt, ...], float]:
    """The library's receipts, and how long it took. A part at a time where the client wants it so."""
    began = time.perf_counter()
    return client.tell(upload.batch, upload.known), time.perf_counter() - began


def twice(path: Path, wire: Wire, watch: Callable[[Tally], None] = lambda _: None) -> Tally:
    """Say all that waits in the store, each batch twice."""
    tally = Tally()
    while True:
        with closing(Store.open(path, wire.plan)) as store, closing(wire.client()) as client:
            life = Life(store)
            if not life.uploads:
                assert store.waiting_count() == 0
                return tally
            batch, took = life.uploads[0].batch, said(life.uploads[0], client)[1]
        tally.took_s[0] += took
        before = books(wire.ledger)
        with closing(Store.open(path, wire.plan)) as store, closing(wire.client()) as client:
            life = Life(store)
            assert life.uploads[0].batch == batch, "another batch after a restart"
            receipts, took = said(life.uploads[0], client)
            life.loop.handle(Uploaded(batch, receipts))
        tally.took_s[1] += took
        tally.receipts += receipts
        tally.batches += 1
        tally.changed += [name for name, rows in books(wire.ledger).items() if rows != before[name]]
        watch(tally)


def once_more(image: Path, path: Path, wire: Wire) -> tuple[list[Receipt], float]:
    """The point put back to its image of before the upload says all of it again, without a cut; where the library has
    no keys to know it by, somebody has said so."""
    shutil.copy(image, path)
    for left in path.parent.glob(f"{path.name}-*"):
        left.unlink()
    receipts: list[Receipt] = []
    took_s = 0.0
    with closing(Store.open(path, wire.plan)) as store, closing(wire.client()) as client:
        if not wire.plan.library.keys:
            point = store.load()
            store.commit(point, step(point, NOBODY, Restored(store.next_seq()), time.time()), time.time())
        life = Life(store)
        while life.uploads:
            upload = life.uploads.pop()
            answer, took = said(upload, client)
            took_s += took
            receipts += answer
            life.loop.handle(Uploaded(upload.batch, answer))
    return receipts, took_s


def books(ledger: Ledger) -> dict[str, list[dict[str, Any]]]:
    """What must not change."""
    return {name: ledger.rows(f"select * from {name}") for name in BOOKS}


def left_alone(tally: Tally) -> int:
    """Returns that are cases now: without a card, gone with the courier, and the loan told in a batch before the power
    failed. Over SIP2 that loan may be a later reader's."""
    return sum("perhaps a later loan" in receipt.detail for receipt in tally.receipts)


def tellings(path: Path) -> list[Telling]:
    """All that waits."""
    with closing(Store.open(path, PLAN)) as store:
        return store.waiting(1_000_000)
