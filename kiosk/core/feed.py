"""What comes down ahead of time: parcels, patrons, cancelled holds; and the library's word on what it was told."""

from dataclasses import replace

from kiosk.core import people
from kiosk.core.case_facts import Disagreed
from kiosk.core.events import Receipted
from kiosk.core.facts import HoldLearnt, ParcelAnnounced, ParcelCalledBack
from kiosk.core.flows import remote
from kiosk.core.flows.cases import kind_of, things
from kiosk.core.limits import DAY_S
from kiosk.core.model import HERE, Case, Drop, Parcel, PickupPoint
from kiosk.core.open_cases import opened
from kiosk.core.plan import SIZES, Space
from kiosk.core.session import Step
from kiosk.core.settle import doubt, set_check
from kiosk.core.taken import is_part
from sync.instructions import Instructed
from sync.library_clock import Bounds
from sync.messages import (
    ItemDropped,
    ItemLent,
    NeighboursAre,
    Page,
    ParcelCollected,
    ParcelMissing,
    ParcelReady,
    ParcelRecalled,
    ParcelRemoved,
    ParcelSent,
    PatronChanged,
    PatronForgotten,
    PointTrouble,
    Receipt,
)
from sync.rounds import HoldExtended
from sync.things import Item, Patron, SentParcel

STAYS = "return"  # who put a returned item in for the next reader, where it stays


def heard(step: Step, page: Page, library: Bounds | None, now: float) -> Step:
    """Apply a page of the change feed. What lies in the cabinet is never forgotten; left unnamed, it is recalled."""
    if page.snapshot:
        step = _forget_unnamed(step, page)
    for change in page.changes:
        match change:
            case ParcelSent(parcel=parcel):
                step = _sent(step, parcel, now)
            case ParcelRecalled(parcel=parcel_id):
                step = _recalled(step, parcel_id)
            case PatronChanged(patron=patron):
                step = people.announced(step, patron)
            case PatronForgotten(patron=patron_id):
                step = people.forget(step, patron_id)
            case NeighboursAre(points=points):
                step = step.drop(*step.point.neighbours.values()).put(*points)
            case Instructed():
                step = remote.instructed(step, change, library, now)
    announced = [change.patron for change in page.changes if isinstance(change, PatronChanged)]
    step = forget_old(people.one_row_a_card(step, announced), now)
    return step.put(replace(step.point.counters, cursor=page.cursor))


def _sent(step: Step, sent: SentParcel, now: float) -> Step:
    old = step.point.parcels.get(sent.id)
    if old is None and len(step.point.parcels) >= step.point.plan.limits.parcels_max:
        return step.fact(PointTrouble("parcels_too_many", parcel=sent.id))
    items = _still_here(step.point, sent)
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
    if sent.patron != old.patron:  # what its reader allowed is not the next one's
        news |= {"helper": "", "helper_until": 0.0}
    other = {item.barcode for item in items} != {item.barcode for item in old.items}
    if other and _being_fetched(step.point, old):  # what is taken there is what was put in
        news["items"] = old.items
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
        step = step.put(replace(row, order=replace(row.order, keep=False, missing=False, absent=absent)))
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


def _still_here(point: PickupPoint, sent: SentParcel) -> tuple[Item, ...]:
    """What of this parcel its reader has not taken: the library may not have heard of that yet."""
    parts = (p for p in point.parcels.values() if p.state == "collected" and is_part(p, sent.id))
    taken = {item.barcode for part in parts for item in part.items}
    return tuple(item for item in sent.items if item.barcode not in taken) or sent.items


def _recalled(step: Step, parcel_id: str) -> Step:
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
            step = step.drop(parcel) if parcel.state == "sent" else _recalled(step, parcel.id)
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


def receipted(step: Step, event: Receipted, now: float) -> Step:
    """The library applied a telling, or disagrees: then it is a case for staff, with its own words."""
    receipt = event.receipt
    if receipt.status == "reused":  # not booked: it goes out again
        return step
    step = _confirmed(step, event)
    step = _whose(step, event, now)
    if receipt.status in ("applied", "duplicate"):
        return step
    told = event.telling.told
    case = Case(receipt.key, receipt.status, kind_of(told), receipt.detail, now, things(step.point, told))
    return opened(step.fact(Disagreed(receipt.key, receipt.status, receipt.detail)), case, told)


def _confirmed(step: Step, event: Receipted) -> Step:
    """The library has heard that something has gone, or is held for longer, whatever it makes of it."""
    told = event.telling.told
    if isinstance(told, ParcelRemoved | ParcelMissing):
        row = step.point.parcels.get(told.parcel)
        gone = row is not None and row.unheard and row.state in ("removed", "missing")
        return step.put(replace(row, unheard=False)) if row and gone else step
    if isinstance(told, HoldExtended):
        row = step.point.parcels.get(told.parcel)
        gone = row is not None and row.state in ("collected", "removed", "missing")
        return step.put(replace(row, unheard=False)) if row and not gone and row.expires == told.expires else step
    if isinstance(told, ItemLent):
        lent = (p for p in step.point.parcels.values() if p.unheard and p.patron == told.patron)
        mine = [p for p in lent if not p.compartment and [item.barcode for item in p.items] == [told.item]]
        return step.put(*(replace(p, unheard=False) for p in mine if p.expires == told.due))
    if not isinstance(told, ParcelCollected):
        return step
    rows = (p for p in step.point.parcels.values() if p.unheard and (p.id == told.parcel or is_part(p, told.parcel)))
    mine = [p for p in rows if tuple(item.barcode for item in p.items) == told.items]  # all of it, or the part taken
    return step.put(*(replace(p, unheard=False) for p in mine))


def _whose(step: Step, event: Receipted, now: float) -> Step:
    """What was put in is held for somebody, as the library has learnt only now; or for nobody here, and a courier
    takes it out again."""
    patron, told = event.receipt.held_for, event.telling.told
    match told:
        case ParcelReady() if not step.point.plan.library.announces:
            parcel = step.point.parcels.get(told.parcel)
            if parcel is None or parcel.state not in HERE:
                return step
            if parcel.patron and (patron is None or patron.id == parcel.patron):
                return step
            if patron is None and event.receipt.stock:
                expires = step.point.dated(now) + step.point.plan.limits.stock_days * DAY_S
                return step.put(replace(parcel, stock=True, recalled=False, expires=expires))
            row = step.point.compartments.get(parcel.compartment)
            fetched = row is not None and row.order is not None and row.order.purpose == "pickup"
            if patron is None or fetched:  # what whoever is at its door leaves there is looked through by a courier
                return _recalled(step, parcel.id)
            return _held(step, _of(step.point, parcel, patron, now), patron)
        case ItemDropped():
            return _routed(step, event.receipt, told, now)
    return step


def _routed(step: Step, receipt: Receipt, told: ItemDropped, now: float) -> Step:
    """Where a returned item goes: it stays for the next reader or for anybody, alone behind its door; else a courier is
    told."""
    drop = next((d for d in step.point.drops_at(told.compartment) if d.item.barcode == told.item), None)
    if drop is None or drop.state != "received":
        return step
    patron, row = receipt.held_for, step.point.compartments.get(told.compartment)
    space = step.point.plan.spaces.get(told.compartment)  # None: it has been taken out of the configuration since
    if patron is None and not receipt.stock:
        return step.put(replace(drop, goes_to=receipt.goes_to)) if receipt.goes_to else step
    alone = len(step.point.drops_at(told.compartment)) == 1 and not step.point.at(told.compartment)
    parcel = _kept(step, drop, receipt, space, now) if space else None
    if row is None or row.order or row.out or not alone or parcel is None:
        return step.put(replace(drop, held=patron is not None))  # a courier sorts it out
    step = _held(step.drop(drop), parcel, patron) if patron else step.drop(drop).put(parcel)
    if receipt.set_aside is None:
        return step  # whoever sets it aside by a check-in knows that it is here
    return step.fact(ParcelReady(parcel.id, row.name, STAYS, tuple(item.barcode for item in parcel.items)))


def _kept(step: Step, drop: Drop, receipt: Receipt, space: Space, now: float) -> Parcel | None:
    """A returned item that stays behind its door. None: the library has changed its mind."""
    if (sent := receipt.set_aside) is not None:
        old = step.point.parcels.get(sent.id)
        if old and (old.state != "sent" or old.recalled):
            return None
        parcel = _sent(step, sent, now).point.parcels.get(sent.id)
        return parcel and replace(parcel, state="ready", compartment=drop.compartment, changed_at=now)
    limits = step.point.plan.limits
    patron = receipt.held_for.id if receipt.held_for else ""
    expires = step.point.dated(now) + (limits.hold_days if patron else limits.stock_days) * DAY_S
    parcel = Parcel(f"d{drop.id}", patron, (drop.item,), space.size, expires, stock=not patron)
    return replace(parcel, state="ready", compartment=drop.compartment, changed_at=now)


def _of(point: PickupPoint, parcel: Parcel, patron: Patron, now: float) -> Parcel:
    """Set aside for this patron from now on, whoever could have had it before."""
    expires = point.dated(now) + point.plan.limits.hold_days * DAY_S
    parcel = replace(parcel, patron=patron.id, stock=False, recalled=False, asked_at=now, expires=expires)
    return replace(parcel, helper="", helper_until=0.0)


def _held(step: Step, parcel: Parcel, patron: Patron) -> Step:
    known = step.point.patrons.get(patron.id)
    patron = replace(patron, reach=patron.reach or (known is not None and known.reach))  # as they have said here
    step = step.put(parcel).fact(HoldLearnt(parcel.id, patron.id, parcel.compartment))
    return step if known and known.role != "reader" else step.put(patron)
