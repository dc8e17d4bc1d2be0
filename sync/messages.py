"""What is heard from the library and told to it. With things.py and asked.py the shared language of sync and the core.

Frozen values, used as they are on both sides of the wire (pydantic reads and writes them as JSON). Times are Unix
seconds. Verifiers are keyed hashes (hex), see docs/integrator.md. ``kind`` tells the members of a union apart.
"""

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from sync.instructions import Instructed, InstructionEnded
from sync.plain import Count, Digest, Id, Moment, Text
from sync.rounds import BagHandedOver, BagSealed, HoldExtended, ParcelDidNotFit, RoomLeft
from sync.things import Neighbour, Patron, SentParcel

ITEMS_MAX = 50
"""Items that one telling names, where nothing else is said."""

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


@dataclass(frozen=True, slots=True)
class NeighboursAre:
    """The points to which a courier may take what has no room here, the nearest first. Replaces what was known."""

    points: Annotated[tuple[Neighbour, ...], Field(max_length=20)]
    kind: Literal["neighbours_are"] = "neighbours_are"


Change = Annotated[
    ParcelSent | ParcelRecalled | PatronChanged | PatronForgotten | NeighboursAre | Instructed,
    Field(discriminator="kind"),
]


@dataclass(frozen=True, slots=True)
class Page:
    """Changes after a cursor, oldest first. ``snapshot``: these are *all* that concern the point; what is not
    named is forgotten, or recalled if it lies in the cabinet. ``server_time`` when it was made."""

    changes: Annotated[tuple[Change, ...], Field(max_length=2000)]
    cursor: Annotated[str, Field(max_length=200)]
    server_time: Moment
    snapshot: bool = False
    more: bool = False


# ---- told -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ParcelReady:
    """The parcel lies behind a shut door and may be collected; now the reader may be told."""

    parcel: Id
    compartment: Id
    courier: Id
    items: Annotated[tuple[Id, ...], Field(max_length=ITEMS_MAX)] = ()
    kind: Literal["parcel_ready"] = "parcel_ready"


@dataclass(frozen=True, slots=True)
class ParcelCollected:
    """The door opened for its reader and shut again: book the loans. ``due`` is the provisional date shown.

    ``items`` are those that were taken. ``left``: the others of the parcel, still held for this reader here, the parcel
    with them; empty when all of it has gone.
    """

    parcel: Id
    patron: Id
    items: Annotated[tuple[Id, ...], Field(max_length=ITEMS_MAX)]
    proof: Literal["card", "code", "pass"]
    due: float
    left: Annotated[tuple[Id, ...], Field(max_length=ITEMS_MAX)] = ()
    kind: Literal["parcel_collected"] = "parcel_collected"


@dataclass(frozen=True, slots=True)
class ParcelMissing:
    """The reader (``by`` reader) or courier says it is not behind its door: no loan; somebody must look. ``items``:
    only these of it are not there; empty: none of it is."""

    parcel: Id
    by: Id
    items: Annotated[tuple[Id, ...], Field(max_length=ITEMS_MAX)] = ()
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
class ItemLent:
    """A patron has taken this item with them from the counter, and the library was not asked or has not said whether it
    booked it (``Checkout``): book the loan, unless it is booked. ``due`` is the provisional date shown."""

    item: Id
    patron: Id
    due: float
    kind: Literal["item_lent"] = "item_lent"


@dataclass(frozen=True, slots=True)
class ItemsCleared:
    """A courier took these returned items out of a compartment."""

    items: Annotated[tuple[Id, ...], Field(max_length=ITEMS_MAX)]
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


@dataclass(frozen=True, slots=True)
class JournalStands:
    """How far the point's journal has come: its row ``n`` has this ``hash``, and rows before ``first`` were forgotten.
    Said once a day; a journal written anew later does not fit what was said here."""

    n: Annotated[int, Field(ge=0)]
    hash: Digest
    first: Annotated[int, Field(ge=1)]
    kind: Literal["journal_stands"] = "journal_stands"


Told = Annotated[
    ParcelReady
    | ParcelCollected
    | ParcelMissing
    | ParcelRemoved
    | ItemDropped
    | ItemLent
    | ItemsCleared
    | ParcelDidNotFit
    | BagSealed
    | BagHandedOver
    | RoomLeft
    | HoldExtended
    | InstructionEnded
    | PointTrouble
    | JournalStands,
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
    expected: Count = 0  # with ``reused``
    set_aside: SentParcel | None = None  # with ``held_for`` or ``stock``: as this parcel, where it has an id
    stock: bool = False  # nobody waits for the item told of: it may stay, and be lent from here to anybody
