"""What may be handed out while the library is away, from what is known here alone.

What came down before says who may have what; the limits say how much of it, and for how long, while nobody can say that
a reader was blocked or a hold cancelled since. What is counted is what the library has not confirmed yet, so neither
a clock nor a restart makes it less.
"""

from collections.abc import Sequence

from kiosk.core.model import HERE, PickupPoint
from kiosk.core.notices import Reason
from sync.messages import ItemDropped, ParcelReady, Telling

HOUR_S = 3600.0


def why_not(point: PickupPoint, patron: str, now: float) -> Reason | None:
    """Why this reader may take nothing more now; None: they may, or the library is there."""
    return None if point.counters.online else enough(point, patron, now)


def enough(point: PickupPoint, patron: str, now: float, going: int = 0) -> Reason | None:
    """Why this reader may take nothing (more, while so many items are ``going`` out to them) without the library's
    word; None: they may."""
    limits, counters = point.plan.limits, point.counters
    away_s = now - counters.away_since if counters.away_since else 0.0
    lent = [parcel for parcel in point.parcels.values() if parcel.state == "collected" and parcel.unheard]
    if away_s >= limits.away_lending_h * HOUR_S:
        return "away_for_long"
    if going + sum(len(parcel.items) for parcel in lent) >= limits.away_items_max:
        return "away_for_long"
    if going + sum(len(parcel.items) for parcel in lent if parcel.patron == patron) >= limits.away_reader_items_max:
        return "away_enough"
    return None


def promised(point: PickupPoint, patron: str, barcode: str) -> bool:
    """Whether this item is on its way here for somebody else, as far as is known."""
    under_way = (
        p for p in point.parcels.values() if p.state == "sent" and not p.recalled and p.patron not in ("", patron)
    )
    return any(item.barcode == barcode for parcel in under_way for item in parcel.items)


def came_in(tellings: Sequence[Telling]) -> frozenset[str]:
    """Items that came in, as these tellings say."""
    came: set[str] = set()
    for telling in tellings:
        match telling.told:
            case ItemDropped(item=item):
                came.add(item)
            case ParcelReady(items=items):
                came |= set(items)
    return frozenset(came)


def left(point: PickupPoint, tellings: Sequence[Telling]) -> frozenset[str]:
    """Items that came in, as these tellings say, and have gone out again since: a return told late is no news of where
    they are now."""
    came = came_in(tellings)
    if not came:
        return came
    here = {drop.item.barcode for drop in point.drops.values()}
    lying = (parcel for parcel in point.parcels.values() if parcel.state in HERE - {"missing"})  # that may be anywhere
    here |= {item.barcode for parcel in lying for item in parcel.items}
    return came - here
