"""A patron's account as the library states it: loans, holds and fines. Asked for; nothing changes by it."""

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from sync.acts import LOANS_MAX
from sync.plain import Count, Id, Moment, Pin, Text


@dataclass(frozen=True, slots=True)
class AccountOf:
    """What does this patron have? ``pin``: the one that was typed, where the library wants one."""

    patron: Id
    pin: Pin | None = None
    kind: Literal["account_of"] = "account_of"


@dataclass(frozen=True, slots=True)
class Loan:
    """One item on loan. ``id`` names it in acts; ``due`` in Unix seconds, 0: the library does not say."""

    id: Id
    title: Text
    due: Moment = 0.0
    late: bool = False


@dataclass(frozen=True, slots=True)
class Hold:
    """One thing asked for. ``id`` names it in acts. ``waiting``: not yet its turn; ``coming``: on its way to ``place``;
    ``ready`` there, until ``until`` (Unix seconds, 0: not said). ``parcel``: the one it lies in, where it has an id.
    ``here``: ``place`` is this point."""

    id: Id
    title: Text
    state: Literal["waiting", "coming", "ready"]
    place: Text = ""
    here: bool = False
    until: Moment = 0.0
    parcel: Annotated[str, Field(max_length=64)] = ""
    ahead: Count | None = None  # people before this one; None: not said


@dataclass(frozen=True, slots=True)
class Fine:
    """One sum owed: as much as the library writes, ``what`` for in its words."""

    amount: Annotated[str, Field(max_length=40)]
    what: Text = ""


@dataclass(frozen=True, slots=True)
class AccountIs:
    """Answer to ``AccountOf``. Sums are the library's own text and never reckoned with.

    ``owed``: its own total ("": nothing), in ``currency`` (ISO 4217 where it says one). ``pin``: what it makes of the
    one that came, or that it wants one; then nothing else is said. ``known`` False: no such patron. ``whole`` False:
    there is more than stands here.
    """

    known: bool = True
    initials: Annotated[str, Field(max_length=12)] = ""
    loans: Annotated[tuple[Loan, ...], Field(max_length=LOANS_MAX)] = ()
    holds: Annotated[tuple[Hold, ...], Field(max_length=LOANS_MAX)] = ()
    fines: Annotated[tuple[Fine, ...], Field(max_length=LOANS_MAX)] = ()
    owed: Annotated[str, Field(max_length=40)] = ""
    currency: Annotated[str, Field(max_length=10)] = ""
    whole: bool = True
    pin: Literal["", "needed", "wrong"] = ""
    kind: Literal["account_is"] = "account_is"
