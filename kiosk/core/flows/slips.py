"""Slips: what was taken or returned, on paper if there is a printer. The facts are committed long before.

At most once: a slip is ordered by a touch (or unasked) as its story ends, and that it was is on disk before the printer
hears of it. It is ordered again only where the printer said that nothing was printed. After a power cut nobody knows
of it any more, so nothing is printed late, before the eyes of somebody else.
"""

from dataclasses import replace

from hardware.readings import PrintEnded
from kiosk.core.commands import Print
from kiosk.core.desk_screens import DaySlip
from kiosk.core.facts import SlipEnded, SlipOrdered
from kiosk.core.model import PickupPoint
from kiosk.core.notices import PaperState, Printing
from kiosk.core.screens import Goodbye, Slip
from kiosk.core.session import Step
from kiosk.core.stories import AtDesk, Ended

LANGUAGES = ("zh", "en")


def printer(point: PickupPoint) -> str:
    """The name of a printer that can print now, or nothing."""
    rows = (point.devices.get(name) for name in point.plan.printers)
    return next((row.name for row in rows if row and row.up and row.paper in ("ok", "near_end")), "")


def paper_to_see_to(point: PickupPoint) -> PaperState:
    """Why somebody should look after a printer that answers, or nothing."""
    rows = (point.devices.get(name) for name in point.plan.printers)
    return next((row.paper for row in rows if row and row.up and row.paper not in ("", "ok")), "")


def offered(point: PickupPoint, screen: Goodbye) -> Goodbye:
    """The screen as it stands before the person: with the offer to print where that can be done."""
    return replace(screen, printing=offer(point, screen.printing)) if screen.slip else screen


def offer(point: PickupPoint, printing: Printing) -> Printing:
    """How it stands with the printing; where it can be done and surely was not, with the offer."""
    offers: dict[Printing, Printing] = {"": "offered", "nothing": "again"}
    return offers.get(printing, printing) if printer(point) else printing


def touch(step: Step, story: Ended, language: str, now: float) -> Step:
    """Print the slip of the story that has ended; nothing where it was begun, or cannot be."""
    screen = story.screen
    if not isinstance(screen, Goodbye) or not screen.slip or screen.printing not in ("", "nothing"):
        return step
    if not printer(step.point):
        return step
    return order(step, replace(story, screen=replace(screen, printing="under_way")), screen.slip, language, now)


def order(step: Step, story: Ended | AtDesk, slip: Slip | DaySlip, language: str, now: float) -> Step:
    """Have it printed, by a printer that can; the story waits for its word."""
    device = printer(step.point)
    step = step.fact(SlipOrdered(slip.id, device)).order(Print(device, slip, language if language in LANGUAGES else ""))
    return step.to(story, now + step.point.plan.limits.print_wait_s)


def ended(step: Step, event: PrintEnded, now: float) -> Step:
    """The printer's word on a slip, for the journal, and for the person if they still stand there."""
    step = step.fact(SlipEnded(event.slip, event.printed))
    match step.session.story:
        case Ended(screen=Goodbye(slip=slip, printing="under_way") as screen) as story if (
            slip and slip.id == event.slip
        ):
            story = replace(story, screen=replace(screen, printing=event.printed.value))
            return step.to(story, now + step.point.plan.limits.slip_s)
        case AtDesk(slip=event.slip, printing="under_way") as desk:
            until = now + step.wait_s(step.point.plan.limits.idle_s)
            return step.to(replace(desk, printing=event.printed.value), max(step.session.until, until))
    return step
