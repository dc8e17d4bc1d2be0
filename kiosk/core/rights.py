"""Who may do what at the machine, by role, and the screen that is theirs. Whatever is done is in the journal with who
did it."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from kiosk.core.desk_screens import Right
from kiosk.core.model import PickupPoint
from kiosk.core.notices import CourierNotice
from kiosk.core.stories import AtCourier, AtDesk
from sync.things import Patron, Role, Size

RIGHTS: Mapping[Role, tuple[Right, ...]] = MappingProxyType(
    {
        "reader": (),
        "courier": ("round",),
        "staff": ("round", "audit", "doors", "report", "use", "cases"),
        "technician": ("doors", "use", "machine"),
    }
)
_AT_DOORS: frozenset[Right] = frozenset({"round", "audit", "doors"})


def rights_of(point: PickupPoint, patron: Patron) -> tuple[Right, ...]:
    """What this patron may do here now, of that which there is to do; nothing for somebody blocked."""
    theirs = RIGHTS[patron.role] if patron.standing == "fine" else ()
    return tuple(right for right in theirs if point.plan.spaces or right not in _AT_DOORS)


def rights(point: PickupPoint, person: str) -> tuple[Right, ...]:
    """The same for somebody known here; nothing for the unknown."""
    patron = point.patrons.get(person)
    return rights_of(point, patron) if patron else ()


def may(point: PickupPoint, person: str, right: Right) -> bool:
    """Whether this person may do this."""
    return right in rights(point, person)


def has_bag(point: PickupPoint, person: str) -> bool:
    """Whether what this person takes out goes into the bag of a round. Who was let in unannounced is a courier."""
    patron = point.patrons.get(person)
    return patron is None or "round" in RIGHTS[patron.role]


def home(
    point: PickupPoint, person: str, notice: CourierNotice = "", wants: Size | Literal[""] = ""
) -> AtCourier | AtDesk:
    """Where this person goes on after a door: their round, or the desk of those who do none."""
    theirs = rights(point, person)
    return AtDesk(person, notice=notice) if theirs and "round" not in theirs else AtCourier(person, notice, wants=wants)
