"""What staff and technicians do beside the round: look behind all doors, open one with a reason, take one out of use,
move a parcel, see the report, the charts and the machine itself. Rights by role; each use is in the journal.
"""

from dataclasses import replace

from kiosk.core import doors, places
from kiosk.core.day_report import report
from kiosk.core.desk_screens import DaySlip
from kiosk.core.doors import Outcome
from kiosk.core.events import Touched
from kiosk.core.facts import StaffActed
from kiosk.core.flows import clearing, slips, stocking
from kiosk.core.flows.common import door_until, leave, mark, order_at, pulse_again, stay, visit
from kiosk.core.model import Parcel, PickupPoint
from kiosk.core.rights import home, may, rights
from kiosk.core.session import Step
from kiosk.core.stories import AtCourier, AtDesk, Moving
from sync.messages import PointTrouble

REASONS = ("reader", "repair", "clean", "other")
CHARTS = ("hours", "doors", "waits", "stuck")


def begin(step: Step, person: str, now: float) -> Step:
    """To the desk, for whoever may do anything there."""
    beside = [right for right in rights(step.point, person) if right != "round"]
    return stay(step, AtDesk(person), now) if beside else step


def movable(point: PickupPoint, compartment: str) -> Parcel | None:
    """The one parcel behind this door, if it may be put elsewhere now and there is room."""
    parcel = places.alone_behind(point, compartment)
    waits = parcel is not None and parcel.state == "ready" and not parcel.recalled
    return parcel if parcel and waits and places.for_parcel(point, parcel, (compartment,)) else None


def to_audit(point: PickupPoint) -> list[str]:
    """Every door with something behind it, or in doubt."""
    rows = point.compartments.values()
    return sorted(r.name for r in rows if r.out or point.at(r.name) or point.drops_at(r.name))


def touch(step: Step, story: AtDesk, touched: Touched, now: float) -> Step:
    """A touch at the desk."""
    match touched.action, story.page:
        case "cancel" | "finish", "menu":
            round = may(step.point, story.courier, "round")
            return stay(step, AtCourier(story.courier), now) if round else leave(step)
        case "cancel" | "finish", _:
            back = {"door": "doors", "why": "door"}.get(story.page, "menu")
            return stay(step, replace(story, page=back, slip="", printing=""), now)  # type: ignore[arg-type]
        case "audit", "menu" if may(step.point, story.courier, "audit"):
            step = step.fact(StaffActed(story.courier, "audit"))
            return clearing.look(step, story.courier, to_audit(step.point), now)
        case "doors" | "report" | "use" | "machine" as page, "menu" if may(step.point, story.courier, page):
            return stay(step.fact(StaffActed(story.courier, page)), replace(story, page=page, notice=""), now)
        case "print", "report" if story.printing in ("", "nothing") and slips.printer(step.point):
            step, number = step.numbered()
            story = replace(story, slip=f"day-{number}", printing="under_way")
            step = step.fact(StaffActed(story.courier, "print_report"))
            return slips.order(step, story, DaySlip(story.slip, report(step.point, now)), touched.value, now)
        case "chart", "use" if touched.value in CHARTS:
            return stay(step, replace(story, chart=touched.value), now)  # type: ignore[arg-type]
        case "door", "doors" if touched.value in step.point.compartments:
            return stay(step, replace(story, page="door", door=touched.value), now)
        case _, "door" | "why":
            return _at_door(step, story, touched, now)
    return step


def _at_door(step: Step, story: AtDesk, touched: Touched, now: float) -> Step:
    row = step.point.compartments.get(story.door)
    if row is None:
        return step
    can_open = clearing.can_look(step.point, row.name)
    match touched.action, story.page:
        case "open", "door" if can_open:
            return stay(step, replace(story, page="why"), now)
        case "reason", "why" if can_open and touched.value in REASONS:
            step = step.fact(StaffActed(story.courier, "open", row.name, touched.value))
            step = step.fact(PointTrouble("opened_by_staff", row.name, detail=touched.value))
            return clearing.look(step, story.courier, [row.name], now)
        case "reason", "why" if not can_open:  # it cannot be opened any more: how it stands, says its page
            return stay(step, replace(story, page="door"), now)
        case "aside" | "back" as act, "door" if row.aside == (act == "back"):
            step = step.put(replace(row, aside=not row.aside)).fact(StaffActed(story.courier, act, row.name))
            word = "door_out_of_use" if act == "aside" else "door_in_use"
            return stay(step.fact(PointTrouble(word, row.name)), story, now)
        case "move", "door":
            return move(step, story.courier, row.name, now)
    return step


def move(step: Step, person: str, compartment: str, now: float) -> Step:
    """Open this door to take its parcel out; then another opens for it."""
    parcel = movable(step.point, compartment)
    if parcel is None:
        return step
    step = step.fact(StaffActed(person, "move", compartment))
    step = doors.unlock(step, compartment, "move", person, parcel.id, "", now)
    return step.to(Moving(person, parcel.id, visit(step, compartment)), door_until(step, now))


def door(step: Step, story: Moving, outcome: Outcome, now: float) -> Step:
    """Something happened to the door from which a parcel is moved. After one that stood open for long no other opens
    by itself: whoever shuts it may have come by. The parcel may be scanned."""
    if outcome.what != "shut":
        return step.to(replace(story, late=story.late or outcome.what == "late"), door_until(step, now))
    parcel = step.point.parcels.get(story.parcel)
    if parcel is None or parcel.state != "missing" or parcel.compartment:  # it stayed, or nobody saw
        return stay(step, home(step.point, story.courier), now)
    if parcel.recalled:
        return stocking.called_back(step, story.courier, parcel, now)
    if story.late:
        return stay(step, home(step.point, story.courier, "not_put_in"), now)
    return stocking.stow(step, story.courier, parcel, (story.visit.compartment,), now)


def door_touch(step: Step, story: Moving, touched: Touched, now: float) -> Step:
    """A touch while that door is opening, open or stuck."""
    order = order_at(step, story.visit)
    match touched.action:
        case "cancel" if order and order.opened_at:
            return mark(step, story.visit, keep=True)
        case "undo" if order and order.keep:
            return mark(step, story.visit)
        case "again":
            return pulse_again(step, story, now)
        case "cancel" | "help" if order and order.stuck:
            step = doors.give_up(step, story.visit.compartment)
            return stay(step, home(step.point, story.courier, "not_opened"), now)
    return step
