"""A card becoming a reader's: how far that has come, and its screens; see flows/activating.py, stories.py, screens.py.

What is typed lives here and in the message to the library, as secrets; nothing of it is written down.
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from pydantic import SecretStr

from sync.activation import Offer
from sync.things import Patron

if TYPE_CHECKING:
    from kiosk.core.stories import Want

NOTHING = SecretStr("")
ActivationNotice = Literal["", "differ", "refused"]


@dataclass(frozen=True, slots=True)
class Activating:
    """``digest``: of the card. ``page`` of the rules; the ``phone`` number, the ``pin`` and the same once ``more``.
    ``key``: of what is asked or done. ``doubt``: nobody has said whether it is done. ``words``: the library's, with the
    notice. ``patron``: who it is, once it is done. ``another``: somebody else has shown a card meanwhile."""

    digest: str
    offer: Offer
    want: "Want" = ""
    stage: Literal["rules", "phone", "pin", "again", "doing", "asking", "done"] = "rules"
    page: int = 0
    phone: SecretStr = NOTHING
    pin: SecretStr = NOTHING
    more: SecretStr = NOTHING
    key: str = ""
    doubt: bool = False
    notice: ActivationNotice = ""
    words: str = ""
    patron: Patron | None = None
    another: bool = False


@dataclass(frozen=True, slots=True)
class Rules:
    """One page of the library's rules, in its words. Touches: next, or agree on the last page; cancel: back."""

    zh: str
    en: str
    n: int
    of: int


@dataclass(frozen=True, slots=True)
class Phone:
    """Type a telephone number. Touches: digit (value 0-9), erase, enter (when ``ready``), cancel: back."""

    digits: str = field(repr=False)
    ready: bool
    notice: ActivationNotice = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class NewPin:
    """Choose a PIN of ``of`` digits, or type it once more (``again``). ``digits``: how many were typed; never which.
    Touches: digit (value 0-9), erase, enter (when all stand), cancel: back."""

    digits: int
    of: int
    again: bool = False
    notice: ActivationNotice = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class Activated:
    """The card is a reader's. Touches: go_on (where there is something to go on to), finish."""

    go_on: bool


ActivationScreen = Rules | Phone | NewPin | Activated
