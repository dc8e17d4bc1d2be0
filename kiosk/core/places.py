"""Which compartment for whom: the size that fits, within reach of those who need it, near what else is theirs.

Doors that everybody can reach are kept free for those who need them, as long as another one does as well.
"""

from dataclasses import replace

from hardware.readings import Door
from kiosk.core.model import HERE, Parcel, PickupPoint
from kiosk.core.plan import SIZES, Space
from kiosk.core.session import Step
from sync.messages import PointTrouble
from sync.things import Size

NEIGHBOURS_MAX = 2  # named at once
ORDER: tuple[Size, ...] = ("S", "M", "L")


def needs_reach(point: PickupPoint, patron: str) -> bool:
    """Whether this patron can only reach doors that are neither high nor very low."""
    known = point.patrons.get(patron)
    return known is not None and known.reach


def for_parcel(point: PickupPoint, parcel: Parcel, tried: tuple[str, ...] = ()) -> Space | None:
    """A free compartment for a parcel, None where there is none: the smallest that fits, beside the other parcels of
    its reader. For a reader with a need one within reach comes first, larger if it must be. ``tried``: not these."""
    free = [s for s in point.free() if s.name not in tried and SIZES[s.size] >= SIZES[parcel.size]]
    need = needs_reach(point, parcel.patron)
    theirs = [point.plan.spaces[p.compartment] for p in _with(point, parcel) if p.compartment in point.plan.spaces]

    def rank(space: Space) -> tuple[bool, int, bool, int]:
        reach = point.reachable(space)
        return (need and not reach, SIZES[space.size], not need and reach, _apart(space, theirs))

    return min(free, key=rank, default=None)


def larger(point: PickupPoint, size: Size) -> Size | None:
    """The next size of which there is a compartment here."""
    there = {space.size for space in point.plan.spaces.values()}
    return next((one for one in ORDER[SIZES[size] + 1 :] if one in there), None)


def within_reach(point: PickupPoint, parcel: Parcel) -> Space | None:
    """A free compartment in everybody's reach that takes this parcel: where it could have been, and can be put."""
    fits = (s for s in point.free() if SIZES[s.size] >= SIZES[parcel.size] and point.reachable(s))
    return next(fits, None)


def cannot_reach(step: Step, parcel: str, person: str) -> Step:
    """Somebody stands there and cannot reach the door: staff are told, and see it among the parcels to move.

    The need of this ``person``, its reader, is remembered for the next parcel until the library says otherwise; "" for
    somebody who fetches it for them.
    """
    row = step.point.parcels.get(parcel)
    if row is None or row.state not in HERE:
        return step
    patron = step.point.patrons.get(person)
    if patron is not None and not patron.reach:
        step = step.put(replace(patron, reach=True))
    return step.fact(PointTrouble("out_of_reach", row.compartment, parcel))


def to_move(point: PickupPoint) -> list[Parcel]:
    """Parcels that lie out of reach of their readers, for whom there is a free door within reach."""
    far = (p for p in point.parcels.values() if p.state == "ready" and not p.recalled and needs_reach(point, p.patron))
    return [p for p in far if _far(point, p) and alone_behind(point, p.compartment) and within_reach(point, p)]


def alone_behind(point: PickupPoint, compartment: str) -> Parcel | None:
    """The one parcel behind this door, if nothing else lies there and it can be opened now."""
    there, row = point.at(compartment), point.compartments.get(compartment)
    if row is None or row.order or row.door is not Door.SHUT or len(there) != 1 or point.drops_at(compartment):
        return None
    return there[0]


def _far(point: PickupPoint, parcel: Parcel) -> bool:
    space = point.plan.spaces.get(parcel.compartment)
    return space is not None and not point.reachable(space)


def _with(point: PickupPoint, parcel: Parcel) -> list[Parcel]:
    mine = (p for p in point.parcels.values() if p.patron == parcel.patron and p.id != parcel.id)
    return [p for p in mine if parcel.patron and p.state in HERE and p.compartment]


def _apart(space: Space, others: list[Space]) -> int:
    """How many steps lie between two fronts, the nearest of them; 0 where there are no others."""
    return min((abs(space.row - o.row) + abs(space.column - o.column) for o in others), default=0)


def with_room(point: PickupPoint, size: Size) -> tuple[str, ...]:
    """Names of points that have room for this size, as the library knows them."""
    free = ((n.name, (n.small, n.medium, n.large)[SIZES[size] :]) for n in point.neighbours.values())
    return tuple(name for name, room in free if sum(room))[:NEIGHBOURS_MAX]


def unseen(point: PickupPoint) -> bool:
    """Whether some doors do not answer, as right after a start: nobody is told then that all are taken."""
    return any(row.door is Door.UNKNOWN and not row.out for row in point.compartments.values())
