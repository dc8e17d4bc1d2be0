"""Days at a cabinet with books for anybody: loaded by couriers, left by who returns, borrowed, left behind, borrowed
again, with every fault of the wire, the doors and the power. What must hold is what holds on all days."""

from collections.abc import Iterable
from dataclasses import replace
from itertools import count

import pytest

from kiosk.core import stock, titles
from kiosk.core.flows import fetching
from kiosk.core.model import Parcel, PickupPoint
from kiosk.core.notices import Reason
from kiosk.core.session import Step
from tests.simulation.browser import Browser
from tests.simulation.day import READERS, Day
from tests.simulation.life import live_a_day
from tests.simulation.rules import Violation
from tests.simulation.world import Script

SEEDS, CHUNK = 4, 2
MORNING = {False: 29, True: 41}  # with SIP2 or not: where to begin to look for one


class StockDay(Day):
    """There are books for anybody, and every other visitor borrows from the cabinet."""

    def fill(self) -> None:
        super().fill()
        while not self.stocks:
            self.stock()

    def one(self) -> Script:
        if self.rng.random() < 0.5:
            yield from super().one()
            return
        if self.rng.random() < 0.3:
            self.for_anybody()
        name = f"R{self.rng.randrange(READERS):02d}"
        yield from Browser(self.world, name, self.cards[name]).visit()


def live(seeds: Iterable[int], sip2: bool = False) -> int:
    """Those days; how often somebody borrowed from the cabinet on them."""
    loops = [live_a_day(seed, visits=30, kind=StockDay, sip2=sip2).world.loop for seed in seeds]
    rows = [row for loop in loops if loop for row in loop.point.parcels.values()]
    return sum(row.stock and row.state == "collected" for row in rows)


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
        live(range(6 * SEEDS))


@pytest.mark.parametrize("sip2", [False, True])
@pytest.mark.parametrize("first", range(0, SEEDS, CHUNK))
def test_what_lies_there_for_anybody_is_lent_or_lies_there(first: int, sip2: bool) -> None:
    assert live(range(first, first + CHUNK), sip2) > 0


@pytest.mark.parametrize("sip2", [False, True])
def test_the_power_fails_at_some_boundaries_while_two_are_borrowed(sip2: bool) -> None:
    def morning(seed: int, cut_at: int = 10**9) -> Day:
        return live_a_day(seed, visits=4, cut_at=cut_at, calm=True, kind=StockDay, sip2=sip2)

    usual = next(day for seed in count(MORNING[sip2]) if (day := morning(seed)) and any(map(of_two, day.world.story)))
    for cut_at in range(1, usual.boundaries + 1, 300 if sip2 else 200):
        assert morning(usual.world.seed, cut_at).world.cuts == 1


def of_two(line: str) -> bool:
    return "Goodbye: borrow" in line and line.count("Title") == 2
