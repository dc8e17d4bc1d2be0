"""A courier's round, kept until it is done: how many parcels were loaded, what was taken out and is in the bag."""

from dataclasses import replace

from kiosk.core.model import Parcel, PickupPoint
from kiosk.core.round import Round
from kiosk.core.session import Step
from sync.rounds import RoomLeft

ROUND_S = 12 * 3600.0  # with an empty bag a round is over after this, however it was left
BAG_MAX = 400  # things; then it is sealed and the next one begun


def of(point: PickupPoint, courier: str) -> Round:
    """The round of this courier; one that has not begun is empty."""
    return point.rounds.get(courier, Round(courier, 0.0))


def begin(step: Step, courier: str, now: float) -> Step:
    """They have come: a round left in the middle goes on, an old one with nothing in the bag is forgotten."""
    row = step.point.rounds.get(courier)
    return step.drop(row) if row and not row.bag and not 0 <= now - row.began_at < ROUND_S else step


def loaded(step: Step, courier: str, now: float) -> Step:
    """One more parcel lies behind its door."""
    row = _begun(step, courier, now)
    return step.put(replace(row, loaded=row.loaded + 1))


def into_bag(step: Step, courier: str, now: float, parcels: tuple[str, ...] = (), items: tuple[str, ...] = ()) -> Step:
    """These were taken out and are in the bag now. One that was sealed is open again: its seal named what was in it."""
    row = _begun(step, courier, now)
    new = tuple(p for p in parcels if p not in row.parcels)
    more = tuple(i for i in items if i not in row.items)
    seal = "" if new or more else row.seal
    return step.put(replace(row, parcels=(*row.parcels, *new), items=(*row.items, *more), seal=seal))


def out_of_bag(step: Step, barcodes: tuple[str, ...]) -> Step:
    """These were put behind a door again, so they are in nobody's bag. A sealed one was opened for it."""
    for row in step.point.rounds.values():
        again = {p for p in row.parcels if (one := step.point.parcels.get(p)) and _all_of(one, barcodes)}
        parcels = tuple(p for p in row.parcels if p not in again)
        items = tuple(i for i in row.items if i not in barcodes)
        if (parcels, items) != (row.parcels, row.items):
            step = step.put(replace(row, parcels=parcels, items=items, seal=""))
    return step


def _all_of(parcel: Parcel, barcodes: tuple[str, ...]) -> bool:
    return all(item.barcode in barcodes for item in parcel.items)


def end(step: Step, courier: str) -> Step:
    """The round is done: the library hears how much room is left here."""
    row = step.point.rounds.get(courier)
    sizes = [space.size for space in step.point.free()]
    step = step.fact(RoomLeft(sizes.count("S"), sizes.count("M"), sizes.count("L")))
    return step.drop(row) if row else step


def _begun(step: Step, courier: str, now: float) -> Round:
    return step.point.rounds.get(courier, Round(courier, now))
