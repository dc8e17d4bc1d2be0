"""How far the story of the person at the screen has come. Every story but ``AtHome`` ends by itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from pydantic import SecretStr

from kiosk.core.account_stories import AccountPin, AtAccount, AtMore, Proving
from kiosk.core.activation import Activating
from kiosk.core.counter_stories import AtCounter
from kiosk.core.gone import NONE_STAYS, Stays
from kiosk.core.notices import DoorNotice, NotLent, ReturnNotice
from kiosk.core.receipts import Shown
from kiosk.core.screens import Goodbye, Sorry
from kiosk.core.search_stories import Basket, Borrowing, Searching, Wishing
from kiosk.core.staff_stories import (
    AtCourier,
    AtDesk,
    Checking,
    Clearing,
    HandingOver,
    Loading,
    Moving,
    Sealing,
    Settling,
    StaffStory,
    Stowing,
)
from kiosk.core.visit import Visit
from sync.things import Item, Patron, Size
from sync.titles import Title

Want = Literal["", "account", "checkout"] | Title | Basket
"""What was chosen before a card was shown: nothing, the account, to borrow here what they have brought, a title to be
sent here, or what lies here for anybody."""

__all__ = [  # those of the staff and of the counter are defined beside
    "AtCounter",
    "AtCourier",
    "AtDesk",
    "Checking",
    "Clearing",
    "HandingOver",
    "Loading",
    "Moving",
    "Sealing",
    "Settling",
    "StaffStory",
    "Stowing",
    "Visit",
]


@dataclass(frozen=True, slots=True)
class AtHome:
    """Nobody is being served."""


@dataclass(frozen=True, slots=True)
class Collecting:
    """Asked to collect: waiting for a card, a QR or the digits of a code."""

    digits: str = ""
    wrong: bool = False


@dataclass(frozen=True, slots=True)
class AskingCard:
    """The library is asked whose card this is (``digest``); ``key`` names the question. ``back``: a return goes on.
    ``number``: what was read, where the library wants a PIN with it; ``wrong`` PINs so far. ``want``: what was chosen
    before the card; ``pin``: the one that was typed. ``people``: who was known here, and how, when it was asked."""

    key: str
    digest: str
    back: "Returning | None" = None
    number: SecretStr | None = None
    wrong: int = 0
    want: Want = ""
    pin: SecretStr | None = None
    people: Mapping[str, Patron] = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class ProvingPin:
    """The library wants the PIN of this card. ``wrong``: how many were, this visit."""

    digest: str
    number: SecretStr
    back: "Returning | None" = None
    digits: SecretStr = field(default_factory=lambda: SecretStr(""))
    wrong: int = 0
    want: Want = ""


@dataclass(frozen=True, slots=True)
class Choosing:
    """Several parcels are ready: all of them, or only those ``chosen``? ``left``: others of theirs."""

    patron: str
    proof: str
    parcels: tuple[str, ...]
    chosen: tuple[str, ...] = ()
    left: Stays = NONE_STAYS


@dataclass(frozen=True, slots=True)
class Fetching:
    """A reader at the door of ``parcel``: ``queue`` still to open, ``done`` taken (rows of parcels), ``left`` not
    taken, ``far``: something lies too far for them. ``sorting``: the items that are not there or stay, while they say
    so. ``not_lent``: what they wanted of the stock and do not get. ``shown``: a book of the list was held up here."""

    patron: str
    proof: str
    parcel: str
    visit: Visit
    queue: tuple[str, ...] = ()
    done: tuple[str, ...] = ()
    left: Stays = NONE_STAYS
    missing: bool = False
    far: bool = False
    sorting: tuple[str, ...] | None = None
    notice: DoorNotice = ""
    not_lent: tuple[NotLent, ...] = ()
    shown: bool = False


@dataclass(frozen=True, slots=True)
class Accepted:
    """An item that may be put in. ``checked``: the library (or our own rows) know it. ``lent``: it is surely on loan,
    so that its tag may be let past the gate again when nothing comes of the return."""

    item: Item
    checked: bool
    lent: bool = False


@dataclass(frozen=True, slots=True)
class Returning:
    """Scanning items to return. ``key``/``about``: the question under way. ``queue``: scanned meanwhile.

    ``isbn``: a book number waiting for the reader's card. ``lacks``: a part that is missing on the pad, of how many.
    ``lying``: what lies on pads, as in tags.py. ``printed``: who returns was said by a number in print, which proves
    nobody. ``least``: smaller doors were tried, and too small for these.
    """

    patron: str = ""
    accepted: tuple[Accepted, ...] = ()
    notice: ReturnNotice = ""
    key: str = ""
    about: str = ""
    queue: tuple[str, ...] = ()
    isbn: str = ""
    lacks: tuple[int, int] = (0, 0)
    lying: tuple[tuple[str, str], ...] = ()
    printed: bool = False
    least: Size = "S"

    @property
    def barcodes(self) -> set[str]:
        """Of what is on the list."""
        return {one.item.barcode for one in self.accepted}


@dataclass(frozen=True, slots=True)
class Dropping:
    """The items go behind a door. ``tried``: compartments that did not open. ``least``: as of ``Returning``; ``small``:
    this door is too small as well."""

    patron: str
    accepted: tuple[Accepted, ...]
    visit: Visit
    tried: tuple[str, ...] = ()
    notice: DoorNotice = ""
    least: Size = "S"
    small: bool = False


@dataclass(frozen=True, slots=True)
class Ended:
    """The last screen of a story. ``patron``: who was served, if the next touch may go on for them."""

    screen: Goodbye | Sorry | Shown
    patron: str = ""


Story = (
    AtHome
    | Collecting
    | AskingCard
    | ProvingPin
    | AtMore
    | Proving
    | AccountPin
    | AtAccount
    | Activating
    | Searching
    | Borrowing
    | Wishing
    | AtCounter
    | Choosing
    | Fetching
    | Returning
    | Dropping
    | StaffStory
    | Ended
)
AtDoor = Fetching | Dropping | Stowing | Clearing | Checking | Moving  # the stories with a visit


def whose(story: Story) -> str:
    """The patron whose story it is, or who works here; "" where nobody is known, or stands there for somebody else.
    A card that is asked about amid a return does not end whose it is."""
    match story:
        case Fetching(proof="helper") | AtHome() | Collecting() | AtMore() | Proving() | Searching():
            return ""
        case AskingCard(back=back) | ProvingPin(back=back):
            return back.patron if back else ""
        case Activating(patron=patron):
            return patron.id if patron else ""
    return story.courier if isinstance(story, StaffStory) else story.patron
