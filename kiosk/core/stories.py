"""How far the story of the person at the screen has come. Every story but ``AtHome`` ends by itself."""

from dataclasses import dataclass, field

from pydantic import SecretStr

from kiosk.core.notices import CourierNotice, LoadNotice, ReturnNotice
from kiosk.core.screens import Goodbye, Sorry
from sync.things import Item


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
    ``number``: what was read, where the library wants a PIN with it; ``wrong`` PINs so far."""

    key: str
    digest: str
    back: "Returning | None" = None
    number: SecretStr | None = None
    wrong: int = 0


@dataclass(frozen=True, slots=True)
class ProvingPin:
    """The library wants the PIN of this card. ``wrong``: how many were, this visit."""

    digest: str
    number: SecretStr
    back: "Returning | None" = None
    digits: SecretStr = field(default_factory=lambda: SecretStr(""))
    wrong: int = 0


@dataclass(frozen=True, slots=True)
class Visit:
    """One door of the story, ``n`` of ``of``. Whether it is open or stuck stands in the compartment's row."""

    compartment: str
    order: str
    n: int = 1
    of: int = 1


@dataclass(frozen=True, slots=True)
class Fetching:
    """A reader at the door of ``parcel``: ``queue`` still to open, ``done`` taken, ``left`` not taken."""

    patron: str
    proof: str
    parcel: str
    visit: Visit
    queue: tuple[str, ...] = ()
    done: tuple[str, ...] = ()
    left: int = 0
    missing: bool = False


@dataclass(frozen=True, slots=True)
class Accepted:
    """An item that may be put in. ``checked``: the library (or our own rows) know it."""

    item: Item
    checked: bool


@dataclass(frozen=True, slots=True)
class Returning:
    """Scanning items to return. ``key``/``about``: the question under way. ``queue``: scanned meanwhile.

    ``isbn``: a book number waiting for the reader's card. ``lacks``: a part that is missing on the pad, of how many.
    """

    patron: str = ""
    accepted: tuple[Accepted, ...] = ()
    notice: ReturnNotice = ""
    key: str = ""
    about: str = ""
    queue: tuple[str, ...] = ()
    isbn: str = ""
    lacks: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True)
class Dropping:
    """The items go behind a door. ``tried``: compartments that did not open."""

    patron: str
    accepted: tuple[Accepted, ...]
    visit: Visit
    tried: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AtCourier:
    """A courier's own home: scan an item, clear, check a door. ``key``/``about``: the question under way."""

    courier: str
    loaded: int = 0
    notice: CourierNotice = ""
    lacks: tuple[int, int] = (0, 0)
    key: str = ""
    about: str = ""


@dataclass(frozen=True, slots=True)
class Loading:
    """The items of one parcel are being scanned."""

    courier: str
    loaded: int
    parcel: str
    scanned: tuple[str, ...]
    notice: LoadNotice = ""
    lacks: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True)
class Stowing:
    """A parcel goes behind a door. ``tried``: compartments that did not fit or open."""

    courier: str
    loaded: int
    parcel: str
    visit: Visit
    tried: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Clearing:
    """Returned, expired and recalled things are taken out, door by door."""

    courier: str
    loaded: int
    visit: Visit
    queue: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Checking:
    """A courier looks behind one door in doubt and says what is there."""

    courier: str
    loaded: int
    visit: Visit


@dataclass(frozen=True, slots=True)
class Settling:
    """Staff look at one case after another; see flows/cases.py."""

    courier: str
    loaded: int
    case: str


@dataclass(frozen=True, slots=True)
class Ended:
    """The last screen of a story. ``patron``: who was served, if the next touch may go on for them."""

    screen: Goodbye | Sorry
    patron: str = ""


Story = (
    AtHome
    | Collecting
    | AskingCard
    | ProvingPin
    | Fetching
    | Returning
    | Dropping
    | AtCourier
    | Loading
    | Stowing
    | Clearing
    | Checking
    | Settling
    | Ended
)
AtDoor = Fetching | Dropping | Stowing | Clearing | Checking  # the stories with a visit
