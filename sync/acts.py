"""Acts: what a reader wants changed at the library while they stand there, and the library's ruling on it.

Neither a query, which changes nothing, nor a telling, which is told surely, be it days later: an act is said once, now,
or not at all. Each has a key of its own for ever, so that a service that knows keys books it once however often it
hears it; one that knows none (SIP2) is asked what became of it and never told it twice.
"""

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from sync.plain import Count, Digest, Id, Moment, Phone, Pin, Text

LOANS_MAX = 100


@dataclass(frozen=True, slots=True)
class Renew:
    """Renew one loan; ``loan`` is its id in the patron's account."""

    patron: Id
    loan: Id
    kind: Literal["renew"] = "renew"


@dataclass(frozen=True, slots=True)
class RenewAll:
    """Renew all that the patron has on loan."""

    patron: Id
    kind: Literal["renew_all"] = "renew_all"


@dataclass(frozen=True, slots=True)
class CancelHold:
    """The patron does not want it any more; ``hold`` is its id in their account."""

    patron: Id
    hold: Id
    kind: Literal["cancel_hold"] = "cancel_hold"


@dataclass(frozen=True, slots=True)
class MoreTime:
    """More time to collect what lies ready; ``hold`` is its id in the patron's account."""

    patron: Id
    hold: Id
    kind: Literal["more_time"] = "more_time"


@dataclass(frozen=True, slots=True)
class PlaceHold:
    """The patron wants this title, to be collected at this point. ``title``: its id as the library said it: an ISBN or,
    where the library knows only copies, the barcode of one."""

    patron: Id
    title: Id
    kind: Literal["place_hold"] = "place_hold"


@dataclass(frozen=True, slots=True)
class Checkout:
    """The patron stands at the point with this item in hand and wants to borrow it. One that they have on loan already
    is theirs: done, with its due date as it is, and no renewal."""

    patron: Id
    item: Id
    kind: Literal["checkout"] = "checkout"


@dataclass(frozen=True, slots=True)
class Activate:
    """The holder of a card that is nobody's yet has read and accepted the rules that were offered with it
    (``sync.activation``) and becomes a reader. ``card``: as in ``WhoIs``; ``phone`` and ``pin``: theirs, chosen now."""

    card: Digest
    phone: Phone
    pin: Pin
    kind: Literal["activate"] = "activate"


Act = Annotated[Renew | RenewAll | CancelHold | MoreTime | PlaceHold | Checkout | Activate, Field(discriminator="kind")]
ActKind = Literal["renew", "renew_all", "cancel_hold", "more_time", "place_hold", "checkout", "activate"]


@dataclass(frozen=True, slots=True)
class Said:
    """An act as it goes over the wire. ``pin``: the patron's, where the library wants one."""

    key: Id
    act: Act
    pin: Pin | None = None


@dataclass(frozen=True, slots=True)
class LoanRuling:
    """What became of one loan of ``RenewAll``; as in ``Ruling``."""

    loan: Id
    done: bool
    words: Text = ""
    until: Moment = 0.0


@dataclass(frozen=True, slots=True)
class Ruling:
    """The library's word on an act: done, or refused with ``words`` of its own to say why, fit to show.

    ``until``: the new due date of a loan, or the last moment to collect; 0 where it says none. ``each``: of
    ``RenewAll``, what became of each loan, as far as the library says. Of ``PlaceHold``: ``by`` when it can be at this
    point (Unix seconds, 0: not said), ``ahead``: people before this one (None: not said). ``again``: what a refused
    ``Activate`` may be tried anew with, another one of these; "": it is refused whatever they are.
    """

    done: bool
    words: Text = ""
    until: Moment = 0.0
    each: Annotated[tuple[LoanRuling, ...], Field(max_length=LOANS_MAX)] = ()
    by: Moment = 0.0
    ahead: Count | None = None
    again: Literal["", "phone", "pin"] = ""
