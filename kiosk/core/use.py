"""How the point is used, hour by hour, without names: for the charts of the staff. Kept for a month."""

import math
from dataclasses import replace

from kiosk.core.hour import WAITED_DAYS, HourUse
from kiosk.core.limits import DAY_S
from kiosk.core.model import PickupPoint
from kiosk.core.session import Step
from sync.messages import ItemDropped, ParcelCollected, ParcelReady, PointTrouble

HOUR_S = 3600.0
KEPT_H = 31 * 24


def counted(before: PickupPoint, step: Step, now: float) -> Step:
    """The step, with what happened in it counted."""
    hour = str(int(now // HOUR_S))
    old = row = step.point.hours.get(hour, HourUse(hour))
    for fact in step.facts:
        match fact:
            case ParcelReady():
                row = replace(row, loaded=row.loaded + 1)
            case ParcelCollected(parcel=parcel):
                row = replace(row, taken=row.taken + 1, waited=_waited(before, row, parcel, now))
            case ItemDropped():
                row = replace(row, returned=row.returned + 1)
            case PointTrouble(what="door_stuck" | "door_silent"):
                row = replace(row, stuck=row.stuck + 1)
    if row is old:
        return step
    return step.drop(*past(step.point, now)).put(row)


def past(point: PickupPoint, now: float) -> list[HourUse]:
    """Hours too long ago for any chart, and those counted while the clock was ahead. By a clock that is known to be
    wrong nobody can tell these."""
    this = now // HOUR_S
    last = math.inf if point.counters.clock_wrong else this + 24
    return [one for one in point.hours.values() if not this - KEPT_H <= int(one.hour) <= last]


def _waited(before: PickupPoint, row: HourUse, parcel: str, now: float) -> tuple[int, ...]:
    known = before.parcels.get(parcel)
    if known and known.stock:  # it waited for nobody
        return row.waited
    days = int((now - known.changed_at) // DAY_S) if known else 0
    at = min(max(days, 0), WAITED_DAYS - 1)
    return tuple(n + (day == at) for day, n in enumerate(row.waited))


def since(point: PickupPoint, at: float) -> HourUse:
    """All of it from an hour on, in one."""
    rows = [one for one in point.hours.values() if int(one.hour) >= at // HOUR_S]
    waited = tuple(sum(day) for day in zip(*(one.waited for one in rows), strict=True)) if rows else ()
    return HourUse(
        "",
        sum(one.loaded for one in rows),
        sum(one.taken for one in rows),
        sum(one.returned for one in rows),
        sum(one.stuck for one in rows),
        waited,
    )
