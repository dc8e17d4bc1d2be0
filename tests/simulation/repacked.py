"""The library says again what a parcel is: with a book more or less, for somebody else, or once more after it was
cancelled or missing. It may lie behind its door by then, be in a courier's hand, or have gone."""

import random
from collections.abc import Sequence
from typing import TYPE_CHECKING

from tests.simulation.library import Library, Packed

if TYPE_CHECKING:
    from tests.simulation.day import Day

OFTEN = 0.07  # of all visits
ITEMS_MAX = 4
DAY_S = 86400.0


class Repacked:
    """Its own number of chances, so that the stories of others are what they were."""

    def __init__(self, day: "Day") -> None:
        self.day, self.world, self.rng = day, day.world, random.Random(day.world.seed + 9)

    def perhaps(self) -> None:
        """Now and then, of a parcel that the library takes for its own."""
        library = self.world.library
        if not isinstance(library, Library) or self.rng.random() > OFTEN:
            return
        here = [p for p in library.parcels.values() if p.status in ("sent", "ready", "missing")]
        over = [p for p in here if p.status == "missing" or p.recalled]
        open_ = [p for p in here if p.status != "missing" and not p.recalled]
        packed = self.rng.choice(open_ or [None])  # type: ignore[list-item]
        match self.rng.randrange(5):
            case 0 | 1 if packed:
                self.more(library, packed)
            case 2 if packed:
                self.less(library, packed)
            case 3 if packed:
                self.for_another(library, packed)
            case _ if over:
                self.once_more(library, self.rng.choice(over[-8:]))

    def more(self, library: Library, packed: Packed) -> None:
        """Another book is to go with it; whoever carries the parcel, or brings the next ones, carries it."""
        shelf, barcodes = self.day.shelf(), self.barcodes(packed)
        if shelf and len(barcodes) < ITEMS_MAX and self.world.dice.happens("parcel_with_more"):
            barcode = self.rng.choice(shelf)
            self.hand_over([barcode], barcodes)
            self.pack(library, packed, packed.sent.patron, [*barcodes, barcode])

    def less(self, library: Library, packed: Packed) -> None:
        """One of its books is not to go with it."""
        barcodes = self.barcodes(packed)
        if len(barcodes) > 1 and self.world.dice.happens("parcel_with_less"):
            barcodes.remove(self.rng.choice(barcodes))
            self.pack(library, packed, packed.sent.patron, barcodes)

    def for_another(self, library: Library, packed: Packed) -> None:
        """Somebody else is to have it, or anybody."""
        names = sorted({name for name in self.day.cards if name.startswith("R")} - {packed.sent.patron})
        patron = "" if self.day.stocks and self.rng.random() < 0.2 else self.rng.choice(names)
        if patron != packed.sent.patron and self.world.dice.happens("parcel_for_another"):
            self.pack(library, packed, patron, self.barcodes(packed))

    def once_more(self, library: Library, packed: Packed) -> None:
        """It was cancelled, or not found, and its books are there: in the cabinet, in a bag, on the shelf."""
        barcodes, inside = self.barcodes(packed), self.inside()
        there = all(b in inside or self.world.holders.get(b, "").startswith(("library", "C")) for b in barcodes)
        free = there and library.on_shelf(barcodes) == barcodes and not any(map(library.loan, barcodes))
        if free and not library.cabinet & set(barcodes) and self.world.dice.happens("parcel_once_more"):
            self.hand_over([b for b in barcodes if b not in inside], barcodes)
            self.pack(library, packed, packed.sent.patron, barcodes)

    def pack(self, library: Library, packed: Packed, patron: str, barcodes: Sequence[str]) -> None:
        self.world.say(f"{packed.sent.id} is packed anew for {patron or 'anybody'}: {list(barcodes)}")
        library.pack_anew(packed.sent.id, patron, barcodes, self.world.wall() + self.rng.choice((1, 3, 7)) * DAY_S)

    def hand_over(self, barcodes: Sequence[str], others: Sequence[str]) -> None:
        """To the courier who has something of it, or to one of them."""
        has = [who for b in others if (who := self.world.holders.get(b, "")).startswith("C")]
        self.day.hand_to((has or [f"C{self.rng.randrange(2)}"])[0], barcodes)

    def inside(self) -> set[str]:
        return {barcode for box in self.world.cabinet.boxes.values() for barcode in box.inside}

    def barcodes(self, packed: Packed) -> list[str]:
        return [item.barcode for item in packed.sent.items]
