"""Stock: what lies in the cabinet for anybody with a card."""

from hardware.readings import Door
from kiosk.core.model import Parcel, PickupPoint
from kiosk.core.notices import NotLent, WhyNot


def on_offer(point: PickupPoint, now: float) -> list[Parcel]:
    """What can be had now: it lies behind a shut door that can be opened, is wanted by nobody, and its time is not
    over. In the order of its titles."""
    return sorted((p for p in point.parcels.values() if is_offered(point, p, now)), key=lambda p: (p.titles, p.id))


def any_on_offer(point: PickupPoint, now: float) -> bool:
    """Whether there is anything to be had now."""
    return any(is_offered(point, parcel, now) for parcel in point.parcels.values())


def is_offered(point: PickupPoint, parcel: Parcel, now: float) -> bool:
    """Whether anybody may have this parcel now."""
    if not parcel.stock or parcel.state != "ready" or parcel.recalled or point.expired(parcel, now):
        return False
    row = point.compartments.get(parcel.compartment)
    return row is not None and row.door is Door.SHUT and row.order is None and not row.out


def not_lent(parcel: Parcel | None, why: WhyNot, words: str = "") -> NotLent:
    """That a reader does not get this parcel, which may be known no more. ``words``: the library's."""
    return NotLent("、".join(parcel.titles) if parcel else "", why, words)
