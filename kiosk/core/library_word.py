"""The library's word on what it was told: booked, or a case; and for whom is held what was put in or came back."""

from dataclasses import replace

from kiosk.core import feed
from kiosk.core.case_facts import Disagreed
from kiosk.core.events import Receipted
from kiosk.core.facts import HoldLearnt
from kiosk.core.flows.cases import kind_of, things
from kiosk.core.limits import DAY_S
from kiosk.core.model import HERE, Case, Drop, Parcel, PickupPoint
from kiosk.core.open_cases import opened
from kiosk.core.plan import Space
from kiosk.core.session import Step
from kiosk.core.taken import is_part
from sync.messages import (
    ItemDropped,
    ItemLent,
    ParcelCollected,
    ParcelMissing,
    ParcelReady,
    ParcelRemoved,
    Receipt,
)
from sync.rounds import HoldExtended
from sync.things import Patron

STAYS = "return"  # who put a returned item in for the next reader, where it stays


def heard(step: Step, event: Receipted, now: float) -> Step:
    """The library applied a telling, or disagrees: then it is a case for staff, of when it happened, with its words."""
    receipt = event.receipt
    if receipt.status == "reused":  # not booked: it goes out again
        return step
    step = _confirmed(step, event, now)
    step = _whose(step, event, now)
    if receipt.status in ("applied", "duplicate"):
        return step
    told = event.telling.told
    case = Case(receipt.key, receipt.status, kind_of(told), receipt.detail, event.telling.at, things(step.point, told))
    return opened(step.fact(Disagreed(receipt.key, receipt.status, receipt.detail)), case, told)


def _confirmed(step: Step, event: Receipted, now: float) -> Step:
    """The library has heard that something has gone, or is held for longer, whatever it makes of it. What has gone is
    kept for some days from now on: of what was said of it before that, the feed may tell only later."""
    told = event.telling.told
    if isinstance(told, ParcelRemoved | ParcelMissing):
        row = step.point.parcels.get(told.parcel)
        if row is None or not row.unheard or row.compartment or row.state not in ("removed", "missing"):
            return step
        return step.put(replace(row, unheard=False, changed_at=now if row.state == "removed" else row.changed_at))
    if isinstance(told, HoldExtended):
        row = step.point.parcels.get(told.parcel)
        if row is None or row.expires != told.expires or row.state in ("collected", "removed"):
            return step
        lost = row.state == "missing" and not row.compartment  # else it lies there, and the library names other items
        return step if lost else step.put(replace(row, unheard=False))
    if isinstance(told, ItemLent):
        lent = (p for p in step.point.parcels.values() if p.unheard and p.patron == told.patron)
        mine = [p for p in lent if not p.compartment and [item.barcode for item in p.items] == [told.item]]
        return step.put(*(replace(p, unheard=False) for p in mine if p.expires == told.due))
    if not isinstance(told, ParcelCollected):
        return step
    rows = (p for p in step.point.parcels.values() if p.unheard and (p.id == told.parcel or is_part(p, told.parcel)))
    mine = [p for p in rows if tuple(item.barcode for item in p.items) == told.items]  # all of it, or the part taken
    return step.put(*(replace(p, unheard=False, changed_at=now) for p in mine))


def _whose(step: Step, event: Receipted, now: float) -> Step:
    """What was put in is held for somebody, as the library has learnt only now; or for nobody here, and a courier
    takes it out again."""
    patron, told = event.receipt.held_for, event.telling.told
    match told:
        case ParcelReady() if not step.point.plan.library.announces:
            parcel = step.point.parcels.get(told.parcel)
            if parcel is None or parcel.state not in HERE:
                return step
            if parcel.patron and (patron is None or (patron.id == parcel.patron and not parcel.recalled)):
                return step
            if patron is None and event.receipt.stock:
                expires = step.point.dated(now) + step.point.plan.limits.stock_days * DAY_S
                return step.put(replace(parcel, stock=True, recalled=False, expires=expires, unheard=False))
            row = step.point.compartments.get(parcel.compartment)
            fetched = row is not None and row.order is not None and row.order.purpose == "pickup"
            if patron is None or fetched:  # what whoever is at its door leaves there is looked through by a courier
                return feed.recalled(step, parcel.id)
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
    theirs = patron is not None and patron.id == parcel.patron  # else it is somebody else's since
    step = _held(step.drop(drop), parcel, patron) if patron and theirs else step.drop(drop).put(parcel)
    if receipt.set_aside is None:
        return step  # whoever sets it aside by a check-in knows that it is here
    return step.fact(ParcelReady(parcel.id, row.name, STAYS, tuple(item.barcode for item in parcel.items)))


def _kept(step: Step, drop: Drop, receipt: Receipt, space: Space, now: float) -> Parcel | None:
    """A returned item that stays behind its door. None: the library has changed its mind."""
    if (sent := receipt.set_aside) is not None:
        old = step.point.parcels.get(sent.id)
        if old and (old.state != "sent" or old.recalled or [one.barcode for one in old.items] != [drop.item.barcode]):
            return None
        new = feed.parcel_sent(step, sent, now).point.parcels.get(sent.id)
        parcel = old or new  # what the feed has said of it is no older than this
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
    return replace(parcel, helper="", helper_until=0.0, unheard=False)  # of a longer time before it nobody need hear


def _held(step: Step, parcel: Parcel, patron: Patron) -> Step:
    known = step.point.patrons.get(patron.id)
    announces = step.point.plan.library.announces  # what the feed has said of people is no older than this
    patron = replace(patron, reach=patron.reach or (known is not None and known.reach))  # as they have said here
    if known and not announces:  # a check-in names them, and says nothing of their standing
        patron = replace(patron, standing=known.standing, reason=known.reason)
    rows = step.point.patrons.values()
    taken = {card for row in rows if announces or row.role != "reader" for card in row.cards}  # or begins their round
    patron = replace(patron, cards=tuple(card for card in patron.cards if card not in taken))
    step = step.put(parcel).fact(HoldLearnt(parcel.id, patron.id, parcel.compartment))
    return step if known and (announces or known.role != "reader") else step.put(patron)
