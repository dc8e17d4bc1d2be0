"""Clearing and checking: what must go out is taken out door by door, and a door in doubt is looked behind.

Both belong to the courier at the machine and return to the courier's own screen.
"""

from dataclasses import replace

from hardware.readings import Door
from kiosk.core import doors
from kiosk.core.doors import Outcome
from kiosk.core.events import Touched
from kiosk.core.flows.common import door_until, mark, order_at, pulse_again, stay, visit
from kiosk.core.model import HERE, PickupPoint
from kiosk.core.session import Step
from kiosk.core.stories import AtCourier, Checking, Clearing


def to_clear(point: PickupPoint, now: float) -> list[str]:
    """Compartments with returned items, or a recalled or expired parcel, whose door can be opened now."""
    names = {d.compartment for d in point.drops.values() if d.state == "received"}
    here = (p for p in point.parcels.values() if p.state in HERE)
    names |= {p.compartment for p in here if p.recalled or point.expired(p, now)}
    return sorted(name for name in names if _can_open(point, name) and point.compartments[name].out != "check")


def to_check(point: PickupPoint) -> list[str]:
    """Compartments in doubt whose door can be opened now."""
    return sorted(n for n, row in point.compartments.items() if row.out in ("check", "stuck") and _can_open(point, n))


def _can_open(point: PickupPoint, name: str) -> bool:
    row = point.compartments.get(name)
    return row is not None and row.order is None and row.door is Door.SHUT


def touch(step: Step, story: AtCourier, touched: Touched, now: float) -> Step:
    """A touch on the courier's own screen."""
    match touched.action:
        case "clear":
            return _open_next(step, story.courier, story.loaded, to_clear(step.point, now), 1, now)
        case "check" if touched.value in to_check(step.point):
            step = doors.unlock(step, touched.value, "check", story.courier, "", "", now)
            return step.to(
                Checking(story.courier, story.loaded, visit(step, touched.value)),
                door_until(step, now),
            )
    return step


def _open_next(step: Step, courier: str, loaded: int, queue: list[str], n: int, now: float) -> Step:
    queue = [name for name in queue if name in to_clear(step.point, now)]
    if not queue:
        return stay(step, AtCourier(courier, loaded), now)
    step = doors.unlock(step, queue[0], "clearing", courier, "", "", now)
    here = visit(step, queue[0], n, n + len(queue) - 1)
    return step.to(Clearing(courier, loaded, here, tuple(queue[1:])), door_until(step, now))


def door(step: Step, story: Clearing | Checking, outcome: Outcome, now: float) -> Step:
    """Something happened to the door being cleared or checked."""
    if outcome.what != "shut":
        return step.to(story, door_until(step, now))
    if isinstance(story, Checking):
        return stay(step, AtCourier(story.courier, story.loaded), now)
    return _open_next(step, story.courier, story.loaded, list(story.queue), story.visit.n + 1, now)


def door_touch(step: Step, story: Clearing | Checking, touched: Touched, now: float) -> Step:
    """A touch while such a door is opening, open or stuck."""
    order = order_at(step, story.visit)
    match touched.action:
        case "yes" if isinstance(story, Checking):
            return mark(step, story.visit, keep=True)
        case "no" if isinstance(story, Checking):
            return mark(step, story.visit, missing=True)
        case "cancel" if isinstance(story, Clearing) and order and order.opened_at:
            step = mark(step, story.visit, keep=True)
            return step.to(replace(story, queue=()), door_until(step, now))
        case "again":
            return pulse_again(step, story, now)
        case "cancel" | "help" if order and order.stuck:
            step = doors.give_up(step, story.visit.compartment)
            return stay(step, AtCourier(story.courier, story.loaded, "stuck"), now)
    return step
