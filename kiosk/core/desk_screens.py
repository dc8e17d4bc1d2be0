"""Screens of the desk: what staff and technicians do beside the round. Data, as those of screens.py."""

from dataclasses import dataclass
from typing import Literal

from kiosk.core.notices import CourierNotice, PaperState, Printing

Right = Literal["round", "audit", "doors", "report", "use", "cases", "machine"]  # see rights.py
DoorState = Literal["free", "taken", "check", "stuck", "open", "unseen", "aside", "busy"]


@dataclass(frozen=True, slots=True)
class Desk:
    """What this person may do. Touches: audit, doors, report, use, machine (those of ``may``), cancel. ``notice``: what
    came of the last door."""

    may: tuple[Right, ...]
    to_audit: int = 0
    notice: CourierNotice = ""


@dataclass(frozen=True, slots=True)
class DoorLine:
    """A door and how it stands; ``things`` behind it."""

    name: str
    state: DoorState
    things: int = 0


@dataclass(frozen=True, slots=True)
class DoorList:
    """All doors. Touches: door (value: its name), cancel."""

    lines: tuple[DoorLine, ...]


@dataclass(frozen=True, slots=True)
class DoorSheet:
    """One door. Touches: open (when ``can_open``), aside or back, move (when ``movable``), cancel.

    ``why``: it is asked for the reason to open it; touches: reason (value), cancel.
    """

    compartment: str
    state: DoorState
    size: str
    bottom_cm: int
    titles: tuple[str, ...] = ()
    can_open: bool = False
    aside: bool = False
    movable: bool = False
    openings: int = 0
    opens_s: float = 0.0
    why: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """The last 24 hours and how it stands now. Touches: cancel; print (value: zh or en) where ``offered``
    or ``again``.

    ``paper``: why somebody should look after the printer first."""

    at: float
    loaded: int
    taken: int
    returned: int
    stuck: int
    lying: int
    expired: int
    drops: int
    free: int
    out: tuple[str, ...]
    cases: int
    bags: int
    printing: Printing = ""
    paper: PaperState = ""


@dataclass(frozen=True, slots=True)
class DaySlip:
    """The report as it goes on paper. ``id``: never used twice."""

    id: str
    report: Report


@dataclass(frozen=True, slots=True)
class Use:
    """A chart: ``hours`` (Unix time, count) of a week; ``doors`` (name, openings); ``waits`` (days, parcels taken);
    ``stuck`` (Unix time, doors that did not open) of a month. Touches: chart (value: which), cancel."""

    chart: Literal["hours", "doors", "waits", "stuck"]
    points: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class MachineSheet:
    """The machine itself. ``devices``: (name, answers, why not). ``unseen``: doors whose state is not known.
    Touches: cancel."""

    point: str
    devices: tuple[tuple[str, bool, str], ...]
    unseen: tuple[str, ...]
    doors: int
    online: bool
    clock_wrong: bool
    now: float
    sessions: int
    parcels: int
    patrons: int
    cases: int


DeskScreen = Desk | DoorList | DoorSheet | Report | Use | MachineSheet
