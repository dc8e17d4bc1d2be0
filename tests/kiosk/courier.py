"""A courier with a full van at the real loop over a real store; cabinet and time are made up, the library is the
reference ledger, which hears nothing until the round is over.

Time passes as it would: a second from scan to open door (lock, spring, board), three to put a parcel in and shut it.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from pydantic import SecretStr, TypeAdapter

from hardware.readings import CardShown, DeviceUp, Door, DoorSeen, ItemScanned, Pulse, UnlockEnded
from kiosk.core.commands import Unlock
from kiosk.core.events import Heard, Online, Tick, Touched
from kiosk.core.identity import Keyring
from kiosk.core.plan import Plan, Space
from kiosk.core.screens import Display
from kiosk.incoming import Incoming, Upload, Uploaded, UploadFailed
from kiosk.loop import Clock, Loop
from kiosk.store import Store
from simulators.library.booking import hear
from simulators.library.ledger import Ledger
from simulators.library.packing import pack_parcel
from simulators.library.seed import POINTS, card_number, secrets_of, seed, signing_key
from sync.envelope import Sent, digest
from sync.errors import ServiceUnreachable
from sync.messages import Telling

POINT, COURIER = POINTS[0][0], "C2001"
DAY_S = 86400.0
OPENS_S, HANDS_S, SCAN_S = 1.0, 3.0, 1.5
SIZES = "S" * 40 + "M" * 14 + "L" * 6
_TELLING: TypeAdapter[Telling] = TypeAdapter(Telling)


@dataclass
class Tally:
    """What people had to do."""

    touches: int = 0
    scans: int = 0
    doors: int = 0


class Round:
    """Sixty doors, a courier, forty parcels. ``fails``: called before each event, and may cut the power."""

    def __init__(self, folder: Path, path: Path | None = None, plan: Plan | None = None) -> None:
        self.now, self.tally, self.inside = 1_795_000_000.0, Tally(), dict[str, set[str]]()
        self.path = path or folder / "store.sqlite"
        self.ledger = Ledger(folder / "library.sqlite", signing_key(), lambda: self.now, random.Random(7))
        seed(self.ledger)
        self.online, self.waiting = True, list[str]()
        spaces = {
            f"{n // 10}{n % 10}": Space(f"{n // 10}{n % 10}", size, n % 10, n // 10)  # type: ignore[arg-type]
            for n, size in enumerate(SIZES)
        }
        self.plan = plan or Plan(POINT, spaces, Keyring(secrets_of(POINT).hashing_key), cards=frozenset({"card"}))
        self.inside = {name: set() for name in self.plan.spaces}
        self.numbers = count(1)
        self.cut_at: set[int] = set()
        self.events = self.cuts = 0
        self.boot()
        self.do(Heard(self.ledger.snapshot(POINT)))

    # ---- the machine

    def boot(self) -> None:
        """Power on; every door is seen shut."""
        self.store = Store.open(self.path, self.plan)
        self.display: Display | None = None
        self.loop = Loop(self.store, Clock(lambda: self.now, lambda: self.now), self._act, self._show)
        self.loop.start()
        self.do(DeviceUp("card"), Online(self.online), *(DoorSeen(name, Door.SHUT) for name in self.plan.spaces))

    def cut(self) -> None:
        """The power fails and comes back after a minute; whatever stood open has been pushed shut by then."""
        self.cuts += 1
        self.store.close()
        self.now += 60.0
        self.waiting.clear()
        self.boot()

    def _show(self, display: Display) -> None:
        self.display = display

    def _act(self, outgoing: Any) -> None:
        match outgoing:
            case Unlock():
                self.waiting.append(outgoing.compartment)
            case Upload(batch=batch):
                self.later = batch

    later: tuple[Telling, ...] = ()

    def do(self, *events: Incoming) -> None:
        """These happen now; what the machine wants to tell fails while it is offline."""
        for event in events:
            self.loop.handle(event)
            while self.later:
                batch, self.later = self.later, ()
                self.loop.handle(self._told(batch))

    def _told(self, batch: tuple[Telling, ...]) -> Incoming:
        if not self.online:
            return UploadFailed(ServiceUnreachable("away"))
        said = (Sent(one, digest(_TELLING.dump_python(one, mode="json"))) for one in batch)
        return Uploaded(batch, hear(self.ledger, POINT, said))

    @property
    def screen(self) -> Any:
        assert self.display is not None
        return self.display.screen

    def wait(self, seconds: float) -> None:
        """Time passes."""
        self.now += seconds
        self.do(Tick())

    # ---- the person

    def tap(self, who: str) -> None:
        self.do(CardShown("card", SecretStr(card_number(who))))
        self.tally.touches += 1

    def touch(self, action: str, value: str = "") -> None:
        self.do(Touched(action, value))
        self.tally.touches += 1
        self.now += 0.5

    def scan(self, barcode: str) -> None:
        self.wait(SCAN_S)
        self.do(ItemScanned("scanner", barcode))
        self.tally.scans += 1

    def opens(self) -> str:
        """The door that springs open now."""
        (name,) = self.waiting
        self.waiting.clear()
        order = self.loop.point.compartments[name].order
        assert order is not None
        self.now += OPENS_S
        self.do(UnlockEnded(name, order.id, order.attempt, Pulse.ACCEPTED), DoorSeen(name, Door.OPEN))
        self.tally.doors += 1
        return name

    def shut(self, name: str) -> None:
        """Hands have done what they had to; the door clicks."""
        self.now += HANDS_S
        self.do(DoorSeen(name, Door.SHUT), Tick())

    # ---- the van

    def item(self) -> str:
        """One more copy on the library's shelf."""
        barcode = f"SIP8{next(self.numbers):06d}"
        isbn = self.ledger.row("select isbn from titles")
        assert isbn is not None
        self.ledger.add("items", barcode=barcode, isbn=isbn["isbn"], place="shelf", point="")
        return barcode

    def pack(self, patron: str, days: float = 7.0) -> str:
        """A parcel of one item on its way here."""
        return pack_parcel(self.ledger, POINT, patron, (self.item(),), self.now + days * DAY_S)

    def hear(self) -> None:
        """The library's list comes down."""
        self.do(Heard(self.ledger.snapshot(POINT)))

    def items_of(self, parcel: str) -> list[str]:
        rows = self.ledger.rows("select barcode from parcel_items where parcel = ? order by barcode", parcel)
        return [row["barcode"] for row in rows]

    def small(self, name: str) -> bool:
        return self.plan.spaces[name].size == "S"

    def load(self, parcel: str, fits: Callable[[str], bool] = lambda _: True) -> str:
        """Scan it, put it behind the first door that it fits behind; returns that door."""
        for barcode in self.items_of(parcel):
            self.scan(barcode)
        while True:
            name = self.opens()
            if fits(name):
                self.inside[name].update(self.items_of(parcel))
                self.shut(name)
                return name
            self.touch("does_not_fit")
            self.shut(name)

    def give_back(self, barcode: str) -> None:
        """A reader returns a book: scan, open, put in."""
        self.scan(barcode)
        self.touch("open")
        name = self.opens()
        self.inside[name].add(barcode)
        self.shut(name)
        self.touch("finish")

    def clear(self) -> set[str]:
        """Take out door after door until none is left; what is in the bag."""
        bag = set[str]()
        self.touch("clear")
        while self.waiting:
            name = self.opens()
            bag |= self.inside[name]
            self.inside[name].clear()
            self.shut(name)
        return bag

    def seal(self, number: str) -> None:
        """Type its number, and tap."""
        for digit in number:
            self.touch("digit", digit)
        self.touch("enter")
        self.tap(COURIER)
