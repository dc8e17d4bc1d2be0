"""Two boards of a family on a wicked cable, a cabinet with people before it, a real store that says who may open what.

What must hold, whatever the cable does:

- a lock moves only while an order for its door stands committed in the store, or while the store has set the door aside
  because its order was never answered: no wrong door, no opening unrecorded;
- for an order its board is asked once, and its lock moves at most once, and once more for each copy that the cable made
  of that very request: no blind repeat;
- what was refused or not sent moves nothing, then or later;
- a door is said to stand as it stood at some moment since the oldest answer that may still come;
- every call ends in its time.

That a board heard is its word only, and a cable that repeats an older answer can put it into its mouth. The door
decides.
"""

import random
import sqlite3
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Literal

from hardware.errors import DeviceGone
from hardware.locker import exchange, kerong, winnsen
from hardware.locker.bank import Bank, Duty
from hardware.locker.board import Board
from hardware.readings import Door, Pulse
from hardware.registry import find
from kiosk.core.facts import UnlockOrdered
from kiosk.core.identity import Keyring
from kiosk.core.order import Order
from kiosk.core.plan import Plan, Space
from kiosk.core.session import NOBODY, Step
from kiosk.store import Store
from simulators.cabinet import Cabinet
from tests.conformance.test_board import NAMES, RIGS, Rig
from tests.frames.wire import LATE_MAX_S, Time, Wire, in_the_time_of

DOORS = [name for names in NAMES for name in names]
ASIDE_S = 20.0
CALL_MAX_S = {"unlock": 2.0, "doors": 9.0}  # a board that is silent is asked twice, and there are two
UNCHECKED = {"winnsen"}  # frames without a check byte: a turned bit cannot be told


class Breach(Exception):
    """One of the rules above does not hold."""


class Recorded(Cabinet):
    """Calls ``moves`` before each pulse, and remembers how every door stood."""

    def __init__(self, time: Time, pulsed: Callable[[str], None]) -> None:
        super().__init__(DOORS, time.monotonic)
        self._pulsed = pulsed

    def pulse(self, name: str) -> None:
        self._pulsed(name)
        super().pulse(name)


class World:
    """One family, one seed. ``planted`` makes worse drivers of the two: such must be caught."""

    def __init__(
        self, rig: Rig, seed: int, folder: Path, planted: Callable[[list[Board]], Sequence[Board]] = list
    ) -> None:
        self.rng, self.time, self.rig = random.Random(f"{rig.driver} {seed}"), Time(), rig
        self.path = folder / f"{rig.driver}-{seed}.sqlite"
        plan = Plan("p1", {name: Space(name, "S", n, 0) for n, name in enumerate(DOORS)}, Keyring(b"k" * 32))
        self.store = Store.open(self.path, plan)
        self.point = self.store.load()
        self.looker = sqlite3.connect(f"{self.path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)
        self.cabinet = Recorded(self.time, self.pulsed)
        self.boards, self.settings = rig.build(self.cabinet)
        self.duty, self.pulses, self.tally = Duty(rest_s=0.5, pulses_max=20), Counter[str](), Counter[str]()
        self.asked, self.copied = Counter[str](), Counter[str]()  # requests for each door, and those the cable doubled
        self._opens: dict[bytes, list[str]] = {}  # what each request opens by itself
        self._planted = planted
        self.aside: dict[str, float] = {}  # since when a door is not used: its order was never answered
        self.frames, self.faults, self.outcomes = 0, Counter[str](), Counter[str]()
        self.plug()

    def plug(self) -> None:
        """The port is opened, anew where it was lost."""
        often = self.rng.choice((0.05, 0.2, 0.5))
        flips = self.rig.driver not in UNCHECKED
        self.wire = Wire(self.boards, self.time, self.rng, flips, often, self.forges, self.goes_out)
        module = find("kiosk.board", self.rig.driver)
        boards = self._planted([module.connect(one, self.wire) for one in self.settings])
        wiring = {}
        for board, names in zip(boards, NAMES, strict=True):
            wiring |= {name: (board, channel) for channel, name in enumerate(names, 1)}
        self.bank = Bank(wiring, self.duty, self.time.monotonic)

    def replug(self) -> None:
        self.count()
        self.time.sleep(self.rng.uniform(0.5, 3.0))
        while True:
            try:
                self.plug()
                return
            except DeviceGone:
                continue

    def count(self) -> None:
        """What this wire came to."""
        self.frames += self.wire.frames
        self.faults += self.wire.faults
        self.tally["forged"] += self.wire.forged

    # ---- what is so

    def forges(self, noise: bytes, frame: bytes) -> bool:
        """Whether the two together open what the frame does not: one check byte lets one noise in some 65,000 pass, and
        no program at this end can do anything about it."""
        return self._opened_by(noise + frame) != self._opened_by(frame)

    def _opened_by(self, data: bytes) -> list[str]:
        opened: list[str] = []
        boards, _ = self.rig.build(Recorded(self.time, opened.append))
        now = self.time.now
        for _ in boards.received(data):
            pass
        self.time.now = now
        return opened

    def goes_out(self, request: bytes, doubled: bool) -> None:
        """A request leaves for the boards; ``doubled``: the cable is going to bring it twice."""
        if request not in self._opens:
            self._opens[request] = self._opened_by(request)
        self.asked.update(self._opens[request])
        if doubled:
            self.copied.update(self._opens[request])

    def pulsed(self, name: str) -> None:
        row = self.looker.execute('SELECT "order", out FROM compartments WHERE name = ?', (name,)).fetchone()
        if row is None or (row[0] == "null" and row[1] != "silent"):
            raise Breach(f"{name} is pulsed and no order for it stands committed")
        if row[1] == "silent":
            self.outcomes["late, behind a door set aside"] += 1
        self.pulses[name] += 1

    def commit(self, name: str, order: Order | None, out: Literal["", "silent"] = "") -> None:
        row = replace(self.point.compartments[name], order=order, out=out)
        step = Step(self.point, NOBODY).put(row)
        if order:
            step = step.fact(UnlockOrdered(name, order.id, 1, "pickup", "ann", "p-1"))
        self.store.commit(self.point, step, self.time.now)
        self.point = step.point

    # ---- what is done

    def live(self, faults: int, watch: Callable[[], None]) -> None:
        """Until so many frames went wrong. Raises ``Breach``."""
        with in_the_time_of(self.time, exchange, kerong, winnsen), closing(self.looker), closing(self.store):
            while sum((self.faults + self.wire.faults).values()) < faults:
                if self.bank.lost:
                    self.replug()
                if self.rng.random() < 0.5:
                    self.look()
                else:
                    self.open(self.rng.choice([name for name in DOORS if name not in self.aside]))
                watch()
            self.count()

    def look(self) -> None:
        began = self.time.now
        try:
            said = self.bank.doors()
        except DeviceGone:
            return
        self.must(self.time.now - began <= CALL_MAX_S["doors"], f"looking took {self.time.now - began:.1f} s")
        moves = [move for move in self.cabinet.moves[-60:] if move.at >= began - LATE_MAX_S - 0.5]
        for name, door in said.items():
            stood = {self.cabinet.door(name)} | {move.door for move in moves if move.compartment == name}
            stood |= {Door.OPEN if move.door is Door.SHUT else Door.SHUT for move in moves if move.compartment == name}
            self.must(door is Door.UNKNOWN or door in stood, f"{name} is said to be {door}, and it was not")
            if name in self.aside and door is not Door.UNKNOWN and self.time.now - self.aside[name] > ASIDE_S:
                del self.aside[name]  # a courier has looked
                self.cabinet.push(name)
                self.commit(name, None)
        self.outcomes["known" if Door.UNKNOWN not in said.values() else "unknown"] += 1

    def open(self, name: str) -> None:
        """An order is committed, its lock pulsed, the door looked at, somebody shuts it; then the order is over."""
        self.tally["orders"] += 1
        if self.rng.random() < 0.05:
            self.cabinet.jam(name, 1)
        self.commit(name, Order(str(self.tally["orders"]), "pickup", "ann", "p-1", "card", self.time.now))
        before, began = self.pulses[name], self.time.now
        asked, copies = self.asked[name], self.copied[name]
        outcome = self.bank.unlock(name)
        self.outcomes[outcome.name.lower()] += 1
        self.must(self.time.now - began <= CALL_MAX_S["unlock"], f"unlocking took {self.time.now - began:.1f} s")
        moved = self.pulses[name] - before
        if outcome is Pulse.ACCEPTED and not moved:  # a copy of an older answer came: no frame has a number
            self.outcomes["accepted in vain"] += 1
        until = self.time.now + 2 * LATE_MAX_S  # by then whatever the cable held back has come
        while self.time.now < until:
            self.time.sleep(0.4)
            if self.bank.lost:
                self.replug()
            self.look()
        moved = self.pulses[name] - before
        asked, copies = self.asked[name] - asked, self.copied[name] - copies
        self.must(asked <= 1, f"the board was asked {asked} times to open {name} for one order")
        self.must(moved <= 1 + copies, f"{name} was pulsed {moved} times for one order, {copies} copies")
        self.must(outcome not in (Pulse.REFUSED, Pulse.NOT_SENT) or not moved, f"{name} moved, and {outcome} was said")
        if outcome is Pulse.UNKNOWN and not moved:
            self.aside[name] = self.time.now
            self.commit(name, None, "silent")
            return
        self.cabinet.push(name)
        self.commit(name, None)

    def must(self, so: bool, words: str) -> None:
        if not so:
            raise Breach(words)


def rigs() -> list[Rig]:
    """Every family."""
    return RIGS
