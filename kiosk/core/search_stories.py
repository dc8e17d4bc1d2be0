"""Stories of who looks for a title and asks for it; see stories.py."""

from dataclasses import dataclass, field
from typing import Literal

from pydantic import SecretStr

from kiosk.core.notices import NotLent, SearchNotice
from sync.titles import Title, TitlesAre

WishOutcome = Literal["placed", "refused", "away", "unknown"]


@dataclass(frozen=True, slots=True)
class Searching:
    """Somebody types what they look for, looks at what was found, or at one title of it.

    ``typed``: so far, last at ``typed_at``; ``digits``: on the pad of digits, not of letters. ``key``: a question under
    way, asked last at the end of ``asked_at``; it, or ``found``, the library's answer, is about ``about``. ``silent``:
    it did not answer. ``listing``: the list is shown; ``title``: the one of it that is looked at, ``proving``: and
    wanted, so that a card is to be shown. ``browsing``: nothing is typed, what lies here is looked through; ``chosen``
    of it so far, to be borrowed (ids of parcels).
    """

    typed: str = field(default="", repr=False)
    typed_at: float = 0.0
    digits: bool = False
    key: str = ""
    about: str = field(default="", repr=False)
    found: TitlesAre | None = None
    silent: bool = False
    asked_at: tuple[float, ...] = ()
    listing: bool = False
    browsing: bool = False
    chosen: tuple[str, ...] = ()
    title: Title | None = None
    proving: bool = False
    notice: SearchNotice = ""


@dataclass(frozen=True, slots=True)
class Basket:
    """Parcels of the stock that were chosen before a card was shown."""

    parcels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Borrowing:
    """A reader who has shown their card wants these ``parcels`` of the stock; ``key``: the library is asked whether
    they may. ``each``: it has refused all of them together, and is asked about the first that is left beside those it
    has ``allowed``. ``not_lent``: what they do not get."""

    patron: str
    parcels: tuple[str, ...]
    key: str
    each: bool = False
    allowed: tuple[str, ...] = ()
    not_lent: tuple[NotLent, ...] = ()


@dataclass(frozen=True, slots=True)
class Wishing:
    """A reader who has shown their card wants ``title`` sent here.

    ``key``: what is under way, by ``stage``: the account is asked for, the hold is placed, the account is asked whether
    it stands there. ``before``: ids of the holds they had. ``outcome``: what became of it, once it is known or is known
    not to be; ``words``: the library's; ``by``: when it comes, 0: not said; ``ahead``: people before, None: not said.
    """

    patron: str
    title: Title
    key: str = ""
    stage: Literal["account", "placing", "checking", ""] = ""
    before: frozenset[str] = frozenset()
    pin: SecretStr | None = None
    wrong: int = 0
    outcome: WishOutcome | Literal[""] = ""
    words: str = ""
    by: float = 0.0
    ahead: int | None = None
