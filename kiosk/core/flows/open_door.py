"""The open door of a pickup: what its reader says of what lies there, on disk before it shuts; see fetching.py."""

from dataclasses import replace

from hardware.readings import CodeUnknown, IsbnScanned, ItemScanned
from kiosk.core.events import Touched
from kiosk.core.flows.common import leave, order_at
from kiosk.core.model import Parcel
from kiosk.core.order import Order
from kiosk.core.session import Step
from kiosk.core.stories import Fetching
from kiosk.core.taken import row_of_taken, sort_out


def touch(step: Step, story: Fetching, order: Order, touched: Touched) -> Step:
    """A touch while the door stands open."""
    if story.sorting is not None:
        return _sort(step, story, order, touched)
    parcel = step.point.parcels.get(story.parcel)
    several = parcel is not None and len(parcel.items) > 1
    match touched.action:
        case "not_here":
            return _say(step, story, missing=True)
        case "some" if several:
            return _to(step, replace(story, sorting=()))
        case "wrong_book":
            step = _say(step, story, wrong=order.wrong or "?", missing=order.missing or not several)
            return _to(step, replace(story, sorting=())) if several else step
        case "leave_it" | "cancel":
            return _say(step, story, keep=True)
        case "cannot_reach":
            return _say(step, story, keep=True, reach=True)
        case "undo" if order.said:
            undone = {"keep": False, "missing": False, "left": (), "absent": (), "wrong": "", "reach": False}
            return _say(step, story, **undone)
        case "finish" if not order.said:
            return leave(step)
    return step


def _sort(step: Step, story: Fetching, order: Order, touched: Touched) -> Step:
    """Which of several are not there, or stay there?"""
    parcel, off = step.point.parcels.get(story.parcel), story.sorting or ()
    barcodes = tuple(item.barcode for item in parcel.items) if parcel else ()
    match touched.action:
        case "item" if touched.value in barcodes:
            ticked = {*off} ^ {touched.value}
            return _to(step, replace(story, sorting=tuple(b for b in barcodes if b in ticked)))
        case "are_missing" if off:
            left = tuple(b for b in order.left if b not in off)
            return _say(step, story, absent=_together(order.absent, off), left=left)
        case "stay_here" if off:
            absent = tuple(b for b in order.absent if b not in off)
            return _say(step, story, left=_together(order.left, off), absent=absent)
        case "cancel" | "finish":
            return _to(step, replace(story, sorting=None))
    return step


def _together(some: tuple[str, ...], more: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*some, *more)))


def _to(step: Step, story: Fetching) -> Step:
    """The same open door: its time goes on as it was."""
    return step.to(replace(story, notice=""), step.session.until)


def _say(step: Step, story: Fetching, **said: object) -> Step:
    """What the reader says of the open door: on disk before it shuts."""
    row = step.point.compartments[story.visit.compartment]
    assert row.order is not None
    order = replace(row.order, **said)  # type: ignore[arg-type]
    return _to(step.put(replace(row, order=order)), replace(story, sorting=None))


def scanned(step: Step, story: Fetching, scan: ItemScanned | IsbnScanned | CodeUnknown) -> Step:
    """A book held under the scanner at the open door: is it the one on the list?"""
    order, parcel = order_at(step, story.visit), step.point.parcels.get(story.parcel)
    if order is None or not order.opened_at or order.shut_at or parcel is None:
        return step
    if isinstance(scan, CodeUnknown):
        return step.to(replace(story, notice="unreadable"), step.session.until)
    code = scan.barcode if isinstance(scan, ItemScanned) else scan.isbn
    gone = row_of_taken(step.point, story.parcel, order.id)  # told as lent, the door having stood open for so long
    if any(code in (item.barcode, item.isbn) for item in (*parcel.items, *(gone.items if gone else ()))):
        return _in_hand(step, story, order, parcel, code)
    if not isinstance(scan, ItemScanned):
        return step.to(replace(story, notice="use_sticker"), step.session.until)
    if order.wrong == code:
        return step
    several = len(parcel.items) > 1
    there = several or story.shown  # held up before: it is not missing
    step = _say(step, story, wrong=code, missing=order.missing or not there)
    return _to(step, replace(story, sorting=())) if several else step


def _in_hand(step: Step, story: Fetching, order: Order, parcel: Parcel, code: str) -> Step:
    """Theirs, and they hear that they are to take it: that it is not there, or stays, holds no more. What was said of
    all of several does so of the others. Of copies with one number it is the one of which nothing was said."""
    same, sorted_ = [item for item in parcel.items if code in (item.barcode, item.isbn)], sort_out(parcel, order)
    if same and not any(item in sorted_.taken for item in same):
        left = tuple(item.barcode for item in sorted_.left if item != same[0])
        absent = tuple(item.barcode for item in sorted_.lacking if item != same[0])
        said = replace(order, keep=False, missing=False, reach=False, left=left, absent=absent)
        step = step.put(replace(step.point.compartments[story.visit.compartment], order=said))
    return step.to(replace(story, notice="yours", shown=True), step.session.until)
