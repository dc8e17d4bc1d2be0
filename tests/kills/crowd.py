"""People at a real kiosk that may die under their hands: they look at the screen, do what it says, and go on.

Whatever happens to the program, doors and books are real: what somebody took is theirs, what was put in lies there.
"""

import contextlib
import random
import threading
import time
from collections import Counter
from typing import Any

from hardware.readings import Door
from simulators.agree import parcels_of
from simulators.kiosk_process import KioskProcess, NotShown, Seen
from simulators.library.packing import pack_parcel
from simulators.machine import POINT, Machine
from tests.kills.settling import answer, heard

READERS = ("R1001", "R1002", "R1003", "R1004", "R1007", "R1008")
COURIER = "C2001"
LOOK_S = 0.05
VISITS_MAX = 12  # until somebody has borrowed and returned, when nobody kills any more
CUT_S = 5.0  # within which a process that was killed is known to be dead


class Crowd:
    """One person at a time. ``live`` begins a visit in a thread of its own; ``gone`` ends it where it stands. ``ended``
    counts how: at its end, cut by the kill, or because the screen was not as somebody wanted (they "walked off").

    ``announces``: the library tells the point ahead what couriers bring; else each item is set aside for itself.
    """

    def __init__(self, machine: Machine, dice: random.Random, announces: bool = True) -> None:
        self._machine = machine
        self._announces = announces
        self._cabinet = machine.cabinet
        self._ledger = machine.library.ledger
        self._dice = dice
        self._leaving = threading.Event()
        self._thread: threading.Thread | None = None
        self._kiosk: KioskProcess
        self._hands: list[str] = []  # books held in the hand, to be put in
        self.trouble: list[BaseException] = []
        self.ended = Counter[str]()

    def live(self, kiosk: KioskProcess) -> None:
        """Somebody comes."""
        self._comes(kiosk)
        story = self._dice.choice(self._stories())
        self._thread = threading.Thread(target=self._until_the_end, args=(story,), daemon=True)
        self._thread.start()

    def _comes(self, kiosk: KioskProcess) -> None:
        self._kiosk = kiosk
        self._leaving.clear()
        self._hands = []  # what did not get in last time was taken home: nobody puts in what was not shown today

    def gone(self) -> None:
        """They leave, wherever they are; whoever sees a door open pushes it shut, mostly."""
        self._leaving.set()
        self._machine.card.lift()  # a dead program reads no card, however long one holds it there
        assert self._thread
        self._thread.join(20)
        assert not self._thread.is_alive()
        self._machine.card.lift()
        self._push(0.9)

    def _push(self, often: float) -> None:
        for name in self._cabinet.names:
            if self._cabinet.door(name) is Door.OPEN and self._dice.random() < often:
                self._cabinet.push(name)

    def served(self, kiosk: KioskProcess) -> str:
        """Nobody kills any more: people come one after another until something was lent and something came back, as the
        library's books say. What did not come of it, in words; mostly nothing. At most some minutes."""
        lent, returned = self.booked()
        for _ in range(VISITS_MAX):
            now_lent, now_returned = self.booked()
            if now_lent > lent and now_returned > returned:
                return ""
            self._comes(kiosk)
            self._until_the_end(self._wanted(borrow=now_lent == lent))
            self._push(1.0)
            with contextlib.suppress(NotShown):
                kiosk.wait_until(lambda seen: seen["screen"] == "Home" and not seen["open_doors"], "Home", 60)
        return f"{VISITS_MAX} people could not borrow and return one book ({dict(self.ended)})"

    def booked(self) -> tuple[int, int]:
        """How many loans and how many returns of this point the library has booked."""
        counts = "count(*) filter (where point = ?) as lent, count(ended) as returned"
        [row] = self._ledger.rows(f"select {counts} from loans", POINT)
        return row["lent"], row["returned"]

    # ---- stories

    def _stories(self) -> list[Any]:
        """What somebody has a reason to come for."""
        lent = self._outside("select barcode from items where place = 'loan'")
        if len(self._under_way()) < 3:
            self._pack()
        stories: list[Any] = [self._stock, *self._pickups() * 2]
        if lent:
            stories += [lambda: self._return(lent)] * 2
        return [*stories, self._clear]

    def _pickups(self, whose: str = "1") -> list[Any]:
        ready = self._ledger.rows(
            "select distinct patron from parcels join patrons on patrons.id = patron"
            f" where point = ? and status = 'ready' and {whose}",
            POINT,
        )
        return [lambda patron=row["patron"]: self._collect(patron) for row in ready]

    def _wanted(self, borrow: bool) -> Any:
        """What leads to a loan, or to a return."""
        if not borrow:
            return lambda: self._return(self._outside("select barcode from items where place = 'loan'"))
        pickups = self._pickups("standing = 'fine'")
        if not pickups and len(self._under_way()) < 3:
            self._pack()
        return self._dice.choice(pickups or [self._stock])

    def _outside(self, sql: str, *about: str) -> list[str]:
        """Of these items those that somebody can have in their hands."""
        inside = {item for name in self._cabinet.names for item in self._cabinet.inside(name)}
        return [row["barcode"] for row in self._ledger.rows(sql, *about) if row["barcode"] not in inside]

    def _under_way(self) -> list[list[str]]:
        """What couriers have in their bags for this point, parcel by parcel."""
        parcels: dict[str, list[str]] = {}
        sql = "select id, barcode from parcels join parcel_items on id = parcel where point = ? and status = 'sent'"
        outside = self._outside(sql, POINT)
        for row in self._ledger.rows(sql + " order by id, barcode", POINT):
            parcels.setdefault(row["id"], []).append(row["barcode"])
        return [items for items in parcels.values() if set(items) <= set(outside)]

    def _pack(self) -> None:
        shelf = self._outside("select barcode from items where place = 'shelf'")
        items = self._dice.sample(shelf, min(2, len(shelf)))
        for item in items:
            pack_parcel(self._ledger, POINT, self._dice.choice(READERS), (item,))

    def _until_the_end(self, story: Any) -> None:
        try:
            story()
            self.ended["cut" if self._leaving.is_set() else "at its end"] += 1
        except BaseException as why:
            cut = self._leaving.wait(0 if self._kiosk.running else CUT_S) or not self._kiosk.running
            if not cut and not isinstance(why, NotShown):
                self.trouble.append(why)
            self.ended["cut" if cut else "walked off"] += 1

    def _collect(self, patron: str) -> None:
        self._tap(patron)
        self._do_what_it_says()

    def _return(self, lent: list[str]) -> None:
        self._touch("return")
        self._kiosk.wait_for("Return", 5)
        for barcode in self._dice.sample(lent, min(len(lent), self._dice.randrange(1, 3))):
            self._machine.scanner.scan(barcode)
            shown = len(self._hands) + 1
            self._kiosk.wait_until(lambda s, n=shown: s["screen"] == "Return" and len(s["titles"]) == n, "its title", 5)
            self._hands.append(barcode)
        self._touch("open")
        self._do_what_it_says()

    def _stock(self) -> None:
        self._tap(COURIER)
        seen = self._kiosk.wait_for("Courier", 5)
        known = parcels_of(self._ledger, POINT)
        announced = [sorted(known[parcel]) for parcel, _, _ in seen["parcels"]]
        single = [[item] for items in self._under_way() for item in items]
        for items in (announced if self._announces else single)[:2]:
            for item in items:
                self._machine.scanner.scan(item)
                time.sleep(0.2)
            self._hands = list(items)
            self._kiosk.wait_for("DoorOpen", 6)
            self._do_what_it_says(until="Courier")
        self._touch("finish")

    def _clear(self) -> None:
        self._tap(COURIER)
        self._kiosk.wait_for("Courier", 5)
        self._do_what_it_says(clear=True)

    # ---- reacting

    def _tap(self, patron: str) -> None:
        self._kiosk.wait_until(lambda s: s["screen"] == "Home" and s["cards"], "Home", 10)
        self._machine.tap_and_lift(patron)
        with contextlib.suppress(NotShown):  # who turned away at once would have a door opened behind them
            self._kiosk.wait_until(lambda s: s["screen"] != "Home", "an answer", 10)

    def _touch(self, action: str, value: str = "") -> None:
        """And look up once the screen has answered, or after 2 s: something else may stand there by then."""
        before = self._kiosk.seen[-1]
        self._kiosk.touch(action, value)
        with contextlib.suppress(NotShown):
            self._kiosk.wait_until(lambda seen: seen != before, "an answer", 2)

    def _do_what_it_says(self, until: str = "Home", clear: bool = False) -> None:
        """Until this screen, or 20 s: look, act, look."""
        ends = time.monotonic() + 20
        while time.monotonic() < ends and not self._leaving.is_set():
            time.sleep(LOOK_S)
            seen = self._latest()
            if seen["screen"] == until:
                return
            self._react(seen, clear)

    def _latest(self) -> Seen:
        try:
            return self._kiosk.wait_until(lambda _: True, "anything", 0.3)
        except NotShown:
            return self._kiosk.seen[-1] if self._kiosk.seen else {"screen": ""}

    def _react(self, seen: Seen, clear: bool) -> None:
        match seen["screen"]:
            case "DoorOpen" | "TakeOut" | "Inside":
                self._at_door(seen)
            case "Choose":
                self._touch("take")
            case "DoorShut":
                self._touch(self._dice.choice(("finish", "next", "reopen")) if seen["next_door"] else "finish")
            case "DoorStuck":
                self._touch("cancel")
            case "Goodbye" | "Sorry":
                self._touch("finish")
            case "Courier" if clear and seen["to_check"]:
                self._touch("check", seen["to_check"][0])
            case "Courier" if clear and seen["to_clear"]:
                self._touch("clear")
            case "Courier":
                self._touch("finish")
            case "Seal" | "HandOver":
                self._touch("later")
            case "Home" | "Opening" | "Wait" | "":
                pass
            case _:
                self._touch("cancel")

    def _at_door(self, seen: Seen) -> None:
        door = seen["compartment"]
        if self._cabinet.door(door) is not Door.OPEN:
            return
        lies = list(self._cabinet.inside(door))
        match seen["screen"], seen.get("purpose"):
            case "Inside", _:
                answer(self._cabinet, self._kiosk, seen)
            case "TakeOut", _:
                for item in lies:
                    self._cabinet.take_out(door, item)
                if not lies and not heard(self._kiosk, "no"):
                    return
            case _, "pickup" if lies and not seen["said"]:  # whoever has said that it stays takes nothing any more
                if self._dice.random() < 0.15:
                    if not heard(self._kiosk, "leave_it"):
                        return  # whoever is not heard shuts no door
                else:
                    for item in lies:
                        self._cabinet.take_out(door, item)
            case _, "stocking" | "dropoff":
                for item in self._hands:
                    self._cabinet.put_in(door, item)
                self._hands = []
        if self._dice.random() < 0.95 and not self._leaving.is_set():
            self._cabinet.push(door)
            time.sleep(0.2)
