"""The library's sorting room: what lies there again is seen by its people, whatever somebody was silent about before.

From then on all must be right with it once more; else a life of weeks would look at fewer and fewer books.
"""

from typing import TYPE_CHECKING

from kiosk.core.model import HERE, PickupPoint
from tests.simulation.library import about
from tests.simulation.sip2_library import Sip2Library

if TYPE_CHECKING:
    from tests.simulation.world import World


def sort_out(world: "World") -> None:
    """Of each such item that the point has no word left to say about."""
    if world.loop is None or world.store is None:
        return
    named = _named(world.loop.point).union(*map(about, world.store.waiting(2000)))
    for barcode in sorted(world.lied.keys() - named):
        if world.holders.get(barcode) == "library" and world.library.found_here(barcode):
            world.say(f"the library finds {barcode} on its shelf")
            del world.lied[barcode]
            if isinstance(world.library, Sip2Library):
                world.taken[barcode] = max(world.taken[barcode], world.library.times_lent(barcode))


def _named(point: PickupPoint) -> set[str]:
    """Items that rows of the point are about."""
    parcels = (p for p in point.parcels.values() if p.state in HERE or p.unheard)
    named = {item.barcode for p in parcels for item in p.items}
    named |= {d.item.barcode for d in point.drops.values()}
    return named | {thing for case in point.cases.values() for thing in case.things} | set(point.counter_items)
