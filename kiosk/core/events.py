"""What step is fed, besides the readings of devices."""

from dataclasses import dataclass, field
from typing import Literal

from hardware.readings import Reading
from sync.acts import Ruling
from sync.asked import Answer
from sync.library_clock import Bounds
from sync.messages import Page, Receipt, Telling


@dataclass(frozen=True, slots=True)
class Started:
    """The program begins; what the rows say is all that is known."""


@dataclass(frozen=True, slots=True)
class Tick:
    """Time has passed (at least twice a second)."""


@dataclass(frozen=True, slots=True)
class ClockJumped:
    """The wall clock was set: ``by`` seconds forward (or back, negative). Waits move along; expiry does not."""

    by: float


@dataclass(frozen=True, slots=True)
class Touched:
    """A touch that means something: an action named by the screen, with a value where it says so. ``on``: the name of
    that screen, "" where the front end does not say; the touch means nothing once another one stands there."""

    action: str
    value: str = ""
    on: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Answered:
    """The library answered the query with this key; None: it did not (away, silent or nonsense)."""

    key: str
    answer: Answer | None


@dataclass(frozen=True, slots=True)
class Acted:
    """What became of the act with this key: the library's ruling; ``away``: it was not reached, nothing has changed;
    ``unknown``: it was told and has not said what it did."""

    key: str
    outcome: Ruling | Literal["away", "unknown"]


@dataclass(frozen=True, slots=True)
class Heard:
    """A page of the change feed arrived. ``library``: the library's time when this is decided, None: not known."""

    page: Page
    library: Bounds | None = None


@dataclass(frozen=True, slots=True)
class Receipted:
    """The library's word on one telling."""

    telling: Telling
    receipt: Receipt


@dataclass(frozen=True, slots=True)
class Restored:
    """The library has heard other things under our keys and numbers: this store is an older image of the point.
    ``expected``: the number that it wants to hear next."""

    expected: int


@dataclass(frozen=True, slots=True)
class Forgotten:
    """The library was put back to a backup, and wants tellings which are not kept here (any more): those numbered
    ``first`` to ``last``."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Online:
    """Whether the lending service answered the last time it was spoken to."""

    up: bool


Event = (
    Started
    | Tick
    | ClockJumped
    | Touched
    | Answered
    | Acted
    | Heard
    | Receipted
    | Restored
    | Forgotten
    | Online
    | Reading
)
