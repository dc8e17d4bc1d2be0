"""Screens that only couriers and staff see; data, as those of screens.py."""

from dataclasses import dataclass
from typing import Literal

from kiosk.core.notices import CourierNotice, LoadNotice, PaperState


@dataclass(frozen=True, slots=True)
class Inside:
    """A door in doubt stands open: is all of this inside? Courier only. Touches: yes, no; then the door is shut.

    Without titles nothing is expected there: just shut the door. ``said``: the answer touched so far.
    """

    compartment: str
    parcel: str
    titles: tuple[str, ...]
    said: Literal["", "yes", "no"] = ""


@dataclass(frozen=True, slots=True)
class Courier:
    """A courier has tapped. Touches: finish, clear (when any to clear), check (value: compartment), cases (when
    there are any), or scan an item.

    ``parcels``: (parcel, items, size) still to load. ``notice`` about the last scan. ``loaded`` this visit.
    ``paper``: how it stands with a printer that wants looking after. ``lacks``: see ``Return``.
    """

    parcels: tuple[tuple[str, int, str], ...]
    loaded: int
    to_clear: int
    to_check: tuple[str, ...]
    free_doors: int
    notice: CourierNotice = ""
    paper: PaperState = ""
    lacks: tuple[int, int] = (0, 0)
    wearing: tuple[str, ...] = ()  # doors that get slow or want second pulses
    cases: int = 0  # machine and library disagree; only staff settle that


@dataclass(frozen=True, slots=True)
class Load:
    """Scan the items of a parcel: ``scanned`` of ``titles``. Touches: cancel.

    ``titles``: (title, is scanned) in parcel order. ``lacks``: see ``Return``.
    """

    parcel: str
    titles: tuple[tuple[str, bool], ...]
    notice: LoadNotice = ""
    lacks: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True)
class Settle:
    """Machine and library disagree on something: the ``n``-th ``of`` all, oldest first. Staff only.

    ``kind`` of what was told and ``things`` it was about (barcodes, parcel, compartment); ``status`` conflict or
    rejected, ``words`` the library's own. Touches: by_hand (somebody has put it right at the library), nothing (there
    is nothing to put right), later, cancel.
    """

    n: int
    of: int
    at: float
    kind: str
    things: tuple[str, ...]
    status: str
    words: str
