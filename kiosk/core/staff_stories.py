"""How far the story of a courier or somebody of the staff has come; part of stories.py."""

from dataclasses import dataclass
from typing import Literal

from kiosk.core.notices import CourierNotice, LoadNotice, Printing
from kiosk.core.visit import Visit


@dataclass(frozen=True, slots=True)
class AtCourier:
    """A courier's own home: scan an item, clear, check a door. ``key``/``about``: the question under way.

    ``where``: the door the notice is about. ``wants``: the size for which there was no room.
    """

    courier: str
    notice: CourierNotice = ""
    lacks: tuple[int, int] = (0, 0)
    key: str = ""
    about: str = ""
    where: str = ""
    wants: Literal["", "S", "M", "L"] = ""


@dataclass(frozen=True, slots=True)
class Loading:
    """The items of one parcel are being scanned."""

    courier: str
    parcel: str
    scanned: tuple[str, ...]
    notice: LoadNotice = ""
    lacks: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True)
class Stowing:
    """A parcel goes behind a door. ``tried``: compartments that did not fit or open. ``late``: the door has stood open
    for long."""

    courier: str
    parcel: str
    visit: Visit
    tried: tuple[str, ...] = ()
    late: bool = False


@dataclass(frozen=True, slots=True)
class Clearing:
    """Returned, expired and recalled things are taken out, door by door. ``pause``: not the next one just now."""

    courier: str
    visit: Visit
    queue: tuple[str, ...] = ()
    pause: bool = False


@dataclass(frozen=True, slots=True)
class Sealing:
    """What was taken out is in the bag; the number of its seal is typed or scanned. ``leaving``: then they go."""

    courier: str
    digits: str = ""
    leaving: bool = False


@dataclass(frozen=True, slots=True)
class HandingOver:
    """The bag is sealed: whoever takes it taps their card, or types their code."""

    courier: str
    digits: str = ""
    stranger: bool = False  # the card or code just shown was nobody's who works here
    leaving: bool = False


@dataclass(frozen=True, slots=True)
class Checking:
    """Somebody looks behind doors and says what is there. ``queue``: those that come after this one."""

    courier: str
    visit: Visit
    queue: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Settling:
    """Staff look at one case after another; see flows/cases.py."""

    courier: str
    case: str


@dataclass(frozen=True, slots=True)
class AtDesk:
    """Staff or a technician beside the round; see flows/desk.py. ``door``: the one looked at; ``chart``: shown.
    ``notice``: what came of the last door, on the menu.
    ``slip``: the report that was sent to the printer from this page, and what became of its ``printing``."""

    courier: str
    page: Literal["menu", "doors", "door", "why", "report", "use", "machine"] = "menu"
    door: str = ""
    chart: Literal["hours", "doors", "waits", "stuck"] = "hours"
    slip: str = ""
    printing: Printing = ""
    notice: CourierNotice = ""


@dataclass(frozen=True, slots=True)
class Moving:
    """A parcel is taken out to be put behind another door. ``late``: as of ``Stowing``."""

    courier: str
    parcel: str
    visit: Visit
    late: bool = False


StaffStory = AtDesk | Moving | AtCourier | Loading | Stowing | Clearing | Sealing | HandingOver | Checking | Settling
