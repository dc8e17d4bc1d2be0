"""Hours when a door could not be opened, because the power was off or its board dead, do not count against a reader.

How long a door could not be seen stands in its row; after the power was off, from when the machine was last noted to
run. As soon as it is seen again, what lies behind it is held for longer by as much, and the library hears of it.
"""

from dataclasses import replace

from hardware.readings import Door
from kiosk.core.model import Compartment
from kiosk.core.session import Step
from sync.rounds import HoldExtended

DOWN_MAX_S = 30 * 86400.0  # more than this is rather a wrong clock


def alive(step: Step, now: float) -> Step:
    """Note now and then that the machine runs, and what time it surely is."""
    counters = step.point.counters
    if 0 <= now - counters.alive_at < step.point.plan.limits.alive_s:
        return step
    seen_at = counters.seen_at if counters.clock_wrong else max(counters.seen_at, now)
    return step.put(replace(counters, alive_at=now, seen_at=seen_at))


def began(step: Step, row: Compartment) -> Compartment:
    """The row at a start, no door seen yet."""
    return replace(row, door=Door.UNKNOWN, down_since=row.down_since or step.point.counters.alive_at)


def seen(step: Step, row: Compartment, now: float) -> tuple[Step, Compartment]:
    """The row with its door as seen just now; what lies there is held for longer if it could not be seen for long."""
    if row.door is Door.UNKNOWN:
        return step, replace(row, down_since=row.down_since or now)
    if not row.down_since:
        return step, row
    return _given_back(step, row, min(now - row.down_since, DOWN_MAX_S)), replace(row, down_since=0.0)


def _given_back(step: Step, row: Compartment, down_s: float) -> Step:
    if down_s < step.point.plan.limits.down_min_s or step.point.counters.clock_wrong:
        return step
    for parcel in step.point.at(row.name):
        if parcel.state in ("ready", "doubt") and not parcel.recalled and parcel.expires > row.down_since:
            longer = replace(parcel, expires=parcel.expires + down_s)
            step = step.put(longer).fact(HoldExtended(parcel.id, longer.expires))
    return step
