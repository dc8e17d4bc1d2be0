"""The last 24 hours in figures, for the screen of the staff and for paper. No names in it."""

from kiosk.core import use
from kiosk.core.desk_screens import Report
from kiosk.core.limits import DAY_S
from kiosk.core.model import HERE, PickupPoint


def report(point: PickupPoint, now: float) -> Report:
    """The day until now, in figures."""
    day = use.since(point, now - DAY_S)
    here = [p for p in point.parcels.values() if p.state in HERE and p.compartment]
    return Report(
        now,
        day.loaded,
        day.taken,
        day.returned,
        day.stuck,
        len(here),
        sum(point.expired(p, now) or p.recalled for p in here),
        len(point.drops),
        len(point.free()),
        tuple(sorted(row.name for row in point.compartments.values() if row.out or row.aside)),
        len(point.cases),
        sum(row.bag > 0 for row in point.rounds.values()),
    )
