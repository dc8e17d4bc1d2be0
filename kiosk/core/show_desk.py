"""The screens of the desk, from the state; part of show.py."""

from collections import Counter
from dataclasses import replace

from hardware.readings import Door
from kiosk.core.day_report import report
from kiosk.core.desk_screens import (
    Desk,
    DeskScreen,
    DoorLine,
    DoorList,
    DoorSheet,
    DoorState,
    MachineSheet,
    Use,
)
from kiosk.core.flows import clearing, slips
from kiosk.core.flows.desk import REASONS, movable, to_audit
from kiosk.core.limits import DAY_S
from kiosk.core.model import Compartment, PickupPoint
from kiosk.core.rights import rights
from kiosk.core.stories import AtDesk
from kiosk.core.use import HOUR_S


def screen(point: PickupPoint, story: AtDesk, now: float) -> DeskScreen:
    """The page of the desk that stands before somebody."""
    match story.page:
        case "doors":
            rows = (point.compartments[name] for name in point.plan.spaces if name in point.compartments)
            return DoorList(tuple(DoorLine(row.name, _state(point, row), _things(point, row.name)) for row in rows))
        case "door" | "why" if story.door in point.compartments and story.door in point.plan.spaces:
            return _sheet(point, story)
        case "report":
            return replace(
                report(point, now), printing=slips.offer(point, story.printing), paper=slips.paper_to_see_to(point)
            )
        case "use":
            return Use(story.chart, _points(point, story.chart, now))
        case "machine":
            return _machine(point, now)
    return Desk(rights(point, story.courier), len(to_audit(point)), story.notice)


def _things(point: PickupPoint, name: str) -> int:
    return len(point.at(name)) + len(point.drops_at(name))


def _state(point: PickupPoint, row: Compartment) -> DoorState:
    if row.door is not Door.SHUT:
        return "open" if row.door is Door.OPEN else "unseen"
    if row.out:
        return "stuck" if row.out == "stuck" else "check"
    if row.order:
        return "busy"
    return "aside" if row.aside else "taken" if _things(point, row.name) else "free"


def _sheet(point: PickupPoint, story: AtDesk) -> DoorSheet:
    row, space, wear = point.compartments[story.door], point.plan.spaces[story.door], point.wears.get(story.door)
    titles = (t for p in point.at(row.name) for t in p.titles)
    return DoorSheet(
        row.name,
        _state(point, row),
        space.size,
        space.bottom_cm,
        (*titles, *(d.item.title for d in point.drops_at(row.name))),
        clearing.can_look(point, row.name),
        row.aside,
        movable(point, row.name) is not None,
        wear.openings if wear else 0,
        wear.now_s if wear else 0.0,
        REASONS if story.page == "why" else (),
    )


def _points(point: PickupPoint, chart: str, now: float) -> tuple[tuple[str, int], ...]:
    hours = sorted(point.hours.values(), key=lambda one: int(one.hour))
    match chart:
        case "doors":
            return tuple((name, w.openings if (w := point.wears.get(name)) else 0) for name in point.plan.spaces)
        case "waits":
            days = Counter[int]()
            for one in hours:
                days.update(dict(enumerate(one.waited)))
            return tuple((str(day), days[day]) for day in range(8))
        case "stuck":
            return tuple((str(int(one.hour) * int(HOUR_S)), one.stuck) for one in hours if one.stuck)
    week = (one for one in hours if int(one.hour) >= (now - 7 * DAY_S) // HOUR_S)
    return tuple((str(int(one.hour) * int(HOUR_S)), one.taken + one.returned) for one in week)


def _machine(point: PickupPoint, now: float) -> MachineSheet:
    rows = point.compartments.values()
    return MachineSheet(
        point.plan.point,
        tuple((d.name, d.up, d.why) for d in sorted(point.devices.values(), key=lambda d: (d.up, d.name))),
        tuple(sorted(row.name for row in rows if row.door is Door.UNKNOWN)),
        len(point.compartments),
        point.counters.online,
        point.counters.clock_off or point.counters.clock_wrong,
        now,
        point.counters.sessions,
        len(point.parcels),
        len(point.patrons),
        len(point.cases),
    )
