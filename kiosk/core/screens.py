"""Screens are data: what the person is told, and which touches are meant. Words and pictures are ui/'s business.

One ``Display`` is everything a front end needs to draw; the core makes a new one whenever anything in it changes.
"""

from dataclasses import dataclass, field
from typing import Literal

from hardware.readings import Door
from kiosk.core.account_screens import AccountScreen
from kiosk.core.activation import ActivationScreen
from kiosk.core.counter_screens import Counter
from kiosk.core.desk_screens import DeskScreen
from kiosk.core.notices import DoorNotice, Goes, NotLent, Printing, Reason, ReturnNotice, SessionNote, Then
from kiosk.core.reader_screens import Choose, DoorShut, Sort
from kiosk.core.receipts import Shown
from kiosk.core.search_screens import Found, Search, Stock, TitlePage, Wished
from kiosk.core.staff_screens import Courier, HandOver, Inside, Load, Seal, Settle, TakeOut
from sync.acts import ActKind

Purpose = Literal["pickup", "borrow", "dropoff", "stocking", "clearing", "check"]
Done = Literal[Purpose, "checkout"]


@dataclass(frozen=True, slots=True)
class Home:
    """Nobody is being served. Touches: collect, return, more; browse (what lies here for anybody) and borrow (what
    readers bring) where that can be done."""

    free_doors: int
    cards: bool  # a card reader answers
    open_doors: tuple[str, ...] = ()  # left open by somebody: please push them shut
    opened_from_afar: tuple[str, ...] = ()  # of these, those that the library had opened
    borrow: bool = False
    stock: bool = False
    codes: bool = True  # the library hands out codes and QRs
    lends: bool = True  # what lies here may be handed out: the library is there, or not away for too much


@dataclass(frozen=True, slots=True)
class Wait:
    """The library is asked about ``what``, or does it, at most some seconds; about the ``n``. of several, where it is
    asked one by one. Touches: cancel; an act goes on."""

    what: Literal["card", "item", "isbn", "account", "may_borrow", "hold_unknown", ActKind]
    n: int = 0
    of: int = 0


@dataclass(frozen=True, slots=True)
class Collect:
    """How to collect: tap a card, show the QR, or type the code. ``digits``: typed so far (at most 8).

    Touches: digit (value 0-9), erase, enter (when 8 digits stand), cancel. ``codes`` False: too many
    wrong codes today, the keypad is closed, card and QR still work; or there are none here at all (``cards_only``).
    ``cards``: a card reader answers.
    """

    digits: str
    codes: bool
    wrong: bool = False  # the last code opened nothing
    tries_left: int = 10
    cards_only: bool = False
    cards: bool = True


@dataclass(frozen=True, slots=True)
class Pin:
    """The library wants the PIN of this card. ``digits``: how many were typed (at most 12); never which.

    Touches: digit (value 0-9), erase, enter (when any stand), cancel.
    """

    digits: int
    wrong: bool = False  # the last PIN was
    tries_left: int = 3


@dataclass(frozen=True, slots=True)
class Opening:
    """The lock was told; the door has not been seen open yet. ``n`` of ``of`` doors in this story."""

    purpose: Purpose
    compartment: str
    n: int = 1
    of: int = 1


@dataclass(frozen=True, slots=True)
class DoorOpen:
    """The door stands open. Titles only where the person at the screen has shown that they are his.

    Touches: pickup and borrow: not_here, some (which of ``several`` are not there, or stay?), wrong_book, leave_it,
    cannot_reach; or scan the book; undo once something is said. stocking: does_not_fit and cancel, it is not put in.
    dropoff: nothing_in and does_not_fit. clearing (to move a parcel): cancel, it stays. Of these, too: undo once said.
    ``left``: open too long, please shut. ``said``: what the person has touched: it stays, it is not there, the door is
    out of reach, or too small for what is returned. ``titles``: at a pickup, those that are still taken. ``wrong``:
    another book lies there.
    """

    purpose: Purpose
    compartment: str
    n: int = 1
    of: int = 1
    titles: tuple[str, ...] = ()
    left: bool = False
    said: Literal["", "keep", "missing", "some", "reach", "small"] = ""
    several: bool = False
    wrong: bool = False
    notice: DoorNotice = ""


@dataclass(frozen=True, slots=True)
class DoorStuck:
    """The door was not seen opening. ``safe``: what lies inside is safe and still theirs.

    Touches: again (only when ``tries_left``), help, cancel; next where ``more`` doors follow, which stay shut without
    it. stocking, and dropoff where there is room: other_door.
    """

    purpose: Purpose
    compartment: str
    tries_left: int
    other_door: bool = False
    more: bool = False


@dataclass(frozen=True, slots=True)
class LockRests:
    """The lock was pulsed so often that it must rest: it was not tried, and what lies inside is safe.

    Until it is ``ready`` the display's ``until`` is that moment, ``about_s`` seconds after it was said. Touches: again
    (once ready), cancel; stocking, and dropoff where there is room: other_door; next where ``more`` doors follow.
    """

    purpose: Purpose
    compartment: str
    about_s: int
    ready: bool = False
    other_door: bool = False
    more: bool = False


@dataclass(frozen=True, slots=True)
class Return:
    """Scan what is returned. ``titles``: accepted so far (title, or barcode when unknown).

    Touches: open and undo (when there are any), unreadable (a book whose code cannot be read goes on the list, with
    the title ""), cancel. ``scanner``: one answers, so that scanning is possible.

    ``notice``: about the last scan, or what lies on the pad. ``isbn_needs_card``: tap the card, so that we know which
    copy it is. ``part_missing``: ``lacks`` names the first part that is, and of how many. ``asking``: about one more
    item; until the library has said something, cancel is all that can be touched.
    """

    titles: tuple[str, ...]
    notice: ReturnNotice = ""
    offline: bool = False  # accepted items will be looked at later
    scanner: bool = True
    lacks: tuple[int, int] = (0, 0)
    asking: bool = False


@dataclass(frozen=True, slots=True)
class Slip:
    """What a person may take away in writing: what was taken or returned, no name and no number of a card.

    ``id``: the order of its door, never used twice. ``session``: with it, what staff find in the journal. ``items``:
    (title, barcode). ``at``, ``due`` in Unix seconds, ``due`` 0 for returns. ``provisional``: the library has yet to
    confirm.
    """

    id: str
    session: int
    purpose: Done
    at: float
    items: tuple[tuple[str, str], ...]
    due: float = 0.0
    provisional: bool = False


@dataclass(frozen=True, slots=True)
class Goodbye:
    """The end of a story. ``titles``: what was taken or returned. ``due`` for loans; ``provisional``: the library has
    not confirmed yet. ``left``: parcels that stay here for the person; ``over``: those whose time is, or
    that were called back; ``doubt``: those that must be looked for first. Touches: finish, and return after a pickup;
    browse where there is ``stock`` to go on with.
    ``slip``: its words are offered as a QR, and on paper: ``printing``; touch print (zh or en) when
    ``offered`` or ``again``."""

    purpose: Done
    titles: tuple[str, ...] = ()
    due: float = 0.0
    provisional: bool = False
    left: int = 0
    missing: bool = False  # something was not there: no loan was booked
    slip: Slip | None = None
    printing: Printing = ""
    far: bool = False  # the library knows that something lies too far for this person to reach
    gate: bool = False  # a tag could not be cleared: the gate may ring
    stock: bool = False
    goes: tuple[Goes, ...] = ()  # where each title goes, as far as the library has said
    not_lent: tuple[NotLent, ...] = ()  # what they had chosen and did not get
    over: int = 0
    doubt: int = 0


@dataclass(frozen=True, slots=True)
class Sorry:
    """It cannot be done, why, and what to do next (ui has the words for each reason). Touches: finish, and what
    ``then`` offers. ``detail``: the library's own words. ``places``: names of other points (ready_elsewhere), of those
    with room (cabinet_full, no_larger_door, door_unreachable, no_door_in_reach)."""

    reason: Reason
    detail: str = ""
    then: tuple[Then, ...] = ()
    places: tuple[str, ...] = ()


Screen = (
    Home
    | Wait
    | Collect
    | Pin
    | AccountScreen
    | ActivationScreen
    | Search
    | Found
    | Stock
    | TitlePage
    | Wished
    | Choose
    | Opening
    | DoorOpen
    | Sort
    | DoorShut
    | DoorStuck
    | LockRests
    | Inside
    | TakeOut
    | Return
    | Courier
    | Load
    | Seal
    | HandOver
    | Settle
    | DeskScreen
    | Counter
    | Goodbye
    | Shown
    | Sorry
)


@dataclass(frozen=True, slots=True)
class DoorView:
    """One door of the drawn cabinet, as it stands before the person. Row and column count from 0 at the top left."""

    name: str
    row: int
    column: int
    height: int  # in rows
    width: int  # in columns
    size: str
    door: Door
    lit: bool  # it concerns the person now
    out: bool  # out of service


@dataclass(frozen=True, slots=True)
class Display:
    """All a front end draws. Two that differ in ``now`` alone are the same. ``until``: when the screen ends by itself
    (same clock as ``now``), None at Home.

    ``warning``: it ends soon, ask whether the person is still there (touch more_time). ``initials`` of who is served.
    ``to_account``, ``to_borrow``: they may go on there: touch account, borrow. ``note``: of what was shown or done amid
    this.
    """

    screen: Screen
    doors: tuple[DoorView, ...]
    now: float = field(compare=False)
    until: float | None = None
    warning: bool = False
    initials: str = ""
    online: bool = True
    to_account: bool = False
    to_borrow: bool = False
    note: SessionNote = ""
