"""Things and people, as both the library and the point speak of them; see messages.py."""

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from sync.plain import Count, Digest, Id, Moment, Text

Size = Literal["S", "M", "L"]
Standing = Literal["fine", "blocked", "expired"]
Role = Literal["reader", "courier", "staff", "technician"]


@dataclass(frozen=True, slots=True)
class Item:
    """One loanable copy. ``isbn`` is 13 digits or empty."""

    barcode: Id
    title: Text
    isbn: Annotated[str, Field(pattern=r"^(97[89]\d{10})?$")] = ""
    author: Text = ""  # as it stands on the cover


@dataclass(frozen=True, slots=True)
class Patron:
    """A person with a card, as this point needs to know them. ``cards``: keyed hashes; ``initials``: for the screen."""

    id: Id
    initials: Annotated[str, Field(max_length=12)]
    standing: Standing = "fine"
    role: Role = "reader"
    cards: Annotated[tuple[Digest, ...], Field(max_length=8)] = ()
    reason: Text = ""  # the library's own words when standing is not fine; fit to show
    code: Annotated[str, Field(pattern=r"^([0-9a-f]{64})?$")] = ""  # of a courier without a card at hand: a verifier
    reach: bool = False  # cannot reach high and very low doors


@dataclass(frozen=True, slots=True)
class SentParcel:
    """Items of one patron on their way to this point. Without a patron: stock, which anybody with a card may borrow.
    ``code``: the verifier of the 8-digit pickup code (or empty), ``pass_id``: the 16 hex digits that a signed pickup QR
    names (or empty). Several parcels may share both. ``lies_in``: in a snapshot, where the point said it lies; for a
    point that has lost its memory."""

    id: Id
    patron: Annotated[str, Field(max_length=64, pattern=r"^[A-Za-z0-9._:-]*$")]
    items: Annotated[tuple[Item, ...], Field(min_length=1, max_length=50)]
    size: Size
    expires: Moment
    code: Annotated[str, Field(pattern=r"^([0-9a-f]{64})?$")] = ""
    pass_id: Annotated[str, Field(pattern=r"^([0-9a-f]{16})?$")] = ""
    lies_in: Annotated[str, Field(max_length=64)] = ""


@dataclass(frozen=True, slots=True)
class Neighbour:
    """Another point nearby, and how many compartments of each size stood free there when it last said so."""

    id: Id
    name: Text
    small: Count = 0
    medium: Count = 0
    large: Count = 0
