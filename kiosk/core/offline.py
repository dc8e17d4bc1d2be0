"""What may be handed out while the library is away, from what is known here alone.

What came down before says who may have what; the limits say how much of it, and for how long, while nobody can say that
a reader was blocked or a hold cancelled since. What is counted is what the library has not confirmed yet, so neither
a clock nor a restart makes it less.
"""

from kiosk.core.model import PickupPoint
from kiosk.core.screens import Reason

HOUR_S = 3600.0


def why_not(point: PickupPoint, patron: str, now: float) -> Reason | None:
    """Why this reader may take nothing more now; None: they may, or the library is there."""
    limits, counters = point.plan.limits, point.counters
    if counters.online:
        return None
    away_s = now - counters.away_since if counters.away_since else 0.0
    lent = [parcel for parcel in point.parcels.values() if parcel.unheard]
    if away_s >= limits.away_lending_h * HOUR_S:
        return "away_for_long"
    if sum(len(parcel.items) for parcel in lent) >= limits.away_items_max:
        return "away_for_long"
    if sum(len(parcel.items) for parcel in lent if parcel.patron == patron) >= limits.away_reader_items_max:
        return "away_enough"
    return None
