"""Dropoff: items are scanned one after another, a door opens for the pile, and when it has shut they are returned.

An item is taken in even when the library cannot be asked: it is then to be looked at. A book number alone names a
title, not a copy: it counts only where the tapped patron has exactly one copy of it on loan.
"""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from hardware.readings import CodeUnknown, IsbnScanned, ItemScanned
from kiosk.core import doors, places, tags
from kiosk.core.doors import Outcome
from kiosk.core.events import Touched
from kiosk.core.flows.common import ask, door_until, goodbye, leave, mark, order_at, pulse_again, refuse, stay, visit
from kiosk.core.model import Compartment, Drop, PickupPoint
from kiosk.core.notices import Reason, ReturnNotice, Then
from kiosk.core.plan import SIZES, Space
from kiosk.core.screens import Goodbye, Slip
from kiosk.core.session import Step
from kiosk.core.set_aside import returned
from kiosk.core.stories import Accepted, AskingCard, Dropping, ProvingPin, Returning
from sync.asked import Answer, ItemIs, LoansAre, LoansWith, WhatIs
from sync.things import Item, Size

UNREAD = "UNREAD-"  # begins the name of a thing whose code cannot be read
NO_PADS: Mapping[str, str] = MappingProxyType({})
QUEUE_MAX = 10  # scans kept while the library is asked


def begin(step: Step, now: float, patron: str = "") -> Step:
    """Ready to scan, or at once the word that there is no room, or no door at all."""
    if not step.point.plan.spaces:
        return refuse(step, "returns_to_staff", now, person=patron)
    if not step.point.free():
        return _no_room(step, "S", patron, now)
    shown = patron if patron in step.point.patrons else ""  # whose initials nobody sees may be the last person
    return stay(tags.look_again(step), Returning(shown), now)


def _no_room(step: Step, size: Size, patron: str, now: float, *, larger: bool = False) -> Step:
    """No door to be had here, or none ``larger``: that is said, and where there is room."""
    why: Reason = "no_larger_door" if larger else "cabinet_full"
    reason: Reason = "door_unreachable" if places.unseen(step.point) else why
    then: tuple[Then, ...] = ("return",) if larger else ()
    return refuse(step, reason, now, then=then, person=patron, places=places.with_room(step.point, size))


# ---- scanning -----------------------------------------------------------------------------------------------------


def scanned(step: Step, story: Returning, scan: ItemScanned | IsbnScanned, now: float) -> Step:
    """One more item, by its own barcode or by its title's number."""
    code = _code(scan)
    if story.key:  # the library is being asked about another; nothing scanned is lost
        return stay_asking(step, _queued(story, code))
    return _look_up(step, story, code, isinstance(scan, IsbnScanned), now)


def meanwhile(
    step: Step, story: AskingCard | ProvingPin, back: Returning, scan: ItemScanned | IsbnScanned | CodeUnknown
) -> Step:
    """Something is scanned while the library is asked, or a PIN, for a card shown in a return: it is looked at when
    the return goes on."""
    if isinstance(scan, CodeUnknown):
        return step
    return step.to(replace(story, back=_queued(back, _code(scan))), step.session.until)


def _code(scan: ItemScanned | IsbnScanned) -> str:
    return scan.barcode if isinstance(scan, ItemScanned) else scan.isbn


def _queued(story: Returning, code: str) -> Returning:
    return replace(story, queue=story.queue if code in story.queue else (*story.queue, code)[:QUEUE_MAX])


def stay_asking(step: Step, story: Returning) -> Step:
    """The same wait for the library goes on."""
    return step.to(story, step.session.until)


def _look_up(step: Step, story: Returning, code: str, isbn: bool, now: float) -> Step:
    if len(story.accepted) >= step.point.plan.limits.drop_items_max:
        return stay(step, replace(story, notice="full", queue=()), now)
    return _isbn(step, story, code, now) if isbn else _item(step, story, code, now)


def _item(step: Step, story: Returning, barcode: str, now: float) -> Step:
    if barcode in returned(step.point) | story.barcodes:
        return go_on(step, replace(story, notice="twice"), now)
    online = step.point.counters.online
    item, unheard = _known(step, barcode)
    # Who laid it on a pad wants its tag seen to: whether it is still on loan, the library knows, once it heard of that.
    if item and (unheard or not online or barcode not in tags.writable(step, story.lying)):
        return _accept(step, story, item, True, now, lent=unheard)
    if not online:
        return _accept(step, story, Item(barcode, barcode), False, now)
    story = replace(story, about=barcode, notice="")
    return ask(step, WhatIs(barcode), lambda key: replace(story, key=key), now)


def _known(step: Step, barcode: str) -> tuple[Item | None, bool]:
    """An item that left here with its reader, from our own rows, and whether the library has yet to hear so."""
    gone = (parcel for parcel in step.point.parcels.values() if parcel.state == "collected")
    return next(((item, p.unheard) for p in gone for item in p.items if item.barcode == barcode), (None, False))


def _isbn(step: Step, story: Returning, isbn: str, now: float) -> Step:
    if not story.patron:
        return stay(step, replace(story, isbn=isbn, notice="isbn_needs_card"), now)
    story = replace(story, isbn="", notice="")
    if step.point.counters.online:
        about = replace(story, about=isbn)
        return ask(step, LoansWith(story.patron, isbn), lambda key: replace(about, key=key), now)
    gone = {d.item.barcode for d in step.point.drops.values()}
    copies = tuple(
        item
        for parcel in step.point.parcels.values()
        if parcel.patron == story.patron and parcel.state == "collected"
        for item in parcel.items
        if item.isbn == isbn and item.barcode not in gone
    )
    return _copies(step, story, copies, "isbn_offline", now)


def _copies(step: Step, story: Returning, copies: tuple[Item, ...], none: ReturnNotice, now: float) -> Step:
    """The copies of a title that may be meant: it counts only when exactly one is left."""
    copies = tuple(item for item in copies if item.barcode not in returned(step.point) | story.barcodes)
    if len(copies) == 1:
        return _accept(step, story, copies[0], True, now, lent=none == "isbn_not_yours")
    return go_on(step, replace(story, notice="isbn_several" if copies else none), now)


def card(step: Step, story: Returning, patron: str, now: float) -> Step:
    """The patron has tapped: the waiting book number can be looked up now."""
    story = replace(story, patron=patron, notice="" if story.isbn else "card_taken")
    if story.key:  # the library is being asked about an item: the book number waits its turn
        queue = (*story.queue, story.isbn)[:QUEUE_MAX] if story.isbn else story.queue
        return stay_asking(step, replace(story, isbn="", queue=queue))
    if story.isbn:
        return _look_up(step, story, story.isbn, True, now)
    return go_on(step, story, now)


def answered(step: Step, story: Returning, answer: Answer | None, now: float) -> Step:
    """The library's word on the item or title asked about; None: it did not answer."""
    code = story.about
    story = replace(story, key="", about="")
    match answer:
        case ItemIs(item=None):
            return go_on(step, replace(story, notice="not_ours"), now)
        case ItemIs(item=Item() as item):
            return _accept(step, story, item, True, now, "" if answer.on_loan else "not_on_loan", answer.on_loan)
        case LoansAre(items=items):
            return _copies(step, story, items, "isbn_not_yours", now)
    if code.startswith(("978", "979")) and len(code) == 13:
        return go_on(step, replace(story, notice="isbn_offline"), now)
    known, _ = _known(step, code)
    return _accept(step, story, known or Item(code, code), known is not None, now)


def _accept(
    step: Step, story: Returning, item: Item, checked: bool, now: float, notice: ReturnNotice = "", lent: bool = False
) -> Step:
    if item.barcode in returned(step.point) | story.barcodes:  # the library knows it by another label too
        return go_on(step, replace(story, notice="twice"), now)
    return go_on(step, replace(story, accepted=(*story.accepted, Accepted(item, checked, lent)), notice=notice), now)


def _unreadable(step: Step, story: Returning, now: float) -> Step:
    """A book whose code nobody can read: taken in all the same, for staff to look at. Orders only grow, so its name
    is never given twice."""
    if len(story.accepted) >= step.point.plan.limits.drop_items_max:
        return stay(step, replace(story, notice="full"), now)
    n = 1 + sum(one.item.barcode.startswith(UNREAD) for one in story.accepted)
    return _accept(step, story, Item(f"{UNREAD}{step.point.counters.orders + 1}-{n}", ""), False, now)


def go_on(step: Step, story: Returning, now: float) -> Step:
    """Look at what was scanned meanwhile, or wait for the next scan."""
    if not story.queue:
        return stay(step, story, now)
    code, *rest = story.queue
    story = replace(story, queue=tuple(rest))
    return _look_up(step, story, code, code.startswith(("978", "979")) and len(code) == 13, now)


def touch(step: Step, story: Returning, touched: Touched, now: float) -> Step:
    """A touch while scanning."""
    match touched.action:
        case "undo" if story.accepted and not story.key:
            return stay(step, replace(story, accepted=story.accepted[:-1], notice="", least="S"), now)
        case "unreadable" if not story.key:
            return _unreadable(step, story, now)
        case "open" if story.accepted and not story.key:
            return _open(step, story, (), now, tags.writable(step, story.lying))
    return step


# ---- the door -----------------------------------------------------------------------------------------------------


def _size(items: int) -> Size:
    return "S" if items <= 2 else "M" if items <= 5 else "L"


def room(point: PickupPoint, items: int, tried: tuple[str, ...], least: Size) -> Space | None:
    """A compartment for a pile of so many items: the smallest that should do, else the largest there is; none smaller
    than ``least``, and none ``tried``."""
    size = _size(items)
    free = [s for s in point.free() if s.name not in tried and SIZES[s.size] >= SIZES[least]]
    fits = [space for space in free if SIZES[space.size] >= SIZES[size]]
    return fits[0] if fits else free[-1] if free else None


def _stuck(step: Step, compartment: str, patron: str, now: float) -> Step:
    """The door stays shut, and nothing is returned; another one may do, while one is free."""
    why = doors.why_shut(step.point, compartment, "return_stuck")
    return refuse(step, why, now, then=("return",) if step.point.free() else (), person=patron)


def _open(
    step: Step, story: Returning | Dropping, tried: tuple[str, ...], now: float, pads: Mapping[str, str] = NO_PADS
) -> Step:
    """``pads``: where tags can be written now, before the items are out of reach behind the door."""
    patron, accepted = story.patron, story.accepted
    space = room(step.point, len(accepted), tried, story.least)
    if space is None:
        size = _size(len(accepted))
        return _stuck(step, tried[-1], patron, now) if tried else _no_room(step, size, patron, now)
    step = doors.unlock(step, space.name, "dropoff", patron, "", "", now)
    here = visit(step, space.name)
    step = step.put(
        *(
            Drop(f"{here.order}-{n}", a.item, space.name, patron, a.checked, "pending", now)
            for n, a in enumerate(accepted, 1)
        )
    )
    on_pads = [one for one in accepted if one.item.barcode in pads]
    lent = {one.item.barcode: pads[one.item.barcode] for one in on_pads if one.lent}
    step = step.put(_with(step.point.compartments[space.name], lent))
    for one in on_pads:
        step, _ = tags.order(step, pads[one.item.barcode], one.item.barcode, True)
    return step.to(Dropping(patron, accepted, here, tried, least=story.least), door_until(step, now))


def _with(row: Compartment, ringing: Mapping[str, str]) -> Compartment:
    assert row.order is not None
    return replace(row, order=replace(row.order, ringing=tuple(ringing), pads=tuple(ringing.values())))


def door(step: Step, story: Dropping, outcome: Outcome, now: float) -> Step:
    """Something happened to the door for the returned items."""
    if outcome.what != "shut":
        return step.to(story, door_until(step, now))
    received = [d for d in step.point.drops_at(story.visit.compartment) if d.id.startswith(f"{story.visit.order}-")]
    if not received:
        return _larger(step, story, now) if story.small else leave(step)
    titles = tuple(d.item.title for d in received)
    sure = all(d.checked and d.state == "received" for d in received)
    provisional = not (step.point.counters.online and sure)
    items = tuple((d.item.title or d.item.barcode, d.item.barcode) for d in received)
    slip = Slip(story.visit.order, step.session.number, "dropoff", now, items, provisional=provisional)
    return goodbye(step, Goodbye("dropoff", titles, provisional=provisional, slip=slip), now, story.patron)


def _larger(step: Step, story: Dropping, now: float) -> Step:
    """It does not fit there. The list stands, and the next larger door opens at a touch: whoever has gone leaves no
    open door behind that counts as their return."""
    size = step.point.plan.spaces[story.visit.compartment].size
    if size == "L":
        return refuse(step, "no_larger_door", now, then=("return",), person=story.patron)
    least: Size = "M" if size == "S" else "L"
    if room(step.point, len(story.accepted), (), least) is None:
        return _no_room(step, least, story.patron, now, larger=True)
    return stay(tags.look_again(step), Returning(story.patron, story.accepted, "larger_door", least=least), now)


def door_touch(step: Step, story: Dropping, touched: Touched, now: float) -> Step:
    """A touch while the door is opening, open or stuck."""
    order = order_at(step, story.visit)
    match touched.action:
        case "nothing_in" | "cancel" | "does_not_fit" if order and order.opened_at:
            small = touched.action == "does_not_fit"
            return mark(step, story.visit, keep=True).to(replace(story, small=small), step.session.until)
        case "undo" if order and order.keep:  # it fits after all
            return mark(step, story.visit).to(replace(story, small=False), step.session.until)
        case "again":
            return pulse_again(step, story, now)
        case "other_door" if order and order.stuck:
            step = doors.give_up(step, story.visit.compartment)  # what was to ring is let past the gate again, for now
            ringing = dict(zip(order.ringing, order.pads, strict=True))
            return _open(step, story, (*story.tried, story.visit.compartment), now, ringing)
        case "cancel" | "help" if order and order.stuck:
            step = doors.give_up(step, story.visit.compartment)
            if order.rests_until:  # nothing is wrong with it
                return step.home()
            return _stuck(step, story.visit.compartment, story.patron, now)
    return step
