"""Stories of the menu and of a reader's account; see stories.py."""

from dataclasses import dataclass, field
from typing import Literal

from pydantic import SecretStr

from kiosk.core.notices import AccountNotice
from sync.account import AccountIs
from sync.acts import Act, LoanRuling
from sync.titles import Title


@dataclass(frozen=True, slots=True)
class AtMore:
    """The menu, or how it works."""

    how: bool = False


@dataclass(frozen=True, slots=True)
class Proving:
    """A card is wanted for something that was chosen before it."""

    want: Literal["account", "checkout"]


@dataclass(frozen=True, slots=True)
class AccountPin:
    """The library wants the PIN of this patron before it says what they have. ``wrong``: how many were, this visit.
    ``wish``: the title they want, if that is what it is for."""

    patron: str
    notice: AccountNotice = ""
    digits: SecretStr = field(default_factory=lambda: SecretStr(""))
    wrong: int = 0
    wish: Title | None = None


@dataclass(frozen=True, slots=True)
class AtAccount:
    """A reader looks at their account, or changes something in it.

    ``account`` None: the library has not said. ``key``: a question under way or, with ``act``, an act. ``part``: which
    list; ``hold``: which hold of it; ``sure``: whether they are sure is asked. ``rulings``: what became of renewals.
    ``code``: with which somebody else may fetch what is in that hold, while it is shown.
    ``words``: the library's, with the notice; ``places``: of ready_elsewhere. ``wrong``: PINs that were, this visit.
    """

    patron: str
    account: AccountIs | None = None
    key: str = ""
    act: Act | None = None
    part: Literal["", "loans", "holds", "fines"] = ""
    hold: str = ""
    sure: bool = False
    rulings: tuple[LoanRuling, ...] = ()
    notice: AccountNotice = ""
    words: str = ""
    pin: SecretStr | None = None
    wrong: int = 0
    code: SecretStr | None = None
    places: tuple[str, ...] = ()
