"""What comes down ahead of time: parcels, patrons, cancelled holds."""

from dataclasses import replace

from kiosk.core import people
from kiosk.core.facts import ParcelAnnounced, ParcelCalledBack
from kiosk.core.flows import remote
from kiosk.core.limits import DAY_S
from kiosk.core.model import HERE, Parcel, PickupPoint
from kiosk.core.plan import SIZES
from kiosk.core.session import Step
from kiosk.core.settle import doubt, set_check
from kiosk.core.taken import is_part
from sync.instructions import Instructed
from sync.library_clock import Bounds
from sync.messages import (
    NeighboursAre,
    Page,
    ParcelRecalled,
    ParcelSent,
    PatronChanged,
    PatronForgotten,
    PointTrouble,
)
from sync.things import Item, SentParcel

PAGE_OLD_S = 3600.0  # older no page of news is than what it does not know yet


def heard(step: Step, page: Page, library: Bounds | None, now: float) -> Step:
    """Apply a page of the change feed. What lies in the cabinet is never forgotten; left unnamed, it is recalled."""
    if page.snapshot:
        step = _forget_unnamed(step, page)
    for change in page.changes:
        match change:
            case ParcelSent(parcel=parcel):
                step = parcel_sent(step, parcel, now)
            case ParcelRecalled(parcel=parcel_id):
                step = recalled(step, parcel_id)
            case PatronChanged(patron=patron):
                step = people.announced(step, patron)
            case PatronForgotten(patron=patron_id):
                step = people.forget(step, patron_id)
            case NeighboursAre(points=points):
                step = step.drop(*step.point.neighbours.values()).put(*points)
            case Instructed():
                step = remote.instructed(step, change, library, now)
    patrons = [change.patron for change in page.changes if isinstance(change, PatronChanged)]
    step = forget_old(people.one_row_a_card(step, patrons), now)
    return step.put(replace(step.point.counters, cursor=page.cursor))


def parcel_sent(step: Step, sent: SentParcel, now: float) -> Step:
    """A parcel as the library names it now; one that has gone does not come back by it."""
    old = step.point.parcels.get(sent.id)
    if old is None and len(step.point.parcels) >= step.point.plan.limits.parcels_max:
        return step.fact(PointTrouble("parcels_too_many", parcel=sent.id))
    items = _still_here(step.point, sent, now) or (old.items if old else sent.items)
    news = {
        "patron": sent.patron,
        "items": items,
        "size": sent.size,
        "expires": sent.expires,
        "code": sent.code if sent.patron else "",  # what is stock by now is nobody's by the code of before
        "pass_id": sent.pass_id if sent.patron else "",
        "stock": not sent.patron,
    }
    if old is None:
        parcel = Parcel(id=sent.id, changed_at=now, **news)  # type: ignore[arg-type]
        step = step.put(parcel).fact(ParcelAnnounced(sent.id))
        return _said_to_lie(step, parcel, sent.lies_in) if sent.lies_in else step
    if old.state in ("collected", "removed"):  # it has gone; a late word about it brings nothing back
        return step
    if items == old.items and SIZES[old.size] > SIZES[sent.size]:  # learnt here when it did not fit
        news["size"] = old.size
    if old.unheard and sent.patron == old.patron:  # the library does not know yet for how long it is held
        news["expires"] = max(old.expires, sent.expires)
    if old.state in HERE and old.compartment and (sent.patron != old.patron or sent.expires >= old.expires):
        news["unheard"] = False  # the library has a word of its own on that
    if sent.patron != old.patron:  # what its reader allowed is not the next one's
        news |= {"helper": "", "helper_until": 0.0}
    other = {item.barcode for item in items} != {item.barcode for item in old.items}
    if other and _being_fetched(step.point, old):  # what is taken there is what was put in
        news["items"] = old.items
    elif other:  # a book that another parcel named before is of this one now
        news["changed_at"] = now
    if old.state == "missing" and not (old.compartment or old.unheard):  # found, or packed anew: it comes again
        news |= {"state": "sent", "changed_at": now}
    step = step.put(replace(old, recalled=False, **news))  # type: ignore[arg-type]
    return _look_behind(step, old) if other else step


def _look_behind(step: Step, old: Parcel) -> Step:
    """Books do not come or go behind a door because a list says so: nobody fetches it before a courier has looked. What
    somebody who looks there has just said was said of others."""
    row = step.point.compartments.get(old.compartment)
    if row is None or old.state not in HERE:
        return step
    if row.order and row.order.purpose == "check":
        absent = tuple(thing for thing in row.order.absent if thing != old.id)
        named = {item.barcode for item in step.point.parcels[old.id].items}
        found = tuple(barcode for barcode in row.order.found if barcode not in named)
        order = replace(row.order, keep=False, missing=False, absent=absent, found=found)
        step = step.put(replace(row, order=order))
    step = doubt(step, row.name) if old.state in ("ready", "loading") else step
    here = step.point.parcels[old.id]
    return step if _being_fetched(step.point, old) else step.put(replace(here, state="missing"))


def _being_fetched(point: PickupPoint, parcel: Parcel) -> bool:
    """Whether a door is opening, open or just shut for somebody who fetches this parcel."""
    row = point.compartments.get(parcel.compartment)
    order = row.order if row else None
    return order is not None and order.purpose == "pickup" and order.about == parcel.id


def _said_to_lie(step: Step, parcel: Parcel, compartment: str) -> Step:
    """The library was told that it was put in, and nothing of that is known here: the store was lost. Its reader may
    open that door; a courier looks behind it."""
    row = step.point.compartments.get(compartment)
    if row is None or row.order or step.point.at(compartment) or step.point.drops_at(compartment):
        return step
    step = step.put(replace(parcel, state="doubt", compartment=compartment))
    return set_check(step, compartment).fact(PointTrouble("parcel_in_doubt", compartment, parcel.id))


def _still_here(point: PickupPoint, sent: SentParcel, now: float) -> tuple[Item, ...]:
    """What of this parcel its reader has not taken: the library may not have heard of that yet, or not when it wrote
    this. What it names later has come back."""
    parts = (p for p in point.parcels.values() if p.state == "collected" and is_part(p, sent.id))
    unheard = (part for part in parts if part.unheard or now - part.changed_at < PAGE_OLD_S)
    taken = {item.barcode for part in unheard for item in part.items}
    return tuple(item for item in sent.items if item.barcode not in taken)


def recalled(step: Step, parcel_id: str) -> Step:
    """Not to be handed out any more."""
    parcel = step.point.parcels.get(parcel_id)
    if parcel is None or parcel.recalled or parcel.state in ("collected", "removed"):
        return step
    step = step.fact(ParcelCalledBack(parcel_id))
    return step.put(replace(parcel, recalled=True))


def _forget_unnamed(step: Step, page: Page) -> Step:
    parcels = {c.parcel.id for c in page.changes if isinstance(c, ParcelSent)}
    patrons = {c.patron.id for c in page.changes if isinstance(c, PatronChanged)}
    if not step.point.plan.library.announces:  # it names those who work here, and nobody else
        return step.drop(*(p for p in step.point.patrons.values() if p.role != "reader" and p.id not in patrons))
    for parcel in step.point.parcels.values():
        if parcel.id not in parcels:  # what lies here and is wanted by nobody any more is for the courier
            step = step.drop(parcel) if parcel.state == "sent" else recalled(step, parcel.id)
    return people.forget(step, *sorted(step.point.patrons.keys() - patrons))


def forget_old(step: Step, now: float) -> Step:
    """Parcels that have gone are kept for some days, for returns by book number while offline, and until the library
    has heard of it: else its next list would bring them back. Then they are forgotten."""
    step = people.forget_gone(step)
    if step.point.counters.clock_wrong:
        return step
    old = now - step.point.plan.limits.keep_days * DAY_S
    announces = step.point.plan.library.announces
    gone = ("collected", "removed", "missing", "sent")
    over = [
        p
        for p in step.point.parcels.values()
        if p.state in gone
        and not p.compartment
        and (p.changed_at < old or p.changed_at > now + DAY_S)  # the latter: gone while this clock was ahead
        and not p.unheard
        and (p.state != "sent" or p.recalled or not announces)
    ]
    step = step.drop(*over) if over else step
    if announces:
        return step
    concerned = {p.patron for p in step.point.parcels.values()}
    return step.drop(*(p for p in step.point.patrons.values() if p.role == "reader" and p.id not in concerned))
