"""At start the rows are all that is known. Each order still in flight becomes a question to its door; nothing is
guessed and nothing is pulsed again. The answers come as ``DoorSeen`` and settle in doors.py:

    seen open                   it goes on: it settles when it shuts
    shut, was seen open before  it settles as it would have (a courier looks where a parcel was being loaded or
                                fetched, or something was said of the door: perhaps nobody saw that it was heard)
    shut, never seen open       nobody knows: set aside until a courier has looked
"""

from dataclasses import replace

from kiosk.core import downtime, tags, watch
from kiosk.core.case_facts import Disagreed
from kiosk.core.commands import Refresh
from kiosk.core.facts import Booted
from kiosk.core.model import Case
from kiosk.core.session import NOBODY, Step
from kiosk.core.settle import doubt, set_check
from sync.messages import PointTrouble


def restored(step: Step, expected: int) -> Step:
    """The store is an older image: of what was done since, nothing is known here. The library knows what should be
    here, so it is asked for all of it; what does lie behind each door, a courier must see."""
    if expected <= step.point.counters.epoch:  # found already; more of what was said before it was found
        return step
    step = step.put(replace(step.point.counters, epoch=expected, cursor="")).fact(PointTrouble("image_restored"))
    for name in step.point.compartments:
        step = doubt(step, name)
    return step.order(Refresh())


def begun_anew(step: Step) -> Step:
    """The store was lost and this is an empty one: what came down says what should lie here, a courier must see what
    does."""
    step = step.fact(PointTrouble("store_lost"))
    for name in step.point.compartments:
        step = set_check(step, name)
    return step


def forgotten(step: Step, first: int, last: int, now: float) -> Step:
    """The library has lost what is not kept here: what it heard so long ago, or from another life of this point, that
    it cannot be told again. Staff book it from the journal."""
    case = Case(f"forgotten-{last}", "forgotten", "forgotten", f"{first}..{last}", now)
    known = step.point.cases.get(case.id)
    if known and known.detail == case.detail:
        return step
    return step.put(case).fact(Disagreed(case.id, case.what, case.detail))


def started(step: Step, now: float) -> Step:
    """The program begins: no door has been seen, no device has answered, nobody stands there."""
    step = watch.clock_at_start(step, now)
    orders, limits = [], step.point.plan.limits
    for row in step.point.compartments.values():
        order = row.order
        if order is not None:
            orders.append(order.id)
            if order.opened_at and (step.point.counters.clock_wrong or now < order.opened_at):
                # How long it has stood open nobody knows, and will not once the clock is right again (settle.py).
                order = replace(order, opened_at=now - limits.shut_wait_s - limits.left_open_s)
            order = replace(order, cut=True, blind=order.blind or not order.opened_at or order.asked_again, stuck=False)
        step = step.put(downtime.began(step, replace(row, order=order)))
    for device in step.point.devices.values():
        if step.point.plan.boards and device.name not in step.point.plan.devices:  # it is no longer configured
            step = step.drop(device)
        else:
            step = step.put(replace(device, up=False, why="not seen yet", down_since=0.0))
    for item in step.point.counter_items:
        step = tags.told(step, item)
    counters = step.point.counters
    away_since = counters.away_since or counters.alive_at  # it has said nothing while the power was off
    sessions = counters.sessions + 1
    step = step.put(replace(counters, online=False, away_since=away_since, sessions=sessions, alive_at=now))
    return replace(step, session=NOBODY).fact(Booted(tuple(orders)))
