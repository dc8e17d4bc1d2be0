"""A door that is seen open and perhaps is not: the wire of its sensor may be broken.

Its reader must not wait for a technician, and nobody may open it who cannot look: so who works here can have its lock
pulsed, and looks. Nothing of it is seen then: that it opens the board's yes says, and that all is done the person.
"""

from dataclasses import replace

from hardware.readings import Door
from kiosk.core.downtime import given_back
from kiosk.core.facts import NotOpened
from kiosk.core.model import Compartment
from kiosk.core.session import Step
from kiosk.core.settle import found_there, mark_doubt, settle, told_too_soon
from kiosk.core.taken import book_collected
from sync.messages import PointTrouble


def seems_open(row: Compartment) -> bool:
    """Whether a door is seen open with nobody at it. It is, or its sensor says so of a shut one; who works here may
    look. For anybody else it stays as it is."""
    return row.door is Door.OPEN and (row.order is None or row.order.late)


def unsensed(row: Compartment) -> bool:
    """Whether somebody looks behind a door that was seen open before it was opened: nothing of it will be seen."""
    return row.door is Door.OPEN and row.out == "forced" and row.order is not None


def let_go(step: Step, compartment: str, now: float) -> Step:
    """Before somebody looks behind a door that seems open: what was under way there ends. What its reader took is
    booked, what was found there has come back; what else lies there is in doubt. Nothing for a door that does not seem
    open."""
    row = step.point.compartments[compartment]
    if not seems_open(row):
        return step
    if row.order is not None:
        step = found_there(book_collected(step, row.order, now), compartment, row.order, now)
        if row.order.booked and row.order.said:  # after its loan was told
            step = step.fact(*told_too_soon(step, compartment, row.order))
    since = row.down_since or (row.order.opened_at if row.order else now)
    return mark_doubt(step.put(replace(row, order=None, out="forced", down_since=since)), compartment)


def looked(step: Step, compartment: str, now: float) -> Step:
    """Somebody has said what lies behind a door that is ``unsensed``; that settles it, for no shutting will be seen. It
    stays out of use, and people hear that its sensor cannot be believed."""
    row = step.point.compartments[compartment]
    assert row.order is not None, f"{compartment} has no order"
    step = given_back(step, row, now).put(replace(row, order=None, down_since=now))
    step = settle(step, compartment, row.order, now)
    step = step.put(replace(step.point.compartments[compartment], out="forced"))
    return step.fact(PointTrouble("sensor_open", compartment))


def stayed_shut(step: Step, compartment: str) -> Step:
    """Somebody says that a door that is ``unsensed`` did not open."""
    row = step.point.compartments[compartment]
    assert row.order is not None, f"{compartment} has no order"
    step = step.put(replace(row, order=None)).fact(NotOpened(compartment, row.order.id))
    return step.fact(PointTrouble("door_stuck", compartment))
