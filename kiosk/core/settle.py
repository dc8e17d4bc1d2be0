"""What a door that shut means for what lies behind it: parcels loaded, taken, left, items returned, taken out.

The physical fact wins: opened for its reader and shut again means taken, unless the reader said otherwise.
"""

from dataclasses import replace
from textwrap import wrap

from kiosk.core import places
from kiosk.core.facts import LeftInside
from kiosk.core.flows import rounds
from kiosk.core.model import HERE, Drop, Parcel
from kiosk.core.order import Order
from kiosk.core.rights import has_bag
from kiosk.core.session import Step
from kiosk.core.tags import order as order_tag
from kiosk.core.taken import book_collected, row_of_taken, sort_out
from sync.messages import (
    ITEMS_MAX,
    ItemDropped,
    ItemsCleared,
    ParcelMissing,
    ParcelReady,
    ParcelRemoved,
    PointTrouble,
)
from sync.plain import TEXT_MAX
from sync.things import Item


def settle(step: Step, compartment: str, order: Order, now: float) -> Step:
    """A door opened for this order has shut. ``order`` is no longer in the row."""
    dark = order.cut and order.said and not order.shut_at  # did they see that it was heard, or act otherwise?
    if dark and not order.booked:
        step = found_there(step, compartment, order, now)  # what was scanned was in a hand; of the rest nobody knows
        return doubt(step, compartment)
    match order.purpose:
        case "pickup":
            return _pickup(step, compartment, order, now)
        case "stocking":
            return _stocking(step, compartment, order, now)
        case "dropoff":
            return _dropoff(step, compartment, order, now)
        case "clearing":
            return _clearing(step, compartment, order, now)
        case "check":
            return _check(step, compartment, order, now)
        case "move":
            return _moved_out(step, compartment, order, now)
        case "remote":  # nobody proved who they are, and nobody saw what was taken or put in
            return doubt(step, compartment)


def _pickup(step: Step, compartment: str, order: Order, now: float) -> Step:
    parcel = step.point.parcels.get(order.about)
    if parcel is None or parcel.state == "collected" or order.booked:  # told while it stood open: who knows who shut it
        return set_check(mark_doubt(step, compartment), compartment).fact(*told_too_soon(step, compartment, order))
    step = book_collected(step, order, now)
    sorted_ = sort_out(parcel, order)
    if order.reach:
        step = places.cannot_reach(step, parcel.id, "" if order.proof == "helper" else order.person)
    if order.wrong:
        detail = order.wrong if order.wrong != "?" else ""
        step = set_check(step.fact(PointTrouble("wrong_item", compartment, parcel.id, detail)), compartment)
    if sorted_.lacking:
        here = step.point.parcels[parcel.id]
        if sorted_.left:  # what was not there is told, and not theirs when they come for the rest
            step = step.put(replace(here, items=sorted_.left, state="doubt", changed_at=now))
        else:
            step = step.put(replace(here, state="missing", changed_at=now))
        which = tuple(item.barcode for item in sorted_.lacking) if sorted_.taken or sorted_.left else ()
        return set_check(step.fact(ParcelMissing(parcel.id, order.person, which)), compartment)
    if sorted_.left and not _left_alone(step, order, now):
        return step.fact(LeftInside(parcel.id, compartment))
    if sorted_.left or (order.cut and not order.shut_at):  # before a dark screen nobody could say that it stays
        return doubt(step, compartment)
    return step if order.wrong else _clear_check(step, compartment)


def told_too_soon(step: Step, compartment: str, order: Order) -> list[PointTrouble]:
    """The loan was told while the door stood open. Who said afterwards that something stays there may be right."""
    taken = row_of_taken(step.point, order.about, order.id)
    if taken is None or not order.said:
        return [PointTrouble("parcel_in_doubt", compartment, order.about)]
    back = sort_out(taken, order)
    said = back.left + back.lacking or (taken.items if taken.id == order.about else ())
    lines = wrap(" ".join(item.barcode for item in said), TEXT_MAX, break_long_words=False, break_on_hyphens=False)
    if not lines:  # what was said is of the rest of the parcel, whose loan was not told
        return [PointTrouble("parcel_in_doubt", compartment, order.about)]
    return [PointTrouble("loan_in_doubt", compartment, order.about, line) for line in lines]


def _stocking(step: Step, compartment: str, order: Order, now: float) -> Step:
    alone = _left_alone(step, order, now)
    if order.keep:
        step = withdraw(step, compartment, order)
        return doubt(step, compartment) if alone else step  # others may have put something in
    parcel = step.point.parcels.get(order.about)
    if order.cut or alone or parcel is None or parcel.state == "missing":  # which: the library named other items since
        return doubt(step, compartment)
    step = rounds.loaded(step, order.person, now)
    return _ready(step, parcel, compartment, order.person, now)


def _left_alone(step: Step, order: Order, now: float) -> bool:
    """The door stood open so long that whoever shut it need not be who was to do something there. So it may have, where
    the machine has lost the time with its power (recovery.py)."""
    limits = step.point.plan.limits
    return now - order.opened_at >= limits.shut_wait_s + limits.left_open_s


def _ready(step: Step, parcel: Parcel, compartment: str, courier: str, now: float) -> Step:
    barcodes = tuple(item.barcode for item in parcel.items)
    step = rounds.out_of_bag(_taken_elsewhere(step, barcodes, parcel.id, now), barcodes)
    if not step.point.plan.library.announces:  # told as put in it is checked in, so no return of it is awaited
        back = (d for d in step.point.drops.values() if d.item.barcode in barcodes and d.state == "doubt")
        step = step.drop(*back)
    step = step.put(replace(parcel, state="ready", compartment=compartment, changed_at=now))
    return step.fact(ParcelReady(parcel.id, compartment, courier, barcodes))


def _dropoff(step: Step, compartment: str, order: Order, now: float) -> Step:
    alone = _left_alone(step, order, now)
    if order.keep:
        step = withdraw(step, compartment, order)
    if alone:
        return doubt(step, compartment)
    return step if order.keep else receive(step, _pending(step, compartment), now)


def _pending(step: Step, compartment: str) -> list[Drop]:
    return [drop for drop in step.point.drops_at(compartment) if drop.state == "pending"]


def withdraw(step: Step, compartment: str, order: Order) -> Step:
    """Nothing went in: parcel or items are still in the person's hands, as before the order."""
    parcel = step.point.parcels.get(order.about)
    if order.purpose == "stocking" and parcel and parcel.state == "loading" and parcel.compartment == compartment:
        step = step.put(replace(parcel, state="sent", compartment=""))
    if order.purpose == "dropoff":
        step = step.drop(*_pending(step, compartment))
        for item, pad in zip(order.ringing, order.pads, strict=True):  # still on loan, and the gate would ring for it
            step, _ = order_tag(step, pad, item, False)
    return step


def receive(step: Step, drops: list[Drop], now: float) -> Step:
    """These items have come back: a check-in for each, told once. One that should lie behind another door does not: its
    reader, whose door stands open there, took it out before."""
    for drop in drops:
        step = _taken_elsewhere(step, (drop.item.barcode,), "", now)
        same = (d for d in step.point.drops.values() if d.item.barcode == drop.item.barcode and d.id != drop.id)
        step = step.drop(*(d for d in same if d.state == "doubt"))  # it lies here, so it does not lie there
        step = step.put(replace(drop, state="received", at=now))
        step = step.fact(ItemDropped(drop.item.barcode, drop.compartment, drop.checked, drop.patron))
    return step


def _taken_elsewhere(step: Step, barcodes: tuple[str, ...], now_in: str, now: float) -> Step:
    """These were put in just now, so what other parcels here hold of them is not where it should be."""
    for parcel in list(step.point.parcels.values()):
        here = parcel.state in HERE and parcel.compartment and parcel.id != now_in
        if here and any(item.barcode in barcodes for item in parcel.items):
            step = _gone(step, parcel, now)
    lent = [p for p in step.point.parcels.values() if p.state == "collected"]
    back = [p for p in lent if any(item.isbn and item.barcode in barcodes for item in p.items)]
    return step.put(*(replace(p, items=tuple(_unnumbered(item, barcodes) for item in p.items)) for p in back))


def _unnumbered(item: Item, barcodes: tuple[str, ...]) -> Item:
    """What has come back: by the number of its title it is not meant when another copy does."""
    return replace(item, isbn="") if item.barcode in barcodes else item


def _gone(step: Step, parcel: Parcel, now: float) -> Step:
    row = step.point.compartments[parcel.compartment]
    if row.order is None or row.order.about != parcel.id or not row.order.opened_at:
        return doubt(step, row.name)
    booked = book_collected(step, row.order, now)
    return doubt(step, row.name) if booked is step else booked.put(replace(row, order=replace(row.order, booked=True)))


def _clearing(step: Step, compartment: str, order: Order, now: float) -> Step:
    step = found_there(step, compartment, order, now)  # the screen said: into the bag
    if _left_alone(step, order, now):
        return doubt(step, compartment)
    if order.keep:
        return step
    step = _not_there(step, compartment, order, now)
    parcels, drops = step.point.at(compartment), step.point.drops_at(compartment)
    for parcel in parcels:
        step = step.put(replace(parcel, state="removed", compartment="", changed_at=now, unheard=True))
        step = step.fact(ParcelRemoved(parcel.id, order.person))
    step = receive(step, [d for d in drops if d.state != "received"], now)
    items = tuple(d.item.barcode for d in drops)
    step = _cleared(step.drop(*drops), items, compartment, order)
    if parcels or drops:
        step = rounds.into_bag(step, order.person, now, tuple(p.id for p in parcels), items)
    if order.cut:  # before a dark screen: something may have stayed
        return doubt(step, compartment)
    return _clear_check(step, compartment)


def _check(step: Step, compartment: str, order: Order, now: float) -> Step:
    """Somebody has said: ``keep`` it is all there, ``missing`` nothing of it is, ``absent`` these are not. Without a
    word what lies there is in doubt, or still is, and before a screen that went dark also where nothing should lie; so
    it is, whatever was said, where the door then stood open for long."""
    something = order.cut or step.point.at(compartment) or step.point.drops_at(compartment)
    step = found_there(step, compartment, order, now)
    if _left_alone(step, order, now) or (something and not (order.keep or order.missing or order.absent)):
        return doubt(step, compartment)
    step = _not_there(step, compartment, order, now)
    for parcel in step.point.at(compartment):
        if parcel.state != "ready":
            step = _ready(step, parcel, compartment, order.person, now)
    step = receive(step, [d for d in step.point.drops_at(compartment) if d.state != "received"], now)
    return _clear_check(step, compartment)


def _not_there(step: Step, compartment: str, order: Order, now: float) -> Step:
    """What should lie here and was said not to."""
    for parcel in step.point.at(compartment):
        if order.missing or parcel.id in order.absent:
            step = step.put(replace(parcel, state="missing", compartment="", changed_at=now, unheard=True))
            step = step.fact(ParcelMissing(parcel.id, order.person))
    drops = (d for d in step.point.drops_at(compartment) if d.item.barcode not in order.found)
    lost = [d for d in drops if order.missing or d.item.barcode in order.absent]
    return step.drop(*lost).fact(*(PointTrouble("drop_missing", compartment, detail=d.item.barcode) for d in lost))


def found_there(step: Step, compartment: str, order: Order, now: float) -> Step:
    """What nobody expected here and was scanned: it has come back, whatever becomes of the rest. Whoever found it has
    it in the bag; where they have none it stays there, for a courier to take out."""
    if not order.found:
        return step
    found = [
        Drop(f"f{order.id}.{n}", Item(barcode, barcode), compartment, "", False, "pending", now)
        for n, barcode in enumerate(order.found)
    ]
    step = receive(step, found, now)
    if not has_bag(step.point, order.person):
        return step
    step = _cleared(step.drop(*found), order.found, compartment, order)
    return rounds.into_bag(step, order.person, now, items=order.found)


def _cleared(step: Step, items: tuple[str, ...], compartment: str, order: Order) -> Step:
    """These were taken out: told in as many tellings as it takes; what a return may hold and what staff found beside it
    is more than one tells."""
    parts = (items[n : n + ITEMS_MAX] for n in range(0, len(items), ITEMS_MAX))
    return step.fact(*(ItemsCleared(part, compartment, order.person) for part in parts))


def _moved_out(step: Step, compartment: str, order: Order, now: float) -> Step:
    """A parcel was taken out to be put behind another door: until it lies there it is in somebody's hands. One that the
    library has named other items of meanwhile stays: no other door opens for it before it was scanned."""
    if _left_alone(step, order, now) or (order.cut and not order.keep):
        return doubt(step, compartment)
    if order.keep:
        return step
    parcel = step.point.parcels.get(order.about)
    if parcel is None or parcel.compartment != compartment or parcel.state in ("doubt", "missing"):
        return step
    step = step.put(replace(parcel, state="missing", compartment="", changed_at=now, unheard=False))
    return step.fact(PointTrouble("parcel_taken_to_move", compartment, parcel.id))


def doubt(step: Step, compartment: str) -> Step:
    """Nobody saw whether this door moved: what lies there is in doubt until a courier has looked."""
    marked = mark_doubt(step, compartment)
    if step.point.compartments[compartment].out == "forced":  # it is looked behind once it is seen shut
        return marked
    new = step.point.compartments[compartment].out != "check"
    if new and marked.facts == step.facts:  # nothing lies there to be named, but the door must be looked behind
        marked = marked.fact(PointTrouble("compartment_in_doubt", compartment))
    return set_check(marked, compartment)


def mark_doubt(step: Step, compartment: str) -> Step:
    """Everything that lies (or may lie) behind this door is in doubt; the library hears of it once."""
    for parcel in step.point.at(compartment):
        if parcel.state in ("ready", "loading"):
            step = step.put(replace(parcel, state="doubt"))
            step = step.fact(PointTrouble("parcel_in_doubt", compartment, parcel.id))
    for drop in step.point.drops_at(compartment):
        if drop.state == "pending":
            step = step.put(replace(drop, state="doubt"))
            step = step.fact(PointTrouble("drop_in_doubt", compartment, detail=drop.item.barcode))
    return step


def set_check(step: Step, compartment: str) -> Step:
    """Set a compartment aside until a courier has looked behind its door."""
    return step.put(replace(step.point.compartments[compartment], out="check"))


def _clear_check(step: Step, compartment: str) -> Step:
    return step.put(replace(step.point.compartments[compartment], out="", forced=False))
