"""What stands on the screen while a reader fetches what is theirs."""

from kiosk.core.flows.fetching import may_reopen, purpose_of
from kiosk.core.limits import DAY_S
from kiosk.core.model import PickupPoint
from kiosk.core.order import Order
from kiosk.core.reader_screens import Choose, DoorShut, Sort, Waiting
from kiosk.core.screens import DoorOpen
from kiosk.core.stories import Choosing, Fetching
from kiosk.core.taken import sort_out


def choose(point: PickupPoint, story: Choosing) -> Choose:
    """The list of what is ready."""
    rows = [p for p in map(point.parcels.get, story.parcels) if p]
    shown = (Waiting(p.id, p.compartment, p.size, p.titles, p.id in story.chosen) for p in rows)
    return Choose(tuple(shown), story.left.later + story.left.doubt, story.left.over)


def at_door(point: PickupPoint, story: Fetching, order: Order, now: float) -> DoorOpen | Sort | DoorShut:
    """The door stands open, or was shut just now."""
    visit, said, purpose = story.visit, _said(order), purpose_of(point, story)
    parcel = point.parcels.get(story.parcel)
    items = parcel.items if parcel else ()
    taken = sort_out(parcel, order).taken if parcel and parcel.state != "collected" else items
    titles = tuple(item.title for item in (items if said in ("keep", "missing", "reach") else taken))
    if order.resting:
        due = (order.shut_at + point.plan.limits.loan_days * DAY_S) if taken else 0.0
        can = may_reopen(point, story, order, now)
        rests_s = order.rests_about_s if order.rests_until > now else 0
        stuck = order.stuck and not order.rests_until
        following = point.parcels.get(story.queue[0]) if story.queue else None
        next_door = following.compartment if following else ""
        booked = tuple(item.title for item in taken)
        n, of = visit.n, visit.of
        return DoorShut(visit.compartment, booked, due, said, can, stuck, next_door, n, of, rests_s, purpose)  # type: ignore[arg-type]
    if story.sorting is not None:
        return Sort(visit.compartment, tuple((i.barcode, i.title, i.barcode in story.sorting) for i in items))
    return DoorOpen(
        purpose,
        visit.compartment,
        visit.n,
        visit.of,
        titles,
        order.late,
        said,  # type: ignore[arg-type]
        several=len(items) > 1,
        wrong=bool(order.wrong),
        notice=story.notice,
    )


def _said(order: Order) -> str:
    if order.reach:
        return "reach"
    if order.missing or order.keep:
        return "missing" if order.missing else "keep"
    return "some" if order.left or order.absent else ""
