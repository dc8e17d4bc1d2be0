"""What a tag on a pad says: of a book, or of a patron's card. The one type for all that is coded on tags.

A tag's UID and an item's number name a thing. On a patron's card both name a person and travel as ``SecretStr``.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from pydantic import SecretStr


class Unreadable(ValueError):
    """These bytes are not in that layout, or damaged. The message has none of them: they may name a person."""


class Usage(StrEnum):
    """What a tag is stuck to (ISO 28560-1, type of usage)."""

    ACQUISITION = "acquisition"
    CIRCULATING = "circulating"
    NOT_CIRCULATING = "not_circulating"
    UNSAID = "unsaid"
    DISCARDED = "discarded"
    PATRON = "patron"
    EQUIPMENT = "equipment"


NIBBLE = {
    0x0: Usage.ACQUISITION,
    0x1: Usage.CIRCULATING,
    0x2: Usage.NOT_CIRCULATING,
    0x6: Usage.UNSAID,
    0x7: Usage.DISCARDED,
    0x8: Usage.PATRON,
    0x9: Usage.EQUIPMENT,
}
"""Type of usage as coded: the low half of a byte in ISO 28560-3, the high half in ISO 28560-2."""


@dataclass(frozen=True, slots=True)
class Content:
    """What a tag's memory says, whatever its layout. ``part`` 0: the one tag of an item of several parts.

    ``number``: of the item, or of the patron; not shown, for it may be a patron's. ``owner``: ISIL, "" where it is
    not said.
    """

    number: str = field(repr=False)
    parts: int = 1
    part: int = 1
    usage: Usage = Usage.UNSAID
    owner: str = ""


@dataclass(frozen=True, slots=True)
class BookTag:
    """A tag on a thing. ``item`` "": nothing could be read of it. ``secured``: a gate would ring; None: not known."""

    uid: str
    item: str = ""
    parts: int = 1
    part: int = 1
    usage: Usage = Usage.UNSAID
    owner: str = ""
    secured: bool | None = None


@dataclass(frozen=True, slots=True)
class PatronTag:
    """A tag on a patron's card."""

    uid: SecretStr
    number: SecretStr
    owner: str = ""


Tag = BookTag | PatronTag


def tag(uid: str, content: Content | None, secured: bool | None = None) -> Tag:
    """The tag with this content; None: it could not be read."""
    if content is None:
        return BookTag(uid, secured=secured)
    if content.usage is Usage.PATRON:
        return PatronTag(SecretStr(uid), SecretStr(content.number), content.owner)
    return BookTag(uid, content.number, content.parts, content.part, content.usage, content.owner, secured)


def checked(number: str, parts: int, part: int) -> None:
    """Raises ``Unreadable`` unless a number can be one, and a part one of so many."""
    if not number or not number.isprintable() or number != number.strip():
        raise Unreadable("no number of an item")
    if not (1 <= parts <= 255 and 0 <= part <= parts):
        raise Unreadable("a part that is none of its set")
