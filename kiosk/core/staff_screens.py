"""Screens that only couriers and staff see; data, as those of screens.py."""

from dataclasses import dataclass
from typing import Literal

from kiosk.core.notices import CourierNotice, LoadNotice, PaperState


@dataclass(frozen=True, slots=True)
class Thing:
    """A parcel or a returned item behind a door. ``id``: what to name when it is not there."""

    id: str
    title: str
    there: bool = True
    unchecked: bool = False  # a return that somebody at the library must look at
    held: bool = False  # a return for which the next reader waits here: to be put in again
    goes_to: str = ""  # where a return belongs, in the library's words


@dataclass(frozen=True, slots=True)
class Inside:
    """A door stands open: is all of this inside? Touches: yes, no (nothing of it), absent (value: the id of one that
    is not, and again: it is), pause (when there are more doors); or scan what nobody expected. Then the door is shut.

    Without things nothing is expected there: just shut the door. ``said``: the answer touched so far. ``found``: how
    many things were scanned that nobody expected and go into the bag; 0 for those who have none. ``n`` of ``of`` doors
    to look behind. ``unsensed``: the door was seen open before, so that it cannot be seen to be shut: the answer is the
    last touch, yes also where nothing is expected; cancel: it did not open.
    """

    compartment: str
    parcel: str
    titles: tuple[str, ...]
    said: Literal["", "yes", "no"] = ""
    things: tuple[Thing, ...] = ()
    found: int = 0
    n: int = 1
    of: int = 1
    unsensed: bool = False


@dataclass(frozen=True, slots=True)
class TakeOut:
    """A door stands open: take all of this out, into the bag. Touches: absent (value: the id of a thing that is not
    there, and again: it is), no (nothing is there), pause (not the next door just now), cancel (it stays inside);
    undo once one of the last two is said.

    ``bag``: how many things are in it. ``said``: what was touched. ``left``: open too long, please shut.
    """

    compartment: str
    n: int
    of: int
    things: tuple[Thing, ...]
    found: int = 0
    bag: int = 0
    said: Literal["", "keep", "missing"] = ""
    pause: bool = False
    left: bool = False


@dataclass(frozen=True, slots=True)
class Courier:
    """A courier has tapped. Touches: finish, clear (when any to clear), check (value: compartment), bag (when things
    are in it), cases (when there are any), desk, move (value: compartment), or scan an item.

    ``parcels``: (parcel, items, size) still to load. ``loaded`` on this round. ``notice`` about the last scan, with
    ``where``, the door it is about. ``paper``: how it stands with a printer that wants looking after. ``lacks``: see
    ``Return``. ``clear_why``: of the doors to clear, how many expired, called back, returned. ``seal``: of the bag,
    which is then to be handed over. ``neighbours``: names of points with room for what found none here.
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
    where: str = ""
    clear_why: tuple[int, int, int] = (0, 0, 0)
    bag: int = 0
    seal: str = ""
    neighbours: tuple[str, ...] = ()
    desk: bool = False  # there is more to do for this person
    looks: bool = True  # the door ``where`` can be looked behind now
    to_move: tuple[str, ...] = ()  # doors with a parcel out of its reader's reach, for which another is free


@dataclass(frozen=True, slots=True)
class Seal:
    """So many ``parcels`` and ``items`` are in the bag: type or scan the number of its seal. ``digits``: so far.

    Touches: digit, erase, enter (when at least four stand), cancel, or where the courier is ``leaving``: later (the
    bag waits for the next visit).
    """

    parcels: int
    items: int
    digits: str
    leaving: bool = False


@dataclass(frozen=True, slots=True)
class HandOver:
    """The bag is sealed: whoever takes it taps their card. ``code``: couriers may type theirs instead; ``digits``: how
    many of it were typed, never which.

    Touches: digit, erase, enter (when eight stand), cancel, later. ``stranger``: that was nobody who works here.
    """

    seal: str
    parcels: int
    items: int
    digits: int = 0
    code: bool = False
    stranger: bool = False
    leaving: bool = False


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
    is nothing to put right), both with the ``id`` of the case as value; later, cancel.
    """

    id: str
    n: int
    of: int
    at: float
    kind: str
    things: tuple[str, ...]
    status: str
    words: str
