"""What the point asks the library, and the answers: nothing at the library changes by them. See messages.py."""

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field, SecretStr

from sync.account import AccountIs, AccountOf
from sync.activation import Offer
from sync.plain import Digest, Id, Text
from sync.things import Item, Patron
from sync.titles import TitlesAre, TitlesLike


@dataclass(frozen=True, slots=True)
class WhoIs:
    """Whose card is this? ``card`` is the keyed hash; a card not known at this point."""

    card: Digest
    kind: Literal["who_is"] = "who_is"


@dataclass(frozen=True, slots=True)
class WhatIs:
    """Which item has this barcode, and may it be returned here?"""

    barcode: Id
    kind: Literal["what_is"] = "what_is"


@dataclass(frozen=True, slots=True)
class LoansWith:
    """Which copies of this title does the patron have on loan?"""

    patron: Id
    isbn: Annotated[str, Field(pattern=r"^97[89]\d{10}$")]
    kind: Literal["loans_with"] = "loans_with"


@dataclass(frozen=True, slots=True)
class MayBorrow:
    """May this patron borrow these items, which lie at this point for anybody? Nothing is booked by it."""

    patron: Id
    items: Annotated[tuple[Id, ...], Field(min_length=1, max_length=50)]
    kind: Literal["may_borrow"] = "may_borrow"


Query = Annotated[WhoIs | WhatIs | LoansWith | MayBorrow | AccountOf | TitlesLike, Field(discriminator="kind")]


@dataclass(frozen=True, slots=True)
class Shown:
    """``WhoIs`` for a library that knows people by the number on their card and nothing else: what was read, and the
    PIN if one was typed. Never written down, and never said to our own service."""

    number: SecretStr
    pin: SecretStr | None = None


Question = WhoIs | WhatIs | LoansWith | MayBorrow | AccountOf | TitlesLike | Shown
"""All that can be asked; which of ``WhoIs`` and ``Shown``, the service's ``Abilities`` say."""


@dataclass(frozen=True, slots=True)
class PatronIs:
    """Answer to ``WhoIs`` and ``Shown``; None: no such card. ``ready_elsewhere``: names of points where a parcel waits.
    ``pin``: what the library makes of the one that came with the question. ``offer``: nobody's card yet, and its holder
    may become a reader with it at the point."""

    patron: Patron | None
    ready_elsewhere: Annotated[tuple[Text, ...], Field(max_length=10)] = ()
    pin: Literal["", "needed", "wrong"] = ""
    offer: Offer | None = None
    kind: Literal["patron_is"] = "patron_is"


@dataclass(frozen=True, slots=True)
class ItemIs:
    """Answer to ``WhatIs``; None: not an item of this library. ``on_loan`` False: nobody has it on loan. ``held``:
    whether it is set aside for somebody, where the library says so."""

    item: Item | None
    on_loan: bool = False
    held: Literal["", "yes", "no"] = ""
    kind: Literal["item_is"] = "item_is"


@dataclass(frozen=True, slots=True)
class LoansAre:
    """Answer to ``LoansWith``: the copies, none, one or several."""

    items: Annotated[tuple[Item, ...], Field(max_length=50)]
    kind: Literal["loans_are"] = "loans_are"


@dataclass(frozen=True, slots=True)
class Allowed:
    """Answer to ``MayBorrow``; a no with ``words`` of the library's own to say why, fit to show."""

    may: bool
    words: Text = ""
    kind: Literal["allowed"] = "allowed"


Answer = Annotated[PatronIs | ItemIs | LoansAre | Allowed | AccountIs | TitlesAre, Field(discriminator="kind")]
