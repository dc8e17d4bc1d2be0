"""Days at a cabinet with books for anybody: loaded by couriers, left by who returns, borrowed, left behind, borrowed
again, with every fault of the wire, the doors and the power. What must hold is what holds on all days."""

from collections.abc import Iterable
from dataclasses import replace

import pytest

from kiosk.core import stock, titles
from kiosk.core.flows import fetching
from kiosk.core.limits import DAY_S
from kiosk.core.model import Parcel, PickupPoint
from kiosk.core.notices import Reason
from kiosk.core.session import Step
from sync.messages import ParcelCollected
from tests.simulation.browser import Browser
from tests.simulation.day import READERS, Day, live_a_day
from tests.simulation.library import Library
from tests.simulation.rules import Violation
from tests.simulation.world import Script

SEEDS = 12


class StockDay(Day):
    """Every other visitor borrows from the cabinet; what comes back stays on some of these days."""

    def fill(self) -> None:
        super().fill()
        assert isinstance(self.world.library, Library)
        if self.rng.random() < 0.5:
            self.world.library.keeps = self.world.wall() + 3 * DAY_S
        for _ in range(6):
            self.for_anybody()

    def for_anybody(self) -> None:
        library, shelf = self.world.library, self.shelf()
        if not shelf:
            return
        barcodes = self.rng.sample(shelf, min(len(shelf), self.rng.choice((1, 1, 1, 2))))
        packed = library.pack("", barcodes, self.world.wall() + self.rng.choice((7200.0, 3 * DAY_S)))
        self.world.say(f"{packed} is packed for anybody: {barcodes}")
        for barcode in barcodes:
            self.world.holders[barcode] = self.courier()

    def one(self) -> Script:
        if self.rng.random() < 0.5:
            yield from super().one()
            return
        if self.rng.random() < 0.3:
            self.for_anybody()
        name = f"R{self.rng.randrange(READERS):02d}"
        yield from Browser(self.world, name, self.cards[name]).visit()


def live(seeds: Iterable[int]) -> int:
    """Those days; how often somebody borrowed from the cabinet on them."""
    borrowed = 0
    for seed in seeds:
        library = live_a_day(seed, visits=30, kind=StockDay).world.library
        assert isinstance(library, Library)
        told = [telling.told for telling, _ in library.received.values()]
        mine = [one for one in told if isinstance(one, ParcelCollected)]
        borrowed += sum(not library.parcels[one.parcel].sent.patron for one in mine)
    return borrowed


def test_a_book_that_was_set_aside_since_and_lent_all_the_same_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def anything(point: PickupPoint, parcel: Parcel, now: float) -> bool:
        row = point.compartments.get(parcel.compartment)
        return parcel.state == "ready" and row is not None and row.order is None

    def anybodys(step: Step, parcel: Parcel, patron: str, now: float) -> Reason | None:
        return why_not(step, replace(parcel, patron=patron), patron, now)

    why_not = fetching.why_not
    monkeypatch.setattr(fetching, "why_not", anybodys)
    for module in (stock, titles):
        monkeypatch.setattr(module, "is_offered", anything)
    with pytest.raises(Violation, match="not for its patron"):
        live(range(2 * SEEDS))


@pytest.mark.parametrize("first", range(0, SEEDS, 3))
def test_what_lies_there_for_anybody_is_lent_or_lies_there(first: int) -> None:
    assert live(range(first, first + 3)) > 0
