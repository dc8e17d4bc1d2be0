"""What step is fed, besides the readings of devices."""

from dataclasses import dataclass

from hardware.readings import Reading
from sync.messages import Answer, Page, Receipt, Telling


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
    """A touch that means something: an action named by the screen, with a value where it says so."""

    action: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class Answered:
    """The library answered the query with this key; None: it did not (away, silent or nonsense)."""

    key: str
    answer: Answer | None


@dataclass(frozen=True, slots=True)
class Heard:
    """A page of the change feed arrived."""

    page: Page


@dataclass(frozen=True, slots=True)
class Receipted:
    """The library's word on one telling."""

    telling: Telling
    receipt: Receipt


@dataclass(frozen=True, slots=True)
class Online:
    """Whether the lending service answered the last time it was spoken to."""

    up: bool


Event = Started | Tick | ClockJumped | Touched | Answered | Heard | Receipted | Online | Reading
