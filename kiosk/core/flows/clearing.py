"""Clearing and checking: what must go out is taken out door by door, and behind doors in doubt somebody looks.

What was taken out is in the courier's bag (bag.py). Both may be broken off at any door: what was done is done, and the
rest is offered again. At an open door the person may say that something is not there, or scan what nobody expected.
"""

from collections import Counter
from dataclasses import replace
from typing import Literal

from hardware.readings import Door
from kiosk.core import doors, sensors
from kiosk.core.doors import Outcome
from kiosk.core.events import Touched
from kiosk.core.flows import rounds
from kiosk.core.flows.common import door_until, mark, order_at, pulse_again, stay, visit
from kiosk.core.model import HERE, PickupPoint
from kiosk.core.plan import SIZES
from kiosk.core.rights import home
from kiosk.core.session import Step
from kiosk.core.stories import AtCourier, Checking, Clearing, Sealing
from sync.things import Size

Why = Literal["expired", "recalled", "returned"]
_FIRST: tuple[Why, ...] = ("expired", "recalled", "returned")
FOUND_MAX = 20  # things scanned that nobody expected behind one door


def whys(point: PickupPoint, now: float) -> dict[str, Why]:
    """Compartments with something to take out whose door can be opened now, and why."""
    found: dict[str, Why] = {d.compartment: "returned" for d in point.drops.values() if d.state == "received"}
    here = [p for p in point.parcels.values() if p.state in HERE]
    found |= {p.compartment: "recalled" for p in here if p.recalled}
    found |= {p.compartment: "expired" for p in here if point.expired(p, now) and not p.recalled}
    return {n: why for n, why in found.items() if _can_open(point, n) and point.compartments[n].out != "check"}


def to_clear(point: PickupPoint, now: float, room: Size | Literal[""] = "") -> list[str]:
    """These compartments by name; where ``room`` for a size is wanted, those that make it first: what has expired
    before what was called back before what was returned."""
    found = whys(point, now)
    if not room:
        return sorted(found)

    def rank(name: str) -> tuple[bool, int, str]:
        space = point.plan.spaces.get(name)
        return (space is None or SIZES[space.size] < SIZES[room], _FIRST.index(found[name]), name)

    return sorted(found, key=rank)


def counted(point: PickupPoint, now: float) -> tuple[int, int, int]:
    """How many of these doors hold what has expired, what was called back, what was returned."""
    count = Counter(whys(point, now).values())
    return count["expired"], count["recalled"], count["returned"]


def to_check(point: PickupPoint) -> list[str]:
    """Compartments in doubt whose door can be opened now; and those that something lies in whose door seems open."""
    rows = point.compartments.items()
    doubtful = {n for n, row in rows if row.out in ("check", "stuck") and _can_open(point, n)}
    seem_open = {n for n, row in rows if sensors.seems_open(row) and (point.at(n) or point.drops_at(n))}
    return sorted(doubtful | seem_open)


def can_look(point: PickupPoint, name: str) -> bool:
    """Whether somebody who works here can have this door opened now, to look behind it."""
    return _can_open(point, name) or (name in point.compartments and sensors.seems_open(point.compartments[name]))


def _can_open(point: PickupPoint, name: str) -> bool:
    row = point.compartments.get(name)
    return row is not None and row.order is None and row.door is Door.SHUT


def touch(step: Step, story: AtCourier, touched: Touched, now: float) -> Step:
    """A touch on the courier's own screen."""
    at = touched.value
    match touched.action:
        case "clear" if not rounds.of(step.point, story.courier).seal:
            return _open_next(step, story.courier, to_clear(step.point, now, story.wants), 1, now)
        case "check" if at in to_check(step.point) or (at == story.where and can_look(step.point, at)):
            return look(step, story.courier, [at], now)
    return step


def _open_next(step: Step, courier: str, queue: list[str], n: int, now: float) -> Step:
    left = to_clear(step.point, now)
    queue = [name for name in queue if name in left]
    bag = rounds.of(step.point, courier).bag
    if bag and (not left or bag >= rounds.BAG_MAX):
        return stay(step, Sealing(courier), now)
    if not queue:
        return stay(step, AtCourier(courier), now)
    step = doors.unlock(step, queue[0], "clearing", courier, "", "", now)
    here = visit(step, queue[0], n, n + len(queue) - 1)
    return step.to(Clearing(courier, here, tuple(queue[1:])), door_until(step, now))


def look(step: Step, person: str, queue: list[str], now: float, n: int = 1) -> Step:
    """Look behind these doors, one after another; those that cannot be opened any more are passed over."""
    queue = [name for name in queue if can_look(step.point, name)]
    if not queue:
        return stay(step, home(step.point, person), now)
    step = doors.unlock(sensors.let_go(step, queue[0], now), queue[0], "check", person, "", "", now)
    here = visit(step, queue[0], n, n + len(queue) - 1)
    return step.to(Checking(person, here, tuple(queue[1:])), door_until(step, now))


def door(step: Step, story: Clearing | Checking, outcome: Outcome, now: float) -> Step:
    """Something happened to the door being cleared or checked. After one that stood open for long no other opens by
    itself: whoever shuts it may have come by."""
    if outcome.what == "late":
        story = replace(story, pause=True) if isinstance(story, Clearing) else replace(story, queue=())
    if outcome.what != "shut":
        return step.to(story, door_until(step, now))
    if isinstance(story, Clearing) and story.pause:
        return stay(step, AtCourier(story.courier), now)
    return _next(step, story, now)


def _next(step: Step, story: Clearing | Checking, now: float) -> Step:
    queue, n = list(story.queue), story.visit.n + 1
    if isinstance(story, Clearing):
        return _open_next(step, story.courier, queue, n, now)
    return look(step, story.courier, queue, now, n)


def door_touch(step: Step, story: Clearing | Checking, touched: Touched, now: float) -> Step:
    """A touch while such a door is opening, open or stuck."""
    order = order_at(step, story.visit)
    opened, stuck = order is not None and order.opened_at > 0, order is not None and order.stuck
    match touched.action:
        case "yes" if opened and isinstance(story, Checking):
            # The last word counts. Without a sensor it is also how to end: all but what was said not to be there.
            whole = not sensors.unsensed(step.point.compartments[story.visit.compartment])
            return _said(mark(step, story.visit, keep=True, whole=whole), story, now)
        case "no" if opened:
            return _said(mark(step, story.visit, missing=True), story, now)
        case "cancel" if opened and sensors.unsensed(step.point.compartments[story.visit.compartment]):
            return _next(sensors.stayed_shut(step, story.visit.compartment), story, now)
        case "absent" if opened:
            return _absent(step, story, touched.value)
        case "pause" if opened and isinstance(story, Clearing):
            return step.to(replace(story, pause=not story.pause), step.session.until)
        case "pause" if opened and story.queue:
            return step.to(replace(story, queue=()), step.session.until)
        case "cancel" if opened and isinstance(story, Clearing):
            step = mark(step, story.visit, keep=True)
            return step.to(replace(story, pause=True), door_until(step, now))
        case "undo" if order and (order.keep or order.missing) and isinstance(story, Clearing):
            return mark(step, story.visit).to(story, door_until(step, now))
        case "again":
            return pulse_again(step, story, now)
        case "next" if stuck and story.queue:  # staff will look after this one
            return _next(doors.give_up(step, story.visit.compartment), story, now)
        case "cancel" | "help" if stuck:
            step = doors.give_up(step, story.visit.compartment)
            return stay(step, home(step.point, story.courier, "not_opened"), now)
    return step


def _said(step: Step, story: Clearing | Checking, now: float) -> Step:
    """Both answers wait for the door to be shut; where that cannot be seen, they are the last word."""
    if not sensors.unsensed(step.point.compartments[story.visit.compartment]):
        return step
    return _next(sensors.looked(step, story.visit.compartment, now), story, now)


def things(point: PickupPoint, compartment: str) -> tuple[str, ...]:
    """What can be said not to be behind this door: ids of parcels, barcodes of returned items."""
    return (*(p.id for p in point.at(compartment)), *(d.item.barcode for d in point.drops_at(compartment)))


def _absent(step: Step, story: Clearing | Checking, thing: str) -> Step:
    """This is not there, or is after all."""
    row = step.point.compartments[story.visit.compartment]
    order = row.order
    if order is None or thing not in things(step.point, row.name):
        return step
    absent = tuple(t for t in order.absent if t != thing) if thing in order.absent else (*order.absent, thing)
    return step.put(replace(row, order=replace(order, absent=absent, keep=False, missing=False)))


def scanned(step: Step, story: Clearing | Checking, barcode: str, now: float) -> Step:
    """Something is held before the scanner at an open door: it is there, or it is one that nobody expected."""
    row = step.point.compartments[story.visit.compartment]
    order = order_at(step, story.visit)
    if order is None or not order.opened_at:
        return step
    mine = [p for p in step.point.at(row.name) if any(i.barcode == barcode for i in p.items)]
    if mine or barcode in things(step.point, row.name):
        there = {barcode, *(p.id for p in mine)}
        gone = things(step.point, row.name) if order.missing else order.absent
        order = replace(order, missing=False, absent=tuple(t for t in gone if t not in there))
    elif barcode not in order.found and len(order.found) < FOUND_MAX:
        order = replace(order, found=(*order.found, barcode))
    return step.put(replace(row, order=order)).to(story, door_until(step, now))
