"""Screens of the menu and of a reader's account; data, as those of screens.py. Sums are the library's own text."""

from dataclasses import dataclass, field
from typing import Literal

from kiosk.core.notices import AccountNotice


@dataclass(frozen=True, slots=True)
class More:
    """What else can be done here. Touches: account and search (where they can), how, cancel."""

    account: bool
    search: bool = False


@dataclass(frozen=True, slots=True)
class How:
    """How this machine works, in three steps. Touches: cancel."""


@dataclass(frozen=True, slots=True)
class Prove:
    """Tap a card, for ``want``: the account, ``title`` to be sent here (hold) or lent from here (stock; with others,
    ``count`` in all). Touches: cancel."""

    want: Literal["account", "hold", "stock", "checkout"]
    cards: bool  # a card reader answers
    title: str = ""
    notice: Literal["", "card_unread"] = ""
    count: int = 1


@dataclass(frozen=True, slots=True)
class Account:
    """What the reader has. Touches: loans, holds, fines (where there are any, or a sum is owed), collect
    (where ``here``), browse (where there is ``stock``), borrow (where there is a counter), cancel.

    ``known`` False: the library does not answer, and only what lies here is known (touch holds). ``here``: doors behind
    which something waits. ``owed``: as the library states it, "" for nothing, or where it says no sum. ``words``: the
    library's, with the notice; ``places``: those of ready_elsewhere.
    """

    known: bool
    loans: int = 0
    late: int = 0
    holds: int = 0
    here: tuple[str, ...] = ()
    owed: str = ""
    currency: str = ""
    whole: bool = True  # False: the library has more than it says here
    notice: AccountNotice = ""
    words: str = ""
    stock: bool = False
    borrow: bool = False
    places: tuple[str, ...] = ()
    fines: int = 0


@dataclass(frozen=True, slots=True)
class LoanLine:
    """One loan. ``due`` in Unix seconds, 0: not said. ``said``: what became of its renewal, with the library's
    ``words`` if it was refused."""

    id: str
    title: str
    due: float
    late: bool
    said: Literal["", "renewed", "refused"] = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class Loans:
    """All loans, the one due first at the top. Touches: renew (value: id), renew_all (where they can), cancel: back."""

    lines: tuple[LoanLine, ...]
    renew: bool
    renew_all: bool
    notice: AccountNotice = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class HoldLine:
    """One hold: ``here`` behind ``door``, ready ``elsewhere``, ``coming`` to ``place``, or ``waiting`` with so many
    ``ahead`` (None: not said). ``until`` in Unix seconds, 0: not said. ``helper_until``: so long somebody else may
    fetch it; 0: nobody."""

    id: str
    title: str
    state: Literal["here", "elsewhere", "coming", "waiting"]
    place: str = ""
    door: str = ""
    until: float = 0.0
    ahead: int | None = None
    helper_until: float = 0.0


@dataclass(frozen=True, slots=True)
class Holds:
    """All holds: here, elsewhere, coming, waiting. Touches: hold (value: id), cancel: back."""

    lines: tuple[HoldLine, ...]
    notice: AccountNotice = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class OneHold:
    """One hold. Touches: those of ``may`` (collect; permit: let somebody else fetch it; take_back that permission;
    longer; cancel_hold), cancel: back. ``sure``: cancelling it was touched; touches then are yes and no."""

    line: HoldLine
    may: tuple[Literal["collect", "permit", "take_back", "longer", "cancel_hold"], ...]
    sure: bool = False
    notice: AccountNotice = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class Permission:
    """The code with which somebody else may fetch this ``title`` once, until then; shown this one time. Touches:
    cancel: back."""

    title: str
    code: str = field(repr=False)
    until: float


@dataclass(frozen=True, slots=True)
class Fines:
    """What is owed: (amount, what for), and the library's total. Touches: cancel: back."""

    lines: tuple[tuple[str, str], ...]
    owed: str
    currency: str


AccountScreen = More | How | Prove | Account | Loans | Holds | OneHold | Permission | Fines
