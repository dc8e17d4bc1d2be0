"""What a step orders once it is on disk."""

from dataclasses import dataclass

from kiosk.core.desk_screens import DaySlip
from kiosk.core.screens import Slip
from sync.acts import Said
from sync.asked import Question


@dataclass(frozen=True, slots=True)
class Unlock:
    """Pulse this compartment's lock once. ``order`` stands in the compartment's row already."""

    compartment: str
    order: str
    attempt: int


@dataclass(frozen=True, slots=True)
class Ask:
    """Ask the library; the answer comes back as ``Answered`` with the same ``key``."""

    key: str
    query: Question


@dataclass(frozen=True, slots=True)
class Do:
    """Have something changed at the library; the outcome comes back as ``Acted`` with the key of what was said."""

    said: Said


@dataclass(frozen=True, slots=True)
class Secure:
    """Let gates ring for this item, which lies on that pad, or let it pass. Given once for each ``order``: that it may
    be done is on disk."""

    device: str
    order: str
    item: str
    secured: bool


@dataclass(frozen=True, slots=True)
class LookAgain:
    """Have a pad say what lies there, though nothing has changed."""

    device: str


@dataclass(frozen=True, slots=True)
class Print:
    """Print this slip, in this language ("" for the machine's own). Given once for each slip that may have begun: a
    fact says so on disk, and the slip itself is forgotten with the power."""

    device: str
    slip: Slip | DaySlip
    language: str


@dataclass(frozen=True, slots=True)
class Refresh:
    """Listen to the library from the beginning: its next page is a snapshot."""


Command = Unlock | Ask | Do | Secure | LookAgain | Print | Refresh
