"""What is said to and heard from the library: the shared language of sync and the deciding core.

Frozen values, used as they are on both sides of the wire (pydantic reads and writes them as JSON). Times are Unix
seconds. Verifiers are keyed hashes (hex), see docs/integrator.md. ``kind`` tells the members of a union apart.
"""

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field, SecretStr

from sync.instructions import Instructed, InstructionEnded
from sync.plain import Digest, Id, Text

Size = Literal["S", "M", "L"]
Standing = Literal["fine", "blocked", "expired"]
Role = Literal["reader", "courier", "staff"]


# ---- things -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Item:
    """One loanable copy. ``isbn`` is 13 digits or empty."""

    barcode: Id
    title: Text
    isbn: Annotated[str, Field(pattern=r"^(97[89]\d{10})?$")] = ""


@dataclass(frozen=True, slots=True)
class Patron:
    """A person with a card, as this point needs to know them. ``cards``: keyed hashes; ``initials``: for the screen."""

    id: Id
    initials: Annotated[str, Field(max_length=12)]
    standing: Standing = "fine"
    role: Role = "reader"
    cards: Annotated[tuple[Digest, ...], Field(max_length=8)] = ()
    reason: Text = ""  # the library's own words when standing is not fine; fit to show


@dataclass(frozen=True, slots=True)
class SentParcel:
    """Items of one patron on their way to this point. ``code`` is the verifier of the 8-digit pickup code (or empty),
    ``pass_id`` the 16 hex digits that a signed pickup QR names (or empty). Several parcels may share both."""

    id: Id
    patron: Id
    items: Annotated[tuple[Item, ...], Field(min_length=1, max_length=50)]
    size: Size
    expires: float
    code: Annotated[str, Field(pattern=r"^([0-9a-f]{64})?$")] = ""
    pass_id: Annotated[str, Field(pattern=r"^([0-9a-f]{16})?$")] = ""


# ---- heard: the change feed -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ParcelSent:
    """A parcel for this point was packed, or its expiry, code or items changed. Replaces what was known of it."""

    parcel: SentParcel
    kind: Literal["parcel_sent"] = "parcel_sent"


@dataclass(frozen=True, slots=True)
class ParcelRecalled:
    """The hold was cancelled: the parcel is not to be handed out any more. Unknown ids are ignored."""

    parcel: Id
    kind: Literal["parcel_recalled"] = "parcel_recalled"


@dataclass(frozen=True, slots=True)
class PatronChanged:
    """A patron who matters here (parcel, courier, staff) as they are now. Replaces what was known."""

    patron: Patron
    kind: Literal["patron_changed"] = "patron_changed"


@dataclass(frozen=True, slots=True)
class PatronForgotten:
    """This patron no longer concerns this point."""

    patron: Id
    kind: Literal["patron_forgotten"] = "patron_forgotten"


Change = Annotated[
    ParcelSent | ParcelRecalled | PatronChanged | PatronForgotten | Instructed, Field(discriminator="kind")
]


@dataclass(frozen=True, slots=True)
class Page:
    """Changes after a cursor, oldest first. ``snapshot``: these are *all* that concern the point; what is not
    named is forgotten, or recalled if it lies in the cabinet. ``server_time`` when it was made."""

    changes: Annotated[tuple[Change, ...], Field(max_length=2000)]
    cursor: Annotated[str, Field(max_length=200)]
    server_time: float
    snapshot: bool = False
    more: bool = False


# ---- asked ----------------------------------------------------------------------------------------------------


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


Query = Annotated[WhoIs | WhatIs | LoansWith, Field(discriminator="kind")]


@dataclass(frozen=True, slots=True)
class Shown:
    """``WhoIs`` for a library that knows people by the number on their card and nothing else: what was read, and the
    PIN if one was typed. Never written down, and never said to our own service."""

    number: SecretStr
    pin: SecretStr | None = None


Question = WhoIs | WhatIs | LoansWith | Shown
"""All that can be asked; which of ``WhoIs`` and ``Shown``, the service's ``Abilities`` say."""


@dataclass(frozen=True, slots=True)
class PatronIs:
    """Answer to ``WhoIs`` and ``Shown``; None: no such card. ``ready_elsewhere``: names of points where a parcel waits.
    ``pin``: what the library makes of the one that came with the question."""

    patron: Patron | None
    ready_elsewhere: Annotated[tuple[Text, ...], Field(max_length=10)] = ()
    pin: Literal["", "needed", "wrong"] = ""
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


Answer = Annotated[PatronIs | ItemIs | LoansAre, Field(discriminator="kind")]


# ---- told -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ParcelReady:
    """The parcel lies behind a shut door and may be collected; now the reader may be told."""

    parcel: Id
    compartment: Id
    courier: Id
    items: Annotated[tuple[Id, ...], Field(max_length=50)] = ()
    kind: Literal["parcel_ready"] = "parcel_ready"


@dataclass(frozen=True, slots=True)
class ParcelCollected:
    """The door opened for its reader and shut again: book the loans. ``due`` is the provisional date shown."""

    parcel: Id
    patron: Id
    items: Annotated[tuple[Id, ...], Field(max_length=50)]
    proof: Literal["card", "code", "pass"]
    due: float
    kind: Literal["parcel_collected"] = "parcel_collected"


@dataclass(frozen=True, slots=True)
class ParcelMissing:
    """The reader (``by`` reader) or courier says it is not behind its door: no loan; somebody must look."""

    parcel: Id
    by: Id
    kind: Literal["parcel_missing"] = "parcel_missing"


@dataclass(frozen=True, slots=True)
class ParcelRemoved:
    """A recalled, expired or doubtful parcel was taken out by a courier."""

    parcel: Id
    courier: Id
    kind: Literal["parcel_removed"] = "parcel_removed"


@dataclass(frozen=True, slots=True)
class ItemDropped:
    """An item was put behind a door that shut: a return, received at the event's time. ``checked``: the library
    knew the item when it was scanned; else it is to be looked at. ``patron`` may be empty."""

    item: Id
    compartment: Id
    checked: bool
    patron: Annotated[str, Field(max_length=64)] = ""
    kind: Literal["item_dropped"] = "item_dropped"


@dataclass(frozen=True, slots=True)
class ItemsCleared:
    """A courier took these returned items out of a compartment."""

    items: Annotated[tuple[Id, ...], Field(max_length=50)]
    compartment: Id
    courier: Id
    kind: Literal["items_cleared"] = "items_cleared"


@dataclass(frozen=True, slots=True)
class PointTrouble:
    """Something people must look at: a door, a doubt, a device. ``what`` is a word of docs/integrator.md."""

    what: Id
    compartment: Annotated[str, Field(max_length=64)] = ""
    parcel: Annotated[str, Field(max_length=64)] = ""
    detail: Text = ""
    kind: Literal["point_trouble"] = "point_trouble"


Told = Annotated[
    ParcelReady
    | ParcelCollected
    | ParcelMissing
    | ParcelRemoved
    | ItemDropped
    | ItemsCleared
    | InstructionEnded
    | PointTrouble,
    Field(discriminator="kind"),
]


@dataclass(frozen=True, slots=True)
class Telling:
    """One thing the library must hear exactly once in effect. ``key`` is unique for ever and never reused;
    ``seq`` counts 1, 2, 3 ... at this point without gaps; ``at`` is the point's clock when it happened."""

    key: Id
    seq: Annotated[int, Field(ge=1)]
    at: float
    told: Told


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the library did with a telling. ``applied`` and ``duplicate`` (the same was heard before) are done;
    ``conflict`` (heard and kept, but its ledger disagrees) and ``rejected`` (refused) become cases for staff.
    ``reused``: not booked, because its key or number was heard before with something else; the point is an older image
    of itself and says this again under a new key, from number ``expected`` on."""

    key: Id
    status: Literal["applied", "duplicate", "conflict", "rejected", "reused"]
    detail: Text = ""
    held_for: Patron | None = None  # the item told of is held for this patron, to be collected at this point
    goes_to: Text = ""  # the item told of belongs elsewhere: where, in the library's words
    expected: Annotated[int, Field(ge=0)] = 0  # with ``reused``
