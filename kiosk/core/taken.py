"""What a reader takes out of an open door: all of a parcel, or some of it, and the loan of just that."""

from dataclasses import dataclass, replace

from kiosk.core.limits import DAY_S
from kiosk.core.model import Parcel, PickupPoint
from kiosk.core.order import Order
from kiosk.core.session import Step
from sync.messages import ParcelCollected
from sync.things import Item

LOCAL = "+"
"""Stands in the ids of rows made here of which no library is told: none can send it (``Id`` in sync/plain.py)."""


@dataclass(frozen=True, slots=True)
class Sorted:
    """The items of a parcel: ``taken``, ``left`` behind the door, and ``lacking``, which were not there."""

    taken: tuple[Item, ...]
    left: tuple[Item, ...]
    lacking: tuple[Item, ...]


def sort_out(parcel: Parcel, order: Order) -> Sorted:
    """What became of each item, as far as its reader has said; the physical fact wins where nothing was. Said of a door
    that was opened once more, it is about what was not taken the first time, if there is any.
    """
    rest = [i.barcode for i in parcel.items if i.barcode not in order.had] or [i.barcode for i in parcel.items]
    lacking = {*order.absent, *(rest if order.missing else ())}
    left = {*order.left, *(rest if order.keep else ())} - lacking
    gone = tuple(i for i in parcel.items if i.barcode not in lacking | left)
    return Sorted(gone, _those(parcel, left), _those(parcel, lacking))


def _those(parcel: Parcel, barcodes: set[str]) -> tuple[Item, ...]:
    return tuple(item for item in parcel.items if item.barcode in barcodes)


def taken_so_far(point: PickupPoint, order: Order) -> tuple[str, ...]:
    """The barcodes of what this order's reader has in hand, the door being shut."""
    parcel = point.parcels.get(order.about)
    return tuple(item.barcode for item in sort_out(parcel, order).taken) if parcel else ()


def row_of_taken(point: PickupPoint, parcel: str, order: str) -> Parcel | None:
    """The row of what was taken of this parcel by this order: the parcel itself, or the part that has left it."""
    part, whole = point.parcels.get(_part(parcel, order)), point.parcels.get(parcel)
    return part or (whole if whole and whole.state == "collected" else None)


def is_part(row: Parcel, parcel: str) -> bool:
    """Whether this row is a part that has left that parcel. A dot stood in its id once, as it may in a library's own:
    such a row counts only until the library has heard of it."""
    return row.id.startswith(_part(parcel, "")) or (row.unheard and row.id.startswith(f"{parcel}."))


def _part(parcel: str, order: str) -> str:
    return f"{parcel}{LOCAL}{order}"


def book_collected(step: Step, order: Order, now: float) -> Step:
    """The loan, told once: this has left with its reader; what they left of the parcel stays theirs. The very same
    step for other purposes, when booked already, and when nothing was taken."""
    parcel = step.point.parcels.get(order.about)
    if order.purpose != "pickup" or parcel is None or parcel.state == "collected" or order.booked:
        return step
    sorted_ = sort_out(parcel, order)
    if not sorted_.taken:
        return step
    gone = replace(parcel, patron=order.person, state="collected", compartment="", changed_at=now, unheard=True)
    gone = replace(gone, helper="", helper_until=0.0)
    if parcel.patron != order.person:  # somebody else is to have it since, and its code is theirs
        gone = replace(gone, code="", pass_id="")
    stays = tuple(item for item in parcel.items if item not in sorted_.taken)
    if stays:
        part = replace(gone, id=_part(parcel.id, order.id), items=sorted_.taken, code="", pass_id="")
        step = step.put(replace(parcel, items=stays, helper="", helper_until=0.0), part)
    else:
        step = step.put(gone)
    due = now + step.point.plan.limits.loan_days * DAY_S
    proof = "code" if order.proof in ("code", "helper") else "pass" if order.proof == "pass" else "card"
    taken, left = (tuple(item.barcode for item in items) for items in (sorted_.taken, stays))
    return step.fact(ParcelCollected(parcel.id, order.person, taken, proof, due, left))  # type: ignore[arg-type]
