"""What devices report: the shared language of hardware and the deciding core.

Values only, imported upward as they are; nothing maps them to anything else.
A number that names a person travels as ``SecretStr``, so that no log, repr or traceback shows it.
"""

from dataclasses import dataclass
from enum import StrEnum

from pydantic import SecretStr


class Door(StrEnum):
    """What the board's micro-switch says of a door; UNKNOWN when nobody could ask the board."""

    OPEN = "open"
    SHUT = "shut"
    UNKNOWN = "unknown"


class Pulse(StrEnum):
    """How an unlock request ended *on the wire*; none of these says that the door has moved.

    ACCEPTED: the board acknowledged. REFUSED: it said no, or the duty limit did; the lock did not move.
    NOT_SENT: the port was gone before a byte left; the lock did not move.
    UNKNOWN: bytes left and no usable reply came; the lock may have moved or may yet.
    """

    ACCEPTED = "accepted"
    REFUSED = "refused"
    NOT_SENT = "not_sent"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class CardShown:
    """A card arrived and its number was read (UID: upper-case hex, no spaces). Said once an arrival."""

    device: str
    number: SecretStr


@dataclass(frozen=True, slots=True)
class CardUnread:
    """A card came but could not be read: ``lifted`` too early, ``two`` at once, or ``unfit`` (no usable number)."""

    device: str
    why: str


@dataclass(frozen=True, slots=True)
class CardGone:
    """The card was taken away."""

    device: str


@dataclass(frozen=True, slots=True)
class ItemScanned:
    """A code of the configured item pattern: one copy of the library."""

    device: str
    barcode: str


@dataclass(frozen=True, slots=True)
class IsbnScanned:
    """A book number, 13 digits, 978/979 with a right check digit."""

    device: str
    isbn: str


@dataclass(frozen=True, slots=True)
class PatronScanned:
    """A code of the configured patron pattern: a card number in print."""

    device: str
    number: SecretStr


@dataclass(frozen=True, slots=True)
class PassScanned:
    """A pickup QR (``L1:`` and what follows), unverified."""

    device: str
    text: SecretStr


@dataclass(frozen=True, slots=True)
class Incomplete:
    """An item on a pad of whose ``parts`` these, counted from 1, are ``missing``."""

    item: str
    missing: tuple[int, ...]
    parts: int


@dataclass(frozen=True, slots=True)
class PileSeen:
    """What lies on a pad has changed and settled: whole ``items`` of this library by their numbers, items with parts
    missing, and how many tags are ``foreign`` (another library's, or not readable). Nothing of all: it is empty."""

    device: str
    items: tuple[str, ...] = ()
    incomplete: tuple[Incomplete, ...] = ()
    foreign: int = 0


class Written(StrEnum):
    """How an order to change a tag's security ended. NOTHING: it is as it was. UNKNOWN: who knows which."""

    DONE = "done"
    NOTHING = "nothing"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class SecureEnded:
    """What became of one ``Secure``; ``order``, ``item`` and ``secured`` are those of the command."""

    device: str
    order: str
    item: str
    secured: bool
    written: Written


@dataclass(frozen=True, slots=True)
class CodeUnknown:
    """Something was scanned that no configured pattern knows; the text itself is not kept, only its length."""

    device: str
    length: int


class Hint(StrEnum):
    """What a hand could do for a code that is in view and cannot be read."""

    NEARER = "nearer"
    FARTHER = "farther"
    STILL = "still"
    TURN = "turn"


@dataclass(frozen=True, slots=True)
class Guide:
    """Bars are held before a camera and cannot be read as they are held. Said now and then, not for every frame."""

    device: str
    hint: Hint


@dataclass(frozen=True, slots=True)
class DoorSeen:
    """A door's state changed, or is reported for the first time since the bus came up."""

    compartment: str
    door: Door


@dataclass(frozen=True, slots=True)
class UnlockEnded:
    """The wire's answer to one ``Unlock``; ``order`` and ``attempt`` are those of the command.

    ``rests_s``: the pulse was refused because the lock was pulsed too often; it may be asked for again after so long.
    """

    compartment: str
    order: str
    attempt: int
    pulse: Pulse
    rests_s: float = 0.0


class Paper(StrEnum):
    """Whether a printer can print, as it says itself: the first two can."""

    OK = "ok"
    NEAR_END = "near_end"
    OUT = "out"
    COVER_OPEN = "cover_open"
    FAULT = "fault"


class Printed(StrEnum):
    """How one order to print ended. UNKNOWN: all, some or nothing of it may be on paper."""

    DONE = "done"
    NOTHING = "nothing"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class PaperSeen:
    """A printer's paper changed, or is reported for the first time since the printer answered."""

    device: str
    paper: Paper


@dataclass(frozen=True, slots=True)
class PrintEnded:
    """What became of one ``Print``; ``slip`` is that of the command."""

    device: str
    slip: str
    printed: Printed


@dataclass(frozen=True, slots=True)
class DeviceUp:
    """A device answers (again)."""

    device: str


@dataclass(frozen=True, slots=True)
class DeviceDown:
    """A device is lost; its worker keeps trying. ``why`` is short, for technicians, without patron data."""

    device: str
    why: str


@dataclass(frozen=True, slots=True)
class SealScanned:
    """The number on the seal of a bag."""

    device: str
    number: str


@dataclass(frozen=True, slots=True)
class ReceiptScanned:
    """What a slip of a pickup point says in its code: the line of a receipt, or the number of a slip without one."""

    device: str
    line: str


Scan = ItemScanned | IsbnScanned | PatronScanned | PassScanned | SealScanned | ReceiptScanned | CodeUnknown
Reading = (
    CardShown
    | CardUnread
    | CardGone
    | Scan
    | PileSeen
    | SecureEnded
    | Guide
    | DoorSeen
    | UnlockEnded
    | PaperSeen
    | PrintEnded
    | DeviceUp
    | DeviceDown
)
