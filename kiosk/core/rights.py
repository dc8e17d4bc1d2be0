"""Who may do what at the machine, by role. Whatever is done is in the journal with who did it."""

from collections.abc import Mapping
from types import MappingProxyType

from kiosk.core.desk_screens import Right
from kiosk.core.model import PickupPoint
from sync.things import Role

RIGHTS: Mapping[Role, tuple[Right, ...]] = MappingProxyType(
    {
        "reader": (),
        "courier": ("round",),
        "staff": ("round", "audit", "doors", "report", "use", "cases"),
        "technician": ("doors", "use", "machine"),
    }
)


def rights(point: PickupPoint, person: str) -> tuple[Right, ...]:
    """What this person may do here now; nothing for somebody blocked or unknown."""
    patron = point.patrons.get(person)
    return RIGHTS[patron.role] if patron and patron.standing == "fine" else ()


def may(point: PickupPoint, person: str, right: Right) -> bool:
    """Whether this person may do this."""
    return right in rights(point, person)
