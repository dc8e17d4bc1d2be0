"""Somebody else fetches what lies here for a reader, with a code that this reader had made: in time, late, twice, or
after it was taken back. What a helper carries counts as their reader's."""

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kiosk.core.account_screens import Account, Holds, OneHold, Permission
from tests.simulation.library import Packed
from tests.simulation.owner import Owner
from tests.simulation.readers import Reader
from tests.simulation.world import Script, World

if TYPE_CHECKING:
    from tests.simulation.day import Day

OFTEN = 0.08  # of all visits
DAY_S = 86400.0


@dataclass(eq=False)
class Permit:
    """A code as its reader has read it off the screen, for one parcel. ``until``: by the machine's clock. ``over``: it
    was taken back, or there is a newer one."""

    code: str
    parcel: str
    reader: str
    until: float
    over: bool = False


class Permitter(Owner):
    """A reader who comes to their account to have a code made (``wish``: permit), or to take one back."""

    def __init__(self, world: World, name: str, card: str, packed: Packed, wish: str) -> None:
        super().__init__(world, name, card, [packed])
        self.parcel, self.wish, self.done = packed.sent.id, wish, False
        self.permit: Permit | None = None

    def elsewhere(self, screen: object) -> Script:
        match screen:
            case Account() if not self.done:
                self.touch("holds")
            case Holds(lines=lines) if not self.done and any(line.id == self.parcel for line in lines):
                self.touch("hold", self.parcel)
            case OneHold(sure=False, may=may) if self.wish in may and not self.done:
                self.touch(self.wish)
            case OneHold(notice="taken_back"):
                self.done = True
                for permit in self.world.permits:
                    permit.over = permit.over or permit.parcel == self.parcel
                self.touch("finish")
            case Permission(code=code, until=until):
                self.reads_code(code, until)
                self.touch("cancel")
            case _:
                self.touch("finish" if self.done or isinstance(screen, Account) else "cancel")
                self.done = True
        yield 1.0

    def reads_code(self, code: str, until: float) -> None:
        """And gives it to somebody."""
        self.done = True
        for permit in self.world.permits:
            permit.over = permit.over or (permit.parcel == self.parcel and permit.code != code)
        if self.permit is None:
            self.world.say(f"{self.name} reads a code for {self.parcel}")
            self.permit = Permit(code, self.parcel, self.name, until)
            self.world.permits.append(self.permit)


class Helper(Reader):
    """Comes with the code of a reader, and has no card."""

    def __init__(self, world: World, permit: Permit, packed: Packed) -> None:
        super().__init__(world, permit.reader, "", [packed])
        self.permit = permit

    def visit(self, how: str = "code") -> Script:
        yield from self.types(self.permit.code)
        yield from self.at_the_screen()


class Helpers:
    """Who asks for a code, and who comes with it; their own number of chances. ``errands``: when somebody comes, with
    which code, and how it goes."""

    def __init__(self, day: "Day") -> None:
        self.day, self.world, self.rng = day, day.world, random.Random(day.world.seed + 7)
        self.errands: list[tuple[float, Permit, str]] = []

    def perhaps(self) -> Script:
        """A helper whose time has come; else now and then a reader who wants one."""
        due = next((one for one in self.errands if one[0] <= self.world.now), None)
        if due is not None:
            self.errands.remove(due)
            yield from self._comes(due[1], due[2])
        elif self.rng.random() < OFTEN:
            ready = [p for p in self.day.ready() if p.sent.patron not in self.world.waiting]
            if ready and self.world.dice.happens("helper_wanted"):
                yield from self._asks(self.rng.choice(ready))

    def _asks(self, packed: Packed) -> Script:
        name = packed.sent.patron
        reader = Permitter(self.world, name, self.day.cards[name], packed, "permit")
        yield from reader.visit()
        if reader.permit is None:
            return
        left = reader.permit.until - self.world.wall()
        how = self.rng.choice(("", "", "late", "twice", "taken_back"))
        if how and not self.world.dice.happens(f"helper_{how}"):
            how = ""
        wait = left + self.rng.uniform(1.0, DAY_S) if how == "late" else left * self.rng.uniform(0.0, 0.25)
        self.errands.append((self.world.now + wait, reader.permit, how))

    def _comes(self, permit: Permit, how: str) -> Script:
        packed = self.world.library.parcels.get(permit.parcel)
        if packed is None or permit.reader in self.world.waiting:
            return
        if how == "taken_back":
            yield from Permitter(self.world, permit.reader, self.day.cards[permit.reader], packed, how).visit()
            yield self.rng.uniform(10.0, 600.0)
        self.world.say(f"somebody comes with the code of {permit.reader} for {permit.parcel} {how}")
        yield from Helper(self.world, permit, packed).visit()
        if how == "twice":
            self.errands.append((self.world.now + self.rng.uniform(60.0, DAY_S / 4), permit, "again"))
