"""Stocking: a courier scans the items of a parcel, the smallest free compartment that fits opens, and only when its
door was seen shut is the parcel ready. A parcel that does not fit is remembered as larger, and a larger door opens.

Where the library announces nothing, any item it knows (while it is away: any) is put in as a parcel of its own, and
whose it is the library says when it is told (library_word.py). It does not say the size either, so the smallest door
comes first.
"""

from dataclasses import replace

from hardware.readings import Door, ItemScanned
from kiosk.core import doors, downtime, places
from kiosk.core.doors import Outcome
from kiosk.core.events import Touched
from kiosk.core.feed import forget_old
from kiosk.core.flows import rounds
from kiosk.core.flows.common import ask, door_until, leave, mark, order_at, pulse_again, stay, visit
from kiosk.core.limits import DAY_S
from kiosk.core.model import HERE, Parcel, PickupPoint
from kiosk.core.notices import CourierNotice
from kiosk.core.plan import SIZES
from kiosk.core.rights import has_bag, home
from kiosk.core.session import Step
from kiosk.core.set_aside import returned
from kiosk.core.stories import AtCourier, Loading, Stowing
from sync.asked import Answer, ItemIs, WhatIs
from sync.messages import ParcelRemoved
from sync.rounds import ParcelDidNotFit
from sync.things import Item


def begin(step: Step, courier: str, now: float) -> Step:
    """A courier has tapped their card."""
    return stay(rounds.begin(step, courier, now), AtCourier(courier), now)


def expected(step: Step) -> list[Parcel]:
    """The parcels on their way here, in the order of their ids."""
    sent = (p for p in step.point.parcels.values() if p.state == "sent" and not p.recalled)
    return sorted(sent, key=lambda p: p.id)


def scanned(step: Step, story: AtCourier | Loading, scan: ItemScanned, now: float) -> Step:
    """An item in the courier's hand."""
    if isinstance(story, Loading):
        if parcel := step.point.parcels.get(story.parcel):
            return _more(step, story, parcel, scan.barcode, now)
        story = AtCourier(story.courier)  # it is expected here no more
    if story.key:  # one question at a time
        return step
    holding = [p for p in step.point.parcels.values() if any(i.barcode == scan.barcode for i in p.items)]
    # In the courier's hand it is, whatever a doubtful row says; one that lies behind a door is not.
    loadable = [p for p in holding if _in_hand(step.point, p) and not p.recalled]
    if not loadable and not step.point.plan.library.announces and not _inside(step, holding, scan.barcode):
        return _unannounced(step, story, scan.barcode, now)
    if not loadable:
        same = (d for d in step.point.drops.values() if d.item.barcode == scan.barcode and d.state != "doubt")
        return _not_loadable(step, story, holding, now, next((d.compartment for d in same), ""))
    parcel = max(loadable, key=lambda p: p.changed_at)  # of two that name it, the one announced last
    if not step.point.plan.library.announces:  # it may have been given to somebody else since, as any other item
        parcel = replace(parcel, patron="", stock=False, expires=_for_now(step.point, now), unheard=False)
        step = step.put(parcel)
    loading = Loading(story.courier, parcel.id, (scan.barcode,))
    return _stow_when_whole(step, loading, parcel, now)


def _in_hand(point: PickupPoint, parcel: Parcel) -> bool:
    """Whether what the courier holds may be all of this parcel: not while a door stands open for its reader. It may
    where the power failed while a door was to open for it that has not been seen since."""
    row = point.compartments.get(parcel.compartment)
    order = row.order if row and row.order and row.order.about == parcel.id else None
    if row and order and order.purpose == "stocking" and order.cut and not order.opened_at:
        return row.door is Door.UNKNOWN
    return parcel.state in ("sent", "doubt", "missing") and not order


def _inside(step: Step, holding: list[Parcel], barcode: str) -> bool:
    return barcode in returned(step.point) or any(p.state in HERE for p in holding)


def _unannounced(step: Step, story: AtCourier, barcode: str, now: float) -> Step:
    if not step.point.counters.online:
        return _put_in(step, story, Item(barcode, barcode), now)
    about = replace(story, about=barcode, notice="")
    return ask(step, WhatIs(barcode), lambda key: replace(about, key=key), now)


def answered(step: Step, story: AtCourier, answer: Answer | None, now: float) -> Step:
    """The library's word on the item to put in; None: it did not answer, and will say more when it is told."""
    barcode, story = story.about, replace(story, key="", about="")
    if isinstance(answer, ItemIs) and answer.item is None:
        return stay(step, replace(story, notice="unknown_item"), now)
    known = answer.item if isinstance(answer, ItemIs) else None
    return _put_in(step, story, known or Item(barcode, barcode), now)


def _put_in(step: Step, story: AtCourier, item: Item, now: float) -> Step:
    step = forget_old(step, now)
    if not step.point.free() or len(step.point.parcels) >= step.point.plan.limits.parcels_max:
        return stay(step, replace(story, notice=_no_room(step.point)), now)
    number = step.point.counters.orders + 1
    parcel = Parcel(f"h{number}", "", (item,), "S", _for_now(step.point, now), changed_at=now)
    return stow(step, story.courier, parcel, (), now)


def _for_now(point: PickupPoint, now: float) -> float:
    """Until when what is put in lies here, before the library has said whose it is."""
    return point.dated(now) + point.plan.limits.hold_days * DAY_S


def _no_room(point: PickupPoint) -> CourierNotice:
    return "unseen" if places.unseen(point) else "no_room"


def _not_loadable(step: Step, story: AtCourier, holding: list[Parcel], now: float, returned_in: str = "") -> Step:
    """Called back, it goes into the bag; already behind a door, that door may be looked behind; else it is not ours."""
    back = next((p for p in holding if p.recalled and _in_hand(step.point, p)), None)
    here = None if back else next((p for p in holding if p.state in HERE), None)
    if back:
        step = step.put(replace(back, state="removed", compartment="", changed_at=now, unheard=True))
        step = step.fact(ParcelRemoved(back.id, story.courier))
        step = rounds.into_bag(step, story.courier, now, (back.id,))
    where = here.compartment if here else "" if back else returned_in
    notice: CourierNotice = "already_here" if here or where else "recalled" if holding else "unknown_item"
    if here and here.recalled:
        notice = "recalled"
    return stay(step, AtCourier(story.courier, notice, where=where), now)


def _more(step: Step, story: Loading, parcel: Parcel, barcode: str, now: float) -> Step:
    if parcel.recalled:
        return _not_loadable(step, AtCourier(story.courier), [parcel], now)
    if barcode in story.scanned and {item.barcode for item in parcel.items} - set(story.scanned):
        return stay(step, replace(story, notice="twice"), now)
    if any(i.barcode == barcode for i in parcel.items):
        return _stow_when_whole(step, replace(story, scanned=(*story.scanned, barcode), notice=""), parcel, now)
    other = any(i.barcode == barcode for p in step.point.parcels.values() for i in p.items)
    return stay(step, replace(story, notice="other_parcel" if other else "unknown_item"), now)


def _stow_when_whole(step: Step, story: Loading, parcel: Parcel, now: float) -> Step:
    """n of n scanned: a door may open. Before that the parcel stays in the courier's hands."""
    if {item.barcode for item in parcel.items} - set(story.scanned):
        return stay(step, story, now)
    return stow(step, story.courier, parcel, (), now)


def stow(step: Step, courier: str, parcel: Parcel, tried: tuple[str, ...], now: float, *, small: bool = False) -> Step:
    """Open a door for this parcel, or say that there is no room. ``tried``: not these; ``small``: it did not fit."""
    space = places.for_parcel(step.point, parcel, tried)
    if space is None:
        spaces = (s for name, s in step.point.plan.spaces.items() if not (small and name in tried))
        large = any(SIZES[space.size] >= SIZES[parcel.size] for space in spaces)
        notice = _no_room(step.point) if large else "too_large"
        return stay(step, home(step.point, courier, notice, wants=parcel.size), now)
    old = step.point.compartments.get(parcel.compartment)
    if old and old.down_since:  # its reader could not have it there
        step = downtime.given_back(step, old, now)
        parcel = step.point.parcels[parcel.id]
    step = doors.unlock(step, space.name, "stocking", courier, parcel.id, "", now)
    lost = parcel.state == "missing" and not parcel.compartment
    unheard = parcel.unheard and not lost  # that it was missing is told, and over
    step = step.put(replace(parcel, state="loading", compartment=space.name, changed_at=now, unheard=unheard))
    story = Stowing(courier, parcel.id, visit(step, space.name), tried)
    return step.to(story, door_until(step, now))


def touch(step: Step, story: Loading, touched: Touched, now: float) -> Step:
    """A touch while a parcel is being scanned."""
    if touched.action == "cancel":
        return stay(step, AtCourier(story.courier), now)
    return step


def door(step: Step, story: Stowing, outcome: Outcome, now: float) -> Step:
    """Something happened to the door for the parcel. After one that stood open for long no larger one opens by itself:
    whoever shuts it may have come by. None opens for what was called back."""
    if outcome.what != "shut":
        return step.to(replace(story, late=story.late or outcome.what == "late"), door_until(step, now))
    parcel = step.point.parcels.get(story.parcel)
    if parcel is None or parcel.state != "sent":
        return stay(step, home(step.point, story.courier), now)
    small = story.tried != () and story.tried[-1] == story.visit.compartment  # it did not fit
    if small:
        step, parcel = _learnt(step, story, parcel)
    if small and not (story.late or parcel.recalled):
        return stow(step, story.courier, parcel, story.tried, now, small=True)
    if parcel.recalled:
        return called_back(step, story.courier, parcel, now)
    return stay(step, home(step.point, story.courier, "not_put_in"), now)


def called_back(step: Step, courier: str, parcel: Parcel, now: float) -> Step:
    """It is in their hand, and goes into the bag of whoever has one."""
    if has_bag(step.point, courier):
        return _not_loadable(step, AtCourier(courier), [parcel], now)
    return stay(step, home(step.point, courier, "recalled"), now)


def _learnt(step: Step, story: Stowing, parcel: Parcel) -> tuple[Step, Parcel]:
    """It did not fit here: this parcel is larger than was thought, for the library too."""
    space = step.point.plan.spaces[story.visit.compartment]
    parcel = replace(parcel, size=places.larger(step.point, space.size) or parcel.size)
    return step.fact(ParcelDidNotFit(parcel.id, space.name, space.size, story.courier)).put(parcel), parcel


def door_touch(step: Step, story: Stowing, touched: Touched, now: float) -> Step:
    """A touch while the door is opening, open or stuck."""
    order = order_at(step, story.visit)
    at = story.visit.compartment
    before = tuple(name for name in story.tried if name != at)
    match touched.action:
        case "does_not_fit" if order and order.opened_at:
            return mark(step, story.visit, keep=True).to(replace(story, tried=(*before, at)), door_until(step, now))
        case "cancel" if order and order.opened_at:
            return mark(step, story.visit, keep=True).to(replace(story, tried=before), door_until(step, now))
        case "undo" if order and order.keep:  # it lies there after all
            return mark(step, story.visit).to(replace(story, tried=before), door_until(step, now))
        case "again":
            return pulse_again(step, story, now)
        case "other_door" if order and order.stuck:
            named = step.point.parcels.get(story.parcel)
            altered = named is not None and named.state == "missing"  # other items, meanwhile: it is scanned once more
            step = doors.give_up(step, at)
            parcel = step.point.parcels.get(story.parcel)
            if parcel and parcel.recalled and parcel.state == "sent":
                return called_back(step, story.courier, parcel, now)
            if parcel is None or altered or parcel.recalled or parcel.state not in ("sent", "doubt"):
                notice: CourierNotice = "recalled" if parcel and parcel.recalled else "stuck"
                return stay(step, home(step.point, story.courier, notice), now)
            return stow(step, story.courier, parcel, (*story.tried, at), now)
        case "cancel" | "help" if order and order.stuck:
            step = doors.give_up(step, at)
            return stay(step, home(step.point, story.courier, "stuck"), now)
        case "finish":
            return leave(step)
    return step
