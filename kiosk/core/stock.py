"""Stock: what lies in the cabinet for anybody with a card."""

from hardware.readings import Door
from kiosk.core.model import Parcel, PickupPoint


def on_offer(point: PickupPoint, now: float) -> list[Parcel]:
    """What can be had now: it lies behind a shut door that can be opened, is wanted by nobody, and its time is not
    over. In the order of its titles."""
    return sorted((p for p in point.parcels.values() if is_offered(point, p, now)), key=lambda p: (p.titles, p.id))


def is_offered(point: PickupPoint, parcel: Parcel, now: float) -> bool:
    """Whether anybody may have this parcel now."""
    row = point.compartments.get(parcel.compartment)
    lies_here = parcel.stock and parcel.state == "ready" and not parcel.recalled and not point.expired(parcel, now)
    return lies_here and row is not None and row.door is Door.SHUT and row.order is None and not row.out
