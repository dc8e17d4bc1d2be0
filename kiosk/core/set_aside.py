"""What lies here: for a reader, and which of it a hold is that the library names; and what has come back."""

from kiosk.core.model import HERE, Parcel, PickupPoint
from sync.account import AccountIs, Hold


def here(point: PickupPoint, patron: str, now: float) -> list[Parcel]:
    """What lies, or may lie, behind a door here for this patron, and is still theirs to collect."""
    return [parcel for parcel in lying(point, patron) if not point.expired(parcel, now)]


def lying(point: PickupPoint, patron: str) -> list[Parcel]:
    """The same, also of what they are too late for."""
    here = (p for p in point.parcels.values() if p.state in HERE and p.compartment)
    return sorted((p for p in here if p.patron == patron and not p.recalled), key=lambda p: (p.compartment, p.id))


def find(account: AccountIs, hold: str) -> Hold | None:
    """A hold by its id."""
    return next((one for one in account.holds if one.id == hold), None)


def lies_in(parcels: list[Parcel], hold: Hold, account: AccountIs) -> Parcel | None:
    """The parcel in which this hold lies; our own rows know sooner than the library does. By what it names; by title
    only where it names no parcel, and never in the one that another hold of that title names."""
    named = [one for one in parcels if _names(hold, one)]
    if named or hold.parcel:
        return min(named, key=lambda one: one.id != hold.parcel, default=None)
    same = [one for one in account.holds if one.title == hold.title]
    alike = (one for one in parcels if any(item.title == hold.title for item in one.items))
    return next((one for one in alike if not any(_names(other, one) for other in same)), None)


def _names(hold: Hold, parcel: Parcel) -> bool:
    return parcel.id == hold.parcel or any(hold.id == item.barcode for item in parcel.items)


def returned(point: PickupPoint) -> set[str]:
    """Barcodes of what has come back and lies here; a doubtful one may be in a hand."""
    return {drop.item.barcode for drop in point.drops.values() if drop.state != "doubt"}
