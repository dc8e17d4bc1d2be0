"""What is remembered in the journal: what the library is told (sync.messages) and what concerns only this point.

Facts are for people and audits and never replayed. They hold ids and keyed hashes, no names, numbers or codes.
"""

from dataclasses import dataclass
from typing import Literal, get_args

from hardware.readings import Paper, Printed, Pulse
from kiosk.core.case_facts import CaseOver, CaseSettled, Disagreed
from kiosk.core.tag_facts import TagEnded, TagOrdered
from sync.acts import ActKind
from sync.messages import Told


@dataclass(frozen=True, slots=True)
class Booted:
    """The program began; ``orders``: doors that were under way when it ended."""

    orders: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Proved:
    """Somebody proved who they are, with what; ``person`` is the patron's id."""

    proof: str
    person: str


@dataclass(frozen=True, slots=True)
class TurnedAway:
    """Somebody was told that it cannot be done, and why (a reason of screens.Sorry)."""

    reason: str
    person: str = ""


@dataclass(frozen=True, slots=True)
class WrongCode:
    """A pickup code opened nothing; ``today`` wrong ones so far."""

    today: int


@dataclass(frozen=True, slots=True)
class WrongPin:
    """A PIN was not that of its card, the ``today``. one of that card today."""

    today: int


@dataclass(frozen=True, slots=True)
class UnlockOrdered:
    """A door may move: on disk before the lock hears of it."""

    compartment: str
    order: str
    attempt: int
    purpose: str
    person: str
    about: str


@dataclass(frozen=True, slots=True)
class UnlockAnswered:
    """What the wire said to the pulse; nothing about the door."""

    compartment: str
    order: str
    attempt: int
    pulse: Pulse
    rests_s: float = 0.0


@dataclass(frozen=True, slots=True)
class DoorOpened:
    """A door was seen open."""

    compartment: str
    order: str


@dataclass(frozen=True, slots=True)
class DoorShut:
    """A door was seen shut again."""

    compartment: str
    order: str


@dataclass(frozen=True, slots=True)
class NotOpened:
    """A door was not seen opening and the order was given up."""

    compartment: str
    order: str


@dataclass(frozen=True, slots=True)
class TechnicianOpened:
    """A technician has a door opened to try it, the kiosk not running: on disk before the lock hears of it."""

    compartment: str


@dataclass(frozen=True, slots=True)
class ParcelAnnounced:
    """The library sent word of a parcel."""

    parcel: str


@dataclass(frozen=True, slots=True)
class ParcelCalledBack:
    """The library wants a parcel back; it is not handed out any more."""

    parcel: str


@dataclass(frozen=True, slots=True)
class StaffActed:
    """Staff or a technician used one of their rights (core/rights.py), at which door and why."""

    person: str
    act: str
    compartment: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class HoldLearnt:
    """The library said for whom it holds what a courier or a reader has put in: now their parcel, in this door."""

    parcel: str
    patron: str
    compartment: str


@dataclass(frozen=True, slots=True)
class InstructionTaken:
    """The library wants something done here and may want it: on disk before anything moves."""

    instruction: str
    action: str
    compartment: str
    parcel: str


@dataclass(frozen=True, slots=True)
class ActBegun:
    """A reader wants something changed at the library: on disk before it is said. ``about``: the id of the thing in
    their account, or of a title."""

    key: str
    act: ActKind
    person: str
    about: str


@dataclass(frozen=True, slots=True)
class ActEnded:
    """What became of it. After ``unknown`` it is not said again; ``words`` are the library's."""

    key: str
    outcome: Literal["done", "refused", "away", "unknown"]
    words: str = ""


@dataclass(frozen=True, slots=True)
class PermissionGiven:
    """A reader lets somebody else fetch a parcel, with a code, until then."""

    parcel: str
    person: str
    until: float


@dataclass(frozen=True, slots=True)
class PermissionTakenBack:
    """A reader does not want it any more; the code opens nothing from now on."""

    parcel: str
    person: str


@dataclass(frozen=True, slots=True)
class LeftInside:
    """A reader opened the door and left the parcel there."""

    parcel: str
    compartment: str


@dataclass(frozen=True, slots=True)
class DeviceChanged:
    """A device was lost or answers again."""

    device: str
    up: bool
    why: str


@dataclass(frozen=True, slots=True)
class PaperChanged:
    """A printer's paper is not as it was."""

    device: str
    paper: Paper


@dataclass(frozen=True, slots=True)
class SlipOrdered:
    """A slip may get onto paper: on disk before the printer hears of it, and never ordered again unless nothing came
    of it. ``slip`` is the order of its door."""

    slip: str
    device: str


@dataclass(frozen=True, slots=True)
class SlipEnded:
    """What became of a slip, as far as the printer says."""

    slip: str
    printed: Printed


@dataclass(frozen=True, slots=True)
class ServiceChanged:
    """The lending service was lost or answers again."""

    up: bool


@dataclass(frozen=True, slots=True)
class ClockSet:
    """The wall clock jumped by so many seconds."""

    by: float


Fact = (
    Told
    | Booted
    | Proved
    | TurnedAway
    | WrongCode
    | WrongPin
    | UnlockOrdered
    | UnlockAnswered
    | DoorOpened
    | DoorShut
    | NotOpened
    | TechnicianOpened
    | ParcelAnnounced
    | ParcelCalledBack
    | CaseSettled
    | CaseOver
    | StaffActed
    | HoldLearnt
    | InstructionTaken
    | ActBegun
    | ActEnded
    | TagOrdered
    | TagEnded
    | PermissionGiven
    | PermissionTakenBack
    | LeftInside
    | DeviceChanged
    | PaperChanged
    | SlipOrdered
    | SlipEnded
    | ServiceChanged
    | ClockSet
    | Disagreed
)

_TOLD: tuple[type, ...] = get_args(get_args(Told)[0])


def told(fact: Fact) -> Told | None:
    """What the library hears of a fact: the fact itself when it is one of its messages, else nothing."""
    return fact if isinstance(fact, _TOLD) else None  # type: ignore[return-value]
