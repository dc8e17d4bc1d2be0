"""What the library hears of a courier's round, and of holds that last longer because the point was down."""

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from sync.plain import Count, Id
from sync.things import Size

Ids = Annotated[tuple[Id, ...], Field(max_length=500)]


@dataclass(frozen=True, slots=True)
class ParcelDidNotFit:
    """The courier tried: the parcel does not go into a compartment of this size. It needs a larger one, or another
    point."""

    parcel: Id
    compartment: Id
    size: Size
    courier: Id
    kind: Literal["parcel_did_not_fit"] = "parcel_did_not_fit"


@dataclass(frozen=True, slots=True)
class BagSealed:
    """What was taken out on this round is in one bag, sealed with this number: parcels, and returned or found items.
    Each of them was told before (``ParcelRemoved``, ``ItemsCleared``); this says what must be in the bag."""

    seal: Id
    courier: Id
    parcels: Ids = ()
    items: Ids = ()
    kind: Literal["bag_sealed"] = "bag_sealed"


@dataclass(frozen=True, slots=True)
class BagHandedOver:
    """``to`` has taken the sealed bag over with a card: from now on they answer for it."""

    seal: Id
    courier: Id
    to: Id
    parcels: Ids = ()
    items: Ids = ()
    kind: Literal["bag_handed_over"] = "bag_handed_over"


@dataclass(frozen=True, slots=True)
class RoomLeft:
    """How many compartments of each size stand free at the end of a round."""

    small: Count
    medium: Count
    large: Count
    kind: Literal["room_left"] = "room_left"


@dataclass(frozen=True, slots=True)
class HoldExtended:
    """The point was down (no power, a dead board) while this parcel lay ready: its reader has until ``expires``."""

    parcel: Id
    expires: float
    kind: Literal["hold_extended"] = "hold_extended"
