"""Hours when a door could not be opened, because the power was off, its board dead, its lock jammed or somebody left it
open, do not count against a reader.

From when that was so stands in its row; after the power was off, from when the machine was last noted to run; where the
lock did not move, from when it was told to; where it was left open, from when it opened. As soon as the door is seen
again, or has opened again, or is shut, what lies behind it is held for longer by as much, and the library hears of it.

A device that is away, or a door that its board does not see, for so long is told as well, once, and that it is back.
"""

from dataclasses import replace

from hardware.readings import Door
from kiosk.core.limits import DAY_S
from kiosk.core.model import Compartment
from kiosk.core.open_cases import came_right
from kiosk.core.session import Step
from sync.messages import PointTrouble
from sync.rounds import HoldExtended

DOWN_MAX_S = 30 * 86400.0  # more than this is rather a wrong clock
COME_AGAIN_S = DAY_S  # at least so much time has who stood before a jammed door, once it opens


def alive(step: Step, now: float) -> Step:
    """Note now and then that the machine runs, and what time it surely is."""
    counters = step.point.counters
    if 0 <= now - counters.alive_at < step.point.plan.limits.alive_s:
        return step
    seen_at = counters.seen_at if counters.clock_wrong else max(counters.seen_at, now)
    return step.put(replace(counters, alive_at=now, seen_at=seen_at))


def told(step: Step, now: float) -> Step:
    """Tell what has been away for too long: somebody must come. Of a board that is away none of its doors."""
    since = now - step.point.plan.limits.down_min_s
    for device in step.point.devices.values():
        if not device.up and not device.told and 0 < device.down_since <= since:
            step = step.put(replace(device, told=True)).fact(PointTrouble("device_lost", detail=device.name))
    boards = step.point.plan.boards
    if not boards or not all(step.point.answers((board,)) for board in boards):
        return step
    for row in step.point.compartments.values():
        unseen = row.door is Door.UNKNOWN and row.out not in ("stuck", "forced")
        if unseen and not row.told and 0 < row.down_since <= since:
            step = step.put(replace(row, told=True)).fact(PointTrouble("door_unseen", row.name))
    return step


def began(step: Step, row: Compartment) -> Compartment:
    """The row at a start, no door seen yet."""
    return replace(row, door=Door.UNKNOWN, down_since=row.down_since or step.point.counters.alive_at)


def seen(step: Step, row: Compartment, now: float) -> tuple[Step, Compartment]:
    """The row with its door as seen just now; what lies there is held for longer if it could not be had for long. To
    see a jammed door shut is not enough, nor to see one open that nobody opened."""
    if row.door is Door.UNKNOWN:
        return step, replace(row, down_since=row.down_since or now)
    if row.told:
        step, row = step.fact(PointTrouble("door_seen", row.name)), replace(row, told=False)
        step = came_right(step, "door_unseen", row.name)
    order = row.order
    still = order is not None and (order.late or (order.cut and order.opened_at > 0.0))  # since before the power failed
    stands_open = row.door is Door.OPEN and (row.out == "forced" or still)
    if not row.down_since or stands_open or (row.door is Door.SHUT and _jammed(row)):
        return step, row
    return given_back(step, row, now), replace(row, down_since=0.0)


def _jammed(row: Compartment) -> bool:
    """Whether its lock did not move, and has not since."""
    return row.out == "stuck" and not (row.order is not None and row.order.opened_at)


def given_back(step: Step, row: Compartment, now: float) -> Step:
    """What lies behind this door is held for longer, by as long as it could not be had. Once: the row is to begin
    anew."""
    if step.point.counters.clock_wrong:
        return step
    down_s = min(now - row.down_since, DOWN_MAX_S)
    longer_s = down_s if down_s >= step.point.plan.limits.down_min_s else 0.0
    at_least = now + COME_AGAIN_S if _jammed(row) else 0.0
    for parcel in step.point.at(row.name):
        until = max(parcel.expires + longer_s, at_least)
        held = parcel.state != "loading" and not parcel.recalled and parcel.expires > row.down_since
        if held and until > parcel.expires:
            step = step.put(replace(parcel, expires=until, unheard=True)).fact(HoldExtended(parcel.id, until))
    return step
